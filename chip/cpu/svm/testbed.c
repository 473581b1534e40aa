/* SPDX-License-Identifier: MIT */
/* Memory, a core, and ready-made guests. */
#include "chip/cpu/svm/testbed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/msr.h"
#include "abi/paging.h"
#include "abi/x86.h"
#include "base/bug.h"
#include "base/bytes.h"

enum { KEY_SLOTS = 1024, RIGHTS = PTE_P | PTE_RW | PTE_US };

/* -- making --------------------------------------------------------------------------------------- */

static void make_memory(struct bed *b)
{
	const struct fabric_config fabric = {.dram_size = BED_DRAM};
	const struct cache_config cache = {.coherent = true};
	const u8 seed[32] = {7};
	struct error err = {.text = ""};

	b->rng = rng_new(seed);
	BUG_ON(!b->rng);
	b->mee = mee_new(MEE_ZEN2_XEX, KEY_SLOTS, MEE_PATH_BEST, b->rng);
	BUG_ON(!b->mee);
	BUG_ON(fabric_init(&b->fabric, &fabric, &err) != 0);
	b->cache = cache_new(&b->fabric, b->mee, &cache, &err);
	BUG_ON(!b->cache);
}

static void enable(struct bed *b, u32 msr, u64 bits)
{
	u64 v;

	BUG_ON(cpu_host_rdmsr(b->cpu, msr, &v) != CPU_HOST_OK);
	BUG_ON(cpu_host_wrmsr(b->cpu, msr, v | bits) != CPU_HOST_OK);
}

static void make_core(struct bed *b, const char *model)
{
	struct cpu_config cfg = {
		.model = &b->model, .fabric = &b->fabric, .cache = b->cache, .cores = 1};
	struct error err = {.text = ""};

	cpu_model_limit(&b->model, cpu_model_find(model));
	b->cpu = cpu_new(&cfg, &err);
	BUG_ON(!b->cpu);
	enable(b, MSR_EFER, EFER_SVME);
	enable(b, MSR_VM_HSAVE_PA, BED_HSAVE);
	enable(b, MSR_SYSCFG, SYSCFG_MEM_ENCRYPTION_MOD_EN);
	enable(b, MSR_HWCR, HWCR_SMM_LOCK);
}

static void put_entry(struct bed *b, u64 spa, u64 entry)
{
	bed_host_write(b, spa, &entry, sizeof(entry));
}

/* One table a level, 2 MiB leaves. */
static void make_nested_tables(struct bed *b)
{
	put_entry(b, BED_NPT, (BED_NPT + PAGE_SIZE) | RIGHTS);
	put_entry(b, BED_NPT + PAGE_SIZE, (BED_NPT + 2 * PAGE_SIZE) | RIGHTS);
	for (u64 gpa = 0; gpa < BED_GUEST_SIZE; gpa += PAGE_2M_SIZE)
		put_entry(b, BED_NPT + 2 * PAGE_SIZE + 8 * (gpa >> PAGE_2M_SHIFT),
			  (BED_GUEST_SPA + gpa) | RIGHTS | PTE_PS);
}

struct bed *bed_new(const char *model)
{
	struct bed *b = calloc(1, sizeof(*b));

	BUG_ON(!b);
	b->view = VIEW_RAW;
	make_memory(b);
	make_core(b, model);
	make_nested_tables(b);
	return b;
}

void bed_free(struct bed *b)
{
	cpu_free(b->cpu);
	cache_free(b->cache);
	fabric_fini(&b->fabric);
	mee_free(b->mee);
	rng_free(b->rng);
	free(b);
}

/* -- memory --------------------------------------------------------------------------------------- */

void bed_host_write(struct bed *b, u64 spa, const void *src, size_t len)
{
	BUG_ON(cache_write(b->cache, NULL, REQ_HOST_CORE, VIEW_RAW, SPA(spa), src, len) !=
	       FABRIC_OK);
}

void bed_host_read(struct bed *b, u64 spa, void *dst, size_t len)
{
	BUG_ON(cache_read(b->cache, NULL, REQ_HOST_CORE, VIEW_RAW, SPA(spa), dst, len) !=
	       FABRIC_OK);
}

void bed_map_bit(struct bed *b, u64 map, unsigned bit, bool set)
{
	u8 byte;

	bed_host_read(b, map + bit / 8, &byte, 1);
	byte = (u8)((byte & ~(1u << bit % 8)) | (unsigned)set << bit % 8);
	bed_host_write(b, map + bit / 8, &byte, 1);
}

void bed_write(struct bed *b, u64 gpa, const void *src, size_t len)
{
	BUG_ON(cache_write(b->cache, NULL, REQ_HOST_CORE, b->view, SPA(BED_GUEST_SPA + gpa), src,
			   len) != FABRIC_OK);
}

void bed_read(struct bed *b, u64 gpa, void *dst, size_t len)
{
	BUG_ON(cache_read(b->cache, NULL, REQ_HOST_CORE, b->view, SPA(BED_GUEST_SPA + gpa), dst,
			  len) != FABRIC_OK);
}

/* -- guests --------------------------------------------------------------------------------------- */

static struct vmcb_seg segment(u16 sel, u16 attrib, u32 limit)
{
	return (struct vmcb_seg){.selector = sel, .attrib = attrib, .limit = limit};
}

static void set_control(struct vmcb_control *ctl)
{
	*ctl = (struct vmcb_control){
		.intercept_vec3 = VMCB_VEC3_HLT | VMCB_VEC3_SHUTDOWN | VMCB_VEC3_INTR |
				  VMCB_VEC3_IOIO_PROT | VMCB_VEC3_MSR_PROT,
		.intercept_vec4 = VMCB_VEC4_VMRUN,
		.iopm_base_pa = BED_IOPM,
		.msrpm_base_pa = BED_MSRPM,
		.guest_asid = BED_ASID,
		.tlb_control = TLB_CONTROL_FLUSH_ALL,
		.vintr = VMCB_V_INTR_MASKING,
		.nested_ctl = VMCB_NP_ENABLE,
		.n_cr3 = BED_NPT,
	};
}

static void set_common(struct vmcb_save *s)
{
	*s = (struct vmcb_save){
		.efer = EFER_SVME,
		.cr0 = CR0_ET,
		.dr6 = DR6_INIT,
		.dr7 = DR7_INIT,
		.rflags = RFLAGS_INIT,
		.rip = BED_CODE,
		.rsp = BED_STACK,
		.g_pat = PAT_INIT,
	};
}

void bed_real_mode(struct bed *b)
{
	struct vmcb_save *s = &b->vmcb.save;

	set_control(&b->vmcb.control);
	set_common(s);
	s->cs = segment(0, 0x9b, 0xffff);
	s->ds = s->es = s->ss = s->fs = s->gs = segment(0, 0x93, 0xffff);
	s->gdtr.limit = s->idtr.limit = 0xffff;
	s->tr.attrib = 0x8b;
	s->ldtr.attrib = 0x82;
}

static void guest_entry(struct bed *b, u64 gpa, u64 entry)
{
	if (b->view != VIEW_RAW)
		entry |= BIT64(b->model.c_bit);
	bed_write(b, gpa, &entry, sizeof(entry));
}

static void make_guest_tables(struct bed *b)
{
	static const u64 gdt[] = {0, 0x00209b0000000000, 0x00cf93000000ffff};

	guest_entry(b, BED_TABLES, (BED_TABLES + PAGE_SIZE) | RIGHTS);
	guest_entry(b, BED_TABLES + PAGE_SIZE, (BED_TABLES + 2 * PAGE_SIZE) | RIGHTS);
	for (u64 gpa = 0; gpa < BED_GUEST_SIZE; gpa += PAGE_2M_SIZE)
		guest_entry(b, BED_TABLES + 2 * PAGE_SIZE + 8 * (gpa >> PAGE_2M_SHIFT),
			    gpa | RIGHTS | PTE_PS);
	bed_write(b, BED_GDT, gdt, sizeof(gdt));
}

void bed_long_mode(struct bed *b)
{
	struct vmcb_save *s = &b->vmcb.save;

	make_guest_tables(b);
	set_control(&b->vmcb.control);
	set_common(s);
	s->cs = segment(BED_CODE64_SEL, 0x29b, 0);
	s->ds = s->es = s->ss = s->fs = s->gs = segment(BED_DATA_SEL, 0xc93, 0xffffffff);
	s->gdtr = (struct vmcb_seg){.base = BED_GDT, .limit = 23};
	s->idtr = (struct vmcb_seg){.base = BED_IDT, .limit = 0xfff};
	s->tr = segment(0x18, 0x8b, 0x67);
	s->efer = EFER_SVME | EFER_LME | EFER_LMA | EFER_NXE;
	s->cr0 = CR0_PE | CR0_PG | CR0_WP | CR0_NE | CR0_ET;
	s->cr3 = BED_TABLES;
	s->cr4 = CR4_PAE | CR4_PGE;
}

void bed_enable_sev(struct bed *b)
{
	b->view = VIEW_KEY(BED_ASID);
	b->vmcb.control.nested_ctl |= VMCB_SEV_ENABLE;
	make_guest_tables(b);
}

void bed_gate64(struct bed *b, u8 vector, u64 handler)
{
	u64 gate[2] = {(handler & 0xffff) | BED_CODE64_SEL << 16 | 0x8e00ull << 32 |
			       (handler >> 16 & 0xffff) << 48,
		       handler >> 32};

	bed_write(b, BED_IDT + 16 * vector, gate, sizeof(gate));
}

void bed_gate_real(struct bed *b, u8 vector, u16 handler)
{
	u16 far[2] = {handler, 0};

	bed_write(b, 4 * vector, far, sizeof(far));
}

/* -- running -------------------------------------------------------------------------------------- */

u64 bed_run(struct bed *b)
{
	bed_host_write(b, BED_VMCB, &b->vmcb, sizeof(b->vmcb));
	BUG_ON(cpu_vmrun(b->cpu, SPA(BED_VMCB)) != CPU_HOST_OK);
	bed_host_read(b, BED_VMCB, &b->vmcb, sizeof(b->vmcb));
	return b->vmcb.control.exitcode;
}
