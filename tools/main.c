/* SPDX-License-Identifier: MIT */
/*
 * The swsev command: finds the subcommand and hands over.
 *
 * The table below is the only list of subcommands; --help prints it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/types.h"
#include "tools/command.h"

static const struct command *const commands[] = {
	&run_command,
	&host_command,
};

static const struct command swsev_command = {
	.name = "swsev",
	.usage = "Usage: swsev COMMAND [OPTION]...\n"
		 "       swsev --help | --version\n"
		 "\n"
		 "AMD SEV without the chip.\n"
		 "\n"
		 "Commands:\n",
};

/* "host" of "swsev host". */
static const char *command_word(const struct command *command)
{
	return strrchr(command->name, ' ') + 1;
}

static const struct command *find_command(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(command_word(commands[i]), word) == 0)
			return commands[i];
	return NULL;
}

static int print_commands(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-10s %s\n", command_word(commands[i]), commands[i]->help);
	printf("\n'swsev COMMAND --help' tells more.\n");
	return EXIT_SUCCESS;
}

static int print_version(void)
{
	printf("swsev " SWSEV_VERSION "\n");
	return EXIT_SUCCESS;
}

/* Starts over with getopt_long (optind 0), on the words from the subcommand's name on. */
static int run_subcommand(int argc, char **argv)
{
	const struct command *command;

	if (argc == 0)
		return command_misused(&swsev_command, "no command given");
	command = find_command(argv[0]);
	if (!command)
		return command_misused(&swsev_command, "unknown command '%s'", argv[0]);
	optind = 0;
	return command->run(command, argc, argv);
}

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{"version", no_argument, NULL, 'v'},
		COMMAND_OPTIONS_END,
	};
	int opt = command_option(&swsev_command, argc, argv, "+:", options);

	switch (opt) {
	case OPT_END:
		return run_subcommand(argc - optind, argv + optind);
	case OPT_HELP:
		return print_commands();
	case 'v':
		return print_version();
	default:
		return command_exit_status(opt);
	}
}

/* Output that never arrived is a failure even if all else went well. */
int main(int argc, char **argv)
{
	int status = run(argc, argv);

	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "swsev: cannot write the output: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	return status;
}
