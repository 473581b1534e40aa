/* SPDX-License-Identifier: MIT */
/* TCB versions in reports and in certificates; private to owner/.	[SNP TCB Version; KDS] */
#ifndef OWNER_TCB_H
#define OWNER_TCB_H

#include "owner/snp_report.h"

/* The family of a product line in AMD's names; 0: none that we know. */
u8 owner_product_family(const char *product);

/* The product line of a CPU; NULL: none that we know. */
const char *owner_product_name(u8 family, u8 model);

/* false: reserved bytes are not zero. */
bool owner_tcb_decode(struct owner_tcb *tcb, u64 version, u8 family);

/* Every component. */
bool owner_tcb_at_least(const struct owner_tcb *tcb, const struct owner_tcb *least);

/*
 * Whether the certificate was made for this TCB version.  text (OWNER_TCB_TEXT) says why not, for
 * the record, and is empty otherwise.
 */
enum { OWNER_TCB_TEXT = 96 };
bool owner_tcb_certified(char text[OWNER_TCB_TEXT], const struct owner_tcb *tcb, u8 family,
			 const struct x509_cert *cert);

#endif
