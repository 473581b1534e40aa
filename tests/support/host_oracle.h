/* SPDX-License-Identifier: MIT */
/*
 * The processor of this machine as oracle: runs a few bytes of unprivileged 64-bit code with every
 * register loaded from a struct regs, and gives every register back, or the fault.
 *
 * Code runs at HOST_CODE; its data is a window of pages at HOST_WINDOW, with nothing mapped around
 * it.  Everything lies below 4 GiB, so that 32-bit addresses and RIP-relative operands reach it.  Code
 * may use all 16 general registers, RSP too (a canonical one: the kernel returns through it), but not FS
 * and GS, and must not make system calls.
 *
 * An emulator that gets the same bytes, registers and window contents must end in the same state:
 * regs_differ() says where not.
 */
#ifndef TESTS_SUPPORT_HOST_ORACLE_H
#define TESTS_SUPPORT_HOST_ORACLE_H

#include "base/compiler.h"
#include "base/types.h"

#include <stdio.h>

enum {
	HOST_CODE = 0x10000800,   /* linear address of the first byte of code */
	HOST_CODE_MAX = 64,       /* bytes */
	HOST_WINDOW = 0x10100000, /* linear address of the first page of the window */
	WINDOW_PAGES = 4,         /* two to read and write, one to read only, one not present */
	WINDOW_RW_PAGES = 2,
	WINDOW_RO_PAGE = 2,
	WINDOW_BYTES = 0x3000, /* that have contents */
};

struct regs {
	u64 gpr[16]; /* encoding order: RAX RCX RDX RBX RSP RBP RSI RDI R8.. */
	u64 rflags;  /* CF PF AF ZF SF OF DF (and AC) count */
	u64 rip;     /* in: not used; out: next instruction, or the faulting one */
	u32 mxcsr;
	u8 ymm[16][32] ALIGNED(32);
	u8 x87[512] ALIGNED(64); /* FXSAVE64 image: bytes 0-23 and 32-159 count */
};

/* Vector, error code and CR2 as the processor gave them; no_fault: vector is REGS_NO_FAULT. */
struct regs_fault {
	int vector;
	u32 error;
	u64 cr2; /* page faults only */
};

enum { REGS_NO_FAULT = -1 };

struct host_oracle;

/* NULL: no memory at the fixed addresses.  At most one at a time (it owns them and signal handlers). */
struct host_oracle *host_oracle_new(void) MUST_CHECK;
void host_oracle_free(struct host_oracle *o);

/* The window's WINDOW_BYTES, writable here. */
u8 *host_oracle_window(struct host_oracle *o);

/* Runs `len` bytes of code.  Everything but the window comes from *in and goes to *out. */
void host_oracle_run(struct host_oracle *o, const u8 *code, size_t len, const struct regs *in,
		     struct regs *out, struct regs_fault *fault);

/* State to begin with: registers 0, flags and floating-point controls as after FNINIT. */
void regs_init(struct regs *r);

/*
 * Compares everything that counts, RFLAGS under `flags`.  True, and lines in `to` (which may be NULL)
 * that name each difference, "got" from a, "want" from b.
 */
bool regs_differ(const struct regs *a, const struct regs *b, u64 flags, FILE *to);
bool regs_faults_differ(const struct regs_fault *a, const struct regs_fault *b, FILE *to);

#endif
