/* SPDX-License-Identifier: MIT */
/*
 * The system physical address space: DRAM, and who is asking.
 *
 * DRAM holds what leaves the chip: ciphertext for every private page.  It is one memfd, or a file
 * the user names, so that anyone may look at it from outside.  Every access here is an access by
 * the RAW view, that is without a key; before a page's DRAM bytes are touched the on-die caches are
 * snooped through the hook below, so a coherent chip never shows stale bytes.
 *
 * Threads: any may call, at any time, except one that runs a cache agent (a core inside VMRUN):
 * the snoop could wait for that very thread to answer.  Such a thread goes through cache_read() and
 * its kin with VIEW_RAW, which say the same and answer while they wait.
 */
#ifndef CHIP_FABRIC_FABRIC_H
#define CHIP_FABRIC_FABRIC_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"

enum requester { REQ_HOST_CORE, REQ_GUEST_CORE, REQ_DMA, REQ_SP };

/*
 * A view of a page: without a key, or under the key of a slot.  Slot 0 is the host's (SME) key,
 * slot n that of ASID n.	[CHOICE 2]
 */
typedef u16 view_t;
#define VIEW_RAW       ((view_t)0xffff)
#define VIEW_HOST_KEY  ((view_t)0)
#define VIEW_KEY(asid) ((view_t)(asid))

/* What the fabric answers.  An access that is not wholly DRAM aborts as a whole.	[CHOICE 1] */
enum fabric_status {
	FABRIC_OK,
	FABRIC_ABORT, /* reads return all ones, writes are dropped, nothing else happens */
};

/*
 * The caches' side of a RAW access.  begin() returns when the DRAM bytes of the page are current
 * and, for a write, no other view of it is cached; they stay so until end().  Between the two no
 * other RAW access to the page runs.  For an access that needs two pages at once, the lower page
 * begins first.  A chip without coherency between views does less: see chip/cache/cache.h.
 *	[CHOICE 13]
 */
struct fabric_snoop {
	void (*begin)(void *ctx, u64 pfn, bool write);
	void (*end)(void *ctx, u64 pfn, bool write);
};

#define FABRIC_DRAM_MIN MIB(1)
#define FABRIC_DRAM_END BIT64(46)

struct fabric_config {
	u64 dram_size; /* bytes, a multiple of 4 KiB, FABRIC_DRAM_MIN .. FABRIC_DRAM_END - 1 */
	/*
	 * NULL: anonymous (memfd), zeroed.  Else a file: created with mode 0600, or an empty one,
	 * or one of exactly dram_size bytes, whose bytes DRAM then has at power-on.	[CHOICE 11]
	 */
	const char *dram_file;
};

struct fabric {
	u8 *dram; /* the whole of DRAM, mapped shared; bytes of SPA 0 first */
	u64 dram_size;
	int fd;
	const struct fabric_snoop *snoop;
	void *snoop_ctx;
};

/*
 * 0, or -errno with *err set: -EINVAL size out of range, or not a regular file; -EEXIST a file of
 * another size; -EBUSY locked by another machine; else what the host said about file or memory.
 * The file stays locked until fabric_fini(), and is kept.
 */
int fabric_init(struct fabric *f, const struct fabric_config *cfg, struct error *err) MUST_CHECK;
void fabric_fini(struct fabric *f);

/*
 * Set once, before any access, by the one cache of the chip; f borrows both pointers.  NULL when
 * that cache goes.
 */
void fabric_set_snoop(struct fabric *f, const struct fabric_snoop *snoop, void *ctx);

static inline bool fabric_contains(const struct fabric *f, spa_t spa, u64 len)
{
	return len <= f->dram_size && spa.v <= f->dram_size - len;
}

/* How many of the len bytes from spa lie within spa's page. */
static inline size_t fabric_within_page(spa_t spa, size_t len)
{
	size_t room = PAGE_SIZE - (spa.v & PAGE_MASK);

	return len < room ? len : room;
}

/*
 * RAW accesses of any length at any alignment, coherent with the caches.  Aligned units of up to
 * 8 bytes are not torn; a longer access is not atomic as a whole.
 */
enum fabric_status fabric_read(struct fabric *f, enum requester who, spa_t spa, void *dst,
			       size_t len);
enum fabric_status fabric_write(struct fabric *f, enum requester who, spa_t spa, const void *src,
				size_t len);

/*
 * Atomic compare-exchange of 1, 2, 4, 8 or 16 bytes at any alignment, pages crossed included:
 * *swapped tells whether memory equalled `expected` and now holds `desired`; when not, `expected`
 * gets what memory held.  A master abort swaps nothing and reads all ones.
 *
 * Atomic against every other access through this file and through cache_read() and its kin.  Also
 * against the host instructions of a core that has the DRAM page mapped, with one exception: 16
 * bytes off 16-byte alignment, which neither CMPXCHG16B nor a PCIe AtomicOp can ask for.
 */
enum fabric_status fabric_cmpxchg(struct fabric *f, enum requester who, spa_t spa, void *expected,
				  const void *desired, size_t len, bool *swapped);

#endif
