/* SPDX-License-Identifier: MIT */
/* Whole VMs of a few instructions: what each family of exits answers, as the guest sees it. */
#include "hv/vm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/svm_exit.h"
#include "tests/support/cmocka.h"

#include "base/bytes.h"
#include "hv/exit.h"

static char path[] = "/tmp/swsev_vm_XXXXXX";
static struct chip *chip;
static struct vm *vm;
static struct error err;

static int group_setup(void **state)
{
	const struct chip_config cfg = {.cores = 2, .dram_size = vm_dram_size(MIB(8), 2)};
	int fd = mkstemp(path);

	if (fd < 0)
		return -1;
	close(fd);
	chip = chip_new(&cfg, &err);
	return chip ? 0 : -1;
}

static int group_teardown(void **state)
{
	chip_free(chip);
	unlink(path);
	return 0;
}

static int teardown(void **state)
{
	vm_free(vm);
	vm = NULL;
	return 0;
}

static void swallow(void *ctx, const void *data, size_t len)
{
}

static struct vm_config config(void)
{
	return (struct vm_config){
		.memory = MIB(8),
		.cpus = 1,
		.boot = {.kernel = path, .format = BOOT_FORMAT_FLAT},
		.machine = {.console = {.write = swallow},
			    .has_debug_exit = true,
			    .debug_exit_port = 0xf4},
	};
}

static void make(const struct vm_config *cfg, const u8 *code, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(code, 1, len, f), len);
	fclose(f);
	vm_free(vm);
	vm = vm_new(chip, cfg, &err);
	if (!vm)
		fail_msg("%s", err.text);
}

static enum vm_ended run_as(const struct vm_config *cfg, const u8 *code, size_t len)
{
	make(cfg, code, len);
	return vm_run(vm);
}

/* Code in 64-bit mode at 1 MiB; it ends by OUT to port F4h. */
static enum vm_ended run(const u8 *code, size_t len)
{
	const struct vm_config cfg = config();

	return run_as(&cfg, code, len);
}

#define RUN(...) run((const u8[]){__VA_ARGS__}, sizeof((const u8[]){__VA_ARGS__}))

/* The guest's OUT of EAX to F4h, and HLT. */
#define OUT_EAX 0xe7, 0xf4, 0xf4

#define assert_gives(value, ...)                                         \
	do {                                                             \
		assert_int_equal(RUN(__VA_ARGS__), VM_ENDED_DEBUG_EXIT); \
		assert_int_equal(vm->code, (value));                     \
	} while (0)

static void assert_fails(enum vm_ended ended, const char *word)
{
	assert_int_equal(ended, VM_ENDED_FAILED);
	if (!strstr(vm->reason.text, word))
		fail_msg("'%s' does not say '%s'", vm->reason.text, word);
}

static u64 exits(const char *name)
{
	for (unsigned n = 0; n < exit_row_count; n++)
		if (strcmp(exit_rows[n].name, name) == 0)
			return vm_exits(vm, n);
	fail_msg("no exit %s", name);
	return 0;
}

/* -- ports ------------------------------------------------------------------------------------ */

static void in_fills_its_size_of_the_register(void **state)
{
	/* mov $0x12345678, %eax; in $0x80, %al */
	assert_gives(0x123456ff, 0xb8, 0x78, 0x56, 0x34, 0x12, 0xe4, 0x80, OUT_EAX);
	/* in $0x80, %ax */
	assert_gives(0x1234ffff, 0xb8, 0x78, 0x56, 0x34, 0x12, 0x66, 0xe5, 0x80, OUT_EAX);
	assert_int_equal(exits("io"), 2);
}

/* -- CPUID and MSRs --------------------------------------------------------------------------- */

static void kvm_is_at_its_leaf(void **state)
{
	/* mov $0x40000000, %eax; cpuid; mov %ebx, %eax */
	assert_gives(0x4b4d564b, 0xb8, 0, 0, 0, 0x40, 0x0f, 0xa2, 0x89, 0xd8, OUT_EAX);
	assert_int_equal(exits("cpuid"), 1);
}

static void a_plain_guest_does_not_hear_of_encryption(void **state)
{
	/* mov $0x8000001f, %eax; cpuid */
	assert_gives(0, 0xb8, 0x1f, 0, 0, 0x80, 0x0f, 0xa2, OUT_EAX);
}

static void an_msr_reads_back(void **state)
{
	/* mov $0x200, %ecx; mov $0x1006, %eax; xor %edx, %edx; wrmsr; xor %eax, %eax; rdmsr */
	assert_gives(0x1006, 0xb9, 0, 2, 0, 0, 0xb8, 6, 0x10, 0, 0, 0x31, 0xd2, 0x0f, 0x30, 0x31,
		     0xc0, 0x0f, 0x32, OUT_EAX);
}

/* Without an IDT a #GP is a triple fault. */
static void an_msr_that_is_not_there_faults(void **state)
{
	/* mov $0x12345, %ecx; rdmsr */
	assert_int_equal(RUN(0xb9, 0x45, 0x23, 1, 0, 0x0f, 0x32, OUT_EAX), VM_ENDED_SHUTDOWN);
	assert_int_equal(exits("msr"), 1);
}

/* -- memory that is no RAM -------------------------------------------------------------------- */

static void where_nothing_is_reads_as_ones(void **state)
{
	/* movzbl 0x60000000, %eax */
	assert_gives(0xff, 0x0f, 0xb6, 0x04, 0x25, 0, 0, 0, 0x60, OUT_EAX);
	/* movsbl */
	assert_gives(0xffffffff, 0x0f, 0xbe, 0x04, 0x25, 0, 0, 0, 0x60, OUT_EAX);
}

static void rep_stos_ends_when_rcx_does(void **state)
{
	/* mov $0x60000000, %edi; mov $5, %ecx; rep stosl; lea (%rdi,%rcx), %eax */
	assert_gives(0x60000014, 0xbf, 0, 0, 0, 0x60, 0xb9, 5, 0, 0, 0, 0xf3, 0xab, 0x8d, 0x04,
		     0x0f, OUT_EAX);
	assert_int_equal(exits("npf"), 5);
}

static void the_lapic_knows_its_number(void **state)
{
	/* mov 0xfee00030, %eax (by its sign-extended address would be elsewhere): movabs */
	assert_int_equal(RUN(0xa1, 0x30, 0, 0xe0, 0xfe, 0, 0, 0, 0, OUT_EAX), VM_ENDED_DEBUG_EXIT);
	assert_in_range(vm->code & 0xff, 0x10, 0x1f); /* version of an integrated APIC */
}

static void what_no_register_is_for_is_named(void **state)
{
	/* add %eax, 0x60000000 */
	assert_fails(RUN(0x01, 0x04, 0x25, 0, 0, 0, 0x60), "no device register is for");
	/* mov $0x60000000, %eax; jmp *%rax */
	assert_fails(RUN(0xb8, 0, 0, 0, 0x60, 0xff, 0xe0), "where no RAM is");
}

/* -- vCPUs ------------------------------------------------------------------------------------ */

/* mov $imm32, abs32 by way of %rbx: movl $imm, disp(%rbx) */
#define APIC_WRITE(reg, v)                                                                     \
	0xc7, 0x83, (reg)&0xff, (reg) >> 8, 0, 0, (v)&0xff, (v) >> 8 & 0xff, (v) >> 16 & 0xff, \
		(v) >> 24

static void a_second_vcpu_starts_by_sipi(void **state)
{
	/* At 10000h, in real mode: mov $7, %al; out %al, $0xf4; hlt. */
	const u8 code[] = {
		0xc7,
		0x04,
		0x25,
		0x00,
		0x00,
		0x01,
		0x00,
		0xb0,
		0x07,
		0xe6,
		0xf4, /* movl, 10000h */
		0xc6,
		0x04,
		0x25,
		0x04,
		0x00,
		0x01,
		0x00,
		0xf4, /* movb, 10004h */
		0xbb,
		0x00,
		0x00,
		0xe0,
		0xfe, /* mov $0xfee00000, %ebx */
		APIC_WRITE(0x310, 0x01000000),
		APIC_WRITE(0x300, 0x4500),
		APIC_WRITE(0x310, 0x01000000),
		APIC_WRITE(0x300, 0x4610),
		0xf4,
		0xeb,
		0xfd,
	};
	struct vm_config cfg = config();

	cfg.cpus = 2;
	assert_int_equal(run_as(&cfg, code, sizeof(code)), VM_ENDED_DEBUG_EXIT);
	assert_int_equal(vm->code & 0xff, 7);
}

static void an_encrypted_vm_runs_and_its_asid_is_free_again(void **state)
{
	const u8 code[] = {0xb8, 9, 0, 0, 0, OUT_EAX};
	struct vm_config cfg = config();

	cfg.sev = true;
	for (unsigned n = 0; n < 2; n++) {
		assert_int_equal(run_as(&cfg, code, sizeof(code)), VM_ENDED_DEBUG_EXIT);
		assert_int_equal(vm->code, 9);
	}
}

/* Its key is no longer in the engine, so the chip refuses VMRUN. */
static void a_deactivated_vm_does_not_run(void **state)
{
	const u8 code[] = {OUT_EAX};
	struct vm_config cfg = config();
	char invalid[32];

	cfg.sev = true;
	make(&cfg, code, sizeof(code));
	assert_int_equal(sp_driver_deactivate(&vm->sp, vm->launch.handle, &err), 0);
	assert_int_equal(vm_run(vm), VM_ENDED_FAILED);
	snprintf(invalid, sizeof(invalid), "#VMEXIT %#llx ", (unsigned long long)VMEXIT_INVALID);
	assert_non_null(strstr(vm->reason.text, invalid));
}

static void who_ends_it_first_says_how(void **state)
{
	assert_gives(3, 0xb8, 3, 0, 0, 0, OUT_EAX);
	vm_end(vm, VM_ENDED_TIMEOUT, 0);
	vm_fail(vm, "too late");
	assert_int_equal(vm->ended, VM_ENDED_DEBUG_EXIT);
	assert_int_equal(vm->code, 3);
}

static void vms_that_cannot_be(void **state)
{
	struct vm_config cfg = config();

	cfg.machine.debug_exit_port = 0x3f8;
	vm_free(vm);
	vm = vm_new(chip, &cfg, &err);
	assert_null(vm);
	assert_non_null(strstr(err.text, "port 0x3f8 is in use"));
	cfg = config();
	cfg.memory = MIB(64); /* of a smaller chip */
	vm = vm_new(chip, &cfg, &err);
	assert_null(vm);
	assert_non_null(strstr(err.text, "free pages"));
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(in_fills_its_size_of_the_register),
		TEST(kvm_is_at_its_leaf),
		TEST(a_plain_guest_does_not_hear_of_encryption),
		TEST(an_msr_reads_back),
		TEST(an_msr_that_is_not_there_faults),
		TEST(where_nothing_is_reads_as_ones),
		TEST(rep_stos_ends_when_rcx_does),
		TEST(the_lapic_knows_its_number),
		TEST(what_no_register_is_for_is_named),
		TEST(a_second_vcpu_starts_by_sipi),
		TEST(an_encrypted_vm_runs_and_its_asid_is_free_again),
		TEST(a_deactivated_vm_does_not_run),
		TEST(who_ends_it_first_says_how),
		TEST(vms_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
