/* SPDX-License-Identifier: MIT */
/*
 * AMD Secure Processor: the small processor beside the cores that holds every key.
 *
 * Software gives it a command and the system physical address of a buffer, by the mailbox, and
 * gets back a status.  It reads and writes memory as a requester of its own, loads guests' keys
 * into the memory encryption engine, and answers for the chip: its keys sign what a guest's owner
 * believes.	[SEV 2 Platform, 4 Mailbox Register Protocol]
 *
 * This header is for the code that wires a chip together; nothing else needs it.
 */
#ifndef CHIP_SP_SP_H
#define CHIP_SP_SP_H

#include "abi/sev.h"
#include "abi/sev_cert.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"
#include "chip/cache/cache.h"
#include "chip/fabric/fabric.h"
#include "chip/mee/mee.h"
#include "crypto/rng.h"

enum { SP_CORES_MAX = 64, SP_SECRET_SIZE = 32 };

/* Where the mailbox registers stand.  Naples; Rome, Milan and Genoa; Turin. */
enum sp_register_set { SP_REGISTERS_V1, SP_REGISTERS_V2, SP_REGISTERS_V2_TURIN };

/* What a product is, as plain numbers; the processor model says them. */
struct sp_product {
	enum sp_register_set registers;
	u8 api_major, api_minor, build; /* of the firmware; API 0.24 has every command */
	u32 svn;                        /* its security version number */
	u32 fw_size_max;                /* largest image of DOWNLOAD_FIRMWARE */
	bool fw_rollback;       /* older security versions may be loaded, as on real parts */
	unsigned asids;         /* CPUID 8000_001F ECX: ASIDs 1 .. asids can have a key */
	unsigned min_sev_asid;  /* CPUID 8000_001F EDX: SEV-ES below, SEV from here */
	unsigned c_bit;         /* CPUID 8000_001F EBX[5:0]; addresses are narrower */
	unsigned cores;         /* 1 .. SP_CORES_MAX; core n has APIC ID n */
	unsigned complex_cores; /* cores of one core complex; at least 1 */
	bool es;                /* CPUID 8000_001F EAX[3] */
	bool snp;               /* CPUID 8000_001F EAX[4] */
};

/* One finished command, for whoever watches. */
struct sp_trace {
	u32 id;
	const char *name; /* as AMD writes it; NULL: no such command */
	u64 paddr;        /* of the command buffer */
	enum sp_status status;
	const char *host_error; /* what the host could not do, or NULL */
};

/* Both are called without any lock of the SP's held, on the thread that gave the command. */
struct sp_hooks {
	void *ctx;
	void (*trace)(void *ctx, const struct sp_trace *t); /* NULL: nobody watches */
	void (*interrupt)(void *ctx);                       /* command complete; NULL: not wired */
};

/* Everything is borrowed for the life of the SP, strings and the secret for sp_new() only. */
struct sp_config {
	struct fabric *fabric;
	struct cache *cache;
	struct mee *mee; /* with slots 0 .. product.asids at least */
	struct rng *rng; /* the SP takes a child of it */
	struct sp_product product;
	struct sp_hooks hooks;
	const char *state_dir; /* fuses and flash, created if absent; NULL: in memory only */
	const char *pki_dir;   /* NULL: the published test root */
	const u8 *secret;      /* SP_SECRET_SIZE bytes of fuses; NULL: from state_dir, or random */
};

struct sp;

/*
 * Powers the SP on; the platform is UNINIT.  NULL with *err set: no memory; a product that makes no
 * sense (-EINVAL); a state or PKI directory that cannot be used, see chip/sp/store.h and pki.h.
 */
struct sp *sp_new(const struct sp_config *cfg, struct error *err) MUST_CHECK;

/* No call is running.  Wipes every key; what is stored stays stored.  NULL is let be. */
void sp_free(struct sp *sp);

/* -- commands -------------------------------------------------------------------------------- */

/*
 * Carries out one command (enum sev_cmd) with its buffer at paddr, which may carry the C-bit.  Any
 * thread that runs no cache agent may call; commands take turns.
 */
enum sp_status sp_command(struct sp *sp, u32 id, u64 paddr);

/*
 * The mailbox, as 32-bit registers at the offsets that abi/sev.h gives for the product's set.
 * Another offset reads zero and ignores writes.  Writing CmdResp carries out the command before it
 * returns; meanwhile other threads read a CmdResp with bit 31 clear, and their commands are
 * dropped.
 */
u32 sp_mailbox_read(struct sp *sp, u32 offset);
void sp_mailbox_write(struct sp *sp, u32 offset, u32 value);

/* -- the manufacturer's side ----------------------------------------------------------------- */

/*
 * What AMD's key server gives for this chip: the CEK's certificate signed by the ASK, and the ASK
 * and ARK themselves, one behind the other as SEND_START takes them.  0, or -errno with *err set;
 * sp_amd_certs() gives how many bytes it wrote, SP_AMD_CERTS_MAX at most.
 */
enum { SP_AMD_CERTS_MAX = 2 * AMD_CERT_SIZE(4096) };
int sp_cek_cert(struct sp *sp, struct sev_cert *cert, struct error *err) MUST_CHECK;
size_t sp_amd_certs(const struct sp *sp, u8 certs[SP_AMD_CERTS_MAX]);

/* -- what cores and the fabric ask and tell; never waits for a running command --------------- */

/* Core `core` has written back and invalidated its caches [WBINVD]; called when that is done. */
void sp_note_wbinvd(struct sp *sp, unsigned core);

/*
 * Whether VMRUN may run an SEV guest under this ASID on this core: a guest is active there, and is
 * RUNNING, or SEND-UPDATE.	[SEV ACTIVATE]
 */
bool sp_asid_runnable(struct sp *sp, unsigned asid, unsigned core);

/* The trusted memory region, which x86 may not touch; false: there is none. */
bool sp_tmr(struct sp *sp, spa_t *base, u64 *size);

/*
 * Save areas of SEV-ES guests.  `vmsa` is the page's plaintext, all SEV_VMSA_SIZE bytes.
 *
 * sp_vmsa_intact(): at VMRUN, whether this is what the SP or the last automatic exit left in this
 * page for the guest that is active under asid.  sp_vmsa_seal(): at an automatic exit, the page's
 * new contents; the page was intact at the VMRUN before.
 */
bool sp_vmsa_intact(struct sp *sp, unsigned asid, spa_t page, const u8 *vmsa);
void sp_vmsa_seal(struct sp *sp, unsigned asid, spa_t page, const u8 *vmsa);

#endif
