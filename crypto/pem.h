/* SPDX-License-Identifier: MIT */
/* From a file's bytes, PEM or DER, to DER objects; private to crypto/. */
#ifndef CRYPTO_PEM_H
#define CRYPTO_PEM_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"

struct bio_st;

/* Whether the bytes hold a PEM header line; DER never does at its start. */
bool pem_is_pem(const void *data, size_t len);

/* Walks the blocks of a PEM text; text between blocks is ignored, as everywhere. */
struct pem_reader {
	struct bio_st *bio;
};

/* data is borrowed until pem_fini().  0, or -ENOMEM or -EIO. */
int pem_init(struct pem_reader *r, const void *data, size_t len, struct error *err) MUST_CHECK;
void pem_fini(struct pem_reader *r);

struct pem_block {
	char *type; /* "CERTIFICATE"; NULL: the text has ended */
	u8 *der;
	size_t len;
};

/*
 * The next block; pem_block_fini() ends it and wipes its bytes.  -EINVAL: broken, or encrypted in
 * the old way (with header lines).
 */
int pem_next(struct pem_block *block, struct pem_reader *r, struct error *err) MUST_CHECK;
void pem_block_fini(struct pem_block *block);

#endif
