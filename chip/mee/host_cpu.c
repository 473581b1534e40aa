/* SPDX-License-Identifier: MIT */
/*
 * Which of the fast paths this host can run.
 *
 * A vector extension needs two consents: the processor's (CPUID) and the operating system's, which
 * must save the registers at a task switch (XCR0, read with XGETBV).
 */
#include <cpuid.h>
#include <immintrin.h>

#include "base/compiler.h"
#include "base/types.h"

#include "chip/mee/mee_impl.h"

enum {
	CPUID_1_ECX_AES = 25,
	CPUID_1_ECX_OSXSAVE = 27,
	CPUID_7_EBX_AVX512F = 16,
	CPUID_7_ECX_VAES = 9,
	/* x87 is always there: SSE, AVX, opmask, upper halves of ZMM0-15, ZMM16-31. */
	XCR0_AVX512 = 0xe6,
};

bool host_has_aesni(void)
{
	u32 eax, ebx, ecx, edx;

	return __get_cpuid(1, &eax, &ebx, &ecx, &edx) && (ecx & BIT32(CPUID_1_ECX_AES));
}

TARGET("xsave") static bool os_saves_avx512(void)
{
	u32 eax, ebx, ecx, edx;

	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & BIT32(CPUID_1_ECX_OSXSAVE)))
		return false;
	return (_xgetbv(0) & XCR0_AVX512) == XCR0_AVX512;
}

bool host_has_vaes512(void)
{
	u32 eax, ebx, ecx, edx;

	if (!os_saves_avx512() || !__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx))
		return false;
	return (ebx & BIT32(CPUID_7_EBX_AVX512F)) && (ecx & BIT32(CPUID_7_ECX_VAES));
}
