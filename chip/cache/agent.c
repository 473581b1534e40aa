/* SPDX-License-Identifier: MIT */
/*
 * Agents: who holds mappings, and how they are made to drop them.
 *
 * A request stands on the stack of who makes it and is pushed on the agent's list; the agent takes
 * the whole list, drops, and counts each request down.  An agent that does not run is borrowed: its
 * state is locked against running, and the list is served by whoever has an interest in it, that
 * is, by each who waits for an answer.  So parking and running need not look at the list.
 */
#include "base/bug.h"

#include "chip/cache/internal.h"

/* BORROWED is a bit beside FREE or PARKED; a free agent has no mappings, and answers at once. */
enum agent_state { AGENT_FREE = 0, AGENT_PARKED = 1, AGENT_RUNNING = 2, AGENT_BORROWED = 4 };

struct cache_request {
	struct cache_request *next;
	spa_t page;
	enum cache_drop what;
	_Atomic u32 *left; /* answers still missing; gone when it reaches 0 */
};

/* -- answering ------------------------------------------------------------------------------- */

/* The caller runs the agent or has borrowed it. */
static void answer_all(struct cache_agent *a)
{
	struct cache_request *r, *next;

	atomic_fetch_and_explicit(&a->pending, ~CACHE_PENDING, memory_order_acq_rel);
	r = atomic_exchange_explicit(&a->requests, NULL, memory_order_acquire);
	for (; r; r = next) {
		next = r->next;
		if (a->ops)
			a->ops->drop(a->ctx, r->page, r->what);
		atomic_fetch_sub_explicit(r->left, 1, memory_order_release);
	}
}

/* From `from` to borrowed; false: it is in another state, or someone else's. */
static bool borrow(struct cache_agent *a, u32 from)
{
	return atomic_compare_exchange_strong_explicit(&a->state, &from, from | AGENT_BORROWED,
						       memory_order_acquire, memory_order_relaxed);
}

static void hand_back(struct cache_agent *a, u32 as)
{
	atomic_store_explicit(&a->state, as, memory_order_release);
}

/* Answers in place of an agent that does not run; does nothing for one that does. */
static void answer_for(struct cache_agent *a)
{
	u32 state = atomic_load_explicit(&a->state, memory_order_relaxed);

	if (!atomic_load_explicit(&a->requests, memory_order_relaxed))
		return;
	if ((state == AGENT_PARKED || state == AGENT_FREE) && borrow(a, state)) {
		answer_all(a);
		hand_back(a, state);
	}
}

void cache_agent_poll(struct cache_agent *a)
{
	BUG_ON(!cache_agent_runs(a));
	answer_all(a);
}

/* -- asking ---------------------------------------------------------------------------------- */

static void post(struct cache_agent *a, struct cache_request *r)
{
	r->next = atomic_load_explicit(&a->requests, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(&a->requests, &r->next, r,
						      memory_order_release, memory_order_relaxed))
		;
	atomic_fetch_or_explicit(&a->pending, CACHE_PENDING, memory_order_release);
}

static unsigned next_agent(u64 *who)
{
	unsigned index = (unsigned)__builtin_ctzll(*who);

	*who &= *who - 1;
	return index;
}

static void await(struct cache *c, struct cache_agent *a, u64 who, _Atomic u32 *left)
{
	struct cache_wait w = {0};

	for (;;) {
		for (u64 rest = who; rest;)
			answer_for(&c->agent[next_agent(&rest)]);
		if (atomic_load_explicit(left, memory_order_acquire) == 0)
			return;
		cache_wait_step(&w, a);
	}
}

void cache_agents_drop(struct cache *c, struct cache_agent *a, u64 who, spa_t page,
		       enum cache_drop what)
{
	struct cache_request request[CACHE_AGENTS_MAX];
	_Atomic u32 left;

	BUG_ON(a && !cache_agent_runs(a));
	if (!who)
		return;
	atomic_fetch_add_explicit(&c->shootdowns, 1, memory_order_relaxed);
	if (a && who & BIT64(a->index)) {
		a->ops->drop(a->ctx, page, what);
		who &= ~BIT64(a->index);
	}
	if (!who)
		return;
	atomic_init(&left, (u32)__builtin_popcountll(who));
	for (u64 rest = who; rest;) {
		unsigned i = next_agent(&rest);

		request[i] = (struct cache_request){.page = page, .what = what, .left = &left};
		post(&c->agent[i], &request[i]);
	}
	await(c, a, who, &left);
}

/* -- coming and going ------------------------------------------------------------------------ */

/* Waits out a borrower, who is only passing; false: the place is taken. */
static bool claim(struct cache_agent *a)
{
	struct cache_wait w = {0};

	while (!borrow(a, AGENT_FREE)) {
		if (atomic_load_explicit(&a->state, memory_order_relaxed) &
		    (AGENT_PARKED | AGENT_RUNNING))
			return false;
		cache_wait_step(&w, NULL);
	}
	return true;
}

/*
 * Pages may still name the place's last agent in their masks; the new one is then asked to drop
 * what it never had.
 */
struct cache_agent *cache_agent_new(struct cache *c, const struct cache_agent_ops *ops, void *ctx)
{
	for (unsigned i = 0; i < CACHE_AGENTS_MAX; i++) {
		struct cache_agent *a = &c->agent[i];

		if (!claim(a))
			continue;
		a->index = i;
		a->ops = ops;
		a->ctx = ctx;
		/* A request to the last one may be there still, with someone waiting for it. */
		atomic_fetch_and_explicit(&a->pending, CACHE_PENDING, memory_order_relaxed);
		hand_back(a, AGENT_PARKED);
		return a;
	}
	return NULL;
}

void cache_agent_free(struct cache_agent *a)
{
	struct cache_wait w = {0};

	BUG_ON(cache_agent_runs(a));
	while (!borrow(a, AGENT_PARKED))
		cache_wait_step(&w, NULL);
	a->ops = NULL;
	a->ctx = NULL;
	hand_back(a, AGENT_FREE);
}

void cache_agent_run(struct cache_agent *a)
{
	struct cache_wait w = {0};
	u32 state = AGENT_PARKED;

	while (!atomic_compare_exchange_strong_explicit(
		&a->state, &state, AGENT_RUNNING, memory_order_acquire, memory_order_relaxed)) {
		BUG_ON(!(state & AGENT_BORROWED));
		cache_wait_step(&w, NULL);
		state = AGENT_PARKED;
	}
}

void cache_agent_park(struct cache_agent *a)
{
	BUG_ON(!cache_agent_runs(a));
	hand_back(a, AGENT_PARKED);
}

bool cache_agent_runs(const struct cache_agent *a)
{
	return atomic_load_explicit(&a->state, memory_order_relaxed) == AGENT_RUNNING;
}

_Atomic u32 *cache_agent_pending(struct cache_agent *a)
{
	return &a->pending;
}
