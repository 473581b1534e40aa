/* SPDX-License-Identifier: MIT */
/* Event injection: what EVENTINJ makes the guest see before its first instruction. [APM2 15.20] */
#include "chip/cpu/svm/internal.h"

#include "chip/cpu/exec/exception.h"

/* Vectors of exceptions that exist; injecting another as an exception is illegal. */
#define VECTORS_OF_EXCEPTIONS                                                 \
	(BIT32(X86_VECTOR_DE) | BIT32(X86_VECTOR_DB) | BIT32(X86_VECTOR_BP) | \
	 BIT32(X86_VECTOR_OF) | BIT32(X86_VECTOR_BR) | BIT32(X86_VECTOR_UD) | \
	 BIT32(X86_VECTOR_NM) | BIT32(X86_VECTOR_DF) | BIT32(X86_VECTOR_TS) | \
	 BIT32(X86_VECTOR_NP) | BIT32(X86_VECTOR_SS) | BIT32(X86_VECTOR_GP) | \
	 BIT32(X86_VECTOR_PF) | BIT32(X86_VECTOR_MF) | BIT32(X86_VECTOR_AC) | \
	 BIT32(X86_VECTOR_MC) | BIT32(X86_VECTOR_XF) | BIT32(X86_VECTOR_CP) | \
	 BIT32(X86_VECTOR_HV) | BIT32(X86_VECTOR_VC) | BIT32(X86_VECTOR_SX))

bool svm_inject_is_illegal(u64 eventinj)
{
	u8 vector = (u8)FIELD_GET(EVENTINJ_VECTOR, eventinj);

	switch (FIELD_GET(EVENTINJ_TYPE, eventinj)) {
	case EVENTINJ_TYPE_INTR:
	case EVENTINJ_TYPE_NMI:
	case EVENTINJ_TYPE_SOFT_INT:
		return false;
	case EVENTINJ_TYPE_EXCEPTION:
		return vector > 31 || !(VECTORS_OF_EXCEPTIONS >> vector & 1);
	default:
		return true;
	}
}

static enum exc_source source_of(u64 type)
{
	if (type == EVENTINJ_TYPE_EXCEPTION)
		return EXC_FAULT;
	return type == EVENTINJ_TYPE_SOFT_INT ? EXC_SOFTWARE : EXC_EXTERNAL;
}

/*
 * The error code is pushed when EVENTINJ says so, whatever the vector.  An injected NMI does not
 * mask NMIs unless those are virtual: masking is the hypervisor's to keep.
 */
enum cpu_stop svm_inject(struct cpu *c, u64 eventinj)
{
	u64 type = FIELD_GET(EVENTINJ_TYPE, eventinj);
	bool nmi = type == EVENTINJ_TYPE_NMI;
	bool has_error = type == EVENTINJ_TYPE_EXCEPTION && eventinj & EVENTINJ_EV;
	u8 vector = nmi ? X86_VECTOR_NMI : (u8)FIELD_GET(EVENTINJ_VECTOR, eventinj);
	u32 error = has_error ? (u32)FIELD_GET(EVENTINJ_ERRORCODE, eventinj) : 0;
	bool masked = c->nmi_masked || (nmi && svm_vnmi(c));
	enum cpu_stop stop = exc_inject(c, vector, source_of(type), has_error, error);

	c->nmi_masked = masked;
	return stop;
}
