/* SPDX-License-Identifier: MIT */
/*
 * The engine in plain C: the reference for the other paths, and what hosts without AES
 * instructions use.  Thirty-two blocks at a time through aes_portable.c.
 */
#include <string.h>

#include "base/types.h"

#include "chip/mee/mee_impl.h"

static bool always_offered(void)
{
	return true;
}

static void load_step(block_t *x, const struct mee_run *run, size_t i, size_t blocks, const u8 *src)
{
	memcpy(x, src + i * MEE_BLOCK, blocks * MEE_BLOCK);
	for (size_t n = 0; n < blocks; n++)
		x[n] ^= run->first ^ run->pre[i + n];
}

static void store_step(u8 *dst, const struct mee_run *run, size_t i, size_t blocks, block_t *x)
{
	for (size_t n = 0; n < blocks; n++)
		x[n] ^= run->last ^ run->post[i + n];
	memcpy(dst + i * MEE_BLOCK, x, blocks * MEE_BLOCK);
}

static void crypt_run(void (*rounds)(const struct aes_planes *, block_t *),
		      const struct mee_run *run, u8 *dst, const u8 *src)
{
	struct aes_planes sliced[AES_ROUNDS - 1];
	block_t x[AES_PLANE_BLOCKS] = {{0}};

	aes_slice_keys(sliced, run->round_keys);
	for (size_t i = 0, blocks; i < run->blocks; i += blocks) {
		blocks = run->blocks - i;
		if (blocks > AES_PLANE_BLOCKS)
			blocks = AES_PLANE_BLOCKS;
		load_step(x, run, i, blocks, src);
		rounds(sliced, x);
		store_step(dst, run, i, blocks, x);
	}
	explicit_bzero(sliced, sizeof(sliced));
}

static void portable_encrypt(const struct mee_run *run, u8 *dst, const u8 *src)
{
	crypt_run(aes_encrypt_rounds, run, dst, src);
}

static void portable_decrypt(const struct mee_run *run, u8 *dst, const u8 *src)
{
	crypt_run(aes_decrypt_rounds, run, dst, src);
}

const struct mee_kernels mee_portable_kernels = {
	.name = "portable",
	.offered = always_offered,
	.encrypt = portable_encrypt,
	.decrypt = portable_decrypt,
};
