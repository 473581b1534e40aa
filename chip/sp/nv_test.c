/* SPDX-License-Identifier: MIT */
/* A chip in a directory: it is the same chip after a restart, a crash, a failed write. */
#include "chip/sp/nv.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "chip/sp/platform.h"
#include "chip/sp/store.h"
#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

static char dir[] = "/tmp/sp_nv_test.XXXXXX";
static u8 seed; /* of the machine; another one each time, so that nothing agrees by chance */

static int setup(void **state)
{
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	assert_non_null(mkdtemp(dir));
	return 0;
}

static int teardown(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

static void with_dir(struct sp_config *cfg)
{
	cfg->state_dir = dir;
}

static struct sp_bed *power_on(void)
{
	return bed_new_with(&(struct bed_options){.seed = ++seed, .change = with_dir});
}

static const char *path_of(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* -- restarts -------------------------------------------------------------------------------- */

static void chip_and_identity_survive(void **state)
{
	struct sp_bed *bed = power_on();
	struct sev_identity id;
	struct sp_chip chip;

	bed_init_platform(bed);
	id = bed_sp(bed)->platform.identity;
	chip = bed_sp(bed)->chip;
	bed_free(bed);
	bed = power_on();
	assert_memory_equal(bed_sp(bed)->chip.id, chip.id, sizeof(chip.id));
	bed_init_platform(bed);
	assert_memory_equal(&bed_sp(bed)->platform.identity, &id, sizeof(id));
	bed_free(bed);
}

static void a_reset_survives_and_the_chip_too(void **state)
{
	struct sp_bed *bed = power_on();
	struct sev_identity id;
	struct sp_chip chip;

	bed_init_platform(bed);
	id = bed_sp(bed)->platform.identity;
	chip = bed_sp(bed)->chip;
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	bed_accepts(bed, SEV_CMD_PLATFORM_RESET, NULL, 0);
	bed_free(bed);
	bed = power_on();
	bed_init_platform(bed);
	assert_memory_equal(bed_sp(bed)->chip.id, chip.id, sizeof(chip.id));
	assert_memory_not_equal(&bed_sp(bed)->platform.identity.pek, &id.pek, sizeof(id.pek));
	bed_free(bed);
}

static void without_a_directory_nothing_survives(void **state)
{
	struct sp_bed *a = bed_new_with(&(struct bed_options){.seed = 1});
	struct sp_bed *b = bed_new_with(&(struct bed_options){.seed = 2});

	assert_memory_not_equal(bed_sp(a)->chip.id, bed_sp(b)->chip.id, SEV_CHIP_ID_SIZE);
	bed_free(a);
	bed_free(b);
}

static const u8 given_fuses[SP_SECRET_SIZE] = {7, 7, 7};

static void with_dir_and_fuses(struct sp_config *cfg)
{
	cfg->state_dir = dir;
	cfg->secret = given_fuses;
}

static void given_fuses_are_burned(void **state)
{
	struct bed_options options = {.seed = 1, .change = with_dir_and_fuses};
	struct sp_bed *bed = bed_new_with(&options);

	assert_memory_equal(bed_sp(bed)->chip.secret, given_fuses, SP_SECRET_SIZE);
	bed_free(bed);
	bed = power_on();
	assert_memory_equal(bed_sp(bed)->chip.secret, given_fuses, SP_SECRET_SIZE);
	bed_free(bed);
	bed = bed_new_with(&options);
	bed_free(bed);
}

/* -- what is refused ------------------------------------------------------------------------- */

/* A machine around an SP that is not to come up; another bed lends its parts. */
static void refuses_to_power_on(const char *why, const u8 *secret)
{
	struct sp_bed *bed = bed_new_with(&(struct bed_options){.seed = ++seed});
	struct sp_config cfg = bed->config;
	struct error err;

	cfg.state_dir = dir;
	cfg.secret = secret;
	assert_null(sp_new(&cfg, &err));
	if (!strstr(err.text, why) || !strstr(err.text, dir))
		fail_msg("%s", err.text);
	bed_free(bed);
}

static void a_second_process_is_refused(void **state)
{
	struct sp_bed *bed = power_on();

	refuses_to_power_on("in use by another process", NULL);
	bed_free(bed);
}

static void other_fuses_are_refused(void **state)
{
	bed_free(power_on());
	refuses_to_power_on("another chip than the one asked for", given_fuses);
}

static u64 file_digest(const char *name)
{
	u8 bytes[0x10000];
	struct sha256_digest d;
	int fd = open(path_of(name), O_RDONLY);
	ssize_t n = read(fd, bytes, sizeof(bytes));

	assert_true(n > 0);
	close(fd);
	assert_int_equal(sha256(&d, bytes, n), 0);
	return get_le64(d.b);
}

static void initialise_once(void)
{
	struct sp_bed *bed = power_on();

	bed_init_platform(bed);
	bed_free(bed);
}

static void files_that_are_not_this_chip_s_are_left_alone(void **state)
{
	u64 before;

	initialise_once();
	before = file_digest("sev");
	assert_int_equal(unlink(path_of("fuses")), 0);
	refuses_to_power_on("the chip is missing", NULL);
	assert_int_equal(access(path_of("fuses"), F_OK), -1);
	refuses_to_power_on("the chip is missing", given_fuses);
	assert_int_equal(file_digest("sev"), before);
}

static void flash_of_another_chip_is_left_alone(void **state)
{
	char kept[64];
	u64 before;

	initialise_once();
	snprintf(kept, sizeof(kept), "%s.kept", dir);
	assert_int_equal(rename(path_of("sev"), kept), 0);
	assert_int_equal(unlink(path_of("fuses")), 0);
	bed_free(power_on());
	assert_int_equal(rename(kept, path_of("sev")), 0);
	before = file_digest("sev");
	refuses_to_power_on("sealed by another chip", NULL);
	assert_int_equal(file_digest("sev"), before);
}

static void torn_files_are_left_alone(void **state)
{
	u64 before;

	initialise_once();
	assert_int_equal(truncate(path_of("sev"), 1000), 0);
	before = file_digest("sev");
	refuses_to_power_on("torn", NULL);
	assert_int_equal(file_digest("sev"), before);
	assert_int_equal(truncate(path_of("fuses"), 70), 0);
	refuses_to_power_on("torn", NULL);
}

/* -- failures -------------------------------------------------------------------------------- */

static void a_write_that_fails_leaves_no_trace(void **state)
{
	struct sp_bed *bed = power_on();

	bed_init_platform(bed);
	assert_int_equal(mkdir(path_of(".sev.new"), 0700), 0);
	bed_refuses(bed, SP_HWERROR_PLATFORM, SEV_CMD_PDH_GEN, NULL, 0);
	assert_non_null(bed->trace.host_error);
	bed_refuses(bed, SP_HWERROR_PLATFORM, SEV_CMD_PEK_GEN, NULL, 0);
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	bed_refuses(bed, SP_HWERROR_PLATFORM, SEV_CMD_PLATFORM_RESET, NULL, 0);
	assert_int_equal(rmdir(path_of(".sev.new")), 0);
	bed_init_platform(bed);
	bed_accepts(bed, SEV_CMD_PDH_GEN, NULL, 0);
	bed_free(bed);
}

static void die_at_zero(void *ctx)
{
	int *steps = ctx;

	if ((*steps)-- == 0)
		raise(SIGKILL);
}

struct keys {
	struct ec_key pek, pdh;
};

static struct keys keys_of(struct sp_bed *bed)
{
	const struct sev_identity *id = &bed_sp(bed)->platform.identity;

	return (struct keys){id->pek, id->pdh};
}

static void report_keys(int fd, struct sp_bed *bed)
{
	struct keys k = keys_of(bed);

	if (write(fd, &k, sizeof(k)) != sizeof(k))
		_exit(1);
}

/* The commands that write flash, each in the state that it needs. */
static void give(struct sp_bed *bed, u32 id)
{
	if (id == SEV_CMD_PLATFORM_RESET)
		bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	bed_accepts(bed, id, NULL, 0);
	if (id == SEV_CMD_PLATFORM_RESET)
		bed_init_platform(bed); /* the identity that it leaves is the next INIT's */
}

/*
 * A process that makes a PDH, dies in the middle of the command at some step of a write, and
 * reports what was confirmed to it.  True: it came to the end alive.
 */
static bool confirms_and_dies(u32 id, int step, int fd)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		struct sp_bed *bed = power_on();

		bed_init_platform(bed);
		bed_accepts(bed, SEV_CMD_PDH_GEN, NULL, 0);
		report_keys(fd, bed);
		sp_store_on_step(bed_sp(bed)->store, die_at_zero, &step);
		give(bed, id);
		report_keys(fd, bed);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	return WIFEXITED(status);
}

static struct keys keys_after_restart(void)
{
	struct sp_bed *bed = power_on();
	struct keys k;

	bed_init_platform(bed);
	k = keys_of(bed);
	bed_free(bed);
	return k;
}

/* What became of processes that died at each step in turn, until one came to the end. */
struct fates {
	unsigned with_old, with_new;
};

static void kill_at_each_step(u32 id, struct fates *f)
{
	struct keys confirmed[2], now;
	bool survived = false;
	int ends[2];

	*f = (struct fates){0};
	for (int step = 0; !survived; step++) {
		assert_int_equal(pipe(ends), 0);
		survived = confirms_and_dies(id, step, ends[1]);
		close(ends[1]);
		assert_int_equal(read(ends[0], confirmed, sizeof(confirmed)),
				 (survived ? 2 : 1) * sizeof(confirmed[0]));
		close(ends[0]);
		now = keys_after_restart();
		if (survived)
			assert_memory_equal(&now, &confirmed[1], sizeof(now));
		if (id == SEV_CMD_PDH_GEN)
			assert_memory_equal(&now.pek, &confirmed[0].pek, sizeof(now.pek));
		if (memcmp(&now, &confirmed[0], sizeof(now)))
			f->with_new++;
		else
			f->with_old++;
	}
}

/* Whoever dies before the rename has the old keys, all of them; later, the new ones. */
static void a_kill_at_any_step_loses_nothing_confirmed(void **state)
{
	static const u32 ids[] = {SEV_CMD_PDH_GEN, SEV_CMD_PEK_GEN};
	struct fates f;

	for (unsigned n = 0; n < ARRAY_SIZE(ids); n++) {
		kill_at_each_step(ids[n], &f);
		assert_int_equal(f.with_new, 3); /* after the rename, after its sync, and alive */
		assert_true(f.with_old > 10);
	}
}

/* A reset is done when it has reached the disk; the INIT after it writes again. */
static void a_kill_during_a_reset_keeps_the_identity_or_erases_it(void **state)
{
	struct fates f;

	kill_at_each_step(SEV_CMD_PLATFORM_RESET, &f);
	assert_true(f.with_old > 10);
	assert_true(f.with_new > f.with_old);
}

/* The very first start: a chip that nobody has heard of yet may be another one after it. */
static void a_kill_at_the_first_init_leaves_a_chip(void **state)
{
	bool survived = false;
	int status;

	for (int step = 0; !survived; step++) {
		struct sp_bed *bed;
		pid_t child = fork();

		if (child == 0) {
			bed = power_on();
			sp_store_on_step(bed_sp(bed)->store, die_at_zero, &step);
			bed_init_platform(bed);
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		survived = WIFEXITED(status);
		assert_true(!survived || WEXITSTATUS(status) == 0);
		initialise_once();
		assert_int_equal(unlink(path_of("sev")), 0);
	}
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(chip_and_identity_survive),
		UNIT(a_reset_survives_and_the_chip_too),
		UNIT(without_a_directory_nothing_survives),
		UNIT(given_fuses_are_burned),
		UNIT(a_second_process_is_refused),
		UNIT(other_fuses_are_refused),
		UNIT(files_that_are_not_this_chip_s_are_left_alone),
		UNIT(flash_of_another_chip_is_left_alone),
		UNIT(torn_files_are_left_alone),
		UNIT(a_write_that_fails_leaves_no_trace),
		UNIT(a_kill_at_any_step_loses_nothing_confirmed),
		UNIT(a_kill_during_a_reset_keeps_the_identity_or_erases_it),
		UNIT(a_kill_at_the_first_init_leaves_a_chip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
