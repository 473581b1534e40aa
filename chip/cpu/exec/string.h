/* SPDX-License-Identifier: MIT */
/* String instructions, for the table of integer instructions. */
#ifndef CHIP_CPU_EXEC_STRING_H
#define CHIP_CPU_EXEC_STRING_H

#include "chip/cpu/decode/insn.h"

enum string_kind { STRING_MOVS, STRING_STOS, STRING_LODS, STRING_SCAS, STRING_CMPS };

#define STRING_ROW(kind, bytes) ((kind) | (bytes) << 8)

lower_fn lower_string; /* row->n: STRING_ROW() */

#endif
