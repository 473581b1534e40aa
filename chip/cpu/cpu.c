/* SPDX-License-Identifier: MIT */
/* One core put together, and the doors of cpu.h. */
#include "chip/cpu/cpu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <x86intrin.h>

#include "abi/fpu.h"
#include "abi/msr.h"
#include "abi/paging.h"
#include "abi/x86.h"
#include "chip/cpu/decode/block.h"
#include "chip/cpu/exec/simd/fpu.h"
#include "chip/cpu/mmu/mmu.h"
#include "chip/cpu/model/msr.h"
#include "chip/cpu/run.h"
#include "chip/cpu/svm/svm.h"
#include "chip/cpu/trace/internal.h"

/* -- clocks ------------------------------------------------------------------------------------- */

/* Behind all loads: a guest orders RDTSC by LFENCE, for which a core that runs in order does nothing. */
static u64 ticks_of_host(void *ctx, const struct cpu *c)
{
	_mm_lfence();
	return __rdtsc();
}

static u64 ticks_of_instructions(void *ctx, const struct cpu *c)
{
	return c->icount;
}

const struct cpu_clock cpu_clock_host = {ticks_of_host, NULL};
const struct cpu_clock cpu_clock_instructions = {ticks_of_instructions, NULL};

/* -- RESET -------------------------------------------------------------------------------------- */

static struct segment segment_at_reset(u16 attr)
{
	return (struct segment){.attr = attr, .limit = 0xffff};
}

/* [APM2 14.1.3 Processor Initialization State] */
static void reset_registers(struct cpu *c)
{
	enum { DATA = 0x93, LDT = 0x82, TSS = 0x8b, EDX_SIGNATURE = 1 };
	struct cpuid_regs id;

	for (unsigned n = 0; n < SEG_COUNT; n++)
		c->seg[n] = segment_at_reset(DATA);
	c->seg[SEG_CS].sel = 0xf000;
	c->seg[SEG_CS].base = 0xffff0000;
	c->ldtr = segment_at_reset(LDT);
	c->tr = segment_at_reset(TSS);
	c->gdtr.limit = 0xffff;
	c->idtr.limit = 0xffff;
	c->cr0 = CR0_INIT;
	c->dr6 = DR6_INIT;
	c->dr7 = DR7_INIT;
	c->xcr0 = XCR0_INIT;
	c->pat = PAT_INIT;
	cpu_rflags_set(c, RFLAGS_INIT);
	c->rip = 0xfff0;
	cpu_cpuid(c, 1, 0, &id);
	c->reg[REG_RDX] = id.eax;
}

static void reset(struct cpu *c)
{
	cpu_msr_reset(c);
	if (c->index == 0)
		c->msr[MSR_SLOT_APIC_BASE] |= APIC_BASE_BSP;
	reset_registers(c);
	fpu_reset(c);
}

/* -- making ------------------------------------------------------------------------------------- */

static void configure(struct cpu *c, const struct cpu_config *cfg)
{
	c->model = cfg->model;
	c->fabric = cfg->fabric;
	c->cache = cfg->cache;
	c->clock = cfg->clock ? cfg->clock : &cpu_clock_host;
	c->index = cfg->index;
	c->cores = cfg->cores ? cfg->cores : cfg->index + 1;
	c->asid_runnable = cfg->asid_runnable;
	c->ctx = cfg->ctx;
}

/* False: out of memory, or no agent left.  What was made is there to be freed. */
static bool make_parts(struct cpu *c)
{
	if (!svm_new(c))
		return false;
	reset(c);
	if (!mmu_new(c))
		return false;
	if (!block_cache_init(c))
		return false;
	cpu_context_changed(c);
	return true;
}

struct cpu *cpu_new(const struct cpu_config *cfg, struct error *err)
{
	struct cpu *c = aligned_alloc(_Alignof(struct cpu), sizeof(*c));

	if (!c) {
		error_set(err, ENOMEM, "core %u: out of memory", cfg->index);
		return NULL;
	}
	memset(c, 0, sizeof(*c));
	configure(c, cfg);
	if (!make_parts(c)) {
		error_set(err, ENOMEM, "core %u: out of memory, or more than %d cores", cfg->index,
			  CACHE_AGENTS_MAX);
		cpu_free(c);
		return NULL;
	}
	return c;
}

void cpu_free(struct cpu *c)
{
	if (!c)
		return;
	trace_free(c->trace);
	block_cache_fini(c);
	mmu_free(c->mmu);
	svm_free(c->svm);
	free(c);
}

/* -- registers ---------------------------------------------------------------------------------- */

u64 cpu_reg_get(const struct cpu *c, unsigned n)
{
	return c->reg[n & 15];
}

void cpu_reg_set(struct cpu *c, unsigned n, u64 v)
{
	c->reg[n & 15] = v;
}

u64 cpu_instructions(const struct cpu *c)
{
	return c->icount;
}

/* -- events ------------------------------------------------------------------------------------- */

static void raise_event(struct cpu *c, enum svm_pending event)
{
	atomic_fetch_or_explicit(&c->svm->pending, event, memory_order_release);
	cpu_attend(c, ATTENTION_EVENT);
}

void cpu_kick(struct cpu *c)
{
	raise_event(c, SVM_PENDING_INTR);
}

void cpu_raise_nmi(struct cpu *c)
{
	raise_event(c, SVM_PENDING_NMI);
}

void cpu_raise_smi(struct cpu *c)
{
	raise_event(c, SVM_PENDING_SMI);
}

void cpu_raise_init(struct cpu *c)
{
	raise_event(c, SVM_PENDING_INIT);
}
