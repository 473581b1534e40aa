/* SPDX-License-Identifier: MIT */
/*
 * Data breakpoints.
 *
 * While one is armed, instructions run one by one, and each is decoded here a second time for the
 * addresses of its operands, so that handlers need to know nothing of breakpoints.
 *	[APM2 13.1.3.2 Data Breakpoints]
 */
#include "chip/cpu/exec/debug_operand.h"

#include <string.h>

#include "chip/cpu/decode/insn.h"
#include "chip/cpu/exec/debug.h"
#include "chip/cpu/mmu/mmu.h"

enum { INSN_MAX_LEN = 15 };

struct decoded {
	ZydisDecodedInstruction zi;
	ZydisDecodedOperand zo[ZYDIS_MAX_OPERAND_COUNT];
};

/* -- the instruction ---------------------------------------------------------------------------------- */

/* As many bytes as can be fetched. */
static unsigned fetch(struct cpu *c, u8 code[INSN_MAX_LEN])
{
	struct cpu_event event = c->event;
	unsigned n = 0;

	while (n < INSN_MAX_LEN) {
		u64 la = c->seg[SEG_CS].base + c->rip + n;
		struct mmu_fetch page;
		u64 room;

		if ((c->mode & MODE_WIDTH) != MODE_64)
			la = (u32)la;
		else
			la = c->rip + n;
		if (!mmu_fetch(c, la, &page))
			break;
		room = PAGE_SIZE - (la & PAGE_MASK);
		for (; room > 0 && n < INSN_MAX_LEN; room--, la++)
			code[n++] = page.page[la & PAGE_MASK];
	}
	c->event = event;
	return n;
}

void debug_decoder_init(const struct cpu *c, ZydisDecoder *z)
{
	if (c->mode & MODE_REAL && (c->mode & MODE_WIDTH) == MODE_16)
		ZydisDecoderInit(z, ZYDIS_MACHINE_MODE_REAL_16, ZYDIS_STACK_WIDTH_16);
	else if ((c->mode & MODE_WIDTH) == MODE_16)
		ZydisDecoderInit(z, ZYDIS_MACHINE_MODE_LEGACY_16, ZYDIS_STACK_WIDTH_16);
	else if ((c->mode & MODE_WIDTH) == MODE_32)
		ZydisDecoderInit(z, ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32);
	else
		ZydisDecoderInit(z, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
}

static bool decode(struct cpu *c, struct decoded *d)
{
	u8 code[INSN_MAX_LEN];
	unsigned len = fetch(c, code);
	ZydisDecoder z;

	debug_decoder_init(c, &z);
	return ZYAN_SUCCESS(ZydisDecoderDecodeFull(&z, code, len, &d->zi, d->zo));
}

/* -- addresses ---------------------------------------------------------------------------------------- */

static u64 mask_of_width(unsigned bits)
{
	return bits >= 64 ? ~0ull : (1ull << bits) - 1;
}

static u64 register_value(const struct cpu *c, const ZydisDecodedInstruction *zi, ZydisRegister reg)
{
	if (reg == ZYDIS_REGISTER_NONE)
		return 0;
	if (reg == ZYDIS_REGISTER_RIP || reg == ZYDIS_REGISTER_EIP)
		return c->rip + zi->length;
	return c->reg[lower_reg(reg)] & mask_of_width(ZydisRegisterGetWidth(zi->machine_mode, reg));
}

/* Pushes are told by their stack pointer before the instruction: they go below it. */
static bool is_push(const ZydisDecodedOperand *o)
{
	return o->visibility == ZYDIS_OPERAND_VISIBILITY_HIDDEN &&
	       o->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE &&
	       (o->mem.base == ZYDIS_REGISTER_RSP || o->mem.base == ZYDIS_REGISTER_ESP ||
		o->mem.base == ZYDIS_REGISTER_SP);
}

u64 debug_operand_linear(const struct cpu *c, const ZydisDecodedInstruction *zi,
			 const ZydisDecodedOperand *o)
{
	unsigned seg = lower_reg(o->mem.segment);
	u64 offset = register_value(c, zi, o->mem.base) +
		     register_value(c, zi, o->mem.index) * o->mem.scale + (u64)o->mem.disp.value;

	if (is_push(o))
		offset -= o->size / 8;
	offset &= mask_of_width(zi->address_width);
	if ((c->mode & MODE_WIDTH) == MODE_64)
		return offset + (seg >= SEG_FS ? c->seg[seg].base : 0);
	return (u32)(c->seg[seg].base + offset);
}

bool debug_operand_is_access(const ZydisDecodedOperand *o)
{
	return o->type == ZYDIS_OPERAND_TYPE_MEMORY && o->mem.type == ZYDIS_MEMOP_TYPE_MEM;
}

/* A repeated instruction with a count of zero touches nothing. */
bool debug_does_nothing(const struct cpu *c, const ZydisDecodedInstruction *zi)
{
	const u64 rep = ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE;

	return zi->attributes & rep && (c->reg[REG_RCX] & mask_of_width(zi->address_width)) == 0;
}

u16 debug_data_hits(struct cpu *c)
{
	struct decoded d;
	u16 hit = 0;

	if (!decode(c, &d) || debug_does_nothing(c, &d.zi))
		return 0;
	for (unsigned n = 0; n < d.zi.operand_count; n++) {
		const ZydisDecodedOperand *o = &d.zo[n];
		u64 la;

		if (!debug_operand_is_access(o))
			continue;
		la = debug_operand_linear(c, &d.zi, o);
		if (o->actions & ZYDIS_OPERAND_ACTION_MASK_READ)
			hit |= debug_hits(c, la, o->size / 8u, DEBUG_READ);
		if (o->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)
			hit |= debug_hits(c, la, o->size / 8u, DEBUG_WRITE);
	}
	return hit;
}
