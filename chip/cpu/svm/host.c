/* SPDX-License-Identifier: MIT */
/*
 * The host's side: what its kernel does with this core by SVM instructions and MSRs.
 *	[APM2 15.4, 15.5.2, 15.30; APM3 VMRUN, VMSAVE, VMLOAD, INVLPGA, WBINVD]
 */
#include "chip/cpu/cpu.h"

#include <stdlib.h>

#include "abi/msr.h"
#include "chip/cpu/mmu/mmu.h"
#include "chip/cpu/model/msr.h"
#include "chip/cpu/svm/internal.h"

/* -- making ------------------------------------------------------------------------------------- */

/*
 * A host kernel that is up: it runs in 64-bit mode with paging.  SVM, memory encryption and SmmLock
 * are for it to enable; TSC zero is when the core was made.
 */
struct svm *svm_new(struct cpu *c)
{
	struct svm *s = calloc(1, sizeof(*s));

	c->svm = s;
	if (!s)
		return NULL;
	s->host_cr0 = CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_PG;
	s->host_cr4 = CR4_PAE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT;
	s->host_efer = EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE;
	s->gif = true;
	return s;
}

void svm_free(struct svm *s)
{
	free(s);
}

/* -- MSRs --------------------------------------------------------------------------------------- */

static enum cpu_host_result host_result(struct cpu *c, enum cpu_stop stop)
{
	if (stop != CPU_EVENT)
		return CPU_HOST_OK;
	c->event.kind = EVENT_NONE;
	return CPU_HOST_GP;
}

enum cpu_host_result cpu_host_rdmsr(struct cpu *c, u32 msr, u64 *value)
{
	return host_result(c, cpu_rdmsr(c, msr, value));
}

/* The agent runs, for MSRs that flush caches. */
enum cpu_host_result cpu_host_wrmsr(struct cpu *c, u32 msr, u64 value)
{
	enum cpu_stop stop;

	cache_agent_run(c->agent);
	stop = cpu_wrmsr(c, msr, value);
	cache_agent_park(c->agent);
	return host_result(c, stop);
}

/* -- SVM instructions --------------------------------------------------------------------------- */

static bool svm_enabled(const struct cpu *c)
{
	return c->svm->host_efer & EFER_SVME;
}

/* CPU_HOST_OK: the instruction may go on with this VMCB address. */
static enum cpu_host_result check_vmcb(const struct cpu *c, spa_t vmcb)
{
	if (!svm_enabled(c))
		return CPU_HOST_UD;
	if (vmcb.v & PAGE_MASK || !fabric_contains(c->fabric, vmcb, PAGE_SIZE))
		return CPU_HOST_GP;
	return CPU_HOST_OK;
}

enum cpu_host_result cpu_vmrun(struct cpu *c, spa_t vmcb)
{
	enum cpu_host_result result = check_vmcb(c, vmcb);

	if (result != CPU_HOST_OK)
		return result;
	if (c->svm->syscfg & SYSCFG_SNP_EN && c->svm->vm_hsave_pa == 0)
		return CPU_HOST_GP;
	cache_agent_run(c->agent);
	svm_vmrun(c, vmcb);
	cache_agent_park(c->agent);
	return CPU_HOST_OK;
}

enum cpu_host_result cpu_vmload(struct cpu *c, spa_t vmcb)
{
	enum cpu_host_result result = check_vmcb(c, vmcb);

	if (result != CPU_HOST_OK)
		return result;
	cache_agent_run(c->agent);
	svm_vmload(c, vmcb);
	cache_agent_park(c->agent);
	return CPU_HOST_OK;
}

enum cpu_host_result cpu_vmsave(struct cpu *c, spa_t vmcb)
{
	enum cpu_host_result result = check_vmcb(c, vmcb);

	if (result != CPU_HOST_OK)
		return result;
	cache_agent_run(c->agent);
	svm_vmsave(c, vmcb);
	cache_agent_park(c->agent);
	return CPU_HOST_OK;
}

enum cpu_host_result cpu_invlpga(struct cpu *c, u64 la, u32 asid)
{
	if (!svm_enabled(c))
		return CPU_HOST_UD;
	cache_agent_run(c->agent);
	mmu_invlpga(c, la, asid);
	cache_agent_park(c->agent);
	return CPU_HOST_OK;
}

enum cpu_host_result cpu_wbinvd(struct cpu *c)
{
	cache_agent_run(c->agent);
	cache_flush_all(c->cache, c->agent);
	cache_agent_park(c->agent);
	return CPU_HOST_OK;
}
