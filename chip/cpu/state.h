/* SPDX-License-Identifier: MIT */
/*
 * What one core holds: registers, segments, control state, and the pointers that its parts share.
 *
 * Owned by the thread that runs the core.  Other threads reach it only through the atomic words
 * named below (attention) and through the cache's agent protocol.
 */
#ifndef CHIP_CPU_STATE_H
#define CHIP_CPU_STATE_H

#include "base/compiler.h"
#include "base/types.h"

#include "abi/vmcb.h"

#include "chip/cache/cache.h"

#include "chip/cpu/event.h"

#include <stdatomic.h>

/*
 * General registers in encoding order, then three that only address arithmetic uses, so that every
 * address has the one shape base + index * scale + displacement.
 */
enum cpu_reg {
	REG_RAX,
	REG_RCX,
	REG_RDX,
	REG_RBX,
	REG_RSP,
	REG_RBP,
	REG_RSI,
	REG_RDI,
	REG_R8,
	REG_R9,
	REG_R10,
	REG_R11,
	REG_R12,
	REG_R13,
	REG_R14,
	REG_R15,
	REG_ZERO,  /* always 0: an absent base or index */
	REG_BLOCK, /* rIP of the running block's first instruction: base of RIP-relative operands */
	REG_EA,    /* linear address left by op_ea for the operation after it */
	REG_TEMP,  /* value between the operations of one instruction */
	REG_COUNT = 20,
};

/*
 * The interrupt shadow lasts for the one instruction after the one that opened it.  That of MOV SS
 * and POP SS holds back #DB traps too.
 */
enum cpu_shadow { SHADOW_NONE, SHADOW_STI, SHADOW_MOV_SS };

/* In encoding order (MOV Sreg). */
enum cpu_seg { SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS, SEG_COUNT };

/* A segment register with its hidden part; `attr` in VMCB form (type 3:0, S 4, DPL 6:5, P 7, ...). */
struct segment {
	u16 sel;
	u16 attr;
	u32 limit; /* in bytes, granularity already applied */
	u64 base;
};

struct table_register {
	u64 base;
	u16 limit;
};

/*
 * How instructions are decoded and which handlers they get: part of a block's identity.  The width
 * (MODE_WIDTH) with these bits.
 */
enum cpu_mode {
	MODE_16,
	MODE_32,
	MODE_64,
	MODE_WIDTH = 3,
	MODE_SINGLE = 1 << 2,  /* one instruction a block: TF, interrupt shadow, self-patching */
	MODE_FP_SLOW = 1 << 3, /* some SIMD exception is unmasked: check each operation */
	MODE_REAL = 1 << 4,    /* real or virtual-8086 mode: Zydis' REAL_16 tables */
	MODE_FLAT = 1 << 5,    /* CS covers the address space from 0: blocks may be linked by rIP */
	MODE_X87_SLOW = 1 << 6, /* the same of x87 */
};

/*
 * Arithmetic flags as the host left them after the last flag-writing instruction: `lahf` in the
 * high byte (SF ZF . AF . PF . CF), `seto` in the low byte.  See exec/flags.h.
 */
typedef u16 cc_t;

/*
 * x87, MMX and SIMD registers, kept by exec/simd/ (see fpu.h there): the x87 part may be in the
 * host's FPU, and while a guest runs MXCSR's status bits are in the host's MXCSR.
 */
struct fpu_state {
	u8 x87[512] ALIGNED(64);    /* FXSAVE64 image; of it FCW to FDP and the eight registers */
	u8 ymm[18][32] ALIGNED(32); /* XMMn in the low half; the last two are scratch */
	u32 mxcsr;
	u16 x87_cs, x87_ds; /* selectors of x87's FIP and FDP */
	u16 denied;         /* INSN_SSE, INSN_AVX, INSN_X87, INSN_MMX: classes that may not run */
	u8 x87_at;          /* enum fpu_x87_at: where x87 and MMX data is */
	cc_t saved_cc;
	u64 saved_reg; /* with ymm[17]: what a SIMD exception puts back */
};

struct cpu_clock;   /* cpu.h: where time comes from */
struct cpu_model;   /* model/model.h: CPUID leaves, MSR table, features */
struct mmu;         /* mmu/mmu.h: soft TLB contexts, paging-structure state */
struct tlb_bank;    /* mmu/tlb.h: load, store and fetch arrays of one context */
struct block_cache; /* decode/block.h */
struct trace;       /* trace/internal.h */
struct svm;         /* svm/svm.h: the VMCB's control area as loaded by VMRUN, and host state */

/* How far blocks reach before the run loop gets to see the core: for the trace and for lockstep. */
enum cpu_pace {
	PACE_FREE,        /* blocks hand over to each other */
	PACE_BLOCK,       /* one block at a time */
	PACE_INSTRUCTION, /* one instruction at a time, which the guest does not notice */
};

enum { CPU_MSRS = 128 };

struct cpu {
	/* -- hot: touched by every instruction -- */
	u64 reg[REG_COUNT];
	cc_t cc;                   /* CF PF AF ZF SF OF; the other flags are in rflags */
	const struct op *op;       /* trampoline builds: the operation to run next */
	struct tlb_bank *tlb;      /* the context of the current CPL, AC, paging mode */
	u64 icount;                /* instructions retired; counted a block at a time */
	const struct block *block; /* running now; stores into its own bytes restart alone */
	struct jump_entry *jumps;  /* decode/block.h: rIP to block, for indirect jumps */
	struct block_link *link;   /* to be filled with the block that is looked up next */
	/*
	 * Nonzero when the run loop must look up before the next block: a request of the cache
	 * (CACHE_PENDING), or enum cpu_attention bits.  The agent's word, set from any thread.
	 */
	_Atomic u32 *attention;
	_Atomic bool asleep; /* in HLT: wake the thread after setting attention */

	union {
		u8 b[64];
		u64 q[8];
	} mem ALIGNED(64); /* data of slow memory accesses, see mmu/mem.h */
	bool swapped;      /* outcome of lock_cmpxchg_slow() */

	/* -- architectural -- */
	u64 rip;    /* at block boundaries; inside a block reg[REG_BLOCK] + op->ip_off */
	u64 rflags; /* all but CF PF AF ZF SF OF, which are in cc; bit 1 set */
	struct segment seg[SEG_COUNT];
	struct segment ldtr, tr;
	struct table_register gdtr, idtr;
	u64 cr0, cr2, cr3, cr4, cr8, efer;
	u64 dr[4], dr6, dr7;
	u64 xcr0, xss;
	u32 pkru;
	u64 ip_mask; /* ffff_ffff outside 64-bit mode */
	u8 va_shift; /* bits above a canonical address: 16, or 7 with 5-level paging */
	u8 cpl;
	u8 mode; /* enum cpu_mode: width and bits */
	/*
	 * Names the fetch context (address space, CPL, mode) in its present incarnation: equal values
	 * guarantee equal translation of every fetch, so block links may trust it.  Kept by mmu/.
	 */
	u64 fetch_ctx;
	u8 shadow;       /* enum cpu_shadow */
	u16 debug_trap;  /* DR6 bits of the #DB trap that is due behind this instruction */
	bool nmi_masked; /* between NMI delivery and IRET */
	bool halted;
	bool monitor_armed; /* by MONITOR, until MWAIT */
	struct fpu_state fpu;

	/* MSRs that live in the save area; the rest is in msr[] by model/msr.h's table. */
	u64 star, lstar, cstar, sfmask, kernel_gs_base;
	u64 sysenter_cs, sysenter_esp, sysenter_eip;
	u64 pat, tsc_aux, dbgctl;
	u64 br_from, br_to, last_excp_from, last_excp_to;
	u64 spec_ctrl;
	u64 msr[CPU_MSRS];

	/* -- what stops an instruction -- */
	struct cpu_event event;

	/* -- parts -- */
	const struct cpu_model *model;
	struct mmu *mmu;
	struct block_cache *blocks;
	struct svm *svm;
	struct cache *cache;
	struct cache_agent *agent;
	struct fabric *fabric;
	const struct cpu_clock *clock;
	struct trace *trace; /* NULL: off */
	u8 pace;             /* enum cpu_pace; changed by cpu_set_pace() only */
	unsigned index;      /* core number on the socket ... */
	unsigned cores;      /* ... which has so many */
	bool (*asid_runnable)(void *ctx, unsigned asid, unsigned core); /* NULL: always */
	void *ctx;
};

/* Derived state.  Whoever changes CPL, CS, CR0, CR3, CR4, EFER or RFLAGS.AC/VM calls this after. */
void cpu_context_changed(struct cpu *c);

static inline bool cpu_long_mode(const struct cpu *c)
{
	return c->efer & (1u << 10);
}

static inline bool cpu_protected(const struct cpu *c)
{
	return c->cr0 & 1;
}

static inline bool cpu_v86(const struct cpu *c)
{
	return c->rflags & (1u << 17);
}

/* Full RFLAGS, arithmetic flags included; and back. */
u64 cpu_rflags_get(const struct cpu *c);
void cpu_rflags_set(struct cpu *c, u64 rflags);

#endif
