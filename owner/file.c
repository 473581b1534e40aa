/* SPDX-License-Identifier: MIT */
/* Reads and writes the owner's files. */
#include "owner/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bug.h"
#include "crypto/secret.h"
#include "owner/text.h"

enum { OUTPUTS_MAX = 8 };

static int system_error(struct error *err, const char *path, int code)
{
	return error_set(err, code, "%s: %s", path, strerror(code));
}

/* Appends what one read() gives; the number of bytes, 0 at the end, or -errno. */
static ssize_t read_some(int fd, struct owner_file *file, size_t *room)
{
	ssize_t got;

	if (*room - file->len < 2) {
		size_t more = *room ? 2 * *room : 64 * 1024;
		u8 *grown = malloc(more);

		if (!grown)
			return -ENOMEM;
		if (file->bytes) {
			memcpy(grown, file->bytes, file->len);
			secret_wipe(file->bytes, file->len);
			free(file->bytes);
		}
		file->bytes = grown;
		*room = more;
	}
	do
		got = read(fd, file->bytes + file->len, *room - file->len - 1);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

static int read_fd(struct owner_file *file, int fd, const char *path, size_t max, struct error *err)
{
	size_t room = 0;
	ssize_t got;

	while ((got = read_some(fd, file, &room)) > 0) {
		file->len += (size_t)got;
		if (file->len > max)
			return error_set(err, EFBIG, "%s: above %zu bytes", path, max);
	}
	if (got < 0)
		return system_error(err, path, (int)-got);
	file->bytes[file->len] = '\0';
	return 0;
}

int owner_file_read(struct owner_file *file, const char *path, size_t max, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	memset(file, 0, sizeof(*file));
	if (fd < 0)
		return system_error(err, path, errno);
	ret = read_fd(file, fd, path, max, err);
	close(fd);
	if (ret)
		owner_file_fini(file);
	return ret;
}

void owner_file_fini(struct owner_file *file)
{
	if (file->bytes)
		secret_wipe(file->bytes, file->len);
	free(file->bytes);
	memset(file, 0, sizeof(*file));
}

/* Decodes in place, where it is base64: that is longer than what it means. */
static int decode_base64(struct owner_file *file)
{
	u8 *decoded;
	size_t len;

	if (file->len == 0)
		return 0;
	decoded = malloc(file->len);
	if (!decoded)
		return -ENOMEM;
	if (owner_base64_parse(decoded, file->len, &len, (const char *)file->bytes, file->len,
			       NULL) == 0) {
		secret_wipe(file->bytes, file->len);
		memcpy(file->bytes, decoded, len);
		file->len = len;
	}
	secret_wipe(decoded, len);
	free(decoded);
	return 0;
}

int owner_file_read_blob(struct owner_file *file, const char *path, size_t max, struct error *err)
{
	int ret = owner_file_read(file, path, 2 * max, err);

	if (ret)
		return ret;
	ret = decode_base64(file);
	if (ret)
		error_set(err, ENOMEM, "out of memory");
	else if (file->len > max)
		ret = error_set(err, EFBIG, "%s: above %zu bytes", path, max);
	if (ret)
		owner_file_fini(file);
	return ret;
}

int owner_file_read_exact(void *out, size_t size, const char *path, struct error *err)
{
	struct owner_file file;
	int ret = owner_file_read(&file, path, 2 * size + 4096, err);

	if (ret)
		return ret;
	if (file.len != size)
		ret = decode_base64(&file);
	if (ret)
		error_set(err, ENOMEM, "out of memory");
	else if (file.len == size)
		memcpy(out, file.bytes, size);
	else
		ret = error_set(err, EINVAL, "%s: %zu bytes, expected %zu", path, file.len, size);
	owner_file_fini(&file);
	return ret;
}

/* A file on its way to its name. */
struct pending {
	char *temp; /* its name until then; NULL: none */
};

static int write_all(int fd, const void *bytes, size_t len)
{
	const u8 *p = bytes;

	while (len > 0) {
		ssize_t put = write(fd, p, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		p += put;
		len -= (size_t)put;
	}
	return 0;
}

static int write_output(int fd, const struct owner_output *out)
{
	char *text;
	int ret;

	if (!out->base64)
		return write_all(fd, out->bytes, out->len);
	text = malloc(OWNER_BASE64_SIZE(out->len) + 1);
	if (!text)
		return -ENOMEM;
	owner_base64_format(text, out->bytes, out->len);
	strcat(text, "\n");
	ret = write_all(fd, text, strlen(text));
	free(text);
	return ret;
}

/* mkostemp() made the file with mode 0600. */
static int finish_temp(int fd, const struct owner_output *out)
{
	int ret = write_output(fd, out);

	if (ret == 0 && !out->secret) {
		mode_t mask = umask(077);

		umask(mask);
		if (fchmod(fd, 0644 & ~mask) != 0)
			ret = -errno;
	}
	if (ret == 0 && fsync(fd) != 0)
		ret = -errno;
	return ret;
}

static int make_temp(struct pending *p, const struct owner_output *out, struct error *err)
{
	int fd;
	int ret;

	if (asprintf(&p->temp, "%s.XXXXXX", out->path) < 0) {
		p->temp = NULL;
		return error_set(err, ENOMEM, "out of memory");
	}
	fd = mkostemp(p->temp, O_CLOEXEC);
	if (fd < 0) {
		ret = -errno;
		free(p->temp);
		p->temp = NULL;
		return system_error(err, out->path, -ret);
	}
	ret = finish_temp(fd, out);
	close(fd);
	return ret ? system_error(err, out->path, -ret) : 0;
}

/* link() refuses a name that is taken, which a look beforehand could not promise. */
static int publish(struct pending *p, const struct owner_output *out, bool replace,
		   struct error *err)
{
	if (replace && rename(p->temp, out->path) != 0)
		return system_error(err, out->path, errno);
	if (!replace) {
		if (link(p->temp, out->path) != 0)
			return errno == EEXIST
				       ? error_set(err, EEXIST, "%s: exists already", out->path)
				       : system_error(err, out->path, errno);
		unlink(p->temp);
	}
	free(p->temp);
	p->temp = NULL;
	return 0;
}

int owner_files_write(const struct owner_output *outputs, size_t count, bool replace,
		      struct error *err)
{
	struct pending pending[OUTPUTS_MAX] = {0};
	size_t published = 0;
	int ret = 0;

	BUG_ON(count > OUTPUTS_MAX);
	for (size_t i = 0; ret == 0 && i < count; i++)
		ret = make_temp(&pending[i], &outputs[i], err);
	while (ret == 0 && published < count) {
		ret = publish(&pending[published], &outputs[published], replace, err);
		if (ret == 0)
			published++;
	}
	for (size_t i = 0; ret && i < count; i++) {
		if (pending[i].temp)
			unlink(pending[i].temp);
		free(pending[i].temp);
		/* What was there before a replacement cannot come back; only new names go. */
		if (i < published && !replace)
			unlink(outputs[i].path);
	}
	return ret;
}
