/* SPDX-License-Identifier: MIT */
/* A machine with all of SSE, AVX and x87 enabled, for the tests of this folder. */
#ifndef CHIP_CPU_EXEC_SIMD_FPU_TESTBED_H
#define CHIP_CPU_EXEC_SIMD_FPU_TESTBED_H

#include "tests/support/machine_fixture.h"

#include <string.h>

#include "abi/fpu.h"
#include "base/bytes.h"

enum { DATA = MACHINE_DATA, CR4_ALL = CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_OSXSAVE };

/* [disp32] in 64-bit mode, ModRM and SIB with this /reg; and the same address for other modes. */
#define AT(reg, address)   0x04 | (reg) << 3, 0x25, (address)&0xff, (address) >> 8, 0, 0
#define AT32(reg, address) 0x05 | (reg) << 3, (address)&0xff, (address) >> 8, 0, 0
#define AT16(reg, address) 0x06 | (reg) << 3, (address)&0xff, (address) >> 8

#define HLT 0xf4

static struct cpu_extended extended;

/* All of SSE, AVX and x87 enabled, registers with a pattern, data page zero. */
static inline void enter(enum machine_mode mode)
{
	static const u8 zero[PAGE_SIZE];

	machine_enter(m, mode);
	machine_write(m, DATA, zero, sizeof(zero));
	SAVE->cr0 = (SAVE->cr0 | CR0_NE | CR0_MP) & ~(CR0_EM | CR0_TS);
	SAVE->cr4 |= CR4_ALL;
	cpu_extended_get(m->cpu, &extended);
	extended.xcr0 = XCR0_X87 | XCR0_SSE | XCR0_AVX;
	extended.pkru = 0;
	memset(extended.fxsave, 0, sizeof(extended.fxsave));
	put_le16(extended.fxsave, FCW_FNINIT);
	put_le32(extended.fxsave + 24, MXCSR_INIT);
	for (unsigned n = 0; n < 16; n++) {
		memset(extended.fxsave + 160 + 16 * n, 0x10 + (int)n, 16);
		memset(extended.ymm[n], 0x80 + (int)n, 16);
	}
	assert_int_equal(cpu_extended_set(m->cpu, &extended), CPU_HOST_OK);
}

static inline void set_mxcsr(u32 mxcsr)
{
	put_le32(extended.fxsave + 24, mxcsr);
	assert_int_equal(cpu_extended_set(m->cpu, &extended), CPU_HOST_OK);
}

static inline void set_fcw(u16 fcw)
{
	put_le16(extended.fxsave, fcw);
	assert_int_equal(cpu_extended_set(m->cpu, &extended), CPU_HOST_OK);
}

static inline const u8 *xmm(unsigned n)
{
	cpu_extended_get(m->cpu, &extended);
	return extended.fxsave + 160 + 16 * n;
}

static inline u16 fsw(void)
{
	cpu_extended_get(m->cpu, &extended);
	return get_le16(extended.fxsave + 2);
}

#define ADDPS  0x0f, 0x58, 0xc1        /* addps xmm0, xmm1 */
#define FLD1   0xd9, 0xe8              /* fld1 */
#define XSAVE  0x0f, 0xae, AT(4, DATA) /* xsave [DATA] */
#define FXSAVE 0x0f, 0xae, AT(0, DATA) /* fxsave [DATA] */

#endif
