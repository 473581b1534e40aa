/* SPDX-License-Identifier: MIT */
/* The guest's FPU state: moving it in and out of the host's FPU. */
#include "chip/cpu/exec/simd/fpu.h"

#include <string.h>

#include "abi/svm_exit.h"
#include "abi/x86.h"
#include "base/bytes.h"
#include "chip/cpu/decode/insn.h"
#include "chip/cpu/svm/svm.h"

enum {
	FTW_ALL_VALID = 0xff,
	FCW_WRITABLE = FCW_MASKS_MASK | FCW_PC_MASK | FCW_RC_MASK | FCW_Y,
};

static u32 host_mxcsr(void)
{
	u32 v;

	__asm__ volatile("stmxcsr %0" : "=m"(v));
	return v;
}

static void host_mxcsr_set(u32 v)
{
	__asm__ volatile("ldmxcsr %0" : : "m"(v));
}

/*
 * What the host's MXCSR holds for a guest's: exceptions masked, the misalignment bit left out (not
 * every host has it).  FZ works only while underflow is masked.	[APM1 4.2.2 MXCSR Register]
 */
static u32 mxcsr_for_host(u32 mxcsr)
{
	u32 v = (mxcsr & ~MXCSR_MM) | MXCSR_MASKS_MASK;

	if (!(mxcsr & (FPU_EX_UE << MXCSR_MASKS_SHIFT)))
		v &= ~MXCSR_FZ;
	return v;
}

u32 fpu_mxcsr_get(const struct cpu *c)
{
	return (c->fpu.mxcsr & ~FPU_EX_ALL) | (host_mxcsr() & FPU_EX_ALL);
}

void fpu_mxcsr_set(struct cpu *c, u32 mxcsr)
{
	c->fpu.mxcsr = mxcsr;
	host_mxcsr_set(mxcsr_for_host(mxcsr));
}

/* -- x87 ---------------------------------------------------------------------------------------- */

#define ALL_XMM                                                                                  \
	"xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", \
		"xmm11", "xmm12", "xmm13", "xmm14", "xmm15"

/* FOP, FIP and FDP are known while an exception is pending only; else they read 0. */
static void settle_pointers(struct cpu *c)
{
	struct fxsave_area *image = fpu_image(c);

	if (image->fsw & FSW_ES)
		return;
	image->fop = 0;
	image->rip = 0;
	image->rdp = 0;
	c->fpu.x87_cs = 0;
	c->fpu.x87_ds = 0;
}

/* The control word's fixed bits; ES and B follow from status and masks. */
void fpu_x87_normalise(struct cpu *c)
{
	struct fxsave_area *image = fpu_image(c);
	bool pending;

	image->fcw = (image->fcw & FCW_WRITABLE) | FCW_ONE;
	pending = image->fsw & FPU_EX_ALL & ~image->fcw;
	image->fsw = (image->fsw & (u16) ~(FSW_ES | FSW_B)) | (pending ? FSW_ES | FSW_B : 0);
	settle_pointers(c);
}

/* FXRSTOR loads MXCSR and XMM too: the first is given back what it has, the others are scratch. */
void fpu_x87_to_host(struct cpu *c)
{
	if (c->fpu.x87_at == X87_IN_HOST)
		return;
	fpu_image(c)->mxcsr = host_mxcsr();
	__asm__ volatile("fxrstor64 %0" : : "m"(*fpu_image(c)) : ALL_XMM);
	c->fpu.x87_at = X87_IN_HOST;
}

/* The host's pointers are addresses of ours: the guest's stay as they are. */
static void x87_save(struct cpu *c)
{
	struct fxsave_area now ALIGNED(16);
	struct fxsave_area *image = fpu_image(c);

	__asm__ volatile("fxsave64 %0" : "=m"(now));
	image->fcw = now.fcw;
	image->fsw = now.fsw;
	image->ftw = now.ftw;
	memcpy(image->st, now.st, sizeof(image->st));
	settle_pointers(c);
}

void fpu_x87_forget_host(struct cpu *c)
{
	__asm__ volatile("fninit");
	c->fpu.x87_at = X87_IN_MEMORY;
}

void fpu_x87_to_memory(struct cpu *c)
{
	if (c->fpu.x87_at != X87_IN_HOST)
		return;
	x87_save(c);
	fpu_x87_forget_host(c);
}

/* MMn is physical register n, which is STn when TOP is 0.	[APM1 5.12 MMX Registers and x87] */
void fpu_x87_to_mmx(struct cpu *c)
{
	struct fxsave_area *image = fpu_image(c);
	u8 st[8][16];
	unsigned top;

	if (c->fpu.x87_at == X87_IN_MMX)
		return;
	fpu_x87_to_memory(c);
	top = FIELD_GET(FSW_TOP, image->fsw);
	memcpy(st, image->st, sizeof(st));
	for (unsigned i = 0; i < 8; i++)
		memcpy(image->st[(i + top) & 7], st[i], sizeof(st[i]));
	image->fsw &= (u16)~FSW_TOP_MASK;
	image->ftw = FTW_ALL_VALID;
	c->fpu.x87_at = X87_IN_MMX;
}

/* -- around a guest's run ------------------------------------------------------------------------- */

void fpu_enter(struct cpu *c)
{
	host_mxcsr_set(mxcsr_for_host(c->fpu.mxcsr));
}

void fpu_sync(struct cpu *c)
{
	c->fpu.mxcsr = fpu_mxcsr_get(c);
	if (c->fpu.x87_at == X87_IN_HOST)
		x87_save(c);
}

void fpu_leave(struct cpu *c)
{
	c->fpu.mxcsr = fpu_mxcsr_get(c);
	fpu_x87_to_memory(c);
	host_mxcsr_set(MXCSR_INIT);
}

void fpu_reset(struct cpu *c)
{
	memset(&c->fpu, 0, sizeof(c->fpu));
	fpu_image(c)->fcw = FCW_RESET;
	fpu_image(c)->ftw = FTW_ALL_VALID;
	c->fpu.mxcsr = MXCSR_INIT;
}

/* -- modes and availability ------------------------------------------------------------------------- */

u8 fpu_mode(const struct cpu *c)
{
	u8 mode = 0;

	if (FIELD_GET(MXCSR_MASKS, c->fpu.mxcsr) != FPU_EX_ALL)
		mode |= MODE_FP_SLOW;
	if (FIELD_GET(FCW_MASKS, fpu_image_const(c)->fcw) != FPU_EX_ALL)
		mode |= MODE_X87_SLOW;
	return mode;
}

bool fpu_mode_changed(struct cpu *c)
{
	if (fpu_mode(c) == (c->mode & (MODE_FP_SLOW | MODE_X87_SLOW)))
		return false;
	cpu_context_changed(c);
	return true;
}

/* The vector with which an instruction of these classes is refused now; 0: it may run. */
static u8 refusal(const struct cpu *c, u16 cond)
{
	const u64 avx = XCR0_SSE | XCR0_AVX;

	if (cond & (INSN_SSE | INSN_MMX) && c->cr0 & CR0_EM)
		return X86_VECTOR_UD;
	if (cond & INSN_SSE && !(c->cr4 & CR4_OSFXSR))
		return X86_VECTOR_UD;
	if (cond & INSN_AVX && (!(c->cr4 & CR4_OSXSAVE) || (c->xcr0 & avx) != avx))
		return X86_VECTOR_UD;
	if (cond & INSN_X87 && c->cr0 & CR0_EM)
		return X86_VECTOR_NM;
	return c->cr0 & CR0_TS ? X86_VECTOR_NM : 0;
}

void fpu_gate(struct cpu *c)
{
	static const u16 classes[] = {INSN_SSE, INSN_AVX, INSN_X87, INSN_MMX};

	c->fpu.denied = 0;
	for (unsigned i = 0; i < ARRAY_SIZE(classes); i++)
		if (refusal(c, classes[i]))
			c->fpu.denied |= classes[i];
}

OP(op_refuse_fpu)
{
	fault_raise(c, refusal(c, (u16)op->imm));
	OP_EVENT();
}

void fpu_raise_pending(struct cpu *c)
{
	if (!(c->cr0 & CR0_NE) && svm_intercepts(c, VMEXIT_FERR_FREEZE))
		exit_raise(c, VMEXIT_FERR_FREEZE, 0, 0);
	else
		fault_raise(c, X86_VECTOR_MF);
}
