/* SPDX-License-Identifier: MIT */
/*
 * Every mode a processor comes through on its way up, walked downwards and back: long, its
 * compatibility mode, protected mode without paging, with 32-bit and with PAE paging, real mode.
 *
 * In an encrypted guest all of it is private: without paging and with 32-bit paging every access
 * is, and PAE entries carry the C-bit.  Option tcg=1 leaves out what QEMU does not have.
 *	[APM2 15.34.4, 15.34.5]
 */
#include "tests/guests/modes.h"

#include "abi/paging.h"
#include "abi/x86.h"

#include "tests/guests/rt/layout.h"
#include "tests/guests/rt/rt.h"
#include "tests/guests/rt/traps.h"

enum { MARK = 0x600d600d, REAL_STORED = 0x10020, IDENTITY = 16 };

struct modes_result modes_result;
u32 modes_page[1024] ALIGNED(4096);
u32 modes_legacy_directory[1024] ALIGNED(4096), modes_legacy_table[1024] ALIGNED(4096);
u64 modes_pae_root[4] ALIGNED(32), modes_pae_directory[512] ALIGNED(4096);
u64 modes_pae_table[512] ALIGNED(4096), modes_pae_low[512] ALIGNED(4096);

/* The first 16 MiB identity mapped; modes_page at MODES_ALIAS. */
static void build_legacy_tables(void)
{
	for (u32 i = 0; i < IDENTITY / 4; i++)
		modes_legacy_directory[i] = (u32)(i << PT32_SHIFT_4M | PTE_PS | PTE_RW | PTE_P);
	modes_legacy_directory[MODES_ALIAS >> PT32_SHIFT_4M] =
		(u32)((u64)modes_legacy_table | PTE_RW | PTE_P);
	modes_legacy_table[0] = (u32)((u64)modes_page | PTE_RW | PTE_P);
}

static void build_pae_tables(void)
{
	for (u64 i = 0; i < IDENTITY / 2; i++)
		modes_pae_low[i] = i << PT_SHIFT_2M | rt_c_bit | PTE_PS | PTE_RW | PTE_P;
	modes_pae_table[0] = (u64)modes_page | rt_c_bit | PTE_RW | PTE_P;
	modes_pae_directory[0] = (u64)modes_pae_table | rt_c_bit | PTE_RW | PTE_P;
	modes_pae_root[0] = (u64)modes_pae_low | rt_c_bit | PTE_P;
	modes_pae_root[MODES_ALIAS >> PT_SHIFT_1G] = (u64)modes_pae_directory | rt_c_bit | PTE_P;
}

/* A far pointer into the low code, where real mode looks for vector's handler. */
static void set_real_vector(u8 vector, u64 offset)
{
	modes_real_vectors[vector] = (u32)(RT_LOW_CODE >> 4 << 16 | offset);
}

static void check_walk(const struct modes_result *r)
{
	check_equal(r->compat_inc, 1, "compatibility: 40h is INC EAX");
	check_equal(r->compat_push, 4, "compatibility: PUSH takes 4 bytes");
	check_equal(r->compat_add, 0xffff0000, "compatibility: 16-bit ADD keeps the upper half");
	check_equal(r->efer, 0, "LMA goes with paging, LME when cleared");
	check_equal(r->no_paging, MARK, "protected, no paging");
	check_equal(r->legacy_alias, MARK, "protected, 32-bit paging");
	check_equal(modes_legacy_table[0] & (PTE_A | PTE_D), PTE_A, "32-bit paging sets A");
	check_equal(r->pae_alias, MARK, "protected, PAE paging");
	check_equal(modes_pae_table[0] & (PTE_A | PTE_D), PTE_A, "PAE paging sets A");
	check_equal(r->real_int, 5, "real: INT through the vector table");
	check_equal(r->real_push, 2, "real: PUSH takes 2 bytes");
	if (!rt_option_u64("tcg"))
		check_equal(r->real_fault, 1, "real: #GP beyond the segment's limit");
	check_equal(r->real_string, 0, "real: REP MOVSB ends");
	check(memcmp((const void *)(u64)REAL_STORED, "segment", 7) == 0,
	      "real: segment 1000h begins at 10000h");
}

int payload_main(void)
{
	modes_page[0] = MARK;
	build_legacy_tables();
	build_pae_tables();
	memcpy((void *)(u64)RT_LOW_CODE, modes_low_code, (u64)(modes_low_end - modes_low_code));
	set_real_vector(0x40, (u64)modes_low_int);
	set_real_vector(X86_VECTOR_GP, (u64)modes_low_fault);
	modes_walk();
	traps_load_idt();
	check_walk(&modes_result);
	TRAP_TRY("ud2");
	check_equal(trap_record.vector, X86_VECTOR_UD, "long mode again, with its IDT");
	return check_end("modes");
}
