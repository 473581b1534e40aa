/* SPDX-License-Identifier: MIT */
/* Fused multiply-add: three registers in three orders, the first read and written.	[APM4 VFMADD132PD] */
#include "chip/cpu/exec/simd/simd.h"
#include "chip/cpu/exec/simd/simd_lower.h"
#include "chip/cpu/exec/simd/tables.h"

#define FMA(name, r, bits, store)                                                 \
	static VEX_HANDLER(vex_##name##_##bits,                                   \
			   "vmovaps %[a], %%" r "0\n\tvmovaps %[v], %%" r "1\n\t" \
			   "v" #name " %[b], %%" r "1, %%" r "0" store)
#define PACKED_ONE(name, ...) FMA(name, "xmm", 128, VSTORE_128) FMA(name, "ymm", 256, VSTORE_256)
#define SCALAR_ONE(name, ...) FMA(name, "xmm", 128, VSTORE_128)

/* X(name, NAME, enum simd_fp, bytes of a scalar) for each order of operands. */
#define ORDERS(X, op, OP_, type, TYPE, ...)           \
	X(op##132##type, OP_##132##TYPE, __VA_ARGS__) \
	X(op##213##type, OP_##213##TYPE, __VA_ARGS__) \
	X(op##231##type, OP_##231##TYPE, __VA_ARGS__)

#define PACKED_TYPES(X, op, OP_)                   \
	ORDERS(X, op, OP_, ps, PS, FP_SINGLES, 16) \
	ORDERS(X, op, OP_, pd, PD, FP_DOUBLES, 16)
#define SCALAR_TYPES(X, op, OP_)                 \
	ORDERS(X, op, OP_, ss, SS, FP_SINGLE, 4) \
	ORDERS(X, op, OP_, sd, SD, FP_DOUBLE, 8)

#define LIST_FMA_PACKED(X)              \
	PACKED_TYPES(X, fmadd, FMADD)   \
	PACKED_TYPES(X, fmsub, FMSUB)   \
	PACKED_TYPES(X, fnmadd, FNMADD) \
	PACKED_TYPES(X, fnmsub, FNMSUB) \
	PACKED_TYPES(X, fmaddsub, FMADDSUB) PACKED_TYPES(X, fmsubadd, FMSUBADD)
#define LIST_FMA_SCALAR(X)            \
	SCALAR_TYPES(X, fmadd, FMADD) \
	SCALAR_TYPES(X, fmsub, FMSUB) \
	SCALAR_TYPES(X, fnmadd, FNMADD) SCALAR_TYPES(X, fnmsub, FNMSUB)

LIST_FMA_PACKED(PACKED_ONE)
LIST_FMA_SCALAR(SCALAR_ONE)

/* clang-format off */
#define ROW_PACKED(name, NAME, fp_, bytes_) \
	AVX_ROW(V##NAME, FMA, lower_simd, SIMD_FORM(.fn = {NULL, vex_##name##_128, vex_##name##_256}, \
		.bytes = {0, 16, 32}, .feature_ymm = FEATURE_FMA, .fp = fp_)),
#define ROW_SCALAR(name, NAME, fp_, bytes_) \
	AVX_ROW(V##NAME, FMA, lower_simd, \
		SIMD_FORM(.fn = {NULL, vex_##name##_128}, .bytes = {0, bytes_}, .fp = fp_)),

static const struct insn rows[] = {
	LIST_FMA_PACKED(ROW_PACKED)
	LIST_FMA_SCALAR(ROW_SCALAR)
};
/* clang-format on */

const struct insn_table insn_table_fma = {rows, ARRAY_SIZE(rows)};
