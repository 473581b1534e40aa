/* SPDX-License-Identifier: MIT */
/*
 * What every payload can use: text on the serial port, checks, an exit code, the command line, and
 * memory.
 *
 * A payload defines payload_main(), which returns its exit code.  The runtime uses general registers
 * only, so handlers of exceptions need not save any others.
 */
#ifndef TESTS_GUESTS_RT_RT_H
#define TESTS_GUESTS_RT_RT_H

#include "base/compiler.h"
#include "base/types.h"

int payload_main(void);

/* -- console and end -------------------------------------------------------------------------- */

void put_text(const char *s);
void put_dec(u64 v);
void put_hex(u64 v); /* 16 digits */

/* Ends the machine: QEMU's isa-debug-exit makes it exit with 2 * code + 1. */
NORETURN void rt_exit(u8 code);

/*
 * check() counts, and says "FAIL what" when ok is false.  check_equal() says what was found and
 * what was expected too.  check_end() prints "name: n checks passed" or "name: m of n checks
 * failed" and returns the exit code, 0 or 1.
 */
void check(bool ok, const char *what);
void check_equal(u64 found, u64 expected, const char *what);
int check_end(const char *name);

/* -- the machine ------------------------------------------------------------------------------ */

extern u64 rt_c_bit; /* the C-bit in a page-table entry; 0: the guest is not encrypted */

/* The value of word "key=value" on the command line, ended by a blank or 0; NULL: not there. */
const char *rt_option(const char *key);
/* A decimal number, or 0. */
u64 rt_option_u64(const char *key);

/* How many CPUs there are: what the option cpus= says, 1 without it. */
unsigned rt_cpu_count(void);
/* Lets the others run fn, and then halt. */
void rt_start_cpus(void (*fn)(void));

/* Memory behind the image; never given back, never cleared.  Exits when there is no more. */
void *rt_alloc(u64 size, u64 align);

/* -- what the compiler may call ---------------------------------------------------------------- */

void *memcpy(void *restrict dst, const void *restrict src, size_t len);
void *memmove(void *dst, const void *src, size_t len);
void *memset(void *dst, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);

#endif
