/* SPDX-License-Identifier: MIT */
/* COPY: who may, and that the host cannot do it alone.  What it shares: move_test.c. */
#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_COPY,
	.size = 0x18,
	.states = SP_RUNNING | SP_SUPDATE,
	.activity = SP_MUST_BE_ACTIVE,
};

static struct sev_copy_buf good(struct sp_bed *bed, struct bed_guest *g)
{
	bed_guest_new(bed, g, BED_POLICY, SEV_GUEST_RUNNING);
	return (struct sev_copy_buf){.handle = g->handle,
				     .length = 0x1000,
				     .src_paddr = BED_GUEST,
				     .dst_paddr = BED_GUEST + 0x1000};
}

static void common_refusals(void **state)
{
	struct bed_guest g;
	struct sev_copy_buf buf = good(*state, &g);

	bed_check_rules(*state, &rules, &buf);
}

static void ciphertext_copied_by_the_host_is_noise(void **state)
{
	struct sp_bed *bed = *state;
	u8 plain[0x1000], cipher[0x1000], seen[0x1000];
	struct bed_guest g;
	struct sev_copy_buf buf = good(bed, &g);

	bed_fill(plain, sizeof(plain), 3);
	bed_guest_put(bed, &g, BED_GUEST, plain, sizeof(plain));
	bed_get(bed, BED_GUEST, cipher, sizeof(cipher));
	bed_put(bed, BED_GUEST + 0x1000, cipher, sizeof(cipher));
	bed_guest_get(bed, &g, BED_GUEST + 0x1000, seen, sizeof(seen));
	assert_memory_not_equal(seen, plain, sizeof(seen));
	bed_accepts(bed, SEV_CMD_COPY, &buf, sizeof(buf));
	bed_guest_get(bed, &g, BED_GUEST + 0x1000, seen, sizeof(seen));
	assert_memory_equal(seen, plain, sizeof(seen));
}

/* A copied save area is a copy, not a save area. */
static void a_copy_of_a_save_area_does_not_run(void **state)
{
	struct sp_bed *bed = *state;
	struct sp *sp = bed_sp(bed);
	u8 vmsa[SEV_VMSA_SIZE];
	struct bed_guest g;
	struct sev_copy_buf buf = {
		.length = SEV_VMSA_SIZE, .src_paddr = BED_GUEST, .dst_paddr = BED_GUEST + 0x1000};

	bed_guest_new(bed, &g, BED_POLICY_ES, SEV_GUEST_RUNNING);
	buf.handle = g.handle;
	bed_fill(vmsa, sizeof(vmsa), 1);
	bed_guest_put(bed, &g, BED_GUEST, vmsa, sizeof(vmsa));
	assert_int_equal(sp_vmsas_reserve(&sp->vmsas), 0);
	sp_vmsas_record(&sp->vmsas, g.handle, SPA(BED_GUEST), vmsa);
	bed_accepts(bed, SEV_CMD_COPY, &buf, sizeof(buf));
	assert_true(sp_vmsa_intact(sp, g.asid, SPA(BED_GUEST), vmsa));
	assert_false(sp_vmsa_intact(sp, g.asid, SPA(BED_GUEST + 0x1000), vmsa));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(ciphertext_copied_by_the_host_is_noise),
		BED_TEST(a_copy_of_a_save_area_does_not_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
