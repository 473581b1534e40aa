/* SPDX-License-Identifier: MIT */
/*
 * CMOS clock (MC146818): index and data at two ports, the host's time in UTC, 114 bytes of RAM.
 *
 * No interrupt: alarm and periodic registers hold what was written and never fire.
 */
#ifndef HV_DEV_RTC_H
#define HV_DEV_RTC_H

#include "base/compiler.h"
#include "base/error.h"
#include "hv/dev/bus.h"

struct rtc;

enum { RTC_PORTS = 2 };

/*
 * now() gives seconds since 1970 and is called with the clock's lock held; NULL: the host's clock.
 * Returns NULL with *err set: no memory.
 */
struct rtc *rtc_new(s64 (*now)(void *ctx), void *ctx, struct error *err) MUST_CHECK;
void rtc_free(struct rtc *r);

/* A byte of the RAM part, index 0Eh .. 7Fh, for what firmware would have left there. */
void rtc_set_ram(struct rtc *r, u8 index, u8 value);

/* RTC_PORTS ports; ctx is the struct rtc. */
extern const struct bus_ops rtc_bus_ops;

#endif
