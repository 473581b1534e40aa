/* SPDX-License-Identifier: MIT */
/* Registers that an instruction changed, by comparing the core before and after. */
#include "chip/cpu/trace/internal.h"

#include <stddef.h>
#include <string.h>

#include "abi/fpu.h"
#include "abi/x86.h"
#include "chip/cpu/exec/simd/fpu.h"

/* -- registers that are one number ------------------------------------------------------------ */

struct number {
	const char *name;
	u16 at, size;
};

#define NUMBER(name, field)                                                            \
	{                                                                              \
		name, offsetof(struct cpu, field), sizeof(((struct cpu *)NULL)->field) \
	}

#define SEGMENT(name, n)                                             \
	NUMBER(name, seg[n].sel), NUMBER(name ".base", seg[n].base), \
		NUMBER(name ".limit", seg[n].limit), NUMBER(name ".attr", seg[n].attr)

/* clang-format off */
static const struct number numbers[] = {
	NUMBER("rax", reg[REG_RAX]),	NUMBER("rcx", reg[REG_RCX]),
	NUMBER("rdx", reg[REG_RDX]),	NUMBER("rbx", reg[REG_RBX]),
	NUMBER("rsp", reg[REG_RSP]),	NUMBER("rbp", reg[REG_RBP]),
	NUMBER("rsi", reg[REG_RSI]),	NUMBER("rdi", reg[REG_RDI]),
	NUMBER("r8", reg[REG_R8]),	NUMBER("r9", reg[REG_R9]),
	NUMBER("r10", reg[REG_R10]),	NUMBER("r11", reg[REG_R11]),
	NUMBER("r12", reg[REG_R12]),	NUMBER("r13", reg[REG_R13]),
	NUMBER("r14", reg[REG_R14]),	NUMBER("r15", reg[REG_R15]),
	SEGMENT("es", SEG_ES),		SEGMENT("cs", SEG_CS),
	SEGMENT("ss", SEG_SS),		SEGMENT("ds", SEG_DS),
	SEGMENT("fs", SEG_FS),		SEGMENT("gs", SEG_GS),
	NUMBER("ldtr", ldtr.sel),	NUMBER("tr", tr.sel),
	NUMBER("gdtr.base", gdtr.base),	NUMBER("gdtr.limit", gdtr.limit),
	NUMBER("idtr.base", idtr.base),	NUMBER("idtr.limit", idtr.limit),
	NUMBER("cpl", cpl),		NUMBER("efer", efer),
	NUMBER("cr0", cr0),		NUMBER("cr2", cr2),
	NUMBER("cr3", cr3),		NUMBER("cr4", cr4),
	NUMBER("cr8", cr8),		NUMBER("xcr0", xcr0),
	NUMBER("dr0", dr[0]),		NUMBER("dr1", dr[1]),
	NUMBER("dr2", dr[2]),		NUMBER("dr3", dr[3]),
	NUMBER("dr6", dr6),		NUMBER("dr7", dr7),
	NUMBER("pkru", pkru),		NUMBER("star", star),
	NUMBER("lstar", lstar),		NUMBER("cstar", cstar),
	NUMBER("sfmask", sfmask),	NUMBER("kernel_gs_base", kernel_gs_base),
	NUMBER("sysenter_cs", sysenter_cs),	NUMBER("sysenter_esp", sysenter_esp),
	NUMBER("sysenter_eip", sysenter_eip),	NUMBER("tsc_aux", tsc_aux),
	NUMBER("pat", pat),		NUMBER("debugctl", dbgctl),
	NUMBER("mxcsr", fpu.mxcsr),	NUMBER("shadow", shadow),
	NUMBER("nmi_masked", nmi_masked),	NUMBER("halted", halted),
};
/* clang-format on */

/* The most significant byte first. */
static void add_bytes(struct trace *t, const char *name, unsigned index, const u8 *bytes,
		      unsigned size)
{
	trace_add(t, " %s", name);
	if (index != ~0u)
		trace_add(t, "%u", index);
	trace_add(t, "=");
	for (unsigned n = size; n > 0; n--)
		trace_add(t, "%02x", bytes[n - 1]);
}

static void add_numbers(struct trace *t, const struct cpu *before, const struct cpu *now)
{
	for (unsigned i = 0; i < ARRAY_SIZE(numbers); i++) {
		const struct number *n = &numbers[i];
		const u8 *value = (const u8 *)now + n->at;

		if (memcmp((const u8 *)before + n->at, value, n->size) != 0)
			add_bytes(t, n->name, ~0u, value, n->size);
	}
}

/* -- flags ------------------------------------------------------------------------------------ */

static void add_flags(struct trace *t, const struct cpu *before, const struct cpu *now)
{
	static const struct {
		u32 flag;
		char name[4];
	} names[] = {
		{RFLAGS_CF, "CF"}, {RFLAGS_PF, "PF"}, {RFLAGS_AF, "AF"}, {RFLAGS_ZF, "ZF"},
		{RFLAGS_SF, "SF"}, {RFLAGS_TF, "TF"}, {RFLAGS_IF, "IF"}, {RFLAGS_DF, "DF"},
		{RFLAGS_OF, "OF"}, {RFLAGS_RF, "RF"}, {RFLAGS_VM, "VM"}, {RFLAGS_AC, "AC"},
	};
	u64 flags = cpu_rflags_get(now);
	const char *space = "";

	if (flags == cpu_rflags_get(before))
		return;
	trace_add(t, " rflags=%08llx[", (unsigned long long)flags);
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		if (!(flags & names[i].flag))
			continue;
		trace_add(t, "%s%s", space, names[i].name);
		space = " ";
	}
	trace_add(t, "]");
}

/* -- SIMD and x87 ----------------------------------------------------------------------------- */

enum { VECTORS = 16, XMM_BYTES = 16, YMM_BYTES = 32, X87_REGISTERS = 8, X87_BYTES = 10 };

static void add_vectors(struct trace *t, const struct cpu *before, const struct cpu *now)
{
	for (unsigned n = 0; n < VECTORS; n++) {
		const u8 *was = before->fpu.ymm[n], *is = now->fpu.ymm[n];

		if (memcmp(was + XMM_BYTES, is + XMM_BYTES, XMM_BYTES) != 0)
			add_bytes(t, "ymm", n, is, YMM_BYTES);
		else if (memcmp(was, is, XMM_BYTES) != 0)
			add_bytes(t, "xmm", n, is, XMM_BYTES);
	}
}

/* Register n of the file, whatever the top of the stack is: so a push changes one, not eight. */
static const u8 *x87_register(const struct fxsave_area *image, unsigned n)
{
	return image->st[(n - FIELD_GET(FSW_TOP, image->fsw)) & (X87_REGISTERS - 1)];
}

static void add_x87(struct trace *t, const struct cpu *before, const struct cpu *now)
{
	const struct fxsave_area *was = fpu_image_const(before), *is = fpu_image_const(now);

	if (was->fcw != is->fcw)
		trace_add(t, " fcw=%04x", is->fcw);
	if (was->fsw != is->fsw)
		trace_add(t, " fsw=%04x", is->fsw);
	if (was->ftw != is->ftw)
		trace_add(t, " ftw=%02x", is->ftw);
	for (unsigned n = 0; n < X87_REGISTERS; n++)
		if (memcmp(x87_register(was, n), x87_register(is, n), X87_BYTES) != 0)
			add_bytes(t, "fpr", n, x87_register(is, n), X87_BYTES);
}

void trace_add_changes(struct trace *t, const struct cpu *before, const struct cpu *now)
{
	add_numbers(t, before, now);
	add_flags(t, before, now);
	add_vectors(t, before, now);
	add_x87(t, before, now);
}
