/* SPDX-License-Identifier: MIT */
/*
 * Page-table entries, the shape of the tables, page-fault error codes, and memory types.
 *
 * The C-bit is not here: it is the physical address bit that CPUID 8000_001F EBX[5:0] names.  A
 * guest's C-bit counts in leaf entries only (all walks of an SEV guest are private); it is taken
 * out of the address before the nested walk.	[APM2 5.3 Long-Mode Page Translation, 15.34]
 */
#ifndef ABI_PAGING_H
#define ABI_PAGING_H

#include "abi/layout.h"

/* clang-format off */

/* -- Long-mode and PAE entries (8 bytes) ------------------------------------------------------- */

#define PTE_P		BIT64(0)	/* present */
#define PTE_RW		BIT64(1)	/* writable */
#define PTE_US		BIT64(2)	/* user may access */
#define PTE_PWT		BIT64(3)	/* PAT index bit 0 in a leaf */
#define PTE_PCD		BIT64(4)	/* PAT index bit 1 in a leaf */
#define PTE_A		BIT64(5)	/* accessed */
#define PTE_D		BIT64(6)	/* dirty, leaf only */
#define PTE_PS		BIT64(7)	/* PDE, PDPTE: this entry is a leaf */
#define PTE_PAT_4K	BIT64(7)	/* PAT index bit 2 of a 4 KiB leaf */
#define PTE_G		BIT64(8)	/* global, leaf only */
#define PTE_PAT_LARGE	BIT64(12)	/* PAT index bit 2 of a 2 MiB or 1 GiB leaf */
#define PTE_NX		BIT64(63)	/* no execute, with EFER.NXE; else reserved */

#define PTE_AVL_LOW_SHIFT	9	/* free for software */
#define PTE_AVL_LOW_MASK	BITS64(11, 9)
#define PTE_AVL_HIGH_SHIFT	52	/* free for software (long mode) */
#define PTE_AVL_HIGH_MASK	BITS64(58, 52)
#define PTE_MPK_SHIFT		59	/* protection key of a leaf, with CR4.PKE; else free */
#define PTE_MPK_MASK		BITS64(62, 59)

/* Address bits, in place; the implemented physical width and the C-bit are up to the reader. */
#define PTE_ADDR_SHIFT		12
#define PTE_ADDR_MASK		BITS64(51, 12)	/* next table, or a 4 KiB page */
#define PTE_ADDR_2M_SHIFT	21
#define PTE_ADDR_2M_MASK	BITS64(51, 21)
#define PTE_ADDR_1G_SHIFT	30
#define PTE_ADDR_1G_MASK	BITS64(51, 30)
#define PTE_RSVD_2M_MASK	BITS64(20, 13)	/* must be zero in a 2 MiB leaf */
#define PTE_RSVD_1G_MASK	BITS64(29, 13)	/* must be zero in a 1 GiB leaf */
#define PTE_RSVD_PAE_MASK	BITS64(62, 52)	/* must be zero in a legacy PAE entry */
#define PDPTE_RSVD_PAE_MASK	(BITS64(63, 52) | BITS64(8, 5) | BITS64(2, 1)) /* legacy PAE root */

LAYOUT_FIELD(PTE_AVL_LOW);
LAYOUT_FIELD(PTE_AVL_HIGH);
LAYOUT_FIELD(PTE_MPK);
LAYOUT_FIELD(PTE_ADDR);
LAYOUT_FIELD(PTE_ADDR_2M);
LAYOUT_FIELD(PTE_ADDR_1G);

/* -- 32-bit entries (CR4.PAE = 0): low bits as above ------------------------------------------- */

#define PTE32_ADDR_SHIFT	12
#define PTE32_ADDR_MASK		BITS32(31, 12)
#define PDE32_ADDR_4M_SHIFT	22
#define PDE32_ADDR_4M_MASK	BITS32(31, 22)
#define PDE32_PSE36_SHIFT	13		/* physical address bits 39:32 of a 4 MiB page */
#define PDE32_PSE36_MASK	BITS32(20, 13)
#define PDE32_RSVD_4M		BIT32(21)

LAYOUT_FIELD(PTE32_ADDR);
LAYOUT_FIELD(PDE32_ADDR_4M);
LAYOUT_FIELD(PDE32_PSE36);

/* -- Shape ------------------------------------------------------------------------------------- */

enum {
	PT_INDEX_BITS	= 9,	/* long mode and PAE: 512 entries of 8 bytes */
	PT_ENTRIES	= 512,
	PT_SHIFT_4K	= 12,	/* lowest address bit of the index into PT, PD, PDPT, PML4, PML5 */
	PT_SHIFT_2M	= 21,
	PT_SHIFT_1G	= 30,
	PT_SHIFT_512G	= 39,
	PT_SHIFT_256T	= 48,
	PT32_INDEX_BITS	= 10,	/* 32-bit paging: 1024 entries of 4 bytes */
	PT32_ENTRIES	= 1024,
	PT32_SHIFT_4M	= 22,
	VA_BITS_4LEVEL	= 48,	/* canonical width */
	VA_BITS_5LEVEL	= 57,
};

/* -- #PF error code  [APM2 8.4.2 Page-Fault Error Code, 15.36.10 RMP and VMPL Access Checks] --- */

#define PF_ERROR_P	BIT32(0)	/* 1: protection violation; 0: entry not present */
#define PF_ERROR_W	BIT32(1)	/* write */
#define PF_ERROR_U	BIT32(2)	/* at CPL 3 */
#define PF_ERROR_RSV	BIT32(3)	/* reserved bit set in an entry */
#define PF_ERROR_ID	BIT32(4)	/* instruction fetch */
#define PF_ERROR_PK	BIT32(5)	/* protection key */
#define PF_ERROR_SS	BIT32(6)	/* shadow-stack access */
#define PF_ERROR_RMP	BIT32(31)	/* RMP violation (host; the guest's is a #VMEXIT or #VC) */

/* -- Memory types and the PAT  [APM2 7.8 Page-Attribute Table Mechanism] ----------------------- */

enum x86_memory_type {
	X86_MEMORY_UC		= 0,	/* uncacheable */
	X86_MEMORY_WC		= 1,	/* write combining */
	X86_MEMORY_WT		= 4,	/* write through */
	X86_MEMORY_WP		= 5,	/* write protected */
	X86_MEMORY_WB		= 6,	/* write back */
	X86_MEMORY_UC_MINUS	= 7,	/* PAT only: UC that an MTRR may turn into WC */
};

#define PAT_ENTRY_SHIFT(n)	(8 * (n))		/* three bits for each of n = 0..7 */
#define PAT_VALID_MASK		0x0707070707070707ull
#define PAT_INIT		0x0007040600070406ull	/* WB WT UC- UC, twice */

/* clang-format on */

#endif
