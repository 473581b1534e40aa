/* SPDX-License-Identifier: MIT */
/* What MEASURE authenticates. */
#include "chip/sp/sev/measure.h"

#include <string.h>

#include "chip/sp/sev/begin.h"
#include "crypto/hmac.h"

int sev_measure(struct sev_measurement *m, const struct sp *sp, const struct sev_guest *g,
		const struct sha256_digest *ld)
{
	struct sev_measure_msg msg = {
		.tag = SEV_MAC_LAUNCH_MEASURE,
		.api_major = sp->firmware.api_major,
		.api_minor = sp->firmware.api_minor,
		.build = sp->firmware.build,
		.policy = g->policy,
	};
	/* Before API 0.17 the message began here, and a downgrade of the firmware went unseen. */
	size_t skip = sev_api_at_least(sp, 0, 17) ? 0 : offsetof(struct sev_measure_msg, policy);
	struct sha256_digest mac;
	int ret;

	memcpy(msg.ld, ld->b, sizeof(msg.ld));
	memcpy(msg.mnonce, m->mnonce, sizeof(msg.mnonce));
	ret = hmac_sha256(&mac, g->keys.tik, sizeof(g->keys.tik), (u8 *)&msg + skip,
			  sizeof(msg) - skip);
	if (!ret)
		memcpy(m->measure, mac.b, sizeof(m->measure));
	return ret;
}
