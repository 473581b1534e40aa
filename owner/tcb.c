/* SPDX-License-Identifier: MIT */
/* TCB versions: two layouts, one comparison, and the extensions of a certificate. */
#include "owner/tcb.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "abi/kds.h"
#include "abi/layout.h"
#include "abi/snp.h"
#include "crypto/der.h"
#include "owner/text.h"

enum { TURIN_FAMILY = 0x1a };

static const struct {
	const char *name;
	u8 family, first_model, last_model;
} products[] = {
#define PRODUCT(name, family, first, last) {name, family, first, last},
	KDS_PRODUCTS(PRODUCT)
#undef PRODUCT
};

u8 owner_product_family(const char *product)
{
	for (size_t i = 0; i < ARRAY_SIZE(products); i++)
		if (strcmp(products[i].name, product) == 0)
			return products[i].family;
	return 0;
}

const char *owner_product_name(u8 family, u8 model)
{
	for (size_t i = 0; i < ARRAY_SIZE(products); i++)
		if (products[i].family == family && model >= products[i].first_model &&
		    model <= products[i].last_model)
			return products[i].name;
	return NULL;
}

bool owner_tcb_decode(struct owner_tcb *tcb, u64 version, u8 family)
{
	if (family >= TURIN_FAMILY) {
		*tcb = (struct owner_tcb){
			.fmc = (u8)FIELD_GET(SNP_TCB_TURIN_FMC, version),
			.boot_loader = (u8)FIELD_GET(SNP_TCB_TURIN_BOOT_LOADER, version),
			.tee = (u8)FIELD_GET(SNP_TCB_TURIN_TEE, version),
			.snp = (u8)FIELD_GET(SNP_TCB_TURIN_SNP, version),
			.microcode = (u8)FIELD_GET(SNP_TCB_TURIN_MICROCODE, version),
		};
		return (version & SNP_TCB_TURIN_RSVD_MASK) == 0;
	}
	*tcb = (struct owner_tcb){
		.boot_loader = (u8)FIELD_GET(SNP_TCB_MILAN_BOOT_LOADER, version),
		.tee = (u8)FIELD_GET(SNP_TCB_MILAN_TEE, version),
		.snp = (u8)FIELD_GET(SNP_TCB_MILAN_SNP, version),
		.microcode = (u8)FIELD_GET(SNP_TCB_MILAN_MICROCODE, version),
	};
	return (version & SNP_TCB_MILAN_RSVD_MASK) == 0;
}

bool owner_tcb_at_least(const struct owner_tcb *tcb, const struct owner_tcb *least)
{
	return tcb->fmc >= least->fmc && tcb->boot_loader >= least->boot_loader &&
	       tcb->tee >= least->tee && tcb->snp >= least->snp &&
	       tcb->microcode >= least->microcode;
}

static bool ext_is(char text[OWNER_TCB_TEXT], const struct x509_cert *cert, const char *oid,
		   const char *name, u8 expected)
{
	struct x509_bytes value;
	u64 found;

	if (!x509_cert_ext(&value, NULL, cert, oid)) {
		snprintf(text, OWNER_TCB_TEXT, "the certificate names no %s version", name);
		return false;
	}
	if (der_read_u64(&found, value.p, value.len, NULL) != 0) {
		snprintf(text, OWNER_TCB_TEXT, "the certificate's %s version is no number", name);
		return false;
	}
	if (found == expected)
		return true;
	snprintf(text, OWNER_TCB_TEXT, "%s version %u in the report, %llu in the certificate", name,
		 expected, (unsigned long long)found);
	return false;
}

bool owner_tcb_certified(char text[OWNER_TCB_TEXT], const struct owner_tcb *tcb, u8 family,
			 const struct x509_cert *cert)
{
	text[0] = '\0';
	if (family >= TURIN_FAMILY && !ext_is(text, cert, KDS_OID_FMC_SPL, "FMC", tcb->fmc))
		return false;
	return ext_is(text, cert, KDS_OID_BL_SPL, "boot loader", tcb->boot_loader) &&
	       ext_is(text, cert, KDS_OID_TEE_SPL, "TEE", tcb->tee) &&
	       ext_is(text, cert, KDS_OID_SNP_SPL, "SNP", tcb->snp) &&
	       ext_is(text, cert, KDS_OID_UCODE_SPL, "microcode", tcb->microcode);
}

static u8 *tcb_field(struct owner_tcb *tcb, const char *name, size_t len)
{
	const struct {
		const char *name;
		u8 *field;
	} fields[] = {
		{"fmc", &tcb->fmc}, {"bl", &tcb->boot_loader},  {"tee", &tcb->tee},
		{"snp", &tcb->snp}, {"ucode", &tcb->microcode},
	};

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (strlen(fields[i].name) == len && memcmp(fields[i].name, name, len) == 0)
			return fields[i].field;
	return NULL;
}

/* One "name=number". */
static int parse_part(struct owner_tcb *tcb, const char *part, size_t len, struct error *err)
{
	const char *equals = memchr(part, '=', len);
	u8 *field = equals ? tcb_field(tcb, part, (size_t)(equals - part)) : NULL;
	char number[24];
	u64 v;
	int ret;

	if (!field || len - (size_t)(equals - part) > sizeof(number))
		return error_set(err, EINVAL,
				 "'%.*s' is no part of a TCB version, expected fmc=, bl=, tee=, "
				 "snp= or ucode= and a number",
				 (int)(len < 40 ? len : 40), part);
	snprintf(number, sizeof(number), "%.*s", (int)(len - (size_t)(equals + 1 - part)),
		 equals + 1);
	ret = owner_number_parse(&v, number, 255, err);
	if (ret == 0)
		*field = (u8)v;
	return ret;
}

int owner_tcb_parse(struct owner_tcb *tcb, const char *text, struct error *err)
{
	memset(tcb, 0, sizeof(*tcb));
	for (;;) {
		size_t len = strcspn(text, ",");
		int ret = parse_part(tcb, text, len, err);

		if (ret)
			return ret;
		if (!text[len])
			return 0;
		text += len + 1;
	}
}
