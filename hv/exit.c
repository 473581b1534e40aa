/* SPDX-License-Identifier: MIT */
/* The table of exits, and those that are a line or two. */
#include "hv/exit.h"

#include <sched.h>

#include "abi/svm_exit.h"
#include "abi/x86.h"
#include "hv/vm.h"

/* Kicked: the run loop looks at why. */
static void serve_nothing(struct vcpu *v)
{
}

/* A virtual interrupt could be taken now: the run loop injects it. */
static void serve_window(struct vcpu *v)
{
	v->vmcb.control.intercept_vec3 &= ~VMCB_VEC3_VINTR;
}

/* The NMI handler returns: the next NMI may come after the IRET. */
static void serve_iret(struct vcpu *v)
{
	v->vmcb.control.intercept_vec3 &= ~VMCB_VEC3_IRET;
	v->nmi_masked = false;
}

/* Spinning for long: somebody else may need the host's CPU to let it go on. */
static void serve_pause(struct vcpu *v)
{
	sched_yield();
	vcpu_advance(v, v->vmcb.control.nrip);
}

/* No cache of ours needs it: devices see what cores store. */
static void serve_wbinvd(struct vcpu *v)
{
	vcpu_advance(v, v->vmcb.control.nrip);
}

/* KVM's hypercalls, of which there are none.	[Linux Documentation/virt/kvm/x86/hypercalls.rst] */
static void serve_vmmcall(struct vcpu *v)
{
	enum { KVM_ENOSYS = 1000 };

	v->vmcb.save.rax = (u64)-KVM_ENOSYS;
	vcpu_advance(v, v->vmcb.control.nrip);
}

/* Instructions that this guest's CPU does not have. */
static void serve_undefined(struct vcpu *v)
{
	vcpu_raise(v, X86_VECTOR_UD);
}

static void serve_shutdown(struct vcpu *v)
{
	vm_end(v->vm, VM_ENDED_SHUTDOWN, v->index);
}

static void serve_unknown(struct vcpu *v)
{
	const struct vmcb_control *c = &v->vmcb.control;

	vm_fail(v->vm, "vCPU %u: #VMEXIT %#llx (%#llx, %#llx) at rip %#llx has no answer", v->index,
		(unsigned long long)c->exitcode, (unsigned long long)c->exitinfo1,
		(unsigned long long)c->exitinfo2, (unsigned long long)v->vmcb.save.rip);
}

/* clang-format off */
const struct exit_row exit_rows[] = {
	{VMEXIT_INTR,		"intr",		serve_nothing},
	{VMEXIT_NMI,		"nmi",		serve_nothing},
	{VMEXIT_SMI,		"smi",		serve_nothing},
	{VMEXIT_INIT,		"init",		serve_nothing},
	{VMEXIT_VINTR,		"vintr",	serve_window},
	{VMEXIT_IOIO,		"io",		exit_io},
	{VMEXIT_MSR,		"msr",		exit_msr},
	{VMEXIT_CPUID,		"cpuid",	exit_cpuid},
	{VMEXIT_HLT,		"hlt",		exit_hlt},
	{VMEXIT_NPF,		"npf",		exit_npf},
	{VMEXIT_PAUSE,		"pause",	serve_pause},
	{VMEXIT_IRET,		"iret",		serve_iret},
	{VMEXIT_WBINVD,		"wbinvd",	serve_wbinvd},
	{VMEXIT_INVD,		"invd",		serve_wbinvd},
	{VMEXIT_VMMCALL,	"vmmcall",	serve_vmmcall},
	{VMEXIT_VMRUN,		"vmrun",	serve_undefined},
	{VMEXIT_VMLOAD,		"vmload",	serve_undefined},
	{VMEXIT_VMSAVE,		"vmsave",	serve_undefined},
	{VMEXIT_STGI,		"stgi",		serve_undefined},
	{VMEXIT_CLGI,		"clgi",		serve_undefined},
	{VMEXIT_SKINIT,		"skinit",	serve_undefined},
	{VMEXIT_INVLPGA,	"invlpga",	serve_undefined},
	{VMEXIT_MONITOR,	"monitor",	serve_undefined},
	{VMEXIT_MWAIT,		"mwait",	serve_undefined},
	{VMEXIT_SHUTDOWN,	"shutdown",	serve_shutdown},
	{VMEXIT_INVALID,	"other",	serve_unknown},
};
/* clang-format on */

const unsigned exit_row_count = ARRAY_SIZE(exit_rows);

void exit_serve(struct vcpu *v)
{
	unsigned n = 0;

	while (n < exit_row_count - 1 && exit_rows[n].code != v->vmcb.control.exitcode)
		n++;
	v->exits[n]++;
	exit_rows[n].serve(v);
}
