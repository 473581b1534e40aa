/* SPDX-License-Identifier: MIT */
/*
 * Private keys in files: PEM or DER, PKCS #8 or the older forms of each kind, never encrypted.
 *
 * Errors carry a line that names the file: -EINVAL for bytes that are no usable key, else what the
 * system said, -ENOMEM or -EIO.
 */
#ifndef CRYPTO_KEYFILE_H
#define CRYPTO_KEYFILE_H

#include "crypto/ec.h"
#include "crypto/rsa.h"

/* P-256 or P-384; a public half that does not belong to the private one is refused. */
int ec_key_parse(struct ec_key *key, const void *data, size_t len, struct error *err) MUST_CHECK;
int ec_key_load(struct ec_key *key, const char *path, struct error *err) MUST_CHECK;

/* 2048 or 4096 bits; private numbers that do not fit the public ones are refused. */
int rsa_key_parse(struct rsa_key **key, const void *data, size_t len, struct error *err) MUST_CHECK;
int rsa_key_load(struct rsa_key **key, const char *path, struct error *err) MUST_CHECK;

/*
 * Writes PKCS #8 in PEM, mode 0600 whatever the umask, through a temporary file beside it and a
 * rename: whoever looks sees the old file, the whole new one, or none.
 */
int ec_key_save(const char *path, const struct ec_key *key, struct error *err) MUST_CHECK;
int rsa_key_save(const char *path, const struct rsa_key *key, struct error *err) MUST_CHECK;

#endif
