/* SPDX-License-Identifier: MIT */
/*
 * The only door that software has to the chip: one socket, and what the software of its host can do
 * with it.  Physical memory as a requester, MSRs, VMRUN and its kin, the mailbox.
 *
 * Whoever stands here is the untrusted party.  It names cores by number and memory by system
 * physical address; it sees DRAM as it is outside the chip, that is ciphertext for every private
 * page, and registers as far as VMRUN left them there.
 *
 * Threads.  A core's host instructions (registers, MSRs, VMRUN, VMLOAD, VMSAVE, INVLPGA, WBINVD) are
 * for one thread at a time, the one that plays this core.  Everything else may be called by any
 * thread at any time; none of it waits for a guest to do something.
 */
#ifndef CHIP_PLATFORM_H
#define CHIP_PLATFORM_H

#include "abi/sev.h"
#include "abi/sev_cert.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"

/* -- one socket ------------------------------------------------------------------------------- */

enum { CHIP_CORES_MAX = 64, CHIP_CACHE_PAGES_MIN = 2 };

struct chip_config {
	const char *model;     /* "naples", "rome", "milan", "genoa", "turin"; NULL: milan */
	unsigned c_bit;        /* 0: the model's own; else 47 or 51 */
	unsigned cores;        /* 1 .. CHIP_CORES_MAX; core n has APIC ID n */
	u64 dram_size;         /* bytes, a multiple of 4 KiB, at least 1 MiB */
	const char *dram_file; /* NULL: memory of this process; see chip/fabric/fabric.h */
	u64 cache_pages;    /* plaintext pages kept at most, CHIP_CACHE_PAGES_MIN or more; 0: all */
	const char *seed;   /* all randomness of the chip comes from this text; NULL: real */
	bool deterministic; /* time is counted in instructions; for one core */
	const char *state_dir; /* what the Secure Processor keeps without power; NULL: in memory */
	const char *pki_dir;   /* who made the chip; NULL: the published test root */
	/*
	 * Told what the host could not do for a command of the Secure Processor (a disk is full),
	 * which then answers HWERROR_PLATFORM; on the thread that gave the command.  NULL: nobody.
	 */
	void (*host_failed)(void *ctx, const char *line);
	void *ctx;
};

struct chip;

/*
 * Powers a socket on.  Strings of the configuration are borrowed until it returns.  NULL with *err
 * set: no such model, a number out of range, DRAM that cannot be had, out of memory.
 */
struct chip *chip_new(const struct chip_config *cfg, struct error *err) MUST_CHECK;

/* No thread is in a call.  What is still cached is written back to DRAM.  NULL is let be. */
void chip_free(struct chip *chip);

/* The models there are, in the order of their years; NULL after the last. */
const char *chip_model_name(unsigned n);

unsigned platform_cores(const struct chip *chip);

/* -- physical memory -------------------------------------------------------------------------- */

/*
 * What a memory access answers.  An access that is not wholly DRAM aborts: reads give all ones,
 * writes are dropped.
 */
enum platform_access { PLATFORM_ACCESS_OK, PLATFORM_ACCESS_ABORT };

u64 platform_dram_size(const struct chip *chip);

/*
 * Loads and stores of host software, without a key, of any length at any alignment.  Aligned units
 * of up to 8 bytes are not torn.
 */
enum platform_access platform_read(struct chip *chip, spa_t spa, void *dst, size_t len);
enum platform_access platform_write(struct chip *chip, spa_t spa, const void *src, size_t len);

/*
 * LOCK CMPXCHG of 1, 2, 4, 8 or 16 bytes: *swapped tells whether memory equalled `expected`, which
 * gets what memory held if not.
 */
enum platform_access platform_cmpxchg(struct chip *chip, spa_t spa, void *expected,
				      const void *desired, size_t len, bool *swapped);

/* The same bytes as a device on the bus moves them: devices have no key either. */
enum platform_access platform_dma_read(struct chip *chip, spa_t spa, void *dst, size_t len);
enum platform_access platform_dma_write(struct chip *chip, spa_t spa, const void *src, size_t len);

/* CLFLUSH of every line of the page that holds spa, through a mapping without a key. */
void platform_clflush(struct chip *chip, spa_t spa);

/* -- a core's host instructions --------------------------------------------------------------- */

enum platform_result { PLATFORM_DONE, PLATFORM_GP, PLATFORM_UD };

struct platform_cpuid {
	u32 eax, ebx, ecx, edx;
};

/* CPUID, RDTSC, RDMSR, WRMSR as the host kernel on this core. */
struct platform_cpuid platform_cpuid(struct chip *chip, unsigned core, u32 leaf, u32 subleaf);
u64 platform_rdtsc(struct chip *chip, unsigned core);
enum platform_result platform_rdmsr(struct chip *chip, unsigned core, u32 msr, u64 *value);
enum platform_result platform_wrmsr(struct chip *chip, unsigned core, u32 msr, u64 value);

/* Ticks of platform_rdtsc() in a second. */
u64 platform_tsc_hz(const struct chip *chip);

/*
 * With `deterministic`: lets time pass while no guest runs (nothing retires, so it would stand
 * still).  Else it does nothing.
 */
void platform_idle(struct chip *chip, u64 ticks);

/*
 * General registers 0 .. 15 in encoding order.  VMRUN loads RAX and RSP from the VMCB; the rest is
 * what the host left in the registers, and after #VMEXIT what the guest left there.
 */
u64 platform_reg_get(const struct chip *chip, unsigned core, unsigned n);
void platform_reg_set(struct chip *chip, unsigned core, unsigned n, u64 v);

/* FPU and vector registers, XCR0, DR0 .. DR3 as RESET leaves them: for a guest's first VMRUN. */
void platform_extended_reset(struct chip *chip, unsigned core);

/*
 * Runs the guest of this VMCB until a #VMEXIT, which then stands in the VMCB; without an event it
 * runs for ever.  #GP: misaligned, or not DRAM; #UD: EFER.SVME is clear.	[APM2 15.5.1]
 */
enum platform_result platform_vmrun(struct chip *chip, unsigned core, spa_t vmcb);
enum platform_result platform_vmload(struct chip *chip, unsigned core, spa_t vmcb);
enum platform_result platform_vmsave(struct chip *chip, unsigned core, spa_t vmcb);
enum platform_result platform_invlpga(struct chip *chip, unsigned core, u64 la, u32 asid);
enum platform_result platform_wbinvd(struct chip *chip, unsigned core);

/*
 * A physical interrupt, NMI or INIT arrives at a core.  An interrupt ends the guest that runs there,
 * or the next one before its first instruction, by VMEXIT_INTR if the VMCB intercepts that.
 */
void platform_kick(struct chip *chip, unsigned core);
void platform_raise_nmi(struct chip *chip, unsigned core);
void platform_raise_init(struct chip *chip, unsigned core);

/* -- the Secure Processor --------------------------------------------------------------------- */

/*
 * The mailbox: writes the buffer's address and the command (enum sev_cmd), and waits for the answer.
 * One command at a time.	[SEV 4 Mailbox Register Protocol]
 */
enum sp_status platform_sp_command(struct chip *chip, u32 id, spa_t buf);

/* -- the manufacturer ------------------------------------------------------------------------- */

/*
 * What AMD's key server publishes for this chip's identifier.  No part of the chip, but a chip of
 * software has to bring its manufacturer along.
 *
 * platform_cek_cert(): the CEK's certificate, signed by the ASK; 0, or -errno with *err set.
 * platform_amd_certs(): ASK and ARK, one behind the other as SEND_START takes them; how many bytes.
 */
enum { PLATFORM_AMD_CERTS_MAX = 2 * AMD_CERT_SIZE(4096) };
int platform_cek_cert(struct chip *chip, struct sev_cert *cert, struct error *err) MUST_CHECK;
size_t platform_amd_certs(const struct chip *chip, u8 certs[PLATFORM_AMD_CERTS_MAX]);

/* -- looking in ------------------------------------------------------------------------------- */

/* Instructions that guests retired on this core so far. */
u64 platform_instructions(const struct chip *chip, unsigned core);

/* How many pages the on-die cache moved, since power-on; `resident` is now. */
struct platform_stats {
	u64 decrypted;  /* pages loaded from DRAM under a key */
	u64 encrypted;  /* pages written back under a key */
	u64 shootdowns; /* a view changed and cores had to forget the page */
	u64 resident;   /* pages whose plaintext is on the die */
};
void platform_stats(struct chip *chip, struct platform_stats *out);

#endif
