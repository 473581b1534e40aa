/* SPDX-License-Identifier: MIT */
/* Physical and virtual events: when they are taken, in which order, and what they leave behind. */
#include "chip/cpu/svm/internal.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "abi/msr.h"
#include "chip/cpu/svm/testbed.h"
#include "tests/support/cmocka.h"

enum { HANDLER = 0x2000, VECTOR = 0x40 };

static struct bed *bed_with_handlers(const char *model)
{
	struct bed *b = bed_new(model);
	u8 hlt = 0xf4;

	bed_long_mode(b);
	for (unsigned v = 0; v < 256; v++) {
		bed_gate64(b, (u8)v, HANDLER + 4 * v);
		bed_write(b, HANDLER + 4 * v, &hlt, 1);
	}
	return b;
}

static u64 virq(u8 prio)
{
	return VMCB_V_IRQ | FIELD_PUT(VMCB_V_INTR_PRIO, prio) |
	       FIELD_PUT(VMCB_V_INTR_VECTOR, VECTOR);
}

static void run_from_start(struct bed *b)
{
	b->vmcb.save.rip = BED_CODE;
	b->vmcb.save.rsp = BED_STACK;
	bed_run(b);
}

static void assert_handled(struct bed *b, u8 vector)
{
	assert_int_equal(b->vmcb.control.exitcode, VMEXIT_HLT);
	assert_int_equal(b->vmcb.save.rip, HANDLER + 4 * vector);
}

static void assert_not_handled(struct bed *b)
{
	assert_int_equal(b->vmcb.control.exitcode, VMEXIT_HLT);
	assert_true(b->vmcb.save.rip < HANDLER);
}

/* -- virtual interrupts ------------------------------------------------------------------------- */

static void test_virtual_interrupt(void **state)
{
	struct bed *b = bed_with_handlers("milan");

	BED_PROGRAM(b, 0x90, 0xf4);
	b->vmcb.control.vintr |= virq(1);
	b->vmcb.save.rflags |= RFLAGS_IF;
	run_from_start(b);
	assert_handled(b, VECTOR);
	assert_false(b->vmcb.control.vintr & VMCB_V_IRQ);
	assert_int_equal(FIELD_GET(VMCB_V_INTR_VECTOR, b->vmcb.control.vintr), VECTOR);
	assert_false(b->vmcb.save.rflags & RFLAGS_IF);
	bed_free(b);
}

/* Held back while IF is 0, then taken behind the instruction after STI. */
static void test_waits_for_sti(void **state)
{
	struct bed *b = bed_with_handlers("milan");
	u64 rip;

	BED_PROGRAM(b, 0x90, 0x90, 0xfb, 0x90, 0x90, 0xf4);
	b->vmcb.control.vintr |= virq(1);
	run_from_start(b);
	assert_handled(b, VECTOR);
	bed_read(b, b->vmcb.save.rsp, &rip, sizeof(rip));
	assert_int_equal(rip, BED_CODE + 4);
	bed_free(b);
}

/* STI; HLT must not lose it; and HLT with IF = 0 is left to the hypervisor's intercept. */
static void test_sti_hlt(void **state)
{
	struct bed *b = bed_with_handlers("milan");
	u64 rip;

	BED_PROGRAM(b, 0xfb, 0xf4, 0x90);
	b->vmcb.control.intercept_vec3 &= ~VMCB_VEC3_HLT;
	b->vmcb.control.intercept_vec3 |= VMCB_VEC3_CPUID;
	b->vmcb.control.vintr |= virq(1);
	bed_write(b, HANDLER + 4 * VECTOR, (const u8[]){0x0f, 0xa2}, 2);
	run_from_start(b);
	assert_int_equal(b->vmcb.control.exitcode, VMEXIT_CPUID);
	bed_read(b, b->vmcb.save.rsp, &rip, sizeof(rip));
	assert_int_equal(rip, BED_CODE + 2);
	bed_free(b);
}

/* Priority against TPR: taken when higher, or when TPR is to be ignored. */
static void test_priority_against_tpr(void **state)
{
	struct bed *b = bed_with_handlers("milan");

	BED_PROGRAM(b, 0x90, 0xf4);
	for (unsigned prio = 0; prio < 16; prio++)
		for (unsigned tpr = 0; tpr < 16; tpr++) {
			b->vmcb.control.vintr = VMCB_V_INTR_MASKING | virq((u8)prio) | tpr;
			b->vmcb.save.rflags = RFLAGS_ONE | RFLAGS_IF;
			run_from_start(b);
			if (prio > tpr)
				assert_handled(b, VECTOR);
			else
				assert_not_handled(b);
			assert_int_equal(b->vmcb.control.vintr & VMCB_V_TPR_MASK, tpr);
		}
	b->vmcb.control.vintr = VMCB_V_INTR_MASKING | virq(0) | VMCB_V_IGN_TPR | 15;
	b->vmcb.save.rflags = RFLAGS_ONE | RFLAGS_IF;
	run_from_start(b);
	assert_handled(b, VECTOR);
	bed_free(b);
}

/* MOV CR8 lowers the TPR, so the interrupt comes; and V_TPR is what the guest left in CR8. */
static void test_cr8_opens(void **state)
{
	struct bed *b = bed_with_handlers("milan");

	/* mov cr8, rax; nop; hlt */
	BED_PROGRAM(b, 0x44, 0x0f, 0x22, 0xc0, 0x90, 0xf4);
	b->vmcb.save.rax = 3;
	b->vmcb.control.vintr = VMCB_V_INTR_MASKING | virq(4) | 9;
	b->vmcb.save.rflags |= RFLAGS_IF;
	run_from_start(b);
	assert_handled(b, VECTOR);
	assert_int_equal(b->vmcb.control.vintr & VMCB_V_TPR_MASK, 3);
	bed_free(b);
}

static void test_shadow_holds_back(void **state)
{
	struct bed *b = bed_with_handlers("milan");
	u64 rip;

	BED_PROGRAM(b, 0x90, 0x90, 0xf4);
	b->vmcb.control.vintr |= virq(1);
	b->vmcb.control.interrupt_shadow = VMCB_INTERRUPT_SHADOW;
	b->vmcb.save.rflags |= RFLAGS_IF;
	run_from_start(b);
	assert_handled(b, VECTOR);
	bed_read(b, b->vmcb.save.rsp, &rip, sizeof(rip));
	assert_int_equal(rip, BED_CODE + 1);
	bed_free(b);
}

/* An exit from within the shadow tells so. */
static void test_shadow_is_reported(void **state)
{
	struct bed *b = bed_with_handlers("milan");

	BED_PROGRAM(b, 0xfb, 0xf4);
	run_from_start(b);
	assert_int_equal(b->vmcb.control.interrupt_shadow, VMCB_INTERRUPT_SHADOW);
	BED_PROGRAM(b, 0x8c, 0xd0, 0x8e, 0xd0, 0xf4); /* mov eax, ss; mov ss, eax */
	b->vmcb.control.interrupt_shadow = 0;
	run_from_start(b);
	assert_int_equal(b->vmcb.control.exitcode, VMEXIT_HLT);
	assert_int_equal(b->vmcb.control.interrupt_shadow, VMCB_INTERRUPT_SHADOW);
	BED_PROGRAM(b, 0xfb, 0x90, 0xf4);
	run_from_start(b);
	assert_int_equal(b->vmcb.control.interrupt_shadow, 0);
	bed_free(b);
}

/* The exit comes before anything of the interrupt, which stays pending. */
static void test_vintr_intercept(void **state)
{
	struct bed *b = bed_with_handlers("milan");

	BED_PROGRAM(b, 0x90, 0xfb, 0x90, 0xf4);
	b->vmcb.control.vintr |= virq(1);
	b->vmcb.control.intercept_vec3 |= VMCB_VEC3_VINTR;
	run_from_start(b);
	assert_int_equal(b->vmcb.control.exitcode, VMEXIT_VINTR);
	assert_int_equal(b->vmcb.save.rip, BED_CODE + 3);
	assert_true(b->vmcb.control.vintr & VMCB_V_IRQ);
	assert_int_equal(b->vmcb.control.exitintinfo, 0);
	bed_free(b);
}

/* -- GIF ---------------------------------------------------------------------------------------- */

/* clgi; sti; nop; nop; stgi; nop; hlt */
static void test_virtual_gif(void **state)
{
	struct bed *b = bed_with_handlers("milan");
	u64 rip;

	BED_PROGRAM(b, 0x0f, 0x01, 0xdd, 0xfb, 0x90, 0x90, 0x0f, 0x01, 0xdc, 0x90, 0xf4);
	b->vmcb.control.vintr |= virq(1) | VMCB_V_GIF_ENABLE | VMCB_V_GIF;
	run_from_start(b);
	assert_handled(b, VECTOR);
	bed_read(b, b->vmcb.save.rsp, &rip, sizeof(rip));
	assert_int_equal(rip, BED_CODE + 9);
	assert_true(b->vmcb.control.vintr & VMCB_V_GIF);
	bed_free(b);
}

/* The virtual GIF holds back virtual interrupts only. */
static void test_virtual_gif_and_physical_events(void **state)
{
	struct bed *b = bed_with_handlers("milan");

	BED_PROGRAM(b, 0xfb, 0x90, 0xf4);
	b->vmcb.control.vintr |= virq(1) | VMCB_V_GIF_ENABLE;
	run_from_start(b);
	assert_not_handled(b);
	assert_false(b->vmcb.control.vintr & VMCB_V_GIF);
	cpu_kick(b->cpu);
	run_from_start(b);
	assert_int_equal(b->vmcb.control.exitcode, VMEXIT_INTR);
	bed_free(b);
}

/* A clock that kicks whoever looks at it. */
static u64 tick_and_kick(void *ctx, const struct cpu *c)
{
	cpu_kick(ctx);
	return 0;
}

/* A guest that runs CLGI itself holds back what is physical too: clgi; rdtsc; nop; stgi; nop; hlt */
static void test_own_gif(void **state)
{
	struct bed *b = bed_with_handlers("milan");
	const struct cpu_clock clock = {tick_and_kick, b->cpu};

	BED_PROGRAM(b, 0x0f, 0x01, 0xdd, 0x0f, 0x31, 0x90, 0x0f, 0x01, 0xdc, 0x90, 0xf4);
	b->cpu->clock = &clock;
	run_from_start(b);
	assert_int_equal(b->vmcb.control.exitcode, VMEXIT_INTR);
	assert_int_equal(b->vmcb.save.rip, BED_CODE + 9);
	bed_free(b);
}

/* -- physical events ---------------------------------------------------------------------------- */

/* All at once: INIT, SMI, NMI, INTR, then the virtual interrupt. */
static void test_order(void **state)
{
	static const u16 order[] = {VMEXIT_INIT, VMEXIT_SMI, VMEXIT_NMI, VMEXIT_INTR, VMEXIT_VINTR};
	struct bed *b = bed_with_handlers("milan");

	BED_PROGRAM(b, 0xf4);
	b->vmcb.control.intercept_vec3 |= 0x1f;
	b->vmcb.control.vintr |= virq(1);
	b->vmcb.save.rflags |= RFLAGS_IF;
	cpu_kick(b->cpu);
	cpu_raise_nmi(b->cpu);
	cpu_raise_smi(b->cpu);
	cpu_raise_init(b->cpu);
	for (unsigned n = 0; n < ARRAY_SIZE(order); n++) {
		run_from_start(b);
		assert_int_equal(b->vmcb.control.exitcode, order[n]);
		assert_int_equal(b->vmcb.save.rip, BED_CODE);
	}
	bed_free(b);
}

/* An injected event is delivered first; then the physical one exits from the handler. */
static void test_injection_before_physical(void **state)
{
	struct bed *b = bed_with_handlers("milan");

	BED_PROGRAM(b, 0xf4);
	b->vmcb.control.eventinj = EVENTINJ_V | 0x20;
	cpu_kick(b->cpu);
	run_from_start(b);
	assert_int_equal(b->vmcb.control.exitcode, VMEXIT_INTR);
	assert_int_equal(b->vmcb.save.rip, HANDLER + 4 * 0x20);
	bed_free(b);
}

/* Without V_INTR_MASKING the guest's IF masks physical interrupts too. */
static void test_intr_by_guest_if(void **state)
{
	struct bed *b = bed_with_handlers("milan");

	BED_PROGRAM(b, 0x90, 0xf4);
	b->vmcb.control.vintr = 0;
	cpu_kick(b->cpu);
	run_from_start(b);
	assert_int_equal(b->vmcb.control.exitcode, VMEXIT_HLT);
	b->vmcb.save.rflags |= RFLAGS_IF;
	run_from_start(b);
	assert_int_equal(b->vmcb.control.exitcode, VMEXIT_INTR);
	bed_free(b);
}

/* With it, neither IF nor a shadow matter. */
static void test_intr_in_shadow(void **state)
{
	struct bed *b = bed_with_handlers("milan");

	BED_PROGRAM(b, 0x90, 0xf4);
	b->vmcb.control.interrupt_shadow = VMCB_INTERRUPT_SHADOW;
	cpu_kick(b->cpu);
	run_from_start(b);
	assert_int_equal(b->vmcb.control.exitcode, VMEXIT_INTR);
	assert_int_equal(b->vmcb.control.interrupt_shadow, VMCB_INTERRUPT_SHADOW);
	bed_free(b);
}

/* Nobody knows a vector for it. */
static void test_intr_not_intercepted_stays(void **state)
{
	struct bed *b = bed_with_handlers("milan");

	BED_PROGRAM(b, 0x90, 0xf4);
	b->vmcb.control.intercept_vec3 &= ~VMCB_VEC3_INTR;
	cpu_kick(b->cpu);
	run_from_start(b);
	assert_int_equal(b->vmcb.control.exitcode, VMEXIT_HLT);
	b->vmcb.control.intercept_vec3 |= VMCB_VEC3_INTR;
	run_from_start(b);
	assert_int_equal(b->vmcb.control.exitcode, VMEXIT_INTR);
	bed_free(b);
}

/* The guest takes it itself, and no other before its IRET. */
static void test_nmi_not_intercepted(void **state)
{
	struct bed *b = bed_with_handlers("milan");

	BED_PROGRAM(b, 0x90, 0xf4);
	cpu_raise_nmi(b->cpu);
	run_from_start(b);
	assert_handled(b, X86_VECTOR_NMI);
	cpu_raise_nmi(b->cpu);
	run_from_start(b);
	assert_not_handled(b);
	/* its exit is not held back by that */
	b->vmcb.control.intercept_vec3 |= VMCB_VEC3_NMI;
	run_from_start(b);
	assert_int_equal(b->vmcb.control.exitcode, VMEXIT_NMI);
	bed_free(b);
}

static void test_smi_not_intercepted(void **state)
{
	struct bed *b = bed_with_handlers("milan");

	BED_PROGRAM(b, 0x90, 0xf4);
	cpu_raise_smi(b->cpu);
	run_from_start(b);
	assert_not_handled(b);
	assert_int_equal(b->cpu->svm->pending, 0);
	bed_free(b);
}

static void test_init_redirected(void **state)
{
	struct bed *b = bed_with_handlers("milan");
	u64 error;

	BED_PROGRAM(b, 0x90, 0xf4);
	cpu_raise_init(b->cpu);
	run_from_start(b);
	assert_not_handled(b);
	assert_int_equal(cpu_host_wrmsr(b->cpu, MSR_VM_CR, VM_CR_R_INIT), CPU_HOST_OK);
	run_from_start(b);
	assert_handled(b, X86_VECTOR_SX);
	bed_read(b, b->vmcb.save.rsp, &error, sizeof(error));
	assert_int_equal(error, 1);
	bed_free(b);
}

/* -- virtual NMIs ------------------------------------------------------------------------------- */

static void test_virtual_nmi(void **state)
{
	struct bed *b = bed_with_handlers("genoa");

	/* in the handler: iretq, back to hlt */
	BED_PROGRAM(b, 0x90, 0xf4);
	bed_write(b, HANDLER + 4 * X86_VECTOR_NMI, (const u8[]){0x48, 0xcf}, 2);
	b->vmcb.control.vintr |= VMCB_V_NMI_ENABLE | VMCB_V_NMI | VMCB_V_NMI_MASK;
	run_from_start(b);
	assert_not_handled(b);
	assert_true(b->vmcb.control.vintr & VMCB_V_NMI);
	assert_true(b->vmcb.control.vintr & VMCB_V_NMI_MASK);
	b->vmcb.control.vintr &= ~VMCB_V_NMI_MASK;
	run_from_start(b);
	assert_not_handled(b);
	assert_false(b->vmcb.control.vintr & VMCB_V_NMI);
	assert_false(b->vmcb.control.vintr & VMCB_V_NMI_MASK);
	bed_free(b);
}

/* Two pend: the second waits for the first one's IRET. */
static void test_virtual_nmi_masks(void **state)
{
	struct bed *b = bed_with_handlers("genoa");

	BED_PROGRAM(b, 0x90, 0xf4);
	b->vmcb.control.vintr |= VMCB_V_NMI_ENABLE | VMCB_V_NMI;
	run_from_start(b);
	assert_handled(b, X86_VECTOR_NMI);
	assert_true(b->vmcb.control.vintr & VMCB_V_NMI_MASK);
	b->vmcb.control.vintr |= VMCB_V_NMI;
	run_from_start(b);
	assert_not_handled(b);
	bed_free(b);
}

static void test_virtual_nmi_not_offered(void **state)
{
	struct bed *b = bed_with_handlers("milan");

	BED_PROGRAM(b, 0x90, 0xf4);
	b->vmcb.control.vintr |= VMCB_V_NMI_ENABLE | VMCB_V_NMI;
	run_from_start(b);
	assert_not_handled(b);
	assert_true(b->vmcb.control.vintr & VMCB_V_NMI);
	bed_free(b);
}

/* -- from another thread ------------------------------------------------------------------------ */

static void *kick_soon(void *arg)
{
	nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
	cpu_kick(arg);
	return NULL;
}

static void assert_kick_ends(struct bed *b)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, kick_soon, b->cpu), 0);
	run_from_start(b);
	assert_int_equal(b->vmcb.control.exitcode, VMEXIT_INTR);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

/* A loop; a HLT that is not intercepted, behind which the guest finds itself. */
static void test_kick_from_another_thread(void **state)
{
	struct bed *b = bed_with_handlers("milan");

	BED_PROGRAM(b, 0xeb, 0xfe);
	assert_kick_ends(b);
	assert_int_equal(b->vmcb.save.rip, BED_CODE);
	BED_PROGRAM(b, 0xf4, 0x90);
	b->vmcb.control.intercept_vec3 &= ~VMCB_VEC3_HLT;
	assert_kick_ends(b);
	assert_int_equal(b->vmcb.save.rip, BED_CODE + 1);
	bed_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virtual_interrupt),
		cmocka_unit_test(test_waits_for_sti),
		cmocka_unit_test(test_sti_hlt),
		cmocka_unit_test(test_priority_against_tpr),
		cmocka_unit_test(test_cr8_opens),
		cmocka_unit_test(test_shadow_holds_back),
		cmocka_unit_test(test_shadow_is_reported),
		cmocka_unit_test(test_vintr_intercept),
		cmocka_unit_test(test_virtual_gif),
		cmocka_unit_test(test_virtual_gif_and_physical_events),
		cmocka_unit_test(test_own_gif),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_injection_before_physical),
		cmocka_unit_test(test_intr_by_guest_if),
		cmocka_unit_test(test_intr_in_shadow),
		cmocka_unit_test(test_intr_not_intercepted_stays),
		cmocka_unit_test(test_nmi_not_intercepted),
		cmocka_unit_test(test_smi_not_intercepted),
		cmocka_unit_test(test_init_redirected),
		cmocka_unit_test(test_virtual_nmi),
		cmocka_unit_test(test_virtual_nmi_masks),
		cmocka_unit_test(test_virtual_nmi_not_offered),
		cmocka_unit_test(test_kick_from_another_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
