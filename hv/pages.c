/* SPDX-License-Identifier: MIT */
/* A bitmap, first fit. */
#include "hv/pages.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bug.h"
#include "base/bytes.h"

static bool is_used(const struct pages *p, u64 page)
{
	return p->used[page / 8] >> (page % 8) & 1;
}

static void mark(struct pages *p, u64 page, bool used)
{
	BUG_ON(page >= p->count || is_used(p, page) == used);
	p->used[page / 8] ^= (u8)(1u << page % 8);
	p->free = used ? p->free - 1 : p->free + 1;
}

int pages_init(struct pages *p, u64 dram_size, struct error *err)
{
	p->count = dram_size >> PAGE_SHIFT;
	p->free = p->count;
	p->hint = 1;
	p->used = calloc((p->count + 7) / 8, 1);
	if (!p->used)
		return error_set(err, ENOMEM, "out of memory");
	mark(p, 0, true);
	return 0;
}

void pages_fini(struct pages *p)
{
	free(p->used);
	p->used = NULL;
}

/* How many of the `count` pages from `first` are free, until the first that is not. */
static u64 free_run(const struct pages *p, u64 first, u64 count)
{
	u64 n = 0;

	while (n < count && first + n < p->count && !is_used(p, first + n))
		n++;
	return n;
}

/* The first page of such a row, or 0. */
static u64 find_row(const struct pages *p, u64 count, u64 align)
{
	u64 first = align_up(p->hint, align);

	while (count <= p->count && first <= p->count - count) {
		u64 run = free_run(p, first, count);

		if (run == count)
			return first;
		first = align_up(first + run + 1, align);
	}
	return 0;
}

int pages_alloc(struct pages *p, u64 count, u64 align, spa_t *spa, struct error *err)
{
	u64 first = count ? find_row(p, count, align >> PAGE_SHIFT) : 0;

	if (first == 0)
		return error_set(err, ENOMEM, "no %llu free pages of DRAM in a row",
				 (unsigned long long)count);
	for (u64 n = 0; n < count; n++)
		mark(p, first + n, true);
	while (p->hint < p->count && is_used(p, p->hint))
		p->hint++;
	*spa = SPA(first << PAGE_SHIFT);
	return 0;
}

void pages_free(struct pages *p, spa_t spa, u64 count)
{
	u64 first = spa.v >> PAGE_SHIFT;

	for (u64 n = 0; n < count; n++)
		mark(p, first + n, false);
	if (first < p->hint)
		p->hint = first;
}
