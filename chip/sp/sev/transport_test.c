/* SPDX-License-Identifier: MIT */
/* What the five commands that carry packets refuse alike, and where packets end up. */
#include "chip/sp/sev/transport.h"

#include <string.h>

#include "base/bytes.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

struct carrier {
	u32 id;
	enum sev_guest_state state;
	enum sev_mac_tag tag;
};

static const struct carrier incoming[] = {
	{SEV_CMD_LAUNCH_SECRET, SEV_GUEST_LSECRET, SEV_MAC_LAUNCH_SECRET},
	{SEV_CMD_RECEIVE_UPDATE_DATA, SEV_GUEST_RUPDATE, SEV_MAC_UPDATE_DATA},
	{SEV_CMD_RECEIVE_UPDATE_VMSA, SEV_GUEST_RUPDATE, SEV_MAC_UPDATE_VMSA},
};

static const struct carrier outgoing[] = {
	{SEV_CMD_SEND_UPDATE_DATA, SEV_GUEST_SUPDATE, SEV_MAC_UPDATE_DATA},
	{SEV_CMD_SEND_UPDATE_VMSA, SEV_GUEST_SUPDATE, SEV_MAC_UPDATE_VMSA},
};

enum { LEN = 0x1000, C_GUEST = BED_GUEST + 0x3000 };

static const u64 guest_paddr = C_GUEST | BIT64(BED_C_BIT);

static const u32 wrong_vmsa_lengths[] = {0, 16, 0xff0, 0x1010, 0x2000, UINT32_MAX};
static const u32 wrong_data_lengths[] = {0, 1, 8, 15, 17, 0xff8, 0x4010, 0x8000, ~15u, UINT32_MAX};

/* One guest, in each state once; plaintext of the packets that go in. */
struct fixture {
	struct sp_bed *bed;
	struct bed_guest g;
	struct bed_rules rules;
	struct sev_transport_buf buf;
	u8 plain[LEN];
};

/* A save area at C_GUEST, as LAUNCH_UPDATE_VMSA leaves one. */
static void put_vmsa(struct fixture *f)
{
	struct sp *sp = bed_sp(f->bed);

	sp_guest_write(sp, bed_context(f->bed, &f->g), C_GUEST, f->plain, LEN);
	assert_int_equal(sp_vmsas_reserve(&sp->vmsas), 0);
	sp_vmsas_record(&sp->vmsas, f->g.handle, SPA(C_GUEST), f->plain);
}

static void prepare(struct fixture *f, struct sp_bed *bed, const struct carrier *c)
{
	f->bed = bed;
	f->rules = (struct bed_rules){.id = c->id, .size = sizeof(f->buf)};
	bed_guest_new(bed, &f->g, BED_POLICY_ES, c->state);
	bed_fill(f->plain, LEN, (u8)c->id);
	f->buf = (struct sev_transport_buf){
		.handle = f->g.handle,
		.hdr_paddr = BED_HDR,
		.hdr_length = sizeof(struct sev_packet_hdr),
		.guest_paddr = guest_paddr,
		.guest_length = LEN,
		.trans_paddr = BED_TEXT,
		.trans_length = LEN,
	};
	if (c->tag == SEV_MAC_UPDATE_VMSA && c->state == SEV_GUEST_SUPDATE)
		put_vmsa(f);
}

/* The packet of len bytes of f->plain, with those flags, where the buffer says. */
static void put_packet(struct fixture *f, enum sev_mac_tag tag, u32 len, u32 flags)
{
	const u8 *measure = tag == SEV_MAC_LAUNCH_SECRET ? f->g.measurement.measure : NULL;
	struct sev_packet_hdr hdr = {.flags = flags};
	u8 text[LEN];

	memcpy(text, f->plain, len);
	bed_owner_packet(&f->g.owner, tag, text, len, measure, &hdr);
	bed_put(f->bed, BED_HDR, &hdr, sizeof(hdr));
	bed_put(f->bed, BED_TEXT, text, len);
	f->buf.guest_length = f->buf.trans_length = len;
}

static void refuses(struct fixture *f, enum sp_status status)
{
	struct sev_transport_buf buf = f->buf;

	bed_refuses(f->bed, status, f->rules.id, &buf, sizeof(buf));
}

static void accepts(struct fixture *f)
{
	struct sev_transport_buf buf = f->buf;

	bed_accepts(f->bed, f->rules.id, &buf, sizeof(buf));
}

/* -- lengths and addresses ------------------------------------------------------------------- */

static void refuses_length(struct fixture *f, struct bed_field field, u32 value)
{
	bed_refuses_field(f->bed, &f->rules, &f->buf, field, value, SP_INVALID_LENGTH);
}

static void lengths_of_packets_in(void **state)
{
	static const u32 hdr[] = {0, 1, 0x33, 0x35, UINT32_MAX};
	static const u32 trans[] = {0, 1, 0xff0, 0x1001, 0x1010, UINT32_MAX};

	for (size_t c = 0; c < ARRAY_SIZE(incoming); c++) {
		bool vmsa = incoming[c].tag == SEV_MAC_UPDATE_VMSA;
		const u32 *wrong = vmsa ? wrong_vmsa_lengths : wrong_data_lengths;
		size_t count =
			vmsa ? ARRAY_SIZE(wrong_vmsa_lengths) : ARRAY_SIZE(wrong_data_lengths);
		struct fixture f;

		prepare(&f, *state, &incoming[c]);
		put_packet(&f, incoming[c].tag, LEN, 0);
		for (size_t i = 0; i < ARRAY_SIZE(hdr); i++)
			refuses_length(&f, FIELD_OF(sev_transport_buf, hdr_length), hdr[i]);
		for (size_t i = 0; i < ARRAY_SIZE(trans); i++)
			refuses_length(&f, FIELD_OF(sev_transport_buf, trans_length), trans[i]);
		for (size_t i = 0; i < count; i++) {
			struct sev_transport_buf good = f.buf;

			f.buf.trans_length = wrong[i];
			refuses_length(&f, FIELD_OF(sev_transport_buf, guest_length), wrong[i]);
			f.buf = good;
		}
		accepts(&f);
	}
}

static void check_addresses(struct fixture *f, enum sev_mac_tag tag)
{
	bed_check_address(f->bed, &f->rules, &f->buf,
			  &(struct bed_address){offsetof(struct sev_transport_buf, hdr_paddr),
						sizeof(struct sev_packet_hdr), 1});
	bed_check_address(
		f->bed, &f->rules, &f->buf,
		&(struct bed_address){offsetof(struct sev_transport_buf, trans_paddr), LEN, 1});
	bed_check_address(f->bed, &f->rules, &f->buf,
			  &(struct bed_address){offsetof(struct sev_transport_buf, guest_paddr),
						LEN, tag == SEV_MAC_UPDATE_VMSA ? PAGE_SIZE : 16});
}

static void addresses(void **state)
{
	struct fixture f;

	for (size_t c = 0; c < ARRAY_SIZE(incoming); c++) {
		prepare(&f, *state, &incoming[c]);
		put_packet(&f, incoming[c].tag, LEN, 0);
		check_addresses(&f, incoming[c].tag);
		bed_retire(*state, &f.g);
	}
	for (size_t c = 0; c < ARRAY_SIZE(outgoing); c++) {
		prepare(&f, *state, &outgoing[c]);
		check_addresses(&f, outgoing[c].tag);
		bed_retire(*state, &f.g);
	}
}

/* Drivers have to set it for data, and may for the rest. */
static void the_c_bit_of_guest_memory(void **state)
{
	struct fixture f;

	for (size_t c = 0; c < ARRAY_SIZE(incoming); c++) {
		prepare(&f, *state, &incoming[c]);
		put_packet(&f, incoming[c].tag, LEN, 0);
		accepts(&f);
		f.buf.guest_paddr = C_GUEST;
		if (incoming[c].tag == SEV_MAC_UPDATE_DATA)
			refuses(&f, SP_INVALID_ADDRESS);
		else
			accepts(&f);
		bed_retire(*state, &f.g);
	}
	prepare(&f, *state, &outgoing[0]);
	f.buf.guest_paddr = C_GUEST;
	refuses(&f, SP_INVALID_ADDRESS);
}

/* -- what comes in --------------------------------------------------------------------------- */

static void every_byte_of_a_header_counts(void **state)
{
	for (size_t c = 0; c < ARRAY_SIZE(incoming); c++) {
		struct sev_packet_hdr hdr, bad;
		struct fixture f;

		prepare(&f, *state, &incoming[c]);
		put_packet(&f, incoming[c].tag, LEN, 0);
		bed_get(*state, BED_HDR, &hdr, sizeof(hdr));
		for (size_t at = 0; at < sizeof(hdr); at++) {
			bad = hdr;
			((u8 *)&bad)[at] ^= 1 << at % 8;
			bed_put(*state, BED_HDR, &bad, sizeof(bad));
			refuses(&f, SP_BAD_MEASUREMENT);
		}
	}
}

static void ciphertext_counts(void **state)
{
	for (size_t c = 0; c < ARRAY_SIZE(incoming); c++) {
		struct fixture f;

		prepare(&f, *state, &incoming[c]);
		put_packet(&f, incoming[c].tag, LEN, 0);
		for (size_t at = 0; at < LEN; at += 97) {
			u8 byte;

			bed_get(*state, BED_TEXT + at, &byte, 1);
			byte ^= 1 << at % 8;
			bed_put(*state, BED_TEXT + at, &byte, 1);
			refuses(&f, SP_BAD_MEASUREMENT);
			byte ^= 1 << at % 8;
			bed_put(*state, BED_TEXT + at, &byte, 1);
		}
		accepts(&f);
	}
}

/* A secret is no piece of a migration, data no save area, and the reverse. */
static void a_packet_serves_one_kind_of_command(void **state)
{
	for (size_t c = 0; c < ARRAY_SIZE(incoming); c++) {
		struct fixture f;

		prepare(&f, *state, &incoming[c]);
		for (enum sev_mac_tag tag = 1; tag <= SEV_MAC_LAUNCH_MEASURE; tag++) {
			if (tag == incoming[c].tag)
				continue;
			put_packet(&f, tag, LEN, 0);
			refuses(&f, SP_BAD_MEASUREMENT);
		}
	}
}

static void a_packet_is_for_one_guest(void **state)
{
	for (size_t c = 0; c < ARRAY_SIZE(incoming); c++) {
		struct fixture f;

		prepare(&f, *state, &incoming[c]);
		put_packet(&f, incoming[c].tag, LEN, 0);
		bed_context(*state, &f.g)->keys.tik[0] ^= 1;
		refuses(&f, SP_BAD_MEASUREMENT);
	}
}

static void flags_count_once_they_are_authentic(void **state)
{
	for (size_t c = 0; c < ARRAY_SIZE(incoming); c++) {
		struct fixture f;

		prepare(&f, *state, &incoming[c]);
		put_packet(&f, incoming[c].tag, LEN, SEV_PACKET_COMPRESSED);
		refuses(&f, SP_UNSUPPORTED);
		for (unsigned bit = 1; bit < 32; bit++) {
			put_packet(&f, incoming[c].tag, LEN, BIT32(bit));
			refuses(&f, SP_INVALID_PARAM);
		}
	}
}

static void assert_guest_has(struct fixture *f, u64 spa, const void *plain, size_t len)
{
	u8 seen[LEN], dram[LEN], expected[LEN];

	bed_get(f->bed, spa, dram, len);
	mee_encrypt(f->bed->config.mee, f->g.asid, SPA(spa), expected, plain, len);
	assert_memory_equal(dram, expected, len);
	bed_guest_get(f->bed, &f->g, spa, seen, len);
	assert_memory_equal(seen, plain, len);
}

static void packets_become_guest_memory(void **state)
{
	for (size_t c = 0; c < ARRAY_SIZE(incoming); c++) {
		struct fixture f;

		prepare(&f, *state, &incoming[c]);
		put_packet(&f, incoming[c].tag, LEN, 0);
		accepts(&f);
		assert_guest_has(&f, C_GUEST, f.plain, LEN);
	}
}

/* Sixteen bytes, or across pages; what stands beside keeps its bits. */
static void packets_of_other_shapes(void **state)
{
	static const struct {
		u32 offset, len;
	} shapes[] = {{0x20, 16}, {0xff0, 32}, {0xff0, 0xff0}, {0x7f0, 0x800}};

	for (size_t c = 0; c < 2; c++) {
		struct fixture f;
		u8 before[0x3000], after[0x3000];

		prepare(&f, *state, &incoming[c]);
		for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
			u32 offset = shapes[i].offset, len = shapes[i].len;

			bed_get(*state, C_GUEST, before, sizeof(before));
			put_packet(&f, incoming[c].tag, len, 0);
			f.buf.guest_paddr = guest_paddr + offset;
			accepts(&f);
			bed_get(*state, C_GUEST, after, sizeof(after));
			assert_memory_equal(before, after, offset);
			assert_memory_equal(before + offset + len, after + offset + len,
					    sizeof(after) - offset - len);
			assert_guest_has(&f, C_GUEST + offset, f.plain, len);
		}
	}
}

/* -- what goes out --------------------------------------------------------------------------- */

/* Asks with lengths that are too small; both are told, and nothing else changes. */
static void asks(struct fixture *f, u32 hdr_length, u32 trans_length)
{
	struct sev_transport_buf buf = f->buf;

	buf.hdr_length = hdr_length;
	buf.trans_length = trans_length;
	bed_refuses(f->bed, SP_INVALID_LENGTH, f->rules.id, &buf, sizeof(buf));
	assert_memory_equal(&buf, &f->buf, sizeof(buf));
}

static void too_little_room_tells_how_much(void **state)
{
	for (size_t c = 0; c < ARRAY_SIZE(outgoing); c++) {
		struct fixture f;

		prepare(&f, *state, &outgoing[c]);
		asks(&f, 0, 0);
		asks(&f, 0x33, LEN);
		asks(&f, 0x34, LEN - 1);
		bed_retire(*state, &f.g);
	}
}

/* A driver may ask before it knows anything. */
static void a_query_without_guest_memory(void **state)
{
	struct sev_transport_buf buf = {0};
	struct fixture f;

	prepare(&f, *state, &outgoing[0]);
	buf.handle = f.g.handle;
	bed_refuses(*state, SP_INVALID_LENGTH, SEV_CMD_SEND_UPDATE_DATA, &buf, sizeof(buf));
	assert_int_equal(buf.hdr_length, 0x34);
	assert_int_equal(buf.trans_length, 0);
}

static void wrong_guest_lengths(void **state)
{
	struct fixture f;

	prepare(&f, *state, &outgoing[0]);
	f.buf.trans_length = UINT32_MAX;
	for (size_t i = 0; i < ARRAY_SIZE(wrong_data_lengths); i++)
		refuses_length(&f, FIELD_OF(sev_transport_buf, guest_length),
			       wrong_data_lengths[i]);
	bed_retire(*state, &f.g);
	prepare(&f, *state, &outgoing[1]);
	f.buf.trans_length = UINT32_MAX;
	for (size_t i = 0; i < ARRAY_SIZE(wrong_vmsa_lengths); i++)
		refuses_length(&f, FIELD_OF(sev_transport_buf, guest_length),
			       wrong_vmsa_lengths[i]);
}

static void more_room_than_needed_is_good(void **state)
{
	for (size_t c = 0; c < ARRAY_SIZE(outgoing); c++) {
		struct sev_transport_buf buf;
		struct fixture f;
		u8 guard = 0xa5, seen;

		prepare(&f, *state, &outgoing[c]);
		buf = f.buf;
		buf.hdr_length = UINT32_MAX;
		buf.trans_length = UINT32_MAX;
		bed_put(*state, BED_TEXT + LEN, &guard, 1);
		bed_put(*state, BED_HDR + sizeof(struct sev_packet_hdr), &guard, 1);
		bed_accepts(*state, outgoing[c].id, &buf, sizeof(buf));
		assert_memory_equal(&buf, &f.buf, sizeof(buf));
		bed_get(*state, BED_TEXT + LEN, &seen, 1);
		assert_int_equal(seen, guard);
		bed_get(*state, BED_HDR + sizeof(struct sev_packet_hdr), &seen, 1);
		assert_int_equal(seen, guard);
		bed_retire(*state, &f.g);
	}
}

static void the_owner_can_open_what_goes_out(void **state)
{
	for (size_t c = 0; c < ARRAY_SIZE(outgoing); c++) {
		struct sev_packet_hdr hdr;
		struct fixture f;
		u8 text[LEN];

		prepare(&f, *state, &outgoing[c]);
		bed_guest_put(*state, &f.g, C_GUEST, f.plain, LEN);
		accepts(&f);
		bed_get(*state, BED_HDR, &hdr, sizeof(hdr));
		bed_get(*state, BED_TEXT, text, sizeof(text));
		assert_int_equal(hdr.flags, 0);
		assert_memory_not_equal(text, f.plain, LEN);
		bed_owner_open(&f.g.owner, outgoing[c].tag, text, LEN, &hdr);
		assert_memory_equal(text, f.plain, LEN);
		bed_retire(*state, &f.g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(lengths_of_packets_in),
		BED_TEST(addresses),
		BED_TEST(the_c_bit_of_guest_memory),
		BED_TEST(every_byte_of_a_header_counts),
		BED_TEST(ciphertext_counts),
		BED_TEST(a_packet_serves_one_kind_of_command),
		BED_TEST(a_packet_is_for_one_guest),
		BED_TEST(flags_count_once_they_are_authentic),
		BED_TEST(packets_become_guest_memory),
		BED_TEST(packets_of_other_shapes),
		BED_TEST(too_little_room_tells_how_much),
		BED_TEST(a_query_without_guest_memory),
		BED_TEST(wrong_guest_lengths),
		BED_TEST(more_room_than_needed_is_good),
		BED_TEST(the_owner_can_open_what_goes_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
