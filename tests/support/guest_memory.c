/* SPDX-License-Identifier: MIT */
/* The guest's memory and the CPUs' first state: all that is there before the first VMRUN. */
#include "tests/support/guest_internal.h"

#include <string.h>

#include "abi/paging.h"
#include "abi/x86.h"

#include "base/bug.h"

/* Guest memory below 1 MiB; the payloads' real-mode code is behind. */
enum {
	INFO_AT = 0x1000,
	OPTIONS_AT = 0x1100,
	OPTIONS_SIZE = 0x400,
	GUEST_TABLES_AT = 0x2000, /* three pages: the first GiB, identity mapped */
};

enum { MULTIBOOT_LOADED = 0x2badb002, MULTIBOOT_HAS_MEMORY = 1, MULTIBOOT_HAS_OPTIONS = 4 };

/* -- memory ----------------------------------------------------------------------------------- */

void guest_write_host(struct guest *g, u64 spa, const void *src, size_t len)
{
	BUG_ON(cache_write(g->cache, NULL, REQ_HOST_CORE, VIEW_RAW, SPA(spa), src, len) !=
	       FABRIC_OK);
}

static void write_guest(struct guest *g, u64 gpa, const void *src, size_t len)
{
	view_t view = g->cfg.encrypted ? VIEW_KEY(GUEST_ASID) : VIEW_RAW;

	BUG_ON(cache_write(g->cache, NULL, REQ_SP, view, SPA(GUEST_BASE + gpa), src, len) !=
	       FABRIC_OK);
}

static void clear_guest(struct guest *g, u64 gpa, u64 len)
{
	static const u8 zeros[PAGE_SIZE];

	for (u64 done = 0; done < len; done += PAGE_SIZE)
		write_guest(g, gpa + done, zeros, len - done < PAGE_SIZE ? len - done : PAGE_SIZE);
}

static void write_entry(struct guest *g, u64 table, u64 index, u64 entry)
{
	guest_write_host(g, table + index * sizeof(entry), &entry, sizeof(entry));
}

/* One PML4 and PDPT for all; a PD for each GiB, and with small pages a PT for each 2 MiB. */
static void build_nested_tables(struct guest *g)
{
	const u64 flags = PTE_P | PTE_RW | PTE_US;
	u64 directory = NPT_AT + 2 * PAGE_SIZE;
	u64 tables = directory + PAGE_SIZE;

	write_entry(g, NPT_AT, 0, (NPT_AT + PAGE_SIZE) | flags);
	write_entry(g, NPT_AT + PAGE_SIZE, 0, directory | flags);
	for (u64 i = 0; i < g->cfg.memory >> PAGE_2M_SHIFT; i++) {
		u64 base = GUEST_BASE + (i << PAGE_2M_SHIFT);

		if (!g->cfg.small_pages) {
			write_entry(g, directory, i, base | flags | PTE_PS);
			continue;
		}
		write_entry(g, directory, i, (tables + i * PAGE_SIZE) | flags);
		for (u64 n = 0; n < PT_ENTRIES; n++)
			write_entry(g, tables + i * PAGE_SIZE, n, (base + n * PAGE_SIZE) | flags);
	}
}

/* What a guest that is entered in 64-bit mode runs on at first. */
static void build_guest_tables(struct guest *g)
{
	u64 table[PT_ENTRIES] = {(GUEST_TABLES_AT + PAGE_SIZE) | g->c_bit | PTE_P | PTE_RW};

	write_guest(g, GUEST_TABLES_AT, table, sizeof(table));
	table[0] = (GUEST_TABLES_AT + 2 * PAGE_SIZE) | g->c_bit | PTE_P | PTE_RW;
	write_guest(g, GUEST_TABLES_AT + PAGE_SIZE, table, sizeof(table));
	for (u64 i = 0; i < PT_ENTRIES; i++)
		table[i] = i << PAGE_2M_SHIFT | g->c_bit | PTE_P | PTE_RW | PTE_PS;
	write_guest(g, GUEST_TABLES_AT + 2 * PAGE_SIZE, table, sizeof(table));
}

void guest_load(struct guest *g)
{
	u32 info[5] = {[0] = MULTIBOOT_HAS_MEMORY | MULTIBOOT_HAS_OPTIONS,
		       [1] = 640,
		       [2] = (u32)((g->cfg.memory - MIB(1)) >> 10),
		       [4] = OPTIONS_AT};
	const char *options = g->cfg.options ? g->cfg.options : "";

	for (unsigned i = 0; i < g->image.parts; i++) {
		const struct guest_image_part *p = &g->image.part[i];

		write_guest(g, p->gpa, p->bytes, p->len);
		clear_guest(g, p->gpa + p->len, p->zeros);
	}
	write_guest(g, INFO_AT, info, sizeof(info));
	BUG_ON(strlen(options) >= OPTIONS_SIZE);
	write_guest(g, OPTIONS_AT, options, strlen(options) + 1);
	build_guest_tables(g);
	build_nested_tables(g);
}

/* -- the guest's first state ------------------------------------------------------------------ */

static struct vmcb_seg segment(u16 selector, u16 attrib)
{
	return (struct vmcb_seg){.selector = selector, .attrib = attrib, .limit = 0xffffffff};
}

static void set_common_state(struct vmcb_save *s, u16 code_attrib)
{
	enum { DATA = 0xc93, LDT = 0x82, TSS = 0x8b };

	s->cs = segment(8, code_attrib);
	s->ds = s->es = s->ss = s->fs = s->gs = segment(16, DATA);
	s->ldtr = segment(0, LDT);
	s->tr = segment(0, TSS);
	s->rflags = RFLAGS_INIT;
	s->dr6 = DR6_INIT;
	s->dr7 = DR7_INIT;
	s->g_pat = PAT_INIT;
	s->efer = EFER_SVME;
}

/* Multiboot: 32-bit protected mode, no paging. */
static void enter_32bit(struct vcpu *v, u64 entry)
{
	enum { CODE32 = 0xc9b };

	set_common_state(&v->start, CODE32);
	v->start.cr0 = CR0_ET | CR0_PE;
	v->start.rip = entry;
	v->start.rax = MULTIBOOT_LOADED;
	cpu_reg_set(v->core, REG_RBX, INFO_AT);
}

static void enter_64bit(struct vcpu *v, unsigned number)
{
	enum { CODE64 = 0xa9b };

	set_common_state(&v->start, CODE64);
	v->start.cr0 = CR0_ET | CR0_PE | CR0_PG;
	v->start.cr3 = GUEST_TABLES_AT;
	v->start.cr4 = CR4_PAE;
	v->start.efer |= EFER_LME | EFER_LMA;
	v->start.rip = GUEST_IMAGE_BASE;
	cpu_reg_set(v->core, REG_RDI, number);
	cpu_reg_set(v->core, REG_RSI, INFO_AT);
}

static void write_vmcb(struct vcpu *v)
{
	struct vmcb vmcb = {.save = v->start};

	vmcb.control = (struct vmcb_control){
		.intercept_vec3 = VMCB_VEC3_INTR | VMCB_VEC3_NMI | VMCB_VEC3_IOIO_PROT |
				  VMCB_VEC3_MSR_PROT | VMCB_VEC3_SHUTDOWN,
		.intercept_vec4 = VMCB_VEC4_VMRUN | VMCB_VEC4_VMMCALL,
		.iopm_base_pa = IOPM_AT,
		.msrpm_base_pa = MSRPM_AT,
		.guest_asid = GUEST_ASID,
		.vintr = VMCB_V_INTR_MASKING,
		.nested_ctl = VMCB_NP_ENABLE | (v->guest->cfg.encrypted ? VMCB_SEV_ENABLE : 0),
		.n_cr3 = NPT_AT,
	};
	guest_write_host(v->guest, v->vmcb.v, &vmcb, sizeof(vmcb));
}

void guest_set_start(struct vcpu *v, unsigned number)
{
	if (number == 0 && v->guest->image.multiboot)
		enter_32bit(v, v->guest->image.entry);
	else
		enter_64bit(v, number);
	write_vmcb(v);
}
