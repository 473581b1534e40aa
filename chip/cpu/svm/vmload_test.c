/* SPDX-License-Identifier: MIT */
/* VMLOAD and VMSAVE: which fields they carry, and how. */
#include "chip/cpu/svm/internal.h"

#include <string.h>

#include "chip/cpu/svm/testbed.h"
#include "tests/support/cmocka.h"

static void fill(struct vmcb *v)
{
	u8 *bytes = (u8 *)v;

	for (unsigned n = 0; n < sizeof(*v); n++)
		bytes[n] = (u8)(n * 7 + n / 256 + 1);
}

/* Exactly the fields that VMLOAD has read, of a VMCB full of other things. */
static void test_vmload_vmsave(void **state)
{
	struct bed *b = bed_new("milan");
	struct vmcb from, before, after, expected;

	fill(&from);
	from.save.fs.attrib = from.save.gs.attrib = 0x93;
	from.save.tr.attrib = from.save.ldtr.attrib = 0x8b;
	from.save.fs.base = from.save.gs.base = from.save.tr.base = from.save.ldtr.base = 0x1000;
	memset(&before, 0xee, sizeof(before));
	bed_host_write(b, BED_VMCB, &from, sizeof(from));
	bed_host_write(b, BED_HSAVE, &before, sizeof(before));
	assert_int_equal(cpu_vmload(b->cpu, SPA(BED_VMCB)), CPU_HOST_OK);
	assert_int_equal(cpu_vmsave(b->cpu, SPA(BED_HSAVE)), CPU_HOST_OK);
	bed_host_read(b, BED_HSAVE, &after, sizeof(after));
	expected = before;
	expected.save.fs = from.save.fs;
	expected.save.gs = from.save.gs;
	expected.save.tr = from.save.tr;
	expected.save.ldtr = from.save.ldtr;
	memcpy(&expected.save.star, &from.save.star,
	       offsetof(struct vmcb_save, cr2) - offsetof(struct vmcb_save, star));
	assert_memory_equal(&after, &expected, sizeof(after));
	bed_free(b);
}

/* Base addresses are sign-extended, attributes lose what they do not have. */
static void test_vmload_canonicalizes(void **state)
{
	struct bed *b = bed_new("milan");

	memset(&b->vmcb, 0, sizeof(b->vmcb));
	b->vmcb.save.fs = (struct vmcb_seg){.attrib = 0xffff, .base = 0xaaaaaaaaaaaaaaaa};
	bed_host_write(b, BED_VMCB, &b->vmcb, sizeof(b->vmcb));
	assert_int_equal(cpu_vmload(b->cpu, SPA(BED_VMCB)), CPU_HOST_OK);
	assert_int_equal(b->cpu->seg[SEG_FS].base, 0xffffaaaaaaaaaaaa);
	assert_int_equal(b->cpu->seg[SEG_FS].attr, 0xfff);
	bed_free(b);
}

/* What VMLOAD loaded, the guest finds. */
static void test_guest_finds_vmloaded_state(void **state)
{
	struct bed *b = bed_new("milan");

	bed_long_mode(b);
	BED_PROGRAM(b, 0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0, 0xf4); /* mov rax, fs:[0] */
	bed_write(b, BED_DATA, &(u64){0x1122334455667788}, 8);
	b->vmcb.save.fs.base = BED_DATA;
	bed_host_write(b, BED_VMCB, &b->vmcb, sizeof(b->vmcb));
	assert_int_equal(cpu_vmload(b->cpu, SPA(BED_VMCB)), CPU_HOST_OK);
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	assert_int_equal(b->vmcb.save.rax, 0x1122334455667788);
	bed_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vmload_vmsave),
		cmocka_unit_test(test_vmload_canonicalizes),
		cmocka_unit_test(test_guest_finds_vmloaded_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
