/* SPDX-License-Identifier: MIT */
/* Files that are not ours stay; a process killed at any step of a save loses nothing. */
#include "chip/sp/store.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/cmocka.h"

static char dir[] = "/tmp/sp_store_test.XXXXXX";
static u8 old_data[10000], new_data[10000];

static const char *path_of(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static int setup(void **state)
{
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	assert_non_null(mkdtemp(dir));
	memset(old_data, 1, sizeof(old_data));
	memset(new_data, 2, sizeof(new_data));
	return 0;
}

static int teardown(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

static struct sp_store *open_store(void)
{
	struct sp_store *s;
	struct error err;

	if (sp_store_open(&s, dir, &err))
		fail_msg("%s", err.text);
	return s;
}

static void save(struct sp_store *s, const char *name, const u8 *data)
{
	struct error err;

	if (sp_store_save(s, name, data, sizeof(old_data), &err))
		fail_msg("%s", err.text);
}

/* -- files ----------------------------------------------------------------------------------- */

static void what_is_saved_is_loaded(void **state)
{
	struct sp_store *s = open_store();
	u8 got[sizeof(old_data)];
	struct stat st;

	umask(0);
	save(s, "thing", old_data);
	assert_int_equal(sp_store_load(s, "thing", got, sizeof(got), NULL), 0);
	assert_memory_equal(got, old_data, sizeof(got));
	save(s, "thing", new_data);
	sp_store_close(s);
	s = open_store();
	assert_int_equal(sp_store_load(s, "thing", got, sizeof(got), NULL), 0);
	assert_memory_equal(got, new_data, sizeof(got));
	assert_int_equal(stat(path_of("thing"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(sp_store_load(s, "other", got, sizeof(got), NULL), -ENOENT);
	sp_store_close(s);
}

static void a_directory_is_made_for_its_owner_alone(void **state)
{
	struct sp_store *s;
	struct stat st;

	umask(0);
	assert_int_equal(sp_store_open(&s, path_of("fresh"), NULL), 0);
	assert_int_equal(stat(path_of("fresh"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	sp_store_close(s);
}

static void two_do_not_share_a_directory(void **state)
{
	struct sp_store *s = open_store(), *second;
	struct error err;

	assert_int_equal(sp_store_open(&second, dir, &err), -EBUSY);
	assert_null(second);
	assert_non_null(strstr(err.text, "in use by another process"));
	sp_store_close(s);
	s = open_store();
	sp_store_close(s);
}

static void what_is_no_directory_is_refused(void **state)
{
	struct sp_store *s;
	struct error err;

	assert_int_equal(sp_store_open(&s, path_of("a/b"), &err), -ENOENT);
	close(open(path_of("file"), O_CREAT | O_WRONLY, 0600));
	assert_int_equal(sp_store_open(&s, path_of("file"), &err), -ENOTDIR);
}

/* -- files that are not what they should be -------------------------------------------------- */

static void overwrite(const char *name, off_t at, u8 byte)
{
	int fd = open(path_of(name), O_RDWR);

	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void refuses(const char *name, size_t len, const char *why)
{
	struct sp_store *s = open_store();
	u8 got[2 * sizeof(old_data)];
	struct error err;

	assert_int_equal(sp_store_load(s, name, got, len, &err), -EINVAL);
	if (!strstr(err.text, why) || !strstr(err.text, path_of(name)))
		fail_msg("%s", err.text);
	sp_store_close(s);
}

static void unusable_files_are_told_apart(void **state)
{
	struct sp_store *s = open_store();

	save(s, "thing", old_data);
	sp_store_close(s);
	refuses("thing", sizeof(old_data) - 1, "expected 9999");
	overwrite("thing", 0x40, 7);
	refuses("thing", sizeof(old_data), "damaged");
	overwrite("thing", 0x40, 1);
	overwrite("thing", 8, 2);
	refuses("thing", sizeof(old_data), "newer");
	overwrite("thing", 0, 0);
	refuses("thing", sizeof(old_data), "not a state file");
	overwrite("thing", 0, 'S');
	overwrite("thing", 8, 0);
	refuses("thing", sizeof(old_data), "damaged");
}

static void a_file_under_another_name_is_refused(void **state)
{
	struct sp_store *s = open_store();
	int fd = open(dir, O_RDONLY | O_DIRECTORY);

	save(s, "thing", old_data);
	sp_store_close(s);
	assert_int_equal(renameat(fd, "thing", fd, "sev"), 0);
	close(fd);
	refuses("sev", sizeof(old_data), "under another name");
}

static void every_truncation_is_noticed(void **state)
{
	struct sp_store *s = open_store();

	save(s, "thing", old_data);
	sp_store_close(s);
	for (off_t len = 0x40 + sizeof(old_data) - 1; len > 0; len = len * 2 / 3) {
		assert_int_equal(truncate(path_of("thing"), len), 0);
		refuses("thing", sizeof(old_data), len < 0x40 ? "not a state file" : "torn");
	}
}

static void what_is_too_long_is_noticed(void **state)
{
	struct sp_store *s = open_store();

	save(s, "thing", old_data);
	sp_store_close(s);
	overwrite("thing", 0x40 + sizeof(old_data), 0);
	refuses("thing", sizeof(old_data), "torn");
	assert_int_equal(truncate(path_of("thing"), 1 << 20), 0);
	refuses("thing", sizeof(old_data), "torn");
}

static void a_pipe_does_not_hang(void **state)
{
	assert_int_equal(mkfifo(path_of("thing"), 0600), 0);
	refuses("thing", sizeof(old_data), "not a state file");
}

static void a_save_that_fails_leaves_the_old(void **state)
{
	struct sp_store *s = open_store();
	u8 got[sizeof(old_data)];
	struct error err;

	save(s, "thing", old_data);
	assert_int_equal(mkdir(path_of(".thing.new"), 0700), 0);
	assert_int_equal(sp_store_save(s, "thing", new_data, sizeof(new_data), &err), -EISDIR);
	assert_non_null(strstr(err.text, "cannot write"));
	assert_int_equal(sp_store_load(s, "thing", got, sizeof(got), NULL), 0);
	assert_memory_equal(got, old_data, sizeof(got));
	sp_store_close(s);
}

/* As on a full disk: the write ends in the middle of the data. */
static void a_write_cut_short_leaves_the_old(void **state)
{
	struct sp_store *s = open_store();
	u8 got[sizeof(old_data)];
	struct rlimit limit, small;
	struct error err;

	save(s, "thing", old_data);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = (struct rlimit){.rlim_cur = 5000, .rlim_max = limit.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(sp_store_save(s, "thing", new_data, sizeof(new_data), &err), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(access(path_of(".thing.new"), F_OK), -1);
	assert_int_equal(sp_store_load(s, "thing", got, sizeof(got), NULL), 0);
	assert_memory_equal(got, old_data, sizeof(got));
	sp_store_close(s);
}

/* -- death ----------------------------------------------------------------------------------- */

static void die_at_zero(void *ctx)
{
	int *steps = ctx;

	if ((*steps)-- == 0)
		raise(SIGKILL);
}

/* A process that saves new_data and dies at a step; true: it came to the end alive. */
static bool saves_and_dies(int step)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		struct sp_store *s;

		if (sp_store_open(&s, dir, NULL))
			_exit(1);
		sp_store_on_step(s, die_at_zero, &step);
		_exit(sp_store_save(s, "thing", new_data, sizeof(new_data), NULL) ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	return WIFEXITED(status);
}

static bool holds(struct sp_store *s, const u8 *data)
{
	u8 got[sizeof(old_data)];
	struct error err;

	if (sp_store_load(s, "thing", got, sizeof(got), &err))
		fail_msg("%s", err.text);
	return !memcmp(got, data, sizeof(got));
}

static void death_at_any_step_leaves_old_or_new(void **state)
{
	bool survived = false;
	unsigned with_new = 0;
	int step;

	for (step = 0; !survived; step++) {
		struct sp_store *s = open_store();

		save(s, "thing", old_data);
		sp_store_close(s);
		survived = saves_and_dies(step);
		s = open_store();
		assert_true(holds(s, new_data) || (!survived && holds(s, old_data)));
		with_new += holds(s, new_data);
		sp_store_close(s);
	}
	assert_true(step > 7);
	assert_int_equal(with_new, 3); /* after the rename, after its sync, and alive */
}

/* The first save of a file: nothing, or all of it; what is left over does not disturb the next. */
static void death_at_the_first_save_leaves_none_or_new(void **state)
{
	u8 got[sizeof(new_data)];
	bool survived = false;
	unsigned with_none = 0;

	for (int step = 0; !survived; step++) {
		struct sp_store *s;
		int ret;

		survived = saves_and_dies(step);
		s = open_store();
		ret = sp_store_load(s, "thing", got, sizeof(got), NULL);
		assert_true(ret == 0 || (!survived && ret == -ENOENT));
		with_none += ret != 0;
		save(s, "thing", old_data);
		assert_true(holds(s, old_data));
		sp_store_close(s);
		assert_int_equal(unlink(path_of("thing")), 0);
	}
	assert_true(with_none > 5);
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(what_is_saved_is_loaded),
		UNIT(a_directory_is_made_for_its_owner_alone),
		UNIT(two_do_not_share_a_directory),
		UNIT(what_is_no_directory_is_refused),
		UNIT(unusable_files_are_told_apart),
		UNIT(a_file_under_another_name_is_refused),
		UNIT(every_truncation_is_noticed),
		UNIT(what_is_too_long_is_noticed),
		UNIT(a_pipe_does_not_hang),
		UNIT(a_save_that_fails_leaves_the_old),
		UNIT(a_write_cut_short_leaves_the_old),
		UNIT(death_at_any_step_leaves_old_or_new),
		UNIT(death_at_the_first_save_leaves_none_or_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
