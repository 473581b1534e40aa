/* SPDX-License-Identifier: MIT */
/*
 * x87 instructions that compute or move.
 *
 * The guest's data is in the host's x87 registers, so an instruction is run as it is.  Its opcode is
 * one of 512 between registers (D8..DF, C0..FF) or one of 64 with memory (D8..DF /0../7); each kind is
 * a table in which lowering picks the entry, and so there are only these few handlers:
 *
 *	x87_reg		between registers
 *	x87_reg_flags	the same with RFLAGS in (FCMOVcc) and out (FCOMI)
 *	x87_load	with a source in memory
 *	x87_store	with a destination in memory
 *
 * While exceptions are unmasked lowering puts x87_wait before each (is one pending?) and x87_note
 * behind it: an instruction that left an exception pending is the one that FOP, FIP and FDP tell of.
 *	[APM5 x87 Floating-Point Instruction Reference]
 */
#include "chip/cpu/exec/simd/x87.h"

#include "abi/x86.h"
#include "chip/cpu/exec/simd/simd.h"
#include "chip/cpu/exec/simd/simd_lower.h"
#include "chip/cpu/exec/simd/tables.h"
#include "chip/cpu/mmu/mem.h"

#define RUN_REG   IMM_TABLE_RUN(".byte 0xd8 + (simd_imm >> 6), 0xc0 + (simd_imm & 63)", 512)
#define TABLE_MEM IMM_TABLE(".byte 0xd8 + (simd_imm >> 3), 0x02 + ((simd_imm & 7) << 3)", 64)

/* -- between registers ---------------------------------------------------------------------------------- */

/* x87 data is not in the host: it is brought there, and the instruction begins again. */
static NOINLINE COLD OP(x87_begin)
{
	fpu_x87_to_host(c);
	OP_CALL(op->fn, c, op);
}

static OP(x87_reg)
{
	if (UNLIKELY(c->fpu.x87_at != X87_IN_HOST))
		OP_CALL(x87_begin, c, op);
	__asm__ volatile(IMM_TABLE_FIND RUN_REG : : [imm] "m"(op->imm) : "r11", "cc");
	OP_NEXT();
}

static OP(x87_reg_flags)
{
	u32 cc = c->cc;

	if (UNLIKELY(c->fpu.x87_at != X87_IN_HOST))
		OP_CALL(x87_begin, c, op);
	__asm__ volatile(IMM_TABLE_FIND CC_RESTORE RUN_REG CC_CATCH
			 : "+a"(cc)
			 : [imm] "m"(op->imm)
			 : "r11", "cc");
	c->cc = (cc_t)cc;
	OP_NEXT();
}

/* -- with memory ------------------------------------------------------------------------------------------ */

static ALWAYS_INLINE void run_on_memory(const struct op *op, void *p)
{
	__asm__ volatile(TABLE_MEM : : "d"(p), [imm] "m"(op->imm) : "r11", "cc", "memory");
}

static NOINLINE COLD OP(x87_load_slow)
{
	if (!mem_load_slow(c, op_ea_fast(c, op), op->size))
		OP_EVENT();
	fpu_x87_to_host(c);
	run_on_memory(op, c->mem.b);
	OP_NEXT();
}

static OP(x87_load)
{
	const u8 *p = mem_load_ptr(c, op_ea_fast(c, op), op->size);

	if (UNLIKELY(!p || c->fpu.x87_at != X87_IN_HOST))
		OP_CALL(x87_load_slow, c, op);
	run_on_memory(op, (u8 *)(uintptr_t)p);
	OP_NEXT();
}

static u16 host_fsw(void)
{
	u16 v;

	__asm__ volatile("fnstsw %0" : "=a"(v));
	return v;
}

/* Did the instruction that just ran not store, for an unmasked exception other than precision? */
static bool store_refused(const struct cpu *c)
{
	u32 unmasked = ~(u32)fpu_image_const(c)->fcw & (FPU_EX_ALL & ~FPU_EX_PE);

	return host_fsw() & unmasked;
}

/*
 * The right to store comes before all else.  Should the store be refused after the instruction has run
 * nevertheless (it hits the running block), the registers go back to what they were.
 */
static NOINLINE COLD OP(x87_store_slow)
{
	if (!mem_probe_store(c, op_ea_fast(c, op), op->size))
		OP_EVENT();
	fpu_x87_to_memory(c);
	fpu_x87_to_host(c);
	run_on_memory(op, c->mem.b);
	if (!store_refused(c) && !mem_store_slow(c, op_ea_fast(c, op), op->size)) {
		fpu_x87_forget_host(c);
		OP_EVENT();
	}
	OP_NEXT();
}

static OP(x87_store)
{
	u8 *p = mem_store_ptr(c, op_ea_fast(c, op), op->size);

	if (UNLIKELY(!p || c->fpu.x87_at != X87_IN_HOST))
		OP_CALL(x87_store_slow, c, op);
	run_on_memory(op, p);
	OP_NEXT();
}

/* -- exceptions ---------------------------------------------------------------------------------------------- */

bool x87_is_pending(struct cpu *c)
{
	if (c->fpu.x87_at == X87_IN_MEMORY)
		fpu_x87_to_host(c);
	return (c->fpu.x87_at == X87_IN_HOST ? host_fsw() : fpu_image(c)->fsw) & FSW_ES;
}

static OP(x87_wait)
{
	if (x87_is_pending(c)) {
		fpu_raise_pending(c);
		OP_EVENT();
	}
	OP_NEXT();
}

/* imm: opcode, with bit 16 set if there is a memory operand. */
enum { NOTE_OPCODE = 0x7ff, NOTE_MEMORY = 1 << 16 };

/* Effective address, without the segment's base. */
static u64 op_offset(const struct cpu *c, const struct op *op)
{
	u64 offset = op_ea_fast(c, op);

	return op->addr_size == 8 ? offset : op->addr_size == 4 ? (u32)offset : (u16)offset;
}

static OP(x87_note)
{
	struct fxsave_area *image = fpu_image(c);

	if (host_fsw() & FSW_ES) {
		image->fop = op->imm & NOTE_OPCODE;
		image->rip = op_rip(c, op);
		image->rdp = op->imm & NOTE_MEMORY ? op_offset(c, op) : 0;
	}
	OP_NEXT();
}

void x87_emit_wait(struct lowering *l)
{
	if (l->mode & MODE_X87_SLOW)
		lower_emit(l, x87_wait);
}

/* FOP: the low three bits of the first byte, then the second.	[APM1 6.2.5 Last Opcode] */
static void emit_note(struct lowering *l, int mem)
{
	struct op *op;

	if (!(l->mode & MODE_X87_SLOW))
		return;
	op = lower_emit(l, x87_note);
	op->imm = (u64)(l->zi->opcode & 7) << 8 | l->zi->raw.modrm.mod << 6 |
		  l->zi->raw.modrm.reg << 3 | l->zi->raw.modrm.rm;
	if (mem < 0)
		return;
	op->imm |= NOTE_MEMORY;
	lower_address(l, op, (unsigned)mem);
}

/* -- lowering -------------------------------------------------------------------------------------------------- */

static int memory_operand(const struct lowering *l)
{
	for (unsigned n = 0; n < l->zi->operand_count_visible; n++)
		if (lower_is_mem(l, n))
			return (int)n;
	return -1;
}

static void emit_on_memory(struct lowering *l, unsigned n)
{
	bool store = l->zo[n].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE;
	struct op *op = lower_emit_mem(l, store ? x87_store : x87_load, n,
				       store ? LOWER_WRITE : LOWER_READ);

	op->size = (u8)(l->zo[n].size / 8);
	op->imm = ((l->zi->opcode & 7u) << 3 | l->zi->raw.modrm.reg) << IMM_ENTRY_SHIFT;
}

/* row->n: nonzero if RFLAGS are read or written. */
static bool lower_x87(struct lowering *l, const struct insn *row)
{
	int mem = memory_operand(l);

	x87_emit_wait(l);
	if (mem >= 0)
		emit_on_memory(l, (unsigned)mem);
	else
		lower_emit(l, row->n ? x87_reg_flags : x87_reg)->imm =
			((l->zi->opcode & 7u) << 6 | l->zi->raw.modrm.reg << 3 |
			 l->zi->raw.modrm.rm)
			<< IMM_ENTRY_SHIFT;
	emit_note(l, mem);
	return true;
}

/* FWAIT; #NM depends on MP too.	[APM2 6.4.1 Device-Not-Available: CR0.MP] */
static OP(x87_fwait)
{
	if ((c->cr0 & (CR0_TS | CR0_MP)) == (CR0_TS | CR0_MP)) {
		fault_raise(c, X86_VECTOR_NM);
		OP_EVENT();
	}
	OP_NEXT();
}

static bool lower_fwait(struct lowering *l, const struct insn *row)
{
	lower_emit(l, x87_fwait);
	x87_emit_wait(l);
	return true;
}

/* 8087 and 80287 instructions that do nothing now. */
static OP(x87_nothing)
{
	OP_NEXT();
}

static bool lower_nothing(struct lowering *l, const struct insn *row)
{
	lower_emit(l, x87_nothing);
	return true;
}

/* clang-format off */
#define ROW(NAME) \
	{ZYDIS_MNEMONIC_##NAME, INSN_X87, EXIT_NONE, ES_NONE, FEATURE_BASE, lower_x87, NULL, NULL, 0}
#define ROW_FLAGS(NAME) \
	{ZYDIS_MNEMONIC_##NAME, INSN_X87, EXIT_NONE, ES_NONE, FEATURE_BASE, lower_x87, NULL, NULL, 1}
#define ROW_OTHER(NAME, cond, lower) \
	{ZYDIS_MNEMONIC_##NAME, cond, EXIT_NONE, ES_NONE, FEATURE_BASE, lower, NULL, NULL, 0}

static const struct insn rows[] = {
	ROW(FLD), ROW(FST), ROW(FSTP), ROW(FSTPNCE), ROW(FXCH), ROW(FFREE), ROW(FFREEP),
	ROW(FILD), ROW(FIST), ROW(FISTP), ROW(FISTTP), ROW(FBLD), ROW(FBSTP),
	ROW(FLD1), ROW(FLDL2T), ROW(FLDL2E), ROW(FLDPI), ROW(FLDLG2), ROW(FLDLN2), ROW(FLDZ),
	ROW(FADD), ROW(FADDP), ROW(FIADD), ROW(FSUB), ROW(FSUBP), ROW(FISUB),
	ROW(FSUBR), ROW(FSUBRP), ROW(FISUBR), ROW(FMUL), ROW(FMULP), ROW(FIMUL),
	ROW(FDIV), ROW(FDIVP), ROW(FIDIV), ROW(FDIVR), ROW(FDIVRP), ROW(FIDIVR),
	ROW(FCOM), ROW(FCOMP), ROW(FCOMPP), ROW(FUCOM), ROW(FUCOMP), ROW(FUCOMPP),
	ROW(FICOM), ROW(FICOMP), ROW(FTST), ROW(FXAM),
	ROW(FABS), ROW(FCHS), ROW(FSQRT), ROW(FRNDINT), ROW(FSCALE), ROW(FXTRACT),
	ROW(FPREM), ROW(FPREM1), ROW(F2XM1), ROW(FYL2X), ROW(FYL2XP1),
	ROW(FSIN), ROW(FCOS), ROW(FSINCOS), ROW(FPTAN), ROW(FPATAN),
	ROW(FINCSTP), ROW(FDECSTP), ROW(FNOP),
	ROW_FLAGS(FCOMI), ROW_FLAGS(FCOMIP), ROW_FLAGS(FUCOMI), ROW_FLAGS(FUCOMIP),
	ROW_FLAGS(FCMOVB), ROW_FLAGS(FCMOVE), ROW_FLAGS(FCMOVBE), ROW_FLAGS(FCMOVU),
	ROW_FLAGS(FCMOVNB), ROW_FLAGS(FCMOVNE), ROW_FLAGS(FCMOVNBE), ROW_FLAGS(FCMOVNU),
	ROW_OTHER(FWAIT, 0, lower_fwait),
	ROW_OTHER(FDISI8087_NOP, INSN_X87, lower_nothing),
	ROW_OTHER(FENI8087_NOP, INSN_X87, lower_nothing),
	ROW_OTHER(FSETPM287_NOP, INSN_X87, lower_nothing),
};
/* clang-format on */

const struct insn_table insn_table_x87 = {rows, ARRAY_SIZE(rows)};
