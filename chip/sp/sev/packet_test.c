/* SPDX-License-Identifier: MIT */
/* Packets against the worked examples; every bit counts. */
#include "chip/sp/sev/packet.h"

#include <string.h>

#include "crypto/testbed.h"
#include "tests/support/cmocka.h"

#define MEASURE "99f178382378688024b4d176365671a5d65fe5e56f7471dafb8544c893811d11"

static const struct sev_transport_keys *example_keys(void)
{
	static struct sev_transport_keys keys;

	fill_sequence(keys.tek, sizeof(keys.tek), 0x10);
	fill_sequence(keys.tik, sizeof(keys.tik), 0x20);
	return &keys;
}

struct example {
	enum sev_mac_tag tag;
	u8 first_iv;
	const char *plain, *cipher, *mac;
	bool measured;
};

static const struct example examples[] = {
	{SEV_MAC_LAUNCH_SECRET, 0x50, "0123456789abcdef0123456789abcdef",
	 "82d527e5cd2f9f45aa15de23abe5f85c5094173dc3c8612dd05a1d0acbe6f0e9",
	 "81161fb39da6f9e9b791d3037a824f7dff16ed7059043b8d04f5ce1ec7e9115f", true},
	{SEV_MAC_UPDATE_DATA, 0x60, "fedcba9876543210fedcba9876543210",
	 "244698651a306de80cbab5bf6e3ced82d662fc842f9f33532a2fa1ce83a9bb79",
	 "69a2c76599ee8445d7a50a291196f1c1c257a161ce11170467630339f1b1c0c6", false},
	{SEV_MAC_UPDATE_VMSA, 0x60, "fedcba9876543210fedcba9876543210",
	 "244698651a306de80cbab5bf6e3ced82d662fc842f9f33532a2fa1ce83a9bb79",
	 "58855d7c65911c247fdb26af0e707040f4bc9dda7e102804aa0bd1f83ce88c63", false},
};

/* The example as it comes in; text and measure have 32 bytes each. */
static struct sev_packet packet_of(const struct example *e, u8 *text, u8 *measure)
{
	struct sev_packet p = {.tag = e->tag, .text = text, .len = 32};

	unhex(text, 32, e->cipher);
	unhex(measure, 32, MEASURE);
	if (e->measured)
		p.measure = measure;
	fill_sequence(p.hdr.iv, sizeof(p.hdr.iv), e->first_iv);
	unhex(p.hdr.mac, sizeof(p.hdr.mac), e->mac);
	return p;
}

static void worked_examples_open(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		u8 text[32], measure[32];
		struct sev_packet p = packet_of(&examples[i], text, measure);
		struct sha256_digest mac;
		enum verdict v;

		assert_int_equal(sev_packet_mac(&mac, &p, example_keys()->tik), 0);
		assert_hex(mac.b, sizeof(mac.b), examples[i].mac);
		assert_int_equal(sev_packet_open(&v, &p, example_keys()), 0);
		assert_int_equal(v, VERDICT_GOOD);
		assert_memory_equal(text, examples[i].plain, 32);
	}
}

static void assert_refused(struct sev_packet *p)
{
	u8 before[SEV_PACKET_DATA_MAX];
	enum verdict v;

	memcpy(before, p->text, p->len);
	assert_int_equal(sev_packet_open(&v, p, example_keys()), 0);
	assert_int_equal(v, VERDICT_BAD_TAG);
	assert_memory_equal(p->text, before, p->len);
}

static void flip_all(struct sev_packet *p, void *bytes, size_t len)
{
	for (size_t bit = 0; bit < 8 * len; bit++) {
		((u8 *)bytes)[bit / 8] ^= 1 << bit % 8;
		assert_refused(p);
		((u8 *)bytes)[bit / 8] ^= 1 << bit % 8;
	}
}

static void every_bit_counts(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		u8 text[32], measure[32];
		struct sev_packet p = packet_of(&examples[i], text, measure);

		flip_all(&p, &p.hdr, sizeof(p.hdr));
		flip_all(&p, text, sizeof(text));
		if (p.measure)
			flip_all(&p, measure, sizeof(measure));
	}
}

static void a_packet_serves_one_command_and_one_length(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		u8 text[32], measure[32];
		struct sev_packet p = packet_of(&examples[i], text, measure);

		for (p.tag = 0; p.tag < 8; p.tag++)
			if (p.tag != examples[i].tag)
				assert_refused(&p);
		p.tag = examples[i].tag;
		p.len = 16;
		assert_refused(&p);
		p.len = 32;
		p.measure = examples[i].measured ? NULL : measure;
		assert_refused(&p);
	}
}

static void what_is_sealed_opens(void **state)
{
	struct sev_transport_keys keys = *example_keys();
	static u8 plain[SEV_PACKET_DATA_MAX], text[SEV_PACKET_DATA_MAX];
	struct rng *rng = rng_new(NULL);
	struct sev_packet p = {.tag = SEV_MAC_UPDATE_DATA, .text = text};
	struct sev_packet_hdr first;
	enum verdict v;

	assert_non_null(rng);
	rng_fill(rng, plain, sizeof(plain));
	for (p.len = 16; p.len <= SEV_PACKET_DATA_MAX; p.len *= 2) {
		memcpy(text, plain, p.len);
		assert_int_equal(sev_packet_seal(&p, &keys, rng), 0);
		assert_int_equal(p.hdr.flags, 0);
		assert_memory_not_equal(text, plain, p.len);
		first = p.hdr;
		assert_int_equal(sev_packet_open(&v, &p, &keys), 0);
		assert_int_equal(v, VERDICT_GOOD);
		assert_memory_equal(text, plain, p.len);
		assert_int_equal(sev_packet_seal(&p, &keys, rng), 0);
		assert_memory_not_equal(first.iv, p.hdr.iv, sizeof(first.iv));
	}
	rng_free(rng);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worked_examples_open),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(a_packet_serves_one_command_and_one_length),
		cmocka_unit_test(what_is_sealed_opens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
