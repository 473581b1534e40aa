/* SPDX-License-Identifier: MIT */
/* RING_BUFFER: from here on commands come in queues; see chip/sp/ring.h.	[SEV RING_BUFFER] */
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/commands.h"

static enum sp_status check_queues(const struct sp *sp, const struct sp_ring *ring)
{
	enum sp_status s = SP_SUCCESS;

	for (unsigned i = 0; i < RING_QUEUES && !s; i++) {
		s = sp_check_range(sp, SP_IN, ring->queue[i].cmds, SP_RING_PAGE, SP_RING_PAGE);
		if (!s)
			s = sp_check_range(sp, SP_OUT, ring->queue[i].statuses, SP_RING_PAGE,
					   SP_RING_PAGE);
	}
	return s;
}

enum sp_status sev_ring_buffer(struct sp *sp, struct sp_call *call)
{
	const struct sev_ring_buffer_buf *buf = (const void *)call->buf;
	struct sp_ring ring = {
		.int_on_empty = buf->flags & SEV_RING_INT_ON_EMPTY,
		.queue = {[RING_LOW] = {.cmds = buf->lo_cmdptr_paddr,
					.statuses = buf->lo_statval_paddr,
					.threshold = buf->lo_threshold},
			  [RING_HIGH] = {.cmds = buf->hi_cmdptr_paddr,
					 .statuses = buf->hi_statval_paddr,
					 .threshold = buf->hi_threshold}},
	};
	enum sp_status s;

	/* Check. */
	if (sp_ring_is_active(sp))
		return SP_INVALID_PLATFORM_STATE;
	if (buf->flags & ~SEV_RING_INT_ON_EMPTY)
		return SP_INVALID_PARAM;
	if (buf->lo_size != 1 || buf->hi_size != 1)
		return SP_INVALID_LENGTH;
	s = check_queues(sp, &ring);
	if (s)
		return s;

	/* Commit. */
	sp_ring_enter(sp, &ring);
	return SP_SUCCESS;
}
