/* SPDX-License-Identifier: MIT */
/*
 * The Secure Processor: how much of a launch is more than hashing and encrypting, how long small
 * commands take, and what its keys cost above libcrypto.
 *
 * LAUNCH_UPDATE_DATA has to hash every byte and to encrypt it.  Two units could do both at once, so
 * the bound is the slower of the two, on the same bytes, alone.
 */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "abi/sev_cmd.h"
#include "base/bug.h"
#include "base/types.h"

#include "bench/bench.h"
#include "chip/sp/sp.h"
#include "crypto/ecdsa.h"
#include "crypto/hash.h"

enum {
	DRAM = 0x4000000,
	BUF = 0x1000,
	BLOB = 0x10000,
	TEXT = 0x20000,
	GUEST = 0x2000000,
	IMAGE = 0x100000, /* bytes of one LAUNCH_UPDATE_DATA */
	CORES = 1,
	ASID = 1,
	ROUNDS = 31,
	CALLS = 500,
};

struct work {
	struct rng *rng;
	struct fabric fabric;
	struct mee *mee;
	struct cache *cache;
	struct sp *sp;
	u32 handle; /* of the guest that is measured */
	u8 *image;  /* IMAGE bytes of the bench's own */
	u64 sum;
	struct ec_key key;
	EVP_PKEY *pkey;
};

static void power_on(struct work *w)
{
	const struct fabric_config dram = {.dram_size = DRAM};
	const struct cache_config cache = {.coherent = true};
	struct sp_config cfg = {
		.fabric = &w->fabric,
		.rng = w->rng,
		.product = {.registers = SP_REGISTERS_V2,
			    .api_minor = 24,
			    .asids = 4,
			    .min_sev_asid = 1,
			    .c_bit = 47,
			    .cores = CORES,
			    .complex_cores = 1},
	};
	struct error err;

	BUG_ON(fabric_init(&w->fabric, &dram, &err));
	w->mee = mee_new(MEE_ZEN2_XEX, 5, MEE_PATH_BEST, w->rng);
	BUG_ON(!w->mee);
	w->cache = cache_new(&w->fabric, w->mee, &cache, &err);
	BUG_ON(!w->cache);
	cfg.cache = w->cache;
	cfg.mee = w->mee;
	w->sp = sp_new(&cfg, &err);
	BUG_ON(!w->sp);
}

static void command(struct work *w, u32 id, void *buf, size_t len)
{
	BUG_ON(len && fabric_write(&w->fabric, REQ_HOST_CORE, SPA(BUF), buf, len));
	BUG_ON(sp_command(w->sp, id, BUF) != SP_SUCCESS);
	BUG_ON(len && fabric_read(&w->fabric, REQ_HOST_CORE, SPA(BUF), buf, len));
}

static void flush(struct work *w)
{
	cache_flush_all(w->cache, NULL);
	sp_note_wbinvd(w->sp, 0);
	command(w, SEV_CMD_DF_FLUSH, NULL, 0);
}

/* A platform with one guest, which is being launched. */
static void start(struct work *w)
{
	struct sev_init_buf init = {0};
	struct sev_launch_start_buf launch = {0};
	struct sev_activate_buf activate = {.asid = ASID};

	command(w, SEV_CMD_INIT, &init, sizeof(init));
	flush(w);
	command(w, SEV_CMD_LAUNCH_START, &launch, sizeof(launch));
	w->handle = activate.handle = launch.handle;
	command(w, SEV_CMD_ACTIVATE, &activate, sizeof(activate));
}

/* -- a launch -------------------------------------------------------------------------------- */

static void launch_update(void *arg)
{
	struct work *w = arg;
	struct sev_launch_update_buf buf = {.handle = w->handle, .paddr = GUEST, .length = IMAGE};

	command(w, SEV_CMD_LAUNCH_UPDATE_DATA, &buf, sizeof(buf));
}

static void hash_image(void *arg)
{
	struct work *w = arg;
	struct sha256_digest digest;

	BUG_ON(sha256(&digest, w->image, IMAGE));
}

static void encrypt_image(void *arg)
{
	struct work *w = arg;

	mee_encrypt(w->mee, ASID, SPA(GUEST), w->image, w->image, IMAGE);
}

static void bench_launch(struct work *w)
{
	double seconds, ratio_hash, ratio_engine;

	ratio_hash = bench_ratio(hash_image, launch_update, w, ROUNDS, NULL, &seconds);
	ratio_engine = bench_ratio(encrypt_image, launch_update, w, ROUNDS, NULL, NULL);
	bench_row("LAUNCH_UPDATE_DATA", IMAGE / seconds * 1e-9, "GB/s", BENCH_INFO, 0);
	bench_row("SHA-256 or engine, the slower / LAUNCH_UPDATE_DATA",
		  ratio_hash > ratio_engine ? ratio_hash : ratio_engine, "ratio", BENCH_AT_LEAST,
		  0.8);
}

/* -- small commands -------------------------------------------------------------------------- */

static void platform_status(void *arg)
{
	struct sev_platform_status_buf buf;

	for (unsigned i = 0; i < CALLS; i++)
		command(arg, SEV_CMD_PLATFORM_STATUS, &buf, sizeof(buf));
}

static void guest_status(void *arg)
{
	struct sev_guest_status_buf buf = {.handle = ((struct work *)arg)->handle};

	for (unsigned i = 0; i < CALLS; i++)
		command(arg, SEV_CMD_GUEST_STATUS, &buf, sizeof(buf));
}

static void attestation(void *arg)
{
	struct sev_attestation_buf buf = {
		.handle = ((struct work *)arg)->handle, .paddr = BLOB, .length = 0xd0};

	for (unsigned i = 0; i < CALLS; i++)
		command(arg, SEV_CMD_ATTESTATION, &buf, sizeof(buf));
}

static void copy_page(void *arg)
{
	struct sev_copy_buf buf = {.handle = ((struct work *)arg)->handle,
				   .length = PAGE_SIZE,
				   .src_paddr = GUEST,
				   .dst_paddr = GUEST + PAGE_SIZE};

	for (unsigned i = 0; i < CALLS; i++)
		command(arg, SEV_CMD_COPY, &buf, sizeof(buf));
}

static void send_page(void *arg)
{
	struct sev_transport_buf buf = {
		.handle = ((struct work *)arg)->handle,
		.hdr_paddr = BLOB,
		.hdr_length = sizeof(struct sev_packet_hdr),
		.guest_paddr = GUEST | BIT64(47),
		.guest_length = PAGE_SIZE,
		.trans_paddr = TEXT,
		.trans_length = PAGE_SIZE,
	};

	for (unsigned i = 0; i < CALLS; i++)
		command(arg, SEV_CMD_SEND_UPDATE_DATA, &buf, sizeof(buf));
}

/* As each VMRUN of an SEV-ES guest does. */
static void check_save_area(void *arg)
{
	struct work *w = arg;

	for (unsigned i = 0; i < CALLS; i++)
		w->sum += sp_vmsa_intact(w->sp, ASID, SPA(GUEST), w->image);
}

static void show_rate(struct work *w, const char *name, void (*fn)(void *))
{
	double seconds;

	bench_ratio(fn, fn, w, 5, &seconds, NULL);
	bench_row(name, CALLS / seconds, "/s", BENCH_INFO, 0);
}

/* From launch to sending, to this very platform. */
static void bring_to_running(struct work *w)
{
	struct sev_launch_measure_buf measure = {
		.handle = w->handle, .measure_paddr = BLOB, .measure_length = 0x30};
	struct sev_handle_buf handle = {w->handle};

	command(w, SEV_CMD_LAUNCH_MEASURE, &measure, sizeof(measure));
	command(w, SEV_CMD_LAUNCH_FINISH, &handle, sizeof(handle));
}

static void bring_to_sending(struct work *w)
{
	struct sev_pdh_cert_export_buf export = {.pdh_cert_paddr = BLOB,
						 .pdh_cert_length = sizeof(struct sev_cert),
						 .certs_paddr = TEXT,
						 .certs_length = sizeof(struct sev_cert_chain)};
	struct sev_send_start_buf send = {.handle = w->handle,
					  .pdh_cert_paddr = BLOB,
					  .pdh_cert_length = sizeof(struct sev_cert),
					  .plat_certs_paddr = TEXT,
					  .plat_certs_length = sizeof(struct sev_cert_chain),
					  .amd_certs_length = 2 * AMD_CERT_SIZE(4096),
					  .session_paddr = BLOB + 0x1000,
					  .session_length = sizeof(struct sev_session)};

	command(w, SEV_CMD_PDH_CERT_EXPORT, &export, sizeof(export));
	command(w, SEV_CMD_SEND_START, &send, sizeof(send));
}

static void bench_commands(struct work *w)
{
	show_rate(w, "PLATFORM_STATUS", platform_status);
	show_rate(w, "GUEST_STATUS", guest_status);
	show_rate(w, "check of a save area", check_save_area);
	bring_to_running(w);
	show_rate(w, "ATTESTATION", attestation);
	show_rate(w, "COPY, one page", copy_page);
	bring_to_sending(w);
	show_rate(w, "SEND_UPDATE_DATA, one page", send_page);
}

/* -- keys ------------------------------------------------------------------------------------ */

static void agree(void *arg)
{
	struct work *w = arg;
	struct ec_secret z;

	for (unsigned i = 0; i < CALLS; i++)
		BUG_ON(ec_agree(&z, &w->key, &w->key.pub));
}

static void agree_directly(void *arg)
{
	struct work *w = arg;
	u8 z[48];

	for (unsigned i = 0; i < CALLS; i++) {
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(w->pkey, NULL);
		size_t len = sizeof(z);

		BUG_ON(!ctx || EVP_PKEY_derive_init(ctx) != 1 ||
		       EVP_PKEY_derive_set_peer(ctx, w->pkey) != 1 ||
		       EVP_PKEY_derive(ctx, z, &len) != 1);
		EVP_PKEY_CTX_free(ctx);
	}
}

static void sign(void *arg)
{
	struct work *w = arg;
	struct ecdsa_sig sig;

	for (unsigned i = 0; i < CALLS; i++)
		BUG_ON(ecdsa_sign(&sig, &w->key, HASH_SHA256, w->image, 52));
}

static void sign_directly(void *arg)
{
	struct work *w = arg;
	u8 sig[128];

	for (unsigned i = 0; i < CALLS; i++) {
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();
		size_t len = sizeof(sig);

		BUG_ON(!ctx || EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, w->pkey) != 1 ||
		       EVP_DigestSign(ctx, sig, &len, w->image, 52) != 1);
		EVP_MD_CTX_free(ctx);
	}
}

static void bench_keys(struct work *w)
{
	BUG_ON(ec_key_generate(&w->key, EC_P384, w->rng));
	w->pkey = EVP_EC_gen("P-384");
	BUG_ON(!w->pkey);
	show_rate(w, "ECDH P-384", agree);
	show_rate(w, "ECDH P-384, libcrypto directly", agree_directly);
	show_rate(w, "ECDSA P-384, deterministic", sign);
	show_rate(w, "ECDSA P-384, libcrypto directly", sign_directly);
}

int main(int argc, char **argv)
{
	struct work w = {.rng = rng_new(NULL)};

	bench_init(argc, argv);
	power_on(&w);
	start(&w);
	w.image = aligned_alloc(PAGE_SIZE, IMAGE);
	BUG_ON(!w.image);
	rng_fill(w.rng, w.image, IMAGE);
	bench_launch(&w);
	bench_commands(&w);
	bench_keys(&w);
	EVP_PKEY_free(w.pkey);
	sp_free(w.sp);
	cache_free(w.cache);
	mee_free(w.mee);
	fabric_fini(&w.fabric);
	free(w.image);
	rng_free(w.rng);
	return 0;
}
