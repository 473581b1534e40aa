/* SPDX-License-Identifier: MIT */
/* The inside of SVM.  Private to chip/cpu/svm. */
#ifndef CHIP_CPU_SVM_INTERNAL_H
#define CHIP_CPU_SVM_INTERNAL_H

#include "abi/x86.h"
#include "chip/cpu/svm/svm.h"

/* -- physical addresses in the host's hands ---------------------------------------------------- */

/* A physical address as software writes it: with MEn its C-bit chooses the host's key. */
struct host_address {
	spa_t spa;
	view_t view;
};
struct host_address svm_host_address(const struct cpu *c, u64 written);

/* -- consistency checks (check.c) -------------------------------------------------------------- */

/* What VMRUN read, before anything of it is used. */
struct vmrun_entry {
	const struct cpu *c;
	const struct vmcb_control *ctl;
	const struct vmcb_save *save;
};

struct vmrun_check {
	const char *what; /* that makes the VMRUN fail */
	bool (*fails)(const struct vmrun_entry *e);
};

/* In the order they are made; any failure gives #VMEXIT(INVALID). */
extern const struct vmrun_check vmrun_checks[];
extern const unsigned vmrun_check_count;

/* -- state (state.c) --------------------------------------------------------------------------- */

struct segment svm_segment_load(const struct cpu *c, const struct vmcb_seg *v);
struct vmcb_seg svm_segment_save(const struct segment *s);

/* Around them: the host's own of those that only some guests swap. */
void svm_host_save(struct cpu *c);
void svm_host_restore(struct cpu *c);

/*
 * The swapped registers from and to a save area image.  Nothing derived is recomputed; on saving,
 * fields that hardware does not write keep what they hold.
 */
void svm_state_load(struct cpu *c, const struct vmcb_save *save);
void svm_state_save(const struct cpu *c, struct vmcb_save *save);

/*
 * A run of neighbouring fields that hardware writes.  Only such are written, so what software keeps
 * or changes in the rest of a VMCB while the guest runs is safe.
 */
struct svm_run {
	u16 offset;
	u16 len;
};

#define SVM_RUN(type, first, last)                                                          \
	{                                                                                   \
		offsetof(struct type, first), offsetof(struct type, last) +                 \
						      sizeof(((struct type *)NULL)->last) - \
						      offsetof(struct type, first)          \
	}

/* Copies a run of the image at `base`, which is DRAM, to its place. */
void svm_put(struct cpu *c, view_t view, spa_t base, const void *image, const struct svm_run *r);

/* -- event injection (inject.c) ---------------------------------------------------------------- */

/* Is this EVENTINJ one that VMRUN refuses?	[APM2 15.20 Event Injection] */
bool svm_inject_is_illegal(u64 eventinj);

/* Delivers a legal, valid EVENTINJ.  CPU_EVENT: its delivery ended in a #VMEXIT. */
enum cpu_stop svm_inject(struct cpu *c, u64 eventinj);

/* -- events (events.c) ------------------------------------------------------------------------- */

/* Is the guest's NMI state virtual (V_NMI, V_NMI_MASK)? */
bool svm_vnmi(const struct cpu *c);

/* -- VMRUN (vmrun.c) --------------------------------------------------------------------------- */

/* The whole of it: the VMCB at `vmcb` is DRAM and page aligned, the agent runs. */
void svm_vmrun(struct cpu *c, spa_t vmcb);

/* -- #VMEXIT (vmexit.c) ------------------------------------------------------------------------ */

/* Builds what the exit in c->event reports and writes it and the guest's registers back. */
void svm_vmexit(struct cpu *c);

/* VMRUN failed: only the exit code is written. */
void svm_vmexit_failed(struct cpu *c, u64 exit_code);

#endif
