/* SPDX-License-Identifier: MIT */
/* What the core calls when it traces, and what the files of this folder share. */
#ifndef CHIP_CPU_TRACE_INTERNAL_H
#define CHIP_CPU_TRACE_INTERNAL_H

#include <stdarg.h>

#include <Zydis/Zydis.h>

#include "chip/cpu/decode/block.h"
#include "chip/cpu/trace/trace.h"

enum { TRACE_LINE_MAX = 4096, TRACE_WRITES = 2, TRACE_INSN_MAX = 15 };

/* A memory operand that the instruction is going to write. */
struct trace_write {
	u64 la;
	unsigned size;
};

/* The instruction that is about to run. */
struct trace_insn {
	bool known; /* it could be fetched */
	u8 code[TRACE_INSN_MAX];
	unsigned len;
	char text[96];
	struct trace_write write[TRACE_WRITES];
	unsigned writes;
};

struct trace {
	struct cpu_trace cfg;
	struct cpu before; /* as the instruction found it; its pointers are not followed */
	struct trace_insn insn;
	char line[TRACE_LINE_MAX];
	size_t len;
};

/* -- hooks of the core (trace.c) -------------------------------------------------------------- */

static inline bool trace_wants(const struct cpu *c, enum trace_kind kind)
{
	return UNLIKELY(c->trace != NULL) && c->trace->cfg.kinds & kind;
}

/* Around one instruction, between fpu_enter() and fpu_leave(); stop: how it ended. */
void trace_before(struct cpu *c);
void trace_after(struct cpu *c, enum cpu_stop stop);

/* An exception is to be delivered or intercepted; a #VMEXIT stands in c->event. */
void trace_fault(struct cpu *c, u8 vector, bool has_error, u32 error, u64 cr2);
void trace_exit(struct cpu *c, u64 code, u64 info1, u64 info2);

void trace_free(struct trace *t);

/* -- lines (trace.c) -------------------------------------------------------------------------- */

/* Appends to the line; what does not fit is left out. */
void trace_add(struct trace *t, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* -- instructions (insn.c) -------------------------------------------------------------------- */

/* What stands at c->rip, as the next block would have it. */
void trace_decode(struct cpu *c, struct trace_insn *insn);

/* -- differences (changes.c) ------------------------------------------------------------------ */

/* Appends " name=value" for every register in which `now` is not `before`.  rIP is left out. */
void trace_add_changes(struct trace *t, const struct cpu *before, const struct cpu *now);

/* -- names (names.c) -------------------------------------------------------------------------- */

/* "#PF"; NULL: it has none.  "IOIO", "EXCP14", "CR0_READ" ...; room is at least 24 bytes. */
const char *trace_vector_name(u8 vector);
const char *trace_exit_name(u64 code, char *room, size_t size);

#endif
