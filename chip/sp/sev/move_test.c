/* SPDX-License-Identifier: MIT */
/* What COPY, DBG_DECRYPT and DBG_ENCRYPT refuse alike, and what they move. */
#include "chip/sp/sev/move.h"

#include <string.h>

#include "base/bytes.h"
#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

struct mover {
	u32 id;
	bool src_guest, dst_guest;
	size_t src_at, dst_at, len_at, size;
};

static const struct mover movers[] = {
	{SEV_CMD_COPY, true, true, offsetof(struct sev_copy_buf, src_paddr),
	 offsetof(struct sev_copy_buf, dst_paddr), offsetof(struct sev_copy_buf, length),
	 sizeof(struct sev_copy_buf)},
	{SEV_CMD_DBG_DECRYPT, true, false, offsetof(struct sev_dbg_buf, src_paddr),
	 offsetof(struct sev_dbg_buf, dst_paddr), offsetof(struct sev_dbg_buf, length),
	 sizeof(struct sev_dbg_buf)},
	{SEV_CMD_DBG_ENCRYPT, false, true, offsetof(struct sev_dbg_buf, src_paddr),
	 offsetof(struct sev_dbg_buf, dst_paddr), offsetof(struct sev_dbg_buf, length),
	 sizeof(struct sev_dbg_buf)},
};

enum { SRC = BED_GUEST + 0x10000, DST = BED_GUEST + 0x30000 };

struct move {
	u64 src, dst;
	u32 len;
};

static void fill(u8 *buf, const struct mover *m, const struct bed_guest *g, const struct move *move)
{
	memset(buf, 0, m->size);
	put_le32(buf, g->handle);
	put_le64(buf + m->src_at, move->src);
	put_le64(buf + m->dst_at, move->dst);
	put_le32(buf + m->len_at, move->len);
}

static void refuses(struct sp_bed *bed, const struct mover *m, const struct bed_guest *g,
		    const struct move *move, enum sp_status status)
{
	u8 buf[SP_BUF_MAX];

	fill(buf, m, g, move);
	bed_refuses(bed, status, m->id, buf, m->size);
}

static void accepts(struct sp_bed *bed, const struct mover *m, const struct bed_guest *g,
		    const struct move *move)
{
	u8 buf[SP_BUF_MAX];

	fill(buf, m, g, move);
	bed_accepts(bed, m->id, buf, m->size);
}

static void lengths(void **state)
{
	static const u32 wrong[] = {0, 1, 15, 17, 0x1008, UINT32_MAX};
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_RUNNING);
	for (size_t m = 0; m < ARRAY_SIZE(movers); m++) {
		for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
			refuses(*state, &movers[m], &g, &(struct move){SRC, DST, wrong[i]},
				SP_INVALID_LENGTH);
		refuses(*state, &movers[m], &g, &(struct move){SRC, DST, ~15u}, SP_INVALID_ADDRESS);
	}
}

static void addresses(void **state)
{
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_RUNNING);
	for (size_t i = 0; i < ARRAY_SIZE(movers); i++) {
		const struct mover *m = &movers[i];
		struct bed_rules rules = {.id = m->id, .size = m->size};
		u8 buf[SP_BUF_MAX];

		fill(buf, m, &g, &(struct move){SRC, DST, 0x2000});
		bed_check_address(*state, &rules, buf,
				  &(struct bed_address){m->src_at, 0x2000, 16});
		bed_check_address(*state, &rules, buf,
				  &(struct bed_address){m->dst_at, 0x2000, 16});
	}
}

static void ranges_that_overlap(void **state)
{
	static const s64 offsets[] = {0, 16, 0xff0, -16, -0xff0};
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_RUNNING);
	for (size_t m = 0; m < ARRAY_SIZE(movers); m++) {
		for (size_t i = 0; i < ARRAY_SIZE(offsets); i++)
			refuses(*state, &movers[m], &g,
				&(struct move){SRC, SRC + (u64)offsets[i], 0x1000},
				SP_INVALID_ADDRESS);
		refuses(*state, &movers[m], &g, &(struct move){SRC, SRC | BIT64(BED_C_BIT), 0x1000},
			SP_INVALID_ADDRESS);
		accepts(*state, &movers[m], &g, &(struct move){SRC, SRC + 0x1000, 0x1000});
		accepts(*state, &movers[m], &g, &(struct move){SRC + 0x800, SRC, 0x800});
	}
}

static void put(struct sp_bed *bed, const struct bed_guest *g, bool guest, u64 at, const void *src,
		size_t len)
{
	if (guest)
		bed_guest_put(bed, g, at, src, len);
	else
		bed_put(bed, at, src, len);
}

static void get(struct sp_bed *bed, const struct bed_guest *g, bool guest, u64 at, void *dst,
		size_t len)
{
	if (guest)
		bed_guest_get(bed, g, at, dst, len);
	else
		bed_get(bed, at, dst, len);
}

/* The plaintext moves; the source keeps its bits, and what is beside the destination too. */
static void what_moves(void **state)
{
	static const struct {
		u32 src, dst, len;
	} shapes[] = {{0, 0, 16}, {0x10, 0xff0, 0x20}, {0xff0, 0x10, 0x3010}, {0, 0, 0x8000}};
	static u8 plain[0x9000], seen[0x9000], around[2][0x1000];
	struct sp_bed *bed = *state;
	struct bed_guest g;

	bed_guest_new(bed, &g, BED_POLICY, SEV_GUEST_RUNNING);
	for (size_t i = 0; i < ARRAY_SIZE(movers) * ARRAY_SIZE(shapes); i++) {
		const struct mover *m = &movers[i % ARRAY_SIZE(movers)];
		u64 src = SRC + shapes[i / ARRAY_SIZE(movers)].src;
		u64 dst = DST + shapes[i / ARRAY_SIZE(movers)].dst;
		u32 len = shapes[i / ARRAY_SIZE(movers)].len;

		bed_fill(plain, len, (u8)i);
		put(bed, &g, m->src_guest, src, plain, len);
		bed_get(bed, dst + len, around[0], 0x1000);
		accepts(bed, m, &g, &(struct move){src, dst, len});
		get(bed, &g, m->dst_guest, dst, seen, len);
		assert_memory_equal(seen, plain, len);
		get(bed, &g, m->src_guest, src, seen, len);
		assert_memory_equal(seen, plain, len);
		bed_get(bed, dst + len, around[1], 0x1000);
		assert_memory_equal(around[0], around[1], 0x1000);
	}
}

static void through_the_hosts_key(void **state)
{
	struct sp_bed *bed = *state;
	u8 plain[64], seen[64];
	struct bed_guest g;

	bed_guest_new(bed, &g, BED_POLICY, SEV_GUEST_RUNNING);
	bed_fill(plain, sizeof(plain), 1);
	assert_int_equal(cache_write(bed->config.cache, NULL, REQ_HOST_CORE, VIEW_HOST_KEY,
				     SPA(BED_BLOB), plain, sizeof(plain)),
			 FABRIC_OK);
	accepts(bed, &movers[2], &g, &(struct move){BED_BLOB | BIT64(BED_C_BIT), DST, 64});
	bed_guest_get(bed, &g, DST, seen, sizeof(seen));
	assert_memory_equal(seen, plain, sizeof(seen));
	accepts(bed, &movers[1], &g, &(struct move){DST, BED_BLOB2 | BIT64(BED_C_BIT), 64});
	assert_int_equal(cache_read(bed->config.cache, NULL, REQ_HOST_CORE, VIEW_HOST_KEY,
				    SPA(BED_BLOB2), seen, sizeof(seen)),
			 FABRIC_OK);
	assert_memory_equal(seen, plain, sizeof(seen));
}

/* Somebody else's memory, or nobody's, is noise, not an error. */
static void another_guests_memory_is_noise(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest a, b;
	u8 plain[64], seen[64];

	bed_guest_new(bed, &a, BED_POLICY, SEV_GUEST_RUNNING);
	bed_guest_new(bed, &b, BED_POLICY, SEV_GUEST_RUNNING);
	bed_fill(plain, sizeof(plain), 1);
	bed_guest_put(bed, &a, SRC, plain, sizeof(plain));
	accepts(bed, &movers[1], &b, &(struct move){SRC, BED_BLOB, 64});
	bed_get(bed, BED_BLOB, seen, sizeof(seen));
	assert_memory_not_equal(seen, plain, sizeof(plain));
	accepts(bed, &movers[0], &b, &(struct move){SRC, DST, 64});
	bed_guest_get(bed, &a, DST, seen, sizeof(seen));
	assert_memory_not_equal(seen, plain, sizeof(plain));
	bed_guest_get(bed, &b, DST, seen, sizeof(seen));
	assert_memory_not_equal(seen, plain, sizeof(plain));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(lengths),
		BED_TEST(addresses),
		BED_TEST(ranges_that_overlap),
		BED_TEST(what_moves),
		BED_TEST(through_the_hosts_key),
		BED_TEST(another_guests_memory_is_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
