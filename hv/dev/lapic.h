/* SPDX-License-Identifier: MIT */
/*
 * Local APICs, one for each vCPU, and the bus that joins them.
 *
 * A LAPIC takes interrupt messages from I/O APIC, MSIs, other LAPICs and its own timer into IRR,
 * and gives its vCPU the highest vector that beats the processor priority.	[APM2 16]
 *
 * Threads: lapic_*() functions belong to the thread of the vCPU, except where it says otherwise.
 * Messages come from any thread and only touch IRR, TMR and ESR, which are atomic; the registers that
 * routing looks at are atomic words too.  No lock is held when a callback of apic_ops is called.
 */
#ifndef HV_DEV_LAPIC_H
#define HV_DEV_LAPIC_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"
#include "hv/dev/timer.h"

struct apic_bus;
struct lapic;

/* What the hypervisor does for the LAPICs.  Called on any thread; must not call devices. */
struct apic_ops {
	/* IRR of this vCPU has a new bit: wake it from HLT, or make it look at lapic_pending(). */
	void (*kick)(void *ctx, unsigned vcpu);
	/*
	 * An INIT: the vCPU's own thread then calls lapic_reset_init() and the vCPU waits for a
	 * SIPI.  A SIPI to a vCPU that does not wait is ignored by the hypervisor.
	 */
	void (*init)(void *ctx, unsigned vcpu);
	void (*sipi)(void *ctx, unsigned vcpu, u8 vector);
	void (*nmi)(void *ctx, unsigned vcpu);
	/* The guest's time-stamp counter on this vCPU, now. */
	u64 (*tsc)(void *ctx, unsigned vcpu);
};

struct apic_config {
	unsigned vcpus; /* 1 .. APIC_VCPUS_MAX; APIC ID = index */
	const struct apic_ops *ops;
	void *ctx;
	struct timer_service *timers;
	u64 tsc_hz;        /* frequency of what ops->tsc gives */
	bool x2apic;       /* APIC_BASE.EXTD may be set */
	bool tsc_deadline; /* the timer has that mode, and its MSR exists */
};

enum { APIC_VCPUS_MAX = 64 };

/* Ticks of the timer before the divider; so a tick is a nanosecond. */
#define LAPIC_TIMER_HZ 1000000000ull

/* One interrupt on its way.  dest: an APIC ID, or a logical destination; APIC_DEST_ALL: everybody. */
struct apic_message {
	u8 vector;
	u8 type; /* enum apic_message_type */
	bool logical;
	bool level;    /* trigger mode */
	bool deassert; /* an INIT with this is ignored */
	u32 dest;
};

#define APIC_DEST_ALL 0xffffffffu

/* NULL with *err set: no memory.  Keeps ops, ctx and timers; the timer service is freed later. */
struct apic_bus *apic_bus_new(const struct apic_config *cfg, struct error *err) MUST_CHECK;
void apic_bus_free(struct apic_bus *bus);

struct lapic *apic_bus_lapic(struct apic_bus *bus, unsigned vcpu);

/* Who hears of the EOI of a level-triggered interrupt (the I/O APIC).  Before the first vCPU runs. */
void apic_bus_on_eoi(struct apic_bus *bus, void (*eoi)(void *ctx, u8 vector), void *ctx);

/* Any thread.  Routes a message; false: nobody took it. */
bool apic_bus_send(struct apic_bus *bus, const struct apic_message *msg);

/* Any thread.  A message-signalled interrupt; address FEExxxxxh, else it is dropped. */
void apic_bus_msi(struct apic_bus *bus, u64 address, u32 data);

/* -- for the run loop ------------------------------------------------------------------------ */

/* The highest vector that may be injected now (priority above PPR), or -1.  Cheap; from any thread. */
int lapic_pending(const struct lapic *l);

/* The vCPU takes a vector that lapic_pending() gave: IRR to ISR. */
void lapic_accept(struct lapic *l, u8 vector);

/* CR8 is TPR[7:4]. */
u8 lapic_tpr(const struct lapic *l);
void lapic_set_tpr(struct lapic *l, u8 tpr);

/* With a PIC (--legacy): LINT0 passes its interrupts on (ExtINT and unmasked, or LAPIC disabled). */
bool lapic_accepts_extint(const struct lapic *l);

/* Power-on state; and what INIT leaves: the APIC ID and APIC_BASE stay. */
void lapic_reset(struct lapic *l);
void lapic_reset_init(struct lapic *l);

/* -- registers ------------------------------------------------------------------------------- */

/* Guest-physical address of the register page, or LAPIC_NO_PAGE: not in xAPIC mode. */
#define LAPIC_NO_PAGE (~0ull)
u64 lapic_page(const struct lapic *l);

/*
 * The register page.  Registers are 32 bits at multiples of 16; other sizes or places read as ones (a
 * hole between registers as 0) and drop writes.
 */
u64 lapic_mmio_read(struct lapic *l, u64 offset, unsigned size);
void lapic_mmio_write(struct lapic *l, u64 offset, unsigned size, u64 value);

/* Whether lapic_msr_*() answer for this MSR: APIC_BASE, TSC_DEADLINE, 800h .. 8FFh. */
bool lapic_owns_msr(u32 msr);

/* False: #GP(0). */
bool lapic_msr_read(struct lapic *l, u32 msr, u64 *value) MUST_CHECK;
bool lapic_msr_write(struct lapic *l, u32 msr, u64 value) MUST_CHECK;

#endif
