/* SPDX-License-Identifier: MIT */
/* Every MSR of the core, in order of numbers.	[APM2 Appendix A MSR Cross-Reference] */
#include "chip/cpu/model/msr.h"

#include "abi/msr.h"
#include "abi/paging.h"
#include "abi/x86.h"
#include "chip/cpu/svm/svm.h"

#define ALL (~0ull)

/* -- checks of stored registers ------------------------------------------------------------------- */

/* UC- exists in the PAT only. */
static bool memory_type_is_defined(u8 type)
{
	return type != X86_MEMORY_UC_MINUS && cpu_pat_is_legal(type);
}

/* Base (even numbers): type and address.  Mask (odd): valid bit and address. [APM2 7.7.2] */
static bool mtrr_variable_is_legal(const struct cpu *c, u32 msr, u64 v)
{
	if (v >> c->model->phys_bits)
		return false;
	if (msr & 1)
		return !(v & BITS64(10, 0));
	return !(v & BITS64(11, 8)) && memory_type_is_defined((u8)v);
}

static bool mtrr_fixed_is_legal(const struct cpu *c, u32 msr, u64 v)
{
	for (unsigned n = 0; n < 8; n++)
		if (!memory_type_is_defined((u8)(v >> (8 * n))))
			return false;
	return msr_snp_is_off(c, msr, v);
}

static bool mtrr_default_is_legal(const struct cpu *c, u32 msr, u64 v)
{
	return memory_type_is_defined((u8)v);
}

static bool apic_base_is_legal(const struct cpu *c, u32 msr, u64 v)
{
	return !(v >> c->model->phys_bits);
}

static bool spec_ctrl_is_legal(const struct cpu *c, u32 msr, u64 v)
{
	u64 valid = SPEC_CTRL_IBRS;

	if (cpu_model_has(c->model, FEATURE_STIBP))
		valid |= SPEC_CTRL_STIBP;
	if (cpu_model_has(c->model, FEATURE_SSBD))
		valid |= SPEC_CTRL_SSBD;
	if (cpu_model_has(c->model, FEATURE_PSFD))
		valid |= SPEC_CTRL_PSFD;
	return !(v & ~valid);
}

/* CTL and ADDR, MISC take anything; STATUS can only be cleared. [APM2 9.3.2 Error-Reporting Banks] */
static bool mc_is_legal(const struct cpu *c, u32 msr, u64 v)
{
	bool status = msr % 4 == MSR_MC_STATUS(0) % 4;
	enum { HWCR_MC_STATUS_WR_EN = 1 << 18 };

	return !status || v == 0 || c->svm->hwcr & HWCR_MC_STATUS_WR_EN;
}

/* -- the table -------------------------------------------------------------------------------------- */

/* clang-format off */
#define IN_CPU(field)	.place = MSR_IN_CPU, .offset = offsetof(struct cpu, field)
#define IN_SVM(field)	.place = MSR_IN_SVM, .offset = offsetof(struct svm, field)
#define SLOT(name)	.place = MSR_IN_CPU, \
			.offset = offsetof(struct cpu, msr) + sizeof(u64) * (MSR_SLOT_##name)
#define IF(name)	.feature = FEATURE_##name

/* Not architectural: configuration of the core's units.  Kept, without effect. */
enum {
	MSR_LS_CFG = 0xc0011020u, /* LS, IC, DC, BU */
	MSR_FP_CFG = 0xc0011028u, /* FP, DE, and two more */
};

const struct msr_row msr_rows[] = {
	{MSR_TSC, 1, .valid = ALL, .read = cpu_tsc, .write = msr_write_tsc},
	{MSR_APIC_BASE, 1, SLOT(APIC_BASE), .reset = APIC_BASE_INIT | APIC_BASE_EN,
	 .valid = APIC_BASE_BSP | APIC_BASE_EN | APIC_BASE_ADDR_MASK, .legal = apic_base_is_legal},
	{MSR_SPEC_CTRL, 1, IN_CPU(spec_ctrl), IF(IBRS),
	 .valid = ALL, .legal = spec_ctrl_is_legal},
	{MSR_PRED_CMD, 1, MSR_WRITE_ONLY, IF(IBPB), .valid = PRED_CMD_IBPB},
	{MSR_PATCH_LEVEL, 1, MSR_WRITE_IGNORED},
	{MSR_MPERF, 2, MSR_WRITE_IGNORED, .read = cpu_host_tsc},
	{MSR_MTRR_CAP, 1, MSR_READ_ONLY, .reset = MTRR_CAP_FIX | MTRR_CAP_WC | MSR_MTRR_RANGES},
	{MSR_SYSENTER_CS, 1, IN_CPU(sysenter_cs), .valid = BITS64(31, 0)},
	{MSR_SYSENTER_ESP, 1, IN_CPU(sysenter_esp), .valid = ALL, .legal = msr_address_is_canonical},
	{MSR_SYSENTER_EIP, 1, IN_CPU(sysenter_eip), .valid = ALL, .legal = msr_address_is_canonical},
	{MSR_MCG_CAP, 1, MSR_WRITE_IGNORED, .reset = BIT64(8) | MSR_MC_BANKS},
	{MSR_MCG_STATUS, 1, SLOT(MCG_STATUS), .valid = BITS64(2, 0)},
	{MSR_MCG_CTL, 1, SLOT(MCG_CTL), .valid = ALL},
	{MSR_DEBUG_CTL, 1, IN_CPU(dbgctl), .valid = BITS64(6, 0)},
	{MSR_BR_FROM, 1, MSR_READ_ONLY, IN_CPU(br_from)},
	{MSR_BR_TO, 1, MSR_READ_ONLY, IN_CPU(br_to)},
	{MSR_LASTEXCPFROM, 1, MSR_READ_ONLY, IN_CPU(last_excp_from)},
	{MSR_LASTEXCPTO, 1, MSR_READ_ONLY, IN_CPU(last_excp_to)},
	{MSR_MTRR_PHYS_BASE(0), 2 * MSR_MTRR_RANGES, SLOT(MTRR_VARIABLE), .valid = ALL,
	 .legal = mtrr_variable_is_legal},
	{MSR_MTRR_FIX64K_00000, 1, SLOT(MTRR_FIXED), .reset = 0x0606060606060606, .valid = ALL,
	 .legal = mtrr_fixed_is_legal},
	{MSR_MTRR_FIX16K_80000, 2, SLOT(MTRR_FIXED + 1), .valid = ALL, .legal = mtrr_fixed_is_legal},
	{MSR_MTRR_FIX4K(0), 8, SLOT(MTRR_FIXED + 3), .valid = ALL, .legal = mtrr_fixed_is_legal},
	{MSR_PAT, 1, IN_SVM(host_pat), .reset = PAT_INIT, .valid = ALL, .legal = msr_pat_is_legal,
	 .read = msr_read_pat, .write = msr_write_pat},
	{MSR_MTRR_DEF_TYPE, 1, SLOT(MTRR_DEF_TYPE),
	 .reset = MTRR_DEF_TYPE_E | MTRR_DEF_TYPE_FE | X86_MEMORY_WB,
	 .valid = MTRR_DEF_TYPE_E | MTRR_DEF_TYPE_FE | MTRR_DEF_TYPE_MASK,
	 .legal = mtrr_default_is_legal},
	{MSR_MC_CTL(0), 4 * MSR_MC_BANKS, SLOT(MC), .valid = ALL, .legal = mc_is_legal},
	{MSR_XSS, 1, IN_CPU(xss), IF(XSAVES), .valid = 0},
	{MSR_EFER, 1, .valid = ALL, .legal = msr_efer_is_legal, .read = msr_read_efer,
	 .write = msr_write_efer},
	{MSR_STAR, 1, IN_CPU(star), .valid = ALL},
	{MSR_LSTAR, 1, IN_CPU(lstar), .valid = ALL, .legal = msr_address_is_canonical},
	{MSR_CSTAR, 1, IN_CPU(cstar), .valid = ALL, .legal = msr_address_is_canonical},
	{MSR_SFMASK, 1, IN_CPU(sfmask), .valid = BITS64(31, 0)},
	{MSR_MPERF_RO, 2, MSR_READ_ONLY, .read = cpu_host_tsc},
	{MSR_FS_BASE, 1, IN_CPU(seg[SEG_FS].base), .valid = ALL, .legal = msr_address_is_canonical},
	{MSR_GS_BASE, 1, IN_CPU(seg[SEG_GS].base), .valid = ALL, .legal = msr_address_is_canonical},
	{MSR_KERNEL_GS_BASE, 1, IN_CPU(kernel_gs_base), .valid = ALL,
	 .legal = msr_address_is_canonical},
	{MSR_TSC_AUX, 1, IN_CPU(tsc_aux), IF(RDTSCP), .valid = BITS64(31, 0)},
	{MSR_TSC_RATIO, 1, IN_SVM(tsc_ratio), .reset = TSC_RATIO_ONE, .valid = TSC_RATIO_MASK},
	{MSR_PERF_LEGACY_CTL(0), 8, SLOT(PERF_LEGACY), .valid = ALL},
	{MSR_SYSCFG, 1, IN_SVM(syscfg), .reset = SYSCFG_MTRR_FIX_DRAM_EN | SYSCFG_MTRR_VAR_DRAM_EN,
	 .valid = SYSCFG_MTRR_FIX_DRAM_EN | SYSCFG_MTRR_FIX_DRAM_MOD_EN |
		  SYSCFG_MTRR_VAR_DRAM_EN | SYSCFG_MTRR_TOM2_EN | SYSCFG_TOM2_FORCE_MEM_TYPE_WB |
		  SYSCFG_MEM_ENCRYPTION_MOD_EN | SYSCFG_SNP_EN | SYSCFG_VMPL_EN,
	 .legal = msr_syscfg_is_legal, .write = msr_write_syscfg},
	{MSR_HWCR, 1, IN_SVM(hwcr), .reset = HWCR_TSC_FREQ_SEL, .valid = BITS64(31, 0),
	 .write = msr_write_hwcr},
	{MSR_IORR_BASE(0), 4, SLOT(IORR), .valid = ALL, .legal = msr_snp_is_off},
	{MSR_TOP_MEM, 1, SLOT(TOP_MEM), .valid = ALL, .legal = msr_snp_is_off},
	{MSR_TOP_MEM2, 1, SLOT(TOP_MEM2), .valid = ALL, .legal = msr_snp_is_off},
	{MSR_NB_CFG, 1, SLOT(NB_CFG), .valid = ALL},
	{MSR_PATCH_LOADER, 1, MSR_WRITE_ONLY, .valid = ALL},
	{MSR_INT_PENDING, 1, SLOT(INT_PENDING), .valid = ALL},
	{MSR_SMM_BASE, 3, SLOT(SMM), .valid = ALL},
	{MSR_VM_CR, 1, IN_SVM(vm_cr), IF(SVM), .valid = BITS64(4, 0), .legal = msr_vm_cr_is_legal,
	 .write = msr_write_vm_cr},
	{MSR_IGNNE, 1, .valid = BIT64(0)},
	{MSR_SMM_CTL, 1, MSR_WRITE_ONLY, IF(SVM), .valid = BITS64(4, 0)},
	{MSR_VM_HSAVE_PA, 1, IN_SVM(vm_hsave_pa), IF(SVM), .valid = ALL, .legal = msr_hsave_is_legal},
	{MSR_SVM_KEY, 1, MSR_WRITE_ONLY, IN_SVM(svm_key), IF(SVM), .valid = ALL,
	 .write = msr_write_svm_key},
	{MSR_SMM_KEY, 1, MSR_WRITE_ONLY, IF(SVM), .valid = ALL, .legal = msr_snp_is_off},
	{MSR_VMPAGE_FLUSH, 1, MSR_WRITE_ONLY, IF(SEV), .valid = ALL,
	 .legal = msr_vmpage_flush_is_legal, .write = msr_write_vmpage_flush},
	{MSR_SEV_STATUS, 1, MSR_READ_ONLY, IF(SEV), .read = msr_read_sev_status},
	{MSR_RMP_BASE, 2, SLOT(RMP_BASE), IF(SEV_SNP), .valid = BITS64(51, 0),
	 .legal = msr_snp_is_off},
	{MSR_OSVW_ID_LENGTH, 2, SLOT(OSVW), .valid = ALL},
	{MSR_LS_CFG, 4, SLOT(UNIT_CFG), .valid = ALL},
	{MSR_FP_CFG, 4, SLOT(UNIT_CFG + 4), .valid = ALL},
};
/* clang-format on */

const unsigned msr_row_count = ARRAY_SIZE(msr_rows);
