/* SPDX-License-Identifier: MIT */
/* The model of the stress test. */
#include "chip/cache/stress_testbed.h"

#include <stdio.h>

#include "base/bytes.h"

u64 stress_rnd(struct stress_thread *t, u64 below)
{
	t->random ^= t->random << 13;
	t->random ^= t->random >> 7;
	t->random ^= t->random << 17;
	return (t->random >> 11) % below;
}

/* -- the model ------------------------------------------------------------------------------- */

view_t stress_view_of(unsigned page)
{
	return page % 4 == 3 ? VIEW_RAW : VIEW_KEY(1 + page % 3);
}

spa_t stress_block_of(unsigned page, unsigned writer)
{
	return SPA(page * PAGE_SIZE + (writer * 37 + 5) * MEE_BLOCK);
}

spa_t stress_word_at(unsigned page, unsigned writer, unsigned word)
{
	return SPA(stress_block_of(page, writer).v + word * 8);
}

spa_t stress_counter_of(unsigned page)
{
	return SPA(page * PAGE_SIZE + 250 * MEE_BLOCK);
}

u64 stress_stamp(unsigned page, unsigned writer, unsigned word, u32 seq)
{
	return (u64)(writer + 1) << 56 | (u64)page << 40 | (u64)(word + 1) << 32 | seq;
}

void stress_complain(struct stress_thread *t, const char *how, unsigned page, u64 v)
{
	if (atomic_fetch_add(&t->m->failures, 1) == 0)
		fprintf(stderr, "thread %u, page %u: %s: %#llx\n", t->id, page, how,
			(unsigned long long)v);
}

u32 stress_note(const _Atomic u32 *what)
{
	u32 v;

	atomic_signal_fence(memory_order_seq_cst);
	v = atomic_load_explicit(what, memory_order_relaxed);
	atomic_signal_fence(memory_order_seq_cst);
	return v;
}

u32 stress_done(struct stress_thread *t, unsigned page, unsigned writer, unsigned word)
{
	return stress_note(&t->m->reg[page][writer][word].done);
}

void stress_check(struct stress_thread *t, unsigned page, unsigned writer, unsigned word, u32 low,
		  u64 v)
{
	u32 high = stress_note(&t->m->reg[page][writer][word].started);
	u32 *seen = &t->seen[page][writer][word];
	u32 seq = (u32)v;

	if (v != stress_stamp(page, writer, word, seq))
		stress_complain(t, "not a stamp of this word", page, v);
	else if (seq < low || seq > high)
		stress_complain(t, "a number out of its time", page, v);
	else if (seq < *seen)
		stress_complain(t, "older than seen before", page, v);
	else
		*seen = seq;
}

u64 stress_start(struct stress_thread *t, unsigned page, unsigned word)
{
	struct stress_reg *r = &t->m->reg[page][t->id][word];
	u32 seq = stress_note(&r->done) + 1;

	atomic_store_explicit(&r->started, seq, memory_order_relaxed);
	atomic_signal_fence(memory_order_seq_cst);
	return stress_stamp(page, t->id, word, seq);
}

void stress_finish(struct stress_thread *t, unsigned page, unsigned word, u64 v)
{
	atomic_signal_fence(memory_order_seq_cst);
	atomic_store_explicit(&t->m->reg[page][t->id][word].done, (u32)v, memory_order_relaxed);
	atomic_signal_fence(memory_order_seq_cst);
}

void stress_take_lows(struct stress_thread *t, unsigned page, u32 low[STRESS_THREADS][STRESS_WORDS])
{
	for (unsigned writer = 0; writer < STRESS_THREADS; writer++)
		for (unsigned word = 0; word < STRESS_WORDS; word++)
			low[writer][word] = stress_done(t, page, writer, word);
}

void stress_check_page(struct stress_thread *t, unsigned page,
		       u32 low[STRESS_THREADS][STRESS_WORDS], const u8 *plain)
{
	for (unsigned writer = 0; writer < STRESS_THREADS; writer++)
		for (unsigned word = 0; word < STRESS_WORDS; word++)
			stress_check(t, page, writer, word, low[writer][word],
				     get_le64(plain +
					      (stress_word_at(page, writer, word).v & PAGE_MASK)));
}

void stress_decrypt(struct stress_thread *t, unsigned page, spa_t spa, u8 *bytes, size_t len)
{
	if (stress_view_of(page) != VIEW_RAW)
		mee_decrypt(t->m->t.mee, stress_view_of(page), spa, bytes, bytes, len);
}

void stress_encrypt(struct stress_thread *t, unsigned page, spa_t spa, u8 *bytes, size_t len)
{
	if (stress_view_of(page) != VIEW_RAW)
		mee_encrypt(t->m->t.mee, stress_view_of(page), spa, bytes, bytes, len);
}
