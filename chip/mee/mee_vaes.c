/* SPDX-License-Identifier: MIT */
/*
 * The engine on VAES with 512-bit vectors: four blocks to a register, sixteen in flight.
 *
 * A processor starts one or two such AES rounds in a cycle and finishes each three or four cycles
 * later.  Four independent registers, and the overlap of successive steps that out-of-order
 * execution gives, keep the unit busy; all else a step does (one three-way XOR before the rounds,
 * one XOR after, loads and a store) is little enough to hide beneath them.  All eleven keys stay in
 * registers for the whole run.
 */
#include <immintrin.h>

#include "base/compiler.h"
#include "base/types.h"

#include "chip/mee/mee_impl.h"

#define VAES TARGET("avx512f,vaes")

enum {
	VECTOR_BLOCKS = 4, /* blocks in a register */
	STEP_VECTORS = 4,  /* registers in a step */
	STEP_BLOCKS = STEP_VECTORS * VECTOR_BLOCKS,
};

struct wide_keys {
	__m512i first;
	__m512i inner[AES_ROUNDS]; /* 1 .. 9 */
	__m512i last;
};

VAES static ALWAYS_INLINE __m512i four_times(block_t b)
{
	return _mm512_broadcast_i32x4((__m128i)b);
}

VAES static ALWAYS_INLINE struct wide_keys widen_keys(const struct mee_run *run)
{
	struct wide_keys k;

	k.first = four_times(run->first);
	UNROLL
	for (unsigned r = 1; r < AES_ROUNDS; r++)
		k.inner[r] = four_times(run->round_keys[r]);
	k.last = four_times(run->last);
	return k;
}

VAES static ALWAYS_INLINE __m512i xor3(__m512i a, __m512i b, __m512i c)
{
	return _mm512_ternarylogic_epi64(a, b, c, 0x96);
}

VAES static ALWAYS_INLINE __m512i inner_round(bool encrypting, __m512i x, __m512i key)
{
	return encrypting ? _mm512_aesenc_epi128(x, key) : _mm512_aesdec_epi128(x, key);
}

VAES static ALWAYS_INLINE __m512i last_round(bool encrypting, __m512i x, __m512i key)
{
	return encrypting ? _mm512_aesenclast_epi128(x, key) : _mm512_aesdeclast_epi128(x, key);
}

/* Sixteen blocks. */
VAES static ALWAYS_INLINE void crypt_step(bool encrypting, const struct wide_keys *k,
					  const block_t *pre, const block_t *post, u8 *dst,
					  const u8 *src)
{
	const size_t width = sizeof(__m512i);
	__m512i x[STEP_VECTORS];

	UNROLL
	for (unsigned v = 0; v < STEP_VECTORS; v++)
		x[v] = xor3(_mm512_loadu_si512(src + v * width),
			    _mm512_loadu_si512(pre + v * VECTOR_BLOCKS), k->first);
	UNROLL
	for (unsigned r = 1; r < AES_ROUNDS; r++) {
		UNROLL
		for (unsigned v = 0; v < STEP_VECTORS; v++)
			x[v] = inner_round(encrypting, x[v], k->inner[r]);
	}
	UNROLL
	for (unsigned v = 0; v < STEP_VECTORS; v++) {
		__m512i tweak = _mm512_loadu_si512(post + v * VECTOR_BLOCKS);

		x[v] = last_round(encrypting, x[v], _mm512_xor_si512(tweak, k->last));
		_mm512_storeu_si512(dst + v * width, x[v]);
	}
}

/* One register's worth or less: the blocks whose pair of 64-bit lanes is set in lanes. */
VAES static ALWAYS_INLINE void crypt_lanes(bool encrypting, const struct wide_keys *k,
					   __mmask8 lanes, const block_t *pre, const block_t *post,
					   u8 *dst, const u8 *src)
{
	__m512i x = xor3(_mm512_maskz_loadu_epi64(lanes, src), _mm512_maskz_loadu_epi64(lanes, pre),
			 k->first);
	__m512i tweak = _mm512_maskz_loadu_epi64(lanes, post);

	UNROLL
	for (unsigned r = 1; r < AES_ROUNDS; r++)
		x = inner_round(encrypting, x, k->inner[r]);
	x = last_round(encrypting, x, _mm512_xor_si512(tweak, k->last));
	_mm512_mask_storeu_epi64(dst, lanes, x);
}

static ALWAYS_INLINE __mmask8 lanes_of(size_t blocks)
{
	return blocks >= VECTOR_BLOCKS ? 0xff : (__mmask8)((1u << 2 * blocks) - 1);
}

VAES static ALWAYS_INLINE void crypt_run(bool encrypting, const struct mee_run *run, u8 *dst,
					 const u8 *src)
{
	const struct wide_keys k = widen_keys(run);
	size_t i = 0;

	for (; i + STEP_BLOCKS <= run->blocks; i += STEP_BLOCKS)
		crypt_step(encrypting, &k, run->pre + i, run->post + i, dst + i * MEE_BLOCK,
			   src + i * MEE_BLOCK);
	for (; i < run->blocks; i += VECTOR_BLOCKS)
		crypt_lanes(encrypting, &k, lanes_of(run->blocks - i), run->pre + i, run->post + i,
			    dst + i * MEE_BLOCK, src + i * MEE_BLOCK);
}

VAES static void vaes_encrypt(const struct mee_run *run, u8 *dst, const u8 *src)
{
	crypt_run(true, run, dst, src);
}

VAES static void vaes_decrypt(const struct mee_run *run, u8 *dst, const u8 *src)
{
	crypt_run(false, run, dst, src);
}

const struct mee_kernels mee_vaes_kernels = {
	.name = "VAES",
	.offered = host_has_vaes512,
	.encrypt = vaes_encrypt,
	.decrypt = vaes_decrypt,
};
