/* SPDX-License-Identifier: MIT */
/* Whole guests: in by VMRUN, out by each of the common exits, in real mode, 64-bit mode, with SEV. */
#include "chip/cpu/svm/internal.h"

#include <string.h>

#include "abi/msr.h"
#include "abi/paging.h"
#include "chip/cpu/svm/testbed.h"
#include "tests/support/cmocka.h"

enum guest { REAL, LONG, LONG_SEV };

static struct bed *guest_new(enum guest kind)
{
	struct bed *b = bed_new("milan");

	if (kind == REAL)
		bed_real_mode(b);
	else
		bed_long_mode(b);
	if (kind == LONG_SEV)
		bed_enable_sev(b);
	return b;
}

#define FOR_EACH_GUEST(b)                                \
	for (enum guest k_ = REAL; k_ <= LONG_SEV; k_++) \
		for (struct bed *b = guest_new(k_); b; bed_free(b), b = NULL)

static void skip_insn(struct bed *b)
{
	b->vmcb.save.rip = b->vmcb.control.nrip;
}

static void test_hlt(void **state)
{
	FOR_EACH_GUEST(b)
	{
		BED_PROGRAM(b, 0x90, 0xf4);
		assert_int_equal(bed_run(b), VMEXIT_HLT);
		assert_int_equal(b->vmcb.save.rip, BED_CODE + 1);
		assert_int_equal(b->vmcb.control.nrip, BED_CODE + 2);
		assert_int_equal(b->vmcb.control.exitinfo1, 0);
		assert_int_equal(b->vmcb.control.exitintinfo, 0);
	}
}

/* out 0x80, al; in ax, dx */
static void test_ioio(void **state)
{
	FOR_EACH_GUEST(b)
	{
		bed_map_bit(b, BED_IOPM, 0x80, true);
		bed_map_bit(b, BED_IOPM, 0x3f9, true);
		cpu_reg_set(b->cpu, REG_RDX, 0x3f8);
		BED_PROGRAM(b, 0xe6, 0x80, 0xed, 0xf4);
		assert_int_equal(bed_run(b), VMEXIT_IOIO);
		assert_int_equal(b->vmcb.control.exitinfo1 & ~0x380ull,
				 0x80 << 16 | IOIO_INFO1_SZ8);
		assert_int_equal(b->vmcb.control.exitinfo2, BED_CODE + 2);
		skip_insn(b);
		assert_int_equal(bed_run(b), VMEXIT_IOIO);
		assert_int_equal(b->vmcb.control.exitinfo1 >> 16, 0x3f8);
		assert_true(b->vmcb.control.exitinfo1 & IOIO_INFO1_IN);
		skip_insn(b);
		assert_int_equal(bed_run(b), VMEXIT_HLT);
	}
}

/* RAX is the VMCB's, the others are in the registers. */
static void test_cpuid(void **state)
{
	FOR_EACH_GUEST(b)
	{
		b->vmcb.control.intercept_vec3 |= VMCB_VEC3_CPUID;
		b->vmcb.save.rax = 1;
		cpu_reg_set(b->cpu, REG_RBX, 0x1234);
		BED_PROGRAM(b, 0x0f, 0xa2, 0xf4);
		assert_int_equal(bed_run(b), VMEXIT_CPUID);
		skip_insn(b);
		b->vmcb.save.rax = 0x77;
		cpu_reg_set(b->cpu, REG_RCX, 0x88);
		assert_int_equal(bed_run(b), VMEXIT_HLT);
		assert_int_equal(b->vmcb.save.rax, 0x77);
		assert_int_equal(cpu_reg_get(b->cpu, REG_RCX), 0x88);
		assert_int_equal(cpu_reg_get(b->cpu, REG_RBX), 0x1234);
	}
}

/* wrmsr; rdmsr: the map says write of EFER, read of TSC_AUX. */
static void test_msr(void **state)
{
	FOR_EACH_GUEST(b)
	{
		bed_map_bit(b, BED_MSRPM, 8 * MSRPM_OFFSET_C000_0000 + 2 * 0x80 + 1, true);
		cpu_reg_set(b->cpu, REG_RCX, MSR_EFER);
		BED_PROGRAM(b, 0x0f, 0x32, 0x0f, 0x30, 0xf4);
		assert_int_equal(bed_run(b), VMEXIT_MSR);
		assert_int_equal(b->vmcb.control.exitinfo1, MSR_INFO1_WRITE);
		assert_int_equal(b->vmcb.save.rip, BED_CODE + 2);
		assert_int_equal(b->vmcb.control.nrip, BED_CODE + 4);
		assert_int_equal((u32)b->vmcb.save.rax, (u32)b->vmcb.save.efer);
	}
}

/* jmp self, until a kick: one that was there before, so nothing is executed. */
static void test_intr(void **state)
{
	FOR_EACH_GUEST(b)
	{
		u64 before = cpu_instructions(b->cpu);

		BED_PROGRAM(b, 0xeb, 0xfe);
		cpu_kick(b->cpu);
		assert_int_equal(bed_run(b), VMEXIT_INTR);
		assert_int_equal(b->vmcb.save.rip, BED_CODE);
		assert_int_equal(b->vmcb.control.nrip, 0);
		assert_int_equal(cpu_instructions(b->cpu), before);
	}
}

static void test_shutdown(void **state)
{
	FOR_EACH_GUEST(b)
	{
		b->vmcb.save.idtr.limit = 0;
		BED_PROGRAM(b, 0x0f, 0x0b);
		assert_int_equal(bed_run(b), VMEXIT_SHUTDOWN);
	}
}

/* -- SEV ---------------------------------------------------------------------------------------- */

/* What an SEV guest wrote with C = 1 is noise without its key, and plain with it. */
static void test_sev_memory_is_ciphertext(void **state)
{
	struct bed *b = guest_new(LONG_SEV);
	const u8 secret[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	u8 seen[8];

	memcpy(&b->vmcb.save.rax, secret, sizeof(secret));
	BED_PROGRAM(b, 0x48, 0x89, 0x04, 0x25, 0x00, 0x80, 0x00, 0x00, 0xf4); /* mov [8000h], rax */
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	bed_read(b, BED_DATA, seen, sizeof(seen));
	assert_memory_equal(seen, secret, sizeof(seen));
	bed_host_read(b, BED_GUEST_SPA + BED_DATA, seen, sizeof(seen));
	assert_memory_not_equal(seen, secret, sizeof(seen));
	bed_free(b);
}

/* The same guest without SEV, or under another ASID, fetches noise: it never comes to its HLT. */
static void test_wrong_key_is_noise(void **state)
{
	for (unsigned other = 0; other < 2; other++) {
		struct bed *b = guest_new(LONG_SEV);
		u64 rip = BED_CODE + 63;
		u8 nops[64];

		memset(nops, 0x90, sizeof(nops));
		nops[63] = 0xf4;
		bed_write(b, BED_CODE, nops, sizeof(nops));
		if (other)
			b->vmcb.control.guest_asid = BED_ASID + 1;
		else
			b->vmcb.control.nested_ctl &= ~VMCB_SEV_ENABLE;
		b->vmcb.control.intercept_exception = ~0u;
		cpu_kick(b->cpu);
		assert_int_equal(bed_run(b), VMEXIT_INTR);
		assert_false(bed_run(b) == VMEXIT_HLT && b->vmcb.save.rip == rip);
		bed_free(b);
	}
}

/* rdmsr SEV_STATUS */
static void test_sev_status(void **state)
{
	for (enum guest kind = LONG; kind <= LONG_SEV; kind++) {
		struct bed *b = guest_new(kind);
		u64 v;

		cpu_reg_set(b->cpu, REG_RCX, MSR_SEV_STATUS);
		BED_PROGRAM(b, 0x0f, 0x32, 0xf4);
		assert_int_equal(bed_run(b), VMEXIT_HLT);
		assert_int_equal((u32)b->vmcb.save.rax, kind == LONG_SEV);
		assert_int_equal(cpu_host_rdmsr(b->cpu, MSR_SEV_STATUS, &v), CPU_HOST_OK);
		assert_int_equal(v, 0);
		bed_free(b);
	}
}

/* -- controls ----------------------------------------------------------------------------------- */

/* Without nested paging CR3 is a system-physical address and memory the host's. */
static void test_without_nested_paging(void **state)
{
	struct bed *b = guest_new(REAL);
	u8 hlt = 0xf4;

	b->vmcb.control.nested_ctl = 0;
	b->vmcb.save.g_pat = 0;
	b->vmcb.save.rip = 0x8000;
	bed_host_write(b, 0x8000, &hlt, 1);
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	assert_int_equal(b->vmcb.save.g_pat, 0);
	bed_free(b);
}

/* Changed nested tables are seen when TLB_CONTROL says so. */
static void test_tlb_control(void **state)
{
	static const u8 flushing[] = {TLB_CONTROL_FLUSH_ALL, TLB_CONTROL_FLUSH_ASID,
				      TLB_CONTROL_FLUSH_ASID_LOCAL};
	struct bed *b = guest_new(REAL);

	BED_PROGRAM(b, 0xf4);
	for (unsigned n = 0; n < ARRAY_SIZE(flushing); n++) {
		u64 entry, none = 0;

		bed_host_read(b, BED_NPT + 2 * PAGE_SIZE, &entry, sizeof(entry));
		b->vmcb.control.tlb_control = TLB_CONTROL_NOTHING;
		assert_int_equal(bed_run(b), VMEXIT_HLT);
		bed_host_write(b, BED_NPT + 2 * PAGE_SIZE, &none, sizeof(none));
		b->vmcb.control.tlb_control = flushing[n];
		assert_int_equal(bed_run(b), VMEXIT_NPF);
		bed_host_write(b, BED_NPT + 2 * PAGE_SIZE, &entry, sizeof(entry));
	}
	bed_free(b);
}

/* rdtsc: (host * ratio) + offset */
static void test_tsc(void **state)
{
	struct bed *b = guest_new(LONG);
	u64 first, second;

	BED_PROGRAM(b, 0x0f, 0x31, 0xf4);
	assert_int_equal(cpu_host_wrmsr(b->cpu, MSR_TSC_RATIO, 0), CPU_HOST_OK);
	b->vmcb.control.tsc_offset = 0x12345;
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	assert_int_equal(b->vmcb.save.rax, 0x12345);
	assert_int_equal(cpu_reg_get(b->cpu, REG_RDX), 0);
	assert_int_equal(cpu_host_wrmsr(b->cpu, MSR_TSC_RATIO, TSC_RATIO_ONE / 2), CPU_HOST_OK);
	assert_int_equal(cpu_host_wrmsr(b->cpu, MSR_TSC, 1ull << 40), CPU_HOST_OK);
	b->vmcb.control.tsc_offset = 0;
	b->vmcb.save.rip = BED_CODE;
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	first = (u32)b->vmcb.save.rax | cpu_reg_get(b->cpu, REG_RDX) << 32;
	assert_int_equal(first >> 39, 1);
	assert_int_equal(cpu_host_rdmsr(b->cpu, MSR_TSC, &second), CPU_HOST_OK);
	assert_int_equal(second >> 40, 1);
	bed_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hlt),
		cmocka_unit_test(test_ioio),
		cmocka_unit_test(test_cpuid),
		cmocka_unit_test(test_msr),
		cmocka_unit_test(test_intr),
		cmocka_unit_test(test_shutdown),
		cmocka_unit_test(test_sev_memory_is_ciphertext),
		cmocka_unit_test(test_wrong_key_is_noise),
		cmocka_unit_test(test_sev_status),
		cmocka_unit_test(test_without_nested_paging),
		cmocka_unit_test(test_tlb_control),
		cmocka_unit_test(test_tsc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
