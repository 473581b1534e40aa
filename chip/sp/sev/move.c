/* SPDX-License-Identifier: MIT */
/* Moving memory, a page at most at a time. */
#include "chip/sp/sev/move.h"

#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "crypto/secret.h"

enum sp_status sev_check_move(const struct sp *sp, const struct sev_move *m)
{
	enum sp_use use = m->dst_guest ? SP_GUEST : SP_OUT;
	enum sp_status s;

	s = sp_check_blocks(m->len);
	if (!s)
		s = sp_check_range(sp, SP_IN, m->src, m->len, SEV_BLOCK);
	if (!s)
		s = sp_check_range(sp, use, m->dst, m->len, SEV_BLOCK);
	if (!s && sp_ranges_overlap(sp, m->src, m->len, m->dst, m->len))
		s = SP_INVALID_ADDRESS;
	return s;
}

void sev_move(struct sp *sp, const struct sev_guest *g, const struct sev_move *m)
{
	u8 part[PAGE_SIZE];

	for (u32 done = 0; done < m->len;) {
		u32 n = m->len - done < sizeof(part) ? m->len - done : sizeof(part);

		if (m->src_guest)
			sp_guest_read(sp, g, m->src + done, part, n);
		else
			sp_read(sp, m->src + done, part, n);
		if (m->dst_guest)
			sp_guest_write(sp, g, m->dst + done, part, n);
		else
			sp_write(sp, m->dst + done, part, n);
		done += n;
	}
	secret_wipe(part, sizeof(part));
}
