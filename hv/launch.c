/* SPDX-License-Identifier: MIT */
/* Launch and teardown. */
#include "hv/launch.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bug.h"

/* A piece is measured as it stands in DRAM, as far as it is in one piece there. */
static void show(const struct launch_config *cfg, const struct boot_stage *stage, gpa_t gpa,
		 u64 len)
{
	u8 *copy;

	if (!cfg->measured)
		return;
	copy = malloc(len);
	BUG_ON(!copy || !memory_read(stage->memory, gpa, copy, len));
	cfg->measured(cfg->ctx, copy, len);
	free(copy);
}

static int update(struct launch *l, const struct launch_config *cfg, const struct boot_stage *stage,
		  const struct boot_piece *p, struct error *err)
{
	for (u64 done = 0, n; done < p->len; done += n) {
		gpa_t gpa = GPA(p->gpa.v + done);
		spa_t spa;
		int rc;

		BUG_ON(!memory_translate(stage->memory, gpa, &spa, &n));
		n = n < p->len - done ? n : p->len - done;
		show(cfg, stage, gpa, n);
		rc = sp_driver_launch_update(l->driver, l->handle, spa, (u32)n, err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int update_all(struct launch *l, const struct launch_config *cfg,
		      const struct boot_stage *stage, struct error *err)
{
	int rc = 0;

	for (unsigned n = 0; n < stage->count && rc == 0; n++)
		rc = update(l, cfg, stage, &stage->piece[n], err);
	return rc;
}

static int inject(struct launch *l, const struct launch_config *cfg, const struct boot_stage *stage,
		  struct error *err)
{
	struct launch_secret s;
	spa_t spa;
	u64 room;

	if (!cfg->secret || !cfg->secret(cfg->ctx, &l->measurement, &s))
		return 0;
	if (!memory_translate(stage->memory, s.gpa, &spa, &room) || room < s.len)
		return error_set(err, EINVAL, "secret: %u bytes at %#llx are not in guest memory",
				 s.len, (unsigned long long)s.gpa.v);
	return sp_driver_launch_secret(l->driver, l->handle, spa, s.hdr, s.trans, s.len, err);
}

int launch_start(struct launch *l, struct sp_driver *d, const struct launch_config *cfg,
		 const struct boot_stage *stage, u32 asid, struct error *err)
{
	int rc;

	*l = (struct launch){.driver = d, .asid = asid, .policy = cfg->owner.policy};
	rc = sp_driver_start(d, err);
	if (rc == 0)
		rc = sp_driver_launch_start(d, &cfg->owner, &l->handle, err);
	if (rc != 0)
		return rc;
	l->started = true;
	rc = sp_driver_activate(d, l->handle, asid, err);
	l->active = rc == 0;
	if (rc == 0)
		rc = update_all(l, cfg, stage, err);
	if (rc == 0)
		rc = sp_driver_launch_measure(d, l->handle, &l->measurement, err);
	if (rc == 0)
		rc = inject(l, cfg, stage, err);
	if (rc == 0)
		rc = sp_driver_launch_finish(d, l->handle, err);
	return rc;
}

/* What fails on the way down stays with the SP; there is nobody left to tell. */
void launch_end(struct launch *l)
{
	int rc = 0;

	if (l->active)
		rc = sp_driver_deactivate(l->driver, l->handle, NULL);
	if (l->active && rc == 0)
		rc = sp_driver_flush(l->driver, NULL);
	if (l->started)
		rc = sp_driver_decommission(l->driver, l->handle, NULL);
	l->active = false;
	l->started = rc != 0;
}
