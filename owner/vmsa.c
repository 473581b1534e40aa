/* SPDX-License-Identifier: MIT */
/* Builds save areas. */
#include "owner/vmsa.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* clang-format off */
static const struct {
	const char *name;
	u16 family;
	u8 model, stepping;
} cpus[] = {
	/* swsev */
	{"naples",	0x17, 0x01, 2},
	{"rome",	0x17, 0x31, 0},
	{"milan",	0x19, 0x01, 1},
	{"genoa",	0x19, 0x11, 1},
	{"turin",	0x1a, 0x02, 1},
	/* QEMU */
	{"EPYC",	0x17, 0x01, 2},
	{"EPYC-Rome",	0x17, 0x31, 0},
	{"EPYC-Milan",	0x19, 0x01, 1},
	{"EPYC-Genoa",	0x19, 0x11, 0},
	{"EPYC-Turin",	0x1a, 0x00, 0},
};
/* clang-format on */

/* Families above Fh have the rest in a field of their own. */
u32 owner_cpu_signature(u32 family, u32 model, u32 stepping)
{
	u32 base = family > 0xf ? 0xf : family;

	return (family - base) << 20 | (model >> 4 & 0xf) << 16 | base << 8 | (model & 0xf) << 4 |
	       (stepping & 0xf);
}

int owner_vcpu_signature(u32 *signature, const char *name, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(cpus); i++) {
		if (strcasecmp(name, cpus[i].name) == 0) {
			*signature = owner_cpu_signature(cpus[i].family, cpus[i].model,
							 cpus[i].stepping);
			return 0;
		}
	}
	*signature = 0;
	return error_set(err, EINVAL,
			 "CPU '%.40s' is unknown, expected naples, rome, milan, genoa, turin, or "
			 "QEMU's EPYC-Milan and its kin",
			 name);
}

static void reset_segments(struct vmsa *vmsa, u32 start)
{
	const struct vmcb_seg data = {
		.attrib = VMSA_RESET_DATA_ATTRIB,
		.limit = VMSA_RESET_LIMIT,
	};

	vmsa->cs = (struct vmcb_seg){
		.selector = VMSA_RESET_CS_SELECTOR,
		.attrib = VMSA_RESET_CS_ATTRIB,
		.limit = VMSA_RESET_LIMIT,
		.base = start & 0xffff0000u,
	};
	vmsa->ds = vmsa->es = vmsa->fs = vmsa->gs = vmsa->ss = data;
	vmsa->gdtr.limit = vmsa->idtr.limit = VMSA_RESET_LIMIT;
	vmsa->ldtr = (struct vmcb_seg){
		.attrib = VMSA_RESET_LDTR_ATTRIB,
		.limit = VMSA_RESET_LIMIT,
	};
	vmsa->tr = (struct vmcb_seg){
		.attrib = VMSA_RESET_TR_ATTRIB,
		.limit = VMSA_RESET_LIMIT,
	};
}

void owner_vmsa_reset(struct vmsa *vmsa, const struct owner_vcpu *vcpu)
{
	memset(vmsa, 0, sizeof(*vmsa));
	reset_segments(vmsa, vcpu->start);
	vmsa->efer = VMSA_RESET_EFER;
	vmsa->cr0 = VMSA_RESET_CR0;
	vmsa->cr4 = VMSA_RESET_CR4;
	vmsa->dr6 = VMSA_RESET_DR6;
	vmsa->dr7 = VMSA_RESET_DR7;
	vmsa->rflags = VMSA_RESET_RFLAGS;
	vmsa->rip = vcpu->start & 0xffff;
	vmsa->g_pat = VMSA_RESET_G_PAT;
	vmsa->rdx = vcpu->signature;
	vmsa->sev_features = vcpu->features;
	vmsa->xcr0 = VMSA_RESET_XCR0;
	if (!vcpu->no_fpu) {
		vmsa->mxcsr = VMSA_RESET_MXCSR;
		vmsa->x87_fcw = VMSA_RESET_FCW;
	}
}
