/* SPDX-License-Identifier: MIT */
/* The model's tables: guests, pages, and the refusals that follow from both. */
#include "chip/sp/sp_model_testbed.h"

#include <string.h>

#include "tests/support/cmocka.h"

/* -- beginning and end ----------------------------------------------------------------------- */

void model_start(struct model *m, struct sp_bed *bed, u64 seed)
{
	m->bed = bed;
	m->random = seed * 0x9e3779b97f4a7c15;
	m->up = m->es = false;
	memset(m->page, 0, sizeof(m->page));
	for (unsigned i = 0; i < MODEL_PARTIES; i++)
		bed_owner_init(&m->party[i], (u8)(seed * MODEL_PARTIES + i));
}

void model_end(struct model *m)
{
	model_forget_guests(m);
	bed_free(m->bed);
}

/* -- guests ---------------------------------------------------------------------------------- */

u32 model_draw(struct model *m, u32 below)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 7;
	m->random ^= m->random << 17;
	return (u32)(m->random >> 20) % below;
}

bool model_one_in(struct model *m, u32 n)
{
	return model_draw(m, n) == 0;
}

struct model_guest *model_find(struct model *m, u32 handle)
{
	for (unsigned i = 0; handle && i < MODEL_GUESTS; i++)
		if (m->guest[i].handle == handle)
			return &m->guest[i];
	return NULL;
}

unsigned model_count(const struct model *m)
{
	unsigned n = 0;

	for (unsigned i = 0; i < MODEL_GUESTS; i++)
		n += m->guest[i].handle != 0;
	return n;
}

struct model_guest *model_owner_of(struct model *m, u32 asid)
{
	for (unsigned i = 0; i < MODEL_GUESTS; i++)
		if (m->guest[i].handle && m->guest[i].asid == asid)
			return &m->guest[i];
	return NULL;
}

u32 model_some_handle(struct model *m)
{
	u32 lives = m->guest[model_draw(m, MODEL_GUESTS)].handle;

	switch (model_draw(m, 16)) {
	case 0:
		return 0;
	case 1:
		return m->old_handle;
	case 2:
		return model_draw(m, UINT32_MAX);
	default:
		for (unsigned i = 0; !lives && i < MODEL_GUESTS; i++)
			lives = m->guest[i].handle;
		return lives;
	}
}

u32 model_handle_for(struct model *m, const struct rule *r)
{
	unsigned first = model_draw(m, MODEL_GUESTS);

	if (model_one_in(m, 2))
		return model_some_handle(m);
	for (unsigned i = 0; i < MODEL_GUESTS; i++) {
		const struct model_guest *g = &m->guest[(first + i) % MODEL_GUESTS];

		if (g->handle && !model_rule(m, g->handle, r))
			return g->handle;
	}
	return model_some_handle(m);
}

enum sp_status model_rule(struct model *m, u32 handle, const struct rule *r)
{
	const struct model_guest *g = model_find(m, handle);

	if (!m->up || !model_count(m))
		return SP_INVALID_PLATFORM_STATE;
	if (!g)
		return SP_INVALID_GUEST;
	if (!(r->states >> g->state & 1))
		return SP_INVALID_GUEST_STATE;
	if ((g->policy & r->clear) || (g->policy & r->set) != r->set)
		return SP_POLICY_FAILURE;
	if (r->activity == SP_MUST_BE_ACTIVE && !g->asid)
		return SP_INACTIVE;
	if (r->activity == SP_MUST_BE_INACTIVE && g->asid)
		return SP_ACTIVE;
	return SP_SUCCESS;
}

bool model_run(struct model *m, u32 id, void *buf, size_t len, enum sp_status expected)
{
	if (expected && model_one_in(m, 32)) {
		bed_refuses(m->bed, expected, id, buf, len);
	} else {
		enum sp_status s = bed_command(m->bed, id, buf, len);

		if (s != expected)
			fail_msg("command %02xh: status %02xh, the model says %02xh", id, s,
				 expected);
	}
	++*(expected ? &m->refused[id] : &m->done[id]);
	return expected == SP_SUCCESS;
}

void model_forget_guests(struct model *m)
{
	for (unsigned i = 0; i < MODEL_GUESTS; i++) {
		if (m->guest[i].handle)
			m->old_handle = m->guest[i].handle;
		hash_free(m->guest[i].ld);
		m->guest[i] = (struct model_guest){0};
	}
	for (unsigned i = 0; i < MODEL_PAGES; i++)
		m->page[i].save_area = 0;
}

void model_change_state(struct model *m, u32 id, enum sev_guest_state from, enum sev_guest_state to)
{
	const struct rule rule = {SP_STATE(from), 0, 0, SP_ACTIVE_OR_NOT};
	struct sev_handle_buf buf = {model_handle_for(m, &rule)};
	struct model_guest *g = model_find(m, buf.handle);

	if (model_run(m, id, &buf, sizeof(buf), model_rule(m, buf.handle, &rule)))
		g->state = to;
}

/* -- pages ----------------------------------------------------------------------------------- */

u64 model_spa(unsigned page)
{
	return BED_GUEST + page * PAGE_SIZE;
}

void model_set_page(struct model *m, unsigned page, bool known, unsigned key, u8 seed)
{
	struct model_page *p = &m->page[page];

	p->writes += !(known && p->known && p->key == key && p->seed == seed);
	p->known = known;
	p->key = key;
	p->seed = seed;
}

void model_guard_page(struct model *m, unsigned page, u32 handle)
{
	m->page[page].save_area = handle;
	m->page[page].saved_writes = m->page[page].writes;
}

bool model_is_intact(const struct model *m, unsigned page, u32 handle)
{
	const struct model_page *p = &m->page[page];

	return p->save_area == handle && p->saved_writes == p->writes;
}

u8 model_new_seed(struct model *m, unsigned page)
{
	return (u8)(m->page[page].seed + 1 + model_draw(m, 255));
}

void model_moved(struct model *m, unsigned from, unsigned from_key, unsigned to, unsigned to_key)
{
	const struct model_page *p = &m->page[from];

	model_set_page(m, to, p->known && p->key == from_key, to_key, p->seed);
}

static void check_page(struct model *m, const struct model_page *p, u64 spa)
{
	u8 expected[PAGE_SIZE], seen[PAGE_SIZE];
	struct bed_guest reader;

	bed_fill(expected, sizeof(expected), p->seed);
	if (!p->key) {
		bed_get(m->bed, spa, seen, sizeof(seen));
		assert_memory_equal(seen, expected, sizeof(seen));
		return;
	}
	for (unsigned i = 0; i < MODEL_GUESTS; i++) {
		if (!m->guest[i].handle || !m->guest[i].asid || m->guest[i].key != p->key)
			continue;
		reader.asid = m->guest[i].asid;
		bed_guest_get(m->bed, &reader, spa, seen, sizeof(seen));
		assert_memory_equal(seen, expected, sizeof(seen));
	}
}

void model_check_all(struct model *m)
{
	for (u32 asid = 1; asid <= BED_ASIDS; asid++) {
		const struct model_guest *g = model_owner_of(m, asid);
		bool runs = g && (g->state == SEV_GUEST_RUNNING || g->state == SEV_GUEST_SUPDATE);

		assert_int_equal(sp_asid_runnable(bed_sp(m->bed), asid, 0), runs);
	}
	for (unsigned i = 0; i < MODEL_PAGES; i++)
		if (m->page[i].known)
			check_page(m, &m->page[i], model_spa(i));
}
