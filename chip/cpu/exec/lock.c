/* SPDX-License-Identifier: MIT */
/* LOCKed operations on bytes without a direct pointer. */
#include "chip/cpu/exec/lock.h"

bool lock_cmpxchg_slow(struct cpu *c, u64 la, unsigned size, u64 expected, u64 desired)
{
	bool swapped = false;

	host_store64(c->mem.b, expected);
	host_store64(c->mem.b + 16, desired);
	if (!mem_cmpxchg_slow(c, la, size, &swapped))
		return false;
	c->swapped = swapped;
	return true;
}

bool lock_cmpxchg16_slow(struct cpu *c, u64 la)
{
	bool swapped = false;

	c->mem.q[0] = c->reg[REG_RAX];
	c->mem.q[1] = c->reg[REG_RDX];
	c->mem.q[2] = c->reg[REG_RBX];
	c->mem.q[3] = c->reg[REG_RCX];
	if (!mem_cmpxchg_slow(c, la, 16, &swapped))
		return false;
	c->swapped = swapped;
	return true;
}
