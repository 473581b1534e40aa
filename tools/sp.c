/* SPDX-License-Identifier: MIT */
/*
 * swsev sp: the Secure Processor of a chip that lives in a state directory.
 *
 * Each command powers the chip on, gives the real commands at the mailbox, as the driver of an
 * operating system would, and powers it off.  The table below is the list of its commands.
 */
#include "tools/sp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/types.h"

enum { DRAM_SIZE = 0x200000 };

static const struct command *const commands[] = {
	&sp_status_command,  &sp_id_command,      &sp_reset_command,
	&sp_pek_gen_command, &sp_pdh_gen_command, &sp_csr_command,
	&sp_import_command,  &sp_export_command,  &sp_chain_command,
};
static const struct command_table table = {commands, ARRAY_SIZE(commands)};

static int sp_run(const struct command *self, int argc, char **argv)
{
	static const struct option options[] = {COMMAND_OPTIONS_END};
	int opt = command_option(self, argc, argv, "+:", options);

	if (opt == OPT_HELP)
		command_print_table(self, &table);
	if (opt != OPT_END)
		return command_exit_status(opt);
	return command_run_row(self, &table, argc - optind, argv + optind);
}

const struct command sp_command_group = {
	.name = "swsev sp",
	.help = "the Secure Processor: status, keys, certificates, owner",
	.usage = "Usage: swsev sp COMMAND --state DIR [OPTION]...\n"
		 "\n"
		 "Administers the Secure Processor of a chip that lives in a directory.\n"
		 "\n"
		 "Commands:\n",
	.run = sp_run,
};

/* -- the command line ------------------------------------------------------------------------- */

enum { OPT_STATE = 300, OPT_PKI, OPT_CPU, OPT_SEED, OPT_JSON, OPT_DIR, OPT_FORCE };

#define COMMON_OPTIONS                                                                            \
	{"state", required_argument, NULL, OPT_STATE}, {"pki", required_argument, NULL, OPT_PKI}, \
		{"cpu", required_argument, NULL, OPT_CPU},                                        \
		{"seed", required_argument, NULL, OPT_SEED},                                      \
	{                                                                                         \
		"json", no_argument, NULL, OPT_JSON                                               \
	}

static const struct option plain_options[] = {
	COMMON_OPTIONS,
	COMMAND_OPTIONS_END,
};

static const struct option file_options[] = {
	COMMON_OPTIONS,
	{"force", no_argument, NULL, OPT_FORCE},
	COMMAND_OPTIONS_END,
};

static const struct option folder_options[] = {
	COMMON_OPTIONS,
	{"force", no_argument, NULL, OPT_FORCE},
	{"dir", required_argument, NULL, OPT_DIR},
	COMMAND_OPTIONS_END,
};

static int set_cpu(struct sp_tool *t, const struct command *self)
{
	const char *name;

	t->cpu = optarg;
	for (unsigned n = 0; (name = chip_model_name(n)); n++)
		if (strcmp(name, t->cpu) == 0)
			return COMMAND_GO_ON;
	return command_misused(self, "--cpu '%s' is no model", t->cpu);
}

static int take_option(void *ctx, const struct command *self, int opt)
{
	struct sp_tool *t = ctx;

	switch (opt) {
	case OPT_STATE:
		t->state = optarg;
		break;
	case OPT_PKI:
		t->pki = optarg;
		break;
	case OPT_CPU:
		return set_cpu(t, self);
	case OPT_SEED:
		t->seed = optarg;
		break;
	case OPT_DIR:
		t->dir = optarg;
		break;
	case OPT_FORCE:
		t->force = true;
		break;
	default:
		t->json = true;
	}
	return COMMAND_GO_ON;
}

static const struct option *options_of(const struct sp_task *task)
{
	if (task->dir)
		return folder_options;
	return task->force ? file_options : plain_options;
}

static int read_command_line(struct sp_tool *t, const struct command *self, int argc, char **argv,
			     const struct sp_task *task)
{
	int status = command_read_options(self, argc, argv, options_of(task), take_option, t);

	if (status != COMMAND_GO_ON)
		return status;
	t->count = argc - optind;
	t->words = argv + optind;
	if (t->count > task->most)
		return command_misused(self, "unexpected word '%s'", t->words[task->most]);
	if (t->count < task->least)
		return command_misused(self, "expected %s", task->words);
	if (t->count && t->dir)
		return command_misused(self, "either --dir or '%s'", t->words[0]);
	if (!t->state)
		return command_misused(self, "no --state given");
	return COMMAND_GO_ON;
}

/* -- power ------------------------------------------------------------------------------------ */

static void note_host_failure(void *ctx, const char *line)
{
	struct sp_tool *t = ctx;

	error_set(&t->host, EIO, "%s", line);
}

static int power_on(struct sp_tool *t, struct error *err)
{
	const struct chip_config cfg = {
		.model = t->cpu,
		.cores = 1,
		.dram_size = DRAM_SIZE,
		.seed = t->seed,
		.state_dir = t->state,
		.pki_dir = t->pki,
		.host_failed = note_host_failure,
		.ctx = t,
	};
	int ret;

	t->chip = chip_new(&cfg, err);
	if (!t->chip)
		return -EIO;
	ret = pages_init(&t->pages, DRAM_SIZE, err);
	return ret ? ret : sp_driver_init(&t->driver, t->chip, &t->pages, err);
}

static void power_off(struct sp_tool *t)
{
	pages_fini(&t->pages);
	chip_free(t->chip);
}

/* -- telling ---------------------------------------------------------------------------------- */

static void print_value(const char *name, const json_t *value)
{
	const json_t *item;
	size_t i;

	if (json_is_string(value))
		printf("%-10s %s\n", name, json_string_value(value));
	else if (json_is_boolean(value))
		printf("%-10s %s\n", name, json_is_true(value) ? "yes" : "no");
	else if (json_is_integer(value))
		printf("%-10s %lld\n", name, (long long)json_integer_value(value));
	json_array_foreach(value, i, item) printf("%s\n", json_string_value(item));
}

static int tell(const struct command *self, const struct sp_tool *t, json_t *told)
{
	const char *name;
	json_t *value;

	if (!told) {
		fprintf(stderr, "%s: out of memory\n", self->name);
		return EXIT_FAILURE;
	}
	if (!t->json) {
		json_object_foreach(told, name, value) print_value(name, value);
		return EXIT_SUCCESS;
	}
	if (json_dumpf(told, stdout, JSON_INDENT(2)) != 0) {
		fprintf(stderr, "%s: cannot write JSON\n", self->name);
		return EXIT_FAILURE;
	}
	putchar('\n');
	return EXIT_SUCCESS;
}

/* A refusal is an answer too: with --json it is told by name and number. */
static int tell_failure(const struct command *self, const struct sp_tool *t,
			const struct error *err)
{
	enum sp_status status = t->driver.status;

	fprintf(stderr, "%s: %s%s%s\n", self->name, err->text, t->host.text[0] ? ": " : "",
		t->host.text);
	if (t->json && status != SP_SUCCESS) {
		json_t *refusal = json_pack("{s:s, s:i}", "status", sp_status_name(status), "code",
					    (int)status);

		tell(self, t, refusal);
		json_decref(refusal);
	}
	return EXIT_FAILURE;
}

int sp_tool_run(const struct command *self, int argc, char **argv, const struct sp_task *task)
{
	struct sp_tool t = {0};
	struct error err = {0};
	json_t *told = NULL;
	int status = read_command_line(&t, self, argc, argv, task);
	int ret;

	if (status != COMMAND_GO_ON)
		return status;
	ret = power_on(&t, &err);
	if (!ret)
		ret = task->run(&t, &told, &err);
	power_off(&t);
	status = ret ? tell_failure(self, &t, &err) : tell(self, &t, told);
	json_decref(told);
	return status;
}

/* -- files ------------------------------------------------------------------------------------ */

int sp_tool_path(char path[SP_PATH_SIZE], const struct sp_tool *t, const char *name,
		 struct error *err)
{
	const char *dir = t->dir ? t->dir : ".";

	if (snprintf(path, SP_PATH_SIZE, "%s/%s", dir, name) < SP_PATH_SIZE)
		return 0;
	return error_set(err, ENAMETOOLONG, "%.100s...: name too long", dir);
}

int sp_tool_write(const struct sp_tool *t, const struct owner_output *files, size_t count,
		  json_t **told, struct error *err)
{
	json_t *names = json_array();
	int ret = owner_files_write(files, count, t->force, err);

	for (size_t i = 0; i < count; i++)
		json_array_append_new(names, json_string(files[i].path));
	*told = json_pack("{s:o}", "files", names);
	return ret;
}
