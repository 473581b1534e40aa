/* SPDX-License-Identifier: MIT */
/*
 * One core, its memory, and a hypervisor of a few lines, for the tests of this folder.
 *
 * System memory: host structures below BED_GUEST_SPA, the guest's memory from there on; nested
 * tables map GPA x to BED_GUEST_SPA + x.
 */
#ifndef CHIP_CPU_SVM_TESTBED_H
#define CHIP_CPU_SVM_TESTBED_H

#include "abi/vmcb.h"
#include "chip/cache/cache.h"
#include "chip/cpu/cpu.h"
#include "chip/cpu/model/model.h"
#include "chip/cpu/svm/svm.h"

enum {
	BED_DRAM = 32 << 20,
	BED_VMCB = 0x1000,
	BED_IOPM = 0x2000,
	BED_MSRPM = 0x5000,
	BED_HSAVE = 0x7000,
	BED_NPT = 0x10000,
	BED_GUEST_SPA = 16 << 20,
	BED_GUEST_SIZE = 8 << 20,
	/* in the guest */
	BED_CODE = 0x1000,
	BED_STACK = 0x4000, /* initial RSP */
	BED_IDT = 0x5000,
	BED_GDT = 0x6000,
	BED_DATA = 0x8000,
	BED_TABLES = 0x10000,
	BED_CODE64_SEL = 0x08,
	BED_DATA_SEL = 0x10,
	BED_ASID = 11,
};

struct bed {
	struct fabric fabric;
	struct mee *mee;
	struct cache *cache;
	struct rng *rng;
	struct cpu_model model;
	struct cpu *cpu;
	struct vmcb vmcb; /* as bed_run() puts it into memory and finds it there again */
	view_t view;      /* of the guest's memory: VIEW_RAW, or the key of an SEV guest */
};

/* The model limited to this host; SVM, memory encryption and SmmLock enabled. */
struct bed *bed_new(const char *model);
void bed_free(struct bed *b);

/*
 * b->vmcb for a guest in real mode, or in 64-bit mode with identity paging and a GDT: RIP BED_CODE,
 * RSP BED_STACK, interrupts disabled, HLT, shutdown, INTR, IOIO and MSR intercepted (the maps
 * intercept nothing), nested paging.
 */
void bed_real_mode(struct bed *b);
void bed_long_mode(struct bed *b);

/* Makes the guest an SEV guest: later writes to its memory are under the key, tables have C. */
void bed_enable_sev(struct bed *b);

/* The guest's memory, at a GPA. */
void bed_write(struct bed *b, u64 gpa, const void *src, size_t len);
void bed_read(struct bed *b, u64 gpa, void *dst, size_t len);
#define BED_PROGRAM(b, ...)                                   \
	do {                                                  \
		const u8 code_[] = {__VA_ARGS__};             \
		bed_write(b, BED_CODE, code_, sizeof(code_)); \
	} while (0)

/* A 64-bit interrupt gate, or a real-mode vector, to the guest address. */
void bed_gate64(struct bed *b, u8 vector, u64 handler);
void bed_gate_real(struct bed *b, u8 vector, u16 handler);

/* System memory. */
void bed_host_write(struct bed *b, u64 spa, const void *src, size_t len);
void bed_host_read(struct bed *b, u64 spa, void *dst, size_t len);
void bed_map_bit(struct bed *b, u64 map, unsigned bit, bool set);

/* VMRUN; gives the exit code. */
u64 bed_run(struct bed *b);

#endif
