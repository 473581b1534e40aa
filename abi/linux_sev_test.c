/* SPDX-License-Identifier: MIT */
/*
 * Our definitions of Linux's ABIs against the headers of the machine that builds: sizes, places,
 * numbers.  Only what has been in those headers since Linux 5.19; what came later is left to the
 * layout asserts.
 */
#include "abi/linux_kvm_sev.h"
#include "abi/linux_sev.h"
#include "abi/sev.h"
#include "tests/support/cmocka.h"

#include <linux/kvm.h>
#include <linux/psp-sev.h>
#include <linux/sev-guest.h>

#define SAME_SIZE(ours, theirs) assert_int_equal(sizeof(struct ours), sizeof(struct theirs))

#define SAME_FIELD(ours, our_field, theirs, their_field)                     \
	do {                                                                 \
		assert_int_equal(offsetof(struct ours, our_field),           \
				 offsetof(struct theirs, their_field));      \
		assert_int_equal(sizeof(((struct ours *)0)->our_field),      \
				 sizeof(((struct theirs *)0)->their_field)); \
	} while (0)

static void test_dev_sev_numbers(void **state)
{
	assert_int_equal(LINUX_SEV_ISSUE_CMD, SEV_ISSUE_CMD);
	assert_int_equal(LINUX_SEV_FACTORY_RESET, SEV_FACTORY_RESET);
	assert_int_equal(LINUX_SEV_PLATFORM_STATUS, SEV_PLATFORM_STATUS);
	assert_int_equal(LINUX_SEV_PEK_GEN, SEV_PEK_GEN);
	assert_int_equal(LINUX_SEV_PEK_CSR, SEV_PEK_CSR);
	assert_int_equal(LINUX_SEV_PDH_GEN, SEV_PDH_GEN);
	assert_int_equal(LINUX_SEV_PDH_CERT_EXPORT, SEV_PDH_CERT_EXPORT);
	assert_int_equal(LINUX_SEV_PEK_CERT_IMPORT, SEV_PEK_CERT_IMPORT);
	assert_int_equal(LINUX_SEV_GET_ID, SEV_GET_ID);
	assert_int_equal(LINUX_SEV_GET_ID2, SEV_GET_ID2);
	assert_int_equal(LINUX_SEV_STATUS_CONFIG_ES, SEV_STATUS_FLAGS_CONFIG_ES);
}

static void test_dev_sev_structs(void **state)
{
	SAME_SIZE(linux_sev_issue_cmd, sev_issue_cmd);
	SAME_FIELD(linux_sev_issue_cmd, cmd, sev_issue_cmd, cmd);
	SAME_FIELD(linux_sev_issue_cmd, data, sev_issue_cmd, data);
	SAME_FIELD(linux_sev_issue_cmd, error, sev_issue_cmd, error);

	SAME_SIZE(linux_sev_platform_status, sev_user_data_status);
	SAME_FIELD(linux_sev_platform_status, api_major, sev_user_data_status, api_major);
	SAME_FIELD(linux_sev_platform_status, api_minor, sev_user_data_status, api_minor);
	SAME_FIELD(linux_sev_platform_status, state, sev_user_data_status, state);
	SAME_FIELD(linux_sev_platform_status, flags, sev_user_data_status, flags);
	SAME_FIELD(linux_sev_platform_status, build, sev_user_data_status, build);
	SAME_FIELD(linux_sev_platform_status, guest_count, sev_user_data_status, guest_count);

	SAME_SIZE(linux_sev_blob, sev_user_data_pek_csr);
	SAME_FIELD(linux_sev_blob, uaddr, sev_user_data_pek_csr, address);
	SAME_FIELD(linux_sev_blob, length, sev_user_data_pek_csr, length);
	SAME_SIZE(linux_sev_blob, sev_user_data_get_id2);
	SAME_FIELD(linux_sev_blob, uaddr, sev_user_data_get_id2, address);
	SAME_FIELD(linux_sev_blob, length, sev_user_data_get_id2, length);

	SAME_SIZE(linux_sev_get_id, sev_user_data_get_id);
	SAME_FIELD(linux_sev_get_id, socket1, sev_user_data_get_id, socket1);
	SAME_FIELD(linux_sev_get_id, socket2, sev_user_data_get_id, socket2);
}

static void test_dev_sev_certs(void **state)
{
	SAME_SIZE(linux_sev_pdh_cert_export, sev_user_data_pdh_cert_export);
	SAME_FIELD(linux_sev_pdh_cert_export, pdh_cert_uaddr, sev_user_data_pdh_cert_export,
		   pdh_cert_address);
	SAME_FIELD(linux_sev_pdh_cert_export, pdh_cert_length, sev_user_data_pdh_cert_export,
		   pdh_cert_len);
	SAME_FIELD(linux_sev_pdh_cert_export, certs_uaddr, sev_user_data_pdh_cert_export,
		   cert_chain_address);
	SAME_FIELD(linux_sev_pdh_cert_export, certs_length, sev_user_data_pdh_cert_export,
		   cert_chain_len);

	SAME_SIZE(linux_sev_pek_cert_import, sev_user_data_pek_cert_import);
	SAME_FIELD(linux_sev_pek_cert_import, pek_cert_uaddr, sev_user_data_pek_cert_import,
		   pek_cert_address);
	SAME_FIELD(linux_sev_pek_cert_import, pek_cert_length, sev_user_data_pek_cert_import,
		   pek_cert_len);
	SAME_FIELD(linux_sev_pek_cert_import, oca_cert_uaddr, sev_user_data_pek_cert_import,
		   oca_cert_address);
	SAME_FIELD(linux_sev_pek_cert_import, oca_cert_length, sev_user_data_pek_cert_import,
		   oca_cert_len);
}

/* Up to SECURE_DATA_INVALID only: older headers number the page codes wrongly. */
static void test_status_codes(void **state)
{
	assert_int_equal(LINUX_SEV_NO_FW_CALL, (u32)SEV_RET_NO_FW_CALL);
	assert_int_equal(SP_SUCCESS, SEV_RET_SUCCESS);
	assert_int_equal(SP_INVALID_PLATFORM_STATE, SEV_RET_INVALID_PLATFORM_STATE);
	assert_int_equal(SP_INVALID_GUEST_STATE, SEV_RET_INVALID_GUEST_STATE);
	assert_int_equal(SP_INVALID_LENGTH, SEV_RET_INVALID_LEN);
	assert_int_equal(SP_ALREADY_OWNED, SEV_RET_ALREADY_OWNED);
	assert_int_equal(SP_INVALID_CERTIFICATE, SEV_RET_INVALID_CERTIFICATE);
	assert_int_equal(SP_POLICY_FAILURE, SEV_RET_POLICY_FAILURE);
	assert_int_equal(SP_INACTIVE, SEV_RET_INACTIVE);
	assert_int_equal(SP_INVALID_ADDRESS, SEV_RET_INVALID_ADDRESS);
	assert_int_equal(SP_BAD_SIGNATURE, SEV_RET_BAD_SIGNATURE);
	assert_int_equal(SP_BAD_MEASUREMENT, SEV_RET_BAD_MEASUREMENT);
	assert_int_equal(SP_ASID_OWNED, SEV_RET_ASID_OWNED);
	assert_int_equal(SP_INVALID_ASID, SEV_RET_INVALID_ASID);
	assert_int_equal(SP_WBINVD_REQUIRED, SEV_RET_WBINVD_REQUIRED);
	assert_int_equal(SP_DFFLUSH_REQUIRED, SEV_RET_DFFLUSH_REQUIRED);
	assert_int_equal(SP_INVALID_GUEST, SEV_RET_INVALID_GUEST);
	assert_int_equal(SP_INVALID_COMMAND, SEV_RET_INVALID_COMMAND);
	assert_int_equal(SP_ACTIVE, SEV_RET_ACTIVE);
	assert_int_equal(SP_HWERROR_PLATFORM, SEV_RET_HWSEV_RET_PLATFORM);
	assert_int_equal(SP_HWERROR_UNSAFE, SEV_RET_HWSEV_RET_UNSAFE);
	assert_int_equal(SP_UNSUPPORTED, SEV_RET_UNSUPPORTED);
	assert_int_equal(SP_INVALID_PARAM, SEV_RET_INVALID_PARAM);
	assert_int_equal(SP_RESOURCE_LIMIT, SEV_RET_RESOURCE_LIMIT);
	assert_int_equal(SP_SECURE_DATA_INVALID, SEV_RET_SECURE_DATA_INVALID);
}

static void test_dev_sev_guest(void **state)
{
	assert_int_equal(LINUX_SNP_GET_REPORT, SNP_GET_REPORT);
	assert_int_equal(LINUX_SNP_GET_DERIVED_KEY, SNP_GET_DERIVED_KEY);
	assert_int_equal(LINUX_SNP_GET_EXT_REPORT, SNP_GET_EXT_REPORT);

	SAME_SIZE(linux_snp_guest_request, snp_guest_request_ioctl);
	SAME_FIELD(linux_snp_guest_request, msg_version, snp_guest_request_ioctl, msg_version);
	SAME_FIELD(linux_snp_guest_request, req_uaddr, snp_guest_request_ioctl, req_data);
	SAME_FIELD(linux_snp_guest_request, resp_uaddr, snp_guest_request_ioctl, resp_data);

	SAME_SIZE(linux_snp_report_req, snp_report_req);
	SAME_FIELD(linux_snp_report_req, user_data, snp_report_req, user_data);
	SAME_FIELD(linux_snp_report_req, vmpl, snp_report_req, vmpl);
	SAME_SIZE(linux_snp_report_resp, snp_report_resp);
	SAME_SIZE(linux_snp_derived_key_resp, snp_derived_key_resp);

	SAME_SIZE(linux_snp_derived_key_req, snp_derived_key_req);
	SAME_FIELD(linux_snp_derived_key_req, root_key_select, snp_derived_key_req,
		   root_key_select);
	SAME_FIELD(linux_snp_derived_key_req, guest_field_select, snp_derived_key_req,
		   guest_field_select);
	SAME_FIELD(linux_snp_derived_key_req, vmpl, snp_derived_key_req, vmpl);
	SAME_FIELD(linux_snp_derived_key_req, guest_svn, snp_derived_key_req, guest_svn);
	SAME_FIELD(linux_snp_derived_key_req, tcb_version, snp_derived_key_req, tcb_version);

	SAME_SIZE(linux_snp_ext_report_req, snp_ext_report_req);
	SAME_FIELD(linux_snp_ext_report_req, report, snp_ext_report_req, data);
	SAME_FIELD(linux_snp_ext_report_req, certs_uaddr, snp_ext_report_req, certs_address);
	SAME_FIELD(linux_snp_ext_report_req, certs_length, snp_ext_report_req, certs_len);
}

static void test_kvm_numbers(void **state)
{
	assert_int_equal(LINUX_KVM_MEMORY_ENCRYPT_OP, KVM_MEMORY_ENCRYPT_OP);
	assert_int_equal(LINUX_KVM_MEMORY_ENCRYPT_REG_REGION, KVM_MEMORY_ENCRYPT_REG_REGION);
	assert_int_equal(LINUX_KVM_MEMORY_ENCRYPT_UNREG_REGION, KVM_MEMORY_ENCRYPT_UNREG_REGION);
	assert_int_equal(LINUX_KVM_CAP_VM_COPY_ENC_CONTEXT_FROM, KVM_CAP_VM_COPY_ENC_CONTEXT_FROM);
	assert_int_equal(LINUX_KVM_CAP_VM_MOVE_ENC_CONTEXT_FROM, KVM_CAP_VM_MOVE_ENC_CONTEXT_FROM);
}

static void test_kvm_command_ids(void **state)
{
	assert_int_equal(LINUX_KVM_SEV_INIT, KVM_SEV_INIT);
	assert_int_equal(LINUX_KVM_SEV_ES_INIT, KVM_SEV_ES_INIT);
	assert_int_equal(LINUX_KVM_SEV_LAUNCH_START, KVM_SEV_LAUNCH_START);
	assert_int_equal(LINUX_KVM_SEV_LAUNCH_UPDATE_DATA, KVM_SEV_LAUNCH_UPDATE_DATA);
	assert_int_equal(LINUX_KVM_SEV_LAUNCH_UPDATE_VMSA, KVM_SEV_LAUNCH_UPDATE_VMSA);
	assert_int_equal(LINUX_KVM_SEV_LAUNCH_SECRET, KVM_SEV_LAUNCH_SECRET);
	assert_int_equal(LINUX_KVM_SEV_LAUNCH_MEASURE, KVM_SEV_LAUNCH_MEASURE);
	assert_int_equal(LINUX_KVM_SEV_LAUNCH_FINISH, KVM_SEV_LAUNCH_FINISH);
	assert_int_equal(LINUX_KVM_SEV_SEND_START, KVM_SEV_SEND_START);
	assert_int_equal(LINUX_KVM_SEV_SEND_UPDATE_DATA, KVM_SEV_SEND_UPDATE_DATA);
	assert_int_equal(LINUX_KVM_SEV_SEND_UPDATE_VMSA, KVM_SEV_SEND_UPDATE_VMSA);
	assert_int_equal(LINUX_KVM_SEV_SEND_FINISH, KVM_SEV_SEND_FINISH);
	assert_int_equal(LINUX_KVM_SEV_RECEIVE_START, KVM_SEV_RECEIVE_START);
	assert_int_equal(LINUX_KVM_SEV_RECEIVE_UPDATE_DATA, KVM_SEV_RECEIVE_UPDATE_DATA);
	assert_int_equal(LINUX_KVM_SEV_RECEIVE_UPDATE_VMSA, KVM_SEV_RECEIVE_UPDATE_VMSA);
	assert_int_equal(LINUX_KVM_SEV_RECEIVE_FINISH, KVM_SEV_RECEIVE_FINISH);
	assert_int_equal(LINUX_KVM_SEV_GUEST_STATUS, KVM_SEV_GUEST_STATUS);
	assert_int_equal(LINUX_KVM_SEV_DBG_DECRYPT, KVM_SEV_DBG_DECRYPT);
	assert_int_equal(LINUX_KVM_SEV_DBG_ENCRYPT, KVM_SEV_DBG_ENCRYPT);
	assert_int_equal(LINUX_KVM_SEV_CERT_EXPORT, KVM_SEV_CERT_EXPORT);
	assert_int_equal(LINUX_KVM_SEV_GET_ATTESTATION_REPORT, KVM_SEV_GET_ATTESTATION_REPORT);
	assert_int_equal(LINUX_KVM_SEV_SEND_CANCEL, KVM_SEV_SEND_CANCEL);
}

static void test_kvm_launch_structs(void **state)
{
	SAME_SIZE(linux_kvm_enc_region, kvm_enc_region);
	SAME_FIELD(linux_kvm_enc_region, uaddr, kvm_enc_region, addr);
	SAME_FIELD(linux_kvm_enc_region, size, kvm_enc_region, size);

	SAME_SIZE(linux_kvm_sev_cmd, kvm_sev_cmd);
	SAME_FIELD(linux_kvm_sev_cmd, id, kvm_sev_cmd, id);
	SAME_FIELD(linux_kvm_sev_cmd, data, kvm_sev_cmd, data);
	SAME_FIELD(linux_kvm_sev_cmd, error, kvm_sev_cmd, error);
	SAME_FIELD(linux_kvm_sev_cmd, sev_fd, kvm_sev_cmd, sev_fd);

	SAME_SIZE(linux_kvm_sev_launch_start, kvm_sev_launch_start);
	SAME_FIELD(linux_kvm_sev_launch_start, handle, kvm_sev_launch_start, handle);
	SAME_FIELD(linux_kvm_sev_launch_start, policy, kvm_sev_launch_start, policy);
	SAME_FIELD(linux_kvm_sev_launch_start, dh_uaddr, kvm_sev_launch_start, dh_uaddr);
	SAME_FIELD(linux_kvm_sev_launch_start, dh_len, kvm_sev_launch_start, dh_len);
	SAME_FIELD(linux_kvm_sev_launch_start, session_uaddr, kvm_sev_launch_start, session_uaddr);
	SAME_FIELD(linux_kvm_sev_launch_start, session_len, kvm_sev_launch_start, session_len);

	SAME_SIZE(linux_kvm_sev_blob, kvm_sev_launch_update_data);
	SAME_FIELD(linux_kvm_sev_blob, uaddr, kvm_sev_launch_update_data, uaddr);
	SAME_FIELD(linux_kvm_sev_blob, len, kvm_sev_launch_update_data, len);
	SAME_SIZE(linux_kvm_sev_blob, kvm_sev_launch_measure);
	SAME_FIELD(linux_kvm_sev_blob, uaddr, kvm_sev_launch_measure, uaddr);
	SAME_FIELD(linux_kvm_sev_blob, len, kvm_sev_launch_measure, len);
}

#define SAME_TRANSPORT(theirs)                                                         \
	do {                                                                           \
		SAME_SIZE(linux_kvm_sev_transport, theirs);                            \
		SAME_FIELD(linux_kvm_sev_transport, hdr_uaddr, theirs, hdr_uaddr);     \
		SAME_FIELD(linux_kvm_sev_transport, hdr_len, theirs, hdr_len);         \
		SAME_FIELD(linux_kvm_sev_transport, guest_uaddr, theirs, guest_uaddr); \
		SAME_FIELD(linux_kvm_sev_transport, guest_len, theirs, guest_len);     \
		SAME_FIELD(linux_kvm_sev_transport, trans_uaddr, theirs, trans_uaddr); \
		SAME_FIELD(linux_kvm_sev_transport, trans_len, theirs, trans_len);     \
	} while (0)

static void test_kvm_transport_structs(void **state)
{
	SAME_TRANSPORT(kvm_sev_launch_secret);
	SAME_TRANSPORT(kvm_sev_send_update_data);
	SAME_TRANSPORT(kvm_sev_receive_update_data);

	SAME_SIZE(linux_kvm_sev_send_start, kvm_sev_send_start);
	SAME_FIELD(linux_kvm_sev_send_start, policy, kvm_sev_send_start, policy);
	SAME_FIELD(linux_kvm_sev_send_start, pdh_cert_uaddr, kvm_sev_send_start, pdh_cert_uaddr);
	SAME_FIELD(linux_kvm_sev_send_start, pdh_cert_len, kvm_sev_send_start, pdh_cert_len);
	SAME_FIELD(linux_kvm_sev_send_start, plat_certs_uaddr, kvm_sev_send_start,
		   plat_certs_uaddr);
	SAME_FIELD(linux_kvm_sev_send_start, plat_certs_len, kvm_sev_send_start, plat_certs_len);
	SAME_FIELD(linux_kvm_sev_send_start, amd_certs_uaddr, kvm_sev_send_start, amd_certs_uaddr);
	SAME_FIELD(linux_kvm_sev_send_start, amd_certs_len, kvm_sev_send_start, amd_certs_len);
	SAME_FIELD(linux_kvm_sev_send_start, session_uaddr, kvm_sev_send_start, session_uaddr);
	SAME_FIELD(linux_kvm_sev_send_start, session_len, kvm_sev_send_start, session_len);

	SAME_SIZE(linux_kvm_sev_receive_start, kvm_sev_receive_start);
	SAME_FIELD(linux_kvm_sev_receive_start, handle, kvm_sev_receive_start, handle);
	SAME_FIELD(linux_kvm_sev_receive_start, policy, kvm_sev_receive_start, policy);
	SAME_FIELD(linux_kvm_sev_receive_start, pdh_uaddr, kvm_sev_receive_start, pdh_uaddr);
	SAME_FIELD(linux_kvm_sev_receive_start, pdh_len, kvm_sev_receive_start, pdh_len);
	SAME_FIELD(linux_kvm_sev_receive_start, session_uaddr, kvm_sev_receive_start,
		   session_uaddr);
	SAME_FIELD(linux_kvm_sev_receive_start, session_len, kvm_sev_receive_start, session_len);
}

static void test_kvm_other_structs(void **state)
{
	SAME_SIZE(linux_kvm_sev_guest_status, kvm_sev_guest_status);
	SAME_FIELD(linux_kvm_sev_guest_status, handle, kvm_sev_guest_status, handle);
	SAME_FIELD(linux_kvm_sev_guest_status, policy, kvm_sev_guest_status, policy);
	SAME_FIELD(linux_kvm_sev_guest_status, state, kvm_sev_guest_status, state);

	SAME_SIZE(linux_kvm_sev_dbg, kvm_sev_dbg);
	SAME_FIELD(linux_kvm_sev_dbg, src_uaddr, kvm_sev_dbg, src_uaddr);
	SAME_FIELD(linux_kvm_sev_dbg, dst_uaddr, kvm_sev_dbg, dst_uaddr);
	SAME_FIELD(linux_kvm_sev_dbg, len, kvm_sev_dbg, len);

	SAME_SIZE(linux_kvm_sev_attestation_report, kvm_sev_attestation_report);
	SAME_FIELD(linux_kvm_sev_attestation_report, mnonce, kvm_sev_attestation_report, mnonce);
	SAME_FIELD(linux_kvm_sev_attestation_report, uaddr, kvm_sev_attestation_report, uaddr);
	SAME_FIELD(linux_kvm_sev_attestation_report, len, kvm_sev_attestation_report, len);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dev_sev_numbers),
		cmocka_unit_test(test_dev_sev_structs),
		cmocka_unit_test(test_dev_sev_certs),
		cmocka_unit_test(test_status_codes),
		cmocka_unit_test(test_dev_sev_guest),
		cmocka_unit_test(test_kvm_numbers),
		cmocka_unit_test(test_kvm_command_ids),
		cmocka_unit_test(test_kvm_launch_structs),
		cmocka_unit_test(test_kvm_transport_structs),
		cmocka_unit_test(test_kvm_other_structs),
	};

	return cmocka_run_group_tests_name("abi/linux_sev", tests, NULL, NULL);
}
