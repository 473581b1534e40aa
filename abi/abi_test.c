/* SPDX-License-Identifier: MIT */
/*
 * Values that follow from one another, and worked examples of the documents.  Sizes and offsets are
 * proved by the headers themselves when they are compiled.
 */
#include "tests/support/cmocka.h"

#include "abi/acpi.h"
#include "abi/bootparam.h"
#include "abi/cpuid.h"
#include "abi/desc.h"
#include "abi/ghcb.h"
#include "abi/kvm_para.h"
#include "abi/msr.h"
#include "abi/paging.h"
#include "abi/rmp.h"
#include "abi/svm_exit.h"
#include "abi/svm_insn.h"
#include "abi/svsm.h"
#include "abi/vmcb.h"
#include "abi/vmsa.h"
#include "abi/x86.h"

static void test_bits(void **state)
{
	assert_int_equal(BITS64(63, 0), ~0ull);
	assert_int_equal(BITS64(0, 0), 1);
	assert_int_equal(BITS64(51, 12), 0x000ffffffffff000ull);
	assert_int_equal(BITS32(31, 0), 0xffffffffu);
	assert_int_equal(BITS32(15, 8), 0xff00u);
}

static void test_field_get_put(void **state)
{
	u64 event = EVENTINJ_V | EVENTINJ_EV | FIELD_PUT(EVENTINJ_VECTOR, X86_VECTOR_GP) |
		    FIELD_PUT(EVENTINJ_TYPE, EVENTINJ_TYPE_EXCEPTION) |
		    FIELD_PUT(EVENTINJ_ERRORCODE, 0x12345678);

	assert_int_equal(event, 0x1234567880000b0dull);
	assert_int_equal(FIELD_GET(EVENTINJ_ERRORCODE, event), 0x12345678);
	assert_int_equal(FIELD_GET(EVENTINJ_TYPE, event), EVENTINJ_TYPE_EXCEPTION);
	/* What does not fit is cut off and leaves the neighbours alone. */
	assert_int_equal(FIELD_PUT(EVENTINJ_VECTOR, 0x1ff), 0xff);
}

/* [GHCB 2.3.1]: requests and responses as they stand in the register. */
static void test_ghcb_msr_cpuid(void **state)
{
	u64 request = GHCB_MSR_CPUID_REQ | FIELD_PUT(GHCB_MSR_CPUID_REG, GHCB_MSR_CPUID_EBX);
	u64 response = 0x6874754140000005ull;

	assert_int_equal(request, 0x0000000040000004ull);
	assert_int_equal(FIELD_GET(GHCB_MSR_INFO, response), GHCB_MSR_CPUID_RESP);
	assert_int_equal(FIELD_GET(GHCB_MSR_CPUID_REG, response), GHCB_MSR_CPUID_EBX);
	assert_int_equal(FIELD_GET(GHCB_MSR_CPUID_VALUE, response), CPUID_VENDOR_AMD_EBX);
}

static void test_ghcb_msr_examples(void **state)
{
	assert_int_equal(GHCB_MSR_TERM_REQ | FIELD_PUT(GHCB_MSR_TERM_SET, GHCB_TERM_SET_GHCB) |
				 FIELD_PUT(GHCB_MSR_TERM_REASON, GHCB_TERM_SNP_UNSUPPORTED),
			 0x0000000000020100ull);
	assert_int_equal(GHCB_MSR_PSC_REQ | FIELD_PUT(GHCB_MSR_PSC_OP, GHCB_PSC_OP_SHARED) |
				 FIELD_PUT(GHCB_MSR_PSC_GFN, 0x123000 >> PAGE_SHIFT),
			 0x0020000000123014ull);
	assert_int_equal(FIELD_GET(GHCB_MSR_PSC_ERROR, 0x0000000000000015ull), 0);
	assert_int_equal(GHCB_MSR_REG_GPA_REQ | FIELD_PUT(GHCB_MSR_DATA, 0x80b000 >> PAGE_SHIFT),
			 0x000000000080b012ull);
	assert_int_equal(GHCB_MSR_SEV_INFO_RESP |
				 FIELD_PUT(GHCB_MSR_SEV_INFO_MIN, GHCB_VERSION_MIN) |
				 FIELD_PUT(GHCB_MSR_SEV_INFO_MAX, GHCB_VERSION_MAX) |
				 FIELD_PUT(GHCB_MSR_SEV_INFO_C_BIT, 51),
			 0x0002000133000001ull);
	assert_int_equal(FIELD_PUT(GHCB_MSR_DATA, GHCB_MSR_GFN_NONE), ~0ull << PAGE_SHIFT);
}

static void test_ghcb_valid_bits(void **state)
{
	assert_int_equal(GHCB_VALID_BIT(cpl), 25);
	assert_int_equal(GHCB_VALID_BIT(xss), 40);
	assert_int_equal(GHCB_VALID_BIT(dr7), 44);
	assert_int_equal(GHCB_VALID_BIT(rax), 63);
	assert_int_equal(GHCB_VALID_BIT(rcx), 97);
	assert_int_equal(GHCB_VALID_BIT(rbp), 101);
	assert_int_equal(GHCB_VALID_BIT(r8), 104);
	assert_int_equal(GHCB_VALID_BIT(r15), 111);
	assert_int_equal(GHCB_VALID_BIT(sw_exitcode), 114);
	assert_int_equal(GHCB_VALID_BIT(sw_scratch), 117);
	assert_int_equal(GHCB_VALID_BIT(xcr0), 125);
	/* The bitmap's own bits are the last. */
	assert_int_equal(GHCB_VALID_BIT(valid_bitmap), 126);
	assert_true(offsetof(struct ghcb, valid_bitmap) + 15 == GHCB_VALID_OFFSET_MAX);
}

/* The GHCB carries each register where the VMSA has it. */
static void test_ghcb_registers_stand_as_in_vmsa(void **state)
{
	assert_int_equal(offsetof(struct ghcb, cpl), offsetof(struct vmsa, cpl));
	assert_int_equal(offsetof(struct ghcb, xss), offsetof(struct vmsa, xss));
	assert_int_equal(offsetof(struct ghcb, dr7), offsetof(struct vmsa, dr7));
	assert_int_equal(offsetof(struct ghcb, rax), offsetof(struct vmsa, rax));
	assert_int_equal(offsetof(struct ghcb, rcx), offsetof(struct vmsa, rcx));
	assert_int_equal(offsetof(struct ghcb, rbp), offsetof(struct vmsa, rbp));
	assert_int_equal(offsetof(struct ghcb, r15), offsetof(struct vmsa, r15));
	assert_int_equal(offsetof(struct ghcb, xcr0), offsetof(struct vmsa, xcr0));
}

static void test_ghcb_psc_fills_the_shared_buffer(void **state)
{
	assert_int_equal(sizeof(struct ghcb_psc), GHCB_SHARED_BUFFER_SIZE);
	assert_int_equal(offsetof(struct ghcb, shared_buffer), GHCB_SHARED_BUFFER);
	assert_int_equal(sizeof(((struct ghcb *)0)->shared_buffer), GHCB_SHARED_BUFFER_SIZE);
}

/* The save area of a VMCB and a VMSA have one map of offsets. */
static void test_vmcb_save_is_the_vmsa_map(void **state)
{
	assert_int_equal(offsetof(struct vmcb_save, tr), offsetof(struct vmsa, tr));
	assert_int_equal(offsetof(struct vmcb_save, cpl), offsetof(struct vmsa, cpl));
	assert_int_equal(offsetof(struct vmcb_save, efer), offsetof(struct vmsa, efer));
	assert_int_equal(offsetof(struct vmcb_save, cr4), offsetof(struct vmsa, cr4));
	assert_int_equal(offsetof(struct vmcb_save, rip), offsetof(struct vmsa, rip));
	assert_int_equal(offsetof(struct vmcb_save, rsp), offsetof(struct vmsa, rsp));
	assert_int_equal(offsetof(struct vmcb_save, rax), offsetof(struct vmsa, rax));
	assert_int_equal(offsetof(struct vmcb_save, cr2), offsetof(struct vmsa, cr2));
	assert_int_equal(offsetof(struct vmcb_save, g_pat), offsetof(struct vmsa, g_pat));
	assert_int_equal(offsetof(struct vmcb_save, spec_ctrl), offsetof(struct vmsa, spec_ctrl));
	assert_int_equal(offsetof(struct vmcb_save, lbr_select), offsetof(struct vmsa, lbr_select));
}

/* [APM2 15.34.10]: bit n >= 2 of SEV_STATUS is bit n - 2 of SEV_FEATURES. */
static void test_sev_status_mirrors_sev_features(void **state)
{
#define MIRRORS(name) assert_int_equal(SEV_STATUS_##name, SEV_FEATURES_##name << 2)
	MIRRORS(SNP_ACTIVE);
	MIRRORS(VTOM);
	MIRRORS(REFLECT_VC);
	MIRRORS(RESTRICTED_INJECTION);
	MIRRORS(ALTERNATE_INJECTION);
	MIRRORS(DEBUG_VIRTUALIZATION);
	MIRRORS(PREVENT_HOST_IBS);
	MIRRORS(BTB_ISOLATION);
	MIRRORS(VMPL_SSS);
	MIRRORS(SECURE_TSC);
	MIRRORS(VMGEXIT_PARAMETER);
	MIRRORS(PMC_VIRTUALIZATION);
	MIRRORS(IBS_VIRTUALIZATION);
	MIRRORS(GUEST_INTERCEPT_CTL);
	MIRRORS(VMSA_REG_PROT);
	MIRRORS(SMT_PROTECTION);
	MIRRORS(SECURE_AVIC);
	MIRRORS(IBPB_ON_ENTRY);
#undef MIRRORS
	/* The values of a plain SNP guest. */
	assert_int_equal(SEV_STATUS_SEV | SEV_STATUS_SEV_ES | SEV_STATUS_SNP_ACTIVE, 7);
	assert_int_equal(FIELD_GET(SEV_STATUS_FEATURES, 7), SEV_FEATURES_SNP_ACTIVE);
	assert_int_equal(VMCB_SEV_ENABLE >> 1, SEV_STATUS_SEV);
	assert_int_equal(VMCB_SEV_ES_ENABLE >> 1, SEV_STATUS_SEV_ES);
}

/* The exit code of an intercept is the base of its vector plus the bit. */
static void test_exit_codes_follow_intercepts(void **state)
{
#define FOLLOWS(base, vec, name) assert_true(VMCB_##vec##_##name == BIT32(VMEXIT_##name - (base)))
	FOLLOWS(0x060, VEC3, INTR);
	FOLLOWS(0x060, VEC3, CR0_SEL_WRITE);
	FOLLOWS(0x060, VEC3, IDTR_READ);
	FOLLOWS(0x060, VEC3, TR_WRITE);
	FOLLOWS(0x060, VEC3, RDTSC);
	FOLLOWS(0x060, VEC3, CPUID);
	FOLLOWS(0x060, VEC3, HLT);
	FOLLOWS(0x060, VEC3, TASK_SWITCH);
	FOLLOWS(0x060, VEC3, SHUTDOWN);
	FOLLOWS(0x080, VEC4, VMRUN);
	FOLLOWS(0x080, VEC4, VMMCALL);
	FOLLOWS(0x080, VEC4, WBINVD);
	FOLLOWS(0x080, VEC4, RDPRU);
	FOLLOWS(0x080, VEC4, EFER_WRITE_TRAP);
	FOLLOWS(0x0a0, VEC5, INVLPGB);
	FOLLOWS(0x0a0, VEC5, TLBSYNC);
	FOLLOWS(0x0a0, VEC5, IDLE_HLT);
#undef FOLLOWS
	assert_true(VMCB_VEC3_IOIO_PROT == BIT32(VMEXIT_IOIO - 0x060));
	assert_true(VMCB_VEC3_MSR_PROT == BIT32(VMEXIT_MSR - 0x060));
	assert_true(VMCB_VEC4_CR_WRITE_TRAP(15) == BIT32(VMEXIT_CR15_WRITE_TRAP - 0x080));
	assert_int_equal(VMEXIT_EXCP0 + X86_VECTOR_MC, VMEXIT_EXCP_MC);
	assert_int_equal(VMEXIT_EXCP0 + X86_VECTOR_VC, VMEXIT_VC);
	assert_int_equal(VMEXIT_INVALID, (u64)-1);
	assert_int_equal(VMEXIT_INVALID_PMC, (u64)-4);
}

/* Seen on hardware: GPA not present, then an RMP violation, by a private access. */
static void test_npf_info_examples(void **state)
{
	assert_int_equal(NPF_INFO1_ENC | NPF_INFO1_FINAL | NPF_INFO1_U, 0x500000004ull);
	assert_int_equal(NPF_INFO1_ENC | NPF_INFO1_FINAL | NPF_INFO1_RMP | NPF_INFO1_U |
				 NPF_INFO1_P,
			 0x580000005ull);
	assert_int_equal(PF_ERROR_RMP, NPF_INFO1_RMP);
}

/* Seen in a Linux boot: OUT of a byte to the UART, 64-bit addressing, segment DS not named. */
static void test_ioio_info_example(void **state)
{
	u64 info = 0x3f80210;

	assert_int_equal(FIELD_PUT(IOIO_INFO1_PORT, 0x3f8) | IOIO_INFO1_SZ8 | IOIO_INFO1_A64, info);
	assert_int_equal(FIELD_GET(IOIO_INFO1_BYTES, info), 1);
	assert_int_equal(FIELD_GET(IOIO_INFO1_BYTES, IOIO_INFO1_SZ32), 4);
	assert_false(info & IOIO_INFO1_IN);
}

static void test_rmp_entry_example(void **state)
{
	/* A table at 1 MiB that covers 4 GiB. */
	assert_int_equal(RMP_END_FOR(0x100000ull, GIB(4)), 0x1103fffull);
	assert_int_equal(RMP_ENTRY_ADDR(0x100000ull, 0ull), 0x104000ull);
	assert_int_equal(RMP_ENTRY_ADDR(0x100000ull, 0x1fffull), 0x104010ull);
	assert_int_equal(RMP_ENTRY_ADDR(0x100000ull, GIB(4) - 1), 0x1103ff0ull);
	/* 4 MiB of entries for each GiB. */
	assert_int_equal(GIB(1) / PAGE_SIZE * RMP_ENTRY_SIZE, MIB(4));
	assert_int_equal(RMP_BOOKKEEPING_SIZE, RMP_ASID_COUNTERS * sizeof(u64));
}

/* Every bit of the raw entry's low qword belongs to exactly one field. */
static void test_rmp_low_is_complete(void **state)
{
	const u64 field[] = {
		RMP_LOW_ASSIGNED, RMP_LOW_PAGE_SIZE, RMP_LOW_IMMUTABLE, RMP_LOW_SUBPAGE_COUNT_MASK,
		RMP_LOW_GPA_MASK, RMP_LOW_ASID_MASK, RMP_LOW_VMSA,      RMP_LOW_VALIDATED,
		RMP_LOW_LOCK,
	};
	u64 seen = 0;

	for (size_t i = 0; i < ARRAY_SIZE(field); i++) {
		assert_int_equal(seen & field[i], 0);
		seen |= field[i];
	}
	assert_int_equal(seen, ~0ull);
	assert_int_equal(FIELD_GET(RMP_LOW_SUBPAGE_COUNT, ~0ull), RMP_SUBPAGES_MAX);
	assert_int_equal(FIELD_PUT(RMP_LOW_GPA, 0x123456), 0x123456000ull);
}

/* RMPADJUST as Linux makes a VMSA for VMPL 1. */
static void test_rmpadjust_example(void **state)
{
	assert_int_equal(RMPADJUST_VMSA | FIELD_PUT(RMPADJUST_TARGET_VMPL, 1), 0x10001);
	assert_int_equal(FIELD_PUT(RMPADJUST_PERM, RMP_PERM_ALL), 0x1f00);
}

static bool is_tweaked(size_t offset)
{
	static const u64 bitmap[] = VMSA_TWEAK_BITMAP;

	return bitmap[offset / 512] >> (offset / 8 % 64) & 1;
}

struct range {
	size_t from, end;
};

static bool in_ranges(const struct range *range, size_t count, size_t offset)
{
	for (size_t i = 0; i < count; i++)
		if (offset >= range[i].from && offset < range[i].end)
			return true;
	return false;
}

static void test_vmsa_tweak_bitmap_covers_what_a_program_computes_on(void **state)
{
#define FROM_TO(first, last)                                              \
	{                                                                 \
		offsetof(struct vmsa, first), offsetof(struct vmsa, last) \
	}
	static const struct range range[] = {
		FROM_TO(rflags, dr0),
		FROM_TO(rsp, s_cet),
		FROM_TO(rax, star),
		FROM_TO(cr2, rsvd_248),
		FROM_TO(rcx, secure_avic_ctl),
		FROM_TO(rbp, rsvd_380),
		FROM_TO(fpreg_x87, lbr_stack),
		FROM_TO(k, rsvd_fc0),
	};
#undef FROM_TO
	static const u64 bitmap[] = VMSA_TWEAK_BITMAP;

	assert_int_equal(sizeof(bitmap), VMSA_TWEAK_BITMAP_SIZE);
	assert_int_equal(sizeof(struct vmsa), VMSA_QWORDS * 8);
	for (size_t offset = 0; offset < sizeof(struct vmsa); offset += 8)
		assert_int_equal(is_tweaked(offset), in_ranges(range, ARRAY_SIZE(range), offset));
}

/* Software edits these without looking at the bitmap. */
static void test_vmsa_tweak_bitmap_leaves_shared_fields_alone(void **state)
{
	static const size_t plain[] = {
		offsetof(struct vmsa, vmpl),
		offsetof(struct vmsa, efer),
		offsetof(struct vmsa, reg_prot_nonce),
		offsetof(struct vmsa, secure_avic_ctl),
		offsetof(struct vmsa, guest_exitinfo1),
		offsetof(struct vmsa, guest_exitinfo2),
		offsetof(struct vmsa, guest_exitintinfo),
		offsetof(struct vmsa, sev_features),
		offsetof(struct vmsa, vintr_ctrl),
		offsetof(struct vmsa, guest_exitcode),
		offsetof(struct vmsa, virtual_tom),
		offsetof(struct vmsa, pcpu_id),
		offsetof(struct vmsa, eventinj),
	};

	for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
		assert_false(is_tweaked(plain[i]));
}

static void test_vmsa_reset_values(void **state)
{
	assert_int_equal(VMSA_RESET_CR0, CR0_ET);
	assert_int_equal(VMSA_AP_CR0, CR0_INIT);
	assert_int_equal(VMSA_RESET_CR4, CR4_MCE);
	assert_int_equal(VMSA_RESET_EFER, EFER_SVME);
	assert_int_equal(VMSA_RESET_RFLAGS, RFLAGS_INIT);
	assert_int_equal(VMSA_RESET_DR6, DR6_INIT);
	assert_int_equal(VMSA_RESET_DR7, DR7_INIT);
	assert_int_equal(VMSA_RESET_G_PAT, PAT_INIT);
	assert_int_equal(VMSA_RESET_CS_BASE + VMSA_RESET_RIP, 0xfffffff0ull);
	assert_int_equal(VMSA_RESET_CS_ATTRIB,
			 SEG_ATTRIB_P | SEG_ATTRIB_S | DESC_TYPE_CODE | DESC_TYPE_R | DESC_TYPE_A);
	assert_int_equal(VMSA_RESET_TR_ATTRIB, SEG_ATTRIB_P | DESC_SYS_TSS_BUSY);
}

static void test_signatures_spell_their_names(void **state)
{
	const u32 vendor[] = {CPUID_VENDOR_AMD_EBX, CPUID_VENDOR_AMD_EDX, CPUID_VENDOR_AMD_ECX};
	const u32 kvm[] = {KVM_SIGNATURE_EBX, KVM_SIGNATURE_ECX, KVM_SIGNATURE_EDX};
	const u64 rsdp = ACPI_SIG_RSDP;
	const u32 hdrs = BOOT_HEADER_MAGIC, amde = CC_BLOB_MAGIC;

	assert_memory_equal(vendor, "AuthenticAMD", sizeof(vendor));
	assert_memory_equal(kvm, "KVMKVMKVM\0\0\0", sizeof(kvm));
	assert_memory_equal(&rsdp, "RSD PTR ", sizeof(rsdp));
	assert_memory_equal(&hdrs, "HdrS", sizeof(hdrs));
	assert_memory_equal(&amde, "AMDE", sizeof(amde));
}

/* Mixed-endian, as the SVSM's manifests have them. */
static void test_svsm_guid_bytes(void **state)
{
	static const struct guid services = SVSM_GUID_SERVICES;
	static const u8 stored[] = {0xbb, 0x9e, 0x84, 0x63, 0x92, 0x3d, 0x70, 0x46,
				    0xa1, 0xff, 0x58, 0xf9, 0xc9, 0x4b, 0x87, 0xbb};

	assert_memory_equal(&services, stored, sizeof(stored));
}

static void test_svsm_call_example(void **state)
{
	assert_int_equal(FIELD_PUT(SVSM_PROTOCOL, SVSM_VTPM) | SVSM_VTPM_CMD, 0x200000001ull);
	assert_int_equal(SVSM_ERR_PROTOCOL_BASE + RMP_FAIL_SIZEMISMATCH,
			 SVSM_ERR_PVALIDATE_FAIL_SIZEMISMATCH);
}

/* Power-off as Linux writes it for an _S5 of type 5. */
static void test_acpi_sleep_example(void **state)
{
	assert_int_equal(FIELD_PUT(ACPI_SLEEP_CONTROL_TYPE, 5) | ACPI_SLEEP_CONTROL_EN, 0x34);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bits),
		cmocka_unit_test(test_field_get_put),
		cmocka_unit_test(test_ghcb_msr_cpuid),
		cmocka_unit_test(test_ghcb_msr_examples),
		cmocka_unit_test(test_ghcb_valid_bits),
		cmocka_unit_test(test_ghcb_registers_stand_as_in_vmsa),
		cmocka_unit_test(test_ghcb_psc_fills_the_shared_buffer),
		cmocka_unit_test(test_vmcb_save_is_the_vmsa_map),
		cmocka_unit_test(test_sev_status_mirrors_sev_features),
		cmocka_unit_test(test_exit_codes_follow_intercepts),
		cmocka_unit_test(test_npf_info_examples),
		cmocka_unit_test(test_ioio_info_example),
		cmocka_unit_test(test_rmp_entry_example),
		cmocka_unit_test(test_rmp_low_is_complete),
		cmocka_unit_test(test_rmpadjust_example),
		cmocka_unit_test(test_vmsa_tweak_bitmap_covers_what_a_program_computes_on),
		cmocka_unit_test(test_vmsa_tweak_bitmap_leaves_shared_fields_alone),
		cmocka_unit_test(test_vmsa_reset_values),
		cmocka_unit_test(test_signatures_spell_their_names),
		cmocka_unit_test(test_svsm_guid_bytes),
		cmocka_unit_test(test_svsm_call_example),
		cmocka_unit_test(test_acpi_sleep_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
