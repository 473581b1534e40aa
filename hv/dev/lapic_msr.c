/* SPDX-License-Identifier: MIT */
/* LAPIC by MSR: APIC_BASE, the TSC deadline, and x2APIC mode.	[APM2 16.3.1, 16.9 x2APIC] */
#include "hv/dev/lapic.h"

#include "hv/dev/lapic_internal.h"

bool lapic_owns_msr(u32 msr)
{
	return msr == MSR_APIC_BASE || msr == MSR_TSC_DEADLINE ||
	       (msr >= MSR_X2APIC_FIRST && msr <= MSR_X2APIC_LAST);
}

/*
 * Modes change between disabled, xAPIC, x2APIC in this order, and from x2APIC to disabled; whoever leaves
 * enabled mode finds the APIC reset.  Which vCPU is the BSP is not software's to say.	[APM2 16.9.1]
 */
static bool write_base(struct lapic *l, u64 value)
{
	u64 mode = value & (APIC_BASE_EN | APIC_BASE_EXTD);
	u64 old = l->base & (APIC_BASE_EN | APIC_BASE_EXTD);
	u64 known = APIC_BASE_ADDR_MASK | APIC_BASE_EN | APIC_BASE_EXTD | APIC_BASE_BSP;

	if ((value & ~known) || mode == APIC_BASE_EXTD ||
	    ((mode & APIC_BASE_EXTD) && !l->bus->cfg.x2apic))
		return false;
	if (old & APIC_BASE_EXTD ? mode == APIC_BASE_EN : !old && (mode & APIC_BASE_EXTD))
		return false;
	if (old && !mode)
		lapic_reset_init(l);
	l->base = (value & ~APIC_BASE_BSP) | (l->base & APIC_BASE_BSP);
	return true;
}

/* Registers of x2APIC mode, and whether they can be read and written. */
static bool x2_has(u32 reg, bool write)
{
	switch (reg) {
	case APIC_EOI:
	case APIC_SELF_IPI:
		return write;
	case APIC_ID:
	case APIC_VERSION:
	case APIC_PPR:
	case APIC_LDR:
	case APIC_TIMER_CURRENT:
		return !write;
	case APIC_TPR:
	case APIC_SVR:
	case APIC_ESR:
	case APIC_ICR_LOW:
	case APIC_TIMER_INITIAL:
	case APIC_TIMER_DIVIDE:
		return true;
	default:
		return (reg >= APIC_LVT_TIMER && reg <= APIC_LVT_ERROR) ||
		       (reg >= APIC_ISR && reg < APIC_ESR && !write);
	}
}

static bool x2_read(struct lapic *l, u32 reg, u64 *value)
{
	if (!lapic_is_x2(l) || !x2_has(reg, false))
		return false;
	*value = lapic_register_read(l, reg);
	if (reg == APIC_ICR_LOW)
		*value |= (u64)l->icr_high << 32;
	return true;
}

static void x2_write_icr(struct lapic *l, u64 value)
{
	l->icr_low = (u32)value & ~APIC_DS_PENDING;
	l->icr_high = (u32)(value >> 32);
	lapic_send_ipi(l, (u32)value, l->icr_high);
}

static bool x2_write(struct lapic *l, u32 reg, u64 value)
{
	bool zero_only = reg == APIC_EOI || reg == APIC_ESR;

	if (!lapic_is_x2(l) || !x2_has(reg, true) || (zero_only && value))
		return false;
	if (reg == APIC_ICR_LOW) {
		x2_write_icr(l, value);
		return true;
	}
	if (value >> 32 || ((reg == APIC_TPR || reg == APIC_SELF_IPI) && value >> 8))
		return false;
	if (reg == APIC_SELF_IPI)
		lapic_send_ipi(l, (u32)value | APIC_DSH_SELF << APIC_ICR_DSH_SHIFT, 0);
	else
		lapic_register_write(l, reg, (u32)value);
	return true;
}

bool lapic_msr_read(struct lapic *l, u32 msr, u64 *value)
{
	if (msr == MSR_APIC_BASE) {
		*value = l->base;
		return true;
	}
	if (msr == MSR_TSC_DEADLINE) {
		*value = lapic_timer_deadline(l);
		return l->bus->cfg.tsc_deadline;
	}
	return lapic_owns_msr(msr) && x2_read(l, (msr - MSR_X2APIC_FIRST) * 0x10, value);
}

bool lapic_msr_write(struct lapic *l, u32 msr, u64 value)
{
	if (msr == MSR_APIC_BASE)
		return write_base(l, value);
	if (msr == MSR_TSC_DEADLINE) {
		if (l->bus->cfg.tsc_deadline)
			lapic_timer_set_deadline(l, value);
		return l->bus->cfg.tsc_deadline;
	}
	return lapic_owns_msr(msr) && x2_write(l, (msr - MSR_X2APIC_FIRST) * 0x10, value);
}
