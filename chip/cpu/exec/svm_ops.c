/* SPDX-License-Identifier: MIT */
/*
 * SVM's instructions in a guest.
 *
 * VMRUN's intercept is always set, so a guest never runs it itself, and SKINIT has nothing to start.
 * VMLOAD and VMSAVE that are not intercepted work on the system physical address in rAX, as they do
 * for the host.  VMMCALL that nobody intercepts is #UD.	[APM2 15.5.1, 15.9; APM3]
 */
#include "chip/cpu/exec/svm_ops.h"

#include "abi/x86.h"
#include "base/bytes.h"
#include "chip/cpu/decode/ops_common.h"
#include "chip/cpu/exec/intercept.h"
#include "chip/cpu/mmu/mmu.h"
#include "chip/cpu/svm/svm.h"

/* #UD without EFER.SVME or protected mode, #GP(0) without privilege. */
static OP(check_svm)
{
	if (!(c->efer & EFER_SVME) || c->mode & MODE_REAL) {
		fault_raise(c, X86_VECTOR_UD);
		OP_EVENT();
	}
	if (c->cpl != 0) {
		fault_raise_error(c, X86_VECTOR_GP, 0);
		OP_EVENT();
	}
	OP_NEXT();
}

bool lower_svm(struct lowering *l, const struct insn *row)
{
	lower_emit(l, check_svm);
	lower_emit_intercept(l, row);
	lower_emit(l, row->fn ? row->fn : op_undefined);
	l->ends = true;
	return true;
}

OP(op_stgi)
{
	svm_set_gif(c, true);
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

OP(op_clgi)
{
	svm_set_gif(c, false);
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

/* rAX by address size. */
static u64 address_in_rax(const struct cpu *c, const struct op *op)
{
	return op->addr_size == 8 ? c->reg[REG_RAX] : (u32)c->reg[REG_RAX];
}

static bool is_vmcb_page(struct cpu *c, u64 address)
{
	if (is_aligned(address, PAGE_SIZE) && fabric_contains(c->fabric, SPA(address), PAGE_SIZE))
		return true;
	fault_raise_error(c, X86_VECTOR_GP, 0);
	return false;
}

OP(op_vmload)
{
	if (!is_vmcb_page(c, address_in_rax(c, op)))
		OP_EVENT();
	svm_vmload(c, SPA(address_in_rax(c, op)));
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

OP(op_vmsave)
{
	if (!is_vmcb_page(c, address_in_rax(c, op)))
		OP_EVENT();
	svm_vmsave(c, SPA(address_in_rax(c, op)));
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

/* ASID in ECX. */
OP(op_invlpga)
{
	mmu_invlpga(c, address_in_rax(c, op), (u32)c->reg[REG_RCX]);
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

/* -- VMMCALL, VMGEXIT --------------------------------------------------------------------------------- */

/* Any privilege; the intercept comes before everything else. */
static OP(vmmcall)
{
	if (!intercepted(c, op, VMEXIT_VMMCALL, 0))
		fault_raise(c, X86_VECTOR_UD);
	OP_EVENT();
}

/* Always leaves an ES guest, with rIP behind it; for others it is VMMCALL.	[APM2 15.35.6] */
static OP(vmgexit)
{
	if (!(c->svm->ctl.nested_ctl & VMCB_SEV_ES_ENABLE))
		OP_CALL(vmmcall, c, op);
	intercept_exit_automatic(c, op, VMEXIT_VMGEXIT);
	OP_EVENT();
}

/* Zydis knows one mnemonic for both: VMGEXIT is VMMCALL behind F2 or F3. */
static bool has_rep_prefix(const struct lowering *l)
{
	for (unsigned n = 0; n < l->zi->raw.prefix_count; n++)
		if (l->zi->raw.prefixes[n].value == 0xf2 || l->zi->raw.prefixes[n].value == 0xf3)
			return true;
	return false;
}

bool lower_vmmcall(struct lowering *l, const struct insn *row)
{
	lower_emit(l, has_rep_prefix(l) ? vmgexit : vmmcall);
	l->ends = true;
	return true;
}
