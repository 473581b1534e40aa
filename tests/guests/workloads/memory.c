/* SPDX-License-Identifier: MIT */
/* Memory workloads: latency, copies, string instructions, code that rewrites itself. */
#include <emmintrin.h>

#include "tests/guests/rt/insn.h"
#include "tests/guests/rt/rt.h"
#include "tests/guests/workloads/workload.h"

/* -- pointer chases --------------------------------------------------------------------------- */

enum { RING_STRIDE = 64, SMALL_NODES = 256, BIG_NODES = 16384 * 16 };

static u8 *ring_small, *ring_big;
static u32 permutation[BIG_NODES];

/* One cycle through all nodes in random order (Sattolo). */
static u8 *make_ring(u64 nodes)
{
	u8 *m = rt_alloc(nodes * RING_STRIDE, PAGE_SIZE);

	workload_random_restart();
	for (u64 i = 0; i < nodes; i++)
		permutation[i] = (u32)i;
	for (u64 i = nodes - 1; i > 0; i--) {
		u64 j = workload_random() % i;
		u32 t = permutation[i];

		permutation[i] = permutation[j];
		permutation[j] = t;
	}
	for (u64 i = 0; i < nodes; i++)
		*(u8 **)(void *)(m + i * RING_STRIDE) = m + (u64)permutation[i] * RING_STRIDE;
	return m;
}

void work_prepare_rings(void)
{
	if (ring_small)
		return;
	ring_small = make_ring(SMALL_NODES);
	ring_big = make_ring(BIG_NODES);
}

static NOINLINE u64 chase(u8 *ring, u64 steps)
{
	void **p = (void **)(void *)ring;

	for (u64 i = 0; i < steps; i++)
		p = *p;
	workload_set_operations(steps);
	return (u64)((u8 *)p - ring);
}

u64 work_chase16k(void)
{
	return chase(ring_small, workload_iterations(50e6));
}

u64 work_chase16m(void)
{
	return chase(ring_big, workload_iterations(2e6));
}

/* -- copies ----------------------------------------------------------------------------------- */

enum { COPY = 8 << 20, COPY_SMALL = 2 * 65536, COMPARED = 65536 };

static u8 *copy_from, *copy_to, *copy_alias;

/*
 * copy_to is an odd number of pages from copy_from; copy_alias is exactly 16 MiB from it, so both
 * ends of that copy use the same slot of a direct-mapped soft TLB.
 */
void work_prepare_copy(void)
{
	if (copy_from)
		return;
	copy_from = rt_alloc(4 * COPY, PAGE_2M_SIZE);
	copy_to = copy_from + COPY + 37 * PAGE_SIZE;
	copy_alias = copy_from + 2 * COPY;
	for (size_t i = 0; i < COPY; i++)
		copy_from[i] = (u8)(i >> 3);
	memset(copy_to, 1, 3 * COPY - 37 * PAGE_SIZE);
}

static NOINLINE void copy_sse2(void *d, const void *s, size_t n)
{
	__m128i *to = d;
	const __m128i *from = s;

	for (size_t i = 0; i < n / 64; i++) {
		__m128i a = _mm_loadu_si128(from);
		__m128i b = _mm_loadu_si128(from + 1);
		__m128i c = _mm_loadu_si128(from + 2);
		__m128i e = _mm_loadu_si128(from + 3);

		_mm_storeu_si128(to, a);
		_mm_storeu_si128(to + 1, b);
		_mm_storeu_si128(to + 2, c);
		_mm_storeu_si128(to + 3, e);
		from += 4;
		to += 4;
	}
}

u64 work_memcpy_sse2(void)
{
	u64 n = workload_iterations(120);

	for (u64 r = 0; r < n; r++)
		copy_sse2(copy_to, copy_from, COPY);
	workload_set_operations(n * COPY);
	return !memcmp(copy_from, copy_to, COMPARED);
}

static NOINLINE void copy_u64(u64 *d, const u64 *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		d[i] = s[i];
		barrier(); /* stay a loop of 8-byte moves */
	}
}

static u64 copy_small(u8 *to, u64 n)
{
	for (u64 r = 0; r < n; r++)
		copy_u64((u64 *)(void *)to, (const u64 *)(const void *)copy_from, COPY_SMALL / 8);
	workload_set_operations(n * COPY_SMALL);
	return !memcmp(copy_from, to, COMPARED);
}

u64 work_copy64(void)
{
	return copy_small(copy_to, workload_iterations(12000));
}

u64 work_copy64alias(void)
{
	return copy_small(copy_alias, workload_iterations(1200));
}

u64 work_repmovsb(void)
{
	u64 n = workload_iterations(150);

	for (u64 r = 0; r < n; r++)
		memcpy(copy_to, copy_from, COPY);
	workload_set_operations(n * COPY);
	return !memcmp(copy_from, copy_to, COMPARED);
}

u64 work_repstosb(void)
{
	u64 n = workload_iterations(150);

	for (u64 r = 0; r < n; r++)
		memset(copy_to, (int)r, COPY);
	workload_set_operations(n * COPY);
	return copy_to[0] == (u8)(n - 1) && !memcmp(copy_to, copy_to + 1, COMPARED);
}

/* -- code that changes ------------------------------------------------------------------------ */

/* Rewrites an instruction's immediate, then runs it. */
u64 work_smc(void)
{
	static const u8 code[] = {
		0xb8, 0,    0, 0, 0, /* mov eax, imm32 */
		0x83, 0xc0, 1,       /* add eax, 1 */
		0xc3,                /* ret */
	};
	static u8 *m;
	u64 n = workload_iterations(20000), s = 0;

	if (!m)
		m = rt_alloc(PAGE_SIZE, PAGE_SIZE);
	memcpy(m, code, sizeof(code));
	for (u64 i = 0; i < n; i++) {
		u32 v = (u32)i;

		__builtin_memcpy(m + 1, &v, 4);
		barrier();
		s += ((u32(*)(void))(u64)m)();
	}
	workload_set_operations(n);
	return s == n * (n + 1) / 2;
}
