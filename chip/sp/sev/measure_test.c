/* SPDX-License-Identifier: MIT */
/* The worked example of a launch, command by command, and the published measurement. */
#include "chip/sp/sev/measure.h"

#include "base/bytes.h"
#include "chip/sp/sev/guest_testbed.h"
#include "crypto/testbed.h"
#include "tests/support/cmocka.h"

/* From two public tests. */
static void the_public_example(void **state)
{
	struct sp *sp = bed_sp(*state);
	struct sev_measurement m;
	struct sev_guest g = {.policy = 0};
	struct sha256_digest ld;

	sp->firmware.api_minor = 0x12;
	sp->firmware.build = 0x0f;
	unhex(g.keys.tik, 16, "66320db73158a35a255d051758e95ed4");
	unhex(m.mnonce, 16, "4fbe0bedbad6c86ae8f68971d103e554");
	assert_int_equal(sha256(&ld, "", 0), 0);
	assert_int_equal(sev_measure(&m, sp, &g, &ld), 0);
	assert_hex(m.measure, 32,
		   "6faab2daae389bcd3405a05d6cafe33c0414f7bedd0bae19ba5f38b7fd1664ea");
}

/* -- the worked example ---------------------------------------------------------------------- */

enum { POLICY = 0x16000007 };

/* The platform's PDH and the owner's certificate and session are the example's. */
static void put_example(struct sp_bed *bed)
{
	struct bed_owner owner = {{{0}}};
	struct sha256_digest digest;
	struct sev_session session;
	struct sev_cert cert;
	u8 d[48];

	unhex(d, sizeof(d),
	      "5c7c9d05dced6000187f41e1981115cf59ecf77a44d678c42d9077db3e3c317e"
	      "cbc94bcca2d9626b8a4ffb449a2b4f6d");
	assert_int_equal(ec_key_from_be(&bed_sp(bed)->platform.identity.pdh, EC_P384, d, NULL), 0);
	unhex(d, sizeof(d),
	      "56ffbf658f3529ca3b57bebab6acfb7937d84af1a12b7213a20cc9e3785c3b5a"
	      "6b2daf9ed45c56c67a114995354927c6");
	assert_int_equal(ec_key_from_be(&owner.dh, EC_P384, d, NULL), 0);
	fill_sequence(owner.nonce, 16, 0x00);
	fill_sequence(owner.keys.tek, 16, 0x10);
	fill_sequence(owner.keys.tik, 16, 0x20);
	fill_sequence(owner.wrap_iv, 16, 0x30);
	bed_owner_cert(&owner, &cert);
	assert_int_equal(sha256(&digest, &cert, sizeof(cert)), 0);
	assert_hex(&digest, 32, "ef91835de2150130bc6f4c9ac5d06a10e91a3e7eda482a647786177695907e91");
	bed_owner_session(&owner, &bed_sp(bed)->platform.identity.pdh.pub, POLICY, &session);
	assert_int_equal(sha256(&digest, &session, sizeof(session)), 0);
	assert_hex(&digest, 32, "78f0af367e18b85776524d946dd1a99c014b037dab72cef9e10e5994301a3066");
	bed_put(bed, BED_CERT, &cert, sizeof(cert));
	bed_put(bed, BED_SESSION, &session, sizeof(session));
}

static void update(struct sp_bed *bed, const struct bed_guest *g, u32 id, const void *data, u32 len)
{
	struct sev_launch_update_buf buf = {.handle = g->handle, .paddr = BED_GUEST, .length = len};

	bed_put(bed, BED_GUEST, data, len);
	bed_accepts(bed, id, &buf, sizeof(buf));
}

static void update_all(struct sp_bed *bed, const struct bed_guest *g)
{
	static u8 d1[0x1000], vmsa[SEV_VMSA_SIZE];

	fill_sequence(d1, sizeof(d1), 0);
	put_le64(vmsa + 0x170, 2);
	put_le64(vmsa + 0x178, 0xfff0);
	update(bed, g, SEV_CMD_LAUNCH_UPDATE_DATA, d1, sizeof(d1));
	update(bed, g, SEV_CMD_LAUNCH_UPDATE_DATA,
	       "SEV launch digest example, 48 bytes of payload!!", 48);
	update(bed, g, SEV_CMD_LAUNCH_UPDATE_VMSA, vmsa, sizeof(vmsa));
}

static void launch_example(struct sp_bed *bed, struct bed_guest *g)
{
	struct sev_launch_start_buf start = {.policy = POLICY,
					     .dh_cert_paddr = BED_CERT,
					     .dh_cert_length = 0x824,
					     .session_paddr = BED_SESSION,
					     .session_length = 0x80};
	struct sev_activate_buf activate = {.asid = 1};
	struct sev_launch_measure_buf measure = {.measure_paddr = BED_MEASURE,
						 .measure_length = 0x30};

	put_example(bed);
	bed_accepts(bed, SEV_CMD_LAUNCH_START, &start, sizeof(start));
	g->handle = activate.handle = measure.handle = start.handle;
	bed_accepts(bed, SEV_CMD_ACTIVATE, &activate, sizeof(activate));
	update_all(bed, g);
	bed_accepts(bed, SEV_CMD_LAUNCH_MEASURE, &measure, sizeof(measure));
}

static void the_worked_example(void **state)
{
	struct sp_bed *bed = *state;
	const struct sev_guest *context;
	struct sev_measurement m;
	struct bed_guest g;

	launch_example(bed, &g);
	context = bed_context(bed, &g);
	assert_hex(&context->launch_digest, 32,
		   "bb2f70cadeaeb3e12706fe99a2a8461060ec0cd6f9992954c34f199398f88b29");
	assert_hex(&context->keys, 32,
		   "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f");
	fill_sequence(m.mnonce, 16, 0x40);
	assert_int_equal(sev_measure(&m, bed_sp(bed), context, &context->launch_digest), 0);
	assert_hex(m.measure, 32,
		   "99f178382378688024b4d176365671a5d65fe5e56f7471dafb8544c893811d11");
}

static void its_variant_without_es(void **state)
{
	struct sev_guest g = {.policy = SEV_POLICY_NODBG | SEV_POLICY_NOKS};
	struct sha256_digest ld;
	struct sev_measurement m;

	unhex(ld.b, 32, "d34b69513558fefb286df30afa5104d2b74d8a52716e0b6b76a0fb6c208c0df5");
	fill_sequence(g.keys.tik, 16, 0x20);
	fill_sequence(m.mnonce, 16, 0x40);
	assert_int_equal(sev_measure(&m, bed_sp(*state), &g, &ld), 0);
	assert_hex(m.measure, 32,
		   "5b956247be2bcbbd14c39f0eb6c37dc2fa7d6416163e79cbb43309a262d91b79");
}

/* Its secret, byte for byte, and its attestation report. */
static void the_secret_of_the_example(void **state)
{
	struct sev_transport_buf buf = {.hdr_paddr = BED_HDR,
					.hdr_length = 0x34,
					.guest_paddr = BED_GUEST + 0x2000,
					.guest_length = 32,
					.trans_paddr = BED_TEXT,
					.trans_length = 32};
	struct sp_bed *bed = *state;
	struct sev_packet_hdr hdr = {0};
	u8 text[32];
	struct bed_guest g = {.asid = 1};

	launch_example(bed, &g);
	buf.handle = g.handle;
	unhex(bed_context(bed, &g)->measurement.measure, 32,
	      "99f178382378688024b4d176365671a5d65fe5e56f7471dafb8544c893811d11");
	fill_sequence(hdr.iv, 16, 0x50);
	unhex(hdr.mac, 32, "81161fb39da6f9e9b791d3037a824f7dff16ed7059043b8d04f5ce1ec7e9115f");
	unhex(text, 32, "82d527e5cd2f9f45aa15de23abe5f85c5094173dc3c8612dd05a1d0acbe6f0e9");
	bed_put(bed, BED_HDR, &hdr, sizeof(hdr));
	bed_put(bed, BED_TEXT, text, sizeof(text));
	bed_accepts(bed, SEV_CMD_LAUNCH_SECRET, &buf, sizeof(buf));
	bed_guest_get(bed, &g, BED_GUEST + 0x2000, text, sizeof(text));
	assert_memory_equal(text, "0123456789abcdef0123456789abcdef", 32);
}

static void the_report_of_the_example(void **state)
{
	struct sev_attestation_buf buf = {.paddr = BED_BLOB3, .length = 0xd0};
	struct sp_bed *bed = *state;
	struct sev_attestation_report report;
	struct sha256_digest digest;
	struct bed_guest g;
	u8 d[48];

	launch_example(bed, &g);
	unhex(d, sizeof(d),
	      "084b23065a652792901be7c4b2dda0dc241e467faab90eddeb48d770e07a553a"
	      "744f3887b591a41691434e7780caf3af");
	assert_int_equal(ec_key_from_be(&bed_sp(bed)->platform.identity.pek, EC_P384, d, NULL), 0);
	buf.handle = g.handle;
	fill_sequence(buf.mnonce, 16, 0x70);
	bed_accepts(bed, SEV_CMD_ATTESTATION, &buf, sizeof(buf));
	bed_get(bed, BED_BLOB3, &report, sizeof(report));
	assert_int_equal(sha256(&digest, &report, sizeof(report)), 0);
	assert_hex(&digest, 32, "1be94757270623995a792e0d46b7cc21baea1a0c8c67b3d7ece7f1d3a05a0c3a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(the_public_example),        BED_TEST(the_worked_example),
		BED_TEST(its_variant_without_es),    BED_TEST(the_secret_of_the_example),
		BED_TEST(the_report_of_the_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
