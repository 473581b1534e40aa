/* SPDX-License-Identifier: MIT */
/*
 * For the stress test: a few pages, and a model in which each word is a register that only one
 * thread writes.
 *
 * A word holds a stamp: writer, page, word, and a sequence number that only grows.  Its writer
 * notes the number before the store (started) and after it (done).  A reader takes `done`, reads
 * the word by whatever way, takes `started`: the stamp must be of that word and its number between
 * the two, and never less than the same reader saw before.  Words read as ciphertext are decrypted
 * by the engine first, so a block torn between two states, or encrypted under a wrong key, fails.
 *
 * The model's own notes are relaxed on purpose: they must not order what the cache fails to order,
 * or the thread sanitizer would see nothing.
 */
#ifndef CHIP_CACHE_STRESS_TESTBED_H
#define CHIP_CACHE_STRESS_TESTBED_H

#include "chip/cache/testbed.h"

enum {
	STRESS_PAGES = 24,
	STRESS_CORES = 4,
	STRESS_DEVICE = STRESS_CORES,
	STRESS_SP,
	STRESS_THREADS,
	STRESS_WORDS = 2, /* of each thread in each page: the block that is its own */
};

struct stress_reg {
	_Atomic u32 started, done;
};

struct stress_machine {
	struct testbed t;
	bool coherent;
	struct stress_reg reg[STRESS_PAGES][STRESS_THREADS][STRESS_WORDS];
	_Atomic u64 counted[STRESS_PAGES], split_counted[STRESS_PAGES];
	_Atomic bool stop;
	_Atomic unsigned failures;
};

struct stress_thread {
	struct stress_machine *m;
	unsigned id;
	u64 random;
	struct core core; /* of the first STRESS_CORES threads */
	struct cache_agent *agent;
	u32 seen[STRESS_PAGES][STRESS_THREADS][STRESS_WORDS];
	struct {
		_Atomic u32 *code_gen;
		u32 gen, seq;
	} block[STRESS_PAGES];
};

u64 stress_rnd(struct stress_thread *t, u64 below);

/* -- places ---------------------------------------------------------------------------------- */

/* A quarter of the pages is shared, the others belong to guests of three keys. */
view_t stress_view_of(unsigned page);

/* The block that is the writer's own, a word of it, and a counter that is everybody's. */
spa_t stress_block_of(unsigned page, unsigned writer);
spa_t stress_word_at(unsigned page, unsigned writer, unsigned word);
spa_t stress_counter_of(unsigned page);

/* From what DRAM holds of a page, or part of one, to plaintext, and back. */
void stress_decrypt(struct stress_thread *t, unsigned page, spa_t spa, u8 *bytes, size_t len);
void stress_encrypt(struct stress_thread *t, unsigned page, spa_t spa, u8 *bytes, size_t len);

/* -- writing --------------------------------------------------------------------------------- */

u64 stress_stamp(unsigned page, unsigned writer, unsigned word, u32 seq);

/* The next stamp of this thread's own word, about to be stored; and stored. */
u64 stress_start(struct stress_thread *t, unsigned page, unsigned word);
void stress_finish(struct stress_thread *t, unsigned page, unsigned word, u64 v);

/* -- reading --------------------------------------------------------------------------------- */

u32 stress_note(const _Atomic u32 *what);

/* Counts a failure, and says the first. */
void stress_complain(struct stress_thread *t, const char *how, unsigned page, u64 v);

/* Before the read of a word, and after it: the word held v. */
u32 stress_done(struct stress_thread *t, unsigned page, unsigned writer, unsigned word);
void stress_check(struct stress_thread *t, unsigned page, unsigned writer, unsigned word, u32 low,
		  u64 v);

/* The same for all words of a page at once. */
void stress_take_lows(struct stress_thread *t, unsigned page,
		      u32 low[STRESS_THREADS][STRESS_WORDS]);
void stress_check_page(struct stress_thread *t, unsigned page,
		       u32 low[STRESS_THREADS][STRESS_WORDS], const u8 *plain);

#endif
