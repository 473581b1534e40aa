/* SPDX-License-Identifier: MIT */
/*
 * The inside of the MMU.  Private to chip/cpu/mmu.
 *
 * A miss goes down these layers, each with a small memory of its own:
 *
 *	access.c	which bytes, which pages; alignment, canonical form, code tracking
 *	walk.c		guest tables: linear address to guest-physical, A and D bits
 *	nested.c	nested tables: guest-physical to system-physical; the view; the RMP's door
 *	frame.c		system-physical page and view to host pointer: the cache's mappings
 *	bank.c		the TLB entries themselves, and how they are found again to be dropped
 *
 * Lifetimes.  A host pointer is good until the next call into the cache, since the cache may ask
 * for the page back inside any of its calls (frame.c answers).  So pointers are used at once, and
 * what has to be remembered is remembered as SPA and view.  TLB entries live until they are
 * dropped, evicted or flushed.
 */
#ifndef CHIP_CPU_MMU_INTERNAL_H
#define CHIP_CPU_MMU_INTERNAL_H

#include "chip/cpu/mmu/mmu.h"
#include "chip/cpu/mmu/paging.h"

/* -- banks (bank.c) --------------------------------------------------------------------------- */

enum {
	BANKS = 16,
	FETCH_WAYS = 8,
	FETCH_SETS = TLB_SIZE / FETCH_WAYS,
	REGION_BITS = 512, /* of a bank's filter of large pages */
};

enum tlb_kind { TLB_LOAD, TLB_STORE, TLB_FETCH, TLB_KINDS };

/* Equal keys: equal answers to every access. */
struct bank_key {
	u32 asid;
	u16 pcid;
	u16 rights; /* enum rights */
	u32 pkru;   /* 0 without RIGHTS_PKE */
};

/* Beside each entry of the three arrays: what the hot ones have no room for. */
struct tlb_node {
	u64 spa; /* of the page; in the low bits enum node_flag, 0 when the entry is free */
	view_t view;
	u16 next, prev; /* other entries whose pages share a slot of frames: node numbers */
	u16 unused;
};

enum node_flag {
	NODE_USED = 1 << 0,
	NODE_GLOBAL = 1 << 1,
	NODE_SIZE_SHIFT = 2, /* log2(guest page size) - 12, five bits */
	NODE_SIZE_MASK = 31 << NODE_SIZE_SHIFT,
	NODE_LOGGED = 1 << 7, /* stands in the fill log, used or not */
};

/* A node's number: bank, kind and index in 4 + 2 + 10 bits.  No kind is 3. */
#define NODE_NONE 0xffff

struct bank {
	struct tlb_bank tlb;
	/*
	 * Linear page addresses, or FETCH_FREE; 8-way.  Every page fetched from since fetch_ctx was
	 * last renewed is here: block links trust them all, so none is evicted alone.
	 */
	u64 fetch[TLB_SIZE];
	struct tlb_node node[TLB_KINDS][TLB_SIZE];
	u16 log[TLB_KINDS * TLB_SIZE]; /* what was filled: node numbers without the bank */
	unsigned logged;
	struct bank_key key;
	u64 selected;  /* when it last was: the least is replaced */
	u64 fetch_ctx; /* new whenever a fetch entry goes */
	/* 1 GiB regions (hashed) that may have entries of pages larger than 4 KiB */
	u64 large[REGION_BITS / 64];
};

#define FETCH_FREE 1ull

/* What a flush takes. */
enum flush { FLUSH_PRIVATE = 1, FLUSH_GLOBAL = 2, FLUSH_BOTH = 3 };

struct tlb_fill {
	u64 la; /* of the page */
	spa_t spa;
	view_t view;
	u8 *hva; /* load and store only */
	bool global;
	u8 page_shift; /* guest page size */
};

/* The bank of a key, emptied if it had to be taken from another: that selected longest ago. */
struct bank *bank_select(struct mmu *m, const struct bank_key *key);
void bank_init(struct mmu *m, unsigned n);

void bank_fill(struct mmu *m, struct bank *b, enum tlb_kind kind, const struct tlb_fill *f);
/* NULL: none. */
const struct tlb_node *bank_find_fetch(const struct bank *b, u64 la);

void bank_flush(struct mmu *m, struct bank *b, enum flush what);
/* The guest page that la is in, of whatever size. */
void bank_flush_page(struct mmu *m, struct bank *b, u64 la, enum flush what);
/* Every bank's entries of a system-physical page. */
void bank_drop_page(struct mmu *m, spa_t page, enum cache_drop what);

/* -- frames (frame.c) ------------------------------------------------------------------------- */

enum { FRAMES = 4096 };

/* One mapping of the cache, direct-mapped by page number; and the TLB entries of its slot. */
struct frame {
	u64 page; /* SPA, or FRAME_FREE */
	u8 *hva;
	_Atomic u32 *code_gen;
	view_t view;
	bool dram;     /* false: nothing there; hva reads ones */
	bool writable; /* the right to store may be kept */
	bool tracked;  /* the last frame_get() for a store got one that may not be kept */
	u16 entries;   /* first node of a list, or NODE_NONE */
};
#define FRAME_FREE 1ull

static inline struct frame *frame_slot(struct frame *frames, u64 spa)
{
	return &frames[(spa >> PAGE_SHIFT) % FRAMES];
}

const struct frame *frame_map(struct mmu *m, spa_t page, view_t view, bool write);
extern const struct cache_agent_ops frame_agent_ops; /* ctx: struct mmu */

/* -- nested translation (nested.c) ------------------------------------------------------------ */

enum { NESTED_ENTRIES = 4096 };

/* One 4 KiB piece of a nested translation that was found with A set. */
struct nested_entry {
	u64 gpa; /* of the page */
	u64 tag; /* m->nested_tag when filled */
	u64 spa; /* in the low bits enum nested_flag */
};

enum nested_flag {
	NESTED_WRITE = 1 << 0, /* writable, and D is set */
	NESTED_NX = 1 << 1,
	NESTED_C = 1 << 2,     /* the host's C-bit */
	NESTED_LARGE = 1 << 3, /* 2 MiB or 1 GiB */
};

/* An access to guest-physical memory by the guest or by a walk of its tables. */
struct gpa_access {
	u64 gpa;
	enum access access;
	bool walk;   /* of a guest table: for the nested tables always a data write */
	bool enc;    /* effective C-bit */
	bool host_c; /* not nested: the C-bit that the host's tables would have */
	bool peek;   /* no A or D bits */
};

/* Translates, maps, and checks.  NULL with the event filled; else good until the next call here. */
const struct frame *gpa_map(struct mmu *m, const struct gpa_access *a);

/*
 * The door of the reverse map: who owns the page, and what the VMPL may do with it.  It stands
 * after the mapping, so that who takes a right away and then shoots the page down finds whatever
 * this check let in.  spa: of the page, with enum nested_flag.	[APM2 15.36.10 RMP and VMPL Checks]
 */
static inline bool rmp_check_access(struct mmu *m, const struct gpa_access *a, u64 spa)
{
	return true;
}

/* -- walks (walk.c) --------------------------------------------------------------------------- */

/* An entry that a walk went through. */
struct walk_step {
	spa_t spa;
	view_t view;
	u64 value;
};

struct walk {
	/* what to translate, by which tables */
	u64 address;
	u32 rights; /* shape and rules; see enum rights */
	u64 root;
	bool root_c;
	u64 c_mask;   /* the C-bit in entries, or 0 */
	u64 reserved; /* bits of 51:12 beyond the width */
	bool peek;
	/* what was found */
	struct page_rights page;
	bool accessed; /* A is set all the way */
	bool c;        /* C-bit of the leaf */
	unsigned level;
	unsigned steps;
	struct walk_step step[5];
};

enum walk_end { WALK_LEAF, WALK_NOT_PRESENT, WALK_RESERVED, WALK_STOPPED };

/* Maps the table entry at `at`, which is a GPA or an SPA; c: the C-bit that led there. */
typedef const struct frame *(walk_table_fn)(struct mmu *m, const struct walk *w, u64 at, bool c);

enum walk_end walk_guest_tables(struct mmu *m, struct walk *w);
enum walk_end walk_nested_tables(struct mmu *m, struct walk *w);

/* Does the walk end at a page that allows the access?  Else *why: PF_ERROR_P, RSV, PK, or none. */
bool walk_allows(const struct walk *w, enum walk_end end, u32 pkru, enum access access, u32 *why);

/*
 * Sets A on the way, and D on the leaf.  False: an entry has changed, so walk again; others can
 * keep a core walking, so after WALK_TRIES the instruction is restarted.
 */
enum { WALK_TRIES = 16 };
bool walk_set_accessed(struct mmu *m, struct walk *w, bool dirty);

/* What the guest's tables say of a linear address. */
struct guest_page {
	u64 gpa;     /* of the byte, C-bit removed */
	bool enc;    /* effective C-bit of a data access */
	bool host_c; /* not nested: the leaf's C-bit */
	bool global;
	u8 page_shift;
};

/* False with the event filled. */
bool walk_guest(struct mmu *m, u32 rights, u32 pkru, u64 la, enum access access, bool peek,
		struct guest_page *out);

/* -- accesses (access.c, crossing.c) ---------------------------------------------------------- */

/* Where one byte and those after it in its page are; hva until the next call into the cache. */
struct place {
	u8 *hva;
	spa_t spa;
	view_t view;
	bool dram;
	bool tracked;
	struct gpa_access why; /* after access_walk() only */
};

/* Through the TLB; or by a walk in any case, which fills it.  False with the event filled. */
bool access_place(struct cpu *c, struct bank *b, u64 la, enum access access, struct place *p);
bool access_walk(struct cpu *c, struct bank *b, u64 la, enum access access, struct place *p);

/*
 * Who needs two pages at once looks both up, and m->drops tells whether the cache took one back
 * meanwhile; if it still does after HOLD_TRIES, it is too small for the two and their tables.
 */
enum { HOLD_TRIES = 4 };

/* False with #GP(0) or #AC(0) filled. */
bool access_check(struct cpu *c, const struct bank *b, u64 la, unsigned size);

/* The address after la's page. */
u64 access_next_page(const struct cpu *c, u64 la);

/* A tracked store may not change the block that is running.  False with EVENT_RESTART filled. */
bool access_may_store(struct cpu *c, const struct place *p, unsigned size);
void access_store(struct cpu *c, const struct place *p, const u8 *src, unsigned size);

bool crossing_store(struct cpu *c, struct bank *b, u64 la, const u8 *src, unsigned size);
bool crossing_cmpxchg(struct cpu *c, u64 la, unsigned size, bool *swapped);

/* -- the whole -------------------------------------------------------------------------------- */

struct mmu {
	struct cpu *cpu;
	struct mmu_guest guest;
	u64 c_mask;        /* the C-bit in tables the guest walks, or 0 */
	u64 reserved;      /* address bits that they must not have */
	u64 nested_c_mask; /* the same for nested tables */
	u64 nested_reserved;
	u32 nested_rights;   /* as in struct walk */
	u64 nested_tag;      /* ASID, and how often nested translations were flushed */
	u64 paging_bits;     /* of CR0 and CR4, a change of which flushes */
	bool entering;       /* mmu_set_guest() was called since */
	bool closed_context; /* c->tlb is `closed`: alignment checks */

	struct bank *bank;              /* of the present context */
	struct bank *sys_bank;          /* of implicit accesses, or NULL: not selected yet */
	u64 selections, fetch_contexts; /* counters that name things */
	u64 drops;                      /* pages the cache asked for so far */

	/* The last mem_span_store(), if its page is tracked. */
	spa_t span;
	u64 span_len;

	struct frame nowhere; /* what is not DRAM; page and view are those last asked for */
	u8 ones[PAGE_SIZE];   /* its bytes when read ... */
	u8 sink[PAGE_SIZE];   /* ... and where stores to it may go */
	_Atomic u32 nowhere_gen;
	struct tlb_bank closed; /* always empty */
	struct nested_entry nested[NESTED_ENTRIES];
	struct frame frames[FRAMES];
	struct bank banks[BANKS];
};

/* Supervisor rights at any CPL, and RFLAGS.AC does not lift SMAP. */
struct bank *mmu_sys_bank(struct mmu *m);

/* m->bank's fetch context, and the CPU's mode with it, as the run loop sees it. */
void mmu_publish_fetch_ctx(struct mmu *m);

/* Nothing was done; the run loop tries again, after it looked for other events. */
bool mmu_restart(struct mmu *m);

/* For stores `write`: writable, or tracked and good for stores until the next call. */
static inline const struct frame *frame_get(struct mmu *m, spa_t page, view_t view, bool write)
{
	struct frame *f = frame_slot(m->frames, page.v);

	if (f->page == page.v && f->view == view && (f->writable || !write))
		return f;
	return frame_map(m, page, view, write);
}

#endif
