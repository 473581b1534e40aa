/* SPDX-License-Identifier: MIT */
/* Random SIMD and x87 instructions with random operands. */
#include "chip/cpu/exec/simd/gen_testbed.h"

#include <string.h>

#include "base/bytes.h"
#include "chip/cpu/state.h"

enum { OPCODES = 256, PREFIXES = 4, VEX_FIRST = MAP_VEX1 };

void gen_init(struct gen *g, u64 seed)
{
	memset(g, 0, sizeof(*g));
	g->state = seed;
	ZydisDecoderInit(&g->zydis, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	ZydisDecoderEnableMode(&g->zydis, ZYDIS_DECODER_MODE_AMD_BRANCHES, ZYAN_TRUE);
	ZydisDecoderEnableMode(&g->zydis, ZYDIS_DECODER_MODE_MPX, ZYAN_FALSE);
	ZydisDecoderEnableMode(&g->zydis, ZYDIS_DECODER_MODE_CET, ZYAN_FALSE);
}

u64 gen_random(struct gen *g)
{
	u64 z = (g->state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

unsigned gen_below(struct gen *g, unsigned n)
{
	return (unsigned)(gen_random(g) % n);
}

bool gen_one_in(struct gen *g, unsigned n)
{
	return gen_below(g, n) == 0;
}

/* -- encodings -------------------------------------------------------------------------------------------- */

unsigned gen_cells(void)
{
	return MAP_COUNT * PREFIXES * OPCODES;
}

struct gen_cell gen_cell_at(unsigned n)
{
	return (struct gen_cell){.opcode = (u8)(n % OPCODES),
				 .prefix = (u8)(n / OPCODES % PREFIXES),
				 .map = (u8)(n / OPCODES / PREFIXES)};
}

struct writer {
	u8 *at;
};

static void put(struct writer *w, unsigned byte)
{
	*w->at++ = (u8)byte;
}

/* ModRM, SIB and displacement; the displacement of a RIP-relative operand is set later. */
static void put_operand(struct gen *g, struct writer *w)
{
	unsigned modrm = gen_below(g, 256), mod;
	u64 disp = gen_random(g);

	if (gen_one_in(g, 2))
		modrm |= 0xc0;
	mod = modrm >> 6;
	put(w, modrm);
	if (mod == 3)
		return;
	if ((modrm & 7) == 4) {
		unsigned sib = gen_below(g, 256);

		put(w, sib);
		if (mod == 0 && (sib & 7) == 5)
			mod = 2;
	} else if (mod == 0 && (modrm & 7) == 5) {
		mod = 2;
	}
	for (unsigned i = 0; i < (mod == 1 ? 1u : mod == 2 ? 4u : 0u); i++)
		put(w, (u8)(disp >> 8 * i));
}

static void put_immediates(struct gen *g, struct writer *w)
{
	put(w, gen_below(g, 256));
	put(w, gen_below(g, 256));
}

static void put_legacy(struct gen *g, struct writer *w, const struct gen_cell *cell)
{
	static const u8 prefix[] = {0, 0x66, 0xf3, 0xf2};

	if (cell->prefix)
		put(w, prefix[cell->prefix]);
	if (gen_one_in(g, 2))
		put(w, 0x40 | gen_below(g, 16));
	if (cell->map == MAP_FWAIT) {
		put(w, 0x9b);
		return;
	}
	if (cell->map != MAP_X87)
		put(w, 0x0f);
	if (cell->map == MAP_0F38)
		put(w, 0x38);
	if (cell->map == MAP_0F3A)
		put(w, 0x3a);
	put(w, cell->opcode);
	put_operand(g, w);
	put_immediates(g, w);
}

static void put_vex(struct gen *g, struct writer *w, const struct gen_cell *cell)
{
	unsigned vvvv = gen_one_in(g, 2) ? 15 : gen_below(g, 16);

	put(w, 0xc4);
	put(w, gen_below(g, 8) << 5 | (cell->map - VEX_FIRST + 1u));
	put(w, gen_below(g, 2) << 7 | vvvv << 3 | gen_below(g, 2) << 2 | cell->prefix);
	put(w, cell->opcode);
	put_operand(g, w);
	put_immediates(g, w);
}

static bool wanted(const struct gen_cell *cell)
{
	if (cell->map == MAP_X87)
		return cell->opcode >= 0xd8 && cell->opcode <= 0xdf && cell->prefix <= 1;
	if (cell->map == MAP_FWAIT)
		return cell->opcode == 0 && cell->prefix == 0;
	return true;
}

bool gen_is_state_insn(const struct gen_case *k)
{
	switch (k->insn.meta.isa_set) {
	case ZYDIS_ISA_SET_XSAVE:
	case ZYDIS_ISA_SET_XSAVEC:
	case ZYDIS_ISA_SET_XSAVEOPT:
	case ZYDIS_ISA_SET_XSAVES:
	case ZYDIS_ISA_SET_FXSAVE:
	case ZYDIS_ISA_SET_FXSAVE64:
		return true;
	default:
		return false;
	}
}

static bool names(ZydisRegister reg, unsigned n)
{
	return reg != ZYDIS_REGISTER_NONE && ZydisRegisterGetId(reg) == (ZyanI8)n;
}

/* XSAVE's mask is in EDX:EAX, and must not ask for what only the host has. */
static bool addressed_by_mask(const struct gen_case *k)
{
	const ZydisDecodedOperandMem *m = &k->operand[0].mem;

	if (!gen_is_state_insn(k) || k->operand[0].type != ZYDIS_OPERAND_TYPE_MEMORY)
		return false;
	return names(m->base, REG_RAX) || names(m->base, REG_RDX) || names(m->index, REG_RAX) ||
	       names(m->index, REG_RDX);
}

bool gen_encode(struct gen *g, const struct gen_cell *cell, struct gen_case *out)
{
	struct writer w = {.at = out->code};

	if (!wanted(cell))
		return false;
	memset(out->code, 0, sizeof(out->code));
	if (gen_one_in(g, 12))
		put(&w, 0x67);
	if (cell->map >= VEX_FIRST)
		put_vex(g, &w, cell);
	else
		put_legacy(g, &w, cell);
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&g->zydis, out->code, sizeof(out->code) - 1,
						 &out->insn, out->operand)))
		return false;
	out->len = out->insn.length;
	return !addressed_by_mask(out);
}
