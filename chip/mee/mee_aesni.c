/* SPDX-License-Identifier: MIT */
/*
 * The engine on AES-NI: one block to a register, eight in flight.
 *
 * As in mee_vaes.c, but with sixteen registers: the blocks take eight, and round keys are fetched
 * from the cache in passing, one load for eight rounds.
 */
#include <wmmintrin.h>

#include "base/compiler.h"
#include "base/types.h"

#include "chip/mee/mee_impl.h"

#define AESNI TARGET("aes,sse2")

enum { STEP_BLOCKS = 8 };

AESNI static ALWAYS_INLINE __m128i load(const u8 *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

AESNI static ALWAYS_INLINE void store(u8 *p, __m128i x)
{
	_mm_storeu_si128((__m128i *)(void *)p, x);
}

AESNI static ALWAYS_INLINE __m128i inner_round(bool encrypting, __m128i x, block_t key)
{
	return encrypting ? _mm_aesenc_si128(x, (__m128i)key) : _mm_aesdec_si128(x, (__m128i)key);
}

AESNI static ALWAYS_INLINE __m128i last_round(bool encrypting, __m128i x, block_t key)
{
	return encrypting ? _mm_aesenclast_si128(x, (__m128i)key)
			  : _mm_aesdeclast_si128(x, (__m128i)key);
}

/* Eight blocks, from the i-th of the run on. */
AESNI static ALWAYS_INLINE void crypt_step(bool encrypting, const struct mee_run *run, size_t i,
					   u8 *dst, const u8 *src)
{
	__m128i x[STEP_BLOCKS];

	UNROLL
	for (unsigned n = 0; n < STEP_BLOCKS; n++)
		x[n] = load(src + n * MEE_BLOCK) ^ (__m128i)(run->first ^ run->pre[i + n]);
	UNROLL
	for (unsigned r = 1; r < AES_ROUNDS; r++) {
		UNROLL
		for (unsigned n = 0; n < STEP_BLOCKS; n++)
			x[n] = inner_round(encrypting, x[n], run->round_keys[r]);
	}
	UNROLL
	for (unsigned n = 0; n < STEP_BLOCKS; n++)
		store(dst + n * MEE_BLOCK,
		      last_round(encrypting, x[n], run->last ^ run->post[i + n]));
}

/* The i-th block alone. */
AESNI static ALWAYS_INLINE void crypt_block(bool encrypting, const struct mee_run *run, size_t i,
					    u8 *dst, const u8 *src)
{
	__m128i x = load(src) ^ (__m128i)(run->first ^ run->pre[i]);

	UNROLL
	for (unsigned r = 1; r < AES_ROUNDS; r++)
		x = inner_round(encrypting, x, run->round_keys[r]);
	store(dst, last_round(encrypting, x, run->last ^ run->post[i]));
}

AESNI static ALWAYS_INLINE void crypt_run(bool encrypting, const struct mee_run *run, u8 *dst,
					  const u8 *src)
{
	size_t i = 0;

	for (; i + STEP_BLOCKS <= run->blocks; i += STEP_BLOCKS)
		crypt_step(encrypting, run, i, dst + i * MEE_BLOCK, src + i * MEE_BLOCK);
	for (; i < run->blocks; i++)
		crypt_block(encrypting, run, i, dst + i * MEE_BLOCK, src + i * MEE_BLOCK);
}

AESNI static void aesni_encrypt(const struct mee_run *run, u8 *dst, const u8 *src)
{
	crypt_run(true, run, dst, src);
}

AESNI static void aesni_decrypt(const struct mee_run *run, u8 *dst, const u8 *src)
{
	crypt_run(false, run, dst, src);
}

const struct mee_kernels mee_aesni_kernels = {
	.name = "AES-NI",
	.offered = host_has_aesni,
	.encrypt = aesni_encrypt,
	.decrypt = aesni_decrypt,
};
