/* SPDX-License-Identifier: MIT */
/*
 * LAUNCH_MEASURE: the guest is complete; its owner gets a MAC over what was launched, and where.
 *	[SEV 6.5.1 LAUNCH_MEASURE]
 */
#include <errno.h>

#include "chip/sp/mem.h"
#include "chip/sp/sev/commands.h"
#include "chip/sp/sev/measure.h"

/* The digest so far; the running one goes on. */
static int digest_now(struct sha256_digest *ld, const struct hash *running)
{
	struct hash *h = hash_clone(running);

	if (!h)
		return -ENOMEM;
	hash_final_sha256(h, ld);
	hash_free(h);
	return 0;
}

enum sp_status sev_launch_measure(struct sp *sp, struct sp_call *call)
{
	struct sev_launch_measure_buf *buf = (void *)call->buf;
	struct sev_guest *g = call->guest;
	struct sev_measurement m;
	struct sha256_digest ld;
	enum sp_status s;
	int ret;

	/* Check. */
	s = sp_check_out_length(&buf->measure_length, sizeof(m));
	if (s)
		return s;
	s = sp_check_range(sp, SP_OUT, buf->measure_paddr, sizeof(m), 1);
	if (s)
		return s;
	rng_fill(sp->rng, m.mnonce, sizeof(m.mnonce));
	ret = digest_now(&ld, g->ld);
	if (!ret)
		ret = sev_measure(&m, sp, g, &ld);
	if (ret)
		return sp_host_failed(call, ret);

	/* Commit. */
	hash_free(g->ld);
	g->ld = NULL;
	g->launch_digest = ld;
	g->measurement = m;
	sp_write(sp, buf->measure_paddr, &m, sizeof(m));
	sev_guest_set_state(sp, g, SEV_GUEST_LSECRET);
	return SP_SUCCESS;
}
