/* SPDX-License-Identifier: MIT */
/* Asking about selectors without loading them: LAR LSL VERR VERW ARPL.	[APM3] */
#ifndef CHIP_CPU_EXEC_DESC_QUERY_H
#define CHIP_CPU_EXEC_DESC_QUERY_H

#include "chip/cpu/decode/insn.h"

enum desc_query { DESC_QUERY_LAR, DESC_QUERY_LSL, DESC_QUERY_VERR, DESC_QUERY_VERW };

lower_fn lower_desc_query; /* row->n: enum desc_query */
lower_fn lower_arpl;

#endif
