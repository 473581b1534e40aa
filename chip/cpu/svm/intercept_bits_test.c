/* SPDX-License-Identifier: MIT */
/*
 * Each intercept bit: with it the exit comes, with the right code, rIP and nRIP; without it, never.
 */
#include "chip/cpu/svm/internal.h"

#include "abi/msr.h"
#include "abi/paging.h"
#include "chip/cpu/svm/testbed.h"
#include "tests/support/cmocka.h"
#include "tests/support/machine.h"

struct intercept {
	u16 exit;
	u8 bytes[20]; /* a program that ends with HLT (F4) or does not come that far */
	u8 at;        /* offset of the intercepted instruction ... */
	u8 len;       /* ... and its length, or 0: it is no instruction's own, nRIP is 0 */
	void (*prepare)(struct bed *b);
};

/* -- preparations ------------------------------------------------------------------------------- */

#define PREPARE(name, statement)                                    \
	static void name(struct bed *b)                             \
	{                                                           \
		struct vmcb_control *ctl UNUSED = &b->vmcb.control; \
		struct vmcb_save *save UNUSED = &b->vmcb.save;      \
                                                                    \
		statement;                                          \
	}

PREPARE(rax_is_cr0, save->rax = save->cr0)
PREPARE(rax_is_cr3, save->rax = save->cr3)
PREPARE(rax_is_cr4, save->rax = save->cr4)
PREPARE(rax_is_cr0_with_am, save->rax = save->cr0 | CR0_AM)
PREPARE(rax_is_dr7, save->rax = DR7_INIT)
PREPARE(rax_is_data, save->rax = BED_DATA)
PREPARE(rax_is_far, save->rax = MIB(64))
PREPARE(rax_noncanonical, save->rax = BIT64(50))
PREPARE(task_switched, save->cr0 |= CR0_TS)
PREPARE(single_step, save->rflags |= RFLAGS_TF)
PREPARE(tss_selector, cpu_reg_set(b->cpu, REG_RAX, 0x18))
PREPARE(map_port, bed_map_bit(b, BED_IOPM, 0x80, true))
PREPARE(map_msr, {
	bed_map_bit(b, BED_MSRPM, 2 * MSR_TSC, true);
	cpu_reg_set(b->cpu, REG_RCX, MSR_TSC);
})
PREPARE(no_handlers, save->idtr.limit = 0)
PREPARE(no_ne, save->cr0 &= ~CR0_NE)
PREPARE(rcx_zero, cpu_reg_set(b->cpu, REG_RCX, 0))
PREPARE(xcr0_one, {
	save->rax = 1;
	save->cr4 |= CR4_OSXSAVE;
	cpu_reg_set(b->cpu, REG_RCX, 0);
	cpu_reg_set(b->cpu, REG_RDX, 0);
})
PREPARE(kick, cpu_kick(b->cpu))
PREPARE(nmi, cpu_raise_nmi(b->cpu))
PREPARE(smi, cpu_raise_smi(b->cpu))
PREPARE(init, cpu_raise_init(b->cpu))
PREPARE(virtual_interrupt, {
	save->rflags |= RFLAGS_IF;
	ctl->vintr |= VMCB_V_IRQ | VMCB_V_IGN_TPR | FIELD_PUT(VMCB_V_INTR_VECTOR, 0x40);
})
PREPARE(redirected_init, {
	cpu_host_wrmsr(b->cpu, MSR_VM_CR, VM_CR_R_INIT);
	cpu_raise_init(b->cpu);
})
/* A page of user code, CPL 3, with alignment checks. */
PREPARE(alignment_checks, {
	save->cs.attrib |= 0x60;
	save->ss.attrib |= 0x60;
	save->cpl = 3;
	save->cr0 |= CR0_AM;
	save->rflags |= RFLAGS_AC;
})
PREPARE(not_present, {
	u64 descriptor = 0x00cf13000000ffff;

	bed_write(b, BED_GDT + 0x18, &descriptor, sizeof(descriptor));
	save->gdtr.limit = 0x1f;
})
PREPARE(sse_unmasked, save->cr4 |= CR4_OSFXSR | CR4_OSXMMEXCPT)
/* The IDT has no gate for #UD and a not-present one for #NP, so #NP, then #GP: a double fault. */
PREPARE(bad_gates, save->idtr.limit = 16 * 7 - 1)

/* -- the intercepts ----------------------------------------------------------------------------- */

/* clang-format off */
#define CODE(...) {__VA_ARGS__}
static const struct intercept long_mode[] = {
	{VMEXIT_CR0_READ + 0,	CODE(0x0f, 0x20, 0xc0, 0xf4), 0, 3},
	{VMEXIT_CR0_READ + 2,	CODE(0x0f, 0x20, 0xd0, 0xf4), 0, 3},
	{VMEXIT_CR0_READ + 3,	CODE(0x0f, 0x20, 0xd8, 0xf4), 0, 3},
	{VMEXIT_CR0_READ + 4,	CODE(0x0f, 0x20, 0xe0, 0xf4), 0, 3},
	{VMEXIT_CR0_READ + 8,	CODE(0x44, 0x0f, 0x20, 0xc0, 0xf4), 0, 4},
	{VMEXIT_CR0_READ + 0,	CODE(0x0f, 0x01, 0xe0, 0xf4), 0, 3}, /* smsw eax */
	{VMEXIT_CR0_WRITE + 0,	CODE(0x0f, 0x22, 0xc0, 0xf4), 0, 3, rax_is_cr0},
	{VMEXIT_CR0_WRITE + 2,	CODE(0x0f, 0x22, 0xd0, 0xf4), 0, 3},
	{VMEXIT_CR0_WRITE + 3,	CODE(0x0f, 0x22, 0xd8, 0xf4), 0, 3, rax_is_cr3},
	{VMEXIT_CR0_WRITE + 4,	CODE(0x0f, 0x22, 0xe0, 0xf4), 0, 3, rax_is_cr4},
	{VMEXIT_CR0_WRITE + 8,	CODE(0x44, 0x0f, 0x22, 0xc0, 0xf4), 0, 4},
	{VMEXIT_CR0_WRITE + 0,	CODE(0x0f, 0x01, 0xf0, 0xf4), 0, 3, rax_is_cr0}, /* lmsw ax */
	{VMEXIT_CR0_WRITE + 0,	CODE(0x0f, 0x06, 0xf4), 0, 2}, /* clts */
	{VMEXIT_DR0_READ + 0,	CODE(0x0f, 0x21, 0xc0, 0xf4), 0, 3},
	{VMEXIT_DR0_READ + 1,	CODE(0x0f, 0x21, 0xc8, 0xf4), 0, 3},
	{VMEXIT_DR0_READ + 2,	CODE(0x0f, 0x21, 0xd0, 0xf4), 0, 3},
	{VMEXIT_DR0_READ + 3,	CODE(0x0f, 0x21, 0xd8, 0xf4), 0, 3},
	{VMEXIT_DR0_READ + 6,	CODE(0x0f, 0x21, 0xf0, 0xf4), 0, 3},
	{VMEXIT_DR0_READ + 7,	CODE(0x0f, 0x21, 0xf8, 0xf4), 0, 3},
	{VMEXIT_DR0_WRITE + 0,	CODE(0x0f, 0x23, 0xc0, 0xf4), 0, 3},
	{VMEXIT_DR0_WRITE + 1,	CODE(0x0f, 0x23, 0xc8, 0xf4), 0, 3},
	{VMEXIT_DR0_WRITE + 2,	CODE(0x0f, 0x23, 0xd0, 0xf4), 0, 3},
	{VMEXIT_DR0_WRITE + 3,	CODE(0x0f, 0x23, 0xd8, 0xf4), 0, 3},
	{VMEXIT_DR0_WRITE + 6,	CODE(0x0f, 0x23, 0xf0, 0xf4), 0, 3},
	{VMEXIT_DR0_WRITE + 7,	CODE(0x0f, 0x23, 0xf8, 0xf4), 0, 3, rax_is_dr7},
	{VMEXIT_EXCP0 + 0,	CODE(0x31, 0xc9, 0xf7, 0xf1, 0xf4), 2, 0}, /* div ecx */
	{VMEXIT_EXCP0 + 1,	CODE(0x90, 0xf4), 1, 0, single_step},
	{VMEXIT_EXCP0 + 3,	CODE(0xcc, 0xf4), 0, 1},
	{VMEXIT_EXCP0 + 6,	CODE(0x0f, 0x0b), 0, 0},
	{VMEXIT_EXCP0 + 7,	CODE(0xd9, 0xe8, 0xf4), 0, 0, task_switched}, /* fld1 */
	{VMEXIT_EXCP0 + 8,	CODE(0x0f, 0x0b), 0, 0, bad_gates},
	{VMEXIT_EXCP0 + 11,	CODE(0x66, 0xb8, 0x18, 0x00, 0x8e, 0xd8, 0xf4), 4, 0, not_present}, /* mov ds, ax */
	{VMEXIT_EXCP0 + 12,	CODE(0x48, 0x89, 0xc5, 0x8a, 0x45, 0x00, 0xf4), 3, 0, rax_noncanonical},
	{VMEXIT_EXCP0 + 13,	CODE(0x8a, 0x00, 0xf4), 0, 0, rax_noncanonical},
	{VMEXIT_EXCP0 + 14,	CODE(0x8a, 0x00, 0xf4), 0, 0, rax_is_far},
	/* fninit; push 0; fldcw [rsp]; fldz; fld1; fdivrp; fwait */
	{VMEXIT_EXCP0 + 16,	CODE(0xdb, 0xe3, 0x6a, 0x00, 0xd9, 0x2c, 0x24, 0xd9, 0xee, 0xd9, 0xe8,
				     0xde, 0xf1, 0x9b, 0xf4), 13, 0},
	{VMEXIT_EXCP0 + 17,	CODE(0x8b, 0x04, 0x25, 0x01, 0x80, 0x00, 0x00, 0xf4), 0, 0,
				alignment_checks},
	/* push 0; ldmxcsr [rsp]; xorps xmm0, xmm0; sqrtss of -1 by cvtsi2ss */
	{VMEXIT_EXCP0 + 19,	CODE(0x6a, 0x00, 0x0f, 0xae, 0x14, 0x24, 0x83, 0xc8, 0xff, 0xf3, 0x0f,
				     0x2a, 0xc0, 0xf3, 0x0f, 0x51, 0xc0, 0xf4), 13, 0, sse_unmasked},
	{VMEXIT_EXCP0 + 30,	CODE(0xf4), 0, 0, redirected_init},
	{VMEXIT_INTR,		CODE(0xf4), 0, 0, kick},
	{VMEXIT_NMI,		CODE(0xf4), 0, 0, nmi},
	{VMEXIT_SMI,		CODE(0xf4), 0, 0, smi},
	{VMEXIT_INIT,		CODE(0xf4), 0, 0, init},
	{VMEXIT_VINTR,		CODE(0xf4), 0, 0, virtual_interrupt},
	{VMEXIT_CR0_SEL_WRITE,	CODE(0x0f, 0x22, 0xc0, 0xf4), 0, 3, rax_is_cr0_with_am},
	{VMEXIT_IDTR_READ,	CODE(0x0f, 0x01, 0x08, 0xf4), 0, 3, rax_is_data},
	{VMEXIT_GDTR_READ,	CODE(0x0f, 0x01, 0x00, 0xf4), 0, 3, rax_is_data},
	{VMEXIT_LDTR_READ,	CODE(0x0f, 0x00, 0xc0, 0xf4), 0, 3},
	{VMEXIT_TR_READ,	CODE(0x0f, 0x00, 0xc8, 0xf4), 0, 3},
	{VMEXIT_IDTR_WRITE,	CODE(0x0f, 0x01, 0x18, 0xf4), 0, 3, rax_is_data},
	{VMEXIT_GDTR_WRITE,	CODE(0x0f, 0x01, 0x10, 0xf4), 0, 3, rax_is_data},
	{VMEXIT_LDTR_WRITE,	CODE(0x0f, 0x00, 0xd0, 0xf4), 0, 3},
	{VMEXIT_TR_WRITE,	CODE(0x0f, 0x00, 0xd8, 0xf4), 0, 3, tss_selector},
	{VMEXIT_RDTSC,		CODE(0x0f, 0x31, 0xf4), 0, 2},
	{VMEXIT_RDPMC,		CODE(0x0f, 0x33, 0xf4), 0, 2, rcx_zero},
	{VMEXIT_PUSHF,		CODE(0x9c, 0xf4), 0, 1},
	{VMEXIT_POPF,		CODE(0x6a, 0x02, 0x9d, 0xf4), 2, 1},
	{VMEXIT_CPUID,		CODE(0x0f, 0xa2, 0xf4), 0, 2},
	{VMEXIT_RSM,		CODE(0x0f, 0xaa), 0, 2},
	{VMEXIT_IRET,		CODE(0x48, 0xcf), 0, 2},
	{VMEXIT_SWINT,		CODE(0xcd, 0x80), 0, 2},
	{VMEXIT_INVD,		CODE(0x0f, 0x08, 0xf4), 0, 2},
	{VMEXIT_PAUSE,		CODE(0xf3, 0x90, 0xf4), 0, 2},
	{VMEXIT_HLT,		CODE(0xf4), 0, 1},
	{VMEXIT_INVLPG,		CODE(0x0f, 0x01, 0x38, 0xf4), 0, 3},
	{VMEXIT_INVLPGA,	CODE(0x0f, 0x01, 0xdf, 0xf4), 0, 3},
	{VMEXIT_IOIO,		CODE(0xe6, 0x80, 0xf4), 0, 2, map_port},
	{VMEXIT_MSR,		CODE(0x0f, 0x32, 0xf4), 0, 2, map_msr},
	{VMEXIT_FERR_FREEZE,	CODE(0xdb, 0xe3, 0x6a, 0x00, 0xd9, 0x2c, 0x24, 0xd9, 0xee, 0xd9, 0xe8,
				     0xde, 0xf1, 0x9b, 0xf4), 13, 0, no_ne},
	{VMEXIT_VMMCALL,	CODE(0x0f, 0x01, 0xd9, 0xf4), 0, 3},
	{VMEXIT_VMLOAD,		CODE(0x0f, 0x01, 0xda, 0xf4), 0, 3},
	{VMEXIT_VMSAVE,		CODE(0x0f, 0x01, 0xdb, 0xf4), 0, 3},
	{VMEXIT_STGI,		CODE(0x0f, 0x01, 0xdc, 0xf4), 0, 3},
	{VMEXIT_CLGI,		CODE(0x0f, 0x01, 0xdd, 0xf4), 0, 3},
	{VMEXIT_SKINIT,		CODE(0x0f, 0x01, 0xde, 0xf4), 0, 3},
	{VMEXIT_RDTSCP,		CODE(0x0f, 0x01, 0xf9, 0xf4), 0, 3},
	{VMEXIT_ICEBP,		CODE(0xf1, 0xf4), 0, 1},
	{VMEXIT_WBINVD,		CODE(0x0f, 0x09, 0xf4), 0, 2},
	{VMEXIT_WBINVD,		CODE(0xf3, 0x0f, 0x09, 0xf4), 0, 3}, /* wbnoinvd */
	{VMEXIT_MONITOR,	CODE(0x0f, 0x01, 0xc8, 0xf4), 0, 3, rcx_zero},
	{VMEXIT_MWAIT,		CODE(0x0f, 0x01, 0xc9, 0xf4), 0, 3, rcx_zero},
	{VMEXIT_MWAIT_CONDITIONAL, CODE(0x0f, 0x01, 0xc8, 0x0f, 0x01, 0xc9, 0xf4), 3, 3, rcx_zero},
	{VMEXIT_XSETBV,		CODE(0x0f, 0x01, 0xd1, 0xf4), 0, 3, xcr0_one},
	{VMEXIT_RDPRU,		CODE(0x0f, 0x01, 0xfd, 0xf4), 0, 3},
	{VMEXIT_INVPCID,	CODE(0x66, 0x0f, 0x38, 0x82, 0x01, 0xf4), 0, 5},
};

/* Instructions that 64-bit mode does not have; 16-bit code. */
static const struct intercept real_mode[] = {
	{VMEXIT_EXCP0 + 4,	CODE(0xb0, 0x7f, 0x04, 0x01, 0xce, 0xf4), 4, 1}, /* into */
	{VMEXIT_EXCP0 + 5,	CODE(0xb8, 0xff, 0x7f, 0x62, 0x06, 0x00, 0x80, 0xf4), 3, 4}, /* bound */
	{VMEXIT_SHUTDOWN,	CODE(0x0f, 0x0b), 0, 0, no_handlers},
};
/* clang-format on */

/* -- with and without --------------------------------------------------------------------------- */

static void set_intercept(struct bed *b, u16 exit, bool set)
{
	u8 *byte = (u8 *)&b->vmcb.control + exit / 8;

	*byte = (u8)((*byte & ~(1u << exit % 8)) | (unsigned)set << exit % 8);
}

/* CPL 0 to 3, so that the program stands at the same place for all. */
static void run_case(const struct intercept *x, bool real, bool set, struct vmcb *out)
{
	struct bed *b = bed_new("turin");

	if (real)
		bed_real_mode(b);
	else
		bed_long_mode(b);
	for (u8 v = 0; real && v < 8; v++)
		bed_gate_real(b, v, BED_DATA);
	bed_write(b, BED_DATA, &(u8){0xf4}, 1);
	bed_write(b, BED_CODE, x->bytes, sizeof(x->bytes));
	b->vmcb.save.cr4 |= CR4_PSE;
	if (x->prepare)
		x->prepare(b);
	set_intercept(b, x->exit, set);
	if (!set && x->exit == VMEXIT_HLT)
		cpu_kick(b->cpu);
	bed_run(b);
	*out = b->vmcb;
	bed_free(b);
}

static bool holds(bool what, const char *name, const struct intercept *x, u64 found)
{
	if (!what)
		print_error("exit %03xh: %s is %#llx\n", x->exit, name, (unsigned long long)found);
	return what;
}

static bool case_is_right(const struct intercept *x, bool real)
{
	u64 rip = (u64)BED_CODE + x->at;
	u64 nrip = x->len ? rip + x->len : 0;
	struct vmcb v;
	bool right;

	run_case(x, real, true, &v);
	right = holds(v.control.exitcode == x->exit, "code", x, v.control.exitcode);
	right &= holds(v.save.rip == rip, "rIP", x, v.save.rip);
	right &= holds(v.control.nrip == nrip, "nRIP", x, v.control.nrip);
	if (x->exit == VMEXIT_SHUTDOWN)
		return right; /* a shut-down core has nothing else to do than to exit */
	run_case(x, real, false, &v);
	right &= holds(v.control.exitcode != x->exit, "code without the bit", x, x->exit);
	return right;
}

static void test_each_intercept(void **state)
{
	bool right = true;

	for (unsigned n = 0; n < ARRAY_SIZE(long_mode); n++)
		right &= case_is_right(&long_mode[n], false);
	for (unsigned n = 0; n < ARRAY_SIZE(real_mode); n++)
		right &= case_is_right(&real_mode[n], true);
	assert_true(right);
}

/* -- no bit is forgotten ------------------------------------------------------------------------ */

static bool has_case(u16 exit)
{
	for (unsigned n = 0; n < ARRAY_SIZE(long_mode); n++)
		if (long_mode[n].exit == exit)
			return true;
	for (unsigned n = 0; n < ARRAY_SIZE(real_mode); n++)
		if (real_mode[n].exit == exit)
			return true;
	return false;
}

/* Bits without a case: what does not exist, what nothing raises, and what has a test below. */
static bool has_no_case(u16 exit)
{
	static const struct {
		u16 first, last;
	} without[] = {
		{VMEXIT_CR0_READ + 1, VMEXIT_CR0_READ + 1}, /* no such registers */
		{VMEXIT_CR0_READ + 5, VMEXIT_CR0_READ + 7},
		{VMEXIT_CR0_READ + 9, VMEXIT_CR0_READ + 15},
		{VMEXIT_CR0_WRITE + 1, VMEXIT_CR0_WRITE + 1},
		{VMEXIT_CR0_WRITE + 5, VMEXIT_CR0_WRITE + 7},
		{VMEXIT_CR0_WRITE + 9, VMEXIT_CR0_WRITE + 15},
		{VMEXIT_DR0_READ + 4, VMEXIT_DR0_READ + 5}, /* other names of 6 and 7 */
		{VMEXIT_DR0_READ + 8, VMEXIT_DR0_READ + 15},
		{VMEXIT_DR0_WRITE + 4, VMEXIT_DR0_WRITE + 5},
		{VMEXIT_DR0_WRITE + 8, VMEXIT_DR0_WRITE + 15},
		{VMEXIT_EXCP0 + 2, VMEXIT_EXCP0 + 2}, /* NMI is no exception */
		{VMEXIT_EXCP0 + 9, VMEXIT_EXCP0 + 10},
		{VMEXIT_EXCP0 + 15, VMEXIT_EXCP0 + 15},
		{VMEXIT_EXCP_MC, VMEXIT_EXCP_MC},
		{VMEXIT_EXCP0 + 20, VMEXIT_EXCP0 + 29},
		{VMEXIT_EXCP31, VMEXIT_EXCP31},
		{VMEXIT_TASK_SWITCH, VMEXIT_TASK_SWITCH},
		{VMEXIT_VMRUN, VMEXIT_VMRUN},
		{VMEXIT_EFER_WRITE_TRAP, VMEXIT_CR15_WRITE_TRAP}, /* ES guests */
		{VMEXIT_INVLPGB, VMEXIT_INVLPGB_ILLEGAL},         /* not offered */
		{VMEXIT_MCOMMIT, VMEXIT_BUSLOCK},
		{VMEXIT_IDLE_HLT, VMEXIT_IDLE_HLT},
	};

	for (unsigned n = 0; n < ARRAY_SIZE(without); n++)
		if (exit >= without[n].first && exit <= without[n].last)
			return true;
	return false;
}

static void test_every_bit_has_a_case(void **state)
{
	for (u16 exit = 0; exit <= VMEXIT_IDLE_HLT; exit++)
		assert_true(has_case(exit) != has_no_case(exit));
}

/* Jump to a TSS in legacy mode; and a null SS for a call to an inner level, which is #TS. */
static void test_task_switch_and_ts(void **state)
{
	struct machine *m = machine_new("milan", MIB(8));

	machine_enter(m, MACHINE_PROT32);
	MACHINE_CODE(m, 0xea, 0, 0, 0, 0, SEL_TSS2, 0); /* jmp far */
	m->vmcb.control.intercept_vec3 |= VMCB_VEC3_TASK_SWITCH;
	assert_int_equal(machine_run(m), VMEXIT_TASK_SWITCH);
	assert_int_equal(m->vmcb.control.exitinfo1, SEL_TSS2);
	assert_true(m->vmcb.control.exitinfo2 & TASK_SWITCH_INFO2_JMP);

	machine_enter(m, MACHINE_PROT32);
	machine_user(m);
	machine_gate(m, 0x30, SEL_CODE32, MACHINE_HANDLER(0x30), 0xee, 0);
	machine_poke(m, MACHINE_TSS + 8, 0, 4);
	MACHINE_CODE(m, 0xcd, 0x30);
	m->vmcb.control.intercept_exception = 1u << X86_VECTOR_TS;
	assert_int_equal(machine_run(m), VMEXIT_EXCP0 + X86_VECTOR_TS);
	machine_free(m);
}

/* A guest cannot run VMRUN itself. */
static void test_vmrun_always_exits(void **state)
{
	struct bed *b = bed_new("milan");

	bed_long_mode(b);
	BED_PROGRAM(b, 0x0f, 0x01, 0xd8);
	assert_int_equal(bed_run(b), VMEXIT_VMRUN);
	assert_int_equal(b->vmcb.control.nrip, BED_CODE + 3);
	bed_free(b);
}

/* IDLE_HLT lets a HLT pass that a virtual interrupt would end at once; only Zen 5 has it. */
static void test_idle_hlt(void **state)
{
	struct bed *b = bed_new("turin");

	bed_long_mode(b);
	BED_PROGRAM(b, 0xf4);
	b->vmcb.control.intercept_vec5 = VMCB_VEC5_IDLE_HLT;
	assert_int_equal(bed_run(b), VMEXIT_IDLE_HLT);
	b->vmcb.control.vintr |= VMCB_V_IRQ | VMCB_V_IGN_TPR;
	b->vmcb.save.rip = BED_CODE;
	b->vmcb.save.rflags |= RFLAGS_IF;
	b->vmcb.control.interrupt_shadow = VMCB_INTERRUPT_SHADOW;
	b->vmcb.control.intercept_vec3 |= VMCB_VEC3_VINTR;
	assert_int_equal(bed_run(b), VMEXIT_VINTR);
	assert_int_equal(b->vmcb.save.rip, BED_CODE + 1);
	bed_free(b);

	b = bed_new("milan");
	bed_long_mode(b);
	BED_PROGRAM(b, 0xf4);
	b->vmcb.control.intercept_vec5 = VMCB_VEC5_IDLE_HLT;
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	bed_free(b);
}

/* Write traps are for ES guests: others do not have them. */
static void test_write_traps_do_nothing(void **state)
{
	struct bed *b = bed_new("milan");

	bed_long_mode(b);
	b->vmcb.save.rax = b->vmcb.save.cr4;
	BED_PROGRAM(b, 0x0f, 0x22, 0xe0, 0xf4);
	b->vmcb.control.intercept_vec4 |= 0xffff8000;
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	bed_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_intercept),
		cmocka_unit_test(test_every_bit_has_a_case),
		cmocka_unit_test(test_task_switch_and_ts),
		cmocka_unit_test(test_vmrun_always_exits),
		cmocka_unit_test(test_idle_hlt),
		cmocka_unit_test(test_write_traps_do_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
