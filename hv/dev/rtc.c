/* SPDX-License-Identifier: MIT */
/* CMOS clock (MC146818). */
#include "hv/dev/rtc.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum {
	REG_SECONDS = 0,
	REG_MINUTES = 2,
	REG_HOURS = 4,
	REG_WEEKDAY = 6,
	REG_DAY = 7,
	REG_MONTH = 8,
	REG_YEAR = 9,
	REG_A = 0xa,
	REG_B = 0xb,
	REG_C = 0xc,
	REG_D = 0xd,
	REG_CENTURY = 0x32, /* by custom */
	REG_COUNT = 0x80,
};

enum {
	A_DIVIDER = 0x26, /* 32.768 kHz crystal, 1024 Hz */
	B_24H = 2,
	B_BINARY = 4,
	B_SET = 0x80,
	D_VALID = 0x80,
	HOUR_PM = 0x80,
};

struct rtc {
	s64 (*now)(void *ctx);
	void *ctx;
	pthread_mutex_t lock; /* all that follows */
	u8 index;
	s64 offset; /* of the guest's clock to the host's */
	u8 reg[REG_COUNT];
};

static s64 host_now(void *ctx)
{
	return time(NULL);
}

static bool is_time(u8 i)
{
	return i == REG_SECONDS || i == REG_MINUTES || i == REG_HOURS || i == REG_CENTURY ||
	       (i >= REG_WEEKDAY && i <= REG_YEAR);
}

/* -- numbers as register B wants them -------------------------------------------------------- */

static u8 encode(const struct rtc *r, int v)
{
	return (u8)(r->reg[REG_B] & B_BINARY ? v : v / 10 << 4 | v % 10);
}

static int decode(const struct rtc *r, u8 v)
{
	return r->reg[REG_B] & B_BINARY ? v : (v >> 4) * 10 + (v & 0xf);
}

static u8 encode_hour(const struct rtc *r, int hour)
{
	if (r->reg[REG_B] & B_24H)
		return encode(r, hour);
	return encode(r, hour % 12 ? hour % 12 : 12) | (hour >= 12 ? HOUR_PM : 0);
}

static int decode_hour(const struct rtc *r, u8 v)
{
	if (r->reg[REG_B] & B_24H)
		return decode(r, v);
	return decode(r, v & ~HOUR_PM) % 12 + (v & HOUR_PM ? 12 : 0);
}

/* -- between registers and time -------------------------------------------------------------- */

static void load_time(struct rtc *r)
{
	time_t t = (time_t)(r->now(r->ctx) + r->offset);
	struct tm tm = {.tm_mday = 1};

	gmtime_r(&t, &tm);
	r->reg[REG_SECONDS] = encode(r, tm.tm_sec);
	r->reg[REG_MINUTES] = encode(r, tm.tm_min);
	r->reg[REG_HOURS] = encode_hour(r, tm.tm_hour);
	r->reg[REG_WEEKDAY] = encode(r, tm.tm_wday + 1);
	r->reg[REG_DAY] = encode(r, tm.tm_mday);
	r->reg[REG_MONTH] = encode(r, tm.tm_mon + 1);
	r->reg[REG_YEAR] = encode(r, (tm.tm_year + 1900) % 100);
	r->reg[REG_CENTURY] = encode(r, (tm.tm_year + 1900) / 100);
}

/* Nonsense in registers makes some time or other; it is the guest's clock. */
static void store_time(struct rtc *r)
{
	struct tm tm = {
		.tm_sec = decode(r, r->reg[REG_SECONDS]),
		.tm_min = decode(r, r->reg[REG_MINUTES]),
		.tm_hour = decode_hour(r, r->reg[REG_HOURS]),
		.tm_mday = decode(r, r->reg[REG_DAY]),
		.tm_mon = decode(r, r->reg[REG_MONTH]) - 1,
		.tm_year =
			decode(r, r->reg[REG_YEAR]) + (decode(r, r->reg[REG_CENTURY]) - 19) * 100,
	};

	r->offset = timegm(&tm) - r->now(r->ctx);
}

/* While B.SET the time stands still in the registers; then it goes on from there. */
static void write_b(struct rtc *r, u8 value)
{
	bool was_set = r->reg[REG_B] & B_SET;

	if (!was_set && (value & B_SET))
		load_time(r);
	r->reg[REG_B] = value;
	if (was_set && !(value & B_SET))
		store_time(r);
}

static void write_time(struct rtc *r, u8 value)
{
	bool set = r->reg[REG_B] & B_SET;

	if (!set)
		load_time(r);
	r->reg[r->index] = value;
	if (!set)
		store_time(r);
}

static u8 read_data(struct rtc *r)
{
	if (is_time(r->index) && !(r->reg[REG_B] & B_SET))
		load_time(r);
	return r->reg[r->index];
}

static void write_data(struct rtc *r, u8 value)
{
	if (is_time(r->index))
		write_time(r, value);
	else if (r->index == REG_A)
		r->reg[REG_A] = value & 0x7f; /* never an update in progress */
	else if (r->index == REG_B)
		write_b(r, value);
	else if (r->index != REG_C && r->index != REG_D)
		r->reg[r->index] = value;
}

static u64 port_read(void *ctx, u64 offset, unsigned size)
{
	struct rtc *r = ctx;
	u64 value = 0xff; /* the index is write only */

	if (size != 1)
		return ~0ull;
	pthread_mutex_lock(&r->lock);
	if (offset == 1)
		value = read_data(r);
	pthread_mutex_unlock(&r->lock);
	return value;
}

static void port_write(void *ctx, u64 offset, unsigned size, u64 value)
{
	struct rtc *r = ctx;

	pthread_mutex_lock(&r->lock);
	if (offset == 0)
		r->index = value & 0x7f; /* bit 7 masks NMIs, of which there are none here */
	if (offset == 1 || size > 1)
		write_data(r, (u8)(value >> (offset == 0 ? 8 : 0)));
	pthread_mutex_unlock(&r->lock);
}

const struct bus_ops rtc_bus_ops = {port_read, port_write};

struct rtc *rtc_new(s64 (*now)(void *ctx), void *ctx, struct error *err)
{
	struct rtc *r = calloc(1, sizeof(*r));

	if (!r) {
		error_set(err, ENOMEM, "real-time clock: out of memory");
		return NULL;
	}
	r->now = now ? now : host_now;
	r->ctx = ctx;
	pthread_mutex_init(&r->lock, NULL);
	r->reg[REG_A] = A_DIVIDER;
	r->reg[REG_B] = B_24H;
	r->reg[REG_D] = D_VALID;
	return r;
}

void rtc_free(struct rtc *r)
{
	if (!r)
		return;
	pthread_mutex_destroy(&r->lock);
	free(r);
}

void rtc_set_ram(struct rtc *r, u8 index, u8 value)
{
	pthread_mutex_lock(&r->lock);
	if (index > REG_D && index < REG_COUNT)
		r->reg[index] = value;
	pthread_mutex_unlock(&r->lock);
}
