/* SPDX-License-Identifier: MIT */
/*
 * Packets: a piece of a guest's memory on its way between its owner, or another platform, and this
 * one.	[SEV 6.6 LAUNCH_SECRET, table 55; SEND_UPDATE_DATA; RECEIVE_UPDATE_DATA]
 *
 *	ciphertext = AES-128-CTR(TEK, IV, plaintext)
 *	MAC = HMAC-SHA-256(TIK, tag || FLAGS || IV || GUEST_LENGTH || TRANS_LENGTH || ciphertext
 *			   [|| MEASURE])
 *
 * The tag says which command a packet is for.  MEASURE binds a secret to one launch.  Nothing in a
 * packet names a guest address or its place in a sequence: the host moves, repeats and drops
 * packets of a session as it likes.
 */
#ifndef CHIP_SP_SEV_PACKET_H
#define CHIP_SP_SEV_PACKET_H

#include "abi/sev.h"
#include "base/compiler.h"
#include "base/types.h"
#include "crypto/hash.h"
#include "crypto/rng.h"
#include "crypto/verdict.h"

/* `text` is borrowed; the ciphertext is as long as the plaintext, a multiple of SEV_BLOCK. */
struct sev_packet {
	enum sev_mac_tag tag;
	struct sev_packet_hdr hdr;
	u8 *text; /* plaintext or ciphertext, in place of one another */
	u32 len;
	const u8 *measure; /* SEV_DIGEST_SIZE bytes, or NULL */
};

/* Everything below: 0, or -ENOMEM or -EIO, and then `text` may be either. */

/* The MAC that belongs into the header of this ciphertext. */
int sev_packet_mac(struct sha256_digest *mac, const struct sev_packet *p,
		   const u8 tik[SEV_KEY_SIZE]) MUST_CHECK;

/* Encrypts the text under a new IV and completes the header. */
int sev_packet_seal(struct sev_packet *p, const struct sev_transport_keys *keys,
		    struct rng *rng) MUST_CHECK;

/*
 * Decrypts the text if the MAC agrees: *v is VERDICT_GOOD.  Else VERDICT_BAD_TAG, and it stays
 * ciphertext.
 */
int sev_packet_open(enum verdict *v, struct sev_packet *p,
		    const struct sev_transport_keys *keys) MUST_CHECK;

#endif
