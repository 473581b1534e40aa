/* SPDX-License-Identifier: MIT */
/*
 * DRAM's bytes: an anonymous memory file, or a file that the user names to look at from outside.
 *
 * A named file may be somebody's thesis.  It is used only when it is new, empty, or has exactly
 * the size of this DRAM, as one that an earlier machine left has; its bytes are then what power-on
 * finds.  Its blocks are reserved at once, since a full disk would later be a SIGBUS.
 */
#include "chip/fabric/dram.h"

#include "chip/fabric/fabric.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int check_size(u64 size, struct error *err)
{
	if (size < FABRIC_DRAM_MIN || size >= FABRIC_DRAM_END || size % PAGE_SIZE)
		return error_set(err, EINVAL,
				 "DRAM size of %llu bytes: must be a multiple of 4 KiB, at least "
				 "1 MiB and less than 64 TiB",
				 (unsigned long long)size);
	return 0;
}

/* The seals keep whoever opens /proc/PID/fd/N from shrinking DRAM under a running machine. */
static int open_anonymous(u64 size, struct error *err)
{
	int fd = memfd_create("swsev-dram", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int rc;

	if (fd < 0)
		return error_set(err, errno, "DRAM: memfd_create: %s", strerror(errno));
	if (ftruncate(fd, (off_t)size) != 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
		rc = error_set(err, errno, "DRAM of %llu bytes: %s", (unsigned long long)size,
			       strerror(errno));
		close(fd);
		return rc;
	}
	return fd;
}

/* Gives the file's size in *old_size. */
static int check_file(int fd, const char *path, u64 size, off_t *old_size, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return error_set(err, errno, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(err, EINVAL, "%s: not a regular file, cannot be DRAM", path);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		return error_set(err, EBUSY, "%s: in use as the DRAM of another machine", path);
	/* A size is looked at only under the lock; a file system without locks is let pass. */
	if (fstat(fd, &st) != 0)
		return error_set(err, errno, "%s: %s", path, strerror(errno));
	if (st.st_size != 0 && (u64)st.st_size != size)
		return error_set(err, EEXIST,
				 "%s: has %llu bytes; a file to serve as DRAM must be new, empty, "
				 "or of exactly %llu bytes",
				 path, (unsigned long long)st.st_size, (unsigned long long)size);
	*old_size = st.st_size;
	return 0;
}

/* A file that cannot be had in full is left at the size it had. */
static int size_file(int fd, const char *path, u64 size, off_t old_size, struct error *err)
{
	int rc;

	if (ftruncate(fd, (off_t)size) == 0 &&
	    (fallocate(fd, 0, 0, (off_t)size) == 0 || errno == EOPNOTSUPP))
		return 0;
	rc = error_set(err, errno, "%s: cannot be made %llu bytes long: %s", path,
		       (unsigned long long)size, strerror(errno));
	if (ftruncate(fd, old_size) != 0)
		return error_set(err, errno, "%s: grown, and cannot be shrunk again: %s", path,
				 strerror(errno));
	return rc;
}

static int open_named(const char *path, u64 size, struct error *err)
{
	/* Not blocking: a FIFO or a device is opened only to be refused. */
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	off_t old_size = 0;
	int rc;

	if (fd < 0)
		return error_set(err, errno, "%s: cannot be opened as DRAM: %s", path,
				 strerror(errno));
	rc = check_file(fd, path, size, &old_size, err);
	if (rc == 0)
		rc = size_file(fd, path, size, old_size, err);
	if (rc != 0) {
		close(fd);
		return rc;
	}
	return fd;
}

int dram_open(struct dram *d, const struct fabric_config *cfg, struct error *err)
{
	int rc = check_size(cfg->dram_size, err);
	int fd;
	void *at;

	if (rc != 0)
		return rc;
	fd = cfg->dram_file ? open_named(cfg->dram_file, cfg->dram_size, err)
			    : open_anonymous(cfg->dram_size, err);
	if (fd < 0)
		return fd;
	at = mmap(NULL, cfg->dram_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (at == MAP_FAILED) {
		rc = error_set(err, errno, "%s: cannot map %llu bytes: %s",
			       cfg->dram_file ? cfg->dram_file : "DRAM",
			       (unsigned long long)cfg->dram_size, strerror(errno));
		close(fd);
		return rc;
	}
	/* Fewer host TLB misses where the host offers it; no harm where it does not. */
	(void)madvise(at, cfg->dram_size, MADV_HUGEPAGE);
	*d = (struct dram){.at = at, .fd = fd};
	return 0;
}

void dram_close(struct dram *d, u64 size)
{
	munmap(d->at, size);
	close(d->fd);
	*d = (struct dram){.fd = -1};
}
