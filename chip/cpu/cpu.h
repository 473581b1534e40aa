/* SPDX-License-Identifier: MIT */
/*
 * One x86-64 core as the platform sees it: it runs guests by VMRUN on a VMCB in physical memory,
 * and what comes back is a #VMEXIT in that VMCB.	[APM2 15.5]
 */
#ifndef CHIP_CPU_CPU_H
#define CHIP_CPU_CPU_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"

#include "chip/cache/cache.h"
#include "chip/fabric/fabric.h"

struct cpu;
struct cpu_model;

/*
 * Where time comes from: ticks since RESET, which never go back, at the frequency of the TSC.  Every
 * core of a socket has the same one.  Called on the core's thread.
 */
struct cpu_clock {
	u64 (*ticks)(void *ctx, const struct cpu *c);
	void *ctx;
};

/* The TSC of the machine we run on; and a tick an instruction, the same in every run. */
extern const struct cpu_clock cpu_clock_host, cpu_clock_instructions;

struct cpu_config {
	const struct cpu_model *model; /* kept */
	struct fabric *fabric;         /* kept */
	struct cache *cache;           /* kept; the core registers as an agent */
	const struct cpu_clock *clock; /* kept; NULL: cpu_clock_host */
	unsigned index;                /* core number on the socket: its APIC id */
	unsigned cores;                /* of the socket; 0 is taken for index + 1 */
	/*
	 * Whether an SEV guest may run under this ASID on this core now; kept, asked at VMRUN on the
	 * core's thread.  NULL: every ASID that can have a key may.
	 */
	bool (*asid_runnable)(void *ctx, unsigned asid, unsigned core);
	void *ctx;
};

/* NULL with *err set: out of memory, or no agent left. */
struct cpu *cpu_new(const struct cpu_config *cfg, struct error *err) MUST_CHECK;
void cpu_free(struct cpu *c);

/* What a host instruction that touches this core answers. */
enum cpu_host_result { CPU_HOST_OK, CPU_HOST_GP, CPU_HOST_UD };

/* The host kernel's MSRs on this core (EFER, VM_HSAVE_PA, VM_CR, SYSCFG, HWCR, TSC_RATIO ...). */
enum cpu_host_result cpu_host_rdmsr(struct cpu *c, u32 msr, u64 *value);
enum cpu_host_result cpu_host_wrmsr(struct cpu *c, u32 msr, u64 value);

/*
 * General registers 0..15 in encoding order.  VMRUN loads RAX and RSP from the VMCB; the rest is
 * what the host left in the registers, and after #VMEXIT what the guest left there.
 */
u64 cpu_reg_get(const struct cpu *c, unsigned n);
void cpu_reg_set(struct cpu *c, unsigned n, u64 v);

/* The other registers that VMRUN does not swap and that have no MSR: a host saves and loads them. */
struct cpu_extended {
	u8 fxsave[512]; /* FXSAVE64 image; XMM0..15 and MXCSR are in it */
	u8 ymm[16][16]; /* upper halves */
	u64 xcr0;
	u32 pkru;
	u64 dr[4];
};
void cpu_extended_get(const struct cpu *c, struct cpu_extended *x);
/* #GP: XCR0 or MXCSR has bits that XSETBV or FXRSTOR would refuse; nothing is changed then. */
enum cpu_host_result cpu_extended_set(struct cpu *c, const struct cpu_extended *x);

/*
 * VMRUN: runs the guest until a #VMEXIT, which stands in the VMCB when this returns CPU_HOST_OK.
 * Bounded only by events: cpu_kick() from any thread makes it exit with INTR, if that is
 * intercepted and V_INTR_MASKING is set (else the guest's own RFLAGS.IF can hold it back).  A kick
 * that comes while no guest runs ends the next VMRUN before its first instruction.
 * #GP for a VMCB address that is misaligned or not DRAM, #UD when EFER.SVME is clear.
 *
 * All from here to cpu_wbinvd() on one thread at a time, the core's own.
 */
enum cpu_host_result cpu_vmrun(struct cpu *c, spa_t vmcb);
enum cpu_host_result cpu_vmsave(struct cpu *c, spa_t vmcb);
enum cpu_host_result cpu_vmload(struct cpu *c, spa_t vmcb);
enum cpu_host_result cpu_invlpga(struct cpu *c, u64 la, u32 asid);
enum cpu_host_result cpu_wbinvd(struct cpu *c);

/* Any thread: a physical interrupt, NMI, SMI or INIT arrives at this core. */
void cpu_kick(struct cpu *c);
void cpu_raise_nmi(struct cpu *c);
void cpu_raise_smi(struct cpu *c);
void cpu_raise_init(struct cpu *c);

/* Instructions retired by guests on this core so far. */
u64 cpu_instructions(const struct cpu *c);

#endif
