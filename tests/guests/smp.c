/* SPDX-License-Identifier: MIT */
/*
 * Two CPUs: atomic operations on one word, also one that crosses a line and a page; store buffers;
 * code that one changes while the other runs it; a page that one takes from the other.
 *
 * There are no interrupts here: the CPUs talk through memory.  With one CPU there is nothing to do.
 */
#include "tests/guests/rt/insn.h"
#include "tests/guests/rt/paging.h"
#include "tests/guests/rt/rt.h"

#define SHARED RT_PAGING_BASE

enum { ROUNDS = 20000, PATCHES = 300, MOVES = 300 };

/* Both run each part; a part begins when both are there. */
static volatile u64 arrived;

static void meet(u64 *times)
{
	__atomic_fetch_add(&arrived, 1, __ATOMIC_SEQ_CST);
	*times += 2;
	while (arrived < *times)
		pause_cpu();
}

/* -- atomic operations ------------------------------------------------------------------------ */

static struct {
	u64 plain ALIGNED(64);
	u8 split[128] ALIGNED(64);
	u64 pair[2] ALIGNED(16);
} words;

static void add_split(volatile void *p)
{
	__asm__ volatile("lock; addq $1, (%0)" ::"r"(p) : "memory");
}

/* Adds 1 to the lower and 2 to the upper half in one step. */
static void add_pair(void)
{
	u64 low = words.pair[0], high = words.pair[1];
	bool done;

	do {
		__asm__ volatile("lock; cmpxchg16b %0"
				 : "+m"(words.pair), "+a"(low), "+d"(high), "=@ccz"(done)
				 : "b"(low + 1), "c"(high + 2)
				 : "memory");
	} while (!done);
}

static void atomics(void)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		__atomic_fetch_add(&words.plain, 1, __ATOMIC_SEQ_CST);
		add_split(words.split + 60); /* over a cache line's edge */
		add_split((void *)(SHARED + PAGE_SIZE - 4));
		add_pair();
	}
}

static u64 split_value(const void *p)
{
	u64 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static void check_atomics(void)
{
	check_equal(words.plain, 2 * ROUNDS, "LOCK XADD");
	check_equal(split_value(words.split + 60), 2 * ROUNDS, "LOCK ADD over a line's edge");
	check_equal(split_value((void *)(SHARED + PAGE_SIZE - 4)), 2 * ROUNDS,
		    "LOCK ADD over a page's edge");
	check(words.pair[0] == 2 * ROUNDS && words.pair[1] == 4 * ROUNDS, "LOCK CMPXCHG16B");
}

/* -- order: a store may pass a later load, nothing else may happen ----------------------------- */

static volatile u64 data ALIGNED(64), flag ALIGNED(64);

static void publish(void)
{
	for (u64 i = 1; i <= ROUNDS; i++) {
		data = i;
		flag = i;
	}
}

static u64 observe(void)
{
	u64 seen, wrong = 0;

	do {
		seen = flag;
		wrong += data < seen;
	} while (seen < ROUNDS);
	return wrong;
}

/* -- cross-modifying code --------------------------------------------------------------------- */

static u8 *code; /* mov eax, imm32; ret */
static volatile u64 patched ALIGNED(64), ran ALIGNED(64);

static void patch(void)
{
	for (u64 i = 1; i <= PATCHES; i++) {
		u32 v = (u32)i;

		__builtin_memcpy(code + 1, &v, 4);
		barrier();
		patched = i;
		while (ran < i)
			pause_cpu();
	}
}

static u64 run_patched(void)
{
	u64 wrong = 0;

	for (u64 i = 1; i <= PATCHES; i++) {
		while (patched < i)
			pause_cpu();
		cpuid(0, 0); /* serialise, as cross-modifying code has to */
		wrong += ((u32(*)(void))(u64)code)() != i;
		ran = i;
	}
	return wrong;
}

/* -- one CPU changes the map, the other must see it after INVLPG ------------------------------- */

static u64 *frames[2];
static volatile u64 moved ALIGNED(64), flushed ALIGNED(64);

static void move_page(void)
{
	for (u64 i = 1; i <= MOVES; i++) {
		frames[i & 1][0] = i;
		paging_map(SHARED, frames[i & 1], PTE_RW);
		moved = i;
		while (flushed < i)
			pause_cpu();
	}
}

static u64 follow_page(void)
{
	u64 wrong = 0;

	for (u64 i = 1; i <= MOVES; i++) {
		while (moved < i)
			pause_cpu();
		invlpg((const void *)SHARED);
		wrong += *(volatile u64 *)SHARED != i;
		flushed = i;
	}
	return wrong;
}

/* --------------------------------------------------------------------------------------------- */

static volatile u64 wrong_order, wrong_code, wrong_page;

static void second_cpu(void)
{
	u64 times = 0;

	meet(&times);
	atomics();
	meet(&times);
	wrong_order = observe();
	meet(&times);
	wrong_code = run_patched();
	meet(&times);
	wrong_page = follow_page();
	meet(&times);
}

static void prepare(void)
{
	static const u8 text[] = {0xb8, 0, 0, 0, 0, 0xc3};

	code = paging_new_page();
	memcpy(code, text, sizeof(text));
	frames[0] = paging_new_page();
	frames[1] = paging_new_page();
	paging_map(SHARED, frames[0], PTE_RW);
	paging_map(SHARED + PAGE_SIZE, paging_new_page(), PTE_RW);
}

int payload_main(void)
{
	u64 times = 0;

	if (rt_cpu_count() == 1) {
		put_text("smp: one CPU\n");
		return 0;
	}
	prepare();
	rt_start_cpus(second_cpu);
	meet(&times);
	atomics();
	meet(&times);
	check_atomics();
	publish();
	meet(&times);
	check_equal(wrong_order, 0, "two stores are seen in order");
	patch();
	meet(&times);
	check_equal(wrong_code, 0, "changed code runs changed");
	move_page();
	meet(&times);
	check_equal(wrong_page, 0, "a page moved, after INVLPG");
	return check_end("smp");
}
