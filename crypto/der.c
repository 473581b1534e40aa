/* SPDX-License-Identifier: MIT */
/*
 * Lengths are put in when a value is closed: its content moves up by as many bytes as the length
 * takes.  Certificates are small and shallow, so that costs nothing.
 */
#include "crypto/der.h"

#include <errno.h>
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/bytes.h"

#define END_OF_9999 253402300799ll

void der_init(struct der *d)
{
	memset(d, 0, sizeof(*d));
}

void der_fini(struct der *d)
{
	free(d->bytes);
	der_init(d);
}

int der_status(const struct der *d)
{
	return d->status;
}

/* Room for more bytes at the end; false: the writer has failed. */
static bool der_reserve(struct der *d, size_t more)
{
	size_t room = d->room ? d->room : 256;
	u8 *bytes;

	if (d->status)
		return false;
	if (more <= d->room - d->len)
		return true;
	while (room - d->len < more)
		room *= 2;
	bytes = realloc(d->bytes, room);
	if (!bytes) {
		d->status = -ENOMEM;
		return false;
	}
	d->bytes = bytes;
	d->room = room;
	return true;
}

void der_bytes(struct der *d, const void *bytes, size_t len)
{
	if (!der_reserve(d, len) || len == 0)
		return;
	memcpy(d->bytes + d->len, bytes, len);
	d->len += len;
}

/* The bytes of a length; out has room for 5. */
static size_t length_encode(u8 *out, size_t len)
{
	size_t count = 1;

	if (len < 0x80) {
		out[0] = (u8)len;
		return 1;
	}
	BUG_ON(len > UINT32_MAX);
	while (count < 4 && len >> (8 * count))
		count++;
	out[0] = (u8)(0x80 | count);
	for (size_t i = 0; i < count; i++)
		out[1 + i] = (u8)(len >> (8 * (count - 1 - i)));
	return 1 + count;
}

size_t der_open(struct der *d, u8 tag)
{
	der_bytes(d, &tag, 1);
	return d->len;
}

void der_close(struct der *d, size_t mark)
{
	u8 length[5];
	size_t content = d->len - mark;
	size_t n = length_encode(length, content);

	if (!der_reserve(d, n))
		return;
	memmove(d->bytes + mark + n, d->bytes + mark, content);
	memcpy(d->bytes + mark, length, n);
	d->len += n;
}

void der_value(struct der *d, u8 tag, const void *bytes, size_t len)
{
	size_t mark = der_open(d, tag);

	der_bytes(d, bytes, len);
	der_close(d, mark);
}

void der_string(struct der *d, u8 tag, const char *text)
{
	der_value(d, tag, text, strlen(text));
}

void der_octets(struct der *d, const void *bytes, size_t len)
{
	der_value(d, DER_OCTET_STRING, bytes, len);
}

void der_bits(struct der *d, const void *bytes, size_t len)
{
	static const u8 unused_bits = 0;
	size_t mark = der_open(d, DER_BIT_STRING);

	der_bytes(d, &unused_bits, 1);
	der_bytes(d, bytes, len);
	der_close(d, mark);
}

void der_uint(struct der *d, const u8 *be, size_t len)
{
	static const u8 zero = 0;
	size_t mark = der_open(d, DER_INTEGER);

	while (len > 0 && *be == 0) {
		be++;
		len--;
	}
	/* Zero has one byte, and a set top bit would mean a negative number. */
	if (len == 0 || *be & 0x80)
		der_bytes(d, &zero, 1);
	der_bytes(d, be, len);
	der_close(d, mark);
}

void der_u64(struct der *d, u64 v)
{
	u8 be[8];

	put_be64(be, v);
	der_uint(d, be, sizeof(be));
}

void der_bool(struct der *d, bool v)
{
	u8 byte = v ? 0xff : 0x00;

	der_value(d, DER_BOOLEAN, &byte, 1);
}

void der_null(struct der *d)
{
	der_value(d, DER_NULL, NULL, 0);
}

/* A failed look-up is the caller's text, unless memory ran out; either way the writer stops. */
void der_oid(struct der *d, const char *oid)
{
	ASN1_OBJECT *obj;

	if (d->status)
		return;
	obj = OBJ_txt2obj(oid, 0);
	if (obj && OBJ_length(obj) > 0)
		der_value(d, DER_OID, OBJ_get0_data(obj), OBJ_length(obj));
	else
		d->status = -EINVAL;
	ERR_clear_error();
	ASN1_OBJECT_free(obj);
}

/* libcrypto would write a fifth digit for years after 9999. */
void der_time(struct der *d, s64 unix_time)
{
	ASN1_TIME *t = NULL;

	if (d->status)
		return;
	if (unix_time >= 0 && unix_time <= END_OF_9999)
		t = ASN1_TIME_set(NULL, (time_t)unix_time);
	if (t)
		der_value(d, (u8)ASN1_STRING_type(t), ASN1_STRING_get0_data(t),
			  (size_t)ASN1_STRING_length(t));
	else
		d->status = -EINVAL;
	ERR_clear_error();
	ASN1_TIME_free(t);
}

/* The content of the one value that der holds, with a short length; NULL: not so. */
static const u8 *read_short(size_t *content_len, u8 tag, const u8 *der, size_t len)
{
	if (len < 2 || der[0] != tag || der[1] >= 0x80 || der[1] != len - 2)
		return NULL;
	*content_len = len - 2;
	return der + 2;
}

static int refuse_integer(struct error *err)
{
	return error_set(err, EINVAL, "expected one INTEGER, DER, 0 .. 2^64 - 1");
}

int der_read_u64(u64 *v, const u8 *der, size_t len, struct error *err)
{
	size_t n = 0;
	const u8 *content = read_short(&n, DER_INTEGER, der, len);
	bool padded;

	*v = 0;
	if (!content || n == 0 || content[0] & 0x80)
		return refuse_integer(err);
	padded = n > 1 && content[0] == 0;
	if (padded && !(content[1] & 0x80)) /* a zero in front that nothing needs */
		return refuse_integer(err);
	if (n - padded > sizeof(*v))
		return refuse_integer(err);
	for (size_t i = 0; i < n; i++)
		*v = *v << 8 | content[i];
	return 0;
}

int der_read_ia5(char *text, size_t size, const u8 *der, size_t len, struct error *err)
{
	size_t n = 0;
	const u8 *content = read_short(&n, DER_IA5_STRING, der, len);

	BUG_ON(size == 0);
	text[0] = '\0';
	if (!content || n >= size)
		return error_set(err, EINVAL, "expected one IA5String below %zu characters", size);
	for (size_t i = 0; i < n; i++)
		if (content[i] < 0x20 || content[i] > 0x7e)
			return error_set(err, EINVAL, "an IA5String holds unprintable characters");
	memcpy(text, content, n);
	text[n] = '\0';
	return 0;
}
