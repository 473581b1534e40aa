/* SPDX-License-Identifier: MIT */
/*
 * What the commands of swsev owner share: certificates from files, the root to trust, and how a
 * record of checks is told.
 */
#ifndef TOOLS_OWNER_H
#define TOOLS_OWNER_H

#include <jansson.h>

#include "owner/audit.h"
#include "owner/sev_chain.h"
#include "owner/snp_chain.h"
#include "tools/command.h"

extern const struct command owner_session_command;
extern const struct command owner_measure_command;
extern const struct command owner_secret_command;
extern const struct command owner_verify_chain_command;
extern const struct command owner_verify_report_command;

/* Certificates of both kinds, and whom to trust. */
struct owner_certs {
	struct owner_chain sev;
	bool has_sev;
	struct owner_snp_chain snp;
	bool has_snp;

	struct owner_trust trust;
	struct rsa_public root; /* what trust.named points to */
	s64 time;               /* when certificates must be valid, seconds since 1970 */
};

/* NULL: out of memory, and said so. */
struct owner_certs *owner_certs_new(const struct command *self) MUST_CHECK;
void owner_certs_free(struct owner_certs *certs);

/*
 * The options that every command has which reads certificates: rows of its table of options, their
 * lines for its usage, and what to do with them.
 */
enum { OPT_ROOT = 300, OPT_TEST_ROOT, OPT_TIME, OPT_CRL };
#define OWNER_CERT_OPTIONS                                       \
	{"root", required_argument, NULL, OPT_ROOT},             \
		{"test-root", no_argument, NULL, OPT_TEST_ROOT}, \
		{"time", required_argument, NULL, OPT_TIME},     \
	{                                                        \
		"crl", required_argument, NULL, OPT_CRL          \
	}
#define OWNER_CERT_USAGE                                                                        \
	"  --root FILE        trust this ARK and no other (default: AMD's published keys)\n"    \
	"  --test-root        trust swsev's own test root as well; anybody can sign under it\n" \
	"  --time TIME        check validity at this time: YYYY-MM-DD, or seconds since 1970\n" \
	"  --crl FILE         check AMD's revocation list, too\n"

/* Whether `opt` is one of these; *status is what command_read_options() wants to know. */
bool owner_certs_option(struct owner_certs *certs, const struct command *self, int opt,
			int *status);

/* Adds the certificates of a file, or of a directory by the usual names; -errno. */
int owner_certs_add(struct owner_certs *certs, const char *path, struct error *err) MUST_CHECK;

/* "swsev owner x: LINE" on stderr; EXIT_FAILURE. */
int owner_failed(const struct command *self, const struct error *err);

/*
 * Tells the record on stdout, as text or as {"accepted", "checks"}, and what `more` (an object, taken
 * over; may be NULL) holds, and the first refusal on stderr; the exit status.
 */
int owner_tell(const struct command *self, const struct owner_audit *audit, bool as_json,
	       json_t *more);

/* Prints and frees the value; the exit status. */
int owner_print_json(const struct command *self, json_t *json);

/* An option's value as a number up to max, or as len bytes of hexadecimal; -EINVAL. */
int owner_option_number(u64 *v, const char *option, u64 max, struct error *err) MUST_CHECK;
int owner_option_hex(u8 *out, size_t len, const char *option, struct error *err) MUST_CHECK;

/* Bytes as hexadecimal text in JSON. */
json_t *owner_json_hex(const void *bytes, size_t len);

#endif
