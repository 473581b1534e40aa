/* SPDX-License-Identifier: MIT */
/*
 * The firmware's layouts against bytes that others made: worked examples of the documents, a real
 * platform's certificates, AMD's roots, OVMF images.  SNP reports: snp_report_test.c.
 */
#include "abi/guid.h"
#include "abi/ovmf.h"
#include "abi/sev.h"
#include "abi/sev_cert.h"
#include "abi/snp.h"
#include "abi/snp_cmd.h"
#include "abi/snp_guest_msg.h"
#include "base/bytes.h"
#include "base/compiler.h"
#include "tests/support/cmocka.h"
#include "tests/support/fixture.h"

#include <stdio.h>

#define LAUNCH "data/attestation/launch/"
#define ROME   "data/attestation/legacy-chain-rome/"
#define ROOTS  "data/attestation/legacy-roots/"

/* "a0b1.." as bytes. */
static void from_hex(u8 *dst, size_t size, const char *hex)
{
	assert_int_equal(strlen(hex), 2 * size);
	for (size_t i = 0; i < size; i++)
		assert_int_equal(sscanf(hex + 2 * i, "%2hhx", &dst[i]), 1);
}

/* -- Worked examples --------------------------------------------------------------------------- */

static void test_guid_byte_order(void **state)
{
	static const struct guid mixed =
		GUID_MIXED(0x00112233, 0x4455, 0x6677, 0x8899, 0xaabbccddeeff);
	static const struct guid text =
		GUID_TEXT(0x00112233, 0x4455, 0x6677, 0x8899, 0xaabbccddeeff);
	u8 want[16];

	from_hex(want, 16, "33221100554477668899aabbccddeeff");
	assert_memory_equal(&mixed, want, 16);
	from_hex(want, 16, "00112233445566778899aabbccddeeff");
	assert_memory_equal(&text, want, 16);
}

static void test_mailbox_word(void **state)
{
	u32 word = SNP_CMD_LAUNCH_UPDATE << SP_CMDRESP_CMD_SHIFT | SP_CMDRESP_IOC;

	assert_int_equal(word, 0x00a10001);
	assert_int_equal(FIELD_GET(SP_CMDRESP_STATUS, 0x8000001au), SP_INVALID_PAGE_STATE);
	assert_true(0x8000001au & SP_CMDRESP_RESPONSE);
}

static void test_policies(void **state)
{
	u32 sev = 0x16000007; /* NODBG, NOKS, ES, API 0.22 */
	u64 snp = 0x3001f;    /* SMT, ABI 0.31 */

	assert_int_equal(sev & ~(SEV_POLICY_API_MAJOR_MASK | SEV_POLICY_API_MINOR_MASK),
			 SEV_POLICY_NODBG | SEV_POLICY_NOKS | SEV_POLICY_ES);
	assert_int_equal(FIELD_GET(SEV_POLICY_API_MAJOR, sev), 0);
	assert_int_equal(FIELD_GET(SEV_POLICY_API_MINOR, sev), 22);
	assert_int_equal(snp & ~(SNP_POLICY_ABI_MAJOR_MASK | SNP_POLICY_ABI_MINOR_MASK),
			 SNP_POLICY_SMT | SNP_POLICY_RSVD_MBO);
	assert_int_equal(FIELD_GET(SNP_POLICY_ABI_MINOR, snp), 0x1f);
}

static void test_measure_message(void **state)
{
	struct sev_measure_msg msg = {
		.tag = SEV_MAC_LAUNCH_MEASURE,
		.api_minor = 24,
		.build = 14,
		.policy = 0x16000007,
	};
	u8 want[sizeof(msg)];

	from_hex(want, sizeof(want),
		 "0400180e07000016bb2f70cadeaeb3e12706fe99a2a8461060ec0cd6f9992954c34f199398f88b29"
		 "404142434445464748494a4b4c4d4e4f");
	memcpy(msg.ld, want + 8, sizeof(msg.ld));
	memcpy(msg.mnonce, want + 40, sizeof(msg.mnonce));
	assert_memory_equal(&msg, want, sizeof(want));
}

static void test_secret_packet_message(void **state)
{
	struct sev_packet_mac_msg msg = {
		.tag = SEV_MAC_LAUNCH_SECRET, .guest_length = 32, .trans_length = 32};
	u8 want[sizeof(msg)];

	from_hex(want, sizeof(want), "0100000000505152535455565758595a5b5c5d5e5f2000000020000000");
	for (u8 i = 0; i < sizeof(msg.iv); i++)
		msg.iv[i] = 0x50 + i;
	assert_memory_equal(&msg, want, sizeof(want));
}

static void test_page_info(void **state)
{
	struct snp_page_info info = {
		.length = SNP_PAGE_INFO_LENGTH,
		.page_type = SNP_PAGE_TYPE_VMSA,
		.gpa = SNP_VMSA_GPA_KVM,
	};
	u8 want[sizeof(info)];

	from_hex(want, sizeof(want),
		 "001c49e454eed78406c1ec9a2adf16d45268a2a5615c2c80e7c907bab512cb93"
		 "77e0fad8cc2111092a6fe1d20a9500a83d22837ef92180e25ffcb8fdd516e043"
		 "a753661b1a8e9a6db601a27cedcae94ede4a68e61b5e5a219a04515bffbe86a8"
		 "700002000000000000f0ffffffff0000");
	memcpy(info.digest_cur, want, sizeof(info.digest_cur));
	memcpy(info.contents, want + 48, sizeof(info.contents));
	assert_memory_equal(&info, want, sizeof(want));
}

static void test_guest_message_header(void **state)
{
	struct snp_guest_msg msg = {.hdr = {
					    .msg_seqno = SNP_MSG_SEQNO_FIRST,
					    .algo = SNP_MSG_ALGO_AES_256_GCM,
					    .hdr_version = SNP_MSG_HDR_VERSION,
					    .hdr_size = SNP_MSG_HDR_SIZE,
					    .msg_type = SNP_MSG_REPORT_REQ,
					    .msg_version = SNP_MSG_VERSION,
					    .msg_size = sizeof(struct snp_msg_report_req),
				    }};
	u8 want[SNP_MSG_AAD_SIZE] = {0x01, 0x01, 0x60, 0x00, 0x05, 0x01, 0x60};

	assert_int_equal(offsetof(struct snp_msg_hdr, algo), SNP_MSG_AAD_OFFSET);
	assert_memory_equal((u8 *)&msg + SNP_MSG_AAD_OFFSET, want, sizeof(want));
	assert_int_equal(sizeof(msg.payload), SNP_MSG_PAYLOAD_MAX);
	assert_int_equal(sizeof(struct snp_msg_report_rsp), 1216);
	assert_int_equal(offsetof(struct snp_msg_key_req, launch_mit_vector),
			 SNP_MSG_KEY_REQ_SIZE_V1);
}

/* -- Legacy certificates ----------------------------------------------------------------------- */

static void check_cert(const char *name, u32 usage, u32 algo, u32 sig1, u32 sig2)
{
	struct sev_cert c;

	fixture_load(&c, sizeof(c), name);
	assert_int_equal(c.version, SEV_CERT_VERSION);
	assert_int_equal(c.api_major, 0);
	assert_int_equal(c.api_minor, usage == SEV_USAGE_CEK ? 14 : 22);
	assert_int_equal(c.pubkey_usage, usage);
	assert_int_equal(c.pubkey_algo, algo);
	assert_int_equal(c.pubkey.ec.curve, SEV_CURVE_P384);
	assert_false(bytes_are_zero(c.pubkey.ec.qx, 48));
	assert_true(bytes_are_zero(c.pubkey.ec.qx + 48, 24));
	assert_false(bytes_are_zero(c.pubkey.ec.qy, 48));
	assert_true(bytes_are_zero(c.pubkey.ec.qy + 48, 24));
	assert_true(bytes_are_zero(c.pubkey.ec.rsvd_094, sizeof(c.pubkey.ec.rsvd_094)));
	assert_int_equal(c.sig1_usage, sig1);
	assert_int_equal(c.sig1_algo,
			 sig1 == SEV_USAGE_ASK ? SEV_ALGO_RSA_SHA384 : SEV_ALGO_ECDSA_SHA256);
	assert_int_equal(c.sig2_usage, sig2);
	assert_int_equal(c.sig2_algo,
			 sig2 == SEV_USAGE_INVALID ? SEV_ALGO_INVALID : SEV_ALGO_ECDSA_SHA256);
	assert_int_equal(bytes_are_zero(&c.sig2, sizeof(c.sig2)), sig2 == SEV_USAGE_INVALID);
}

static void test_legacy_chain(void **state)
{
	check_cert(ROME "pdh.cert", SEV_USAGE_PDH, SEV_ALGO_ECDH_SHA256, SEV_USAGE_PEK,
		   SEV_USAGE_INVALID);
	check_cert(ROME "pek.cert", SEV_USAGE_PEK, SEV_ALGO_ECDSA_SHA256, SEV_USAGE_OCA,
		   SEV_USAGE_CEK);
	check_cert(ROME "oca.cert", SEV_USAGE_OCA, SEV_ALGO_ECDSA_SHA256, SEV_USAGE_OCA,
		   SEV_USAGE_INVALID);
	check_cert(ROME "cek.cert", SEV_USAGE_CEK, SEV_ALGO_ECDSA_SHA256, SEV_USAGE_ASK,
		   SEV_USAGE_INVALID);
	assert_int_equal(SEV_CERT_SIGNED_SIZE, 0x414);
	assert_int_equal(SEV_REPORT_SIGNED_SIZE, 0x34);
}

static void check_amd_cert(const char *file, const struct guid *id, const struct guid *signer,
			   u32 usage)
{
	static u8 buf[AMD_CERT_SIZE(4096)] ALIGNED(8);
	size_t size = strstr(file, "naples") ? AMD_CERT_SIZE(2048) : AMD_CERT_SIZE(4096);
	const struct amd_cert_hdr *hdr = (const void *)buf;

	fixture_load(buf, size, file);
	assert_int_equal(hdr->version, SEV_CERT_VERSION);
	assert_memory_equal(&hdr->key_id, id, sizeof(*id));
	assert_memory_equal(&hdr->certifying_key_id, signer, sizeof(*signer));
	assert_int_equal(hdr->key_usage, usage);
	assert_int_equal(AMD_CERT_SIZE(hdr->modulus_size), size);
	assert_int_equal(hdr->pubexp_size, hdr->modulus_size);
	assert_int_equal(get_le32(buf + sizeof(*hdr)), 65537);
}

static void test_amd_roots(void **state)
{
#define KEY_IDS(name, ark_id, ask_id) {name, ark_id, ask_id},
	static const struct {
		const char *product;
		struct guid ark, ask;
	} keys[] = {AMD_CERT_KEY_IDS(KEY_IDS)};
#undef KEY_IDS

	assert_int_equal(AMD_CERT_SIZE(2048), 832);
	assert_int_equal(AMD_CERT_SIZE(4096), 1600);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		char file[256];
		int lower = keys[i].product[0] | 0x20;

		snprintf(file, sizeof(file), ROOTS "ark-%c%s.cert", lower, keys[i].product + 1);
		check_amd_cert(file, &keys[i].ark, &keys[i].ark, SEV_USAGE_ARK);
		snprintf(file, sizeof(file), ROOTS "ask-%c%s.cert", lower, keys[i].product + 1);
		check_amd_cert(file, &keys[i].ask, &keys[i].ark, SEV_USAGE_ASK);
	}
}

/* -- OVMF -------------------------------------------------------------------------------------- */

enum { OVMF_SUFFIX = 4096 };

/* The data of the entry that `guid` names, read backwards from the footer; NULL: none. */
static const u8 *ovmf_entry(const u8 *suffix, struct guid guid, size_t *len)
{
	static const struct guid footer = OVMF_GUID_FOOTER;
	const u8 *end = suffix + OVMF_SUFFIX - OVMF_TABLE_FROM_END;
	struct ovmf_entry_tail tail;
	const u8 *start;

	memcpy(&tail, end - sizeof(tail), sizeof(tail));
	assert_memory_equal(&tail.guid, &footer, sizeof(footer));
	start = end - tail.length;
	for (end -= sizeof(tail); end > start; end -= tail.length) {
		memcpy(&tail, end - sizeof(tail), sizeof(tail));
		assert_true(tail.length >= sizeof(tail) && tail.length <= end - start);
		*len = tail.length - sizeof(tail);
		if (memcmp(&tail.guid, &guid, sizeof(guid)) == 0)
			return end - tail.length;
	}
	return NULL;
}

static void check_ovmf_entry(void *dst, size_t size, const u8 *suffix, struct guid guid)
{
	size_t len = 0;
	const u8 *data = ovmf_entry(suffix, guid, &len);

	assert_non_null(data);
	assert_int_equal(len, size);
	memcpy(dst, data, size);
}

static void test_ovmf_table(void **state)
{
	static u8 suffix[OVMF_SUFFIX];
	struct ovmf_reset_block reset;
	struct ovmf_area_block secret, hashes;

	fixture_load(suffix, sizeof(suffix), LAUNCH "ovmf_AmdSev_suffix.bin");
	check_ovmf_entry(&reset, sizeof(reset), suffix, (struct guid)OVMF_GUID_RESET_BLOCK);
	check_ovmf_entry(&secret, sizeof(secret), suffix, (struct guid)OVMF_GUID_SECRET_BLOCK);
	check_ovmf_entry(&hashes, sizeof(hashes), suffix, (struct guid)OVMF_GUID_HASHES_BLOCK);
	assert_int_equal(reset.addr, 0x0080b004);
	assert_int_equal(secret.base, 0x810000);
	assert_int_equal(secret.size, 0xc00);
	assert_int_equal(hashes.base, 0x810c00);
	assert_int_equal(hashes.size, 0x400);
}

static void check_ovmf_metadata(const char *file, u32 sections)
{
	static const struct ovmf_sev_section first[] = {
		{0x800000, 0x9000, OVMF_SEV_SEC_MEM},  {0x80a000, 0x3000, OVMF_SEV_SEC_MEM},
		{0x80d000, 0x1000, OVMF_SEV_SECRETS},  {0x80e000, 0x1000, OVMF_SEV_CPUID},
		{0x80f000, 0x1000, OVMF_SEV_SVSM_CAA},
	};
	static u8 suffix[OVMF_SUFFIX] ALIGNED(8);
	struct ovmf_metadata_block where;
	const struct ovmf_sev_metadata *meta;

	fixture_load(suffix, sizeof(suffix), file);
	check_ovmf_entry(&where, sizeof(where), suffix, (struct guid)OVMF_GUID_SEV_METADATA);
	assert_true(where.offset < OVMF_SUFFIX);
	meta = (const void *)(suffix + OVMF_SUFFIX - where.offset);
	assert_memory_equal(meta->signature, OVMF_SEV_METADATA_SIGNATURE, 4);
	assert_int_equal(meta->version, OVMF_SEV_METADATA_VERSION);
	assert_int_equal(meta->num_sections, sections);
	assert_int_equal(meta->length, sizeof(*meta) + sections * sizeof(meta->sections[0]));
	assert_memory_equal(meta->sections, first, sizeof(first));
	assert_int_equal(meta->sections[5].base, 0x810000);
	assert_int_equal(meta->sections[5].type,
			 sections == 7 ? OVMF_SEV_KERNEL_HASHES : OVMF_SEV_SEC_MEM);
}

static void test_ovmf_metadata(void **state)
{
	check_ovmf_metadata(LAUNCH "ovmf_AmdSev_suffix.bin", 7);
	check_ovmf_metadata(LAUNCH "ovmf_OvmfX64_suffix.bin", 6);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guid_byte_order),
		cmocka_unit_test(test_mailbox_word),
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_measure_message),
		cmocka_unit_test(test_secret_packet_message),
		cmocka_unit_test(test_page_info),
		cmocka_unit_test(test_guest_message_header),
		cmocka_unit_test(test_legacy_chain),
		cmocka_unit_test(test_amd_roots),
		cmocka_unit_test(test_ovmf_table),
		cmocka_unit_test(test_ovmf_metadata),
	};

	return cmocka_run_group_tests_name("abi/fw", tests, NULL, NULL);
}
