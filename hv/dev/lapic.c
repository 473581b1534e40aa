/* SPDX-License-Identifier: MIT */
/* Local APIC: from IRR by way of priority to ISR and EOI; reset.	[APM2 16.6 Interrupt Handling] */
#include "hv/dev/lapic.h"

#include "hv/dev/lapic_internal.h"

static bool test_bit(const _Atomic u32 *words, u8 v)
{
	return atomic_load_explicit(&words[v / 32], memory_order_relaxed) & BIT32(v % 32);
}

static void clear_bit(_Atomic u32 *words, u8 v)
{
	atomic_fetch_and(&words[v / 32], ~BIT32(v % 32));
}

/* Gives whether it was clear. */
static bool set_bit(_Atomic u32 *words, u8 v)
{
	return !(atomic_fetch_or(&words[v / 32], BIT32(v % 32)) & BIT32(v % 32));
}

/* The highest vector whose bit is set, or -1. */
static int highest(const _Atomic u32 *words)
{
	for (int i = APIC_WORDS - 1; i >= 0; i--) {
		u32 word = atomic_load(&words[i]);

		if (word)
			return 32 * i + 31 - __builtin_clz(word);
	}
	return -1;
}

/* The higher class of TPR and of the interrupt in service.	[APM2 16.6.4] */
static void update_ppr(struct lapic *l)
{
	int in_service = highest(l->isr);
	u32 class = in_service < 0 ? 0 : (u32)in_service & 0xf0;
	u32 tpr = l->tpr;

	l->ppr = (tpr & 0xf0) >= class ? tpr : class;
}

bool lapic_raise(struct lapic *l, u8 vector, bool level)
{
	if (!(l->svr & APIC_SVR_ASE))
		return false;
	if (vector < APIC_VECTOR_FIRST) {
		lapic_error(l, APIC_ESR_RECV_VECTOR);
		return true;
	}
	if (level)
		set_bit(l->tmr, vector);
	else
		clear_bit(l->tmr, vector);
	if (set_bit(l->irr, vector))
		l->bus->cfg.ops->kick(l->bus->cfg.ctx, l->vcpu);
	return true;
}

void lapic_error(struct lapic *l, u32 bits)
{
	u32 entry = l->lvt[LVT_ERROR];
	u32 old;

	/* A vector that is itself an error must not report itself for ever. */
	if ((entry & APIC_VECTOR_MASK) < APIC_VECTOR_FIRST && !(entry & APIC_LVT_MASKED)) {
		bits |= APIC_ESR_RECV_VECTOR;
		entry |= APIC_LVT_MASKED;
	}
	old = atomic_fetch_or(&l->errors, bits);
	if ((bits & ~old) && !(entry & APIC_LVT_MASKED))
		lapic_raise(l, (u8)(entry & APIC_VECTOR_MASK), false);
}

void lapic_local_event(struct lapic *l, enum lapic_lvt which)
{
	u32 entry = l->lvt[which];

	if (!lapic_is_on(l) || (entry & APIC_LVT_MASKED))
		return;
	switch ((entry & APIC_MT_MASK) >> APIC_MT_SHIFT) {
	case APIC_MT_FIXED:
		lapic_raise(l, (u8)(entry & APIC_VECTOR_MASK), false);
		break;
	case APIC_MT_NMI:
		l->bus->cfg.ops->nmi(l->bus->cfg.ctx, l->vcpu);
		break;
	default:
		break;
	}
}

int lapic_pending(const struct lapic *l)
{
	int v = highest(l->irr);

	if (v < 0 || (u32)v >> 4 <= l->ppr >> 4)
		return -1;
	return lapic_is_on(l) && (l->svr & APIC_SVR_ASE) ? v : -1;
}

void lapic_accept(struct lapic *l, u8 vector)
{
	clear_bit(l->irr, vector);
	set_bit(l->isr, vector);
	update_ppr(l);
}

static void end_of_interrupt(struct lapic *l)
{
	int v = highest(l->isr);

	if (v < 0)
		return;
	clear_bit(l->isr, (u8)v);
	update_ppr(l);
	if (test_bit(l->tmr, (u8)v) && l->bus->eoi)
		l->bus->eoi(l->bus->eoi_ctx, (u8)v);
}

u8 lapic_tpr(const struct lapic *l)
{
	return (u8)l->tpr;
}

void lapic_set_tpr(struct lapic *l, u8 tpr)
{
	l->tpr = tpr;
	update_ppr(l);
}

bool lapic_accepts_extint(const struct lapic *l)
{
	u32 entry = l->lvt[LVT_LINT0];

	return !lapic_is_on(l) || (!(entry & APIC_LVT_MASKED) &&
				   (entry & APIC_MT_MASK) >> APIC_MT_SHIFT == APIC_MT_EXTINT);
}

void lapic_reset_init(struct lapic *l)
{
	lapic_timer_reset(l);
	for (unsigned i = 0; i < APIC_WORDS; i++)
		l->irr[i] = l->tmr[i] = l->isr[i] = 0;
	for (unsigned i = 0; i < LVT_COUNT; i++)
		l->lvt[i] = APIC_LVT_MASKED;
	l->tpr = l->ppr = l->ldr = 0;
	l->dfr = APIC_DFR_FLAT;
	l->svr = APIC_SVR_VECTOR_MASK;
	l->errors = l->esr = l->icr_low = l->icr_high = 0;
}

void lapic_reset(struct lapic *l)
{
	l->base = APIC_BASE_INIT | APIC_BASE_EN | (l->vcpu == 0 ? APIC_BASE_BSP : 0);
	lapic_reset_init(l);
}

/* -- registers ------------------------------------------------------------------------------- */

enum { APIC_VERSION_AMD = 0x10 };

static u32 read_id(const struct lapic *l)
{
	return lapic_is_x2(l) ? l->vcpu : l->vcpu << APIC_ID_SHIFT;
}

/* In x2APIC mode made from the ID: a cluster of 16. */
static u32 read_ldr(const struct lapic *l)
{
	return lapic_is_x2(l) ? (l->vcpu >> 4) << 16 | BIT32(l->vcpu & 0xf) : l->ldr;
}

/* The register of a vector bitmap: word n stands at base + 10h n. */
static bool is_bitmap(u32 reg, u32 base)
{
	return reg >= base && reg < base + 0x10 * APIC_WORDS;
}

static u32 read_wide(struct lapic *l, u32 reg)
{
	if (is_bitmap(reg, APIC_ISR))
		return l->isr[(reg - APIC_ISR) / 0x10];
	if (is_bitmap(reg, APIC_TMR))
		return l->tmr[(reg - APIC_TMR) / 0x10];
	if (is_bitmap(reg, APIC_IRR))
		return l->irr[(reg - APIC_IRR) / 0x10];
	if (reg >= APIC_LVT_TIMER && reg <= APIC_LVT_ERROR)
		return l->lvt[(reg - APIC_LVT_TIMER) / 0x10];
	lapic_error(l, APIC_ESR_REGISTER);
	return 0;
}

u32 lapic_register_read(struct lapic *l, u32 reg)
{
	switch (reg) {
	case APIC_ID:
		return read_id(l);
	case APIC_VERSION:
		return APIC_VERSION_AMD | (LVT_COUNT - 1) << APIC_VERSION_MLE_SHIFT;
	case APIC_TPR:
		return l->tpr;
	case APIC_APR:
	case APIC_PPR:
		return l->ppr;
	case APIC_EOI:
	case APIC_RRR:
		return 0;
	case APIC_LDR:
		return read_ldr(l);
	case APIC_DFR:
		return l->dfr;
	case APIC_SVR:
		return l->svr;
	case APIC_ESR:
		return l->esr;
	case APIC_ICR_LOW:
		return l->icr_low;
	case APIC_ICR_HIGH:
		return l->icr_high;
	case APIC_TIMER_INITIAL:
		return l->timer.initial;
	case APIC_TIMER_CURRENT:
		return lapic_timer_current(l);
	case APIC_TIMER_DIVIDE:
		return l->timer.divide;
	default:
		return read_wide(l, reg);
	}
}

/* What software may write of each entry. */
static const u32 lvt_writable[LVT_COUNT] = {
	[LVT_TIMER] = APIC_VECTOR_MASK | APIC_LVT_MASKED | APIC_LVT_TMM_MASK,
	[LVT_THERMAL] = APIC_VECTOR_MASK | APIC_MT_MASK | APIC_LVT_MASKED,
	[LVT_PERF] = APIC_VECTOR_MASK | APIC_MT_MASK | APIC_LVT_MASKED,
	[LVT_LINT0] =
		APIC_VECTOR_MASK | APIC_MT_MASK | APIC_TGM_LEVEL | APIC_LVT_MASKED | BIT32(13),
	[LVT_LINT1] =
		APIC_VECTOR_MASK | APIC_MT_MASK | APIC_TGM_LEVEL | APIC_LVT_MASKED | BIT32(13),
	[LVT_ERROR] = APIC_VECTOR_MASK | APIC_LVT_MASKED,
};

static void write_lvt(struct lapic *l, enum lapic_lvt which, u32 value)
{
	enum apic_timer_mode old = lapic_timer_mode(l);

	value &= lvt_writable[which];
	if (which == LVT_TIMER && !l->bus->cfg.tsc_deadline)
		value &= ~BIT32(APIC_LVT_TMM_SHIFT + 1);
	if (!(l->svr & APIC_SVR_ASE))
		value |= APIC_LVT_MASKED;
	l->lvt[which] = value;
	if (which == LVT_TIMER)
		lapic_timer_set_mode(l, old, lapic_timer_mode(l));
}

/* Disabled by software, the local sources are masked.	[APM2 16.4.7] */
static void write_svr(struct lapic *l, u32 value)
{
	l->svr = value & (APIC_SVR_VECTOR_MASK | APIC_SVR_ASE | BIT32(9));
	if (!(value & APIC_SVR_ASE))
		for (unsigned i = 0; i < LVT_COUNT; i++)
			l->lvt[i] |= APIC_LVT_MASKED;
}

static void write_icr(struct lapic *l, u32 value)
{
	u32 dest = (l->icr_high & APIC_ICR_DEST_MASK) >> APIC_ICR_DEST_SHIFT;

	l->icr_low = value & ~APIC_DS_PENDING;
	if (dest == 0xff && !(value & APIC_DM_LOGICAL))
		dest = APIC_DEST_ALL;
	lapic_send_ipi(l, value, dest);
}

static void write_others(struct lapic *l, u32 reg, u32 value)
{
	bool read_only = reg == APIC_VERSION || reg == APIC_APR || reg == APIC_PPR ||
			 reg == APIC_RRR || reg == APIC_ID || reg == APIC_TIMER_CURRENT ||
			 (reg >= APIC_ISR && reg < APIC_ESR);

	if (reg >= APIC_LVT_TIMER && reg <= APIC_LVT_ERROR)
		write_lvt(l, (enum lapic_lvt)((reg - APIC_LVT_TIMER) / 0x10), value);
	else if (!read_only)
		lapic_error(l, APIC_ESR_REGISTER);
}

void lapic_register_write(struct lapic *l, u32 reg, u32 value)
{
	switch (reg) {
	case APIC_TPR:
		lapic_set_tpr(l, (u8)value);
		break;
	case APIC_EOI:
		end_of_interrupt(l);
		break;
	case APIC_LDR:
		l->ldr = value & APIC_ID_MASK;
		break;
	case APIC_DFR:
		l->dfr = value | 0x0fffffff;
		break;
	case APIC_SVR:
		write_svr(l, value);
		break;
	case APIC_ESR:
		l->esr = atomic_exchange(&l->errors, 0);
		break;
	case APIC_ICR_LOW:
		write_icr(l, value);
		break;
	case APIC_ICR_HIGH:
		l->icr_high = value & APIC_ICR_DEST_MASK;
		break;
	case APIC_TIMER_INITIAL:
		lapic_timer_set_initial(l, value);
		break;
	case APIC_TIMER_DIVIDE:
		lapic_timer_set_divide(l, value);
		break;
	default:
		write_others(l, reg, value);
		break;
	}
}

u64 lapic_page(const struct lapic *l)
{
	u64 base = l->base;

	return lapic_is_on(l) && !lapic_is_x2(l) ? base & APIC_BASE_ADDR_MASK : LAPIC_NO_PAGE;
}

u64 lapic_mmio_read(struct lapic *l, u64 offset, unsigned size)
{
	if (size != 4 || offset % 0x10 || offset >= APIC_PAGE_SIZE)
		return size >= 8 ? ~0ull : BIT64(8 * size) - 1;
	return lapic_register_read(l, (u32)offset);
}

void lapic_mmio_write(struct lapic *l, u64 offset, unsigned size, u64 value)
{
	if (size == 4 && offset % 0x10 == 0 && offset < APIC_PAGE_SIZE)
		lapic_register_write(l, (u32)offset, (u32)value);
}
