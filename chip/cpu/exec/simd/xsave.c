/* SPDX-License-Identifier: MIT */
/* XSAVE, XRSTOR and their kin.	[APM2 11.5; APM4 XSAVE, XSAVEC, XSAVEOPT, XSAVES, XRSTOR, XRSTORS] */
#include "chip/cpu/exec/simd/xsave.h"

#include <string.h>

#include "abi/x86.h"
#include "base/bytes.h"
#include "chip/cpu/exec/simd/bulk.h"
#include "chip/cpu/exec/simd/legacy_area.h"
#include "chip/cpu/exec/simd/tables.h"
#include "chip/cpu/mmu/mem.h"
#include "chip/cpu/model/model.h"

enum { YMM_HALF = 16 /* bytes of an upper half */ };

/* -- XSAVE: components --------------------------------------------------------------------------------------------- */

/* The extended components that models here can have, behind the legacy area and the header. */
static const struct component {
	u64 bit;
	u16 offset; /* in the standard form */
	u16 size;
} components[] = {
	{XCR0_AVX, XSAVE_YMM, XSAVE_YMM_SIZE},
	{XCR0_PKRU, XSAVE_PKRU, XSAVE_PKRU_SIZE},
};

static bool xmm_in_use(const struct cpu *c)
{
	for (unsigned i = 0; i < FX_XMM_REGS; i++)
		if (!bytes_are_zero(c->fpu.ymm[i], YMM_HALF))
			return true;
	return false;
}

static bool ymm_in_use(const struct cpu *c)
{
	for (unsigned i = 0; i < FX_XMM_REGS; i++)
		if (!bytes_are_zero(c->fpu.ymm[i] + YMM_HALF, YMM_HALF))
			return true;
	return false;
}

static bool x87_in_use(const struct cpu *c)
{
	const struct fxsave_area *image = fpu_image_const(c);

	return image->fcw != FCW_FNINIT || image->fsw != 0 || image->ftw != 0 ||
	       !bytes_are_zero(image->st, sizeof(image->st));
}

u64 xsave_in_use(const struct cpu *c)
{
	u64 used = 0;

	if (x87_in_use(c))
		used |= XCR0_X87;
	if (xmm_in_use(c))
		used |= XCR0_SSE;
	if (ymm_in_use(c))
		used |= XCR0_AVX;
	if (c->pkru)
		used |= XCR0_PKRU;
	return used & c->xcr0;
}

static bool component_store(struct cpu *c, u64 bit, u64 la)
{
	unsigned regs = legacy_xmm_count(c);

	if (bit == XCR0_PKRU) {
		u64 pkru = c->pkru;

		return bulk_store(c, la, &pkru, sizeof(pkru));
	}
	for (unsigned i = 0; i < regs; i++)
		if (!bulk_store(c, la + i * YMM_HALF, c->fpu.ymm[i] + YMM_HALF, YMM_HALF))
			return false;
	return true;
}

/* Loads into `from`, which component_commit() then takes. */
struct staging {
	struct fxsave_area fx;
	struct xsave_header header;
	u8 ymm[FX_XMM_REGS][YMM_HALF];
	u64 pkru;
};

static bool component_load(struct cpu *c, u64 bit, u64 la, struct staging *s)
{
	if (bit == XCR0_PKRU)
		return bulk_load(c, la, &s->pkru, sizeof(s->pkru));
	return bulk_load(c, la, s->ymm, legacy_xmm_count(c) * YMM_HALF);
}

static void component_commit(struct cpu *c, u64 bit, const struct staging *s)
{
	if (bit == XCR0_PKRU) {
		if (c->pkru != (u32)s->pkru) {
			c->pkru = (u32)s->pkru;
			cpu_context_changed(c);
		}
		return;
	}
	for (unsigned i = 0; i < legacy_xmm_count(c); i++)
		memcpy(c->fpu.ymm[i] + YMM_HALF, s->ymm[i], YMM_HALF);
}

/* Where component n lies; compacted: those in `layout` follow each other. */
static u64 component_offset(unsigned n, u64 layout, bool compact)
{
	u64 at = XSAVE_EXTENDED;

	if (!compact)
		return components[n].offset;
	for (unsigned i = 0; i < n; i++)
		if (layout & components[i].bit)
			at += components[i].size;
	return at;
}

/* Size of an area with the components of `which`, whether they are in their initial state or not. */
static u64 area_size(u64 which, u64 layout, bool compact)
{
	u64 end = XSAVE_EXTENDED;

	if (compact)
		which &= layout;
	for (unsigned n = 0; n < ARRAY_SIZE(components); n++)
		if (which & components[n].bit)
			end = component_offset(n, layout, compact) + components[n].size;
	return end;
}

/* The requested components: EDX:EAX of those that XCR0 (with XSS for the supervisor forms) enables. */
static u64 requested(const struct cpu *c, bool supervisor)
{
	u64 asked = c->reg[REG_RDX] << 32 | (u32)c->reg[REG_RAX];

	return asked & (c->xcr0 | (supervisor ? c->xss : 0));
}

/* #UD, #NM and alignment, which all of the family check.  False with c->event filled. */
static bool may_xsave(struct cpu *c, u64 la)
{
	if (!(c->cr4 & CR4_OSXSAVE)) {
		fault_raise(c, X86_VECTOR_UD);
		return false;
	}
	if (c->cr0 & CR0_TS) {
		fault_raise(c, X86_VECTOR_NM);
		return false;
	}
	return is_aligned(la, XSAVE_ALIGN) ? true : legacy_refuse(c);
}

/* -- XSAVE, XSAVEOPT, XSAVEC, XSAVES --------------------------------------------------------------------------------- */

/* Writes those components of `which` that the legacy area holds. */
static bool legacy_store(struct cpu *c, u64 la, const struct fxsave_area *a, u64 which, bool mxcsr)
{
	if (which & XCR0_X87 && (!bulk_store(c, la, a, FX_POINTERS_END) ||
				 !bulk_store(c, la + FX_ST, a->st, sizeof(a->st))))
		return false;
	if (mxcsr && !bulk_store(c, la + FX_MXCSR, &a->mxcsr, 8))
		return false;
	return !(which & XCR0_SSE) ||
	       bulk_store(c, la + FX_XMM, a->xmm, legacy_xmm_count(c) * sizeof(a->xmm[0]));
}

static bool extended_store(struct cpu *c, u64 la, u64 which, u64 layout, bool compact)
{
	for (unsigned n = 0; n < ARRAY_SIZE(components); n++) {
		u64 at = component_offset(n, layout, compact);

		if (which & components[n].bit && !component_store(c, components[n].bit, la + at))
			return false;
	}
	return true;
}

/* XSTATE_BV of components that were not asked for stays. */
static bool header_standard(struct cpu *c, u64 la, u64 asked, u64 used)
{
	u64 bv;

	if (!bulk_load(c, la + XSAVE_HEADER, &bv, sizeof(bv)))
		return false;
	bv = (bv & ~asked) | (used & asked);
	return bulk_store(c, la + XSAVE_HEADER, &bv, sizeof(bv));
}

static bool header_compact(struct cpu *c, u64 la, u64 asked, u64 used)
{
	u64 bv[2] = {used & asked, asked | XCOMP_BV_COMPACT};

	return bulk_store(c, la + XSAVE_HEADER, bv, sizeof(bv));
}

static NOINLINE bool xsave(struct cpu *c, const struct op *op)
{
	bool compact = op->misc & XSAVE_COMPACT;
	u64 la = op_ea_fast(c, op), asked = requested(c, op->misc & XSAVE_SUPERVISOR), used, which;
	bool mxcsr = asked & (XCR0_SSE | XCR0_AVX);
	struct fxsave_area a;

	if (!may_xsave(c, la) || !mem_probe_store(c, la, 1) ||
	    !mem_probe_store(c, la + area_size(asked, asked, compact) - 1, 1))
		return false;
	legacy_out(c, &a, op->misc & XSAVE_REX_W);
	used = xsave_in_use(c);
	if (compact) {
		if (asked & XCR0_SSE && a.mxcsr != MXCSR_INIT)
			used |= XCR0_SSE;
		mxcsr = asked & used & XCR0_SSE;
	}
	which = op->misc & XSAVE_SKIP_INIT ? asked & used : asked;
	return legacy_store(c, la, &a, which, mxcsr) &&
	       extended_store(c, la, which, asked, compact) &&
	       (compact ? header_compact : header_standard)(c, la, asked, used);
}

/* -- XRSTOR, XRSTORS --------------------------------------------------------------------------------------------------- */

/* The standard form leaves the header's last 40 bytes unchecked. */
static bool header_is_valid(const struct cpu *c, const struct op *op, const struct xsave_header *h)
{
	bool supervisor = op->misc & XSAVE_SUPERVISOR;
	u64 allowed = c->xcr0 | (supervisor ? c->xss : 0);

	if (h->xstate_bv & ~allowed)
		return false;
	if (!(h->xcomp_bv & XCOMP_BV_COMPACT))
		return !supervisor && h->xcomp_bv == 0 && bytes_are_zero(h->rsvd_10, 8);
	if (!cpu_model_has(c->model, FEATURE_XSAVEC))
		return false;
	return (h->xcomp_bv & ~(allowed | XCOMP_BV_COMPACT)) == 0 &&
	       (h->xstate_bv & ~h->xcomp_bv) == 0 && bytes_are_zero(h->rsvd_10, sizeof(h->rsvd_10));
}

/* Initial values, which components in the area then replace. */
static void staging_init(struct staging *s)
{
	memset(s, 0, sizeof(*s));
	s->fx.fcw = FCW_FNINIT;
	s->fx.mxcsr = MXCSR_INIT;
}

static bool legacy_load(struct cpu *c, u64 la, struct fxsave_area *a, u64 which, bool mxcsr)
{
	if (which & XCR0_X87 && (!bulk_load(c, la, a, FX_POINTERS_END) ||
				 !bulk_load(c, la + FX_ST, a->st, sizeof(a->st))))
		return false;
	if (mxcsr && !bulk_load(c, la + FX_MXCSR, &a->mxcsr, 4))
		return false;
	return !(which & XCR0_SSE) ||
	       bulk_load(c, la + FX_XMM, a->xmm, legacy_xmm_count(c) * sizeof(a->xmm[0]));
}

static bool extended_load(struct cpu *c, u64 la, struct staging *s, u64 which)
{
	u64 layout = s->header.xcomp_bv;
	bool compact = layout & XCOMP_BV_COMPACT;

	for (unsigned n = 0; n < ARRAY_SIZE(components); n++) {
		u64 at = component_offset(n, layout, compact);

		if (which & components[n].bit && !component_load(c, components[n].bit, la + at, s))
			return false;
	}
	return true;
}

static void xrstor_commit(struct cpu *c, const struct staging *s, u64 asked, bool mxcsr, bool rex_w)
{
	if (asked & XCR0_X87)
		legacy_x87_in(c, &s->fx, rex_w);
	if (asked & XCR0_SSE)
		legacy_xmm_in(c, &s->fx);
	if (mxcsr)
		fpu_mxcsr_set(c, s->fx.mxcsr);
	for (unsigned n = 0; n < ARRAY_SIZE(components); n++)
		if (asked & components[n].bit)
			component_commit(c, components[n].bit, s);
}

/* MXCSR goes with SSE in the compacted form; in the standard one also with AVX, even if both are initial. */
static NOINLINE bool xrstor(struct cpu *c, const struct op *op)
{
	u64 la = op_ea_fast(c, op), asked = requested(c, op->misc & XSAVE_SUPERVISOR), which;
	bool set_mxcsr = asked & (XCR0_SSE | XCR0_AVX), load_mxcsr = set_mxcsr, compact;
	struct staging s;

	if (!may_xsave(c, la))
		return false;
	staging_init(&s);
	if (!legacy_probe_load(c, la) ||
	    !bulk_load(c, la + XSAVE_HEADER, &s.header, sizeof(s.header)))
		return false;
	if (!header_is_valid(c, op, &s.header))
		return legacy_refuse(c);
	which = asked & s.header.xstate_bv;
	compact = s.header.xcomp_bv & XCOMP_BV_COMPACT;
	if (!legacy_probe_load(c, la + area_size(asked, s.header.xcomp_bv, compact) - 1))
		return false;
	if (compact) {
		set_mxcsr = asked & XCR0_SSE;
		load_mxcsr = which & XCR0_SSE;
	}
	if (!legacy_load(c, la, &s.fx, which, load_mxcsr) || !extended_load(c, la, &s, which))
		return false;
	if (s.fx.mxcsr & ~MXCSR_VALID_MASK)
		return legacy_refuse(c);
	xrstor_commit(c, &s, asked, set_mxcsr, op->misc & XSAVE_REX_W);
	return true;
}

/* -- rows ------------------------------------------------------------------------------------- */

static OP(op_xsave)
{
	if (!xsave(c, op))
		OP_EVENT();
	OP_NEXT();
}

static OP(op_xrstor)
{
	if (!xrstor(c, op))
		OP_EVENT();
	LEGACY_NEXT_OR_END(c, op);
}

/* row->n: enum xsave_kind bits. */
/* clang-format off */
#define ROW(NAME, cond, needs, lower, fn, kind) \
	{ZYDIS_MNEMONIC_##NAME, cond, EXIT_NONE, ES_NONE, FEATURE_##needs, lower, fn, NULL, kind}, \
	{ZYDIS_MNEMONIC_##NAME##64, cond, EXIT_NONE, ES_NONE, FEATURE_##needs, lower, fn, NULL, \
	 (kind) | XSAVE_REX_W}
#define SAVE(NAME, cond, needs, kind) ROW(NAME, cond, needs, lower_state_store, op_xsave, kind)
#define RESTORE(NAME, cond, needs, kind) ROW(NAME, cond, needs, lower_state_load, op_xrstor, kind)

static const struct insn rows[] = {
	SAVE(XSAVE,	0,		XSAVE,		0),
	SAVE(XSAVEOPT,	0,		XSAVEOPT,	XSAVE_SKIP_INIT),
	SAVE(XSAVEC,	0,		XSAVEC,		XSAVE_SKIP_INIT | XSAVE_COMPACT),
	SAVE(XSAVES,	INSN_CPL0,	XSAVES,
	     XSAVE_SKIP_INIT | XSAVE_COMPACT | XSAVE_SUPERVISOR),
	RESTORE(XRSTOR,	0,		XSAVE,		0),
	RESTORE(XRSTORS, INSN_CPL0,	XSAVES,		XSAVE_SUPERVISOR),
};
/* clang-format on */

const struct insn_table insn_table_xsave = {rows, ARRAY_SIZE(rows)};
