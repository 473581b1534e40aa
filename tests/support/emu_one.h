/* SPDX-License-Identifier: MIT */
/*
 * One instruction in the core's interpreter, with every register given: the other side of
 * host_oracle.h.  Decoding, lowering, handlers and paging are the real ones; code and window are mapped
 * at the oracle's addresses.
 *
 * Typical use:
 *
 *	host_oracle_run(host, code, len, &in, &want, &want_fault);
 *	emu_one_run(emu, code, len, &in, &got, &got_fault);
 *	if (regs_differ(&got, &want, flags, stderr) || regs_faults_differ(&got_fault, &want_fault, stderr) ||
 *	    memcmp(emu_one_window(emu), host_oracle_window(host), WINDOW_BYTES))
 *		fail();
 */
#ifndef TESTS_SUPPORT_EMU_ONE_H
#define TESTS_SUPPORT_EMU_ONE_H

#include "chip/cpu/model/model.h"
#include "chip/cpu/state.h"
#include "tests/support/host_oracle.h"

struct emu_one;

/* A core at CPL 3 in 64-bit mode with everything enabled.  The model is borrowed.  NULL: no memory. */
struct emu_one *emu_one_new(const struct cpu_model *model) MUST_CHECK;
void emu_one_free(struct emu_one *e);

/* The window's WINDOW_BYTES, and the core, whose control state a test may change between runs. */
u8 *emu_one_window(struct emu_one *e);
struct cpu *emu_one_cpu(struct emu_one *e);

/* The next access of each page takes the slow path. */
void emu_one_flush(struct emu_one *e);

/*
 * Runs the one instruction at `code`.  `len` bytes are there (the rest of the page is INT3).  RFLAGS
 * and registers as in *in; x87 state enters through memory.
 */
void emu_one_run(struct emu_one *e, const u8 *code, size_t len, const struct regs *in,
		 struct regs *out, struct regs_fault *fault);

/* False: #UD, whatever the registers are. */
bool emu_one_decodes(struct emu_one *e, const u8 *code, size_t len);

/* A model with every feature. */
void emu_one_full_model(struct cpu_model *m);

#endif
