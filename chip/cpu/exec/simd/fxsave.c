/* SPDX-License-Identifier: MIT */
/* FXSAVE and FXRSTOR.	[APM5 FXSAVE, FXRSTOR] */
#include "abi/x86.h"
#include "base/bytes.h"
#include "chip/cpu/exec/simd/bulk.h"
#include "chip/cpu/exec/simd/legacy_area.h"
#include "chip/cpu/exec/simd/tables.h"
#include "chip/cpu/mmu/mem.h"

/* FXSAVE: that an address is not canonical counts before that it is not aligned; by SS it is #SS. */
static bool refuse_address(struct cpu *c, u64 la)
{
	legacy_refuse(c);
	c->event.noncanonical = (u64)((s64)(la << c->va_shift) >> c->va_shift) != la;
	return false;
}

/* SSE state takes part only with CR4.OSFXSR. */
static size_t fx_size(const struct cpu *c)
{
	if (!(c->cr4 & CR4_OSFXSR))
		return FX_XMM;
	return FX_XMM + legacy_xmm_count(c) * sizeof(((struct fxsave_area *)0)->xmm[0]);
}

static NOINLINE bool fxsave(struct cpu *c, const struct op *op)
{
	u64 la = op_ea_fast(c, op);
	struct fxsave_area a;

	if (!is_aligned(la, 16))
		return refuse_address(c, la);
	if (!mem_probe_store(c, la + sizeof(a) - 1, 1))
		return false;
	legacy_out(c, &a, op->misc);
	if (c->cr4 & CR4_OSFXSR)
		return bulk_store(c, la, &a, fx_size(c));
	return bulk_store(c, la, &a, FX_MXCSR) && bulk_store(c, la + FX_ST, a.st, sizeof(a.st));
}

static NOINLINE bool fxrstor(struct cpu *c, const struct op *op)
{
	u64 la = op_ea_fast(c, op);
	size_t size = fx_size(c);
	struct fxsave_area a;

	if (!is_aligned(la, 16))
		return refuse_address(c, la);
	if (!legacy_probe_load(c, la + sizeof(a) - 1) || !bulk_load(c, la, &a, size))
		return false;
	if (c->cr4 & CR4_OSFXSR) {
		if (a.mxcsr & ~MXCSR_VALID_MASK)
			return legacy_refuse(c);
		fpu_mxcsr_set(c, a.mxcsr);
	}
	legacy_x87_in(c, &a, op->misc);
	if (size > FX_XMM)
		legacy_xmm_in(c, &a);
	return true;
}

static OP(op_fxsave)
{
	if (!fxsave(c, op))
		OP_EVENT();
	OP_NEXT();
}

static OP(op_fxrstor)
{
	if (!fxrstor(c, op))
		OP_EVENT();
	LEGACY_NEXT_OR_END(c, op);
}

/* row->n: 1 with REX.W. */
/* clang-format off */
#define ROW(NAME, lower, fn, rex_w) \
	{ZYDIS_MNEMONIC_##NAME, INSN_X87, EXIT_NONE, ES_NONE, FEATURE_BASE, lower, fn, NULL, rex_w}

static const struct insn rows[] = {
	ROW(FXSAVE,	lower_state_store,	op_fxsave,	0),
	ROW(FXSAVE64,	lower_state_store,	op_fxsave,	1),
	ROW(FXRSTOR,	lower_state_load,	op_fxrstor,	0),
	ROW(FXRSTOR64,	lower_state_load,	op_fxrstor,	1),
};
/* clang-format on */

const struct insn_table insn_table_fxsave = {rows, ARRAY_SIZE(rows)};
