/* SPDX-License-Identifier: MIT */
/*
 * The S-box of AES as a circuit, on the 128 bytes of eight planes at once, without tables.
 *
 * SubBytes is the inverse in GF(2^8), then an affine map.  As in silicon, the inverse is taken in a
 * tower of fields, each element a pair h x + l over the field below:
 *
 *	GF(4)	= GF(2)[x]	/ x^2 + x + 1
 *	GF(16)	= GF(4)[x]	/ x^2 + x + w		w = x of GF(4)
 *	GF(256) = GF(16)[x]	/ x^2 + x + m		m = w x + 1 of GF(16), bits 1001
 *
 * On every floor the same formulas hold (c is the constant of its polynomial):
 *
 *	(h x + l)(k x + n) = ((h + l)(k + n) + l n) x + (l n + c h k)
 *	(h x + l)^-1	   = (h x + (h + l)) / (c h^2 + l (h + l))
 *
 * The tower's GF(256) and that of AES are one field in two bases; a matrix leads from each to the
 * other.  Ours sends the AES element 02 to the tower's 6b, of all such choices the one with the
 * sparsest matrices.  Addition is XOR; neither time nor memory access depends on data.
 * [FIPS 197 5.1.1, 5.3.2]
 */
#ifndef CHIP_MEE_AES_SBOX_H
#define CHIP_MEE_AES_SBOX_H

#include "base/compiler.h"
#include "base/types.h"

#include "chip/mee/mee_impl.h"

struct gf4 {
	plane_t h, l;
};

struct gf16 {
	struct gf4 h, l;
};

static ALWAYS_INLINE struct gf4 gf4_add(struct gf4 a, struct gf4 b)
{
	return (struct gf4){a.h ^ b.h, a.l ^ b.l};
}

static ALWAYS_INLINE struct gf4 gf4_mul(struct gf4 a, struct gf4 b)
{
	plane_t low = a.l & b.l;

	return (struct gf4){((a.h ^ a.l) & (b.h ^ b.l)) ^ low, (a.h & b.h) ^ low};
}

/* The square, which is the inverse too: the cube of every element but 0 is 1. */
static ALWAYS_INLINE struct gf4 gf4_square(struct gf4 a)
{
	return (struct gf4){a.h, a.h ^ a.l};
}

static ALWAYS_INLINE struct gf4 gf4_times_w(struct gf4 a)
{
	return (struct gf4){a.h ^ a.l, a.h};
}

static ALWAYS_INLINE struct gf16 gf16_add(struct gf16 a, struct gf16 b)
{
	return (struct gf16){gf4_add(a.h, b.h), gf4_add(a.l, b.l)};
}

static ALWAYS_INLINE struct gf16 gf16_mul(struct gf16 a, struct gf16 b)
{
	struct gf4 low = gf4_mul(a.l, b.l);
	struct gf4 cross = gf4_mul(gf4_add(a.h, a.l), gf4_add(b.h, b.l));

	return (struct gf16){gf4_add(cross, low), gf4_add(gf4_times_w(gf4_mul(a.h, b.h)), low)};
}

static ALWAYS_INLINE struct gf16 gf16_inverse(struct gf16 a)
{
	struct gf4 sum = gf4_add(a.h, a.l);
	struct gf4 norm = gf4_add(gf4_times_w(gf4_square(a.h)), gf4_mul(a.l, sum));
	struct gf4 scale = gf4_square(norm);

	return (struct gf16){gf4_mul(a.h, scale), gf4_mul(sum, scale)};
}

/* m a^2, which is linear in the bits of a. */
static ALWAYS_INLINE struct gf16 gf16_times_m_squared(struct gf16 a)
{
	return (struct gf16){
		{a.l.l, a.l.h},
		{a.h.h ^ a.l.h, a.h.h ^ a.h.l ^ a.l.h ^ a.l.l},
	};
}

/* Bits 7..4 of the tower element are h, 3..0 are l; so downwards. */
static ALWAYS_INLINE void tower_inverse(plane_t x[8])
{
	struct gf16 h = {{x[7], x[6]}, {x[5], x[4]}};
	struct gf16 l = {{x[3], x[2]}, {x[1], x[0]}};
	struct gf16 sum = gf16_add(h, l);
	struct gf16 scale = gf16_inverse(gf16_add(gf16_times_m_squared(h), gf16_mul(l, sum)));

	h = gf16_mul(h, scale);
	l = gf16_mul(sum, scale);
	x[7] = h.h.h, x[6] = h.h.l, x[5] = h.l.h, x[4] = h.l.l;
	x[3] = l.h.h, x[2] = l.h.l, x[1] = l.l.h, x[0] = l.l.l;
}

/* x[b] holds bit b of 128 bytes, each of which is replaced by its S-box value. */
static ALWAYS_INLINE void aes_sbox(plane_t x[8])
{
	plane_t t[8]; /* in the tower's basis */

	t[0] = x[0] ^ x[1] ^ x[2] ^ x[3] ^ x[7];
	t[1] = x[1] ^ x[3];
	t[2] = x[3] ^ x[4] ^ x[6];
	t[3] = x[1] ^ x[2] ^ x[6] ^ x[7];
	t[4] = x[2] ^ x[3] ^ x[4] ^ x[6] ^ x[7];
	t[5] = x[1] ^ x[4] ^ x[6] ^ x[7];
	t[6] = x[1] ^ x[2] ^ x[3] ^ x[4] ^ x[5] ^ x[6];
	t[7] = x[5] ^ x[7];
	tower_inverse(t);
	/* Back to the basis of AES and through the affine map, whose constant is 63h. */
	x[0] = ~(t[0] ^ t[6]);
	x[1] = ~(t[0] ^ t[1] ^ t[3] ^ t[7]);
	x[2] = t[0] ^ t[1] ^ t[2] ^ t[3] ^ t[4];
	x[3] = t[0];
	x[4] = t[0] ^ t[2] ^ t[3] ^ t[4] ^ t[5];
	x[5] = ~(t[2] ^ t[3] ^ t[7]);
	x[6] = ~(t[4] ^ t[7]);
	x[7] = t[2] ^ t[7];
}

static ALWAYS_INLINE void aes_inverse_sbox(plane_t x[8])
{
	plane_t t[8];

	x[0] = ~x[0], x[1] = ~x[1], x[5] = ~x[5], x[6] = ~x[6];
	t[0] = x[3];
	t[1] = x[2] ^ x[3] ^ x[5] ^ x[6];
	t[2] = x[1] ^ x[2] ^ x[6];
	t[3] = x[5] ^ x[7];
	t[4] = x[1] ^ x[2] ^ x[7];
	t[5] = x[3] ^ x[4] ^ x[5] ^ x[6];
	t[6] = x[0] ^ x[3];
	t[7] = x[1] ^ x[2] ^ x[6] ^ x[7];
	tower_inverse(t);
	x[0] = t[0] ^ t[1] ^ t[2] ^ t[4];
	x[1] = t[4] ^ t[6] ^ t[7];
	x[2] = t[1] ^ t[4] ^ t[5];
	x[3] = t[1] ^ t[4] ^ t[6] ^ t[7];
	x[4] = t[1] ^ t[3] ^ t[4];
	x[5] = t[1] ^ t[2] ^ t[5] ^ t[7];
	x[6] = t[2] ^ t[3] ^ t[6] ^ t[7];
	x[7] = t[1] ^ t[2] ^ t[5];
}

#endif
