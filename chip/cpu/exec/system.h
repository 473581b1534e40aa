/* SPDX-License-Identifier: MIT */
/* System instructions. */
#ifndef CHIP_CPU_EXEC_SYSTEM_H
#define CHIP_CPU_EXEC_SYSTEM_H

#include "chip/cpu/decode/insn.h"

/* MOV to or from a segment, control or debug register. */
bool lower_mov_sreg(struct lowering *l, bool to);
bool lower_mov_cr(struct lowering *l, bool to);
bool lower_mov_dr(struct lowering *l, bool to);

op_fn op_cpuid, op_rdmsr, op_wrmsr, op_hlt, op_pause;
op_fn op_rdtsc, op_rdtscp, op_rdpmc, op_rdpru, op_rdpid;
op_fn op_rdrand; /* RDSEED too */
op_fn op_rdpkru, op_wrpkru;

/* INT n, INT3, INT1, INTO, BOUND. */
lower_fn lower_int;
op_fn op_int3, op_int1, op_into, op_bound;

#endif
