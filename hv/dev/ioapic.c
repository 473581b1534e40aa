/* SPDX-License-Identifier: MIT */
/* I/O APIC: 24 wires in, messages to the LAPICs out. */
#include "hv/dev/ioapic.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "abi/apic.h"

/* With an EOI register, as later models have; then software need not play tricks to end a level. */
enum { VERSION = 0x20, WINDOW_EOI = 0x40 };

#define READ_ONLY ((u64)APIC_DS_PENDING | IOAPIC_REDIR_REMOTE_IRR)
#define WRITABLE  (0xff0000000001ffffull & ~READ_ONLY)

struct ioapic {
	struct apic_bus *bus;
	pthread_mutex_t lock; /* all that follows */
	u8 id, index;
	u32 wires; /* their levels */
	u64 entry[IOAPIC_PINS];
};

static bool is_level(u64 entry)
{
	return entry & APIC_TGM_LEVEL;
}

static bool is_masked(u64 entry)
{
	return entry & IOAPIC_REDIR_MASKED;
}

/* With the lock held.  False: nobody took it. */
static bool send(struct ioapic *io, u64 entry)
{
	u32 dest = (u32)((entry & IOAPIC_REDIR_DEST_MASK) >> IOAPIC_REDIR_DEST_SHIFT);
	bool logical = entry & APIC_DM_LOGICAL;
	struct apic_message msg = {
		.vector = (u8)entry,
		.type = (u8)((entry & APIC_MT_MASK) >> APIC_MT_SHIFT),
		.logical = logical,
		.level = is_level(entry),
		.dest = dest == 0xff && !logical ? APIC_DEST_ALL : dest,
	};

	return apic_bus_send(io->bus, &msg);
}

/* A level that is asserted and not under way goes out; with the lock held. */
static void serve_level(struct ioapic *io, unsigned pin)
{
	u64 entry = io->entry[pin];

	if (!is_level(entry) || is_masked(entry) || (entry & IOAPIC_REDIR_REMOTE_IRR) ||
	    !(io->wires & BIT32(pin)))
		return;
	/* Before the message: its EOI may come at once. */
	io->entry[pin] |= IOAPIC_REDIR_REMOTE_IRR;
	if (!send(io, entry))
		io->entry[pin] &= ~IOAPIC_REDIR_REMOTE_IRR;
}

void ioapic_set(struct ioapic *io, unsigned gsi, bool level)
{
	bool rises;

	if (gsi >= IOAPIC_PINS)
		return;
	pthread_mutex_lock(&io->lock);
	rises = level && !(io->wires & BIT32(gsi));
	io->wires = level ? io->wires | BIT32(gsi) : io->wires & ~BIT32(gsi);
	if (is_level(io->entry[gsi]))
		serve_level(io, gsi);
	else if (rises && !is_masked(io->entry[gsi]))
		send(io, io->entry[gsi]);
	pthread_mutex_unlock(&io->lock);
}

static void line_set(void *ctx, unsigned gsi, bool level)
{
	ioapic_set(ctx, gsi, level);
}

struct irq_line ioapic_line(struct ioapic *io, unsigned gsi)
{
	return (struct irq_line){.set = line_set, .ctx = io, .gsi = gsi};
}

/* With the lock held. */
static void end_of_interrupt(struct ioapic *io, u8 vector)
{
	for (unsigned pin = 0; pin < IOAPIC_PINS; pin++) {
		u64 *entry = &io->entry[pin];

		if ((u8)*entry != vector || !(*entry & IOAPIC_REDIR_REMOTE_IRR))
			continue;
		*entry &= ~IOAPIC_REDIR_REMOTE_IRR;
		serve_level(io, pin);
	}
}

static void on_eoi(void *ctx, u8 vector)
{
	struct ioapic *io = ctx;

	pthread_mutex_lock(&io->lock);
	end_of_interrupt(io, vector);
	pthread_mutex_unlock(&io->lock);
}

void ioapic_reset(struct ioapic *io)
{
	pthread_mutex_lock(&io->lock);
	io->index = 0;
	for (unsigned pin = 0; pin < IOAPIC_PINS; pin++)
		io->entry[pin] = IOAPIC_REDIR_MASKED;
	pthread_mutex_unlock(&io->lock);
}

struct ioapic *ioapic_new(struct apic_bus *bus, u8 id, struct error *err)
{
	struct ioapic *io = calloc(1, sizeof(*io));

	if (!io) {
		error_set(err, ENOMEM, "I/O APIC: out of memory");
		return NULL;
	}
	io->bus = bus;
	io->id = id & 0xf;
	pthread_mutex_init(&io->lock, NULL);
	ioapic_reset(io);
	apic_bus_on_eoi(bus, on_eoi, io);
	return io;
}

void ioapic_free(struct ioapic *io)
{
	if (!io)
		return;
	apic_bus_on_eoi(io->bus, NULL, NULL);
	pthread_mutex_destroy(&io->lock);
	free(io);
}

/* -- the window ------------------------------------------------------------------------------ */

/* The pin whose entry a register index names, or NULL. */
static u64 *entry_at(struct ioapic *io, u8 index)
{
	unsigned pin = (index - IOAPIC_REG_REDIRECTION) / 2u;

	return index >= IOAPIC_REG_REDIRECTION && pin < IOAPIC_PINS ? &io->entry[pin] : NULL;
}

static u32 read_data(struct ioapic *io)
{
	const u64 *entry = entry_at(io, io->index);

	if (entry)
		return (u32)(*entry >> (io->index % 2 ? 32 : 0));
	switch (io->index) {
	case IOAPIC_REG_ID:
	case IOAPIC_REG_ARBITRATION:
		return (u32)io->id << 24;
	case IOAPIC_REG_VERSION:
		return VERSION | (IOAPIC_PINS - 1) << 16;
	default:
		return 0;
	}
}

static void write_entry(struct ioapic *io, u64 *entry, u32 value)
{
	u64 half = io->index % 2 ? 0xffffffff00000000ull : 0xffffffffull;
	u64 wide = io->index % 2 ? (u64)value << 32 : value;

	*entry = (*entry & ~(half & WRITABLE)) | (wide & half & WRITABLE);
	if (!is_level(*entry))
		*entry &= ~IOAPIC_REDIR_REMOTE_IRR;
	serve_level(io, (unsigned)(entry - io->entry));
}

static void write_data(struct ioapic *io, u32 value)
{
	u64 *entry = entry_at(io, io->index);

	if (entry)
		write_entry(io, entry, value);
	else if (io->index == IOAPIC_REG_ID)
		io->id = value >> 24 & 0xf;
}

static u64 window_read(void *ctx, u64 offset, unsigned size)
{
	struct ioapic *io = ctx;
	u64 value = ~0ull;

	pthread_mutex_lock(&io->lock);
	if (offset == IOAPIC_INDEX)
		value = io->index;
	else if (offset == IOAPIC_DATA && size == 4)
		value = read_data(io);
	pthread_mutex_unlock(&io->lock);
	return value;
}

static void window_write(void *ctx, u64 offset, unsigned size, u64 value)
{
	struct ioapic *io = ctx;

	pthread_mutex_lock(&io->lock);
	if (offset == IOAPIC_INDEX)
		io->index = (u8)value;
	else if (offset == IOAPIC_DATA && size == 4)
		write_data(io, (u32)value);
	else if (offset == WINDOW_EOI && size == 4)
		end_of_interrupt(io, (u8)value);
	pthread_mutex_unlock(&io->lock);
}

const struct bus_ops ioapic_bus_ops = {window_read, window_write};
