/* SPDX-License-Identifier: MIT */
/* Memory images larger than one access: FXSAVE, XSAVE, FNSAVE. */
#ifndef CHIP_CPU_EXEC_SIMD_BULK_H
#define CHIP_CPU_EXEC_SIMD_BULK_H

#include "chip/cpu/state.h"

/*
 * `size` bytes at linear address la, in pieces; false with c->event filled on a fault, when the
 * pieces before it have been moved (the instructions that use these can be run again).
 */
bool bulk_load(struct cpu *c, u64 la, void *dst, size_t size) MUST_CHECK;
bool bulk_store(struct cpu *c, u64 la, const void *src, size_t size) MUST_CHECK;

#endif
