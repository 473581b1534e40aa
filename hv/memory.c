/* SPDX-License-Identifier: MIT */
/* A guest's memory in chunks of 2 MiB. */
#include "hv/memory.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bug.h"

static u64 chunks(const struct memory *m)
{
	return m->size >> PAGE_2M_SHIFT;
}

static int alloc_contiguous(struct memory *m, struct error *err)
{
	spa_t base;
	int rc = pages_alloc(m->pages, m->size >> PAGE_SHIFT, PAGE_2M_SIZE, &base, err);

	for (u64 n = 0; rc == 0 && n < chunks(m); n++)
		m->chunk[n] = SPA(base.v + n * PAGE_2M_SIZE);
	return rc;
}

/* Even chunks from below, odd ones from above: no two neighbours stay neighbours. */
static void scatter(struct memory *m)
{
	u64 count = chunks(m);

	for (u64 n = 1; n < count / 2; n += 2) {
		spa_t other = m->chunk[n];

		m->chunk[n] = m->chunk[count - 1 - n];
		m->chunk[count - 1 - n] = other;
	}
}

int memory_init(struct memory *m, struct chip *chip, struct pages *pages, u64 size,
		enum memory_placement placement, struct error *err)
{
	int rc;

	BUG_ON(size == 0 || size % PAGE_2M_SIZE != 0 || size > MEMORY_MAX);
	*m = (struct memory){.chip = chip, .pages = pages, .size = size};
	m->chunk = calloc(chunks(m), sizeof(*m->chunk));
	if (!m->chunk)
		return error_set(err, ENOMEM, "out of memory");
	rc = alloc_contiguous(m, err);
	if (rc != 0) {
		memory_fini(m);
		return rc;
	}
	if (placement == MEMORY_SCATTERED)
		scatter(m);
	return 0;
}

void memory_fini(struct memory *m)
{
	for (u64 n = 0; m->chunk && n < chunks(m); n++)
		if (m->chunk[n].v != 0)
			pages_free(m->pages, m->chunk[n], PAGE_2M_SIZE / PAGE_SIZE);
	free(m->chunk);
	m->chunk = NULL;
}

u64 memory_low(const struct memory *m)
{
	return m->size < MEMORY_HOLE ? m->size : MEMORY_HOLE;
}

u64 memory_high(const struct memory *m)
{
	return m->size - memory_low(m);
}

bool memory_translate(const struct memory *m, gpa_t gpa, spa_t *spa, u64 *room)
{
	u64 offset = gpa.v;

	if (gpa.v >= MEMORY_HOLE_END)
		offset = gpa.v - MEMORY_HOLE_END + memory_low(m);
	else if (gpa.v >= memory_low(m))
		return false;
	if (offset >= m->size)
		return false;
	*spa = SPA(m->chunk[offset >> PAGE_2M_SHIFT].v + offset % PAGE_2M_SIZE);
	*room = PAGE_2M_SIZE - offset % PAGE_2M_SIZE;
	return true;
}

bool memory_contains(const struct memory *m, gpa_t gpa, u64 len)
{
	u64 low = memory_low(m);
	u64 high = memory_high(m);

	if (gpa.v < MEMORY_HOLE_END)
		return len <= low && gpa.v <= low - len;
	return len <= high && gpa.v - MEMORY_HOLE_END <= high - len;
}

/* Piece by piece; every one of them is RAM. */
#define FOR_EACH_PIECE(m, gpa, len, spa, n, done)                                      \
	for (u64 done = 0, n = 0;                                                      \
	     done < (len) && memory_translate((m), GPA((gpa).v + done), &(spa), &n) && \
	     (n = n < (len)-done ? n : (len)-done);                                    \
	     done += n)

bool memory_read(const struct memory *m, gpa_t gpa, void *dst, u64 len)
{
	spa_t spa;

	if (!memory_contains(m, gpa, len))
		return false;
	FOR_EACH_PIECE(m, gpa, len, spa, n, done)
	BUG_ON(platform_read(m->chip, spa, (u8 *)dst + done, n) != PLATFORM_ACCESS_OK);
	return true;
}

bool memory_write(const struct memory *m, gpa_t gpa, const void *src, u64 len)
{
	spa_t spa;

	if (!memory_contains(m, gpa, len))
		return false;
	FOR_EACH_PIECE(m, gpa, len, spa, n, done)
	BUG_ON(platform_write(m->chip, spa, (const u8 *)src + done, n) != PLATFORM_ACCESS_OK);
	return true;
}
