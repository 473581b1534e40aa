/* SPDX-License-Identifier: MIT */
/*
 * How a guest context begins: what LAUNCH_START and RECEIVE_START have in common.
 *						[SEV 6.2 LAUNCH_START, 6.12 RECEIVE_START]
 */
#ifndef CHIP_SP_SEV_BEGIN_H
#define CHIP_SP_SEV_BEGIN_H

#include "abi/sev.h"
#include "abi/sev_cmd.h"
#include "base/compiler.h"
#include "chip/sp/sev/session.h"

struct sp;
struct sp_call;

/* Whether the firmware that runs is of this API version or newer. */
bool sev_api_at_least(const struct sp *sp, u8 major, u8 minor);

/* Whether a firmware of this version is new enough for the policy. */
bool sev_api_suffices(u8 major, u8 minor, u32 policy);

/*
 * Check: whether there may be a new guest of this policy, and if `share` is not SEV_HANDLE_NONE,
 * whether it may have the key of that guest.
 *
 * SP_INVALID_GUEST, SP_INVALID_GUEST_STATE: there is no such guest to share with, or it was sent
 * away.  SP_POLICY_FAILURE: reserved bits are set; the firmware is older than the policy wants; the
 * policies differ, or forbid sharing.  SP_UNSUPPORTED: SEV-ES was not enabled at INIT.
 * SP_RESOURCE_LIMIT: no context is free.
 */
enum sp_status sev_check_begin(struct sp *sp, u32 share, u32 policy) MUST_CHECK;

/* Where software put the other side's key and the session. */
struct sev_offer {
	u64 cert_paddr, session_paddr;
	u32 cert_length, session_length;
};

/*
 * Check: opens the session with the PDH.  SP_INVALID_LENGTH, SP_INVALID_ADDRESS; the certificate is
 * no ECDH key (SP_INVALID_CERTIFICATE; its signatures are not looked at); a MAC is wrong
 * (SP_BAD_MEASUREMENT).  The caller wipes *secrets.
 */
enum sp_status sev_check_offer(struct sp *sp, struct sp_call *call, const struct sev_offer *offer,
			       u32 policy, struct sev_session_secrets *secrets) MUST_CHECK;

/* Commit: the new guest, with a key of its own or that of `share`, and its session. */
struct sev_guest *sev_begin(struct sp *sp, enum sev_guest_state state, u32 share, u32 policy,
			    const struct sev_session_secrets *secrets);

#endif
