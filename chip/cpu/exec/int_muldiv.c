/* SPDX-License-Identifier: MIT */
/* MUL IMUL DIV IDIV MULX. */
#include "chip/cpu/exec/int_muldiv.h"

#include "chip/cpu/exec/flags.h"
#include "chip/cpu/exec/mem_op.h"
#include "chip/cpu/exec/reg.h"

/*
 * A product sets CF and OF alike.  The documents leave the other four undefined, AMD's processors leave
 * them alone; what the host's happen to be must not be seen.
 */
#define CATCH_OF "seto %%al\n\t"

static ALWAYS_INLINE cc_t cc_of_product(cc_t before, cc_t caught)
{
	const unsigned cf_of = 0x101;

	return (cc_t)((before & ~cf_of) | (caught & 1) * cf_of);
}

/* -- rDX:rAX = rAX * operand -------------------------------------------------------------------- */

#define WIDE_MULTIPLY(name, bits, insn)                                     \
	static ALWAYS_INLINE void do_##name##bits(struct cpu *c, u##bits v) \
	{                                                                   \
		u##bits lo = reg_get##bits(c, REG_RAX);                     \
		u##bits hi;                                                 \
		cc_t cc;                                                    \
                                                                            \
		__asm__(insn " %[v]\n\t"                                    \
			     "mov %%rax, %%rcx\n\t" CATCH_OF                \
			: "=a"(cc), "=c"(lo), "=&d"(hi)                     \
			: "0"((u64)lo), [v] "r"(v)                          \
			: "cc");                                            \
		c->cc = cc_of_product(c->cc, cc);                           \
		reg_set##bits(c, REG_RAX, lo);                              \
		reg_set##bits(c, REG_RDX, hi);                              \
	}                                                                   \
	static OP(name##bits##_r)                                           \
	{                                                                   \
		do_##name##bits(c, reg_get##bits(c, op->a));                \
		OP_NEXT();                                                  \
	}                                                                   \
	OP_LOADING(name##bits##_m, bits, do_##name##bits(c, v))

#define BYTE_MULTIPLY(name, insn)                                    \
	static ALWAYS_INLINE void do_##name##8(struct cpu * c, u8 v) \
	{                                                            \
		u16 product;                                         \
		cc_t cc;                                             \
                                                                     \
		__asm__(insn " %[v]\n\t"                             \
			     "mov %%eax, %%ecx\n\t" CATCH_OF         \
			: "=a"(cc), "=c"(product)                    \
			: "0"((u32)(u8)c->reg[REG_RAX]), [v] "q"(v)  \
			: "cc");                                     \
		c->cc = cc_of_product(c->cc, cc);                    \
		reg_set16(c, REG_RAX, product);                      \
	}                                                            \
	static OP(name##8_r)                                         \
	{                                                            \
		do_##name##8(c, reg_get8(c, op->a));                 \
		OP_NEXT();                                           \
	}                                                            \
	OP_LOADING(name##8_m, 8, do_##name##8(c, v))

#define MULTIPLY_FAMILY(name)                                              \
	BYTE_MULTIPLY(name, #name "b")                                     \
	WIDE_MULTIPLY(name, 16, #name "w")                                 \
	WIDE_MULTIPLY(name, 32, #name "l")                                 \
	WIDE_MULTIPLY(name, 64, #name "q")                                 \
	const struct family1 family_##name = {.r = FAMILY_SIZES(name, _r), \
					      .m = FAMILY_SIZES(name, _m)};

MULTIPLY_FAMILY(mul)
MULTIPLY_FAMILY(imul)

/* -- IMUL with two and three operands ----------------------------------------------------------- */

#define IMUL2(bits, suffix)                                                                      \
	static ALWAYS_INLINE u##bits imul2_##bits(u##bits a, u##bits b, cc_t *cc)                \
	{                                                                                        \
		cc_t f;                                                                          \
                                                                                                 \
		__asm__("imul" suffix " %[b], %[a]\n\t" CATCH_OF                                 \
			: [a] "+r"(a), "=a"(f)                                                   \
			: [b] "r"(b)                                                             \
			: "cc");                                                                 \
		*cc = cc_of_product(*cc, f);                                                     \
		return a;                                                                        \
	}                                                                                        \
	static OP(imul2_##bits##_rr)                                                             \
	{                                                                                        \
		reg_set##bits(                                                                   \
			c, op->a,                                                                \
			imul2_##bits(reg_get##bits(c, op->a), reg_get##bits(c, op->b), &c->cc)); \
		OP_NEXT();                                                                       \
	}                                                                                        \
	OP_LOADING(imul2_##bits##_rm, bits,                                                      \
		   reg_set##bits(c, op->a, imul2_##bits(reg_get##bits(c, op->a), v, &c->cc)))    \
	static OP(imul3_##bits##_rr)                                                             \
	{                                                                                        \
		reg_set##bits(c, op->a,                                                          \
			      imul2_##bits((u##bits)op->imm, reg_get##bits(c, op->b), &c->cc));  \
		OP_NEXT();                                                                       \
	}                                                                                        \
	OP_LOADING(imul3_##bits##_rm, bits,                                                      \
		   reg_set##bits(c, op->a, imul2_##bits((u##bits)op->imm, v, &c->cc)))

IMUL2(16, "w")
IMUL2(32, "l")
IMUL2(64, "q")

static const struct family2 family_imul2 = {
	.rr = {NULL, imul2_16_rr, imul2_32_rr, imul2_64_rr},
	.rm = {NULL, imul2_16_rm, imul2_32_rm, imul2_64_rm},
};

static const struct family2 family_imul3 = {
	.rr = {NULL, imul3_16_rr, imul3_32_rr, imul3_64_rr},
	.rm = {NULL, imul3_16_rm, imul3_32_rm, imul3_64_rm},
};

bool lower_imul(struct lowering *l, const struct insn *row)
{
	unsigned visible = l->zi->operand_count_visible;
	bool ok;

	if (visible == 1)
		return lower_family1(l, &(struct insn){.arg = &family_imul});
	ok = lower_family2(l, &(struct insn){.arg = visible == 3 ? &family_imul3 : &family_imul2});
	if (visible == 3)
		l->ops[l->used - 1].imm = l->zo[2].imm.value.u;
	return ok;
}

/* -- DIV, IDIV: #DE for a zero divisor or a quotient that does not fit; flags stay ------------- */

#define DIVIDE(bits, wide, swide)                                                             \
	static bool do_div##bits(struct cpu *c, u##bits d)                                    \
	{                                                                                     \
		wide n = (wide)reg_get##bits(c, REG_RDX) << bits | reg_get##bits(c, REG_RAX); \
                                                                                              \
		if (d == 0 || n >> bits >= d)                                                 \
			return fault_raise(c, X86_VECTOR_DE) != CPU_EVENT;                    \
		reg_set##bits(c, REG_RAX, (u##bits)(n / d));                                  \
		reg_set##bits(c, REG_RDX, (u##bits)(n % d));                                  \
		return true;                                                                  \
	}                                                                                     \
	static bool do_idiv##bits(struct cpu *c, u##bits divisor)                             \
	{                                                                                     \
		swide n = (swide)((wide)reg_get##bits(c, REG_RDX) << bits |                   \
				  reg_get##bits(c, REG_RAX));                                 \
		s##bits d = (s##bits)divisor;                                                 \
		swide q;                                                                      \
                                                                                              \
		if (d == 0 || (d == -1 && n == (swide)((wide)1 << (2 * bits - 1))))           \
			return fault_raise(c, X86_VECTOR_DE) != CPU_EVENT;                    \
		q = n / d;                                                                    \
		if (q != (s##bits)q)                                                          \
			return fault_raise(c, X86_VECTOR_DE) != CPU_EVENT;                    \
		reg_set##bits(c, REG_RAX, (u##bits)q);                                        \
		reg_set##bits(c, REG_RDX, (u##bits)(n % d));                                  \
		return true;                                                                  \
	}

typedef unsigned __int128 wide128;
typedef __int128 swide128;

DIVIDE(16, u32, s32)
DIVIDE(32, u64, s64)
DIVIDE(64, wide128, swide128)

static bool do_div8(struct cpu *c, u8 d)
{
	u16 n = (u16)c->reg[REG_RAX];

	if (d == 0 || n >> 8 >= d)
		return fault_raise(c, X86_VECTOR_DE) != CPU_EVENT;
	reg_set16(c, REG_RAX, (u16)((n % d) << 8 | n / d));
	return true;
}

static bool do_idiv8(struct cpu *c, u8 divisor)
{
	s16 n = (s16)c->reg[REG_RAX];
	s8 d = (s8)divisor;
	int q;

	if (d == 0)
		return fault_raise(c, X86_VECTOR_DE) != CPU_EVENT;
	q = n / d;
	if (q != (s8)q)
		return fault_raise(c, X86_VECTOR_DE) != CPU_EVENT;
	reg_set16(c, REG_RAX, (u16)((u8)(n % d) << 8 | (u8)q));
	return true;
}

#define DIVIDE_FORMS(name, bits)                                            \
	static OP(name##bits##_r)                                           \
	{                                                                   \
		if (UNLIKELY(!do_##name##bits(c, reg_get##bits(c, op->a)))) \
			OP_EVENT();                                         \
		OP_NEXT();                                                  \
	}                                                                   \
	OP_LOADING(name##bits##_m, bits, if (UNLIKELY(!do_##name##bits(c, v))) OP_EVENT())

#define DIVIDE_FAMILY(name)                                                \
	DIVIDE_FORMS(name, 8)                                              \
	DIVIDE_FORMS(name, 16)                                             \
	DIVIDE_FORMS(name, 32)                                             \
	DIVIDE_FORMS(name, 64)                                             \
	const struct family1 family_##name = {.r = FAMILY_SIZES(name, _r), \
					      .m = FAMILY_SIZES(name, _m)};

DIVIDE_FAMILY(div)
DIVIDE_FAMILY(idiv)

/* -- MULX: high half to the first operand, low half to the second (written first), no flags ----- */

static void do_mulx(struct cpu *c, const struct op *op, u64 v)
{
	wide128 product;

	if (op->size == 8) {
		product = (wide128)c->reg[REG_RDX] * v;
		c->reg[op->b] = (u64)product;
		c->reg[op->a] = (u64)(product >> 64);
	} else {
		u64 p32 = (u64)(u32)c->reg[REG_RDX] * (u32)v;

		c->reg[op->b] = (u32)p32;
		c->reg[op->a] = p32 >> 32;
	}
}

static OP(mulx_r)
{
	do_mulx(c, op, c->reg[op->misc]);
	OP_NEXT();
}

OP_LOADING(mulx32_m, 32, do_mulx(c, op, v))
OP_LOADING(mulx64_m, 64, do_mulx(c, op, v))

bool lower_mulx(struct lowering *l, const struct insn *row)
{
	struct op *op;

	if (lower_is_mem(l, 2)) {
		op = lower_emit_mem(l, l->zo[2].size == 64 ? mulx64_m : mulx32_m, 2, LOWER_READ);
	} else {
		op = lower_emit(l, mulx_r);
		op->misc = lower_reg(l->zo[2].reg.value);
	}
	op->size = (u8)(l->zo[0].size / 8);
	op->a = lower_reg(l->zo[0].reg.value);
	op->b = lower_reg(l->zo[1].reg.value);
	return true;
}
