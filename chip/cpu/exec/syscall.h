/* SPDX-License-Identifier: MIT */
/* Fast system calls and what goes with them.	[APM2 6.1 Fast System Call and Return] */
#ifndef CHIP_CPU_EXEC_SYSCALL_H
#define CHIP_CPU_EXEC_SYSCALL_H

#include "chip/cpu/decode/insn.h"

op_fn op_syscall, op_sysret, op_sysenter, op_sysexit, op_swapgs;
op_fn op_rdfsbase, op_rdgsbase, op_wrfsbase, op_wrgsbase;

#endif
