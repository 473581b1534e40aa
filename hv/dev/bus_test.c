/* SPDX-License-Identifier: MIT */
/* Ranges, what nobody claims, and how accesses are split. */
#include "hv/dev/bus.h"

#include <errno.h>
#include <string.h>

#include "tests/support/cmocka.h"

/* A device of bytes that notes the accesses it got. */
struct ram {
	u8 byte[16];
	unsigned accesses, last_size;
};

static u64 ram_read(void *ctx, u64 offset, unsigned size)
{
	struct ram *ram = ctx;
	u64 v = ~0ull;

	assert_true(offset + size <= sizeof(ram->byte));
	memcpy(&v, ram->byte + offset, size); /* the bytes above stay ones: the bus cuts them off */
	ram->accesses++;
	ram->last_size = size;
	return v;
}

static void ram_write(void *ctx, u64 offset, unsigned size, u64 value)
{
	struct ram *ram = ctx;

	assert_true(offset + size <= sizeof(ram->byte));
	assert_true(size == 8 || value >> 8 * size == 0);
	memcpy(ram->byte + offset, &value, size);
	ram->accesses++;
	ram->last_size = size;
}

static const struct bus_ops ram_ops = {ram_read, ram_write};

static void test_unclaimed(void **state)
{
	struct bus bus;

	bus_init(&bus);
	assert_int_equal(bus_read(&bus, BUS_PORT, 0x2f9, 1), 0xff);
	assert_int_equal(bus_read(&bus, BUS_PORT, 0xcf8, 4), 0xffffffff);
	assert_true(bus_read(&bus, BUS_MMIO, 0xd0000000, 8) == ~0ull);
	assert_int_equal(bus_read(&bus, BUS_MMIO, ~0ull, 2), 0xffff);
	bus_write(&bus, BUS_PORT, 0xffff, 4, 1);
}

static void test_dispatch(void **state)
{
	struct ram a = {{0}}, b = {{0}};
	struct bus bus;

	bus_init(&bus);
	assert_int_equal(bus_add(&bus, BUS_PORT, 0x100, 16, &ram_ops, &a), 0);
	assert_int_equal(bus_add(&bus, BUS_MMIO, 0x100, 16, &ram_ops, &b), 0);
	for (unsigned size = 1; size <= 8; size *= 2) {
		u64 v = 0x8877665544332211ull;
		u64 want = size == 8 ? v : v & (BIT64(8 * size) - 1);

		bus_write(&bus, BUS_PORT, 0x108, size, v);
		assert_int_equal(a.last_size, size);
		assert_true(bus_read(&bus, BUS_PORT, 0x108, size) == want);
	}
	assert_int_equal(a.accesses, 8);
	assert_int_equal(b.accesses, 0);
	bus_write(&bus, BUS_MMIO, 0x100, 4, 7);
	assert_int_equal(b.byte[0], 7);
}

static void test_splits(void **state)
{
	struct ram a = {{0}};
	struct bus bus;

	bus_init(&bus);
	assert_int_equal(bus_add(&bus, BUS_MMIO, 0x100, 16, &ram_ops, &a), 0);
	memcpy(a.byte, "\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xf\x10", 16);

	/* An odd size: 4, 2, 1. */
	assert_true(bus_read(&bus, BUS_MMIO, 0x100, 7) == 0x07060504030201ull);
	assert_int_equal(a.accesses, 3);

	/* Half in, half out. */
	assert_int_equal(bus_read(&bus, BUS_MMIO, 0x10e, 4), 0xffff100f);
	assert_int_equal(bus_read(&bus, BUS_MMIO, 0xff, 2), 0x01ff);
	bus_write(&bus, BUS_MMIO, 0x10f, 8, 0x1122334455667788ull);
	assert_int_equal(a.byte[15], 0x88);
	bus_write(&bus, BUS_MMIO, 0xfd, 8, 0x1122334455667788ull);
	assert_memory_equal(a.byte, "\x55\x44\x33\x22\x11\6", 6);
}

static void test_refusals(void **state)
{
	struct ram a;
	struct bus bus;

	bus_init(&bus);
	assert_int_equal(bus_add(&bus, BUS_PORT, 0x100, 0, &ram_ops, &a), -EINVAL);
	assert_int_equal(bus_add(&bus, BUS_PORT, 0x10000, 1, &ram_ops, &a), -EINVAL);
	assert_int_equal(bus_add(&bus, BUS_PORT, 0xffff, 2, &ram_ops, &a), -EINVAL);
	assert_int_equal(bus_add(&bus, BUS_MMIO, ~0ull, 2, &ram_ops, &a), -EINVAL);
	assert_int_equal(bus_add(&bus, BUS_PORT, 0x100, 8, &ram_ops, &a), 0);
	assert_int_equal(bus_add(&bus, BUS_PORT, 0x107, 1, &ram_ops, &a), -EEXIST);
	assert_int_equal(bus_add(&bus, BUS_PORT, 0xf0, 0x11, &ram_ops, &a), -EEXIST);
	assert_int_equal(bus_add(&bus, BUS_PORT, 0xf0, 0x10, &ram_ops, &a), 0);
	assert_int_equal(bus_add(&bus, BUS_PORT, 0x108, 1, &ram_ops, &a), 0);
	while (bus.count < BUS_RANGES_MAX)
		assert_int_equal(bus_add(&bus, BUS_MMIO, bus.count, 1, &ram_ops, &a), 0);
	assert_int_equal(bus_add(&bus, BUS_MMIO, 0x1000, 1, &ram_ops, &a), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unclaimed),
		cmocka_unit_test(test_dispatch),
		cmocka_unit_test(test_splits),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
