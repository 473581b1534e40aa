/* SPDX-License-Identifier: MIT */
/*
 * Frames: where plaintext stands, and how room is made when the cache is bounded.
 *
 * The victim is found as a clock does: the hand goes round over the frames and takes the first
 * whose page was not touched since it last came by.  A core that runs on a mapped page leaves no
 * trace here, so this is nearer to first-in first-out than to the least recently used.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "chip/cache/internal.h"

static void *reserve(u64 size)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		    -1, 0);
}

int cache_frames_init(struct cache_frames *fr, u64 capacity, struct error *err)
{
	u64 count = capacity < FRAME_NONE ? capacity : FRAME_NONE - 1;
	u8 *arena = reserve(count * PAGE_SIZE);
	struct cache_frame *frame = reserve(count * sizeof(*frame));

	/* Plaintext must not leave the process: an arena without these two is no arena. */
	if (arena == MAP_FAILED || frame == MAP_FAILED ||
	    madvise(arena, count * PAGE_SIZE, MADV_DONTDUMP) != 0 ||
	    madvise(arena, count * PAGE_SIZE, MADV_DONTFORK) != 0) {
		int rc = error_set(err, errno, "plaintext cache of %llu pages: %s",
				   (unsigned long long)count, strerror(errno));

		if (arena != MAP_FAILED)
			munmap(arena, count * PAGE_SIZE);
		if (frame != MAP_FAILED)
			munmap(frame, count * sizeof(*frame));
		return rc;
	}
	(void)madvise(arena, count * PAGE_SIZE, MADV_HUGEPAGE);
	*fr = (struct cache_frames){
		.arena = arena, .frame = frame, .capacity = (u32)count, .free_head = FRAME_NONE};
	return 0;
}

void cache_frames_fini(struct cache_frames *fr)
{
	munmap(fr->arena, (u64)fr->capacity * PAGE_SIZE);
	munmap(fr->frame, (u64)fr->capacity * sizeof(*fr->frame));
}

/* -- the free list --------------------------------------------------------------------------- */

u32 cache_frame_take(struct cache_frames *fr)
{
	u32 frame;
	u32 used;

	cache_lock(&fr->lock, NULL);
	frame = fr->free_head;
	used = atomic_load_explicit(&fr->used, memory_order_relaxed);
	if (frame != FRAME_NONE) {
		fr->free_head = fr->frame[frame].next_free;
	} else if (used < fr->capacity) {
		frame = used;
		atomic_store_explicit(&fr->used, used + 1, memory_order_relaxed);
	}
	cache_unlock(&fr->lock);
	return frame;
}

void cache_frame_give(struct cache_frames *fr, u32 frame)
{
	cache_lock(&fr->lock, NULL);
	fr->frame[frame].next_free = fr->free_head;
	fr->free_head = frame;
	cache_unlock(&fr->lock);
}

/* -- eviction -------------------------------------------------------------------------------- */

/*
 * A frame taken from the page that has this one, or FRAME_NONE: it has no page, or that is busy or
 * in use.  A page that moves to another frame while we look is as good a victim.
 */
static u32 evict(struct cache *c, struct cache_agent *a, u32 frame)
{
	u64 owner = atomic_load_explicit(&c->frames.frame[frame].owner, memory_order_relaxed);
	struct cache_page *p = owner ? &c->page[owner - 1] : NULL;
	u32 taken = FRAME_NONE;

	if (!p || !cache_lock_try(&p->lock))
		return FRAME_NONE;
	if (p->state != CACHE_RAW && !p->touched) {
		taken = cache_page_detach(c, a, p);
		atomic_fetch_add_explicit(&c->evictions, 1, memory_order_relaxed);
	}
	p->touched = false;
	cache_unlock(&p->lock);
	return taken;
}

/*
 * Ends, since who holds a page lock never waits for a frame: pages get unlocked, and then have the
 * frames or give them back.  Split accesses keep one frame while they look for a second; as only one
 * of them is under way, CACHE_CAPACITY_MIN frames are enough.
 */
u32 cache_frame_wrest(struct cache *c, struct cache_agent *a)
{
	struct cache_frames *fr = &c->frames;
	struct cache_wait w = {0};

	for (;;) {
		u32 frame = cache_frame_take(fr);

		/* Two rounds: the first may only clear the marks of use. */
		for (u64 n = 2ull * fr->capacity; frame == FRAME_NONE && n > 0; n--) {
			u32 at = atomic_fetch_add_explicit(&fr->hand, 1, memory_order_relaxed);

			frame = evict(c, a, at % fr->capacity);
		}
		if (frame != FRAME_NONE)
			return frame;
		cache_wait_step(&w, a);
	}
}
