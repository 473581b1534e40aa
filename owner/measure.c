/* SPDX-License-Identifier: MIT */
/* Launch digest and measurement. */
#include "owner/measure.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/hmac.h"
#include "crypto/secret.h"

static int check_piece(const struct owner_piece *piece, size_t number, struct error *err)
{
	if (!is_aligned(piece->gpa.v, SEV_BLOCK))
		return error_set(err, EINVAL, "piece %zu: address %llxh is not a multiple of 16",
				 number, (unsigned long long)piece->gpa.v);
	if (piece->len == 0 || !is_aligned(piece->len, SEV_BLOCK))
		return error_set(err, EINVAL, "piece %zu: %zu bytes, expected a multiple of 16",
				 number, piece->len);
	return 0;
}

int owner_launch_digest(struct sha256_digest *ld, const struct owner_piece *pieces, size_t count,
			struct error *err)
{
	struct hash *h;

	memset(ld, 0, sizeof(*ld));
	for (size_t i = 0; i < count; i++) {
		int ret = check_piece(&pieces[i], i + 1, err);

		if (ret)
			return ret;
	}
	h = hash_new(HASH_SHA256);
	if (!h)
		return error_set(err, ENOMEM, "out of memory");
	for (size_t i = 0; i < count; i++)
		hash_update(h, pieces[i].bytes, pieces[i].len);
	hash_final_sha256(h, ld);
	hash_free(h);
	return 0;
}

int owner_measure(struct sev_measurement *m, const struct owner_launch *launch,
		  const u8 tik[SEV_KEY_SIZE], const u8 mnonce[16], struct error *err)
{
	struct sev_measure_msg msg = {
		.tag = SEV_MAC_LAUNCH_MEASURE,
		.api_major = launch->api_major,
		.api_minor = launch->api_minor,
		.build = launch->build,
		.policy = launch->policy,
	};
	struct sha256_digest mac;
	int ret;

	memset(m, 0, sizeof(*m));
	if (launch->api_major == 0 && launch->api_minor < 17)
		return error_set(err, EINVAL,
				 "API 0.%u: its measurement does not cover the version, expected "
				 "0.17 or later",
				 launch->api_minor);
	memcpy(msg.ld, launch->ld.b, sizeof(msg.ld));
	memcpy(msg.mnonce, mnonce, sizeof(msg.mnonce));
	ret = hmac_sha256(&mac, tik, SEV_KEY_SIZE, &msg, sizeof(msg));
	if (ret)
		return error_set(err, -ret, "cannot compute a MAC: %s", strerror(-ret));
	memcpy(m->measure, mac.b, sizeof(m->measure));
	memcpy(m->mnonce, mnonce, sizeof(m->mnonce));
	return 0;
}

int owner_measure_verify(bool *equal, const struct sev_measurement *returned,
			 const struct owner_launch *launch, const u8 tik[SEV_KEY_SIZE],
			 struct error *err)
{
	struct sev_measurement expected;
	int ret = owner_measure(&expected, launch, tik, returned->mnonce, err);

	*equal = ret == 0 &&
		 secret_equal(expected.measure, returned->measure, sizeof(expected.measure));
	return ret;
}
