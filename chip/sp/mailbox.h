/* SPDX-License-Identifier: MIT */
/* Registers of the mailbox; private to chip/sp/.	[SEV 4 Mailbox Register Protocol] */
#ifndef CHIP_SP_MAILBOX_H
#define CHIP_SP_MAILBOX_H

#include <pthread.h>

#include "base/types.h"
#include "chip/sp/ring.h"

struct sp_mailbox {
	pthread_mutex_t lock; /* guards the rest; not held while a command runs */
	bool busy;
	u32 cmdresp, addr_lo, addr_hi;
	u32 inten, intsts;
	struct sp_ring ring;
};

void sp_mailbox_init(struct sp_mailbox *m);
void sp_mailbox_fini(struct sp_mailbox *m);

#endif
