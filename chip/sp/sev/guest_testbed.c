/* SPDX-License-Identifier: MIT */
/* Owners, guests, and the refusals that all commands share. */
#include "chip/sp/sev/guest_testbed.h"

#include <string.h>

#include "base/bytes.h"
#include "crypto/aes.h"
#include "crypto/hmac.h"
#include "crypto/kdf.h"
#include "tests/support/cmocka.h"

/* -- owners ---------------------------------------------------------------------------------- */

void bed_fill(void *dst, size_t len, u8 seed)
{
	u8 *b = dst;

	for (size_t i = 0; i < len; i++)
		b[i] = (u8)(seed + i * 7 + (i >> 8) * 13 + (i >> 16));
}

void bed_owner_init(struct bed_owner *o, u8 seed)
{
	u8 wide[EC_MAX_BYTES + 8];

	bed_fill(wide, sizeof(wide), seed);
	assert_int_equal(ec_key_from_wide(&o->dh, EC_P384, wide, sizeof(wide)), 0);
	bed_fill(&o->keys, sizeof(o->keys), (u8)(seed + 1));
	bed_fill(o->nonce, sizeof(o->nonce), (u8)(seed + 2));
	bed_fill(o->wrap_iv, sizeof(o->wrap_iv), (u8)(seed + 3));
}

void bed_owner_cert(const struct bed_owner *o, struct sev_cert *cert)
{
	*cert = (struct sev_cert){
		.version = 1,
		.pubkey_usage = SEV_USAGE_PDH,
		.pubkey_algo = SEV_ALGO_ECDH_SHA256,
		.pubkey.ec.curve = SEV_CURVE_P384,
		.sig1_usage = SEV_USAGE_INVALID,
		.sig2_usage = SEV_USAGE_INVALID,
	};
	ec_public_to_le(&o->dh.pub, cert->pubkey.ec.qx, cert->pubkey.ec.qy);
}

static void hmac16(u8 out[32], const u8 key[16], const void *data, size_t len)
{
	struct sha256_digest mac;

	assert_int_equal(hmac_sha256(&mac, key, 16, data, len), 0);
	memcpy(out, mac.b, sizeof(mac.b));
}

static void ctr(void *out, const u8 key[16], const u8 iv[16], const void *in, size_t len)
{
	struct aes128_key k;

	memcpy(k.b, key, sizeof(k.b));
	assert_int_equal(aes128_ctr(out, &k, iv, in, len), 0);
}

void bed_owner_session(const struct bed_owner *o, const struct ec_public *pdh, u32 policy,
		       struct sev_session *s)
{
	u8 ms[16], kek[16], kik[16], le_policy[4];
	struct ec_secret z;

	assert_int_equal(ec_agree(&z, &o->dh, pdh), 0);
	assert_int_equal(kdf_derive_sev(ms, 16, z.b, z.len, "sev-master-secret", o->nonce, 16), 0);
	assert_int_equal(kdf_derive_sev(kek, 16, ms, 16, "sev-kek", NULL, 0), 0);
	assert_int_equal(kdf_derive_sev(kik, 16, ms, 16, "sev-kik", NULL, 0), 0);
	memcpy(s->nonce, o->nonce, sizeof(s->nonce));
	memcpy(s->wrap_iv, o->wrap_iv, sizeof(s->wrap_iv));
	ctr(s->wrap_tk, kek, o->wrap_iv, &o->keys, sizeof(o->keys));
	hmac16(s->wrap_mac, kik, s->wrap_tk, sizeof(s->wrap_tk));
	put_le32(le_policy, policy);
	hmac16(s->policy_mac, o->keys.tik, le_policy, sizeof(le_policy));
}

static void packet_mac(u8 mac[32], const struct bed_owner *o, enum sev_mac_tag tag,
		       const struct sev_packet_hdr *hdr, const void *text, u32 len,
		       const u8 *measure)
{
	u8 message[1 + 4 + 16 + 4 + 4 + SEV_PACKET_DATA_MAX + 32] = {(u8)tag}, *end;

	put_le32(message + 1, hdr->flags);
	memcpy(message + 5, hdr->iv, 16);
	put_le32(message + 21, len);
	put_le32(message + 25, len);
	memcpy(message + 29, text, len);
	end = message + 29 + len;
	if (measure) {
		memcpy(end, measure, 32);
		end += 32;
	}
	hmac16(mac, o->keys.tik, message, (size_t)(end - message));
}

void bed_owner_packet(const struct bed_owner *o, enum sev_mac_tag tag, void *text, u32 len,
		      const u8 *measure, struct sev_packet_hdr *hdr)
{
	static u8 count;

	memset(hdr->iv, 0, sizeof(hdr->iv));
	hdr->iv[0] = count++;
	ctr(text, o->keys.tek, hdr->iv, text, len);
	packet_mac(hdr->mac, o, tag, hdr, text, len, measure);
}

void bed_owner_open(const struct bed_owner *o, enum sev_mac_tag tag, void *text, u32 len,
		    const struct sev_packet_hdr *hdr)
{
	u8 mac[32];

	packet_mac(mac, o, tag, hdr, text, len, NULL);
	assert_memory_equal(mac, hdr->mac, sizeof(mac));
	ctr(text, o->keys.tek, hdr->iv, text, len);
}

/* -- guests ---------------------------------------------------------------------------------- */

int bed_setup(void **state)
{
	struct sp_bed *bed = bed_new();

	bed_init_platform(bed);
	*state = bed;
	return 0;
}

int bed_teardown(void **state)
{
	bed_free(*state);
	return 0;
}

struct sev_guest *bed_context(struct sp_bed *bed, const struct bed_guest *g)
{
	struct sev_guest *context = sev_guest_find(bed_sp(bed), g->handle);

	assert_non_null(context);
	return context;
}

static void start(struct sp_bed *bed, struct bed_guest *g, u32 id)
{
	struct sev_launch_start_buf buf = {
		.policy = g->policy,
		.dh_cert_paddr = BED_CERT,
		.dh_cert_length = sizeof(struct sev_cert),
		.session_paddr = BED_SESSION,
		.session_length = sizeof(struct sev_session),
	};
	struct sev_session session;
	struct sev_cert cert;

	bed_owner_cert(&g->owner, &cert);
	bed_owner_session(&g->owner, &bed_sp(bed)->platform.identity.pdh.pub, g->policy, &session);
	bed_put(bed, BED_CERT, &cert, sizeof(cert));
	bed_put(bed, BED_SESSION, &session, sizeof(session));
	bed_accepts(bed, id, &buf, sizeof(buf));
	g->handle = buf.handle;
}

static void activate(struct sp_bed *bed, struct bed_guest *g)
{
	struct sev_activate_buf buf = {.handle = g->handle};

	buf.asid = g->policy & SEV_POLICY_ES ? 1 : BED_MIN_SEV_ASID;
	while (sp_asid_is_owned(bed_sp(bed), buf.asid))
		buf.asid++;
	bed_accepts(bed, SEV_CMD_ACTIVATE, &buf, sizeof(buf));
	g->asid = buf.asid;
}

static void simply(struct sp_bed *bed, const struct bed_guest *g, u32 id)
{
	struct sev_handle_buf buf = {g->handle};

	bed_accepts(bed, id, &buf, sizeof(buf));
}

void bed_deactivate(struct sp_bed *bed, struct bed_guest *g)
{
	simply(bed, g, SEV_CMD_DEACTIVATE);
	g->asid = SEV_ASID_HOST;
}

void bed_retire(struct sp_bed *bed, struct bed_guest *g)
{
	bed_deactivate(bed, g);
	simply(bed, g, SEV_CMD_DECOMMISSION);
	bed_flush(bed);
}

static void measure(struct sp_bed *bed, struct bed_guest *g)
{
	struct sev_launch_measure_buf buf = {.handle = g->handle,
					     .measure_paddr = BED_MEASURE,
					     .measure_length = sizeof(g->measurement)};

	bed_accepts(bed, SEV_CMD_LAUNCH_MEASURE, &buf, sizeof(buf));
	bed_get(bed, BED_MEASURE, &g->measurement, sizeof(g->measurement));
}

/* To somebody who has a key, and whom the policy lets have the guest: nobody asks for more. */
static void send(struct sp_bed *bed, struct bed_guest *g)
{
	struct sev_send_start_buf buf = {
		.handle = g->handle,
		.pdh_cert_paddr = BED_CERT,
		.pdh_cert_length = sizeof(struct sev_cert),
		.plat_certs_paddr = BED_PLAT_CERTS,
		.plat_certs_length = sizeof(struct sev_cert_chain),
		.amd_certs_paddr = BED_AMD_CERTS,
		.amd_certs_length = 2 * AMD_CERT_SIZE(4096),
		.session_paddr = BED_SESSION,
		.session_length = sizeof(struct sev_session),
	};
	struct sev_cert cert;

	bed_owner_cert(&g->owner, &cert);
	bed_put(bed, BED_CERT, &cert, sizeof(cert));
	bed_accepts(bed, SEV_CMD_SEND_START, &buf, sizeof(buf));
	g->owner.keys = bed_context(bed, g)->keys;
}

void bed_guest_new(struct sp_bed *bed, struct bed_guest *g, u32 policy, enum sev_guest_state state)
{
	g->policy = policy;
	bed_owner_init(&g->owner, 0x40);
	start(bed, g, state == SEV_GUEST_RUPDATE ? SEV_CMD_RECEIVE_START : SEV_CMD_LAUNCH_START);
	activate(bed, g);
	if (state == SEV_GUEST_LUPDATE || state == SEV_GUEST_RUPDATE)
		return;
	measure(bed, g);
	if (state == SEV_GUEST_LSECRET)
		return;
	simply(bed, g, SEV_CMD_LAUNCH_FINISH);
	if (state == SEV_GUEST_RUNNING)
		return;
	send(bed, g);
	if (state == SEV_GUEST_SENT)
		simply(bed, g, SEV_CMD_SEND_FINISH);
}

void bed_guest_get(struct sp_bed *bed, const struct bed_guest *g, u64 spa, void *dst, size_t len)
{
	assert_int_equal(cache_read(bed->config.cache, NULL, REQ_GUEST_CORE, VIEW_KEY(g->asid),
				    SPA(spa), dst, len),
			 FABRIC_OK);
}

void bed_guest_put(struct sp_bed *bed, const struct bed_guest *g, u64 spa, const void *src,
		   size_t len)
{
	assert_int_equal(cache_write(bed->config.cache, NULL, REQ_GUEST_CORE, VIEW_KEY(g->asid),
				     SPA(spa), src, len),
			 FABRIC_OK);
}

/* -- refusals -------------------------------------------------------------------------------- */

/* A copy of a good buffer to spoil. */
struct attempt {
	u8 buf[SP_BUF_MAX];
};

static struct attempt attempt_of(const struct bed_rules *r, const void *buf)
{
	struct attempt a;

	memcpy(a.buf, buf, r->size);
	return a;
}

static void refuses(struct sp_bed *bed, const struct bed_rules *r, struct attempt a,
		    enum sp_status status)
{
	bed_refuses(bed, status, r->id, a.buf, r->size);
}

static void check_version(struct sp_bed *bed, const struct bed_rules *r, const void *buf)
{
	struct sp_firmware *fw = &bed_sp(bed)->firmware, kept = *fw;

	if (!r->since_minor)
		return;
	fw->api_minor = r->since_minor - 1;
	refuses(bed, r, attempt_of(r, buf), SP_INVALID_COMMAND);
	*fw = kept;
}

/* The buffer where it cannot be; what is in it does not matter. */
static void check_buffer_address(struct sp_bed *bed, const struct bed_rules *r)
{
	const u64 across = align_down(BED_DRAM - r->size, 8) + 8;
	const u64 bad[] = {BED_BUF + 1,
			   BED_BUF + 4,
			   across,
			   BED_DRAM,
			   BED_TMR,
			   BED_TMR + SEV_TMR_SIZE - 8,
			   UINT64_MAX - 7,
			   BIT64(BED_C_BIT) | BED_DRAM,
			   BIT64(BED_C_BIT + 1) | BED_BUF};
	struct sha256_digest before, after;

	bed_snapshot(bed, &before);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(sp_command(bed_sp(bed), r->id, bad[i]), SP_INVALID_ADDRESS);
	bed_snapshot(bed, &after);
	assert_memory_equal(&before, &after, sizeof(before));
}

static void check_reserved(struct sp_bed *bed, const struct bed_rules *r, const void *buf)
{
	for (size_t f = 0; f < ARRAY_SIZE(r->reserved); f++)
		for (size_t i = 0; i < r->reserved[f].size; i++) {
			struct attempt a = attempt_of(r, buf);

			a.buf[r->reserved[f].at + i] = 0x80 >> i % 8;
			put_le32(a.buf + r->handle_at, 0xdead);
			refuses(bed, r, a, SP_INVALID_PARAM);
		}
}

static void check_platform_state(struct sp_bed *bed, const struct bed_rules *r, const void *buf)
{
	struct sp *sp = bed_sp(bed);
	unsigned count = sp->guests.count;
	struct attempt a = attempt_of(r, buf);

	put_le32(a.buf + r->handle_at, 0xdead);
	sp->platform.initialised = false;
	refuses(bed, r, a, SP_INVALID_PLATFORM_STATE);
	sp->platform.initialised = true;
	if (r->starts)
		return;
	sp->guests.count = 0;
	refuses(bed, r, a, SP_INVALID_PLATFORM_STATE);
	sp->guests.count = count;
}

static void check_handle(struct sp_bed *bed, const struct bed_rules *r, const void *buf)
{
	u32 handle = get_le32((const u8 *)buf + r->handle_at);
	const u32 bad[] = {SEV_HANDLE_NONE, handle + 1, handle - 1, ~handle, handle | BIT32(31)};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct attempt a = attempt_of(r, buf);

		put_le32(a.buf + r->handle_at, bad[i]);
		refuses(bed, r, a, SP_INVALID_GUEST);
	}
}

/* In each wrong state, with a policy that would be wrong too. */
static void check_guest_state(struct sp_bed *bed, const struct bed_rules *r, const void *buf,
			      struct sev_guest *g)
{
	enum sev_guest_state state = g->state;
	u32 policy = g->policy;

	g->policy = (policy | r->policy_clear) & ~r->policy_set;
	for (unsigned s = SEV_GUEST_LUPDATE; s <= SEV_GUEST_SENT; s++) {
		if (r->states & SP_STATE(s))
			continue;
		sev_guest_set_state(bed_sp(bed), g, s);
		refuses(bed, r, attempt_of(r, buf), SP_INVALID_GUEST_STATE);
	}
	sev_guest_set_state(bed_sp(bed), g, state);
	g->policy = policy;
}

/* Each bit alone, of a guest whose activity would be wrong too. */
static void check_policy(struct sp_bed *bed, const struct bed_rules *r, const void *buf,
			 struct sev_guest *g)
{
	u32 policy = g->policy, asid = g->asid;

	if (r->activity == SP_MUST_BE_ACTIVE)
		g->asid = SEV_ASID_HOST;
	for (u32 bit = 1; bit <= SEV_POLICY_SEV; bit <<= 1) {
		if (!((r->policy_clear | r->policy_set) & bit))
			continue;
		g->policy = policy ^ bit;
		refuses(bed, r, attempt_of(r, buf), SP_POLICY_FAILURE);
	}
	g->policy = policy;
	g->asid = asid;
}

static void check_activity(struct sp_bed *bed, const struct bed_rules *r, const void *buf,
			   struct sev_guest *g)
{
	u32 asid = g->asid;

	if (r->activity == SP_MUST_BE_ACTIVE) {
		g->asid = SEV_ASID_HOST;
		refuses(bed, r, attempt_of(r, buf), SP_INACTIVE);
	} else if (r->activity == SP_MUST_BE_INACTIVE) {
		g->asid = BED_ASIDS;
		refuses(bed, r, attempt_of(r, buf), SP_ACTIVE);
	}
	g->asid = asid;
}

void bed_check_rules(struct sp_bed *bed, const struct bed_rules *r, const void *buf)
{
	struct attempt good = attempt_of(r, buf);

	check_version(bed, r, buf);
	check_buffer_address(bed, r);
	check_reserved(bed, r, buf);
	check_platform_state(bed, r, buf);
	if (!r->starts) {
		struct sev_guest *g =
			sev_guest_find(bed_sp(bed), get_le32(good.buf + r->handle_at));

		assert_non_null(g);
		check_handle(bed, r, buf);
		check_guest_state(bed, r, buf, g);
		check_policy(bed, r, buf, g);
		check_activity(bed, r, buf, g);
	}
	bed_accepts(bed, r->id, good.buf, r->size);
}

void bed_refuses_field(struct sp_bed *bed, const struct bed_rules *r, const void *buf,
		       struct bed_field field, u64 value, enum sp_status status)
{
	struct attempt a = attempt_of(r, buf);

	memcpy(a.buf + field.at, &value, field.size);
	refuses(bed, r, a, status);
}

void bed_check_address(struct sp_bed *bed, const struct bed_rules *r, const void *buf,
		       const struct bed_address *a)
{
	const struct bed_field field = {(u16)a->at, sizeof(u64)};
	const u64 c = get_le64((const u8 *)buf + a->at) & BIT64(BED_C_BIT);
	const u64 bad[] = {
		align_down(BED_DRAM - a->len, a->align) +
			a->align, /* the first that does not fit */
		BED_DRAM,
		BIT64(46),
		BIT64(63) | BED_GUEST,
		align_down(UINT64_MAX, a->align),
		BED_TMR,
		BED_TMR + SEV_TMR_SIZE - a->align,
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		bed_refuses_field(bed, r, buf, field, bad[i] | c, SP_INVALID_ADDRESS);
	if (a->len > a->align)
		bed_refuses_field(bed, r, buf, field, (BED_TMR - a->align) | c, SP_INVALID_ADDRESS);
	for (u64 off = 1; off < a->align; off <<= 1)
		bed_refuses_field(bed, r, buf, field, (BED_GUEST + off) | c, SP_INVALID_ADDRESS);
}
