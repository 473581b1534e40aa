/* SPDX-License-Identifier: MIT */
/*
 * Walks of page tables: the guest's, and with the same steps the nested ones.
 *
 * Rights are gathered on the way down and judged at the end, so a missing or malformed entry below
 * goes before a right denied above.  A and D are set last, with a compare-exchange against what was
 * read; who finds an entry changed walks again.	[APM2 5.3, 5.4, 5.6, 15.25.10]
 */
#include "abi/paging.h"
#include "abi/x86.h"

#include "base/bug.h"
#include "base/bytes.h"

#include "chip/cpu/mmu/internal.h"

/* -- entries --------------------------------------------------------------------------------- */

/* Other cores and devices change tables at any time; aligned, so read in one piece. */
static u64 entry_load(const u8 *p, unsigned size)
{
	if (size == 4)
		return atomic_load_explicit((const _Atomic u32 *)(const void *)p,
					    memory_order_relaxed);
	return atomic_load_explicit((const _Atomic u64 *)(const void *)p, memory_order_relaxed);
}

static bool entry_exchange(u8 *p, unsigned size, u64 old, u64 new)
{
	u32 old32 = (u32)old;

	if (size == 4)
		return atomic_compare_exchange_strong((_Atomic u32 *)(void *)p, &old32, (u32) new);
	return atomic_compare_exchange_strong((_Atomic u64 *)(void *)p, &old, new);
}

/* Sets bits of an entry, if it is what the walk read.  A table may lie beside decoded code. */
static bool entry_set(struct mmu *m, struct walk_step *s, unsigned size, u64 bits)
{
	const struct frame *f = frame_get(m, SPA(s->spa.v & ~PAGE_MASK), s->view, true);

	if (!f->dram)
		return true;
	if (!entry_exchange(f->hva + (s->spa.v & PAGE_MASK), size, s->value, s->value | bits))
		return false;
	if (f->tracked)
		cache_code_written(m->cpu->cache, s->spa, size);
	s->value |= bits;
	return true;
}

bool walk_set_accessed(struct mmu *m, struct walk *w, bool dirty)
{
	struct paging_shape shape = paging_shape(paging_mode(w->rights));

	if (w->accessed && (!dirty || w->step[w->steps - 1].value & PTE_D))
		return true;
	for (unsigned i = 0; i < w->steps; i++) {
		u64 want = i + 1 == w->steps && dirty ? PTE_A | PTE_D : PTE_A;

		if (paging_is_pdpte_pae(w->rights, shape.levels - i))
			continue;
		want &= ~w->step[i].value;
		if (want && !entry_set(m, &w->step[i], shape.entry_size, want))
			return false;
	}
	return true;
}

/* -- going down ------------------------------------------------------------------------------ */

static ALWAYS_INLINE void gather(struct walk *w, unsigned level, u64 entry)
{
	if (paging_is_pdpte_pae(w->rights, level))
		return;
	w->page.user &= (entry & PTE_US) != 0;
	w->page.write &= (entry & PTE_RW) != 0;
	w->page.nx |= (entry & PTE_NX) != 0;
	w->accessed &= (entry & PTE_A) != 0;
}

static ALWAYS_INLINE enum walk_end descend(struct mmu *m, struct walk *w, walk_table_fn *map_table,
					   u32 rights)
{
	struct paging_shape shape = paging_shape(paging_mode(rights));
	u64 table = w->root;
	bool c = w->root_c;

	w->page = (struct page_rights){.user = true, .write = true};
	w->accessed = true;
	w->steps = 0;
	for (unsigned level = shape.levels; level > 0; level--) {
		u64 index = bits_get(w->address, paging_shift(shape, level), shape.index_bits);
		u64 at = table + index * shape.entry_size;
		const struct frame *f = map_table(m, w, at, c);
		u64 entry;

		if (!f)
			return WALK_STOPPED;
		entry = entry_load(f->hva + (at & PAGE_MASK), shape.entry_size);
		w->step[w->steps++] = (struct walk_step){
			.spa = SPA(f->page | (at & PAGE_MASK)), .view = f->view, .value = entry};
		if (!(entry & PTE_P))
			return WALK_NOT_PRESENT;
		if (entry & paging_reserved(rights, level, entry, w->reserved))
			return WALK_RESERVED;
		gather(w, level, entry);
		c = entry & w->c_mask;
		if (paging_is_leaf(rights, level, entry)) {
			w->level = level;
			w->page.key = (u8)FIELD_GET(PTE_MPK, entry);
			w->c = c;
			return WALK_LEAF;
		}
		table = paging_address(rights, level, entry) & ~w->c_mask;
	}
	BUG(); /* an entry of level 1 is a leaf */
}

/* Without nested tables the guest's are read like the host's: as the C-bit says that led there. */
static const struct frame *map_guest_table(struct mmu *m, const struct walk *w, u64 at, bool c)
{
	const struct gpa_access a = {
		.gpa = at, .walk = true, .enc = m->guest.sev, .host_c = c, .peek = w->peek};

	return gpa_map(m, &a);
}

static const struct frame *map_nested_table(struct mmu *m, const struct walk *w, u64 at, bool c)
{
	return frame_get(m, SPA(at & ~PAGE_MASK), c ? VIEW_HOST_KEY : VIEW_RAW, false);
}

/* The usual shape gets code of its own. */
static ALWAYS_INLINE enum walk_end descend_usual(struct mmu *m, struct walk *w,
						 walk_table_fn *map_table)
{
	u32 others = w->rights & ~(u32)RIGHTS_PAGING;

	if (paging_mode(w->rights) == PAGING_4LEVEL)
		return descend(m, w, map_table, others | PAGING_4LEVEL);
	return descend(m, w, map_table, w->rights);
}

NOINLINE enum walk_end walk_guest_tables(struct mmu *m, struct walk *w)
{
	return descend_usual(m, w, map_guest_table);
}

NOINLINE enum walk_end walk_nested_tables(struct mmu *m, struct walk *w)
{
	return descend_usual(m, w, map_nested_table);
}

bool walk_allows(const struct walk *w, enum walk_end end, u32 pkru, enum access access, u32 *why)
{
	if (end == WALK_LEAF)
		*why = paging_check(w->rights, pkru, access, &w->page);
	else
		*why = end == WALK_RESERVED ? PF_ERROR_P | PF_ERROR_RSV : 0;
	return end == WALK_LEAF && *why == 0;
}

/* -- the guest's walk ------------------------------------------------------------------------ */

/* Modes whose tables have no room for the C-bit are private throughout.	[APM2 15.34] */
static bool always_private(const struct mmu *m, enum paging mode)
{
	return mode == PAGING_NONE || mode == PAGING_32 || m->guest.vte;
}

static void unpaged(const struct mmu *m, u64 la, struct guest_page *out)
{
	*out = (struct guest_page){.gpa = (u32)la, .enc = m->guest.sev, .page_shift = PAGE_SHIFT};
}

static void translated(const struct mmu *m, const struct walk *w, struct guest_page *out)
{
	u64 leaf = w->step[w->steps - 1].value;
	unsigned shift = paging_shift(paging_shape(paging_mode(w->rights)), w->level);

	*out = (struct guest_page){
		.gpa = (paging_address(w->rights, w->level, leaf) & ~w->c_mask) |
		       (w->address & (BIT64(shift) - 1)),
		.enc = m->guest.sev && (w->c || always_private(m, paging_mode(w->rights))),
		.host_c = w->c,
		.global = leaf & PTE_G && m->cpu->cr4 & CR4_PGE,
		.page_shift = (u8)shift,
	};
}

static void guest_walk(const struct mmu *m, u32 rights, u64 la, bool peek, struct walk *w)
{
	u64 root = paging_root(paging_mode(rights), m->cpu->cr3);

	w->address = la;
	w->rights = rights;
	w->root = root & ~m->c_mask;
	w->root_c = root & m->c_mask;
	w->c_mask = m->c_mask;
	w->reserved = m->reserved;
	w->peek = peek;
}

static bool guest_fault(struct mmu *m, u32 rights, u64 la, enum access access, u32 why)
{
	fault_page(m->cpu, la, why | paging_error(rights, access));
	return false;
}

bool walk_guest(struct mmu *m, u32 rights, u32 pkru, u64 la, enum access access, bool peek,
		struct guest_page *out)
{
	struct walk w;
	u32 why;

	if (paging_mode(rights) == PAGING_NONE) {
		unpaged(m, la, out);
		return true;
	}
	guest_walk(m, rights, la, peek, &w);
	for (int tries = 0; tries < WALK_TRIES; tries++) {
		enum walk_end end = walk_guest_tables(m, &w);

		if (end == WALK_STOPPED)
			return false;
		if (!walk_allows(&w, end, pkru, access, &why) && !(peek && end == WALK_LEAF))
			return guest_fault(m, rights, la, access, why);
		if (peek || walk_set_accessed(m, &w, access == ACCESS_WRITE)) {
			translated(m, &w, out);
			return true;
		}
	}
	return mmu_restart(m);
}
