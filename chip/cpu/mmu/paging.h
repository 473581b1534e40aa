/* SPDX-License-Identifier: MIT */
/*
 * The rules of paging as functions of values: the shape of the tables in each mode, which bits must
 * be zero, who may do what.  No memory, no faults, no state.	[APM2 5.2 .. 5.6]
 */
#ifndef CHIP_CPU_MMU_PAGING_H
#define CHIP_CPU_MMU_PAGING_H

#include "abi/layout.h"
#include "abi/paging.h"

#include "base/bytes.h"
#include "base/compiler.h"
#include "base/types.h"

enum paging {
	PAGING_NONE,   /* real mode, or protected mode without CR0.PG: linear is physical */
	PAGING_32,     /* two levels of 4-byte entries, 4 MiB pages with CR4.PSE */
	PAGING_PAE,    /* legacy PAE: three levels, the root has four entries without rights */
	PAGING_4LEVEL, /* long mode */
	PAGING_5LEVEL, /* long mode with CR4.LA57 */
};

/*
 * What decides about an access besides the tables: an enum paging with these bits.  Equal rights,
 * PKRU, ASID and PCID mean equal TLB contents.
 */
enum rights {
	RIGHTS_PAGING = 7,
	RIGHTS_USER = 1 << 3, /* CPL 3, and not an implicit access of the processor */
	RIGHTS_WP = 1 << 4,
	RIGHTS_NX = 1 << 5, /* EFER.NXE, and a mode that has the bit */
	RIGHTS_SMEP = 1 << 6,
	RIGHTS_SMAP = 1 << 7, /* in force for this access: not lifted by RFLAGS.AC */
	RIGHTS_PKE = 1 << 8,
	RIGHTS_PSE = 1 << 9, /* PAGING_32 only: 4 MiB pages */
	RIGHTS_1G = 1 << 10, /* the model has 1 GiB pages */
};

enum access { ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH };

/* Rights for an access now, from control registers; ac: RFLAGS.AC lifts SMAP. */
struct paging_control {
	u64 cr0, cr4, efer;
	bool user, ac, gib_pages;
};
u32 paging_rights(const struct paging_control *ctl);

static inline enum paging paging_mode(u32 rights)
{
	return rights & RIGHTS_PAGING;
}

static inline bool paging_is_long(u32 rights)
{
	return paging_mode(rights) >= PAGING_4LEVEL;
}

/* Is la canonical?  True outside long mode, where linear addresses have 32 bits. */
static inline bool paging_canonical(u32 rights, u64 la)
{
	unsigned unused =
		64 - (paging_mode(rights) == PAGING_5LEVEL ? VA_BITS_5LEVEL : VA_BITS_4LEVEL);

	return !paging_is_long(rights) || (u64)((s64)(la << unused) >> unused) == la;
}

/* -- tables ---------------------------------------------------------------------------------- */

/* In the header because every step of every walk needs them: bench/mmu_bench.c tells. */

struct paging_shape {
	u8 levels, index_bits, entry_size;
};

/* PAGING_NONE has none. */
static inline struct paging_shape paging_shape(enum paging mode)
{
	static const struct paging_shape shapes[] = {
		[PAGING_32] = {2, PT32_INDEX_BITS, 4},
		[PAGING_PAE] = {3, PT_INDEX_BITS, 8},
		[PAGING_4LEVEL] = {4, PT_INDEX_BITS, 8},
		[PAGING_5LEVEL] = {5, PT_INDEX_BITS, 8},
	};

	return shapes[mode];
}

/* Lowest address bit that an entry of this level (1: PTE) stands for. */
static inline unsigned paging_shift(struct paging_shape s, unsigned level)
{
	return PAGE_SHIFT + s.index_bits * (level - 1u);
}

/* Physical address of the root table in CR3. */
u64 paging_root(enum paging mode, u64 cr3);

/* An entry of PAE's root carries no rights, no A bit, and is never a leaf. */
static inline bool paging_is_pdpte_pae(u32 rights, unsigned level)
{
	return paging_mode(rights) == PAGING_PAE && level == 3;
}

static inline bool paging_is_leaf(u32 rights, unsigned level, u64 entry)
{
	if (level == 1)
		return true;
	if (!(entry & PTE_PS))
		return false;
	if (level == 2)
		return paging_mode(rights) != PAGING_32 || rights & RIGHTS_PSE;
	return level == 3 && rights & RIGHTS_1G;
}

/* Bits 20:13 of a 4 MiB entry are address bits 39:32. */
static inline u64 paging_reserved_32(u32 rights, unsigned level, u64 entry, u64 high)
{
	if (level == 1 || !paging_is_leaf(rights, level, entry))
		return 0;
	return PDE32_RSVD_4M | bits_get(high, 32, 8) << PDE32_PSE36_SHIFT;
}

static inline u64 paging_reserved_by_level(u32 rights, unsigned level, u64 entry)
{
	bool large = entry & PTE_PS;

	switch (level) {
	case 1:
		return 0;
	case 2:
		return large ? PTE_RSVD_2M_MASK : 0;
	case 3:
		if (!large)
			return 0;
		return rights & RIGHTS_1G ? PTE_RSVD_1G_MASK : PTE_PS;
	default:
		return PTE_PS | PTE_G;
	}
}

/*
 * The bits that must be zero in a present entry; high: those of 51:12 beyond the physical width,
 * less the C-bit.
 */
static inline u64 paging_reserved(u32 rights, unsigned level, u64 entry, u64 high)
{
	if (paging_mode(rights) == PAGING_32)
		return paging_reserved_32(rights, level, entry, high);
	if (paging_is_pdpte_pae(rights, level))
		return PDPTE_RSVD_PAE_MASK | high;
	if (!(rights & RIGHTS_NX))
		high |= PTE_NX;
	if (paging_mode(rights) == PAGING_PAE)
		high |= PTE_RSVD_PAE_MASK;
	return high | paging_reserved_by_level(rights, level, entry);
}

/* Physical address of the next table, or of the page of a leaf; the C-bit is still in it. */
static inline u64 paging_address(u32 rights, unsigned level, u64 entry)
{
	bool large = level > 1 && paging_is_leaf(rights, level, entry);

	if (paging_mode(rights) == PAGING_32) {
		if (!large)
			return entry & PTE32_ADDR_MASK;
		return (entry & PDE32_ADDR_4M_MASK) | FIELD_GET(PDE32_PSE36, entry) << 32;
	}
	if (!large)
		return entry & PTE_ADDR_MASK;
	return entry & (level == 2 ? PTE_ADDR_2M_MASK : PTE_ADDR_1G_MASK);
}

/* -- protection ------------------------------------------------------------------------------ */

/* The tables' word about one page: every level must grant U and W, any can take X away. */
struct page_rights {
	bool user, write, nx;
	u8 key; /* protection key of the leaf */
};

/*
 * 0: allowed.  Else the PF_ERROR_* bits that say why: P, and PK when a protection key forbids it;
 * those that describe the access are paging_error()'s.
 */
u32 paging_check(u32 rights, u32 pkru, enum access access, const struct page_rights *page);

/* The bits of a #PF error code that describe the access. */
u32 paging_error(u32 rights, enum access access);

#endif
