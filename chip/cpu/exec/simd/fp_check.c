/* SPDX-License-Identifier: MIT */
/* Unmasked SIMD floating-point exceptions: what stands around each instruction that can raise one. */
#include "chip/cpu/exec/simd/fp_check.h"

#include "abi/x86.h"
#include "chip/cpu/exec/simd/simd.h"
#include "chip/cpu/exec/simd/simd_lower.h"

enum {
	/* Found before the result is computed; an unmasked one keeps the others from being looked at. */
	EX_PRE = FPU_EX_IE | FPU_EX_DE | FPU_EX_ZE,
};

static void status_clear(struct cpu *c)
{
	u32 mxcsr = fpu_mxcsr_get(c);

	c->fpu.saved_cc = c->cc;
	fpu_mxcsr_set(c, mxcsr & ~FPU_EX_ALL);
	c->fpu.mxcsr = mxcsr; /* the status bits so far wait here */
}

OP(simd_fp_begin)
{
	YMM(SLOT_SAVED) = YMM(op->a);
	status_clear(c);
	OP_NEXT();
}

OP(simd_fp_begin_gpr)
{
	c->fpu.saved_reg = c->reg[op->a];
	status_clear(c);
	OP_NEXT();
}

/* Is a lane of the result denormal?  `exponent` selects the field, `rest` all but the sign. */
#define TINY(bits, exponent, rest)                                           \
	static bool tiny##bits(struct cpu *c, unsigned slot, unsigned lanes) \
	{                                                                    \
		for (unsigned i = 0; i < lanes; i++) {                       \
			u64 v = lanes##bits(c, slot)[i] & (rest);            \
                                                                             \
			if (v != 0 && (v & (exponent)) == 0)                 \
				return true;                                 \
		}                                                            \
		return false;                                                \
	}

TINY(16, 0x7c00u, 0x7fffu)
TINY(32, 0x7f800000u, 0x7fffffffu)
TINY(64, 0x7ff0000000000000ull, 0x7fffffffffffffffull)

/*
 * Unmasked underflow is signalled for a tiny result even when it is exact, which the host, where it
 * is masked, does not report.	[APM1 4.10.2 Underflow Exception]
 */
static bool is_tiny(struct cpu *c, const struct op *op)
{
	unsigned bytes = (unsigned)op->imm;

	switch (op->misc) {
	case FP_SINGLE:
		return tiny32(c, op->a, 1);
	case FP_SINGLES:
		return tiny32(c, op->a, bytes / 4);
	case FP_DOUBLE:
		return tiny64(c, op->a, 1);
	case FP_DOUBLES:
		return tiny64(c, op->a, bytes / 8);
	case FP_HALVES:
		return tiny16(c, op->a, bytes / 4);
	default:
		return false;
	}
}

/* True: an unmasked exception, c->event is filled; the status bits are settled in either case. */
static bool exception(struct cpu *c, const struct op *op)
{
	u32 unmasked = FPU_EX_ALL & ~FIELD_GET(MXCSR_MASKS, c->fpu.mxcsr);
	u32 found = fpu_mxcsr_get(c) & FPU_EX_ALL;
	u32 before = c->fpu.mxcsr;

	if (found & EX_PRE & unmasked)
		found &= EX_PRE;
	else if (unmasked & FPU_EX_UE && is_tiny(c, op))
		found |= FPU_EX_UE;
	fpu_mxcsr_set(c, before | found);
	if (!(found & unmasked))
		return false;
	c->cc = c->fpu.saved_cc;
	fault_raise(c, c->cr4 & CR4_OSXMMEXCPT ? X86_VECTOR_XF : X86_VECTOR_UD);
	return true;
}

OP(simd_fp_end)
{
	if (exception(c, op)) {
		YMM(op->a) = YMM(SLOT_SAVED);
		OP_EVENT();
	}
	OP_NEXT();
}

OP(simd_fp_end_gpr)
{
	if (exception(c, op)) {
		c->reg[op->a] = c->fpu.saved_reg;
		OP_EVENT();
	}
	OP_NEXT();
}
