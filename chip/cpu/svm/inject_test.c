/* SPDX-License-Identifier: MIT */
/* EVENTINJ: what is legal, what the guest's handler finds, and what does not happen on the way. */
#include "chip/cpu/svm/internal.h"

#include <string.h>

#include "abi/paging.h"
#include "chip/cpu/svm/testbed.h"
#include "tests/support/cmocka.h"

enum { HANDLER = 0x2000, INTERRUPTED = BED_CODE };

static u64 inject(enum eventinj_type type, u8 vector)
{
	return EVENTINJ_V | FIELD_PUT(EVENTINJ_TYPE, type) | vector;
}

static u64 inject_error(u8 vector, u32 error)
{
	return inject(EVENTINJ_TYPE_EXCEPTION, vector) | EVENTINJ_EV |
	       FIELD_PUT(EVENTINJ_ERRORCODE, error);
}

/* Every gate leads to a HLT of its own. */
static struct bed *bed_with_handlers(void)
{
	struct bed *b = bed_new("genoa");
	u8 hlt = 0xf4;

	bed_long_mode(b);
	BED_PROGRAM(b, 0x90, 0xf4);
	for (unsigned v = 0; v < 256; v++) {
		bed_gate64(b, (u8)v, HANDLER + 4 * v);
		bed_write(b, HANDLER + 4 * v, &hlt, 1);
	}
	return b;
}

static void assert_in_handler(struct bed *b, u8 vector)
{
	assert_int_equal(b->vmcb.control.exitcode, VMEXIT_HLT);
	assert_int_equal(b->vmcb.save.rip, HANDLER + 4 * vector);
}

/* -- legality ----------------------------------------------------------------------------------- */

static void test_types(void **state)
{
	static const bool legal[8] = {[0] = true, [2] = true, [3] = true, [4] = true};

	for (unsigned type = 0; type < 8; type++)
		assert_int_equal(svm_inject_is_illegal(inject(type, 13)), !legal[type]);
}

static void test_exception_vectors(void **state)
{
	const u32 exceptions = 0x702f7dfb; /* 0 1 3-8 10-14 16-19 21 28-30 */

	for (unsigned v = 0; v < 256; v++)
		assert_int_equal(svm_inject_is_illegal(inject(EVENTINJ_TYPE_EXCEPTION, (u8)v)),
				 v > 31 || !(exceptions >> v & 1));
}

/* Any vector is good for an interrupt, 2 included. */
static void test_interrupt_vectors(void **state)
{
	for (unsigned v = 0; v < 256; v++) {
		assert_false(svm_inject_is_illegal(inject(EVENTINJ_TYPE_INTR, (u8)v)));
		assert_false(svm_inject_is_illegal(inject(EVENTINJ_TYPE_SOFT_INT, (u8)v)));
	}
}

/* -- delivery ----------------------------------------------------------------------------------- */

struct frame64 {
	u64 rip, cs, rflags, rsp, ss;
};

static struct frame64 frame_at(struct bed *b, u64 rsp)
{
	struct frame64 f;

	bed_read(b, rsp, &f, sizeof(f));
	return f;
}

static void run_injected(struct bed *b, u64 eventinj)
{
	b->vmcb.control.eventinj = eventinj;
	b->vmcb.save.rip = INTERRUPTED;
	b->vmcb.save.rsp = BED_STACK;
	bed_run(b);
}

/* Type by vector: each ends in its handler, with the interrupted rIP saved. */
static void test_matrix(void **state)
{
	static const struct {
		enum eventinj_type type;
		u8 vector, handler;
	} events[] = {
		{EVENTINJ_TYPE_INTR, 0x20, 0x20},     {EVENTINJ_TYPE_INTR, 0xff, 0xff},
		{EVENTINJ_TYPE_INTR, 0x0e, 0x0e},     {EVENTINJ_TYPE_INTR, 0x02, 0x02},
		{EVENTINJ_TYPE_NMI, 0x02, 0x02},      {EVENTINJ_TYPE_NMI, 0x55, 0x02},
		{EVENTINJ_TYPE_EXCEPTION, 0, 0},      {EVENTINJ_TYPE_EXCEPTION, 1, 1},
		{EVENTINJ_TYPE_EXCEPTION, 3, 3},      {EVENTINJ_TYPE_EXCEPTION, 6, 6},
		{EVENTINJ_TYPE_EXCEPTION, 28, 28},    {EVENTINJ_TYPE_EXCEPTION, 29, 29},
		{EVENTINJ_TYPE_SOFT_INT, 0x80, 0x80}, {EVENTINJ_TYPE_SOFT_INT, 0x0d, 0x0d},
	};
	struct bed *b = bed_with_handlers();

	for (unsigned n = 0; n < ARRAY_SIZE(events); n++) {
		struct frame64 f;

		run_injected(b, inject(events[n].type, events[n].vector));
		assert_in_handler(b, events[n].handler);
		assert_int_equal(b->vmcb.save.rsp, BED_STACK - sizeof(f));
		f = frame_at(b, b->vmcb.save.rsp);
		assert_int_equal(f.rip, INTERRUPTED);
		assert_int_equal(f.rsp, BED_STACK);
		assert_int_equal(f.cs, BED_CODE64_SEL);
		assert_int_equal(b->vmcb.control.exitintinfo, 0);
	}
	bed_free(b);
}

/* The error code is pushed because EVENTINJ says so, not because the vector has one. */
static void test_error_codes(void **state)
{
	struct bed *b = bed_with_handlers();
	u64 error;

	run_injected(b, inject_error(X86_VECTOR_GP, 0x1234));
	assert_in_handler(b, X86_VECTOR_GP);
	assert_int_equal(b->vmcb.save.rsp, BED_STACK - sizeof(struct frame64) - 8);
	bed_read(b, b->vmcb.save.rsp, &error, sizeof(error));
	assert_int_equal(error, 0x1234);
	run_injected(b, inject(EVENTINJ_TYPE_EXCEPTION, X86_VECTOR_GP));
	assert_int_equal(b->vmcb.save.rsp, BED_STACK - sizeof(struct frame64));
	run_injected(b, inject_error(X86_VECTOR_UD, 7));
	assert_int_equal(b->vmcb.save.rsp, BED_STACK - sizeof(struct frame64) - 8);
	/* of no use to interrupts */
	run_injected(b, inject(EVENTINJ_TYPE_INTR, 0x30) | EVENTINJ_EV | 7ull << 32);
	assert_int_equal(b->vmcb.save.rsp, BED_STACK - sizeof(struct frame64));
	bed_free(b);
}

/* An injected #PF finds the CR2 of the VMCB. */
static void test_page_fault_cr2(void **state)
{
	struct bed *b = bed_with_handlers();

	b->vmcb.save.cr2 = 0xdeadbeef;
	run_injected(b, inject_error(X86_VECTOR_PF, PF_ERROR_W));
	assert_in_handler(b, X86_VECTOR_PF);
	assert_int_equal(b->vmcb.save.cr2, 0xdeadbeef);
	bed_free(b);
}

static void test_valid_bit(void **state)
{
	struct bed *b = bed_with_handlers();

	run_injected(b, inject(EVENTINJ_TYPE_INTR, 0x20) & ~EVENTINJ_V);
	assert_int_equal(b->vmcb.save.rip, INTERRUPTED + 1);
	assert_int_equal(b->vmcb.control.eventinj, inject(EVENTINJ_TYPE_INTR, 0x20) & ~EVENTINJ_V);
	run_injected(b, inject(EVENTINJ_TYPE_INTR, 0x20));
	assert_int_equal(b->vmcb.control.eventinj, inject(EVENTINJ_TYPE_INTR, 0x20) & ~EVENTINJ_V);
	bed_free(b);
}

/* Neither IF nor TPR, GIF or a shadow hold an injected event back. */
static void test_nothing_holds_it_back(void **state)
{
	struct bed *b = bed_with_handlers();

	b->vmcb.save.rflags &= ~RFLAGS_IF;
	b->vmcb.control.vintr |= 15 | VMCB_V_GIF_ENABLE;
	b->vmcb.control.interrupt_shadow = VMCB_INTERRUPT_SHADOW;
	run_injected(b, inject(EVENTINJ_TYPE_INTR, 0x20));
	assert_in_handler(b, 0x20);
	assert_int_equal(b->vmcb.control.interrupt_shadow, 0);
	bed_free(b);
}

/* -- intercepts --------------------------------------------------------------------------------- */

/* The event itself is not intercepted; what its delivery raises is. */
static void test_intercepts(void **state)
{
	struct bed *b = bed_with_handlers();
	u64 no_gate[2] = {0, 0};

	b->vmcb.control.intercept_exception = ~0u;
	b->vmcb.control.intercept_vec3 |= VMCB_VEC3_NMI | VMCB_VEC3_VINTR | VMCB_VEC3_INTN;
	run_injected(b, inject_error(X86_VECTOR_GP, 0));
	assert_in_handler(b, X86_VECTOR_GP);
	run_injected(b, inject(EVENTINJ_TYPE_NMI, 2));
	assert_in_handler(b, X86_VECTOR_NMI);
	run_injected(b, inject(EVENTINJ_TYPE_SOFT_INT, 0x80));
	assert_in_handler(b, 0x80);

	bed_write(b, BED_IDT + 16 * X86_VECTOR_GP, no_gate, sizeof(no_gate));
	run_injected(b, inject_error(X86_VECTOR_GP, 0));
	assert_int_equal(b->vmcb.control.exitcode, VMEXIT_EXCP0 + X86_VECTOR_DF);
	bed_free(b);
}

/* A nested page fault while delivering: EXITINTINFO is the event, ready to be injected again. */
static void test_exit_while_delivering(void **state)
{
	static const u64 events[] = {
		EVENTINJ_V | EVENTINJ_TYPE_INTR << 8 | 0x20,
		EVENTINJ_V | EVENTINJ_TYPE_NMI << 8 | 2,
		EVENTINJ_V | EVENTINJ_TYPE_EXCEPTION << 8 | EVENTINJ_EV | X86_VECTOR_GP |
			0x18ull << 32,
		EVENTINJ_V | EVENTINJ_TYPE_SOFT_INT << 8 | 0x80,
	};
	struct bed *b = bed_with_handlers();

	for (unsigned n = 0; n < ARRAY_SIZE(events); n++) {
		b->vmcb.save.rip = INTERRUPTED;
		b->vmcb.save.rsp = BED_GUEST_SIZE - 16; /* mapped, but no nested page below */
		b->vmcb.save.idtr.base = BED_IDT;
		b->vmcb.control.eventinj = events[n];
		bed_host_write(b, BED_NPT + 2 * PAGE_SIZE + 8 * 3, &(u64){0}, 8);
		assert_int_equal(bed_run(b), VMEXIT_NPF);
		assert_int_equal(b->vmcb.control.exitintinfo, events[n]);
		assert_int_equal(b->vmcb.save.rip, INTERRUPTED);
		assert_int_equal(b->vmcb.control.insn_len, 0);
	}
	bed_free(b);
}

static void test_triple_fault(void **state)
{
	struct bed *b = bed_with_handlers();

	b->vmcb.save.idtr.limit = 0;
	run_injected(b, inject(EVENTINJ_TYPE_INTR, 0x20));
	assert_int_equal(b->vmcb.control.exitcode, VMEXIT_SHUTDOWN);
	bed_free(b);
}

/* A software interrupt looks at the gate's DPL, an exception does not. */
static void test_gate_privilege(void **state)
{
	struct bed *b = bed_with_handlers();

	b->vmcb.save.cs.attrib |= 0x60;
	b->vmcb.save.ss.attrib |= 0x60;
	b->vmcb.save.cpl = 3;
	b->vmcb.control.intercept_exception = BIT32(X86_VECTOR_GP);
	run_injected(b, inject(EVENTINJ_TYPE_SOFT_INT, 0x80));
	assert_int_equal(b->vmcb.control.exitcode, VMEXIT_EXCP0 + X86_VECTOR_GP);
	assert_int_equal(b->vmcb.control.exitinfo1, 0x80 << 3 | 2);
	bed_free(b);
}

static void test_real_mode(void **state)
{
	struct bed *b = bed_new("milan");
	u8 hlt = 0xf4;
	u16 frame[3];

	bed_real_mode(b);
	BED_PROGRAM(b, 0x90, 0xf4);
	bed_gate_real(b, 0x21, HANDLER);
	bed_write(b, HANDLER, &hlt, 1);
	run_injected(b, inject(EVENTINJ_TYPE_INTR, 0x21));
	assert_int_equal(b->vmcb.save.rip, HANDLER);
	bed_read(b, b->vmcb.save.rsp, frame, sizeof(frame));
	assert_int_equal(frame[0], INTERRUPTED);
	/* no error codes there */
	bed_gate_real(b, X86_VECTOR_GP, HANDLER);
	run_injected(b, inject_error(X86_VECTOR_GP, 5));
	assert_int_equal(b->vmcb.save.rip, HANDLER);
	assert_int_equal(b->vmcb.save.rsp, BED_STACK - 6);
	bed_free(b);
}

/* Injected, NMIs are masked only where the VMCB has a virtual mask. */
static void test_nmi_mask(void **state)
{
	struct bed *b = bed_with_handlers();

	run_injected(b, inject(EVENTINJ_TYPE_NMI, 2));
	assert_false(b->cpu->nmi_masked);
	b->vmcb.control.vintr |= VMCB_V_NMI_ENABLE;
	run_injected(b, inject(EVENTINJ_TYPE_NMI, 2));
	assert_true(b->vmcb.control.vintr & VMCB_V_NMI_MASK);
	bed_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_exception_vectors),
		cmocka_unit_test(test_interrupt_vectors),
		cmocka_unit_test(test_matrix),
		cmocka_unit_test(test_error_codes),
		cmocka_unit_test(test_page_fault_cr2),
		cmocka_unit_test(test_valid_bit),
		cmocka_unit_test(test_nothing_holds_it_back),
		cmocka_unit_test(test_intercepts),
		cmocka_unit_test(test_exit_while_delivering),
		cmocka_unit_test(test_triple_fault),
		cmocka_unit_test(test_gate_privilege),
		cmocka_unit_test(test_real_mode),
		cmocka_unit_test(test_nmi_mask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
