/* SPDX-License-Identifier: MIT */
/*
 * The ways in which a guest ends, or does not, by option how=: exit (with code 0), trap (nobody
 * handles it), triple (a fault without an IDT), halt, spin, outside (beyond memory).
 */
#include "tests/guests/rt/insn.h"
#include "tests/guests/rt/rt.h"

static bool asked_for(const char *how)
{
	const char *option = rt_option("how");

	return option && memcmp(option, how, 4) == 0;
}

static NORETURN void no_idt(void)
{
	static const struct PACKED {
		u16 limit;
		u64 base;
	} nothing;

	__asm__ volatile("lidt %0; ud2" ::"m"(nothing));
	__builtin_unreachable();
}

int payload_main(void)
{
	put_text("ending\n");
	if (asked_for("trap"))
		__asm__ volatile("ud2");
	if (asked_for("trip"))
		no_idt();
	while (asked_for("halt"))
		halt();
	while (asked_for("spin"))
		pause_cpu();
	if (asked_for("outs"))
		return *(volatile u8 *)0xf0000000;
	return 0;
}
