/* SPDX-License-Identifier: MIT */
/* Checked ranges, and accesses through the cache as requester SP. */
#include "chip/sp/mem.h"

#include "base/bug.h"
#include "base/bytes.h"
#include "chip/fabric/shared.h"
#include "chip/sp/internal.h"

/* -- addresses ------------------------------------------------------------------------------- */

spa_t sp_paddr_spa(const struct sp *sp, u64 paddr)
{
	return SPA(paddr & ~BIT64(sp->product.c_bit));
}

view_t sp_paddr_view(const struct sp *sp, u64 paddr)
{
	return paddr & BIT64(sp->product.c_bit) ? VIEW_HOST_KEY : VIEW_RAW;
}

static bool touches(const struct sp *sp, const struct sp_region *r, u64 base, u64 len)
{
	u64 start = sp_paddr_spa(sp, r->paddr).v;

	return base < start + r->size && start < base + len;
}

enum sp_status sp_check_range(const struct sp *sp, enum sp_use use, u64 paddr, u64 len, u64 align)
{
	spa_t spa = sp_paddr_spa(sp, paddr);

	if (!is_aligned(spa.v, align) || !fabric_contains(sp->fabric, spa, len))
		return SP_INVALID_ADDRESS;
	if (touches(sp, &sp->platform.tmr, spa.v, len) || touches(sp, &sp->platform.nv, spa.v, len))
		return SP_INVALID_ADDRESS;
	return SP_SUCCESS;
}

bool sp_ranges_overlap(const struct sp *sp, u64 a, u64 a_len, u64 b, u64 b_len)
{
	struct sp_region r = {.paddr = a, .size = a_len};

	return touches(sp, &r, sp_paddr_spa(sp, b).v, b_len);
}

/* -- lengths --------------------------------------------------------------------------------- */

enum sp_status sp_check_in_length(u32 len, u32 need)
{
	return len == need ? SP_SUCCESS : SP_INVALID_LENGTH;
}

enum sp_status sp_check_out_length(void *len, u32 need)
{
	bool fits = get_le32(len) >= need;

	put_le32(len, need);
	return fits ? SP_SUCCESS : SP_INVALID_LENGTH;
}

enum sp_status sp_check_blocks(u32 len)
{
	return len && is_aligned(len, SEV_BLOCK) ? SP_SUCCESS : SP_INVALID_LENGTH;
}

/* -- accesses -------------------------------------------------------------------------------- */

static void load(struct sp *sp, view_t view, u64 paddr, void *dst, size_t len)
{
	enum fabric_status s =
		cache_read(sp->cache, NULL, REQ_SP, view, sp_paddr_spa(sp, paddr), dst, len);

	BUG_ON(s != FABRIC_OK);
}

static void store(struct sp *sp, view_t view, u64 paddr, const void *src, size_t len)
{
	enum fabric_status s =
		cache_write(sp->cache, NULL, REQ_SP, view, sp_paddr_spa(sp, paddr), src, len);

	BUG_ON(s != FABRIC_OK);
}

void sp_read(struct sp *sp, u64 paddr, void *dst, size_t len)
{
	load(sp, sp_paddr_view(sp, paddr), paddr, dst, len);
}

void sp_write(struct sp *sp, u64 paddr, const void *src, size_t len)
{
	store(sp, sp_paddr_view(sp, paddr), paddr, src, len);
}

/*
 * Guest memory.  Page by page, and with DRAM itself, not with what is cached on the die: a chip
 * whose caches do not follow shows the SP what DRAM holds, and a core what it cached before.  Bytes
 * of DRAM are copied out once, since a program that has the DRAM file open may change them even
 * while the page is ours alone.
 */
static u8 *begin_guest(struct sp *sp, const struct sev_guest *g, spa_t spa)
{
	u8 *page = cache_begin_exclusive(sp->cache, NULL, spa);

	BUG_ON(!page || g->asid == SEV_ASID_HOST);
	return page + (spa.v & PAGE_MASK);
}

static void guest_load(struct sp *sp, const struct sev_guest *g, spa_t spa, u8 *dst, size_t len)
{
	const u8 *at = begin_guest(sp, g, spa);

	shared_load(dst, at, len);
	mee_decrypt(sp->mee, g->asid, spa, dst, dst, len);
	cache_end_exclusive(sp->cache, spa);
}

static void guest_store(struct sp *sp, const struct sev_guest *g, spa_t spa, const u8 *src,
			size_t len)
{
	u8 *at = begin_guest(sp, g, spa);

	mee_encrypt(sp->mee, g->asid, spa, at, src, len);
	cache_end_exclusive(sp->cache, spa);
}

void sp_guest_read(struct sp *sp, const struct sev_guest *g, u64 paddr, void *dst, size_t len)
{
	spa_t spa = sp_paddr_spa(sp, paddr);

	for (u8 *to = dst; len;) {
		size_t n = fabric_within_page(spa, len);

		guest_load(sp, g, spa, to, n);
		spa.v += n;
		to += n;
		len -= n;
	}
}

void sp_guest_write(struct sp *sp, const struct sev_guest *g, u64 paddr, const void *src,
		    size_t len)
{
	spa_t spa = sp_paddr_spa(sp, paddr);

	for (const u8 *from = src; len;) {
		size_t n = fabric_within_page(spa, len);

		guest_store(sp, g, spa, from, n);
		spa.v += n;
		from += n;
		len -= n;
	}
}

/* Within one page. */
static void encrypt_part(struct sp *sp, const struct sev_guest *g, view_t from, spa_t spa,
			 size_t len, struct hash *digest)
{
	u8 *at = begin_guest(sp, g, spa);
	u8 plain[PAGE_SIZE];

	shared_load(plain, at, len);
	if (from == VIEW_HOST_KEY)
		mee_decrypt(sp->mee, VIEW_HOST_KEY, spa, plain, plain, len);
	if (digest)
		hash_update(digest, plain, len);
	mee_encrypt(sp->mee, g->asid, spa, at, plain, len);
	cache_end_exclusive(sp->cache, spa);
}

void sp_encrypt_in_place(struct sp *sp, const struct sev_guest *g, u64 paddr, u64 len,
			 struct hash *digest)
{
	view_t from = sp_paddr_view(sp, paddr);
	spa_t spa = sp_paddr_spa(sp, paddr);

	while (len) {
		size_t n = fabric_within_page(spa, len);

		encrypt_part(sp, g, from, spa, n, digest);
		spa.v += n;
		len -= n;
	}
}
