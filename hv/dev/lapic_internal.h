/* SPDX-License-Identifier: MIT */
/*
 * One LAPIC inside, and who may touch what.
 *
 * Atomic words are read and written by any thread with no lock: relaxed for registers, since each
 * stands alone; sequentially consistent for IRR, whose setter then wakes the vCPU.  TMR of a vector
 * is set before its IRR bit.  timer.lock protects the timer's fields; it is taken before the timer
 * service's own lock, and no callback of apic_ops is called with it held, but for tsc().
 */
#ifndef HV_DEV_LAPIC_INTERNAL_H
#define HV_DEV_LAPIC_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "abi/apic.h"
#include "abi/msr.h"
#include "hv/dev/lapic.h"

enum { APIC_VECTORS = 256, APIC_WORDS = APIC_VECTORS / 32, APIC_VECTOR_FIRST = 16 };

enum lapic_lvt {
	LVT_TIMER,
	LVT_THERMAL,
	LVT_PERF,
	LVT_LINT0,
	LVT_LINT1,
	LVT_ERROR,
	LVT_COUNT,
};

struct lapic_timer {
	pthread_mutex_t lock;
	struct timer timer;
	u32 initial;
	u32 divide; /* as in the register */
	bool running;
	u32 count;      /* ticks that were left at `start` */
	u64 start, due; /* of timer_now() */
	u64 tsc_deadline;
};

struct lapic {
	struct apic_bus *bus;
	unsigned vcpu;
	_Atomic u64 base; /* APIC_BASE */
	_Atomic u32 irr[APIC_WORDS], tmr[APIC_WORDS], isr[APIC_WORDS];
	_Atomic u32 tpr, ppr;      /* ppr follows tpr and isr */
	_Atomic u32 ldr, dfr, svr; /* ldr of xAPIC mode */
	_Atomic u32 lvt[LVT_COUNT];
	_Atomic u32 errors; /* since the last write of ESR */
	u32 esr, icr_low, icr_high;
	struct lapic_timer timer;
};

struct apic_bus {
	struct apic_config cfg;
	void (*eoi)(void *ctx, u8 vector);
	void *eoi_ctx;
	struct lapic lapic[];
};

static inline bool lapic_is_on(const struct lapic *l)
{
	return atomic_load_explicit(&l->base, memory_order_relaxed) & APIC_BASE_EN;
}

static inline bool lapic_is_x2(const struct lapic *l)
{
	return atomic_load_explicit(&l->base, memory_order_relaxed) & APIC_BASE_EXTD;
}

/* Any thread.  An interrupt arrives; false: the APIC is disabled by software. */
bool lapic_raise(struct lapic *l, u8 vector, bool level);

/* Any thread.  The event of a local vector table entry happens. */
void lapic_local_event(struct lapic *l, enum lapic_lvt which);

/* Any thread.  Bits of ESR. */
void lapic_error(struct lapic *l, u32 bits);

/* The register at an offset, in the form of xAPIC mode but for the ID and LDR. */
u32 lapic_register_read(struct lapic *l, u32 reg);
void lapic_register_write(struct lapic *l, u32 reg, u32 value);

/* Sends what an interrupt command says to `dest`. */
void lapic_send_ipi(struct lapic *l, u32 command, u32 dest);

/* -- timer ----------------------------------------------------------------------------------- */

void lapic_timer_init(struct lapic *l);
void lapic_timer_fini(struct lapic *l);
void lapic_timer_reset(struct lapic *l);
u32 lapic_timer_current(struct lapic *l);
void lapic_timer_set_initial(struct lapic *l, u32 count);
void lapic_timer_set_divide(struct lapic *l, u32 divide);
/* The mode in its LVT changed: what ran in or for deadline mode stops. */
void lapic_timer_set_mode(struct lapic *l, enum apic_timer_mode from, enum apic_timer_mode to);
u64 lapic_timer_deadline(struct lapic *l);
void lapic_timer_set_deadline(struct lapic *l, u64 tsc);

static inline enum apic_timer_mode lapic_timer_mode(const struct lapic *l)
{
	return (enum apic_timer_mode)((l->lvt[LVT_TIMER] & APIC_LVT_TMM_MASK) >>
				      APIC_LVT_TMM_SHIFT);
}

#endif
