/* SPDX-License-Identifier: MIT */
/* Prefixes, opcode, ModRM, immediate.  [APM3 1 Instruction Encoding] */
#include "hv/insn.h"

#include <string.h>

#include "base/bytes.h"

enum { INSN_MAX = 15 };

struct reader {
	const u8 *bytes;
	unsigned len, at;
	enum insn_mode mode;
	bool operand_16, address_other, rep, bad;
	u8 rex;
};

enum { REX_B = 1, REX_X = 2, REX_R = 4, REX_W = 8 };

static u8 next(struct reader *r)
{
	if (r->at >= r->len || r->at >= INSN_MAX) {
		r->bad = true;
		return 0;
	}
	return r->bytes[r->at++];
}

/* -- prefixes --------------------------------------------------------------------------------- */

static bool take_prefix(struct reader *r, u8 b)
{
	switch (b) {
	case 0x66:
		r->operand_16 = true;
		return true;
	case 0x67:
		r->address_other = true;
		return true;
	case 0xf2:
	case 0xf3:
		r->rep = true;
		return true;
	case 0x26: /* segments: the faulting address is known already */
	case 0x2e:
	case 0x36:
	case 0x3e:
	case 0x64:
	case 0x65:
	case 0xf0: /* LOCK: only an exchange may have it */
		return true;
	default:
		return false;
	}
}

/* The first opcode byte. */
static u8 skip_prefixes(struct reader *r)
{
	u8 b = next(r);

	while (!r->bad && take_prefix(r, b))
		b = next(r);
	if (r->mode == INSN_MODE_64 && (b & 0xf0) == 0x40) {
		r->rex = b;
		b = next(r);
	}
	return b;
}

static u8 operand_size(const struct reader *r)
{
	if (r->rex & REX_W)
		return 8;
	if (r->mode == INSN_MODE_16)
		return r->operand_16 ? 4 : 2;
	return r->operand_16 ? 2 : 4;
}

static u8 address_size(const struct reader *r)
{
	switch (r->mode) {
	case INSN_MODE_16:
		return r->address_other ? 4 : 2;
	case INSN_MODE_32:
		return r->address_other ? 2 : 4;
	default:
		return r->address_other ? 4 : 8;
	}
}

/* -- operands --------------------------------------------------------------------------------- */

static void skip(struct reader *r, unsigned n)
{
	while (n--)
		next(r);
}

static void skip_displacement(struct reader *r, u8 mod, bool none_is_disp, unsigned disp)
{
	if (mod == 1)
		skip(r, 1);
	else if (mod == 2 || (mod == 0 && none_is_disp))
		skip(r, disp);
}

/* The reg field; a register in place of memory is not for us. */
static u8 modrm(struct reader *r)
{
	u8 b = next(r);
	u8 mod = b >> 6;
	u8 rm = b & 7;

	if (mod == 3)
		r->bad = true;
	if (address_size(r) == 2) {
		skip_displacement(r, mod, rm == 6, 2);
	} else if (rm == 4) {
		u8 sib = next(r);

		skip_displacement(r, mod, (sib & 7) == 5, 4);
	} else {
		skip_displacement(r, mod, rm == 5, 4);
	}
	return b >> 3 & 7;
}

static void set_register(struct reader *r, struct insn *i, u8 field, u8 size)
{
	i->reg = (u8)(field | (r->rex & REX_R ? 8 : 0));
	i->reg_size = size;
	if (size == 1 && !r->rex && field >= 4) {
		i->high = true;
		i->reg = field - 4;
	}
}

static u64 immediate(struct reader *r, u8 size)
{
	u8 bytes[4] = {0};
	u8 n = size == 8 ? 4 : size;

	for (u8 k = 0; k < n; k++)
		bytes[k] = next(r);
	if (n == 1)
		return (u64)(s64)(s8)bytes[0];
	if (n == 2)
		return (u64)(s64)(s16)get_le16(bytes);
	return (u64)(s64)(s32)get_le32(bytes);
}

/* -- opcodes ---------------------------------------------------------------------------------- */

/* Moves with ModRM: the low bit of the opcode says byte or full size. */
static void move(struct reader *r, struct insn *i, u8 op, enum insn_kind kind)
{
	i->kind = kind;
	i->size = op & 1 ? operand_size(r) : 1;
	set_register(r, i, modrm(r), i->size);
}

static void move_immediate(struct reader *r, struct insn *i, u8 op)
{
	i->kind = INSN_STORE;
	i->size = op & 1 ? operand_size(r) : 1;
	i->immediate = true;
	if (modrm(r) != 0)
		r->bad = true;
	i->value = immediate(r, i->size);
}

/* MOV between rAX and an absolute address. */
static void move_offset(struct reader *r, struct insn *i, u8 op)
{
	i->kind = op & 2 ? INSN_STORE : INSN_LOAD;
	i->size = op & 1 ? operand_size(r) : 1;
	i->reg_size = i->size;
	skip(r, address_size(r));
}

static void store_string(struct reader *r, struct insn *i, u8 op)
{
	i->kind = INSN_STOS;
	i->size = op & 1 ? operand_size(r) : 1;
	i->reg_size = i->size;
	i->rep = r->rep;
}

static void move_extended(struct reader *r, struct insn *i, u8 size, enum insn_extend extend)
{
	i->kind = INSN_LOAD;
	i->size = size;
	i->extend = extend;
	set_register(r, i, modrm(r), operand_size(r));
}

static void two_byte(struct reader *r, struct insn *i)
{
	u8 op = next(r);

	switch (op) {
	case 0xb6:
	case 0xb7:
		move_extended(r, i, op & 1 ? 2 : 1, INSN_ZERO);
		break;
	case 0xbe:
	case 0xbf:
		move_extended(r, i, op & 1 ? 2 : 1, INSN_SIGN);
		break;
	default:
		r->bad = true;
	}
}

static void one_byte(struct reader *r, struct insn *i, u8 op)
{
	switch (op) {
	case 0x88:
	case 0x89:
		move(r, i, op, INSN_STORE);
		break;
	case 0x8a:
	case 0x8b:
		move(r, i, op, INSN_LOAD);
		break;
	case 0x86:
	case 0x87:
		move(r, i, op, INSN_EXCHANGE);
		break;
	case 0xa0:
	case 0xa1:
	case 0xa2:
	case 0xa3:
		move_offset(r, i, op);
		break;
	case 0xaa:
	case 0xab:
		store_string(r, i, op);
		break;
	case 0xc6:
	case 0xc7:
		move_immediate(r, i, op);
		break;
	case 0x63: /* MOVSXD in 64-bit mode */
		r->bad = r->bad || r->mode != INSN_MODE_64;
		move_extended(r, i, 4, INSN_SIGN);
		break;
	case 0x0f:
		two_byte(r, i);
		break;
	default:
		r->bad = true;
	}
}

bool insn_decode(struct insn *i, const u8 *bytes, unsigned len, enum insn_mode mode)
{
	struct reader r = {.bytes = bytes, .len = len, .mode = mode};

	memset(i, 0, sizeof(*i));
	one_byte(&r, i, skip_prefixes(&r));
	i->address_size = address_size(&r);
	i->len = (u8)r.at;
	return !r.bad;
}
