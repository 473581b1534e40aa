/* SPDX-License-Identifier: MIT */
/*
 * CPUID as a guest sees it: the core's own, less what this hypervisor does not offer, with the
 * topology of the VM in place of the socket's, and KVM's two leaves.
 */
#include "hv/exit.h"

#include "abi/cpuid.h"
#include "abi/kvm_para.h"
#include "abi/x86.h"
#include "hv/vm.h"

/* -- what is taken away, and what is added ----------------------------------------------------
 *
 * Flaws of speculation that the core does not have are said to be absent (SSB, BTC, SRSO, TSA), for
 * models that had them too: a guest would only lose time on mending them.
 */

enum { ANY_SUBLEAF = -1 };

struct policy {
	u32 leaf;
	int subleaf;
	struct platform_cpuid keep; /* bits that stay */
	struct platform_cpuid set;  /* bits that are there for every guest */
};

#define ALL 0xffffffffu
#define NONE               \
	{                  \
		0, 0, 0, 0 \
	}

/* clang-format off */
static const struct policy policies[] = {
	{CPUID_0000_0001, ANY_SUBLEAF,
		{ALL, BITS32(15, 0),
		 ~(CPUID_0000_0001_ECX_MONITOR | CPUID_0000_0001_ECX_PCID |
		   CPUID_0000_0001_ECX_OSXSAVE), ~CPUID_0000_0001_EDX_HTT},
		{0, 0, CPUID_0000_0001_ECX_HYPERVISOR | CPUID_0000_0001_ECX_TSC_DEADLINE |
		 CPUID_0000_0001_ECX_X2APIC, 0}},
	{CPUID_0000_0005, ANY_SUBLEAF, NONE, NONE},
	{CPUID_0000_0006, ANY_SUBLEAF, NONE, {CPUID_0000_0006_EAX_ARAT, 0, 0, 0}},
	{CPUID_0000_0007, 0,
		{ALL, ~(BIT32(12) | BIT32(15) | CPUID_0000_0007_EBX_INVPCID),
		 ~(CPUID_0000_0007_ECX_LA57 | CPUID_0000_0007_ECX_BUS_LOCK_TRAP |
		   CPUID_0000_0007_ECX_CET_SS | CPUID_0000_0007_ECX_OSPKE), ALL}, NONE},
	{CPUID_0000_0010, ANY_SUBLEAF, NONE, NONE},
	{CPUID_8000_0001, ANY_SUBLEAF,
		{ALL, ALL,
		 ~(CPUID_8000_0001_ECX_SVM | CPUID_8000_0001_ECX_EXT_APIC_SPACE |
		   CPUID_8000_0001_ECX_OSVW | CPUID_8000_0001_ECX_IBS |
		   CPUID_8000_0001_ECX_SKINIT | CPUID_8000_0001_ECX_TCE |
		   CPUID_8000_0001_ECX_PERFCTR_CORE | BIT32(24) | BIT32(28) |
		   CPUID_8000_0001_ECX_MONITORX), ALL}, NONE},
	{CPUID_8000_0007, ANY_SUBLEAF, NONE, {0, 0, 0, CPUID_8000_0007_EDX_TSC_INVARIANT}},
	{CPUID_8000_0008, ANY_SUBLEAF,
		{ALL, CPUID_8000_0008_EBX_CLZERO | CPUID_8000_0008_EBX_RSTR_FP_ERR_PTRS |
		 CPUID_8000_0008_EBX_WBNOINVD, 0, 0},
		{0, CPUID_8000_0008_EBX_SSB_NO | CPUID_8000_0008_EBX_BTC_NO, 0, 0}},
	{CPUID_8000_000A, ANY_SUBLEAF, NONE, NONE},
	{CPUID_8000_001B, ANY_SUBLEAF, NONE, NONE},
	{CPUID_8000_0020, ANY_SUBLEAF, NONE, NONE},
	{CPUID_8000_0021, ANY_SUBLEAF, {ALL, 0, 0, 0},
		{CPUID_8000_0021_EAX_SRSO_NO | CPUID_8000_0021_EAX_LFENCE_ALWAYS_SERIALIZING, 0,
		 CPUID_8000_0021_ECX_TSA_SQ_NO | CPUID_8000_0021_ECX_TSA_L1_NO, 0}},
	{CPUID_8000_0022, ANY_SUBLEAF, NONE, NONE},
	{CPUID_8000_0023, ANY_SUBLEAF, NONE, NONE},
	{CPUID_8000_0025, ANY_SUBLEAF, NONE, NONE},
};
/* clang-format on */

static void apply(struct platform_cpuid *r, const struct policy *p)
{
	r->eax = (r->eax & p->keep.eax) | p->set.eax;
	r->ebx = (r->ebx & p->keep.ebx) | p->set.ebx;
	r->ecx = (r->ecx & p->keep.ecx) | p->set.ecx;
	r->edx = (r->edx & p->keep.edx) | p->set.edx;
}

static void apply_policies(struct platform_cpuid *r, u32 leaf, u32 subleaf)
{
	for (unsigned n = 0; n < ARRAY_SIZE(policies); n++) {
		const struct policy *p = &policies[n];

		if (p->leaf == leaf && (p->subleaf == ANY_SUBLEAF || (u32)p->subleaf == subleaf))
			apply(r, p);
	}
}

/* -- what depends on the vCPU and the VM ------------------------------------------------------ */

static u32 id_bits(u32 cpus)
{
	u32 bits = 0;

	while (BIT32(bits) < cpus)
		bits++;
	return bits;
}

/* Every vCPU is a core of its own.	[APM3 E.3.7 Fn0000_000B] */
static struct platform_cpuid topology(const struct vcpu *v, u32 subleaf)
{
	enum { SMT = 1, CORE = 2, TYPE_SHIFT = 8 };
	u32 cpus = v->vm->cfg.cpus;

	if (subleaf == 0)
		return (struct platform_cpuid){0, 1, SMT << TYPE_SHIFT, v->index};
	if (subleaf == 1)
		return (struct platform_cpuid){id_bits(cpus), cpus, 1 | CORE << TYPE_SHIFT,
					       v->index};
	return (struct platform_cpuid){0, 0, subleaf & 0xff, v->index};
}

static void set_live_bits(struct platform_cpuid *r, const struct vcpu *v, u32 leaf, u32 subleaf)
{
	u64 cr4 = v->vmcb.save.cr4;
	u32 cpus = v->vm->cfg.cpus;

	if (leaf == CPUID_8000_0000 && r->eax < CPUID_8000_0021) {
		r->eax = CPUID_8000_0021;
	} else if (leaf == CPUID_0000_0001) {
		r->ebx |= (u32)(FIELD_PUT(CPUID_0000_0001_EBX_APIC_ID, v->index) |
				FIELD_PUT(CPUID_0000_0001_EBX_COUNT, cpus));
		r->ecx |= cr4 & CR4_OSXSAVE ? CPUID_0000_0001_ECX_OSXSAVE : 0;
		r->edx |= cpus > 1 ? CPUID_0000_0001_EDX_HTT : 0;
	} else if (leaf == CPUID_0000_0007 && subleaf == 0) {
		r->ecx |= cr4 & CR4_PKE ? CPUID_0000_0007_ECX_OSPKE : 0;
	} else if (leaf == CPUID_8000_0008) {
		r->ecx = (u32)(FIELD_PUT(CPUID_8000_0008_ECX_NC, cpus - 1) |
			       FIELD_PUT(CPUID_8000_0008_ECX_APIC_ID_SIZE, id_bits(cpus)));
	} else if (leaf == CPUID_8000_001E) {
		*r = (struct platform_cpuid){v->index, v->index, 0, 0};
	}
}

/*
 * An SEV guest learns that it is one, and where its C-bit is.  A plain one must not even be asked to
 * read SEV_STATUS: it would do so before it can survive a #GP.
 */
static void set_encryption(struct platform_cpuid *r, const struct vcpu *v)
{
	if (v->vm->cfg.boot.c_bit == 0) {
		*r = (struct platform_cpuid){0, 0, 0, 0};
		return;
	}
	r->eax &= CPUID_8000_001F_EAX_SEV | CPUID_8000_001F_EAX_HW_ENF_CACHE_COH;
	r->ebx &= CPUID_8000_001F_EBX_C_BIT_MASK | CPUID_8000_001F_EBX_PHYS_REDUCTION_MASK;
	r->ecx = r->edx = 0;
}

static struct platform_cpuid hypervisor_leaf(u32 leaf)
{
	switch (leaf) {
	case CPUID_KVM_SIGNATURE:
		return (struct platform_cpuid){CPUID_KVM_FEATURES, KVM_SIGNATURE_EBX,
					       KVM_SIGNATURE_ECX, KVM_SIGNATURE_EDX};
	case CPUID_KVM_FEATURES:
		return (struct platform_cpuid){CPUID_KVM_FEATURES_EAX_CLOCKSOURCE2 |
						       CPUID_KVM_FEATURES_EAX_CLOCKSOURCE_STABLE,
					       0, 0, 0};
	default:
		return (struct platform_cpuid){0, 0, 0, 0};
	}
}

static struct platform_cpuid guest_cpuid(struct vcpu *v, u32 leaf, u32 subleaf)
{
	struct platform_cpuid r;

	if (leaf >> 28 == CPUID_4000_0000 >> 28)
		return hypervisor_leaf(leaf);
	if (leaf == CPUID_0000_000B)
		return topology(v, subleaf);
	r = platform_cpuid(v->vm->chip, v->index, leaf, subleaf);
	apply_policies(&r, leaf, subleaf);
	set_live_bits(&r, v, leaf, subleaf);
	if (leaf == CPUID_8000_001F)
		set_encryption(&r, v);
	return r;
}

void exit_cpuid(struct vcpu *v)
{
	enum { RAX, RCX, RDX, RBX };
	struct platform_cpuid r =
		guest_cpuid(v, (u32)vcpu_reg_get(v, RAX), (u32)vcpu_reg_get(v, RCX));

	vcpu_reg_set(v, RAX, r.eax);
	vcpu_reg_set(v, RBX, r.ebx);
	vcpu_reg_set(v, RCX, r.ecx);
	vcpu_reg_set(v, RDX, r.edx);
	vcpu_advance(v, v->vmcb.control.nrip);
}
