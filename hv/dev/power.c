/* SPDX-License-Identifier: MIT */
/* Power-off and reset. */
#include "hv/dev/power.h"

enum {
	SLEEP_TYPE_SHIFT = 2,
	SLEEP_TYPE_MASK = 7 << SLEEP_TYPE_SHIFT,
	SLEEP_ENABLE = 0x20,
};

/* Port CF9h: a 0 to 1 step of bit 2 resets. */
enum { CF9_RESET_CPU = 4 };

void power_init(struct power *p, const struct power_config *cfg)
{
	p->cfg = *cfg;
}

/* Nothing sleeps here, so nothing has woken up: all registers read as 0. */
static u64 window_read(void *ctx, u64 offset, unsigned size)
{
	return 0;
}

static void write_sleep_control(struct power *p, u8 value)
{
	if ((value & SLEEP_ENABLE) &&
	    (value & SLEEP_TYPE_MASK) >> SLEEP_TYPE_SHIFT == p->cfg.s5_type)
		p->cfg.power_off(p->cfg.ctx);
}

static void window_write(void *ctx, u64 offset, unsigned size, u64 value)
{
	struct power *p = ctx;

	if (offset == POWER_SLEEP_CONTROL && size == 1)
		write_sleep_control(p, (u8)value);
	if (offset == POWER_RESET && size == 1 && (u8)value == p->cfg.reset_value)
		p->cfg.reset(p->cfg.ctx);
}

const struct bus_ops power_bus_ops = {window_read, window_write};

static void cf9_write(void *ctx, u64 offset, unsigned size, u64 value)
{
	struct power *p = ctx;

	if (value & CF9_RESET_CPU)
		p->cfg.reset(p->cfg.ctx);
}

const struct bus_ops power_cf9_bus_ops = {window_read, cf9_write};
