/* SPDX-License-Identifier: MIT */
/*
 * Two platforms in one process: a guest goes from one to the other with memory and save area
 * intact; what was changed on the way is noticed; what the policy does not forbid, somebody does.
 */
#include <string.h>

#include "chip/sp/sev/guest_testbed.h"
#include "crypto/aes.h"
#include "crypto/kdf.h"
#include "tests/support/cmocka.h"

enum { PAGES = 4, VMSA = BED_GUEST + 0x100000, VMSA_THERE = BED_GUEST + 0x180000 };

struct packet {
	struct sev_packet_hdr hdr;
	u8 text[PAGE_SIZE];
};

/* All that the hosts of both sides pass on. */
struct journey {
	struct sev_cert sender;
	struct sev_session session;
	struct packet page[PAGES];
	struct packet vmsa;
};

struct platforms {
	struct sp_bed *a, *b;
	struct bed_guest g; /* on a, RUNNING */
	u8 memory[PAGES][PAGE_SIZE];
	u8 vmsa[SEV_VMSA_SIZE];
};

/* -- a guest on its first platform ----------------------------------------------------------- */

static void update(struct sp_bed *bed, const struct bed_guest *g, u32 id, u64 spa, const void *data)
{
	struct sev_launch_update_buf buf = {.handle = g->handle, .paddr = spa, .length = PAGE_SIZE};

	bed_put(bed, spa, data, PAGE_SIZE);
	bed_accepts(bed, id, &buf, sizeof(buf));
}

static void simply(struct sp_bed *bed, u32 id, u32 handle)
{
	struct sev_handle_buf buf = {handle};

	bed_accepts(bed, id, &buf, sizeof(buf));
}

static void launch(struct platforms *p, u32 policy)
{
	struct sev_launch_measure_buf measure = {.measure_paddr = BED_MEASURE,
						 .measure_length = 0x30};

	bed_guest_new(p->a, &p->g, policy, SEV_GUEST_LUPDATE);
	for (unsigned i = 0; i < PAGES; i++) {
		bed_fill(p->memory[i], PAGE_SIZE, (u8)(i + 1));
		update(p->a, &p->g, SEV_CMD_LAUNCH_UPDATE_DATA, BED_GUEST + i * PAGE_SIZE,
		       p->memory[i]);
	}
	bed_fill(p->vmsa, sizeof(p->vmsa), 0x99);
	update(p->a, &p->g, SEV_CMD_LAUNCH_UPDATE_VMSA, VMSA, p->vmsa);
	measure.handle = p->g.handle;
	bed_accepts(p->a, SEV_CMD_LAUNCH_MEASURE, &measure, sizeof(measure));
	simply(p->a, SEV_CMD_LAUNCH_FINISH, p->g.handle);
	p->memory[1][100] ^= 0xff; /* it runs a little */
	bed_guest_put(p->a, &p->g, BED_GUEST + PAGE_SIZE, p->memory[1], PAGE_SIZE);
	p->vmsa[0x178] ^= 0xff;
	bed_guest_put(p->a, &p->g, VMSA, p->vmsa, sizeof(p->vmsa));
	sp_vmsa_seal(bed_sp(p->a), p->g.asid, SPA(VMSA), p->vmsa);
}

static int setup(void **state)
{
	static struct platforms p;

	p.a = bed_new();
	p.b = bed_new_with(&(struct bed_options){.profile = MEE_ZEN1_XEX, .seed = 77});
	bed_init_platform(p.a);
	bed_init_platform(p.b);
	*state = &p;
	return 0;
}

static int teardown(void **state)
{
	struct platforms *p = *state;

	bed_free(p->a);
	bed_free(p->b);
	return 0;
}

/* -- sending --------------------------------------------------------------------------------- */

/* To whoever has this PDH; the chain is another platform's or nobody's. */
static void send_start(struct sp_bed *from, u32 handle, const struct sev_cert *to,
		       struct journey *j)
{
	struct sev_send_start_buf buf = {
		.handle = handle,
		.pdh_cert_paddr = BED_CERT,
		.pdh_cert_length = sizeof(*to),
		.plat_certs_paddr = BED_PLAT_CERTS,
		.plat_certs_length = sizeof(struct sev_cert_chain),
		.amd_certs_paddr = BED_AMD_CERTS,
		.amd_certs_length = 3200,
		.session_paddr = BED_SESSION,
		.session_length = sizeof(j->session),
	};

	bed_put(from, BED_CERT, to, sizeof(*to));
	bed_accepts(from, SEV_CMD_SEND_START, &buf, sizeof(buf));
	bed_get(from, BED_SESSION, &j->session, sizeof(j->session));
	j->sender = bed_sp(from)->platform.identity.pdh_cert;
}

static struct sev_transport_buf page_buf(u32 handle, u64 spa)
{
	return (struct sev_transport_buf){
		.handle = handle,
		.hdr_paddr = BED_HDR,
		.hdr_length = 0x34,
		.guest_paddr = spa | BIT64(BED_C_BIT),
		.guest_length = PAGE_SIZE,
		.trans_paddr = BED_TEXT,
		.trans_length = PAGE_SIZE,
	};
}

static void send_page(struct sp_bed *from, u32 id, u32 handle, u64 spa, struct packet *p)
{
	struct sev_transport_buf buf = page_buf(handle, spa);

	bed_accepts(from, id, &buf, sizeof(buf));
	bed_get(from, BED_HDR, &p->hdr, sizeof(p->hdr));
	bed_get(from, BED_TEXT, p->text, sizeof(p->text));
}

static void send_all(struct sp_bed *from, u32 handle, const struct sev_cert *to, u64 memory,
		     u64 vmsa, struct journey *j)
{
	send_start(from, handle, to, j);
	for (unsigned i = 0; i < PAGES; i++)
		send_page(from, SEV_CMD_SEND_UPDATE_DATA, handle, memory + i * PAGE_SIZE,
			  &j->page[i]);
	send_page(from, SEV_CMD_SEND_UPDATE_VMSA, handle, vmsa, &j->vmsa);
	simply(from, SEV_CMD_SEND_FINISH, handle);
}

static const struct sev_cert *pdh_of(struct sp_bed *bed)
{
	return &bed_sp(bed)->platform.identity.pdh_cert;
}

/* -- receiving ------------------------------------------------------------------------------- */

static struct sev_receive_start_buf put_start(struct sp_bed *to, u32 policy,
					      const struct journey *j)
{
	bed_put(to, BED_CERT, &j->sender, sizeof(j->sender));
	bed_put(to, BED_SESSION, &j->session, sizeof(j->session));
	return (struct sev_receive_start_buf){
		.policy = policy,
		.pdh_cert_paddr = BED_CERT,
		.pdh_cert_length = sizeof(j->sender),
		.session_paddr = BED_SESSION,
		.session_length = sizeof(j->session),
	};
}

/* The guest there, active, RUPDATE. */
static void receive_start(struct sp_bed *to, struct bed_guest *g, u32 policy,
			  const struct journey *j)
{
	struct sev_receive_start_buf buf = put_start(to, policy, j);
	struct sev_activate_buf activate = {.asid = policy & SEV_POLICY_ES ? 3 : 6};

	bed_accepts(to, SEV_CMD_RECEIVE_START, &buf, sizeof(buf));
	activate.handle = buf.handle;
	bed_accepts(to, SEV_CMD_ACTIVATE, &activate, sizeof(activate));
	*g = (struct bed_guest){.handle = buf.handle, .asid = activate.asid, .policy = policy};
}

static struct sev_transport_buf put_page(struct sp_bed *to, u32 handle, u64 spa,
					 const struct packet *p)
{
	bed_put(to, BED_HDR, &p->hdr, sizeof(p->hdr));
	bed_put(to, BED_TEXT, p->text, sizeof(p->text));
	return page_buf(handle, spa);
}

static void receive_page(struct sp_bed *to, u32 id, u32 handle, u64 spa, const struct packet *p)
{
	struct sev_transport_buf buf = put_page(to, handle, spa, p);

	bed_accepts(to, id, &buf, sizeof(buf));
}

static void refuse_page(struct sp_bed *to, u32 id, u32 handle, u64 spa, const struct packet *p)
{
	struct sev_transport_buf buf = put_page(to, handle, spa, p);

	bed_refuses(to, SP_BAD_MEASUREMENT, id, &buf, sizeof(buf));
}

static void receive_all(struct sp_bed *to, struct bed_guest *g, u32 policy, u64 memory, u64 vmsa,
			const struct journey *j)
{
	receive_start(to, g, policy, j);
	for (unsigned i = 0; i < PAGES; i++)
		receive_page(to, SEV_CMD_RECEIVE_UPDATE_DATA, g->handle, memory + i * PAGE_SIZE,
			     &j->page[i]);
	receive_page(to, SEV_CMD_RECEIVE_UPDATE_VMSA, g->handle, vmsa, &j->vmsa);
	assert_false(sp_asid_runnable(bed_sp(to), g->asid, 0));
	simply(to, SEV_CMD_RECEIVE_FINISH, g->handle);
	assert_true(sp_asid_runnable(bed_sp(to), g->asid, 0));
}

static void assert_there(struct sp_bed *bed, const struct bed_guest *g, u64 memory, u64 vmsa,
			 const struct platforms *p)
{
	u8 seen[PAGE_SIZE];

	for (unsigned i = 0; i < PAGES; i++) {
		bed_guest_get(bed, g, memory + i * PAGE_SIZE, seen, sizeof(seen));
		assert_memory_equal(seen, p->memory[i], sizeof(seen));
	}
	bed_guest_get(bed, g, vmsa, seen, sizeof(seen));
	assert_memory_equal(seen, p->vmsa, sizeof(seen));
	assert_true(sp_vmsa_intact(bed_sp(bed), g->asid, SPA(vmsa), seen));
}

/* -- the journey ----------------------------------------------------------------------------- */

static void a_guest_arrives_whole(void **state)
{
	struct platforms *p = *state;
	struct sev_guest_status_buf status;
	static struct journey j;
	struct bed_guest there;

	launch(p, SEV_POLICY_ES | SEV_POLICY_NODBG);
	send_all(p->a, p->g.handle, pdh_of(p->b), BED_GUEST, VMSA, &j);
	receive_all(p->b, &there, p->g.policy, BED_GUEST + 0x80000, VMSA_THERE, &j);
	assert_there(p->b, &there, BED_GUEST + 0x80000, VMSA_THERE, p);
	assert_false(sp_asid_runnable(bed_sp(p->a), p->g.asid, 0));
	status.handle = there.handle;
	bed_accepts(p->b, SEV_CMD_GUEST_STATUS, &status, sizeof(status));
	assert_int_equal(status.policy, p->g.policy);
	assert_int_equal(status.state, SEV_GUEST_RUNNING);
}

/* Nothing of the guest can be read from what travels. */
static void what_travels_is_ciphertext(void **state)
{
	struct platforms *p = *state;
	static struct journey j;
	const u8 *bytes = (const u8 *)&j;

	launch(p, SEV_POLICY_ES);
	send_all(p->a, p->g.handle, pdh_of(p->b), BED_GUEST, VMSA, &j);
	for (size_t at = 0; at + 16 <= sizeof(j); at += 4)
		for (unsigned i = 0; i < PAGES; i++)
			assert_null(memmem(p->memory[i], PAGE_SIZE, bytes + at, 16));
}

static void there_and_back(void **state)
{
	struct platforms *p = *state;
	static struct journey j;
	struct bed_guest there, back;

	launch(p, SEV_POLICY_ES);
	send_all(p->a, p->g.handle, pdh_of(p->b), BED_GUEST, VMSA, &j);
	receive_all(p->b, &there, p->g.policy, BED_GUEST, VMSA_THERE, &j);
	send_all(p->b, there.handle, pdh_of(p->a), BED_GUEST, VMSA_THERE, &j);
	bed_retire(p->a, &p->g);
	receive_all(p->a, &back, p->g.policy, BED_GUEST + 0x40000, VMSA, &j);
	assert_there(p->a, &back, BED_GUEST + 0x40000, VMSA, p);
}

/* Cancelled, it runs on where it was, and what was sent is only half of it. */
static void cancelled(void **state)
{
	struct platforms *p = *state;
	static struct journey j;

	launch(p, SEV_POLICY_ES);
	send_start(p->a, p->g.handle, pdh_of(p->b), &j);
	send_page(p->a, SEV_CMD_SEND_UPDATE_DATA, p->g.handle, BED_GUEST, &j.page[0]);
	simply(p->a, SEV_CMD_SEND_CANCEL, p->g.handle);
	assert_there(p->a, &p->g, BED_GUEST, VMSA, p);
	assert_true(sp_asid_runnable(bed_sp(p->a), p->g.asid, 0));
}

/* -- changed on the way ---------------------------------------------------------------------- */

/* Each byte of the session, by one bit; each bit of the policy. */
static void a_changed_session(void **state)
{
	struct platforms *p = *state;
	struct sev_receive_start_buf buf;
	static struct journey j;

	launch(p, SEV_POLICY_ES);
	send_all(p->a, p->g.handle, pdh_of(p->b), BED_GUEST, VMSA, &j);
	for (size_t at = 0; at < sizeof(j.session); at++) {
		((u8 *)&j.session)[at] ^= 1 << at % 8;
		buf = put_start(p->b, p->g.policy, &j);
		bed_refuses(p->b, SP_BAD_MEASUREMENT, SEV_CMD_RECEIVE_START, &buf, sizeof(buf));
		((u8 *)&j.session)[at] ^= 1 << at % 8;
	}
	for (u32 bit = 0; bit < 6; bit++) {
		buf = put_start(p->b, p->g.policy ^ BIT32(bit), &j);
		bed_refuses(p->b, SP_BAD_MEASUREMENT, SEV_CMD_RECEIVE_START, &buf, sizeof(buf));
	}
	j.sender = *pdh_of(p->b);
	buf = put_start(p->b, p->g.policy, &j);
	bed_refuses(p->b, SP_BAD_MEASUREMENT, SEV_CMD_RECEIVE_START, &buf, sizeof(buf));
}

static void refuse_changed(struct sp_bed *to, u32 id, u32 handle, struct packet *packet)
{
	u8 *bytes = (u8 *)packet;

	for (size_t at = 0; at < sizeof(*packet); at += at < sizeof(packet->hdr) ? 1 : 73) {
		bytes[at] ^= 1 << at % 8;
		refuse_page(to, id, handle, BED_GUEST, packet);
		bytes[at] ^= 1 << at % 8;
	}
}

/* Each byte of a header, and ciphertext all over, by one bit. */
static void changed_packets(void **state)
{
	struct platforms *p = *state;
	static struct journey j;
	struct bed_guest there;

	launch(p, SEV_POLICY_ES);
	send_all(p->a, p->g.handle, pdh_of(p->b), BED_GUEST, VMSA, &j);
	receive_start(p->b, &there, p->g.policy, &j);
	refuse_changed(p->b, SEV_CMD_RECEIVE_UPDATE_DATA, there.handle, &j.page[0]);
	refuse_changed(p->b, SEV_CMD_RECEIVE_UPDATE_VMSA, there.handle, &j.vmsa);
	refuse_page(p->b, SEV_CMD_RECEIVE_UPDATE_VMSA, there.handle, BED_GUEST, &j.page[0]);
	refuse_page(p->b, SEV_CMD_RECEIVE_UPDATE_DATA, there.handle, BED_GUEST, &j.vmsa);
}

static void packets_of_another_session(void **state)
{
	struct platforms *p = *state;
	static struct journey first, second;
	struct bed_guest there;

	launch(p, SEV_POLICY_ES);
	send_start(p->a, p->g.handle, pdh_of(p->b), &first);
	send_page(p->a, SEV_CMD_SEND_UPDATE_DATA, p->g.handle, BED_GUEST, &first.page[0]);
	simply(p->a, SEV_CMD_SEND_CANCEL, p->g.handle);
	send_start(p->a, p->g.handle, pdh_of(p->b), &second);
	receive_start(p->b, &there, p->g.policy, &second);
	refuse_page(p->b, SEV_CMD_RECEIVE_UPDATE_DATA, there.handle, BED_GUEST, &first.page[0]);
}

/* -- keys that change meanwhile -------------------------------------------------------------- */

/* A session that has begun does not need the PDH any more; one that has not is worth nothing. */
static void a_new_pdh_in_between(void **state)
{
	struct platforms *p = *state;
	struct sev_receive_start_buf buf;
	static struct journey j, late;
	struct bed_guest there;

	launch(p, SEV_POLICY_ES);
	send_start(p->a, p->g.handle, pdh_of(p->b), &j);
	receive_start(p->b, &there, p->g.policy, &j);
	bed_accepts(p->a, SEV_CMD_PDH_GEN, NULL, 0);
	bed_accepts(p->b, SEV_CMD_PDH_GEN, NULL, 0);
	send_page(p->a, SEV_CMD_SEND_UPDATE_DATA, p->g.handle, BED_GUEST, &j.page[0]);
	receive_page(p->b, SEV_CMD_RECEIVE_UPDATE_DATA, there.handle, BED_GUEST, &j.page[0]);

	late = j;
	buf = put_start(p->b, p->g.policy, &late);
	bed_refuses(p->b, SP_BAD_MEASUREMENT, SEV_CMD_RECEIVE_START, &buf, sizeof(buf));
}

/* -- what the design allows ------------------------------------------------------------------ */

/* Without POLICY.SEV whoever has a key is a target, and reads it all. */
static void an_attacker_receives_it(void **state)
{
	struct platforms *p = *state;
	u8 ms[16], kek[16], text[PAGE_SIZE];
	struct bed_owner attacker;
	static struct journey j;
	struct aes128_key key;
	struct sev_cert cert;
	struct ec_secret z;

	launch(p, SEV_POLICY_ES | SEV_POLICY_NODBG);
	bed_owner_init(&attacker, 0x66);
	bed_owner_cert(&attacker, &cert);
	send_all(p->a, p->g.handle, &cert, BED_GUEST, VMSA, &j);
	assert_int_equal(ec_agree(&z, &attacker.dh, &bed_sp(p->a)->platform.identity.pdh.pub), 0);
	assert_int_equal(
		kdf_derive_sev(ms, 16, z.b, z.len, "sev-master-secret", j.session.nonce, 16), 0);
	assert_int_equal(kdf_derive_sev(kek, 16, ms, 16, "sev-kek", NULL, 0), 0);
	memcpy(key.b, kek, sizeof(key.b));
	assert_int_equal(aes128_ctr(&attacker.keys, &key, j.session.wrap_iv, j.session.wrap_tk,
				    sizeof(attacker.keys)),
			 0);
	for (unsigned i = 0; i < PAGES; i++) {
		memcpy(text, j.page[i].text, sizeof(text));
		bed_owner_open(&attacker, SEV_MAC_UPDATE_DATA, text, sizeof(text), &j.page[i].hdr);
		assert_memory_equal(text, p->memory[i], sizeof(text));
	}
}

/* With POLICY.SEV he is none. */
static void unless_the_policy_wants_a_platform(void **state)
{
	struct platforms *p = *state;
	struct sev_send_start_buf buf = {
		.pdh_cert_paddr = BED_CERT,
		.pdh_cert_length = sizeof(struct sev_cert),
		.plat_certs_paddr = BED_PLAT_CERTS,
		.plat_certs_length = sizeof(struct sev_cert_chain),
		.amd_certs_paddr = BED_AMD_CERTS,
		.amd_certs_length = 3200,
		.session_paddr = BED_SESSION,
		.session_length = sizeof(struct sev_session),
	};
	const struct sev_identity *genuine = &bed_sp(p->b)->platform.identity;
	struct sev_cert_chain chain = {.pek = genuine->pek_cert, .oca = genuine->oca_cert};
	struct bed_owner attacker;
	struct sev_cert cert;

	launch(p, SEV_POLICY_ES | SEV_POLICY_SEV);
	bed_owner_init(&attacker, 0x66);
	bed_owner_cert(&attacker, &cert);
	bed_put(p->a, BED_CERT, &cert, sizeof(cert));
	bed_put(p->a, BED_PLAT_CERTS, &chain, sizeof(chain));
	buf.handle = p->g.handle;
	bed_refuses(p->a, SP_INVALID_CERTIFICATE, SEV_CMD_SEND_START, &buf, sizeof(buf));
}

/* The hosts repeat, reorder and redirect packets as they like: nothing in them says where to. */
static void pages_change_places(void **state)
{
	struct platforms *p = *state;
	static struct journey j;
	struct bed_guest there;
	u8 seen[PAGE_SIZE];

	launch(p, SEV_POLICY_ES);
	send_all(p->a, p->g.handle, pdh_of(p->b), BED_GUEST, VMSA, &j);
	receive_start(p->b, &there, p->g.policy, &j);
	receive_page(p->b, SEV_CMD_RECEIVE_UPDATE_DATA, there.handle, BED_GUEST, &j.page[2]);
	receive_page(p->b, SEV_CMD_RECEIVE_UPDATE_DATA, there.handle, BED_GUEST + PAGE_SIZE,
		     &j.page[0]);
	receive_page(p->b, SEV_CMD_RECEIVE_UPDATE_DATA, there.handle, BED_GUEST + 2 * PAGE_SIZE,
		     &j.page[0]);
	bed_guest_get(p->b, &there, BED_GUEST, seen, sizeof(seen));
	assert_memory_equal(seen, p->memory[2], sizeof(seen));
	bed_guest_get(p->b, &there, BED_GUEST + 2 * PAGE_SIZE, seen, sizeof(seen));
	assert_memory_equal(seen, p->memory[0], sizeof(seen));
}

/* One guest becomes two: what was sent once can be received twice. */
static void a_guest_is_doubled(void **state)
{
	struct platforms *p = *state;
	static struct journey j;
	struct bed_guest one, two;

	launch(p, BED_POLICY_ES);
	send_all(p->a, p->g.handle, pdh_of(p->b), BED_GUEST, VMSA, &j);
	receive_all(p->b, &one, p->g.policy, BED_GUEST, VMSA, &j);
	bed_deactivate(p->b, &one);
	bed_flush(p->b);
	receive_all(p->b, &two, p->g.policy, BED_GUEST + 0x40000, VMSA_THERE, &j);
	assert_there(p->b, &two, BED_GUEST + 0x40000, VMSA_THERE, p);
}

#define JOURNEY(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		JOURNEY(a_guest_arrives_whole),
		JOURNEY(what_travels_is_ciphertext),
		JOURNEY(there_and_back),
		JOURNEY(cancelled),
		JOURNEY(a_changed_session),
		JOURNEY(changed_packets),
		JOURNEY(packets_of_another_session),
		JOURNEY(a_new_pdh_in_between),
		JOURNEY(an_attacker_receives_it),
		JOURNEY(unless_the_policy_wants_a_platform),
		JOURNEY(pages_change_places),
		JOURNEY(a_guest_is_doubled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
