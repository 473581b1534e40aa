/* SPDX-License-Identifier: MIT */
/*
 * Hostile points and signatures in AMD's form: what an import accepts can be agreed with, and no
 * signature verifies but the one that was made.
 */
#include "crypto/ec.h"

#include <stdlib.h>

#include "base/bug.h"
#include "crypto/ecdsa.h"
#include "crypto/fuzz_edit.h"
#include "crypto/rsa.h"
#include "tests/support/fuzz_main.h"

/* Curve code, point and signature, as they stand in certificates. */
struct input {
	u8 curve[4];
	u8 x[EC_LE_BYTES];
	u8 y[EC_LE_BYTES];
	struct ecdsa_sig sig;
};

struct world {
	bool made;
	struct ec_key keys[2]; /* P-256, P-384 */
	struct input good;
};

static void make_world(struct world *w)
{
	static const u8 seed[32] = {1};
	struct rng *rng = rng_new(seed);
	const struct ec_key *signer = &w->keys[1];

	BUG_ON(!rng || ec_key_generate(&w->keys[0], EC_P256, rng) != 0 ||
	       ec_key_generate(&w->keys[1], EC_P384, rng) != 0);
	rng_free(rng);
	put_le32(w->good.curve, EC_P384);
	ec_public_to_le(&signer->pub, w->good.x, w->good.y);
	BUG_ON(ecdsa_sign(&w->good.sig, signer, HASH_SHA384, "x", 1) != 0);
	w->made = true;
}

static void try_point(const struct world *w, const struct input *in)
{
	struct ec_public pub;
	struct ec_secret z;
	struct error err;
	enum verdict v;

	if (ec_public_from_le(&pub, get_le32(in->curve), in->x, in->y, &err) != 0)
		return;
	BUG_ON(ec_agree(&z, &w->keys[pub.curve == EC_P384], &pub) != 0);
	BUG_ON(ecdsa_verify(&v, &pub, HASH_SHA384, "x", 1, &in->sig) != 0);
	/* The negated s of the good signature is good too; edits do not hit upon it. */
	BUG_ON(v == VERDICT_GOOD && memcmp(in, &w->good, sizeof(*in)) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world world;
	static u8 bytes[FUZZ_EDIT_MAX];
	struct rsa_public rsa;
	struct error err;
	struct input in;
	size_t len;

	if (!world.made)
		make_world(&world);
	len = fuzz_edit(bytes, data, size, (const u8 *)&world.good, sizeof(world.good));
	if (len >= sizeof(in)) {
		memcpy(&in, bytes, sizeof(in));
		try_point(&world, &in);
	}
	if (len >= 4 + 2 * RSA_MAX_BYTES)
		(void)!rsa_public_from_le(&rsa, get_le32(bytes), bytes + 4 + RSA_MAX_BYTES,
					  bytes + 4, RSA_MAX_BYTES, &err);
	return 0;
}
