/* SPDX-License-Identifier: MIT */
/*
 * Segment and system descriptors, gates, and the task state segment, as they stand in memory.  The
 * unpacked form that a VMCB or VMSA holds is struct vmcb_seg in abi/vmcb.h.
 *	[APM2 4.7 Legacy Segment Descriptors, 4.8 Long-Mode Segment Descriptors]
 */
#ifndef ABI_DESC_H
#define ABI_DESC_H

#include "abi/layout.h"

/* clang-format off */

/* -- Selectors  [APM2 4.5.1 Segment Selectors] ------------------------------------------------- */

#define SELECTOR_RPL_SHIFT	0
#define SELECTOR_RPL_MASK	BITS32(1, 0)
#define SELECTOR_TI		BIT32(2)	/* LDT */
#define SELECTOR_INDEX_SHIFT	3		/* times 8 is the byte offset */
#define SELECTOR_INDEX_MASK	BITS32(15, 3)

LAYOUT_FIELD(SELECTOR_RPL);
LAYOUT_FIELD(SELECTOR_INDEX);

/* -- The 8-byte descriptor as one u64 ---------------------------------------------------------- */

#define DESC_LIMIT_LOW_SHIFT	0
#define DESC_LIMIT_LOW_MASK	BITS64(15, 0)
#define DESC_BASE_LOW_SHIFT	16		/* base 23:0 */
#define DESC_BASE_LOW_MASK	BITS64(39, 16)
#define DESC_TYPE_SHIFT		40		/* enum desc_system_type, or DESC_TYPE_ bits if S */
#define DESC_TYPE_MASK		BITS64(43, 40)
#define DESC_S			BIT64(44)	/* code or data; 0 is a system descriptor */
#define DESC_DPL_SHIFT		45
#define DESC_DPL_MASK		BITS64(46, 45)
#define DESC_P			BIT64(47)	/* present */
#define DESC_LIMIT_HIGH_SHIFT	48		/* limit 19:16 */
#define DESC_LIMIT_HIGH_MASK	BITS64(51, 48)
#define DESC_AVL		BIT64(52)
#define DESC_L			BIT64(53)	/* 64-bit code */
#define DESC_DB			BIT64(54)	/* default operand size 32, or big stack */
#define DESC_G			BIT64(55)	/* limit in units of 4 KiB */
#define DESC_BASE_HIGH_SHIFT	56		/* base 31:24 */
#define DESC_BASE_HIGH_MASK	BITS64(63, 56)

LAYOUT_FIELD(DESC_LIMIT_LOW);
LAYOUT_FIELD(DESC_BASE_LOW);
LAYOUT_FIELD(DESC_TYPE);
LAYOUT_FIELD(DESC_DPL);
LAYOUT_FIELD(DESC_LIMIT_HIGH);
LAYOUT_FIELD(DESC_BASE_HIGH);

/* Bits of the type of a code or data descriptor (S = 1), at bit 0. */
#define DESC_TYPE_A		BIT32(0)	/* accessed */
#define DESC_TYPE_W		BIT32(1)	/* data: writable */
#define DESC_TYPE_R		BIT32(1)	/* code: readable */
#define DESC_TYPE_E		BIT32(2)	/* data: expands down */
#define DESC_TYPE_C		BIT32(2)	/* code: conforming */
#define DESC_TYPE_CODE		BIT32(3)	/* code rather than data */

/*
 * System types (S = 0).  Long mode has the LDT, the two TSS types, and the 64-bit call, interrupt
 * and trap gate under the numbers of the 32-bit ones; all others are illegal there.
 */
enum desc_system_type {
	DESC_SYS_TSS16_AVAIL	= 0x1,
	DESC_SYS_LDT		= 0x2,
	DESC_SYS_TSS16_BUSY	= 0x3,
	DESC_SYS_CALL_GATE16	= 0x4,
	DESC_SYS_TASK_GATE	= 0x5,
	DESC_SYS_INT_GATE16	= 0x6,
	DESC_SYS_TRAP_GATE16	= 0x7,
	DESC_SYS_TSS_AVAIL	= 0x9,	/* 32-bit, or 64-bit in long mode; so below */
	DESC_SYS_TSS_BUSY	= 0xb,
	DESC_SYS_CALL_GATE	= 0xc,
	DESC_SYS_INT_GATE	= 0xe,
	DESC_SYS_TRAP_GATE	= 0xf,
};

/* Long mode: LDT and TSS descriptor; the low qword is the legacy descriptor. */
struct desc_system64 {
	u64	low;
	u32	base_63_32;
	u32	rsvd_0c;
};
LAYOUT_SIZE(desc_system64, 0x10);
LAYOUT_AT(desc_system64, low, 0x00);
LAYOUT_AT(desc_system64, base_63_32, 0x08);

/* -- Gates  [APM2 4.7.4 Gate Descriptors, 4.8.4 Gate Descriptors] ------------------------------ */

/* The low qword; type, DPL and P stand as in DESC_. */
#define GATE_OFFSET_LOW_SHIFT	0		/* offset 15:0 */
#define GATE_OFFSET_LOW_MASK	BITS64(15, 0)
#define GATE_SELECTOR_SHIFT	16
#define GATE_SELECTOR_MASK	BITS64(31, 16)
#define GATE_IST_SHIFT		32		/* long mode; 0 is no IST */
#define GATE_IST_MASK		BITS64(34, 32)
#define GATE_COUNT_SHIFT	32		/* legacy call gates: parameters to copy */
#define GATE_COUNT_MASK		BITS64(36, 32)
#define GATE_OFFSET_HIGH_SHIFT	48		/* offset 31:16 */
#define GATE_OFFSET_HIGH_MASK	BITS64(63, 48)

LAYOUT_FIELD(GATE_OFFSET_LOW);
LAYOUT_FIELD(GATE_SELECTOR);
LAYOUT_FIELD(GATE_IST);
LAYOUT_FIELD(GATE_COUNT);
LAYOUT_FIELD(GATE_OFFSET_HIGH);

/* Long mode: call, interrupt and trap gate. */
struct desc_gate64 {
	u64	low;
	u32	offset_63_32;
	u32	rsvd_0c;
};
LAYOUT_SIZE(desc_gate64, 0x10);
LAYOUT_AT(desc_gate64, low, 0x00);
LAYOUT_AT(desc_gate64, offset_63_32, 0x08);

/* -- Task state segment  [APM2 12.2.5 64-Bit Task State Segment] ------------------------------- */

/* Pointers are pairs {31:0, 63:32}: they stand at odd multiples of four. */
struct tss64 {
	u32	rsvd_00;
	u32	rsp[3][2];	/* stack pointers of CPL 0, 1, 2 */
	u32	rsvd_1c[2];
	u32	ist[7][2];	/* IST1 .. IST7 */
	u32	rsvd_5c[2];
	u16	rsvd_64;
	u16	iomap_base;	/* offset of the I/O permission bitmap */
};
LAYOUT_SIZE(tss64, 0x68);
LAYOUT_AT(tss64, rsp, 0x04);
LAYOUT_AT(tss64, ist, 0x24);
LAYOUT_AT(tss64, iomap_base, 0x66);

/* What a stack switch or an I/O check reads from a legacy TSS.	[APM2 12.2.3, 12.2.4] */
enum {
	TSS16_SP0	= 0x02,	/* u16 SP, u16 SS; CPL n at + 4n */
	TSS16_SIZE	= 0x2c,
	TSS32_ESP0	= 0x04,	/* u32 ESP, u32 SS; CPL n at + 8n */
	TSS32_IOMAP	= 0x66,	/* u16 */
	TSS32_SIZE	= 0x68,
};

/* clang-format on */

#endif
