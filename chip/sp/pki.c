/* SPDX-License-Identifier: MIT */
/* Loading, checking and using the manufacturer's keys. */
#include "chip/sp/pki.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "crypto/keyfile.h"

/* -- files ----------------------------------------------------------------------------------- */

static int read_file(u8 *bytes, size_t room, size_t *len, const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, bytes, room);
	int ret = n < 0 ? error_set(err, errno, "%s: %s", path, strerror(errno)) : 0;

	if (fd >= 0)
		close(fd);
	*len = n < 0 ? 0 : (size_t)n;
	return ret;
}

static int load_cert(struct amd_cert *cert, u8 *bytes, enum sev_usage usage, const char *path,
		     struct error *err)
{
	u8 file[AMD_CERT_SIZE(4096) + 1];
	size_t len;
	int ret;

	ret = read_file(file, sizeof(file), &len, path, err);
	if (ret)
		return ret;
	if (amd_cert_parse(cert, usage, file, len) || cert->size != len)
		return error_set(err, EINVAL, "%s: not a certificate of the %s in AMD's format",
				 path, usage == SEV_USAGE_ARK ? "ARK" : "ASK");
	memcpy(bytes, file, len);
	cert->bytes = bytes;
	return 0;
}

static int path_in(char path[PATH_MAX], const char *dir, const char *name, struct error *err)
{
	if ((size_t)snprintf(path, PATH_MAX, "%s/%s", dir, name) < PATH_MAX)
		return 0;
	return error_set(err, ENAMETOOLONG, "%s: %s", dir, strerror(ENAMETOOLONG));
}

static int load_files(struct sp_pki *pki, const char *dir, struct error *err)
{
	char path[PATH_MAX];
	int ret;

	ret = path_in(path, dir, "ark.cert", err);
	if (!ret)
		ret = load_cert(&pki->ark, pki->ark_bytes, SEV_USAGE_ARK, path, err);
	if (!ret)
		ret = path_in(path, dir, "ask.cert", err);
	if (!ret)
		ret = load_cert(&pki->ask, pki->ask_bytes, SEV_USAGE_ASK, path, err);
	if (!ret)
		ret = path_in(path, dir, "ask.pem", err);
	return ret ? ret : rsa_key_load(&pki->ask_key, path, err);
}

/* -- chains ---------------------------------------------------------------------------------- */

static int check_signed(const struct amd_cert *cert, const struct amd_cert *signer, const char *dir,
			const char *what, struct error *err)
{
	enum verdict v;
	int ret;

	ret = amd_cert_verify(&v, cert, signer);
	if (ret)
		return error_set(err, -ret, "%s: %s", dir, strerror(-ret));
	if (v != VERDICT_GOOD)
		return error_set(err, EINVAL, "%s/%s: not signed by the ARK: %s", dir, what,
				 verdict_text(v));
	return 0;
}

static int load_dir(struct sp_pki *pki, const char *dir, struct error *err)
{
	int ret;

	ret = load_files(pki, dir, err);
	if (!ret)
		ret = check_signed(&pki->ark, &pki->ark, dir, "ark.cert", err);
	if (!ret)
		ret = check_signed(&pki->ask, &pki->ark, dir, "ask.cert", err);
	if (!ret && !rsa_public_equal(rsa_key_public(pki->ask_key), &pki->ask.key))
		ret = error_set(err, EINVAL, "%s/ask.pem: not the key of ask.cert", dir);
	return ret;
}

static int load_root(struct sp_pki *pki, const struct sp_root *root, struct error *err)
{
	memcpy(pki->ark_bytes, root->ark_cert, sizeof(pki->ark_bytes));
	memcpy(pki->ask_bytes, root->ask_cert, sizeof(pki->ask_bytes));
	if (amd_cert_parse(&pki->ark, SEV_USAGE_ARK, pki->ark_bytes, sizeof(pki->ark_bytes)) ||
	    amd_cert_parse(&pki->ask, SEV_USAGE_ASK, pki->ask_bytes, sizeof(pki->ask_bytes)))
		return error_set(err, ENOMEM, "test root: out of memory");
	return 0;
}

int sp_pki_init(struct sp_pki *pki, const char *dir, struct error *err)
{
	memset(pki, 0, sizeof(*pki));
	return dir ? load_dir(pki, dir, err) : load_root(pki, &sp_test_root, err);
}

void sp_pki_fini(struct sp_pki *pki)
{
	rsa_key_free(pki->ask_key);
}

/* -- use ------------------------------------------------------------------------------------- */

int sp_pki_sign_cek(struct sp_pki *pki, struct sev_cert *cek, struct rng *rng, struct error *err)
{
	const char *pem = sp_test_root.ask_key;
	int ret = 0;

	if (!pki->ask_key)
		ret = rsa_key_parse(&pki->ask_key, pem, strlen(pem), err);
	if (ret)
		return ret;
	ret = sev_cert_sign_rsa(cek, 1, SEV_USAGE_ASK, pki->ask_key, rng);
	return ret ? error_set(err, -ret, "signing the CEK: %s", strerror(-ret)) : 0;
}

bool sp_pki_is_root(const struct sp_pki *pki, const struct amd_cert *ark)
{
	return rsa_public_equal(&pki->ark.key, &ark->key);
}
