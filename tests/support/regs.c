/* SPDX-License-Identifier: MIT */
/* Register files of host_oracle.h: their initial state, and comparing two. */
#include "tests/support/host_oracle.h"

#include <inttypes.h>
#include <string.h>

enum {
	X87_FCW = 0,
	X87_FTW = 4,
	X87_POINTERS = 6,
	X87_POINTERS_SIZE = 18,
	X87_ST = 32,
	X87_ST_STEP = 16,
	X87_ST_SIZE = 10
};

static const char *const gpr_names[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
					"r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};

void regs_init(struct regs *r)
{
	memset(r, 0, sizeof(*r));
	r->rflags = 0x202;
	r->mxcsr = 0x1f80;
	r->x87[X87_FCW] = 0x7f;
	r->x87[X87_FCW + 1] = 0x03;
}

static void print_bytes(FILE *to, const char *what, const u8 *v, size_t len)
{
	fprintf(to, " %s ", what);
	for (size_t i = len; i-- > 0;)
		fprintf(to, "%02x%s", v[i], i && i % 8 == 0 ? "_" : "");
}

static bool bytes_differ(FILE *to, const char *name, unsigned n, const void *a, const void *b,
			 size_t len)
{
	if (memcmp(a, b, len) == 0)
		return false;
	if (to) {
		fprintf(to, "    %s%u:", name, n);
		print_bytes(to, "got", a, len);
		print_bytes(to, "want", b, len);
		fprintf(to, "\n");
	}
	return true;
}

static bool word_differs(FILE *to, const char *name, u64 a, u64 b)
{
	if (a == b)
		return false;
	if (to)
		fprintf(to, "    %s: got %" PRIx64 " want %" PRIx64 "\n", name, a, b);
	return true;
}

static bool x87_differs(const struct regs *a, const struct regs *b, FILE *to)
{
	unsigned n = 0;

	n += bytes_differ(to, "fcw/fsw", 0, a->x87, b->x87, X87_FTW);
	n += bytes_differ(to, "ftw", 0, a->x87 + X87_FTW, b->x87 + X87_FTW, 1);
	n += bytes_differ(to, "fop/fip/fdp", 0, a->x87 + X87_POINTERS, b->x87 + X87_POINTERS,
			  X87_POINTERS_SIZE);
	for (unsigned i = 0; i < 8; i++) {
		size_t at = X87_ST + X87_ST_STEP * i;

		n += bytes_differ(to, "st", i, a->x87 + at, b->x87 + at, X87_ST_SIZE);
	}
	return n != 0;
}

bool regs_differ(const struct regs *a, const struct regs *b, u64 flags, FILE *to)
{
	unsigned n = 0;

	n += word_differs(to, "rip", a->rip, b->rip);
	n += word_differs(to, "rflags", a->rflags & flags, b->rflags & flags);
	n += word_differs(to, "mxcsr", a->mxcsr, b->mxcsr);
	for (unsigned i = 0; i < 16; i++) {
		n += word_differs(to, gpr_names[i], a->gpr[i], b->gpr[i]);
		n += bytes_differ(to, "ymm", i, a->ymm[i], b->ymm[i], sizeof(a->ymm[i]));
	}
	n += x87_differs(a, b, to);
	return n != 0;
}

bool regs_faults_differ(const struct regs_fault *a, const struct regs_fault *b, FILE *to)
{
	unsigned n = 0;

	n += word_differs(to, "vector", (u64)(s64)a->vector, (u64)(s64)b->vector);
	n += word_differs(to, "error", a->error, b->error);
	n += word_differs(to, "cr2", a->cr2, b->cr2);
	return n != 0;
}
