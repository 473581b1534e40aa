/* SPDX-License-Identifier: MIT */
/* Memory, bare cores and page tables for the tests of this folder. */
#include "chip/cpu/mmu/testbed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/svm_exit.h"
#include "abi/x86.h"

#include "base/bug.h"
#include "base/bytes.h"

#include "tests/support/cmocka.h"

/* -- making ---------------------------------------------------------------------------------- */

static void set_feature(struct cpu_model *m, enum cpu_feature f)
{
	m->features[f / 64] |= BIT64(f % 64);
}

static void make_memory(struct bed *b, const struct bed_config *cfg)
{
	const struct fabric_config fabric = {.dram_size = BED_DRAM};
	const struct cache_config cache = {.capacity = cfg->capacity, .coherent = !cfg->incoherent};
	const u8 seed[32] = {4, 5, 6};
	struct error err = {.text = ""};

	b->rng = rng_new(seed);
	BUG_ON(!b->rng);
	b->mee = mee_new(MEE_ZEN2_XEX, BED_SLOTS, MEE_PATH_BEST, b->rng);
	BUG_ON(!b->mee);
	if (fabric_init(&b->fabric, &fabric, &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		BUG();
	}
	b->cache = cache_new(&b->fabric, b->mee, &cache, &err);
	BUG_ON(!b->cache);
}

static struct cpu *make_core(struct bed *b)
{
	struct cpu *c = aligned_alloc(64, sizeof(*c));

	BUG_ON(!c);
	memset(c, 0, sizeof(*c));
	c->model = &b->model;
	c->fabric = &b->fabric;
	c->cache = b->cache;
	c->cr0 = CR0_PE | CR0_PG | CR0_WP;
	c->cr4 = CR4_PAE | CR4_PGE;
	c->efer = EFER_LME | EFER_LMA | EFER_NXE;
	c->mode = MODE_64;
	BUG_ON(!mmu_new(c));
	mmu_set_guest(c, &b->guest);
	mmu_context_changed(c);
	return c;
}

/* The nested tables are the host's: from SPA 4 MiB. */
static void make_nested(struct bed *b)
{
	b->npt = (struct tables){.levels = 4,
				 .index_bits = 9,
				 .entry_size = 8,
				 .root = MIB(4),
				 .view = VIEW_RAW,
				 .next = MIB(4) + PAGE_SIZE};
	for (u64 gpa = 0; gpa < BED_DRAM - BED_SHIFT; gpa += PAGE_SIZE)
		tables_map(b, &b->npt, gpa, gpa + BED_SHIFT);
	b->guest.ncr3 = b->npt.root;
}

struct bed *bed_new(const struct bed_config *cfg)
{
	struct bed *b = calloc(1, sizeof(*b));
	unsigned cores = cfg->cores ? cfg->cores : 1;

	BUG_ON(!b || cores > ARRAY_SIZE(b->core));
	make_memory(b, cfg);
	b->model = (struct cpu_model){
		.name = "test", .c_bit = BED_C_BIT, .phys_bits = 48, .phys_reduction = 5};
	set_feature(&b->model, FEATURE_PDPE1GB);
	b->guest = (struct mmu_guest){.asid = BED_ASID,
				      .nested = cfg->nested,
				      .sev = cfg->sev,
				      .mem_encrypt = !cfg->no_mem_encrypt,
				      .host_nx = true};
	if (cfg->nested)
		make_nested(b);
	for (unsigned i = 0; i < cores; i++)
		b->core[i] = make_core(b);
	b->cpu = b->core[0];
	cache_agent_run(b->cpu->agent);
	return b;
}

void bed_free(struct bed *b)
{
	cache_agent_park(b->cpu->agent);
	for (unsigned i = 0; i < ARRAY_SIZE(b->core); i++) {
		if (b->core[i])
			mmu_free(b->core[i]->mmu);
		free(b->core[i]);
	}
	cache_free(b->cache);
	fabric_fini(&b->fabric);
	mee_free(b->mee);
	rng_free(b->rng);
	free(b);
}

void bed_switch(struct bed *b, unsigned n)
{
	cache_agent_park(b->cpu->agent);
	b->cpu = b->core[n];
	cache_agent_run(b->cpu->agent);
}

/* -- memory ---------------------------------------------------------------------------------- */

/* Before there is a core, nobody's. */
static struct cache_agent *own_agent(struct bed *b)
{
	return b->cpu ? b->cpu->agent : NULL;
}

static u64 read_sized(struct bed *b, spa_t spa, view_t view, unsigned size)
{
	u8 bytes[8] = {0};

	BUG_ON(cache_read(b->cache, own_agent(b), REQ_HOST_CORE, view, spa, bytes, size) !=
	       FABRIC_OK);
	return get_le64(bytes);
}

static void write_sized(struct bed *b, spa_t spa, view_t view, u64 v, unsigned size)
{
	u8 bytes[8];

	put_le64(bytes, v);
	BUG_ON(cache_write(b->cache, own_agent(b), REQ_HOST_CORE, view, spa, bytes, size) !=
	       FABRIC_OK);
}

u64 bed_read(struct bed *b, spa_t spa, view_t view)
{
	return read_sized(b, spa, view, 8);
}

void bed_write(struct bed *b, spa_t spa, view_t view, u64 v)
{
	write_sized(b, spa, view, v, 8);
}

u64 bed_dma_read(struct bed *b, spa_t spa)
{
	u8 bytes[8];

	cache_agent_park(b->cpu->agent);
	BUG_ON(fabric_read(&b->fabric, REQ_DMA, spa, bytes, 8) != FABRIC_OK);
	cache_agent_run(b->cpu->agent);
	return get_le64(bytes);
}

void bed_dma_write(struct bed *b, spa_t spa, u64 v)
{
	u8 bytes[8];

	put_le64(bytes, v);
	cache_agent_park(b->cpu->agent);
	BUG_ON(fabric_write(&b->fabric, REQ_DMA, spa, bytes, 8) != FABRIC_OK);
	cache_agent_run(b->cpu->agent);
}

u64 bed_dram(struct bed *b, spa_t spa)
{
	cache_flush_all(b->cache, own_agent(b));
	return get_le64(b->fabric.dram + spa.v);
}

u64 bed_decrypt(struct bed *b, unsigned slot, spa_t spa)
{
	u64 block = align_down(spa.v, MEE_BLOCK);
	u8 bytes[MEE_BLOCK];

	cache_flush_all(b->cache, own_agent(b));
	mee_decrypt(b->mee, slot, SPA(block), bytes, b->fabric.dram + block, MEE_BLOCK);
	return get_le64(bytes + (spa.v - block));
}

spa_t bed_spa(const struct bed *b, u64 gpa)
{
	return SPA(gpa + (b->guest.nested ? BED_SHIFT : 0));
}

view_t bed_private(const struct bed *b)
{
	return b->guest.sev ? VIEW_KEY(BED_ASID) : VIEW_RAW;
}

/* -- tables ---------------------------------------------------------------------------------- */

struct tables bed_tables(struct bed *b, unsigned levels)
{
	struct tables t = {
		.levels = levels,
		.index_bits = levels == 2 ? 10 : 9,
		.entry_size = levels == 2 ? 4 : 8,
		.root = TABLES_GUEST_AT,
		.offset = b->guest.nested ? BED_SHIFT : 0,
		.view = bed_private(b),
		.next = TABLES_GUEST_AT + PAGE_SIZE,
	};

	for (u64 off = 0; off < PAGE_SIZE; off += 8)
		bed_write(b, SPA(t.root + t.offset + off), t.view, 0);
	return t;
}

static u64 entry_get(struct bed *b, const struct tables *t, u64 at)
{
	return read_sized(b, SPA(at + t->offset), t->view, t->entry_size);
}

static void entry_put(struct bed *b, const struct tables *t, u64 at, u64 entry)
{
	write_sized(b, SPA(at + t->offset), t->view, entry, t->entry_size);
}

static u64 add_table(struct bed *b, struct tables *t, unsigned level)
{
	u64 table = t->next;

	t->next += PAGE_SIZE;
	for (u64 off = 0; off < PAGE_SIZE; off += 8)
		bed_write(b, SPA(table + t->offset + off), t->view, 0);
	return table | (t->levels == 3 && level == 3 ? 1 : E_RWU);
}

u64 tables_at(struct bed *b, struct tables *t, u64 la, unsigned level)
{
	u64 table = t->root;

	for (unsigned at_level = t->levels;; at_level--) {
		unsigned shift = 12 + t->index_bits * (at_level - 1);
		u64 at = table + bits_get(la, shift, t->index_bits) * t->entry_size;

		if (at_level == level)
			return at;
		if (!(entry_get(b, t, at) & 1))
			entry_put(b, t, at, add_table(b, t, at_level));
		table = entry_get(b, t, at) & BITS64(BED_C_BIT - 1, 12);
	}
}

u64 tables_get(struct bed *b, struct tables *t, u64 la, unsigned level)
{
	return entry_get(b, t, tables_at(b, t, la, level));
}

void tables_set(struct bed *b, struct tables *t, u64 la, unsigned level, u64 entry)
{
	entry_put(b, t, tables_at(b, t, la, level), entry);
}

void tables_map(struct bed *b, struct tables *t, u64 la, u64 to)
{
	tables_set(b, t, la, 1, to | E_RWU);
}

void bed_use(struct bed *b, struct tables *t)
{
	struct cpu *c = b->cpu;
	bool lng = t->levels >= 4;

	c->efer = (c->efer & ~(EFER_LMA | EFER_LME)) | (lng ? EFER_LMA | EFER_LME : 0);
	c->cr4 &= ~(CR4_PAE | CR4_LA57);
	c->cr4 |= t->levels > 2 ? CR4_PAE : 0;
	c->cr4 |= t->levels == 5 ? CR4_LA57 : 0;
	c->mode = lng ? MODE_64 : MODE_32;
	c->cr3 = t->root;
	mmu_context_changed(c);
	mmu_write_cr3(c, t->root, false);
}

/* -- what happened --------------------------------------------------------------------------- */

bool bed_load(struct cpu *c, u64 la, u64 *v)
{
	c->event = (struct cpu_event){0};
	return mem_load64(c, la, v);
}

bool bed_store(struct cpu *c, u64 la, u64 v)
{
	c->event = (struct cpu_event){0};
	return mem_store64(c, la, v);
}

void assert_no_event(const struct cpu *c)
{
	assert_int_equal(c->event.kind, EVENT_NONE);
}

void assert_pf(const struct cpu *c, u64 la, u32 error)
{
	assert_int_equal(c->event.kind, EVENT_FAULT);
	assert_int_equal(c->event.vector, X86_VECTOR_PF);
	assert_true(c->event.has_error);
	assert_int_equal(c->event.error, error);
	assert_int_equal(c->event.cr2, la);
}

void assert_npf(const struct cpu *c, u64 gpa, u64 info1)
{
	assert_int_equal(c->event.kind, EVENT_EXIT);
	assert_int_equal(c->event.exit_code, VMEXIT_NPF);
	assert_int_equal(c->event.info1, info1);
	assert_int_equal(c->event.info2, gpa);
}

void assert_gp(const struct cpu *c, bool noncanonical)
{
	assert_int_equal(c->event.kind, EVENT_FAULT);
	assert_int_equal(c->event.vector, X86_VECTOR_GP);
	assert_int_equal(c->event.error, 0);
	assert_int_equal(c->event.noncanonical, noncanonical);
}
