/* SPDX-License-Identifier: MIT */
/* Instruction intercepts. */
#include "chip/cpu/exec/intercept.h"

#include "abi/x86.h"
#include "chip/cpu/svm/svm.h"

static bool is_es_guest(const struct cpu *c)
{
	return c->svm->ctl.nested_ctl & VMCB_SEV_ES_ENABLE;
}

static void exit_now(struct cpu *c, const struct op *op, u64 code, u64 info1, u64 info2)
{
	exit_raise(c, code, info1, info2);
	c->event.next_rip = op_next_rip(c, op) & c->ip_mask;
}

void intercept_exit(struct cpu *c, const struct op *op, u64 code, u64 info1, u64 info2)
{
	if (is_es_guest(c))
		fault_raise_error(c, X86_VECTOR_VC, (u32)code);
	else
		exit_now(c, op, code, info1, info2);
}

bool intercepted(struct cpu *c, const struct op *op, u64 code, u64 info1)
{
	if (!svm_intercepts(c, code))
		return false;
	intercept_exit(c, op, code, info1, 0);
	return true;
}

/* imm: exit code. */
static OP(op_intercept)
{
	if (intercepted(c, op, op->imm, 0))
		OP_EVENT();
	OP_NEXT();
}

void intercept_exit_automatic(struct cpu *c, const struct op *op, u64 code)
{
	exit_now(c, op, code, 0, 0);
	c->event.complete = is_es_guest(c);
}

void lower_emit_intercept(struct lowering *l, const struct insn *row)
{
	lower_emit(l, op_intercept)->imm = row->exit;
}

bool lower_intercepted(struct lowering *l, const struct insn *row)
{
	lower_emit_intercept(l, row);
	return lower_plain(l, row);
}
