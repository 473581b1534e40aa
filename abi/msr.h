/* SPDX-License-Identifier: MIT */
/*
 * Model-specific registers: numbers and bits of those that SVM and SEV define, and of those that a
 * Linux guest touches on its way up.  EFER's bits are in abi/x86.h, XSS's in abi/fpu.h.
 *	[APM2 15.30 SVM Related MSRs, 15.34.10, 15.36, Appendix A MSR Cross-Reference]
 */
#ifndef ABI_MSR_H
#define ABI_MSR_H

#include "abi/layout.h"

/* clang-format off */

/* -- Architectural, low range ------------------------------------------------------------------ */

#define MSR_TSC			0x00000010u
#define MSR_APIC_BASE		0x0000001bu
#define MSR_TSC_ADJUST		0x0000003bu
#define MSR_SPEC_CTRL		0x00000048u
#define MSR_PRED_CMD		0x00000049u
#define MSR_PATCH_LEVEL		0x0000008bu	/* microcode revision */
#define MSR_MPERF		0x000000e7u
#define MSR_APERF		0x000000e8u
#define MSR_MTRR_CAP		0x000000feu
#define MSR_SYSENTER_CS		0x00000174u
#define MSR_SYSENTER_ESP	0x00000175u
#define MSR_SYSENTER_EIP	0x00000176u
#define MSR_MCG_CAP		0x00000179u
#define MSR_MCG_STATUS		0x0000017au
#define MSR_MCG_CTL		0x0000017bu
#define MSR_DEBUG_CTL		0x000001d9u
#define MSR_BR_FROM		0x000001dbu
#define MSR_BR_TO		0x000001dcu
#define MSR_LASTEXCPFROM	0x000001ddu
#define MSR_LASTEXCPTO		0x000001deu
#define MSR_MTRR_PHYS_BASE(n)	(0x00000200u + 2 * (n))	/* n < MTRR_CAP.VCNT */
#define MSR_MTRR_PHYS_MASK(n)	(0x00000201u + 2 * (n))
#define MSR_MTRR_FIX64K_00000	0x00000250u
#define MSR_MTRR_FIX16K_80000	0x00000258u
#define MSR_MTRR_FIX16K_A0000	0x00000259u
#define MSR_MTRR_FIX4K(n)	(0x00000268u + (n))	/* from C0000h + n * 8000h, n = 0..7 */
#define MSR_PAT			0x00000277u
#define MSR_MTRR_DEF_TYPE	0x000002ffu
#define MSR_MC_CTL(bank)	(0x00000400u + 4 * (bank))
#define MSR_MC_STATUS(bank)	(0x00000401u + 4 * (bank))
#define MSR_MC_ADDR(bank)	(0x00000402u + 4 * (bank))
#define MSR_MC_MISC(bank)	(0x00000403u + 4 * (bank))
#define MSR_U_CET		0x000006a0u
#define MSR_S_CET		0x000006a2u
#define MSR_PL0_SSP		0x000006a4u
#define MSR_PL1_SSP		0x000006a5u
#define MSR_PL2_SSP		0x000006a6u
#define MSR_PL3_SSP		0x000006a7u
#define MSR_ISST_ADDR		0x000006a8u
#define MSR_TSC_DEADLINE	0x000006e0u
#define MSR_X2APIC_FIRST	0x00000800u	/* + APIC register offset / 16 */
#define MSR_X2APIC_LAST		0x000008ffu
#define MSR_XSS			0x00000da0u

#define APIC_BASE_BSP		BIT64(8)
#define APIC_BASE_EXTD		BIT64(10)	/* x2APIC mode */
#define APIC_BASE_EN		BIT64(11)
#define APIC_BASE_ADDR_SHIFT	12
#define APIC_BASE_ADDR_MASK	BITS64(51, 12)
#define APIC_BASE_INIT		0xfee00000ull	/* address after RESET */

#define SPEC_CTRL_IBRS		BIT64(0)
#define SPEC_CTRL_STIBP		BIT64(1)
#define SPEC_CTRL_SSBD		BIT64(2)
#define SPEC_CTRL_PSFD		BIT64(7)
#define PRED_CMD_IBPB		BIT64(0)
#define PRED_CMD_SBPB		BIT64(7)

#define DEBUG_CTL_LBR		BIT64(0)	/* last-branch recording */
#define DEBUG_CTL_BTF		BIT64(1)	/* single step on branches */
#define DEBUG_CTL_BLCKDB	BIT64(2)	/* #DB on bus locks */

#define MTRR_CAP_VCNT_SHIFT	0		/* variable ranges */
#define MTRR_CAP_VCNT_MASK	BITS64(7, 0)
#define MTRR_CAP_FIX		BIT64(8)
#define MTRR_CAP_WC		BIT64(10)
#define MTRR_DEF_TYPE_SHIFT	0		/* enum x86_memory_type */
#define MTRR_DEF_TYPE_MASK	BITS64(7, 0)
#define MTRR_DEF_TYPE_FE	BIT64(10)	/* fixed ranges enabled */
#define MTRR_DEF_TYPE_E		BIT64(11)	/* MTRRs enabled */
#define MTRR_PHYS_MASK_V	BIT64(11)	/* range valid */

#define CET_SHSTK_EN		BIT64(0)
#define CET_WRSS_EN		BIT64(1)

LAYOUT_FIELD(APIC_BASE_ADDR);
LAYOUT_FIELD(MTRR_CAP_VCNT);
LAYOUT_FIELD(MTRR_DEF_TYPE);

/* -- Architectural, C000_xxxxh ----------------------------------------------------------------- */

#define MSR_EFER		0xc0000080u
#define MSR_STAR		0xc0000081u
#define MSR_LSTAR		0xc0000082u
#define MSR_CSTAR		0xc0000083u
#define MSR_SFMASK		0xc0000084u
#define MSR_MPERF_RO		0xc00000e7u
#define MSR_APERF_RO		0xc00000e8u
#define MSR_FS_BASE		0xc0000100u
#define MSR_GS_BASE		0xc0000101u
#define MSR_KERNEL_GS_BASE	0xc0000102u
#define MSR_TSC_AUX		0xc0000103u
#define MSR_TSC_RATIO		0xc0000104u
#define MSR_LBR_SELECT		0xc000010eu
#define MSR_DBG_EXTN_CTL	0xc000010fu

#define STAR_SYSCALL_EIP_SHIFT	0		/* legacy mode target */
#define STAR_SYSCALL_EIP_MASK	BITS64(31, 0)
#define STAR_SYSCALL_CS_SHIFT	32		/* CS; SS is + 8 */
#define STAR_SYSCALL_CS_MASK	BITS64(47, 32)
#define STAR_SYSRET_CS_SHIFT	48		/* 32-bit CS; 64-bit CS is + 16, SS + 8 */
#define STAR_SYSRET_CS_MASK	BITS64(63, 48)

/* Guest TSC = host TSC * ratio + VMCB.TSC_OFFSET; 8.32 fixed point.  [APM2 15.30.5 TSC_RATIO] */
#define TSC_RATIO_SHIFT		0
#define TSC_RATIO_MASK		BITS64(39, 0)
#define TSC_RATIO_FRACTION_BITS	32
#define TSC_RATIO_ONE		0x0100000000ull

LAYOUT_FIELD(STAR_SYSCALL_EIP);
LAYOUT_FIELD(STAR_SYSCALL_CS);
LAYOUT_FIELD(STAR_SYSRET_CS);
LAYOUT_FIELD(TSC_RATIO);

/* -- Implementation, C001_xxxxh ---------------------------------------------------------------- */

#define MSR_PERF_LEGACY_CTL(n)	(0xc0010000u + (n))	/* n = 0..3 */
#define MSR_PERF_LEGACY_CTR(n)	(0xc0010004u + (n))
#define MSR_SYSCFG		0xc0010010u
#define MSR_HWCR		0xc0010015u
#define MSR_IORR_BASE(n)	(0xc0010016u + 2 * (n))	/* n = 0, 1 */
#define MSR_IORR_MASK(n)	(0xc0010017u + 2 * (n))
#define MSR_TOP_MEM		0xc001001au
#define MSR_TOP_MEM2		0xc001001du
#define MSR_NB_CFG		0xc001001fu
#define MSR_PATCH_LOADER	0xc0010020u
#define MSR_INT_PENDING		0xc0010055u	/* C1E configuration */
#define MSR_SMM_BASE		0xc0010111u
#define MSR_SMM_ADDR		0xc0010112u
#define MSR_SMM_MASK		0xc0010113u
#define MSR_VM_CR		0xc0010114u
#define MSR_IGNNE		0xc0010115u
#define MSR_SMM_CTL		0xc0010116u	/* write only */
#define MSR_VM_HSAVE_PA		0xc0010117u
#define MSR_SVM_KEY		0xc0010118u	/* [APM2 15.31 SVM-Lock] */
#define MSR_SMM_KEY		0xc0010119u	/* [APM2 15.32 SMM-Lock] */
#define MSR_AVIC_DOORBELL	0xc001011bu	/* write only: physical APIC id */
#define MSR_VMPAGE_FLUSH	0xc001011eu	/* write only */
#define MSR_VIRT_SPEC_CTRL	0xc001011fu	/* SPEC_CTRL_ bits */
#define MSR_GHCB		0xc0010130u	/* abi/ghcb.h */
#define MSR_SEV_STATUS		0xc0010131u	/* read only, never intercepted */
#define MSR_RMP_BASE		0xc0010132u
#define MSR_RMP_END		0xc0010133u
#define MSR_GUEST_TSC_FREQ	0xc0010134u	/* read only, MHz, with SecureTsc */
#define MSR_VIRTUAL_TOM		0xc0010135u
#define MSR_RMP_CFG		0xc0010136u
#define MSR_HLT_WAKEUP_ICR	0xc0010137u
#define MSR_SECURE_AVIC_CTL	0xc0010138u
#define MSR_RMPOPT_BASE		0xc0010139u
#define MSR_OSVW_ID_LENGTH	0xc0010140u
#define MSR_OSVW_STATUS		0xc0010141u
#define MSR_PERF_CTL(n)		(0xc0010200u + 2 * (n))	/* n = 0..5 */
#define MSR_PERF_CTR(n)		(0xc0010201u + 2 * (n))
#define MSR_DR1_ADDR_MASK	0xc0011019u
#define MSR_DR2_ADDR_MASK	0xc001101au
#define MSR_DR3_ADDR_MASK	0xc001101bu
#define MSR_DR0_ADDR_MASK	0xc0011027u
#define MSR_DE_CFG		0xc0011029u

/* Software conventions; hardware has no such registers.  [SVSM CAA MSR] */
#define MSR_SVSM_CAA		0xc001f000u	/* raises #VC, whose handler answers */
#define MSR_VIRT_RMPUPDATE	0xc001f001u	/* RAX GPA, RDX and R8 the rmp_arch_entry */
#define MSR_VIRT_PSMASH		0xc001f002u	/* RAX GPA */

/* SYSCFG.  Once SNP_EN is 1 writes are ignored.  [APM2 3.2.1 System Configuration Register] */
#define SYSCFG_MTRR_FIX_DRAM_EN		BIT64(18)
#define SYSCFG_MTRR_FIX_DRAM_MOD_EN	BIT64(19)	/* MFDM; 1 before SNP_EN */
#define SYSCFG_MTRR_VAR_DRAM_EN		BIT64(20)
#define SYSCFG_MTRR_TOM2_EN		BIT64(21)
#define SYSCFG_TOM2_FORCE_MEM_TYPE_WB	BIT64(22)
#define SYSCFG_MEM_ENCRYPTION_MOD_EN	BIT64(23)
#define SYSCFG_SNP_EN			BIT64(24)	/* SecureNestedPagingEn */
#define SYSCFG_VMPL_EN			BIT64(25)
#define SYSCFG_HOST_MULTI_KEY_EN	BIT64(26)

#define HWCR_SMM_LOCK		BIT64(0)	/* must be 1 for VMRUN of an SEV guest */
#define HWCR_TSC_FREQ_SEL	BIT64(24)
#define HWCR_IRPERF_EN		BIT64(30)
#define HWCR_CPUID_USER_DIS	BIT64(35)

#define VM_CR_DPD		BIT64(0)	/* debug port disable */
#define VM_CR_R_INIT		BIT64(1)	/* INIT becomes #SX */
#define VM_CR_DIS_A20M		BIT64(2)
#define VM_CR_LOCK		BIT64(3)	/* LOCK and SVMDIS are read only */
#define VM_CR_SVMDIS		BIT64(4)	/* EFER.SVME must be 0 */

/* SMM_CTL: what software does in place of hardware. */
#define SMM_CTL_DISMISS		BIT64(0)
#define SMM_CTL_ENTER		BIT64(1)
#define SMM_CTL_SMI_CYCLE	BIT64(2)
#define SMM_CTL_EXIT		BIT64(3)
#define SMM_CTL_RSM_CYCLE	BIT64(4)

/* VMPAGE_FLUSH: a host virtual address and a guest ASID.  [APM2 15.34.9 SEV_VMPAGE_FLUSH MSR] */
#define VMPAGE_FLUSH_ASID_SHIFT	0
#define VMPAGE_FLUSH_ASID_MASK	BITS64(11, 0)
#define VMPAGE_FLUSH_VA_SHIFT	12
#define VMPAGE_FLUSH_VA_MASK	BITS64(63, 12)

/* RMP_BASE and RMP_END: SPA of the first and the last byte. */
#define RMP_BOUND_SHIFT		13
#define RMP_BOUND_MASK		BITS64(51, 13)

#define RMP_CFG_SEG_RMP_EN	BIT64(0)
#define RMP_CFG_SEG_SIZE_SHIFT	8		/* log2 of the bytes a segment covers */
#define RMP_CFG_SEG_SIZE_MASK	BITS64(13, 8)

#define VIRTUAL_TOM_SHIFT	21
#define VIRTUAL_TOM_MASK	BITS64(51, 21)

#define SECURE_AVIC_CTL_EN		BIT64(0)
#define SECURE_AVIC_CTL_ALLOWED_NMI	BIT64(1)
#define SECURE_AVIC_CTL_PAGE_SHIFT	12	/* GPA of the guest APIC backing page */
#define SECURE_AVIC_CTL_PAGE_MASK	BITS64(51, 12)

LAYOUT_FIELD(VMPAGE_FLUSH_ASID);
LAYOUT_FIELD(VMPAGE_FLUSH_VA);
LAYOUT_FIELD(RMP_BOUND);
LAYOUT_FIELD(RMP_CFG_SEG_SIZE);
LAYOUT_FIELD(VIRTUAL_TOM);
LAYOUT_FIELD(SECURE_AVIC_CTL_PAGE);

/* The guest APIC backing page of Secure AVIC has, beside the registers, these.  [APM2 15.36] */
enum {
	SECURE_AVIC_NMI_REQ	= 0x278,	/* bit 0 */
	SECURE_AVIC_ALLOWED_IRR	= 0x204,	/* + 16n: u32 of vectors 32n .. 32n + 31 */
};

/*
 * -- SEV_STATUS -----------------------------------------------------------------------------------
 *
 * Bits 0 and 1 are VMCB 090h bits 1 and 2; bit n >= 2 is SEV_FEATURES bit n - 2 of the running
 * VMSA, so a guest fills its APs' SEV_FEATURES with SEV_STATUS >> 2.
 *	[APM2 15.34.10 SEV_STATUS MSR]
 */
#define SEV_STATUS_FEATURES_SHIFT	2
#define SEV_STATUS_FEATURES_MASK	BITS64(63, 2)

#define SEV_STATUS_SEV			BIT64(0)
#define SEV_STATUS_SEV_ES		BIT64(1)
#define SEV_STATUS_SNP_ACTIVE		BIT64(2)
#define SEV_STATUS_VTOM			BIT64(3)
#define SEV_STATUS_REFLECT_VC		BIT64(4)
#define SEV_STATUS_RESTRICTED_INJECTION	BIT64(5)
#define SEV_STATUS_ALTERNATE_INJECTION	BIT64(6)
#define SEV_STATUS_DEBUG_VIRTUALIZATION	BIT64(7)
#define SEV_STATUS_PREVENT_HOST_IBS	BIT64(8)
#define SEV_STATUS_BTB_ISOLATION	BIT64(9)
#define SEV_STATUS_VMPL_SSS		BIT64(10)
#define SEV_STATUS_SECURE_TSC		BIT64(11)
#define SEV_STATUS_VMGEXIT_PARAMETER	BIT64(12)
#define SEV_STATUS_PMC_VIRTUALIZATION	BIT64(13)
#define SEV_STATUS_IBS_VIRTUALIZATION	BIT64(14)
#define SEV_STATUS_GUEST_INTERCEPT_CTL	BIT64(15)
#define SEV_STATUS_VMSA_REG_PROT	BIT64(16)
#define SEV_STATUS_SMT_PROTECTION	BIT64(17)
#define SEV_STATUS_SECURE_AVIC		BIT64(18)
#define SEV_STATUS_IBPB_ON_ENTRY	BIT64(23)

LAYOUT_FIELD(SEV_STATUS_FEATURES);

/* clang-format on */

#endif
