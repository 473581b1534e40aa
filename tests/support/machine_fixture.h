/* SPDX-License-Identifier: MIT */
/* One machine for all tests of a file, and short words for what they do with it. */
#ifndef TESTS_SUPPORT_MACHINE_FIXTURE_H
#define TESTS_SUPPORT_MACHINE_FIXTURE_H

#include "tests/support/cmocka.h"

#include "abi/svm_exit.h"
#include "abi/x86.h"
#include "tests/support/machine.h"

static struct machine *m;

/* Its registers, before and after a run. */
#define SAVE (&m->vmcb.save)
#define CTL  (&m->vmcb.control)

static int fixture_new(void **state)
{
	m = machine_new("milan", MIB(8));
	return 0;
}

static int fixture_free(void **state)
{
	machine_free(m);
	return 0;
}

/* Runs code that was put at MACHINE_CODE_AT in the mode entered. */
#define RUN(...)                              \
	do {                                  \
		MACHINE_CODE(m, __VA_ARGS__); \
		machine_run(m);               \
	} while (0)

/* Item n of the stack, counted from its top (rSP, SS base 0). */
static inline u64 stack_item(unsigned n, unsigned size)
{
	return machine_peek(m, SAVE->rsp + n * size, size);
}

/* The handler of this vector was entered; and with this error code on its stack. */
#define assert_vector(v) assert_int_equal(machine_vector(m), (v))
#define assert_fault(v, error, size)                          \
	do {                                                  \
		assert_vector(v);                             \
		assert_int_equal(stack_item(0, size), error); \
	} while (0)

/* The code's own HLT at this offset was reached. */
#define assert_halted_at(offset)                                         \
	do {                                                             \
		assert_int_equal(CTL->exitcode, VMEXIT_HLT);             \
		assert_int_equal(SAVE->rip, MACHINE_CODE_AT + (offset)); \
	} while (0)

#endif
