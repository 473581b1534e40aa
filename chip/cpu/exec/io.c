/* SPDX-License-Identifier: MIT */
/*
 * I/O ports.  Order: IOPL and the TSS's permission bitmap (#GP), the hypervisor's IOPM, the memory
 * operand, the port.  Behind the intercept nothing answers: reads are all ones, writes vanish.
 *	[APM2 12.2.4 I/O-Permission Bitmap, 15.10 IOIO Intercepts]
 */
#include "chip/cpu/exec/io.h"

#include "abi/desc.h"
#include "chip/cpu/exec/debug.h"
#include "chip/cpu/exec/desc.h"
#include "chip/cpu/exec/flags_sys.h"
#include "chip/cpu/exec/intercept.h"
#include "chip/cpu/exec/mem_op.h"
#include "chip/cpu/exec/reg.h"
#include "chip/cpu/run.h"
#include "chip/cpu/svm/svm.h"

/* -- permission --------------------------------------------------------------------------------------- */

static bool refuse(struct cpu *c)
{
	fault_raise_error(c, X86_VECTOR_GP, 0);
	return false;
}

static bool tss_read16(struct cpu *c, u32 offset, u16 *v)
{
	u64 la = c->tr.base + offset;

	if (offset + 1 > c->tr.limit)
		return refuse(c);
	return mem_load_sys(c, cpu_long_mode(c) ? la : (u32)la, v, 2);
}

/* Two bytes are always read, so that a port at the end of a byte needs no second look. */
static bool bitmap_allows(struct cpu *c, u16 port, unsigned size)
{
	u16 base, bits;

	if (!(attr_type(c->tr.attr) & 8))
		return refuse(c);
	if (!tss_read16(c, TSS32_IOMAP, &base) || !tss_read16(c, base + port / 8u, &bits))
		return false;
	return !(bits >> (port % 8) & ((1u << size) - 1)) || refuse(c);
}

static bool port_allowed(struct cpu *c, u16 port, unsigned size)
{
	if (!cpu_protected(c) || (!cpu_v86(c) && c->cpl <= flags_iopl(c)))
		return true;
	return bitmap_allows(c, port, size);
}

/* -- intercept ---------------------------------------------------------------------------------------- */

enum { IO_IN = 1, IO_STRING = 2, IO_REP = 4 }; /* op->misc */

static u64 exit_info(const struct op *op, u16 port)
{
	u64 info = (u64)port << IOIO_INFO1_PORT_SHIFT | (u64)op->size << IOIO_INFO1_BYTES_SHIFT |
		   (u64)op->addr_size / 2 << 7 | (op->misc & IO_IN ? IOIO_INFO1_IN : 0);

	if (op->misc & IO_STRING)
		info |= IOIO_INFO1_STR | (u64)op->seg << IOIO_INFO1_SEG_SHIFT;
	return info | (op->misc & IO_REP ? IOIO_INFO1_REP : 0);
}

/* True: the access may be made, by nobody but the ports that are not there. */
static bool port_open(struct cpu *c, const struct op *op, u16 port)
{
	if (!port_allowed(c, port, op->size))
		return false;
	if (svm_intercepts_io(c, port, op->size)) {
		intercept_exit(c, op, VMEXIT_IOIO, exit_info(op, port),
			       op_next_rip(c, op) & c->ip_mask);
		return false;
	}
	debug_note_io(c, port, op->size);
	return true;
}

/* -- IN, OUT ------------------------------------------------------------------------------------------ */

/* imm: port, or b: 1 for DX. */
static u16 port_of(const struct cpu *c, const struct op *op)
{
	return op->b ? (u16)c->reg[REG_RDX] : (u16)op->imm;
}

static OP(in)
{
	if (!port_open(c, op, port_of(c, op)))
		OP_EVENT();
	reg_set(c, REG_RAX, op->size, ~0ull);
	OP_NEXT();
}

static OP(out)
{
	if (!port_open(c, op, port_of(c, op)))
		OP_EVENT();
	OP_NEXT();
}

static void set_port(struct op *op, const ZydisDecodedOperand *port)
{
	op->b = port->type == ZYDIS_OPERAND_TYPE_REGISTER;
	if (!op->b)
		op->imm = port->imm.value.u & 0xff;
}

bool lower_in(struct lowering *l, const struct insn *row)
{
	struct op *op = lower_emit(l, in);

	op->size = (u8)(l->zo[0].size / 8);
	op->misc = IO_IN;
	set_port(op, &l->zo[1]);
	return true;
}

bool lower_out(struct lowering *l, const struct insn *row)
{
	struct op *op = lower_emit(l, out);

	op->size = (u8)(l->zo[1].size / 8);
	set_port(op, &l->zo[0]);
	return true;
}

/* -- INS, OUTS ---------------------------------------------------------------------------------------- */

static u64 index_of(const struct cpu *c, const struct op *op, unsigned reg)
{
	u64 v = c->reg[reg];

	return op->addr_size == 8 ? v : op->addr_size == 4 ? (u32)v : (u16)v;
}

/* One element; the registers move when it is done. */
static bool string_one(struct cpu *c, const struct op *op)
{
	bool ins = op->misc & IO_IN;
	unsigned reg = ins ? REG_RDI : REG_RSI;
	u64 step = c->rflags & RFLAGS_DF ? 0 - (u64)op->size : op->size;
	u64 la;

	if (!port_open(c, op, (u16)c->reg[REG_RDX]) ||
	    !seg_linear(c, op->seg, index_of(c, op, reg), op->size, ins, &la))
		return false;
	if (ins ? !mem_store_slow_u64(c, la, ~0ull, op->size) : !mem_load_slow(c, la, op->size))
		return false;
	reg_set(c, reg, op->addr_size, c->reg[reg] + step);
	return true;
}

/* REP: one element a turn; the run loop looks for interrupts between them. */
static OP(io_string)
{
	bool rep = op->misc & IO_REP;

	if (rep && index_of(c, op, REG_RCX) == 0)
		BLOCK_END(op_next_rip(c, op) & c->ip_mask);
	if (!string_one(c, op))
		OP_EVENT();
	if (!rep)
		BLOCK_END(op_next_rip(c, op) & c->ip_mask);
	reg_set(c, REG_RCX, op->addr_size, c->reg[REG_RCX] - 1);
	debug_resume(c);
	c->icount -= cpu_not_done(c, op);
	BLOCK_END(op_rip(c, op) & c->ip_mask);
}

static bool lower_io_string(struct lowering *l, const struct insn *row, u8 misc)
{
	const u64 rep = ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE;
	struct op *op = lower_emit(l, io_string);

	op->size = (u8)row->n;
	op->misc = (u8)(misc | IO_STRING | (l->zi->attributes & rep ? IO_REP : 0));
	op->seg = SEG_ES;
	if (!(misc & IO_IN))
		op->seg = lower_reg(l->zo[1].mem.segment);
	l->ends = true;
	return true;
}

bool lower_ins(struct lowering *l, const struct insn *row)
{
	return lower_io_string(l, row, IO_IN);
}

bool lower_outs(struct lowering *l, const struct insn *row)
{
	return lower_io_string(l, row, 0);
}
