/* SPDX-License-Identifier: MIT */
/*
 * Commands: one table of all, and one way through it.
 *
 * A row says everything about a command that can be said without code.  Dispatch follows one order
 * for all commands: is it known; its buffer (address, then copied in once, then reserved fields);
 * platform state; handle; guest state; policy; activity.  Then the handler checks lengths, then
 * addresses, then what takes cryptography, and only then changes anything.
 *
 * Handlers have two phases, each under a comment of its name.
 *	Check	in that order; nothing that software, a core or a later command can see changes.
 *	Commit	cannot fail.
 * Whatever may fail for the host's sake (memory, files) belongs to Check: allocate there, store
 * there, and answer sp_host_failed().
 */
#ifndef CHIP_SP_COMMAND_H
#define CHIP_SP_COMMAND_H

#include "abi/sev.h"
#include "abi/sev_cmd.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"
#include "crypto/verdict.h"

struct sp;
struct sp_call;
struct sev_guest;

typedef enum sp_status sp_handler(struct sp *sp, struct sp_call *call);

/* Sets of states, for the table's columns. */
#define SP_STATE(s) (1u << (s))

enum {
	SP_UNINIT = SP_STATE(SEV_PLATFORM_UNINIT),
	SP_INIT = SP_STATE(SEV_PLATFORM_INIT),
	SP_WORKING = SP_STATE(SEV_PLATFORM_WORKING),
	SP_INITIALISED = SP_INIT | SP_WORKING,
	SP_ANY_STATE = SP_UNINIT | SP_INITIALISED,

	SP_LUPDATE = SP_STATE(SEV_GUEST_LUPDATE),
	SP_LSECRET = SP_STATE(SEV_GUEST_LSECRET),
	SP_RUNNING = SP_STATE(SEV_GUEST_RUNNING),
	SP_SUPDATE = SP_STATE(SEV_GUEST_SUPDATE),
	SP_RUPDATE = SP_STATE(SEV_GUEST_RUPDATE),
	SP_SENT = SP_STATE(SEV_GUEST_SENT),
	SP_UNSENT = SP_LUPDATE | SP_LSECRET | SP_RUNNING | SP_SUPDATE | SP_RUPDATE,
	SP_ANY_GUEST = SP_UNSENT | SP_SENT,
};

enum sp_activity {
	SP_ACTIVE_OR_NOT,
	SP_MUST_BE_ACTIVE,   /* else SP_INACTIVE */
	SP_MUST_BE_INACTIVE, /* else SP_ACTIVE */
};

/* A field that must be zero; size 0 ends the list. */
struct sp_reserved {
	u16 at, size;
};

enum { SP_RESERVED_MAX = 4, SP_BUF_MAX = 0x80 };

struct sp_command {
	u16 id;
	u16 since; /* firmware API version, major << 8 | minor */
	const char *name;
	sp_handler *run;
	u16 size;         /* of the buffer; 0: there is none */
	bool writes_back; /* the buffer has out fields: on success and on a length query */
	u8 platform;      /* states that allow it, SP_UNINIT ... */
	bool needs_es;    /* SEV-ES was enabled at INIT; else SP_INVALID_CONFIG */
	u8 guest;         /* likewise, SP_LUPDATE ...; 0: names no guest */
	u8 handle_at;     /* where the handle stands in the buffer */
	u8 activity;      /* enum sp_activity */
	u8 policy_clear;  /* bits that the guest's policy must not have, SEV_POLICY_ ... */
	u8 policy_set;    /* bits that it must have; else SP_POLICY_FAILURE */
	struct sp_reserved reserved[SP_RESERVED_MAX];
	const char *section; /* of the document */
};

/* One command on its way. */
struct sp_call {
	const struct sp_command *command;
	struct sev_guest *guest; /* the one that the handle names, or NULL */
	struct error host;       /* set by sp_host_failed() */
	u64 buf[SP_BUF_MAX / 8]; /* private copy of the buffer; out fields are written here */
};

/* NULL: there is no such command, in any API version. */
const struct sp_command *sp_command_find(u32 id);

/* The table, for lists that the program prints; *count rows. */
const struct sp_command *sp_commands(size_t *count);

/*
 * What a host failure (-errno, with or without a line in call->host) is in the architecture's
 * words: HWERROR_PLATFORM, which invites to try again.
 */
enum sp_status sp_host_failed(struct sp_call *call, int err);

/*
 * What came of checking a signature, as the check gave it: a host failure (err), SP_SUCCESS,
 * SP_INVALID_CERTIFICATE when the signer is not the one named, else SP_BAD_SIGNATURE.
 */
enum sp_status sp_signature_status(struct sp_call *call, int err, enum verdict v);

#endif
