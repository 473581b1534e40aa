/* SPDX-License-Identifier: MIT */
/* PEM blocks through libcrypto's reader. */
#include "crypto/pem.h"

#include <errno.h>
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "crypto/ossl.h"

bool pem_is_pem(const void *data, size_t len)
{
	static const char begin[] = "-----BEGIN ";

	return memmem(data, len, begin, sizeof(begin) - 1) != NULL;
}

int pem_init(struct pem_reader *r, const void *data, size_t len, struct error *err)
{
	if (len > INT_MAX)
		return error_set(err, EINVAL, "a PEM text of more than 2 GiB");
	r->bio = BIO_new_mem_buf(data, (int)len);
	return r->bio ? 0 : ossl_failure(err);
}

void pem_fini(struct pem_reader *r)
{
	BIO_free(r->bio);
}

/* Why PEM_read_bio() gave nothing. */
static int pem_stopped(struct error *err)
{
	unsigned long code = ERR_peek_last_error();

	if (ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE) {
		ERR_clear_error();
		return 0;
	}
	return ossl_refuse(err, "a PEM block is broken");
}

int pem_next(struct pem_block *block, struct pem_reader *r, struct error *err)
{
	char *header = NULL;
	long len = 0;
	bool plain;

	memset(block, 0, sizeof(*block));
	if (PEM_read_bio(r->bio, &block->type, &header, &block->der, &len) != 1)
		return pem_stopped(err);
	block->len = (size_t)len;
	plain = header[0] == '\0';
	OPENSSL_free(header);
	if (plain)
		return 0;
	pem_block_fini(block);
	return error_set(err, EINVAL, "a PEM block has header lines (encrypted?); expected none");
}

void pem_block_fini(struct pem_block *block)
{
	OPENSSL_free(block->type);
	OPENSSL_clear_free(block->der, block->len);
	memset(block, 0, sizeof(*block));
}
