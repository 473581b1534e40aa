/* SPDX-License-Identifier: MIT */
/* Powering on: products that make no sense, directories that cannot be used, reproducible chips. */
#include "chip/sp/sp.h"

#include <string.h>

#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

/* A change to a good configuration that must not come up. */
static void refuses(void (*change)(struct sp_config *cfg), const char *why)
{
	struct sp_bed *bed = bed_new();
	struct sp_config cfg = bed->config;
	struct error err;

	change(&cfg);
	assert_null(sp_new(&cfg, &err));
	if (!strstr(err.text, why))
		fail_msg("%s", err.text);
	bed_free(bed);
}

static void no_cores(struct sp_config *cfg)
{
	cfg->product.cores = 0;
}

static void too_many_cores(struct sp_config *cfg)
{
	cfg->product.cores = SP_CORES_MAX + 1;
}

static void no_complex(struct sp_config *cfg)
{
	cfg->product.complex_cores = 0;
}

static void no_asids(struct sp_config *cfg)
{
	cfg->product.asids = 0;
}

static void more_asids_than_slots(struct sp_config *cfg)
{
	cfg->product.asids = BED_ASIDS + 1;
}

static void no_es_asid(struct sp_config *cfg)
{
	cfg->product.min_sev_asid = 0;
}

static void sev_asids_beyond_all(struct sp_config *cfg)
{
	cfg->product.min_sev_asid = BED_ASIDS + 2;
}

static void low_c_bit(struct sp_config *cfg)
{
	cfg->product.c_bit = 31;
}

static void high_c_bit(struct sp_config *cfg)
{
	cfg->product.c_bit = 52;
}

static void no_pki(struct sp_config *cfg)
{
	cfg->pki_dir = "/nonexistent";
}

static void no_state(struct sp_config *cfg)
{
	cfg->state_dir = "/nonexistent/state";
}

static void bad_secret(struct sp_config *cfg)
{
	static const u8 zero[SP_SECRET_SIZE];

	cfg->secret = zero;
}

static void what_makes_no_sense_is_refused(void **state)
{
	refuses(no_cores, "cores");
	refuses(too_many_cores, "cores");
	refuses(no_complex, "cores");
	refuses(no_asids, "ASIDs");
	refuses(more_asids_than_slots, "slots");
	refuses(no_es_asid, "lowest SEV ASID");
	refuses(sev_asids_beyond_all, "lowest SEV ASID");
	refuses(low_c_bit, "C-bit");
	refuses(high_c_bit, "C-bit");
	refuses(no_pki, "/nonexistent");
	refuses(no_state, "/nonexistent/state");
	refuses(bad_secret, "");
}

static void the_greatest_products_come_up(struct sp_config *cfg)
{
	cfg->product.cores = SP_CORES_MAX;
	cfg->product.asids = 1006;
	cfg->product.min_sev_asid = 1007;
	cfg->product.c_bit = 51;
}

static void a_great_product(void **state)
{
	struct sp_bed *bed =
		bed_new_with(&(struct bed_options){.change = the_greatest_products_come_up});

	bed_init_platform(bed);
	assert_int_equal(sp_all_cores(bed_sp(bed)), ~0ull);
	bed_free(bed);
}

static void a_seed_makes_the_same_chip(void **state)
{
	struct sp_bed *a = bed_new(), *b = bed_new();
	struct sp_bed *c = bed_new_with(&(struct bed_options){.seed = 1});

	bed_init_platform(a);
	bed_init_platform(b);
	bed_init_platform(c);
	assert_memory_equal(&bed_sp(a)->chip, &bed_sp(b)->chip, sizeof(struct sp_chip));
	assert_memory_equal(&bed_sp(a)->platform.identity, &bed_sp(b)->platform.identity,
			    sizeof(struct sev_identity));
	assert_memory_not_equal(bed_sp(a)->chip.id, bed_sp(c)->chip.id, SEV_CHIP_ID_SIZE);
	bed_free(a);
	bed_free(b);
	bed_free(c);
}

static void two_chips_in_one_process_share_nothing(void **state)
{
	struct sp_bed *a = bed_new(), *b = bed_new();
	struct sha256_digest before, after;

	bed_snapshot(b, &before);
	bed_working_platform(a, SEV_GUEST_RUNNING);
	bed_snapshot(b, &after);
	assert_true(sha256_equal(&before, &after));
	bed_free(a);
	bed_free(b);
}

static void nothing_is_let_be(void **state)
{
	sp_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(a_great_product),
		cmocka_unit_test(a_seed_makes_the_same_chip),
		cmocka_unit_test(two_chips_in_one_process_share_nothing),
		cmocka_unit_test(nothing_is_let_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
