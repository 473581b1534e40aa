/* SPDX-License-Identifier: MIT */
/* Each family's rows. */
#ifndef CHIP_CPU_EXEC_TABLES_H
#define CHIP_CPU_EXEC_TABLES_H

#include "chip/cpu/decode/insn.h"
#include "chip/cpu/decode/ops_common.h"

extern const struct insn_table insn_table_int, insn_table_sys;

#endif
