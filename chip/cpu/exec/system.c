/* SPDX-License-Identifier: MIT */
/*
 * CPUID, model-specific registers, counters, random numbers, protection keys, HLT and PAUSE, and the
 * instructions that raise events.	[APM3, APM2 15.9 Instruction Intercepts]
 */
#include "chip/cpu/exec/system.h"

#include <sys/random.h>

#include "abi/msr.h"
#include "abi/x86.h"
#include "base/bug.h"
#include "chip/cpu/exec/flags.h"
#include "chip/cpu/exec/flags_sys.h"
#include "chip/cpu/exec/intercept.h"
#include "chip/cpu/exec/mem_op.h"
#include "chip/cpu/exec/reg.h"
#include "chip/cpu/model/model.h"
#include "chip/cpu/run.h"
#include "chip/cpu/svm/svm.h"

static bool refuse(struct cpu *c)
{
	fault_raise_error(c, X86_VECTOR_GP, 0);
	return false;
}

static bool undefined(struct cpu *c)
{
	fault_raise(c, X86_VECTOR_UD);
	return false;
}

static void set_edx_eax(struct cpu *c, u64 v)
{
	reg_set32(c, REG_RAX, (u32)v);
	reg_set32(c, REG_RDX, (u32)(v >> 32));
}

static u64 edx_eax(const struct cpu *c)
{
	return (u32)c->reg[REG_RAX] | c->reg[REG_RDX] << 32;
}

/* -- CPUID, MSRs -------------------------------------------------------------------------------------- */

static void do_cpuid(struct cpu *c)
{
	struct cpuid_regs r;

	cpu_cpuid(c, reg_get32(c, REG_RAX), reg_get32(c, REG_RCX), &r);
	reg_set32(c, REG_RAX, r.eax);
	reg_set32(c, REG_RBX, r.ebx);
	reg_set32(c, REG_RCX, r.ecx);
	reg_set32(c, REG_RDX, r.edx);
}

OP(op_cpuid)
{
	do_cpuid(c);
	OP_NEXT();
}

/* Privilege, then the permission map, then whether the MSR exists.	[APM2 15.11] */
static bool msr_stops(struct cpu *c, const struct op *op, u32 msr, bool write)
{
	if (!svm_intercepts_msr(c, msr, write))
		return false;
	intercept_exit(c, op, VMEXIT_MSR, write ? MSR_INFO1_WRITE : MSR_INFO1_READ, 0);
	return true;
}

static bool do_rdmsr(struct cpu *c, const struct op *op)
{
	u32 msr = reg_get32(c, REG_RCX);
	u64 v;

	if (msr_stops(c, op, msr, false) || cpu_rdmsr(c, msr, &v) == CPU_EVENT)
		return false;
	set_edx_eax(c, v);
	return true;
}

OP(op_rdmsr)
{
	unsigned ahead = cpu_not_done(c, op); /* as in tsc_at(): MSRs tell the time, too */
	bool done;

	c->icount -= ahead;
	done = do_rdmsr(c, op);
	c->icount += ahead;
	if (!done)
		OP_EVENT();
	OP_NEXT();
}

/* With the EFER write trap an ES guest's hypervisor is told after the write. */
static bool efer_trap(struct cpu *c, const struct op *op, u32 msr)
{
	if (msr != MSR_EFER || !(c->svm->ctl.nested_ctl & VMCB_SEV_ES_ENABLE) ||
	    !svm_intercepts(c, VMEXIT_EFER_WRITE_TRAP))
		return false;
	exit_raise(c, VMEXIT_EFER_WRITE_TRAP, c->efer, 0);
	c->event.next_rip = op_next_rip(c, op) & c->ip_mask;
	c->event.complete = true;
	return true;
}

static bool do_wrmsr(struct cpu *c, const struct op *op)
{
	u32 msr = reg_get32(c, REG_RCX);

	if (msr_stops(c, op, msr, true) || cpu_wrmsr(c, msr, edx_eax(c)) == CPU_EVENT)
		return false;
	return !efer_trap(c, op, msr);
}

OP(op_wrmsr)
{
	if (!do_wrmsr(c, op))
		OP_EVENT();
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

/* -- counters ----------------------------------------------------------------------------------------- */

static bool tsc_allowed(struct cpu *c)
{
	return c->cpl == 0 || !(c->cr4 & CR4_TSD) || !cpu_protected(c) || refuse(c);
}

/* The clock may count instructions: those behind op in the block are not in it yet. */
static u64 tsc_at(struct cpu *c, const struct op *op)
{
	unsigned ahead = cpu_not_done(c, op);
	u64 tsc;

	c->icount -= ahead;
	tsc = cpu_tsc(c);
	c->icount += ahead;
	return tsc;
}

OP(op_rdtsc)
{
	if (!tsc_allowed(c) || intercepted(c, op, VMEXIT_RDTSC, 0))
		OP_EVENT();
	set_edx_eax(c, tsc_at(c, op));
	OP_NEXT();
}

OP(op_rdtscp)
{
	if (!tsc_allowed(c) || intercepted(c, op, VMEXIT_RDTSCP, 0))
		OP_EVENT();
	set_edx_eax(c, tsc_at(c, op));
	reg_set32(c, REG_RCX, (u32)c->tsc_aux);
	OP_NEXT();
}

OP(op_rdpid)
{
	c->reg[op->a] = (u32)c->tsc_aux;
	OP_NEXT();
}

/* Six counters of the core, four of the northbridge, six of the L3: none of them counts. */
enum { PMC_COUNT = 16 };

static bool do_rdpmc(struct cpu *c, const struct op *op)
{
	if (c->cpl != 0 && cpu_protected(c) && !(c->cr4 & CR4_PCE))
		return refuse(c);
	if (reg_get32(c, REG_RCX) >= PMC_COUNT)
		return refuse(c);
	if (intercepted(c, op, VMEXIT_RDPMC, 0))
		return false;
	set_edx_eax(c, 0);
	return true;
}

OP(op_rdpmc)
{
	if (!do_rdpmc(c, op))
		OP_EVENT();
	OP_NEXT();
}

/* MPERF and APERF, both counting as the TSC does; of other registers zero. */
static bool do_rdpru(struct cpu *c, const struct op *op)
{
	enum { RDPRU_APERF = 1 };

	if (c->cpl != 0 && c->cr4 & CR4_TSD)
		return undefined(c);
	if (intercepted(c, op, VMEXIT_RDPRU, 0))
		return false;
	set_edx_eax(c, reg_get32(c, REG_RCX) <= RDPRU_APERF ? tsc_at(c, op) : 0);
	return true;
}

OP(op_rdpru)
{
	if (!do_rdpru(c, op))
		OP_EVENT();
	OP_NEXT();
}

/* -- random numbers ----------------------------------------------------------------------------------- */

/* The host system's own generator; it does not fail once the system is up. */
static u64 random_number(void)
{
	u64 v;
	ssize_t n;

	do
		n = getrandom(&v, sizeof(v), 0);
	while (n < 0);
	BUG_ON(n != sizeof(v));
	return v;
}

/* CF: there was a number; the other flags are cleared. */
OP(op_rdrand)
{
	reg_set(c, op->a, op->size, random_number());
	c->cc = cc_from_rflags(RFLAGS_CF);
	OP_NEXT();
}

/* -- protection keys ---------------------------------------------------------------------------------- */

static bool pkru_allowed(struct cpu *c)
{
	if (!(c->cr4 & CR4_PKE))
		return undefined(c);
	return reg_get32(c, REG_RCX) == 0 || refuse(c);
}

OP(op_rdpkru)
{
	if (!pkru_allowed(c))
		OP_EVENT();
	set_edx_eax(c, c->pkru);
	OP_NEXT();
}

static bool do_wrpkru(struct cpu *c)
{
	if (!pkru_allowed(c))
		return false;
	if (reg_get32(c, REG_RDX) != 0)
		return refuse(c);
	c->pkru = reg_get32(c, REG_RAX);
	cpu_context_changed(c);
	return true;
}

OP(op_wrpkru)
{
	if (!do_wrpkru(c))
		OP_EVENT();
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

/* -- HLT, PAUSE --------------------------------------------------------------------------------------- */

/* IDLE_HLT, where set, replaces HLT: it lets a HLT pass that a virtual event would end at once. */
static bool hlt_stops(struct cpu *c, const struct op *op)
{
	u64 code = VMEXIT_HLT;

	if (svm_intercepts(c, VMEXIT_IDLE_HLT)) {
		if (c->svm->ctl.vintr & (VMCB_V_IRQ | VMCB_V_NMI))
			return false;
		code = VMEXIT_IDLE_HLT;
	} else if (!svm_intercepts(c, VMEXIT_HLT)) {
		return false;
	}
	intercept_exit_automatic(c, op, code);
	return true;
}

OP(op_hlt)
{
	if (hlt_stops(c, op))
		OP_EVENT();
	c->halted = true;
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

OP(op_pause)
{
	if (svm_intercepts_pause(c)) {
		intercept_exit_automatic(c, op, VMEXIT_PAUSE);
		OP_EVENT();
	}
	__builtin_ia32_pause();
	OP_NEXT();
}

/* -- events ------------------------------------------------------------------------------------------- */

static void raise_behind(struct cpu *c, const struct op *op, enum cpu_event_kind kind, u8 vector)
{
	c->event = (struct cpu_event){
		.kind = kind, .vector = vector, .next_rip = op_next_rip(c, op) & c->ip_mask};
}

/* imm: vector.  The intercept comes before everything, even IOPL in virtual-8086 mode. */
static OP(int_n)
{
	if (!intercepted(c, op, VMEXIT_SWINT, op->imm))
		raise_behind(c, op, EVENT_SOFT, (u8)op->imm);
	OP_EVENT();
}

bool lower_int(struct lowering *l, const struct insn *row)
{
	lower_emit(l, int_n)->imm = l->zo[0].imm.value.u & 0xff;
	l->ends = true;
	return true;
}

OP(op_int3)
{
	raise_behind(c, op, EVENT_TRAP, X86_VECTOR_BP);
	OP_EVENT();
}

OP(op_int1)
{
	raise_behind(c, op, EVENT_TRAP, X86_VECTOR_DB);
	OP_EVENT();
}

OP(op_into)
{
	if (c->cc & 1) {
		raise_behind(c, op, EVENT_TRAP, X86_VECTOR_OF);
		OP_EVENT();
	}
	OP_NEXT();
}

/* a: signed index; in memory its lower and its upper bound. */
static bool do_bound(struct cpu *c, const struct op *op)
{
	s32 index, lower, upper;

	if (!mem_load_slow(c, op_ea_fast(c, op), 2u * op->size))
		return false;
	if (op->size == 2) {
		index = (s16)c->reg[op->a];
		lower = (s16)host_load16(c->mem.b);
		upper = (s16)host_load16(c->mem.b + 2);
	} else {
		index = (s32)c->reg[op->a];
		lower = (s32)host_load32(c->mem.b);
		upper = (s32)host_load32(c->mem.b + 4);
	}
	if (index >= lower && index <= upper)
		return true;
	fault_raise(c, X86_VECTOR_BR);
	c->event.next_rip = op_next_rip(c, op) & c->ip_mask;
	return false;
}

OP(op_bound)
{
	if (!do_bound(c, op))
		OP_EVENT();
	OP_NEXT();
}
