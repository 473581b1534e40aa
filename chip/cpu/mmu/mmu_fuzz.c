/* SPDX-License-Identifier: MIT */
/*
 * Any tables, any controls, any access: the input is a program for one core.  Guest and nested
 * tables point at each other, at themselves, at data, and outside DRAM, with any bits set.  Nothing
 * may crash or hang, a refused access must say why, and at the end the TLB's bookkeeping must be
 * whole: each entry in its slot, in the log, and in one list, that of its page.
 */
#include "tests/support/fuzz_main.h"

#include <string.h>

#include "abi/paging.h"
#include "abi/x86.h"

#include "base/bug.h"
#include "base/bytes.h"

#include "chip/cpu/decode/block.h"
#include "chip/cpu/mmu/internal.h"
#include "chip/cpu/mmu/testbed.h"

enum { STEPS_MAX = 400, TABLE_PAGES = 8, DATA = MIB(2), TABLES = MIB(3) };

struct input {
	const u8 *at;
	size_t left;
};

struct fuzz {
	struct bed *b;
	struct cpu *c;
	struct input in;
	u64 nested[2][8][4]; /* where the nested entries of tables and of data are, by level */
	struct {
		u64 at, entry;
	} undo[STEPS_MAX]; /* of the nested tables */
	unsigned undone;
	struct block block;
};

static u8 take(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->at++;
}

static u64 take64(struct input *in)
{
	u64 v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | take(in);
	return v;
}

/* -- what must always hold ------------------------------------------------------------------- */

static void check_entry(struct mmu *m, struct bank *b, enum tlb_kind kind, unsigned i)
{
	const struct tlb_node *n = &b->node[kind][i];
	const struct tlb_entry *e = kind == TLB_LOAD ? &b->tlb.load[i] : &b->tlb.store[i];
	bool used = n->spa & NODE_USED;
	unsigned number = (unsigned)(b - m->banks) << 12 | (unsigned)kind << TLB_BITS | i;

	if (kind == TLB_FETCH)
		BUG_ON(used != (b->fetch[i] != FETCH_FREE));
	else
		BUG_ON(used != (tlb_index(e->tag) == i));
	BUG_ON(used && !(n->spa & NODE_LOGGED));
	if (!used)
		return;
	if (n->prev == NODE_NONE)
		BUG_ON(frame_slot(m->frames, n->spa)->entries != number);
	if (kind != TLB_FETCH)
		BUG_ON(!fabric_contains(m->cpu->fabric, SPA(n->spa & ~PAGE_MASK), PAGE_SIZE));
}

static unsigned used_entries(struct mmu *m)
{
	unsigned used = 0;

	for (struct bank *b = m->banks; b < m->banks + BANKS; b++)
		for (unsigned i = 0; i < b->logged; i++) {
			enum tlb_kind kind = b->log[i] >> TLB_BITS;

			check_entry(m, b, kind, b->log[i] & (TLB_SIZE - 1));
			used += b->node[kind][b->log[i] & (TLB_SIZE - 1)].spa & NODE_USED;
		}
	return used;
}

/* Every used entry is in exactly one list: as many in lists as there are, and no list loops. */
static void check_whole(struct mmu *m)
{
	unsigned used = used_entries(m);
	unsigned listed = 0;

	for (unsigned f = 0; f < FRAMES; f++)
		for (unsigned number = m->frames[f].entries; number != NODE_NONE;) {
			const struct tlb_node *n =
				&m->banks[number >> 12]
					 .node[number >> TLB_BITS & 3][number & (TLB_SIZE - 1)];

			BUG_ON(!(n->spa & NODE_USED) || ++listed > used);
			BUG_ON(frame_slot(m->frames, n->spa) != &m->frames[f]);
			number = n->next;
		}
	BUG_ON(listed != used);
	BUG_ON(m->cpu->tlb != &m->bank->tlb && m->cpu->tlb != &m->closed);
}

/* -- steps ----------------------------------------------------------------------------------- */

static u64 any_la(struct input *in)
{
	static const u16 index[] = {0, 1, 511, 256};
	static const u16 offset[] = {0, 8, 0xff8, 0xffc, 0xffd, 0xfff, 0x123, 0x800};
	u8 a = take(in), b = take(in);
	u64 la = offset[b & 7];

	for (int level = 0; level < 4; level++)
		la |= (u64)index[a >> (2 * level) & 3] << (12 + 9 * level);
	if (b & 0x80)
		return la ^ take64(in);
	return b & 0x40 ? (u32)la : (u64)((s64)(la << 16) >> 16);
}

/* An entry that leads somewhere, more often than not. */
static u64 any_entry(struct input *in)
{
	static const u64 bases[] = {
		TABLES,   DATA,      DATA + BED_SHIFT, TABLES + BED_SHIFT, MIB(4),
		BED_DRAM, BIT64(46), 0xfffff000,       BIT64(40),          BED_DRAM - PAGE_SIZE};
	u8 what = take(in), flags = take(in), low = take(in);
	u64 entry = bases[(what & 15) % ARRAY_SIZE(bases)] + (low & 7) * PAGE_SIZE;

	entry |= flags | (low & 8 ? PTE_G : 0) | (low & 16 ? BED_C : 0) | (low & 32 ? PTE_NX : 0);
	if (what & 0x80)
		entry |= E_RWU;
	if (what & 0x40)
		entry ^= take64(in);
	return entry;
}

static void set_guest_entry(struct fuzz *f)
{
	u8 where = take(&f->in);
	static const u16 index[] = {0, 1, 511, 256};
	u64 at = TABLES + where % TABLE_PAGES * PAGE_SIZE + index[where >> 6] * 8;

	bed_write(f->b, bed_spa(f->b, at), bed_private(f->b), any_entry(&f->in));
}

static void set_nested_entry(struct fuzz *f)
{
	u8 what = take(&f->in);
	u64 at = f->nested[what >> 3 & 1][what & 7][what & 0xc0 ? 0 : what >> 4 & 3];

	if (f->undone == STEPS_MAX)
		return;
	f->undo[f->undone].at = at;
	f->undo[f->undone++].entry = bed_read(f->b, SPA(at), VIEW_RAW);
	bed_write(f->b, SPA(at), VIEW_RAW, any_entry(&f->in));
}

static void undo_nested(struct fuzz *f)
{
	while (f->undone > 0) {
		f->undone--;
		bed_write(f->b, SPA(f->undo[f->undone].at), VIEW_RAW, f->undo[f->undone].entry);
	}
}

static void set_controls(struct fuzz *f)
{
	struct cpu *c = f->c;
	u8 a = take(&f->in), b = take(&f->in);

	c->cr0 = CR0_PE | (a % 8 == 7 ? 0 : CR0_PG) | (a & 1 ? CR0_WP : 0) | (a & 4 ? CR0_AM : 0);
	c->cr4 = (a & 8 ? CR4_PSE : 0) | (a & 16 ? CR4_PGE : 0) | (a & 32 ? CR4_SMEP : 0) |
		 (a & 64 ? CR4_SMAP : 0) | (a & 128 ? CR4_PKE : 0) | (b & 1 ? CR4_PCIDE : 0);
	c->efer = b & 2 ? EFER_NXE : 0;
	c->cpl = b & 4 ? 3 : 0;
	c->rflags = b & 8 ? RFLAGS_AC : 0;
	c->pkru = b & 128 ? 0x55aa55aa : 0;
	c->mode = MODE_32;
	if (b & 112)
		c->cr4 |= CR4_PAE;
	if (b & 48) { /* mostly long mode */
		c->efer |= EFER_LME | (c->cr0 & CR0_PG ? EFER_LMA : 0);
		c->cr4 |= b & 64 ? CR4_LA57 : 0;
		c->mode = MODE_64;
	}
	c->mode |= b & 1 ? MODE_SINGLE : 0;
	mmu_context_changed(c);
}

static void set_cr3(struct fuzz *f)
{
	u8 a = take(&f->in);
	u64 cr3 = TABLES + (a & 7) * PAGE_SIZE;

	if (a & 8)
		cr3 = take64(&f->in) & ~BIT64(63);
	mmu_write_cr3(f->c, cr3 | (a & 16 ? a >> 5 : 0), a & 16);
}

static void set_guest(struct fuzz *f)
{
	u8 a = take(&f->in);

	/* Under another key the tables are noise: now and then. */
	f->b->guest.asid = a % 8 == 7 ? BED_ASID + 1 : BED_ASID;
	f->b->guest.sev = a % 8 < 6;
	f->b->guest.mem_encrypt = a % 8 < 7;
	f->b->guest.vte = a & 16;
	f->b->guest.host_nx = !(a & 32);
	f->b->guest.host_la57 = a >> 6 == 3;
	mmu_set_guest(f->c, &f->b->guest);
	mmu_context_changed(f->c);
}

static void flush(struct fuzz *f)
{
	u8 a = take(&f->in);
	u64 la = any_la(&f->in);

	switch (a % 6) {
	case 0:
		mmu_flush_page(f->c, la);
		break;
	case 1:
		mmu_invpcid(f->c, a >> 4 & 3, a >> 6, la);
		break;
	case 2:
		mmu_invlpga(f->c, la, a >> 6);
		break;
	case 3:
		mmu_flush_asid(f->c, a >> 6, a & 16);
		break;
	case 4:
		cache_shootdown(f->b->cache, f->c->agent,
				bed_spa(f->b, DATA + (a >> 5) * PAGE_SIZE));
		break;
	default:
		mmu_flush_all(f->c);
		break;
	}
}

static void run_at(struct fuzz *f)
{
	u8 a = take(&f->in);

	f->block.spa = bed_spa(f->b, DATA).v + a * 8;
	f->block.bytes = a;
	f->block.spa2 = a & 1 ? bed_spa(f->b, DATA + PAGE_SIZE).v : ~0ull;
	f->c->block = a & 2 ? &f->block : NULL;
}

static bool fetch(struct fuzz *f, u64 la, u8 how)
{
	struct mmu_fetch fetched;
	u32 gen;

	if (!mmu_fetch(f->c, la, &fetched))
		return false;
	BUG_ON(!fetched.page || (fetched.spa.v & PAGE_MASK));
	mmu_fetch_code(f->c, &fetched, BIT64(how & 63), &gen);
	return true;
}

static bool access_memory(struct fuzz *f)
{
	u8 how = take(&f->in);
	u64 la = any_la(&f->in), got;
	unsigned size = 1 + take(&f->in) % 64;
	struct mem_pair pair;
	struct cpu *c = f->c;
	bool swapped;
	spa_t spa;
	view_t view;

	switch (how % 10) {
	case 0:
		return mem_load_slow(c, la, size);
	case 1:
		return mem_store_slow(c, la, size);
	case 2:
		return mem_load64(c, la, &got);
	case 3:
		return mem_store64(c, la, la);
	case 4:
		return mem_probe_store(c, la, size);
	case 5:
		return mem_cmpxchg_slow(c, la, 1u << size % 5, &swapped);
	case 6:
		return how & 16 ? mem_load_sys(c, la, c->mem.b, size)
				: mem_store_sys(c, la, c->mem.b, size);
	case 7:
		if (!mem_span_pair(c, la, any_la(&f->in), 1 + size * 100, &pair, &got))
			return false;
		if (got)
			memset(pair.dst, pair.src[got - 1], got);
		mem_span_stored(c);
		return true;
	case 8:
		mmu_peek(c, la, &spa, &view);
		return true;
	default:
		return fetch(f, la, how);
	}
}

static void step(struct fuzz *f)
{
	u8 what = take(&f->in) % 16;

	switch (what) {
	case 0:
	case 1:
	case 2:
		set_guest_entry(f);
		break;
	case 3:
		set_nested_entry(f);
		break;
	case 4:
		set_controls(f);
		break;
	case 5:
		set_cr3(f);
		break;
	case 6:
		set_guest(f);
		break;
	case 7:
		flush(f);
		break;
	case 8:
		run_at(f);
		break;
	default:
		f->c->event = (struct cpu_event){0};
		if (!access_memory(f))
			BUG_ON(f->c->event.kind == EVENT_NONE);
		break;
	}
}

/* -- the target ------------------------------------------------------------------------------ */

static void make(struct fuzz *f)
{
	f->b = bed_new(&(struct bed_config){.nested = true, .sev = true, .capacity = 16});
	f->c = f->b->cpu;
	for (unsigned page = 0; page < 16; page++)
		for (unsigned level = 0; level < 4; level++)
			f->nested[page / 8][page % 8][level] = tables_at(
				f->b, &f->b->npt, (page < 8 ? TABLES : DATA) + page % 8 * PAGE_SIZE,
				level + 1);
}

/* Four levels to start with, by which all addresses of any_la() lead to data, private or shared. */
static void first_tables(u64 *tables)
{
	static const u16 index[] = {0, 1, 511, 256};

	memset(tables, 0, TABLE_PAGES * PAGE_SIZE);
	for (unsigned i = 0; i < 4; i++) {
		for (unsigned level = 0; level < 3; level++)
			tables[level * PT_ENTRIES + index[i]] =
				(TABLES + (level + 1) * PAGE_SIZE) | E_RWU;
		tables[3 * PT_ENTRIES + index[i]] =
			(DATA + i * PAGE_SIZE) | E_RWU | (i & 1 ? BED_C : 0);
	}
}

/* One machine for all inputs; what they changed is put back. */
static void begin(struct fuzz *f)
{
	u64 tables[TABLE_PAGES * PAGE_SIZE / 8];

	if (!f->b)
		make(f);
	first_tables(tables);
	f->b->guest = (struct mmu_guest){.asid = BED_ASID,
					 .nested = true,
					 .sev = true,
					 .mem_encrypt = true,
					 .host_nx = true,
					 .ncr3 = f->b->npt.root};
	BUG_ON(cache_write(f->b->cache, f->c->agent, REQ_HOST_CORE, VIEW_KEY(BED_ASID),
			   bed_spa(f->b, TABLES), tables, sizeof(tables)) != FABRIC_OK);
	f->c->block = NULL;
	f->c->cr0 = CR0_PE | CR0_PG;
	f->c->cr3 = TABLES;
	f->c->cr4 = CR4_PAE;
	f->c->efer = EFER_LME | EFER_LMA | EFER_NXE;
	f->c->cpl = 0;
	f->c->rflags = 0;
	f->c->mode = MODE_64;
	mmu_set_guest(f->c, &f->b->guest);
	mmu_context_changed(f->c);
	mmu_flush_all(f->c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz f;

	f.in = (struct input){.at = data, .left = size};
	begin(&f);
	for (unsigned i = 0; i < STEPS_MAX && f.in.left > 0; i++)
		step(&f);
	check_whole(f.c->mmu);
	undo_nested(&f);
	f.c->block = NULL;
	return 0;
}
