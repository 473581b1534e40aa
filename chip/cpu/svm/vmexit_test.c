/* SPDX-License-Identifier: MIT */
/* What #VMEXIT writes, and the instruction bytes it gives. */
#include "chip/cpu/svm/internal.h"

#include <string.h>

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

/* mov [0x9000], al with the page's 2 MiB gone from the nested tables. */
static void test_npf_data(void **state)
{
	FOR_EACH_GUEST(b)
	{
		u64 entry = 0;
		const u8 far[] = {0x88, 0x04, 0x25, 0x00, 0x00, 0x20, 0x00, 0xf4};
		const u8 real[] = {0x67, 0x88, 0x03, 0xf4}; /* mov [ebx], al */

		b->vmcb.save.ds.limit = 0xffffffff;
		cpu_reg_set(b->cpu, REG_RBX, MIB(2));
		bed_write(b, BED_CODE, k_ == REAL ? real : far,
			  k_ == REAL ? sizeof(real) : sizeof(far));
		bed_host_write(b, BED_NPT + 2 * PAGE_SIZE + 8, &entry, sizeof(entry));
		assert_int_equal(bed_run(b), VMEXIT_NPF);
		assert_int_equal(b->vmcb.control.exitinfo2, MIB(2));
		assert_int_equal(b->vmcb.control.exitinfo1 & 0xff, NPF_INFO1_W | NPF_INFO1_U);
		assert_true(b->vmcb.control.exitinfo1 & NPF_INFO1_FINAL);
		assert_int_equal(b->vmcb.save.rip, BED_CODE);
		assert_int_equal(b->vmcb.control.nrip, 0);
		assert_int_equal(b->vmcb.control.insn_len, 15);
		assert_memory_equal(b->vmcb.control.insn_bytes, k_ == REAL ? real : far,
				    k_ == REAL ? sizeof(real) : sizeof(far));
	}
}

static void test_npf_fetch_has_no_bytes(void **state)
{
	FOR_EACH_GUEST(b)
	{
		u64 entry = 0;

		bed_host_write(b, BED_NPT + 2 * PAGE_SIZE, &entry, sizeof(entry));
		assert_int_equal(bed_run(b), VMEXIT_NPF);
		assert_int_equal(b->vmcb.control.insn_len, 0);
	}
}

/* Code that runs to the end of a page, behind which nothing is mapped: the bytes up to there. */
static void test_bytes_end_with_the_page(void **state)
{
	struct bed *b = guest_new(LONG);
	const u64 at = MIB(2) - 7;
	const u8 code[] = {0x8a, 0x04, 0x25, 0x00, 0x00, 0x60, 0x00}; /* mov al, [600000h] */
	u64 none = 0;

	bed_write(b, at, code, sizeof(code));
	bed_write(b, BED_TABLES + 2 * PAGE_SIZE + 8, &none, sizeof(none));
	bed_host_write(b, BED_NPT + 2 * PAGE_SIZE + 8 * 3, &none, sizeof(none));
	b->vmcb.save.rip = at;
	assert_int_equal(bed_run(b), VMEXIT_NPF);
	assert_int_equal(b->vmcb.control.exitinfo2, MIB(6));
	assert_int_equal(b->vmcb.control.insn_len, sizeof(code));
	assert_memory_equal(b->vmcb.control.insn_bytes, code, sizeof(code));
	assert_int_equal(b->vmcb.save.cr2, 0);
	bed_free(b);
}

/* Two pages, each of its own place in memory. */
static void test_bytes_cross_pages(void **state)
{
	struct bed *b = guest_new(LONG);
	const u64 at = MIB(2) - 3;
	const u8 code[] = {0x8a, 0x04, 0x25, 0x00, 0x00, 0x60, 0x00, 0x11, 0x22};
	u64 none = 0, moved = MIB(4) | PTE_P | PTE_RW | PTE_PS;

	bed_write(b, at, code, 3);
	bed_write(b, MIB(4), code + 3, sizeof(code) - 3);
	bed_write(b, BED_TABLES + 2 * PAGE_SIZE + 8, &moved, sizeof(moved));
	bed_host_write(b, BED_NPT + 2 * PAGE_SIZE + 8 * 3, &none, sizeof(none));
	b->vmcb.save.rip = at;
	assert_int_equal(bed_run(b), VMEXIT_NPF);
	assert_int_equal(b->vmcb.control.insn_len, 15);
	assert_memory_equal(b->vmcb.control.insn_bytes, code, sizeof(code));
	bed_free(b);
}

/* An intercepted #PF gives bytes, error code and address; CR2 is untouched. */
static void test_page_fault_intercept(void **state)
{
	struct bed *b = guest_new(LONG);
	const u8 code[] = {0x88, 0x04, 0x25, 0x00, 0x00, 0x00, 0x04}; /* mov [4000000h], al */

	bed_write(b, BED_CODE, code, sizeof(code));
	b->vmcb.control.intercept_exception = BIT32(X86_VECTOR_PF);
	b->vmcb.save.cr2 = 0x1234;
	assert_int_equal(bed_run(b), VMEXIT_EXCP0 + X86_VECTOR_PF);
	assert_int_equal(b->vmcb.control.exitinfo1, PF_ERROR_W);
	assert_int_equal(b->vmcb.control.exitinfo2, 0x4000000);
	assert_int_equal(b->vmcb.control.insn_len, 15);
	assert_memory_equal(b->vmcb.control.insn_bytes, code, sizeof(code));
	assert_int_equal(b->vmcb.save.cr2, 0x1234);
	/* a fetch has none, nor has any other exit, whatever stood there */
	b->vmcb.save.rip = 0x4000000;
	assert_int_equal(bed_run(b), VMEXIT_EXCP0 + X86_VECTOR_PF);
	assert_int_equal(b->vmcb.control.insn_len, 0);
	BED_PROGRAM(b, 0xf4);
	b->vmcb.save.rip = BED_CODE;
	memset(b->vmcb.control.insn_bytes, 0x55, 15);
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	assert_true(bytes_are_zero(b->vmcb.control.insn_bytes, 15));
	bed_free(b);
}

/* Fields that hardware only reads, and those that are software's, are not written. */
static void test_only_outputs_are_written(void **state)
{
	static const struct {
		u16 first, end;
	} written[] = {
		{offsetof(struct vmcb_control, vintr), offsetof(struct vmcb_control, nested_ctl)},
		{offsetof(struct vmcb_control, eventinj), offsetof(struct vmcb_control, n_cr3)},
		{offsetof(struct vmcb_control, nrip),
		 offsetof(struct vmcb_control, avic_backing_page)},
	};
	struct bed *b = guest_new(REAL);
	u8 before[sizeof(struct vmcb_control)], after[sizeof(struct vmcb_control)];

	BED_PROGRAM(b, 0xf4);
	memset(b->vmcb.control.sw_3e0, 0xa5, sizeof(b->vmcb.control.sw_3e0));
	memset(b->vmcb.control.rsvd_018, 0xa5, sizeof(b->vmcb.control.rsvd_018));
	b->vmcb.control.ghcb_gpa = 0x123000;
	b->vmcb.control.clean = 0xfff;
	b->vmcb.control.vmsa_pointer = ~0ull;
	memcpy(before, &b->vmcb.control, sizeof(before));
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	memcpy(after, &b->vmcb.control, sizeof(after));
	for (unsigned n = 0; n < ARRAY_SIZE(written); n++)
		memcpy(after + written[n].first, before + written[n].first,
		       (size_t)(written[n].end - written[n].first));
	assert_memory_equal(after, before, sizeof(after));
	assert_int_equal(b->vmcb.control.tlb_control, TLB_CONTROL_FLUSH_ALL);
	bed_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_npf_data),
		cmocka_unit_test(test_npf_fetch_has_no_bytes),
		cmocka_unit_test(test_bytes_end_with_the_page),
		cmocka_unit_test(test_bytes_cross_pages),
		cmocka_unit_test(test_page_fault_intercept),
		cmocka_unit_test(test_only_outputs_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
