/* SPDX-License-Identifier: MIT */
/*
 * Fused pairs: two neighbouring operations done by one handler.
 *
 * Both operations stay in the block; the first one's handler is replaced by one that does the work
 * of both and goes on behind the second.  Whenever it cannot (a soft TLB miss, say) it hands over
 * to the first operation's own handler, which goes on to the second as if nothing had been fused.
 */
#ifndef CHIP_CPU_EXEC_FUSE_H
#define CHIP_CPU_EXEC_FUSE_H

#include "chip/cpu/op.h"

/*
 * The handler for the pair, to be put into the first operation; NULL: there is none.  A flag writer
 * and the Jcc behind it; the load of an operand and the scalar SSE instruction that uses it.
 */
op_fn *fuse_jcc(const struct op *first, const struct op *jump);
op_fn *fuse_load_scalar(const struct op *load, const struct op *scalar);

/* Number of the condition when fn is a linked Jcc, else -1 (exec/control.c). */
int jcc_condition(op_fn *fn);

#endif
