/* SPDX-License-Identifier: MIT */
/*
 * Counter-mode KDF over our own HMAC: libcrypto's KBKDF codes its integers big-endian only.
 */
#include "crypto/kdf.h"

#include <errno.h>
#include <string.h>

#include "base/bug.h"
#include "base/bytes.h"
#include "crypto/hmac.h"
#include "crypto/secret.h"

static void put_ordered(u8 out[4], enum kdf_order order, u32 v)
{
	if (order == KDF_LITTLE_ENDIAN)
		put_le32(out, v);
	else
		put_be32(out, v);
}

static int kdf_block(struct digest *out, const struct kdf *kdf, const void *key, size_t key_len,
		     u32 i, u32 bits)
{
	static const u8 separator = 0;
	struct hmac *m = hmac_new(kdf->prf, key, key_len);
	u8 word[4];

	if (!m)
		return -ENOMEM;
	put_ordered(word, kdf->order, i);
	hmac_update(m, word, sizeof(word));
	hmac_update(m, kdf->label, strlen(kdf->label));
	hmac_update(m, &separator, 1);
	hmac_update(m, kdf->context, kdf->context_len);
	put_ordered(word, kdf->order, bits);
	hmac_update(m, word, sizeof(word));
	hmac_final(m, out);
	hmac_free(m);
	return 0;
}

int kdf_derive(void *out, size_t out_len, const struct kdf *kdf, const void *key, size_t key_len)
{
	u32 bits = (u32)(out_len * 8);
	struct digest block;
	int ret = 0;

	BUG_ON(out_len == 0 || out_len > UINT32_MAX / 8);
	for (size_t at = 0; ret == 0 && at < out_len; at += hash_bytes(kdf->prf)) {
		size_t n = hash_bytes(kdf->prf);

		ret = kdf_block(&block, kdf, key, key_len, (u32)(at / n) + 1, bits);
		n = out_len - at < n ? out_len - at : n;
		if (ret == 0)
			memcpy((u8 *)out + at, block.b, n);
	}
	secret_wipe(&block, sizeof(block));
	if (ret)
		secret_wipe(out, out_len);
	return ret;
}

int kdf_derive_sev(void *out, size_t out_len, const void *key, size_t key_len, const char *label,
		   const void *context, size_t context_len)
{
	const struct kdf kdf = {
		.prf = HASH_SHA256,
		.order = KDF_LITTLE_ENDIAN,
		.label = label,
		.context = context,
		.context_len = context_len,
	};

	return kdf_derive(out, out_len, &kdf, key, key_len);
}
