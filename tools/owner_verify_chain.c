/* SPDX-License-Identifier: MIT */
/* swsev owner verify-chain: whether a platform's certificates lead to AMD. */
#include <errno.h>
#include <stdlib.h>

#include "tools/owner.h"

static int verify(struct owner_audit *audit, const struct owner_certs *c)
{
	char product[OWNER_PRODUCT_SIZE];
	int ret = 0;

	owner_audit_init(audit);
	if (c->has_sev)
		ret = owner_chain_verify(audit, &c->sev, OWNER_CHAIN_PDH, &c->trust);
	if (ret == 0 && c->has_snp && (c->snp.cert[OWNER_SNP_VCEK] || !c->snp.cert[OWNER_SNP_VLEK]))
		ret = owner_snp_chain_verify(audit, product, &c->snp, OWNER_SNP_VCEK, &c->trust,
					     c->time);
	if (ret == 0 && c->snp.cert[OWNER_SNP_VLEK])
		ret = owner_snp_chain_verify(audit, product, &c->snp, OWNER_SNP_VLEK, &c->trust,
					     c->time);
	if (ret == 0)
		owner_audit_complete(audit);
	return ret;
}

struct chain_options {
	struct owner_certs *certs;
	bool json;
};

static int take_option(void *ctx, const struct command *self, int opt)
{
	struct chain_options *o = ctx;
	int status;

	if (owner_certs_option(o->certs, self, opt, &status))
		return status;
	o->json = true;
	return COMMAND_GO_ON;
}

static int verify_paths(const struct chain_options *o, const struct command *self, int count,
			char **paths)
{
	struct owner_audit audit;
	struct error err;

	if (count == 0)
		return command_misused(self, "no certificates given");
	for (int i = 0; i < count; i++)
		if (owner_certs_add(o->certs, paths[i], &err) != 0)
			return owner_failed(self, &err);
	if (verify(&audit, o->certs) != 0) {
		error_set(&err, EIO, "cannot verify: out of memory, or libcrypto failed");
		return owner_failed(self, &err);
	}
	return owner_tell(self, &audit, o->json, NULL);
}

static int verify_chain_run(const struct command *self, int argc, char **argv)
{
	static const struct option options[] = {
		OWNER_CERT_OPTIONS,
		{"json", no_argument, NULL, 'j'},
		COMMAND_OPTIONS_END,
	};
	struct chain_options o = {.certs = owner_certs_new(self)};
	int status;

	if (!o.certs)
		return EXIT_FAILURE;
	status = command_read_options(self, argc, argv, options, take_option, &o);
	if (status == COMMAND_GO_ON)
		status = verify_paths(&o, self, argc - optind, argv + optind);
	owner_certs_free(o.certs);
	return status;
}

const struct command owner_verify_chain_command = {
	.name = "swsev owner verify-chain",
	.help = "whether a platform's certificates lead to AMD",
	.usage = "Usage: swsev owner verify-chain [OPTION]... PATH...\n"
		 "\n"
		 "Verifies the certificates in files and folders, each link down from the root: of "
		 "SEV in\n"
		 "AMD's own format (PDH, PEK, OCA, CEK, ASK, ARK; one file each, or sevctl's "
		 "export), "
		 "of\n"
		 "SEV-SNP in X.509 (VCEK or VLEK, ASK or ASVK, ARK; DER or PEM).\n"
		 "\n"
		 "Options:\n" OWNER_CERT_USAGE "  --json             print one JSON object\n"
		 "  --help             print this and exit\n",
	.run = verify_chain_run,
};
