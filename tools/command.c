/* SPDX-License-Identifier: MIT */
/* The manners that all subcommands share. */
#include "tools/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/types.h"

int command_misused(const struct command *self, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", self->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "; see '%s --help'\n", self->name);
	return EXIT_USAGE;
}

static int bad_option(const struct command *self, const char *word, bool value_missing)
{
	bool is_long = strncmp(word, "--", 2) == 0;

	if (value_missing)
		command_misused(self, "option '%s' needs a value", word);
	else if (!is_long)
		command_misused(self, "unknown option '-%c'", optopt);
	else if (optopt != 0)
		command_misused(self, "option '%s' takes no value", word);
	else
		command_misused(self, "unknown option '%s'", word);
	return OPT_BAD;
}

int command_option(const struct command *self, int argc, char **argv, const char *order,
		   const struct option *options)
{
	int opt;

	opterr = 0;
	opt = getopt_long(argc, argv, order, options, NULL);
	if (opt == -1)
		return OPT_END;
	if (opt == '?' || opt == ':')
		return bad_option(self, argv[optind - 1], opt == ':');
	if (opt == OPT_HELP)
		fputs(self->usage, stdout);
	return opt;
}

int command_exit_status(int option)
{
	return option == OPT_HELP ? EXIT_SUCCESS : EXIT_USAGE;
}

int command_read_options(const struct command *self, int argc, char **argv,
			 const struct option *options, command_take_fn *take, void *ctx)
{
	int opt;

	while ((opt = command_option(self, argc, argv, ":", options)) != OPT_END) {
		int status;

		if (opt == OPT_HELP || opt == OPT_BAD)
			return command_exit_status(opt);
		status = take(ctx, self, opt);
		if (status != COMMAND_GO_ON)
			return status;
	}
	return COMMAND_GO_ON;
}

/* "host" of "swsev host". */
static const char *command_word(const struct command *command)
{
	return strrchr(command->name, ' ') + 1;
}

void command_print_table(const struct command *self, const struct command_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		printf("  %-13s  %s\n", command_word(table->rows[i]), table->rows[i]->help);
	printf("\n'%s COMMAND --help' tells more.\n", self->name);
}

int command_run_row(const struct command *self, const struct command_table *table, int argc,
		    char **argv)
{
	if (argc == 0)
		return command_misused(self, "no command given");
	for (size_t i = 0; i < table->count; i++) {
		if (strcmp(command_word(table->rows[i]), argv[0]) == 0) {
			optind = 0;
			return table->rows[i]->run(table->rows[i], argc, argv);
		}
	}
	return command_misused(self, "unknown command '%s'", argv[0]);
}
