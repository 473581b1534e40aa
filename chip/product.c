/* SPDX-License-Identifier: MIT */
/*
 * Numbers of the Secure Processor by generation; what the core announces too comes from its model,
 * so that the two cannot disagree.
 */
#include "chip/product.h"

#include <string.h>

/* API 0.24 is the last of the legacy documents and has every command of theirs. */
enum { API_MAJOR = 0, API_MINOR = 24, BUILD = 15, SVN = 5 };

struct generation {
	const char *model;
	enum sp_register_set registers;
	u32 fw_size_max;
	unsigned complex_cores; /* cores that share an L3 */
};

/* clang-format off */
static const struct generation generations[] = {
	{"naples",	SP_REGISTERS_V1,	SEV_FW_MAX_NAPLES,	4},
	{"rome",	SP_REGISTERS_V2,	SEV_FW_MAX_NAPLES,	4},
	{"milan",	SP_REGISTERS_V2,	SEV_FW_MAX_MILAN,	8},
	{"genoa",	SP_REGISTERS_V2,	SEV_FW_MAX_MILAN,	8},
	{"turin",	SP_REGISTERS_V2_TURIN,	SEV_FW_MAX_MILAN,	8},
};
/* clang-format on */

static const struct generation *find(const char *model)
{
	for (size_t n = 0; n < ARRAY_SIZE(generations); n++)
		if (strcmp(generations[n].model, model) == 0)
			return &generations[n];
	return &generations[ARRAY_SIZE(generations) - 1];
}

struct sp_product chip_product(const struct cpu_model *model, unsigned cores)
{
	const struct generation *g = find(model->name);

	return (struct sp_product){
		.registers = g->registers,
		.api_major = API_MAJOR,
		.api_minor = API_MINOR,
		.build = BUILD,
		.svn = SVN,
		.fw_size_max = g->fw_size_max,
		.asids = model->sev_asids,
		.min_sev_asid = model->min_sev_asid,
		.c_bit = model->c_bit,
		.cores = cores,
		.complex_cores = g->complex_cores,
		.es = cpu_model_has(model, FEATURE_SEV_ES),
	};
}
