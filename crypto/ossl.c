/* SPDX-License-Identifier: MIT */
/* Reads and empties libcrypto's error queue. */
#include "crypto/ossl.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static bool queue_names_memory(void)
{
	bool memory = false;
	unsigned long code;

	while ((code = ERR_get_error()) != 0)
		memory |= ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
	return memory;
}

int ossl_failure(struct error *err)
{
	if (queue_names_memory())
		return error_set(err, ENOMEM, "out of memory");
	return error_set(err, EIO, "libcrypto failed without a reason that we know");
}

int ossl_refuse(struct error *err, const char *fmt, ...)
{
	char line[sizeof(err->text)];
	va_list ap;

	if (queue_names_memory())
		return error_set(err, ENOMEM, "out of memory");
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	return error_set(err, EINVAL, "%s", line);
}

int ossl_settle(enum verdict *v, enum verdict found)
{
	bool memory = queue_names_memory();

	*v = memory && found != VERDICT_GOOD ? VERDICT_NONE : found;
	return *v == VERDICT_NONE ? -ENOMEM : 0;
}
