/* SPDX-License-Identifier: MIT */
/*
 * LOCKed operations: host LOCKed instructions on guest bytes, so atomicity between cores is the
 * host's own, on unaligned operands within a page too.
 */
#ifndef CHIP_CPU_EXEC_LOCK_H
#define CHIP_CPU_EXEC_LOCK_H

#include "chip/cpu/exec/alu.h"
#include "chip/cpu/mmu/mem.h"

/*
 * Compare-exchange of 1, 2, 4 or 8 bytes where there is no direct pointer.  False: a fault.  Tells
 * in c->swapped whether memory equalled `expected` (not through a pointer to a local, which would
 * spoil the callers' tail calls).
 */
NOINLINE bool lock_cmpxchg_slow(struct cpu *c, u64 la, unsigned size, u64 expected, u64 desired);

/* The same for 16 bytes: expected RDX:RAX, desired RCX:RBX, the value found in c->mem. */
NOINLINE bool lock_cmpxchg16_slow(struct cpu *c, u64 la);

#define HOST_LOCK2(name, bits, before, insn, constraint)                                     \
	static ALWAYS_INLINE void host_lock_##name##bits(u8 *p, u##bits v, cc_t *cc)         \
	{                                                                                    \
		cc_t f = *cc;                                                                \
                                                                                             \
		__asm__ volatile(                                                            \
			before "lock " insn " %[v], %[m]\n\t" CC_CATCH                       \
			: [m] "+m"(*(struct host_unaligned##bits *)(void *)p), [cc] "+&a"(f) \
			: [v] constraint(v)                                                  \
			: "cc", "memory");                                                   \
		*cc = f;                                                                     \
	}

#define HOST_LOCK1(name, bits, before, insn)                                                 \
	static ALWAYS_INLINE void host_lock_##name##bits(u8 *p, cc_t *cc)                    \
	{                                                                                    \
		cc_t f = *cc;                                                                \
                                                                                             \
		__asm__ volatile(                                                            \
			before "lock " insn " %[m]\n\t" CC_CATCH                             \
			: [m] "+m"(*(struct host_unaligned##bits *)(void *)p), [cc] "+&a"(f) \
			:                                                                    \
			: "cc", "memory");                                                   \
		*cc = f;                                                                     \
	}

#define HOST_LOCK2_SIZES(name, before, insn)        \
	HOST_LOCK2(name, 8, before, insn "b", "q")  \
	HOST_LOCK2(name, 16, before, insn "w", "r") \
	HOST_LOCK2(name, 32, before, insn "l", "r") \
	HOST_LOCK2(name, 64, before, insn "q", "r")

#define HOST_LOCK1_SIZES(name, before, insn)   \
	HOST_LOCK1(name, 8, before, insn "b")  \
	HOST_LOCK1(name, 16, before, insn "w") \
	HOST_LOCK1(name, 32, before, insn "l") \
	HOST_LOCK1(name, 64, before, insn "q")

HOST_LOCK2_SIZES(add, "", "add")
HOST_LOCK2_SIZES(or, "", "or")
HOST_LOCK2_SIZES(adc, CC_RESTORE_CF, "adc")
HOST_LOCK2_SIZES(sbb, CC_RESTORE_CF, "sbb")
HOST_LOCK2_SIZES(and, "", "and")
HOST_LOCK2_SIZES(sub, "", "sub")
HOST_LOCK2_SIZES(xor, "", "xor")
HOST_LOCK1_SIZES(inc, CC_RESTORE_CF, "inc")
HOST_LOCK1_SIZES(dec, CC_RESTORE_CF, "dec")
HOST_LOCK1_SIZES(neg, "", "neg")

/* NOT keeps all flags, so none are caught. */
#define HOST_LOCK_NOT(bits, insn)                                                      \
	static ALWAYS_INLINE void host_lock_not##bits(u8 *p, cc_t *cc)                 \
	{                                                                              \
		(void)cc;                                                              \
		__asm__ volatile("lock " insn " %[m]"                                  \
				 : [m] "+m"(*(struct host_unaligned##bits *)(void *)p) \
				 :                                                     \
				 : "memory");                                          \
	}

HOST_LOCK_NOT(8, "notb")
HOST_LOCK_NOT(16, "notw")
HOST_LOCK_NOT(32, "notl")
HOST_LOCK_NOT(64, "notq")

#define HOST_EXCHANGE(bits, suffix, constraint)                                                    \
	static ALWAYS_INLINE u##bits host_xchg##bits(u8 *p, u##bits v)                             \
	{                                                                                          \
		__asm__ volatile(                                                                  \
			"xchg" suffix " %[v], %[m]"                                                \
			: [m] "+m"(*(struct host_unaligned##bits *)(void *)p), [v] "+" constraint( \
										       v)          \
			:                                                                          \
			: "memory");                                                               \
		return v;                                                                          \
	}                                                                                          \
	static ALWAYS_INLINE u##bits host_lock_xadd##bits(u8 *p, u##bits v, cc_t *cc)              \
	{                                                                                          \
		cc_t f;                                                                            \
                                                                                                   \
		__asm__ volatile("lock xadd" suffix " %[v], %[m]\n\t" CC_CATCH                     \
				 : [m] "+m"(*(struct host_unaligned##bits *)(void *)p),            \
				   [v] "+" constraint(v), "=&a"(f)                                 \
				 :                                                                 \
				 : "cc", "memory");                                                \
		*cc = f;                                                                           \
		return v;                                                                          \
	}                                                                                          \
	/* The value found; memory now holds `desired` if that was `expected`. */                  \
	static ALWAYS_INLINE u##bits host_lock_cmpxchg##bits(u8 *p, u##bits expected,              \
							     u##bits desired)                      \
	{                                                                                          \
		__asm__ volatile("lock cmpxchg" suffix " %[d], %[m]"                               \
				 : [m] "+m"(*(struct host_unaligned##bits *)(void *)p),            \
				   "+a"(expected)                                                  \
				 : [d] constraint(desired)                                         \
				 : "cc", "memory");                                                \
		return expected;                                                                   \
	}

HOST_EXCHANGE(8, "b", "q")
HOST_EXCHANGE(16, "w", "r")
HOST_EXCHANGE(32, "l", "r")
HOST_EXCHANGE(64, "q", "r")

#undef HOST_EXCHANGE
#undef HOST_LOCK_NOT
#undef HOST_LOCK1_SIZES
#undef HOST_LOCK2_SIZES
#undef HOST_LOCK1
#undef HOST_LOCK2

#endif
