/* SPDX-License-Identifier: MIT */
/* The two ways to an MSR, for tests: the host's, and WRMSR and RDMSR in a guest. */
#ifndef CHIP_CPU_MODEL_MSR_TESTBED_H
#define CHIP_CPU_MODEL_MSR_TESTBED_H

#include "abi/svm_exit.h"
#include "abi/x86.h"
#include "tests/support/cmocka.h"
#include "tests/support/machine.h"

static inline bool host_write(struct machine *m, u32 msr, u64 v)
{
	return cpu_host_wrmsr(m->cpu, msr, v) == CPU_HOST_OK;
}

static inline u64 host_read(struct machine *m, u32 msr)
{
	u64 v = 0;

	assert_int_equal(cpu_host_rdmsr(m->cpu, msr, &v), CPU_HOST_OK);
	return v;
}

static inline bool host_reads(struct machine *m, u32 msr)
{
	u64 v;

	return cpu_host_rdmsr(m->cpu, msr, &v) == CPU_HOST_OK;
}

/* WRMSR in a 64-bit guest; false: #GP. */
static inline bool guest_write(struct machine *m, u32 msr, u64 v)
{
	MACHINE_CODE(m, 0x0f, 0x30, 0xf4);
	m->vmcb.save.rip = MACHINE_CODE_AT;
	m->vmcb.save.rax = (u32)v;
	machine_set_reg(m, REG_RDX, v >> 32);
	machine_set_reg(m, REG_RCX, msr);
	assert_int_equal(machine_run(m), VMEXIT_HLT);
	assert_true(machine_vector(m) == -1 || machine_vector(m) == X86_VECTOR_GP);
	return machine_vector(m) == -1;
}

static inline u64 guest_read(struct machine *m, u32 msr)
{
	MACHINE_CODE(m, 0x0f, 0x32, 0xf4);
	m->vmcb.save.rip = MACHINE_CODE_AT;
	machine_set_reg(m, REG_RCX, msr);
	assert_int_equal(machine_run(m), VMEXIT_HLT);
	assert_int_equal(machine_vector(m), -1);
	return (u32)m->vmcb.save.rax | machine_reg(m, REG_RDX) << 32;
}

static inline struct machine *guest_new(const char *model)
{
	struct machine *m = machine_new(model, MIB(8));

	machine_enter(m, MACHINE_LONG64);
	return m;
}

#endif
