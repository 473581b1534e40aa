/* SPDX-License-Identifier: MIT */
/* Tables of 512 entries, four levels. */
#include "hv/npt.h"

#include "abi/paging.h"
#include "base/bug.h"
#include "base/bytes.h"

#define RIGHTS (PTE_P | PTE_RW | PTE_US)

static u64 get(const struct npt *npt, spa_t entry)
{
	u64 v;

	BUG_ON(platform_read(npt->chip, entry, &v, sizeof(v)) != PLATFORM_ACCESS_OK);
	return v;
}

static void set(const struct npt *npt, spa_t entry, u64 v)
{
	BUG_ON(platform_write(npt->chip, entry, &v, sizeof(v)) != PLATFORM_ACCESS_OK);
}

static spa_t entry_of(spa_t table, gpa_t gpa, unsigned shift)
{
	return SPA(table.v + 8 * (gpa.v >> shift & (PT_ENTRIES - 1)));
}

static int new_table(struct npt *npt, spa_t *table, struct error *err)
{
	static const u8 zero[PAGE_SIZE];
	int rc = pages_alloc(npt->pages, 1, PAGE_SIZE, table, err);

	if (rc != 0)
		return rc;
	npt->tables++;
	BUG_ON(platform_write(npt->chip, *table, zero, sizeof(zero)) != PLATFORM_ACCESS_OK);
	return 0;
}

int npt_init(struct npt *npt, struct chip *chip, struct pages *pages, struct error *err)
{
	*npt = (struct npt){.chip = chip, .pages = pages};
	return new_table(npt, &npt->root, err);
}

static void free_table(struct npt *npt, spa_t table, unsigned shift)
{
	for (unsigned n = 0; shift > PT_SHIFT_4K && n < PT_ENTRIES; n++) {
		u64 e = get(npt, SPA(table.v + 8 * n));

		if ((e & PTE_P) && !(e & PTE_PS))
			free_table(npt, SPA(e & PTE_ADDR_MASK), shift - PT_INDEX_BITS);
	}
	pages_free(npt->pages, table, 1);
	npt->tables--;
}

void npt_fini(struct npt *npt)
{
	if (npt->root.v != 0)
		free_table(npt, npt->root, PT_SHIFT_512G);
	npt->root = SPA(0);
}

int npt_map(struct npt *npt, gpa_t gpa, spa_t spa, u64 size, struct error *err)
{
	unsigned leaf = size == PAGE_SIZE ? PT_SHIFT_4K : PT_SHIFT_2M;
	spa_t table = npt->root;

	BUG_ON(size != PAGE_SIZE && size != PAGE_2M_SIZE);
	BUG_ON(!is_aligned(gpa.v, size) || !is_aligned(spa.v, size));
	for (unsigned shift = PT_SHIFT_512G; shift > leaf; shift -= PT_INDEX_BITS) {
		spa_t entry = entry_of(table, gpa, shift);
		u64 e = get(npt, entry);

		BUG_ON(e & PTE_PS);
		if (!(e & PTE_P)) {
			int rc = new_table(npt, &table, err);

			if (rc != 0)
				return rc;
			set(npt, entry, table.v | RIGHTS);
		} else {
			table = SPA(e & PTE_ADDR_MASK);
		}
	}
	set(npt, entry_of(table, gpa, leaf), spa.v | RIGHTS | (leaf == PT_SHIFT_2M ? PTE_PS : 0));
	return 0;
}

void npt_unmap(struct npt *npt, gpa_t gpa)
{
	spa_t table = npt->root;

	for (unsigned shift = PT_SHIFT_512G;; shift -= PT_INDEX_BITS) {
		spa_t entry = entry_of(table, gpa, shift);
		u64 e = get(npt, entry);

		if (shift == PT_SHIFT_4K || (e & PTE_PS)) {
			set(npt, entry, 0);
			return;
		}
		if (!(e & PTE_P))
			return;
		table = SPA(e & PTE_ADDR_MASK);
	}
}

static int map_range(struct npt *npt, const struct memory *m, u64 from, u64 len, u64 page_size,
		     struct error *err)
{
	for (u64 gpa = from; gpa < from + len; gpa += page_size) {
		spa_t spa;
		u64 room;
		int rc;

		BUG_ON(!memory_translate(m, GPA(gpa), &spa, &room));
		rc = npt_map(npt, GPA(gpa), spa, page_size, err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int npt_map_memory(struct npt *npt, const struct memory *m, u64 page_size, struct error *err)
{
	int rc = map_range(npt, m, 0, memory_low(m), page_size, err);

	if (rc == 0)
		rc = map_range(npt, m, MEMORY_HOLE_END, memory_high(m), page_size, err);
	return rc;
}

u64 npt_bytes_for(u64 memory_size)
{
	u64 leaves = align_up(memory_size, PAGE_2M_SIZE) >> PAGE_2M_SHIFT;

	/* A table a chunk, directories a GiB on both sides of the hole, and the roots. */
	return (leaves + (memory_size >> PT_SHIFT_1G) + 8) * PAGE_SIZE;
}
