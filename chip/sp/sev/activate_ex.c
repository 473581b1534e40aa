/* SPDX-License-Identifier: MIT */
/*
 * ACTIVATE_EX: as ACTIVATE, but only the core complexes that hold the named cores may run the
 * guest.	[SEV ACTIVATE_EX]
 */
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/activate.h"
#include "chip/sp/sev/commands.h"

/* The cores of the complex that holds this one. */
static u64 complex_of(const struct sp *sp, unsigned core)
{
	unsigned first = core - core % sp->product.complex_cores;
	u64 cores = 0;

	for (unsigned i = first; i < sp->product.cores && i - first < sp->product.complex_cores;
	     i++)
		cores |= BIT64(i);
	return cores;
}

/* At least one, and no more than there are cores: a longer list has one of them twice. */
static enum sp_status take_cores(struct sp *sp, const struct sev_activate_ex_buf *buf, u64 *cores)
{
	u32 ids[SP_CORES_MAX];
	enum sp_status s;

	if (buf->num_ids < 1 || buf->num_ids > sp->product.cores)
		return SP_INVALID_PARAM;
	s = sp_check_range(sp, SP_IN, buf->ids_paddr, buf->num_ids * sizeof(u32), sizeof(u32));
	if (s)
		return s;
	sp_read(sp, buf->ids_paddr, ids, buf->num_ids * sizeof(u32));
	*cores = 0;
	for (u32 i = 0; i < buf->num_ids; i++) {
		if (ids[i] >= sp->product.cores)
			return SP_INVALID_PARAM;
		*cores |= complex_of(sp, ids[i]);
	}
	return SP_SUCCESS;
}

enum sp_status sev_activate_ex(struct sp *sp, struct sp_call *call)
{
	const struct sev_activate_ex_buf *buf = (const void *)call->buf;
	enum sp_status s;
	u64 cores;

	/* Check. */
	s = sp_check_in_length(buf->ex_len, sizeof(*buf));
	if (s)
		return s;
	s = sev_check_asid(sp, call->guest, buf->asid);
	if (s)
		return s;
	s = take_cores(sp, buf, &cores);
	if (s)
		return s;

	/* Commit. */
	sp_asid_bind(sp, call->guest, buf->asid, cores);
	return SP_SUCCESS;
}
