/* SPDX-License-Identifier: MIT */
/*
 * x87, MMX, SSE and AVX: that each computes, that their registers are where FXSAVE and XSAVE put
 * them, and what MXCSR does.  One of each kind; the core's own tests have every instruction.  Option
 * tcg=1 leaves out what QEMU does not have.
 */
#include <emmintrin.h>

#include "abi/x86.h"

#include "tests/guests/rt/insn.h"
#include "tests/guests/rt/rt.h"
#include "tests/guests/rt/traps.h"

static u64 bits_of(double v)
{
	u64 u;

	memcpy(&u, &v, sizeof(u));
	return u;
}

static double value_of(u64 u)
{
	double v;

	memcpy(&v, &u, sizeof(v));
	return v;
}

/* -- x87 and MMX ------------------------------------------------------------------------------ */

static void x87(void)
{
	double pi, root = 2.0;
	u16 status, control = 0x027f; /* 53 bits, all masked */
	u8 extended[10];
	s32 rounded;

	__asm__ volatile("fninit; fldcw %1; fldpi; fstpl %0" : "=m"(pi) : "m"(control));
	check_equal(bits_of(pi), 0x400921fb54442d18, "FLDPI");
	__asm__ volatile("fldl %0; fsqrt; fstpl %0" : "+m"(root));
	check_equal(bits_of(root), 0x3ff6a09e667f3bcd, "FSQRT of 2");
	__asm__ volatile("fninit; fld1; fchs; fstpt %0; fldz; fld1; fcompp; fnstsw %1"
			 : "=m"(extended), "=m"(status));
	check(extended[9] == 0xbf && extended[8] == 0xff && extended[7] == 0x80, "FSTP of -1.0");
	check_equal(status & 0x4700, 0, "FCOMPP: 1 is greater than 0");
	__asm__ volatile("fldl %1; fistpl %0" : "=m"(rounded) : "m"((double){-2.5}));
	check_equal((u32)rounded, (u32)-2, "FISTP rounds to even");
	__asm__ volatile("fldl %1; fldl %1; faddp; fstpl %0" : "=m"(root) : "m"((double){0.1}));
	check_equal(bits_of(root), 0x3fc999999999999a, "FADDP");
}

static void mmx(void)
{
	u64 sum;
	u16 tags[14];

	__asm__ volatile("movq %1, %%mm3; paddb %2, %%mm3; movq %%mm3, %0; fnstenv %3; emms"
			 : "=m"(sum)
			 : "m"((u64){0x01ff7f8000102030}), "m"((u64){0x0101010101010101}), "m"(tags)
			 : "memory");
	check_equal(sum, 0x0200808101112131, "PADDB");
	check_equal(tags[4] == 0xffff, 0, "MMX marks the x87 registers as used");
}

/* -- SSE -------------------------------------------------------------------------------------- */

static void sse(void)
{
	double x = 1.0 / value_of(0x4008000000000000);
	__m128i v = _mm_set_epi32(4, 3, 2, 1);
	u32 out[4];
	u64 whole;

	check_equal(bits_of(x), 0x3fd5555555555555, "DIVSD");
	check_equal(bits_of(__builtin_sqrt(value_of(0x4000000000000000))), 0x3ff6a09e667f3bcd,
		    "SQRTSD");
	_mm_storeu_si128((__m128i *)(void *)out, _mm_shuffle_epi32(_mm_add_epi32(v, v), 0x1b));
	check(out[0] == 8 && out[1] == 6 && out[2] == 4 && out[3] == 2, "PADDD, PSHUFD");
	check_equal((u32)_mm_movemask_epi8(_mm_cmpgt_epi32(v, _mm_set1_epi32(2))), 0xff00,
		    "PCMPGTD, PMOVMSKB");
	check_equal((u64)_mm_cvtsd_si64(_mm_set_sd(2.5)), 2, "CVTSD2SI rounds to even");
	check_equal((u64)_mm_cvttsd_si64(_mm_set_sd(-2.9)), (u64)-2, "CVTTSD2SI cuts off");
	__asm__ volatile("cvttsd2si %1, %0" : "=r"(whole) : "x"(1e30));
	check_equal(whole, BIT64(63), "CVTTSD2SI overflow");
}

static double add(double a, double b, u32 mxcsr, u32 *flags)
{
	u32 reset = 0x1f80;

	__asm__ volatile("ldmxcsr %3; addsd %2, %0; stmxcsr %1; ldmxcsr %4"
			 : "+x"(a), "=m"(*flags)
			 : "x"(b), "m"(mxcsr), "m"(reset));
	return a;
}

static void rounding(void)
{
	u32 nearest = 0x1f80, up = 0x5f80, zero = 0x7f80, flags;

	check_equal(bits_of(add(0.1, 0.2, nearest, &flags)), 0x3fd3333333333334, "ADDSD: to even");
	check_equal(bits_of(add(0.1, 0.2, up, &flags)), 0x3fd3333333333334, "ADDSD: up");
	check_equal(bits_of(add(0.1, 0.2, zero, &flags)), 0x3fd3333333333333, "ADDSD: to zero");
	check_equal(flags, zero | 0x20, "MXCSR: inexact");
	TRAP_TRY("movaps 8(%0), %%xmm0", "r"((u64)&trap_record & ~15ull));
	check_equal(trap_record.vector, X86_VECTOR_GP, "MOVAPS: not aligned");
	if (rt_option_u64("tcg"))
		return;
	TRAP_TRY("ldmxcsr %0", "m"((u32){0xffff1f80}));
	check_equal(trap_record.vector, X86_VECTOR_GP, "LDMXCSR: reserved bits");
}

/* -- the images ------------------------------------------------------------------------------- */

static void fxsave(void)
{
	static u8 image[512] ALIGNED(16);
	__m128i v = _mm_set_epi64x(0x1111222233334444, 0x5555666677778888);
	u64 low = 0, st0;

	__asm__ volatile("fninit; fld1; movdqa %1, %%xmm13; fxsave64 %0"
			 : "=m"(image)
			 : "x"(v)
			 : "memory", "xmm13");
	memcpy(&low, image + 160 + 13 * 16, 8);
	memcpy(&st0, image + 32, 8);
	check_equal(low, 0x5555666677778888, "FXSAVE: XMM13");
	check_equal(st0, 0x8000000000000000, "FXSAVE: ST0");
	check_equal(*(u32 *)(void *)(image + 24), 0x1f80, "FXSAVE: MXCSR");
	check_equal(image[4], 0x80, "FXSAVE: one register in use");
	image[160 + 13 * 16] = 0x99;
	__asm__ volatile("pxor %%xmm13, %%xmm13; fninit; fxrstor64 %1; movq %%xmm13, %0"
			 : "=r"(low)
			 : "m"(image)
			 : "memory", "xmm13");
	check_equal(low, 0x5555666677778899, "FXRSTOR: XMM13");
	__asm__ volatile("fstpl %0; fninit" : "=m"(low));
	check_equal(low, 0x3ff0000000000000, "FXRSTOR: ST0");
}

/* AVX, where the processor has it: state components 0, 1 and 2 in XCR0. */
static void avx(void)
{
	static u8 image[1024] ALIGNED(64);
	u64 sum[4], high, lazy = 7;
	u64 a[4] = {1, 2, 3, 4};

	if ((cpuid(1, 0).ecx & (BIT32(26) | BIT32(28))) != (BIT32(26) | BIT32(28)))
		return;
	TRAP_TRY("vxorps %%ymm0, %%ymm0, %%ymm0");
	check_equal(trap_record.vector, X86_VECTOR_UD, "#UD: AVX without CR4.OSXSAVE");
	write_cr4(read_cr4() | CR4_OSXSAVE);
	__asm__ volatile("xsetbv" ::"c"(0), "a"(7), "d"(0));
	__asm__ volatile("vmovdqu %1, %%ymm9; vpaddq %%xmm9, %%xmm9, %%xmm8; vmovdqu %%ymm8, %0"
			 : "=m"(sum)
			 : "m"(a)
			 : "memory", "xmm8", "xmm9");
	check(sum[0] == 2 && sum[1] == 4, "VPADDQ");
	check(sum[2] == 0 && sum[3] == 0, "VEX.128 clears the upper half");
	__asm__ volatile("xsave64 %0" : "=m"(image) : "a"((u32)lazy), "d"(0) : "memory");
	memcpy(&high, image + 576 + 9 * 16, 8);
	check_equal(high, 3, "XSAVE: upper half of YMM9");
	check_equal(image[512] & 6, 6, "XSAVE: XSTATE_BV");
	image[576 + 9 * 16] = 9;
	__asm__ volatile("vzeroall; xrstor64 %1; vmovdqu %%ymm9, %0"
			 : "=m"(sum)
			 : "m"(image), "a"((u32)lazy), "d"(0)
			 : "memory", "xmm0", "xmm8", "xmm9");
	check(sum[0] == 1 && sum[2] == 9 && sum[3] == 4, "XRSTOR: YMM9");
}

int payload_main(void)
{
	x87();
	mmx();
	sse();
	rounding();
	fxsave();
	avx();
	return check_end("simd");
}
