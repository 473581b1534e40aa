/* SPDX-License-Identifier: MIT */
/* DRAM as memory and as a named file, and every reason to refuse one. */
#include "chip/fabric/fabric.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/cmocka.h"

struct place {
	char dir[64];
	char file[96];
};

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	snprintf(p->dir, sizeof(p->dir), "/tmp/swsev-dram-test-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->file, sizeof(p->file), "%s/dram", p->dir);
	*state = p;
	return 0;
}

static int remove_place(void **state)
{
	struct place *p = *state;

	unlink(p->file);
	rmdir(p->file);
	rmdir(p->dir);
	free(p);
	return 0;
}

static off_t size_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

static void put_file(const char *path, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	for (size_t i = 0; i < len; i++)
		fputc('x', f);
	assert_int_equal(fclose(f), 0);
}

/* The refusal's number is `rc`, and its line names `name`. */
static void check_refused(const char *path, u64 size, int rc, const char *name)
{
	struct fabric_config cfg = {.dram_size = size, .dram_file = path};
	struct error err = {.text = ""};
	struct fabric f;

	assert_int_equal(fabric_init(&f, &cfg, &err), rc);
	assert_non_null(strstr(err.text, name));
	assert_int_equal(fabric_init(&f, &cfg, NULL), rc);
}

static void test_sizes_out_of_range(void **state)
{
	check_refused(NULL, 0, -EINVAL, "DRAM size");
	check_refused(NULL, MIB(1) - PAGE_SIZE, -EINVAL, "DRAM size");
	check_refused(NULL, MIB(1) + 1, -EINVAL, "DRAM size");
	check_refused(NULL, FABRIC_DRAM_END, -EINVAL, "DRAM size");
	check_refused(NULL, ~0ull, -EINVAL, "DRAM size");
}

static void test_anonymous(void **state)
{
	struct fabric_config cfg = {.dram_size = MIB(1)};
	struct error err;
	struct fabric f;
	struct stat st;

	assert_int_equal(fabric_init(&f, &cfg, &err), 0);
	assert_int_equal(f.dram_size, MIB(1));
	assert_int_equal(fstat(f.fd, &st), 0);
	assert_int_equal(st.st_size, MIB(1));
	assert_true(fcntl(f.fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(ftruncate(f.fd, 0), -1); /* sealed: no SIGBUS from outside */
	assert_int_equal(f.dram[0] | f.dram[MIB(1) - 1], 0);
	f.dram[MIB(1) - 1] = 1;
	fabric_fini(&f);
}

static void test_file_is_created_private_and_kept(void **state)
{
	struct place *p = *state;
	struct fabric_config cfg = {.dram_size = MIB(1), .dram_file = p->file};
	struct error err;
	struct fabric f;
	struct stat st;

	assert_int_equal(fabric_init(&f, &cfg, &err), 0);
	assert_int_equal(stat(p->file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, MIB(1));
	assert_true(fcntl(f.fd, F_GETFD) & FD_CLOEXEC);
	memcpy(f.dram + 5000, "remanent", 8);
	fabric_fini(&f);

	assert_int_equal(fabric_init(&f, &cfg, &err), 0);
	assert_memory_equal(f.dram + 5000, "remanent", 8);
	fabric_fini(&f);
}

static void test_empty_file_is_used(void **state)
{
	struct place *p = *state;
	struct fabric_config cfg = {.dram_size = MIB(2), .dram_file = p->file};
	struct error err;
	struct fabric f;

	put_file(p->file, 0);
	assert_int_equal(fabric_init(&f, &cfg, &err), 0);
	assert_int_equal(size_of(p->file), MIB(2));
	fabric_fini(&f);
}

static void test_foreign_file_is_left_alone(void **state)
{
	struct place *p = *state;
	char text[8] = "";
	FILE *f;

	put_file(p->file, 5);
	check_refused(p->file, MIB(1), -EEXIST, p->file);
	assert_int_equal(size_of(p->file), 5);
	f = fopen(p->file, "rb");
	assert_non_null(f);
	assert_int_equal(fread(text, 1, sizeof(text), f), 5);
	assert_string_equal(text, "xxxxx");
	fclose(f);
}

static void test_second_machine_is_refused(void **state)
{
	struct place *p = *state;
	struct fabric_config cfg = {.dram_size = MIB(1), .dram_file = p->file};
	struct error err;
	struct fabric f;

	assert_int_equal(fabric_init(&f, &cfg, &err), 0);
	check_refused(p->file, MIB(1), -EBUSY, p->file);
	check_refused(p->file, MIB(2), -EBUSY, p->file);
	fabric_fini(&f);
	assert_int_equal(fabric_init(&f, &cfg, &err), 0);
	fabric_fini(&f);
}

static void test_not_a_regular_file(void **state)
{
	struct place *p = *state;

	check_refused("/dev/null", MIB(1), -EINVAL, "/dev/null");
	assert_int_equal(mkfifo(p->file, 0600), 0);
	check_refused(p->file, MIB(1), -EINVAL, p->file);
	unlink(p->file);
	assert_int_equal(mkdir(p->file, 0700), 0);
	check_refused(p->file, MIB(1), -EISDIR, p->file);
}

static void test_paths_that_lead_nowhere(void **state)
{
	struct place *p = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/absent/dram", p->dir);
	check_refused(path, MIB(1), -ENOENT, path);
	check_refused("", MIB(1), -ENOENT, "DRAM");
}

/* More than any disk has: refused at the start, and the file is left as empty as it was made. */
static void test_no_room(void **state)
{
	struct place *p = *state;
	struct fabric_config cfg = {.dram_size = FABRIC_DRAM_END - PAGE_SIZE, .dram_file = p->file};
	struct error err = {.text = ""};
	struct fabric f;

	assert_true(fabric_init(&f, &cfg, &err) < 0);
	assert_non_null(strstr(err.text, p->file));
	assert_int_equal(size_of(p->file), 0);
}

#define PLACED(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes_out_of_range),
		cmocka_unit_test(test_anonymous),
		PLACED(test_file_is_created_private_and_kept),
		PLACED(test_empty_file_is_used),
		PLACED(test_foreign_file_is_left_alone),
		PLACED(test_second_machine_is_refused),
		PLACED(test_not_a_regular_file),
		PLACED(test_paths_that_lead_nowhere),
		PLACED(test_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
