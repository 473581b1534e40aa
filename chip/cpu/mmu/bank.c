/* SPDX-License-Identifier: MIT */
/*
 * Banks of TLB entries: one for each context, and the ways to find an entry again.
 *
 *	by address	its slot; INVLPG looks there, and if the bank has entries of large pages
 *			near the address, at all that was filled
 *	by time		the fill log: a flush goes through it and costs what was filled since
 *	by page		lists through the nodes of all banks, one for each slot of frames: what the
 *			cache asks back is found without a search
 */
#include "chip/cpu/mmu/internal.h"

#include <string.h>

static unsigned node_number(const struct mmu *m, const struct bank *b, unsigned local)
{
	return (unsigned)(b - m->banks) << 12 | local;
}

static unsigned local_number(enum tlb_kind kind, unsigned index)
{
	return (unsigned)kind << TLB_BITS | index;
}

static struct tlb_node *node_at(struct mmu *m, unsigned number)
{
	struct bank *b = &m->banks[number >> 12];

	return &b->node[number >> TLB_BITS & 3][number & (TLB_SIZE - 1)];
}

static u64 node_page(const struct tlb_node *n)
{
	return n->spa & ~PAGE_MASK;
}

static unsigned node_page_shift(const struct tlb_node *n)
{
	return PAGE_SHIFT + ((n->spa & NODE_SIZE_MASK) >> NODE_SIZE_SHIFT);
}

static bool node_goes(const struct tlb_node *n, enum flush what)
{
	return n->spa & NODE_USED && what & (n->spa & NODE_GLOBAL ? FLUSH_GLOBAL : FLUSH_PRIVATE);
}

/* -- lists by page --------------------------------------------------------------------------- */

static void list_add(struct mmu *m, unsigned number)
{
	struct tlb_node *n = node_at(m, number);
	struct frame *f = frame_slot(m->frames, n->spa);

	n->prev = NODE_NONE;
	n->next = f->entries;
	if (n->next != NODE_NONE)
		node_at(m, n->next)->prev = (u16)number;
	f->entries = (u16)number;
}

static void list_remove(struct mmu *m, const struct tlb_node *n)
{
	if (n->prev != NODE_NONE)
		node_at(m, n->prev)->next = n->next;
	else
		frame_slot(m->frames, n->spa)->entries = n->next;
	if (n->next != NODE_NONE)
		node_at(m, n->next)->prev = n->prev;
}

/* -- one entry ------------------------------------------------------------------------------- */

/* See chip/cpu/mmu/tlb.h: no address of this slot matches. */
static u64 free_tag(unsigned index)
{
	return (u64)(index ^ 1) << PAGE_SHIFT;
}

static struct tlb_entry *entry_at(struct bank *b, enum tlb_kind kind, unsigned index)
{
	return kind == TLB_LOAD ? &b->tlb.load[index] : &b->tlb.store[index];
}

static u64 entry_la(struct bank *b, enum tlb_kind kind, unsigned index)
{
	return kind == TLB_FETCH ? b->fetch[index] : entry_at(b, kind, index)->tag;
}

static void renew_fetch_ctx(struct mmu *m, struct bank *b)
{
	b->fetch_ctx = ++m->fetch_contexts;
	if (b == m->bank)
		mmu_publish_fetch_ctx(m);
}

static void entry_clear(struct mmu *m, struct bank *b, enum tlb_kind kind, unsigned index)
{
	struct tlb_node *n = &b->node[kind][index];

	list_remove(m, n);
	n->spa &= NODE_LOGGED;
	if (kind == TLB_FETCH) {
		b->fetch[index] = FETCH_FREE;
		renew_fetch_ctx(m, b);
	} else {
		entry_at(b, kind, index)->tag = free_tag(index);
	}
}

/* -- large pages ----------------------------------------------------------------------------- */

/*
 * An entry stands for 4 KiB, but INVLPG takes the whole page of the guest.  No page is larger than
 * 1 GiB, so a filter over regions of that size tells when there is more to look for than one slot.
 */
static unsigned region_bit(u64 la)
{
	return (unsigned)((la >> 30) * 0x9e3779b97f4a7c15ull >> 55) % REGION_BITS;
}

static void region_note(struct bank *b, u64 la)
{
	b->large[region_bit(la) / 64] |= BIT64(region_bit(la) % 64);
}

static bool region_may_be_large(const struct bank *b, u64 la)
{
	return b->large[region_bit(la) / 64] >> (region_bit(la) % 64) & 1;
}

/* -- filling --------------------------------------------------------------------------------- */

static unsigned fetch_set(u64 la)
{
	return (unsigned)(la >> PAGE_SHIFT) % FETCH_SETS * FETCH_WAYS;
}

static unsigned fetch_room(struct mmu *m, struct bank *b, u64 la)
{
	unsigned set = fetch_set(la);

	for (unsigned i = set; i < set + FETCH_WAYS; i++)
		if (b->fetch[i] == FETCH_FREE)
			return i;
	for (unsigned i = 0; i < TLB_SIZE; i++)
		if (b->fetch[i] != FETCH_FREE)
			entry_clear(m, b, TLB_FETCH, i);
	return set;
}

const struct tlb_node *bank_find_fetch(const struct bank *b, u64 la)
{
	unsigned set = fetch_set(la);

	for (unsigned i = set; i < set + FETCH_WAYS; i++)
		if (b->fetch[i] == (la & ~PAGE_MASK))
			return &b->node[TLB_FETCH][i];
	return NULL;
}

static u64 node_word(const struct tlb_node *old, const struct tlb_fill *f)
{
	u64 word = f->spa.v | NODE_USED | (u64)(f->page_shift - PAGE_SHIFT) << NODE_SIZE_SHIFT;

	return word | (f->global ? NODE_GLOBAL : 0) | (old->spa & NODE_LOGGED);
}

void bank_fill(struct mmu *m, struct bank *b, enum tlb_kind kind, const struct tlb_fill *f)
{
	unsigned index = kind == TLB_FETCH ? fetch_room(m, b, f->la) : tlb_index(f->la);
	struct tlb_node *n = &b->node[kind][index];

	if (n->spa & NODE_USED)
		entry_clear(m, b, kind, index);
	if (!(n->spa & NODE_LOGGED)) {
		n->spa |= NODE_LOGGED;
		b->log[b->logged++] = (u16)local_number(kind, index);
	}
	n->spa = node_word(n, f);
	n->view = f->view;
	list_add(m, node_number(m, b, local_number(kind, index)));
	if (f->page_shift > PAGE_SHIFT)
		region_note(b, f->la);
	if (kind == TLB_FETCH)
		b->fetch[index] = f->la;
	else
		*entry_at(b, kind, index) = (struct tlb_entry){.tag = f->la, .page = f->hva};
}

/* -- flushing -------------------------------------------------------------------------------- */

void bank_flush(struct mmu *m, struct bank *b, enum flush what)
{
	unsigned kept = 0;

	memset(b->large, 0, sizeof(b->large));
	for (unsigned i = 0; i < b->logged; i++) {
		enum tlb_kind kind = b->log[i] >> TLB_BITS;
		unsigned index = b->log[i] & (TLB_SIZE - 1);
		struct tlb_node *n = &b->node[kind][index];

		if (node_goes(n, what))
			entry_clear(m, b, kind, index);
		if (!(n->spa & NODE_USED)) {
			n->spa = 0;
			continue;
		}
		b->log[kept++] = b->log[i];
		if (node_page_shift(n) > PAGE_SHIFT)
			region_note(b, entry_la(b, kind, index));
	}
	b->logged = kept;
}

static void flush_large(struct mmu *m, struct bank *b, u64 la, enum flush what)
{
	for (unsigned i = 0; i < b->logged; i++) {
		enum tlb_kind kind = b->log[i] >> TLB_BITS;
		unsigned index = b->log[i] & (TLB_SIZE - 1);
		const struct tlb_node *n = &b->node[kind][index];

		if (node_goes(n, what) &&
		    (entry_la(b, kind, index) ^ la) >> node_page_shift(n) == 0)
			entry_clear(m, b, kind, index);
	}
}

void bank_flush_page(struct mmu *m, struct bank *b, u64 la, enum flush what)
{
	const struct tlb_node *n = bank_find_fetch(b, la);
	unsigned index = tlb_index(la);

	if (n && node_goes(n, what))
		entry_clear(m, b, TLB_FETCH, (unsigned)(n - b->node[TLB_FETCH]));
	for (enum tlb_kind kind = TLB_LOAD; kind <= TLB_STORE; kind++)
		if (entry_at(b, kind, index)->tag == (la & ~PAGE_MASK) &&
		    node_goes(&b->node[kind][index], what))
			entry_clear(m, b, kind, index);
	if (region_may_be_large(b, la))
		flush_large(m, b, la, what);
}

void bank_drop_page(struct mmu *m, spa_t page, enum cache_drop what)
{
	unsigned number = frame_slot(m->frames, page.v)->entries;

	while (number != NODE_NONE) {
		struct tlb_node *n = node_at(m, number);
		enum tlb_kind kind = number >> TLB_BITS & 3;
		unsigned next = n->next;

		if (node_page(n) == page.v && (what == CACHE_DROP_ALL || kind == TLB_STORE))
			entry_clear(m, &m->banks[number >> 12], kind, number & (TLB_SIZE - 1));
		number = next;
	}
}

/* -- contexts -------------------------------------------------------------------------------- */

static bool key_equal(const struct bank_key *a, const struct bank_key *b)
{
	return a->asid == b->asid && a->pcid == b->pcid && a->rights == b->rights &&
	       a->pkru == b->pkru;
}

struct bank *bank_select(struct mmu *m, const struct bank_key *key)
{
	struct bank *oldest = NULL;

	for (struct bank *b = m->banks; b < m->banks + BANKS; b++) {
		if (key_equal(&b->key, key)) {
			b->selected = ++m->selections;
			return b;
		}
		if (!oldest || b->selected < oldest->selected)
			oldest = b;
	}
	bank_flush(m, oldest, FLUSH_BOTH);
	renew_fetch_ctx(m, oldest);
	oldest->key = *key;
	oldest->selected = ++m->selections;
	return oldest;
}

void bank_init(struct mmu *m, unsigned n)
{
	struct bank *b = &m->banks[n];

	b->key.asid = ~0u; /* no guest's */
	b->fetch_ctx = ++m->fetch_contexts;
	for (unsigned i = 0; i < TLB_SIZE; i++) {
		b->tlb.load[i].tag = free_tag(i);
		b->tlb.store[i].tag = free_tag(i);
		b->fetch[i] = FETCH_FREE;
	}
}
