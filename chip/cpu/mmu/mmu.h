/* SPDX-License-Identifier: MIT */
/*
 * Address translation: guest paging in every mode, nested paging, the C-bit, and the soft TLB's
 * contexts.  All SEV checks are made here, when an entry is filled.
 *	[APM2 5 Page Translation, 15.25 Nested Paging, 15.34 Secure Encrypted Virtualization]
 *
 * Contexts.  What an entry allows depends on more than the address, so there is one bank of entries
 * for each combination of ASID, PCID, paging mode and rights (user or supervisor, WP, NX, SMEP,
 * SMAP unless RFLAGS.AC lifts it, protection keys).  A change of any of these selects another bank
 * and flushes nothing; that is left to the instructions of which the architecture says it.
 *
 * Everything here runs on the core's own thread, while its cache agent runs.
 */
#ifndef CHIP_CPU_MMU_MMU_H
#define CHIP_CPU_MMU_MMU_H

#include "chip/cpu/mmu/mem.h"

/*
 * Registers the core with c->cache and sets c->agent, c->attention and c->mmu.  c->model is set
 * before, and what mmu_context_changed() reads.  NULL: out of memory, or no agent left.
 */
struct mmu *mmu_new(struct cpu *c) MUST_CHECK;
void mmu_free(struct mmu *m); /* the agent is parked; NULL is let be */

/*
 * What VMRUN set for this guest.  Widths and the C-bit's position are the model's; guest tables
 * know the whole physical width, nested ones lose phys_reduction bits with mem_encrypt.
 */
struct mmu_guest {
	u32 asid;
	bool nested;      /* VMCB NP_ENABLE */
	bool sev;         /* SEV active: VMCB SEV bit and SYSCFG.MEn; implies nested */
	bool vte;         /* plain SEV with VTE: every access is private */
	bool mem_encrypt; /* SYSCFG.MEn: the host's C-bit counts in nested tables */
	u64 ncr3;         /* VMCB N_CR3 as it is */
	bool host_nx;     /* host EFER.NXE: NX in nested tables, else reserved */
	bool host_la57;   /* host CR4.LA57: nested tables have five levels */
};

/*
 * At VMRUN, before cpu_context_changed(): the control registers that this then finds count as
 * loaded, not as written, and flush nothing.
 */
void mmu_set_guest(struct cpu *c, const struct mmu_guest *g);

/*
 * Selects c->tlb and c->fetch_ctx by CPL, RFLAGS.AC, CR0, CR3, CR4, EFER, PKRU and c->mode; called
 * by cpu_context_changed().  A change of CR0.PG, CR4.PSE, PAE, PGE, PCIDE or LA57 since the last
 * call flushes the ASID.
 */
void mmu_context_changed(struct cpu *c);

/* -- flushes: each costs what was filled ------------------------------------------------------ */

/*
 * MOV CR3 after its checks: sets c->cr3 and selects the context.  keep: CR4.PCIDE and bit 63 of the
 * source were set; else the non-global entries of the new PCID go.  cr3 is without bit 63.
 */
void mmu_write_cr3(struct cpu *c, u64 cr3, bool keep);

void mmu_flush_all(struct cpu *c);                         /* every ASID, global entries too */
void mmu_flush_asid(struct cpu *c, u32 asid, bool global); /* global: those too */
void mmu_flush_page(struct cpu *c, u64 la);                /* INVLPG: current PCID, and global */
void mmu_invlpga(struct cpu *c, u64 la, u32 asid);         /* any PCID, and global */

enum invpcid_type { INVPCID_ADDRESS, INVPCID_CONTEXT, INVPCID_ALL_GLOBAL, INVPCID_ALL };

/* INVPCID after its checks: type 0..3, pcid below 4096, la canonical (type 0 only). */
void mmu_invpcid(struct cpu *c, enum invpcid_type type, u16 pcid, u64 la);

/* -- fetch ------------------------------------------------------------------------------------ */
struct mmu_fetch {
	const u8 *page; /* host bytes of the whole page, until the next call into the cache */
	spa_t spa;      /* of the page */
	view_t view;
	_Atomic u32 *code_gen; /* see chip/cache/cache.h; stays valid as long as the cache */
};

/*
 * Translates the page of la for execution; false with c->event filled.  A page that is not DRAM
 * reads as ones.
 */
bool mmu_fetch(struct cpu *c, u64 la, struct mmu_fetch *out);

/*
 * Before decoding from 64-byte lines of a fetched page (bit n: bytes 64n .. 64n+63): from here on
 * stores to them are noticed.  Renews f->page; what is then read from the lines is good as long as
 * *f->code_gen equals *gen.	See cache_map_code()
 */
void mmu_fetch_code(struct cpu *c, struct mmu_fetch *f, u64 lines, u32 *gen);

/* -- for system software and debuggers -------------------------------------------------------- */

/*
 * Where a supervisor data read of la would go.  No A or D bits, no event, no rights looked at;
 * false when not mapped.
 */
bool mmu_peek(struct cpu *c, u64 la, spa_t *spa, view_t *view);

#endif
