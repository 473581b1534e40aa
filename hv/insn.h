/* SPDX-License-Identifier: MIT */
/*
 * The instruction behind a nested page fault, from the bytes that the core put into the VMCB.
 *
 * Only what software does to a device's registers: moves between memory and a register or an
 * immediate, with and without extension, exchanges, and STOS.  Anything else is refused, so that a
 * device never sees half of a larger operation.  The bytes come from the core, for an encrypted guest
 * too: its memory would show the hypervisor nothing.	[APM2 15.8.4 Nested and Intercepted #PF]
 */
#ifndef HV_INSN_H
#define HV_INSN_H

#include "base/types.h"

enum insn_kind {
	INSN_LOAD,     /* memory to register */
	INSN_STORE,    /* register or immediate to memory */
	INSN_EXCHANGE, /* both; always locked */
	INSN_STOS,     /* rAX to memory, rDI on, and with rep rCX down */
};

/* How a loaded value fills its register. */
enum insn_extend { INSN_MERGE, INSN_ZERO, INSN_SIGN };

struct insn {
	enum insn_kind kind;
	enum insn_extend extend;
	u8 len;      /* bytes of the instruction */
	u8 size;     /* bytes in memory: 1, 2, 4, 8 */
	u8 reg_size; /* bytes of the register: 1, 2, 4, 8 */
	u8 reg;      /* 0..15 in encoding order */
	bool high;   /* AH, CH, DH, BH of register `reg` */
	bool immediate;
	u64 value; /* of the immediate, sign-extended */
	bool rep;
	u8 address_size; /* 2, 4, 8: how much of rCX and rDI STOS uses */
};

/* Default operand size of the code segment. */
enum insn_mode { INSN_MODE_16 = 2, INSN_MODE_32 = 4, INSN_MODE_64 = 8 };

/* False: the bytes are too few, or not one of these instructions with a memory operand. */
bool insn_decode(struct insn *i, const u8 *bytes, unsigned len, enum insn_mode mode);

#endif
