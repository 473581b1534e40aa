/* SPDX-License-Identifier: MIT */
/* Who gets an interrupt message.	[APM2 16.5 Interprocessor Interrupts, 16.6.1 Receiving System and IPI] */
#include "hv/dev/lapic.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bug.h"
#include "hv/dev/lapic_internal.h"

struct apic_bus *apic_bus_new(const struct apic_config *cfg, struct error *err)
{
	struct apic_bus *bus;

	BUG_ON(cfg->vcpus < 1 || cfg->vcpus > APIC_VCPUS_MAX || !cfg->tsc_hz);
	bus = calloc(1, sizeof(*bus) + cfg->vcpus * sizeof(bus->lapic[0]));
	if (!bus) {
		error_set(err, ENOMEM, "local APICs: out of memory");
		return NULL;
	}
	bus->cfg = *cfg;
	for (unsigned i = 0; i < cfg->vcpus; i++) {
		bus->lapic[i].bus = bus;
		bus->lapic[i].vcpu = i;
		lapic_timer_init(&bus->lapic[i]);
		lapic_reset(&bus->lapic[i]);
	}
	return bus;
}

void apic_bus_free(struct apic_bus *bus)
{
	if (!bus)
		return;
	for (unsigned i = 0; i < bus->cfg.vcpus; i++)
		lapic_timer_fini(&bus->lapic[i]);
	free(bus);
}

struct lapic *apic_bus_lapic(struct apic_bus *bus, unsigned vcpu)
{
	BUG_ON(vcpu >= bus->cfg.vcpus);
	return &bus->lapic[vcpu];
}

void apic_bus_on_eoi(struct apic_bus *bus, void (*eoi)(void *ctx, u8 vector), void *ctx)
{
	bus->eoi = eoi;
	bus->eoi_ctx = ctx;
}

/* Flat: a bit each.  Cluster: four bits of cluster (Fh: all), a bit each of four. */
static bool matches_logical(const struct lapic *l, u32 dest)
{
	u32 ldr = l->ldr >> APIC_ID_SHIFT;

	if (dest == APIC_DEST_ALL)
		return true;
	if (lapic_is_x2(l))
		return dest >> 16 == l->vcpu >> 4 && (dest & BIT32(l->vcpu & 0xf));
	if (l->dfr == APIC_DFR_FLAT)
		return ldr & dest & 0xff;
	return ((dest >> 4 & 0xf) == ldr >> 4 || (dest >> 4 & 0xf) == 0xf) && (dest & ldr & 0xf);
}

static bool matches(const struct lapic *l, const struct apic_message *msg)
{
	if (!lapic_is_on(l))
		return false;
	if (msg->logical)
		return matches_logical(l, msg->dest);
	return msg->dest == APIC_DEST_ALL || msg->dest == l->vcpu;
}

/* False: not taken. */
static bool deliver(struct lapic *l, const struct apic_message *msg)
{
	const struct apic_config *cfg = &l->bus->cfg;

	switch (msg->type) {
	case APIC_MT_FIXED:
	case APIC_MT_LOWEST:
		return lapic_raise(l, msg->vector, msg->level);
	case APIC_MT_NMI:
		cfg->ops->nmi(cfg->ctx, l->vcpu);
		return true;
	case APIC_MT_INIT:
		if (!msg->deassert)
			cfg->ops->init(cfg->ctx, l->vcpu);
		return true;
	case APIC_MT_STARTUP:
		cfg->ops->sipi(cfg->ctx, l->vcpu, msg->vector);
		return true;
	default: /* SMI, remote read, ExtINT: nobody here answers to them */
		return false;
	}
}

/* Among those addressed, the one whose priority is lowest; the first of equals. */
static bool deliver_lowest(struct apic_bus *bus, const struct apic_message *msg)
{
	struct lapic *best = NULL;

	for (unsigned i = 0; i < bus->cfg.vcpus; i++) {
		struct lapic *l = &bus->lapic[i];

		if (matches(l, msg) && (l->svr & APIC_SVR_ASE) && (!best || l->ppr < best->ppr))
			best = l;
	}
	return best && deliver(best, msg);
}

bool apic_bus_send(struct apic_bus *bus, const struct apic_message *msg)
{
	bool taken = false;

	if (msg->type == APIC_MT_LOWEST)
		return deliver_lowest(bus, msg);
	for (unsigned i = 0; i < bus->cfg.vcpus; i++)
		if (matches(&bus->lapic[i], msg))
			taken |= deliver(&bus->lapic[i], msg);
	return taken;
}

/* [APM2 16.12 Message Signalled Interrupts]: destination in the address, the rest as in the command. */
void apic_bus_msi(struct apic_bus *bus, u64 address, u32 data)
{
	u32 dest = (u32)(address >> 12 & 0xff);
	bool logical = address & BIT64(2);
	struct apic_message msg = {
		.vector = (u8)data,
		.type = (u8)((data & APIC_MT_MASK) >> APIC_MT_SHIFT),
		.logical = logical,
		.dest = dest == 0xff && !logical ? APIC_DEST_ALL : dest,
	};

	if (address >> 20 == 0xfee)
		apic_bus_send(bus, &msg);
}

static void send_to_all(struct lapic *from, const struct apic_message *msg, bool self)
{
	struct apic_bus *bus = from->bus;

	for (unsigned i = 0; i < bus->cfg.vcpus; i++)
		if ((self || &bus->lapic[i] != from) && lapic_is_on(&bus->lapic[i]))
			deliver(&bus->lapic[i], msg);
}

void lapic_send_ipi(struct lapic *l, u32 command, u32 dest)
{
	struct apic_message msg = {
		.vector = (u8)command,
		.type = (u8)((command & APIC_MT_MASK) >> APIC_MT_SHIFT),
		.logical = command & APIC_DM_LOGICAL,
		.deassert = (command & APIC_TGM_LEVEL) && !(command & APIC_ICR_ASSERT),
		.dest = dest,
	};

	if (msg.type <= APIC_MT_LOWEST && msg.vector < APIC_VECTOR_FIRST) {
		lapic_error(l, APIC_ESR_SEND_VECTOR);
		return;
	}
	switch ((command & APIC_ICR_DSH_MASK) >> APIC_ICR_DSH_SHIFT) {
	case APIC_DSH_NONE:
		apic_bus_send(l->bus, &msg);
		break;
	case APIC_DSH_SELF:
		deliver(l, &msg);
		break;
	case APIC_DSH_ALL:
		send_to_all(l, &msg, true);
		break;
	default:
		send_to_all(l, &msg, false);
		break;
	}
}
