/* SPDX-License-Identifier: MIT */
/* A small chip around the SP under test; whatever fails here fails the test. */
#include "chip/sp/testbed.h"

#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/bytes.h"
#include "tests/support/cmocka.h"

struct bed {
	struct sp_bed pub;
	struct sp *sp;
};

struct sp *bed_sp(struct sp_bed *bed)
{
	return CONTAINER_OF(bed, struct bed, pub)->sp;
}

static void on_interrupt(void *ctx)
{
	((struct sp_bed *)ctx)->interrupts++;
}

static void on_trace(void *ctx, const struct sp_trace *t)
{
	((struct sp_bed *)ctx)->trace = *t;
}

static const struct sp_product product = {
	.registers = SP_REGISTERS_V2,
	.api_major = 0,
	.api_minor = 24,
	.build = 0x0e,
	.svn = 5,
	.fw_size_max = SEV_FW_MAX_MILAN,
	.asids = BED_ASIDS,
	.min_sev_asid = BED_MIN_SEV_ASID,
	.c_bit = BED_C_BIT,
	.cores = BED_CORES,
	.complex_cores = 2,
	.es = true,
};

struct sp_bed *bed_new_with(const struct bed_options *options)
{
	struct fabric_config dram = {.dram_size = BED_DRAM};
	struct cache_config cache = {.coherent = !options->incoherent};
	struct bed *b = calloc(1, sizeof(*b));
	struct sp_config *cfg = &b->pub.config;
	u8 seed[32] = {options->seed};
	struct error err;

	assert_non_null(b);
	*cfg = (struct sp_config){
		.fabric = &b->pub.fabric,
		.rng = rng_new(seed),
		.product = product,
		.hooks = {.ctx = &b->pub, .trace = on_trace, .interrupt = on_interrupt},
	};
	assert_non_null(cfg->rng);
	if (options->change)
		options->change(cfg);
	assert_int_equal(fabric_init(cfg->fabric, &dram, &err), 0);
	cfg->mee = mee_new(options->profile, cfg->product.asids + 1, MEE_PATH_BEST, cfg->rng);
	assert_non_null(cfg->mee);
	cfg->cache = cache_new(cfg->fabric, cfg->mee, &cache, &err);
	assert_non_null(cfg->cache);
	b->sp = sp_new(cfg, &err);
	if (!b->sp)
		fail_msg("%s", err.text);
	return &b->pub;
}

struct sp_bed *bed_new(void)
{
	return bed_new_with(&(struct bed_options){.profile = MEE_ZEN2_XEX});
}

void bed_free(struct sp_bed *bed)
{
	sp_free(bed_sp(bed));
	cache_free(bed->config.cache);
	mee_free(bed->config.mee);
	fabric_fini(&bed->fabric);
	rng_free(bed->config.rng);
	free(CONTAINER_OF(bed, struct bed, pub));
}

/* -- memory ---------------------------------------------------------------------------------- */

void bed_put(struct sp_bed *bed, u64 spa, const void *src, size_t len)
{
	assert_int_equal(fabric_write(&bed->fabric, REQ_HOST_CORE, SPA(spa), src, len), FABRIC_OK);
}

void bed_get(struct sp_bed *bed, u64 spa, void *dst, size_t len)
{
	assert_int_equal(fabric_read(&bed->fabric, REQ_HOST_CORE, SPA(spa), dst, len), FABRIC_OK);
}

/* -- snapshots ------------------------------------------------------------------------------- */

static void add_guest(struct hash *h, const struct sev_guest *g)
{
	struct sev_guest plain = *g;
	struct sha256_digest ld = {0};
	struct hash *copy;

	if (g->ld) {
		copy = hash_clone(g->ld);
		assert_non_null(copy);
		hash_final_sha256(copy, &ld);
		hash_free(copy);
	}
	plain.ld = NULL;
	hash_update(h, &plain, sizeof(plain));
	hash_update(h, &ld, sizeof(ld));
}

static void add_asid(struct hash *h, struct sp *sp, unsigned asid)
{
	struct sp_asid *a = &sp->asids.asid[asid];
	struct {
		u64 runnable;
		u32 handle;
		u32 dirty;
		u8 probe[16];
	} plain = {.runnable = atomic_load(&a->runnable),
		   .handle = atomic_load(&a->handle),
		   .dirty = a->dirty};

	mee_encrypt(sp->mee, asid, SPA(0), plain.probe, plain.probe, sizeof(plain.probe));
	hash_update(h, &plain, sizeof(plain));
}

static void add_vmsas(struct hash *h, struct sp_vmsas *v)
{
	hash_update(h, &v->used, sizeof(v->used));
	for (size_t i = 0; i < v->used; i++) {
		hash_update(h, &v->record[i].pfn, sizeof(u64));
		hash_update(h, &v->record[i].value, sizeof(u64));
		hash_update(h, &v->record[i].handle, sizeof(u32));
	}
	hash_update(h, &v->images, sizeof(v->images));
	for (size_t i = 0; i < v->images; i++) {
		hash_update(h, &v->image[i].number, sizeof(u64));
		hash_update(h, &v->image[i].handle, sizeof(u32));
	}
}

/* Quick, and any one word that changes changes it; nobody attacks a test's snapshot. */
static u64 sum_of(const u8 *page)
{
	static const u8 zeros[PAGE_SIZE];
	u64 lane[4] = {0};

	if (!memcmp(page, zeros, sizeof(zeros)))
		return 0;
	for (size_t at = 0; at < PAGE_SIZE; at += sizeof(u64))
		lane[at / 8 % 4] = (lane[at / 8 % 4] ^ get_le64(page + at)) * 0x9e3779b97f4a7c15;
	return lane[0] ^ lane[1] << 1 ^ lane[2] << 2 ^ lane[3] << 3;
}

/* Page by page, so that the cache decides how each is read; the command buffer's is left out. */
static void add_dram(struct hash *h, struct sp_bed *bed)
{
	u8 page[PAGE_SIZE];
	u64 sum;

	for (u64 at = 0; at < BED_DRAM; at += sizeof(page)) {
		if (at == BED_BUF)
			continue;
		bed_get(bed, at, page, sizeof(page));
		sum = sum_of(page);
		hash_update(h, &sum, sizeof(sum));
	}
}

void bed_snapshot(struct sp_bed *bed, struct sha256_digest *out)
{
	struct hash *h = hash_new(HASH_SHA256);
	struct sp *sp = bed_sp(bed);
	u64 wbinvd = atomic_load(&sp->asids.wbinvd);

	assert_non_null(h);
	hash_update(h, &sp->platform, sizeof(sp->platform));
	hash_update(h, &sp->firmware, sizeof(sp->firmware));
	hash_update(h, sp->flash, sizeof(sp->flash));
	hash_update(h, &sp->chip, sizeof(sp->chip));
	hash_update(h, &wbinvd, sizeof(wbinvd));
	hash_update(h, &sp->guests.count, sizeof(sp->guests.count));
	hash_update(h, &sp->guests.last_handle, sizeof(sp->guests.last_handle));
	for (unsigned i = 0; i < sp->guests.slots; i++)
		add_guest(h, &sp->guests.slot[i]);
	for (unsigned i = 0; i <= sp->product.asids; i++)
		add_asid(h, sp, i);
	add_vmsas(h, &sp->vmsas);
	add_dram(h, bed);
	hash_final_sha256(h, out);
	hash_free(h);
}

/* -- commands -------------------------------------------------------------------------------- */

enum sp_status bed_command(struct sp_bed *bed, u32 id, void *buf, size_t len)
{
	enum sp_status status;

	if (len)
		bed_put(bed, BED_BUF, buf, len);
	status = sp_command(bed_sp(bed), id, BED_BUF);
	if (len)
		bed_get(bed, BED_BUF, buf, len);
	return status;
}

void bed_refuses(struct sp_bed *bed, enum sp_status status, u32 id, void *buf, size_t len)
{
	struct sha256_digest before, after;
	u8 sent[SP_BUF_MAX];

	BUG_ON(len > sizeof(sent));
	if (len)
		memcpy(sent, buf, len);
	bed_snapshot(bed, &before);
	assert_int_equal(bed_command(bed, id, buf, len), status);
	bed_snapshot(bed, &after);
	assert_memory_equal(before.b, after.b, sizeof(before.b));
	if (len && status != SP_INVALID_LENGTH)
		assert_memory_equal(sent, buf, len);
}

void bed_refuses_bad_addresses(struct sp_bed *bed, u32 id, void *buf, size_t len, size_t field,
			       u64 size)
{
	u64 tmr = bed_sp(bed)->platform.tmr.size;
	const u64 bad[] = {
		BED_DRAM,
		BED_DRAM - size + 16,
		BIT64(46),
		BIT64(63),
		BIT64(BED_C_BIT) | BED_DRAM,
		BIT64(BED_C_BIT + 1),
		-16ull,
		align_down(-size, 16),
		tmr ? BED_TMR : BED_DRAM,
		tmr ? BED_TMR + tmr - 16 : BED_DRAM,
		tmr ? align_down(BED_TMR - size + 16, 16) : BED_DRAM,
	};
	u8 *at = (u8 *)buf + field;
	u64 good = get_le64(at);

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		put_le64(at, bad[i]);
		bed_refuses(bed, SP_INVALID_ADDRESS, id, buf, len);
	}
	put_le64(at, good);
}

void bed_accepts(struct sp_bed *bed, u32 id, void *buf, size_t len)
{
	assert_int_equal(bed_command(bed, id, buf, len), SP_SUCCESS);
}

void bed_flush(struct sp_bed *bed)
{
	cache_flush_all(bed->config.cache, NULL);
	for (unsigned core = 0; core < bed->config.product.cores; core++)
		sp_note_wbinvd(bed_sp(bed), core);
	bed_accepts(bed, SEV_CMD_DF_FLUSH, NULL, 0);
}

void bed_init_platform(struct sp_bed *bed)
{
	struct sev_init_buf init = {
		.options = SEV_INIT_ES, .tmr_paddr = BED_TMR, .tmr_length = SEV_TMR_SIZE};

	bed_accepts(bed, SEV_CMD_INIT, &init, sizeof(init));
	bed_flush(bed);
}

struct sev_guest *bed_working_platform(struct sp_bed *bed, enum sev_guest_state state)
{
	bed_init_platform(bed);
	return sev_guest_new(bed_sp(bed), state);
}
