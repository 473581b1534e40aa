/* SPDX-License-Identifier: MIT */
/* The MMU as a whole: contexts, flushes, fetch. */
#include "chip/cpu/mmu/mmu.h"

#include <stdlib.h>
#include <string.h>

#include "abi/layout.h"
#include "abi/paging.h"
#include "abi/x86.h"

#include "chip/cpu/mmu/internal.h"
#include "chip/cpu/model/model.h"

/* -- making ---------------------------------------------------------------------------------- */

static void init_tables(struct mmu *m)
{
	for (unsigned i = 0; i < BANKS; i++)
		bank_init(m, i);
	m->closed = m->banks[0].tlb; /* empty now, and for ever */
	for (unsigned i = 0; i < FRAMES; i++) {
		m->frames[i].page = FRAME_FREE;
		m->frames[i].entries = NODE_NONE;
	}
	memset(m->ones, 0xff, sizeof(m->ones));
	m->nowhere.hva = m->ones;
	m->nowhere.code_gen = &m->nowhere_gen;
	for (unsigned i = 0; i < NESTED_ENTRIES; i++)
		m->nested[i].gpa = 1; /* no page's */
}

struct mmu *mmu_new(struct cpu *c)
{
	struct mmu *m = aligned_alloc(64, sizeof(*m));

	if (!m)
		return NULL;
	memset(m, 0, sizeof(*m));
	m->cpu = c;
	init_tables(m);
	c->agent = cache_agent_new(c->cache, &frame_agent_ops, m);
	if (!c->agent) {
		free(m);
		return NULL;
	}
	c->attention = cache_agent_pending(c->agent);
	c->mmu = m;
	mmu_set_guest(c, &(struct mmu_guest){0});
	mmu_context_changed(c);
	return m;
}

void mmu_free(struct mmu *m)
{
	if (!m)
		return;
	cache_agent_free(m->cpu->agent);
	m->cpu->agent = NULL;
	m->cpu->mmu = NULL;
	m->cpu->tlb = NULL;
	free(m);
}

bool mmu_restart(struct mmu *m)
{
	m->cpu->event = (struct cpu_event){.kind = EVENT_RESTART};
	return false;
}

/* -- the guest ------------------------------------------------------------------------------- */

/* Address bits of 51:12 that a physical address of `width` bits does not have. */
static u64 beyond_width(unsigned width)
{
	return PTE_ADDR_MASK & ~(BIT64(width) - 1);
}

static void set_guest_tables(struct mmu *m, const struct cpu_model *model)
{
	const struct mmu_guest *g = &m->guest;
	bool c_bit = g->sev || (!g->nested && g->mem_encrypt);

	m->c_mask = c_bit ? BIT64(model->c_bit) : 0;
	m->reserved = beyond_width(model->phys_bits) & ~m->c_mask;
}

static void set_nested_tables(struct mmu *m, const struct cpu_model *model)
{
	const struct mmu_guest *g = &m->guest;
	unsigned lost = g->mem_encrypt ? model->phys_reduction : 0;

	m->nested_c_mask = g->mem_encrypt ? BIT64(model->c_bit) : 0;
	m->nested_reserved = beyond_width(model->phys_bits - lost) & ~m->nested_c_mask;
	m->nested_rights = (g->host_la57 ? PAGING_5LEVEL : PAGING_4LEVEL) | RIGHTS_USER;
	if (g->host_nx)
		m->nested_rights |= RIGHTS_NX;
	if (cpu_model_has(model, FEATURE_PDPE1GB))
		m->nested_rights |= RIGHTS_1G;
}

/* The upper half of the tag counts flushes. */
static void set_nested_tag(struct mmu *m)
{
	m->nested_tag = (m->nested_tag & ~(u64)0xffffffff) | m->guest.asid;
}

static void flush_nested(struct mmu *m)
{
	m->nested_tag += BIT64(32);
}

void mmu_set_guest(struct cpu *c, const struct mmu_guest *g)
{
	struct mmu *m = c->mmu;

	m->guest = *g;
	m->entering = true;
	set_guest_tables(m, c->model);
	set_nested_tables(m, c->model);
	set_nested_tag(m);
}

/* -- contexts -------------------------------------------------------------------------------- */

static struct bank_key context_key(const struct cpu *c, bool user, bool ac)
{
	const struct paging_control ctl = {
		.cr0 = c->cr0,
		.cr4 = c->cr4,
		.efer = c->efer,
		.user = user,
		.ac = ac,
		.gib_pages = cpu_model_has(c->model, FEATURE_PDPE1GB),
	};
	u32 rights = paging_rights(&ctl);

	return (struct bank_key){
		.asid = c->mmu->guest.asid,
		.pcid = c->cr4 & CR4_PCIDE ? c->cr3 & CR3_PCID_MASK : 0,
		.rights = (u16)rights,
		.pkru = rights & RIGHTS_PKE ? c->pkru : 0,
	};
}

struct bank *mmu_sys_bank(struct mmu *m)
{
	const struct bank_key key = context_key(m->cpu, false, false);

	if (!m->sys_bank)
		m->sys_bank = bank_select(m, &key);
	return m->sys_bank;
}

/* A bank that is always empty sends every access through access_check(). */
static bool checks_alignment(const struct cpu *c)
{
	return c->cpl == 3 && c->cr0 & CR0_AM && c->rflags & RFLAGS_AC;
}

void mmu_publish_fetch_ctx(struct mmu *m)
{
	m->cpu->fetch_ctx = m->bank->fetch_ctx << 8 | m->cpu->mode;
}

static u64 paging_bits(const struct cpu *c)
{
	return (c->cr0 & CR0_PG) | (c->cr4 & (CR4_PSE | CR4_PAE | CR4_PGE | CR4_PCIDE | CR4_LA57));
}

static void select_context(struct mmu *m)
{
	struct cpu *c = m->cpu;
	const struct bank_key key = context_key(c, c->cpl == 3, c->rflags & RFLAGS_AC);

	m->sys_bank = NULL;
	m->bank = bank_select(m, &key);
	m->closed_context = checks_alignment(c);
	c->tlb = m->closed_context ? &m->closed : &m->bank->tlb;
	mmu_publish_fetch_ctx(m);
}

/* CR0.PG and CR4.PGE are bits 31 and 7: none of the bits of both registers collide. */
void mmu_context_changed(struct cpu *c)
{
	struct mmu *m = c->mmu;
	u64 bits = paging_bits(c);

	if (bits != m->paging_bits && !m->entering)
		mmu_flush_asid(c, m->guest.asid, true);
	m->paging_bits = bits;
	m->entering = false;
	select_context(m);
}

/* -- flushes --------------------------------------------------------------------------------- */

/* Nested translations are not global, and INVLPG does not know them. */
static void flush_banks(struct mmu *m, u32 asid, enum flush what)
{
	for (struct bank *b = m->banks; b < m->banks + BANKS; b++)
		if (b->key.asid == asid)
			bank_flush(m, b, what);
}

static void flush_pcid(struct mmu *m, u16 pcid)
{
	for (struct bank *b = m->banks; b < m->banks + BANKS; b++)
		if (b->key.asid == m->guest.asid && b->key.pcid == pcid)
			bank_flush(m, b, FLUSH_PRIVATE);
}

void mmu_write_cr3(struct cpu *c, u64 cr3, bool keep)
{
	struct mmu *m = c->mmu;

	c->cr3 = cr3;
	if (!keep)
		flush_pcid(m, c->cr4 & CR4_PCIDE ? cr3 & CR3_PCID_MASK : 0);
	select_context(m);
}

void mmu_flush_all(struct cpu *c)
{
	struct mmu *m = c->mmu;

	for (struct bank *b = m->banks; b < m->banks + BANKS; b++)
		bank_flush(m, b, FLUSH_BOTH);
	flush_nested(m);
}

void mmu_flush_asid(struct cpu *c, u32 asid, bool global)
{
	flush_banks(c->mmu, asid, global ? FLUSH_BOTH : FLUSH_PRIVATE);
	flush_nested(c->mmu);
}

/* Global entries go from every PCID. */
static void flush_page(struct mmu *m, u64 la, u16 pcid, bool global)
{
	for (struct bank *b = m->banks; b < m->banks + BANKS; b++) {
		enum flush what = global ? FLUSH_GLOBAL : 0;

		if (b->key.pcid == pcid)
			what |= FLUSH_PRIVATE;
		if (b->key.asid == m->guest.asid && what)
			bank_flush_page(m, b, la, what);
	}
}

void mmu_flush_page(struct cpu *c, u64 la)
{
	flush_page(c->mmu, la, c->mmu->bank->key.pcid, true);
}

void mmu_invlpga(struct cpu *c, u64 la, u32 asid)
{
	struct mmu *m = c->mmu;

	for (struct bank *b = m->banks; b < m->banks + BANKS; b++)
		if (b->key.asid == asid)
			bank_flush_page(m, b, la, FLUSH_BOTH);
	flush_nested(m);
}

void mmu_invpcid(struct cpu *c, enum invpcid_type type, u16 pcid, u64 la)
{
	struct mmu *m = c->mmu;

	switch (type) {
	case INVPCID_ADDRESS:
		flush_page(m, la, pcid, false);
		break;
	case INVPCID_CONTEXT:
		flush_pcid(m, pcid);
		break;
	case INVPCID_ALL_GLOBAL:
		flush_banks(m, m->guest.asid, FLUSH_BOTH);
		break;
	case INVPCID_ALL:
		flush_banks(m, m->guest.asid, FLUSH_PRIVATE);
		break;
	}
}

/* -- fetch ----------------------------------------------------------------------------------- */

static void fetched(const struct frame *f, struct mmu_fetch *out)
{
	*out = (struct mmu_fetch){
		.page = f->hva, .spa = SPA(f->page), .view = f->view, .code_gen = f->code_gen};
}

static bool fetch_fill(struct mmu *m, u64 la, struct mmu_fetch *out)
{
	struct bank *b = m->bank;
	struct guest_page page;
	const struct frame *f;

	if (!walk_guest(m, b->key.rights, b->key.pkru, la, ACCESS_FETCH, false, &page))
		return false;
	f = gpa_map(m, &(struct gpa_access){.gpa = page.gpa,
					    .access = ACCESS_FETCH,
					    .enc = m->guest.sev,
					    .host_c = page.host_c});
	if (!f)
		return false;
	fetched(f, out);
	bank_fill(m, b, TLB_FETCH,
		  &(struct tlb_fill){.la = la & ~PAGE_MASK,
				     .spa = out->spa,
				     .view = out->view,
				     .global = page.global,
				     .page_shift = page.page_shift});
	return true;
}

bool mmu_fetch(struct cpu *c, u64 la, struct mmu_fetch *out)
{
	struct mmu *m = c->mmu;
	const struct tlb_node *n;

	if (!paging_canonical(m->bank->key.rights, la)) {
		fault_raise_error(c, X86_VECTOR_GP, 0);
		return false;
	}
	n = bank_find_fetch(m->bank, la);
	if (n) {
		u64 drops = m->drops;

		fetched(frame_get(m, SPA(n->spa & ~PAGE_MASK), n->view, false), out);
		if (m->drops == drops)
			return true;
	}
	return fetch_fill(m, la, out);
}

void mmu_fetch_code(struct cpu *c, struct mmu_fetch *f, u64 lines, u32 *gen)
{
	struct cache_mapping map;

	*gen = atomic_load_explicit(f->code_gen, memory_order_acquire);
	if (!fabric_contains(c->fabric, f->spa, 1))
		return; /* nothing there can change */
	map = cache_map_code(c->cache, c->agent, f->spa, f->view, lines, gen);
	f->page = map.hva;
}

/* -- debuggers ------------------------------------------------------------------------------- */

bool mmu_peek(struct cpu *c, u64 la, spa_t *spa, view_t *view)
{
	struct mmu *m = c->mmu;
	const struct cpu_event event = c->event;
	const struct bank_key key = context_key(c, false, true);
	struct guest_page page;
	const struct frame *f = NULL;

	if (paging_canonical(key.rights, la) &&
	    walk_guest(m, key.rights, key.pkru, la, ACCESS_READ, true, &page))
		f = gpa_map(m, &(struct gpa_access){.gpa = page.gpa,
						    .access = ACCESS_READ,
						    .enc = page.enc,
						    .host_c = page.host_c,
						    .peek = true});
	c->event = event;
	if (!f)
		return false;
	*spa = SPA(f->page | (la & PAGE_MASK));
	*view = f->view;
	return true;
}
