/* SPDX-License-Identifier: MIT */
/*
 * A virtual machine: memory, nested tables, devices, vCPUs, and how it ends.
 *
 * Built on one thread, then run; each vCPU has a thread of its own.  Lock order: vm.lock is a leaf.
 * The bus, the memory map and everything in `cfg` are read only once vCPUs run.
 */
#ifndef HV_VM_H
#define HV_VM_H

#include <pthread.h>
#include <stdatomic.h>

#include "hv/boot/boot.h"
#include "hv/dev/bus.h"
#include "hv/dev/lapic.h"
#include "hv/launch.h"
#include "hv/machine.h"
#include "hv/memory.h"
#include "hv/npt.h"
#include "hv/pages.h"
#include "hv/vcpu.h"

enum { VM_CPUS_MAX = 64 };

struct vm_config {
	u64 memory; /* bytes, a multiple of 2 MiB, 4 MiB .. MEMORY_MAX */
	unsigned cpus;
	enum memory_placement placement;
	bool small_pages; /* nested pages of 4 KiB rather than 2 MiB */
	bool sev;         /* encrypted: launched by the Secure Processor */
	struct launch_config launch;
	struct boot_config boot; /* cpus and c_bit are set by vm_new() */
	struct machine_config machine;
};

enum vm_ended {
	VM_RUNNING,
	VM_ENDED_POWER_OFF,
	VM_ENDED_RESET,
	VM_ENDED_DEBUG_EXIT, /* by the port; vm.code is what was written */
	VM_ENDED_SHUTDOWN,   /* triple fault */
	VM_ENDED_STOPPED,    /* vm_end() by the user */
	VM_ENDED_TIMEOUT,
	VM_ENDED_FAILED, /* the guest did what this hypervisor cannot serve; vm.reason */
};

struct vm {
	struct chip *chip;
	struct vm_config cfg;
	struct pages pages;
	struct memory memory;
	struct npt npt;
	struct bus bus;
	struct machine machine;
	struct boot_stage stage; /* what the launch put into memory */
	struct boot_entry entry;
	spa_t iopm, msrpm;
	struct sp_driver sp;
	struct launch launch; /* cfg.sev */
	u32 asid;
	u64 tsc_start;          /* host TSC at the guest's TSC 0 */
	u64 instructions_start; /* what the cores had retired before */
	struct vcpu *vcpu;      /* cfg.cpus of them */

	pthread_mutex_t lock;
	pthread_cond_t ended_cond;
	enum vm_ended ended; /* under lock; with `stop` set when not VM_RUNNING */
	unsigned code;       /* under lock */
	struct error reason; /* under lock */
	_Atomic bool stop;   /* vCPUs look at this */
};

/*
 * DRAM that a machine with so much memory needs: the guest's own, and the hypervisor's tables.
 */
u64 vm_dram_size(u64 memory, unsigned cpus);

/*
 * Builds the machine and loads the kernel.  The chip has at least cfg->cpus cores, runs nothing else,
 * and its DRAM is the VM's until vm_free(); strings are borrowed until then.  NULL with *err set.
 */
struct vm *vm_new(struct chip *chip, const struct vm_config *cfg, struct error *err) MUST_CHECK;
void vm_free(struct vm *vm);

/* Starts the vCPUs and waits until the VM has ended.  Once. */
enum vm_ended vm_run(struct vm *vm);

/* Any thread.  The first to end it decides how; vCPUs stop soon. */
void vm_end(struct vm *vm, enum vm_ended how, unsigned code);
void vm_fail(struct vm *vm, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The sum of an exit row's count over all vCPUs, and of instructions; after the run exact. */
u64 vm_exits(const struct vm *vm, unsigned row);
u64 vm_instructions(const struct vm *vm);

#endif
