/* SPDX-License-Identifier: MIT */
/* Files: bounds, base64, modes, and nothing half done. */
#include "owner/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/testbed.h"

static char folder[64], one[96], two[96];

static int setup(void **state)
{
	snprintf(folder, sizeof(folder), "/tmp/swsev-owner-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(one, sizeof(one), "%s/one", folder);
	snprintf(two, sizeof(two), "%s/two", folder);
	return 0;
}

static int teardown(void **state)
{
	unlink(one);
	unlink(two);
	return rmdir(folder); /* fails where something was left */
}

static void put(const char *path, const void *bytes, size_t len)
{
	const struct owner_output out = {path, bytes, len, false, false};

	assert_int_equal(owner_files_write(&out, 1, true, NULL), 0);
}

static void assert_file(const char *path, const void *bytes, size_t len)
{
	struct owner_file f;

	assert_int_equal(owner_file_read(&f, path, 1 << 20, NULL), 0);
	assert_int_equal(f.len, len);
	assert_memory_equal(f.bytes, bytes, len);
	owner_file_fini(&f);
}

static void test_read(void **state)
{
	static u8 big[200 * 1024];
	struct owner_file f;
	struct error err;

	fill_sequence(big, sizeof(big), 7);
	put(one, big, sizeof(big));
	assert_file(one, big, sizeof(big));
	assert_int_equal(owner_file_read(&f, one, sizeof(big) - 1, &err), -EFBIG);
	assert_null(f.bytes);
	assert_non_null(strstr(err.text, one));
	assert_int_equal(owner_file_read(&f, two, 10, &err), -ENOENT);
	assert_non_null(strstr(err.text, "two: No such file"));
	assert_int_equal(owner_file_read(&f, folder, 10, &err), -EISDIR);
	put(one, "", 0);
	assert_file(one, "", 0);
}

static void test_blobs(void **state)
{
	struct owner_file f;
	u8 key[16];

	put(one, "Zm9vYmFy\n", 9);
	assert_int_equal(owner_file_read_blob(&f, one, 6, NULL), 0);
	assert_int_equal(f.len, 6);
	assert_memory_equal(f.bytes, "foobar", 6);
	owner_file_fini(&f);
	assert_int_equal(owner_file_read_blob(&f, one, 5, NULL), -EFBIG);
	put(one, "Zm9vYmF.\n", 9);
	assert_int_equal(owner_file_read_blob(&f, one, 100, NULL), 0);
	assert_int_equal(f.len, 9);
	owner_file_fini(&f);

	/* A key that looks like text is a key. */
	put(one, "AAAAAAAAAAAAAAAA", 16);
	assert_int_equal(owner_file_read_exact(key, sizeof(key), one, NULL), 0);
	assert_memory_equal(key, "AAAAAAAAAAAAAAAA", 16);
	put(one, "QUFBQUFBQUFBQUFBQUFBQg==", 24);
	assert_int_equal(owner_file_read_exact(key, sizeof(key), one, NULL), 0);
	assert_memory_equal(key, "AAAAAAAAAAAAAAAB", 16);
	put(one, "AAAAAAAAAAAAAAA", 15);
	assert_int_equal(owner_file_read_exact(key, sizeof(key), one, NULL), -EINVAL);
	put(one, "", 0);
	assert_int_equal(owner_file_read_exact(key, sizeof(key), one, NULL), -EINVAL);
}

static unsigned mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void test_modes_and_forms(void **state)
{
	const struct owner_output out[] = {
		{one, "key", 3, true, false},
		{two, "foobar", 6, false, true},
	};
	mode_t mask = umask(0);

	assert_int_equal(owner_files_write(out, 2, false, NULL), 0);
	assert_int_equal(mode_of(one), 0600);
	assert_int_equal(mode_of(two), 0644);
	assert_file(one, "key", 3);
	assert_file(two, "Zm9vYmFy\n", 9);
	umask(mask);
}

static void test_never_over_another(void **state)
{
	struct owner_output out[] = {
		{one, "new", 3, true, false},
		{two, "new", 3, false, false},
	};
	struct error err;

	put(two, "old", 3);
	assert_int_equal(owner_files_write(out, 2, false, &err), -EEXIST);
	assert_non_null(strstr(err.text, two));
	assert_file(two, "old", 3);
	assert_int_equal(access(one, F_OK), -1); /* the first is taken back */
	assert_int_equal(owner_files_write(out, 2, true, &err), 0);
	assert_file(two, "new", 3);
}

static void test_no_such_folder(void **state)
{
	char path[128];
	struct owner_output out[] = {
		{one, "new", 3, true, false},
		{path, "new", 3, false, false},
	};
	struct error err;

	snprintf(path, sizeof(path), "%s/none/file", folder);
	assert_int_equal(owner_files_write(out, 2, true, &err), -ENOENT);
	assert_non_null(strstr(err.text, path));
	assert_int_equal(access(one, F_OK), -1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_read),
		TEST(test_blobs),
		TEST(test_modes_and_forms),
		TEST(test_never_over_another),
		TEST(test_no_such_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
