/* SPDX-License-Identifier: MIT */
/*
 * Integer arithmetic as pure functions of values: result and flags, no memory, no faults.
 *
 * Each runs the host's own instruction and catches its flags, so results and flags, the
 * documented and the undefined ones, are the host's.  cc is in and out: operations that read flags
 * (ADC, SBB, RCL, RCR) or keep some (INC, DEC, rotates) begin by putting it back.
 */
#ifndef CHIP_CPU_EXEC_ALU_H
#define CHIP_CPU_EXEC_ALU_H

#include "chip/cpu/exec/flags.h"

/* CF back into the host's flags from bit 8 of cc, the others untouched. */
#define CC_RESTORE_CF "btw $8, %w[cc]\n\t"

#define ALU_BINARY(name, bits, before, insn, constraint)                              \
	static ALWAYS_INLINE u##bits alu_##name##bits(u##bits a, u##bits b, cc_t *cc) \
	{                                                                             \
		cc_t f = *cc;                                                         \
                                                                                      \
		__asm__(before insn " %[b], %[a]\n\t" CC_CATCH                        \
			: [a] "+" constraint(a), [cc] "+&a"(f)                        \
			: [b] constraint(b)                                           \
			: "cc");                                                      \
		*cc = f;                                                              \
		return a;                                                             \
	}

/* Flag writers that read none: cc is only an output, so no dependency on the old flags. */
#define ALU_BINARY_FRESH(name, bits, insn, constraint)                                \
	static ALWAYS_INLINE u##bits alu_##name##bits(u##bits a, u##bits b, cc_t *cc) \
	{                                                                             \
		cc_t f;                                                               \
                                                                                      \
		__asm__(insn " %[b], %[a]\n\t" CC_CATCH                               \
			: [a] "+" constraint(a), [cc] "=a"(f)                         \
			: [b] constraint(b)                                           \
			: "cc");                                                      \
		*cc = f;                                                              \
		return a;                                                             \
	}

#define ALU_UNARY(name, bits, before, insn, constraint)                    \
	static ALWAYS_INLINE u##bits alu_##name##bits(u##bits a, cc_t *cc) \
	{                                                                  \
		cc_t f = *cc;                                              \
                                                                           \
		__asm__(before insn " %[a]\n\t" CC_CATCH                   \
			: [a] "+" constraint(a), [cc] "+&a"(f)             \
			:                                                  \
			: "cc");                                           \
		*cc = f;                                                   \
		return a;                                                  \
	}

/*
 * Shifts and rotates by cl.  All flags go back first: a count of zero keeps them, rotates keep
 * SF ZF AF PF.
 */
#define ALU_SHIFT(name, bits, insn, constraint)                                      \
	static ALWAYS_INLINE u##bits alu_##name##bits(u##bits a, u8 count, cc_t *cc) \
	{                                                                            \
		cc_t f = *cc;                                                        \
                                                                                     \
		__asm__(CC_RESTORE insn " %%cl, %[a]\n\t" CC_CATCH                   \
			: [a] "+" constraint(a), [cc] "+&a"(f)                       \
			: "c"(count)                                                 \
			: "cc");                                                     \
		*cc = f;                                                             \
		return a;                                                            \
	}

#define ALU_DOUBLE_SHIFT(name, bits, insn)                                                      \
	static ALWAYS_INLINE u##bits alu_##name##bits(u##bits a, u##bits b, u8 count, cc_t *cc) \
	{                                                                                       \
		cc_t f = *cc;                                                                   \
                                                                                                \
		__asm__(CC_RESTORE insn " %%cl, %[b], %[a]\n\t" CC_CATCH                        \
			: [a] "+r"(a), [cc] "+&a"(f)                                            \
			: [b] "r"(b), "c"(count)                                                \
			: "cc");                                                                \
		*cc = f;                                                                        \
		return a;                                                                       \
	}

/* All four sizes; byte operands need a byte register. */
#define ALU_SIZES(MAKE, name, ...)           \
	MAKE(name, 8, __VA_ARGS__ "b", "q")  \
	MAKE(name, 16, __VA_ARGS__ "w", "r") \
	MAKE(name, 32, __VA_ARGS__ "l", "r") \
	MAKE(name, 64, __VA_ARGS__ "q", "r")

ALU_SIZES(ALU_BINARY_FRESH, add, "add")
ALU_SIZES(ALU_BINARY_FRESH, sub, "sub")
ALU_SIZES(ALU_BINARY_FRESH, and, "and")
ALU_SIZES(ALU_BINARY_FRESH, or, "or")
ALU_SIZES(ALU_BINARY_FRESH, xor, "xor")
ALU_SIZES(ALU_BINARY_FRESH, cmp, "cmp")
ALU_SIZES(ALU_BINARY_FRESH, test, "test")
ALU_SIZES(ALU_BINARY, adc, CC_RESTORE_CF, "adc")
ALU_SIZES(ALU_BINARY, sbb, CC_RESTORE_CF, "sbb")
ALU_SIZES(ALU_UNARY, inc, CC_RESTORE_CF, "inc")
ALU_SIZES(ALU_UNARY, dec, CC_RESTORE_CF, "dec")
ALU_SIZES(ALU_UNARY, neg, "", "neg")
ALU_SIZES(ALU_SHIFT, rol, "rol")
ALU_SIZES(ALU_SHIFT, ror, "ror")
ALU_SIZES(ALU_SHIFT, rcl, "rcl")
ALU_SIZES(ALU_SHIFT, rcr, "rcr")
ALU_SIZES(ALU_SHIFT, shl, "shl")
ALU_SIZES(ALU_SHIFT, shr, "shr")
ALU_SIZES(ALU_SHIFT, sar, "sar")

ALU_DOUBLE_SHIFT(shld, 16, "shldw")
ALU_DOUBLE_SHIFT(shld, 32, "shldl")
ALU_DOUBLE_SHIFT(shld, 64, "shldq")
ALU_DOUBLE_SHIFT(shrd, 16, "shrdw")
ALU_DOUBLE_SHIFT(shrd, 32, "shrdl")
ALU_DOUBLE_SHIFT(shrd, 64, "shrdq")

#define ALU_NOT(bits)                                                   \
	static ALWAYS_INLINE u##bits alu_not##bits(u##bits a, cc_t *cc) \
	{                                                               \
		(void)cc; /* NOT touches no flags */                    \
		return (u##bits) ~a;                                    \
	}

ALU_NOT(8)
ALU_NOT(16)
ALU_NOT(32)
ALU_NOT(64)

/* Bit tests within a register; the index is masked by the operand size. */
#define ALU_BIT(name, bits, insn)                                                     \
	static ALWAYS_INLINE u##bits alu_##name##bits(u##bits a, u##bits b, cc_t *cc) \
	{                                                                             \
		cc_t f = *cc;                                                         \
                                                                                      \
		__asm__(CC_RESTORE insn " %[b], %[a]\n\t" CC_CATCH                    \
			: [a] "+r"(a), [cc] "+&a"(f)                                  \
			: [b] "r"(b)                                                  \
			: "cc");                                                      \
		*cc = f;                                                              \
		return a;                                                             \
	}

#define ALU_BIT_SIZES(name, insn)   \
	ALU_BIT(name, 16, insn "w") \
	ALU_BIT(name, 32, insn "l") \
	ALU_BIT(name, 64, insn "q")

ALU_BIT_SIZES(bt, "bt")
ALU_BIT_SIZES(bts, "bts")
ALU_BIT_SIZES(btr, "btr")
ALU_BIT_SIZES(btc, "btc")

/* Scans and counts; BSF and BSR of zero leave the destination as it is. */
#define ALU_SCAN(name, bits, insn)                                                    \
	static ALWAYS_INLINE u##bits alu_##name##bits(u##bits a, u##bits b, cc_t *cc) \
	{                                                                             \
		cc_t f = *cc;                                                         \
                                                                                      \
		__asm__(CC_RESTORE insn " %[b], %[a]\n\t" CC_CATCH                    \
			: [a] "+&r"(a), [cc] "+&a"(f)                                 \
			: [b] "r"(b)                                                  \
			: "cc");                                                      \
		*cc = f;                                                              \
		return a;                                                             \
	}

#define ALU_SCAN_SIZES(name, insn)   \
	ALU_SCAN(name, 16, insn "w") \
	ALU_SCAN(name, 32, insn "l") \
	ALU_SCAN(name, 64, insn "q")

ALU_SCAN_SIZES(bsf, "bsf")
ALU_SCAN_SIZES(bsr, "bsr")
ALU_SCAN_SIZES(tzcnt, "tzcnt")
ALU_SCAN_SIZES(lzcnt, "lzcnt")
ALU_SCAN_SIZES(popcnt, "popcnt")

#undef ALU_SCAN_SIZES
#undef ALU_SCAN
#undef ALU_BIT_SIZES
#undef ALU_BIT
#undef ALU_NOT
#undef ALU_SIZES
#undef ALU_DOUBLE_SHIFT
#undef ALU_SHIFT
#undef ALU_UNARY
#undef ALU_BINARY_FRESH
#undef ALU_BINARY

#endif
