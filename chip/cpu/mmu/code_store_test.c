/* SPDX-License-Identifier: MIT */
/* Stores into decoded code: that they are told, and that the running block is not changed. */
#include <string.h>

#include "abi/paging.h"
#include "abi/x86.h"

#include "chip/cpu/decode/block.h"
#include "chip/cpu/mmu/internal.h"
#include "chip/cpu/mmu/testbed.h"

#include "tests/support/cmocka.h"

enum { DATA = MIB(2), LA = 0x5000 };

struct rig {
	struct bed *b;
	struct cpu *c;
	struct tables t;
	struct block block;
};

static int setup(void **state)
{
	static struct rig r;

	memset(&r, 0, sizeof(r));
	r.b = bed_new(&(struct bed_config){.nested = true, .sev = true});
	r.c = r.b->cpu;
	r.t = bed_tables(r.b, 4);
	for (unsigned i = 0; i < 4; i++)
		tables_set(r.b, &r.t, LA + i * PAGE_SIZE, 1,
			   (DATA + i * PAGE_SIZE) | E_RWU | BED_C);
	bed_use(r.b, &r.t);
	r.block = (struct block){.spa2 = ~0ull};
	*state = &r;
	return 0;
}

static int teardown(void **state)
{
	bed_free(((struct rig *)*state)->b);
	return 0;
}

static spa_t spa_of(const struct rig *r, u64 la)
{
	return bed_spa(r->b, DATA + la - LA);
}

static void set_cmpxchg(struct cpu *c, u64 expected, u64 desired)
{
	memset(&c->mem, 0, sizeof(c->mem));
	c->mem.q[0] = expected;
	c->mem.q[2] = desired;
}

/* As the decoder does: lines of LA's page are code from now on. */
static u32 mark(struct rig *r, u64 la, u64 lines, _Atomic u32 **now)
{
	struct mmu_fetch f;
	struct cache_mapping map;
	u32 gen;

	assert_true(mmu_fetch(r->c, la, &f));
	map = cache_map_code(r->b->cache, r->c->agent, f.spa, f.view, lines, &gen);
	*now = map.code_gen;
	return gen;
}

static void stores_to_code_are_told(void **state)
{
	struct rig *r = *state;
	_Atomic u32 *now;
	bool swapped;
	u64 got;
	u32 gen;

	assert_true(bed_store(r->c, LA, 1));
	assert_non_null(mem_store_ptr(r->c, LA, 8));
	gen = mark(r, LA, 1 << 2, &now);
	/* The right is gone, and no store gets it back. */
	assert_null(mem_store_ptr(r->c, LA, 8));
	assert_true(bed_store(r->c, LA, 2));
	assert_null(mem_store_ptr(r->c, LA, 8));
	assert_int_equal(*now, gen); /* another line */
	assert_true(bed_store(r->c, LA + 2 * 64, 3));
	assert_int_not_equal(*now, gen);
	/* Nothing is marked now: the next store may stay. */
	assert_true(bed_store(r->c, LA, 4));
	assert_non_null(mem_store_ptr(r->c, LA, 8));

	gen = mark(r, LA, 1 << 2, &now);
	set_cmpxchg(r->c, 3, 5);
	assert_true(mem_cmpxchg_slow(r->c, LA + 2 * 64, 8, &swapped));
	assert_true(swapped);
	assert_int_not_equal(*now, gen);

	gen = mark(r, LA, 1 << 2, &now);
	assert_non_null(mem_span_store(r->c, LA, PAGE_SIZE, &got));
	assert_int_equal(*now, gen);
	mem_span_stored(r->c);
	assert_int_not_equal(*now, gen);

	gen = mark(r, LA, BIT64(63), &now);
	assert_true(bed_store(r->c, LA + 0xffc, 6));
	assert_int_not_equal(*now, gen);
}

/* A walk that sets A or D in a table beside code. */
static void walks_store_too(void **state)
{
	struct rig *r = *state;
	spa_t pte = bed_spa(r->b, tables_at(r->b, &r->t, LA, 1));
	struct cache_mapping map;
	u32 gen;
	u64 v;

	map = cache_map_code(r->b->cache, r->c->agent, pte, VIEW_KEY(BED_ASID),
			     BIT64((pte.v & PAGE_MASK) / 64), &gen);
	assert_true(bed_load(r->c, LA, &v));
	assert_int_not_equal(*map.code_gen, gen);
}

static void run_block(struct rig *r, u64 la, unsigned bytes)
{
	r->block.spa = spa_of(r, la).v;
	r->block.bytes = (u16)bytes;
	r->c->block = &r->block;
}

static void assert_restart(struct cpu *c)
{
	assert_int_equal(c->event.kind, EVENT_RESTART);
}

/* A store into the running block waits for the run loop to have its instruction alone. */
static void stores_to_the_running_block(void **state)
{
	struct rig *r = *state;
	_Atomic u32 *now;
	bool swapped;
	u64 got, v = 0;
	u32 gen = mark(r, LA, ~0ull, &now);

	run_block(r, LA + 0x100, 0x20);
	assert_false(bed_store(r->c, LA + 0x11f, 1));
	assert_restart(r->c);
	assert_false(bed_store(r->c, LA + 0xf9, 1));
	assert_restart(r->c);
	assert_false(mem_probe_store(r->c, LA + 0x110, 1));
	assert_restart(r->c);
	assert_false(mem_cmpxchg_slow(r->c, LA + 0x110, 8, &swapped));
	assert_restart(r->c);
	assert_null(mem_span_store(r->c, LA, 0x101, &got));
	assert_restart(r->c);
	assert_int_equal(*now, gen);
	assert_true(mem_load64(r->c, LA + 0x118, &v));
	assert_int_not_equal(v >> 56, 1);

	/* Beside it, or alone: done. */
	assert_true(bed_store(r->c, LA + 0xf8, 1));
	gen = mark(r, LA, ~0ull, &now);
	r->c->mode |= MODE_SINGLE;
	assert_true(bed_store(r->c, LA + 0x11f, 1));
	assert_int_not_equal(*now, gen);
}

static void blocks_on_two_pages(void **state)
{
	struct rig *r = *state;
	_Atomic u32 *now;

	mark(r, LA, BIT64(63), &now);
	mark(r, LA + PAGE_SIZE, 1, &now);
	run_block(r, LA + 0xff0, 0x18);
	r->block.spa2 = spa_of(r, LA + PAGE_SIZE).v;
	assert_false(bed_store(r->c, LA + PAGE_SIZE + 7, 1));
	assert_restart(r->c);
	assert_false(bed_store(r->c, LA + 0xfec, 1));
	assert_restart(r->c);
	/* Crossing; the second side alone is code that runs. */
	r->block.spa += 0x10 - 0x8;
	r->block.bytes = 0x10;
	assert_false(mem_store_slow_u64(r->c, LA + 0xffc, 1, 8));
	assert_restart(r->c);
	assert_true(bed_store(r->c, LA + PAGE_SIZE + 8, 1));
}

#define RIG(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG(stores_to_code_are_told),
		RIG(walks_store_too),
		RIG(stores_to_the_running_block),
		RIG(blocks_on_two_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
