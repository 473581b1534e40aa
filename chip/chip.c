/* SPDX-License-Identifier: MIT */
/* One socket put together. */
#include "chip/chip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <x86intrin.h>

#include "base/bug.h"
#include "chip/product.h"
#include "crypto/hash.h"

/* -- numbers of the configuration ------------------------------------------------------------- */

const char *chip_model_name(unsigned n)
{
	const struct cpu_model *m = cpu_model_at(n);

	return m ? m->name : NULL;
}

static int choose_model(struct chip *chip, const struct chip_config *cfg, struct error *err)
{
	const char *name = cfg->model ? cfg->model : "milan";
	const struct cpu_model *model = cpu_model_find(name);

	if (!model)
		return error_set(err, EINVAL, "%s: no such CPU model", name);
	if (cfg->c_bit != 0 && cfg->c_bit != 47 && cfg->c_bit != 51)
		return error_set(err, EINVAL, "C-bit %u: it can be 47 or 51", cfg->c_bit);
	cpu_model_limit(&chip->model, model);
	if (cfg->c_bit != 0)
		chip->model.c_bit = (u8)cfg->c_bit;
	return 0;
}

static int check_cores(const struct chip_config *cfg, struct error *err)
{
	if (cfg->cores < 1 || cfg->cores > CHIP_CORES_MAX)
		return error_set(err, EINVAL, "%u cores: a socket has 1 to %d", cfg->cores,
				 CHIP_CORES_MAX);
	if (cfg->deterministic && cfg->cores != 1)
		return error_set(err, EINVAL, "%u cores: a deterministic run has one", cfg->cores);
	return 0;
}

/* -- time ------------------------------------------------------------------------------------- */

enum { DETERMINISTIC_HZ = 1000000000, CALIBRATION_NS = 10000000 };

static u64 host_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

/* The host's TSC against its clock, for as long as it takes to know it to a few parts in 10^5. */
static u64 measure_tsc(void)
{
	u64 ns = host_ns();
	u64 tsc = __rdtsc();
	u64 passed;

	do
		passed = host_ns() - ns;
	while (passed < CALIBRATION_NS);
	return (u64)((double)(__rdtsc() - tsc) * 1e9 / (double)passed);
}

static u64 ticks_of_chip(void *ctx, const struct cpu *c)
{
	struct chip *chip = ctx;

	return cpu_instructions(c) + atomic_load_explicit(&chip->idle, memory_order_relaxed);
}

static void make_clock(struct chip *chip, const struct chip_config *cfg)
{
	chip->deterministic = cfg->deterministic;
	chip->clock = cpu_clock_host;
	if (cfg->deterministic)
		chip->clock = (struct cpu_clock){ticks_of_chip, chip};
	chip->tsc_hz = cfg->deterministic ? DETERMINISTIC_HZ : measure_tsc();
}

/* -- parts ------------------------------------------------------------------------------------ */

static int make_rng(struct chip *chip, const struct chip_config *cfg, struct error *err)
{
	struct sha256_digest seed;
	int rc = cfg->seed ? sha256(&seed, cfg->seed, strlen(cfg->seed)) : 0;

	if (rc == 0)
		chip->rng = rng_new(cfg->seed ? seed.b : NULL);
	return chip->rng ? 0 : error_set(err, ENOMEM, "out of memory");
}

static int make_memory(struct chip *chip, const struct chip_config *cfg, struct error *err)
{
	const struct fabric_config fabric = {
		.dram_size = cfg->dram_size,
		.dram_file = cfg->dram_file,
	};

	return fabric_init(&chip->fabric, &fabric, err);
}

/* A key for each ASID that can have one, and the host's. */
static int make_engine(struct chip *chip, struct error *err)
{
	enum { ZEN1_FAMILY = 0x17, ZEN1_MODEL_MAX = 0x2f };
	bool zen1 = chip->model.family == ZEN1_FAMILY && chip->model.model <= ZEN1_MODEL_MAX;

	chip->mee = mee_new(zen1 ? MEE_ZEN1_XEX : MEE_ZEN2_XEX, chip->model.sev_asids + 1u,
			    MEE_PATH_BEST, chip->rng);
	return chip->mee ? 0 : error_set(err, ENOMEM, "out of memory");
}

static int make_cache(struct chip *chip, const struct chip_config *cfg, struct error *err)
{
	const struct cache_config cache = {
		.capacity = cfg->cache_pages,
		.coherent = chip->model.coherent,
	};

	chip->cache = cache_new(&chip->fabric, chip->mee, &cache, err);
	return chip->cache ? 0 : -ENOMEM;
}

static void note_command(void *ctx, const struct sp_trace *t)
{
	const struct chip *chip = ctx;

	if (t->host_error && chip->host_failed)
		chip->host_failed(chip->ctx, t->host_error);
}

static int make_sp(struct chip *chip, const struct chip_config *cfg, struct error *err)
{
	const struct sp_config sp = {
		.fabric = &chip->fabric,
		.cache = chip->cache,
		.mee = chip->mee,
		.rng = chip->rng,
		.product = chip_product(&chip->model, chip->cores),
		.hooks = {.ctx = chip, .trace = note_command},
		.state_dir = cfg->state_dir,
		.pki_dir = cfg->pki_dir,
	};

	chip->host_failed = cfg->host_failed;
	chip->ctx = cfg->ctx;
	chip->sp = sp_new(&sp, err);
	return chip->sp ? 0 : -EIO;
}

static bool asid_runnable(void *ctx, unsigned asid, unsigned core)
{
	const struct chip *chip = ctx;

	return sp_asid_runnable(chip->sp, asid, core);
}

static int make_core(struct chip *chip, unsigned number, struct error *err)
{
	const struct cpu_config core = {
		.model = &chip->model,
		.fabric = &chip->fabric,
		.cache = chip->cache,
		.clock = &chip->clock,
		.index = number,
		.cores = chip->cores,
		.asid_runnable = asid_runnable,
		.ctx = chip,
	};

	chip->core[number] = cpu_new(&core, err);
	return chip->core[number] ? 0 : -ENOMEM;
}

static int make_parts(struct chip *chip, const struct chip_config *cfg, struct error *err)
{
	int rc = make_rng(chip, cfg, err);

	if (rc == 0)
		rc = make_memory(chip, cfg, err);
	if (rc == 0)
		rc = make_engine(chip, err);
	if (rc == 0)
		rc = make_cache(chip, cfg, err);
	chip->cores = cfg->cores;
	if (rc == 0)
		rc = make_sp(chip, cfg, err);
	for (unsigned n = 0; n < chip->cores && rc == 0; n++)
		rc = make_core(chip, n, err);
	return rc;
}

struct chip *chip_new(const struct chip_config *cfg, struct error *err)
{
	struct chip *chip = calloc(1, sizeof(*chip));
	int rc;

	if (!chip) {
		error_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	rc = choose_model(chip, cfg, err);
	if (rc == 0)
		rc = check_cores(cfg, err);
	if (rc == 0) {
		make_clock(chip, cfg);
		rc = make_parts(chip, cfg, err);
	}
	if (rc == 0)
		return chip;
	chip_free(chip);
	return NULL;
}

void chip_free(struct chip *chip)
{
	if (!chip)
		return;
	for (unsigned n = 0; n < chip->cores; n++)
		cpu_free(chip->core[n]);
	sp_free(chip->sp);
	if (chip->cache)
		cache_free(chip->cache);
	mee_free(chip->mee);
	if (chip->fabric.dram)
		fabric_fini(&chip->fabric);
	rng_free(chip->rng);
	free(chip);
}

struct cpu *chip_core(const struct chip *chip, unsigned core)
{
	BUG_ON(core >= chip->cores);
	return chip->core[core];
}
