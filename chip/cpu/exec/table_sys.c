/* SPDX-License-Identifier: MIT */
/*
 * System instructions, one row per mnemonic: who may run it, its #VMEXIT code, and how an ES guest
 * leaves (by itself, or by #VC).	[APM2 15.9, 15.35.4]
 *
 * An intercept that comes right behind the privilege check is made by the lowering; where the order
 * is another (RDTSC, ports, MSRs, descriptor-table reads ...) the handler makes it, and the row's
 * code documents it.
 */
#include "chip/cpu/exec/tables.h"

#include "abi/svm_exit.h"
#include "chip/cpu/exec/cache_ops.h"
#include "chip/cpu/exec/control_reg.h"
#include "chip/cpu/exec/desc_query.h"
#include "chip/cpu/exec/desc_table.h"
#include "chip/cpu/exec/far.h"
#include "chip/cpu/exec/flags_sys.h"
#include "chip/cpu/exec/intercept.h"
#include "chip/cpu/exec/io.h"
#include "chip/cpu/exec/segment.h"
#include "chip/cpu/exec/svm_ops.h"
#include "chip/cpu/exec/syscall.h"
#include "chip/cpu/exec/system.h"

enum { VMEXIT_NONE = EXIT_NONE };

/* clang-format off */

/* ROW(mnemonic, conditions, intercept, ES class, feature, lowering, .member = ...) */
#define ROW(m, conditions, code, es_class, needs, how, ...) \
	{ .mnemonic = ZYDIS_MNEMONIC_##m, .cond = (conditions), .exit = VMEXIT_##code, \
	  .es = ES_##es_class, .feature = FEATURE_##needs, .lower = (how), __VA_ARGS__ }

#define CPL0	INSN_CPL0
#define ENDS	INSN_ENDS_BLOCK
#define PROT	INSN_PROTECTED

static const struct insn rows[] = {
	/* identification, MSRs, counters */
	ROW(CPUID,	0,		CPUID,	NAE,	BASE,	lower_intercepted, .fn = op_cpuid),
	ROW(RDMSR,	CPL0,		MSR,	NAE,	BASE,	lower_plain,	.fn = op_rdmsr),
	ROW(WRMSR,	CPL0 | ENDS,	MSR,	NAE,	BASE,	lower_plain,	.fn = op_wrmsr),
	ROW(RDTSC,	0,		RDTSC,	NAE,	BASE,	lower_plain,	.fn = op_rdtsc),
	ROW(RDTSCP,	0,		RDTSCP,	NAE,	RDTSCP,	lower_plain,	.fn = op_rdtscp),
	ROW(RDPMC,	0,		RDPMC,	NAE,	BASE,	lower_plain,	.fn = op_rdpmc),
	ROW(RDPRU,	0,		RDPRU,	NAE,	RDPRU,	lower_plain,	.fn = op_rdpru),
	ROW(RDPID,	0,		NONE,	NONE,	RDPID,	lower_plain,	.fn = op_rdpid),
	ROW(RDRAND,	0,		NONE,	NONE,	RDRAND,	lower_plain,	.fn = op_rdrand),
	ROW(RDSEED,	0,		NONE,	NONE,	RDSEED,	lower_plain,	.fn = op_rdrand),

	/* control registers */
	ROW(CLTS,	CPL0 | ENDS,	CR0_WRITE, NAE,	BASE,	lower_plain,	.fn = op_clts),
	ROW(LMSW,	CPL0 | ENDS,	CR0_WRITE, NAE,	BASE,	lower_lmsw),
	ROW(SMSW,	0,		CR0_READ, NAE,	BASE,	lower_smsw),
	ROW(RDPKRU,	0,		NONE,	NONE,	PKU,	lower_plain,	.fn = op_rdpkru),
	ROW(WRPKRU,	ENDS,		NONE,	NONE,	PKU,	lower_plain,	.fn = op_wrpkru),

	/* flags and waiting */
	ROW(CLI,	0,		NONE,	NONE,	BASE,	lower_plain,	.fn = op_cli),
	ROW(STI,	ENDS,		NONE,	NONE,	BASE,	lower_plain,	.fn = op_sti),
	ROW(PUSHF,	0,		PUSHF,	NAE,	BASE,	lower_pushf,	.fn = op_pushf),
	ROW(PUSHFD,	0,		PUSHF,	NAE,	BASE,	lower_pushf,	.fn = op_pushf),
	ROW(PUSHFQ,	0,		PUSHF,	NAE,	BASE,	lower_pushf,	.fn = op_pushf),
	ROW(POPF,	ENDS,		POPF,	NAE,	BASE,	lower_pushf,	.fn = op_popf),
	ROW(POPFD,	ENDS,		POPF,	NAE,	BASE,	lower_pushf,	.fn = op_popf),
	ROW(POPFQ,	ENDS,		POPF,	NAE,	BASE,	lower_pushf,	.fn = op_popf),
	ROW(STAC,	0,		NONE,	NONE,	SMAP,	lower_plain,	.fn = op_stac),
	ROW(CLAC,	0,		NONE,	NONE,	SMAP,	lower_plain,	.fn = op_clac),
	ROW(HLT,	CPL0 | ENDS,	HLT,	AE,	BASE,	lower_plain,	.fn = op_hlt),
	ROW(PAUSE,	0,		PAUSE,	AE,	BASE,	lower_plain,	.fn = op_pause),
	ROW(MONITOR,	0,		MONITOR, NAE,	MONITOR,	lower_monitor,	.n = 0),
	ROW(MONITORX,	0,		MONITOR, NAE,	MONITORX,	lower_monitor,	.n = 1),
	ROW(MWAIT,	0,		MWAIT,	NAE,	MONITOR,	lower_mwait,	.n = 0),
	ROW(MWAITX,	0,		MWAIT,	NAE,	MONITORX,	lower_mwait,	.n = 1),

	/* segments and descriptor tables */
	ROW(LDS,	INSN_NOT64,	NONE,	NONE,	BASE,	lower_load_far_pointer,	.n = SEG_DS),
	ROW(LES,	INSN_NOT64,	NONE,	NONE,	BASE,	lower_load_far_pointer,	.n = SEG_ES),
	ROW(LFS,	0,		NONE,	NONE,	BASE,	lower_load_far_pointer,	.n = SEG_FS),
	ROW(LGS,	0,		NONE,	NONE,	BASE,	lower_load_far_pointer,	.n = SEG_GS),
	ROW(LSS,	0,		NONE,	NONE,	BASE,	lower_load_far_pointer,	.n = SEG_SS),
	ROW(SGDT,	0,		GDTR_READ, NAE,	BASE,	lower_plain,	.fn = op_sgdt),
	ROW(SIDT,	0,		IDTR_READ, NAE,	BASE,	lower_plain,	.fn = op_sidt),
	ROW(LGDT,	CPL0,		GDTR_WRITE, NAE, BASE,	lower_intercepted, .fn = op_lgdt),
	ROW(LIDT,	CPL0,		IDTR_WRITE, NAE, BASE,	lower_intercepted, .fn = op_lidt),
	ROW(SLDT,	PROT,		LDTR_READ, NAE,	BASE,	lower_store_selector, .n = DESC_REGISTER_LDTR),
	ROW(STR,	PROT,		TR_READ, NAE,	BASE,	lower_store_selector, .n = DESC_REGISTER_TR),
	ROW(LLDT,	PROT | CPL0,	LDTR_WRITE, NAE, BASE,	lower_load_selector, .n = DESC_REGISTER_LDTR),
	ROW(LTR,	PROT | CPL0,	TR_WRITE, NAE,	BASE,	lower_load_selector, .n = DESC_REGISTER_TR),
	ROW(LAR,	PROT,		NONE,	NONE,	BASE,	lower_desc_query, .n = DESC_QUERY_LAR),
	ROW(LSL,	PROT,		NONE,	NONE,	BASE,	lower_desc_query, .n = DESC_QUERY_LSL),
	ROW(VERR,	PROT,		NONE,	NONE,	BASE,	lower_desc_query, .n = DESC_QUERY_VERR),
	ROW(VERW,	PROT,		NONE,	NONE,	BASE,	lower_desc_query, .n = DESC_QUERY_VERW),
	ROW(ARPL,	PROT | INSN_NOT64, NONE, NONE,	BASE,	lower_arpl),

	/* events and returns */
	ROW(INT,	0,		SWINT,	NAE,	BASE,	lower_int),
	ROW(INT3,	ENDS,		EXCP0 + 3, NAE,	BASE,	lower_plain,	.fn = op_int3),
	ROW(INT1,	ENDS,		ICEBP,	NAE,	BASE,	lower_intercepted, .fn = op_int1),
	ROW(INTO,	INSN_NOT64,	EXCP0 + 4, NAE,	BASE,	lower_plain,	.fn = op_into),
	ROW(BOUND,	INSN_NOT64,	NONE,	NONE,	BASE,	lower_plain,	.fn = op_bound),
	ROW(IRET,	0,		IRET,	NAE,	BASE,	lower_iret),
	ROW(IRETD,	0,		IRET,	NAE,	BASE,	lower_iret),
	ROW(IRETQ,	0,		IRET,	NAE,	BASE,	lower_iret),
	ROW(RSM,	0,		RSM,	NAE,	BASE,	lower_intercepted, .fn = op_undefined),
	ROW(SYSCALL,	ENDS,		NONE,	NONE,	SYSCALL, lower_plain,	.fn = op_syscall),
	ROW(SYSRET,	ENDS | PROT,	NONE,	NONE,	SYSCALL, lower_plain,	.fn = op_sysret),
	ROW(SYSENTER,	ENDS,		NONE,	NONE,	BASE,	lower_plain,	.fn = op_sysenter),
	ROW(SYSEXIT,	ENDS,		NONE,	NONE,	BASE,	lower_plain,	.fn = op_sysexit),
	ROW(SWAPGS,	CPL0 | INSN_ONLY64, NONE, NONE,	BASE,	lower_plain,	.fn = op_swapgs),
	ROW(RDFSBASE,	INSN_ONLY64,	NONE,	NONE,	FSGSBASE, lower_plain,	.fn = op_rdfsbase),
	ROW(RDGSBASE,	INSN_ONLY64,	NONE,	NONE,	FSGSBASE, lower_plain,	.fn = op_rdgsbase),
	ROW(WRFSBASE,	INSN_ONLY64,	NONE,	NONE,	FSGSBASE, lower_plain,	.fn = op_wrfsbase),
	ROW(WRGSBASE,	INSN_ONLY64,	NONE,	NONE,	FSGSBASE, lower_plain,	.fn = op_wrgsbase),

	/* TLB and caches */
	ROW(INVLPG,	CPL0,		INVLPG,	NAE,	BASE,	lower_invlpg),
	ROW(INVPCID,	CPL0,		INVPCID, NAE,	INVPCID, lower_invpcid),
	ROW(INVD,	CPL0,		INVD,	NAE,	BASE,	lower_intercepted, .fn = op_wbinvd),
	/* WBNOINVD too: Zydis names both so */
	ROW(WBINVD,	CPL0,		WBINVD,	NAE,	BASE,	lower_intercepted, .fn = op_wbinvd),
	ROW(CLFLUSH,	0,		NONE,	NONE,	CLFLUSH, lower_plain,	.fn = op_clflush),
	ROW(CLFLUSHOPT,	0,		NONE,	NONE,	CLFLUSHOPT, lower_plain, .fn = op_clflush),
	ROW(CLWB,	0,		NONE,	NONE,	CLWB,	lower_plain,	.fn = op_clflush),
	ROW(CLZERO,	0,		NONE,	NONE,	CLZERO,	lower_clzero),

	/* ports */
	ROW(IN,		0,		IOIO,	NAE,	BASE,	lower_in),
	ROW(OUT,	0,		IOIO,	NAE,	BASE,	lower_out),
	ROW(INSB,	0,		IOIO,	NAE,	BASE,	lower_ins,	.n = 1),
	ROW(INSW,	0,		IOIO,	NAE,	BASE,	lower_ins,	.n = 2),
	ROW(INSD,	0,		IOIO,	NAE,	BASE,	lower_ins,	.n = 4),
	ROW(OUTSB,	0,		IOIO,	NAE,	BASE,	lower_outs,	.n = 1),
	ROW(OUTSW,	0,		IOIO,	NAE,	BASE,	lower_outs,	.n = 2),
	ROW(OUTSD,	0,		IOIO,	NAE,	BASE,	lower_outs,	.n = 4),

	/* SVM */
	ROW(VMRUN,	0,		VMRUN,	NAE,	SVM,	lower_svm),
	ROW(VMLOAD,	0,		VMLOAD,	NAE,	SVM,	lower_svm,	.fn = op_vmload),
	ROW(VMSAVE,	0,		VMSAVE,	NAE,	SVM,	lower_svm,	.fn = op_vmsave),
	ROW(STGI,	0,		STGI,	NAE,	SVM,	lower_svm,	.fn = op_stgi),
	ROW(CLGI,	0,		CLGI,	NAE,	SVM,	lower_svm,	.fn = op_clgi),
	ROW(SKINIT,	0,		SKINIT,	NAE,	SVM,	lower_svm),
	ROW(INVLPGA,	0,		INVLPGA, NAE,	SVM,	lower_svm,	.fn = op_invlpga),
	ROW(VMMCALL,	0,		VMMCALL, NAE,	BASE,	lower_vmmcall),
};

/* clang-format on */

const struct insn_table insn_table_sys = {rows, ARRAY_SIZE(rows)};
