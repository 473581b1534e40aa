/* SPDX-License-Identifier: MIT */
/*
 * INVLPG INVPCID, WBINVD INVD CLFLUSH CLWB CLZERO, MONITOR MWAIT.
 *
 * A flush of a line writes its whole page back: that is the unit in which this chip's cache keeps
 * plaintext.  INVD loses nothing here: it acts as WBINVD, which a real cache may have done by itself
 * an instant before.
 */
#include "chip/cpu/exec/cache_ops.h"

#include "abi/x86.h"
#include "chip/cpu/exec/intercept.h"
#include "chip/cpu/exec/mem_op.h"
#include "chip/cpu/exec/reg.h"
#include "chip/cpu/mmu/mmu.h"
#include "chip/cpu/svm/svm.h"

static bool refuse(struct cpu *c)
{
	fault_raise_error(c, X86_VECTOR_GP, 0);
	return false;
}

static bool is_canonical(const struct cpu *c, u64 la)
{
	return (u64)((s64)(la << c->va_shift) >> c->va_shift) == la;
}

/* -- TLB ---------------------------------------------------------------------------------------------- */

/* No segment check: an address that is out of every limit is flushed as well. */
static u64 address_unchecked(const struct cpu *c, const struct op *op)
{
	u64 offset = op_ea_fast(c, op);

	if (op->addr_size < 8)
		offset = op->addr_size == 4 ? (u32)offset : (u16)offset;
	if ((c->mode & MODE_WIDTH) == MODE_64)
		return offset + (op->seg >= SEG_FS ? c->seg[op->seg].base : 0);
	return (u32)(c->seg[op->seg].base + offset);
}

/* An address that is not canonical makes this a no-operation.	[APM3 INVLPG] */
static OP(invlpg)
{
	u64 la = address_unchecked(c, op);

	if (intercepted(c, op, VMEXIT_INVLPG, la))
		OP_EVENT();
	if (is_canonical(c, la))
		mmu_flush_page(c, la);
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

bool lower_invlpg(struct lowering *l, const struct insn *row)
{
	if (!lower_is_mem(l, 0))
		return false;
	lower_address(l, lower_emit(l, invlpg), 0);
	l->ends = true;
	return true;
}

/* Descriptor: PCID in bits 11:0, the rest of the first half zero, then a linear address. */
static bool invpcid_is_legal(const struct cpu *c, u64 type, u64 pcid, u64 la)
{
	enum { ADDRESS, CONTEXT, ALL_GLOBAL, ALL };

	if (type > ALL || pcid & ~CR3_PCID_MASK)
		return false;
	if (type <= CONTEXT && pcid && !(c->cr4 & CR4_PCIDE))
		return false;
	return type != ADDRESS || is_canonical(c, la);
}

/* a: type. */
static bool do_invpcid(struct cpu *c, const struct op *op)
{
	u64 type = (c->mode & MODE_WIDTH) == MODE_64 ? c->reg[op->a] : reg_get32(c, op->a);
	u64 pcid, la;

	if (!mem_load_slow(c, op_ea_fast(c, op), 16))
		return false;
	pcid = c->mem.q[0];
	la = c->mem.q[1];
	if (!invpcid_is_legal(c, type, pcid, la))
		return refuse(c);
	mmu_invpcid(c, (unsigned)type, (u16)pcid, la);
	return true;
}

static OP(invpcid)
{
	if (!do_invpcid(c, op))
		OP_EVENT();
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

bool lower_invpcid(struct lowering *l, const struct insn *row)
{
	lower_emit_intercept(l, row);
	lower_emit_mem(l, invpcid, 1, LOWER_READ)->a = lower_reg(l->zo[0].reg.value);
	l->ends = true;
	return true;
}

/* -- caches ------------------------------------------------------------------------------------------- */

OP(op_wbinvd)
{
	cache_flush_all(c->cache, c->agent);
	OP_NEXT();
}

/* Checked as a load of one byte. */
static bool do_clflush(struct cpu *c, u64 la)
{
	spa_t spa;
	view_t view;

	if (!mem_load_slow(c, la, 1))
		return false;
	if (mmu_peek(c, la, &spa, &view))
		cache_flush_page(c->cache, c->agent, SPA(spa.v & ~PAGE_MASK), view);
	return true;
}

OP(op_clflush)
{
	if (!do_clflush(c, op_ea_fast(c, op)))
		OP_EVENT();
	OP_NEXT();
}

/* Line at rAX, by address size, in DS or an override. */
static bool line_at_rax(struct cpu *c, const struct op *op, unsigned size, bool write, u64 *la)
{
	u64 offset = c->reg[REG_RAX];

	if (op->addr_size < 8)
		offset = op->addr_size == 4 ? (u32)offset : (u16)offset;
	return seg_linear(c, op->seg, offset & ~(u64)(size - 1), size, write, la);
}

static bool do_clzero(struct cpu *c, const struct op *op)
{
	enum { LINE = 64 };
	u64 la;

	if (!line_at_rax(c, op, LINE, true, &la))
		return false;
	for (unsigned n = 0; n < ARRAY_SIZE(c->mem.q); n++)
		c->mem.q[n] = 0;
	return mem_store_slow(c, la, LINE);
}

static OP(clzero)
{
	if (!do_clzero(c, op))
		OP_EVENT();
	OP_NEXT();
}

static u8 override_segment(const struct lowering *l)
{
	static const struct {
		u64 attribute;
		u8 seg;
	} overrides[] = {
		{ZYDIS_ATTRIB_HAS_SEGMENT_CS, SEG_CS}, {ZYDIS_ATTRIB_HAS_SEGMENT_SS, SEG_SS},
		{ZYDIS_ATTRIB_HAS_SEGMENT_ES, SEG_ES}, {ZYDIS_ATTRIB_HAS_SEGMENT_FS, SEG_FS},
		{ZYDIS_ATTRIB_HAS_SEGMENT_GS, SEG_GS},
	};

	for (unsigned n = 0; n < ARRAY_SIZE(overrides); n++)
		if (l->zi->attributes & overrides[n].attribute)
			return overrides[n].seg;
	return SEG_DS;
}

bool lower_clzero(struct lowering *l, const struct insn *row)
{
	lower_emit(l, clzero)->seg = override_segment(l);
	return true;
}

/* -- MONITOR, MWAIT ----------------------------------------------------------------------------------- */

/* MONITOR and MWAIT are the kernel's; their X forms are everyone's. */
static bool monitor_allowed(struct cpu *c, const struct op *op)
{
	if (!op->misc && c->cpl != 0) {
		fault_raise(c, X86_VECTOR_UD);
		return false;
	}
	return true;
}

/* The address is checked as a load; hints in ECX are all reserved. */
static bool do_monitor(struct cpu *c, const struct op *op)
{
	u64 la;

	if (!monitor_allowed(c, op))
		return false;
	if (reg_get32(c, REG_RCX) != 0)
		return refuse(c);
	if (intercepted(c, op, VMEXIT_MONITOR, 0) || !line_at_rax(c, op, 1, false, &la) ||
	    !mem_load_slow(c, la, 1))
		return false;
	c->monitor_armed = true;
	return true;
}

static OP(monitor)
{
	if (!do_monitor(c, op))
		OP_EVENT();
	OP_NEXT();
}

/*
 * Waits are over at once: an implementation may wake for any reason, and software looks again.
 * Extensions in ECX: interrupts break the wait; MWAITX also has a timer.
 */
static bool do_mwait(struct cpu *c, const struct op *op)
{
	u32 extensions = op->misc ? 3 : 1;
	bool armed = c->monitor_armed;

	if (!monitor_allowed(c, op))
		return false;
	if (reg_get32(c, REG_RCX) & ~extensions)
		return refuse(c);
	if (armed && intercepted(c, op, VMEXIT_MWAIT_CONDITIONAL, 0))
		return false;
	if (intercepted(c, op, VMEXIT_MWAIT, 0))
		return false;
	c->monitor_armed = false;
	__builtin_ia32_pause();
	return true;
}

static OP(mwait)
{
	if (!do_mwait(c, op))
		OP_EVENT();
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

bool lower_monitor(struct lowering *l, const struct insn *row)
{
	struct op *op = lower_emit(l, monitor);

	op->seg = override_segment(l);
	op->misc = (u8)row->n;
	return true;
}

bool lower_mwait(struct lowering *l, const struct insn *row)
{
	lower_emit(l, mwait)->misc = (u8)row->n;
	l->ends = true;
	return true;
}
