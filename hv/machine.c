/* SPDX-License-Identifier: MIT */
/* A parts list. */
#include "hv/machine.h"

#include <errno.h>

#include "abi/apic.h"
#include "base/bug.h"
#include "hv/vm.h"

/* -- memory, as devices reach it -------------------------------------------------------------- */

static int dma_move(const struct vm *vm, u64 gpa, u8 *data, size_t len, bool write)
{
	if (!memory_contains(&vm->memory, GPA(gpa), len))
		return -EFAULT;
	for (u64 room; len > 0; len -= room, gpa += room, data += room) {
		spa_t spa;

		BUG_ON(!memory_translate(&vm->memory, GPA(gpa), &spa, &room));
		room = room < len ? room : len;
		if ((write ? platform_dma_write(vm->chip, spa, data, room)
			   : platform_dma_read(vm->chip, spa, data, room)) != PLATFORM_ACCESS_OK)
			return -EFAULT;
	}
	return 0;
}

static int machine_dma_read(void *ctx, u64 gpa, void *dst, size_t len)
{
	return dma_move(ctx, gpa, dst, len, false);
}

/* The source is not changed. */
static int machine_dma_write(void *ctx, u64 gpa, const void *src, size_t len)
{
	return dma_move(ctx, gpa, (u8 *)(uintptr_t)src, len, true);
}

/* -- what APICs ask of vCPUs ------------------------------------------------------------------ */

static void apic_kick(void *ctx, unsigned vcpu)
{
	struct vm *vm = ctx;

	vcpu_request(&vm->vcpu[vcpu], VCPU_REQUEST_LOOK);
}

static void apic_init(void *ctx, unsigned vcpu)
{
	struct vm *vm = ctx;

	vcpu_request(&vm->vcpu[vcpu], VCPU_REQUEST_INIT);
}

static void apic_sipi(void *ctx, unsigned vcpu, u8 vector)
{
	struct vm *vm = ctx;

	atomic_store(&vm->vcpu[vcpu].sipi_vector, vector);
	vcpu_request(&vm->vcpu[vcpu], VCPU_REQUEST_SIPI);
}

static void apic_nmi(void *ctx, unsigned vcpu)
{
	struct vm *vm = ctx;

	vcpu_request(&vm->vcpu[vcpu], VCPU_REQUEST_NMI);
}

static u64 apic_tsc(void *ctx, unsigned vcpu)
{
	struct vm *vm = ctx;

	return vcpu_tsc(&vm->vcpu[vcpu]);
}

static const struct apic_ops apic_ops = {apic_kick, apic_init, apic_sipi, apic_nmi, apic_tsc};

/* -- ends ------------------------------------------------------------------------------------- */

static void power_off(void *ctx)
{
	vm_end(ctx, VM_ENDED_POWER_OFF, 0);
}

static void power_reset(void *ctx)
{
	vm_end(ctx, VM_ENDED_RESET, 0);
}

static void exit_by_port(void *ctx, u32 value)
{
	vm_end(ctx, VM_ENDED_DEBUG_EXIT, value);
}

/* -- parts ------------------------------------------------------------------------------------ */

static int make_apics(struct vm *vm, struct error *err)
{
	struct machine *m = &vm->machine;
	const struct apic_config cfg = {
		.vcpus = vm->cfg.cpus,
		.ops = &apic_ops,
		.ctx = vm,
		.timers = m->timers,
		.tsc_hz = platform_tsc_hz(vm->chip),
		.x2apic = true,
		.tsc_deadline = true,
	};

	m->apics = apic_bus_new(&cfg, err);
	if (m->apics)
		m->ioapic = ioapic_new(m->apics, 0, err);
	return m->ioapic ? 0 : -ENOMEM;
}

static int make_devices(struct vm *vm, struct error *err)
{
	struct machine *m = &vm->machine;
	const struct serial_config serial = {
		.irq = ioapic_line(m->ioapic, LAYOUT_SERIAL_GSI),
		.out = vm->cfg.machine.console,
		.timers = m->timers,
	};
	const struct power_config power = {
		.power_off = power_off,
		.reset = power_reset,
		.ctx = vm,
		.s5_type = LAYOUT_SLEEP_TYPE_S5,
		.reset_value = LAYOUT_RESET_VALUE,
	};

	m->debug_exit = (struct debug_exit){exit_by_port, vm};
	power_init(&m->power, &power);
	m->serial = serial_new(&serial, err);
	if (m->serial)
		m->rtc = rtc_new(NULL, NULL, err);
	return m->rtc ? 0 : -ENOMEM;
}

/* Where everything stands, beside the LAPICs, whose page each vCPU finds by itself. */
static int connect(struct vm *vm, struct error *err)
{
	struct machine *m = &vm->machine;
	const struct bus_range ranges[] = {
		{BUS_MMIO, IOAPIC_BASE, IOAPIC_WINDOW_SIZE, &ioapic_bus_ops, m->ioapic},
		{BUS_MMIO, LAYOUT_POWER_BASE, POWER_SIZE, &power_bus_ops, &m->power},
		{BUS_PORT, LAYOUT_RESET_PORT, 1, &power_cf9_bus_ops, &m->power},
		{BUS_PORT, LAYOUT_SERIAL_PORT, SERIAL_PORTS, &serial_bus_ops, m->serial},
		{BUS_PORT, LAYOUT_RTC_PORT, RTC_PORTS, &rtc_bus_ops, m->rtc},
		{BUS_PORT, vm->cfg.machine.debug_exit_port, DEBUG_EXIT_PORTS, &debug_exit_bus_ops,
		 &m->debug_exit},
	};
	unsigned count = ARRAY_SIZE(ranges) - (vm->cfg.machine.has_debug_exit ? 0 : 1);

	for (unsigned n = 0; n < count; n++) {
		const struct bus_range *r = &ranges[n];
		int rc = bus_add(&vm->bus, r->kind, r->base, r->len, r->ops, r->ctx);

		if (rc != 0)
			return error_set(err, -rc, "port %#llx is in use: no debug exit there",
					 (unsigned long long)r->base);
	}
	return 0;
}

int machine_init(struct vm *vm, struct error *err)
{
	struct machine *m = &vm->machine;
	int rc;

	if (vm->cfg.machine.disks != 0 || vm->cfg.machine.has_net)
		return error_set(err, ENOTSUP, "disks and networks: no virtio device is built in");
	bus_init(&vm->bus);
	m->dma = (struct dma){machine_dma_read, machine_dma_write, vm};
	m->timers = timer_service_new(err);
	if (!m->timers)
		return -ENOMEM;
	rc = make_apics(vm, err);
	if (rc == 0)
		rc = make_devices(vm, err);
	if (rc == 0)
		rc = connect(vm, err);
	return rc;
}

void machine_fini(struct vm *vm)
{
	struct machine *m = &vm->machine;

	if (m->rtc)
		rtc_free(m->rtc);
	if (m->serial)
		serial_free(m->serial);
	if (m->ioapic)
		ioapic_free(m->ioapic);
	if (m->apics)
		apic_bus_free(m->apics);
	if (m->timers)
		timer_service_free(m->timers);
}
