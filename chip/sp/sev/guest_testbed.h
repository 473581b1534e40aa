/* SPDX-License-Identifier: MIT */
/*
 * For tests of guest commands: guests in any state, their owners, and what every command refuses.
 *
 * The owner's side is computed here with crypto/ alone, so that it agrees with the firmware only if
 * both follow the document.
 */
#ifndef CHIP_SP_SEV_GUEST_TESTBED_H
#define CHIP_SP_SEV_GUEST_TESTBED_H

#include "abi/sev_cert.h"
#include "chip/sp/testbed.h"
#include "crypto/ec.h"

/* -- owners ---------------------------------------------------------------------------------- */

/* Whoever makes a session: a guest's owner, or a platform that sends. */
struct bed_owner {
	struct ec_key dh;
	struct sev_transport_keys keys;
	u8 nonce[16], wrap_iv[16];
};

void bed_owner_init(struct bed_owner *o, u8 seed);

/* The owner's ECDH key as a certificate whose signature slots are empty. */
void bed_owner_cert(const struct bed_owner *o, struct sev_cert *cert);

/* A session for the platform that has this public PDH. */
void bed_owner_session(const struct bed_owner *o, const struct ec_public *pdh, u32 policy,
		       struct sev_session *session);

/*
 * A packet: text, len bytes, is encrypted in place; measure: of the launch, or NULL.  hdr->flags is
 * in, the rest of it out.  Opening is the reverse, and fails the test if the MAC is wrong.
 */
void bed_owner_packet(const struct bed_owner *o, enum sev_mac_tag tag, void *text, u32 len,
		      const u8 *measure, struct sev_packet_hdr *hdr);
void bed_owner_open(const struct bed_owner *o, enum sev_mac_tag tag, void *text, u32 len,
		    const struct sev_packet_hdr *hdr);

/* -- guests ---------------------------------------------------------------------------------- */

/* For cmocka: *state is a bed with an initialised platform, with SEV-ES, every ASID clean. */
int bed_setup(void **state);
int bed_teardown(void **state);

#define BED_TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

struct bed_guest {
	u32 handle, policy, asid;
	struct bed_owner owner;
	struct sev_measurement measurement; /* from LSECRET on */
};

enum { BED_POLICY = 0, BED_POLICY_ES = SEV_POLICY_ES };

/* Where bed_guest_new() and the tests put things. */
enum {
	BED_CERT = BED_BLOB,                /* struct sev_cert */
	BED_SESSION = BED_BLOB + 0x1000,    /* struct sev_session */
	BED_MEASURE = BED_BLOB + 0x2000,    /* struct sev_measurement */
	BED_HDR = BED_BLOB + 0x3000,        /* struct sev_packet_hdr */
	BED_PLAT_CERTS = BED_BLOB + 0x4000, /* struct sev_cert_chain */
	BED_AMD_CERTS = BED_BLOB + 0x8000,  /* two AMD certificates */
	BED_TEXT = BED_BLOB2,               /* ciphertext of packets, images */
};

/*
 * A guest with a session, active, brought to the state by its owner's and its host's commands.  Its
 * memory is untouched.
 */
void bed_guest_new(struct sp_bed *bed, struct bed_guest *g, u32 policy, enum sev_guest_state state);

/* Its context, to look into. */
struct sev_guest *bed_context(struct sp_bed *bed, const struct bed_guest *g);

/* DEACTIVATE; and with DECOMMISSION and a flush, so that its ASID can be used again. */
void bed_deactivate(struct sp_bed *bed, struct bed_guest *g);
void bed_retire(struct sp_bed *bed, struct bed_guest *g);

/* Plaintext of guest memory, as a core with the C-bit set would see and write it. */
void bed_guest_get(struct sp_bed *bed, const struct bed_guest *g, u64 spa, void *dst, size_t len);
void bed_guest_put(struct sp_bed *bed, const struct bed_guest *g, u64 spa, const void *src,
		   size_t len);

/* Bytes that differ by seed and place. */
void bed_fill(void *dst, size_t len, u8 seed);

/* -- what commands have in common ------------------------------------------------------------ */

struct bed_field {
	u16 at, size;
};

/* What the document says of a command, once more and apart from the table. */
struct bed_rules {
	u32 id;
	size_t size;
	u8 since_minor;  /* of API 0.x */
	bool starts;     /* makes a guest: has no state of its own, and INIT will do */
	unsigned states; /* guest states that allow it, SP_STATE() */
	enum sp_activity activity;
	u32 policy_clear, policy_set;
	size_t handle_at;
	struct bed_field reserved[SP_RESERVED_MAX];
};

/*
 * Refusals that follow from the rules, one by one and in the order of checks: version, buffer
 * address, reserved fields, platform state, handle, guest state, policy, activity.  `buf` must be
 * one that succeeds as things stand; it is run at the end, and must.
 */
void bed_check_rules(struct sp_bed *bed, const struct bed_rules *r, const void *buf);

/*
 * Bad addresses in the field at `at` of a buffer that is good otherwise: not aligned, behind the
 * end of DRAM, across it, wrapping, in the TMR.
 */
struct bed_address {
	size_t at;
	u64 len, align;
};
void bed_check_address(struct sp_bed *bed, const struct bed_rules *r, const void *buf,
		       const struct bed_address *a);

/* Refused with that field changed to the value; size is 4 or 8. */
void bed_refuses_field(struct sp_bed *bed, const struct bed_rules *r, const void *buf,
		       struct bed_field field, u64 value, enum sp_status status);

#define FIELD_OF(type, field) \
	((struct bed_field){offsetof(struct type, field), sizeof(((struct type *)0)->field)})

#endif
