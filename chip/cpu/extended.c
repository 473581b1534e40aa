/* SPDX-License-Identifier: MIT */
/* Registers that a host swaps with FXSAVE, XSAVE, XSETBV, WRPKRU and MOV DR, handed over as one. */
#include "chip/cpu/cpu.h"

#include <string.h>

#include "abi/fpu.h"
#include "chip/cpu/exec/simd/fpu.h"
#include "chip/cpu/model/model.h"

enum { XMM_BYTES = 16 };

void cpu_extended_get(const struct cpu *c, struct cpu_extended *x)
{
	struct fxsave_area image;

	memcpy(&image, fpu_image_const(c), sizeof(image));
	image.mxcsr = c->fpu.mxcsr;
	image.mxcsr_mask = MXCSR_VALID_MASK;
	for (unsigned n = 0; n < 16; n++) {
		memcpy(image.xmm[n], c->fpu.ymm[n], XMM_BYTES);
		memcpy(x->ymm[n], c->fpu.ymm[n] + XMM_BYTES, XMM_BYTES);
	}
	memcpy(x->fxsave, &image, sizeof(image));
	memcpy(x->dr, c->dr, sizeof(x->dr));
	x->xcr0 = c->xcr0;
	x->pkru = c->pkru;
}

/* [APM2 11.5.2 XFEATURE_ENABLED_MASK] */
static bool xcr0_is_legal(const struct cpu *c, u64 xcr0)
{
	if (xcr0 & ~(cpu_model_xcr0_mask(c->model) | XCR0_X87) || !(xcr0 & XCR0_X87))
		return false;
	return !(xcr0 & XCR0_AVX) || xcr0 & XCR0_SSE;
}

enum cpu_host_result cpu_extended_set(struct cpu *c, const struct cpu_extended *x)
{
	struct fxsave_area image;

	memcpy(&image, x->fxsave, sizeof(image));
	if (image.mxcsr & ~MXCSR_VALID_MASK || !xcr0_is_legal(c, x->xcr0))
		return CPU_HOST_GP;
	memcpy(c->fpu.x87, &image, sizeof(image));
	c->fpu.x87_at = X87_IN_MEMORY;
	fpu_x87_normalise(c);
	c->fpu.mxcsr = image.mxcsr;
	for (unsigned n = 0; n < 16; n++) {
		memcpy(c->fpu.ymm[n], image.xmm[n], XMM_BYTES);
		memcpy(c->fpu.ymm[n] + XMM_BYTES, x->ymm[n], XMM_BYTES);
	}
	memcpy(c->dr, x->dr, sizeof(c->dr));
	c->xcr0 = x->xcr0;
	c->pkru = x->pkru;
	return CPU_HOST_OK;
}
