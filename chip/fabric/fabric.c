/* SPDX-License-Identifier: MIT */
/* RAW accesses to DRAM, page by page, each page between the snoop's begin and end. */
#include "chip/fabric/fabric.h"

#include <string.h>

#include "base/bytes.h"

#include "chip/fabric/dram.h"
#include "chip/fabric/shared.h"

int fabric_init(struct fabric *f, const struct fabric_config *cfg, struct error *err)
{
	struct dram d;
	int rc = dram_open(&d, cfg, err);

	if (rc != 0)
		return rc;
	*f = (struct fabric){.dram = d.at, .dram_size = cfg->dram_size, .fd = d.fd};
	return 0;
}

void fabric_fini(struct fabric *f)
{
	struct dram d = {.at = f->dram, .fd = f->fd};

	dram_close(&d, f->dram_size);
	*f = (struct fabric){.fd = -1};
}

void fabric_set_snoop(struct fabric *f, const struct fabric_snoop *snoop, void *ctx)
{
	f->snoop = snoop;
	f->snoop_ctx = ctx;
}

static void page_begin(struct fabric *f, u64 pfn, bool write)
{
	if (f->snoop)
		f->snoop->begin(f->snoop_ctx, pfn, write);
}

static void page_end(struct fabric *f, u64 pfn, bool write)
{
	if (f->snoop)
		f->snoop->end(f->snoop_ctx, pfn, write);
}

enum fabric_status fabric_read(struct fabric *f, enum requester who, spa_t spa, void *dst,
			       size_t len)
{
	u8 *to = dst;

	if (!fabric_contains(f, spa, len)) {
		memset(dst, 0xff, len);
		return FABRIC_ABORT;
	}
	while (len) {
		size_t n = fabric_within_page(spa, len);
		u64 pfn = spa.v >> PAGE_SHIFT;

		page_begin(f, pfn, false);
		shared_load(to, f->dram + spa.v, n);
		page_end(f, pfn, false);
		to += n;
		spa.v += n;
		len -= n;
	}
	return FABRIC_OK;
}

enum fabric_status fabric_write(struct fabric *f, enum requester who, spa_t spa, const void *src,
				size_t len)
{
	const u8 *from = src;

	if (!fabric_contains(f, spa, len))
		return FABRIC_ABORT;
	while (len) {
		size_t n = fabric_within_page(spa, len);
		u64 pfn = spa.v >> PAGE_SHIFT;

		page_begin(f, pfn, true);
		shared_store(f->dram + spa.v, from, n);
		page_end(f, pfn, true);
		from += n;
		spa.v += n;
		len -= n;
	}
	return FABRIC_OK;
}

enum fabric_status fabric_cmpxchg(struct fabric *f, enum requester who, spa_t spa, void *expected,
				  const void *desired, size_t len, bool *swapped)
{
	u64 first = spa.v >> PAGE_SHIFT;
	u64 last = (spa.v + len - 1) >> PAGE_SHIFT;

	*swapped = false;
	if (!fabric_contains(f, spa, len)) {
		memset(expected, 0xff, len);
		return FABRIC_ABORT;
	}
	for (u64 pfn = first; pfn <= last; pfn++)
		page_begin(f, pfn, true);
	*swapped = shared_cmpxchg(f->dram + spa.v, expected, desired, len);
	for (u64 pfn = first; pfn <= last; pfn++)
		page_end(f, pfn, true);
	return FABRIC_OK;
}
