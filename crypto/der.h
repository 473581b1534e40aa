/* SPDX-License-Identifier: MIT */
/*
 * A small DER writer, and strict readers for the two kinds of value that AMD's certificate
 * extensions hold.	[X.690; KDS VCEK Certificate]
 *
 * The writer is sticky: after a failure every call does nothing, and der_status() tells at the end.
 */
#ifndef CRYPTO_DER_H
#define CRYPTO_DER_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"

enum der_tag {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_UTF8_STRING = 0x0c,
	DER_PRINTABLE_STRING = 0x13,
	DER_IA5_STRING = 0x16,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
};

#define DER_CONTEXT(n) (0x80 | (n)) /* [n] IMPLICIT over a primitive type */
#define DER_CONTEXT_CONSTRUCTED(n) \
	(0xa0 | (n)) /* [n] EXPLICIT, or IMPLICIT over a constructed type */

struct der {
	u8 *bytes; /* what has been written; owned */
	size_t len;
	size_t room;
	int status; /* 0 or the first failure */
};

void der_init(struct der *d);
void der_fini(struct der *d);

/* 0; -ENOMEM; -EINVAL: an OID or a time that has no encoding. */
int der_status(const struct der *d) MUST_CHECK;

/* Opens a constructed value; what is written until der_close() with the result is its content. */
size_t der_open(struct der *d, u8 tag);
void der_close(struct der *d, size_t mark);

void der_bytes(struct der *d, const void *bytes, size_t len); /* as they are, no tag */
void der_value(struct der *d, u8 tag, const void *bytes, size_t len);
void der_string(struct der *d, u8 tag, const char *text); /* IA5, UTF-8 or printable, unchecked */
void der_octets(struct der *d, const void *bytes, size_t len);
void der_bits(struct der *d, const void *bytes, size_t len); /* BIT STRING of whole bytes */
void der_bool(struct der *d, bool v);
void der_null(struct der *d);

/* INTEGER from an unsigned number, big-endian with any leading zeros, or from a word. */
void der_uint(struct der *d, const u8 *be, size_t len);
void der_u64(struct der *d, u64 v);

/* "1.3.6.1.4.1.3704.1.4", or a short name that libcrypto knows, such as "CN". */
void der_oid(struct der *d, const char *oid);

/* Seconds since 1970, until the end of 9999; a UTCTime until 2049, then a GeneralizedTime. */
void der_time(struct der *d, s64 unix_time);

/* Exactly one INTEGER, minimal, 0 .. 2^64 - 1; else -EINVAL. */
int der_read_u64(u64 *v, const u8 *der, size_t len, struct error *err) MUST_CHECK;

/*
 * Exactly one IA5String of at most 127 printable characters that fits text with its NUL; else
 * -EINVAL.
 */
int der_read_ia5(char *text, size_t size, const u8 *der, size_t len, struct error *err) MUST_CHECK;

#endif
