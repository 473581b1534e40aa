/* SPDX-License-Identifier: MIT */
/* Loads and stores between memory and SIMD registers. */
#include "chip/cpu/exec/simd/simd_mem.h"

#include "abi/x86.h"
#include "chip/cpu/exec/mem_op.h"
#include "chip/cpu/exec/simd/simd.h"

/* What an address that is not a multiple of the operand's size means. */
enum alignment {
	ALIGN_ANY,     /* nothing */
	ALIGN_MUST,    /* #GP(0) */
	ALIGN_OPERAND, /* #GP(0), unless MXCSR.MM	[APM1 4.2.2 Misaligned Exception Mask] */
};

static bool misaligned(struct cpu *c, u64 la, unsigned bytes, enum alignment align)
{
	if (align == ALIGN_ANY || la % bytes == 0)
		return false;
	if (align == ALIGN_OPERAND && c->fpu.mxcsr & MXCSR_MM)
		return false;
	fault_raise_error(c, X86_VECTOR_GP, 0);
	return true;
}

static NOINLINE COLD bool load_slow(struct cpu *c, u64 la, unsigned bytes, enum alignment align)
{
	return !misaligned(c, la, bytes, align) && mem_load_slow(c, la, bytes);
}

static NOINLINE COLD bool store_slow(struct cpu *c, u64 la, unsigned bytes, enum alignment align)
{
	return !misaligned(c, la, bytes, align) && mem_store_slow(c, la, bytes);
}

/*
 * A handler and its slow twin from one text.  LOAD is asm from %[m] to %[r], STORE from %[r] to %[m];
 * xmm0 and eax are free.
 */
#define LOAD_OP(name, size, align, reg, text)                                                  \
	static ALWAYS_INLINE void name##_move(struct cpu *c, const struct op *op, const u8 *p) \
	{                                                                                      \
		__asm__ volatile(text                                                          \
				 : [r] "=m"(reg)                                               \
				 : [m] "m"(*(const struct bytes##size *)(const void *)p)       \
				 : "xmm0", "rax");                                             \
	}                                                                                      \
	static NOINLINE COLD OP(name##_slow)                                                   \
	{                                                                                      \
		if (!load_slow(c, op_ea_fast(c, op), size, align))                             \
			OP_EVENT();                                                            \
		name##_move(c, op, c->mem.b);                                                  \
		OP_NEXT();                                                                     \
	}                                                                                      \
	OP(name)                                                                               \
	{                                                                                      \
		u64 la = op_ea_fast(c, op);                                                    \
		const u8 *p = mem_load_ptr(c, la, size);                                       \
                                                                                               \
		if (UNLIKELY(!p || ((align) != ALIGN_ANY && la % (size))))                     \
			OP_CALL(name##_slow, c, op);                                           \
		name##_move(c, op, p);                                                         \
		OP_NEXT();                                                                     \
	}

#define STORE_OP(name, size, align, reg, text)                                           \
	static ALWAYS_INLINE void name##_move(struct cpu *c, const struct op *op, u8 *p) \
	{                                                                                \
		__asm__ volatile(text                                                    \
				 : [m] "=m"(*(struct bytes##size *)(void *)p)            \
				 : [r] "m"(reg)                                          \
				 : "xmm0", "rax");                                       \
	}                                                                                \
	static NOINLINE COLD OP(name##_slow)                                             \
	{                                                                                \
		name##_move(c, op, c->mem.b);                                            \
		if (!store_slow(c, op_ea_fast(c, op), size, align))                      \
			OP_EVENT();                                                      \
		OP_NEXT();                                                               \
	}                                                                                \
	OP(name)                                                                         \
	{                                                                                \
		u64 la = op_ea_fast(c, op);                                              \
		u8 *p = mem_store_ptr(c, la, size);                                      \
                                                                                         \
		if (UNLIKELY(!p || ((align) != ALIGN_ANY && la % (size))))               \
			OP_CALL(name##_slow, c, op);                                     \
		name##_move(c, op, p);                                                   \
		OP_NEXT();                                                               \
	}

struct bytes1 {
	u8 b[1];
} MAY_ALIAS;
struct bytes2 {
	u8 b[2];
} MAY_ALIAS;

/* -- XMM ---------------------------------------------------------------------------------------- */

#define TO_XMM(load) load "\n\tmovaps %%xmm0, %[r]"

LOAD_OP(simd_load1, 1, ALIGN_ANY, XMM(op->a), "movzbl %[m], %%eax\n\t" TO_XMM("movd %%eax, %%xmm0"))
LOAD_OP(simd_load2, 2, ALIGN_ANY, XMM(op->a), "movzwl %[m], %%eax\n\t" TO_XMM("movd %%eax, %%xmm0"))
LOAD_OP(simd_load4, 4, ALIGN_ANY, XMM(op->a), TO_XMM("movss %[m], %%xmm0"))
LOAD_OP(simd_load8, 8, ALIGN_ANY, XMM(op->a), TO_XMM("movsd %[m], %%xmm0"))
LOAD_OP(simd_load16, 16, ALIGN_ANY, XMM(op->a), TO_XMM("movups %[m], %%xmm0"))
LOAD_OP(simd_load16_aligned, 16, ALIGN_MUST, XMM(op->a), TO_XMM("movups %[m], %%xmm0"))
LOAD_OP(simd_load16_operand, 16, ALIGN_OPERAND, XMM(op->a), TO_XMM("movups %[m], %%xmm0"))

STORE_OP(simd_store4, 4, ALIGN_ANY, XMM(op->b), "movss %[r], %%xmm0\n\tmovss %%xmm0, %[m]")
STORE_OP(simd_store8, 8, ALIGN_ANY, XMM(op->b), "movsd %[r], %%xmm0\n\tmovsd %%xmm0, %[m]")
STORE_OP(simd_store8_high, 8, ALIGN_ANY, XMM(op->b), "movaps %[r], %%xmm0\n\tmovhps %%xmm0, %[m]")
STORE_OP(simd_store16, 16, ALIGN_ANY, XMM(op->b), "movaps %[r], %%xmm0\n\tmovups %%xmm0, %[m]")
STORE_OP(simd_store16_aligned, 16, ALIGN_MUST, XMM(op->b),
	 "movaps %[r], %%xmm0\n\tmovups %%xmm0, %[m]")

OP(simd_probe_store)
{
	if (!mem_probe_store(c, op_ea_fast(c, op), (unsigned)op->imm))
		OP_EVENT();
	OP_NEXT();
}

/* -- YMM: a VEX load into xmm0 clears the upper half, which the 32-byte store then writes ----------- */

#define TO_YMM(load) load "\n\tvmovaps %%ymm0, %[r]"

LOAD_OP(simd_vload4, 4, ALIGN_ANY, YMM(op->a), TO_YMM("vmovss %[m], %%xmm0"))
LOAD_OP(simd_vload8, 8, ALIGN_ANY, YMM(op->a), TO_YMM("vmovsd %[m], %%xmm0"))
LOAD_OP(simd_vload16, 16, ALIGN_ANY, YMM(op->a), TO_YMM("vmovups %[m], %%xmm0"))
LOAD_OP(simd_vload16_aligned, 16, ALIGN_MUST, YMM(op->a), TO_YMM("vmovups %[m], %%xmm0"))
LOAD_OP(simd_vload32, 32, ALIGN_ANY, YMM(op->a), TO_YMM("vmovups %[m], %%ymm0") "\n\tvzeroupper")
LOAD_OP(simd_vload32_aligned, 32, ALIGN_MUST, YMM(op->a),
	TO_YMM("vmovups %[m], %%ymm0") "\n\tvzeroupper")

#define FROM_YMM "vmovaps %[r], %%ymm0\n\tvmovups %%ymm0, %[m]\n\tvzeroupper"

STORE_OP(simd_store32, 32, ALIGN_ANY, YMM(op->b), FROM_YMM)
STORE_OP(simd_store32_aligned, 32, ALIGN_MUST, YMM(op->b), FROM_YMM)

/* -- MM ------------------------------------------------------------------------------------------- */

static ALWAYS_INLINE void load_mm(struct cpu *c, const struct op *op, u64 v)
{
	fpu_x87_to_mmx(c);
	mm_set(c, op->a, v);
}

OP_LOADING(load_mm4, 32, load_mm(c, op, v))
OP_LOADING(load_mm8, 64, load_mm(c, op, v))

/* A store that faults must not have changed x87 data to MMX. */
#define STORE_MM(name, bits)                                                          \
	static OP(name)                                                               \
	{                                                                             \
		u64 la = op_ea_fast(c, op);                                           \
                                                                                      \
		if (c->fpu.x87_at != X87_IN_MMX && !mem_probe_store(c, la, bits / 8)) \
			OP_EVENT();                                                   \
		fpu_x87_to_mmx(c);                                                    \
		if (!mem_store##bits(c, la, (u##bits) * lanes64(c, op->b)))           \
			OP_EVENT();                                                   \
		OP_NEXT();                                                            \
	}

STORE_MM(store_mm4, 32)
STORE_MM(store_mm8, 64)

op_fn *const simd_load_mm[] = {NULL, NULL, load_mm4, load_mm8};
op_fn *const simd_store_mm[] = {NULL, NULL, store_mm4, store_mm8};

/* -- general registers ----------------------------------------------------------------------------- */

OP_LOADING(load_gpr1, 8, c->reg[op->a] = v)
OP_LOADING(load_gpr2, 16, c->reg[op->a] = v)
OP_LOADING(load_gpr4, 32, c->reg[op->a] = v)
OP_LOADING(load_gpr8, 64, c->reg[op->a] = v)
OP_STORING(store_gpr1, 8, c->reg[op->b])
OP_STORING(store_gpr2, 16, c->reg[op->b])
OP_STORING(store_gpr4, 32, c->reg[op->b])
OP_STORING(store_gpr8, 64, c->reg[op->b])

op_fn *const simd_load_gpr[] = {load_gpr1, load_gpr2, load_gpr4, load_gpr8};
op_fn *const simd_store_gpr[] = {store_gpr1, store_gpr2, store_gpr4, store_gpr8};
