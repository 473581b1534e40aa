/* SPDX-License-Identifier: MIT */
/*
 * The payloads of tests/guests/ in lockstep: linked blocks with fused operations, and blocks one at a
 * time, each against one instruction at a time.
 */
#include "chip/cpu/lockstep/lockstep.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/cmocka.h"
#include "tests/support/guest_step.h"

enum { MEMORY = 8 << 20, MEMORY_INTERVAL = 20000 };

static struct lockstep_report report;

static const char *image(const char *name)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s.elf", SWSEV_GUESTS, name);
	return path;
}

static struct guest_config guest(const char *name, const char *options)
{
	return (struct guest_config){.image = image(name),
				     .options = options,
				     .model = "milan",
				     .memory = MEMORY,
				     .deterministic = true};
}

static void compare_part(const struct guest_config *cfg, enum cpu_pace pace, u64 instructions)
{
	const struct guest_engine fast = {*cfg, pace}, single = {*cfg, PACE_INSTRUCTION};
	const struct lockstep_engine leader =
		guest_engine(pace == PACE_FREE ? "linked" : "block", &fast);
	const struct lockstep_engine follower = guest_engine("single", &single);
	const struct lockstep l = {.leader = &leader,
				   .follower = &follower,
				   .cpus = cfg->cpus ? cfg->cpus : 1,
				   .instructions = instructions,
				   .memory_interval = MEMORY_INTERVAL};
	struct error err = {.text = ""};
	enum lockstep_result result = lockstep_run(&l, &report, &err);

	if (result == LOCKSTEP_NO_GUEST)
		fail_msg("%s", err.text);
	if (result == LOCKSTEP_DIFFERENT && pace == PACE_FREE) {
		print_message("%s", report.text);
		compare_part(cfg, PACE_BLOCK, instructions); /* shorter steps tell more */
	}
	if (result == LOCKSTEP_DIFFERENT)
		fail_msg("%s, %s:\n%s", cfg->image, cfg->encrypted ? "encrypted" : "plain",
			 report.text);
	print_message("# %s: %llu instructions in %llu steps\n", leader.name,
		      (unsigned long long)report.instructions, (unsigned long long)report.steps);
	assert_true(report.instructions > 100);
}

static void compare(const struct guest_config *cfg, enum cpu_pace pace)
{
	compare_part(cfg, pace, 0);
}

static void compare_all(const char *name, const char *options)
{
	struct guest_config cfg = guest(name, options);

	compare(&cfg, PACE_FREE);
	compare(&cfg, PACE_BLOCK);
	cfg.encrypted = true;
	compare(&cfg, PACE_FREE);
}

static void hello(void **state)
{
	compare_all("hello", NULL);
}

static void endings(void **state)
{
	compare_all("ending", "how=trap");
	compare_all("ending", "how=triple");
	compare_all("ending", "how=halt");
}

static void exceptions(void **state)
{
	compare_all("exceptions", NULL);
}

static void paging(void **state)
{
	compare_all("paging", NULL);
}

static void modes(void **state)
{
	compare_all("modes", NULL);
}

static void changing_code(void **state)
{
	compare_all("smc", NULL);
}

static void strings(void **state)
{
	compare_all("strings", NULL);
}

static void simd(void **state)
{
	compare_all("simd", NULL);
}

static void workloads(void **state)
{
	struct guest_config cfg =
		guest("workloads", "run=sha256:0.001,matint:0.001,interp:0.001,fib:0.001,"
				   "nbody:0.001,mandel:0.001,simdint:0.001,smc:0.01");

	cfg.memory = 64 << 20;
	cfg.encrypted = true;
	compare_part(&cfg, PACE_FREE, 0);
	compare_part(&cfg, PACE_BLOCK, 3000000);
}

/* Two CPUs take turns; linked blocks would let one spin for ever. */
static void two_cpus(void **state)
{
	struct guest_config cfg = guest("smp", "cpus=2");

	cfg.cpus = 2;
	compare(&cfg, PACE_BLOCK);
	cfg.encrypted = true;
	compare(&cfg, PACE_BLOCK);
}

/* -- an engine with a fault ------------------------------------------------------------------- */

enum { BAD_INSTRUCTION = 36000, BAD_GPA = 0x300123, BAD_BIT = 4 };

/* Behind that instruction a bit of R14 is wrong, which the payload does not use there. */
static enum lockstep_step bad_register_step(void *guest, unsigned cpu, u64 until)
{
	struct cpu *c = guest_core(guest, cpu);
	u64 before = c->icount;
	enum lockstep_step step = guest_step(guest, cpu, until);

	if (before < BAD_INSTRUCTION && c->icount >= BAD_INSTRUCTION)
		c->reg[REG_R14] ^= BAD_BIT;
	return step;
}

/* Behind that instruction a byte of memory is wrong that nobody reads. */
static enum lockstep_step bad_memory_step(void *guest, unsigned cpu, u64 until)
{
	struct cpu *c = guest_core(guest, cpu);
	u64 before = c->icount;
	enum lockstep_step step = guest_step(guest, cpu, until);
	const u8 wrong = 0x99;

	if (before < BAD_INSTRUCTION && c->icount >= BAD_INSTRUCTION)
		guest_poke(guest, BAD_GPA, &wrong, 1);
	return step;
}

static void find(enum lockstep_step (*bad_step)(void *, unsigned, u64), enum cpu_pace pace,
		 bool encrypted)
{
	struct guest_engine bad_guest = {guest("hello", NULL), pace};
	struct guest_engine good_guest = {guest("hello", NULL), PACE_INSTRUCTION};
	struct lockstep_engine bad, good;
	struct lockstep l = {.leader = &bad, .follower = &good, .cpus = 1};
	struct error err;

	bad_guest.guest.encrypted = good_guest.guest.encrypted = encrypted;
	bad = guest_engine("bad", &bad_guest);
	good = guest_engine("good", &good_guest);
	bad.step = bad_step;
	assert_int_equal(lockstep_run(&l, &report, &err), LOCKSTEP_DIFFERENT);
	assert_true(report.first <= BAD_INSTRUCTION && report.last >= BAD_INSTRUCTION);
	if (pace == PACE_INSTRUCTION)
		assert_int_equal(report.first, report.last);
	if (pace != PACE_FREE) /* else there are too many to show */
		assert_non_null(strstr(report.text, "exec 36000 0008:"));
}

static void wrong_registers_are_found(void **state)
{
	find(bad_register_step, PACE_INSTRUCTION, false);
	assert_false(report.in_memory);
	assert_non_null(strstr(report.text, "\n  bad: r14="));
	assert_non_null(strstr(report.text, "\n  good: r14="));
	find(bad_register_step, PACE_BLOCK, true);
	find(bad_register_step, PACE_FREE, false);
}

static void wrong_memory_is_found(void **state)
{
	find(bad_memory_step, PACE_INSTRUCTION, false);
	assert_true(report.in_memory);
	assert_int_equal(report.address & 0xffffff, BAD_GPA);
	assert_non_null(strstr(report.text, "\n  bad: 00 00 00 99 "));
	find(bad_memory_step, PACE_BLOCK, true);
	assert_true(report.in_memory);
}

/* An engine that ends the guest too early: no register is wrong. */
static enum lockstep_step short_step(void *guest, unsigned cpu, u64 until)
{
	enum lockstep_step step = guest_step(guest, cpu, until);

	return guest_core(guest, cpu)->icount >= BAD_INSTRUCTION ? LOCKSTEP_ENDED : step;
}

static void wrong_end_is_found(void **state)
{
	find(short_step, PACE_INSTRUCTION, false);
	assert_non_null(strstr(report.text, "they stop in different ways"));
}

static void no_guest(void **state)
{
	const struct guest_engine nothing = {{.image = "/nowhere"}, PACE_FREE};
	const struct lockstep_engine e = guest_engine("none", &nothing);
	const struct lockstep l = {.leader = &e, .follower = &e, .cpus = 1};
	struct error err = {.text = ""};

	assert_int_equal(lockstep_run(&l, &report, &err), LOCKSTEP_NO_GUEST);
	assert_non_null(strstr(err.text, "/nowhere"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello),
		cmocka_unit_test(endings),
		cmocka_unit_test(exceptions),
		cmocka_unit_test(paging),
		cmocka_unit_test(modes),
		cmocka_unit_test(changing_code),
		cmocka_unit_test(strings),
		cmocka_unit_test(simd),
		cmocka_unit_test(workloads),
		cmocka_unit_test(two_cpus),
		cmocka_unit_test(wrong_registers_are_found),
		cmocka_unit_test(wrong_memory_is_found),
		cmocka_unit_test(wrong_end_is_found),
		cmocka_unit_test(no_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
