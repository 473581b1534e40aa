/* SPDX-License-Identifier: MIT */
/* What the walk through the modes left behind, in the order in which modes.S writes it. */
#ifndef TESTS_GUESTS_MODES_H
#define TESTS_GUESTS_MODES_H

#include "base/types.h"

#define MODES_ALIAS 0x40000000 /* linear address of modes_page, outside long mode */

struct modes_result {
	u32 compat_inc;   /* 0 + 1 by the one-byte INC, a REX prefix in 64-bit mode */
	u32 compat_push;  /* how far PUSH moves ESP */
	u32 compat_add;   /* ADD AX, 1 on FFFFFFFFh: the upper half stays */
	u32 efer;         /* LME and LMA with paging off */
	u32 no_paging;    /* modes_page at its physical address */
	u32 legacy_alias; /* modes_page at MODES_ALIAS, 32-bit paging */
	u32 pae_alias;    /* the same, PAE paging */
	u32 real_int;     /* INT 40h adds 5 to 0 */
	u32 real_push;    /* how far PUSH moves SP */
	u32 real_fault;   /* 1: #GP for a word at offset FFFFh */
	u32 real_string;  /* bytes left of a REP MOVSB of 7 */
};

extern struct modes_result modes_result;
extern u32 modes_page[1024];
extern u32 modes_legacy_directory[1024], modes_legacy_table[1024];
extern u64 modes_pae_root[4], modes_pae_directory[512], modes_pae_table[512], modes_pae_low[512];

extern volatile u32 modes_real_vectors[256]; /* at address 0 */

/* The code that runs below 1 MiB, and offsets of its two handlers in it. */
extern const u8 modes_low_code[], modes_low_end[], modes_low_int[], modes_low_fault[];

/* Long mode, compatibility mode, protected mode in three pagings, real mode, and back. */
void modes_walk(void);

#endif
