/* SPDX-License-Identifier: MIT */
/* Key files: bounded reads, atomic writes that only the owner can read. */
#include "crypto/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/ec_math.h"
#include "crypto/ossl.h"
#include "crypto/rsa_key.h"
#include "crypto/secret.h"

enum { MAX_FILE_BYTES = 64 * 1024 };

/* Reads up to size bytes; the count, or -errno. */
static ssize_t read_all(int fd, u8 *buf, size_t size)
{
	size_t have = 0;

	while (have < size) {
		ssize_t got = read(fd, buf + have, size - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

static int write_all(int fd, const u8 *buf, size_t len)
{
	while (len > 0) {
		ssize_t put = write(fd, buf, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		buf += put;
		len -= (size_t)put;
	}
	return 0;
}

/* A file's bytes, MAX_FILE_BYTES at most; wiped and freed by file_done(). */
struct key_bytes {
	u8 *p;
	size_t len;
};

static void file_done(struct key_bytes *bytes)
{
	if (bytes->p)
		secret_wipe(bytes->p, MAX_FILE_BYTES + 1);
	free(bytes->p);
}

static int file_read(struct key_bytes *bytes, const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	*bytes = (struct key_bytes){0};
	if (fd < 0)
		return error_set(err, errno, "%s: %s", path, strerror(errno));
	bytes->p = malloc(MAX_FILE_BYTES + 1);
	got = bytes->p ? read_all(fd, bytes->p, MAX_FILE_BYTES + 1) : -ENOMEM;
	close(fd);
	if (got < 0)
		return error_set(err, (int)-got, "%s: %s", path, strerror((int)-got));
	if (got > MAX_FILE_BYTES)
		return error_set(err, EINVAL, "%s: above %d bytes, not a key", path,
				 MAX_FILE_BYTES);
	bytes->len = (size_t)got;
	return 0;
}

/* Puts the file's name before what a parser said. */
static int name_file(int ret, const char *path, const struct error *said, struct error *err)
{
	return ret ? error_set(err, -ret, "%s: %.300s", path, said->text) : 0;
}

int ec_key_load(struct ec_key *key, const char *path, struct error *err)
{
	struct error said = {0};
	struct key_bytes bytes;
	int ret;

	memset(key, 0, sizeof(*key));
	ret = file_read(&bytes, path, err);
	if (ret == 0)
		ret = name_file(ec_key_parse(key, bytes.p, bytes.len, &said), path, &said, err);
	file_done(&bytes);
	return ret;
}

int rsa_key_load(struct rsa_key **key, const char *path, struct error *err)
{
	struct error said = {0};
	struct key_bytes bytes;
	int ret;

	*key = NULL;
	ret = file_read(&bytes, path, err);
	if (ret == 0)
		ret = name_file(rsa_key_parse(key, bytes.p, bytes.len, &said), path, &said, err);
	file_done(&bytes);
	return ret;
}

/* Writes and names the new file; mkstemp() made it with mode 0600. */
static int temp_finish(int fd, const char *temp, const char *path, const u8 *bytes, size_t len)
{
	int ret = write_all(fd, bytes, len);

	if (ret == 0 && fsync(fd) != 0)
		ret = -errno;
	if (ret == 0 && rename(temp, path) != 0)
		ret = -errno;
	return ret;
}

static int file_write(const char *path, const u8 *bytes, size_t len, struct error *err)
{
	char *temp = NULL;
	int fd;
	int ret;

	if (asprintf(&temp, "%s.XXXXXX", path) < 0)
		return error_set(err, ENOMEM, "out of memory");
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0) {
		ret = -errno;
	} else {
		ret = temp_finish(fd, temp, path, bytes, len);
		if (ret)
			unlink(temp);
		close(fd);
	}
	free(temp);
	return ret ? error_set(err, -ret, "%s: %s", path, strerror(-ret)) : 0;
}

static int pkey_save(const char *path, const EVP_PKEY *pkey, struct error *err)
{
	BIO *bio = BIO_new(BIO_s_secmem()); /* wipes what it held */
	char *text = NULL;
	long len = 0;
	int ret;

	if (bio && PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL) == 1)
		len = BIO_get_mem_data(bio, &text);
	if (len > 0)
		ret = file_write(path, (const u8 *)text, (size_t)len, err);
	else
		ret = ossl_failure(err);
	BIO_free(bio);
	return ret;
}

int ec_key_save(const char *path, const struct ec_key *key, struct error *err)
{
	EVP_PKEY *pkey = ec_pkey_new(&key->pub, key->d);
	int ret = pkey ? pkey_save(path, pkey, err) : ossl_failure(err);

	EVP_PKEY_free(pkey);
	return ret;
}

int rsa_key_save(const char *path, const struct rsa_key *key, struct error *err)
{
	return pkey_save(path, key->pkey, err);
}
