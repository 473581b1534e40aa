/* SPDX-License-Identifier: MIT */
/*
 * Reverse Map Table: the entry of each 4 KiB of system memory, the structure through which software
 * reads and writes entries, and where an entry is found.
 *
 * The raw entry is not architectural: software writes it with RMPUPDATE and reads it with RMPREAD.
 * Raw reads are a habit of the first two generations, whose form this is.
 *	[APM2 15.36.3 Reverse Map Table]
 */
#ifndef ABI_RMP_H
#define ABI_RMP_H

#include "abi/layout.h"

/* clang-format off */

/* -- Raw entry (Zen 3 and Zen 4) --------------------------------------------------------------- */

struct rmp_raw_entry {
	u64	low;		/* RMP_LOW_ bits */
	u64	high;		/* RMP_HIGH_PERM_ fields; [CHOICE 4] bits 63:32 are zero */
};
LAYOUT_SIZE(rmp_raw_entry, 0x10);
LAYOUT_AT(rmp_raw_entry, low, 0x0);
LAYOUT_AT(rmp_raw_entry, high, 0x8);

#define RMP_LOW_ASSIGNED		BIT64(0)
#define RMP_LOW_PAGE_SIZE		BIT64(1)	/* enum rmp_page_size */
#define RMP_LOW_IMMUTABLE		BIT64(2)
#define RMP_LOW_SUBPAGE_COUNT_SHIFT	3
#define RMP_LOW_SUBPAGE_COUNT_MASK	BITS64(11, 3)
#define RMP_LOW_GPA_SHIFT		12		/* the field's value is GPA >> 12 */
#define RMP_LOW_GPA_MASK		BITS64(50, 12)
#define RMP_LOW_ASID_SHIFT		51
#define RMP_LOW_ASID_MASK		BITS64(60, 51)
#define RMP_LOW_VMSA			BIT64(61)
#define RMP_LOW_VALIDATED		BIT64(62)
#define RMP_LOW_LOCK			BIT64(63)

/* One byte of RMP_PERM_ bits for each VMPL, [CHOICE 4] the lowest byte for VMPL 0. */
#define RMP_HIGH_PERM_VMPL0_SHIFT	0
#define RMP_HIGH_PERM_VMPL0_MASK	BITS64(7, 0)
#define RMP_HIGH_PERM_VMPL1_SHIFT	8
#define RMP_HIGH_PERM_VMPL1_MASK	BITS64(15, 8)
#define RMP_HIGH_PERM_VMPL2_SHIFT	16
#define RMP_HIGH_PERM_VMPL2_MASK	BITS64(23, 16)
#define RMP_HIGH_PERM_VMPL3_SHIFT	24
#define RMP_HIGH_PERM_VMPL3_MASK	BITS64(31, 24)
#define RMP_HIGH_PERM_SHIFT(vmpl)	(8 * (vmpl))

LAYOUT_FIELD(RMP_LOW_SUBPAGE_COUNT);
LAYOUT_FIELD(RMP_LOW_GPA);
LAYOUT_FIELD(RMP_LOW_ASID);
LAYOUT_FIELD(RMP_HIGH_PERM_VMPL0);
LAYOUT_FIELD(RMP_HIGH_PERM_VMPL1);
LAYOUT_FIELD(RMP_HIGH_PERM_VMPL2);
LAYOUT_FIELD(RMP_HIGH_PERM_VMPL3);

/*
 * [CHOICE 4] subpage_count: in the entry of a 2 MiB aligned 4 KiB page, how many of the other 511
 * pages of the region are assigned; 0 in all other entries.  [CHOICE 4] lock: a core or the firmware
 * is changing the entry; 0 in every settled state.
 */
#define RMP_SUBPAGES_MAX	511

enum rmp_page_size {
	RMP_SIZE_4K	= 0,
	RMP_SIZE_2M	= 1,
};

enum {
	RMP_VMPLS	= 4,
};

/* Permission mask of a VMPL.	[APM2 15.36.7 Virtual Machine Privilege Levels] */
#define RMP_PERM_READ		BIT32(0)
#define RMP_PERM_WRITE		BIT32(1)	/* illegal without READ */
#define RMP_PERM_EXEC_USER	BIT32(2)	/* fetch at CPL 3 */
#define RMP_PERM_EXEC_SUPER	BIT32(3)	/* fetch at CPL 0, 1, 2 */
#define RMP_PERM_SSS		BIT32(4)	/* supervisor shadow stack, with VmplSSS */
#define RMP_PERM_ALL		BITS32(4, 0)	/* what VMPL 0 gets with an assigned page */
#define RMP_PERM_RSVD		BITS32(7, 5)

/* -- What RMPUPDATE takes and RMPREAD gives ---------------------------------------------------- */

struct rmp_arch_entry {
	u64	gpa;		/* both page aligned */
	u8	assigned;	/* both bit 0 */
	u8	page_size;	/* both RMP_ARCH_ bits */
	u8	immutable;	/* both bit 0 */
	u8	rsvd_0b;
	u32	asid;		/* both */
};
LAYOUT_SIZE(rmp_arch_entry, 0x10);
LAYOUT_AT(rmp_arch_entry, gpa, 0x0);
LAYOUT_AT(rmp_arch_entry, assigned, 0x8);
LAYOUT_AT(rmp_arch_entry, page_size, 0x9);
LAYOUT_AT(rmp_arch_entry, immutable, 0xa);
LAYOUT_AT(rmp_arch_entry, asid, 0xc);

#define RMP_ARCH_ASSIGNED	BIT32(0)
#define RMP_ARCH_PAGE_SIZE	BIT32(0)	/* enum rmp_page_size */
#define RMP_ARCH_REGION_STATUS	BIT32(1)	/* out: another page of the region is assigned */
#define RMP_ARCH_IMMUTABLE	BIT32(0)

/* EAX of RMPUPDATE, PSMASH, PVALIDATE, RMPADJUST, RMPQUERY, RMPREAD. */
enum rmp_result {
	RMP_SUCCESS		= 0,
	RMP_FAIL_INPUT		= 1,
	RMP_FAIL_PERMISSION	= 2,
	RMP_FAIL_INUSE		= 3,	/* RMPUPDATE, PSMASH: another CPU has the entry */
	RMP_FAIL_OVERLAP	= 4,	/* RMPUPDATE: 4 KiB and 2 MiB entries would overlap */
	RMP_FAIL_SIZEMISMATCH	= 6,	/* PVALIDATE, RMPADJUST: 2 MiB wanted, 4 KiB found */
	RMP_FAIL_BADADDR	= 7,	/* PSMASH: not an assigned 2 MiB entry */
};

/*
 * -- Page states ----------------------------------------------------------------------------------
 *
 * The firmware's names for combinations of fields.  Our numbers; no interface carries them.
 *
 *			assigned validated ASID	immutable GPA	VMSA
 *	Default		not covered by the RMP
 *	Hypervisor	0	0	0	0	-	-
 *	HV-Fixed	0	0	0	1	-	-
 *	Firmware	1	0	0	1	0	0
 *	Reclaim		1	0	0	0	-	-
 *	Context		1	0	0	1	0	1
 *	Metadata	1	0	0	1	>0	-
 *	Pre-Guest	1	0	>0	1	-	-
 *	Pre-Swap	1	1	>0	1	-	-
 *	Guest-Invalid	1	0	>0	0	-	-
 *	Guest-Valid	1	1	>0	0	-	-		[SNP Page States]
 */
enum rmp_page_state {
	RMP_STATE_DEFAULT,
	RMP_STATE_HYPERVISOR,
	RMP_STATE_HV_FIXED,
	RMP_STATE_FIRMWARE,
	RMP_STATE_RECLAIM,
	RMP_STATE_CONTEXT,
	RMP_STATE_METADATA,
	RMP_STATE_PRE_GUEST,
	RMP_STATE_PRE_SWAP,
	RMP_STATE_GUEST_INVALID,
	RMP_STATE_GUEST_VALID,
	RMP_STATES,
};

/*
 * -- Where an entry is ----------------------------------------------------------------------------
 *
 * Contiguous RMP: RMP_BASE, 16 KiB that belong to the processor, then the entries.  A page is
 * covered if its entry lies at or below RMP_END.  Both bounds are multiples of RMP_ALIGN (END + 1).
 *	[APM2 15.36.4 Initializing the RMP]
 */
enum {
	RMP_ENTRY_SIZE		= 16,
	RMP_ENTRY_SHIFT		= 4,
	RMP_BOOKKEEPING_SIZE	= 0x4000,
	RMP_ASID_COUNTERS	= 2048,		/* [CHOICE 5] u64 each: pages assigned to the ASID */
	RMP_ALIGN		= 0x2000,
};

#define RMP_ENTRY_ADDR(rmp_base, spa)                                                             \
	((rmp_base) + RMP_BOOKKEEPING_SIZE + (((spa) >> PAGE_SHIFT) << RMP_ENTRY_SHIFT))

/* RMP_END for a table at rmp_base that covers `memory` bytes from SPA 0 on. */
#define RMP_END_FOR(rmp_base, memory) (RMP_ENTRY_ADDR(rmp_base, memory) - 1)

/*
 * Segmented RMP: RMP_BASE, the same 16 KiB, then the RMP segment table (RST) of u64 entries, one
 * for each 2^RmpSegSize bytes of memory; the segments' entries lie elsewhere.
 *	[APM2 15.36 Segmented RMP]
 */
enum {
	RMP_SEGMENTED_ALIGN	= 0x100000,
	RST_OFFSET		= RMP_BOOKKEEPING_SIZE,
	RST_SIZE		= 0x1000,
	RST_ENTRIES		= 512,
};

#define RST_MAPPED_SIZE_SHIFT	0		/* GiB covered; 0: the segment is not covered */
#define RST_MAPPED_SIZE_MASK	BITS64(19, 0)
#define RST_SEGMENT_BASE_SHIFT	20		/* SPA of the segment's first entry */
#define RST_SEGMENT_BASE_MASK	BITS64(51, 20)
#define RST_RSVD_MASK		BITS64(63, 52)

LAYOUT_FIELD(RST_MAPPED_SIZE);
LAYOUT_FIELD(RST_SEGMENT_BASE);

/* clang-format on */

#endif
