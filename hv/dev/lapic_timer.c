/* SPDX-License-Identifier: MIT */
/*
 * The LAPIC's timer: a count-down of LAPIC_TIMER_HZ, or a deadline of the TSC.
 *	[APM2 16.4.1 APIC Timer Interrupt]
 *
 * Nothing counts.  A start time and a deadline tell the count whenever somebody asks.
 */
#include "hv/dev/lapic.h"

#include "hv/dev/lapic_internal.h"

/* No guest may keep a host core busy with interrupts: periods below this are stretched. */
#define PERIOD_MIN_NS 20000ull
#define DELAY_MAX_NS  (1ull << 60)

/* The divisor: bits 3, 1, 0 of the register, where 7 means 1 and n means 2^(n + 1). */
static u32 divisor(const struct lapic_timer *t)
{
	u32 n = (t->divide >> 1 & 4) | (t->divide & 3);

	return n == 7 ? 1 : 2u << n;
}

/* Interrupts at `due`; with the lock held. */
static void run_until(struct lapic_timer *t, u64 due)
{
	t->running = true;
	t->due = due;
	timer_arm(&t->timer, due);
}

static void stop(struct lapic_timer *t)
{
	t->running = false;
	timer_cancel(&t->timer);
}

/* Counts down from `count`, from now on; with the lock held. */
static void load(struct lapic_timer *t, u32 count)
{
	t->count = count;
	t->start = timer_now();
	if (count)
		run_until(t, t->start + (u64)count * divisor(t));
	else
		stop(t);
}

/* With the lock held. */
static u32 current(const struct lapic *l, const struct lapic_timer *t)
{
	u64 ticks = (timer_now() - t->start) / divisor(t);

	if (!t->running || lapic_timer_mode(l) == APIC_TIMER_TSC_DEADLINE)
		return 0;
	if (ticks < t->count)
		return t->count - (u32)ticks;
	if (lapic_timer_mode(l) != APIC_TIMER_PERIODIC)
		return 0;
	return t->initial - (u32)((ticks - t->count) % t->initial);
}

/* The next period, those that nobody was told of in time skipped; with the lock held. */
static void next_period(struct lapic_timer *t)
{
	u64 now = timer_now();
	u64 period = (u64)t->initial * divisor(t);
	u64 late = now > t->due ? now - t->due : 0;
	u64 due;

	t->start = t->start + (u64)t->count * divisor(t);
	if (now > t->start)
		t->start += (now - t->start) / period * period;
	t->count = t->initial;
	due = t->start + period;
	if (late > period || due < now + PERIOD_MIN_NS)
		due = due < now + PERIOD_MIN_NS ? now + PERIOD_MIN_NS : due;
	run_until(t, due);
}

/* On the timers' thread.  It may be late: the guest may have changed its mind meanwhile. */
static void on_fire(void *ctx)
{
	struct lapic *l = ctx;
	struct lapic_timer *t = &l->timer;
	bool due;

	pthread_mutex_lock(&t->lock);
	due = t->running && timer_now() >= t->due;
	if (due && lapic_timer_mode(l) == APIC_TIMER_PERIODIC)
		next_period(t);
	else if (due)
		t->running = false;
	if (due)
		t->tsc_deadline = 0;
	pthread_mutex_unlock(&t->lock);
	if (due)
		lapic_local_event(l, LVT_TIMER);
}

void lapic_timer_init(struct lapic *l)
{
	pthread_mutex_init(&l->timer.lock, NULL);
	timer_init(&l->timer.timer, l->bus->cfg.timers, on_fire, l);
}

void lapic_timer_fini(struct lapic *l)
{
	timer_fini(&l->timer.timer);
	pthread_mutex_destroy(&l->timer.lock);
}

void lapic_timer_reset(struct lapic *l)
{
	struct lapic_timer *t = &l->timer;

	pthread_mutex_lock(&t->lock);
	stop(t);
	t->initial = t->count = t->divide = 0;
	t->tsc_deadline = 0;
	pthread_mutex_unlock(&t->lock);
}

u32 lapic_timer_current(struct lapic *l)
{
	u32 count;

	pthread_mutex_lock(&l->timer.lock);
	count = current(l, &l->timer);
	pthread_mutex_unlock(&l->timer.lock);
	return count;
}

void lapic_timer_set_initial(struct lapic *l, u32 count)
{
	struct lapic_timer *t = &l->timer;

	if (lapic_timer_mode(l) == APIC_TIMER_TSC_DEADLINE)
		return;
	pthread_mutex_lock(&t->lock);
	t->initial = count;
	load(t, count);
	pthread_mutex_unlock(&t->lock);
}

/* A running count goes on from where it is, at the new speed. */
void lapic_timer_set_divide(struct lapic *l, u32 divide)
{
	struct lapic_timer *t = &l->timer;
	u32 left;

	pthread_mutex_lock(&t->lock);
	left = current(l, t);
	t->divide = divide & 0xb;
	if (left)
		load(t, left);
	pthread_mutex_unlock(&t->lock);
}

void lapic_timer_set_mode(struct lapic *l, enum apic_timer_mode from, enum apic_timer_mode to)
{
	if (from == to || (from != APIC_TIMER_TSC_DEADLINE && to != APIC_TIMER_TSC_DEADLINE))
		return;
	pthread_mutex_lock(&l->timer.lock);
	stop(&l->timer);
	l->timer.tsc_deadline = 0;
	l->timer.initial = l->timer.count = 0;
	pthread_mutex_unlock(&l->timer.lock);
}

u64 lapic_timer_deadline(struct lapic *l)
{
	u64 tsc;

	pthread_mutex_lock(&l->timer.lock);
	tsc = l->timer.tsc_deadline;
	pthread_mutex_unlock(&l->timer.lock);
	return tsc;
}

/* Nanoseconds from now until the guest's TSC gets there. */
static u64 until_tsc(const struct lapic *l, u64 tsc)
{
	const struct apic_config *cfg = &l->bus->cfg;
	u64 now = cfg->ops->tsc(cfg->ctx, l->vcpu);
	unsigned __int128 ns;

	if (tsc <= now)
		return 0;
	ns = ((unsigned __int128)(tsc - now) * LAPIC_TIMER_HZ + cfg->tsc_hz - 1) / cfg->tsc_hz;
	return ns > DELAY_MAX_NS ? DELAY_MAX_NS : (u64)ns;
}

void lapic_timer_set_deadline(struct lapic *l, u64 tsc)
{
	struct lapic_timer *t = &l->timer;

	if (lapic_timer_mode(l) != APIC_TIMER_TSC_DEADLINE)
		return;
	pthread_mutex_lock(&t->lock);
	t->tsc_deadline = tsc;
	if (tsc)
		run_until(t, timer_now() + until_tsc(l, tsc));
	else
		stop(t);
	pthread_mutex_unlock(&t->lock);
}
