/* SPDX-License-Identifier: MIT */
/*
 * Random SIMD and x87 instructions with random operands, for simd_oracle_test.c.
 *
 * Encodings come from *cells*: one opcode of one map with one mandatory prefix.  A case fills in the
 * rest of the encoding (ModRM, VEX fields, immediate), then registers and memory such that a memory
 * operand lies in the oracle's window (mostly), with lanes that are numbers worth trying.
 */
#ifndef CHIP_CPU_EXEC_SIMD_GEN_TESTBED_H
#define CHIP_CPU_EXEC_SIMD_GEN_TESTBED_H

#include "tests/support/host_oracle.h"

#include <Zydis/Zydis.h>

enum gen_map {
	MAP_0F,
	MAP_0F38,
	MAP_0F3A,
	MAP_X87,
	MAP_FWAIT,
	MAP_VEX1,
	MAP_VEX2,
	MAP_VEX3,
	MAP_COUNT
};

struct gen_cell {
	u8 map;    /* enum gen_map */
	u8 prefix; /* 0, 1, 2, 3: none, 66, F3, F2 */
	u8 opcode;
};

struct gen_case {
	u8 code[16];
	size_t len;
	ZydisDecodedInstruction insn;
	ZydisDecodedOperand operand[ZYDIS_MAX_OPERAND_COUNT];
	struct regs regs;
	u64 target; /* address that a memory operand was made to have; 0: none */
};

struct gen {
	u64 state; /* of the pseudo-random sequence */
	ZydisDecoder zydis;
	bool unmask; /* let some exceptions be unmasked */
};

void gen_init(struct gen *g, u64 seed);
u64 gen_random(struct gen *g);
unsigned gen_below(struct gen *g, unsigned n); /* 0 .. n - 1 */
bool gen_one_in(struct gen *g, unsigned n);

/* Number of cells, and the n-th. */
unsigned gen_cells(void);
struct gen_cell gen_cell_at(unsigned n);

/* An instruction of the cell; false: the bytes are none, try again. */
bool gen_encode(struct gen *g, const struct gen_cell *cell, struct gen_case *out);

/* FXSAVE, XSAVE and their kin. */
bool gen_is_state_insn(const struct gen_case *k);

/* Registers for it, and contents for the window around its memory operand. */
void gen_state(struct gen *g, struct gen_case *out, u8 *window);

#endif
