/* SPDX-License-Identifier: MIT */
/*
 * Code at CPL 3: a page for it, a page of stack, and the way there and back.
 *
 * Every exception, interrupt or SYSCALL brings it back; trap_record tells which.
 */
#ifndef TESTS_GUESTS_RT_USER_H
#define TESTS_GUESTS_RT_USER_H

#include "base/types.h"

#define USER_CODE      0xc0000000ull /* in reach of compatibility mode */
#define USER_STACK_TOP (USER_CODE + 0x2000)

/* SYSCALL is recorded as this vector, with RCX and R11 as rcx and rflags. */
enum { USER_SYSCALL = 0x100 };

/* Maps the two pages and programs STAR, LSTAR, SFMASK. */
void user_init(void);

enum user_entry { USER_BY_IRET, USER_BY_IRET32, USER_BY_SYSRET };

/* Copies code to USER_CODE and runs it there with these RFLAGS. */
void user_run(const void *code, u64 size, enum user_entry entry, u64 rflags);

#endif
