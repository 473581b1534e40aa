/* SPDX-License-Identifier: MIT */
/* LAUNCH_UPDATE_VMSA: measured, encrypted, and guarded. */
#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_LAUNCH_UPDATE_VMSA,
	.size = 0x14,
	.states = SP_LUPDATE,
	.activity = SP_MUST_BE_ACTIVE,
	.policy_set = SEV_POLICY_ES,
	.reserved = {{4, 4}},
};

static struct sev_launch_update_buf good(struct sp_bed *bed, struct bed_guest *g)
{
	bed_guest_new(bed, g, BED_POLICY_ES, SEV_GUEST_LUPDATE);
	return (struct sev_launch_update_buf){
		.handle = g->handle, .paddr = BED_GUEST, .length = SEV_VMSA_SIZE};
}

static void common_refusals(void **state)
{
	struct sev_launch_update_buf buf;
	struct bed_guest g;

	buf = good(*state, &g);
	bed_check_rules(*state, &rules, &buf);
}

static void its_own_refusals(void **state)
{
	static const u32 lengths[] = {0, 16, 0x670, 0xff0, 0x1010, 0x2000, UINT32_MAX};
	struct sev_launch_update_buf buf;
	struct bed_guest g;

	buf = good(*state, &g);
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++)
		bed_refuses_field(*state, &rules, &buf, FIELD_OF(sev_launch_update_buf, length),
				  lengths[i], SP_INVALID_LENGTH);
	bed_check_address(*state, &rules, &buf,
			  &(struct bed_address){offsetof(struct sev_launch_update_buf, paddr),
						0x1000, 0x1000});
}

/* Before anything about the guest: the platform cannot do it at all. */
static void without_es_on_the_platform(void **state)
{
	struct sev_launch_update_buf buf;
	struct bed_guest g;

	buf = good(*state, &g);
	bed_sp(*state)->platform.es = false;
	bed_refuses(*state, SP_INVALID_CONFIG, SEV_CMD_LAUNCH_UPDATE_VMSA, &buf, sizeof(buf));
	buf.handle = 0;
	bed_refuses(*state, SP_INVALID_CONFIG, SEV_CMD_LAUNCH_UPDATE_VMSA, &buf, sizeof(buf));
}

static void launch(struct sp_bed *bed, struct bed_guest *g, u8 vmsa[SEV_VMSA_SIZE])
{
	struct sev_launch_update_buf buf = good(bed, g);

	bed_fill(vmsa, SEV_VMSA_SIZE, 7);
	bed_put(bed, BED_GUEST, vmsa, SEV_VMSA_SIZE);
	bed_accepts(bed, SEV_CMD_LAUNCH_UPDATE_VMSA, &buf, sizeof(buf));
}

static void measures_encrypts_and_guards(void **state)
{
	u8 vmsa[SEV_VMSA_SIZE], seen[SEV_VMSA_SIZE], expected[SEV_VMSA_SIZE];
	struct sha256_digest now, whole;
	struct sp_bed *bed = *state;
	struct bed_guest g;

	launch(bed, &g, vmsa);
	hash_final_sha256(bed_context(bed, &g)->ld, &now);
	assert_int_equal(sha256(&whole, vmsa, sizeof(vmsa)), 0);
	assert_memory_equal(&now, &whole, sizeof(now));
	bed_get(bed, BED_GUEST, seen, sizeof(seen));
	mee_encrypt(bed->config.mee, g.asid, SPA(BED_GUEST), expected, vmsa, sizeof(vmsa));
	assert_memory_equal(seen, expected, sizeof(seen));
	bed_guest_get(bed, &g, BED_GUEST, seen, sizeof(seen));
	assert_memory_equal(seen, vmsa, sizeof(seen));
	assert_true(sp_vmsa_intact(bed_sp(bed), g.asid, SPA(BED_GUEST), seen));
}

/* What VMRUN would see, and whether it would run it. */
static bool intact(struct sp_bed *bed, const struct bed_guest *g, u64 spa)
{
	u8 seen[SEV_VMSA_SIZE];

	bed_guest_get(bed, g, spa, seen, sizeof(seen));
	return sp_vmsa_intact(bed_sp(bed), g->asid, SPA(spa), seen);
}

static void a_write_of_the_host_is_noticed(void **state)
{
	u8 vmsa[SEV_VMSA_SIZE], byte;
	struct sp_bed *bed = *state;
	struct bed_guest g;

	launch(bed, &g, vmsa);
	bed_get(bed, BED_GUEST + 0x178, &byte, 1);
	byte ^= 1;
	bed_put(bed, BED_GUEST + 0x178, &byte, 1);
	assert_false(intact(bed, &g, BED_GUEST));
	byte ^= 1;
	bed_put(bed, BED_GUEST + 0x178, &byte, 1);
	assert_true(intact(bed, &g, BED_GUEST));
}

static void an_older_image_is_noticed(void **state)
{
	u8 vmsa[SEV_VMSA_SIZE], image[SEV_VMSA_SIZE];
	struct sp_bed *bed = *state;
	struct bed_guest g;

	launch(bed, &g, vmsa);
	bed_get(bed, BED_GUEST, image, sizeof(image));
	vmsa[0x178] ^= 1; /* as an exit would leave it */
	bed_guest_put(bed, &g, BED_GUEST, vmsa, sizeof(vmsa));
	sp_vmsa_seal(bed_sp(bed), g.asid, SPA(BED_GUEST), vmsa);
	assert_true(intact(bed, &g, BED_GUEST));
	bed_put(bed, BED_GUEST, image, sizeof(image));
	assert_false(intact(bed, &g, BED_GUEST));
}

static void elsewhere_or_another_guests_is_noticed(void **state)
{
	u8 vmsa[SEV_VMSA_SIZE];
	struct sp_bed *bed = *state;
	struct bed_guest g, other;

	launch(bed, &g, vmsa);
	bed_guest_new(bed, &other, BED_POLICY_ES, SEV_GUEST_LUPDATE);
	bed_guest_put(bed, &g, BED_GUEST + 0x1000, vmsa, sizeof(vmsa));
	assert_false(intact(bed, &g, BED_GUEST + 0x1000));
	assert_false(sp_vmsa_intact(bed_sp(bed), other.asid, SPA(BED_GUEST), vmsa));
	assert_false(sp_vmsa_intact(bed_sp(bed), 0, SPA(BED_GUEST), vmsa));
	assert_false(sp_vmsa_intact(bed_sp(bed), BED_ASIDS + 1, SPA(BED_GUEST), vmsa));
}

/* A page that became data is no save area any more: its contents are not what was guarded. */
static void a_save_area_is_not_data(void **state)
{
	u8 vmsa[SEV_VMSA_SIZE];
	struct sev_launch_update_buf buf;
	struct sp_bed *bed = *state;
	struct bed_guest g;

	launch(bed, &g, vmsa);
	buf = (struct sev_launch_update_buf){
		.handle = g.handle, .paddr = BED_GUEST, .length = SEV_VMSA_SIZE};
	bed_accepts(bed, SEV_CMD_LAUNCH_UPDATE_DATA, &buf, sizeof(buf));
	assert_false(intact(bed, &g, BED_GUEST));
}

static void it_ends_with_the_guest(void **state)
{
	u8 vmsa[SEV_VMSA_SIZE];
	struct sp_bed *bed = *state;
	struct bed_guest g;

	launch(bed, &g, vmsa);
	bed_retire(bed, &g);
	assert_false(sp_vmsas_overlap(&bed_sp(bed)->vmsas, SPA(0), BED_DRAM));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(its_own_refusals),
		BED_TEST(without_es_on_the_platform),
		BED_TEST(measures_encrypts_and_guards),
		BED_TEST(a_write_of_the_host_is_noticed),
		BED_TEST(an_older_image_is_noticed),
		BED_TEST(elsewhere_or_another_guests_is_noticed),
		BED_TEST(a_save_area_is_not_data),
		BED_TEST(it_ends_with_the_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
