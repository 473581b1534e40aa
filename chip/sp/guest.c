/* SPDX-License-Identifier: MIT */
/* The table of guest contexts. */
#include "chip/sp/guest.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bug.h"
#include "chip/sp/internal.h"
#include "crypto/secret.h"

int sev_guests_init(struct sev_guests *g, unsigned slots)
{
	g->slot = calloc(slots, sizeof(*g->slot));
	g->slots = slots;
	return g->slot ? 0 : -ENOMEM;
}

/* Also ends the running digest, the one thing in a context that is not plain bytes. */
static void wipe(struct sev_guest *g)
{
	hash_free(g->ld);
	secret_wipe(g, sizeof(*g));
}

void sev_guests_fini(struct sev_guests *g)
{
	for (unsigned i = 0; g->slot && i < g->slots; i++)
		wipe(&g->slot[i]);
	free(g->slot);
}

struct sev_guest *sev_guest_find(struct sp *sp, u32 handle)
{
	if (handle == SEV_HANDLE_NONE)
		return NULL;
	for (unsigned i = 0; i < sp->guests.slots; i++)
		if (sp->guests.slot[i].handle == handle)
			return &sp->guests.slot[i];
	return NULL;
}

bool sev_guest_room(const struct sp *sp)
{
	return sp->guests.count < sp->guests.slots;
}

static u32 next_handle(struct sp *sp)
{
	do
		sp->guests.last_handle++;
	while (sp->guests.last_handle == SEV_HANDLE_NONE ||
	       sev_guest_find(sp, sp->guests.last_handle));
	return sp->guests.last_handle;
}

struct sev_guest *sev_guest_new(struct sp *sp, enum sev_guest_state state)
{
	struct sev_guest *g = sp->guests.slot;

	BUG_ON(!sev_guest_room(sp));
	while (g->handle != SEV_HANDLE_NONE)
		g++;
	g->handle = next_handle(sp);
	g->state = state;
	sp->guests.count++;
	return g;
}

void sev_guest_free(struct sp *sp, struct sev_guest *g)
{
	BUG_ON(g->asid != SEV_ASID_HOST);
	sp_vmsas_forget(&sp->vmsas, g->handle);
	wipe(g);
	sp->guests.count--;
}

void sev_guest_set_state(struct sp *sp, struct sev_guest *g, enum sev_guest_state state)
{
	g->state = state;
	sp_asid_publish(sp, g);
}

void sev_guest_wipe_session(struct sev_guest *g)
{
	secret_wipe(g->nonce, sizeof(g->nonce));
	secret_wipe(g->ms, sizeof(g->ms));
	secret_wipe(&g->keys, sizeof(g->keys));
}
