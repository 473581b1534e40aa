/* SPDX-License-Identifier: MIT */
/* Page tables for the payloads. */
#include "tests/guests/rt/paging.h"

#include "tests/guests/rt/insn.h"
#include "tests/guests/rt/rt.h"

extern u64 page_tables[PT_ENTRIES];

void *paging_new_page(void)
{
	return memset(rt_alloc(PAGE_SIZE, PAGE_SIZE), 0, PAGE_SIZE);
}

u64 *paging_entry(u64 va, unsigned shift)
{
	u64 *table = page_tables;

	for (unsigned at = PT_SHIFT_512G;; at -= PT_INDEX_BITS) {
		u64 *entry = &table[va >> at & (PT_ENTRIES - 1)];

		if (at == shift)
			return entry;
		if (!(*entry & PTE_P))
			*entry = (u64)paging_new_page() | rt_c_bit | PTE_P | PTE_RW | PTE_US;
		table = (u64 *)(*entry & PTE_ADDR_MASK & ~rt_c_bit);
	}
}

void paging_set(u64 va, unsigned shift, u64 entry)
{
	*(volatile u64 *)paging_entry(va, shift) = entry;
	invlpg((const void *)va);
}

void paging_map(u64 va, const void *page, u64 flags)
{
	paging_set(va, PT_SHIFT_4K, (u64)page | rt_c_bit | flags | PTE_P);
}
