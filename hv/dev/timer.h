/* SPDX-License-Identifier: MIT */
/*
 * Deadlines for devices: one host thread that sleeps until the next of them.
 *
 * Callbacks run on that thread, one at a time, without a lock of the service held: a callback may
 * arm and cancel timers, its own too.  With no timer armed the thread sleeps for good.
 */
#ifndef HV_DEV_TIMER_H
#define HV_DEV_TIMER_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"

struct timer_service;

/* Owned by the device; everything in it belongs to the service. */
struct timer {
	struct timer_service *service;
	void (*fire)(void *ctx);
	void *ctx;
	bool armed;
	u64 deadline;
	struct timer *next;
};

/* NULL with *err set: no memory or no thread. */
struct timer_service *timer_service_new(struct error *err) MUST_CHECK;

/* Stops the thread, having waited for a callback that runs.  All timers must be finished.  NULL is fine. */
void timer_service_free(struct timer_service *s);

/* Nanoseconds of CLOCK_MONOTONIC. */
u64 timer_now(void);

/* A timer that is not armed.  Service and ctx are kept. */
void timer_init(struct timer *t, struct timer_service *s, void (*fire)(void *ctx), void *ctx);

/* Not armed any more, and its callback does not run: the memory may go.  Not from a callback. */
void timer_fini(struct timer *t);

/*
 * Calls fire() once, at deadline_ns of timer_now() or soon after; a deadline that has passed is due
 * now.  Replaces the deadline of an armed timer.
 */
void timer_arm(struct timer *t, u64 deadline_ns);

/* Not armed any more; a callback that already runs goes on. */
void timer_cancel(struct timer *t);

#endif
