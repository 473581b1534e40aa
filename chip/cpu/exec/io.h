/* SPDX-License-Identifier: MIT */
/* IN OUT INS OUTS.  The chip has no port device: ports exist where a hypervisor intercepts them. */
#ifndef CHIP_CPU_EXEC_IO_H
#define CHIP_CPU_EXEC_IO_H

#include "chip/cpu/decode/insn.h"

lower_fn lower_in, lower_out;
lower_fn lower_ins, lower_outs; /* row->n: element size in bytes */

#endif
