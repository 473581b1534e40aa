/* SPDX-License-Identifier: MIT */
/*
 * Deadlines for devices: a list in order of deadline, and a thread that sleeps until its head.
 *
 * One lock protects the list, every timer's armed, deadline and next, and which timer's callback
 * runs; it is not held while a callback runs.  Timers are few, one a vCPU and some for devices.
 */
#include "hv/dev/timer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/bug.h"

#define NS_PER_S 1000000000ull

struct timer_service {
	pthread_mutex_t lock;
	pthread_cond_t changed; /* a new head, or the end */
	pthread_cond_t idle;    /* a callback has returned */
	pthread_t thread;
	struct timer *head;
	const struct timer *running;
	bool stop;
};

u64 timer_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * NS_PER_S + (u64)ts.tv_nsec;
}

/* With the lock held.  The head changes at the earliest at its deadline, or when somebody says so. */
static void sleep_until_head(struct timer_service *s)
{
	struct timespec until;

	if (!s->head) {
		pthread_cond_wait(&s->changed, &s->lock);
		return;
	}
	until.tv_sec = (time_t)(s->head->deadline / NS_PER_S);
	until.tv_nsec = (long)(s->head->deadline % NS_PER_S);
	pthread_cond_timedwait(&s->changed, &s->lock, &until);
}

/* With the lock held; releases it around the callback. */
static void fire_head(struct timer_service *s)
{
	struct timer *t = s->head;
	void (*fire)(void *) = t->fire;
	void *ctx = t->ctx;

	s->head = t->next;
	t->armed = false;
	s->running = t;
	pthread_mutex_unlock(&s->lock);
	fire(ctx);
	pthread_mutex_lock(&s->lock);
	s->running = NULL;
	pthread_cond_broadcast(&s->idle);
}

static void *run(void *arg)
{
	struct timer_service *s = arg;

	pthread_mutex_lock(&s->lock);
	while (!s->stop) {
		if (s->head && s->head->deadline <= timer_now())
			fire_head(s);
		else
			sleep_until_head(s);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

struct timer_service *timer_service_new(struct error *err)
{
	struct timer_service *s = calloc(1, sizeof(*s));
	pthread_condattr_t monotonic;

	if (!s) {
		error_set(err, ENOMEM, "timers: out of memory");
		return NULL;
	}
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, &monotonic);
	pthread_cond_init(&s->idle, NULL);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&s->thread, NULL, run, s)) {
		error_set(err, EAGAIN, "timers: cannot start a thread");
		free(s);
		return NULL;
	}
	return s;
}

void timer_service_free(struct timer_service *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->stop = true;
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	BUG_ON(s->head);
	pthread_cond_destroy(&s->changed);
	pthread_cond_destroy(&s->idle);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

void timer_init(struct timer *t, struct timer_service *s, void (*fire)(void *ctx), void *ctx)
{
	*t = (struct timer){.service = s, .fire = fire, .ctx = ctx};
}

/* With the lock held. */
static void take_out(struct timer *t)
{
	struct timer **at = &t->service->head;

	if (!t->armed)
		return;
	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	t->armed = false;
}

void timer_fini(struct timer *t)
{
	struct timer_service *s = t->service;

	pthread_mutex_lock(&s->lock);
	for (;;) {
		take_out(t); /* again after each wait: the callback may have armed it */
		if (s->running != t)
			break;
		pthread_cond_wait(&s->idle, &s->lock);
	}
	pthread_mutex_unlock(&s->lock);
}

void timer_arm(struct timer *t, u64 deadline_ns)
{
	struct timer_service *s = t->service;
	struct timer **at = &s->head;

	pthread_mutex_lock(&s->lock);
	take_out(t);
	while (*at && (*at)->deadline <= deadline_ns)
		at = &(*at)->next;
	t->deadline = deadline_ns;
	t->next = *at;
	t->armed = true;
	*at = t;
	if (s->head == t)
		pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

void timer_cancel(struct timer *t)
{
	pthread_mutex_lock(&t->service->lock);
	take_out(t);
	pthread_mutex_unlock(&t->service->lock);
}
