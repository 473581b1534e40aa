/* SPDX-License-Identifier: MIT */
/*
 * Page images outside of a guest's memory: what SWAP_OUT and SWAP_IN have in common.
 *						[SEV SWAP_OUT, SWAP_IN]
 *
 *	image, tag = AES-256-GCM(the guest's swap key, nonce, plaintext; SOFTWARE_DATA || FLAGS)
 *	nonce      = IV || 4 zero bytes, the IV being the number of the image
 *
 * The key is the guest's own, so an image is nobody else's.  Its address is not bound: a page may
 * come back elsewhere, as COPY could have moved it.  An old image of data may come back too, as the
 * host can put back old ciphertext of any page; an image of a save area comes back once, and only
 * the last one.
 */
#ifndef CHIP_SP_SEV_SWAP_H
#define CHIP_SP_SEV_SWAP_H

#include "abi/sev.h"
#include "base/compiler.h"
#include "base/types.h"
#include "crypto/verdict.h"

struct sp;
struct sev_guest;

/* One page on its way. */
struct sev_swap {
	struct sev_swap_mdata entry;
	bool vmsa;
	u32 size; /* of the page */
	u8 *page; /* plaintext or image, in place of one another; private */
};

/*
 * Check: flags, then the page and its image (src and dst, whichever is which), and the entry.
 * SP_INVALID_PARAM: flags that have no meaning; SP_INVALID_PAGE_SIZE: a save area of 2 MiB;
 * SP_INVALID_ADDRESS.  Sets all but s->page, and of the entry the flags.
 */
struct sev_swap_range {
	u64 src, dst, mdata;
	bool out; /* the guest's page is src, and dst and mdata are written */
};
enum sp_status sev_check_swap(struct sp *sp, struct sev_swap *s, u32 flags,
			      const struct sev_swap_range *r) MUST_CHECK;

/* Room for s->page.  0 or -ENOMEM. */
int sev_swap_new(struct sev_swap *s) MUST_CHECK;
void sev_swap_free(struct sev_swap *s); /* wipes */

/* The number of the image. */
u64 sev_swap_number(const struct sev_swap *s);

/* Page to image, with entry.iv as it is; fills entry.auth_tag.  0, or -ENOMEM or -EIO. */
int sev_swap_seal(struct sev_swap *s, const struct sev_guest *g) MUST_CHECK;

/* Image to page: *v is VERDICT_GOOD or VERDICT_BAD_TAG.  0, or -ENOMEM or -EIO. */
int sev_swap_open(enum verdict *v, struct sev_swap *s, const struct sev_guest *g) MUST_CHECK;

#endif
