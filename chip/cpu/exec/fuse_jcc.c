/* SPDX-License-Identifier: MIT */
/*
 * CMP, TEST and counting instructions, each with the conditional jump behind it.
 *
 * The flags are stored as ever; but for CMP and TEST the jump is decided on the operands, which are
 * at hand earlier than flags.
 */
#include "chip/cpu/exec/fuse.h"

#include "chip/cpu/exec/alu.h"
#include "chip/cpu/exec/int_alu.h"
#include "chip/cpu/exec/mem_op.h"
#include "chip/cpu/exec/reg.h"

enum { CONDITIONS = 16 };

/* -- conditions of the operands ------------------------------------------------------------------ */

/* n is a constant, so one comparison is left of this; cc for O, NO, P, NP. */
#define HOLDS(bits)                                                                           \
	static ALWAYS_INLINE bool cmp_holds##bits(unsigned n, u##bits a, u##bits b, cc_t cc)  \
	{                                                                                     \
		switch (n) {                                                                  \
		case 2:                                                                       \
			return a < b;                                                         \
		case 3:                                                                       \
			return a >= b;                                                        \
		case 4:                                                                       \
			return a == b;                                                        \
		case 5:                                                                       \
			return a != b;                                                        \
		case 6:                                                                       \
			return a <= b;                                                        \
		case 7:                                                                       \
			return a > b;                                                         \
		case 8:                                                                       \
			return (s##bits)(a - b) < 0;                                          \
		case 9:                                                                       \
			return (s##bits)(a - b) >= 0;                                         \
		case 12:                                                                      \
			return (s##bits)a < (s##bits)b;                                       \
		case 13:                                                                      \
			return (s##bits)a >= (s##bits)b;                                      \
		case 14:                                                                      \
			return (s##bits)a <= (s##bits)b;                                      \
		case 15:                                                                      \
			return (s##bits)a > (s##bits)b;                                       \
		default:                                                                      \
			return cc_test(cc, n);                                                \
		}                                                                             \
	}                                                                                     \
	/* TEST leaves CF and OF clear: it is a comparison of a & b with zero. */             \
	static ALWAYS_INLINE bool test_holds##bits(unsigned n, u##bits a, u##bits b, cc_t cc) \
	{                                                                                     \
		return cmp_holds##bits(n, a & b, 0, cc);                                      \
	}

HOLDS(8)
HOLDS(32)
HOLDS(64)

static ALWAYS_INLINE struct block_link *link_of(const struct op *jump)
{
	return (struct block_link *)(uintptr_t)jump->imm;
}

/* Takes or does not take the jump at op[1]. */
#define JUMP_IF(condition)                                    \
	do {                                                  \
		if (condition)                                \
			BLOCK_FOLLOW(c, link_of(op + 1));     \
		BLOCK_FOLLOW(c, link_of(op + 1) + LINK_NEXT); \
	} while (0)

/* -- the handlers ---------------------------------------------------------------------------------- */

#define REGS(name, bits, form, source, n)                    \
	static OP(name##bits##_##form##_j##n)                \
	{                                                    \
		u##bits a = reg_get##bits(c, op->a);         \
		u##bits b = (source);                        \
                                                             \
		alu_##name##bits(a, b, &c->cc);              \
		JUMP_IF(name##_holds##bits(n, a, b, c->cc)); \
	}

/* first: of the operands in memory order, the one that is compared with the other. */
#define MEMORY(name, bits, form, index, first, second, n)                   \
	static OP(name##bits##_##form##_j##n)                               \
	{                                                                   \
		const u8 *p = mem_load_ptr(c, op_ea_fast(c, op), bits / 8); \
		u##bits v, a, b;                                            \
                                                                            \
		if (UNLIKELY(!p))                                           \
			OP_CALL(family_##name.form[index], c, op);          \
		v = host_load##bits(p);                                     \
		a = (first);                                                \
		b = (second);                                               \
		alu_##name##bits(a, b, &c->cc);                             \
		JUMP_IF(name##_holds##bits(n, a, b, c->cc));                \
	}

#define COUNTING(name, bits, form, call, n)    \
	static OP(name##bits##_##form##_j##n)  \
	{                                      \
		cc_t cc = c->cc;               \
                                               \
		reg_set##bits(c, op->a, call); \
		c->cc = cc;                    \
		JUMP_IF(cc_test(cc, n));       \
	}

#define FOR_CONDITIONS(MAKE, ...) \
	MAKE(__VA_ARGS__, 0)      \
	MAKE(__VA_ARGS__, 1)      \
	MAKE(__VA_ARGS__, 2)      \
	MAKE(__VA_ARGS__, 3)      \
	MAKE(__VA_ARGS__, 4)      \
	MAKE(__VA_ARGS__, 5)      \
	MAKE(__VA_ARGS__, 6)      \
	MAKE(__VA_ARGS__, 7)      \
	MAKE(__VA_ARGS__, 8)      \
	MAKE(__VA_ARGS__, 9)      \
	MAKE(__VA_ARGS__, 10)     \
	MAKE(__VA_ARGS__, 11)     \
	MAKE(__VA_ARGS__, 12)     \
	MAKE(__VA_ARGS__, 13)     \
	MAKE(__VA_ARGS__, 14)     \
	MAKE(__VA_ARGS__, 15)

#define PAIRS_OF_SIZE(bits, index)                                               \
	FOR_CONDITIONS(REGS, cmp, bits, rr, reg_get##bits(c, op->b))             \
	FOR_CONDITIONS(REGS, cmp, bits, ri, (u##bits)op->imm)                    \
	FOR_CONDITIONS(REGS, test, bits, rr, reg_get##bits(c, op->b))            \
	FOR_CONDITIONS(REGS, test, bits, ri, (u##bits)op->imm)                   \
	FOR_CONDITIONS(MEMORY, cmp, bits, rm, index, reg_get##bits(c, op->a), v) \
	FOR_CONDITIONS(MEMORY, cmp, bits, mr, index, v, reg_get##bits(c, op->b)) \
	FOR_CONDITIONS(MEMORY, cmp, bits, mi, index, v, (u##bits)op->imm)        \
	FOR_CONDITIONS(MEMORY, test, bits, mi, index, v, (u##bits)op->imm)

PAIRS_OF_SIZE(8, 0)
PAIRS_OF_SIZE(32, 2)
PAIRS_OF_SIZE(64, 3)

#define COUNTING_OF_SIZE(bits)                                                              \
	FOR_CONDITIONS(COUNTING, add, bits, ri,                                             \
		       alu_add##bits(reg_get##bits(c, op->a), (u##bits)op->imm, &cc))       \
	FOR_CONDITIONS(COUNTING, sub, bits, ri,                                             \
		       alu_sub##bits(reg_get##bits(c, op->a), (u##bits)op->imm, &cc))       \
	FOR_CONDITIONS(COUNTING, and, bits, ri,                                             \
		       alu_and##bits(reg_get##bits(c, op->a), (u##bits)op->imm, &cc))       \
	FOR_CONDITIONS(COUNTING, inc, bits, r, alu_inc##bits(reg_get##bits(c, op->a), &cc)) \
	FOR_CONDITIONS(COUNTING, dec, bits, r, alu_dec##bits(reg_get##bits(c, op->a), &cc))

COUNTING_OF_SIZE(32)
COUNTING_OF_SIZE(64)

/* -- the table -------------------------------------------------------------------------------------- */

struct jcc_pairs {
	op_fn *const *first; /* points into a family */
	op_fn *fused[CONDITIONS];
};

#define LIST_ONE(prefix, n) prefix##n,
#define CONDITION_LIST(prefix)                       \
	{                                            \
		FOR_CONDITIONS(LIST_ONE, prefix##_j) \
	}

#define PAIR(name, bits, form, index)                                           \
	{                                                                       \
		&family_##name.form[index], CONDITION_LIST(name##bits##_##form) \
	}

#define PAIR_ROWS(bits, index)                                                               \
	PAIR(cmp, bits, rr, index), PAIR(cmp, bits, ri, index), PAIR(test, bits, rr, index), \
		PAIR(test, bits, ri, index), PAIR(cmp, bits, rm, index),                     \
		PAIR(cmp, bits, mr, index), PAIR(cmp, bits, mi, index),                      \
		PAIR(test, bits, mi, index)

#define COUNTING_ROWS(bits, index)                                                          \
	PAIR(add, bits, ri, index), PAIR(sub, bits, ri, index), PAIR(and, bits, ri, index), \
		PAIR(inc, bits, r, index), PAIR(dec, bits, r, index)

static const struct jcc_pairs jcc_pairs[] = {
	PAIR_ROWS(8, 0),      PAIR_ROWS(32, 2),     PAIR_ROWS(64, 3),
	COUNTING_ROWS(32, 2), COUNTING_ROWS(64, 3),
};

op_fn *fuse_jcc(const struct op *first, const struct op *jump)
{
	int condition = jcc_condition(jump->fn);

	if (condition < 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(jcc_pairs); i++)
		if (*jcc_pairs[i].first == first->fn)
			return jcc_pairs[i].fused[condition];
	return NULL;
}
