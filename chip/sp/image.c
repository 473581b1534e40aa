/* SPDX-License-Identifier: MIT */
/* Header, sealed contents, and FFh to the end. */
#include "chip/sp/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "abi/layout.h"
#include "chip/sp/cert.h"
#include "crypto/aes.h"
#include "crypto/hmac.h"
#include "crypto/kdf.h"
#include "crypto/secret.h"

enum { IMAGE_VERSION = 1 };

/* clang-format off */

struct image_contents {
	u32	external;
	u8	oca_d[EC_LE_BYTES];	/* zero when external */
	u8	pek_d[EC_LE_BYTES];
	u8	pdh_d[EC_LE_BYTES];
	struct sev_cert oca_cert;
	struct sev_cert pek_cert;
	struct sev_cert pdh_cert;
};
LAYOUT_SIZE(image_contents, 0x1948);

struct image {
	u8	magic[8];
	u32	version;
	u32	length;			/* of contents */
	u8	iv[GCM_IV_BYTES];
	u32	rsvd_1c;
	u8	tag[GCM_TAG_BYTES];	/* covers all before it, and contents */
	struct image_contents contents;	/* encrypted */
	u8	erased[SEV_NV_SIZE - 0x30 - sizeof(struct image_contents)];
};
LAYOUT_SIZE(image, SEV_NV_SIZE);
LAYOUT_AT(image, tag, 0x20);
LAYOUT_AT(image, contents, 0x30);

/* clang-format on */

static const u8 image_magic[8] = {'S', 'W', 'S', 'E', 'V', 'N', 'V', 0};

void sev_image_erase(u8 image[SEV_NV_SIZE])
{
	memset(image, 0xff, SEV_NV_SIZE);
}

static int derive_key(struct aes256_key *key, const struct sp_chip *chip)
{
	return kdf_derive_sev(key->b, sizeof(key->b), chip->secret, sizeof(chip->secret),
			      "swsev-nv-image", NULL, 0);
}

static struct gcm_aad head_of(const struct image *im)
{
	return (struct gcm_aad){im, offsetof(struct image, tag)};
}

/* -- sealing --------------------------------------------------------------------------------- */

static void pack(struct image_contents *c, const struct sev_identity *id)
{
	c->external = id->external;
	if (!id->external)
		ec_key_to_le(&id->oca, c->oca_d);
	ec_key_to_le(&id->pek, c->pek_d);
	ec_key_to_le(&id->pdh, c->pdh_d);
	c->oca_cert = id->oca_cert;
	c->pek_cert = id->pek_cert;
	c->pdh_cert = id->pdh_cert;
}

static int make_iv(u8 iv[GCM_IV_BYTES], const struct aes256_key *key,
		   const struct image_contents *c, struct rng *rng)
{
	struct sha256_digest out;
	struct hmac *mac;
	u8 fresh[16];

	mac = hmac_new(HASH_SHA256, key->b, sizeof(key->b));
	if (!mac)
		return -ENOMEM;
	rng_fill(rng, fresh, sizeof(fresh));
	hmac_update(mac, fresh, sizeof(fresh));
	hmac_update(mac, c, sizeof(*c));
	hmac_final_sha256(mac, &out);
	hmac_free(mac);
	memcpy(iv, out.b, GCM_IV_BYTES);
	return 0;
}

int sev_image_seal(u8 image[SEV_NV_SIZE], const struct sev_identity *id, const struct sp_chip *chip,
		   struct rng *rng)
{
	struct image *im = (struct image *)image;
	struct image_contents plain = {0};
	struct aes256_key key;
	int ret;

	sev_image_erase(image);
	memcpy(im->magic, image_magic, sizeof(image_magic));
	im->version = IMAGE_VERSION;
	im->length = sizeof(plain);
	im->rsvd_1c = 0;
	pack(&plain, id);
	ret = derive_key(&key, chip);
	if (!ret)
		ret = make_iv(im->iv, &key, &plain, rng);
	if (!ret)
		ret = aes256_gcm_seal(&im->contents, im->tag, &key, im->iv, head_of(im), &plain,
				      sizeof(plain));
	secret_wipe(&plain, sizeof(plain));
	secret_wipe(&key, sizeof(key));
	return ret;
}

/* -- opening --------------------------------------------------------------------------------- */

/* The private key, if it is that of the certificate. */
static bool unpack_key(struct ec_key *key, const u8 d[EC_LE_BYTES], const struct sev_cert *cert,
		       enum sev_usage usage)
{
	struct sev_key certified;

	return !ec_key_from_le(key, EC_P384, d, NULL) && !sev_cert_key(&certified, cert, usage) &&
	       ec_public_equal(&key->pub, &certified.ec);
}

static bool unpack(struct sev_identity *id, const struct image_contents *c)
{
	id->external = c->external;
	id->oca_cert = c->oca_cert;
	id->pek_cert = c->pek_cert;
	id->pdh_cert = c->pdh_cert;
	return (id->external || unpack_key(&id->oca, c->oca_d, &c->oca_cert, SEV_USAGE_OCA)) &&
	       unpack_key(&id->pek, c->pek_d, &c->pek_cert, SEV_USAGE_PEK) &&
	       unpack_key(&id->pdh, c->pdh_d, &c->pdh_cert, SEV_USAGE_PDH);
}

static int open_contents(enum sev_image_state *state, struct sev_identity *id,
			 const struct image *im, const struct sp_chip *chip)
{
	struct image_contents plain;
	struct aes256_key key;
	enum verdict v;
	int ret;

	ret = derive_key(&key, chip);
	if (!ret)
		ret = aes256_gcm_open(&v, &plain, &key, im->iv, head_of(im), &im->contents,
				      sizeof(plain), im->tag);
	if (!ret && v == VERDICT_GOOD && unpack(id, &plain))
		*state = SEV_IMAGE_GOOD;
	secret_wipe(&plain, sizeof(plain));
	secret_wipe(&key, sizeof(key));
	return ret;
}

static bool is_erased(const u8 image[SEV_NV_SIZE])
{
	return image[0] == 0xff && !memcmp(image, image + 1, SEV_NV_SIZE - 1);
}

int sev_image_open(enum sev_image_state *state, struct sev_identity *id,
		   const u8 image[SEV_NV_SIZE], const struct sp_chip *chip)
{
	const struct image *im = (const struct image *)image;
	int ret = 0;

	memset(id, 0, sizeof(*id));
	*state = is_erased(image) ? SEV_IMAGE_EMPTY : SEV_IMAGE_INVALID;
	if (!memcmp(im->magic, image_magic, sizeof(image_magic)) && im->version == IMAGE_VERSION &&
	    im->length == sizeof(im->contents))
		ret = open_contents(state, id, im, chip);
	if (*state != SEV_IMAGE_GOOD)
		sev_identity_wipe(id);
	return ret;
}
