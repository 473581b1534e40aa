/* SPDX-License-Identifier: MIT */
/* The registers, by the names of the newer set: each product's offsets are mapped to those. */
#include "chip/sp/mailbox.h"

#include "abi/sev.h"
#include "chip/sp/internal.h"
#include "chip/sp/ring.h"

void sp_mailbox_init(struct sp_mailbox *m)
{
	pthread_mutex_init(&m->lock, NULL);
}

void sp_mailbox_fini(struct sp_mailbox *m)
{
	pthread_mutex_destroy(&m->lock);
}

enum mailbox_register { CMDRESP, ADDR_LO, ADDR_HI, FEATURE, INTEN, INTSTS, REGISTERS };

/* Row: enum sp_register_set. */
static const u32 offsets[][REGISTERS] = {
	{SP_V1_CMDRESP, SP_V1_CMDBUF_ADDR_LO, SP_V1_CMDBUF_ADDR_HI, SP_V1_FEATURE, SP_V1_INTEN,
	 SP_V1_INTSTS},
	{SP_V2_CMDRESP, SP_V2_CMDBUF_ADDR_LO, SP_V2_CMDBUF_ADDR_HI, SP_V2_FEATURE, SP_V2_INTEN,
	 SP_V2_INTSTS},
	{SP_V2_CMDRESP, SP_V2_CMDBUF_ADDR_LO, SP_V2_CMDBUF_ADDR_HI, SP_V2_FEATURE,
	 SP_V2_INTEN_TURIN, SP_V2_INTSTS_TURIN},
};

/* REGISTERS: there is none. */
static enum mailbox_register register_at(const struct sp *sp, u32 offset)
{
	unsigned r = 0;

	while (r < REGISTERS && offsets[sp->product.registers][r] != offset)
		r++;
	return r;
}

/* -- reading --------------------------------------------------------------------------------- */

static u32 read_cmdresp(const struct sp_mailbox *m)
{
	if (!m->ring.active)
		return m->cmdresp;
	return SP_RING_CTL_ACTIVE | (m->busy ? SP_RING_CTL_X86 : 0);
}

static u32 read_register(const struct sp_mailbox *m, enum mailbox_register r)
{
	switch (r) {
	case CMDRESP:
		return read_cmdresp(m);
	case ADDR_LO:
		return m->ring.active ? sp_ring_heads(&m->ring) : m->addr_lo;
	case ADDR_HI:
		return m->ring.active ? sp_ring_tails(&m->ring) : m->addr_hi;
	case FEATURE:
		return SP_FEATURE_SEV;
	case INTEN:
		return m->inten;
	case INTSTS:
		return m->intsts;
	case REGISTERS:
		break;
	}
	return 0;
}

u32 sp_mailbox_read(struct sp *sp, u32 offset)
{
	u32 value;

	pthread_mutex_lock(&sp->mailbox.lock);
	value = read_register(&sp->mailbox, register_at(sp, offset));
	pthread_mutex_unlock(&sp->mailbox.lock);
	return value;
}

/* -- commands -------------------------------------------------------------------------------- */

/* What a write to CmdResp starts. */
enum start { START_NOTHING, START_COMMAND, START_RING, LEAVE_RING };

static enum start decide(const struct sp_mailbox *m, u32 value)
{
	bool bell = value & SP_RING_CTL_X86; /* the same bit as SP_CMDRESP_RESPONSE */

	if (m->busy)
		return START_NOTHING;
	if (m->ring.active)
		return bell ? START_RING : LEAVE_RING;
	return bell ? START_NOTHING : START_COMMAND;
}

/* Takes the mailbox, if something starts. */
static enum start start(struct sp_mailbox *m, u32 value, u64 *paddr)
{
	enum start what;

	pthread_mutex_lock(&m->lock);
	what = decide(m, value);
	if (what == START_RING) {
		m->ring.paused = false;
		if (value & SP_RING_CTL_CLEAR_INT)
			m->intsts &= ~SP_INTSTS_CMD_COMPLETE;
	} else if (what != START_NOTHING) {
		m->cmdresp = value;
		*paddr = (u64)m->addr_hi << 32 | m->addr_lo;
	}
	m->busy |= what != START_NOTHING;
	pthread_mutex_unlock(&m->lock);
	return what;
}

/*
 * Gives the mailbox back, with CmdResp as software will read it: in one step, since whoever sees the
 * response may start the next command.  True: the interrupt is raised and enabled.
 */
static bool finish(struct sp_mailbox *m, enum sp_status status, bool interrupt)
{
	bool raise;

	pthread_mutex_lock(&m->lock);
	m->busy = false;
	m->cmdresp = SP_CMDRESP_RESPONSE | FIELD_PUT(SP_CMDRESP_STATUS, status);
	if (interrupt)
		m->intsts |= SP_INTSTS_CMD_COMPLETE;
	raise = interrupt && (m->intsts & m->inten);
	pthread_mutex_unlock(&m->lock);
	return raise;
}

static void write_cmdresp(struct sp *sp, u32 value)
{
	/* After the bell it is seen only if a command ended the mode. */
	enum sp_status status = SP_RING_BUFFER_EXIT;
	bool interrupt = value & SP_CMDRESP_IOC;
	u64 paddr = 0;

	switch (start(&sp->mailbox, value, &paddr)) {
	case START_NOTHING:
		return;
	case START_COMMAND:
		status = sp_command(sp, FIELD_GET(SP_CMDRESP_CMD, value), paddr);
		break;
	case START_RING:
		interrupt = sp_ring_run(sp);
		break;
	case LEAVE_RING:
		sp_ring_leave(sp);
		break;
	}
	if (finish(&sp->mailbox, status, interrupt) && sp->hooks.interrupt)
		sp->hooks.interrupt(sp->hooks.ctx);
}

/* -- writing --------------------------------------------------------------------------------- */

static void write_register(struct sp_mailbox *m, enum mailbox_register r, u32 value)
{
	pthread_mutex_lock(&m->lock);
	if (r == ADDR_LO && m->ring.active)
		sp_ring_set_heads(&m->ring, value);
	else if (r == ADDR_HI && m->ring.active)
		sp_ring_set_tails(&m->ring, value);
	else if (r == ADDR_LO)
		m->addr_lo = value;
	else if (r == ADDR_HI)
		m->addr_hi = value;
	else if (r == INTEN)
		m->inten = value;
	else if (r == INTSTS)
		m->intsts &= ~value;
	pthread_mutex_unlock(&m->lock);
}

void sp_mailbox_write(struct sp *sp, u32 offset, u32 value)
{
	enum mailbox_register r = register_at(sp, offset);

	if (r == CMDRESP)
		write_cmdresp(sp, value);
	else
		write_register(&sp->mailbox, r, value);
}
