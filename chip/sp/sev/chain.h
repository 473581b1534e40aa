/* SPDX-License-Identifier: MIT */
/*
 * To whom a guest may be sent: the chain behind the target's PDH.	[SEV SEND_START, 3 Guest Policy]
 *
 *	POLICY.SEV	PDH <- PEK <- CEK <- ASK <- ARK, and the ARK is the one that this chip trusts
 *	POLICY.DOMAIN	PDH <- PEK <- OCA, and the OCA is this platform's
 *
 * Neither: the PDH alone counts, and the target may be anybody who has a key.
 */
#ifndef CHIP_SP_SEV_CHAIN_H
#define CHIP_SP_SEV_CHAIN_H

#include "abi/sev.h"
#include "abi/sev_cert.h"
#include "base/compiler.h"
#include "crypto/ec.h"

struct sp;
struct sp_call;

/* Private copies of what SEND_START was given. */
struct sev_target {
	struct sev_cert pdh;
	struct sev_cert_chain chain;
	u8 amd[2 * AMD_CERT_SIZE(4096)]; /* ASK, then ARK */
	u32 amd_length;                  /* of both; twice AMD_CERT_SIZE(2048) or (4096) */
};

/*
 * *pdh is the target's key.  SP_INVALID_CERTIFICATE: a certificate of another form, not by the
 * signer it should have, or an ARK that is not the chip's.  SP_BAD_SIGNATURE.  SP_POLICY_FAILURE:
 * another OCA, or firmware older than the policy wants.
 */
enum sp_status sev_check_target(struct sp *sp, struct sp_call *call, const struct sev_target *t,
				u32 policy, struct ec_public *pdh) MUST_CHECK;

#endif
