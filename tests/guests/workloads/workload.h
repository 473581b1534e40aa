/* SPDX-License-Identifier: MIT */
/*
 * Fixed-work loops that measure a processor, one kind of work each.  A workload returns a check
 * value that is the same on every correct processor at equal scale.
 */
#ifndef TESTS_GUESTS_WORKLOADS_WORKLOAD_H
#define TESTS_GUESTS_WORKLOADS_WORKLOAD_H

#include "base/compiler.h"
#include "base/types.h"

struct workload {
	const char *name;
	u64 (*run)(void);
	void (*prepare)(void); /* may be NULL; not part of what is measured */
};

/* `base` times the scale, at least 1: how often to repeat. */
u64 workload_iterations(double base);
/* How many operations that was: bytes, calls, steps ... */
void workload_set_operations(u64 n);

/* xorshift64, started afresh for each workload. */
u64 workload_random(void);
void workload_random_restart(void);

/* integer.c */
u64 work_sha256(void);   /* bytes */
u64 work_qsort(void);    /* elements */
u64 work_matint(void);   /* multiply-adds */
u64 work_interp(void);   /* byte codes */
u64 work_fib(void);      /* about calls */
u64 work_parallel(void); /* bytes of sha256, on every CPU at once */
u64 work_locked(void);   /* additions to one contended word, on every CPU at once */

/* memory.c */
void work_prepare_rings(void);
u64 work_chase16k(void); /* loads */
u64 work_chase16m(void); /* loads over 4096 pages */
void work_prepare_copy(void);
u64 work_memcpy_sse2(void); /* from here on: bytes */
u64 work_copy64(void);
u64 work_copy64alias(void);
u64 work_repmovsb(void);
u64 work_repstosb(void);
u64 work_smc(void); /* instructions rewritten, then run */

/* simd.c */
u64 work_nbody(void);   /* steps, scalar double */
u64 work_mandel(void);  /* iterations, packed double */
u64 work_simdint(void); /* vectors, packed integer */

#endif
