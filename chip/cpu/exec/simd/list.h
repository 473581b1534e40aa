/* SPDX-License-Identifier: MIT */
/*
 * The regular instructions, each once: what has an SSE form and a VEX form, and often an MMX form,
 * with the same operands.  X(name, NAME, feature ...) where feature is the SSE form's; VEX.128 needs
 * AVX, VEX.256 AVX for floating point and AVX2 for integers.
 *	[APM4 128-Bit Media Instruction Reference; APM5 64-Bit Media Instruction Reference]
 */
#ifndef CHIP_CPU_EXEC_SIMD_LIST_H
#define CHIP_CPU_EXEC_SIMD_LIST_H

/* clang-format off */

/* Integer, two sources.  Last column: bytes that the MMX form reads from memory. */
#define LIST_INT_MMX(X)                                                                           \
	X(paddb,     PADDB,     BASE,  8) X(paddw,     PADDW,     BASE,  8)                       \
	X(paddd,     PADDD,     BASE,  8) X(paddq,     PADDQ,     BASE,  8)                       \
	X(psubb,     PSUBB,     BASE,  8) X(psubw,     PSUBW,     BASE,  8)                       \
	X(psubd,     PSUBD,     BASE,  8) X(psubq,     PSUBQ,     BASE,  8)                       \
	X(paddsb,    PADDSB,    BASE,  8) X(paddsw,    PADDSW,    BASE,  8)                       \
	X(paddusb,   PADDUSB,   BASE,  8) X(paddusw,   PADDUSW,   BASE,  8)                       \
	X(psubsb,    PSUBSB,    BASE,  8) X(psubsw,    PSUBSW,    BASE,  8)                       \
	X(psubusb,   PSUBUSB,   BASE,  8) X(psubusw,   PSUBUSW,   BASE,  8)                       \
	X(pand,      PAND,      BASE,  8) X(pandn,     PANDN,     BASE,  8)                       \
	X(por,       POR,       BASE,  8) X(pxor,      PXOR,      BASE,  8)                       \
	X(pcmpeqb,   PCMPEQB,   BASE,  8) X(pcmpeqw,   PCMPEQW,   BASE,  8)                       \
	X(pcmpeqd,   PCMPEQD,   BASE,  8) X(pcmpgtb,   PCMPGTB,   BASE,  8)                       \
	X(pcmpgtw,   PCMPGTW,   BASE,  8) X(pcmpgtd,   PCMPGTD,   BASE,  8)                       \
	X(pmullw,    PMULLW,    BASE,  8) X(pmulhw,    PMULHW,    BASE,  8)                       \
	X(pmulhuw,   PMULHUW,   BASE,  8) X(pmuludq,   PMULUDQ,   BASE,  8)                       \
	X(pmaddwd,   PMADDWD,   BASE,  8) X(psadbw,    PSADBW,    BASE,  8)                       \
	X(pavgb,     PAVGB,     BASE,  8) X(pavgw,     PAVGW,     BASE,  8)                       \
	X(pminub,    PMINUB,    BASE,  8) X(pmaxub,    PMAXUB,    BASE,  8)                       \
	X(pminsw,    PMINSW,    BASE,  8) X(pmaxsw,    PMAXSW,    BASE,  8)                       \
	X(packsswb,  PACKSSWB,  BASE,  8) X(packssdw,  PACKSSDW,  BASE,  8)                       \
	X(packuswb,  PACKUSWB,  BASE,  8)                                                         \
	X(punpcklbw, PUNPCKLBW, BASE,  4) X(punpckhbw, PUNPCKHBW, BASE,  8)                       \
	X(punpcklwd, PUNPCKLWD, BASE,  4) X(punpckhwd, PUNPCKHWD, BASE,  8)                       \
	X(punpckldq, PUNPCKLDQ, BASE,  4) X(punpckhdq, PUNPCKHDQ, BASE,  8)                       \
	X(pshufb,    PSHUFB,    SSSE3, 8) X(pmulhrsw,  PMULHRSW,  SSSE3, 8)                       \
	X(pmaddubsw, PMADDUBSW, SSSE3, 8)                                                         \
	X(phaddw,    PHADDW,    SSSE3, 8) X(phaddd,    PHADDD,    SSSE3, 8)                       \
	X(phaddsw,   PHADDSW,   SSSE3, 8) X(phsubw,    PHSUBW,    SSSE3, 8)                       \
	X(phsubd,    PHSUBD,    SSSE3, 8) X(phsubsw,   PHSUBSW,   SSSE3, 8)                       \
	X(psignb,    PSIGNB,    SSSE3, 8) X(psignw,    PSIGNW,    SSSE3, 8)                       \
	X(psignd,    PSIGND,    SSSE3, 8)

/* The same without an MMX form. */
#define LIST_INT(X)                                                                               \
	X(punpcklqdq, PUNPCKLQDQ, BASE)  X(punpckhqdq, PUNPCKHQDQ, BASE)                          \
	X(packusdw,   PACKUSDW,   SSE41) X(pcmpeqq,    PCMPEQQ,    SSE41)                         \
	X(pcmpgtq,    PCMPGTQ,    SSE42) X(pmulld,     PMULLD,     SSE41)                         \
	X(pmuldq,     PMULDQ,     SSE41)                                                          \
	X(pminsb,     PMINSB,     SSE41) X(pmaxsb,     PMAXSB,     SSE41)                         \
	X(pminuw,     PMINUW,     SSE41) X(pmaxuw,     PMAXUW,     SSE41)                         \
	X(pminsd,     PMINSD,     SSE41) X(pmaxsd,     PMAXSD,     SSE41)                         \
	X(pminud,     PMINUD,     SSE41) X(pmaxud,     PMAXUD,     SSE41)

/* Integer, one source. */
#define LIST_INT_1_MMX(X)                                                                         \
	X(pabsb, PABSB, SSSE3, 8) X(pabsw, PABSW, SSSE3, 8) X(pabsd, PABSD, SSSE3, 8)

/* Widening moves.  Columns: bytes of memory read by the 128-bit and the 256-bit form. */
#define LIST_WIDEN(X)                                                                             \
	X(pmovsxbw, PMOVSXBW, SSE41, 8, 16) X(pmovzxbw, PMOVZXBW, SSE41, 8, 16)                   \
	X(pmovsxbd, PMOVSXBD, SSE41, 4, 8)  X(pmovzxbd, PMOVZXBD, SSE41, 4, 8)                    \
	X(pmovsxbq, PMOVSXBQ, SSE41, 2, 4)  X(pmovzxbq, PMOVZXBQ, SSE41, 2, 4)                    \
	X(pmovsxwd, PMOVSXWD, SSE41, 8, 16) X(pmovzxwd, PMOVZXWD, SSE41, 8, 16)                   \
	X(pmovsxwq, PMOVSXWQ, SSE41, 4, 8)  X(pmovzxwq, PMOVZXWQ, SSE41, 4, 8)                    \
	X(pmovsxdq, PMOVSXDQ, SSE41, 8, 16) X(pmovzxdq, PMOVZXDQ, SSE41, 8, 16)

/* Shifts of words, doublewords and quadwords: by a register or memory, or by an immediate. */
#define LIST_SHIFT(X)                                                                             \
	X(psllw, PSLLW) X(pslld, PSLLD) X(psllq, PSLLQ) X(psraw, PSRAW) X(psrad, PSRAD)           \
	X(psrlw, PSRLW) X(psrld, PSRLD) X(psrlq, PSRLQ)

/* Floating-point lanes moved or combined bitwise: no exceptions. */
#define LIST_BITWISE_FP(X)                                                                        \
	X(andps,    ANDPS,    BASE) X(andpd,    ANDPD,    BASE)                                   \
	X(andnps,   ANDNPS,   BASE) X(andnpd,   ANDNPD,   BASE)                                   \
	X(orps,     ORPS,     BASE) X(orpd,     ORPD,     BASE)                                   \
	X(xorps,    XORPS,    BASE) X(xorpd,    XORPD,    BASE)                                   \
	X(unpcklps, UNPCKLPS, BASE) X(unpcklpd, UNPCKLPD, BASE)                                   \
	X(unpckhps, UNPCKHPS, BASE) X(unpckhpd, UNPCKHPD, BASE)

/* Packed arithmetic.  Last column: enum simd_fp, how the result can underflow. */
#define LIST_PACKED(X)                                                                            \
	X(addps,    ADDPS,    BASE, FP_SINGLES) X(addpd,    ADDPD,    BASE, FP_DOUBLES)           \
	X(subps,    SUBPS,    BASE, FP_SINGLES) X(subpd,    SUBPD,    BASE, FP_DOUBLES)           \
	X(mulps,    MULPS,    BASE, FP_SINGLES) X(mulpd,    MULPD,    BASE, FP_DOUBLES)           \
	X(divps,    DIVPS,    BASE, FP_SINGLES) X(divpd,    DIVPD,    BASE, FP_DOUBLES)           \
	X(minps,    MINPS,    BASE, FP_CHECK)   X(minpd,    MINPD,    BASE, FP_CHECK)             \
	X(maxps,    MAXPS,    BASE, FP_CHECK)   X(maxpd,    MAXPD,    BASE, FP_CHECK)             \
	X(addsubps, ADDSUBPS, SSE3, FP_SINGLES) X(addsubpd, ADDSUBPD, SSE3, FP_DOUBLES)           \
	X(haddps,   HADDPS,   SSE3, FP_SINGLES) X(haddpd,   HADDPD,   SSE3, FP_DOUBLES)           \
	X(hsubps,   HSUBPS,   SSE3, FP_SINGLES) X(hsubpd,   HSUBPD,   SSE3, FP_DOUBLES)

/* Packed, one source. */
#define LIST_PACKED_1(X)                                                                          \
	X(sqrtps,    SQRTPS,    BASE, FP_CHECK) X(sqrtpd,    SQRTPD,    BASE, FP_CHECK)           \
	X(rcpps,     RCPPS,     BASE, FP_NONE)  X(rsqrtps,   RSQRTPS,   BASE, FP_NONE)            \
	X(cvtdq2ps,  CVTDQ2PS,  BASE, FP_CHECK) X(cvtps2dq,  CVTPS2DQ,  BASE, FP_CHECK)           \
	X(cvttps2dq, CVTTPS2DQ, BASE, FP_CHECK)                                                   \
	X(movshdup,  MOVSHDUP,  SSE3, FP_NONE)  X(movsldup,  MOVSLDUP,  SSE3, FP_NONE)

/* Scalar arithmetic: the rest of the destination (VEX: of the first source) stays. */
#define LIST_SCALAR(X)                                                                            \
	X(addss,    ADDSS,    4, FP_SINGLE) X(addsd,    ADDSD,    8, FP_DOUBLE)                   \
	X(subss,    SUBSS,    4, FP_SINGLE) X(subsd,    SUBSD,    8, FP_DOUBLE)                   \
	X(mulss,    MULSS,    4, FP_SINGLE) X(mulsd,    MULSD,    8, FP_DOUBLE)                   \
	X(divss,    DIVSS,    4, FP_SINGLE) X(divsd,    DIVSD,    8, FP_DOUBLE)                   \
	X(minss,    MINSS,    4, FP_CHECK)  X(minsd,    MINSD,    8, FP_CHECK)                    \
	X(maxss,    MAXSS,    4, FP_CHECK)  X(maxsd,    MAXSD,    8, FP_CHECK)                    \
	X(sqrtss,   SQRTSS,   4, FP_CHECK)  X(sqrtsd,   SQRTSD,   8, FP_CHECK)                    \
	X(rcpss,    RCPSS,    4, FP_NONE)   X(rsqrtss,  RSQRTSS,  4, FP_NONE)                     \
	X(cvtss2sd, CVTSS2SD, 4, FP_CHECK)  X(cvtsd2ss, CVTSD2SS, 8, FP_SINGLE)

/* Comparisons that write RFLAGS. */
#define LIST_COMPARE_FLAGS(X)                                                                     \
	X(comiss, COMISS, 4) X(comisd, COMISD, 8) X(ucomiss, UCOMISS, 4) X(ucomisd, UCOMISD, 8)

/*
 * With an 8-bit immediate, two sources.  Columns: variants of the 128-bit and 256-bit forms (a power
 * of two that masks the immediate, or one more than the last value that differs), bytes of memory.
 */
#define LIST_IMM_FP(X)                                                                            \
	X(shufps,  SHUFPS,  BASE,  256, 256, FP_NONE) X(shufpd,  SHUFPD,  BASE,  4, 16, FP_NONE)  \
	X(blendps, BLENDPS, SSE41, 16,  256, FP_NONE) X(blendpd, BLENDPD, SSE41, 4, 16, FP_NONE)  \
	X(dpps,    DPPS,    SSE41, 256, 256, FP_SINGLES)

#define LIST_IMM_INT(X)                                                                           \
	X(pblendw, PBLENDW, SSE41, 256, 256) X(mpsadbw, MPSADBW, SSE41, 8, 64)

/* One source. */
#define LIST_IMM_1_INT(X)                                                                         \
	X(pshufd, PSHUFD, BASE) X(pshufhw, PSHUFHW, BASE) X(pshuflw, PSHUFLW, BASE)

#define LIST_ROUND(X)                                                                             \
	X(roundps, ROUNDPS) X(roundpd, ROUNDPD)

#define LIST_ROUND_SCALAR(X)                                                                      \
	X(roundss, ROUNDSS, 4) X(roundsd, ROUNDSD, 8)

/* CMPxx: 8 predicates in SSE, 32 in VEX. */
#define LIST_COMPARE(X)                                                                           \
	X(cmpps, CMPPS) X(cmppd, CMPPD)
#define LIST_COMPARE_SCALAR(X)                                                                    \
	X(cmpss, CMPSS, 4) X(cmpsd, CMPSD, 8)

/* AES rounds. */
#define LIST_AES(X)                                                                               \
	X(aesenc, AESENC) X(aesenclast, AESENCLAST) X(aesdec, AESDEC) X(aesdeclast, AESDECLAST)

/* clang-format on */

#endif
