/* SPDX-License-Identifier: MIT */
/*
 * The machine as a guest finds it: where devices are and which interrupts they have.  The one list
 * that the machine, its ACPI tables and its devices agree on.
 *
 *	00000000	RAM, up to MEMORY_HOLE at the latest
 *	d0000000	virtio transports, a page each
 *	fec00000	I/O APIC
 *	fed00000	ACPI sleep and reset registers
 *	fee00000	local APICs
 *	100000000	more RAM
 */
#ifndef HV_LAYOUT_H
#define HV_LAYOUT_H

#define LAYOUT_VIRTIO_BASE 0xd0000000u
#define LAYOUT_POWER_BASE  0xfed00000u

enum {
	LAYOUT_VIRTIO_STRIDE = 0x1000,
	LAYOUT_VIRTIO_SIZE = 0x200, /* of each transport's registers */
	LAYOUT_VIRTIO_SLOTS = 8,
	LAYOUT_VIRTIO_GSI = 16, /* + slot; level, active high */
	LAYOUT_SERIAL_PORT = 0x3f8,
	LAYOUT_SERIAL_GSI = 4, /* edge */
	LAYOUT_RTC_PORT = 0x70,
	LAYOUT_RESET_PORT = 0xcf9,
	LAYOUT_SLEEP_TYPE_S5 = 5,
	LAYOUT_RESET_VALUE = 1,
};

/* One byte each, in the page at LAYOUT_POWER_BASE. */
#define LAYOUT_SLEEP_CONTROL (LAYOUT_POWER_BASE + 0)
#define LAYOUT_SLEEP_STATUS  (LAYOUT_POWER_BASE + 1)
#define LAYOUT_RESET_REG     (LAYOUT_POWER_BASE + 2)

#endif
