/* SPDX-License-Identifier: MIT */
/*
 * The devices of a machine, and where they stand: hv/layout.h as objects.
 *
 * Devices reach guest memory by DMA and nothing else; the translation from guest-physical to system
 * physical addresses here is what an IOMMU does for a device that is given to a guest.
 */
#ifndef HV_MACHINE_H
#define HV_MACHINE_H

#include "hv/dev/chardev.h"
#include "hv/dev/debug_exit.h"
#include "hv/dev/dma.h"
#include "hv/dev/ioapic.h"
#include "hv/dev/lapic.h"
#include "hv/dev/power.h"
#include "hv/dev/rtc.h"
#include "hv/dev/serial.h"
#include "hv/dev/timer.h"
#include "hv/layout.h"

struct vm;

enum { MACHINE_DISKS_MAX = 4 };

struct machine_config {
	struct chardev console; /* the serial port's output */
	bool has_debug_exit;
	u16 debug_exit_port;
	struct machine_disk {
		const char *path;
		bool read_only;
	} disk[MACHINE_DISKS_MAX];
	unsigned disks;
	bool has_net;
	const char *const
		*forwards; /* rules of net_slirp_forward(), NULL behind the last; or NULL */
};

struct machine {
	struct dma dma;
	struct timer_service *timers;
	struct apic_bus *apics;
	struct ioapic *ioapic;
	struct serial *serial;
	struct rtc *rtc;
	struct power power;
	struct debug_exit debug_exit;
};

/* Builds vm->machine on vm->bus.  0 or -errno with *err set; what was built is there to be freed. */
int machine_init(struct vm *vm, struct error *err) MUST_CHECK;
void machine_fini(struct vm *vm);

#endif
