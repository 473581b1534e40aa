/* SPDX-License-Identifier: MIT */
/*
 * What interrupt delivery and far CALL have in common: the code segment behind a gate, the stack
 * that the TSS holds for a more privileged level, and how CS and SS are loaded.
 *	[APM2 4.11 Control-Transfer Privilege Checks, 8.9 Long-Mode Interrupt Control Transfers]
 */
#ifndef CHIP_CPU_EXEC_GATE_H
#define CHIP_CPU_EXEC_GATE_H

#include "chip/cpu/exec/desc.h"
#include "chip/cpu/exec/frame.h"

struct gate {
	u64 offset;
	u16 sel;  /* of the code segment, or of the TSS */
	u16 attr; /* type, DPL, P */
	u8 count; /* parameters of a legacy call gate; IST in long mode */
};

/* Unpacks a gate; the offset is cut to 16 bits for the 16-bit types. */
void gate_from_desc(const struct cpu *c, const struct desc *d, struct gate *g);

/*
 * The code segment that a gate leads to, and the CPL it runs at (never less privileged than now).
 * False with c->event filled: #GP or #NP with its selector.
 */
bool gate_code(struct cpu *c, u16 sel, struct desc *code, u8 *cpl);

/* May execution go on at this offset of the code segment?  #GP(0) if not. */
bool code_target(struct cpu *c, const struct desc *code, u64 offset);

/* Marks the descriptor accessed and loads CS at this CPL.  False: the descriptor's page faulted. */
bool code_load(struct cpu *c, struct desc *code, u8 cpl);

/*
 * The stack for `cpl` from the TSS: in long mode RSPn with a null SS, else SS:eSP with all checks
 * of the segment.  False with c->event filled (#TS, #SS, #NP).
 */
bool gate_inner_stack(struct cpu *c, u8 cpl, struct push_frame *f);

/* Long mode: IST entry 1..7. */
bool gate_ist_stack(struct cpu *c, u8 ist, struct push_frame *f);

/* SS as a change of privilege leaves it in long mode. */
struct segment null_ss(u8 cpl);

#endif
