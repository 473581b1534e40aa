/* SPDX-License-Identifier: MIT */
/*
 * Guest memory by linear address, through the guest's own page tables, as the hypervisor sees them.
 *
 * For plain guests only it means something: the tables of an encrypted guest are noise from here.
 * Such a guest gets the page fault that noise is likely to give, and no way around it.
 */
#ifndef HV_GVA_H
#define HV_GVA_H

#include "hv/vcpu.h"

/* What the guest's page tables answer. */
struct gva_fault {
	u64 address; /* for CR2 */
	u32 error;   /* PF_ERROR_ bits */
};

/*
 * Translates la for a read or write at the vCPU's privilege level.  False with *fault set: #PF.
 */
bool gva_translate(const struct vcpu *v, u64 la, bool write, gpa_t *gpa, struct gva_fault *fault);

/* Copies within and across pages; false with *fault set: a part may have been copied. */
bool gva_read(const struct vcpu *v, u64 la, void *dst, u64 len, struct gva_fault *fault);
bool gva_write(const struct vcpu *v, u64 la, const void *src, u64 len, struct gva_fault *fault);

#endif
