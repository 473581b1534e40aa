/* SPDX-License-Identifier: MIT */
/*
 * One subcommand of swsev: a row in the table of main.c, a file of its own.
 *
 * All of them share their manners: GNU long options, --help, and for a word or value that makes no
 * sense one line on stderr and exit status 2.
 */
#ifndef TOOLS_COMMAND_H
#define TOOLS_COMMAND_H

#include "base/compiler.h"

#include <getopt.h>
#include <stddef.h>

/* Exit status of a command line that makes no sense; 1 is for what could not be done. */
enum { EXIT_USAGE = 2 };

struct command {
	const char *name;  /* as typed, with the words before it: "swsev host" */
	const char *help;  /* one line for swsev --help */
	const char *usage; /* what --help prints */
	int (*run)(const struct command *self, int argc, char **argv); /* argv[0] is the command */
};

extern const struct command host_command;
extern const struct command run_command;
extern const struct command owner_command;
extern const struct command sp_command_group;

/* The last rows of every command's table of options. */
enum { OPT_HELP = 256, OPT_BAD, OPT_END };
#define COMMAND_OPTIONS_END                    \
	{"help", no_argument, NULL, OPT_HELP}, \
	{                                      \
	}

/*
 * The `val` of the next option (its value in optarg), OPT_END after the last one.  OPT_HELP and
 * OPT_BAD are answered already: the caller returns command_exit_status() of them.  Options stand
 * before or after other words; a "+" in `order` stops at the first other word.
 */
int command_option(const struct command *self, int argc, char **argv, const char *order,
		   const struct option *options);
int command_exit_status(int option);

/*
 * The same for all options: `take` gets each one and answers COMMAND_GO_ON, or an exit status that
 * ends the command.  COMMAND_GO_ON after the last one; else the exit status, with --help and nonsense
 * answered.
 */
enum { COMMAND_GO_ON = -1 };
typedef int command_take_fn(void *ctx, const struct command *self, int opt);
int command_read_options(const struct command *self, int argc, char **argv,
			 const struct option *options, command_take_fn *take, void *ctx);

/* Commands under one name: those of swsev itself, or of one of them. */
struct command_table {
	const struct command *const *rows;
	size_t count;
};

/* Lists them, under what the usage of `self` said. */
void command_print_table(const struct command *self, const struct command_table *table);

/* Hands over to the row that argv[0] names, with getopt_long started anew; its exit status. */
int command_run_row(const struct command *self, const struct command_table *table, int argc,
		    char **argv);

/* Says on stderr what makes no sense and where to read more.  Returns EXIT_USAGE. */
int command_misused(const struct command *self, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
