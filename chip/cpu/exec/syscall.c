/* SPDX-License-Identifier: MIT */
/*
 * SYSCALL SYSRET SYSENTER SYSEXIT SWAPGS, and the FS and GS bases.
 *
 * Segments come from constants, not from descriptors; SYSRET leaves the hidden part of SS alone, as
 * AMD's processors do.	[APM2 6.1, APM3 SYSCALL, SYSRET, SYSENTER, SYSEXIT, SWAPGS]
 */
#include "chip/cpu/exec/syscall.h"

#include "abi/msr.h"
#include "abi/x86.h"
#include "chip/cpu/exec/desc.h"
#include "chip/cpu/exec/flags_sys.h"
#include "chip/cpu/exec/reg.h"

/* Attributes of the flat segments. */
enum {
	CODE64 = 0xa9b, /* G, L, P, S, execute-read accessed */
	CODE32 = 0xc9b, /* G, D */
	STACK = 0xc93,  /* G, B, read-write accessed */
	DPL3 = 3 << SEG_ATTRIB_DPL_SHIFT,
};

static bool undefined(struct cpu *c)
{
	fault_raise(c, X86_VECTOR_UD);
	return false;
}

static bool refuse(struct cpu *c)
{
	fault_raise_error(c, X86_VECTOR_GP, 0);
	return false;
}

static void load_flat(struct cpu *c, unsigned seg, u16 sel, u16 attr)
{
	c->seg[seg] = (struct segment){.sel = sel, .attr = attr, .limit = 0xffffffff};
}

static void enter_kernel(struct cpu *c, u16 cs, u16 code_attr)
{
	load_flat(c, SEG_CS, cs, code_attr);
	load_flat(c, SEG_SS, (u16)(cs + 8), STACK);
	c->cpl = 0;
}

/* -- SYSCALL, SYSRET ---------------------------------------------------------------------------------- */

static void syscall_long(struct cpu *c, u64 ret)
{
	c->reg[REG_RCX] = ret;
	c->reg[REG_R11] = cpu_rflags_get(c) & ~RFLAGS_RF;
	c->rip = (c->mode & MODE_WIDTH) == MODE_64 ? c->lstar : c->cstar;
	enter_kernel(c, (u16)(c->star >> STAR_SYSCALL_CS_SHIFT) & 0xfffc, CODE64);
	flags_replace(c, 0, c->sfmask | RFLAGS_RF);
}

static void syscall_legacy(struct cpu *c, u64 ret)
{
	reg_set32(c, REG_RCX, (u32)ret);
	c->rip = (u32)c->star;
	enter_kernel(c, (u16)(c->star >> STAR_SYSCALL_CS_SHIFT) & 0xfffc, CODE32);
	flags_replace(c, 0, RFLAGS_IF | RFLAGS_VM | RFLAGS_RF);
}

/* A single step does not survive the call when the mask takes TF away. */
static bool do_syscall(struct cpu *c, const struct op *op)
{
	u64 ret = op_next_rip(c, op) & c->ip_mask;

	if (!(c->efer & EFER_SCE))
		return undefined(c);
	if (cpu_long_mode(c))
		syscall_long(c, ret);
	else
		syscall_legacy(c, ret);
	if (!(c->rflags & RFLAGS_TF))
		c->debug_trap &= (u16)~DR6_BS;
	cpu_context_changed(c);
	return true;
}

OP(op_syscall)
{
	if (!do_syscall(c, op))
		OP_EVENT();
	return CPU_NEXT;
}

/* A RCX that is not canonical faults at CPL 3, when the fetch finds it. */
static bool do_sysret(struct cpu *c, const struct op *op)
{
	u16 cs = (u16)(c->star >> STAR_SYSRET_CS_SHIFT);
	bool to64 = op->size == 8;

	if (!(c->efer & EFER_SCE))
		return undefined(c);
	if (c->cpl != 0)
		return refuse(c);
	if (to64)
		load_flat(c, SEG_CS, (u16)(cs + 16) | 3, CODE64 | DPL3);
	else
		load_flat(c, SEG_CS, cs | 3, CODE32 | DPL3);
	c->seg[SEG_SS].sel = (u16)(cs + 8) | 3;
	c->rip = to64 ? c->reg[REG_RCX] : (u32)c->reg[REG_RCX];
	if ((c->mode & MODE_WIDTH) == MODE_64)
		flags_replace(c, c->reg[REG_R11], RFLAGS_DEFINED & ~RFLAGS_VM);
	else
		flags_replace(c, RFLAGS_IF, RFLAGS_IF);
	c->rflags &= ~RFLAGS_RF;
	c->cpl = 3;
	cpu_context_changed(c);
	return true;
}

OP(op_sysret)
{
	if (!do_sysret(c, op))
		OP_EVENT();
	return CPU_NEXT;
}

/* -- SYSENTER, SYSEXIT: legacy mode only on this make ------------------------------------------------- */

static bool sysenter_usable(struct cpu *c)
{
	if (cpu_long_mode(c))
		return undefined(c);
	if (!cpu_protected(c) || selector_null((u16)c->sysenter_cs))
		return refuse(c);
	return true;
}

static bool do_sysenter(struct cpu *c)
{
	if (!sysenter_usable(c))
		return false;
	flags_replace(c, 0, RFLAGS_IF | RFLAGS_VM | RFLAGS_RF);
	enter_kernel(c, (u16)c->sysenter_cs & 0xfffc, CODE32);
	c->reg[REG_RSP] = (u32)c->sysenter_esp;
	c->rip = (u32)c->sysenter_eip;
	cpu_context_changed(c);
	return true;
}

OP(op_sysenter)
{
	if (!do_sysenter(c))
		OP_EVENT();
	return CPU_NEXT;
}

static bool do_sysexit(struct cpu *c)
{
	u16 cs = (u16)c->sysenter_cs & 0xfffc;

	if (!sysenter_usable(c))
		return false;
	if (c->cpl != 0)
		return refuse(c);
	load_flat(c, SEG_CS, (u16)(cs + 16) | 3, CODE32 | DPL3);
	load_flat(c, SEG_SS, (u16)(cs + 24) | 3, STACK | DPL3);
	c->cpl = 3;
	c->reg[REG_RSP] = (u32)c->reg[REG_RCX];
	c->rip = (u32)c->reg[REG_RDX];
	cpu_context_changed(c);
	return true;
}

OP(op_sysexit)
{
	if (!do_sysexit(c))
		OP_EVENT();
	return CPU_NEXT;
}

/* -- FS and GS bases ---------------------------------------------------------------------------------- */

OP(op_swapgs)
{
	u64 base = c->seg[SEG_GS].base;

	c->seg[SEG_GS].base = c->kernel_gs_base;
	c->kernel_gs_base = base;
	OP_NEXT();
}

static bool bases_enabled(struct cpu *c)
{
	return c->cr4 & CR4_FSGSBASE || undefined(c);
}

static bool read_base(struct cpu *c, const struct op *op, unsigned seg)
{
	if (!bases_enabled(c))
		return false;
	reg_set(c, op->a, op->size, c->seg[seg].base);
	return true;
}

static bool write_base(struct cpu *c, const struct op *op, unsigned seg)
{
	u64 base = reg_get(c, op->a, op->size);

	if (!bases_enabled(c))
		return false;
	if ((u64)((s64)(base << c->va_shift) >> c->va_shift) != base)
		return refuse(c);
	c->seg[seg].base = base;
	return true;
}

OP(op_rdfsbase)
{
	if (!read_base(c, op, SEG_FS))
		OP_EVENT();
	OP_NEXT();
}

OP(op_rdgsbase)
{
	if (!read_base(c, op, SEG_GS))
		OP_EVENT();
	OP_NEXT();
}

OP(op_wrfsbase)
{
	if (!write_base(c, op, SEG_FS))
		OP_EVENT();
	OP_NEXT();
}

OP(op_wrgsbase)
{
	if (!write_base(c, op, SEG_GS))
		OP_EVENT();
	OP_NEXT();
}
