/* SPDX-License-Identifier: MIT */
/*
 * Handlers with a memory operand, in pairs from one body: the fast one needs a soft TLB hit within
 * a page, and on anything else hands over, by a tail call, to the slow one.  A fast handler so has
 * no calls in it and needs no stack frame.
 */
#ifndef CHIP_CPU_EXEC_MEM_OP_H
#define CHIP_CPU_EXEC_MEM_OP_H

#include "chip/cpu/decode/block.h"
#include "chip/cpu/mmu/mem.h"

/* body reads `v`, the operand, and commits. */
#define OP_LOADING(name, bits, body)                                        \
	static NOINLINE COLD OP(name##_slow)                                \
	{                                                                   \
		u##bits v;                                                  \
                                                                            \
		if (!mem_load_slow(c, op_ea_fast(c, op), sizeof(v)))        \
			OP_EVENT();                                         \
		v = host_load##bits(c->mem.b);                              \
		body;                                                       \
		OP_NEXT();                                                  \
	}                                                                   \
	static OP(name)                                                     \
	{                                                                   \
		const u8 *p = mem_load_ptr(c, op_ea_fast(c, op), bits / 8); \
		u##bits v;                                                  \
                                                                            \
		if (UNLIKELY(!p))                                           \
			OP_CALL(name##_slow, c, op);                        \
		v = host_load##bits(p);                                     \
		body;                                                       \
		OP_NEXT();                                                  \
	}

/* value is what to store; nothing else changes. */
#define OP_STORING(name, bits, value)                                                      \
	static NOINLINE COLD OP(name##_slow)                                               \
	{                                                                                  \
		if (!mem_store_slow_u64(c, op_ea_fast(c, op), (u##bits)(value), bits / 8)) \
			OP_EVENT();                                                        \
		OP_NEXT();                                                                 \
	}                                                                                  \
	static OP(name)                                                                    \
	{                                                                                  \
		u8 *p = mem_store_ptr(c, op_ea_fast(c, op), bits / 8);                     \
                                                                                           \
		if (UNLIKELY(!p))                                                          \
			OP_CALL(name##_slow, c, op);                                       \
		host_store##bits(p, (u##bits)(value));                                     \
		OP_NEXT();                                                                 \
	}

/*
 * Read-modify-write.  result is computed from `v` and `cc` (in and out); it and the flags are
 * committed together.  The store right is checked before anything is read.
 */
#define OP_MODIFYING(name, bits, result)                                                    \
	static NOINLINE COLD OP(name##_slow)                                                \
	{                                                                                   \
		u64 la = op_ea_fast(c, op);                                                 \
		cc_t cc = c->cc;                                                            \
		u##bits v;                                                                  \
                                                                                            \
		if (!mem_probe_store(c, la, sizeof(v)) || !mem_load_slow(c, la, sizeof(v))) \
			OP_EVENT();                                                         \
		v = host_load##bits(c->mem.b);                                              \
		v = (result);                                                               \
		if (!mem_store_slow_u64(c, la, v, sizeof(v)))                               \
			OP_EVENT();                                                         \
		c->cc = cc;                                                                 \
		OP_NEXT();                                                                  \
	}                                                                                   \
	static OP(name)                                                                     \
	{                                                                                   \
		u8 *p = mem_store_ptr(c, op_ea_fast(c, op), bits / 8);                      \
		cc_t cc = c->cc;                                                            \
		u##bits v;                                                                  \
                                                                                            \
		if (UNLIKELY(!p))                                                           \
			OP_CALL(name##_slow, c, op);                                        \
		v = host_load##bits(p);                                                     \
		host_store##bits(p, (result));                                              \
		c->cc = cc;                                                                 \
		OP_NEXT();                                                                  \
	}

/*
 * LOCKed read-modify-write: `direct` is a host LOCKed instruction on `p`; without a direct pointer,
 * a compare-exchange loop of result, as in OP_MODIFYING().
 */
#define OP_LOCKED(name, bits, direct, result)                                  \
	static NOINLINE COLD OP(name##_slow)                                   \
	{                                                                      \
		u64 la = op_ea_fast(c, op);                                    \
		cc_t cc;                                                       \
		u##bits v;                                                     \
                                                                               \
		do {                                                           \
			cc = c->cc;                                            \
			if (!mem_probe_store(c, la, sizeof(v)) ||              \
			    !mem_load_slow(c, la, sizeof(v)))                  \
				OP_EVENT();                                    \
			v = host_load##bits(c->mem.b);                         \
			if (!lock_cmpxchg_slow(c, la, sizeof(v), v, (result))) \
				OP_EVENT();                                    \
		} while (!c->swapped);                                         \
		c->cc = cc;                                                    \
		OP_NEXT();                                                     \
	}                                                                      \
	static OP(name)                                                        \
	{                                                                      \
		u8 *p = mem_store_ptr(c, op_ea_fast(c, op), bits / 8);         \
                                                                               \
		if (UNLIKELY(!p))                                              \
			OP_CALL(name##_slow, c, op);                           \
		direct;                                                        \
		OP_NEXT();                                                     \
	}

#endif
