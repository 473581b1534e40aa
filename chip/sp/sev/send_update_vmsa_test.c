/* SPDX-License-Identifier: MIT */
/* SEND_UPDATE_VMSA: only what the last exit left goes out.  What it shares: transport_test.c. */
#include "chip/sp/mem.h"
#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_SEND_UPDATE_VMSA,
	.size = 0x34,
	.states = SP_SUPDATE,
	.policy_set = SEV_POLICY_ES,
	.activity = SP_MUST_BE_ACTIVE,
	.reserved = {{0x04, 4}, {0x14, 4}, {0x24, 4}},
};

/* A guest with a save area at BED_GUEST, as a launch leaves it. */
static void put_vmsa(struct sp_bed *bed, const struct bed_guest *g, u8 vmsa[SEV_VMSA_SIZE])
{
	struct sp *sp = bed_sp(bed);

	bed_fill(vmsa, SEV_VMSA_SIZE, 8);
	sp_guest_write(sp, bed_context(bed, g), BED_GUEST, vmsa, SEV_VMSA_SIZE);
	assert_int_equal(sp_vmsas_reserve(&sp->vmsas), 0);
	sp_vmsas_record(&sp->vmsas, g->handle, SPA(BED_GUEST), vmsa);
}

static struct sev_transport_buf good(struct sp_bed *bed, struct bed_guest *g)
{
	u8 vmsa[SEV_VMSA_SIZE];

	bed_guest_new(bed, g, BED_POLICY_ES, SEV_GUEST_SUPDATE);
	put_vmsa(bed, g, vmsa);
	return (struct sev_transport_buf){
		.handle = g->handle,
		.hdr_paddr = BED_HDR,
		.hdr_length = 0x34,
		.guest_paddr = BED_GUEST,
		.guest_length = SEV_VMSA_SIZE,
		.trans_paddr = BED_TEXT,
		.trans_length = SEV_VMSA_SIZE,
	};
}

static void refuses(struct sp_bed *bed, struct sev_transport_buf buf)
{
	bed_refuses(bed, SP_BAD_MEASUREMENT, SEV_CMD_SEND_UPDATE_VMSA, &buf, sizeof(buf));
}

static void common_refusals(void **state)
{
	struct bed_guest g;
	struct sev_transport_buf buf = good(*state, &g);

	bed_check_rules(*state, &rules, &buf);
}

/* What the host changed does not become good by travelling. */
static void a_changed_save_area_stays(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest g;
	struct sev_transport_buf buf = good(bed, &g);
	u8 byte;

	for (unsigned at = 0; at < SEV_VMSA_SIZE; at += 0x1fd) {
		bed_get(bed, BED_GUEST + at, &byte, 1);
		byte ^= 4;
		bed_put(bed, BED_GUEST + at, &byte, 1);
		refuses(bed, buf);
		byte ^= 4;
		bed_put(bed, BED_GUEST + at, &byte, 1);
	}
	bed_accepts(bed, SEV_CMD_SEND_UPDATE_VMSA, &buf, sizeof(buf));
}

static void data_is_no_save_area(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest g, other;
	struct sev_transport_buf buf = good(bed, &g);

	buf.guest_paddr = BED_GUEST + 0x1000;
	refuses(bed, buf);
	bed_guest_new(bed, &other, BED_POLICY_ES, SEV_GUEST_SUPDATE);
	buf.guest_paddr = BED_GUEST;
	buf.handle = other.handle;
	refuses(bed, buf);
}

static void an_older_state_stays(void **state)
{
	u8 old[SEV_VMSA_SIZE], vmsa[SEV_VMSA_SIZE];
	struct sp_bed *bed = *state;
	struct bed_guest g;
	struct sev_transport_buf buf = good(bed, &g);

	bed_get(bed, BED_GUEST, old, sizeof(old));
	bed_fill(vmsa, sizeof(vmsa), 9);
	bed_guest_put(bed, &g, BED_GUEST, vmsa, sizeof(vmsa));
	sp_vmsa_seal(bed_sp(bed), g.asid, SPA(BED_GUEST), vmsa);
	bed_accepts(bed, SEV_CMD_SEND_UPDATE_VMSA, &buf, sizeof(buf));
	bed_put(bed, BED_GUEST, old, sizeof(old));
	refuses(bed, buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(a_changed_save_area_stays),
		BED_TEST(data_is_no_save_area),
		BED_TEST(an_older_state_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
