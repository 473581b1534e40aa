/* SPDX-License-Identifier: MIT */
/*
 * General registers by operand size: a 32-bit write clears the upper half, 16- and 8-bit writes
 * leave the rest alone.	[APM1 3.1.2 64-bit mode, results]
 */
#ifndef CHIP_CPU_EXEC_REG_H
#define CHIP_CPU_EXEC_REG_H

#include "chip/cpu/mmu/tlb.h"
#include "chip/cpu/state.h"

/* Byte register n: 0..15 the low byte, with bit 5 set the second byte (AH, CH, DH, BH). */
static ALWAYS_INLINE u8 *reg8(struct cpu *c, unsigned n)
{
	return (u8 *)&c->reg[n & 0x1f] + (n >> 5);
}

static ALWAYS_INLINE u8 reg_get8(struct cpu *c, unsigned n)
{
	return *reg8(c, n);
}

static ALWAYS_INLINE u16 reg_get16(struct cpu *c, unsigned n)
{
	return (u16)c->reg[n];
}

static ALWAYS_INLINE u32 reg_get32(struct cpu *c, unsigned n)
{
	return (u32)c->reg[n];
}

static ALWAYS_INLINE u64 reg_get64(struct cpu *c, unsigned n)
{
	return c->reg[n];
}

static ALWAYS_INLINE void reg_set8(struct cpu *c, unsigned n, u8 v)
{
	*reg8(c, n) = v;
}

static ALWAYS_INLINE void reg_set16(struct cpu *c, unsigned n, u16 v)
{
	host_store16((u8 *)&c->reg[n], v);
}

static ALWAYS_INLINE void reg_set32(struct cpu *c, unsigned n, u32 v)
{
	c->reg[n] = v;
}

static ALWAYS_INLINE void reg_set64(struct cpu *c, unsigned n, u64 v)
{
	c->reg[n] = v;
}

/* For code that has the size at run time: size in bytes 1, 2, 4, 8; reads zero-extend. */
static inline u64 reg_get(struct cpu *c, unsigned n, unsigned size)
{
	switch (size) {
	case 1:
		return reg_get8(c, n);
	case 2:
		return reg_get16(c, n);
	case 4:
		return reg_get32(c, n);
	default:
		return reg_get64(c, n);
	}
}

static inline void reg_set(struct cpu *c, unsigned n, unsigned size, u64 v)
{
	switch (size) {
	case 1:
		reg_set8(c, n, (u8)v);
		break;
	case 2:
		reg_set16(c, n, (u16)v);
		break;
	case 4:
		reg_set32(c, n, (u32)v);
		break;
	default:
		reg_set64(c, n, v);
		break;
	}
}

#endif
