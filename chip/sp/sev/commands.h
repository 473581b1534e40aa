/* SPDX-License-Identifier: MIT */
/* The legacy SEV and SEV-ES commands: their table and their handlers, one file each. */
#ifndef CHIP_SP_SEV_COMMANDS_H
#define CHIP_SP_SEV_COMMANDS_H

#include "chip/sp/command.h"

extern const struct sp_command sev_commands[];
extern const size_t sev_command_count;

/* Platform. */
sp_handler sev_init;
sp_handler sev_shutdown;
sp_handler sev_platform_reset;
sp_handler sev_platform_status;
sp_handler sev_pek_gen;
sp_handler sev_pek_csr;
sp_handler sev_pek_cert_import;
sp_handler sev_pdh_cert_export;
sp_handler sev_pdh_gen;
sp_handler sev_df_flush;
sp_handler sev_download_firmware;
sp_handler sev_get_id;
sp_handler sev_init_ex;
sp_handler sev_nop;
sp_handler sev_ring_buffer;

/* Guest contexts. */
sp_handler sev_decommission;
sp_handler sev_activate;
sp_handler sev_deactivate;
sp_handler sev_guest_status;
sp_handler sev_copy;
sp_handler sev_activate_ex;

/* Launch. */
sp_handler sev_launch_start;
sp_handler sev_launch_update_data;
sp_handler sev_launch_update_vmsa;
sp_handler sev_launch_measure;
sp_handler sev_launch_secret;
sp_handler sev_launch_finish;
sp_handler sev_attestation;

/* Migration. */
sp_handler sev_send_start;
sp_handler sev_send_update_data;
sp_handler sev_send_update_vmsa;
sp_handler sev_send_finish;
sp_handler sev_send_cancel;
sp_handler sev_receive_start;
sp_handler sev_receive_update_data;
sp_handler sev_receive_update_vmsa;
sp_handler sev_receive_finish;

/* Debugging and page swap. */
sp_handler sev_dbg_decrypt;
sp_handler sev_dbg_encrypt;
sp_handler sev_swap_out;
sp_handler sev_swap_in;

#endif
