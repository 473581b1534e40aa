/* SPDX-License-Identifier: MIT */
/*
 * Two guests, step by step.
 *
 * At the leader's count of instructions the follower passes through several states, when a fault is
 * delivered there or an exit is taken: the leader's must be one of them.
 */
#include "chip/cpu/lockstep/lockstep.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chip/cpu/run.h"
#include "chip/cpu/trace/internal.h"

enum { CPUS_MAX = 8, STATES_MAX = 64, NARROWING = 16 };

/* One run of both from the start. */
struct run {
	const struct lockstep *l;
	void *leader, *follower;
	struct lockstep_report *r;
	bool ended[CPUS_MAX], halted[CPUS_MAX];
	u64 first_compare, interval; /* of memory, in steps */
	u64 last_same;               /* step at which memory was last the same */
	u64 trace_step;              /* the follower is traced in this one; ~0: in none */
	struct trace scratch;        /* room for a line */
};

/* -- the report ------------------------------------------------------------------------------- */

static void say(struct lockstep_report *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void say(struct lockstep_report *r, const char *fmt, ...)
{
	size_t len = strlen(r->text);
	va_list args;

	va_start(args, fmt);
	vsnprintf(r->text + len, sizeof(r->text) - len, fmt, args);
	va_end(args);
}

/* The last lines count: the first make room, and half of the text is for what comes behind. */
static void take_line(void *ctx, const char *line)
{
	struct lockstep_report *r = ctx;
	size_t len = strlen(r->text), size = strlen(line) + sizeof("  \n");

	while (len > 0 && len + size > sizeof(r->text) / 2) {
		size_t first = strcspn(r->text, "\n") + 1;

		len -= first;
		memmove(r->text, r->text + first, len + 1);
	}
	say(r, "  %s\n", line);
}

static void set_trace(struct run *s, unsigned cpu, unsigned kinds)
{
	const struct cpu_trace t = {.kinds = kinds, .line = take_line, .ctx = s->r};
	struct cpu *c = s->l->follower->core(s->follower, cpu);
	u8 pace = c->pace;

	(void)!cpu_set_trace(c, &t, NULL); /* without memory for it, a report without trace */
	cpu_set_pace(c, pace);
}

/* -- registers -------------------------------------------------------------------------------- */

/* What `is` has and `other` has not, as text in s->scratch; "" if they are the same. */
static const char *difference(struct run *s, const struct cpu *is, const struct cpu *other)
{
	s->scratch.len = 0;
	s->scratch.line[0] = '\0';
	if (is->rip != other->rip)
		trace_add(&s->scratch, " rip=%016llx", (unsigned long long)is->rip);
	if (is->icount != other->icount)
		trace_add(&s->scratch, " instructions=%llu", (unsigned long long)is->icount);
	trace_add_changes(&s->scratch, other, is);
	return s->scratch.line;
}

static bool same_registers(struct run *s, const struct cpu *a, const struct cpu *b)
{
	return *difference(s, a, b) == '\0';
}

static void report_registers(struct run *s, unsigned cpu, u64 first, const struct cpu *a,
			     const struct cpu *b)
{
	struct lockstep_report *r = s->r;

	r->cpu = cpu;
	r->first = first;
	r->last = a->icount;
	say(r, "CPU %u: registers differ after instructions %llu to %llu\n  %s:%s\n", cpu,
	    (unsigned long long)first, (unsigned long long)r->last, s->l->leader->name,
	    difference(s, a, b));
	say(r, "  %s:%s\n", s->l->follower->name, difference(s, b, a));
}

/* -- memory ----------------------------------------------------------------------------------- */

static bool same_memory(struct run *s)
{
	enum { SHOWN = 16 };
	u64 size, other_size, at = 0;
	const u8 *a = s->l->leader->memory(s->leader, &size);
	const u8 *b = s->l->follower->memory(s->follower, &other_size);

	if (size == other_size && memcmp(a, b, size) == 0)
		return true;
	while (at < size && at < other_size && a[at] == b[at])
		at++;
	s->r->in_memory = true;
	s->r->address = at;
	at &= ~(u64)(SHOWN - 1);
	say(s->r, "CPU %u: memory differs after instructions %llu to %llu, at %llx\n", s->r->cpu,
	    (unsigned long long)s->r->first, (unsigned long long)s->r->last,
	    (unsigned long long)s->r->address);
	for (unsigned side = 0; side < 2 && at + SHOWN <= size; side++) {
		say(s->r, "  %s:", side ? s->l->follower->name : s->l->leader->name);
		for (unsigned n = 0; n < SHOWN; n++)
			say(s->r, " %02x", (side ? b : a)[at + n]);
		say(s->r, "\n");
	}
	return false;
}

static bool memory_is_due(const struct run *s)
{
	u64 step = s->r->steps;

	return s->interval && step >= s->first_compare &&
	       (step - s->first_compare) % s->interval == 0;
}

/* -- steps ------------------------------------------------------------------------------------ */

/* The follower up to the leader's count, and to the state there that is the leader's. */
static bool follow(struct run *s, unsigned cpu, enum lockstep_step leader_step, u64 first)
{
	const struct lockstep_engine *f = s->l->follower;
	const struct cpu *a = s->l->leader->core(s->leader, cpu);
	const struct cpu *b = f->core(s->follower, cpu);
	enum lockstep_step step = LOCKSTEP_ON;
	struct cpu at_count = *b;

	if (b->icount < a->icount)
		step = f->step(s->follower, cpu, a->icount);
	for (unsigned n = 0; n < STATES_MAX; n++) {
		bool same = same_registers(s, a, b);

		if (same && step == leader_step)
			return true;
		if (b->icount <= a->icount)
			at_count = *b;
		if (b->icount != a->icount || step != LOCKSTEP_ON)
			break;
		step = f->step(s->follower, cpu, 0);
	}
	report_registers(s, cpu, first, a, &at_count);
	if (step != leader_step)
		say(s->r, "  they stop in different ways: %d, %d\n", leader_step, step);
	return false;
}

static bool step_cpu(struct run *s, unsigned cpu)
{
	const struct lockstep_engine *e = s->l->leader;
	u64 before = e->core(s->leader, cpu)->icount;
	enum lockstep_step step = e->step(s->leader, cpu, 0);
	bool same;

	s->r->cpu = cpu;
	s->r->first = before + 1;
	s->r->last = e->core(s->leader, cpu)->icount;
	if (s->r->steps == s->trace_step)
		set_trace(s, cpu, TRACE_EXEC | TRACE_FAULT | TRACE_EXIT);
	same = follow(s, cpu, step, before + 1);
	if (s->r->steps == s->trace_step)
		set_trace(s, cpu, 0);
	s->r->steps++;
	s->r->instructions += s->r->last - before;
	s->halted[cpu] = step == LOCKSTEP_HALTED;
	s->ended[cpu] = step == LOCKSTEP_ENDED;
	if (same && memory_is_due(s)) {
		same = same_memory(s);
		if (same)
			s->last_same = s->r->steps;
	}
	return same;
}

/* One has ended, which ends the guest; or all sleep, and nobody is left to wake them. */
static bool is_over(const struct run *s)
{
	bool all_halted = true;

	if (s->l->instructions && s->r->instructions >= s->l->instructions)
		return true;
	for (unsigned n = 0; n < s->l->cpus; n++) {
		if (s->ended[n])
			return true;
		all_halted &= s->halted[n];
	}
	return all_halted;
}

static enum lockstep_result run_both(struct run *s)
{
	while (!is_over(s))
		for (unsigned n = 0; n < s->l->cpus && !is_over(s); n++)
			if (!step_cpu(s, n))
				return LOCKSTEP_DIFFERENT;
	return same_memory(s) ? LOCKSTEP_SAME : LOCKSTEP_DIFFERENT;
}

/* From the start, with s->first_compare, s->interval and s->trace_step as they are. */
static enum lockstep_result run_again(struct run *s, struct error *err)
{
	enum lockstep_result result = LOCKSTEP_NO_GUEST;

	memset(s->r, 0, sizeof(*s->r));
	memset(s->ended, 0, sizeof(s->ended));
	memset(s->halted, 0, sizeof(s->halted));
	s->last_same = 0;
	s->follower = NULL;
	s->leader = s->l->leader->make(s->l->leader->arg, err);
	if (s->leader)
		s->follower = s->l->follower->make(s->l->follower->arg, err);
	if (s->follower)
		result = run_both(s);
	if (s->leader)
		s->l->leader->free(s->leader);
	if (s->follower)
		s->l->follower->free(s->follower);
	return result;
}

/* Which step made the difference in memory that was found after it? */
static enum lockstep_result narrow(struct run *s, struct error *err)
{
	enum lockstep_result result = LOCKSTEP_DIFFERENT;

	while (result == LOCKSTEP_DIFFERENT && s->r->in_memory && s->r->steps - s->last_same > 1) {
		u64 steps = s->r->steps - s->last_same;

		s->first_compare = s->last_same + 1;
		s->interval = steps > NARROWING ? steps / NARROWING : 1;
		result = run_again(s, err);
	}
	return result;
}

enum lockstep_result lockstep_run(const struct lockstep *l, struct lockstep_report *r,
				  struct error *err)
{
	struct run *s = aligned_alloc(_Alignof(struct run), sizeof(*s));
	enum lockstep_result result;

	if (!s) {
		error_set(err, ENOMEM, "lockstep: out of memory");
		return LOCKSTEP_NO_GUEST;
	}
	memset(s, 0, sizeof(*s));
	s->l = l;
	s->r = r;
	s->interval = l->memory_interval;
	s->trace_step = ~0ull;
	result = run_again(s, err);
	if (result == LOCKSTEP_DIFFERENT)
		result = narrow(s, err);
	if (result == LOCKSTEP_DIFFERENT) {
		s->trace_step = r->steps - 1;
		result = run_again(s, err);
	}
	free(s);
	return result;
}
