/* SPDX-License-Identifier: MIT */
/* What the two halves of the small hypervisor share: its state, and where things are. */
#ifndef TESTS_SUPPORT_GUEST_INTERNAL_H
#define TESTS_SUPPORT_GUEST_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "abi/vmcb.h"

#include "chip/cpu/cpu.h"
#include "chip/cpu/model/model.h"
#include "crypto/rng.h"

#include "tests/support/guest_image.h"
#include "tests/support/guest_runner.h"

/* System memory: the hypervisor's pages, then the guest's. */
enum {
	VMCB_AT = 0x1000, /* + a page for each CPU */
	HSAVE_AT = 0x4000,
	IOPM_AT = 0x8000,
	MSRPM_AT = 0xc000,
	NPT_AT = 0x10000,
	GUEST_BASE = 0x1000000,
};

enum { OUTPUT_SIZE = 1 << 16, LINE_SIZE = 1024 };
enum { STILL_RUNNING = -100 };

struct vcpu {
	struct guest *guest;
	struct cpu *core;
	spa_t vmcb;
	pthread_t thread;
	bool loaded;            /* guest_step(): VMLOAD was done */
	struct vmcb_save start; /* its state before the first instruction */
};

struct guest {
	struct guest_config cfg;
	struct rng *rng;
	struct mee *mee;
	struct fabric fabric;
	struct cache *cache;
	struct cpu_model model;
	struct guest_image image;
	struct vcpu vcpu[GUEST_CPUS_MAX];
	u64 c_bit; /* in page-table entries; 0: plain */
	_Atomic u64 exits;
	unsigned seconds; /* it may run */

	pthread_mutex_t lock; /* all that follows */
	pthread_cond_t ended;
	int result;
	const struct vcpu *where; /* which CPU ended the guest */
	char output[OUTPUT_SIZE];
	size_t output_len, line_len;
	char line[LINE_SIZE];
};

/* Aborts where it is not DRAM. */
void guest_write_host(struct guest *g, u64 spa, const void *src, size_t len);

/* Answers the exit in the VMCB; what ends the guest changes g->result. */
void guest_serve_exit(struct vcpu *v);

/* Image, options, multiboot information, both kinds of page tables. */
void guest_load(struct guest *g);

/* The VMCB of a CPU before its first instruction, and its general registers. */
void guest_set_start(struct vcpu *v, unsigned number);

#endif
