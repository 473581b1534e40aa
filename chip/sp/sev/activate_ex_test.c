/* SPDX-License-Identifier: MIT */
/* ACTIVATE_EX: as ACTIVATE, on some core complexes. */
#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_ACTIVATE_EX,
	.size = 0x18,
	.since_minor = 24,
	.states = SP_LUPDATE | SP_LSECRET | SP_RUNNING | SP_SUPDATE | SP_RUPDATE,
	.activity = SP_MUST_BE_INACTIVE,
	.handle_at = 4,
};

static struct sev_activate_ex_buf good(struct sp_bed *bed, struct bed_guest *g)
{
	struct sev_activate_ex_buf buf = {
		.ex_len = 0x18, .asid = 5, .num_ids = 1, .ids_paddr = BED_BLOB};
	const u32 ids[] = {1};

	bed_put(bed, BED_BLOB, ids, sizeof(ids));
	bed_guest_new(bed, g, BED_POLICY, SEV_GUEST_RUNNING);
	bed_deactivate(bed, g);
	bed_flush(bed);
	buf.handle = g->handle;
	return buf;
}

static void common_refusals(void **state)
{
	struct sev_activate_ex_buf buf;
	struct bed_guest g;

	buf = good(*state, &g);
	bed_check_rules(*state, &rules, &buf);
}

static void its_own_refusals(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_activate_ex_buf buf;
	struct bed_guest g, other;

	buf = good(bed, &g);
	bed_refuses_field(bed, &rules, &buf, FIELD_OF(sev_activate_ex_buf, ex_len), 0,
			  SP_INVALID_LENGTH);
	bed_refuses_field(bed, &rules, &buf, FIELD_OF(sev_activate_ex_buf, ex_len), 0x20,
			  SP_INVALID_LENGTH);
	bed_refuses_field(bed, &rules, &buf, FIELD_OF(sev_activate_ex_buf, num_ids), 0,
			  SP_INVALID_PARAM);
	bed_refuses_field(bed, &rules, &buf, FIELD_OF(sev_activate_ex_buf, num_ids), BED_CORES + 1,
			  SP_INVALID_PARAM);
	bed_refuses_field(bed, &rules, &buf, FIELD_OF(sev_activate_ex_buf, num_ids), UINT32_MAX,
			  SP_INVALID_PARAM);
	bed_refuses_field(bed, &rules, &buf, FIELD_OF(sev_activate_ex_buf, asid), 0,
			  SP_INVALID_ASID);
	bed_refuses_field(bed, &rules, &buf, FIELD_OF(sev_activate_ex_buf, asid), 3,
			  SP_INVALID_ASID);
	bed_guest_new(bed, &other, BED_POLICY, SEV_GUEST_LUPDATE);
	bed_refuses_field(bed, &rules, &buf, FIELD_OF(sev_activate_ex_buf, asid), other.asid,
			  SP_ASID_OWNED);
	bed_deactivate(bed, &other);
	bed_refuses_field(bed, &rules, &buf, FIELD_OF(sev_activate_ex_buf, asid), BED_MIN_SEV_ASID,
			  SP_DFFLUSH_REQUIRED);
}

static void only_cores_that_exist(void **state)
{
	const u32 unknown[] = {BED_CORES, 64, UINT32_MAX};
	struct sp_bed *bed = *state;
	struct sev_activate_ex_buf buf;
	struct bed_guest g;

	buf = good(bed, &g);
	bed_check_address(
		bed, &rules, &buf,
		&(struct bed_address){offsetof(struct sev_activate_ex_buf, ids_paddr), 4, 4});
	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++) {
		const u32 ids[] = {0, unknown[i]};

		bed_put(bed, BED_BLOB, ids, sizeof(ids));
		bed_refuses_field(bed, &rules, &buf, FIELD_OF(sev_activate_ex_buf, num_ids), 2,
				  SP_INVALID_PARAM);
	}
}

/* Complexes of two cores here: 0 and 1, 2 and 3. */
static void the_whole_complex_may_run_it(void **state)
{
	static const struct {
		u32 num, ids[4];
		bool runs[BED_CORES];
	} cases[] = {
		{1, {0}, {true, true, false, false}},
		{1, {3}, {false, false, true, true}},
		{2, {1, 0}, {true, true, false, false}},
		{2, {1, 2}, {true, true, true, true}},
		{4, {3, 3, 3, 3}, {false, false, true, true}},
	};
	struct sp_bed *bed = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sev_activate_ex_buf buf;
		struct bed_guest g;

		buf = good(bed, &g);
		buf.num_ids = cases[i].num;
		bed_put(bed, BED_BLOB, cases[i].ids, sizeof(cases[i].ids));
		bed_accepts(bed, SEV_CMD_ACTIVATE_EX, &buf, sizeof(buf));
		for (unsigned core = 0; core < BED_CORES; core++)
			assert_int_equal(sp_asid_runnable(bed_sp(bed), 5, core),
					 cases[i].runs[core]);
		bed_retire(bed, &g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(its_own_refusals),
		BED_TEST(only_cores_that_exist),
		BED_TEST(the_whole_complex_may_run_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
