/* SPDX-License-Identifier: MIT */
/*
 * What the commands of swsev sp share: a socket powered on over a state directory for the length of
 * one command, a driver at its mailbox, and how the outcome is told.
 */
#ifndef TOOLS_SP_H
#define TOOLS_SP_H

#include <jansson.h>

#include "hv/sp_platform.h"
#include "owner/file.h"
#include "tools/command.h"

extern const struct command sp_status_command;
extern const struct command sp_id_command;
extern const struct command sp_reset_command;
extern const struct command sp_pek_gen_command;
extern const struct command sp_pdh_gen_command;
extern const struct command sp_csr_command;
extern const struct command sp_import_command;
extern const struct command sp_export_command;
extern const struct command sp_chain_command;

/* The words of the command line, and while the task runs, the driver. */
struct sp_tool {
	const char *state, *pki, *cpu, *seed;
	const char *dir; /* NULL without --dir */
	bool json, force;
	int count; /* of words */
	char **words;

	struct chip *chip;
	struct pages pages;
	struct sp_driver driver;
	struct error host; /* what the host could not do, beside a refusal */
};

/*
 * What a command does.  *told becomes an object: strings, numbers and truths are told as lines of
 * name and value, a list one item a line.  0, or -errno with *err set.
 */
struct sp_task {
	const char *words; /* as in the usage, for whoever gives others */
	int least, most;   /* how many */
	bool force;        /* takes --force */
	bool dir;          /* takes --dir, instead of a word */
	int (*run)(struct sp_tool *t, json_t **told, struct error *err);
};

/* Reads the command line, powers on, runs the task, tells; the exit status. */
int sp_tool_run(const struct command *self, int argc, char **argv, const struct sp_task *task);

/* Writes the files and tells their names. */
int sp_tool_write(const struct sp_tool *t, const struct owner_output *files, size_t count,
		  json_t **told, struct error *err) MUST_CHECK;

/* "--dir" and a name; -ENAMETOOLONG. */
enum { SP_PATH_SIZE = 4096 };
int sp_tool_path(char path[SP_PATH_SIZE], const struct sp_tool *t, const char *name,
		 struct error *err) MUST_CHECK;

#define SP_USAGE_OPTIONS                                                                           \
	"  --state DIR    fuses and flash of the chip; made if it is not there\n"                  \
	"  --pki DIR      its manufacturer: ark.cert, ask.cert, ask.pem (default: the published\n" \
	"                 test root)\n"                                                            \
	"  --cpu MODEL    naples, rome, milan (the default), genoa, turin\n"                       \
	"  --seed TEXT    all randomness comes from this text\n"                                   \
	"  --json         print one JSON object\n"
#define SP_USAGE_HELP "  --help         print this and exit\n"
#define SP_USAGE_WRITES                                             \
	"  --dir DIR      where to put the files (default: here)\n" \
	"  --force        replace files that exist\n"

#endif
