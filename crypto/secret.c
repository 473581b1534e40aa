/* SPDX-License-Identifier: MIT */
/* Wipe and compare, by libcrypto. */
#include "crypto/secret.h"

#include <openssl/crypto.h>

void secret_wipe(void *p, size_t len)
{
	OPENSSL_cleanse(p, len);
}

bool secret_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}
