/* SPDX-License-Identifier: MIT */
/* DBG_ENCRYPT: who may.  What it shares: move_test.c. */
#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_DBG_ENCRYPT,
	.size = 0x1c,
	.states = SP_LUPDATE | SP_LSECRET | SP_RUNNING | SP_SUPDATE | SP_RUPDATE,
	.activity = SP_MUST_BE_ACTIVE,
	.policy_clear = SEV_POLICY_NODBG,
	.reserved = {{4, 4}},
};

static struct sev_dbg_buf good(struct sp_bed *bed, struct bed_guest *g)
{
	bed_guest_new(bed, g, BED_POLICY_ES, SEV_GUEST_RUNNING);
	return (struct sev_dbg_buf){.handle = g->handle,
				    .src_paddr = BED_BLOB,
				    .dst_paddr = BED_GUEST,
				    .length = 0x1000};
}

static void common_refusals(void **state)
{
	struct bed_guest g;
	struct sev_dbg_buf buf = good(*state, &g);

	bed_check_rules(*state, &rules, &buf);
}

static void nodbg_is_kept(void **state)
{
	struct bed_guest g;
	struct sev_dbg_buf buf = good(*state, &g);

	bed_guest_new(*state, &g, SEV_POLICY_NODBG, SEV_GUEST_RUNNING);
	buf.handle = g.handle;
	bed_refuses(*state, SP_POLICY_FAILURE, SEV_CMD_DBG_ENCRYPT, &buf, sizeof(buf));
}

static void a_save_area_cannot_be_written(void **state)
{
	struct sp_bed *bed = *state;
	struct sp *sp = bed_sp(bed);
	u8 vmsa[SEV_VMSA_SIZE];
	struct bed_guest g;
	struct sev_dbg_buf buf = good(bed, &g);

	bed_fill(vmsa, sizeof(vmsa), 1);
	assert_int_equal(sp_vmsas_reserve(&sp->vmsas), 0);
	sp_vmsas_record(&sp->vmsas, g.handle, SPA(BED_GUEST + 0x2000), vmsa);
	bed_accepts(bed, SEV_CMD_DBG_ENCRYPT, &buf, sizeof(buf));
	buf.length = 0x2010;
	bed_refuses(bed, SP_INVALID_ADDRESS, SEV_CMD_DBG_ENCRYPT, &buf, sizeof(buf));
	buf.dst_paddr = BED_GUEST + 0x2ff0;
	buf.length = 16;
	bed_refuses(bed, SP_INVALID_ADDRESS, SEV_CMD_DBG_ENCRYPT, &buf, sizeof(buf));
	buf.dst_paddr = BED_GUEST + 0x3000;
	bed_accepts(bed, SEV_CMD_DBG_ENCRYPT, &buf, sizeof(buf));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(nodbg_is_kept),
		BED_TEST(a_save_area_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
