/* SPDX-License-Identifier: MIT */
/* Gates and inner stacks. */
#include "chip/cpu/exec/gate.h"

#include "chip/cpu/mmu/mem.h"

void gate_from_desc(const struct cpu *c, const struct desc *d, struct gate *g)
{
	bool wide = attr_type(d->attr) & 8;

	*g = (struct gate){
		.offset = (d->low & 0xffff) | (d->low >> 32 & 0xffff0000) | d->high << 32,
		.sel = (u16)(d->low >> GATE_SELECTOR_SHIFT),
		.attr = d->attr,
		.count = d->low >> GATE_COUNT_SHIFT & 31,
	};
	if (cpu_long_mode(c))
		g->count &= 7;
	else if (!wide)
		g->offset &= 0xffff;
}

static bool refuse(struct cpu *c, u8 vector, u16 sel)
{
	fault_selector(c, vector, sel);
	return false;
}

bool gate_code(struct cpu *c, u16 sel, struct desc *code, u8 *cpl)
{
	enum { LONG_AND_BIG = SEG_ATTRIB_L | SEG_ATTRIB_DB };
	u8 dpl;

	if (selector_null(sel))
		return refuse(c, X86_VECTOR_GP, 0);
	if (!desc_read(c, sel, X86_VECTOR_GP, code))
		return false;
	dpl = attr_dpl(code->attr);
	if (!attr_is_code(code->attr) || dpl > c->cpl)
		return refuse(c, X86_VECTOR_GP, sel);
	if (cpu_long_mode(c) && (code->attr & LONG_AND_BIG) != SEG_ATTRIB_L)
		return refuse(c, X86_VECTOR_GP, sel);
	if (!(code->attr & SEG_ATTRIB_P))
		return refuse(c, X86_VECTOR_NP, sel);
	*cpl = attr_is_conforming(code->attr) ? c->cpl : dpl;
	return true;
}

bool code_target(struct cpu *c, const struct desc *code, u64 offset)
{
	bool wide = cpu_long_mode(c) && code->attr & SEG_ATTRIB_L;
	bool ok = wide ? (u64)((s64)(offset << c->va_shift) >> c->va_shift) == offset
		       : offset <= desc_limit(code);

	return ok || refuse(c, X86_VECTOR_GP, 0);
}

bool code_load(struct cpu *c, struct desc *code, u8 cpl)
{
	if (!desc_set_accessed(c, code))
		return false;
	desc_to_segment(code, &c->seg[SEG_CS]);
	c->seg[SEG_CS].sel = (u16)((code->sel & ~3u) | cpl);
	c->cpl = cpl;
	return true;
}

/* -- stacks from the TSS ------------------------------------------------------------------------------ */

static bool tss_read(struct cpu *c, unsigned offset, void *dst, unsigned size)
{
	u64 la = c->tr.base + offset;

	if (offset + size - 1 > c->tr.limit)
		return refuse(c, X86_VECTOR_TS, c->tr.sel);
	return mem_load_sys(c, cpu_long_mode(c) ? la : (u32)la, dst, size);
}

struct segment null_ss(u8 cpl)
{
	return (struct segment){.sel = cpl, .attr = (u16)(cpl << SEG_ATTRIB_DPL_SHIFT)};
}

static bool long_stack(struct cpu *c, unsigned offset, struct push_frame *f)
{
	if (!tss_read(c, offset, &f->rsp, 8))
		return false;
	f->flat = true;
	return true;
}

bool gate_ist_stack(struct cpu *c, u8 ist, struct push_frame *f)
{
	return long_stack(c, offsetof(struct tss64, ist) + 8u * (ist - 1u), f);
}

/* SS:eSP as it stands in the TSS. */
static bool legacy_pointer(struct cpu *c, u8 cpl, u16 *ss, u64 *esp)
{
	bool wide = attr_type(c->tr.attr) & 8;
	u32 item[2] = {0, 0};

	if (wide) {
		if (!tss_read(c, TSS32_ESP0 + 8u * cpl, item, 8))
			return false;
		*esp = item[0];
		*ss = (u16)item[1];
		return true;
	}
	if (!tss_read(c, TSS16_SP0 + 4u * cpl, item, 4))
		return false;
	*esp = (u16)item[0];
	*ss = (u16)(item[0] >> 16);
	return true;
}

static bool legacy_stack(struct cpu *c, u8 cpl, struct push_frame *f)
{
	struct desc d;
	u16 ss;

	if (!legacy_pointer(c, cpl, &ss, &f->rsp))
		return false;
	if (selector_null(ss))
		return refuse(c, X86_VECTOR_TS, 0);
	if (!desc_read(c, ss, X86_VECTOR_TS, &d))
		return false;
	if (selector_rpl(ss) != cpl || attr_dpl(d.attr) != cpl || !attr_is_writable_data(d.attr))
		return refuse(c, X86_VECTOR_TS, ss);
	if (!(d.attr & SEG_ATTRIB_P))
		return refuse(c, X86_VECTOR_SS, ss);
	if (!desc_set_accessed(c, &d))
		return false;
	desc_to_segment(&d, &f->ss);
	f->flat = false;
	return true;
}

bool gate_inner_stack(struct cpu *c, u8 cpl, struct push_frame *f)
{
	f->cpl = cpl;
	f->inner = true;
	if (!cpu_long_mode(c))
		return legacy_stack(c, cpl, f);
	f->ss = null_ss(cpl);
	return long_stack(c, offsetof(struct tss64, rsp) + 8u * cpl, f);
}
