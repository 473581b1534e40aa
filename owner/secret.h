/* SPDX-License-Identifier: MIT */
/*
 * Secrets for a guest that was measured: the packet that LAUNCH_SECRET opens, and the table that
 * firmware and kernel look for in it.	[SEV 6.6 LAUNCH_SECRET, table 55]
 *
 * The packet's MAC covers the measurement, so it opens only into the launch that was measured; the
 * owner makes it after the measurement was verified, never before.
 */
#ifndef OWNER_SECRET_H
#define OWNER_SECRET_H

#include "abi/ovmf.h"
#include "abi/sev.h"
#include "base/compiler.h"
#include "base/error.h"
#include "crypto/rng.h"

/* One entry of the table. */
struct owner_secret {
	struct guid guid; /* in the stored form */
	const void *bytes;
	size_t len;
};

/*
 * The table of the secrets, padded with zeros to whole blocks, into out; *len is its size.  -EINVAL:
 * no entry, the same GUID twice, or more than the SEV_PACKET_DATA_MAX bytes of out.
 */
int owner_secret_table(u8 out[SEV_PACKET_DATA_MAX], size_t *len, const struct owner_secret *secrets,
		       size_t count, struct error *err) MUST_CHECK;

/*
 * Encrypts len bytes, a multiple of 16 up to SEV_PACKET_DATA_MAX and not 0, else -EINVAL; payload has
 * as many.  measure: the first 32 bytes that LAUNCH_MEASURE gave.  An IV must never serve twice under
 * one TEK; owner_secret_seal() draws one.
 */
int owner_secret_seal(struct sev_packet_hdr *hdr, void *payload, const void *plain, size_t len,
		      const struct sev_transport_keys *keys, const u8 measure[SEV_DIGEST_SIZE],
		      struct rng *rng, struct error *err) MUST_CHECK;
int owner_secret_seal_iv(struct sev_packet_hdr *hdr, void *payload, const void *plain, size_t len,
			 const struct sev_transport_keys *keys, const u8 measure[SEV_DIGEST_SIZE],
			 const u8 iv[16], struct error *err) MUST_CHECK;

#endif
