/* SPDX-License-Identifier: MIT */
/* One instruction in the core's interpreter. */
#include "tests/support/emu_one.h"

#include <stdlib.h>
#include <string.h>

#include "abi/desc.h"
#include "abi/paging.h"
#include "abi/x86.h"
#include "base/bytes.h"
#include "chip/cpu/decode/decode.h"
#include "chip/cpu/decode/ops_common.h"
#include "chip/cpu/exec/flags.h"
#include "chip/cpu/exec/simd/fpu.h"
#include "chip/cpu/mmu/mmu.h"

enum {
	CODE_OFFSET = HOST_CODE & 0xfff,
	OPCODE_INT3 = 0xcc,
	LEVELS = 4,
};

/* System physical addresses: page tables from the root down, the code page, the window. */
enum { SPA_TABLES = 0x10000, SPA_CODE = 0x20000, SPA_WINDOW = 0x30000 };

struct emu_one {
	struct cpu *c;
	struct rng *rng;
	struct mee *mee;
	struct fabric fabric;
	struct cache *cache;
	struct decoder *d;
	struct jump_entry jumps[JUMP_SIZE];
	u8 block[DECODE_MAX_BYTES] ALIGNED(64);
};

void emu_one_full_model(struct cpu_model *m)
{
	memset(m, 0, sizeof(*m));
	m->name = "everything";
	m->phys_bits = 48;
	m->c_bit = 47;
	memset(m->features, 0xff, sizeof(m->features));
}

/* -- making ------------------------------------------------------------------------------------------- */

static bool make_memory(struct emu_one *e)
{
	const struct fabric_config fabric = {.dram_size = MIB(2)};
	const struct cache_config cache = {.coherent = true};
	const u8 seed[32] = {1};
	struct error err;

	e->rng = rng_new(seed);
	e->mee = e->rng ? mee_new(MEE_ZEN2_XEX, 1, MEE_PATH_BEST, e->rng) : NULL;
	if (!e->mee || fabric_init(&e->fabric, &fabric, &err) != 0)
		return false;
	e->cache = cache_new(&e->fabric, e->mee, &cache, &err);
	return e->cache != NULL;
}

/* Code and window lie in the reach of one table of each level. */
static u64 table_at(unsigned level)
{
	return SPA_TABLES + (LEVELS - level) * PAGE_SIZE;
}

static void map(struct emu_one *e, u64 la, u64 spa, u64 rights)
{
	for (unsigned level = LEVELS; level >= 1; level--) {
		u64 index = bits_get(la, 12 + 9 * (level - 1), 9);
		u64 entry = level > 1 ? table_at(level - 1) | PTE_P | PTE_RW | PTE_US
				      : spa | PTE_P | PTE_US | rights;

		put_le64(e->fabric.dram + table_at(level) + 8 * index, entry);
	}
}

static void map_all(struct emu_one *e)
{
	map(e, HOST_CODE & ~PAGE_MASK, SPA_CODE, 0);
	for (unsigned i = 0; i * PAGE_SIZE < WINDOW_BYTES; i++)
		map(e, HOST_WINDOW + i * PAGE_SIZE, SPA_WINDOW + i * PAGE_SIZE,
		    i < WINDOW_RW_PAGES ? PTE_RW : 0);
}

static bool make_core(struct emu_one *e, const struct cpu_model *model)
{
	const struct mmu_guest guest = {.asid = 1};
	struct cpu *c = aligned_alloc(64, align_up(sizeof(*c), 64));

	if (!c)
		return false;
	memset(c, 0, sizeof(*c));
	e->c = c;
	c->model = model;
	c->fabric = &e->fabric;
	c->cache = e->cache;
	c->jumps = e->jumps;
	c->cpl = 3;
	c->cr0 = CR0_PE | CR0_NE | CR0_PG | CR0_WP | CR0_AM | CR0_ET | CR0_MP;
	c->cr3 = table_at(LEVELS);
	c->cr4 = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_OSXSAVE | CR4_FSGSBASE;
	c->efer = EFER_LME | EFER_LMA | EFER_SCE | EFER_NXE;
	c->xcr0 = XCR0_X87 | XCR0_SSE | XCR0_AVX;
	c->seg[SEG_CS].attr = SEG_ATTRIB_L | 0xfb;
	fpu_reset(c);
	if (!mmu_new(c))
		return false;
	mmu_set_guest(c, &guest);
	cpu_context_changed(c);
	cache_agent_run(c->agent);
	return true;
}

struct emu_one *emu_one_new(const struct cpu_model *model)
{
	struct emu_one *e = aligned_alloc(64, align_up(sizeof(*e), 64));

	if (!e)
		return NULL;
	memset(e, 0, sizeof(*e));
	e->d = decoder_new(model);
	if (!e->d || !make_memory(e)) {
		emu_one_free(e);
		return NULL;
	}
	map_all(e);
	if (!make_core(e, model)) {
		emu_one_free(e);
		return NULL;
	}
	return e;
}

void emu_one_free(struct emu_one *e)
{
	if (e->c && e->c->mmu) {
		cache_agent_park(e->c->agent);
		mmu_free(e->c->mmu);
	}
	free(e->c);
	if (e->cache)
		cache_free(e->cache);
	fabric_fini(&e->fabric);
	if (e->mee)
		mee_free(e->mee);
	if (e->rng)
		rng_free(e->rng);
	if (e->d)
		decoder_free(e->d);
	free(e);
}

u8 *emu_one_window(struct emu_one *e)
{
	return e->fabric.dram + SPA_WINDOW;
}

struct cpu *emu_one_cpu(struct emu_one *e)
{
	return e->c;
}

void emu_one_flush(struct emu_one *e)
{
	mmu_flush_all(e->c);
}

/* -- registers in and out -------------------------------------------------------------------------------- */

static void load(struct cpu *c, const struct regs *r)
{
	memcpy(c->reg, r->gpr, sizeof(r->gpr));
	c->reg[REG_ZERO] = 0;
	cpu_rflags_set(c, r->rflags);
	memcpy(c->fpu.ymm, r->ymm, sizeof(r->ymm));
	memcpy(c->fpu.x87, r->x87, sizeof(r->x87));
	c->fpu.x87_cs = 0;
	c->fpu.x87_ds = 0;
	c->fpu.x87_at = X87_IN_MEMORY;
	c->fpu.mxcsr = r->mxcsr;
}

static void store(struct cpu *c, struct regs *r)
{
	memcpy(r->gpr, c->reg, sizeof(r->gpr));
	r->rflags = cpu_rflags_get(c);
	r->rip = c->rip;
	memcpy(r->ymm, c->fpu.ymm, sizeof(r->ymm));
	memcpy(r->x87, c->fpu.x87, sizeof(r->x87));
	r->mxcsr = c->fpu.mxcsr;
}

/* -- running -------------------------------------------------------------------------------------------- */

static void put_code(struct emu_one *e, const u8 *code, size_t len)
{
	u8 *page = e->fabric.dram + SPA_CODE;

	memset(page, OPCODE_INT3, PAGE_SIZE);
	memcpy(page + CODE_OFFSET, code, len);
}

/* One instruction; NULL: it cannot be fetched. */
static struct block *decode(struct emu_one *e)
{
	struct cpu *c = e->c;
	struct mmu_fetch page;
	size_t used;

	cpu_context_changed(c);
	c->mode |= MODE_SINGLE;
	if (!mmu_fetch(c, HOST_CODE, &page))
		return NULL;
	return decode_block(c, e->d, &page, HOST_CODE, e->block, &used);
}

static enum cpu_stop run_block(struct cpu *c, const struct block *b)
{
	enum cpu_stop stop;

	c->block = b;
	c->reg[REG_BLOCK] = c->rip;
	stop = b->ops[0].fn(c, b->ops);
	while (stop == CPU_GO)
		stop = c->op->fn(c, c->op);
	return stop;
}

static struct regs_fault fault_of(const struct cpu *c)
{
	return (struct regs_fault){.vector = c->event.vector,
				   .error = c->event.has_error ? c->event.error : 0,
				   .cr2 = c->event.vector == X86_VECTOR_PF ? c->event.cr2 : 0};
}

bool emu_one_decodes(struct emu_one *e, const u8 *code, size_t len)
{
	struct block *b;

	put_code(e, code, len);
	b = decode(e);
	return b && b->ops[0].fn != op_undefined;
}

void emu_one_run(struct emu_one *e, const u8 *code, size_t len, const struct regs *in,
		 struct regs *out, struct regs_fault *fault)
{
	struct cpu *c = e->c;
	enum cpu_stop stop = CPU_EVENT;
	struct block *b;

	put_code(e, code, len);
	load(c, in);
	c->rip = HOST_CODE;
	c->event.kind = EVENT_NONE;
	*fault = (struct regs_fault){.vector = REGS_NO_FAULT};
	b = decode(e);
	if (b) {
		fpu_enter(c);
		stop = run_block(c, b);
		fpu_leave(c);
	}
	if (stop == CPU_EVENT) {
		if (b)
			c->rip = op_rip(c, c->op) & c->ip_mask;
		if (c->event.noncanonical && c->op->seg == SEG_SS)
			c->event.vector = X86_VECTOR_SS;
		*fault = fault_of(c);
	}
	store(c, out);
}
