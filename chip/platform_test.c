/* SPDX-License-Identifier: MIT */
/* The door from software's side: what it answers, what it refuses, and one guest through it. */
#include "chip/platform.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "tests/support/cmocka.h"

#include "abi/msr.h"
#include "abi/paging.h"
#include "abi/sev_cmd.h"
#include "abi/svm_exit.h"
#include "abi/vmcb.h"
#include "abi/x86.h"

static struct chip *new_chip(const struct chip_config *cfg)
{
	struct error err = {.text = ""};
	struct chip *chip = chip_new(cfg, &err);

	assert_non_null(chip);
	return chip;
}

static void assert_refused(const struct chip_config *cfg, const char *word)
{
	struct error err = {.text = ""};

	assert_null(chip_new(cfg, &err));
	assert_non_null(strstr(err.text, word));
}

static void a_socket_that_cannot_be_is_refused(void **state)
{
	assert_refused(&(struct chip_config){.model = "pentium", .cores = 1, .dram_size = MIB(2)},
		       "pentium");
	assert_refused(&(struct chip_config){.cores = 0, .dram_size = MIB(2)}, "0 cores");
	assert_refused(&(struct chip_config){.cores = 65, .dram_size = MIB(2)}, "65 cores");
	assert_refused(&(struct chip_config){.cores = 1, .c_bit = 46, .dram_size = MIB(2)}, "46");
	assert_refused(
		&(struct chip_config){.cores = 2, .deterministic = true, .dram_size = MIB(2)},
		"deterministic");
	assert_refused(&(struct chip_config){.cores = 1, .dram_size = 4097}, "");
	assert_refused(&(struct chip_config){.cores = 1, .cache_pages = 1, .dram_size = MIB(2)},
		       "");
}

static void every_model_powers_on(void **state)
{
	for (unsigned n = 0; chip_model_name(n); n++) {
		const struct chip_config cfg = {
			.model = chip_model_name(n), .cores = 2, .dram_size = MIB(2)};

		chip_free(new_chip(&cfg));
	}
}

static void memory_answers_and_aborts(void **state)
{
	struct chip *chip = new_chip(&(struct chip_config){.cores = 1, .dram_size = MIB(2)});
	u64 v = 0x1122334455667788;
	u64 want = 7;
	bool swapped = true;

	assert_int_equal(platform_dram_size(chip), MIB(2));
	assert_int_equal(platform_write(chip, SPA(0x1ffc), &v, 8), PLATFORM_ACCESS_OK);
	assert_int_equal(platform_dma_read(chip, SPA(0x1ffc), &want, 8), PLATFORM_ACCESS_OK);
	assert_int_equal(want, v);
	want = 7;
	assert_int_equal(platform_cmpxchg(chip, SPA(0x1ffc), &want, &v, 8, &swapped),
			 PLATFORM_ACCESS_OK);
	assert_false(swapped);
	assert_int_equal(want, v);
	assert_int_equal(platform_dma_write(chip, SPA(MIB(2) - 4), &v, 8), PLATFORM_ACCESS_ABORT);
	assert_int_equal(platform_read(chip, SPA(MIB(2) - 4), &v, 8), PLATFORM_ACCESS_ABORT);
	assert_int_equal(v, ~0ull);
	chip_free(chip);
}

static void a_c_bit_of_ones_own_choice_is_announced(void **state)
{
	struct chip *chip =
		new_chip(&(struct chip_config){.cores = 1, .c_bit = 47, .dram_size = MIB(2)});

	assert_int_equal(platform_cpuid(chip, 0, 0x8000001f, 0).ebx & 0x3f, 47);
	chip_free(chip);
}

/* Every model's product is one that the SP takes, and it answers at the mailbox. */
static void the_secure_processor_answers(void **state)
{
	struct sev_platform_status_buf status = {.state = 0xff};

	for (unsigned n = 0; chip_model_name(n); n++) {
		struct chip *chip = new_chip(&(struct chip_config){
			.model = chip_model_name(n), .cores = 1, .dram_size = MIB(2)});

		assert_int_equal(platform_sp_command(chip, SEV_CMD_PLATFORM_STATUS, SPA(0x1000)),
				 SP_SUCCESS);
		assert_int_equal(platform_read(chip, SPA(0x1000), &status, sizeof(status)),
				 PLATFORM_ACCESS_OK);
		assert_int_equal(status.state, SEV_PLATFORM_UNINIT);
		assert_int_equal(platform_sp_command(chip, 0x7ff, SPA(0)), SP_INVALID_COMMAND);
		chip_free(chip);
	}
}

/* -- a guest of one instruction --------------------------------------------------------------- */

enum { VMCB_AT = 0x1000, HSAVE_AT = 0x2000, CODE_AT = 0x3000, MAPS_AT = 0x10000 };

static void put_vmcb(struct chip *chip)
{
	struct vmcb vmcb = {
		.control = {.intercept_vec3 = VMCB_VEC3_HLT | VMCB_VEC3_INTR | VMCB_VEC3_SHUTDOWN,
			    .intercept_vec4 = VMCB_VEC4_VMRUN,
			    .guest_asid = 1,
			    .vintr = VMCB_V_INTR_MASKING,
			    .iopm_base_pa = MAPS_AT,
			    .msrpm_base_pa = MAPS_AT + IOPM_SIZE},
		.save = {.efer = EFER_SVME,
			 .cr0 = CR0_ET,
			 .dr6 = DR6_INIT,
			 .dr7 = DR7_INIT,
			 .rflags = RFLAGS_INIT,
			 .g_pat = PAT_INIT,
			 .rip = CODE_AT,
			 .cs = {.attrib = 0x9b, .limit = 0xffff},
			 .ss = {.attrib = 0x93, .limit = 0xffff},
			 .ds = {.attrib = 0x93, .limit = 0xffff}},
	};

	/* Real mode needs paged real mode of a host without nested paging: no CR0.PG, no CR3. */
	assert_int_equal(platform_write(chip, SPA(VMCB_AT), &vmcb, sizeof(vmcb)),
			 PLATFORM_ACCESS_OK);
}

static u64 exit_code(struct chip *chip)
{
	u64 code;

	assert_int_equal(platform_vmrun(chip, 0, SPA(VMCB_AT)), PLATFORM_DONE);
	assert_int_equal(platform_read(chip, SPA(VMCB_AT + offsetof(struct vmcb, control.exitcode)),
				       &code, 8),
			 PLATFORM_ACCESS_OK);
	return code;
}

static void a_guest_runs_and_a_kick_ends_it(void **state)
{
	struct chip *chip = new_chip(&(struct chip_config){
		.cores = 1, .dram_size = MIB(2), .deterministic = true, .seed = "x"});
	const u8 code[] = {0x90, 0xf4};
	u64 efer;

	put_vmcb(chip);
	assert_int_equal(platform_write(chip, SPA(CODE_AT), code, sizeof(code)),
			 PLATFORM_ACCESS_OK);
	assert_int_equal(platform_vmrun(chip, 0, SPA(VMCB_AT)), PLATFORM_UD);
	assert_int_equal(platform_rdmsr(chip, 0, MSR_EFER, &efer), PLATFORM_DONE);
	assert_int_equal(platform_wrmsr(chip, 0, MSR_EFER, efer | EFER_SVME), PLATFORM_DONE);
	assert_int_equal(platform_wrmsr(chip, 0, MSR_VM_HSAVE_PA, HSAVE_AT), PLATFORM_DONE);
	assert_int_equal(platform_vmrun(chip, 0, SPA(VMCB_AT + 8)), PLATFORM_GP);

	platform_extended_reset(chip, 0);
	platform_kick(chip, 0);
	assert_int_equal(exit_code(chip), VMEXIT_INTR);
	assert_int_equal(platform_instructions(chip, 0), 0);
	assert_int_equal(exit_code(chip), VMEXIT_HLT);
	assert_int_equal(platform_instructions(chip, 0), platform_rdtsc(chip, 0));
	platform_idle(chip, 1000);
	assert_int_equal(platform_rdtsc(chip, 0), platform_instructions(chip, 0) + 1000);
	chip_free(chip);
}

/* -- time ------------------------------------------------------------------------------------- */

struct clock_check {
	struct chip *chip;
	atomic_flag lock;
	u64 last;
	bool went_back;
};

struct clock_thread {
	struct clock_check *check;
	unsigned core;
};

/* As an operating system compares the TSCs of two processors: under a lock, one after the other. */
static void *read_clock(void *arg)
{
	const struct clock_thread *t = arg;
	struct clock_check *k = t->check;

	for (unsigned n = 0; n < 200000; n++) {
		u64 now;

		while (atomic_flag_test_and_set_explicit(&k->lock, memory_order_acquire))
			;
		now = platform_rdtsc(k->chip, t->core);
		if (now < k->last)
			k->went_back = true;
		k->last = now;
		atomic_flag_clear_explicit(&k->lock, memory_order_release);
	}
	return NULL;
}

static void time_does_not_go_back_from_core_to_core(void **state)
{
	struct clock_check k = {
		.chip = new_chip(&(struct chip_config){.cores = 2, .dram_size = MIB(2)}),
		.lock = ATOMIC_FLAG_INIT,
	};
	struct clock_thread t[2] = {{&k, 0}, {&k, 1}};
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, read_clock, &t[1]), 0);
	read_clock(&t[0]);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_false(k.went_back);
	chip_free(k.chip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_that_cannot_be_is_refused),
		cmocka_unit_test(every_model_powers_on),
		cmocka_unit_test(memory_answers_and_aborts),
		cmocka_unit_test(a_c_bit_of_ones_own_choice_is_announced),
		cmocka_unit_test(the_secure_processor_answers),
		cmocka_unit_test(a_guest_runs_and_a_kick_ends_it),
		cmocka_unit_test(time_does_not_go_back_from_core_to_core),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
