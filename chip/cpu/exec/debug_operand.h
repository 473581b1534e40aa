/* SPDX-License-Identifier: MIT */
/* An instruction's memory operands before it runs: for data breakpoints, and for the trace. */
#ifndef CHIP_CPU_EXEC_DEBUG_OPERAND_H
#define CHIP_CPU_EXEC_DEBUG_OPERAND_H

#include <Zydis/Zydis.h>

#include "chip/cpu/state.h"

/* Zydis for the mode that the core is in. */
void debug_decoder_init(const struct cpu *c, ZydisDecoder *z);

/* A repeated instruction with a count of zero touches nothing. */
bool debug_does_nothing(const struct cpu *c, const ZydisDecodedInstruction *zi);

/* Does the operand stand for bytes of memory?  Their linear address, by the registers as they are. */
bool debug_operand_is_access(const ZydisDecodedOperand *o);
u64 debug_operand_linear(const struct cpu *c, const ZydisDecodedInstruction *zi,
			 const ZydisDecodedOperand *o);

#endif
