/* SPDX-License-Identifier: MIT */
/*
 * The promise itself: what a guest writes under its key, nobody finds in memory.
 *
 * The attacker is another process.  It is forked before any secret exists, opens the DRAM file by
 * its name, and is told afterwards what to look for.  It searches for every 8 bytes of the secret,
 * at every address.  Under the raw view it must find them, or it would not be looking.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"

#include "chip/cache/testbed.h"
#include "tests/support/cmocka.h"

enum { SECRET = 64, FRAGMENT = 8, DRAM = TESTBED_PAGES * PAGE_SIZE };

/* -- the attacker ---------------------------------------------------------------------------- */

struct attacker {
	pid_t pid;
	int ask, answer; /* our ends of the pipes */
};

static u32 count_fragments(const u8 *dram, size_t len, const u8 *secret)
{
	u32 found = 0;

	for (size_t at = 0; at < SECRET; at += FRAGMENT)
		for (const u8 *p = dram;
		     (p = memmem(p, len - (size_t)(p - dram), secret + at, FRAGMENT)); p++)
			found++;
	return found;
}

/* Says how often fragments of the secret stand in the file, for each secret that it is told. */
static void attack(const char *file, int ask, int answer)
{
	u8 secret[SECRET];

	while (read(ask, secret, SECRET) == SECRET) {
		int fd = open(file, O_RDONLY | O_CLOEXEC);
		const u8 *dram = mmap(NULL, DRAM, PROT_READ, MAP_SHARED, fd, 0);
		u32 found = dram == MAP_FAILED ? ~0u : count_fragments(dram, DRAM, secret);

		close(fd);
		if (write(answer, &found, sizeof(found)) != sizeof(found))
			break;
	}
	_exit(0);
}

static void hire_attacker(struct attacker *a, const char *file)
{
	int ask[2], answer[2];

	assert_int_equal(pipe(ask) | pipe(answer), 0);
	a->pid = fork();
	assert_true(a->pid >= 0);
	if (a->pid == 0) {
		close(ask[1]);
		close(answer[0]);
		attack(file, ask[0], answer[1]);
	}
	close(ask[0]);
	close(answer[1]);
	a->ask = ask[1];
	a->answer = answer[0];
}

static u32 attacker_finds(const struct attacker *a, const u8 secret[SECRET])
{
	u32 found;

	assert_int_equal(write(a->ask, secret, SECRET), SECRET);
	assert_int_equal(read(a->answer, &found, sizeof(found)), sizeof(found));
	return found;
}

static void dismiss_attacker(const struct attacker *a)
{
	close(a->ask);
	close(a->answer);
	assert_int_equal(waitpid(a->pid, NULL, 0), a->pid);
}

/* -- the guest ------------------------------------------------------------------------------- */

struct scene {
	char dir[64], file[96];
	struct attacker attacker;
};

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	snprintf(s->dir, sizeof(s->dir), "/tmp/swsev-secrecy-test-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->file, sizeof(s->file), "%s/dram", s->dir);
	hire_attacker(&s->attacker, s->file);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	dismiss_attacker(&s->attacker);
	unlink(s->file);
	rmdir(s->dir);
	free(s);
	return 0;
}

static void make_secret(u8 secret[SECRET])
{
	assert_int_equal(getrandom(secret, SECRET, 0), SECRET);
}

/* A core stores the secret here and there in pages of its own. */
static void guest_writes(struct core *core, view_t view, const u8 secret[SECRET])
{
	for (u64 page = 0; page < TESTBED_PAGES; page += 7)
		for (u64 at = 0; at < SECRET; at += 8)
			core_store(core, view, SPA(page * PAGE_SIZE + page * 8 % 2048 + at),
				   get_le64(secret + at));
}

static void check_secrecy(struct scene *s, enum mee_profile profile, bool incoherent)
{
	struct rig *r = rig_new(&(struct testbed_config){
		.profile = profile, .incoherent = incoherent, .dram_file = s->file});
	u8 secret[SECRET], dma[PAGE_SIZE];

	make_secret(secret);
	for (view_t view = VIEW_HOST_KEY; view < TESTBED_SLOTS; view++) {
		guest_writes(&r->a, view, secret);
		assert_int_equal(attacker_finds(&s->attacker, secret), 0);
		for (u64 page = 0; page < TESTBED_PAGES; page++)
			rig_dma_read(r, SPA(page * PAGE_SIZE), dma, PAGE_SIZE);
		assert_int_equal(attacker_finds(&s->attacker, secret), 0);
		cache_flush_all(r->t.cache, r->a.agent);
		assert_int_equal(attacker_finds(&s->attacker, secret), 0);
	}
	/* It was there all the time, for who has the key. */
	assert_int_equal(core_load(&r->a, VIEW_KEY(TESTBED_SLOTS - 1), SPA(0)), get_le64(secret));

	guest_writes(&r->a, VIEW_RAW, secret);
	assert_true(attacker_finds(&s->attacker, secret) >= TESTBED_PAGES / 7 * SECRET / FRAGMENT);
	rig_free(r);
}

static void test_secrets_do_not_reach_dram(void **state)
{
	check_secrecy(*state, MEE_ZEN1_XE, false);
	check_secrecy(*state, MEE_ZEN1_XEX, false);
	check_secrecy(*state, MEE_ZEN2_XEX, false);
	check_secrecy(*state, MEE_ZEN2_XEX, true);
}

/* What is left in the file when the machine is gone: a cold boot attack. */
static void test_secrets_do_not_outlive_the_machine(void **state)
{
	struct scene *s = *state;
	struct rig *r =
		rig_new(&(struct testbed_config){.profile = MEE_ZEN2_XEX, .dram_file = s->file});
	u8 secret[SECRET];

	make_secret(secret);
	guest_writes(&r->a, VIEW_KEY(1), secret);
	rig_free(r);
	assert_int_equal(attacker_finds(&s->attacker, secret), 0);
}

/* -- core dumps and children ----------------------------------------------------------------- */

/* The VmFlags line of the mapping that holds `at`; false: there is none. */
static bool vm_flags(const void *at, char *line, size_t len)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	unsigned long from, to;
	bool here = false;
	bool found = false;

	assert_non_null(f);
	while (!found && fgets(line, (int)len, f)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			here = (unsigned long)at >= from && (unsigned long)at < to;
		found = here && strncmp(line, "VmFlags:", 8) == 0;
	}
	fclose(f);
	return found;
}

static void test_plaintext_is_kept_out_of_core_dumps(void **state)
{
	struct scene *s = *state;
	struct rig *r =
		rig_new(&(struct testbed_config){.profile = MEE_ZEN2_XEX, .dram_file = s->file});
	char flags[256];

	assert_true(
		vm_flags(core_hva(&r->a, VIEW_KEY(1), SPA(0x5000), true), flags, sizeof(flags)));
	assert_non_null(strstr(flags, " dd")); /* MADV_DONTDUMP */
	assert_non_null(strstr(flags, " dc")); /* MADV_DONTFORK */
	assert_null(strstr(flags, " sh"));     /* nobody else's */

	assert_true(vm_flags(core_hva(&r->a, VIEW_RAW, SPA(0x6000), true), flags, sizeof(flags)));
	assert_non_null(strstr(flags, " sh"));
	rig_free(r);
}

#define ON_SCENE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_SCENE(test_secrets_do_not_reach_dram),
		ON_SCENE(test_secrets_do_not_outlive_the_machine),
		ON_SCENE(test_plaintext_is_kept_out_of_core_dumps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
