/* SPDX-License-Identifier: MIT */
/* Memory, a core, tables for every mode, and VMLOAD, VMRUN, VMSAVE. */
#include "tests/support/machine.h"

#include <stdlib.h>
#include <string.h>

#include "abi/desc.h"
#include "abi/msr.h"
#include "abi/paging.h"
#include "abi/svm_exit.h"
#include "abi/x86.h"
#include "base/bug.h"
#include "base/bytes.h"

/* The host's structures, below the guest's memory. */
enum {
	HOST_VMCB = 0x1000,
	HOST_IOPM = 0x2000,
	HOST_MSRPM = 0x5000,
	HOST_HSAVE = 0x7000,
	HOST_NPT = 0x10000,
	GUEST_SPA = 2 << 20,
	GUEST_ASID = 11,
	KEY_SLOTS = 1024,
	RIGHTS = PTE_P | PTE_RW | PTE_US,
	LDT_AT = MACHINE_GDT + 0x800,
	LDT_SIZE = 0x18,
};

/* -- making ----------------------------------------------------------------------------------- */

static void host_write(struct machine *m, u64 spa, const void *src, size_t len)
{
	BUG_ON(cache_write(m->cache, NULL, REQ_HOST_CORE, VIEW_RAW, SPA(spa), src, len) !=
	       FABRIC_OK);
}

static void host_poke(struct machine *m, u64 spa, u64 v)
{
	host_write(m, spa, &v, sizeof(v));
}

static void make_memory(struct machine *m, u64 dram_size)
{
	const struct fabric_config fabric = {.dram_size = dram_size};
	const struct cache_config cache = {.coherent = true};
	const u8 seed[32] = {9};
	struct error err = {.text = ""};

	m->rng = rng_new(seed);
	BUG_ON(!m->rng);
	m->mee = mee_new(MEE_ZEN2_XEX, KEY_SLOTS, MEE_PATH_BEST, m->rng);
	BUG_ON(!m->mee);
	BUG_ON(fabric_init(&m->fabric, &fabric, &err) != 0);
	m->cache = cache_new(&m->fabric, m->mee, &cache, &err);
	BUG_ON(!m->cache);
}

static void enable(struct machine *m, u32 msr, u64 bits)
{
	u64 v;

	BUG_ON(cpu_host_rdmsr(m->cpu, msr, &v) != CPU_HOST_OK);
	BUG_ON(cpu_host_wrmsr(m->cpu, msr, v | bits) != CPU_HOST_OK);
}

static void make_core(struct machine *m, const char *model)
{
	const struct cpu_config cfg = {
		.model = &m->model, .fabric = &m->fabric, .cache = m->cache, .cores = 1};
	struct error err = {.text = ""};

	cpu_model_limit(&m->model, cpu_model_find(model));
	m->cpu = cpu_new(&cfg, &err);
	BUG_ON(!m->cpu);
	enable(m, MSR_EFER, EFER_SVME);
	enable(m, MSR_VM_HSAVE_PA, HOST_HSAVE);
}

/* 2 MiB leaves for all of DRAM behind the host's part. */
static void make_nested_tables(struct machine *m)
{
	u64 size = m->fabric.dram_size - GUEST_SPA;

	host_poke(m, HOST_NPT, (HOST_NPT + PAGE_SIZE) | RIGHTS);
	host_poke(m, HOST_NPT + PAGE_SIZE, (HOST_NPT + 2 * PAGE_SIZE) | RIGHTS);
	for (u64 gpa = 0; gpa < size; gpa += PAGE_2M_SIZE)
		host_poke(m, HOST_NPT + 2 * PAGE_SIZE + 8 * (gpa >> PAGE_2M_SHIFT),
			  (GUEST_SPA + gpa) | RIGHTS | PTE_PS);
}

struct machine *machine_new(const char *model, u64 dram_size)
{
	struct machine *m = calloc(1, sizeof(*m));

	BUG_ON(!m);
	make_memory(m, dram_size);
	make_core(m, model);
	make_nested_tables(m);
	return m;
}

void machine_free(struct machine *m)
{
	cpu_free(m->cpu);
	cache_free(m->cache);
	fabric_fini(&m->fabric);
	mee_free(m->mee);
	rng_free(m->rng);
	free(m);
}

/* -- memory ----------------------------------------------------------------------------------- */

void machine_write(struct machine *m, u64 gpa, const void *src, size_t len)
{
	host_write(m, GUEST_SPA + gpa, src, len);
}

void machine_read(struct machine *m, u64 gpa, void *dst, size_t len)
{
	BUG_ON(cache_read(m->cache, NULL, REQ_HOST_CORE, VIEW_RAW, SPA(GUEST_SPA + gpa), dst,
			  len) != FABRIC_OK);
}

u64 machine_peek(struct machine *m, u64 gpa, unsigned size)
{
	u64 v = 0;

	machine_read(m, gpa, &v, size);
	return v;
}

void machine_poke(struct machine *m, u64 gpa, u64 v, unsigned size)
{
	machine_write(m, gpa, &v, size);
}

static void clear(struct machine *m, u64 from, u64 to)
{
	static const u8 zero[PAGE_SIZE];

	for (; from < to; from += PAGE_SIZE)
		machine_write(m, from, zero, PAGE_SIZE);
}

/* -- descriptors ------------------------------------------------------------------------------ */

/* attr as in a VMCB; the limit in units of 4 KiB if it has G. */
u64 machine_descriptor(u32 base, u32 limit, u16 attr)
{
	u64 d = (u64)(base & 0xffffff) << 16 | (u64)(base >> 24) << 56;

	d |= (limit & 0xffff) | (u64)(limit >> 16 & 15) << 48;
	return d | (u64)(attr & 0xff) << 40 | (u64)(attr >> 8 & 15) << 52;
}

void machine_gdt(struct machine *m, u16 sel, u64 descriptor)
{
	machine_poke(m, MACHINE_GDT + (sel & 0xfff8u), descriptor, 8);
}

static bool is_long(const struct machine *m)
{
	return m->vmcb.save.efer & EFER_LMA;
}

static void make_gdt(struct machine *m)
{
	static const struct {
		u16 sel;
		u32 limit;
		u16 attr;
	} flat[] = {
		{SEL_CODE64, 0xfffff, 0xa9b},       {SEL_DATA, 0xfffff, 0xc93},
		{SEL_USER_CODE32, 0xfffff, 0xcfb},  {SEL_USER_DATA, 0xfffff, 0xcf3},
		{SEL_USER_CODE64, 0xfffff, 0xafb},  {SEL_CODE32, 0xfffff, 0xc9b},
		{SEL_CODE16, 0xffff, 0x09b},        {SEL_DATA16, 0xffff, 0x093},
		{SEL_CONFORMING32, 0xfffff, 0xc9f},
	};

	for (unsigned n = 0; n < ARRAY_SIZE(flat); n++)
		machine_gdt(m, flat[n].sel, machine_descriptor(0, flat[n].limit, flat[n].attr));
	machine_gdt(m, SEL_TSS, machine_descriptor(MACHINE_TSS, 0xfff, 0x8b));
	if (!is_long(m))
		machine_gdt(m, SEL_TSS2, machine_descriptor(MACHINE_TSS2, TSS32_SIZE - 1, 0x89));
	machine_gdt(m, SEL_LDT, machine_descriptor(LDT_AT, LDT_SIZE - 1, 0x82));
}

static void make_tss(struct machine *m)
{
	machine_poke(m, MACHINE_TSS + TSS32_IOMAP, TSS32_SIZE, 2);
	if (is_long(m)) {
		machine_poke(m, MACHINE_TSS + offsetof(struct tss64, rsp), MACHINE_STACK0, 8);
		machine_poke(m, MACHINE_TSS + offsetof(struct tss64, ist), MACHINE_IST1, 8);
		return;
	}
	machine_poke(m, MACHINE_TSS + TSS32_ESP0, MACHINE_STACK0, 4);
	machine_poke(m, MACHINE_TSS + TSS32_ESP0 + 4, SEL_DATA, 2);
}

void machine_gate(struct machine *m, u8 vector, u16 sel, u64 offset, u8 attr, u8 ist)
{
	u64 low = (offset & 0xffff) | (u64)sel << GATE_SELECTOR_SHIFT | (u64)ist << GATE_IST_SHIFT |
		  (u64)attr << DESC_TYPE_SHIFT | (offset >> 16 & 0xffff) << GATE_OFFSET_HIGH_SHIFT;

	if (!is_long(m)) {
		machine_poke(m, MACHINE_IDT + 8 * vector, low, 8);
		return;
	}
	machine_poke(m, MACHINE_IDT + 16 * vector, low, 8);
	machine_poke(m, MACHINE_IDT + 16 * vector + 8, offset >> 32, 8);
}

static void make_handlers(struct machine *m, u16 sel)
{
	enum { HLT = 0xf4 };

	for (unsigned v = 0; v < 256; v++) {
		machine_poke(m, MACHINE_HANDLER(v), HLT, 1);
		if (sel)
			machine_gate(m, (u8)v, sel, MACHINE_HANDLER(v), 0x8e, 0);
		else
			machine_poke(m, MACHINE_IVT + 4 * v, MACHINE_HANDLER(v), 4);
	}
}

/* -- page tables ------------------------------------------------------------------------------ */

void machine_pte(struct machine *m, u64 gva, u64 entry)
{
	machine_poke(m, MACHINE_PT + 8 * (gva >> PAGE_SHIFT), entry, 8);
}

static void make_page_tables(struct machine *m)
{
	u64 size = m->fabric.dram_size - GUEST_SPA;

	machine_poke(m, MACHINE_PML4, (MACHINE_PML4 + PAGE_SIZE) | RIGHTS, 8);
	machine_poke(m, MACHINE_PML4 + PAGE_SIZE, (MACHINE_PML4 + 2 * PAGE_SIZE) | RIGHTS, 8);
	machine_poke(m, MACHINE_PML4 + 2 * PAGE_SIZE, MACHINE_PT | RIGHTS, 8);
	for (u64 gva = PAGE_2M_SIZE; gva < size; gva += PAGE_2M_SIZE)
		machine_poke(m, MACHINE_PML4 + 2 * PAGE_SIZE + 8 * (gva >> PAGE_2M_SHIFT),
			     gva | RIGHTS | PTE_PS, 8);
	for (u64 gva = 0; gva < PAGE_2M_SIZE; gva += PAGE_SIZE)
		machine_pte(m, gva, gva | RIGHTS);
}

/* -- the VMCB --------------------------------------------------------------------------------- */

static void set_map_bit(struct machine *m, u64 map, unsigned bit, bool set)
{
	u8 byte;

	BUG_ON(cache_read(m->cache, NULL, REQ_HOST_CORE, VIEW_RAW, SPA(map + bit / 8), &byte, 1) !=
	       FABRIC_OK);
	byte = (u8)((byte & ~(1u << bit % 8)) | (unsigned)set << bit % 8);
	host_write(m, map + bit / 8, &byte, 1);
}

void machine_intercept_port(struct machine *m, u16 port)
{
	set_map_bit(m, HOST_IOPM, port, true);
}

void machine_intercept_msr(struct machine *m, u32 msr, bool read, bool write)
{
	u32 range = msr >= 0xc0010000   ? MSRPM_OFFSET_C001_0000
		    : msr >= 0xc0000000 ? MSRPM_OFFSET_C000_0000
					: MSRPM_OFFSET_0000_0000;
	u32 bit = range * 8 + (msr & (MSRPM_RANGE_MSRS - 1)) * 2;

	set_map_bit(m, HOST_MSRPM, bit, read);
	set_map_bit(m, HOST_MSRPM, bit + 1, write);
}

static void clear_maps(struct machine *m)
{
	static const u8 zero[IOPM_SIZE];

	host_write(m, HOST_IOPM, zero, IOPM_SIZE);
	host_write(m, HOST_MSRPM, zero, MSRPM_SIZE);
}

static void set_control(struct machine *m)
{
	m->vmcb.control = (struct vmcb_control){
		.intercept_vec3 = VMCB_VEC3_HLT | VMCB_VEC3_SHUTDOWN | VMCB_VEC3_INTR |
				  VMCB_VEC3_IOIO_PROT | VMCB_VEC3_MSR_PROT,
		.intercept_vec4 = VMCB_VEC4_VMRUN,
		.iopm_base_pa = HOST_IOPM,
		.msrpm_base_pa = HOST_MSRPM,
		.guest_asid = GUEST_ASID,
		.tlb_control = TLB_CONTROL_FLUSH_ALL,
		.vintr = VMCB_V_INTR_MASKING,
		.nested_ctl = VMCB_NP_ENABLE,
		.n_cr3 = HOST_NPT,
	};
	clear_maps(m);
}

static struct vmcb_seg segment(u16 sel, u16 attrib, u32 limit)
{
	return (struct vmcb_seg){.selector = sel, .attrib = attrib, .limit = limit};
}

static void set_data_segments(struct machine *m, struct vmcb_seg seg)
{
	struct vmcb_save *s = &m->vmcb.save;

	s->ds = s->es = s->ss = s->fs = s->gs = seg;
}

static void set_segments(struct machine *m, enum machine_mode mode)
{
	struct vmcb_save *s = &m->vmcb.save;

	switch (mode) {
	case MACHINE_REAL16:
		s->cs = segment(0, 0x9b, 0xffff);
		set_data_segments(m, segment(0, 0x93, 0xffff));
		break;
	case MACHINE_PROT16:
		s->cs = segment(SEL_CODE16, 0x9b, 0xffff);
		set_data_segments(m, segment(SEL_DATA16, 0x93, 0xffff));
		break;
	case MACHINE_PROT32:
		s->cs = segment(SEL_CODE32, 0xc9b, 0xffffffff);
		set_data_segments(m, segment(SEL_DATA, 0xc93, 0xffffffff));
		break;
	case MACHINE_COMPAT32:
		s->cs = segment(SEL_USER_CODE32 | 3, 0xcfb, 0xffffffff);
		set_data_segments(m, segment(SEL_USER_DATA | 3, 0xcf3, 0xffffffff));
		s->cpl = 3;
		break;
	case MACHINE_LONG64:
		s->cs = segment(SEL_CODE64, 0xa9b, 0xffffffff);
		set_data_segments(m, segment(SEL_DATA, 0xc93, 0xffffffff));
		break;
	}
}

/* Registers but segments. */
static void set_registers(struct machine *m, enum machine_mode mode)
{
	m->vmcb.save = (struct vmcb_save){
		.efer = EFER_SVME,
		.cr0 = CR0_ET | (mode == MACHINE_REAL16 ? 0 : CR0_PE | CR0_NE | CR0_WP),
		.dr6 = DR6_INIT,
		.dr7 = DR7_INIT,
		.rflags = RFLAGS_INIT,
		.rip = MACHINE_CODE_AT,
		.rsp = MACHINE_STACK,
		.g_pat = PAT_INIT,
		.gdtr = {.base = MACHINE_GDT, .limit = MACHINE_GDT_SIZE - 1},
		.idtr = {.base = MACHINE_IDT, .limit = 0xfff},
		.tr = segment(SEL_TSS, 0x8b, 0xfff),
		.ldtr = segment(0, 0, 0),
	};
	m->vmcb.save.tr.base = MACHINE_TSS;
	if (mode == MACHINE_REAL16)
		m->vmcb.save.idtr = (struct vmcb_seg){.base = MACHINE_IVT, .limit = 0x3ff};
	if (mode == MACHINE_LONG64 || mode == MACHINE_COMPAT32) {
		m->vmcb.save.efer |= EFER_LME | EFER_LMA | EFER_NXE | EFER_SCE;
		m->vmcb.save.cr0 |= CR0_PG;
		m->vmcb.save.cr3 = MACHINE_PML4;
		m->vmcb.save.cr4 = CR4_PAE | CR4_PGE;
	}
}

/* What the handlers' gates name; 0 in real mode. */
static u16 handler_selector(enum machine_mode mode)
{
	switch (mode) {
	case MACHINE_REAL16:
		return 0;
	case MACHINE_PROT16:
	case MACHINE_PROT32:
		return SEL_CODE32;
	default:
		return SEL_CODE64;
	}
}

void machine_enter(struct machine *m, enum machine_mode mode)
{
	struct cpu_extended x;

	clear(m, 0, MACHINE_PT + PAGE_SIZE);
	set_control(m);
	set_registers(m, mode);
	set_segments(m, mode);
	make_gdt(m);
	make_tss(m);
	make_page_tables(m);
	make_handlers(m, handler_selector(mode));
	for (unsigned n = 0; n < 16; n++)
		cpu_reg_set(m->cpu, n, 0);
	cpu_extended_get(m->cpu, &x);
	memset(x.dr, 0, sizeof(x.dr));
	BUG_ON(cpu_extended_set(m->cpu, &x) != CPU_HOST_OK);
}

void machine_user(struct machine *m)
{
	struct vmcb_save *s = &m->vmcb.save;

	s->cs = is_long(m) ? segment(SEL_USER_CODE64 | 3, 0xafb, 0xffffffff)
			   : segment(SEL_USER_CODE32 | 3, 0xcfb, 0xffffffff);
	set_data_segments(m, segment(SEL_USER_DATA | 3, 0xcf3, 0xffffffff));
	s->cpl = 3;
	s->rsp = MACHINE_STACK3;
}

/* -- running ---------------------------------------------------------------------------------- */

u64 machine_run(struct machine *m)
{
	host_write(m, HOST_VMCB, &m->vmcb, sizeof(m->vmcb));
	BUG_ON(cpu_vmload(m->cpu, SPA(HOST_VMCB)) != CPU_HOST_OK);
	BUG_ON(cpu_vmrun(m->cpu, SPA(HOST_VMCB)) != CPU_HOST_OK);
	BUG_ON(cpu_vmsave(m->cpu, SPA(HOST_VMCB)) != CPU_HOST_OK);
	BUG_ON(cache_read(m->cache, NULL, REQ_HOST_CORE, VIEW_RAW, SPA(HOST_VMCB), &m->vmcb,
			  sizeof(m->vmcb)) != FABRIC_OK);
	return m->vmcb.control.exitcode;
}

int machine_vector(const struct machine *m)
{
	u64 offset = m->vmcb.save.rip - MACHINE_HANDLERS;

	if (m->vmcb.control.exitcode != VMEXIT_HLT || offset % 8 || offset / 8 > 255)
		return -1;
	return (int)(offset / 8);
}

u64 machine_reg(const struct machine *m, unsigned n)
{
	return cpu_reg_get(m->cpu, n);
}

void machine_set_reg(struct machine *m, unsigned n, u64 v)
{
	cpu_reg_set(m->cpu, n, v);
}
