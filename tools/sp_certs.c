/* SPDX-License-Identifier: MIT */
/* swsev sp csr, import, export, chain: certificates as files of the usual tools. */
#include <string.h>

#include "base/types.h"
#include "tools/sp.h"

/* -- an owner --------------------------------------------------------------------------------- */

static int request(struct sp_tool *t, json_t **told, struct error *err)
{
	struct sev_cert csr;
	const struct owner_output out = {
		.path = t->words[0],
		.bytes = &csr,
		.len = sizeof(csr),
	};
	int ret = sp_platform_pek_csr(&t->driver, &csr, err);

	return ret ? ret : sp_tool_write(t, &out, 1, told, err);
}

static int csr_run(const struct command *self, int argc, char **argv)
{
	static const struct sp_task task = {
		.words = "a FILE", .least = 1, .most = 1, .force = true, .run = request};

	return sp_tool_run(self, argc, argv, &task);
}

const struct command sp_csr_command = {
	.name = "swsev sp csr",
	.help = "the PEK, for an owner to sign",
	.usage = "Usage: swsev sp csr --state DIR [OPTION]... FILE\n"
		 "\n"
		 "PEK_CSR: writes the PEK as a certificate without signatures, for the OCA of an\n"
		 "external owner to sign.\n"
		 "\n"
		 "Options:\n" SP_USAGE_OPTIONS
		 "  --force        replace a file that exists\n" SP_USAGE_HELP,
	.run = csr_run,
};

static int import(struct sp_tool *t, json_t **told, struct error *err)
{
	struct sev_cert pek, oca;
	int ret = owner_file_read_exact(&pek, sizeof(pek), t->words[0], err);

	if (!ret)
		ret = owner_file_read_exact(&oca, sizeof(oca), t->words[1], err);
	if (!ret)
		ret = sp_platform_import(&t->driver, &pek, &oca, err);
	if (!ret)
		*told = json_pack("{s:s}", "done", "the platform is owned by this OCA; PDH is new");
	return ret;
}

static int import_run(const struct command *self, int argc, char **argv)
{
	static const struct sp_task task = {
		.words = "the certificates of PEK and OCA", .least = 2, .most = 2, .run = import};

	return sp_tool_run(self, argc, argv, &task);
}

const struct command sp_import_command = {
	.name = "swsev sp import",
	.help = "take an external owner",
	.usage = "Usage: swsev sp import --state DIR [OPTION]... PEK OCA\n"
		 "\n"
		 "PEK_CERT_IMPORT: takes the PEK's certificate, signed by an external owner, and "
		 "the\n"
		 "owner's own (the OCA, signed by itself).  Makes a new PDH.\n"
		 "\n"
		 "Options:\n" SP_USAGE_OPTIONS SP_USAGE_HELP,
	.run = import_run,
};

/* -- who the platform is ---------------------------------------------------------------------- */

struct piece {
	const char *name; /* of its file */
	const void *bytes;
	size_t len;
};

enum { PIECES_MAX = 6 };

static int write_pieces(const struct sp_tool *t, const struct piece *pieces, size_t count,
			json_t **told, struct error *err)
{
	char paths[PIECES_MAX][SP_PATH_SIZE];
	struct owner_output out[PIECES_MAX];

	for (size_t i = 0; i < count; i++) {
		int ret = sp_tool_path(paths[i], t, pieces[i].name, err);

		if (ret)
			return ret;
		out[i] = (struct owner_output){
			.path = paths[i], .bytes = pieces[i].bytes, .len = pieces[i].len};
	}
	return sp_tool_write(t, out, count, told, err);
}

static int export(struct sp_tool *t, json_t **told, struct error *err)
{
	struct sev_cert_chain certs;
	struct sev_cert pdh;
	const struct piece pieces[] = {
		{"pdh.cert", &pdh, sizeof(pdh)},
		{"cert_chain.cert", &certs, sizeof(certs)},
	};
	int ret = sp_platform_export(&t->driver, &pdh, &certs, err);

	return ret ? ret : write_pieces(t, pieces, ARRAY_SIZE(pieces), told, err);
}

static int export_run(const struct command *self, int argc, char **argv)
{
	static const struct sp_task task = {.force = true, .dir = true, .run = export};

	return sp_tool_run(self, argc, argv, &task);
}

const struct command sp_export_command = {
	.name = "swsev sp export",
	.help = "the PDH and its certificates, as the firmware gives them",
	.usage = "Usage: swsev sp export --state DIR [OPTION]...\n"
		 "\n"
		 "PDH_CERT_EXPORT: writes pdh.cert, and cert_chain.cert with PEK, OCA and CEK, "
		 "whose\n"
		 "CEK nobody has signed.\n"
		 "\n"
		 "Options:\n" SP_USAGE_OPTIONS SP_USAGE_WRITES SP_USAGE_HELP,
	.run = export_run,
};

/* Everything from the PDH to the root, in the order of sevctl's export. */
struct whole_chain {
	struct sev_cert pdh, pek, oca, cek;
	u8 amd[PLATFORM_AMD_CERTS_MAX]; /* ASK, ARK */
};

/* The CEK's certificate is the key server's, signed; *len is what stands in *w. */
static int read_chain(struct sp_tool *t, struct whole_chain *w, size_t *len, struct error *err)
{
	struct sev_cert_chain certs;
	int ret = sp_platform_export(&t->driver, &w->pdh, &certs, err);

	if (!ret)
		ret = platform_cek_cert(t->chip, &w->cek, err);
	if (ret)
		return ret;
	w->pek = certs.pek;
	w->oca = certs.oca;
	*len = offsetof(struct whole_chain, amd) + platform_amd_certs(t->chip, w->amd);
	return 0;
}

static int write_folder(const struct sp_tool *t, const struct whole_chain *w, size_t len,
			json_t **told, struct error *err)
{
	struct amd_cert_hdr ask;
	size_t ask_size, amd_size = len - offsetof(struct whole_chain, amd);

	memcpy(&ask, w->amd, sizeof(ask));
	ask_size = AMD_CERT_SIZE(ask.modulus_size);
	const struct piece pieces[] = {
		{"pdh.cert", &w->pdh, sizeof(w->pdh)},
		{"pek.cert", &w->pek, sizeof(w->pek)},
		{"oca.cert", &w->oca, sizeof(w->oca)},
		{"cek.cert", &w->cek, sizeof(w->cek)},
		{"ask.cert", w->amd, ask_size},
		{"ark.cert", w->amd + ask_size, amd_size - ask_size},
	};

	return write_pieces(t, pieces, ARRAY_SIZE(pieces), told, err);
}

static int chain(struct sp_tool *t, json_t **told, struct error *err)
{
	struct whole_chain w;
	size_t len;
	int ret;

	ret = read_chain(t, &w, &len, err);
	if (ret)
		return ret;
	if (t->count) {
		const struct owner_output out = {.path = t->words[0], .bytes = &w, .len = len};

		return sp_tool_write(t, &out, 1, told, err);
	}
	return write_folder(t, &w, len, told, err);
}

static int chain_run(const struct command *self, int argc, char **argv)
{
	static const struct sp_task task = {.most = 1, .force = true, .dir = true, .run = chain};

	return sp_tool_run(self, argc, argv, &task);
}

const struct command sp_chain_command = {
	.name = "swsev sp chain",
	.help = "the same up to the root",
	.usage = "Usage: swsev sp chain --state DIR [OPTION]... [FILE]\n"
		 "\n"
		 "Writes all certificates from the PDH to the manufacturer's root, with the CEK's "
		 "as\n"
		 "its key server signs it: one FILE as sevctl's export with --full, or the files\n"
		 "pdh.cert, pek.cert, oca.cert, cek.cert, ask.cert and ark.cert.\n"
		 "\n"
		 "Options:\n" SP_USAGE_OPTIONS SP_USAGE_WRITES SP_USAGE_HELP,
	.run = chain_run,
};
