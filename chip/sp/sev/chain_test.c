/* SPDX-License-Identifier: MIT */
/*
 * To whom a guest may be sent.  The target is a second platform in this process, with the same
 * manufacturer and another owner.
 */
#include "chip/sp/sev/chain.h"

#include <string.h>

#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

/* Signing a CEK takes long: what the target would show is made once. */
static struct sp_bed *source, *target;
static struct sev_target genuine;

static void show(struct sev_target *t, struct sp_bed *bed)
{
	const struct sev_identity *id = &bed_sp(bed)->platform.identity;
	struct error err;

	t->pdh = id->pdh_cert;
	t->chain.pek = id->pek_cert;
	t->chain.oca = id->oca_cert;
	if (sp_cek_cert(bed_sp(bed), &t->chain.cek, &err))
		fail_msg("%s", err.text);
	t->amd_length = (u32)sp_amd_certs(bed_sp(bed), t->amd);
}

static int setup(void **state)
{
	source = bed_new();
	target = bed_new_with(&(struct bed_options){.profile = MEE_ZEN2_XEX, .seed = 99});
	bed_init_platform(source);
	bed_init_platform(target);
	show(&genuine, target);
	return 0;
}

static int teardown(void **state)
{
	bed_free(source);
	bed_free(target);
	return 0;
}

/* SEND_START of a new guest of that policy to t; the guest goes again. */
static void expect(u32 policy, const struct sev_target *t, enum sp_status status)
{
	struct sev_send_start_buf buf = {
		.pdh_cert_paddr = BED_CERT,
		.pdh_cert_length = sizeof(t->pdh),
		.plat_certs_paddr = BED_PLAT_CERTS,
		.plat_certs_length = sizeof(t->chain),
		.amd_certs_paddr = BED_AMD_CERTS,
		.amd_certs_length = t->amd_length,
		.session_paddr = BED_SESSION,
		.session_length = sizeof(struct sev_session),
	};
	struct bed_guest g;

	bed_guest_new(source, &g, policy, SEV_GUEST_RUNNING);
	buf.handle = g.handle;
	bed_put(source, BED_CERT, &t->pdh, sizeof(t->pdh));
	bed_put(source, BED_PLAT_CERTS, &t->chain, sizeof(t->chain));
	bed_put(source, BED_AMD_CERTS, t->amd, t->amd_length);
	if (status)
		bed_refuses(source, status, SEV_CMD_SEND_START, &buf, sizeof(buf));
	else
		bed_accepts(source, SEV_CMD_SEND_START, &buf, sizeof(buf));
	bed_retire(source, &g);
}

/* -- the key alone --------------------------------------------------------------------------- */

static void without_a_policy_anyone_will_do(void **state)
{
	struct sev_target t = {.amd_length = 1664};
	struct bed_owner somebody;

	bed_owner_init(&somebody, 3);
	bed_owner_cert(&somebody, &t.pdh);
	expect(BED_POLICY, &t, SP_SUCCESS);
	expect(SEV_POLICY_SEV, &t, SP_INVALID_CERTIFICATE);
	expect(SEV_POLICY_DOMAIN, &t, SP_INVALID_CERTIFICATE);
}

static void but_the_key_must_be_one(void **state)
{
	static const struct {
		size_t at;
		u8 flip;
	} spoil[] = {
		{offsetof(struct sev_cert, version), 1},
		{offsetof(struct sev_cert, pubkey_usage), 1},
		{offsetof(struct sev_cert, pubkey_algo), 1},
		{offsetof(struct sev_cert, pubkey_algo) + 1, 1},
		{offsetof(struct sev_cert, pubkey), 3},
		{offsetof(struct sev_cert, pubkey) + 4, 1},      /* off the curve */
		{offsetof(struct sev_cert, pubkey) + 4 + 71, 1}, /* beyond the field */
		{offsetof(struct sev_cert, pubkey) + 0x403, 1},
	};
	static const u32 policies[] = {BED_POLICY, SEV_POLICY_SEV, SEV_POLICY_DOMAIN};

	for (size_t i = 0; i < ARRAY_SIZE(spoil); i++)
		for (size_t p = 0; p < ARRAY_SIZE(policies); p++) {
			struct sev_target t = genuine;

			((u8 *)&t.pdh)[spoil[i].at] ^= spoil[i].flip;
			expect(policies[p], &t, SP_INVALID_CERTIFICATE);
		}
}

/* Zero is a point of order 2 on another curve [CVE-2019-9836]. */
static void nor_a_point_of_another_curve(void **state)
{
	struct sev_target t = genuine;

	memset(t.pdh.pubkey.ec.qx, 0, 72);
	memset(t.pdh.pubkey.ec.qy, 0, 72);
	expect(BED_POLICY, &t, SP_INVALID_CERTIFICATE);
}

/* -- POLICY.SEV ------------------------------------------------------------------------------ */

static void a_genuine_platform(void **state)
{
	expect(SEV_POLICY_SEV, &genuine, SP_SUCCESS);
	expect(SEV_POLICY_SEV | 24u << 24, &genuine, SP_SUCCESS);
}

/* One bit of each signature in the chain, and one of what each signs. */
static void every_link_is_verified(void **state)
{
	const size_t ark = AMD_CERT_SIZE(4096), in_signature = AMD_CERT_SIGNED_SIZE(4096) + 7;
	struct sev_target t;
	const struct {
		u8 *at;
		enum sp_status status;
	} spoil[] = {
		{t.pdh.sig1.ecdsa.r, SP_BAD_SIGNATURE},
		{&t.pdh.api_minor, SP_BAD_SIGNATURE},
		{t.chain.pek.sig2.ecdsa.s, SP_BAD_SIGNATURE}, /* by the CEK */
		{&t.chain.pek.api_major, SP_BAD_SIGNATURE},
		{t.chain.cek.sig1.rsa.s, SP_BAD_SIGNATURE},
		{&t.chain.cek.api_minor, SP_BAD_SIGNATURE},
		{t.amd + in_signature, SP_BAD_SIGNATURE},
		{t.amd + offsetof(struct amd_cert_hdr, key_id), SP_BAD_SIGNATURE},
		{t.amd + ark + in_signature, SP_BAD_SIGNATURE},
		{t.amd + ark + sizeof(struct amd_cert_hdr) + 512 + 9, SP_INVALID_CERTIFICATE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(spoil); i++) {
		t = genuine;
		*spoil[i].at ^= 1;
		expect(SEV_POLICY_SEV, &t, spoil[i].status);
	}
}

static void every_certificate_has_its_form(void **state)
{
	const size_t ark = AMD_CERT_SIZE(4096);
	struct sev_target t;
	u8 *const spoil[] = {
		(u8 *)&t.chain.pek.version,
		(u8 *)&t.chain.pek.pubkey_usage,
		(u8 *)&t.chain.pek.pubkey.ec.qx,
		(u8 *)&t.chain.cek.rsvd_006,
		(u8 *)&t.chain.cek.pubkey_usage,
		(u8 *)&t.chain.cek.sig1_usage,
		(u8 *)&t.chain.pek.sig2_usage,
		(u8 *)&t.pdh.sig1_usage,
		t.amd + offsetof(struct amd_cert_hdr, version),
		t.amd + offsetof(struct amd_cert_hdr, key_usage),
		t.amd + offsetof(struct amd_cert_hdr, certifying_key_id),
		t.amd + offsetof(struct amd_cert_hdr, modulus_size),
		t.amd + ark + offsetof(struct amd_cert_hdr, version),
		t.amd + ark + offsetof(struct amd_cert_hdr, key_usage),
		t.amd + ark + offsetof(struct amd_cert_hdr, certifying_key_id),
		t.amd + ark + offsetof(struct amd_cert_hdr, pubexp_size),
	};

	for (size_t i = 0; i < ARRAY_SIZE(spoil); i++) {
		t = genuine;
		*spoil[i] ^= 1;
		expect(SEV_POLICY_SEV, &t, SP_INVALID_CERTIFICATE);
	}
}

static void links_of_another_chain(void **state)
{
	const struct sev_identity *other = &bed_sp(source)->platform.identity;
	struct sev_target t = genuine;

	t.chain.pek = other->pek_cert;
	expect(SEV_POLICY_SEV, &t, SP_BAD_SIGNATURE);
	t = genuine;
	t.pdh = other->pdh_cert;
	expect(SEV_POLICY_SEV, &t, SP_BAD_SIGNATURE);
	t = genuine;
	t.chain.cek = bed_sp(target)->chip.cek_cert; /* as PDH_CERT_EXPORT gives it */
	expect(SEV_POLICY_SEV, &t, SP_INVALID_CERTIFICATE);
	t = genuine;
	t.chain.cek = t.chain.pek;
	expect(SEV_POLICY_SEV, &t, SP_INVALID_CERTIFICATE);
}

static void ask_and_ark_are_no_others(void **state)
{
	const size_t half = AMD_CERT_SIZE(4096);
	struct sev_target t = genuine;

	memcpy(t.amd, genuine.amd + half, half); /* ARK, ASK */
	memcpy(t.amd + half, genuine.amd, half);
	expect(SEV_POLICY_SEV, &t, SP_INVALID_CERTIFICATE);
	t = genuine;
	memcpy(t.amd, genuine.amd + half, half); /* ARK, ARK */
	expect(SEV_POLICY_SEV, &t, SP_INVALID_CERTIFICATE);
	t = genuine;
	t.amd_length = 2 * AMD_CERT_SIZE(2048);
	expect(SEV_POLICY_SEV, &t, SP_INVALID_CERTIFICATE);
}

/* A whole chain below a root of somebody's own, under whatever name. */
static void a_root_of_ones_own(void **state)
{
	struct sp_pki *pki = &bed_sp(target)->pki;
	struct rng *salt = rng_new(NULL);
	struct rsa_key *ark, *ask;
	struct sev_target t = genuine;
	struct amd_cert_subject s = {.key_id = pki->ark.key_id,
				     .certifying_key_id = pki->ark.key_id,
				     .usage = SEV_USAGE_ARK};

	assert_non_null(salt);
	assert_int_equal(rsa_key_generate(&ark, 2048), 0);
	assert_int_equal(rsa_key_generate(&ask, 2048), 0);
	s.key = rsa_key_public(ark);
	assert_int_equal(amd_cert_make(t.amd + AMD_CERT_SIZE(2048), &s, ark, salt), 0);
	s.key_id = pki->ask.key_id;
	s.usage = SEV_USAGE_ASK;
	s.key = rsa_key_public(ask);
	assert_int_equal(amd_cert_make(t.amd, &s, ark, salt), 0);
	t.amd_length = 2 * AMD_CERT_SIZE(2048);
	t.chain.cek = bed_sp(target)->chip.cek_cert;
	assert_int_equal(sev_cert_sign_rsa(&t.chain.cek, 1, SEV_USAGE_ASK, ask, salt), 0);
	expect(SEV_POLICY_SEV, &t, SP_INVALID_CERTIFICATE);

	bed_sp(source)->pki.ark.key = *rsa_key_public(ark); /* control: were it trusted */
	expect(SEV_POLICY_SEV, &t, SP_SUCCESS);
	bed_sp(source)->pki.ark.key = pki->ark.key;
	rsa_key_free(ark);
	rsa_key_free(ask);
	rng_free(salt);
}

/* -- firmware versions ----------------------------------------------------------------------- */

static void older_firmware_than_the_policy_wants(void **state)
{
	struct sp *sp = bed_sp(target);
	struct sev_target t = genuine;

	t.chain.pek.api_minor = 22;
	assert_int_equal(sev_cert_sign(&t.chain.pek, 1, SEV_USAGE_OCA, &sp->platform.identity.oca),
			 0);
	assert_int_equal(sev_cert_sign(&t.chain.pek, 2, SEV_USAGE_CEK, &sp->chip.cek), 0);
	expect(SEV_POLICY_SEV | 22u << 24, &t, SP_SUCCESS);
	expect(SEV_POLICY_SEV | 23u << 24, &t, SP_POLICY_FAILURE);
	expect(23u << 24, &t, SP_SUCCESS); /* nothing vouches for a version there */
}

/* -- POLICY.DOMAIN --------------------------------------------------------------------------- */

static void another_owners_platform(void **state)
{
	expect(SEV_POLICY_DOMAIN, &genuine, SP_POLICY_FAILURE);
	expect(SEV_POLICY_DOMAIN | SEV_POLICY_SEV, &genuine, SP_POLICY_FAILURE);
}

/* The owner of the source signs the target's PEK. */
static void a_platform_of_the_same_owner(void **state)
{
	const struct sev_identity *own = &bed_sp(source)->platform.identity;
	struct sev_target t = genuine;

	t.chain.oca = own->oca_cert;
	expect(SEV_POLICY_DOMAIN, &t, SP_BAD_SIGNATURE);
	assert_int_equal(sev_cert_sign(&t.chain.pek, 1, SEV_USAGE_OCA, &own->oca), 0);
	expect(SEV_POLICY_DOMAIN, &t, SP_SUCCESS);
	expect(SEV_POLICY_DOMAIN | SEV_POLICY_SEV, &t, SP_SUCCESS);
	memset(&t.chain.cek, 0, sizeof(t.chain.cek));
	memset(t.amd, 0, sizeof(t.amd));
	expect(SEV_POLICY_DOMAIN, &t, SP_SUCCESS);
	expect(SEV_POLICY_DOMAIN | SEV_POLICY_SEV, &t, SP_INVALID_CERTIFICATE);
	t.chain.oca.pubkey_usage ^= 1;
	expect(SEV_POLICY_DOMAIN, &t, SP_INVALID_CERTIFICATE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_policy_anyone_will_do),
		cmocka_unit_test(but_the_key_must_be_one),
		cmocka_unit_test(nor_a_point_of_another_curve),
		cmocka_unit_test(a_genuine_platform),
		cmocka_unit_test(every_link_is_verified),
		cmocka_unit_test(every_certificate_has_its_form),
		cmocka_unit_test(links_of_another_chain),
		cmocka_unit_test(ask_and_ark_are_no_others),
		cmocka_unit_test(a_root_of_ones_own),
		cmocka_unit_test(older_firmware_than_the_policy_wants),
		cmocka_unit_test(another_owners_platform),
		cmocka_unit_test(a_platform_of_the_same_owner),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
