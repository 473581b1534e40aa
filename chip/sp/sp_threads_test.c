/* SPDX-License-Identifier: MIT */
/*
 * Several host threads at one Secure Processor: commands take turns and do not mix, cores ask
 * meanwhile, and what changes while a command runs is seen by it once.
 */
#include <pthread.h>
#include <string.h>

#include "base/bug.h"
#include "base/bytes.h"
#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

enum { THREADS = 3, ROUNDS = 12, FLIPS = 2000 };

/* The bed's own hook is for one thread. */
static void without_hooks(struct sp_config *cfg)
{
	cfg->hooks = (struct sp_hooks){0};
}

static int setup(void **state)
{
	struct sp_bed *bed = bed_new_with(
		&(struct bed_options){.profile = MEE_ZEN2_XEX, .change = without_hooks});

	bed_init_platform(bed);
	*state = bed;
	return 0;
}

/* As bed_command(), with a buffer of the thread's own. */
struct host {
	struct sp_bed *bed;
	unsigned number;
	u64 buf; /* command buffer; blobs behind it */
	u64 memory;
};

static enum sp_status command(const struct host *h, u32 id, void *buf, size_t len)
{
	enum sp_status s;

	bed_put(h->bed, h->buf, buf, len);
	s = sp_command(bed_sp(h->bed), id, h->buf);
	bed_get(h->bed, h->buf, buf, len);
	return s;
}

/* A thread cannot fail a test with cmocka's assertions: it stops the process. */
static void succeeds(enum sp_status s)
{
	BUG_ON(s != SP_SUCCESS);
}

static void simply(const struct host *h, u32 id, u32 handle)
{
	struct sev_handle_buf buf = {handle};

	succeeds(command(h, id, &buf, sizeof(buf)));
}

/* -- lives of guests, side by side ----------------------------------------------------------- */

static void flush(const struct host *h)
{
	cache_flush_all(h->bed->config.cache, NULL);
	for (unsigned core = 0; core < BED_CORES; core++)
		sp_note_wbinvd(bed_sp(h->bed), core);
	sp_command(bed_sp(h->bed), SEV_CMD_DF_FLUSH, 0);
}

/* Others' DEACTIVATE may come between WBINVD and DF_FLUSH: then once more. */
static void activate(const struct host *h, u32 handle, u32 asid)
{
	struct sev_activate_buf buf = {handle, asid};
	enum sp_status s;

	while ((s = command(h, SEV_CMD_ACTIVATE, &buf, sizeof(buf))) == SP_DFFLUSH_REQUIRED)
		flush(h);
	succeeds(s);
}

static void launch(const struct host *h, struct bed_guest *g, const u8 plain[PAGE_SIZE])
{
	struct sev_launch_start_buf start = {0};
	struct sev_launch_update_buf update = {.paddr = h->memory, .length = PAGE_SIZE};
	struct sev_launch_measure_buf measure = {.measure_paddr = h->buf + 0x100,
						 .measure_length = 0x30};

	succeeds(command(h, SEV_CMD_LAUNCH_START, &start, sizeof(start)));
	g->handle = update.handle = measure.handle = start.handle;
	g->asid = BED_MIN_SEV_ASID + h->number;
	activate(h, g->handle, g->asid);
	bed_put(h->bed, h->memory, plain, PAGE_SIZE);
	succeeds(command(h, SEV_CMD_LAUNCH_UPDATE_DATA, &update, sizeof(update)));
	succeeds(command(h, SEV_CMD_LAUNCH_MEASURE, &measure, sizeof(measure)));
	simply(h, SEV_CMD_LAUNCH_FINISH, g->handle);
}

static void *live(void *arg)
{
	const struct host *h = arg;
	u8 plain[PAGE_SIZE], seen[PAGE_SIZE];
	struct bed_guest g;

	for (unsigned round = 0; round < ROUNDS; round++) {
		struct sev_dbg_buf dbg = {.src_paddr = h->memory,
					  .dst_paddr = h->memory + PAGE_SIZE,
					  .length = PAGE_SIZE};

		bed_fill(plain, sizeof(plain), (u8)(h->number * 50 + round));
		launch(h, &g, plain);
		bed_guest_get(h->bed, &g, h->memory, seen, sizeof(seen));
		BUG_ON(memcmp(seen, plain, sizeof(seen)));
		dbg.handle = g.handle;
		succeeds(command(h, SEV_CMD_DBG_DECRYPT, &dbg, sizeof(dbg)));
		bed_get(h->bed, h->memory + PAGE_SIZE, seen, sizeof(seen));
		BUG_ON(memcmp(seen, plain, sizeof(seen)));
		simply(h, SEV_CMD_DEACTIVATE, g.handle);
		simply(h, SEV_CMD_DECOMMISSION, g.handle);
	}
	return NULL;
}

/* What cores ask all the time, and the mailbox, which answers while commands run. */
struct watcher {
	struct sp *sp;
	_Atomic bool stop;
};

static void *watch(void *arg)
{
	struct watcher *w = arg;
	u8 vmsa[SEV_VMSA_SIZE] = {0};
	unsigned ran = 0;

	while (!atomic_load(&w->stop)) {
		for (u32 asid = 0; asid <= BED_ASIDS + 1; asid++) {
			ran += sp_asid_runnable(w->sp, asid, asid % BED_CORES);
			ran += sp_vmsa_intact(w->sp, asid, SPA(BED_GUEST), vmsa);
			sp_vmsa_seal(w->sp, asid, SPA(BED_GUEST), vmsa);
		}
		ran += sp_mailbox_read(w->sp, SP_V2_CMDRESP);
	}
	return ran ? w : NULL;
}

static void guests_side_by_side(void **state)
{
	struct sp_bed *bed = *state;
	struct watcher w = {.sp = bed_sp(bed)};
	pthread_t thread[THREADS], watcher;
	struct host host[THREADS];
	struct sev_platform_status_buf status;

	assert_int_equal(pthread_create(&watcher, NULL, watch, &w), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		host[i] = (struct host){.bed = bed,
					.number = i,
					.buf = BED_BLOB + i * 0x1000,
					.memory = BED_GUEST + i * 0x10000};
		assert_int_equal(pthread_create(&thread[i], NULL, live, &host[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	atomic_store(&w.stop, true);
	pthread_join(watcher, NULL);
	bed_accepts(bed, SEV_CMD_PLATFORM_STATUS, &status, sizeof(status));
	assert_int_equal(status.guest_count, 0);
}

/* -- what changes meanwhile ------------------------------------------------------------------ */

/* Writes one of two contents, then the other, over and over. */
struct flipper {
	struct sp_bed *bed;
	u64 at;
	size_t len;
	const void *content[2];
	_Atomic bool stop;
};

static void *flip(void *arg)
{
	struct flipper *f = arg;

	for (unsigned i = 0; !atomic_load(&f->stop); i++)
		bed_put(f->bed, f->at, f->content[i % 2], f->len);
	return NULL;
}

static void start(struct flipper *f, pthread_t *thread)
{
	assert_int_equal(pthread_create(thread, NULL, flip, f), 0);
}

static void stop(struct flipper *f, pthread_t thread)
{
	atomic_store(&f->stop, true);
	pthread_join(thread, NULL);
}

enum { LEN = 512 };

/* A header, then ciphertext, of plaintext bed_fill(seed). */
struct packet {
	struct sev_packet_hdr hdr;
	u8 text[LEN];
};

static void make_packet(struct packet *p, const struct bed_guest *g, u8 seed)
{
	p->hdr = (struct sev_packet_hdr){0};
	bed_fill(p->text, LEN, seed);
	bed_owner_packet(&g->owner, SEV_MAC_UPDATE_DATA, p->text, LEN, NULL, &p->hdr);
}

/* Header and ciphertext change all the time: one of the two packets gets in, or none. */
static void a_packet_that_changes(void **state)
{
	struct sp_bed *bed = *state;
	struct packet packet[2];
	struct flipper f = {.bed = bed,
			    .at = BED_TEXT,
			    .len = sizeof(struct packet),
			    .content = {&packet[0], &packet[1]}};
	struct sev_transport_buf buf = {.hdr_paddr = BED_TEXT,
					.hdr_length = 0x34,
					.guest_paddr = BED_GUEST | BIT64(BED_C_BIT),
					.guest_length = LEN,
					.trans_paddr = BED_TEXT + 0x34,
					.trans_length = LEN};
	u8 plain[2][LEN], seen[LEN];
	pthread_t thread;
	struct bed_guest g;

	bed_guest_new(bed, &g, BED_POLICY, SEV_GUEST_RUPDATE);
	for (unsigned i = 0; i < 2; i++) {
		make_packet(&packet[i], &g, (u8)(i + 1));
		bed_fill(plain[i], LEN, (u8)(i + 1));
	}
	buf.handle = g.handle;
	start(&f, &thread);
	for (unsigned i = 0; i < FLIPS; i++) {
		enum sp_status s = bed_command(bed, SEV_CMD_RECEIVE_UPDATE_DATA, &buf, sizeof(buf));

		if (s == SP_BAD_MEASUREMENT)
			continue;
		assert_int_equal(s, SP_SUCCESS);
		bed_guest_get(bed, &g, BED_GUEST, seen, LEN);
		assert_true(!memcmp(seen, plain[0], LEN) || !memcmp(seen, plain[1], LEN));
	}
	stop(&f, thread);
}

/* The buffer names one guest, then another: the command is of one or the other. */
static void a_command_buffer_that_changes(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest a, b;
	struct sev_guest_status_buf buf[2] = {{0}}, seen;
	struct flipper f = {.bed = bed,
			    .at = BED_BLOB,
			    .len = sizeof(buf[0].handle),
			    .content = {&buf[0], &buf[1]}};
	pthread_t thread;

	bed_guest_new(bed, &a, BED_POLICY, SEV_GUEST_LUPDATE);
	bed_guest_new(bed, &b, SEV_POLICY_NODBG, SEV_GUEST_RUNNING);
	buf[0].handle = a.handle;
	buf[1].handle = b.handle;
	bed_put(bed, BED_BLOB, &buf[0], sizeof(buf[0]));
	start(&f, &thread);
	for (unsigned i = 0; i < FLIPS; i++) {
		assert_int_equal(sp_command(bed_sp(bed), SEV_CMD_GUEST_STATUS, BED_BLOB),
				 SP_SUCCESS);
		bed_get(bed, BED_BLOB, &seen, sizeof(seen));
		assert_true(seen.state == SEV_GUEST_LUPDATE || seen.state == SEV_GUEST_RUNNING);
		assert_int_equal(seen.policy,
				 seen.state == SEV_GUEST_LUPDATE ? a.policy : b.policy);
		assert_int_equal(seen.asid, seen.state == SEV_GUEST_LUPDATE ? a.asid : b.asid);
	}
	stop(&f, thread);
}

/* The running digest, which begins anew. */
static void take_digest(struct sev_guest *g, struct sha256_digest *seen)
{
	hash_final_sha256(g->ld, seen);
	hash_free(g->ld);
	g->ld = hash_new(HASH_SHA256);
	assert_non_null(g->ld);
}

/* A word changes while the page is measured: what is measured is one of the two pages. */
static void a_page_that_changes(void **state)
{
	struct sp_bed *bed = *state;
	static const u64 word[2] = {0x1111111111111111, 0x2222222222222222};
	struct flipper f = {.bed = bed,
			    .at = BED_GUEST + 0x808,
			    .len = sizeof(u64),
			    .content = {&word[0], &word[1]}};
	struct sev_launch_update_buf buf = {.paddr = BED_GUEST, .length = PAGE_SIZE};
	struct sha256_digest expected[2], seen;
	u8 page[PAGE_SIZE];
	pthread_t thread;
	struct bed_guest g;

	bed_guest_new(bed, &g, BED_POLICY, SEV_GUEST_LUPDATE);
	buf.handle = g.handle;
	for (unsigned i = 0; i < 2; i++) {
		bed_fill(page, sizeof(page), 3);
		put_le64(page + 0x808, word[i]);
		assert_int_equal(sha256(&expected[i], page, sizeof(page)), 0);
	}
	start(&f, &thread);
	for (unsigned i = 0; i < FLIPS; i++) {
		bed_put(bed, BED_GUEST, page, 0x808);
		bed_put(bed, BED_GUEST + 0x810, page + 0x810, PAGE_SIZE - 0x810);
		bed_put(bed, BED_GUEST + 0x808, &word[0], sizeof(u64));
		bed_accepts(bed, SEV_CMD_LAUNCH_UPDATE_DATA, &buf, sizeof(buf));
		take_digest(bed_context(bed, &g), &seen);
		assert_true(sha256_equal(&seen, &expected[0]) || sha256_equal(&seen, &expected[1]));
	}
	stop(&f, thread);
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(guests_side_by_side),
		UNIT(a_packet_that_changes),
		UNIT(a_command_buffer_that_changes),
		UNIT(a_page_that_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
