/* SPDX-License-Identifier: MIT */
/* Extended registers, from the host to the guest and back. */
#include "chip/cpu/cpu.h"

#include <string.h>

#include "abi/fpu.h"
#include "abi/x86.h"
#include "chip/cpu/svm/testbed.h"
#include "tests/support/cmocka.h"

static void test_extended_registers(void **state)
{
	struct bed *b = bed_new("milan");
	struct cpu_extended x, y;
	struct fxsave_area fx;

	memset(&x, 0, sizeof(x)); /* padding too */
	memset(&y, 0, sizeof(y));
	cpu_extended_get(b->cpu, &x);
	memcpy(&fx, x.fxsave, sizeof(fx));
	fx.fcw = FCW_FNINIT;
	fx.mxcsr = MXCSR_INIT | FPU_EX_PE;
	memset(fx.st[0], 0x11, 10);
	for (unsigned n = 0; n < 16; n++) {
		memset(fx.xmm[n], (int)(0x20 + n), 16);
		memset(x.ymm[n], (int)(0x40 + n), 16);
	}
	memcpy(x.fxsave, &fx, sizeof(fx));
	x.xcr0 = XCR0_X87 | XCR0_SSE | XCR0_AVX;
	x.pkru = 0x5555;
	x.dr[3] = 0x1234;
	assert_int_equal(cpu_extended_set(b->cpu, &x), CPU_HOST_OK);
	bed_long_mode(b);
	BED_PROGRAM(b, 0xf4);
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	cpu_extended_get(b->cpu, &y);
	assert_memory_equal(&y, &x, sizeof(x));
	bed_free(b);
}

/* A guest's SSE instruction works on what the host put there. */
static void test_guest_finds_xmm(void **state)
{
	struct bed *b = bed_new("milan");
	struct cpu_extended x;

	cpu_extended_get(b->cpu, &x);
	memset(x.fxsave + offsetof(struct fxsave_area, xmm) + 16, 0x77, 16);
	assert_int_equal(cpu_extended_set(b->cpu, &x), CPU_HOST_OK);
	bed_long_mode(b);
	b->vmcb.save.cr4 |= CR4_OSFXSR;
	BED_PROGRAM(b, 0x66, 0x48, 0x0f, 0x7e, 0xc8, 0xf4); /* movq rax, xmm1 */
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	assert_int_equal(b->vmcb.save.rax, 0x7777777777777777);
	bed_free(b);
}

static void test_extended_registers_refused(void **state)
{
	static const u64 bad_xcr0[] = {0, XCR0_SSE, XCR0_X87 | XCR0_AVX, XCR0_X87 | XCR0_OPMASK,
				       XCR0_X87 | BIT64(63)};
	struct bed *b = bed_new("milan");
	struct cpu_extended good, x, after;
	u32 mxcsr = 0x00100000;

	memset(&good, 0, sizeof(good));
	memset(&after, 0, sizeof(after));
	cpu_extended_get(b->cpu, &good);
	for (unsigned n = 0; n < ARRAY_SIZE(bad_xcr0); n++) {
		x = good;
		x.xcr0 = bad_xcr0[n];
		x.pkru = 99;
		assert_int_equal(cpu_extended_set(b->cpu, &x), CPU_HOST_GP);
	}
	x = good;
	memcpy(x.fxsave + offsetof(struct fxsave_area, mxcsr), &mxcsr, sizeof(mxcsr));
	assert_int_equal(cpu_extended_set(b->cpu, &x), CPU_HOST_GP);
	cpu_extended_get(b->cpu, &after);
	assert_memory_equal(&after, &good, sizeof(good));
	bed_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_extended_registers),
		cmocka_unit_test(test_guest_finds_xmm),
		cmocka_unit_test(test_extended_registers_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
