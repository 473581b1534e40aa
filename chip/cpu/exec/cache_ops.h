/* SPDX-License-Identifier: MIT */
/* TLB and cache control, monitor and wait.	[APM2 5.5.3 TLB Management, 7.6.3 Cache-Control] */
#ifndef CHIP_CPU_EXEC_CACHE_OPS_H
#define CHIP_CPU_EXEC_CACHE_OPS_H

#include "chip/cpu/decode/insn.h"

lower_fn lower_invlpg, lower_invpcid;
op_fn op_wbinvd;  /* INVD and WBNOINVD too */
op_fn op_clflush; /* CLFLUSHOPT and CLWB too */
lower_fn lower_clzero;
lower_fn lower_monitor; /* row->n: 0 MONITOR, 1 MONITORX */
lower_fn lower_mwait;   /* row->n: 0 MWAIT, 1 MWAITX */

#endif
