/* SPDX-License-Identifier: MIT */
/* Files with a head and a checksum, replaced by rename. */
#include "chip/sp/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/layout.h"
#include "base/bug.h"
#include "base/bytes.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

enum { STORE_VERSION = 1, NAME_MAX_BYTES = 16, WRITE_CHUNK = 4096 };

/* clang-format off */

struct store_head {
	u8	magic[8];
	u32	version;	/* a newer one may change all that follows */
	u32	length;		/* of the data behind the head */
	char	name[NAME_MAX_BYTES];
	u8	checksum[32];	/* SHA-256 over head (this field zero) and data */
};
LAYOUT_SIZE(store_head, 0x40);

/* clang-format on */

static const u8 store_magic[8] = {'S', 'W', 'S', 'E', 'V', 'S', 'T', 0};

struct sp_store {
	char *path;
	int dir;
	void (*step)(void *ctx);
	void *ctx;
};

/* -- the directory --------------------------------------------------------------------------- */

/* A new directory's entry in its parent must last as well. */
static int sync_parent(int dir)
{
	int parent = openat(dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret = parent < 0 || fsync(parent) ? -errno : 0;

	if (parent >= 0)
		close(parent);
	return ret;
}

static int open_dir(struct sp_store *s, struct error *err)
{
	bool created = !mkdir(s->path, 0700);

	s->dir = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0)
		return error_set(err, errno, "%s: %s", s->path, strerror(errno));
	if (created && sync_parent(s->dir))
		return error_set(err, errno, "%s: %s", s->path, strerror(errno));
	if (!flock(s->dir, LOCK_EX | LOCK_NB))
		return 0;
	if (errno == EWOULDBLOCK)
		return error_set(err, EBUSY, "%s: in use by another process", s->path);
	return error_set(err, errno, "%s: cannot lock: %s", s->path, strerror(errno));
}

int sp_store_open(struct sp_store **store, const char *path, struct error *err)
{
	struct sp_store *s = calloc(1, sizeof(*s));
	int ret = -ENOMEM;

	*store = NULL;
	if (s) {
		s->dir = -1;
		s->path = strdup(path);
	}
	if (s && s->path)
		ret = open_dir(s, err);
	else
		error_set(err, ENOMEM, "%s: out of memory", path);
	if (ret)
		sp_store_close(s);
	else
		*store = s;
	return ret;
}

void sp_store_close(struct sp_store *store)
{
	if (!store)
		return;
	if (store->dir >= 0)
		close(store->dir);
	free(store->path);
	free(store);
}

void sp_store_on_step(struct sp_store *store, void (*step)(void *ctx), void *ctx)
{
	store->step = step;
	store->ctx = ctx;
}

static void stepped(const struct sp_store *s)
{
	if (s->step)
		s->step(s->ctx);
}

/* -- heads ----------------------------------------------------------------------------------- */

static int checksum(struct sha256_digest *out, const struct store_head *head, const void *data)
{
	struct store_head plain = *head;
	struct hash *h = hash_new(HASH_SHA256);

	if (!h)
		return -ENOMEM;
	memset(plain.checksum, 0, sizeof(plain.checksum));
	hash_update(h, &plain, sizeof(plain));
	hash_update(h, data, head->length);
	hash_final_sha256(h, out);
	hash_free(h);
	return 0;
}

static int make_head(struct store_head *head, const char *name, const void *data, size_t len)
{
	struct sha256_digest sum;
	int ret;

	BUG_ON(strlen(name) >= sizeof(head->name) || len > STORE_DATA_MAX);
	*head = (struct store_head){.version = STORE_VERSION, .length = len};
	memcpy(head->magic, store_magic, sizeof(store_magic));
	memcpy(head->name, name, strlen(name));
	ret = checksum(&sum, head, data);
	memcpy(head->checksum, sum.b, sizeof(sum.b));
	return ret;
}

/* -- reading --------------------------------------------------------------------------------- */

/* What the file is, before its data is believed; `size` is that of the whole file. */
static int check_head(const struct sp_store *s, const char *name, const struct store_head *head,
		      size_t size, size_t len, struct error *err)
{
	if (size < sizeof(*head) || memcmp(head->magic, store_magic, sizeof(store_magic)))
		return error_set(err, EINVAL, "%s/%s: not a state file of swsev, left alone",
				 s->path, name);
	if (head->version > STORE_VERSION)
		return error_set(err, EINVAL,
				 "%s/%s: format %u, newer than %d, the newest that is known here",
				 s->path, name, head->version, STORE_VERSION);
	if (strncmp(head->name, name, sizeof(head->name)))
		return error_set(err, EINVAL, "%s/%s: this is the file \"%.*s\" under another name",
				 s->path, name, NAME_MAX_BYTES, head->name);
	if (size - sizeof(*head) != head->length)
		return error_set(err, EINVAL, "%s/%s: torn: %zu bytes of data, expected %u",
				 s->path, name, size - sizeof(*head), head->length);
	if (head->length != len)
		return error_set(err, EINVAL, "%s/%s: %u bytes of data, expected %zu", s->path,
				 name, head->length, len);
	return 0;
}

static int check_sum(const struct sp_store *s, const char *name, const struct store_head *head,
		     const void *data, struct error *err)
{
	struct sha256_digest sum;
	int ret;

	ret = checksum(&sum, head, data);
	if (ret)
		return error_set(err, -ret, "%s/%s: %s", s->path, name, strerror(-ret));
	if (memcmp(sum.b, head->checksum, sizeof(sum.b)))
		return error_set(err, EINVAL, "%s/%s: damaged: the checksum does not fit", s->path,
				 name);
	return 0;
}

/* At most room bytes; returns how many, or -errno. */
static ssize_t read_all(int fd, u8 *bytes, size_t room)
{
	size_t got = 0;
	ssize_t n;

	while (got < room) {
		n = read(fd, bytes + got, room - got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		got += n;
	}
	return got;
}

struct store_file {
	struct store_head head;
	u8 data[STORE_DATA_MAX + 1]; /* one more, to notice what is too long */
};

static int load_open(struct sp_store *s, const char *name, int fd, struct store_file *file,
		     size_t len, struct error *err)
{
	ssize_t size = read_all(fd, (u8 *)file, sizeof(*file));
	int ret;

	if (size < 0)
		return error_set(err, -size, "%s/%s: %s", s->path, name, strerror(-size));
	ret = check_head(s, name, &file->head, size, len, err);
	return ret ? ret : check_sum(s, name, &file->head, file->data, err);
}

int sp_store_load(struct sp_store *store, const char *name, void *data, size_t len,
		  struct error *err)
{
	struct store_file *file;
	int fd, ret;

	/* Not to wait for the other end of what is no file. */
	fd = openat(store->dir, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (fd < 0)
		return error_set(err, errno, "%s/%s: %s", store->path, name, strerror(errno));
	file = calloc(1, sizeof(*file));
	if (file)
		ret = load_open(store, name, fd, file, len, err);
	else
		ret = error_set(err, ENOMEM, "%s/%s: out of memory", store->path, name);
	if (!ret)
		memcpy(data, file->data, len);
	if (file)
		secret_wipe(file, sizeof(*file));
	free(file);
	close(fd);
	return ret;
}

/* -- writing --------------------------------------------------------------------------------- */

static int write_all(const struct sp_store *s, int fd, const void *bytes, size_t len)
{
	const u8 *from = bytes;
	ssize_t n;

	while (len) {
		n = write(fd, from, len < WRITE_CHUNK ? len : WRITE_CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		from += n;
		len -= n;
		stepped(s);
	}
	return 0;
}

static int write_new(const struct sp_store *s, const char *temporary, const struct store_head *head,
		     const void *data)
{
	int fd, ret;

	fd = openat(s->dir, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	stepped(s);
	ret = fchmod(fd, 0600) ? -errno : 0;
	if (!ret)
		ret = write_all(s, fd, head, sizeof(*head));
	if (!ret)
		ret = write_all(s, fd, data, head->length);
	if (!ret && fsync(fd))
		ret = -errno;
	stepped(s);
	if (close(fd) && !ret)
		ret = -errno;
	return ret;
}

/* From the rename on the new contents are there; the sync makes them last. */
static int publish(const struct sp_store *s, const char *temporary, const char *name)
{
	if (renameat(s->dir, temporary, s->dir, name))
		return -errno;
	stepped(s);
	if (fsync(s->dir))
		return -errno;
	stepped(s);
	return 0;
}

int sp_store_save(struct sp_store *store, const char *name, const void *data, size_t len,
		  struct error *err)
{
	char temporary[NAME_MAX_BYTES + 8];
	struct store_head head;
	int ret;

	snprintf(temporary, sizeof(temporary), ".%s.new", name);
	ret = make_head(&head, name, data, len);
	if (!ret)
		ret = write_new(store, temporary, &head, data);
	if (!ret)
		ret = publish(store, temporary, name);
	if (!ret)
		return 0;
	unlinkat(store->dir, temporary, 0);
	return error_set(err, -ret, "%s/%s: cannot write: %s", store->path, name, strerror(-ret));
}
