/* SPDX-License-Identifier: MIT */
/* Operations that decoding itself puts into blocks. */
#ifndef CHIP_CPU_DECODE_OPS_COMMON_H
#define CHIP_CPU_DECODE_OPS_COMMON_H

#include "chip/cpu/op.h"

/* Linear address of a memory operand that op_ea_fast() cannot give, checked, into REG_EA. */
op_fn op_ea_read, op_ea_write;

/* First operation of a block whose one instruction lies on two pages. */
op_fn op_check_second_page;

/* #UD; and #GP(0) for an instruction longer than 15 bytes. */
op_fn op_undefined, op_too_long;

/* Last operation of a block that ends without a jump; imm: struct block_link. */
op_fn op_go_on;

/* Before the first SIMD, AVX, x87 or MMX instruction of a block: may it run?  imm: cond bits. */
op_fn op_check_fpu;

/* Before a row with INSN_CPL0 or with a mode condition that depends on more than the mode. */
op_fn op_check_cpl0;

#endif
