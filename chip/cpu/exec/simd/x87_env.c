/* SPDX-License-Identifier: MIT */
/*
 * x87 control and status words, the environment and the whole state.	[APM5 FLDCW, FNSTENV, FNSAVE]
 *
 * FNSTENV and FNSAVE have four formats, by operand size and by mode.  We run the host's, which is the
 * 32-bit protected one, and convert; the three pointers in it are the host's and give way to ours.
 */
#include <string.h>

#include "abi/x86.h"
#include "base/bytes.h"
#include "chip/cpu/exec/simd/bulk.h"
#include "chip/cpu/exec/simd/simd.h"
#include "chip/cpu/exec/simd/simd_lower.h"
#include "chip/cpu/exec/simd/simd_mem.h"
#include "chip/cpu/exec/simd/tables.h"
#include "chip/cpu/exec/simd/x87.h"
#include "chip/cpu/run.h"

/* -- control and status words ----------------------------------------------------------------------------- */

/* The host's control word as it took it (reserved bits read as fixed). */
static void note_fcw(struct cpu *c)
{
	__asm__ volatile("fnstcw %0" : "=m"(fpu_image(c)->fcw));
}

/* Behind everything that can change masks: where code must be decoded anew the block ends. */
#define NEXT_OR_END()                                               \
	do {                                                        \
		if (fpu_mode_changed(c)) {                          \
			c->icount -= cpu_not_done(c, op) - 1;       \
			BLOCK_END(op_next_rip(c, op) & c->ip_mask); \
		}                                                   \
		OP_NEXT();                                          \
	} while (0)

/* The new value is in REG_TEMP. */
static OP(x87_fldcw)
{
	fpu_x87_to_host(c);
	__asm__ volatile("fldcw %0" : : "m"(c->reg[REG_TEMP]));
	note_fcw(c);
	NEXT_OR_END();
}

static OP(x87_fnstcw)
{
	c->reg[REG_TEMP] = fpu_image(c)->fcw;
	OP_NEXT();
}

static OP(x87_fnstsw)
{
	u16 v;

	fpu_x87_to_host(c);
	__asm__ volatile("fnstsw %0" : "=a"(v));
	c->reg[REG_TEMP] = v;
	OP_NEXT();
}

static OP(x87_temp_to_ax)
{
	c->reg[REG_RAX] = (c->reg[REG_RAX] & ~0xffffull) | c->reg[REG_TEMP];
	OP_NEXT();
}

static OP(x87_fnclex)
{
	fpu_x87_to_host(c);
	__asm__ volatile("fnclex");
	OP_NEXT();
}

static OP(x87_fninit)
{
	fpu_x87_to_host(c);
	__asm__ volatile("fninit");
	note_fcw(c);
	NEXT_OR_END();
}

static bool lower_fldcw(struct lowering *l, const struct insn *row)
{
	x87_emit_wait(l);
	lower_emit_mem(l, simd_load_gpr[1], 0, LOWER_READ)->a = REG_TEMP;
	lower_emit(l, x87_fldcw);
	simd_emit_go_on(l);
	return true;
}

static bool lower_fnstcw(struct lowering *l, const struct insn *row)
{
	lower_emit(l, x87_fnstcw);
	simd_emit_store(l, simd_store_gpr[1], 0, REG_TEMP);
	return true;
}

static bool lower_fnstsw(struct lowering *l, const struct insn *row)
{
	lower_emit(l, x87_fnstsw);
	if (lower_is_mem(l, 0))
		simd_emit_store(l, simd_store_gpr[1], 0, REG_TEMP);
	else
		lower_emit(l, x87_temp_to_ax);
	return true;
}

static bool lower_fnclex(struct lowering *l, const struct insn *row)
{
	lower_emit(l, x87_fnclex);
	return true;
}

static bool lower_fninit(struct lowering *l, const struct insn *row)
{
	lower_emit(l, x87_fninit);
	simd_emit_go_on(l);
	return true;
}

/* -- environment formats --------------------------------------------------------------------------------------- */

/* 32-bit protected format, which is the host's. */
struct x87_env {
	u16 fcw, rsvd_02;
	u16 fsw, rsvd_06;
	u16 ftw, rsvd_0a; /* two bits a register */
	u32 eip;
	u16 cs;
	u16 fop;
	u32 edp;
	u16 ds, rsvd_1a;
};
LAYOUT_SIZE(x87_env, 28);

struct x87_full {
	struct x87_env env;
	u8 st[80];
};
LAYOUT_SIZE(x87_full, 108);

enum { ENV32 = 28, ENV16 = 14, ST_BYTES = 80 };

static bool real_format(const struct cpu *c)
{
	return c->mode & MODE_REAL;
}

/* Our pointers for the host's; they count while an exception is pending. */
static void put_pointers(const struct cpu *c, struct x87_env *e)
{
	const struct fxsave_area *image = fpu_image_const(c);
	bool keep = e->fsw & FSW_ES;

	e->eip = keep ? (u32)image->rip : 0;
	e->fop = keep ? image->fop : 0;
	e->edp = keep ? (u32)image->rdp : 0;
	e->cs = keep ? c->fpu.x87_cs : 0;
	e->ds = keep ? c->fpu.x87_ds : 0;
}

static void take_pointers(struct cpu *c, const struct x87_env *e)
{
	struct fxsave_area *image = fpu_image(c);

	image->rip = e->eip;
	image->rdp = e->edp;
	image->fop = e->fop & 0x7ff;
	c->fpu.x87_cs = e->cs;
	c->fpu.x87_ds = e->ds;
}

/* Real mode: linear addresses, their upper bits beside the opcode. */
static void encode16(u8 *out, const struct x87_env *e, bool real)
{
	put_le16(out + 0, e->fcw);
	put_le16(out + 2, e->fsw);
	put_le16(out + 4, e->ftw);
	put_le16(out + 6, (u16)e->eip);
	put_le16(out + 8, real ? (u16)((e->eip >> 4 & 0xf000) | e->fop) : e->cs);
	put_le16(out + 10, (u16)e->edp);
	put_le16(out + 12, real ? (u16)(e->edp >> 4 & 0xf000) : e->ds);
}

static void encode32_real(u8 *out, const struct x87_env *e)
{
	memcpy(out, e, ENV32);
	put_le32(out + 12, e->eip & 0xffff);
	put_le32(out + 16, (e->eip >> 4 & 0x0ffff000) | e->fop);
	put_le32(out + 20, e->edp & 0xffff);
	put_le32(out + 24, e->edp >> 4 & 0x0ffff000);
}

/* Returns the size in bytes. */
static size_t encode(const struct cpu *c, u8 *out, const struct x87_env *e, unsigned operand_size)
{
	if (operand_size == 2) {
		encode16(out, e, real_format(c));
		return ENV16;
	}
	if (real_format(c))
		encode32_real(out, e);
	else
		memcpy(out, e, ENV32);
	return ENV32;
}

static void decode16(struct x87_env *e, const u8 *in, bool real)
{
	u16 ip_high = get_le16(in + 8), dp_high = get_le16(in + 12);

	e->fcw = get_le16(in);
	e->fsw = get_le16(in + 2);
	e->ftw = get_le16(in + 4);
	e->eip = get_le16(in + 6) | (real ? (u32)(ip_high & 0xf000) << 4 : 0);
	e->edp = get_le16(in + 10) | (real ? (u32)(dp_high & 0xf000) << 4 : 0);
	e->fop = real ? ip_high & 0x7ff : 0;
	e->cs = real ? 0 : ip_high;
	e->ds = real ? 0 : dp_high;
}

static void decode(const struct cpu *c, struct x87_env *e, const u8 *in, unsigned operand_size)
{
	u32 ip_high = get_le32(in + 16);

	memset(e, 0, sizeof(*e));
	if (operand_size == 2) {
		decode16(e, in, real_format(c));
		return;
	}
	memcpy(e, in, ENV32);
	if (!real_format(c))
		return;
	e->eip = get_le16(in + 12) | (ip_high & 0x0ffff000) << 4;
	e->edp = get_le16(in + 20) | (get_le32(in + 24) & 0x0ffff000) << 4;
	e->fop = ip_high & 0x7ff;
	e->cs = 0;
	e->ds = 0;
}

/* -- environment and state to and from memory --------------------------------------------------------------------- */

/* First and last word are looked at first: which byte a page fault names follows from that. */
static bool load_image(struct cpu *c, const struct op *op, u8 *dst, size_t size)
{
	u64 la = op_ea_fast(c, op);

	return bulk_load(c, la, dst, op->size) && bulk_load(c, la + size - 1, dst, 1) &&
	       bulk_load(c, la, dst, size);
}

static NOINLINE bool fnstenv(struct cpu *c, const struct op *op)
{
	struct x87_env host, e;
	u8 out[ENV32];

	fpu_x87_to_host(c);
	__asm__ volatile("fnstenv %0" : "=m"(host));
	e = host;
	put_pointers(c, &e);
	if (!bulk_store(c, op_ea_fast(c, op), out, encode(c, out, &e, op->size))) {
		__asm__ volatile("fldenv %0" : : "m"(host));
		return false;
	}
	note_fcw(c); /* it has masked all exceptions */
	return true;
}

static NOINLINE bool fldenv(struct cpu *c, const struct op *op)
{
	struct x87_env e;
	u8 in[ENV32];

	if (!load_image(c, op, in, op->size == 2 ? ENV16 : ENV32))
		return false;
	decode(c, &e, in, op->size);
	fpu_x87_to_host(c);
	__asm__ volatile("fldenv %0" : : "m"(e));
	take_pointers(c, &e);
	note_fcw(c);
	return true;
}

static NOINLINE bool fnsave(struct cpu *c, const struct op *op)
{
	struct x87_full host;
	struct x87_env e;
	u8 out[ENV32 + ST_BYTES];
	size_t len;

	fpu_x87_to_host(c);
	__asm__ volatile("fnsave %0" : "=m"(host));
	e = host.env;
	put_pointers(c, &e);
	len = encode(c, out, &e, op->size);
	memcpy(out + len, host.st, ST_BYTES);
	if (!bulk_store(c, op_ea_fast(c, op), out, len + ST_BYTES)) {
		__asm__ volatile("frstor %0" : : "m"(host));
		return false;
	}
	note_fcw(c); /* it has initialised the x87 unit */
	return true;
}

static NOINLINE bool frstor(struct cpu *c, const struct op *op)
{
	size_t len = op->size == 2 ? ENV16 : ENV32;
	struct x87_full full;
	u8 in[ENV32 + ST_BYTES];

	if (!load_image(c, op, in, len + ST_BYTES))
		return false;
	decode(c, &full.env, in, op->size);
	memcpy(full.st, in + len, ST_BYTES);
	fpu_x87_to_host(c);
	__asm__ volatile("frstor %0" : : "m"(full));
	take_pointers(c, &full.env);
	note_fcw(c);
	return true;
}

#define ENVIRONMENT(name)           \
	static OP(x87_##name)       \
	{                           \
		if (!name(c, op))   \
			OP_EVENT(); \
		NEXT_OR_END();      \
	}

ENVIRONMENT(fnstenv)
ENVIRONMENT(fldenv)
ENVIRONMENT(fnsave)
ENVIRONMENT(frstor)

/* row->n: 1 if it waits (the loading ones). */
static bool lower_environment(struct lowering *l, const struct insn *row)
{
	struct op *op;

	if (row->n)
		x87_emit_wait(l);
	op = lower_emit_mem(l, row->fn, 0, row->n ? LOWER_READ : LOWER_WRITE);
	op->size = l->zi->operand_width == 16 ? 2 : 4;
	simd_emit_go_on(l);
	return true;
}

/* clang-format off */
#define ROW(NAME, lower, fn, waits) \
	{ZYDIS_MNEMONIC_##NAME, INSN_X87, EXIT_NONE, ES_NONE, FEATURE_BASE, lower, fn, NULL, waits}

static const struct insn rows[] = {
	ROW(FLDCW,   lower_fldcw,	NULL,		1),
	ROW(FNSTCW,  lower_fnstcw,	NULL,		0),
	ROW(FNSTSW,  lower_fnstsw,	NULL,		0),
	ROW(FNCLEX,  lower_fnclex,	NULL,		0),
	ROW(FNINIT,  lower_fninit,	NULL,		0),
	ROW(FNSTENV, lower_environment,	x87_fnstenv,	0),
	ROW(FLDENV,  lower_environment,	x87_fldenv,	1),
	ROW(FNSAVE,  lower_environment,	x87_fnsave,	0),
	ROW(FRSTOR,  lower_environment,	x87_frstor,	1),
};
/* clang-format on */

const struct insn_table insn_table_x87_env = {rows, ARRAY_SIZE(rows)};
