/* SPDX-License-Identifier: MIT */
/* The payloads' runtime: serial port, exit, command line, memory. */
#include "tests/guests/rt/rt.h"

#include "tests/guests/rt/insn.h"
#include "tests/guests/rt/layout.h"
#include "tests/guests/rt/traps.h"

enum {
	UART_DATA = 0x3f8,
	UART_LINE_STATUS = 0x3fd,
	UART_THR_EMPTY = 0x20,
	DEBUG_EXIT = 0xf4,
};

/* Multiboot information: what we read of it. */
struct multiboot_info {
	u32 flags; /* bit 0: memory sizes, bit 2: command line */
	u32 mem_lower;
	u32 mem_upper; /* KiB from 1 MiB on */
	u32 boot_device;
	u32 cmdline;
};

extern u8 bss_end[];
extern volatile u32 rt_cpus_allowed;

u64 rt_c_bit;
static char command_line[512];
static u64 heap, heap_end;
static unsigned checks, failures;
static void (*other_cpus_run)(void);

/* -- console and end -------------------------------------------------------------------------- */

static void put_char(char c)
{
	while (!(inb(UART_LINE_STATUS) & UART_THR_EMPTY))
		pause_cpu();
	outb(UART_DATA, (u8)c);
}

void put_text(const char *s)
{
	for (; *s; s++)
		put_char(*s);
}

void put_dec(u64 v)
{
	char digits[21];
	unsigned at = sizeof(digits) - 1;

	digits[at] = '\0';
	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	put_text(digits + at);
}

void put_hex(u64 v)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		put_char("0123456789abcdef"[v >> shift & 15]);
}

NORETURN void rt_exit(u8 code)
{
	outb(DEBUG_EXIT, code);
	for (;;)
		halt();
}

void check(bool ok, const char *what)
{
	checks++;
	if (ok)
		return;
	failures++;
	put_text("FAIL ");
	put_text(what);
	put_text("\n");
}

void check_equal(u64 found, u64 expected, const char *what)
{
	check(found == expected, what);
	if (found == expected)
		return;
	put_text("  found ");
	put_hex(found);
	put_text(" expected ");
	put_hex(expected);
	put_text("\n");
}

int check_end(const char *name)
{
	put_text(name);
	put_text(": ");
	if (failures) {
		put_dec(failures);
		put_text(" of ");
	}
	put_dec(checks);
	put_text(failures ? " checks failed\n" : " checks passed\n");
	return failures != 0;
}

/* -- the machine ------------------------------------------------------------------------------ */

const char *rt_option(const char *key)
{
	const char *p = command_line;

	while (*p) {
		const char *k = key;

		while (*k && *p == *k) {
			p++;
			k++;
		}
		if (!*k && *p == '=')
			return p + 1;
		while (*p && *p++ != ' ')
			;
	}
	return NULL;
}

u64 rt_option_u64(const char *key)
{
	const char *p = rt_option(key);
	u64 v = 0;

	while (p && *p >= '0' && *p <= '9')
		v = v * 10 + (u64)(*p++ - '0');
	return v;
}

unsigned rt_cpu_count(void)
{
	return rt_option_u64("cpus") == RT_CPUS ? RT_CPUS : 1;
}

void rt_start_cpus(void (*fn)(void))
{
	other_cpus_run = fn;
	rt_cpus_allowed = rt_cpu_count() - 1;
}

void *rt_alloc(u64 size, u64 align)
{
	u64 at = (heap + align - 1) & ~(align - 1);

	if (size > heap_end - at || at > heap_end) {
		put_text("out of memory\n");
		rt_exit(125);
	}
	heap = at + size;
	return (void *)at;
}

/* The loader may have put the information where the heap will be. */
static void read_info(const struct multiboot_info *info)
{
	const char *from = info->flags & 4 ? (const char *)(u64)info->cmdline : "";

	for (size_t i = 0; i < sizeof(command_line) - 1 && from[i]; i++)
		command_line[i] = from[i];
	heap = (u64)bss_end;
	heap_end = MIB(1) + KIB(info->mem_upper);
}

/* start.S comes here on every CPU. */
NORETURN void rt_main(unsigned cpu, const struct multiboot_info *info);
NORETURN void rt_main(unsigned cpu, const struct multiboot_info *info)
{
	if (cpu == 0)
		read_info(info);
	traps_init(cpu);
	if (cpu == 0)
		rt_exit((u8)payload_main());
	other_cpus_run();
	for (;;)
		halt();
}

/* -- what the compiler may call ---------------------------------------------------------------- */

void *memcpy(void *restrict dst, const void *restrict src, size_t len)
{
	void *d = dst;

	__asm__ volatile("rep movsb" : "+D"(d), "+S"(src), "+c"(len)::"memory");
	return dst;
}

void *memmove(void *dst, const void *src, size_t len)
{
	u8 *d = dst;
	const u8 *s = src;

	if (d <= s || d >= s + len)
		return memcpy(dst, src, len);
	while (len--) {
		d[len] = s[len];
		barrier();
	}
	return dst;
}

void *memset(void *dst, int byte, size_t len)
{
	void *d = dst;

	__asm__ volatile("rep stosb" : "+D"(d), "+c"(len) : "a"(byte) : "memory");
	return dst;
}

int memcmp(const void *a, const void *b, size_t len)
{
	const u8 *x = a;
	const u8 *y = b;

	for (size_t i = 0; i < len; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}
