/* SPDX-License-Identifier: MIT */
/*
 * Accesses that the inline functions of mem.h could not serve: misses, accesses that cross pages,
 * stores to pages with decoded code, and everything in a context that looks at alignment.
 */
#include "chip/cpu/mmu/mem.h"

#include <string.h>

#include "abi/x86.h"

#include "base/bug.h"
#include "base/bytes.h"

#include "chip/cpu/decode/block.h"
#include "chip/cpu/mmu/internal.h"
#include "chip/fabric/shared.h"

/* -- checks that need no tables -------------------------------------------------------------- */

static bool fault_noncanonical(struct cpu *c)
{
	fault_raise_error(c, X86_VECTOR_GP, 0);
	c->event.noncanonical = true;
	return false;
}

/* Natural alignment of the datum: 8 for an 80-bit one, at most 16. */
static unsigned alignment_of(unsigned size)
{
	if (size == 10)
		return 8;
	return size & 15 ? size & -size : 16;
}

bool access_check(struct cpu *c, const struct bank *b, u64 la, unsigned size)
{
	u32 rights = b->key.rights;

	if (!paging_canonical(rights, la) || !paging_canonical(rights, la + size - 1))
		return fault_noncanonical(c);
	if (c->mmu->closed_context && b == c->mmu->bank && !is_aligned(la, alignment_of(size))) {
		fault_raise_error(c, X86_VECTOR_AC, 0);
		return false;
	}
	return true;
}

/* -- finding the place ----------------------------------------------------------------------- */

/* What may be stored to may be loaded from, so a store fills both arrays. */
static void fill(struct mmu *m, struct bank *b, u64 la, enum access access,
		 const struct guest_page *page, const struct frame *f)
{
	const struct tlb_fill fill = {
		.la = la & ~PAGE_MASK,
		.spa = SPA(f->page),
		.view = f->view,
		.hva = f->hva,
		.global = page->global,
		.page_shift = page->page_shift,
	};
	const struct tlb_entry *old = &b->tlb.load[tlb_index(la)];

	if (old->tag != fill.la || old->page != f->hva)
		bank_fill(m, b, TLB_LOAD, &fill);
	if (access == ACCESS_WRITE && f->writable)
		bank_fill(m, b, TLB_STORE, &fill);
}

NOINLINE bool access_walk(struct cpu *c, struct bank *b, u64 la, enum access access,
			  struct place *p)
{
	struct mmu *m = c->mmu;
	struct guest_page page;
	const struct frame *f;

	if (!walk_guest(m, b->key.rights, b->key.pkru, la, access, false, &page))
		return false;
	p->why = (struct gpa_access){
		.gpa = page.gpa, .access = access, .enc = page.enc, .host_c = page.host_c};
	f = gpa_map(m, &p->why);
	if (!f)
		return false;
	if (f->dram)
		fill(m, b, la, access, &page, f);
	p->hva = f->hva + (la & PAGE_MASK);
	p->spa = SPA(f->page | (la & PAGE_MASK));
	p->view = f->view;
	p->dram = f->dram;
	p->tracked = access == ACCESS_WRITE && f->tracked;
	return true;
}

bool access_place(struct cpu *c, struct bank *b, u64 la, enum access access, struct place *p)
{
	enum tlb_kind kind = access == ACCESS_WRITE ? TLB_STORE : TLB_LOAD;
	const struct tlb_entry *e =
		&(access == ACCESS_WRITE ? b->tlb.store : b->tlb.load)[tlb_index(la)];
	const struct tlb_node *n = &b->node[kind][tlb_index(la)];

	if (e->tag != (la & ~PAGE_MASK))
		return access_walk(c, b, la, access, p);
	p->hva = e->page + (la & PAGE_MASK);
	p->spa = SPA((n->spa & ~PAGE_MASK) | (la & PAGE_MASK));
	p->view = n->view;
	p->dram = true;
	p->tracked = false;
	return true;
}

/* 4 GiB wrap around outside 64-bit mode, but for what the processor does itself in long mode. */
u64 access_next_page(const struct cpu *c, u64 la)
{
	u64 next = (la | PAGE_MASK) + 1;
	bool wide = (c->mode & MODE_WIDTH) == MODE_64 || (cpu_long_mode(c) && la >> 32);

	return wide ? next : (u32)next;
}

static unsigned within_page(u64 la, unsigned size)
{
	unsigned room = (unsigned)(PAGE_SIZE - (la & PAGE_MASK));

	return size < room ? size : room;
}

/* -- moving bytes ---------------------------------------------------------------------------- */

/* The sizes of ordinary operands go in one piece, whatever their alignment. */
static void host_read(u8 *dst, const u8 *hva, unsigned size)
{
	switch (size) {
	case 2:
		put_le16(dst, host_load16(hva));
		break;
	case 4:
		put_le32(dst, host_load32(hva));
		break;
	case 8:
		put_le64(dst, host_load64(hva));
		break;
	default:
		shared_load(dst, hva, size);
		break;
	}
}

static void host_write(u8 *hva, const u8 *src, unsigned size)
{
	switch (size) {
	case 2:
		host_store16(hva, get_le16(src));
		break;
	case 4:
		host_store32(hva, get_le32(src));
		break;
	case 8:
		host_store64(hva, get_le64(src));
		break;
	default:
		shared_store(hva, src, size);
		break;
	}
}

/* Do the bytes belong to the instructions of the running block? */
static bool in_running_block(const struct cpu *c, spa_t spa, unsigned size)
{
	const struct block *b = c->block;
	u64 first;

	if (!b)
		return false;
	first = PAGE_SIZE - (b->spa & PAGE_MASK);
	if (b->bytes < first)
		first = b->bytes;
	return (spa.v < b->spa + first && b->spa < spa.v + size) ||
	       (spa.v < b->spa2 + (b->bytes - first) && b->spa2 < spa.v + size);
}

bool access_may_store(struct cpu *c, const struct place *p, unsigned size)
{
	if (!p->tracked || c->mode & MODE_SINGLE || !in_running_block(c, p->spa, size))
		return true;
	return mmu_restart(c->mmu);
}

void access_store(struct cpu *c, const struct place *p, const u8 *src, unsigned size)
{
	if (!p->dram)
		return;
	host_write(p->hva, src, size);
	if (p->tracked)
		cache_code_written(c->cache, p->spa, size);
}

static bool load(struct cpu *c, struct bank *b, u64 la, u8 *dst, unsigned size)
{
	struct place p;

	if (!access_check(c, b, la, size))
		return false;
	while (size) {
		unsigned n = within_page(la, size);

		if (!access_place(c, b, la, ACCESS_READ, &p))
			return false;
		host_read(dst, p.hva, n);
		dst += n;
		size -= n;
		la = access_next_page(c, la);
	}
	return true;
}

static bool store(struct cpu *c, struct bank *b, u64 la, const u8 *src, unsigned size)
{
	struct place p;

	if (!access_check(c, b, la, size))
		return false;
	if (within_page(la, size) < size)
		return crossing_store(c, b, la, src, size);
	if (!access_place(c, b, la, ACCESS_WRITE, &p) || !access_may_store(c, &p, size))
		return false;
	access_store(c, &p, src, size);
	return true;
}

/* -- instructions' accesses ------------------------------------------------------------------ */

bool mem_load_slow(struct cpu *c, u64 la, unsigned size)
{
	return load(c, c->mmu->bank, la, c->mem.b, size);
}

bool mem_store_slow(struct cpu *c, u64 la, unsigned size)
{
	return store(c, c->mmu->bank, la, c->mem.b, size);
}

bool mem_store_slow_u64(struct cpu *c, u64 la, u64 v, unsigned size)
{
	u8 bytes[8];

	put_le64(bytes, v);
	return store(c, c->mmu->bank, la, bytes, size);
}

bool mem_probe_store(struct cpu *c, u64 la, unsigned size)
{
	struct bank *b = c->mmu->bank;
	struct place p;

	if (!access_check(c, b, la, size))
		return false;
	while (size) {
		unsigned n = within_page(la, size);

		if (!access_place(c, b, la, ACCESS_WRITE, &p) || !access_may_store(c, &p, n))
			return false;
		size -= n;
		la = access_next_page(c, la);
	}
	return true;
}

/* What is not DRAM reads as ones; a write of anything there is lost. */
static bool cmpxchg_nowhere(struct cpu *c, unsigned size)
{
	bool equal = true;

	for (unsigned i = 0; i < size; i++)
		equal &= c->mem.b[i] == 0xff;
	memset(c->mem.b, 0xff, size);
	return equal;
}

bool mem_cmpxchg_slow(struct cpu *c, u64 la, unsigned size, bool *swapped)
{
	struct bank *b = c->mmu->bank;
	struct place p;

	if (!access_check(c, b, la, size))
		return false;
	if (within_page(la, size) < size)
		return crossing_cmpxchg(c, la, size, swapped);
	if (!access_place(c, b, la, ACCESS_WRITE, &p) || !access_may_store(c, &p, size))
		return false;
	*swapped = p.dram ? shared_cmpxchg(p.hva, c->mem.b, c->mem.b + 16, size)
			  : cmpxchg_nowhere(c, size);
	if (*swapped && p.tracked)
		cache_code_written(c->cache, p.spa, size);
	return true;
}

/* -- the processor's own accesses ------------------------------------------------------------ */

bool mem_load_sys(struct cpu *c, u64 la, void *dst, unsigned size)
{
	return load(c, mmu_sys_bank(c->mmu), la, dst, size);
}

bool mem_store_sys(struct cpu *c, u64 la, const void *src, unsigned size)
{
	return store(c, mmu_sys_bank(c->mmu), la, src, size);
}

/* -- spans ----------------------------------------------------------------------------------- */

/* No spans where each element's alignment counts. */
static bool span_place(struct cpu *c, u64 la, enum access access, u64 want, u64 *got,
		       struct place *p)
{
	u64 room = PAGE_SIZE - (la & PAGE_MASK);

	*got = 0;
	c->event.kind = EVENT_NONE;
	if (c->mmu->closed_context || !access_check(c, c->mmu->bank, la, 1) ||
	    !access_place(c, c->mmu->bank, la, access, p))
		return false;
	*got = want < room ? want : room;
	return true;
}

const u8 *mem_span_load(struct cpu *c, u64 la, u64 want, u64 *got)
{
	struct place p;

	return span_place(c, la, ACCESS_READ, want, got, &p) ? p.hva : NULL;
}

static u8 *span_to_store(struct mmu *m, const struct place *p, u64 len)
{
	m->span = p->spa;
	m->span_len = p->tracked ? len : 0;
	return p->dram ? p->hva : m->sink + (p->spa.v & PAGE_MASK);
}

u8 *mem_span_store(struct cpu *c, u64 la, u64 want, u64 *got)
{
	struct place p;

	if (!span_place(c, la, ACCESS_WRITE, want, got, &p) ||
	    !access_may_store(c, &p, (unsigned)*got))
		return NULL;
	return span_to_store(c->mmu, &p, *got);
}

bool mem_span_pair(struct cpu *c, u64 src, u64 dst, u64 want, struct mem_pair *out, u64 *got)
{
	struct mmu *m = c->mmu;
	struct place from, to;

	for (int tries = 0; tries < HOLD_TRIES; tries++) {
		u64 drops = m->drops;

		if (!span_place(c, src, ACCESS_READ, want, got, &from) ||
		    !span_place(c, dst, ACCESS_WRITE, *got, got, &to) ||
		    !access_may_store(c, &to, (unsigned)*got))
			return c->event.kind == EVENT_NONE;
		if (m->drops == drops) {
			out->src = from.hva;
			out->dst = span_to_store(m, &to, *got);
			return true;
		}
	}
	*got = 0;
	return true;
}

void mem_span_stored(struct cpu *c)
{
	struct mmu *m = c->mmu;

	if (m->span_len)
		cache_code_written(c->cache, m->span, m->span_len);
	m->span_len = 0;
}
