/* SPDX-License-Identifier: MIT */
/*
 * Instruction intercepts: #VMEXIT, or #VC where the guest's registers are its own.
 *	[APM2 15.7 Intercept Operation, 15.9 Instruction Intercepts, 15.35.4 Types of Exits]
 */
#ifndef CHIP_CPU_EXEC_INTERCEPT_H
#define CHIP_CPU_EXEC_INTERCEPT_H

#include "abi/svm_exit.h"
#include "chip/cpu/decode/insn.h"

/*
 * The instruction at op leaves the guest with this code: c->event is a #VMEXIT, or in an ES guest
 * the fault #VC(code), since these are no automatic exits.
 */
void intercept_exit(struct cpu *c, const struct op *op, u64 code, u64 info1, u64 info2);

/*
 * HLT and PAUSE: an exit for an ES guest too, which finds itself behind the instruction then; any
 * other guest's rIP stays.
 */
void intercept_exit_automatic(struct cpu *c, const struct op *op, u64 code);

/* If the code's intercept is set, as intercept_exit(); true then: the handler ends with an event. */
bool intercepted(struct cpu *c, const struct op *op, u64 code, u64 info1);

/*
 * The plain lowering for rows with an intercept that is looked at after CPL and before anything
 * else; it is an operation of its own, ahead of operands' addresses.
 */
bool lower_intercepted(struct lowering *l, const struct insn *row);

/* The intercept's operation alone, for other lowerings. */
void lower_emit_intercept(struct lowering *l, const struct insn *row);

#endif
