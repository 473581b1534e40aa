/* SPDX-License-Identifier: MIT */
/* The registers that say where descriptors are: GDTR IDTR LDTR TR.	[APM2 4.6] */
#ifndef CHIP_CPU_EXEC_DESC_TABLE_H
#define CHIP_CPU_EXEC_DESC_TABLE_H

#include "chip/cpu/decode/insn.h"

op_fn op_sgdt, op_sidt, op_lgdt, op_lidt;
lower_fn lower_store_selector; /* SLDT, STR; row->n: enum store_selector */
lower_fn lower_load_selector;  /* LLDT, LTR; row->n: the same */

enum desc_register { DESC_REGISTER_LDTR, DESC_REGISTER_TR };

#endif
