/* SPDX-License-Identifier: MIT */
/* Names of exception vectors and exit codes.	[APM2 8.2, APM2 Appendix C] */
#include "chip/cpu/trace/internal.h"

#include <stdio.h>

#include "abi/svm_exit.h"

const char *trace_vector_name(u8 vector)
{
	static const char *const names[] = {
		"#DE", "#DB", "#NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", NULL, "#TS",
		"#NP", "#SS", "#GP",  "#PF", NULL,  "#MF", "#AC", "#MC", "#XF", NULL, "#CP",
		NULL,  NULL,  NULL,   NULL,  NULL,  NULL,  "#HV", "#VC", "#SX", NULL,
	};

	return vector < ARRAY_SIZE(names) ? names[vector] : NULL;
}

/* Codes that count up from the first: the number stands between two parts of the name. */
static const struct {
	u16 first, last;
	const char *name, *rest;
} families[] = {
	{VMEXIT_CR0_READ, VMEXIT_CR0_READ + 15, "CR", "_READ"},
	{VMEXIT_CR0_WRITE, VMEXIT_CR0_WRITE + 15, "CR", "_WRITE"},
	{VMEXIT_DR0_READ, VMEXIT_DR0_READ + 15, "DR", "_READ"},
	{VMEXIT_DR0_WRITE, VMEXIT_DR0_WRITE + 15, "DR", "_WRITE"},
	{VMEXIT_EXCP0, VMEXIT_EXCP31, "EXCP", ""},
	{VMEXIT_CR0_WRITE_TRAP, VMEXIT_CR15_WRITE_TRAP, "CR", "_WRITE_TRAP"},
};

#define NAME(code)                   \
	{                            \
		VMEXIT_##code, #code \
	}

/* clang-format off */
static const struct {
	u64 code;
	const char *name;
} names[] = {
	NAME(INTR),		NAME(NMI),		NAME(SMI),		NAME(INIT),
	NAME(VINTR),		NAME(CR0_SEL_WRITE),	NAME(IDTR_READ),	NAME(GDTR_READ),
	NAME(LDTR_READ),	NAME(TR_READ),		NAME(IDTR_WRITE),	NAME(GDTR_WRITE),
	NAME(LDTR_WRITE),	NAME(TR_WRITE),		NAME(RDTSC),		NAME(RDPMC),
	NAME(PUSHF),		NAME(POPF),		NAME(CPUID),		NAME(RSM),
	NAME(IRET),		NAME(SWINT),		NAME(INVD),		NAME(PAUSE),
	NAME(HLT),		NAME(INVLPG),		NAME(INVLPGA),		NAME(IOIO),
	NAME(MSR),		NAME(TASK_SWITCH),	NAME(FERR_FREEZE),	NAME(SHUTDOWN),
	NAME(VMRUN),		NAME(VMMCALL),		NAME(VMLOAD),		NAME(VMSAVE),
	NAME(STGI),		NAME(CLGI),		NAME(SKINIT),		NAME(RDTSCP),
	NAME(ICEBP),		NAME(WBINVD),		NAME(MONITOR),		NAME(MWAIT),
	NAME(MWAIT_CONDITIONAL), NAME(XSETBV),		NAME(RDPRU),		NAME(EFER_WRITE_TRAP),
	NAME(INVLPGB),		NAME(INVLPGB_ILLEGAL),	NAME(INVPCID),		NAME(MCOMMIT),
	NAME(TLBSYNC),		NAME(BUSLOCK),		NAME(IDLE_HLT),		NAME(NPF),
	NAME(AVIC_INCOMPLETE_IPI), NAME(AVIC_NOACCEL),	NAME(VMGEXIT),		NAME(INVALID),
	NAME(BUSY),		NAME(IDLE_REQUIRED),	NAME(INVALID_PMC),
};
/* clang-format on */

const char *trace_exit_name(u64 code, char *room, size_t size)
{
	for (unsigned i = 0; i < ARRAY_SIZE(families); i++) {
		if (code < families[i].first || code > families[i].last)
			continue;
		snprintf(room, size, "%s%u%s", families[i].name,
			 (unsigned)(code - families[i].first), families[i].rest);
		return room;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].code == code)
			return names[i].name;
	return "code";
}
