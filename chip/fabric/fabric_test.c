/* SPDX-License-Identifier: MIT */
/* Accesses, aborts, the snoop's order of calls, and what threads see of each other. */
#include "chip/fabric/fabric.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#include "tests/support/cmocka.h"

/* A snoop that writes down what it is told: "+r3" is a read of page 3 begun, "-w0" a write ended. */
struct machine {
	struct fabric fabric;
	pthread_mutex_t page[256];
	char log[256];
};

static void note(struct machine *m, char what, u64 pfn, bool write)
{
	size_t used = strlen(m->log);

	snprintf(m->log + used, sizeof(m->log) - used, "%c%c%u ", what, write ? 'w' : 'r',
		 (unsigned)pfn);
}

static void begin_noted(void *ctx, u64 pfn, bool write)
{
	note(ctx, '+', pfn, write);
}

static void end_noted(void *ctx, u64 pfn, bool write)
{
	note(ctx, '-', pfn, write);
}

static const struct fabric_snoop noting = {.begin = begin_noted, .end = end_noted};

static int make_machine(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));
	struct fabric_config cfg = {.dram_size = MIB(1)};
	struct error err;

	assert_non_null(m);
	assert_int_equal(fabric_init(&m->fabric, &cfg, &err), 0);
	fabric_set_snoop(&m->fabric, &noting, m);
	for (size_t i = 0; i < ARRAY_SIZE(m->page); i++)
		pthread_mutex_init(&m->page[i], NULL);
	*state = m;
	return 0;
}

static int remove_machine(void **state)
{
	struct machine *m = *state;

	fabric_fini(&m->fabric);
	free(m);
	return 0;
}

static void test_read_and_write(void **state)
{
	struct machine *m = *state;
	struct fabric *f = &m->fabric;
	u8 out[3 * PAGE_SIZE], in[3 * PAGE_SIZE];

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (u8)(i * 13 + i / 256);
	assert_int_equal(fabric_write(f, REQ_DMA, SPA(0x1ffd), out, 2 * PAGE_SIZE), FABRIC_OK);
	assert_string_equal(m->log, "+w1 -w1 +w2 -w2 +w3 -w3 ");
	assert_memory_equal(f->dram + 0x1ffd, out, 2 * PAGE_SIZE);
	assert_int_equal(f->dram[0x1ffc] | f->dram[0x3ffd], 0);

	m->log[0] = 0;
	assert_int_equal(fabric_read(f, REQ_SP, SPA(0x1ffd), in, 2 * PAGE_SIZE), FABRIC_OK);
	assert_string_equal(m->log, "+r1 -r1 +r2 -r2 +r3 -r3 ");
	assert_memory_equal(in, out, 2 * PAGE_SIZE);
}

static void test_empty_access(void **state)
{
	struct machine *m = *state;
	u8 byte = 7;

	assert_int_equal(fabric_read(&m->fabric, REQ_DMA, SPA(0), &byte, 0), FABRIC_OK);
	assert_int_equal(fabric_write(&m->fabric, REQ_DMA, SPA(MIB(1)), &byte, 0), FABRIC_OK);
	assert_string_equal(m->log, "");
	assert_int_equal(byte, 7);
}

static void check_abort(struct machine *m, u64 spa, size_t len)
{
	u8 buf[64];
	u8 ones[64];
	u8 desired[16] = {1};
	bool swapped = true;

	memset(ones, 0xff, sizeof(ones));
	memset(buf, 0, sizeof(buf));
	assert_int_equal(fabric_read(&m->fabric, REQ_HOST_CORE, SPA(spa), buf, len), FABRIC_ABORT);
	assert_memory_equal(buf, ones, len);
	memset(buf, 0, sizeof(buf));
	assert_int_equal(fabric_write(&m->fabric, REQ_HOST_CORE, SPA(spa), ones, len),
			 FABRIC_ABORT);
	assert_int_equal(
		fabric_cmpxchg(&m->fabric, REQ_HOST_CORE, SPA(spa), buf, desired, 16, &swapped),
		FABRIC_ABORT);
	assert_false(swapped);
	assert_memory_equal(buf, ones, 16);
}

/* A master abort reads ones and changes nothing, not even that part of it that is DRAM. */
static void test_master_abort(void **state)
{
	struct machine *m = *state;

	check_abort(m, MIB(1), 16);
	check_abort(m, MIB(1) - 15, 16);
	check_abort(m, ~0ull, 16);
	check_abort(m, ~0ull - 15, 16);
	check_abort(m, BIT64(47), 64);
	assert_string_equal(m->log, "");
	assert_true(bytes_are_zero(m->fabric.dram, MIB(1)));
}

static void test_cmpxchg(void **state)
{
	struct machine *m = *state;
	struct fabric *f = &m->fabric;
	u64 expected = 0;
	u64 desired = 0x1122334455667788;
	bool swapped;

	assert_int_equal(fabric_cmpxchg(f, REQ_DMA, SPA(0x2ffc), &expected, &desired, 8, &swapped),
			 FABRIC_OK);
	assert_true(swapped);
	assert_string_equal(m->log, "+w2 +w3 -w2 -w3 ");
	assert_int_equal(get_le64(f->dram + 0x2ffc), desired);

	m->log[0] = 0;
	assert_int_equal(fabric_cmpxchg(f, REQ_DMA, SPA(0x2ff8), &expected, &desired, 4, &swapped),
			 FABRIC_OK);
	assert_true(swapped);
	assert_string_equal(m->log, "+w2 -w2 ");

	expected = 5;
	assert_int_equal(fabric_cmpxchg(f, REQ_DMA, SPA(0x2ffc), &expected, &desired, 8, &swapped),
			 FABRIC_OK);
	assert_false(swapped);
	assert_int_equal(expected, desired);
}

/* -- threads --------------------------------------------------------------------------------- */

static void begin_locked(void *ctx, u64 pfn, bool write)
{
	struct machine *m = ctx;

	pthread_mutex_lock(&m->page[pfn]);
}

static void end_locked(void *ctx, u64 pfn, bool write)
{
	struct machine *m = ctx;

	pthread_mutex_unlock(&m->page[pfn]);
}

static const struct fabric_snoop locking = {.begin = begin_locked, .end = end_locked};

enum { THREADS = 3, ROUNDS = 5000, COUNTER = 0x4ff9 };

/* Counts in 16 bytes astride two pages, off every alignment: the case the host cannot lock. */
static void *count_astride(void *arg)
{
	struct fabric *f = arg;

	for (int i = 0; i < ROUNDS; i++) {
		u64 old[2], new[2];
		bool swapped;

		fabric_read(f, REQ_DMA, SPA(COUNTER), old, sizeof(old));
		do {
			new[0] = old[0] + 1;
			new[1] = old[1] - 1;
			fabric_cmpxchg(f, REQ_DMA, SPA(COUNTER), old, new, sizeof(new), &swapped);
		} while (!swapped);
	}
	return NULL;
}

static void test_cmpxchg_astride_pages_is_atomic(void **state)
{
	struct machine *m = *state;
	pthread_t threads[THREADS];

	fabric_set_snoop(&m->fabric, &locking, m);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count_astride, &m->fabric), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(get_le64(m->fabric.dram + COUNTER), THREADS * ROUNDS);
	assert_int_equal(get_le64(m->fabric.dram + COUNTER + 8), (u64)-THREADS * ROUNDS);
}

static void *write_stamps(void *arg)
{
	struct fabric *f = arg;
	u64 stamps[64];

	for (u64 i = 1; i <= ROUNDS; i++) {
		for (size_t k = 0; k < ARRAY_SIZE(stamps); k++)
			stamps[k] = i * 0x0001000100010001;
		fabric_write(f, REQ_DMA, SPA(0x5f00), stamps, sizeof(stamps));
	}
	return NULL;
}

/* With no lock at all between them, eight aligned bytes are still never torn. */
static void test_aligned_units_are_not_torn(void **state)
{
	struct machine *m = *state;
	u64 stamps[64] = {0};
	pthread_t writer;

	fabric_set_snoop(&m->fabric, NULL, NULL);
	assert_int_equal(pthread_create(&writer, NULL, write_stamps, &m->fabric), 0);
	while (stamps[63] != ROUNDS * 0x0001000100010001ull) {
		fabric_read(&m->fabric, REQ_HOST_CORE, SPA(0x5f00), stamps, sizeof(stamps));
		for (size_t k = 0; k < ARRAY_SIZE(stamps); k++)
			assert_int_equal(stamps[k], (stamps[k] & 0xffff) * 0x0001000100010001);
	}
	pthread_join(writer, NULL);
}

#define ON_MACHINE(test) cmocka_unit_test_setup_teardown(test, make_machine, remove_machine)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MACHINE(test_read_and_write),
		ON_MACHINE(test_empty_access),
		ON_MACHINE(test_master_abort),
		ON_MACHINE(test_cmpxchg),
		ON_MACHINE(test_cmpxchg_astride_pages_is_atomic),
		ON_MACHINE(test_aligned_units_are_not_torn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
