/* SPDX-License-Identifier: MIT */
/*
 * How a thread waits, and the one-holder lock.
 *
 * Most waits are for a copy of 4 KiB or for a core to come to its next poll: shorter than a system
 * call.  But there may be many more threads than host cores, and the one waited for may not be on
 * any, so the processor is soon offered to it, and a long wait (the SP with a page to itself) costs
 * next to nothing.  Nobody is woken: a waiter looks for two things, what it waits for and requests
 * to its own agent, and no host primitive sleeps on both.
 */
#include <sched.h>
#include <time.h>

#include "chip/cache/internal.h"

enum { WAIT_SPINS = 64, WAIT_YIELDS = 128, WAIT_NAP_NS = 20000 };

void cache_wait_step(struct cache_wait *w, struct cache_agent *a)
{
	const struct timespec nap = {.tv_nsec = WAIT_NAP_NS};

	if (a && atomic_load_explicit(&a->pending, memory_order_relaxed) & CACHE_PENDING)
		cache_agent_poll(a);
	if (w->steps < WAIT_SPINS)
		__builtin_ia32_pause();
	else if (w->steps < WAIT_SPINS + WAIT_YIELDS)
		sched_yield();
	else
		nanosleep(&nap, NULL);
	w->steps++;
}

bool cache_lock_try(_Atomic u32 *lock)
{
	return atomic_load_explicit(lock, memory_order_relaxed) == 0 &&
	       atomic_exchange_explicit(lock, 1, memory_order_acquire) == 0;
}

void cache_lock(_Atomic u32 *lock, struct cache_agent *a)
{
	struct cache_wait w = {0};

	while (!cache_lock_try(lock))
		cache_wait_step(&w, a);
}

void cache_unlock(_Atomic u32 *lock)
{
	atomic_store_explicit(lock, 0, memory_order_release);
}
