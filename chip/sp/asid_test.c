/* SPDX-License-Identifier: MIT */
/* What cores may run, when a key is loaded, and when an ASID is dirty. */
#include "chip/sp/asid.h"

#include <string.h>

#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

static struct sp_bed *bed;
static struct sp *sp;

static int setup(void **state)
{
	bed = bed_new();
	sp = bed_sp(bed);
	bed_init_platform(bed);
	return 0;
}

static int teardown(void **state)
{
	bed_free(bed);
	return 0;
}

static struct sev_guest *guest(enum sev_guest_state state)
{
	struct sev_guest *g = sev_guest_new(sp, state);

	memset(g->vek, 0x11 * g->handle, sizeof(g->vek));
	return g;
}

/* One block as the engine encrypts it under an ASID. */
static void probe(unsigned asid, u8 out[16])
{
	memset(out, 0, 16);
	mee_encrypt(sp->mee, asid, SPA(0), out, out, 16);
}

static void only_running_guests_run(void **state)
{
	struct sev_guest *g = guest(SEV_GUEST_LUPDATE);

	sp_asid_bind(sp, g, 5, sp_all_cores(sp));
	for (unsigned s = SEV_GUEST_LUPDATE; s <= SEV_GUEST_SENT; s++) {
		bool runs = s == SEV_GUEST_RUNNING || s == SEV_GUEST_SUPDATE;

		sev_guest_set_state(sp, g, s);
		for (unsigned core = 0; core < BED_CORES; core++)
			assert_int_equal(sp_asid_runnable(sp, 5, core), runs);
	}
}

static void only_on_the_cores_it_is_active_on(void **state)
{
	struct sev_guest *g = guest(SEV_GUEST_RUNNING);

	sp_asid_bind(sp, g, 5, 0x6);
	assert_false(sp_asid_runnable(sp, 5, 0));
	assert_true(sp_asid_runnable(sp, 5, 1));
	assert_true(sp_asid_runnable(sp, 5, 2));
	assert_false(sp_asid_runnable(sp, 5, 3));
	sp_asid_unbind(sp, g);
	assert_false(sp_asid_runnable(sp, 5, 1));
}

static void asids_out_of_range_run_nothing(void **state)
{
	assert_false(sp_asid_runnable(sp, 0, 0));
	assert_false(sp_asid_runnable(sp, BED_ASIDS, 0));
	assert_false(sp_asid_runnable(sp, BED_ASIDS + 1, 0));
	assert_false(sp_asid_runnable(sp, ~0u, 0));
}

static void binding_loads_the_key_and_unbinding_takes_it(void **state)
{
	struct sev_guest *g = guest(SEV_GUEST_RUNNING);
	u8 before[16], bound[16], after[16], again[16];

	probe(5, before);
	sp_asid_bind(sp, g, 5, 1);
	probe(5, bound);
	assert_memory_not_equal(before, bound, 16);
	sp_asid_unbind(sp, g);
	probe(5, after);
	assert_memory_not_equal(bound, after, 16);
	assert_int_equal(g->asid, SEV_ASID_HOST);
	assert_true(sp_asid_is_dirty(sp, 5));
	bed_flush(bed);
	sp_asid_bind(sp, g, 5, 1);
	probe(5, again);
	assert_memory_equal(bound, again, 16);
}

static void one_guest_s_key_is_not_another_s(void **state)
{
	struct sev_guest *a = guest(SEV_GUEST_RUNNING), *b = guest(SEV_GUEST_RUNNING);
	u8 under_a[16], under_b[16];

	sp_asid_bind(sp, a, 5, 1);
	sp_asid_bind(sp, b, 6, 1);
	probe(5, under_a);
	probe(6, under_b);
	assert_memory_not_equal(under_a, under_b, 16);
	assert_true(sp_asid_is_owned(sp, 5));
	assert_false(sp_asid_is_owned(sp, 7));
}

/* The plaintext that the cache holds stays until it is flushed; then it goes under the new key. */
static void a_missing_flush_destroys_what_was_cached(void **state)
{
	static const char text[16] = "stale plaintext";
	struct sev_guest *g = guest(SEV_GUEST_RUNNING);
	char got[16];

	sp_asid_bind(sp, g, 5, 1);
	assert_int_equal(cache_write(sp->cache, NULL, REQ_GUEST_CORE, VIEW_KEY(5), SPA(BED_GUEST),
				     text, sizeof(text)),
			 FABRIC_OK);
	sp_asid_unbind(sp, g);
	bed_flush(bed);
	sp_asid_bind(sp, g, 5, 1);
	assert_int_equal(cache_read(sp->cache, NULL, REQ_GUEST_CORE, VIEW_KEY(5), SPA(BED_GUEST),
				    got, sizeof(got)),
			 FABRIC_OK);
	assert_memory_not_equal(got, text, sizeof(got));
}

static void save_areas_belong_to_the_active_guest(void **state)
{
	struct sev_guest *a = guest(SEV_GUEST_RUNNING), *b = guest(SEV_GUEST_RUNNING);
	static const u8 vmsa[SEV_VMSA_SIZE] = {1}, other[SEV_VMSA_SIZE] = {2};

	assert_int_equal(sp_vmsas_reserve(&sp->vmsas), 0);
	sp_vmsas_record(&sp->vmsas, a->handle, SPA(BED_GUEST), vmsa);
	assert_false(sp_vmsa_intact(sp, 1, SPA(BED_GUEST), vmsa));
	sp_asid_bind(sp, a, 1, 1);
	assert_true(sp_vmsa_intact(sp, 1, SPA(BED_GUEST), vmsa));
	sp_vmsa_seal(sp, 1, SPA(BED_GUEST), other);
	assert_true(sp_vmsa_intact(sp, 1, SPA(BED_GUEST), other));
	sp_asid_unbind(sp, a);
	bed_flush(bed);
	sp_asid_bind(sp, b, 1, 1);
	assert_false(sp_vmsa_intact(sp, 1, SPA(BED_GUEST), other));
	assert_false(sp_vmsa_intact(sp, 0, SPA(BED_GUEST), other));
	assert_false(sp_vmsa_intact(sp, BED_ASIDS + 1, SPA(BED_GUEST), other));
	sp_vmsa_seal(sp, 0, SPA(BED_GUEST), vmsa);
	sp_asid_bind(sp, a, 2, 1);
	assert_true(sp_vmsa_intact(sp, 2, SPA(BED_GUEST), other));
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(only_running_guests_run),
		UNIT(only_on_the_cores_it_is_active_on),
		UNIT(asids_out_of_range_run_nothing),
		UNIT(binding_loads_the_key_and_unbinding_takes_it),
		UNIT(one_guest_s_key_is_not_another_s),
		UNIT(a_missing_flush_destroys_what_was_cached),
		UNIT(save_areas_belong_to_the_active_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
