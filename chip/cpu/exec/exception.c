/* SPDX-License-Identifier: MIT */
/*
 * From an event to its handler: intercepts, the attempt to deliver it, and what becomes of an
 * attempt that faults itself.	[APM2 8.2 Vectors, 8.2.9 #DF, 15.7.2 Basic Intercepts, 15.12]
 */
#include "chip/cpu/exec/exception.h"

#include "abi/svm_exit.h"
#include "abi/x86.h"
#include "chip/cpu/exec/delivery.h"
#include "chip/cpu/svm/svm.h"
#include "chip/cpu/trace/internal.h"

static bool is_exception(const struct delivery *x)
{
	return x->source != EXC_EXTERNAL && x->source != EXC_SOFTWARE;
}

/* The event in the form of EXITINTINFO.	[APM2 15.7.2] */
static u64 exit_int_info(const struct delivery *x)
{
	u64 type = EVENTINJ_TYPE_EXCEPTION;

	if (x->source == EXC_SOFTWARE)
		type = EVENTINJ_TYPE_SOFT_INT;
	else if (x->source == EXC_EXTERNAL)
		type = x->vector == X86_VECTOR_NMI ? EVENTINJ_TYPE_NMI : EVENTINJ_TYPE_INTR;
	return EVENTINJ_V | type << EVENTINJ_TYPE_SHIFT | x->vector |
	       (x->has_error ? EVENTINJ_EV | (u64)x->error << EVENTINJ_ERRORCODE_SHIFT : 0);
}

/*
 * An ES guest sees #VC(40h + vector) instead, but for #MC; #VC itself is its own business.
 *	[APM2 15.35.4 Types of Exits]
 */
static bool becomes_vc(const struct cpu *c, const struct delivery *x)
{
	return c->svm->ctl.nested_ctl & VMCB_SEV_ES_ENABLE && x->vector != X86_VECTOR_MC;
}

/* True: c->event is the #VMEXIT. */
static bool intercept(struct cpu *c, struct delivery *x)
{
	if (!is_exception(x) || x->source == EXC_ICEBP || x->vector > 31 ||
	    !svm_intercepts_exception(c, x->vector))
		return false;
	if (!becomes_vc(c, x)) {
		exit_raise(c, VMEXIT_EXCP0 + x->vector, x->error, x->cr2);
		c->event.next_rip = x->nrip;
		return true;
	}
	if (x->vector != X86_VECTOR_VC)
		*x = (struct delivery){.vector = X86_VECTOR_VC,
				       .source = EXC_FAULT,
				       .has_error = true,
				       .error = VMEXIT_EXCP0 + x->vector,
				       .ret = c->rip};
	return false;
}

/* Selector error codes tell that the event came from outside the program. [APM2 8.4.1] */
static void mark_external(struct cpu *c, const struct delivery *x)
{
	const u32 selector_errors = BIT32(X86_VECTOR_TS) | BIT32(X86_VECTOR_NP) |
				    BIT32(X86_VECTOR_SS) | BIT32(X86_VECTOR_GP);

	if (x->source == EXC_SOFTWARE || x->source == EXC_BREAK)
		return;
	if (selector_errors >> c->event.vector & 1)
		c->event.error |= SELECTOR_ERROR_EXT;
}

static bool attempt(struct cpu *c, const struct delivery *x)
{
	if (!cpu_protected(c))
		return deliver_real(c, x);
	if (cpu_long_mode(c))
		return deliver_long(c, x);
	return deliver_legacy(c, x);
}

/* Benign, contributory, page fault: does `second` while delivering `first` make a double fault? */
static bool is_double_fault(const struct delivery *first, u8 second)
{
	bool contributory = X86_VECTORS_CONTRIBUTORY >> second & 1;

	if (!is_exception(first) || first->vector > 31)
		return false;
	if (first->vector == X86_VECTOR_PF)
		return contributory || second == X86_VECTOR_PF;
	return X86_VECTORS_CONTRIBUTORY >> first->vector & 1 && contributory;
}

/* The fault in c->event happened while delivering x: x becomes what to deliver now. */
static bool next_event(struct cpu *c, struct delivery *x)
{
	bool was_df = is_exception(x) && x->vector == X86_VECTOR_DF;
	bool df = is_double_fault(x, c->event.vector);

	if (was_df)
		return false;
	if (df && c->event.vector == X86_VECTOR_PF)
		c->cr2 = c->event.cr2;
	*x = (struct delivery){.vector = df ? X86_VECTOR_DF : c->event.vector,
			       .source = EXC_FAULT,
			       .has_error = df || c->event.has_error,
			       .error = df ? 0 : c->event.error,
			       .cr2 = df ? 0 : c->event.cr2,
			       .ret = c->rip};
	return true;
}

static void delivered(struct cpu *c, const struct delivery *x)
{
	if (x->source == EXC_EXTERNAL && x->vector == X86_VECTOR_NMI)
		c->nmi_masked = true;
	if (x->vector == X86_VECTOR_DB)
		c->dr7 &= ~DR7_GD;
	c->svm->exit_int_info = 0;
	c->event.kind = EVENT_NONE;
	c->halted = false;
	c->shadow = SHADOW_NONE;
	cpu_context_changed(c);
}

/* The guest is at an end: nobody is left to tell but the hypervisor. */
static enum cpu_stop shut_down(struct cpu *c)
{
	c->svm->exit_int_info = 0;
	return exit_raise(c, VMEXIT_SHUTDOWN, 0, 0);
}

/* A trap that was due behind the instruction is forgotten: TF is clear in the handler. */
static enum cpu_stop deliver(struct cpu *c, struct delivery *x, bool may_intercept)
{
	c->debug_trap = 0;
	for (;; may_intercept = true) {
		u64 next_rip = x->ret;

		if (trace_wants(c, TRACE_FAULT) && is_exception(x))
			trace_fault(c, x->vector, x->has_error, x->error, x->cr2);
		if (may_intercept && intercept(c, x))
			return CPU_EVENT;
		if (x->vector == X86_VECTOR_PF && is_exception(x) && may_intercept)
			c->cr2 = x->cr2;
		c->svm->exit_int_info = exit_int_info(x);
		c->block = NULL; /* stack writes cannot hit the running block: there is none */
		if (attempt(c, x)) {
			delivered(c, x);
			return CPU_GO;
		}
		if (c->event.kind == EVENT_EXIT) {
			c->event.next_rip = next_rip;
			return CPU_EVENT;
		}
		mark_external(c, x);
		if (!next_event(c, x))
			return shut_down(c);
	}
}

enum cpu_stop exc_deliver(struct cpu *c, u8 vector, enum exc_source source, bool has_error,
			  u32 error, u64 cr2)
{
	struct delivery x = {.vector = vector,
			     .source = source,
			     .has_error = has_error,
			     .error = error,
			     .cr2 = cr2,
			     .ret = c->rip};

	return deliver(c, &x, true);
}

enum cpu_stop exc_inject(struct cpu *c, u8 vector, enum exc_source source, bool has_error,
			 u32 error)
{
	struct delivery x = {.vector = vector,
			     .source = source,
			     .has_error = has_error,
			     .error = error,
			     .ret = c->rip};

	return deliver(c, &x, false);
}

/*
 * A software interrupt that cannot be delivered faults at its own rIP; INT1 is over when its #DB
 * comes.
 */
enum cpu_stop exc_deliver_event(struct cpu *c)
{
	struct delivery x = {.vector = c->event.vector,
			     .source = EXC_FAULT,
			     .has_error = c->event.has_error,
			     .error = c->event.error,
			     .cr2 = c->event.cr2,
			     .ret = c->rip,
			     .nrip = c->event.next_rip};

	if (c->event.kind == EVENT_FAULT)
		return deliver(c, &x, true);
	x.ret = c->event.next_rip;
	if (c->event.kind == EVENT_SOFT)
		x.source = EXC_SOFTWARE;
	else if (x.vector == X86_VECTOR_DB)
		x.source = EXC_ICEBP;
	else
		x.source = EXC_BREAK;
	if (x.source == EXC_ICEBP)
		c->rip = x.ret;
	return deliver(c, &x, true);
}
