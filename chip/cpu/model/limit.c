/* SPDX-License-Identifier: MIT */
/* What a model may announce on this host: guest SIMD and bit instructions run on the host's own. */
#include "chip/cpu/model/model.h"

#include <cpuid.h>

#include "abi/cpuid.h"
#include "abi/fpu.h"

/* Features that need the host's instructions; where CPUID tells is in cpu_feature_place(). */
static const enum cpu_feature from_host[] = {
	FEATURE_SSE3, FEATURE_SSSE3,     FEATURE_SSE41,  FEATURE_SSE42,      FEATURE_SSE4A,
	FEATURE_AES,  FEATURE_PCLMULQDQ, FEATURE_SHA,    FEATURE_AVX,        FEATURE_AVX2,
	FEATURE_F16C, FEATURE_FMA,       FEATURE_VAES,   FEATURE_BMI1,       FEATURE_BMI2,
	FEATURE_ADX,  FEATURE_LZCNT,     FEATURE_POPCNT, FEATURE_VPCLMULQDQ, FEATURE_MISALIGNSSE,
};

/* Those that are encoded with VEX, so the operating system must have enabled AVX too. */
static const enum cpu_feature from_host_avx[] = {
	FEATURE_AVX, FEATURE_AVX2, FEATURE_F16C, FEATURE_FMA, FEATURE_VAES, FEATURE_VPCLMULQDQ,
};

static void drop(struct cpu_model *m, enum cpu_feature f)
{
	m->features[f / 64] &= ~BIT64(f % 64);
}

static bool host_has(enum cpu_feature f)
{
	struct cpuid_place p = cpu_feature_place(f);
	u32 regs[4];

	if (!__get_cpuid_count(p.leaf, p.subleaf, &regs[0], &regs[1], &regs[2], &regs[3]))
		return false;
	return (regs[p.reg] & p.mask) == p.mask;
}

static bool host_enables_avx(void)
{
	u32 eax, ebx, ecx, edx, low, high;

	if (!__get_cpuid(CPUID_0000_0001, &eax, &ebx, &ecx, &edx) ||
	    !(ecx & CPUID_0000_0001_ECX_OSXSAVE))
		return false;
	__asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (low & (XCR0_SSE | XCR0_AVX)) == (XCR0_SSE | XCR0_AVX);
}

void cpu_model_limit(struct cpu_model *out, const struct cpu_model *m)
{
	*out = *m;
	for (unsigned n = 0; n < ARRAY_SIZE(from_host); n++)
		if (!host_has(from_host[n]))
			drop(out, from_host[n]);
	if (host_enables_avx())
		return;
	for (unsigned n = 0; n < ARRAY_SIZE(from_host_avx); n++)
		drop(out, from_host_avx[n]);
}
