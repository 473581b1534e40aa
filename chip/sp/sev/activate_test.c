/* SPDX-License-Identifier: MIT */
/* ACTIVATE: which guest may have which ASID, and when. */
#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_ACTIVATE,
	.size = 8,
	.states = SP_LUPDATE | SP_LSECRET | SP_RUNNING | SP_SUPDATE | SP_RUPDATE,
	.activity = SP_MUST_BE_INACTIVE,
};

static enum sp_status activate(struct sp_bed *bed, const struct bed_guest *g, u32 asid)
{
	struct sev_activate_buf buf = {g->handle, asid};

	return bed_command(bed, SEV_CMD_ACTIVATE, &buf, sizeof(buf));
}

static void refuses(struct sp_bed *bed, const struct bed_guest *g, u32 asid, enum sp_status status)
{
	struct sev_activate_buf buf = {g->handle, asid};

	bed_refuses(bed, status, SEV_CMD_ACTIVATE, &buf, sizeof(buf));
}

/* An inactive guest; every ASID is clean. */
static void new_inactive(struct sp_bed *bed, struct bed_guest *g, u32 policy,
			 enum sev_guest_state state)
{
	bed_guest_new(bed, g, policy, state);
	bed_deactivate(bed, g);
	bed_flush(bed);
}

static void common_refusals(void **state)
{
	struct sev_activate_buf buf = {.asid = BED_MIN_SEV_ASID};
	struct bed_guest g;

	new_inactive(*state, &g, BED_POLICY, SEV_GUEST_LUPDATE);
	buf.handle = g.handle;
	bed_check_rules(*state, &rules, &buf);
}

/* Below CPUID 8000_001F EDX for SEV-ES, from there to ECX for SEV; never the host's. */
static void each_kind_of_guest_has_its_asids(void **state)
{
	static const u32 never[] = {0, BED_ASIDS + 1, 0x80000001, UINT32_MAX};
	struct sp_bed *bed = *state;
	struct bed_guest sev, es;

	new_inactive(bed, &sev, BED_POLICY, SEV_GUEST_LUPDATE);
	new_inactive(bed, &es, BED_POLICY_ES, SEV_GUEST_LUPDATE);
	for (size_t i = 0; i < ARRAY_SIZE(never); i++) {
		refuses(bed, &sev, never[i], SP_INVALID_ASID);
		refuses(bed, &es, never[i], SP_INVALID_ASID);
	}
	for (u32 asid = 1; asid <= BED_ASIDS; asid++) {
		const struct bed_guest *right = asid < BED_MIN_SEV_ASID ? &es : &sev;
		struct sev_handle_buf off = {right->handle};

		refuses(bed, right == &es ? &sev : &es, asid, SP_INVALID_ASID);
		assert_int_equal(activate(bed, right, asid), SP_SUCCESS);
		bed_accepts(bed, SEV_CMD_DEACTIVATE, &off, sizeof(off));
	}
}

static void one_guest_an_asid(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest a, b;

	new_inactive(bed, &a, BED_POLICY, SEV_GUEST_LUPDATE);
	new_inactive(bed, &b, BED_POLICY, SEV_GUEST_LUPDATE);
	assert_int_equal(activate(bed, &a, 5), SP_SUCCESS);
	refuses(bed, &b, 5, SP_ASID_OWNED);
	refuses(bed, &a, 6, SP_ACTIVE);
	assert_int_equal(activate(bed, &b, 6), SP_SUCCESS);
}

/* Every order of what must happen between two guests of an ASID. */
static void an_asid_is_flushed_between_guests(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest a, b;

	new_inactive(bed, &b, BED_POLICY, SEV_GUEST_LUPDATE);
	bed_guest_new(bed, &a, BED_POLICY, SEV_GUEST_LUPDATE);
	bed_deactivate(bed, &a);
	refuses(bed, &b, 4, SP_DFFLUSH_REQUIRED);
	refuses(bed, &a, 4, SP_DFFLUSH_REQUIRED);
	bed_refuses(bed, SP_WBINVD_REQUIRED, SEV_CMD_DF_FLUSH, NULL, 0);
	refuses(bed, &b, 4, SP_DFFLUSH_REQUIRED);
	for (unsigned core = 0; core < BED_CORES; core++) {
		bed_refuses(bed, SP_WBINVD_REQUIRED, SEV_CMD_DF_FLUSH, NULL, 0);
		sp_note_wbinvd(bed_sp(bed), core);
		refuses(bed, &b, 4, SP_DFFLUSH_REQUIRED);
	}
	bed_accepts(bed, SEV_CMD_DF_FLUSH, NULL, 0);
	assert_int_equal(activate(bed, &b, 4), SP_SUCCESS);
}

static void after_init_every_asid_needs_a_flush(void **state)
{
	struct sp_bed *bed = bed_new();
	struct sev_launch_start_buf start = {0};
	struct sev_init_buf init = {0};
	struct bed_guest g = {0};

	bed_accepts(bed, SEV_CMD_INIT, &init, sizeof(init));
	bed_accepts(bed, SEV_CMD_LAUNCH_START, &start, sizeof(start));
	g.handle = start.handle;
	for (u32 asid = BED_MIN_SEV_ASID; asid <= BED_ASIDS; asid++)
		refuses(bed, &g, asid, SP_DFFLUSH_REQUIRED);
	bed_flush(bed);
	assert_int_equal(activate(bed, &g, 8), SP_SUCCESS);
	bed_free(bed);
}

/* VMRUN under the ASID is for guests that have been launched, and not sent. */
static void only_launched_guests_run(void **state)
{
	static const struct {
		enum sev_guest_state state;
		bool runs;
	} cases[] = {{SEV_GUEST_LUPDATE, false}, {SEV_GUEST_LSECRET, false},
		     {SEV_GUEST_RUNNING, true},  {SEV_GUEST_SUPDATE, true},
		     {SEV_GUEST_RUPDATE, false}, {SEV_GUEST_SENT, false}};
	struct sp_bed *bed = *state;
	struct bed_guest g;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		bed_guest_new(bed, &g, BED_POLICY, cases[i].state);
		for (unsigned core = 0; core < BED_CORES; core++)
			assert_int_equal(sp_asid_runnable(bed_sp(bed), g.asid, core),
					 cases[i].runs);
		assert_false(sp_asid_runnable(bed_sp(bed), g.asid + 1, 0));
		bed_retire(bed, &g);
	}
}

/* The engine has the guest's key: what it encrypted under one ASID reads under another. */
static void the_key_moves_with_the_guest(void **state)
{
	struct sp_bed *bed = *state;
	u8 plain[64], seen[64];
	struct bed_guest g;

	bed_guest_new(bed, &g, BED_POLICY, SEV_GUEST_RUNNING);
	bed_fill(plain, sizeof(plain), 3);
	bed_guest_put(bed, &g, BED_GUEST, plain, sizeof(plain));
	cache_flush_all(bed->config.cache, NULL);
	bed_deactivate(bed, &g);
	assert_int_equal(activate(bed, &g, 7), SP_SUCCESS);
	g.asid = 7;
	bed_guest_get(bed, &g, BED_GUEST, seen, sizeof(seen));
	assert_memory_equal(seen, plain, sizeof(plain));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(each_kind_of_guest_has_its_asids),
		BED_TEST(one_guest_an_asid),
		BED_TEST(an_asid_is_flushed_between_guests),
		BED_TEST(after_init_every_asid_needs_a_flush),
		BED_TEST(only_launched_guests_run),
		BED_TEST(the_key_moves_with_the_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
