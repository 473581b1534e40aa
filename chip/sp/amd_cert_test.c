/* SPDX-License-Identifier: MIT */
/* AMD's own format: genuine roots, and what is none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chip/sp/cert.h"
#include "chip/sp/pki.h"
#include "tests/support/cmocka.h"
#include "tests/support/shared_data.h"

/* -- form ------------------------------------------------------------------------------------ */

static u8 bytes[1600];

static int setup(void **state)
{
	memcpy(bytes, sp_test_root.ask_cert, sizeof(bytes));
	return 0;
}

static void refuses(size_t len)
{
	struct amd_cert cert;

	assert_int_equal(amd_cert_parse(&cert, SEV_USAGE_ASK, bytes, len), SP_INVALID_CERTIFICATE);
}

static struct amd_cert_hdr *header(void)
{
	return (struct amd_cert_hdr *)bytes;
}

static void a_good_one(void **state)
{
	struct amd_cert cert;

	assert_int_equal(amd_cert_parse(&cert, SEV_USAGE_ASK, bytes, sizeof(bytes)), SP_SUCCESS);
	assert_int_equal(cert.size, sizeof(bytes));
	assert_int_equal(cert.key.bits, 4096);
}

static void every_short_length(void **state)
{
	for (size_t len = 0; len < sizeof(bytes); len += len < 0x48 ? 1 : 37)
		refuses(len);
	refuses(sizeof(bytes) - 1);
}

static void the_head_is_checked(void **state)
{
	header()->version = 0;
	refuses(sizeof(bytes));
	setup(state);
	header()->key_usage = SEV_USAGE_ARK;
	refuses(sizeof(bytes));
	setup(state);
	header()->rsvd_28[15] = 1;
	refuses(sizeof(bytes));
}

static void sizes_are_checked(void **state)
{
	static const u32 bad[] = {0, 1, 1024, 2047, 2048, 4095, 4097, 8192, 0x80001000, 0xffffffff};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		setup(state);
		header()->modulus_size = bad[i];
		refuses(sizeof(bytes));
		setup(state);
		header()->pubexp_size = bad[i];
		refuses(sizeof(bytes));
	}
}

static void the_key_is_checked(void **state)
{
	bytes[0x40] = 2;
	refuses(sizeof(bytes));
	setup(state);
	bytes[0x40 + 512] &= ~1;
	refuses(sizeof(bytes));
	setup(state);
	bytes[0x40 + 1023] = 0;
	refuses(sizeof(bytes));
}

static void every_byte_is_signed(void **state)
{
	struct amd_cert ark, cert;
	enum verdict v;

	assert_int_equal(amd_cert_parse(&ark, SEV_USAGE_ARK, sp_test_root.ark_cert, 1600),
			 SP_SUCCESS);
	for (size_t i = 0; i < sizeof(bytes); i += 61) {
		bytes[i] ^= 0x10;
		if (!amd_cert_parse(&cert, SEV_USAGE_ASK, bytes, sizeof(bytes))) {
			assert_int_equal(amd_cert_verify(&v, &cert, &ark), 0);
			assert_int_not_equal(v, VERDICT_GOOD);
		}
		bytes[i] ^= 0x10;
	}
}

static void the_signer_is_named(void **state)
{
	struct amd_cert ark, ask;
	enum verdict v;

	assert_int_equal(amd_cert_parse(&ark, SEV_USAGE_ARK, sp_test_root.ark_cert, 1600),
			 SP_SUCCESS);
	assert_int_equal(amd_cert_parse(&ask, SEV_USAGE_ASK, bytes, sizeof(bytes)), SP_SUCCESS);
	assert_int_equal(amd_cert_verify(&v, &ark, &ask), 0);
	assert_int_equal(v, VERDICT_WRONG_ISSUER);
}

/* -- genuine ones ---------------------------------------------------------------------------- */

static struct amd_cert genuine(const char *name, enum sev_usage usage, u8 **file)
{
	struct amd_cert cert;
	char path[64];
	size_t len;

	snprintf(path, sizeof(path), "data/attestation/legacy-roots/%s.cert", name);
	*file = shared_data_read(path, &len);
	if (!*file)
		skip();
	assert_int_equal(amd_cert_parse(&cert, usage, *file, len), SP_SUCCESS);
	assert_int_equal(cert.size, len);
	return cert;
}

static void genuine_roots_verify(void **state)
{
	static const char *const names[][2] = {{"ark-naples", "ask-naples"},
					       {"ark-rome", "ask-rome"},
					       {"ark-milan", "ask-milan"},
					       {"ark-genoa", "ask-genoa"},
					       {"ark-turin", "ask-turin"}};
	struct sp_pki pki;

	assert_int_equal(sp_pki_init(&pki, NULL, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		u8 *files[2];
		struct amd_cert ark = genuine(names[i][0], SEV_USAGE_ARK, &files[0]);
		struct amd_cert ask = genuine(names[i][1], SEV_USAGE_ASK, &files[1]);
		enum verdict v;

		assert_int_equal(ark.key.bits, i == 0 ? 2048 : 4096);
		assert_int_equal(amd_cert_verify(&v, &ark, &ark), 0);
		assert_int_equal(v, VERDICT_GOOD);
		assert_int_equal(amd_cert_verify(&v, &ask, &ark), 0);
		assert_int_equal(v, VERDICT_GOOD);
		assert_false(sp_pki_is_root(&pki, &ark));
		free(files[0]);
		free(files[1]);
	}
	sp_pki_fini(&pki);
}

static void products_do_not_sign_for_each_other(void **state)
{
	u8 *files[2];
	struct amd_cert ark = genuine("ark-rome", SEV_USAGE_ARK, &files[0]);
	struct amd_cert ask = genuine("ask-milan", SEV_USAGE_ASK, &files[1]);
	enum verdict v;

	assert_int_equal(amd_cert_verify(&v, &ask, &ark), 0);
	assert_int_equal(v, VERDICT_WRONG_ISSUER);
	ask.certifying_key_id = ark.key_id;
	assert_int_equal(amd_cert_verify(&v, &ask, &ark), 0);
	assert_int_equal(v, VERDICT_BAD_SIGNATURE);
	free(files[0]);
	free(files[1]);
}

#define UNIT(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(a_good_one),
		UNIT(every_short_length),
		UNIT(the_head_is_checked),
		UNIT(sizes_are_checked),
		UNIT(the_key_is_checked),
		UNIT(every_byte_is_signed),
		UNIT(the_signer_is_named),
		UNIT(genuine_roots_verify),
		UNIT(products_do_not_sign_for_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
