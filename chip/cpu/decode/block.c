/* SPDX-License-Identifier: MIT */
/* Blocks: look-up, the jump cache, links. */
#include "chip/cpu/decode/block.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "chip/cpu/decode/decode.h"
#include "chip/cpu/mmu/mmu.h"

enum { HASH_BITS = 15, HASH_SIZE = 1 << HASH_BITS, ARENA_SIZE = 48 << 20 };

struct block_cache {
	struct block *hash[HASH_SIZE];
	struct decoder *decoder;
	u8 *arena;
	size_t used;
};

/* Pages that are not used cost nothing, however often cores are made.  NULL: no memory. */
static u8 *arena_new(void)
{
	void *p =
		mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static void arena_free(u8 *arena)
{
	if (arena)
		munmap(arena, ARENA_SIZE);
}

bool block_cache_init(struct cpu *c)
{
	struct block_cache *bc = calloc(1, sizeof(*bc));

	c->blocks = bc;
	if (!bc)
		return false;
	c->jumps = calloc(JUMP_SIZE, sizeof(*c->jumps));
	bc->arena = arena_new();
	bc->decoder = decoder_new(c->model);
	if (!c->jumps || !bc->arena || !bc->decoder) {
		block_cache_fini(c);
		return false;
	}
	return true;
}

void block_cache_fini(struct cpu *c)
{
	if (!c->blocks)
		return;
	decoder_free(c->blocks->decoder);
	arena_free(c->blocks->arena);
	free(c->jumps);
	free(c->blocks);
	c->blocks = NULL;
	c->jumps = NULL;
}

void block_cache_flush(struct cpu *c)
{
	memset(c->blocks->hash, 0, sizeof(c->blocks->hash));
	memset(c->jumps, 0, JUMP_SIZE * sizeof(*c->jumps));
	c->blocks->used = 0;
	c->block = NULL;
	c->link = NULL;
}

static unsigned hash_of(u64 spa, u8 mode)
{
	u64 h = (spa ^ ((u64)mode << 50)) * 0x9e3779b97f4a7c15ull;

	return (unsigned)(h >> (64 - HASH_BITS));
}

static bool is_stale(const struct block *b)
{
	if (atomic_load_explicit(b->gen_now, memory_order_relaxed) != b->gen)
		return true;
	return b->spa2 != BLOCK_ONE_PAGE &&
	       atomic_load_explicit(b->gen_now2, memory_order_relaxed) != b->gen2;
}

static bool second_page_matches(struct cpu *c, const struct block *b)
{
	struct mmu_fetch second;

	if (b->spa2 == BLOCK_ONE_PAGE)
		return true;
	if (!mmu_fetch(c, c->seg[SEG_CS].base + c->rip + b->bytes - 1, &second)) {
		c->event.kind = EVENT_NONE; /* decoding again will find and report it */
		return false;
	}
	return second.spa.v == b->spa2;
}

/* Stale blocks that are met on the way leave the table; their memory comes back with a flush. */
static struct block *hash_find(struct cpu *c, spa_t spa, view_t view)
{
	struct block **at = &c->blocks->hash[hash_of(spa.v, c->mode)];

	while (*at) {
		struct block *b = *at;

		if (b->spa != spa.v || b->view != view || b->mode != c->mode) {
			at = &b->hash_next;
			continue;
		}
		if (is_stale(b)) {
			*at = b->hash_next;
			continue;
		}
		if (second_page_matches(c, b))
			return b;
		at = &b->hash_next;
	}
	return NULL;
}

/* Makes room for the largest block; the old blocks all go when there is none. */
static void *arena_room(struct cpu *c)
{
	if (c->blocks->used + DECODE_MAX_BYTES > ARENA_SIZE)
		block_cache_flush(c);
	return c->blocks->arena + c->blocks->used;
}

static struct block *decode_new(struct cpu *c, const struct mmu_fetch *page, u64 la)
{
	void *room = arena_room(c);
	size_t bytes;
	struct block *b = decode_block(c, c->blocks->decoder, page, la, room, &bytes);
	unsigned h;

	if (!b)
		return NULL;
	c->blocks->used += (bytes + 63) & ~(size_t)63;
	h = hash_of(b->spa, b->mode);
	b->hash_next = c->blocks->hash[h];
	c->blocks->hash[h] = b;
	return b;
}

/* CS limit outside 64-bit mode; canonical form inside (the target of a jump was checked there). */
static bool rip_is_fetchable(struct cpu *c)
{
	if ((c->mode & MODE_WIDTH) == MODE_64 || c->rip <= c->seg[SEG_CS].limit)
		return true;
	fault_raise_error(c, 13, 0);
	return false;
}

struct block *block_find(struct cpu *c)
{
	u64 la = c->seg[SEG_CS].base + c->rip;
	struct mmu_fetch page;
	struct block *b;

	if ((c->mode & MODE_WIDTH) != MODE_64)
		la = (u32)la;
	if (!rip_is_fetchable(c) || !mmu_fetch(c, la, &page))
		return NULL;
	b = hash_find(c, SPA(page.spa.v | (la & PAGE_MASK)), page.view);
	if (!b)
		b = decode_new(c, &page, la);
	if (b && (c->mode & MODE_FLAT) && c->pace == PACE_FREE) {
		c->jumps[jump_index(c->rip)] =
			(struct jump_entry){.rip = c->rip, .to = b, .fetch_ctx = c->fetch_ctx};
		/* An event may have gone elsewhere since the jump. */
		if (c->link && c->rip == c->reg[REG_BLOCK]) {
			c->link->to = b;
			c->link->fetch_ctx = c->fetch_ctx;
		}
	}
	c->link = NULL;
	return b;
}
