/* SPDX-License-Identifier: MIT */
/*
 * Settings, and the lines of a trace.
 *
 * A sink may use floating point, while the guest's status flags are in the host's MXCSR: every line
 * goes out with that register saved around it, and with x87 data in memory.
 */
#include "chip/cpu/trace/trace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmmintrin.h>

#include "abi/fpu.h"
#include "chip/cpu/exec/simd/fpu.h"
#include "chip/cpu/mmu/mmu.h"
#include "chip/cpu/run.h"
#include "chip/cpu/trace/internal.h"

/* -- settings --------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	enum trace_kind kind;
} kinds_by_name[] = {{"exec", TRACE_EXEC}, {"fault", TRACE_FAULT}, {"exit", TRACE_EXIT}};

static unsigned kind_of(const char *word, size_t len)
{
	for (unsigned i = 0; i < ARRAY_SIZE(kinds_by_name); i++)
		if (strlen(kinds_by_name[i].name) == len &&
		    memcmp(kinds_by_name[i].name, word, len) == 0)
			return kinds_by_name[i].kind;
	return 0;
}

int cpu_trace_parse(const char *list, unsigned *kinds, struct error *err)
{
	unsigned found = 0;

	for (const char *word = list;; word++) {
		size_t len = strcspn(word, ",");
		unsigned kind = kind_of(word, len);

		if (kind == 0)
			return error_set(err, EINVAL,
					 "trace: \"%.*s\": not one of exec, fault, exit",
					 (int)(len > 64 ? 64 : len), word);
		found |= kind;
		word += len;
		if (*word == '\0')
			break;
	}
	*kinds = found;
	return 0;
}

int cpu_set_trace(struct cpu *c, const struct cpu_trace *t, struct error *err)
{
	if (t->kinds && !c->trace) {
		c->trace = aligned_alloc(_Alignof(struct trace), sizeof(*c->trace));
		if (!c->trace)
			return error_set(err, ENOMEM, "trace: out of memory");
		memset(c->trace, 0, sizeof(*c->trace));
	}
	if (!t->kinds) {
		trace_free(c->trace);
		c->trace = NULL;
	} else {
		c->trace->cfg = *t;
	}
	cpu_set_pace(c, t->kinds & TRACE_EXEC ? PACE_INSTRUCTION : PACE_FREE);
	return 0;
}

void trace_free(struct trace *t)
{
	free(t);
}

/* -- lines ------------------------------------------------------------------------------------ */

void trace_add(struct trace *t, const char *fmt, ...)
{
	size_t room = sizeof(t->line) - t->len;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(t->line + t->len, room, fmt, args);
	va_end(args);
	if (n > 0)
		t->len += (size_t)n < room ? (size_t)n : room - 1;
}

static void begin(struct cpu *c, const char *kind)
{
	c->trace->len = 0;
	trace_add(c->trace, "[%u] %s ", c->index, kind);
}

static void end(struct cpu *c)
{
	unsigned mxcsr = _mm_getcsr();

	fpu_x87_to_memory(c);
	_mm_setcsr(MXCSR_INIT);
	c->trace->cfg.line(c->trace->cfg.ctx, c->trace->line);
	_mm_setcsr(mxcsr);
}

static void add_place(struct trace *t, u16 sel, u64 rip)
{
	trace_add(t, "%04x:%016llx", sel, (unsigned long long)rip);
}

/* -- events ----------------------------------------------------------------------------------- */

void trace_fault(struct cpu *c, u8 vector, bool has_error, u32 error, u64 cr2)
{
	enum { VECTOR_PF = 14 };
	const char *name = trace_vector_name(vector);

	begin(c, "fault");
	trace_add(c->trace, "%s(%u)", name ? name : "vector", vector);
	if (has_error)
		trace_add(c->trace, " error %x", error);
	if (vector == VECTOR_PF)
		trace_add(c->trace, " cr2 %016llx", (unsigned long long)cr2);
	trace_add(c->trace, " at ");
	add_place(c->trace, c->seg[SEG_CS].sel, c->rip);
	end(c);
}

void trace_exit(struct cpu *c, u64 code, u64 info1, u64 info2)
{
	char room[24];

	begin(c, "exit");
	trace_add(c->trace, "%s(%llx) info1 %llx info2 %llx at ",
		  trace_exit_name(code, room, sizeof(room)), (unsigned long long)code,
		  (unsigned long long)info1, (unsigned long long)info2);
	add_place(c->trace, c->seg[SEG_CS].sel, c->rip);
	end(c);
}

/* -- instructions ----------------------------------------------------------------------------- */

void trace_before(struct cpu *c)
{
	fpu_x87_to_memory(c);
	fpu_sync(c);
	trace_decode(c, &c->trace->insn);
	c->trace->before = *c;
}

/* The bytes now at a memory operand; nothing where it is not DRAM. */
static void add_write(struct cpu *c, const struct trace_write *w)
{
	u8 bytes[64];
	u64 left = PAGE_SIZE - (w->la & PAGE_MASK);
	view_t view;
	spa_t spa;

	if (w->size == 0 || w->size > sizeof(bytes) || w->size > left ||
	    !mmu_peek(c, w->la, &spa, &view) ||
	    cache_read(c->cache, c->agent, REQ_GUEST_CORE, view, spa, bytes, w->size) != FABRIC_OK)
		return;
	trace_add(c->trace, " [%llx]=", (unsigned long long)w->la);
	for (unsigned n = w->size; n > 0; n--)
		trace_add(c->trace, "%02x", bytes[n - 1]);
}

static void add_bytes(struct trace *t, const struct trace_insn *insn)
{
	enum { COLUMNS = 24 };
	int pad = COLUMNS - 3 * (int)insn->len;

	for (unsigned n = 0; n < insn->len; n++)
		trace_add(t, " %02x", insn->code[n]);
	trace_add(t, "%*s %s", pad > 0 ? pad : 0, "", insn->text);
}

void trace_after(struct cpu *c, enum cpu_stop stop)
{
	struct trace *t = c->trace;
	size_t text;

	if (!t->insn.known)
		return;
	fpu_x87_to_memory(c);
	fpu_sync(c);
	begin(c, "exec");
	trace_add(t, "%llu ", (unsigned long long)t->before.icount + 1);
	add_place(t, t->before.seg[SEG_CS].sel, t->before.rip);
	add_bytes(t, &t->insn);
	text = t->len;
	trace_add(t, " ;");
	trace_add_changes(t, &t->before, c);
	for (unsigned n = 0; n < t->insn.writes && stop != CPU_EVENT; n++)
		add_write(c, &t->insn.write[n]);
	if (stop == CPU_EVENT)
		trace_add(t, " (stopped)");
	if (t->len == text + 2) /* nothing to say */
		t->line[text] = '\0';
	end(c);
}
