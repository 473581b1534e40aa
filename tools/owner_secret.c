/* SPDX-License-Identifier: MIT */
/* swsev owner secret: packs secrets for the guest whose measurement was verified. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/secret.h"
#include "owner/file.h"
#include "owner/secret.h"
#include "owner/text.h"
#include "tools/owner.h"

enum { SECRETS_MAX = 64 };

struct secret_options {
	struct sev_transport_keys keys;
	bool has_tek, has_tik, has_measurement, base64, force;
	struct sev_measurement measurement;
	const char *raw;
	struct owner_secret list[SECRETS_MAX];
	struct owner_file files[SECRETS_MAX];
	size_t count;
	u8 plain[SEV_PACKET_DATA_MAX], payload[SEV_PACKET_DATA_MAX];
};

/* GUID:FILE */
static int take_secret(struct secret_options *o, const struct command *self)
{
	const char *colon = strchr(optarg, ':');
	struct owner_secret *s = &o->list[o->count];
	char guid[64];
	struct error err;

	if (o->count == SECRETS_MAX)
		return command_misused(self, "more than %d secrets", SECRETS_MAX);
	if (!colon || (size_t)(colon - optarg) >= sizeof(guid))
		return command_misused(self, "--secret '%s' is not GUID:FILE", optarg);
	memcpy(guid, optarg, (size_t)(colon - optarg));
	guid[colon - optarg] = '\0';
	if (owner_guid_parse(&s->guid, guid, &err) != 0)
		return command_misused(self, "--secret: %s", err.text);
	if (owner_file_read(&o->files[o->count], colon + 1, SEV_PACKET_DATA_MAX, &err) != 0)
		return owner_failed(self, &err);
	s->bytes = o->files[o->count].bytes;
	s->len = o->files[o->count].len;
	o->count++;
	return COMMAND_GO_ON;
}

static int take_measurement(struct secret_options *o, const struct command *self)
{
	size_t len;

	if (owner_base64_parse((u8 *)&o->measurement, sizeof(o->measurement), &len, optarg,
			       strlen(optarg), NULL) != 0 ||
	    len != sizeof(o->measurement))
		return command_misused(self, "--launch-measure-blob: not base64 of 48 bytes (64 "
					     "characters)");
	o->has_measurement = true;
	return COMMAND_GO_ON;
}

static int take_key(void *key, size_t size, const struct command *self)
{
	struct error err;

	return owner_file_read_exact(key, size, optarg, &err) ? owner_failed(self, &err)
							      : COMMAND_GO_ON;
}

static int take_option(void *ctx, const struct command *self, int opt)
{
	struct secret_options *o = ctx;

	switch (opt) {
	case 'e':
		o->has_tek = true;
		return take_key(o->keys.tek, sizeof(o->keys.tek), self);
	case 'i':
		o->has_tik = true;
		return take_key(o->keys.tik, sizeof(o->keys.tik), self);
	case 'k':
		o->has_tek = o->has_tik = true;
		return take_key(&o->keys, sizeof(o->keys), self);
	case 'm':
		return take_measurement(o, self);
	case 's':
		return take_secret(o, self);
	case 'r':
		o->raw = optarg;
		return COMMAND_GO_ON;
	case 'b':
		o->base64 = true;
		return COMMAND_GO_ON;
	default:
		o->force = true;
		return COMMAND_GO_ON;
	}
}

/* A secret without a table goes to the guest as it is, with zeros up to a whole block. */
static int read_raw(struct secret_options *o, size_t *len, struct error *err)
{
	struct owner_file file;
	int ret = owner_file_read(&file, o->raw, SEV_PACKET_DATA_MAX, err);

	if (ret)
		return ret;
	if (file.len == 0)
		ret = error_set(err, EINVAL, "%s: empty, expected a secret", o->raw);
	memcpy(o->plain, file.bytes, file.len);
	*len = align_up(file.len, SEV_BLOCK);
	owner_file_fini(&file);
	return ret;
}

static int pack(struct secret_options *o, const char *header, const char *payload,
		struct error *err)
{
	struct sev_packet_hdr hdr;
	struct rng *rng;
	size_t len;
	int ret = o->raw ? read_raw(o, &len, err)
			 : owner_secret_table(o->plain, &len, o->list, o->count, err);

	if (ret)
		return ret;
	rng = rng_new(NULL);
	if (!rng)
		return error_set(err, ENOMEM, "out of memory");
	ret = owner_secret_seal(&hdr, o->payload, o->plain, len, &o->keys, o->measurement.measure,
				rng, err);
	rng_free(rng);
	if (ret == 0) {
		const struct owner_output out[] = {
			{header, &hdr, sizeof(hdr), false, o->base64},
			{payload, o->payload, len, false, o->base64},
		};

		ret = owner_files_write(out, ARRAY_SIZE(out), o->force, err);
	}
	return ret;
}

static int run_secret(struct secret_options *o, const struct command *self, int count, char **words)
{
	const char *header = count > 0 ? words[0] : "secret_header.bin";
	const char *payload = count > 1 ? words[1] : "secret_payload.bin";
	struct error err;

	if (count == 1 || count > 2)
		return command_misused(self, "expected the names of header and payload, or none");
	if (!o->has_tek || !o->has_tik)
		return command_misused(self, "--tek and --tik, or --tk, are needed");
	if (!o->has_measurement)
		return command_misused(self, "--launch-measure-blob is needed");
	if ((o->count > 0) == (o->raw != NULL))
		return command_misused(self, "either --secret or --raw is needed");
	return pack(o, header, payload, &err) ? owner_failed(self, &err) : EXIT_SUCCESS;
}

static int secret_run(const struct command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{"tek", required_argument, NULL, 'e'},
		{"tik", required_argument, NULL, 'i'},
		{"tk", required_argument, NULL, 'k'},
		{"launch-measure-blob", required_argument, NULL, 'm'},
		{"secret", required_argument, NULL, 's'},
		{"raw", required_argument, NULL, 'r'},
		{"base64", no_argument, NULL, 'b'},
		{"force", no_argument, NULL, 'F'},
		COMMAND_OPTIONS_END,
	};
	struct secret_options *o = calloc(1, sizeof(*o));
	int status;

	if (!o)
		return owner_failed(self, &(struct error){"out of memory"});
	status = command_read_options(self, argc, argv, options, take_option, o);
	if (status == COMMAND_GO_ON)
		status = run_secret(o, self, argc - optind, argv + optind);
	for (size_t i = 0; i < o->count; i++)
		owner_file_fini(&o->files[i]);
	secret_wipe(o, sizeof(*o));
	free(o);
	return status;
}

const struct command owner_secret_command = {
	.name = "swsev owner secret",
	.help = "pack secrets for a guest whose measurement was verified",
	.usage = "Usage: swsev owner secret [OPTION]... [HEADER PAYLOAD]\n"
		 "\n"
		 "Encrypts secrets so that only the measured guest gets them, for LAUNCH_SECRET; "
		 "verify the\n"
		 "measurement first (swsev owner measure).  Writes secret_header.bin and "
		 "secret_payload.bin.\n"
		 "\n"
		 "Options:\n"
		 "  --tek FILE         transport encryption key of the session\n"
		 "  --tik FILE         transport integrity key of the session\n"
		 "  --tk FILE          instead: both, as sev-tool's tmp_tk.bin\n"
		 "  --launch-measure-blob BASE64  what the launch returned: 48 bytes\n"
		 "  --secret GUID:FILE an entry of the guest's table of secrets; may be repeated\n"
		 "  --raw FILE         instead of a table: these bytes\n"
		 "  --base64           write text, as QEMU's monitor takes it\n"
		 "  --force            replace files that exist\n"
		 "  --help             print this and exit\n",
	.run = secret_run,
};
