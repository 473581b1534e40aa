/* SPDX-License-Identifier: MIT */
/*
 * The table of the legacy SEV and SEV-ES commands, in the order of their identifiers.
 *
 * A guest's row says its policy's conditions too: DBG_* need NODBG clear, SEND_START needs NOSEND
 * clear, and save areas need ES.	[SEV 4.3 Command Identifiers, 5.1.2, 6.1.1]
 */
#include "chip/sp/sev/commands.h"

#include "base/types.h"

/* clang-format off */

#define API(major, minor)	((major) << 8 | (minor))
#define ZERO(type, field)	{offsetof(struct type, field), sizeof(((struct type *)0)->field)}
#define HANDLE(type)		offsetof(struct type, handle)

const struct sp_command sev_commands[] = {

/* -- platform ---------------------------------------------------------------------------------- */

{ .id = SEV_CMD_INIT, .name = "INIT", .run = sev_init,
  .size = sizeof(struct sev_init_buf), .platform = SP_UNINIT,
  .reserved = {ZERO(sev_init_buf, rsvd_04)} },

{ .id = SEV_CMD_SHUTDOWN, .name = "SHUTDOWN", .run = sev_shutdown, .platform = SP_ANY_STATE },

{ .id = SEV_CMD_PLATFORM_RESET, .name = "PLATFORM_RESET", .run = sev_platform_reset,
  .platform = SP_UNINIT, .section = "5.5" },

{ .id = SEV_CMD_PLATFORM_STATUS, .name = "PLATFORM_STATUS", .run = sev_platform_status,
  .size = sizeof(struct sev_platform_status_buf), .writes_back = true,
  .platform = SP_ANY_STATE, .section = "5.6" },

{ .id = SEV_CMD_PEK_GEN, .name = "PEK_GEN", .run = sev_pek_gen, .platform = SP_INIT,
  .section = "5.7" },

{ .id = SEV_CMD_PEK_CSR, .name = "PEK_CSR", .run = sev_pek_csr,
  .size = sizeof(struct sev_pek_csr_buf), .writes_back = true, .platform = SP_INITIALISED,
  .section = "5.8" },

{ .id = SEV_CMD_PEK_CERT_IMPORT, .name = "PEK_CERT_IMPORT", .run = sev_pek_cert_import,
  .size = sizeof(struct sev_pek_cert_import_buf), .platform = SP_INIT,
  .reserved = {ZERO(sev_pek_cert_import_buf, rsvd_0c)}, .section = "5.9" },

{ .id = SEV_CMD_PDH_CERT_EXPORT, .name = "PDH_CERT_EXPORT", .run = sev_pdh_cert_export,
  .size = sizeof(struct sev_pdh_cert_export_buf), .writes_back = true, .platform = SP_INITIALISED,
  .reserved = {ZERO(sev_pdh_cert_export_buf, rsvd_0c)}, .section = "5.11" },

{ .id = SEV_CMD_PDH_GEN, .name = "PDH_GEN", .run = sev_pdh_gen, .platform = SP_INITIALISED,
  .section = "5.10" },

{ .id = SEV_CMD_DF_FLUSH, .name = "DF_FLUSH", .run = sev_df_flush, .platform = SP_INITIALISED },

{ .id = SEV_CMD_DOWNLOAD_FIRMWARE, .name = "DOWNLOAD_FIRMWARE", .run = sev_download_firmware,
  .since = API(0, 15), .size = sizeof(struct sev_download_firmware_buf), .platform = SP_UNINIT },

{ .id = SEV_CMD_GET_ID, .name = "GET_ID", .run = sev_get_id, .since = API(0, 16),
  .size = sizeof(struct sev_get_id_buf), .writes_back = true, .platform = SP_ANY_STATE },

{ .id = SEV_CMD_INIT_EX, .name = "INIT_EX", .run = sev_init_ex, .since = API(0, 24),
  .size = sizeof(struct sev_init_ex_buf), .platform = SP_UNINIT,
  .reserved = {ZERO(sev_init_ex_buf, rsvd_14)} },

{ .id = SEV_CMD_NOP, .name = "NOP", .run = sev_nop, .since = API(0, 24),
  .platform = SP_ANY_STATE },

{ .id = SEV_CMD_RING_BUFFER, .name = "RING_BUFFER", .run = sev_ring_buffer, .since = API(0, 24),
  .size = sizeof(struct sev_ring_buffer_buf), .platform = SP_INITIALISED },

/* -- guest contexts ---------------------------------------------------------------------------- */

{ .id = SEV_CMD_DECOMMISSION, .name = "DECOMMISSION", .run = sev_decommission,
  .size = sizeof(struct sev_handle_buf), .platform = SP_WORKING,
  .guest = SP_ANY_GUEST, .handle_at = HANDLE(sev_handle_buf), .activity = SP_MUST_BE_INACTIVE },

{ .id = SEV_CMD_ACTIVATE, .name = "ACTIVATE", .run = sev_activate,
  .size = sizeof(struct sev_activate_buf), .platform = SP_WORKING,
  .guest = SP_UNSENT, .handle_at = HANDLE(sev_activate_buf), .activity = SP_MUST_BE_INACTIVE },

{ .id = SEV_CMD_DEACTIVATE, .name = "DEACTIVATE", .run = sev_deactivate,
  .size = sizeof(struct sev_handle_buf), .platform = SP_WORKING,
  .guest = SP_ANY_GUEST, .handle_at = HANDLE(sev_handle_buf) },

{ .id = SEV_CMD_GUEST_STATUS, .name = "GUEST_STATUS", .run = sev_guest_status,
  .size = sizeof(struct sev_guest_status_buf), .writes_back = true, .platform = SP_WORKING,
  .guest = SP_ANY_GUEST, .handle_at = HANDLE(sev_guest_status_buf) },

{ .id = SEV_CMD_COPY, .name = "COPY", .run = sev_copy,
  .size = sizeof(struct sev_copy_buf), .platform = SP_WORKING,
  .guest = SP_RUNNING | SP_SUPDATE, .handle_at = HANDLE(sev_copy_buf),
  .activity = SP_MUST_BE_ACTIVE },

{ .id = SEV_CMD_ACTIVATE_EX, .name = "ACTIVATE_EX", .run = sev_activate_ex, .since = API(0, 24),
  .size = sizeof(struct sev_activate_ex_buf), .platform = SP_WORKING,
  .guest = SP_UNSENT, .handle_at = HANDLE(sev_activate_ex_buf), .activity = SP_MUST_BE_INACTIVE },

/* -- launch ------------------------------------------------------------------------------------ */

{ .id = SEV_CMD_LAUNCH_START, .name = "LAUNCH_START", .run = sev_launch_start,
  .size = sizeof(struct sev_launch_start_buf), .writes_back = true, .platform = SP_INITIALISED,
  .reserved = {ZERO(sev_launch_start_buf, rsvd_14)}, .section = "6.2" },

{ .id = SEV_CMD_LAUNCH_UPDATE_DATA, .name = "LAUNCH_UPDATE_DATA", .run = sev_launch_update_data,
  .size = sizeof(struct sev_launch_update_buf), .platform = SP_WORKING,
  .guest = SP_LUPDATE, .handle_at = HANDLE(sev_launch_update_buf), .activity = SP_MUST_BE_ACTIVE,
  .reserved = {ZERO(sev_launch_update_buf, rsvd_04)} },

{ .id = SEV_CMD_LAUNCH_UPDATE_VMSA, .name = "LAUNCH_UPDATE_VMSA", .run = sev_launch_update_vmsa,
  .size = sizeof(struct sev_launch_update_buf), .platform = SP_WORKING,
  .guest = SP_LUPDATE, .handle_at = HANDLE(sev_launch_update_buf), .activity = SP_MUST_BE_ACTIVE,
  .needs_es = true, .policy_set = SEV_POLICY_ES,
  .reserved = {ZERO(sev_launch_update_buf, rsvd_04)} },

{ .id = SEV_CMD_LAUNCH_MEASURE, .name = "LAUNCH_MEASURE", .run = sev_launch_measure,
  .size = sizeof(struct sev_launch_measure_buf), .writes_back = true, .platform = SP_WORKING,
  .guest = SP_LUPDATE, .handle_at = HANDLE(sev_launch_measure_buf),
  .reserved = {ZERO(sev_launch_measure_buf, rsvd_04)}, .section = "6.5.1" },

{ .id = SEV_CMD_LAUNCH_SECRET, .name = "LAUNCH_SECRET", .run = sev_launch_secret,
  .size = sizeof(struct sev_transport_buf), .platform = SP_WORKING,
  .guest = SP_LSECRET, .handle_at = HANDLE(sev_transport_buf), .activity = SP_MUST_BE_ACTIVE,
  .reserved = {ZERO(sev_transport_buf, rsvd_04), ZERO(sev_transport_buf, rsvd_14),
	       ZERO(sev_transport_buf, rsvd_24)}, .section = "6.6" },

{ .id = SEV_CMD_LAUNCH_FINISH, .name = "LAUNCH_FINISH", .run = sev_launch_finish,
  .size = sizeof(struct sev_handle_buf), .platform = SP_WORKING,
  .guest = SP_LSECRET, .handle_at = HANDLE(sev_handle_buf) },

{ .id = SEV_CMD_ATTESTATION, .name = "ATTESTATION", .run = sev_attestation, .since = API(0, 23),
  .size = sizeof(struct sev_attestation_buf), .writes_back = true, .platform = SP_WORKING,
  .guest = SP_LSECRET | SP_RUNNING | SP_SUPDATE, .handle_at = HANDLE(sev_attestation_buf),
  .reserved = {ZERO(sev_attestation_buf, rsvd_04)} },

/* -- migration --------------------------------------------------------------------------------- */

{ .id = SEV_CMD_SEND_START, .name = "SEND_START", .run = sev_send_start,
  .size = sizeof(struct sev_send_start_buf), .writes_back = true, .platform = SP_WORKING,
  .guest = SP_RUNNING, .handle_at = HANDLE(sev_send_start_buf), .policy_clear = SEV_POLICY_NOSEND,
  .reserved = {ZERO(sev_send_start_buf, rsvd_14), ZERO(sev_send_start_buf, rsvd_24),
	       ZERO(sev_send_start_buf, rsvd_34)} },

{ .id = SEV_CMD_SEND_UPDATE_DATA, .name = "SEND_UPDATE_DATA", .run = sev_send_update_data,
  .size = sizeof(struct sev_transport_buf), .writes_back = true, .platform = SP_WORKING,
  .guest = SP_SUPDATE, .handle_at = HANDLE(sev_transport_buf), .activity = SP_MUST_BE_ACTIVE,
  .reserved = {ZERO(sev_transport_buf, rsvd_04), ZERO(sev_transport_buf, rsvd_14),
	       ZERO(sev_transport_buf, rsvd_24)} },

{ .id = SEV_CMD_SEND_UPDATE_VMSA, .name = "SEND_UPDATE_VMSA", .run = sev_send_update_vmsa,
  .size = sizeof(struct sev_transport_buf), .writes_back = true, .platform = SP_WORKING,
  .guest = SP_SUPDATE, .handle_at = HANDLE(sev_transport_buf), .activity = SP_MUST_BE_ACTIVE,
  .policy_set = SEV_POLICY_ES,
  .reserved = {ZERO(sev_transport_buf, rsvd_04), ZERO(sev_transport_buf, rsvd_14),
	       ZERO(sev_transport_buf, rsvd_24)}, .section = "6.10" },

{ .id = SEV_CMD_SEND_FINISH, .name = "SEND_FINISH", .run = sev_send_finish,
  .size = sizeof(struct sev_handle_buf), .platform = SP_WORKING,
  .guest = SP_SUPDATE, .handle_at = HANDLE(sev_handle_buf) },

{ .id = SEV_CMD_SEND_CANCEL, .name = "SEND_CANCEL", .run = sev_send_cancel,
  .size = sizeof(struct sev_handle_buf), .platform = SP_WORKING,
  .guest = SP_SUPDATE, .handle_at = HANDLE(sev_handle_buf) },

{ .id = SEV_CMD_RECEIVE_START, .name = "RECEIVE_START", .run = sev_receive_start,
  .size = sizeof(struct sev_receive_start_buf), .writes_back = true, .platform = SP_INITIALISED,
  .reserved = {ZERO(sev_receive_start_buf, rsvd_14)}, .section = "6.12" },

{ .id = SEV_CMD_RECEIVE_UPDATE_DATA, .name = "RECEIVE_UPDATE_DATA", .run = sev_receive_update_data,
  .size = sizeof(struct sev_transport_buf), .platform = SP_WORKING,
  .guest = SP_RUPDATE, .handle_at = HANDLE(sev_transport_buf), .activity = SP_MUST_BE_ACTIVE,
  .reserved = {ZERO(sev_transport_buf, rsvd_04), ZERO(sev_transport_buf, rsvd_14),
	       ZERO(sev_transport_buf, rsvd_24)} },

{ .id = SEV_CMD_RECEIVE_UPDATE_VMSA, .name = "RECEIVE_UPDATE_VMSA", .run = sev_receive_update_vmsa,
  .size = sizeof(struct sev_transport_buf), .platform = SP_WORKING,
  .guest = SP_RUPDATE, .handle_at = HANDLE(sev_transport_buf), .activity = SP_MUST_BE_ACTIVE,
  .policy_set = SEV_POLICY_ES,
  .reserved = {ZERO(sev_transport_buf, rsvd_04), ZERO(sev_transport_buf, rsvd_14),
	       ZERO(sev_transport_buf, rsvd_24)} },

{ .id = SEV_CMD_RECEIVE_FINISH, .name = "RECEIVE_FINISH", .run = sev_receive_finish,
  .size = sizeof(struct sev_handle_buf), .platform = SP_WORKING,
  .guest = SP_RUPDATE, .handle_at = HANDLE(sev_handle_buf) },

/* -- debugging and page swap ------------------------------------------------------------------- */

{ .id = SEV_CMD_DBG_DECRYPT, .name = "DBG_DECRYPT", .run = sev_dbg_decrypt,
  .size = sizeof(struct sev_dbg_buf), .platform = SP_WORKING,
  .guest = SP_UNSENT, .handle_at = HANDLE(sev_dbg_buf), .activity = SP_MUST_BE_ACTIVE,
  .policy_clear = SEV_POLICY_NODBG, .reserved = {ZERO(sev_dbg_buf, rsvd_04)} },

{ .id = SEV_CMD_DBG_ENCRYPT, .name = "DBG_ENCRYPT", .run = sev_dbg_encrypt,
  .size = sizeof(struct sev_dbg_buf), .platform = SP_WORKING,
  .guest = SP_UNSENT, .handle_at = HANDLE(sev_dbg_buf), .activity = SP_MUST_BE_ACTIVE,
  .policy_clear = SEV_POLICY_NODBG, .reserved = {ZERO(sev_dbg_buf, rsvd_04)} },

{ .id = SEV_CMD_SWAP_OUT, .name = "SWAP_OUT", .run = sev_swap_out, .since = API(0, 24),
  .size = sizeof(struct sev_swap_out_buf), .platform = SP_WORKING,
  .guest = SP_RUNNING | SP_SUPDATE, .handle_at = HANDLE(sev_swap_out_buf),
  .activity = SP_MUST_BE_ACTIVE },

{ .id = SEV_CMD_SWAP_IN, .name = "SWAP_IN", .run = sev_swap_in, .since = API(0, 24),
  .size = sizeof(struct sev_swap_in_buf), .platform = SP_WORKING,
  .guest = SP_RUNNING | SP_SUPDATE, .handle_at = HANDLE(sev_swap_in_buf),
  .activity = SP_MUST_BE_ACTIVE },

};

/* clang-format on */

const size_t sev_command_count = ARRAY_SIZE(sev_commands);
