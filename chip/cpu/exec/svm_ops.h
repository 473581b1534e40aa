/* SPDX-License-Identifier: MIT */
/*
 * The instructions of SVM as a guest meets them: VMRUN VMLOAD VMSAVE VMMCALL STGI CLGI SKINIT
 * INVLPGA, VMGEXIT.	[APM2 15.5, 15.17, 15.35.6; APM3]
 */
#ifndef CHIP_CPU_EXEC_SVM_OPS_H
#define CHIP_CPU_EXEC_SVM_OPS_H

#include "chip/cpu/decode/insn.h"

lower_fn lower_svm; /* row->fn runs behind #UD, #GP and the row's intercept; or NULL: #UD */
lower_fn lower_vmmcall;
op_fn op_vmload, op_vmsave, op_stgi, op_clgi, op_invlpga;

#endif
