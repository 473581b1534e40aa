/* SPDX-License-Identifier: MIT */
/* Taking entries off the two queues. */
#include "chip/sp/ring.h"

#include "chip/sp/internal.h"
#include "chip/sp/mem.h"

/* -- mode ------------------------------------------------------------------------------------ */

void sp_ring_enter(struct sp *sp, const struct sp_ring *ring)
{
	pthread_mutex_lock(&sp->mailbox.lock);
	sp->mailbox.ring = *ring;
	sp->mailbox.ring.active = true;
	pthread_mutex_unlock(&sp->mailbox.lock);
}

void sp_ring_leave(struct sp *sp)
{
	pthread_mutex_lock(&sp->mailbox.lock);
	sp->mailbox.ring = (struct sp_ring){0};
	pthread_mutex_unlock(&sp->mailbox.lock);
}

bool sp_ring_is_active(struct sp *sp)
{
	bool active;

	pthread_mutex_lock(&sp->mailbox.lock);
	active = sp->mailbox.ring.active;
	pthread_mutex_unlock(&sp->mailbox.lock);
	return active;
}

/* -- registers ------------------------------------------------------------------------------- */

u32 sp_ring_heads(const struct sp_ring *r)
{
	return FIELD_PUT(SP_RING_HIGH, r->queue[RING_HIGH].head) |
	       FIELD_PUT(SP_RING_LOW, r->queue[RING_LOW].head) |
	       (r->paused ? SP_RING_HEAD_PAUSED : 0);
}

u32 sp_ring_tails(const struct sp_ring *r)
{
	return FIELD_PUT(SP_RING_HIGH, r->queue[RING_HIGH].tail) |
	       FIELD_PUT(SP_RING_LOW, r->queue[RING_LOW].tail);
}

void sp_ring_set_heads(struct sp_ring *r, u32 value)
{
	r->queue[RING_HIGH].head = FIELD_GET(SP_RING_HIGH, value) % SP_RING_PAGE_ENTRIES;
	r->queue[RING_LOW].head = FIELD_GET(SP_RING_LOW, value) % SP_RING_PAGE_ENTRIES;
}

void sp_ring_set_tails(struct sp_ring *r, u32 value)
{
	r->queue[RING_HIGH].tail = FIELD_GET(SP_RING_HIGH, value) % SP_RING_PAGE_ENTRIES;
	r->queue[RING_LOW].tail = FIELD_GET(SP_RING_LOW, value) % SP_RING_PAGE_ENTRIES;
}

/* -- entries --------------------------------------------------------------------------------- */

/* One entry on its way. */
struct ring_entry {
	unsigned queue;
	u16 at;
	struct sev_ring_cmd cmd;
};

static u16 entries_in(const struct sp_ring_queue *q)
{
	return (q->tail - q->head) % SP_RING_PAGE_ENTRIES;
}

/* The first entry, high priority before low; false: none.  Under the mailbox's lock. */
static bool pick(const struct sp_ring *r, struct ring_entry *e, u64 *paddr)
{
	const struct sp_ring_queue *q = r->queue;

	if (!r->active || r->paused)
		return false;
	e->queue = entries_in(&q[RING_HIGH]) ? RING_HIGH : RING_LOW;
	e->at = q[e->queue].head;
	*paddr = q[e->queue].cmds + e->at * sizeof(e->cmd);
	return entries_in(&q[e->queue]);
}

/* The SP's lock keeps the pages valid: SHUTDOWN, which frees them, ends the mode under it. */
static bool fetch(struct sp *sp, struct ring_entry *e)
{
	bool found;
	u64 paddr;

	pthread_mutex_lock(&sp->lock);
	pthread_mutex_lock(&sp->mailbox.lock);
	found = pick(&sp->mailbox.ring, e, &paddr);
	pthread_mutex_unlock(&sp->mailbox.lock);
	if (found)
		sp_read(sp, paddr, &e->cmd, sizeof(e->cmd));
	pthread_mutex_unlock(&sp->lock);
	return found;
}

/* Moves on, or pauses; returns whether software is to hear of it. */
static bool advance(struct sp_ring *r, const struct ring_entry *e, enum sp_status status)
{
	struct sp_ring_queue *q = &r->queue[e->queue];

	if (status && !(e->cmd.flags & SEV_RING_CMD_CONTINUE)) {
		r->paused = true;
		return true;
	}
	q->head = (e->at + 1) % SP_RING_PAGE_ENTRIES;
	return (e->cmd.flags & SEV_RING_CMD_INT) || (q->threshold && entries_in(q) == q->threshold);
}

static bool settle(struct sp *sp, const struct ring_entry *e, enum sp_status status)
{
	struct sev_ring_status out = {.status = status};
	struct sp_ring *r = &sp->mailbox.ring;
	bool interrupt = false;
	u64 paddr = 0;
	bool active;

	pthread_mutex_lock(&sp->lock);
	pthread_mutex_lock(&sp->mailbox.lock);
	active = r->active;
	if (active) {
		interrupt = advance(r, e, status);
		paddr = r->queue[e->queue].statuses + e->at * sizeof(out);
	}
	pthread_mutex_unlock(&sp->mailbox.lock);
	if (active)
		sp_write(sp, paddr, &out, sizeof(out));
	pthread_mutex_unlock(&sp->lock);
	return interrupt;
}

static bool wants_to_hear_of_empty(struct sp *sp)
{
	bool wants;

	pthread_mutex_lock(&sp->mailbox.lock);
	wants = sp->mailbox.ring.int_on_empty && !sp->mailbox.ring.paused;
	pthread_mutex_unlock(&sp->mailbox.lock);
	return wants;
}

bool sp_ring_run(struct sp *sp)
{
	struct ring_entry e;
	bool interrupt = false;

	while (fetch(sp, &e)) {
		enum sp_status status = sp_command(sp, e.cmd.cmd, e.cmd.buf_paddr);

		interrupt |= settle(sp, &e, status);
	}
	return interrupt || wants_to_hear_of_empty(sp);
}
