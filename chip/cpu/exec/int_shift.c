/* SPDX-License-Identifier: MIT */
/* Shifts and rotates by one, by an immediate, by CL; double shifts; the flagless ones of BMI2. */
#include "chip/cpu/exec/int_shift.h"

#include "chip/cpu/exec/alu.h"
#include "chip/cpu/exec/mem_op.h"
#include "chip/cpu/exec/reg.h"

#define SIZES(MAKE, name) MAKE(name, 8) MAKE(name, 16) MAKE(name, 32) MAKE(name, 64)

/* Second operand 1 or CL arrives as an immediate or as register RCX. */
#define SHIFT(name, bits)                                                                        \
	static OP(name##bits##_rr)                                                               \
	{                                                                                        \
		reg_set##bits(                                                                   \
			c, op->a,                                                                \
			alu_##name##bits(reg_get##bits(c, op->a), (u8)c->reg[REG_RCX], &c->cc)); \
		OP_NEXT();                                                                       \
	}                                                                                        \
	static OP(name##bits##_ri)                                                               \
	{                                                                                        \
		reg_set##bits(c, op->a,                                                          \
			      alu_##name##bits(reg_get##bits(c, op->a), (u8)op->imm, &c->cc));   \
		OP_NEXT();                                                                       \
	}                                                                                        \
	OP_MODIFYING(name##bits##_mr, bits, alu_##name##bits(v, (u8)c->reg[REG_RCX], &cc))       \
	OP_MODIFYING(name##bits##_mi, bits, alu_##name##bits(v, (u8)op->imm, &cc))

#define SHIFT_FAMILY(name)                     \
	SIZES(SHIFT, name)                     \
	const struct family2 family_##name = { \
		.rr = FAMILY_SIZES(name, _rr), \
		.ri = FAMILY_SIZES(name, _ri), \
		.mr = FAMILY_SIZES(name, _mr), \
		.mi = FAMILY_SIZES(name, _mi), \
	};

SHIFT_FAMILY(rol)
SHIFT_FAMILY(ror)
SHIFT_FAMILY(rcl)
SHIFT_FAMILY(rcr)
SHIFT_FAMILY(shl)
SHIFT_FAMILY(shr)
SHIFT_FAMILY(sar)

/* -- SHLD, SHRD: misc tells whether the count is the immediate -------------------------------- */

static ALWAYS_INLINE u8 double_count(const struct cpu *c, const struct op *op)
{
	return op->misc ? (u8)op->imm : (u8)c->reg[REG_RCX];
}

#define DOUBLE_SHIFT(name, bits)                                                                 \
	static OP(name##bits##_rr)                                                               \
	{                                                                                        \
		reg_set##bits(c, op->a,                                                          \
			      alu_##name##bits(reg_get##bits(c, op->a), reg_get##bits(c, op->b), \
					       double_count(c, op), &c->cc));                    \
		OP_NEXT();                                                                       \
	}                                                                                        \
	OP_MODIFYING(name##bits##_mr, bits,                                                      \
		     alu_##name##bits(v, reg_get##bits(c, op->b), double_count(c, op), &cc))

#define DOUBLE_SHIFT_FAMILY(name)                                    \
	DOUBLE_SHIFT(name, 16)                                       \
	DOUBLE_SHIFT(name, 32)                                       \
	DOUBLE_SHIFT(name, 64)                                       \
	const struct family2 family_##name = {                       \
		.rr = {NULL, name##16_rr, name##32_rr, name##64_rr}, \
		.mr = {NULL, name##16_mr, name##32_mr, name##64_mr}, \
	};

DOUBLE_SHIFT_FAMILY(shld)
DOUBLE_SHIFT_FAMILY(shrd)

bool lower_double_shift(struct lowering *l, const struct insn *row)
{
	bool ok = lower_family2(l, row);
	struct op *op = &l->ops[l->used - 1];

	op->misc = lower_is_imm(l, 2);
	if (op->misc)
		op->imm = l->zo[2].imm.value.u;
	return ok;
}

/* -- SARX SHLX SHRX RORX: no flags -------------------------------------------------------------- */

/* c->reg[misc] holds the count; RORX has it in imm. */
#define FLAGLESS(name, bits, expression)                                             \
	static OP(name##bits##_rr)                                                   \
	{                                                                            \
		u##bits v = reg_get##bits(c, op->b);                                 \
		unsigned n = (unsigned)(c->reg[op->misc] + op->imm) & (bits - 1);    \
                                                                                     \
		reg_set##bits(c, op->a, expression);                                 \
		OP_NEXT();                                                           \
	}                                                                            \
	OP_LOADING(name##bits##_rm, bits,                                            \
		   unsigned n = (unsigned)(c->reg[op->misc] + op->imm) & (bits - 1); \
		   reg_set##bits(c, op->a, expression))

#define FLAGLESS_FAMILY(name, e32, e64)                       \
	FLAGLESS(name, 32, e32)                               \
	FLAGLESS(name, 64, e64)                               \
	const struct family2 family_##name = {                \
		.rr = {NULL, NULL, name##32_rr, name##64_rr}, \
		.rm = {NULL, NULL, name##32_rm, name##64_rm}, \
	};

FLAGLESS_FAMILY(sarx, (u32)((s32)v >> n), (u64)((s64)v >> n))
FLAGLESS_FAMILY(shlx, v << n, v << n)
FLAGLESS_FAMILY(shrx, v >> n, v >> n)
FLAGLESS_FAMILY(rorx, v >> n | v << (-n & 31), v >> n | v << (-n & 63))

bool lower_flagless_shift(struct lowering *l, const struct insn *row)
{
	bool ok = lower_family2(l, row);
	struct op *op = &l->ops[l->used - 1];

	op->misc = lower_is_imm(l, 2) ? REG_ZERO : lower_reg(l->zo[2].reg.value);
	op->imm = lower_is_imm(l, 2) ? l->zo[2].imm.value.u : 0;
	return ok;
}
