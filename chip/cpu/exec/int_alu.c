/* SPDX-License-Identifier: MIT */
/*
 * ADD OR ADC SBB AND SUB XOR CMP TEST, INC DEC NEG NOT in all sizes and forms, plain and LOCKed.
 */
#include "chip/cpu/exec/int_alu.h"

#include "chip/cpu/exec/alu.h"
#include "chip/cpu/exec/lock.h"
#include "chip/cpu/exec/mem_op.h"
#include "chip/cpu/exec/reg.h"

#define SIZES(MAKE, name) MAKE(name, 8) MAKE(name, 16) MAKE(name, 32) MAKE(name, 64)

/* -- two operands ------------------------------------------------------------------------------ */

#define ALU2_REG(name, bits, commit)                                                               \
	static OP(name##bits##_rr)                                                                 \
	{                                                                                          \
		commit(bits, alu_##name##bits(reg_get##bits(c, op->a), reg_get##bits(c, op->b),    \
					      &c->cc));                                            \
		OP_NEXT();                                                                         \
	}                                                                                          \
	static OP(name##bits##_ri)                                                                 \
	{                                                                                          \
		commit(bits, alu_##name##bits(reg_get##bits(c, op->a), (u##bits)op->imm, &c->cc)); \
		OP_NEXT();                                                                         \
	}                                                                                          \
	OP_LOADING(name##bits##_rm, bits,                                                          \
		   commit(bits, alu_##name##bits(reg_get##bits(c, op->a), v, &c->cc)))

#define COMMIT_REG(bits, value)   reg_set##bits(c, op->a, value)
#define COMMIT_FLAGS(bits, value) (void)(value)

#define ALU2_WRITING(name, bits)                                                               \
	ALU2_REG(name, bits, COMMIT_REG)                                                       \
	OP_MODIFYING(name##bits##_mr, bits, alu_##name##bits(v, reg_get##bits(c, op->b), &cc)) \
	OP_MODIFYING(name##bits##_mi, bits, alu_##name##bits(v, (u##bits)op->imm, &cc))        \
	OP_LOCKED(lock_##name##bits##_mr, bits,                                                \
		  host_lock_##name##bits(p, reg_get##bits(c, op->b), &c->cc),                  \
		  alu_##name##bits(v, reg_get##bits(c, op->b), &cc))                           \
	OP_LOCKED(lock_##name##bits##_mi, bits,                                                \
		  host_lock_##name##bits(p, (u##bits)op->imm, &c->cc),                         \
		  alu_##name##bits(v, (u##bits)op->imm, &cc))

#define ALU2_FAMILY(name)                                  \
	SIZES(ALU2_WRITING, name)                          \
	const struct family2 family_##name = {             \
		.rr = FAMILY_SIZES(name, _rr),             \
		.ri = FAMILY_SIZES(name, _ri),             \
		.rm = FAMILY_SIZES(name, _rm),             \
		.mr = FAMILY_SIZES(name, _mr),             \
		.mi = FAMILY_SIZES(name, _mi),             \
		.lock_mr = FAMILY_SIZES(lock_##name, _mr), \
		.lock_mi = FAMILY_SIZES(lock_##name, _mi), \
	};

ALU2_FAMILY(add)
ALU2_FAMILY(or)
ALU2_FAMILY(adc)
ALU2_FAMILY(sbb)
ALU2_FAMILY(and)
ALU2_FAMILY(sub)
ALU2_FAMILY(xor)

/* CMP and TEST: no result but the flags. */
#define ALU2_READING(name, bits)                                                                \
	ALU2_REG(name, bits, COMMIT_FLAGS)                                                      \
	OP_LOADING(name##bits##_mr, bits, alu_##name##bits(v, reg_get##bits(c, op->b), &c->cc)) \
	OP_LOADING(name##bits##_mi, bits, alu_##name##bits(v, (u##bits)op->imm, &c->cc))

#define ALU2_READING_FAMILY(name)              \
	SIZES(ALU2_READING, name)              \
	const struct family2 family_##name = { \
		.rr = FAMILY_SIZES(name, _rr), \
		.ri = FAMILY_SIZES(name, _ri), \
		.rm = FAMILY_SIZES(name, _rm), \
		.mr = FAMILY_SIZES(name, _mr), \
		.mi = FAMILY_SIZES(name, _mi), \
	};

ALU2_READING_FAMILY(cmp)
ALU2_READING_FAMILY(test)

/* -- one operand ------------------------------------------------------------------------------- */

#define ALU1(name, bits)                                                                    \
	static OP(name##bits##_r)                                                           \
	{                                                                                   \
		reg_set##bits(c, op->a, alu_##name##bits(reg_get##bits(c, op->a), &c->cc)); \
		OP_NEXT();                                                                  \
	}                                                                                   \
	OP_MODIFYING(name##bits##_m, bits, alu_##name##bits(v, &cc))                        \
	OP_LOCKED(lock_##name##bits##_m, bits, host_lock_##name##bits(p, &c->cc),           \
		  alu_##name##bits(v, &cc))

#define ALU1_FAMILY(name)                                \
	SIZES(ALU1, name)                                \
	const struct family1 family_##name = {           \
		.r = FAMILY_SIZES(name, _r),             \
		.m = FAMILY_SIZES(name, _m),             \
		.lock_m = FAMILY_SIZES(lock_##name, _m), \
	};

ALU1_FAMILY(inc)
ALU1_FAMILY(dec)
ALU1_FAMILY(neg)
ALU1_FAMILY(not )
