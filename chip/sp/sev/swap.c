/* SPDX-License-Identifier: MIT */
/* Flags, ranges, and the authenticated encryption of a page. */
#include "chip/sp/sev/swap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "abi/layout.h"
#include "base/bytes.h"
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "crypto/aes.h"
#include "crypto/secret.h"

/* -- check ----------------------------------------------------------------------------------- */

static enum sp_status take_flags(struct sev_swap *s, u32 flags)
{
	u32 type = FIELD_GET(SEV_SWAP_TYPE, flags);

	if (flags & ~(SEV_SWAP_PAGE_2M | SEV_SWAP_TYPE_MASK))
		return SP_INVALID_PARAM;
	if (type != SEV_SWAP_DATA && type != SEV_SWAP_VMSA)
		return SP_INVALID_PARAM;
	if (type == SEV_SWAP_VMSA && (flags & SEV_SWAP_PAGE_2M))
		return SP_INVALID_PAGE_SIZE;
	*s = (struct sev_swap){
		.entry.flags = flags,
		.vmsa = type == SEV_SWAP_VMSA,
		.size = flags & SEV_SWAP_PAGE_2M ? PAGE_2M_SIZE : PAGE_SIZE,
	};
	return SP_SUCCESS;
}

enum sp_status sev_check_swap(struct sp *sp, struct sev_swap *s, u32 flags,
			      const struct sev_swap_range *r)
{
	enum sp_use dst_use = r->out ? SP_OUT : SP_GUEST, mdata_use = r->out ? SP_OUT : SP_IN;
	enum sp_status status;

	status = take_flags(s, flags);
	if (!status)
		status = sp_check_range(sp, SP_IN, r->src, s->size, s->size);
	if (!status)
		status = sp_check_range(sp, dst_use, r->dst, s->size, s->size);
	if (!status)
		status = sp_check_range(sp, mdata_use, r->mdata, sizeof(s->entry), sizeof(u64));
	if (!status && sp_ranges_overlap(sp, r->dst, s->size, r->mdata, sizeof(s->entry)))
		status = SP_INVALID_ADDRESS;
	return status;
}

/* -- the page -------------------------------------------------------------------------------- */

int sev_swap_new(struct sev_swap *s)
{
	s->page = malloc(s->size);
	return s->page ? 0 : -ENOMEM;
}

void sev_swap_free(struct sev_swap *s)
{
	secret_wipe(s->page, s->size);
	free(s->page);
}

u64 sev_swap_number(const struct sev_swap *s)
{
	return get_le64(s->entry.iv);
}

/* -- encryption ------------------------------------------------------------------------------ */

/* What the tag covers beside the page. */
struct aad {
	u64 software_data;
	u32 flags;
} PACKED;

static struct aad aad_of(const struct sev_swap *s)
{
	return (struct aad){s->entry.software_data, s->entry.flags};
}

static void make_nonce(u8 nonce[GCM_IV_BYTES], const struct sev_swap *s)
{
	memset(nonce, 0, GCM_IV_BYTES);
	memcpy(nonce, s->entry.iv, sizeof(s->entry.iv));
}

int sev_swap_seal(struct sev_swap *s, const struct sev_guest *g)
{
	struct aad aad = aad_of(s);
	u8 nonce[GCM_IV_BYTES];

	make_nonce(nonce, s);
	return aes256_gcm_seal(s->page, s->entry.auth_tag, &g->swap_key, nonce,
			       (struct gcm_aad){&aad, sizeof(aad)}, s->page, s->size);
}

int sev_swap_open(enum verdict *v, struct sev_swap *s, const struct sev_guest *g)
{
	struct aad aad = aad_of(s);
	u8 nonce[GCM_IV_BYTES];

	make_nonce(nonce, s);
	return aes256_gcm_open(v, s->page, &g->swap_key, nonce, (struct gcm_aad){&aad, sizeof(aad)},
			       s->page, s->size, s->entry.auth_tag);
}
