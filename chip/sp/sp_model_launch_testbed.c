/* SPDX-License-Identifier: MIT */
/* Steps of the model: the platform, contexts, beginnings, launches. */
#include "chip/sp/sp_model_testbed.h"
#include "tests/support/cmocka.h"

/* -- platform -------------------------------------------------------------------------------- */

void model_init(struct model *m)
{
	bool es = !model_one_in(m, 4);
	struct sev_init_buf buf = {.options = es, .tmr_paddr = BED_TMR, .tmr_length = SEV_TMR_SIZE};

	if (!model_run(m, SEV_CMD_INIT, &buf, sizeof(buf),
		       m->up ? SP_INVALID_PLATFORM_STATE : SP_SUCCESS))
		return;
	m->up = true;
	m->es = es;
	m->wbinvd = 0;
	for (unsigned i = 0; i <= BED_ASIDS; i++)
		m->dirty[i] = true;
}

void model_shutdown(struct model *m)
{
	if (!model_one_in(m, 60))
		return;
	model_run(m, SEV_CMD_SHUTDOWN, NULL, 0, SP_SUCCESS);
	m->up = m->es = false;
	model_forget_guests(m);
}

void model_wbinvd(struct model *m)
{
	unsigned first = model_draw(m, BED_CORES),
		 last = model_one_in(m, 2) ? first : BED_CORES - 1;

	cache_flush_all(m->bed->config.cache, NULL);
	for (unsigned core = model_one_in(m, 2) ? 0 : first; core <= last; core++) {
		sp_note_wbinvd(bed_sp(m->bed), core);
		m->wbinvd |= BIT64(core);
	}
}

void model_df_flush(struct model *m)
{
	enum sp_status s = SP_SUCCESS;

	if (!m->up)
		s = SP_INVALID_PLATFORM_STATE;
	else if (m->wbinvd != BIT64(BED_CORES) - 1)
		s = SP_WBINVD_REQUIRED;
	if (!model_run(m, SEV_CMD_DF_FLUSH, NULL, 0, s))
		return;
	for (u32 asid = 1; asid <= BED_ASIDS; asid++)
		if (!model_owner_of(m, asid))
			m->dirty[asid] = false;
}

void model_platform_status(struct model *m)
{
	struct sev_platform_status_buf buf;

	model_run(m, SEV_CMD_PLATFORM_STATUS, &buf, sizeof(buf), SP_SUCCESS);
	assert_int_equal(buf.state, m->up ? (model_count(m) ? 2 : 1) : 0);
	assert_int_equal(buf.guest_count, model_count(m));
	assert_int_equal(buf.config, m->es);
}

/* -- contexts -------------------------------------------------------------------------------- */

static const struct rule activation = {SP_UNSENT, 0, 0, SP_MUST_BE_INACTIVE};

static enum sp_status expect_activate(struct model *m, u32 handle, u32 asid)
{
	const struct model_guest *g = model_find(m, handle);
	enum sp_status s = model_rule(m, handle, &activation);
	u32 low = BED_MIN_SEV_ASID, high = BED_ASIDS;

	if (s)
		return s;
	if (g->policy & SEV_POLICY_ES) {
		low = 1;
		high = BED_MIN_SEV_ASID - 1;
	}
	if (asid < low || asid > high)
		return SP_INVALID_ASID;
	if (model_owner_of(m, asid))
		return SP_ASID_OWNED;
	return m->dirty[asid] ? SP_DFFLUSH_REQUIRED : SP_SUCCESS;
}

/* Mostly one for a guest of its kind. */
static u32 some_asid(struct model *m, u32 handle)
{
	const struct model_guest *g = model_find(m, handle);

	if (g && !model_one_in(m, 4))
		return g->policy & SEV_POLICY_ES
			       ? 1 + model_draw(m, BED_MIN_SEV_ASID - 1)
			       : BED_MIN_SEV_ASID + model_draw(m, BED_ASIDS - BED_MIN_SEV_ASID + 1);
	return model_draw(m, BED_ASIDS + 2);
}

void model_activate(struct model *m)
{
	struct sev_activate_buf buf = {.handle = model_handle_for(m, &activation)};

	for (unsigned i = 0; i < 8 && !model_one_in(m, 8); i++)
		model_wbinvd(m);
	if (model_one_in(m, 2))
		model_df_flush(m);
	buf.asid = some_asid(m, buf.handle);

	if (model_run(m, SEV_CMD_ACTIVATE, &buf, sizeof(buf),
		      expect_activate(m, buf.handle, buf.asid)))
		model_find(m, buf.handle)->asid = buf.asid;
}

/* On the complex of core 0, which the model asks about. */
void model_activate_ex(struct model *m)
{
	struct sev_activate_ex_buf buf = {
		.ex_len = sizeof(buf),
		.handle = model_handle_for(m, &activation),
		.num_ids = !model_one_in(m, 8),
		.ids_paddr = BED_BLOB3,
	};
	const u32 core = 1;
	enum sp_status s;

	buf.asid = some_asid(m, buf.handle);
	s = expect_activate(m, buf.handle, buf.asid);
	bed_put(m->bed, BED_BLOB3, &core, sizeof(core));
	if (!s && !buf.num_ids)
		s = SP_INVALID_PARAM;
	if (model_run(m, SEV_CMD_ACTIVATE_EX, &buf, sizeof(buf), s))
		model_find(m, buf.handle)->asid = buf.asid;
}

void model_deactivate(struct model *m)
{
	static const struct rule rule = {SP_ANY_GUEST, 0, 0, SP_ACTIVE_OR_NOT};
	struct sev_handle_buf buf = {model_some_handle(m)};
	struct model_guest *g = model_find(m, buf.handle);

	if (model_one_in(m, 2))
		return;
	cache_flush_all(m->bed->config.cache, NULL); /* a host that does not wants its data lost */
	if (!model_run(m, SEV_CMD_DEACTIVATE, &buf, sizeof(buf),
		       model_rule(m, buf.handle, &rule)) ||
	    !g->asid)
		return;
	m->dirty[g->asid] = true;
	m->wbinvd = 0;
	g->asid = 0;
}

void model_decommission(struct model *m)
{
	static const struct rule rule = {SP_ANY_GUEST, 0, 0, SP_MUST_BE_INACTIVE};
	struct sev_handle_buf buf = {model_some_handle(m)};
	struct model_guest *g = model_find(m, buf.handle);

	if (!model_run(m, SEV_CMD_DECOMMISSION, &buf, sizeof(buf),
		       model_rule(m, buf.handle, &rule)))
		return;
	for (unsigned i = 0; i < MODEL_PAGES; i++)
		if (m->page[i].save_area == g->handle)
			m->page[i].save_area = 0;
	m->old_handle = g->handle;
	hash_free(g->ld);
	*g = (struct model_guest){0};
}

void model_guest_status(struct model *m)
{
	static const struct rule rule = {SP_ANY_GUEST, 0, 0, SP_ACTIVE_OR_NOT};
	struct sev_guest_status_buf buf = {.handle = model_some_handle(m)};
	const struct model_guest *g = model_find(m, buf.handle);

	if (!model_run(m, SEV_CMD_GUEST_STATUS, &buf, sizeof(buf),
		       model_rule(m, buf.handle, &rule)))
		return;
	assert_int_equal(buf.policy, g->policy);
	assert_int_equal(buf.asid, g->asid);
	assert_int_equal(buf.state, g->state);
}

/* -- beginnings ------------------------------------------------------------------------------ */

static u32 some_policy(struct model *m)
{
	static const u32 policies[] = {
		0,
		0,
		0,
		SEV_POLICY_ES,
		SEV_POLICY_ES,
		SEV_POLICY_ES,
		SEV_POLICY_NODBG,
		SEV_POLICY_NOKS,
		SEV_POLICY_NOSEND,
		SEV_POLICY_ES | SEV_POLICY_NODBG,
		24u << 24,
		/* impossible */ 25u << 24,
		BIT32(6),
		BIT32(15),
		1u << 16,
	};

	return policies[model_draw(m, ARRAY_SIZE(policies))];
}

static enum sp_status expect_begin(struct model *m, u32 share, u32 policy)
{
	const struct model_guest *with = model_find(m, share);

	if (!m->up)
		return SP_INVALID_PLATFORM_STATE;
	if (share && !with)
		return SP_INVALID_GUEST;
	if (with && with->state == SEV_GUEST_SENT)
		return SP_INVALID_GUEST_STATE;
	if (with && (with->policy != policy || (policy & SEV_POLICY_NOKS)))
		return SP_POLICY_FAILURE;
	if ((policy & 0xffc0) || (policy >> 16 & 0xff) || policy >> 24 > 24)
		return SP_POLICY_FAILURE;
	if ((policy & SEV_POLICY_ES) && !m->es)
		return SP_UNSUPPORTED;
	return model_count(m) == MODEL_GUESTS ? SP_RESOURCE_LIMIT : SP_SUCCESS;
}

/* An offer, and what is to be expected of it, which is no success one time in eight. */
static enum sp_status make_offer(struct model *m, const struct bed_owner *o,
				 struct sev_launch_start_buf *buf)
{
	struct sev_session session = {{0}};
	struct sev_cert cert;

	bed_owner_cert(o, &cert);
	if (m->up)
		bed_owner_session(o, &bed_sp(m->bed)->platform.identity.pdh.pub, buf->policy,
				  &session);
	bed_put(m->bed, BED_CERT, &cert, sizeof(cert));
	bed_put(m->bed, BED_SESSION, &session, sizeof(session));
	buf->dh_cert_paddr = BED_CERT;
	buf->dh_cert_length = sizeof(cert);
	buf->session_paddr = BED_SESSION;
	buf->session_length = sizeof(session);
	switch (model_draw(m, 32)) {
	case 0:
		buf->dh_cert_length--;
		return SP_INVALID_LENGTH;
	case 1:
		buf->session_paddr = BED_TMR - (m->es ? 1 : 0);
		return m->es ? SP_INVALID_ADDRESS : SP_BAD_MEASUREMENT;
	case 2:
		cert.pubkey.ec.qx[model_draw(m, 72)] ^= 1;
		bed_put(m->bed, BED_CERT, &cert, sizeof(cert));
		return SP_INVALID_CERTIFICATE;
	case 3:
		((u8 *)&session)[model_draw(m, sizeof(session))] ^= 1;
		bed_put(m->bed, BED_SESSION, &session, sizeof(session));
		return SP_BAD_MEASUREMENT;
	default:
		return SP_SUCCESS;
	}
}

static void begin(struct model *m, u32 id, enum sev_guest_state state, bool offers)
{
	struct sev_launch_start_buf buf = {.handle = model_one_in(m, 3) ? model_some_handle(m) : 0};
	const struct model_guest *with = model_find(m, buf.handle);
	struct model_guest *g = m->guest;
	enum sp_status s, s_offer = SP_SUCCESS;
	const struct bed_owner *owner = &m->party[model_draw(m, MODEL_PARTIES)];

	buf.policy = with && !model_one_in(m, 4) ? with->policy : some_policy(m);
	if (offers)
		s_offer = make_offer(m, owner, &buf);
	s = expect_begin(m, buf.handle, buf.policy);
	if (!model_run(m, id, &buf, sizeof(buf), s ? s : s_offer))
		return;
	while (g->handle)
		g++;
	assert_null(model_find(m, buf.handle));
	assert_int_not_equal(buf.handle, 0);
	*g = (struct model_guest){.handle = buf.handle,
				  .policy = buf.policy,
				  .key = with ? with->key : ++m->keys,
				  .state = state,
				  .owner = *owner};
	if (!offers)
		g->owner.keys = sev_guest_find(bed_sp(m->bed), g->handle)->keys;
	if (state == SEV_GUEST_LUPDATE)
		assert_non_null(g->ld = hash_new(HASH_SHA256));
}

void model_launch_start(struct model *m)
{
	begin(m, SEV_CMD_LAUNCH_START, SEV_GUEST_LUPDATE, model_one_in(m, 4));
}

void model_receive_start(struct model *m)
{
	begin(m, SEV_CMD_RECEIVE_START, SEV_GUEST_RUPDATE, true);
}

/* -- launch ---------------------------------------------------------------------------------- */

static void update(struct model *m, bool vmsa)
{
	const struct rule rule = {SP_LUPDATE, 0, vmsa ? SEV_POLICY_ES : 0, SP_MUST_BE_ACTIVE};
	unsigned page = model_draw(m, MODEL_PAGES);
	struct sev_launch_update_buf buf = {.handle = model_handle_for(m, &rule),
					    .paddr = model_spa(page),
					    .length = PAGE_SIZE};
	enum sp_status s = model_rule(m, buf.handle, &rule);
	struct model_guest *g = model_find(m, buf.handle);
	u8 plain[PAGE_SIZE];

	if (vmsa && m->up && model_count(m) && !m->es)
		s = SP_INVALID_CONFIG;
	if (model_one_in(m, 16)) {
		buf.length = vmsa ? PAGE_SIZE / 2 : 8;
		s = s ? s : SP_INVALID_LENGTH;
	}
	bed_get(m->bed, buf.paddr, plain, sizeof(plain));
	if (!model_run(m, vmsa ? SEV_CMD_LAUNCH_UPDATE_VMSA : SEV_CMD_LAUNCH_UPDATE_DATA, &buf,
		       sizeof(buf), s))
		return;
	hash_update(g->ld, plain, sizeof(plain));
	model_moved(m, page, 0, page, g->key);
	if (vmsa)
		model_guard_page(m, page, g->handle);
}

void model_launch_update_data(struct model *m)
{
	update(m, false);
}

void model_launch_update_vmsa(struct model *m)
{
	update(m, true);
}

void model_launch_measure(struct model *m)
{
	static const struct rule rule = {SP_LUPDATE, 0, 0, SP_ACTIVE_OR_NOT};
	struct sev_launch_measure_buf buf = {.handle = model_handle_for(m, &rule),
					     .measure_paddr = BED_MEASURE,
					     .measure_length =
						     model_one_in(m, 4) ? model_draw(m, 48) : 48};
	enum sp_status s = model_rule(m, buf.handle, &rule);
	struct model_guest *g = model_find(m, buf.handle);
	struct sha256_digest ld;

	if (!s && buf.measure_length < 48)
		s = SP_INVALID_LENGTH;
	if (!model_run(m, SEV_CMD_LAUNCH_MEASURE, &buf, sizeof(buf), s))
		return;
	bed_get(m->bed, BED_MEASURE, g->measure, sizeof(g->measure));
	hash_final_sha256(g->ld, &ld);
	hash_free(g->ld);
	g->ld = NULL;
	assert_memory_equal(&sev_guest_find(bed_sp(m->bed), g->handle)->launch_digest, &ld,
			    sizeof(ld));
	g->state = SEV_GUEST_LSECRET;
}

void model_launch_finish(struct model *m)
{
	model_change_state(m, SEV_CMD_LAUNCH_FINISH, SEV_GUEST_LSECRET, SEV_GUEST_RUNNING);
}

void model_attestation(struct model *m)
{
	static const struct rule rule = {SP_LSECRET | SP_RUNNING | SP_SUPDATE, 0, 0,
					 SP_ACTIVE_OR_NOT};
	struct sev_attestation_buf buf = {.handle = model_handle_for(m, &rule),
					  .paddr = BED_BLOB3,
					  .length = model_one_in(m, 4) ? 7 : 0xd0};
	enum sp_status s = model_rule(m, buf.handle, &rule);

	if (!s && buf.length < 0xd0)
		s = SP_INVALID_LENGTH;
	model_run(m, SEV_CMD_ATTESTATION, &buf, sizeof(buf), s);
}
