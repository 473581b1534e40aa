/* SPDX-License-Identifier: MIT */
/*
 * A model of the firmware's states, for sp_model_test.c.
 *
 * It is written from the document alone and knows nothing of keys: a platform state, a table of
 * guests, flags for ASIDs, and for a few pages of memory whose they are and what they say.  For each
 * command it names the status beforehand.
 */
#ifndef CHIP_SP_SP_MODEL_TESTBED_H
#define CHIP_SP_SP_MODEL_TESTBED_H

#include "chip/sp/sev/guest_testbed.h"

enum { MODEL_GUESTS = BED_ASIDS, MODEL_PAGES = 24, MODEL_PARTIES = 4 };

struct model_guest {
	u32 handle; /* 0: free */
	u32 policy, asid;
	unsigned key; /* which key, not what */
	enum sev_guest_state state;
	struct bed_owner owner; /* has the transport keys of the session */
	u8 measure[32];
	struct hash *ld;
};

/*
 * A page says bed_fill(seed) to the host (key 0) or under a guest's key, or is unknown.  What
 * counts as a write made it say something else.
 */
struct model_page {
	bool known;
	unsigned key;
	u8 seed;
	unsigned writes; /* so far */
	u32 save_area;   /* handle of the guest that it is guarded for */
	unsigned saved_writes;
};

struct model {
	struct sp_bed *bed;
	u64 random;
	bool up, es;
	struct model_guest guest[MODEL_GUESTS];
	struct model_page page[MODEL_PAGES];
	bool dirty[BED_ASIDS + 1];
	u64 wbinvd;
	unsigned keys;
	u32 old_handle;                        /* of a guest that has ended */
	struct bed_owner party[MODEL_PARTIES]; /* who make and take sessions */
	unsigned done[0x80], refused[0x80];
};

/* What the document's tables say before a command looks at anything else. */
struct rule {
	unsigned states;
	u32 clear, set;
	enum sp_activity activity;
};

/* Powered on; the sequence that follows depends on the seed alone. */
void model_start(struct model *m, struct sp_bed *bed, u64 seed);
void model_end(struct model *m);

u32 model_draw(struct model *m, u32 below);
bool model_one_in(struct model *m, u32 n);

struct model_guest *model_find(struct model *m, u32 handle);
struct model_guest *model_owner_of(struct model *m, u32 asid);
unsigned model_count(const struct model *m);
void model_forget_guests(struct model *m);

/* Mostly a guest that lives; one time in two one that the rule is kind to, if there is one. */
u32 model_some_handle(struct model *m);
u32 model_handle_for(struct model *m, const struct rule *r);

/* What the rule answers to a command for this handle. */
enum sp_status model_rule(struct model *m, u32 handle, const struct rule *r);

/* Runs it; the status must be the model's.  Now and then a refusal is searched for traces. */
bool model_run(struct model *m, u32 id, void *buf, size_t len, enum sp_status expected);

/* One of the handle-only commands. */
void model_change_state(struct model *m, u32 id, enum sev_guest_state from,
			enum sev_guest_state to);

/* Pages: written, guarded, moved by a command from one key to another. */
u64 model_spa(unsigned page);
u8 model_new_seed(struct model *m, unsigned page);
void model_set_page(struct model *m, unsigned page, bool known, unsigned key, u8 seed);
void model_guard_page(struct model *m, unsigned page, u32 handle);
bool model_is_intact(const struct model *m, unsigned page, u32 handle);
void model_moved(struct model *m, unsigned from, unsigned from_key, unsigned to, unsigned to_key);

/* Who may run, and what memory says. */
void model_check_all(struct model *m);

typedef void model_step(struct model *m);

/* Of sp_model_launch_testbed.c. */
model_step model_init, model_shutdown, model_wbinvd, model_df_flush, model_platform_status,
	model_activate, model_activate_ex, model_deactivate, model_decommission, model_guest_status,
	model_launch_start, model_receive_start, model_launch_update_data, model_launch_update_vmsa,
	model_launch_measure, model_launch_finish, model_attestation;

#endif
