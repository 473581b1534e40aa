/* SPDX-License-Identifier: MIT */
/*
 * The ACPI tables of the machine in hv/layout.h: hardware-reduced, no FACS, no PM1, no PIC.
 *
 * RSDP, XSDT, FADT, MADT, and a DSDT that names the serial port, the clock, the virtio transports
 * and the state S5.	[ACPI 5.2, 4.1 Hardware-Reduced ACPI]
 */
#ifndef HV_BOOT_ACPI_H
#define HV_BOOT_ACPI_H

#include "base/types.h"

/*
 * Writes the tables for a machine of `cpus` vCPUs as they are to stand at gpa, the RSDP first.  Gives
 * the bytes used; room is 128 KiB or more.
 */
u64 acpi_build(u8 *tables, u64 room, u64 gpa, unsigned cpus);

#endif
