/* SPDX-License-Identifier: MIT */
/* Integer workloads: arithmetic, sorting, matrices, an interpreter, calls; and two CPUs at once. */
#include "tests/guests/rt/insn.h"
#include "tests/guests/rt/rt.h"
#include "tests/guests/workloads/workload.h"

/* -- SHA-256 ---------------------------------------------------------------------------------- */

static const u32 sha256_k[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2};

static inline u32 ror(u32 x, unsigned n)
{
	return x >> n | x << (32 - n);
}

static inline u32 sha256_word(const u32 *w)
{
	u32 s0 = ror(w[-15], 7) ^ ror(w[-15], 18) ^ w[-15] >> 3;
	u32 s1 = ror(w[-2], 17) ^ ror(w[-2], 19) ^ w[-2] >> 10;

	return w[-16] + w[-7] + s0 + s1;
}

static NOINLINE void sha256_block(u32 h[8], const u8 *p)
{
	u32 w[64];
	u32 a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], k = h[7];

	for (int i = 0; i < 16; i++) {
		__builtin_memcpy(&w[i], p + 4 * i, 4);
		w[i] = __builtin_bswap32(w[i]);
	}
	for (int i = 16; i < 64; i++)
		w[i] = sha256_word(&w[i]);
	for (int i = 0; i < 64; i++) {
		u32 t1 = k + (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25)) + ((e & f) ^ (~e & g)) +
			 sha256_k[i] + w[i];
		u32 t2 = (ror(a, 2) ^ ror(a, 13) ^ ror(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));

		k = g;
		g = f;
		f = e;
		e = d + t1;
		d = c;
		c = b;
		b = a;
		a = t1 + t2;
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
	h[4] += e;
	h[5] += f;
	h[6] += g;
	h[7] += k;
}

static u8 text[65536];

static void sha256_text(u32 h[8], u64 times)
{
	for (u64 r = 0; r < times; r++)
		for (size_t i = 0; i < sizeof(text); i += 64)
			sha256_block(h, text + i);
}

static void fill_text(void)
{
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (u8)(i * 7);
}

u64 work_sha256(void)
{
	u32 h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
	u64 n = workload_iterations(250);

	fill_text();
	sha256_text(h, n);
	workload_set_operations(n * sizeof(text));
	return (u64)h[0] << 32 | h[7];
}

/* -- sorting ---------------------------------------------------------------------------------- */

enum { SORTED = 100000 };

static u32 sorted[SORTED], merged[SORTED];

static int compare_u32(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

/* Merge sort with a comparison through a pointer, as a C library's qsort() does. */
static NOINLINE void sort(u32 *a, size_t n, int (*compare)(const void *, const void *))
{
	size_t half = n / 2;
	size_t i = 0, j = half, to = 0;

	if (n <= 1)
		return;
	sort(a, half, compare);
	sort(a + half, n - half, compare);
	while (i < half && j < n)
		merged[to++] = compare(&a[i], &a[j]) <= 0 ? a[i++] : a[j++];
	while (i < half)
		merged[to++] = a[i++];
	for (i = 0; i < to; i++)
		a[i] = merged[i];
}

u64 work_qsort(void)
{
	u64 n = workload_iterations(12), s = 0;

	for (u64 r = 0; r < n; r++) {
		for (int i = 0; i < SORTED; i++)
			sorted[i] = (u32)workload_random();
		sort(sorted, SORTED, compare_u32);
		s = s * 31 + sorted[SORTED / 2];
	}
	workload_set_operations(n * SORTED);
	return s;
}

/* -- matrices --------------------------------------------------------------------------------- */

enum { SIDE = 128 };

static u32 mat_a[SIDE][SIDE], mat_b[SIDE][SIDE], mat_c[SIDE][SIDE];

static NOINLINE void multiply(void)
{
	for (int i = 0; i < SIDE; i++) {
		for (int j = 0; j < SIDE; j++) {
			u32 t = 0;

			for (int k = 0; k < SIDE; k++)
				t += mat_a[i][k] * mat_b[k][j];
			mat_c[i][j] = t;
		}
	}
}

u64 work_matint(void)
{
	u64 n = workload_iterations(40), s = 0;

	for (int i = 0; i < SIDE; i++) {
		for (int j = 0; j < SIDE; j++) {
			mat_a[i][j] = (u32)(i * 3 + j);
			mat_b[i][j] = (u32)(i ^ j);
		}
	}
	for (u64 r = 0; r < n; r++) {
		multiply();
		mat_a[r % SIDE][3] += mat_c[5][r % SIDE];
		s += mat_c[7][9];
	}
	workload_set_operations(n * SIDE * SIDE * SIDE);
	return s;
}

/* -- an interpreter: indirect jumps between short blocks -------------------------------------- */

static NOINLINE u64 interpret(const u8 *code, u64 count)
{
	u64 r[4] = {count, 1, 0, 0x1234};
	const u8 *pc = code;

	for (;;) {
		switch (*pc++) {
		case 0:
			r[1] = r[1] * 6364136223846793005ull + 1442695040888963407ull;
			break;
		case 1:
			r[2] ^= r[1] >> 17;
			break;
		case 2:
			r[2] += r[3];
			break;
		case 3:
			r[3] = r[3] << 5 | r[3] >> 59;
			break;
		case 4:
			if (r[1] & 1)
				pc++;
			break;
		case 5:
			r[2] -= 7;
			break;
		case 6:
			r[3] ^= r[2];
			break;
		case 7:
			if (--r[0])
				pc = code;
			break;
		default:
			return r[2] ^ r[3];
		}
	}
}

u64 work_interp(void)
{
	static const u8 code[] = {0, 1, 2, 3, 4, 5, 6, 3, 2, 4, 6, 5, 7, 8};
	u64 n = workload_iterations(6.0e6), s = interpret(code, n);

	workload_set_operations(n * 13);
	return s;
}

/* -- calls ------------------------------------------------------------------------------------ */

static NOINLINE u64 fib(unsigned n)
{
	u64 r = 1;

	while (n > 1) {
		r += fib(n - 1);
		__asm__ volatile("" : "+r"(r)); /* keep it a real recursion */
		n -= 2;
	}
	return r;
}

u64 work_fib(void)
{
	u64 n = workload_iterations(160), s = 0;

	for (u64 r = 0; r < n; r++)
		s += fib(27);
	workload_set_operations(s);
	return s;
}

/* -- every CPU at once ------------------------------------------------------------------------ */

static struct {
	void (*part)(unsigned cpu);
	volatile u64 round; /* counts the pieces of work handed out */
	volatile u64 done;
	u64 times;
	u64 result[2];
	bool started;
} team;

static void team_loop(void)
{
	for (u64 seen = 0;;) {
		while (__atomic_load_n(&team.round, __ATOMIC_ACQUIRE) == seen)
			pause_cpu();
		seen++;
		team.part(1);
		__atomic_store_n(&team.done, seen, __ATOMIC_RELEASE);
	}
}

/* Runs `part` on all CPUs and waits until it has ended on all. */
static void team_run(void (*part)(unsigned cpu), u64 times)
{
	bool two = rt_cpu_count() == 2;

	if (two && !team.started) {
		team.started = true;
		rt_start_cpus(team_loop);
	}
	team.part = part;
	team.times = times;
	__atomic_store_n(&team.round, team.round + 1, __ATOMIC_RELEASE);
	part(0);
	while (two && __atomic_load_n(&team.done, __ATOMIC_ACQUIRE) != team.round)
		pause_cpu();
}

static void parallel_part(unsigned cpu)
{
	u32 h[8] = {1, 2, 3, 4, 5, 6, 7, 8};

	sha256_text(h, team.times);
	team.result[cpu] = (u64)h[0] << 32 | h[7];
}

u64 work_parallel(void)
{
	u64 n = workload_iterations(150);

	fill_text();
	team_run(parallel_part, n);
	workload_set_operations(rt_cpu_count() * n * sizeof(text));
	return rt_cpu_count() == 2 && team.result[1] != team.result[0] ? 0 : team.result[0];
}

static u64 contended ALIGNED(64);

static void locked_part(unsigned cpu)
{
	for (u64 i = 0; i < team.times; i++)
		__atomic_fetch_add(&contended, 1, __ATOMIC_SEQ_CST);
}

u64 work_locked(void)
{
	u64 n = workload_iterations(2e6);

	contended = 0;
	team_run(locked_part, n);
	workload_set_operations(rt_cpu_count() * n);
	return contended == rt_cpu_count() * n;
}
