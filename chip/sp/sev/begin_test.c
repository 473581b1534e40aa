/* SPDX-License-Identifier: MIT */
/* What LAUNCH_START and RECEIVE_START refuse alike: policies, sharing, certificates, sessions. */
#include "chip/sp/sev/begin.h"

#include <string.h>

#include "chip/sp/sev/guest_testbed.h"
#include "crypto/testbed.h"
#include "tests/support/cmocka.h"

static const u32 both[] = {SEV_CMD_LAUNCH_START, SEV_CMD_RECEIVE_START};

/* RECEIVE_START's buffer has the same layout. */
_Static_assert(sizeof(struct sev_launch_start_buf) == sizeof(struct sev_receive_start_buf),
	       "one buffer for both commands");

static const struct sev_launch_start_buf good = {
	.dh_cert_paddr = BED_CERT,
	.dh_cert_length = sizeof(struct sev_cert),
	.session_paddr = BED_SESSION,
	.session_length = sizeof(struct sev_session),
};

static void put_offer(struct sp_bed *bed, const struct bed_owner *o, u32 policy)
{
	struct sev_session session;
	struct sev_cert cert;

	bed_owner_cert(o, &cert);
	bed_owner_session(o, &bed_sp(bed)->platform.identity.pdh.pub, policy, &session);
	bed_put(bed, BED_CERT, &cert, sizeof(cert));
	bed_put(bed, BED_SESSION, &session, sizeof(session));
}

static void put_good_offer(struct sp_bed *bed, u32 policy)
{
	struct bed_owner o;

	bed_owner_init(&o, 9);
	put_offer(bed, &o, policy);
}

static void refused_by_both(struct sp_bed *bed, struct sev_launch_start_buf buf,
			    enum sp_status status)
{
	for (size_t i = 0; i < ARRAY_SIZE(both); i++)
		bed_refuses(bed, status, both[i], &buf, sizeof(buf));
}

/* By both, and the guests go again. */
static void accepted_by_both(struct sp_bed *bed, struct sev_launch_start_buf buf)
{
	for (size_t i = 0; i < ARRAY_SIZE(both); i++) {
		struct sev_launch_start_buf b = buf;
		struct sev_handle_buf handle;

		bed_accepts(bed, both[i], &b, sizeof(b));
		handle.handle = b.handle;
		bed_accepts(bed, SEV_CMD_DECOMMISSION, &handle, sizeof(handle));
	}
}

/* -- policy ---------------------------------------------------------------------------------- */

static void reserved_policy_bits(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_launch_start_buf buf = good;

	for (unsigned bit = 6; bit < 16; bit++) {
		buf.policy = BIT32(bit);
		put_good_offer(bed, buf.policy);
		refused_by_both(bed, buf, SP_POLICY_FAILURE);
	}
}

static void firmware_older_than_the_policy_wants(void **state)
{
	static const struct {
		u8 major, minor;
		bool ok;
	} versions[] = {{0, 0, true},    {0, 23, true}, {0, 24, true},    {0, 25, false},
			{0, 255, false}, {1, 0, false}, {255, 255, false}};
	struct sp_bed *bed = *state;
	struct sev_launch_start_buf buf = good;

	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		buf.policy = (u32)versions[i].major << 16 | (u32)versions[i].minor << 24;
		put_good_offer(bed, buf.policy);
		if (versions[i].ok)
			accepted_by_both(bed, buf);
		else
			refused_by_both(bed, buf, SP_POLICY_FAILURE);
	}
	bed_sp(bed)->firmware.api_major = 1;
	bed_sp(bed)->firmware.api_minor = 2;
	buf.policy = 99u << 24;
	put_good_offer(bed, buf.policy);
	accepted_by_both(bed, buf);
}

static void es_guests_need_an_es_platform(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_launch_start_buf buf = good;

	buf.policy = SEV_POLICY_ES;
	put_good_offer(bed, buf.policy);
	accepted_by_both(bed, buf);
	bed_sp(bed)->platform.es = false;
	refused_by_both(bed, buf, SP_UNSUPPORTED);
}

/* -- sharing --------------------------------------------------------------------------------- */

static void a_shared_key_is_the_same_key(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest g;

	bed_guest_new(bed, &g, BED_POLICY, SEV_GUEST_RUNNING);
	put_good_offer(bed, g.policy);
	for (size_t i = 0; i < ARRAY_SIZE(both); i++) {
		struct sev_launch_start_buf buf = good;
		struct sev_guest *a, *b;

		buf.handle = g.handle;
		bed_accepts(bed, both[i], &buf, sizeof(buf));
		assert_int_not_equal(buf.handle, g.handle);
		a = bed_context(bed, &g);
		b = sev_guest_find(bed_sp(bed), buf.handle);
		assert_non_null(b);
		assert_memory_equal(a->vek, b->vek, sizeof(a->vek));
		assert_memory_not_equal(&a->swap_key, &b->swap_key, sizeof(a->swap_key));
		assert_int_equal(b->asid, SEV_ASID_HOST);
	}
}

static void unshared_keys_differ(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest a, b;

	bed_guest_new(bed, &a, BED_POLICY, SEV_GUEST_LUPDATE);
	bed_guest_new(bed, &b, BED_POLICY, SEV_GUEST_LUPDATE);
	assert_memory_not_equal(bed_context(bed, &a)->vek, bed_context(bed, &b)->vek, 16);
}

static void nobody_to_share_with(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_launch_start_buf buf = good;
	struct bed_guest g;

	bed_guest_new(bed, &g, BED_POLICY, SEV_GUEST_RUNNING);
	put_good_offer(bed, 0);
	buf.handle = g.handle + 1;
	refused_by_both(bed, buf, SP_INVALID_GUEST);
	buf.handle = ~0u;
	refused_by_both(bed, buf, SP_INVALID_GUEST);
}

static void a_key_is_shared_under_the_same_policy_only(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_launch_start_buf buf = good;
	struct bed_guest g;

	bed_guest_new(bed, &g, BED_POLICY, SEV_GUEST_RUNNING);
	buf.handle = g.handle;
	for (unsigned bit = 0; bit < 32; bit++) {
		buf.policy = g.policy ^ BIT32(bit);
		put_good_offer(bed, buf.policy);
		refused_by_both(bed, buf, SP_POLICY_FAILURE);
	}
}

static void noks_forbids_sharing(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_launch_start_buf buf = good;
	struct bed_guest g;

	bed_guest_new(bed, &g, SEV_POLICY_NOKS, SEV_GUEST_RUNNING);
	buf.handle = g.handle;
	buf.policy = g.policy;
	put_good_offer(bed, buf.policy);
	refused_by_both(bed, buf, SP_POLICY_FAILURE);
}

static void what_was_sent_away_shares_nothing(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_launch_start_buf buf = good;
	struct bed_guest g;

	bed_guest_new(bed, &g, BED_POLICY, SEV_GUEST_SENT);
	put_good_offer(bed, g.policy);
	buf.handle = g.handle;
	refused_by_both(bed, buf, SP_INVALID_GUEST_STATE);
}

static void contexts_are_finite(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_launch_start_buf buf;
	struct sev_handle_buf handle;

	put_good_offer(bed, 0);
	for (unsigned i = 0; i < bed_sp(bed)->guests.slots; i++) {
		buf = good;
		bed_accepts(bed, both[i % 2], &buf, sizeof(buf));
	}
	refused_by_both(bed, good, SP_RESOURCE_LIMIT);
	handle.handle = buf.handle;
	bed_accepts(bed, SEV_CMD_DECOMMISSION, &handle, sizeof(handle));
	buf = good;
	bed_accepts(bed, SEV_CMD_LAUNCH_START, &buf, sizeof(buf));
	assert_int_not_equal(buf.handle, handle.handle);
}

/* -- certificates ---------------------------------------------------------------------------- */

static void lengths_and_addresses(void **state)
{
	static const u32 lengths[] = {0, 1, 0x7f, 0x81, 0x823, 0x825, UINT32_MAX};
	struct sp_bed *bed = *state;

	put_good_offer(bed, 0);
	for (size_t i = 0; i < ARRAY_SIZE(both); i++) {
		struct bed_rules r = {.id = both[i], .size = sizeof(good)};

		for (size_t l = 0; l < ARRAY_SIZE(lengths); l++) {
			bed_refuses_field(bed, &r, &good,
					  FIELD_OF(sev_launch_start_buf, dh_cert_length),
					  lengths[l], SP_INVALID_LENGTH);
			bed_refuses_field(bed, &r, &good,
					  FIELD_OF(sev_launch_start_buf, session_length),
					  lengths[l], SP_INVALID_LENGTH);
		}
		bed_check_address(
			bed, &r, &good,
			&(struct bed_address){offsetof(struct sev_launch_start_buf, dh_cert_paddr),
					      sizeof(struct sev_cert), 1});
		bed_check_address(
			bed, &r, &good,
			&(struct bed_address){offsetof(struct sev_launch_start_buf, session_paddr),
					      sizeof(struct sev_session), 1});
	}
}

static void spoil_cert(struct sp_bed *bed, size_t at, u8 flip)
{
	u8 byte;

	put_good_offer(bed, 0);
	bed_get(bed, BED_CERT + at, &byte, 1);
	byte ^= flip;
	bed_put(bed, BED_CERT + at, &byte, 1);
}

/* Where a certificate is wrong with that byte changed, whatever its key. */
static void certificates_of_another_form(void **state)
{
	static const struct {
		size_t at;
		u8 flip;
	} spoil[] = {
		{offsetof(struct sev_cert, version), 2},
		{offsetof(struct sev_cert, version), 1},
		{offsetof(struct sev_cert, rsvd_006), 1},
		{offsetof(struct sev_cert, pubkey_usage), 1},        /* PEK */
		{offsetof(struct sev_cert, pubkey_usage) + 1, 0x10}, /* no usage */
		{offsetof(struct sev_cert, pubkey_algo), 1},         /* ECDSA, SHA-256 */
		{offsetof(struct sev_cert, pubkey_algo), 2},         /* RSA */
		{offsetof(struct sev_cert, pubkey_algo) + 1, 1},     /* ECDH, SHA-384 */
		{offsetof(struct sev_cert, pubkey), 3},              /* P-256 */
		{offsetof(struct sev_cert, pubkey), 2},              /* no curve */
		{offsetof(struct sev_cert, pubkey) + 4 + 48, 1},     /* above X */
		{offsetof(struct sev_cert, pubkey) + 4 + 71, 0x80},
		{offsetof(struct sev_cert, pubkey) + 4 + 72 + 48, 1}, /* above Y */
		{offsetof(struct sev_cert, pubkey) + 0x94, 1},        /* behind the key */
		{offsetof(struct sev_cert, pubkey) + 0x403, 0x80},
	};
	struct sp_bed *bed = *state;

	for (size_t i = 0; i < ARRAY_SIZE(spoil); i++) {
		spoil_cert(bed, spoil[i].at, spoil[i].flip);
		refused_by_both(bed, good, SP_INVALID_CERTIFICATE);
	}
}

/* Who signed, if anybody, does not matter: owners' keys are not known beforehand. */
static void signatures_do_not_matter(void **state)
{
	struct sp_bed *bed = *state;

	spoil_cert(bed, offsetof(struct sev_cert, sig1_usage), 0xff);
	accepted_by_both(bed, good);
	spoil_cert(bed, offsetof(struct sev_cert, sig2) + 9, 0xff);
	accepted_by_both(bed, good);
}

static void put_point(struct sp_bed *bed, u32 curve, const u8 x_be[48], const u8 y_be[48])
{
	struct sev_cert cert;
	struct bed_owner o;

	bed_owner_init(&o, 9);
	bed_owner_cert(&o, &cert);
	cert.pubkey.ec.curve = curve;
	ec_le_from_be(cert.pubkey.ec.qx, x_be, 48);
	ec_le_from_be(cert.pubkey.ec.qy, y_be, 48);
	put_offer(bed, &o, 0);
	bed_put(bed, BED_CERT, &cert, sizeof(cert));
}

/* CVE-2019-9836: points that are not on the curve tell the private key, residue by residue. */
static void points_off_the_curve(void **state)
{
	static const char p[] = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe"
				"ffffffff0000000000000000ffffffff";
	struct sp_bed *bed = *state;
	struct ec_key one;
	u8 x[48] = {0}, y[48] = {0}, d[48] = {[47] = 1};

	put_point(bed, SEV_CURVE_P384, x, y);
	refused_by_both(bed, good, SP_INVALID_CERTIFICATE); /* order 2 where b' = 0 */

	x[47] = 2;
	unhex(y, sizeof(y),
	      "3d69c39b0407f54531af9425a378494a757fb59b0a3c609bcf0140e5dc0ad6de"
	      "b818561da76c6ad32fd2793289bf5c07");
	put_point(bed, SEV_CURVE_P384, x, y);
	refused_by_both(bed, good, SP_INVALID_CERTIFICATE); /* order 3 on another curve */

	assert_int_equal(ec_key_from_be(&one, EC_P384, d, NULL), 0);
	memcpy(y, one.pub.y, sizeof(y));
	y[47]++;
	put_point(bed, SEV_CURVE_P384, one.pub.x, y);
	refused_by_both(bed, good, SP_INVALID_CERTIFICATE); /* beside the base point */

	unhex(x, sizeof(x), p);
	x[47] = 1;
	x[43] = 1; /* p + 2 */
	x[44] = x[45] = x[46] = 0;
	put_point(bed, SEV_CURVE_P384, x, one.pub.y);
	refused_by_both(bed, good, SP_INVALID_CERTIFICATE);

	memset(x, 0xff, sizeof(x));
	put_point(bed, SEV_CURVE_P384, x, one.pub.y);
	refused_by_both(bed, good, SP_INVALID_CERTIFICATE);
}

static void a_good_point_of_another_curve(void **state)
{
	struct sp_bed *bed = *state;
	struct ec_key key;
	u8 d[32] = {[31] = 5}, x[48] = {0}, y[48] = {0};

	assert_int_equal(ec_key_from_be(&key, EC_P256, d, NULL), 0);
	memcpy(x + 16, key.pub.x, 32);
	memcpy(y + 16, key.pub.y, 32);
	put_point(bed, SEV_CURVE_P256, x, y);
	refused_by_both(bed, good, SP_INVALID_CERTIFICATE);
	put_point(bed, SEV_CURVE_P384, x, y);
	refused_by_both(bed, good, SP_INVALID_CERTIFICATE);
}

/* The base point and its negative are points like others. */
static void the_base_point_is_good(void **state)
{
	static const char *const scalars[] = {
		"000000000000000000000000000000000000000000000000000000000000000000000000000000000"
		"000000000000001",
		"ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aec"
		"ec196accc52972", /* n - 1 */
	};
	struct sp_bed *bed = *state;

	for (size_t i = 0; i < ARRAY_SIZE(scalars); i++) {
		struct bed_owner o;
		u8 d[48];

		bed_owner_init(&o, 9);
		unhex(d, sizeof(d), scalars[i]);
		assert_int_equal(ec_key_from_be(&o.dh, EC_P384, d, NULL), 0);
		put_offer(bed, &o, 0);
		accepted_by_both(bed, good);
	}
}

/* -- sessions -------------------------------------------------------------------------------- */

static void every_byte_of_a_session_counts(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_session session, bad;

	put_good_offer(bed, 0);
	bed_get(bed, BED_SESSION, &session, sizeof(session));
	for (size_t i = 0; i < sizeof(session); i++) {
		bad = session;
		((u8 *)&bad)[i] ^= 1 << i % 8;
		bed_put(bed, BED_SESSION, &bad, sizeof(bad));
		refused_by_both(bed, good, SP_BAD_MEASUREMENT);
	}
	bed_put(bed, BED_SESSION, &session, sizeof(session));
	accepted_by_both(bed, good);
}

/* The host cannot give the guest another policy than its owner's. */
static void a_session_is_for_one_policy(void **state)
{
	static const u32 others[] = {SEV_POLICY_NODBG,  SEV_POLICY_NOKS,   SEV_POLICY_ES,
				     SEV_POLICY_NOSEND, SEV_POLICY_DOMAIN, SEV_POLICY_SEV,
				     22u << 24};
	struct sp_bed *bed = *state;

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		struct sev_launch_start_buf buf = good;

		put_good_offer(bed, others[i]);
		refused_by_both(bed, buf, SP_BAD_MEASUREMENT);
		buf.policy = others[i];
		accepted_by_both(bed, buf);
	}
}

static void a_session_is_of_one_owner(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_owner a, b;
	struct sev_cert cert;

	bed_owner_init(&a, 1);
	bed_owner_init(&b, 2);
	put_offer(bed, &a, 0);
	bed_owner_cert(&b, &cert);
	bed_put(bed, BED_CERT, &cert, sizeof(cert));
	refused_by_both(bed, good, SP_BAD_MEASUREMENT);
}

/* An old session means nothing to a new PDH. */
static void a_session_ends_with_the_pdh(void **state)
{
	struct sp_bed *bed = *state;

	put_good_offer(bed, 0);
	accepted_by_both(bed, good);
	bed_accepts(bed, SEV_CMD_PDH_GEN, NULL, 0);
	refused_by_both(bed, good, SP_BAD_MEASUREMENT);
	put_good_offer(bed, 0);
	accepted_by_both(bed, good);
}

static void failures_leak_no_contexts(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_platform_status_buf status;

	spoil_cert(bed, offsetof(struct sev_cert, pubkey_usage), 1);
	for (unsigned i = 0; i < 200; i++) {
		struct sev_launch_start_buf buf = good;

		assert_int_equal(bed_command(bed, both[i % 2], &buf, sizeof(buf)),
				 SP_INVALID_CERTIFICATE);
	}
	bed_accepts(bed, SEV_CMD_PLATFORM_STATUS, &status, sizeof(status));
	assert_int_equal(status.guest_count, 0);
	assert_int_equal(status.state, SEV_PLATFORM_INIT);
}

/* With the C-bit, blobs are read through the host's key. */
static void blobs_of_an_encrypted_host(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_launch_start_buf buf = good;
	u8 blob[0x2000];

	put_good_offer(bed, 0);
	bed_get(bed, BED_CERT, blob, sizeof(blob));
	assert_int_equal(cache_write(bed->config.cache, NULL, REQ_HOST_CORE, VIEW_HOST_KEY,
				     SPA(BED_CERT), blob, sizeof(blob)),
			 FABRIC_OK);
	refused_by_both(bed, buf, SP_INVALID_CERTIFICATE);
	buf.dh_cert_paddr |= BIT64(BED_C_BIT);
	buf.session_paddr |= BIT64(BED_C_BIT);
	accepted_by_both(bed, buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(reserved_policy_bits),
		BED_TEST(firmware_older_than_the_policy_wants),
		BED_TEST(es_guests_need_an_es_platform),
		BED_TEST(a_shared_key_is_the_same_key),
		BED_TEST(unshared_keys_differ),
		BED_TEST(nobody_to_share_with),
		BED_TEST(a_key_is_shared_under_the_same_policy_only),
		BED_TEST(noks_forbids_sharing),
		BED_TEST(what_was_sent_away_shares_nothing),
		BED_TEST(contexts_are_finite),
		BED_TEST(lengths_and_addresses),
		BED_TEST(certificates_of_another_form),
		BED_TEST(signatures_do_not_matter),
		BED_TEST(points_off_the_curve),
		BED_TEST(a_good_point_of_another_curve),
		BED_TEST(the_base_point_is_good),
		BED_TEST(every_byte_of_a_session_counts),
		BED_TEST(a_session_is_for_one_policy),
		BED_TEST(a_session_is_of_one_owner),
		BED_TEST(a_session_ends_with_the_pdh),
		BED_TEST(failures_leak_no_contexts),
		BED_TEST(blobs_of_an_encrypted_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
