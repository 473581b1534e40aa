/* SPDX-License-Identifier: MIT */
/*
 * The instruction table: one row per mnemonic, and how a decoded instruction becomes operations.
 *
 * Zydis decodes; a row gives meaning.  To add an instruction: write its handler in exec/, and put
 * a row into the table of its family (exec/table_*.c).
 */
#ifndef CHIP_CPU_DECODE_INSN_H
#define CHIP_CPU_DECODE_INSN_H

#include "chip/cpu/decode/block.h"
#include "chip/cpu/model/feature.h"
#include "chip/cpu/op.h"

#include <Zydis/Zydis.h>

/* When an instruction may run at all; what fails raises #UD (#GP for INSN_CPL0) as APM3 says. */
enum insn_cond {
	INSN_CPL0 = 1 << 0,      /* #GP(0) when CPL > 0 */
	INSN_LOCK = 1 << 1,      /* LOCK is allowed with a memory destination; else #UD */
	INSN_PROTECTED = 1 << 2, /* #UD in real and virtual-8086 mode */
	INSN_ONLY64 = 1 << 3,    /* #UD outside 64-bit mode */
	INSN_NOT64 = 1 << 4,     /* #UD in 64-bit mode */
	INSN_ENDS_BLOCK =
		1 << 5,    /* translation, mode or interrupt state may change: look up anew */
	INSN_SSE = 1 << 6, /* #UD if CR0.EM or !CR4.OSFXSR, #NM if CR0.TS */
	INSN_AVX = 1 << 7, /* #UD if !CR4.OSXSAVE or XCR0[2:1] != 3, #NM if CR0.TS */
	INSN_X87 = 1 << 8, /* #NM if CR0.EM or CR0.TS; pending #MF first */
	INSN_MMX = 1 << 9, /* #UD if CR0.EM, #NM if CR0.TS; pending #MF first */
};

/* How an SEV-ES guest leaves: by itself (AE), or #VC inside the guest (NAE).	[APM2 15.35.4] */
enum insn_es { ES_NONE, ES_AE, ES_NAE };

enum { EXIT_NONE = 0xffff }; /* no instruction intercept */

struct insn;
struct lowering;

/*
 * Turns the instruction in l into operations by lower_emit().  False: this form does not exist,
 * #UD is emitted instead.
 */
typedef bool(lower_fn)(struct lowering *l, const struct insn *row);

struct insn {
	u16 mnemonic;    /* ZYDIS_MNEMONIC_* */
	u16 cond;        /* enum insn_cond bits */
	u16 exit;        /* #VMEXIT code of its instruction intercept, or EXIT_NONE */
	u8 es;           /* enum insn_es */
	u8 feature;      /* enum cpu_feature; FEATURE_BASE: always there */
	lower_fn *lower; /* how its operands become operations */
	op_fn *fn;       /* for lower: the handler, or NULL */
	const void *arg; /* for lower: a family of handlers */
	unsigned n;      /* for lower: a number (condition, operation index) */
};

struct insn_table {
	const struct insn *rows;
	size_t count;
};

/* Zydis has one mnemonic for the string instructions MOVSD, CMPSD and their SSE2 namesakes. */
enum {
	INSN_MOVSD_STRING = ZYDIS_MNEMONIC_MAX_VALUE + 1,
	INSN_CMPSD_STRING,
	INSN_MNEMONICS,
};

/* Every family's rows. */
extern const struct insn_table *const insn_tables[];
extern const size_t insn_table_count;

/* Fills the (zeroed) index with each mnemonic's row; what has none raises #UD. */
void insn_index(const struct insn *by_mnemonic[INSN_MNEMONICS]);

/* -- lowering -------------------------------------------------------------------------------- */

struct lowering {
	const struct cpu *c;
	u8 mode; /* enum cpu_mode */
	const ZydisDecodedInstruction *zi;
	const ZydisDecodedOperand *zo; /* zi->operand_count of them, visible ones first */
	u16 ip_off;                    /* of this instruction in its block */
	struct block_link *link;       /* the block's two links */
	bool ends;                     /* set by lower: the block ends after this instruction */
	struct op *ops;                /* where the next operation goes */
	unsigned room;                 /* operations left; a lowering may use up to 8 */
	unsigned used;
};

/* A zeroed operation with fn, ip_off, len, size and addr_size set. */
struct op *lower_emit(struct lowering *l, op_fn *fn);

enum lower_access { LOWER_READ, LOWER_WRITE };

/*
 * The same for a handler that finds its memory operand n with op_ea_fast().  Where that does not
 * give the linear address (FS, GS, 32-bit addresses, segments outside 64-bit mode) an operation that
 * computes and checks it goes first, and leaves it in REG_EA, so a handler needs no second variant.
 */
struct op *lower_emit_mem(struct lowering *l, op_fn *fn, unsigned n, enum lower_access access);

/* Address fields of memory operand n as they are, without segment or size (LEA). */
void lower_address(const struct lowering *l, struct op *op, unsigned n);

/*
 * Number of a register operand: 0..15 for GPRs, SIMD, segment (enum cpu_seg), CR and DR; AH, CH, DH,
 * BH are 0..3 with bit 5 set, see reg8().
 */
u8 lower_reg(ZydisRegister reg);

static inline bool lower_is_reg(const struct lowering *l, unsigned n)
{
	return n < l->zi->operand_count && l->zo[n].type == ZYDIS_OPERAND_TYPE_REGISTER;
}

static inline bool lower_is_mem(const struct lowering *l, unsigned n)
{
	return n < l->zi->operand_count && l->zo[n].type == ZYDIS_OPERAND_TYPE_MEMORY;
}

static inline bool lower_is_imm(const struct lowering *l, unsigned n)
{
	return n < l->zi->operand_count && l->zo[n].type == ZYDIS_OPERAND_TYPE_IMMEDIATE;
}

/*
 * The plain lowering: one operation, handler row->fn; register operands in visible order into a
 * and b, a memory operand as lower_emit_mem() does, an immediate into imm (sign-extended as Zydis
 * says), misc = row->n.  Sets l->ends when the row says INSN_ENDS_BLOCK.
 */
bool lower_plain(struct lowering *l, const struct insn *row);

#endif
