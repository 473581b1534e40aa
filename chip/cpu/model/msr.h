/* SPDX-License-Identifier: MIT */
/*
 * The MSR table: one row for each register, or for each run of registers of one kind.
 *
 * An MSR that no row has, or whose row asks for a feature that the model lacks, raises #GP(0).
 */
#ifndef CHIP_CPU_MODEL_MSR_H
#define CHIP_CPU_MODEL_MSR_H

#include "chip/cpu/model/model.h"

enum {
	MSR_MC_BANKS = 8,
	MSR_MTRR_RANGES = 8,
};

/* Places in struct cpu's msr[]. */
enum msr_slot {
	MSR_SLOT_APIC_BASE,
	MSR_SLOT_MCG_STATUS,
	MSR_SLOT_MCG_CTL,
	MSR_SLOT_MTRR_VARIABLE,
	MSR_SLOT_MTRR_FIXED = MSR_SLOT_MTRR_VARIABLE + 2 * MSR_MTRR_RANGES,
	MSR_SLOT_MTRR_DEF_TYPE = MSR_SLOT_MTRR_FIXED + 11,
	MSR_SLOT_MC,
	MSR_SLOT_PERF_LEGACY = MSR_SLOT_MC + 4 * MSR_MC_BANKS,
	MSR_SLOT_IORR = MSR_SLOT_PERF_LEGACY + 8,
	MSR_SLOT_TOP_MEM = MSR_SLOT_IORR + 4,
	MSR_SLOT_TOP_MEM2,
	MSR_SLOT_NB_CFG,
	MSR_SLOT_INT_PENDING,
	MSR_SLOT_SMM,
	MSR_SLOT_RMP_BASE = MSR_SLOT_SMM + 3,
	MSR_SLOT_RMP_END,
	MSR_SLOT_OSVW,
	MSR_SLOT_UNIT_CFG = MSR_SLOT_OSVW + 2,
	MSR_SLOT_COUNT = MSR_SLOT_UNIT_CFG + 8,
};
_Static_assert((int)MSR_SLOT_COUNT <= (int)CPU_MSRS, "struct cpu has a place for every stored MSR");

enum msr_access {
	MSR_READ_WRITE,
	MSR_READ_ONLY, /* a write raises #GP(0) */
	MSR_WRITE_IGNORED,
	MSR_WRITE_ONLY, /* a read raises #GP(0) */
};

/* Where values are kept: consecutive registers of a row in consecutive words. */
enum msr_place { MSR_NOWHERE, MSR_IN_CPU, MSR_IN_SVM };

struct msr_row {
	u32 first;
	u16 count;
	u8 access; /* enum msr_access */
	u8 place;  /* enum msr_place */
	u8 feature;
	u16 offset; /* in struct cpu or struct svm */
	u64 reset;
	u64 valid; /* other bits of a written value raise #GP(0) */
	bool (*legal)(const struct cpu *c, u32 msr, u64 v); /* what is more to check; or NULL */
	u64 (*read)(const struct cpu *c);                   /* or NULL: what is kept */
	void (*write)(struct cpu *c, u64 v);                /* or NULL: keep it */
};

/* Sorted by number. */
extern const struct msr_row msr_rows[];
extern const unsigned msr_row_count;

/* The row of an MSR that this model has, or NULL. */
const struct msr_row *msr_find(const struct cpu_model *m, u32 msr);

/* -- registers with behaviour (msr_control.c) --------------------------------------------------- */

bool msr_address_is_canonical(const struct cpu *c, u32 msr, u64 v);

u64 msr_read_efer(const struct cpu *c);
bool msr_efer_is_legal(const struct cpu *c, u32 msr, u64 v);
void msr_write_efer(struct cpu *c, u64 v);

u64 msr_read_pat(const struct cpu *c);
bool msr_pat_is_legal(const struct cpu *c, u32 msr, u64 v);
void msr_write_pat(struct cpu *c, u64 v);

void msr_write_tsc(struct cpu *c, u64 v);

u64 msr_read_sev_status(const struct cpu *c);

bool msr_syscfg_is_legal(const struct cpu *c, u32 msr, u64 v);
void msr_write_syscfg(struct cpu *c, u64 v);
void msr_write_hwcr(struct cpu *c, u64 v);
bool msr_vm_cr_is_legal(const struct cpu *c, u32 msr, u64 v);
void msr_write_vm_cr(struct cpu *c, u64 v);
void msr_write_svm_key(struct cpu *c, u64 v);
bool msr_hsave_is_legal(const struct cpu *c, u32 msr, u64 v);
bool msr_vmpage_flush_is_legal(const struct cpu *c, u32 msr, u64 v);
void msr_write_vmpage_flush(struct cpu *c, u64 v);

/* Not writable once SYSCFG.SecureNestedPagingEn is set.	[APM2 15.36] */
bool msr_snp_is_off(const struct cpu *c, u32 msr, u64 v);

#endif
