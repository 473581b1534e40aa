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
	&owner_command,
	&sp_command_group,
};
static const struct command_table table = {commands, ARRAY_SIZE(commands)};

static const struct command swsev_command = {
	.name = "swsev",
	.usage = "Usage: swsev COMMAND [OPTION]...\n"
		 "       swsev --help | --version\n"
		 "\n"
		 "AMD SEV without the chip.\n"
		 "\n"
		 "Commands:\n",
};

static int print_version(void)
{
	printf("swsev " SWSEV_VERSION "\n");
	return EXIT_SUCCESS;
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
		return command_run_row(&swsev_command, &table, argc - optind, argv + optind);
	case OPT_HELP:
		command_print_table(&swsev_command, &table);
		return EXIT_SUCCESS;
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
