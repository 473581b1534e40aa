/* SPDX-License-Identifier: MIT */
/*
 * The run loop: look up a block, run it, see what stopped it.
 *
 * Blocks hand over to each other by themselves; the loop is reached when a link or the jump cache
 * does not know the way, at every instruction that may change translation or mode, for faults, and
 * when c->attention is set.
 */
#include "chip/cpu/run.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi/x86.h"
#include "chip/cpu/decode/block.h"
#include "chip/cpu/exec/debug.h"
#include "chip/cpu/exec/exception.h"
#include "chip/cpu/mmu/mmu.h"
#include "chip/cpu/svm/svm.h"
#include "chip/cpu/trace/internal.h"

/* -- sleeping ----------------------------------------------------------------------------------------- */

static long futex(const _Atomic u32 *word, int op, u32 value)
{
	return syscall(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, value, NULL, NULL, 0);
}

void cpu_attend(struct cpu *c, u32 why)
{
	atomic_fetch_or_explicit(c->attention, why, memory_order_seq_cst);
	if (atomic_load_explicit(&c->asleep, memory_order_seq_cst))
		futex(c->attention, FUTEX_WAKE, 1);
}

/*
 * HLT: the agent parks, so others need no answer from this core, and the thread sleeps until
 * something is to be attended to.
 */
static void sleep_until_attention(struct cpu *c)
{
	cache_agent_park(c->agent);
	atomic_store_explicit(&c->asleep, true, memory_order_seq_cst);
	for (;;) {
		u32 now = atomic_load_explicit(c->attention, memory_order_seq_cst);

		if (now & ATTENTION_ALL)
			break;
		futex(c->attention, FUTEX_WAIT, now);
	}
	atomic_store_explicit(&c->asleep, false, memory_order_relaxed);
	cache_agent_run(c->agent);
}

/* -- one block ---------------------------------------------------------------------------------------- */

static enum cpu_stop dispatch(struct cpu *c, const struct op *op)
{
	enum cpu_stop stop = op->fn(c, op);

	while (stop == CPU_GO)
		stop = c->op->fn(c, c->op);
	return stop;
}

unsigned cpu_not_done(const struct cpu *c, const struct op *op)
{
	unsigned done = 0;

	for (const struct op *o = c->block->ops; o->ip_off != op->ip_off; o++)
		if (o[1].ip_off != o->ip_off)
			done++;
	return c->block->count - done;
}

enum cpu_stop cpu_run_block(struct cpu *c)
{
	struct block *b = block_find(c);
	enum cpu_stop stop;

	if (!b)
		return CPU_EVENT;
	c->block = b;
	c->reg[REG_BLOCK] = c->rip;
	c->icount += b->count;
	stop = dispatch(c, b->ops);
	if (stop == CPU_EVENT) {
		c->rip = op_rip(c, c->op) & c->ip_mask;
		c->icount -= cpu_not_done(c, c->op);
		if (c->event.noncanonical && c->op->seg == SEG_SS)
			c->event.vector = X86_VECTOR_SS;
	}
	return stop;
}

/* -- events ------------------------------------------------------------------------------------------- */

/* A store into the running block: that one instruction alone, then on as usual. */
static enum cpu_stop run_alone(struct cpu *c)
{
	u8 mode = c->mode;
	enum cpu_stop stop;

	c->event.kind = EVENT_NONE;
	c->mode |= MODE_SINGLE;
	stop = cpu_run_block(c);
	if (c->mode == (mode | MODE_SINGLE))
		c->mode = mode;
	return stop;
}

/* A block, or at PACE_INSTRUCTION one instruction. */
static enum cpu_stop run_on(struct cpu *c)
{
	bool trace = trace_wants(c, TRACE_EXEC);
	enum cpu_stop stop;

	if (trace)
		trace_before(c);
	stop = cpu_run_block(c);
	if (stop == CPU_EVENT && c->event.kind == EVENT_RESTART)
		stop = run_alone(c);
	if (trace)
		trace_after(c, stop);
	return stop;
}

/* False: a #VMEXIT. */
static bool handle_stop(struct cpu *c, enum cpu_stop stop)
{
	if (stop != CPU_EVENT)
		return true;
	if (c->event.kind == EVENT_RESTART) { /* disturbed again: look up, then try once more */
		c->event.kind = EVENT_NONE;
		return true;
	}
	if (c->event.kind == EVENT_EXIT) {
		if (c->event.complete)
			c->rip = c->event.next_rip;
		return false;
	}
	return exc_deliver_event(c) != CPU_EVENT;
}

/* False: a #VMEXIT. */
static bool look_up(struct cpu *c)
{
	u32 why = atomic_load_explicit(c->attention, memory_order_relaxed);

	if (why & CACHE_PENDING)
		cache_agent_poll(c->agent);
	if (!(why & ATTENTION_ALL))
		return true;
	atomic_fetch_and_explicit(c->attention, ~(u32)ATTENTION_ALL, memory_order_acquire);
	return svm_take_events(c) != CPU_EVENT;
}

/* The instruction that the shadow covered is over. */
static void end_shadow(struct cpu *c)
{
	c->shadow = SHADOW_NONE;
	cpu_context_changed(c);
	cpu_attend(c, ATTENTION_WINDOW);
}

void cpu_run_begin(struct cpu *c)
{
	c->debug_trap = 0; /* of an instruction that ended in a #VMEXIT */
	if (!(c->mode & MODE_SINGLE))
		c->rflags &= ~RFLAGS_RF; /* it counts only where breakpoints do */
}

enum cpu_pass cpu_run_pass(struct cpu *c)
{
	enum cpu_stop stop = CPU_GO;
	bool single, shadow;

	if (!look_up(c))
		return PASS_EXIT;
	if (c->halted)
		return PASS_HALTED;
	single = c->mode & MODE_SINGLE;
	shadow = c->shadow != SHADOW_NONE;
	if (single)
		stop = debug_before(c);
	if (stop != CPU_EVENT)
		stop = run_on(c);
	if (!handle_stop(c, stop))
		return PASS_EXIT;
	if (shadow)
		end_shadow(c);
	if ((single || c->debug_trap) && stop == CPU_NEXT && debug_after(c) == CPU_EVENT)
		return PASS_EXIT;
	return PASS_ON;
}

void cpu_run(struct cpu *c)
{
	enum cpu_pass pass;

	cpu_run_begin(c);
	while ((pass = cpu_run_pass(c)) != PASS_EXIT)
		if (pass == PASS_HALTED)
			sleep_until_attention(c);
}

void cpu_set_pace(struct cpu *c, enum cpu_pace pace)
{
	if (c->pace == pace)
		return;
	c->pace = pace;
	block_cache_flush(c);
}
