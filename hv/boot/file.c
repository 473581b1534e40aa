/* SPDX-License-Identifier: MIT */
/* A private mapping: a file that shrinks meanwhile is the user's own doing. */
#include "hv/boot/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int check_stat(const char *path, const struct stat *st, struct error *err)
{
	if (!S_ISREG(st->st_mode))
		return error_set(err, EINVAL, "%s: not a regular file", path);
	if (st->st_size == 0)
		return error_set(err, EINVAL, "%s: the file is empty", path);
	if ((u64)st->st_size > BOOT_FILE_MAX)
		return error_set(err, EINVAL, "%s: larger than 4 GiB", path);
	return 0;
}

static int map_file(struct boot_file *f, int fd, u64 len, struct error *err)
{
	void *p = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);

	if (p == MAP_FAILED)
		return error_set(err, errno, "%s: %s", f->path, strerror(errno));
	f->bytes = p;
	f->len = len;
	return 0;
}

int boot_file_open(struct boot_file *f, const char *path, struct error *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc;

	*f = (struct boot_file){.path = path};
	if (fd < 0)
		return error_set(err, errno, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) != 0)
		rc = error_set(err, errno, "%s: %s", path, strerror(errno));
	else
		rc = check_stat(path, &st, err);
	if (rc == 0)
		rc = map_file(f, fd, (u64)st.st_size, err);
	close(fd);
	return rc;
}

void boot_file_close(struct boot_file *f)
{
	/* The mapping is ours alone; munmap() wants it without const. */
	if (f->bytes)
		munmap((void *)(uintptr_t)f->bytes, f->len);
	f->bytes = NULL;
}
