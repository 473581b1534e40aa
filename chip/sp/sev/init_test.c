/* SPDX-License-Identifier: MIT */
/* INIT: options, the TMR, the identity, and what it makes of ASIDs. */
#include <string.h>

#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

static struct sp_bed *bed;
static struct sp *sp;
static struct sev_init_buf buf;

static int setup(void **state)
{
	bed = bed_new();
	sp = bed_sp(bed);
	buf = (struct sev_init_buf){
		.options = SEV_INIT_ES, .tmr_paddr = BED_TMR, .tmr_length = SEV_TMR_SIZE};
	return 0;
}

static int teardown(void **state)
{
	bed_free(bed);
	return 0;
}

static void use(void (*change)(struct sp_config *cfg))
{
	bed_free(bed);
	bed = bed_new_with(&(struct bed_options){.change = change});
	sp = bed_sp(bed);
}

static void refused(enum sp_status status)
{
	bed_refuses(bed, status, SEV_CMD_INIT, &buf, sizeof(buf));
}

static void accepted(void)
{
	bed_accepts(bed, SEV_CMD_INIT, &buf, sizeof(buf));
}

static void initialises(void **state)
{
	spa_t base;
	u64 size;

	accepted();
	assert_int_equal(sev_platform_state(sp), SEV_PLATFORM_INIT);
	assert_true(sp->platform.es);
	assert_true(sp_tmr(sp, &base, &size));
	assert_int_equal(base.v, BED_TMR);
	assert_int_equal(size, SEV_TMR_SIZE);
	for (unsigned i = 1; i <= BED_ASIDS; i++)
		assert_true(sp_asid_is_dirty(sp, i));
	assert_false(sp_wbinvd_done(sp));
}

static void without_es_there_is_no_tmr(void **state)
{
	spa_t base;
	u64 size;

	buf = (struct sev_init_buf){.tmr_paddr = 1, .tmr_length = 2};
	accepted();
	assert_false(sp->platform.es);
	assert_false(sp_tmr(sp, &base, &size));
}

static void only_once(void **state)
{
	accepted();
	refused(SP_INVALID_PLATFORM_STATE);
	sev_guest_new(sp, SEV_GUEST_LUPDATE);
	refused(SP_INVALID_PLATFORM_STATE);
}

static void unknown_options_and_reserved_fields(void **state)
{
	buf.rsvd_04 = 1;
	refused(SP_INVALID_PARAM);
	buf.rsvd_04 = 0;
	for (unsigned bit = 1; bit < 32; bit++) {
		buf.options = SEV_INIT_ES | BIT32(bit);
		refused(SP_INVALID_PARAM);
	}
}

static void no_es(struct sp_config *cfg)
{
	cfg->product.es = false;
}

static void a_product_without_es(void **state)
{
	use(no_es);
	refused(SP_UNSUPPORTED);
	buf.options = 0;
	accepted();
}

static void the_tmr_has_one_length(void **state)
{
	static const u32 bad[] = {0,        SEV_TMR_SIZE - 1, SEV_TMR_SIZE + 1, SEV_TMR_SIZE_SNP,
				  0x300000, 0xffffffff};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		buf.tmr_length = bad[i];
		refused(SP_INVALID_LENGTH);
	}
}

static void snp(struct sp_config *cfg)
{
	cfg->product.snp = true;
}

static void a_product_with_snp_takes_a_larger_tmr(void **state)
{
	use(snp);
	buf.tmr_length = SEV_TMR_SIZE_SNP;
	buf.tmr_paddr = BED_TMR + SEV_TMR_SIZE;
	refused(SP_INVALID_ADDRESS);
	buf.tmr_paddr = BED_TMR;
	accepted();
}

static void the_tmr_is_aligned_memory(void **state)
{
	static const u64 bad[] = {BED_TMR + 16, BED_TMR + PAGE_SIZE, BED_DRAM, -(u64)SEV_TMR_SIZE,
				  BIT64(46)};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		buf.tmr_paddr = bad[i];
		refused(SP_INVALID_ADDRESS);
	}
	buf.tmr_paddr = BED_TMR | BIT64(BED_C_BIT);
	accepted();
}

static void the_identity_is_kept_over_shutdown(void **state)
{
	struct sev_identity id;

	accepted();
	id = sp->platform.identity;
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	accepted();
	assert_memory_equal(&sp->platform.identity, &id, sizeof(id));
}

/* What stands in flash is not ours: it is erased, and the second try makes a new identity. */
static void invalid_flash_costs_one_try(void **state)
{
	accepted();
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	sp->flash[0x1000] ^= 1;
	assert_int_equal(bed_command(bed, SEV_CMD_INIT, &buf, sizeof(buf)), SP_SECURE_DATA_INVALID);
	assert_int_equal(sev_platform_state(sp), SEV_PLATFORM_UNINIT);
	accepted();
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(initialises),
		UNIT(without_es_there_is_no_tmr),
		UNIT(only_once),
		UNIT(unknown_options_and_reserved_fields),
		UNIT(a_product_without_es),
		UNIT(the_tmr_has_one_length),
		UNIT(a_product_with_snp_takes_a_larger_tmr),
		UNIT(the_tmr_is_aligned_memory),
		UNIT(the_identity_is_kept_over_shutdown),
		UNIT(invalid_flash_costs_one_try),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
