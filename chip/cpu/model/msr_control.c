/* SPDX-License-Identifier: MIT */
/*
 * MSRs with rules of their own: EFER, PAT, TSC, and what configures SVM and memory encryption.
 *
 * While a guest runs, EFER, PAT and TSC are the guest's; all others are the core's, so a guest
 * whose hypervisor does not intercept them changes the machine.
 */
#include "chip/cpu/model/msr.h"

#include "abi/msr.h"
#include "abi/x86.h"
#include "chip/cpu/svm/svm.h"

bool msr_address_is_canonical(const struct cpu *c, u32 msr, u64 v)
{
	unsigned unused = cpu_model_has(c->model, FEATURE_LA57) ? 7 : 16;

	return (u64)((s64)(v << unused) >> unused) == v;
}

/* -- EFER  [APM2 3.1.7 Extended Feature Enable Register] ------------------------------------------ */

u64 msr_read_efer(const struct cpu *c)
{
	return c->svm->in_guest ? c->efer : c->svm->host_efer;
}

static bool paging(const struct cpu *c)
{
	return (c->svm->in_guest ? c->cr0 : c->svm->host_cr0) & CR0_PG;
}

bool msr_efer_is_legal(const struct cpu *c, u32 msr, u64 v)
{
	u64 mask = cpu_model_efer_mask(c->model) | EFER_LMA;
	u64 changed = msr_read_efer(c) ^ v;

	if (cpu_model_has(c->model, FEATURE_SVM))
		mask |= EFER_SVME;
	if (v & ~mask)
		return false;
	if (changed & EFER_LME && paging(c))
		return false;
	return !(v & EFER_SVME && c->svm->vm_cr & VM_CR_SVMDIS && !c->svm->in_guest);
}

/* LMA follows LME and CR0.PG; SVME of a running guest stays as it is. */
void msr_write_efer(struct cpu *c, u64 v)
{
	struct svm *s = c->svm;

	if (!s->in_guest) {
		s->host_efer = (v & ~EFER_LMA) | (s->host_efer & EFER_LMA);
		return;
	}
	c->efer = (v & ~(EFER_LMA | EFER_SVME)) | (c->efer & (EFER_LMA | EFER_SVME));
	cpu_context_changed(c);
}

/* -- PAT  [APM2 7.8.2, 15.25.8 Combining Memory Types] --------------------------------------------- */

/* A guest has a PAT of its own with nested paging. */
static bool pat_is_guests(const struct cpu *c)
{
	return c->svm->in_guest && c->svm->ctl.nested_ctl & VMCB_NP_ENABLE;
}

u64 msr_read_pat(const struct cpu *c)
{
	return pat_is_guests(c) ? c->pat : c->svm->host_pat;
}

bool msr_pat_is_legal(const struct cpu *c, u32 msr, u64 v)
{
	return cpu_pat_is_legal(v);
}

void msr_write_pat(struct cpu *c, u64 v)
{
	if (!pat_is_guests(c))
		c->svm->host_pat = v;
	c->pat = v;
}

/* -- TSC ------------------------------------------------------------------------------------------ */

/* A guest's write too goes to the core's own counter, neither scaled nor offset. */
void msr_write_tsc(struct cpu *c, u64 v)
{
	c->svm->tsc_base += v - cpu_host_tsc(c);
}

/* -- SEV ------------------------------------------------------------------------------------------ */

/* [APM2 15.34.10 SEV_STATUS MSR] */
u64 msr_read_sev_status(const struct cpu *c)
{
	return c->svm->in_guest && c->svm->sev ? SEV_STATUS_SEV : 0;
}

bool msr_snp_is_off(const struct cpu *c, u32 msr, u64 v)
{
	return !(c->svm->syscfg & SYSCFG_SNP_EN);
}

/* [APM2 3.2.1 System Configuration Register] */
bool msr_syscfg_is_legal(const struct cpu *c, u32 msr, u64 v)
{
	if (!cpu_model_has(c->model, FEATURE_SME) && v & SYSCFG_MEM_ENCRYPTION_MOD_EN)
		return false;
	return cpu_model_has(c->model, FEATURE_SEV_SNP) || !(v & (SYSCFG_SNP_EN | SYSCFG_VMPL_EN));
}

/* Once SNP is on, the register is frozen. */
void msr_write_syscfg(struct cpu *c, u64 v)
{
	if (msr_snp_is_off(c, MSR_SYSCFG, v))
		c->svm->syscfg = v;
}

/* SmmLock stays until RESET. */
void msr_write_hwcr(struct cpu *c, u64 v)
{
	c->svm->hwcr = v | (c->svm->hwcr & HWCR_SMM_LOCK);
}

bool msr_vmpage_flush_is_legal(const struct cpu *c, u32 msr, u64 v)
{
	return FIELD_GET(VMPAGE_FLUSH_ASID, v) != 0 &&
	       fabric_contains(c->fabric, SPA(v & VMPAGE_FLUSH_VA_MASK), PAGE_SIZE);
}

/* The host of this chip has no virtual addresses: they are the physical ones. */
void msr_write_vmpage_flush(struct cpu *c, u64 v)
{
	cache_flush_page(c->cache, c->agent, SPA(v & VMPAGE_FLUSH_VA_MASK),
			 VIEW_KEY(FIELD_GET(VMPAGE_FLUSH_ASID, v)));
}

/* -- SVM  [APM2 15.30 SVM Related MSRs, 15.31 SVM-Lock] -------------------------------------------- */

/* The bits that LOCK makes read only. */
static u64 vm_cr_merge(const struct svm *s, u64 v)
{
	u64 locked = s->vm_cr & VM_CR_LOCK ? VM_CR_LOCK | VM_CR_SVMDIS : 0;

	return (v & ~locked) | (s->vm_cr & locked);
}

bool msr_vm_cr_is_legal(const struct cpu *c, u32 msr, u64 v)
{
	u64 v_merged = vm_cr_merge(c->svm, v);

	return !(v_merged & VM_CR_SVMDIS && c->svm->host_efer & EFER_SVME);
}

void msr_write_vm_cr(struct cpu *c, u64 v)
{
	c->svm->vm_cr = vm_cr_merge(c->svm, v);
}

/* While unlocked it sets the key; afterwards the same key, if it is not 0, unlocks. */
void msr_write_svm_key(struct cpu *c, u64 v)
{
	struct svm *s = c->svm;

	if (!(s->vm_cr & VM_CR_LOCK))
		s->svm_key = v;
	else if (v != 0 && v == s->svm_key)
		s->vm_cr &= ~VM_CR_LOCK;
}

/* Page aligned, within the physical width; with MEn the C-bit may be set. */
bool msr_hsave_is_legal(const struct cpu *c, u32 msr, u64 v)
{
	if (c->svm->syscfg & SYSCFG_MEM_ENCRYPTION_MOD_EN)
		v &= ~BIT64(c->model->c_bit);
	return !(v & PAGE_MASK) && !(v >> c->model->phys_bits);
}
