/* SPDX-License-Identifier: MIT */
/*
 * Local APIC and I/O APIC registers.  In xAPIC mode they stand in memory, 16 bytes apart, at
 * APIC_BASE; in x2APIC mode register r is MSR_X2APIC_FIRST + r / 16.
 *	[APM2 16 Advanced Programmable Interrupt Controller]
 */
#ifndef ABI_APIC_H
#define ABI_APIC_H

#include "abi/layout.h"

/* clang-format off */

/* -- Local APIC -------------------------------------------------------------------------------- */

enum apic_register {
	APIC_ID			= 0x020,
	APIC_VERSION		= 0x030,
	APIC_TPR		= 0x080,	/* task priority */
	APIC_APR		= 0x090,	/* arbitration priority */
	APIC_PPR		= 0x0a0,	/* processor priority */
	APIC_EOI		= 0x0b0,	/* write only */
	APIC_RRR		= 0x0c0,	/* remote read */
	APIC_LDR		= 0x0d0,	/* logical destination */
	APIC_DFR		= 0x0e0,	/* destination format; not in x2APIC mode */
	APIC_SVR		= 0x0f0,	/* spurious interrupt */
	APIC_ISR		= 0x100,	/* + 10h n: vectors 32n .. 32n + 31 */
	APIC_TMR		= 0x180,
	APIC_IRR		= 0x200,
	APIC_ESR		= 0x280,	/* error status */
	APIC_ICR_LOW		= 0x300,	/* the whole 64 bits in x2APIC mode */
	APIC_ICR_HIGH		= 0x310,
	APIC_LVT_TIMER		= 0x320,
	APIC_LVT_THERMAL	= 0x330,
	APIC_LVT_PERF		= 0x340,
	APIC_LVT_LINT0		= 0x350,
	APIC_LVT_LINT1		= 0x360,
	APIC_LVT_ERROR		= 0x370,
	APIC_TIMER_INITIAL	= 0x380,
	APIC_TIMER_CURRENT	= 0x390,
	APIC_TIMER_DIVIDE	= 0x3e0,
	APIC_SELF_IPI		= 0x3f0,	/* x2APIC mode only */
	APIC_PAGE_SIZE		= 0x1000,
};

#define APIC_ID_SHIFT		24		/* xAPIC mode */
#define APIC_ID_MASK		BITS32(31, 24)
#define APIC_VERSION_VER_SHIFT	0
#define APIC_VERSION_VER_MASK	BITS32(7, 0)
#define APIC_VERSION_MLE_SHIFT	16		/* LVT entries, less one */
#define APIC_VERSION_MLE_MASK	BITS32(23, 16)
#define APIC_SVR_VECTOR_SHIFT	0
#define APIC_SVR_VECTOR_MASK	BITS32(7, 0)
#define APIC_SVR_ASE		BIT32(8)	/* APIC software enable */
#define APIC_DFR_FLAT		0xffffffffu
#define APIC_DFR_CLUSTER	0x0fffffffu

/* Interrupt command; an LVT entry has the same fields at the same place. */
#define APIC_VECTOR_SHIFT	0
#define APIC_VECTOR_MASK	BITS32(7, 0)
#define APIC_MT_SHIFT		8		/* enum apic_message_type */
#define APIC_MT_MASK		BITS32(10, 8)
#define APIC_DM_LOGICAL		BIT32(11)	/* ICR: destination mode; 0 is physical */
#define APIC_DS_PENDING		BIT32(12)	/* delivery status, read only */
#define APIC_LVT_RIR		BIT32(14)	/* LVT LINT: remote IRR */
#define APIC_ICR_ASSERT		BIT32(14)
#define APIC_TGM_LEVEL		BIT32(15)	/* trigger mode; 0 is edge */
#define APIC_LVT_MASKED		BIT32(16)
#define APIC_LVT_TMM_SHIFT	17		/* timer mode: enum apic_timer_mode */
#define APIC_LVT_TMM_MASK	BITS32(18, 17)
#define APIC_ICR_DSH_SHIFT	18		/* enum apic_shorthand */
#define APIC_ICR_DSH_MASK	BITS32(19, 18)
#define APIC_ICR_DEST_SHIFT	24		/* of APIC_ICR_HIGH, xAPIC mode */
#define APIC_ICR_DEST_MASK	BITS32(31, 24)

enum apic_message_type {
	APIC_MT_FIXED		= 0,
	APIC_MT_LOWEST		= 1,
	APIC_MT_SMI		= 2,
	APIC_MT_REMOTE_READ	= 3,
	APIC_MT_NMI		= 4,
	APIC_MT_INIT		= 5,
	APIC_MT_STARTUP		= 6,
	APIC_MT_EXTINT		= 7,
};

enum apic_shorthand {
	APIC_DSH_NONE		= 0,
	APIC_DSH_SELF		= 1,
	APIC_DSH_ALL		= 2,
	APIC_DSH_ALL_BUT_SELF	= 3,
};

enum apic_timer_mode {
	APIC_TIMER_ONE_SHOT	= 0,
	APIC_TIMER_PERIODIC	= 1,
	APIC_TIMER_TSC_DEADLINE	= 2,
};

#define APIC_ESR_SEND_ACCEPT	BIT32(2)
#define APIC_ESR_RECV_ACCEPT	BIT32(3)
#define APIC_ESR_SEND_VECTOR	BIT32(5)
#define APIC_ESR_RECV_VECTOR	BIT32(6)
#define APIC_ESR_REGISTER	BIT32(7)

LAYOUT_FIELD(APIC_ID);
LAYOUT_FIELD(APIC_VERSION_VER);
LAYOUT_FIELD(APIC_VERSION_MLE);
LAYOUT_FIELD(APIC_SVR_VECTOR);
LAYOUT_FIELD(APIC_VECTOR);
LAYOUT_FIELD(APIC_MT);
LAYOUT_FIELD(APIC_LVT_TMM);
LAYOUT_FIELD(APIC_ICR_DSH);
LAYOUT_FIELD(APIC_ICR_DEST);

/* -- I/O APIC: a window of two registers ------------------------------------------------------- */

#define IOAPIC_BASE		0xfec00000ull

enum {
	IOAPIC_INDEX		= 0x00,	/* in the window */
	IOAPIC_DATA		= 0x10,
	IOAPIC_REG_ID		= 0x00,	/* at the index */
	IOAPIC_REG_VERSION	= 0x01,	/* 23:16 pins, less one */
	IOAPIC_REG_ARBITRATION	= 0x02,
	IOAPIC_REG_REDIRECTION	= 0x10,	/* + 2n low, + 2n + 1 high */
	IOAPIC_PINS		= 24,
};

/* Redirection entry: fields 15:0 as in the interrupt command. */
#define IOAPIC_REDIR_LOW_POLARITY	BIT64(13)	/* active low */
#define IOAPIC_REDIR_REMOTE_IRR		BIT64(14)
#define IOAPIC_REDIR_MASKED		BIT64(16)
#define IOAPIC_REDIR_DEST_SHIFT		56
#define IOAPIC_REDIR_DEST_MASK		BITS64(63, 56)

LAYOUT_FIELD(IOAPIC_REDIR_DEST);

/* clang-format on */

#endif
