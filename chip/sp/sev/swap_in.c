/* SPDX-License-Identifier: MIT */
/*
 * SWAP_IN: an image that SWAP_OUT made becomes a page of the guest again.	[SEV SWAP_IN]
 */
#include "base/bytes.h"
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/commands.h"
#include "chip/sp/sev/swap.h"

/* Copies the entry in; it must be of the page that the command names. */
static enum sp_status take_entry(struct sp *sp, u64 paddr, struct sev_swap *swap)
{
	u32 flags = swap->entry.flags;

	sp_read(sp, paddr, &swap->entry, sizeof(swap->entry));
	if (swap->entry.flags != flags ||
	    !bytes_are_zero(swap->entry.rsvd_20, sizeof(swap->entry.rsvd_20)))
		return SP_INVALID_MDATA_ENTRY;
	return SP_SUCCESS;
}

static enum sp_status take_image(struct sp *sp, struct sp_call *call, u64 src,
				 struct sev_swap *swap)
{
	enum verdict v;
	int ret;

	sp_read(sp, src, swap->page, swap->size);
	ret = sev_swap_open(&v, swap, call->guest);
	if (!ret && swap->vmsa)
		ret = sp_vmsas_reserve(&sp->vmsas);
	if (ret)
		return sp_host_failed(call, ret);
	if (v != VERDICT_GOOD)
		return SP_BAD_MEASUREMENT;
	if (swap->vmsa && !sp_vmsas_is_out(&sp->vmsas, call->guest->handle, sev_swap_number(swap)))
		return SP_INVALID_MDATA_ENTRY;
	return SP_SUCCESS;
}

static void give_page(struct sp *sp, const struct sev_guest *g, u64 dst,
		      const struct sev_swap *swap)
{
	sp_guest_write(sp, g, dst, swap->page, swap->size);
	if (swap->vmsa)
		sp_vmsas_swap_in(&sp->vmsas, g->handle, sp_paddr_spa(sp, dst),
				 sev_swap_number(swap), swap->page);
}

enum sp_status sev_swap_in(struct sp *sp, struct sp_call *call)
{
	const struct sev_swap_in_buf *buf = (const void *)call->buf;
	bool in_place = buf->flags & SEV_SWAP_IN_PLACE;
	struct sev_swap_range range = {.src = buf->src_paddr,
				       .dst = in_place ? buf->src_paddr : buf->dst_paddr,
				       .mdata = buf->mdata_paddr};
	struct sev_swap swap;
	enum sp_status s;
	int ret;

	/* Check. */
	s = sev_check_swap(sp, &swap, buf->flags & ~SEV_SWAP_IN_PLACE, &range);
	if (s)
		return s;
	s = take_entry(sp, buf->mdata_paddr, &swap);
	if (s)
		return s;
	ret = sev_swap_new(&swap);
	if (ret)
		return sp_host_failed(call, ret);
	s = take_image(sp, call, buf->src_paddr, &swap);

	/* Commit. */
	if (!s)
		give_page(sp, call->guest, range.dst, &swap);
	sev_swap_free(&swap);
	return s;
}
