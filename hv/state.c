/* SPDX-License-Identifier: MIT */
/*
 * How a vCPU starts: at a kernel's entry, or where INIT and SIPI put it.
 *	[APM2 14.1 Processor Initialization, 14.1.3]
 */
#include "hv/vcpu.h"

#include "abi/bootparam.h"
#include "abi/paging.h"
#include "abi/x86.h"
#include "hv/boot/boot.h"
#include "hv/vm.h"

enum { RBX = 3, RDX = 2, RSI = 6, RDI = 7 };

static struct vmcb_seg segment(u16 selector, u16 attrib, u32 limit)
{
	return (struct vmcb_seg){.selector = selector, .attrib = attrib, .limit = limit};
}

/* Attributes as in a descriptor's bits 55:52 and 47:40. */
enum {
	CODE_64 = 0xa9b,
	CODE_32 = 0xc9b,
	CODE_16 = 0x09b,
	DATA_32 = 0xc93,
	DATA_16 = 0x093,
	LDT = 0x082,
	TSS_BUSY = 0x08b,
};

static void set_data_segments(struct vmcb_save *s, struct vmcb_seg seg)
{
	s->ds = s->es = s->ss = s->fs = s->gs = seg;
}

static void set_registers(struct vcpu *v, u64 rax, u64 rsp)
{
	for (unsigned n = 0; n < 16; n++)
		platform_reg_set(v->vm->chip, v->index, n, 0);
	v->vmcb.save.rax = rax;
	v->vmcb.save.rsp = rsp;
}

/* What both ways have in common. */
static struct vmcb_save common_state(void)
{
	return (struct vmcb_save){
		.efer = EFER_SVME,
		.dr6 = DR6_INIT,
		.dr7 = DR7_INIT,
		.rflags = RFLAGS_INIT,
		.g_pat = PAT_INIT,
		.idtr = {.limit = 0xffff},
		.gdtr = {.limit = 0xffff},
		.ldtr = segment(0, LDT, 0xffff),
		.tr = segment(0, TSS_BUSY, 0xffff),
	};
}

static void set_long64(struct vmcb_save *s, const struct boot_entry *e)
{
	s->cs = segment(BOOT_CS, CODE_64, 0xffffffff);
	set_data_segments(s, segment(BOOT_DS, DATA_32, 0xffffffff));
	s->cr0 = CR0_PE | CR0_ET | CR0_NE | CR0_WP | CR0_PG;
	s->cr3 = e->cr3;
	s->cr4 = CR4_PAE;
	s->efer |= EFER_LME | EFER_LMA;
}

static void set_prot32(struct vmcb_save *s)
{
	s->cs = segment(BOOT_CS, CODE_32, 0xffffffff);
	set_data_segments(s, segment(BOOT_DS, DATA_32, 0xffffffff));
	s->cr0 = CR0_PE | CR0_ET | CR0_NE;
}

void vcpu_set_entry(struct vcpu *v, const struct boot_entry *e)
{
	struct vmcb_save *s = &v->vmcb.save;

	*s = common_state();
	if (e->mode == BOOT_MODE_LONG64)
		set_long64(s, e);
	else
		set_prot32(s);
	s->gdtr = (struct vmcb_seg){.base = e->gdt, .limit = e->gdt_last};
	s->rip = e->rip;
	set_registers(v, e->rax, e->rsp);
	platform_reg_set(v->vm->chip, v->index, RBX, e->rbx);
	platform_reg_set(v->vm->chip, v->index, RSI, e->rsi);
	platform_reg_set(v->vm->chip, v->index, RDI, e->rdi);
	v->state = VCPU_RUNNING;
}

void vcpu_set_wait(struct vcpu *v)
{
	v->state = VCPU_WAIT_SIPI;
}

/* INIT leaves FPU and vector registers, MTRRs and most MSRs alone. */
void vcpu_set_sipi(struct vcpu *v, u8 vector)
{
	struct vmcb_save *s = &v->vmcb.save;
	u64 pat = s->g_pat ? s->g_pat : PAT_INIT;

	*s = common_state();
	s->g_pat = pat;
	s->cr0 = CR0_INIT;
	s->cs = segment((u16)(vector << 8), CODE_16, 0xffff);
	s->cs.base = (u64)vector << 12;
	set_data_segments(s, segment(0, DATA_16, 0xffff));
	set_registers(v, 0, 0);
	platform_reg_set(v->vm->chip, v->index, RDX,
			 platform_cpuid(v->vm->chip, v->index, 1, 0).eax);
	v->vmcb.control.interrupt_shadow = 0;
	v->vmcb.control.eventinj = 0;
	v->vmcb.control.exitintinfo = 0;
	v->vmcb.control.tlb_control = TLB_CONTROL_FLUSH_ASID;
	v->state = VCPU_RUNNING;
}
