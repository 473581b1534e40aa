/* SPDX-License-Identifier: MIT */
/*
 * Random sequences of commands against a model of the firmware's states.  What a sequence comes
 * from is one number, printed before it begins.
 */
#include "chip/sp/sp_model_testbed.h"

#include <string.h>

#include "tests/support/cmocka.h"

enum { STEPS = 5000, SEEDS = 4 };

/* The host writes a page. */
static void host_writes(struct model *m)
{
	unsigned page = model_draw(m, MODEL_PAGES);
	u8 bytes[PAGE_SIZE], seed = model_new_seed(m, page);

	bed_fill(bytes, sizeof(bytes), seed);
	bed_put(m->bed, model_spa(page), bytes, sizeof(bytes));
	model_set_page(m, page, true, 0, seed);
}

/* Mostly one that is guarded for that guest, if there is one. */
static unsigned some_page(struct model *m, u32 guarded_for)
{
	unsigned page = model_draw(m, MODEL_PAGES);

	for (unsigned i = 0; guarded_for && i < MODEL_PAGES && !model_one_in(m, 16); i++)
		if (m->page[i].save_area == guarded_for)
			page = i;
	return page;
}

/* -- packets --------------------------------------------------------------------------------- */

static struct sev_transport_buf transport(struct model *m, const struct rule *r, unsigned page)
{
	return (struct sev_transport_buf){
		.handle = model_handle_for(m, r),
		.hdr_paddr = BED_HDR,
		.hdr_length = 0x34,
		.guest_paddr = model_spa(page) | BIT64(BED_C_BIT),
		.guest_length = PAGE_SIZE,
		.trans_paddr = BED_TEXT,
		.trans_length = PAGE_SIZE,
	};
}

static void take(struct model *m, u32 id, enum sev_mac_tag tag, const struct rule *rule)
{
	unsigned page = model_draw(m, MODEL_PAGES);
	struct sev_transport_buf buf = transport(m, rule, page);
	struct sev_packet_hdr hdr = {0};
	enum sp_status s = model_rule(m, buf.handle, rule);
	struct model_guest *g = model_find(m, buf.handle);
	u8 text[PAGE_SIZE], seed = model_new_seed(m, page);

	bed_fill(text, sizeof(text), seed);
	if (g)
		bed_owner_packet(&g->owner, tag, text, sizeof(text),
				 tag == SEV_MAC_LAUNCH_SECRET ? g->measure : NULL, &hdr);
	if (model_one_in(m, 6)) {
		hdr.mac[model_draw(m, 32)] ^= 1 << model_draw(m, 8);
		s = s ? s : SP_BAD_MEASUREMENT;
	}
	bed_put(m->bed, BED_HDR, &hdr, sizeof(hdr));
	bed_put(m->bed, BED_TEXT, text, sizeof(text));
	if (!model_run(m, id, &buf, sizeof(buf), s))
		return;
	model_set_page(m, page, true, g->key, seed);
	if (tag == SEV_MAC_UPDATE_VMSA)
		model_guard_page(m, page, g->handle);
}

static void do_launch_secret(struct model *m)
{
	static const struct rule rule = {SP_LSECRET, 0, 0, SP_MUST_BE_ACTIVE};

	take(m, SEV_CMD_LAUNCH_SECRET, SEV_MAC_LAUNCH_SECRET, &rule);
}

static void do_receive_update_data(struct model *m)
{
	static const struct rule rule = {SP_RUPDATE, 0, 0, SP_MUST_BE_ACTIVE};

	take(m, SEV_CMD_RECEIVE_UPDATE_DATA, SEV_MAC_UPDATE_DATA, &rule);
}

static void do_receive_update_vmsa(struct model *m)
{
	static const struct rule rule = {SP_RUPDATE, 0, SEV_POLICY_ES, SP_MUST_BE_ACTIVE};

	take(m, SEV_CMD_RECEIVE_UPDATE_VMSA, SEV_MAC_UPDATE_VMSA, &rule);
}

static void do_receive_finish(struct model *m)
{
	model_change_state(m, SEV_CMD_RECEIVE_FINISH, SEV_GUEST_RUPDATE, SEV_GUEST_RUNNING);
}

static void do_send_start(struct model *m)
{
	static const struct rule rule = {SP_RUNNING, SEV_POLICY_NOSEND, 0, SP_ACTIVE_OR_NOT};
	struct sev_send_start_buf buf = {
		.handle = model_handle_for(m, &rule),
		.pdh_cert_paddr = BED_CERT,
		.pdh_cert_length = sizeof(struct sev_cert),
		.plat_certs_length = sizeof(struct sev_cert_chain),
		.amd_certs_length = 1664,
		.session_paddr = BED_SESSION,
		.session_length = model_one_in(m, 4) ? model_draw(m, 128) : 128,
	};
	enum sp_status s = model_rule(m, buf.handle, &rule);
	struct model_guest *g = model_find(m, buf.handle);
	struct sev_cert cert;

	bed_owner_cert(&m->party[0], &cert);
	bed_put(m->bed, BED_CERT, &cert, sizeof(cert));
	if (!s && buf.session_length < 128)
		s = SP_INVALID_LENGTH;
	if (!model_run(m, SEV_CMD_SEND_START, &buf, sizeof(buf), s))
		return;
	g->state = SEV_GUEST_SUPDATE;
	g->owner.keys = sev_guest_find(bed_sp(m->bed), g->handle)->keys;
}

/* What the page says to the guest is what the target reads. */
static void give(struct model *m, u32 id, enum sev_mac_tag tag, const struct rule *rule)
{
	struct sev_transport_buf buf = transport(m, rule, 0);
	unsigned page = some_page(m, tag == SEV_MAC_UPDATE_VMSA ? buf.handle : 0);
	enum sp_status s = model_rule(m, buf.handle, rule);
	const struct model_guest *g = model_find(m, buf.handle);
	struct model_page *p = &m->page[page];
	u8 text[PAGE_SIZE], expected[PAGE_SIZE];
	struct sev_packet_hdr hdr;

	if (!s && model_one_in(m, 4)) {
		buf.trans_length = model_draw(m, PAGE_SIZE);
		s = SP_INVALID_LENGTH;
	} else if (!s && tag == SEV_MAC_UPDATE_VMSA && !model_is_intact(m, page, g->handle)) {
		s = SP_BAD_MEASUREMENT;
	}
	buf.guest_paddr += page * PAGE_SIZE;
	if (!model_run(m, id, &buf, sizeof(buf), s))
		return;
	bed_get(m->bed, BED_HDR, &hdr, sizeof(hdr));
	bed_get(m->bed, BED_TEXT, text, sizeof(text));
	bed_owner_open(&g->owner, tag, text, sizeof(text), &hdr);
	bed_fill(expected, sizeof(expected), p->seed);
	if (p->known && p->key == g->key)
		assert_memory_equal(text, expected, sizeof(text));
}

static void do_send_update_data(struct model *m)
{
	static const struct rule rule = {SP_SUPDATE, 0, 0, SP_MUST_BE_ACTIVE};

	give(m, SEV_CMD_SEND_UPDATE_DATA, SEV_MAC_UPDATE_DATA, &rule);
}

static void do_send_update_vmsa(struct model *m)
{
	static const struct rule rule = {SP_SUPDATE, 0, SEV_POLICY_ES, SP_MUST_BE_ACTIVE};

	give(m, SEV_CMD_SEND_UPDATE_VMSA, SEV_MAC_UPDATE_VMSA, &rule);
}

static void do_send_finish(struct model *m)
{
	if (model_one_in(m, 3))
		model_change_state(m, SEV_CMD_SEND_FINISH, SEV_GUEST_SUPDATE, SEV_GUEST_SENT);
}

static void do_send_cancel(struct model *m)
{
	model_change_state(m, SEV_CMD_SEND_CANCEL, SEV_GUEST_SUPDATE, SEV_GUEST_RUNNING);
}

/* -- debugging and copies -------------------------------------------------------------------- */

static void do_copy(struct model *m)
{
	static const struct rule rule = {SP_RUNNING | SP_SUPDATE, 0, 0, SP_MUST_BE_ACTIVE};
	unsigned from = model_draw(m, MODEL_PAGES), to = model_draw(m, MODEL_PAGES);
	struct sev_copy_buf buf = {.handle = model_handle_for(m, &rule),
				   .length = PAGE_SIZE,
				   .src_paddr = model_spa(from),
				   .dst_paddr = model_spa(to)};
	enum sp_status s = model_rule(m, buf.handle, &rule);
	const struct model_guest *g = model_find(m, buf.handle);

	if (!s && from == to)
		s = SP_INVALID_ADDRESS;
	if (model_run(m, SEV_CMD_COPY, &buf, sizeof(buf), s))
		model_moved(m, from, g->key, to, g->key);
}

static void debug(struct model *m, u32 id, bool encrypt)
{
	static const struct rule rule = {SP_UNSENT, SEV_POLICY_NODBG, 0, SP_MUST_BE_ACTIVE};
	unsigned from = model_draw(m, MODEL_PAGES), to = model_draw(m, MODEL_PAGES);
	struct sev_dbg_buf buf = {.handle = model_handle_for(m, &rule),
				  .src_paddr = model_spa(from),
				  .dst_paddr = model_spa(to),
				  .length = PAGE_SIZE};
	enum sp_status s = model_rule(m, buf.handle, &rule);
	const struct model_guest *g = model_find(m, buf.handle);

	if (!s && (from == to || (encrypt && m->page[to].save_area)))
		s = SP_INVALID_ADDRESS;
	if (model_run(m, id, &buf, sizeof(buf), s))
		model_moved(m, from, encrypt ? 0 : g->key, to, encrypt ? g->key : 0);
}

static void do_dbg_decrypt(struct model *m)
{
	debug(m, SEV_CMD_DBG_DECRYPT, false);
}

static void do_dbg_encrypt(struct model *m)
{
	debug(m, SEV_CMD_DBG_ENCRYPT, true);
}

/* -- page swap ------------------------------------------------------------------------------- */

/* What the host keeps of a page that it swapped out. */
struct image {
	struct sev_swap_mdata entry;
	u8 bytes[PAGE_SIZE];
	u32 handle; /* of the guest; 0: none yet */
	struct model_page page;
	bool vmsa, spent;
};

static struct image images[4];

static void do_swap_out(struct model *m)
{
	static const struct rule rule = {SP_RUNNING | SP_SUPDATE, 0, 0, SP_MUST_BE_ACTIVE};
	struct sev_swap_out_buf buf = {.handle = model_handle_for(m, &rule),
				       .dst_paddr = BED_TEXT,
				       .mdata_paddr = BED_HDR,
				       .software_data = model_draw(m, 9)};
	unsigned page = some_page(m, model_one_in(m, 2) ? buf.handle : 0);
	enum sp_status s = model_rule(m, buf.handle, &rule);
	struct image *i = &images[model_draw(m, ARRAY_SIZE(images))];
	bool vmsa = model_one_in(m, 2), guarded = m->page[page].save_area;

	buf.src_paddr = model_spa(page);
	buf.flags = vmsa ? FIELD_PUT(SEV_SWAP_TYPE, SEV_SWAP_VMSA) : 0;
	if (!s && vmsa != guarded)
		s = SP_INVALID_PAGE_STATE;
	else if (!s && vmsa && !model_is_intact(m, page, buf.handle))
		s = SP_BAD_MEASUREMENT;
	if (!model_run(m, SEV_CMD_SWAP_OUT, &buf, sizeof(buf), s))
		return;
	*i = (struct image){.handle = buf.handle, .page = m->page[page], .vmsa = vmsa};
	bed_get(m->bed, BED_HDR, &i->entry, sizeof(i->entry));
	bed_get(m->bed, BED_TEXT, i->bytes, sizeof(i->bytes));
	if (vmsa)
		m->page[page].save_area = 0;
}

static void do_swap_in(struct model *m)
{
	static const struct rule rule = {SP_RUNNING | SP_SUPDATE, 0, 0, SP_MUST_BE_ACTIVE};
	struct image *i = &images[model_draw(m, ARRAY_SIZE(images))];
	unsigned page = model_draw(m, MODEL_PAGES);
	struct sev_swap_in_buf buf = {
		.handle = model_one_in(m, 2) ? i->handle : model_handle_for(m, &rule),
		.flags = i->entry.flags,
		.src_paddr = BED_TEXT,
		.dst_paddr = model_spa(page),
		.mdata_paddr = BED_HDR,
	};
	enum sp_status s = model_rule(m, buf.handle, &rule);
	const struct model_guest *g = model_find(m, buf.handle);

	bed_put(m->bed, BED_HDR, &i->entry, sizeof(i->entry));
	bed_put(m->bed, BED_TEXT, i->bytes, sizeof(i->bytes));
	if (!s && i->handle != buf.handle)
		s = SP_BAD_MEASUREMENT;
	else if (!s && i->vmsa && i->spent)
		s = SP_INVALID_MDATA_ENTRY;
	if (!model_run(m, SEV_CMD_SWAP_IN, &buf, sizeof(buf), s))
		return;
	model_set_page(m, page, i->page.known && i->page.key == g->key, g->key, i->page.seed);
	i->spent = true;
	if (i->vmsa)
		model_guard_page(m, page, g->handle);
}

/* -- sequences ------------------------------------------------------------------------------- */

static model_step *const steps[] = {
	host_writes,
	model_init,
	model_shutdown,
	model_wbinvd,
	model_wbinvd,
	model_wbinvd,
	model_df_flush,
	model_platform_status,
	model_activate,
	model_activate,
	model_activate_ex,
	model_deactivate,
	model_decommission,
	model_guest_status,
	model_launch_start,
	model_receive_start,
	model_launch_update_data,
	model_launch_update_vmsa,
	model_launch_update_vmsa,
	model_launch_measure,
	model_launch_finish,
	model_attestation,
	do_launch_secret,
	do_send_start,
	do_send_update_data,
	do_send_update_vmsa,
	do_send_update_vmsa,
	do_send_finish,
	do_send_cancel,
	do_receive_update_data,
	do_receive_update_vmsa,
	do_receive_update_vmsa,
	do_receive_finish,
	do_copy,
	do_dbg_decrypt,
	do_dbg_encrypt,
	do_swap_out,
	do_swap_in,
};

/* A sequence that reached nothing proves nothing: each command went well, and was refused. */
static void check_reach(const struct model *m)
{
	size_t commands;
	const struct sp_command *c = sp_commands(&commands);

	for (size_t i = 0; i < commands; i++) {
		unsigned id = c[i].id;

		if (!c[i].guest)
			continue;
		if (!m->done[id] || !m->refused[id])
			fail_msg("%s: %u times done, %u refused", c[i].name, m->done[id],
				 m->refused[id]);
	}
}

static void random_sequences(void **state)
{
	static struct model m;

	for (u64 seed = 1; seed <= SEEDS; seed++) {
		struct bed_options options = {.profile = seed % 2 ? MEE_ZEN2_XEX : MEE_ZEN1_XE,
					      .seed = (u8)seed};

		print_message("# seed %u\n", (unsigned)seed);
		memset(images, 0, sizeof(images));
		model_start(&m, bed_new_with(&options), seed);
		for (unsigned i = 0; i < STEPS; i++) {
			steps[model_draw(&m, ARRAY_SIZE(steps))](&m);
			if (i % 8 == 0)
				model_check_all(&m);
		}
		model_end(&m);
	}
	check_reach(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(random_sequences)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
