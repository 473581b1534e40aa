/* SPDX-License-Identifier: MIT */
/* swsev sp reset, pek-gen, pdh-gen: the platform's keys go, and new ones come. */
#include "tools/sp.h"

static int done(int ret, json_t **told, const char *what)
{
	if (!ret)
		*told = json_pack("{s:s}", "done", what);
	return ret;
}

static int reset(struct sp_tool *t, json_t **told, struct error *err)
{
	return done(sp_platform_reset(&t->driver, err), told, "OCA, PEK and PDH are erased");
}

static int reset_run(const struct command *self, int argc, char **argv)
{
	static const struct sp_task task = {.run = reset};

	return sp_tool_run(self, argc, argv, &task);
}

const struct command sp_reset_command = {
	.name = "swsev sp reset",
	.help = "erase OCA, PEK and PDH",
	.usage = "Usage: swsev sp reset --state DIR [OPTION]...\n"
		 "\n"
		 "PLATFORM_RESET: erases OCA, PEK and PDH and ends an external ownership.  The "
		 "chip\n"
		 "and its CEK stay; the next command makes new keys.\n"
		 "\n"
		 "Options:\n" SP_USAGE_OPTIONS SP_USAGE_HELP,
	.run = reset_run,
};

static int pek_gen(struct sp_tool *t, json_t **told, struct error *err)
{
	return done(sp_platform_pek_gen(&t->driver, err), told, "OCA, PEK and PDH are new");
}

static int pek_gen_run(const struct command *self, int argc, char **argv)
{
	static const struct sp_task task = {.run = pek_gen};

	return sp_tool_run(self, argc, argv, &task);
}

const struct command sp_pek_gen_command = {
	.name = "swsev sp pek-gen",
	.help = "make a new OCA, PEK and PDH",
	.usage = "Usage: swsev sp pek-gen --state DIR [OPTION]...\n"
		 "\n"
		 "PEK_GEN: makes a new OCA, PEK and PDH.  The platform is the firmware's own "
		 "again.\n"
		 "\n"
		 "Options:\n" SP_USAGE_OPTIONS SP_USAGE_HELP,
	.run = pek_gen_run,
};

static int pdh_gen(struct sp_tool *t, json_t **told, struct error *err)
{
	return done(sp_platform_pdh_gen(&t->driver, err), told, "PDH is new");
}

static int pdh_gen_run(const struct command *self, int argc, char **argv)
{
	static const struct sp_task task = {.run = pdh_gen};

	return sp_tool_run(self, argc, argv, &task);
}

const struct command sp_pdh_gen_command = {
	.name = "swsev sp pdh-gen",
	.help = "make a new PDH",
	.usage = "Usage: swsev sp pdh-gen --state DIR [OPTION]...\n"
		 "\n"
		 "PDH_GEN: makes a new PDH.  Sessions for the old one can begin no launch any "
		 "more.\n"
		 "\n"
		 "Options:\n" SP_USAGE_OPTIONS SP_USAGE_HELP,
	.run = pdh_gen_run,
};
