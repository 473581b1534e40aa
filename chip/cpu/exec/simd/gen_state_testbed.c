/* SPDX-License-Identifier: MIT */
/* Registers and memory for a random instruction. */
#include "chip/cpu/exec/simd/gen_testbed.h"

#include <string.h>

#include "base/bytes.h"
#include "chip/cpu/state.h"

enum { FILL_BYTES = 64 };

/* -- values ------------------------------------------------------------------------------------------------- */

static u32 random_single(struct gen *g)
{
	static const u32 special[] = {0,          0x00000001, 0x007fffff, 0x00800000, 0x00800001,
				      0x3f800000, 0x3f800001, 0x40000000, 0x4b000000, 0x4effffff,
				      0x4f000000, 0x5f000000, 0x7f7fffff, 0x7f800000, 0x7f800001,
				      0x7fbfffff, 0x7fc00000, 0x7fffffff, 0x33800000, 0x00400000};
	u32 v = special[gen_below(g, ARRAY_SIZE(special))];

	if (gen_one_in(g, 2))
		v = (u32)gen_random(g) & 0x7fffffff;
	if (gen_one_in(g, 4)) /* near 1, where sums round */
		v = 0x3f000000 + ((u32)gen_random(g) & 0x01ffffff);
	return v | (gen_one_in(g, 2) ? 0x80000000u : 0);
}

static u64 random_double(struct gen *g)
{
	static const u64 special[] = {
		0,
		1,
		0x000fffffffffffffull,
		0x0010000000000000ull,
		0x0010000000000001ull,
		0x3ff0000000000000ull,
		0x3ff0000000000001ull,
		0x41dfffffffc00000ull,
		0x41e0000000000000ull,
		0x43e0000000000000ull,
		0x7fefffffffffffffull,
		0x7ff0000000000000ull,
		0x7ff0000000000001ull,
		0x7ff8000000000000ull,
		0x7fffffffffffffffull,
		0x380fffffffffffffull, /* denormal as a single */
		0x36a0000000000000ull,
		0x47efffffffffffffull,
	};
	u64 v = special[gen_below(g, ARRAY_SIZE(special))];

	if (gen_one_in(g, 2))
		v = gen_random(g) >> 1;
	if (gen_one_in(g, 4))
		v = 0x3fe0000000000000ull + (gen_random(g) & 0x003fffffffffffffull);
	return v | (gen_one_in(g, 2) ? 1ull << 63 : 0);
}

/* `bytes` of lanes of one kind. */
static void random_lanes(struct gen *g, u8 *to, size_t bytes)
{
	unsigned kind = gen_below(g, 5);

	for (size_t i = 0; i < bytes; i += 8) {
		u64 v = gen_random(g);

		if (kind == 0)
			v = random_single(g) | (u64)random_single(g) << 32;
		else if (kind == 1)
			v = random_double(g);
		else if (kind == 2)
			v &= 0x0f0f0f0f0f0f0f0full;
		else if (kind == 3)
			v = gen_one_in(g, 2) ? gen_below(g, 100) : ~0ull;
		put_le64(to + i, v);
	}
}

/* An 80-bit number: sign and exponent, then the significand with its explicit first bit. */
static void random_extended(struct gen *g, u8 *to)
{
	static const u16 exponents[] = {0,      1,      0x3c00, 0x3fff, 0x4000,
					0x401e, 0x403e, 0x43ff, 0x7ffe, 0x7fff};
	u16 exponent = exponents[gen_below(g, ARRAY_SIZE(exponents))];
	u64 significand = gen_random(g) | 1ull << 63;

	if (gen_one_in(g, 2))
		exponent = 0x3fff + gen_below(g, 64) - 32;
	if (gen_one_in(g, 4))
		significand = 1ull << 63;
	if (gen_one_in(g, 8))
		significand = gen_random(g) >> gen_below(g, 64);
	if (gen_one_in(g, 10)) {
		exponent = 0;
		significand = 0;
	}
	put_le64(to, significand);
	put_le16(to + 8, exponent | (gen_one_in(g, 2) ? 0x8000 : 0));
}

/* -- registers ---------------------------------------------------------------------------------------------- */

static u32 random_masks(struct gen *g)
{
	return g->unmask && gen_one_in(g, 4) ? (u32)gen_below(g, 64) : 0x3f;
}

static void random_x87(struct gen *g, struct regs *r)
{
	u16 fcw = (u16)(0x40 | random_masks(g) | gen_below(g, 4) << 8 | gen_below(g, 4) << 10);
	u16 fsw = (u16)(gen_random(g) & 0x7f00);

	if (gen_one_in(g, 4))
		fsw |= gen_below(g, 128);
	if (g->unmask && gen_one_in(g, 2))
		fsw &= (u16)~0x3f | fcw; /* nothing pending */
	if (fsw & 0x3f & ~fcw)
		fsw |= 0x8080;
	if (gen_one_in(g, 4))
		fcw |= 0x300;
	put_le16(r->x87, fcw);
	put_le16(r->x87 + 2, fsw);
	r->x87[4] = gen_one_in(g, 2) ? 0xff : (u8)gen_random(g);
	for (unsigned i = 0; i < 8; i++)
		random_extended(g, r->x87 + 32 + 16 * i);
}

static void random_registers(struct gen *g, struct regs *r)
{
	regs_init(r);
	for (unsigned i = 0; i < 16; i++) {
		r->gpr[i] = gen_random(g) >> (gen_one_in(g, 2) ? gen_below(g, 64) : 0);
		random_lanes(g, r->ymm[i], sizeof(r->ymm[i]));
	}
	r->gpr[REG_RSP] = (u64)((s64)r->gpr[REG_RSP] >> 20);
	r->rflags = 0x202 | (gen_random(g) & 0xcd5);
	r->mxcsr = random_masks(g) << 7 | gen_below(g, 4) << 13;
	if (gen_one_in(g, 3))
		r->mxcsr |= gen_random(g) & 0x807f; /* FZ, DAZ, status */
	random_x87(g, r);
}

/* -- memory operands ------------------------------------------------------------------------------------------ */

static const ZydisDecodedOperand *memory_operand(const struct gen_case *k)
{
	for (unsigned n = 0; n < k->insn.operand_count; n++)
		if (k->operand[n].type == ZYDIS_OPERAND_TYPE_MEMORY)
			return &k->operand[n];
	return NULL;
}

/* Where the operand shall be: aligned, or not, across pages, in the read-only page, nowhere. */
static u64 random_target(struct gen *g, unsigned bytes)
{
	u64 page = HOST_WINDOW + PAGE_SIZE * gen_below(g, WINDOW_RW_PAGES);

	switch (gen_below(g, 16)) {
	case 0:
		return HOST_WINDOW + PAGE_SIZE - 1 - gen_below(g, bytes ? bytes : 1);
	case 1:
		return page + gen_below(g, 2048);
	case 2:
		return HOST_WINDOW + WINDOW_RO_PAGE * PAGE_SIZE + 64 * gen_below(g, 32);
	case 3:
		return HOST_WINDOW + WINDOW_BYTES - gen_below(g, 2 * bytes + 2);
	case 4:
		return gen_one_in(g, 8) ? 1ull << 63 | gen_random(g) >> 2
					: page + 16 * gen_below(g, 128);
	default:
		return page + 64 * gen_below(g, 48);
	}
}

static u64 register_value(const struct regs *r, ZydisRegister reg)
{
	if (reg == ZYDIS_REGISTER_NONE)
		return 0;
	return r->gpr[ZydisRegisterGetId(reg)];
}

/* Index lanes of a gather: small, so that the lanes fall around the target. */
static void small_indices(struct gen *g, struct gen_case *k, ZydisRegister reg)
{
	u8 *v = k->regs.ymm[ZydisRegisterGetId(reg)];
	bool quads = k->insn.opcode & 1;

	for (unsigned i = 0; i < 32; i += quads ? 8 : 4) {
		s64 index = (s64)gen_below(g, 64) - 32;

		if (quads)
			put_le64(v + i, (u64)index);
		else
			put_le32(v + i, (u32)index);
	}
}

/* RIP-relative and absolute operands: the displacement is the last four bytes before an immediate. */
static void set_displacement(struct gen_case *k, u64 value)
{
	put_le32(k->code + k->insn.raw.disp.offset, (u32)value);
}

/* RIP-relative, absolute and 32-bit addresses do not; RSP must stay canonical. */
static bool reaches_everywhere(const struct gen_case *k, const ZydisDecodedOperandMem *m)
{
	return k->insn.address_width == 64 && m->base != ZYDIS_REGISTER_NONE &&
	       m->base != ZYDIS_REGISTER_RIP && m->base != ZYDIS_REGISTER_RSP;
}

static bool is_rsp(ZydisRegister reg)
{
	return reg == ZYDIS_REGISTER_RSP || reg == ZYDIS_REGISTER_ESP;
}

/* A base register for the operand to be at `offset`; of a 32-bit one the upper half does not matter. */
static void set_base(struct gen *g, struct gen_case *k, ZydisRegister reg, u64 offset)
{
	if (k->insn.address_width == 32)
		offset = (u32)offset | (is_rsp(reg) ? 0 : gen_random(g) << 32);
	k->regs.gpr[ZydisRegisterGetId(reg)] = offset;
}

/* Zydis 4.0 takes R13D for the base of a SIB byte that has none; see lower_address(). */
static bool has_no_base(const struct gen_case *k, const ZydisDecodedOperandMem *m)
{
	return m->base == ZYDIS_REGISTER_NONE ||
	       (k->insn.raw.sib.offset && k->insn.raw.modrm.mod == 0 && k->insn.raw.sib.base == 5);
}

/*
 * What a base and displacement cannot make up for: a large index would leave the window, for an
 * address where this process may well have something mapped (a sanitizer's shadow has terabytes).
 */
static bool needs_small_index(const struct gen_case *k, const ZydisDecodedOperandMem *m)
{
	return m->type == ZYDIS_MEMOP_TYPE_MEM && m->index != ZYDIS_REGISTER_NONE &&
	       (is_rsp(m->base) || has_no_base(k, m));
}

/* Base and index are one register: its multiples do not reach every address. */
static void aim_twice(struct gen *g, struct gen_case *k, const ZydisDecodedOperandMem *m)
{
	u64 times = 1u + m->scale, offset = (k->target - (u64)m->disp.value) / times;

	set_base(g, k, m->base, offset);
	k->target = offset * times + (u64)m->disp.value;
}

static void aim(struct gen *g, struct gen_case *k, const ZydisDecodedOperand *o)
{
	const ZydisDecodedOperandMem *m = &o->mem;
	u64 index = 0;

	do
		k->target = random_target(g, o->size / 8);
	while (k->target >> 63 && !reaches_everywhere(k, m));
	if (needs_small_index(k, m))
		k->regs.gpr[ZydisRegisterGetId(m->index)] = gen_below(g, 1 << 20);
	if (m->type == ZYDIS_MEMOP_TYPE_VSIB)
		small_indices(g, k, m->index);
	else
		index = register_value(&k->regs, m->index) * m->scale;
	if (m->base == ZYDIS_REGISTER_RIP || m->base == ZYDIS_REGISTER_EIP)
		set_displacement(k, k->target - HOST_CODE - k->len);
	else if (has_no_base(k, m))
		set_displacement(k, k->target - index);
	else if (m->base != m->index)
		set_base(g, k, m->base, k->target - index - (u64)m->disp.value);
	else
		aim_twice(g, k, m);
}

static void fill_window(struct gen *g, u64 target, u8 *window)
{
	u64 at = (target & ~63ull) - HOST_WINDOW;

	if (at + FILL_BYTES <= WINDOW_BYTES)
		random_lanes(g, window + at, FILL_BYTES);
}

/* XSAVE's area is longer than what is filled, and its header must make sense now and then. */
static void fill_state_image(struct gen *g, struct gen_case *k, u8 *window)
{
	u64 at = k->target - HOST_WINDOW;
	u8 *p = window + at;

	if (at + 1024 > WINDOW_BYTES || k->target % 16)
		return;
	for (unsigned i = 0; i < 832; i += 64)
		random_lanes(g, p + i, 64);
	put_le16(p, (u16)(random_masks(g) | (gen_random(g) & 0xffc0)));
	put_le32(p + 24,
		 gen_one_in(g, 8) ? (u32)gen_random(g) : random_masks(g) << 7 | gen_below(g, 64));
	put_le64(p + 8, gen_random(g) >> 20); /* x87 pointers: canonical */
	put_le64(p + 16, gen_random(g) >> 20);
	memset(p + 512, 0, 64);
	p[512] = gen_below(g, 8);
	if (gen_one_in(g, 2)) {
		p[520] = p[512] | gen_below(g, 8);
		p[527] = 0x80;
	}
	if (gen_one_in(g, 8))
		p[512 + gen_below(g, 64)] ^= 1;
}

/* Control words in memory: valid ones mostly. */
static void fill_control(struct gen *g, struct gen_case *k, u8 *window)
{
	u64 at = k->target - HOST_WINDOW;

	if (at + 4 > WINDOW_BYTES || gen_one_in(g, 4))
		return;
	if (k->insn.mnemonic == ZYDIS_MNEMONIC_LDMXCSR ||
	    k->insn.mnemonic == ZYDIS_MNEMONIC_VLDMXCSR)
		put_le32(window + at, (u32)gen_random(g) & 0x2ffff);
}

void gen_state(struct gen *g, struct gen_case *k, u8 *window)
{
	const ZydisDecodedOperand *o = memory_operand(k);

	random_registers(g, &k->regs);
	if (gen_is_state_insn(k)) { /* AVX-512 state, which only the host has, is never asked for */
		k->regs.gpr[REG_RAX] &= ~0xf8ull;
		k->regs.gpr[REG_RDX] = 0;
	}
	k->target = 0;
	if (!o)
		return;
	aim(g, k, o);
	if (k->target - HOST_WINDOW >= WINDOW_BYTES)
		return;
	/*
	 * Misaligned operands of which a processor reads only the half it needs (PUNPCKLBW, shift
	 * counts) do not fault at the window's end, as the architecture would have it.
	 */
	if (k->target + 16 <= HOST_WINDOW + WINDOW_BYTES && gen_one_in(g, 16))
		k->regs.mxcsr |= 0x20000;
	fill_window(g, k->target, window);
	if (gen_is_state_insn(k))
		fill_state_image(g, k, window);
	fill_control(g, k, window);
}
