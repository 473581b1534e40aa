/* SPDX-License-Identifier: MIT */
/*
 * Any sequence of operations by one thread, against two models that fit on a page.
 *
 * A coherent chip behaves as if it had no cache: memory holds ciphertext, every access transforms.
 * A chip without coherency behaves as DRAM and one copy beside it.  The models know nothing of
 * frames, agents, mappings or dirt that the cache keeps track of.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/bytes.h"

#include "chip/cache/cache.h"
#include "chip/cache/testbed.h"
#include "tests/support/fuzz_main.h"

enum { PAGES = 5, BLOCKS = 8, LINE = 64 };

struct model_page {
	u8 dram[PAGE_SIZE];
	u8 copy[PAGE_SIZE]; /* without coherency: plaintext under `view`, unless that is VIEW_RAW */
	view_t view;
	bool dirty;
};

/* Decoded code: what a line held under a view, in a generation. */
struct block {
	const _Atomic u32 *code_gen;
	u32 gen;
	view_t view;
	spa_t spa;
	u8 bytes[LINE];
};

struct fuzz {
	const u8 *data;
	size_t left;
	struct rig *rig;
	struct core *core; /* the one that runs */
	bool coherent;
	struct model_page page[PAGES];
	struct block block[BLOCKS];
	unsigned next_block;
};

static u8 byte(struct fuzz *z)
{
	if (!z->left)
		return 0;
	z->left--;
	return *z->data++;
}

static void bytes(struct fuzz *z, u8 *dst, size_t len)
{
	u8 seed = byte(z);

	for (size_t i = 0; i < len; i++)
		dst[i] = (u8)(seed + i * 31);
}

static view_t any_view(struct fuzz *z)
{
	u8 pick = byte(z) % TESTBED_VIEWS;

	return pick == TESTBED_SLOTS ? VIEW_RAW : VIEW_KEY(pick);
}

static spa_t any_spa(struct fuzz *z)
{
	u64 page = byte(z) % PAGES;
	u64 low = byte(z);

	/* The ends of a page are where it breaks. */
	return SPA(page * PAGE_SIZE + (low < 128 ? low : PAGE_SIZE - 256 + low));
}

static size_t any_len(struct fuzz *z, spa_t spa)
{
	size_t len = (size_t)1 << byte(z) % 13;
	size_t room = PAGES * PAGE_SIZE - spa.v;

	return len < room ? len : room;
}

/* -- the models ------------------------------------------------------------------------------ */

static spa_t page_spa(const struct fuzz *z, const struct model_page *p)
{
	return SPA((u64)(p - z->page) * PAGE_SIZE);
}

static void model_flush(struct fuzz *z, struct model_page *p)
{
	if (p->view != VIEW_RAW && p->dirty)
		mee_encrypt(z->rig->t.mee, p->view, page_spa(z, p), p->dram, p->copy, PAGE_SIZE);
	p->view = VIEW_RAW;
	p->dirty = false;
}

/* The page's bytes under a view, to read or change; model_put() ends it. */
static u8 *model_get(struct fuzz *z, struct model_page *p, view_t view)
{
	if (view == VIEW_RAW)
		return p->dram;
	if (p->view != view) {
		model_flush(z, p);
		p->view = view;
		mee_decrypt(z->rig->t.mee, view, page_spa(z, p), p->copy, p->dram, PAGE_SIZE);
	}
	return p->copy;
}

static void model_put(struct fuzz *z, struct model_page *p, view_t view, bool changed)
{
	p->dirty |= changed && view != VIEW_RAW;
	if (z->coherent)
		model_flush(z, p);
}

static void model_read(struct fuzz *z, view_t view, spa_t spa, u8 *dst, size_t len)
{
	while (len) {
		struct model_page *p = &z->page[spa.v / PAGE_SIZE];
		size_t n = fabric_within_page(spa, len);

		memcpy(dst, model_get(z, p, view) + spa.v % PAGE_SIZE, n);
		model_put(z, p, view, false);
		dst += n;
		spa.v += n;
		len -= n;
	}
}

static void model_write(struct fuzz *z, view_t view, spa_t spa, const u8 *src, size_t len)
{
	while (len) {
		struct model_page *p = &z->page[spa.v / PAGE_SIZE];
		size_t n = fabric_within_page(spa, len);

		memcpy(model_get(z, p, view) + spa.v % PAGE_SIZE, src, n);
		model_put(z, p, view, true);
		src += n;
		spa.v += n;
		len -= n;
	}
}

static void expect(struct fuzz *z, view_t view, spa_t spa, const u8 *got, size_t len)
{
	u8 want[2 * PAGE_SIZE];

	model_read(z, view, spa, want, len);
	BUG_ON(memcmp(got, want, len) != 0);
}

/* -- operations ------------------------------------------------------------------------------ */

static void op_load(struct fuzz *z)
{
	view_t view = any_view(z);
	spa_t spa = SPA(align_down(any_spa(z).v, 8));
	u8 got[8];

	put_le64(got, core_load(z->core, view, spa));
	expect(z, view, spa, got, 8);
}

static void op_store(struct fuzz *z)
{
	view_t view = any_view(z);
	spa_t spa = SPA(align_down(any_spa(z).v, 8));
	u8 v[8];

	bytes(z, v, 8);
	core_store(z->core, view, spa, get_le64(v));
	model_write(z, view, spa, v, 8);
}

static void op_read(struct fuzz *z)
{
	view_t view = any_view(z);
	spa_t spa = any_spa(z);
	size_t len = any_len(z, spa);
	u8 got[PAGE_SIZE];

	cache_read(z->core->cache, z->core->agent, REQ_SP, view, spa, got, len);
	expect(z, view, spa, got, len);
}

static void op_write(struct fuzz *z)
{
	view_t view = any_view(z);
	spa_t spa = any_spa(z);
	size_t len = any_len(z, spa);
	u8 v[PAGE_SIZE];

	bytes(z, v, len);
	cache_write(z->core->cache, z->core->agent, REQ_SP, view, spa, v, len);
	model_write(z, view, spa, v, len);
}

static void op_device(struct fuzz *z)
{
	spa_t spa = any_spa(z);
	size_t len = any_len(z, spa);
	u8 v[PAGE_SIZE];

	cache_agent_park(z->core->agent);
	if (byte(z) % 2) {
		bytes(z, v, len);
		fabric_write(&z->rig->t.fabric, REQ_DMA, spa, v, len);
		model_write(z, VIEW_RAW, spa, v, len);
	} else {
		fabric_read(&z->rig->t.fabric, REQ_DMA, spa, v, len);
		expect(z, VIEW_RAW, spa, v, len);
	}
	cache_agent_run(z->core->agent);
}

static void op_cmpxchg(struct fuzz *z)
{
	view_t view = any_view(z);
	spa_t spa = any_spa(z);
	size_t len = (size_t)1 << byte(z) % 5;
	u8 want[16], expected[16], desired[16];
	bool swapped, equal;

	if (spa.v + len > PAGES * PAGE_SIZE)
		return;
	model_read(z, view, spa, want, len);
	memcpy(expected, want, len);
	expected[byte(z) % len] ^= byte(z) % 2;
	equal = memcmp(expected, want, len) == 0;
	bytes(z, desired, len);
	cache_cmpxchg(z->core->cache, z->core->agent, REQ_SP, view, spa, expected, desired, len,
		      &swapped);
	BUG_ON(swapped != equal || memcmp(expected, want, len) != 0);
	model_write(z, view, spa, equal ? desired : want, len);
}

static void op_exclusive(struct fuzz *z)
{
	spa_t spa = any_spa(z);
	u8 *dram = cache_begin_exclusive(z->core->cache, z->core->agent, spa);
	spa_t page = SPA(align_down(spa.v, PAGE_SIZE));

	expect(z, VIEW_RAW, page, dram, PAGE_SIZE);
	bytes(z, dram + spa.v % PAGE_SIZE, 1);
	model_write(z, VIEW_RAW, spa, dram + spa.v % PAGE_SIZE, 1);
	cache_end_exclusive(z->core->cache, spa);
}

static void op_split(struct fuzz *z)
{
	struct cache_part part[2] = {{.page = any_spa(z), .view = any_view(z)},
				     {.page = any_spa(z), .view = any_view(z)}};
	bool same = part[0].page.v / PAGE_SIZE == part[1].page.v / PAGE_SIZE;
	bool held = cache_begin_split(z->core->cache, z->core->agent, part);

	BUG_ON(held != !(same && part[0].view != part[1].view));
	if (!held)
		return;
	for (int i = 0; i < 2; i++) {
		u8 *at = part[i].hva + part[i].page.v % PAGE_SIZE;

		expect(z, part[i].view, part[i].page, at, 1);
		bytes(z, at, 1);
		model_write(z, part[i].view, part[i].page, at, 1);
	}
	cache_end_split(z->core->cache, part);
}

/* The model has no coherent copies, and without coherency only those of the page's own view go. */
static void op_flush(struct fuzz *z)
{
	struct cache *c = z->core->cache;
	u8 what = byte(z) % 3;
	view_t view = any_view(z);
	spa_t spa = any_spa(z);

	if (what == 0)
		cache_flush_page(c, z->core->agent, spa, view);
	else if (what == 1)
		cache_flush_view(c, z->core->agent, view);
	else
		cache_flush_all(c, z->core->agent);
	for (unsigned i = 0; i < PAGES; i++) {
		struct model_page *p = &z->page[i];

		if (what == 2 || (p->view == view && (what == 1 || i == spa.v / PAGE_SIZE)))
			model_flush(z, p);
	}
}

static void op_shootdown(struct fuzz *z)
{
	cache_shootdown(z->core->cache, z->core->agent, any_spa(z));
}

/* On a coherent chip by the book; on the other without the flush, that is, with consequences. */
static void op_change_key(struct fuzz *z)
{
	unsigned slot = byte(z) % TESTBED_SLOTS;
	u8 key[MEE_KEY_SIZE];

	bytes(z, key, sizeof(key));
	if (z->coherent)
		cache_flush_view(z->core->cache, z->core->agent, VIEW_KEY(slot));
	cache_begin_key_change(z->core->cache, slot);
	mee_set_key(z->rig->t.mee, slot, key);
	cache_end_key_change(z->core->cache, slot);
}

static void op_other_core(struct fuzz *z)
{
	cache_agent_park(z->core->agent);
	z->core = z->core == &z->rig->a ? &z->rig->b : &z->rig->a;
	cache_agent_run(z->core->agent);
}

static void op_decode(struct fuzz *z)
{
	struct block *b = &z->block[z->next_block++ % BLOCKS];
	spa_t spa = SPA(align_down(any_spa(z).v, LINE));
	view_t view = any_view(z);
	struct cache_mapping m = cache_map_code(z->core->cache, z->core->agent, spa, view,
						BIT64(spa.v % PAGE_SIZE / LINE), &b->gen);

	b->code_gen = m.code_gen;
	b->view = view;
	b->spa = spa;
	memcpy(b->bytes, m.hva + spa.v % PAGE_SIZE, LINE);
	expect(z, view, spa, b->bytes, LINE);
}

static void op_outside(struct fuzz *z)
{
	spa_t spa = SPA(TESTBED_PAGES * PAGE_SIZE - byte(z));
	u8 got[256];

	BUG_ON(cache_read(z->core->cache, z->core->agent, REQ_SP, any_view(z), spa, got, 256) !=
	       FABRIC_ABORT);
	BUG_ON(got[0] != 0xff || got[255] != 0xff);
	BUG_ON(cache_write(z->core->cache, z->core->agent, REQ_SP, any_view(z), spa, got, 256) !=
	       FABRIC_ABORT);
}

/* No block of the page's generation may hold other bytes than its view shows now. */
static void check_blocks(struct fuzz *z)
{
	for (unsigned i = 0; i < BLOCKS; i++) {
		struct block *b = &z->block[i];

		if (b->code_gen && atomic_load(b->code_gen) == b->gen)
			expect(z, b->view, b->spa, b->bytes, LINE);
	}
}

static void (*const ops[])(struct fuzz *) = {
	op_load,   op_load,   op_store,     op_store,   op_read,       op_write,
	op_device, op_split,  op_exclusive, op_flush,   op_shootdown,  op_change_key,
	op_decode, op_decode, op_store,     op_cmpxchg, op_other_core, op_outside,
};

/* Whatever the cache still keeps is written back, and DRAM is what the model says. */
static void check_dram(struct fuzz *z)
{
	cache_flush_all(z->core->cache, z->core->agent);
	for (unsigned i = 0; i < PAGES; i++) {
		model_flush(z, &z->page[i]);
		BUG_ON(memcmp(z->rig->t.fabric.dram + i * PAGE_SIZE, z->page[i].dram, PAGE_SIZE));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz *z = calloc(1, sizeof(*z));
	struct testbed_config cfg;
	u8 how;

	BUG_ON(!z);
	z->data = data;
	z->left = size;
	how = byte(z);
	cfg = (struct testbed_config){.profile = (enum mee_profile)(how % 3),
				      .path = MEE_PATH_BEST,
				      .incoherent = how & 0x80,
				      .capacity = how & 0x80 ? 0 : (how / 4) % 4};
	cfg.capacity += cfg.capacity == 1;
	z->coherent = !cfg.incoherent;
	z->rig = rig_new(&cfg);
	z->core = &z->rig->a;
	for (unsigned i = 0; i < PAGES; i++)
		z->page[i].view = VIEW_RAW;
	while (z->left) {
		ops[byte(z) % ARRAY_SIZE(ops)](z);
		check_blocks(z);
	}
	check_dram(z);
	if (z->core != &z->rig->a)
		op_other_core(z);
	rig_free(z->rig);
	free(z);
	return 0;
}
