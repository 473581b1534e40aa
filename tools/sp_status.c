/* SPDX-License-Identifier: MIT */
/* swsev sp status, id: what the platform says of itself. */
#include "owner/text.h"
#include "tools/sp.h"

static const char *state_name(u8 state)
{
	static const char *const names[] = {"UNINIT", "INIT", "WORKING"};

	return state <= SEV_PLATFORM_WORKING ? names[state] : "?";
}

/* Of an initialised platform, as a driver that is loaded sees it: before that, it has no owner. */
static int show_status(struct sp_tool *t, json_t **told, struct error *err)
{
	struct sev_platform_status_buf s;
	int ret = sp_driver_start(&t->driver, err);

	if (!ret)
		ret = sp_driver_status(&t->driver, &s, err);
	if (ret)
		return ret;
	*told = json_pack("{s:i, s:i, s:i, s:s, s:s, s:b, s:i}", "api_major", s.api_major,
			  "api_minor", s.api_minor, "build", s.build, "state", state_name(s.state),
			  "owner", s.owner & SEV_OWNER_EXTERNAL ? "external" : "self", "es",
			  (s.config & SEV_CONFIG_ES) != 0, "guests", (int)s.guest_count);
	return 0;
}

static int status_run(const struct command *self, int argc, char **argv)
{
	static const struct sp_task task = {.run = show_status};

	return sp_tool_run(self, argc, argv, &task);
}

const struct command sp_status_command = {
	.name = "swsev sp status",
	.help = "firmware version, state, owner",
	.usage = "Usage: swsev sp status --state DIR [OPTION]...\n"
		 "\n"
		 "Tells PLATFORM_STATUS of the initialised platform: firmware API and build, "
		 "state,\n"
		 "owner (self, or external after an import), whether INIT enabled SEV-ES, guests.\n"
		 "\n"
		 "Options:\n" SP_USAGE_OPTIONS SP_USAGE_HELP,
	.run = status_run,
};

static int show_id(struct sp_tool *t, json_t **told, struct error *err)
{
	char text[2 * SEV_CHIP_ID_SIZE + 1];
	u8 id[SEV_CHIP_ID_SIZE];
	int ret = sp_platform_id(&t->driver, id, err);

	if (ret)
		return ret;
	owner_hex_format(text, id, sizeof(id));
	*told = json_pack("{s:s}", "id", text);
	return 0;
}

static int id_run(const struct command *self, int argc, char **argv)
{
	static const struct sp_task task = {.run = show_id};

	return sp_tool_run(self, argc, argv, &task);
}

const struct command sp_id_command = {
	.name = "swsev sp id",
	.help = "the chip's identifier",
	.usage = "Usage: swsev sp id --state DIR [OPTION]...\n"
		 "\n"
		 "Tells GET_ID: the 64 bytes under which a manufacturer knows the chip.\n"
		 "\n"
		 "Options:\n" SP_USAGE_OPTIONS SP_USAGE_HELP,
	.run = id_run,
};
