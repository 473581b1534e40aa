/* SPDX-License-Identifier: MIT */
/*
 * Power-off and reset: the sleep and reset registers of hardware-reduced ACPI, and port CF9h.
 *	[ACPI 4.8.3.7 Sleep Control and Status Registers, 4.8.3.6 Reset Register]
 */
#ifndef HV_DEV_POWER_H
#define HV_DEV_POWER_H

#include "base/types.h"
#include "hv/dev/bus.h"

/* Callbacks on the thread of the vCPU that wrote; they only ask the machine to stop. */
struct power_config {
	void (*power_off)(void *ctx);
	void (*reset)(void *ctx);
	void *ctx;
	u8 s5_type;     /* SLP_TYP that means power-off, 0 .. 7 */
	u8 reset_value; /* what the reset register wants */
};

/* Offsets in the window; a byte each. */
enum {
	POWER_SLEEP_CONTROL = 0,
	POWER_SLEEP_STATUS = 1,
	POWER_RESET = 2,
	POWER_SIZE = 3,
};

struct power {
	struct power_config cfg;
};

void power_init(struct power *p, const struct power_config *cfg);

/* The POWER_SIZE bytes; and the one port CF9h.  ctx is the struct power. */
extern const struct bus_ops power_bus_ops;
extern const struct bus_ops power_cf9_bus_ops;

#endif
