/* SPDX-License-Identifier: MIT */
/*
 * The state at the entry: flat segments, and for 64-bit mode page tables that map the first 4 GiB
 * one to one by 2 MiB pages.  RAM of an encrypted guest has the C-bit in its leaves; what is no RAM
 * is the devices', and has not.
 */
#include "hv/boot/internal.h"

#include <string.h>

#include "abi/bootparam.h"
#include "abi/desc.h"
#include "abi/paging.h"
#include "base/bytes.h"

enum { GDT_ENTRIES = 4, DIRECTORIES = 4, TABLE_PAGES = 2 + DIRECTORIES };

static u64 flat_descriptor(u32 type, u64 more)
{
	return FIELD_PUT(DESC_LIMIT_LOW, 0xffff) | FIELD_PUT(DESC_LIMIT_HIGH, 0xf) | DESC_G |
	       DESC_S | DESC_P | FIELD_PUT(DESC_TYPE, type) | more;
}

static int put_gdt(struct boot_job *job, u64 code_size)
{
	u64 gdt[GDT_ENTRIES] = {
		[BOOT_CS / 8] =
			flat_descriptor(DESC_TYPE_CODE | DESC_TYPE_R | DESC_TYPE_A, code_size),
		[BOOT_DS / 8] = flat_descriptor(DESC_TYPE_W | DESC_TYPE_A, DESC_DB),
	};

	job->entry->gdt = BOOT_AT_GDT;
	job->entry->gdt_last = sizeof(gdt) - 1;
	return boot_stage_put(job->stage, "GDT", GPA(BOOT_AT_GDT), gdt, sizeof(gdt), sizeof(gdt),
			      job->err);
}

static u64 leaf(const struct boot_job *job, u64 gpa)
{
	bool ram = gpa < memory_low(job->stage->memory);

	return gpa | PTE_P | PTE_RW | PTE_PS | PTE_A | PTE_D | (ram ? job->cfg->c_bit : 0);
}

static int put_page_tables(struct boot_job *job)
{
	static const u64 base = BOOT_AT_PAGE_TABLES;
	u64 table[TABLE_PAGES][PT_ENTRIES];
	u64 down = PTE_P | PTE_RW | PTE_A | job->cfg->c_bit;

	memset(table, 0, sizeof(table));
	table[0][0] = (base + PAGE_SIZE) | down;
	for (u64 d = 0; d < DIRECTORIES; d++) {
		table[1][d] = (base + (2 + d) * PAGE_SIZE) | down;
		for (u64 n = 0; n < PT_ENTRIES; n++)
			table[2 + d][n] = leaf(job, (d << PT_SHIFT_1G) + (n << PT_SHIFT_2M));
	}
	job->entry->cr3 = base;
	return boot_stage_put(job->stage, "page tables", GPA(base), table, sizeof(table),
			      sizeof(table), job->err);
}

int boot_enter_long64(struct boot_job *job, u64 rip)
{
	int rc = put_gdt(job, DESC_L);

	job->entry->mode = BOOT_MODE_LONG64;
	job->entry->rip = rip;
	return rc == 0 ? put_page_tables(job) : rc;
}

int boot_enter_prot32(struct boot_job *job, u64 rip)
{
	job->entry->mode = BOOT_MODE_PROT32;
	job->entry->rip = rip;
	return put_gdt(job, DESC_DB);
}
