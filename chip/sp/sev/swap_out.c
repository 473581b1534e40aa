/* SPDX-License-Identifier: MIT */
/*
 * SWAP_OUT: a page of the guest becomes an image that only this guest can have back.
 *	[SEV SWAP_OUT]
 */
#include "base/bytes.h"
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/commands.h"
#include "chip/sp/sev/swap.h"

/* The plaintext, if it is what its type says: a save area that nobody changed, or none. */
static enum sp_status take_page(struct sp *sp, const struct sev_guest *g, u64 paddr,
				struct sev_swap *swap)
{
	spa_t spa = sp_paddr_spa(sp, paddr);

	if (sp_vmsas_overlap(&sp->vmsas, spa, swap->size) != swap->vmsa)
		return SP_INVALID_PAGE_STATE;
	sp_guest_read(sp, g, paddr, swap->page, swap->size);
	if (swap->vmsa && !sp_vmsas_agree(&sp->vmsas, g->handle, spa, swap->page))
		return SP_BAD_MEASUREMENT;
	return SP_SUCCESS;
}

static enum sp_status make_image(struct sp *sp, struct sp_call *call, struct sev_swap *swap)
{
	const struct sev_swap_out_buf *buf = (const void *)call->buf;
	enum sp_status s;
	int ret;

	s = take_page(sp, call->guest, buf->src_paddr, swap);
	if (s)
		return s;
	swap->entry.software_data = buf->software_data;
	put_le64(swap->entry.iv, call->guest->swap_count);
	ret = sev_swap_seal(swap, call->guest);
	if (!ret && swap->vmsa)
		ret = sp_vmsas_reserve(&sp->vmsas);
	return ret ? sp_host_failed(call, ret) : SP_SUCCESS;
}

static void give_image(struct sp *sp, struct sev_guest *g, const struct sev_swap_out_buf *buf,
		       const struct sev_swap *swap)
{
	sp_write(sp, buf->dst_paddr, swap->page, swap->size);
	sp_write(sp, buf->mdata_paddr, &swap->entry, sizeof(swap->entry));
	if (swap->vmsa)
		sp_vmsas_swap_out(&sp->vmsas, g->handle, sp_paddr_spa(sp, buf->src_paddr),
				  g->swap_count);
	g->swap_count++;
}

enum sp_status sev_swap_out(struct sp *sp, struct sp_call *call)
{
	const struct sev_swap_out_buf *buf = (const void *)call->buf;
	struct sev_swap_range range = {.src = buf->src_paddr,
				       .dst = buf->dst_paddr,
				       .mdata = buf->mdata_paddr,
				       .out = true};
	struct sev_swap swap;
	enum sp_status s;
	int ret;

	/* Check. */
	s = sev_check_swap(sp, &swap, buf->flags, &range);
	if (s)
		return s;
	if (call->guest->swap_count == UINT64_MAX)
		return SP_AEAD_OFLOW;
	ret = sev_swap_new(&swap);
	if (ret)
		return sp_host_failed(call, ret);
	s = make_image(sp, call, &swap);

	/* Commit. */
	if (!s)
		give_image(sp, call->guest, buf, &swap);
	sev_swap_free(&swap);
	return s;
}
