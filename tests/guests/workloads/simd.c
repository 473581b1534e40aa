/* SPDX-License-Identifier: MIT */
/* SSE2 workloads: scalar double, packed double, packed integer. */
#include <emmintrin.h>

#include "tests/guests/rt/rt.h"
#include "tests/guests/workloads/workload.h"

/* -- five bodies ------------------------------------------------------------------------------ */

struct body {
	double x[3], v[3], m;
};

enum { BODIES = 5 };

/* clang-format off */
static const struct body solar_system[BODIES] = {
	{{0, 0, 0}, {0, 0, 0}, 39.47841760435743},
	{{4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01},
	 {6.06326392995832e-01, 2.811986844916260e+00, -2.521836165988763e-02},
	 3.769367487038949e-02},
	{{8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01},
	 {-1.010774346178792e+00, 1.825662371230411e+00, 8.415761376584154e-03},
	 1.128632613196877e-02},
	{{1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01},
	 {1.082791006441535e+00, 8.687130181696082e-01, -1.083263740136363e-02},
	 1.723724057059711e-03},
	{{1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01},
	 {9.790907322432897e-01, 5.946989986476761e-01, -3.475595555078104e-02},
	 2.033686869924631e-03},
};
/* clang-format on */

static inline void attract(struct body *a, struct body *b)
{
	double d[3], d2 = 0, magnitude;

	for (int k = 0; k < 3; k++) {
		d[k] = a->x[k] - b->x[k];
		d2 += d[k] * d[k];
	}
	magnitude = 0.001 / (d2 * __builtin_sqrt(d2));
	for (int k = 0; k < 3; k++) {
		a->v[k] -= d[k] * b->m * magnitude;
		b->v[k] += d[k] * a->m * magnitude;
	}
}

static NOINLINE void step(struct body b[BODIES])
{
	for (int i = 0; i < BODIES; i++)
		for (int j = i + 1; j < BODIES; j++)
			attract(&b[i], &b[j]);
	for (int i = 0; i < BODIES; i++)
		for (int k = 0; k < 3; k++)
			b[i].x[k] += 0.001 * b[i].v[k];
}

u64 work_nbody(void)
{
	struct body b[BODIES];
	u64 n = workload_iterations(1.0e6), s = 0;

	memcpy(b, solar_system, sizeof(b));
	for (u64 r = 0; r < n; r++)
		step(b);
	for (int i = 0; i < BODIES; i++) {
		u64 u;

		memcpy(&u, &b[i].x[0], 8);
		s = s * 31 + u;
	}
	workload_set_operations(n);
	return s;
}

/* -- Mandelbrot set --------------------------------------------------------------------------- */

enum { EDGE = 128, LIMIT = 200 };

static NOINLINE int escape(__m128d cx, __m128d cy)
{
	__m128d x = _mm_setzero_pd(), y = _mm_setzero_pd(), four = _mm_set1_pd(4.0);
	int i;

	for (i = 0; i < LIMIT; i++) {
		__m128d xx = _mm_mul_pd(x, x), yy = _mm_mul_pd(y, y), xy = _mm_mul_pd(x, y);

		if (!_mm_movemask_pd(_mm_cmple_pd(_mm_add_pd(xx, yy), four)))
			break;
		y = _mm_add_pd(_mm_add_pd(xy, xy), cy);
		x = _mm_add_pd(_mm_sub_pd(xx, yy), cx);
	}
	return i;
}

u64 work_mandel(void)
{
	u64 n = workload_iterations(80), total = 0;

	for (u64 r = 0; r < n; r++) {
		for (int py = 0; py < EDGE; py++) {
			for (int px = 0; px < EDGE; px += 2) {
				__m128d cx = _mm_set_pd(-2.0 + (px + 1) * 3.0 / EDGE,
							-2.0 + px * 3.0 / EDGE);
				__m128d cy = _mm_set1_pd(-1.5 + py * 3.0 / EDGE + (double)r * 1e-9);

				total += (u64)escape(cx, cy);
			}
		}
	}
	workload_set_operations(total);
	return total;
}

/* -- packed integers -------------------------------------------------------------------------- */

static u8 bytes[65536] ALIGNED(64);

u64 work_simdint(void)
{
	u64 n = workload_iterations(12000);
	__m128i acc = _mm_setzero_si128(), k = _mm_set1_epi32(0x01010101);

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (u8)(i * 13);
	for (u64 r = 0; r < n; r++) {
		for (size_t i = 0; i < sizeof(bytes); i += 16) {
			__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(bytes + i));
			__m128i a = _mm_sad_epu8(v, k), b = _mm_avg_epu8(v, acc);

			acc = _mm_add_epi64(acc, a);
			acc = _mm_xor_si128(acc, _mm_add_epi32(b, _mm_slli_epi32(v, 3)));
			acc = _mm_sub_epi16(acc, _mm_unpacklo_epi8(v, b));
		}
	}
	workload_set_operations(n * sizeof(bytes) / 16);
	return (u64)_mm_cvtsi128_si64(acc);
}
