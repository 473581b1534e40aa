/* SPDX-License-Identifier: MIT */
/*
 * The six arithmetic flags, as the host computes them.
 *
 * After a flag-writing operation the host's flags are caught with LAHF and SETO into a cc_t (SF ZF
 * AF PF CF in the high byte where LAHF puts them, OF in the low byte) - two cheap instructions, no
 * emulation, exact down to what documents leave undefined.  They go back the same way: ADD al, 7Fh
 * sets OF from the low byte, SAHF the rest.
 */
#ifndef CHIP_CPU_EXEC_FLAGS_H
#define CHIP_CPU_EXEC_FLAGS_H

#include "abi/x86.h"
#include "chip/cpu/state.h"

/* In inline assembly: catch the host's flags in %ax, and put %ax back into them. */
#define CC_CATCH   "lahf\n\tseto %%al\n\t"
#define CC_RESTORE "addb $0x7f, %%al\n\tsahf\n\t"

static inline u32 cc_to_rflags(cc_t cc)
{
	return ((u32)(cc >> 8) & (u32)(RFLAGS_ARITH & ~RFLAGS_OF)) | ((cc & 1u) << 11);
}

static inline cc_t cc_from_rflags(u64 rflags)
{
	return (cc_t)(((rflags & 0xd5) << 8) | ((rflags >> 11) & 1));
}

static inline bool cc_cf(cc_t cc)
{
	return cc & 0x100;
}

static inline bool cc_zf(cc_t cc)
{
	return cc & 0x4000;
}

/* Condition code n of Jcc/SETcc/CMOVcc (the low nibble of the opcode). */
static ALWAYS_INLINE bool cc_test(cc_t cc, unsigned n)
{
	bool sf = cc & 0x8000;
	bool of = cc & 1;
	bool r;

	switch (n >> 1) {
	case 0:
		r = of;
		break;
	case 1:
		r = cc & 0x100;
		break;
	case 2:
		r = cc & 0x4000;
		break;
	case 3:
		r = cc & 0x4100;
		break;
	case 4:
		r = sf;
		break;
	case 5:
		r = cc & 0x400;
		break;
	case 6:
		r = sf != of;
		break;
	default:
		r = (cc & 0x4000) || sf != of;
		break;
	}
	return r ^ (n & 1);
}

#endif
