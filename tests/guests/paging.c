/* SPDX-License-Identifier: MIT */
/*
 * Translation: accessed and dirty bits, page sizes, rights, INVLPG, aliases; and in an encrypted
 * guest, what the C-bit does to one page seen both ways.
 */
#include "tests/guests/rt/paging.h"

#include "abi/x86.h"

#include "tests/guests/rt/insn.h"
#include "tests/guests/rt/rt.h"
#include "tests/guests/rt/traps.h"

#define PAGE_A RT_PAGING_BASE
#define PAGE_B (RT_PAGING_BASE + PAGE_SIZE)
#define LARGE  (RT_PAGING_BASE + MIB(4))
#define HUGE   (RT_PAGING_BASE + GIB(1))
#define MANY   (RT_PAGING_BASE + GIB(2))
#define USER   (RT_PAGING_BASE + GIB(3))

static volatile u64 *at(u64 va)
{
	return (volatile u64 *)va;
}

static u64 accessed_dirty(u64 va, unsigned shift)
{
	return *(volatile u64 *)paging_entry(va, shift) & (PTE_A | PTE_D);
}

/* -- accessed and dirty ----------------------------------------------------------------------- */

static void bits_of_a_page(void)
{
	u64 *page = paging_new_page();

	paging_map(PAGE_A, page, PTE_RW);
	check_equal(accessed_dirty(PAGE_A, PT_SHIFT_4K), 0, "a new entry has neither A nor D");
	(void)*at(PAGE_A);
	check_equal(accessed_dirty(PAGE_A, PT_SHIFT_4K), PTE_A, "a read sets A");
	*at(PAGE_A) = 5;
	check_equal(accessed_dirty(PAGE_A, PT_SHIFT_4K), PTE_A | PTE_D, "a write sets D");
	check_equal(page[0], 5, "the write is seen at the identity address");
	check_equal(accessed_dirty(PAGE_A, PT_SHIFT_2M), PTE_A, "the table's entry has A alone");
	check_equal(accessed_dirty(PAGE_A, PT_SHIFT_512G), PTE_A, "so has the root's");

	paging_map(PAGE_A, page, PTE_RW);
	*at(PAGE_A) = 6;
	check_equal(accessed_dirty(PAGE_A, PT_SHIFT_4K), PTE_A | PTE_D, "a write alone sets both");
	paging_map(PAGE_A, page, 0);
	TRAP_TRY("movq $1, (%0)", "r"(PAGE_A));
	check_equal(trap_record.error, PF_ERROR_P | PF_ERROR_W,
		    "a write to a read-only page faults");
	check_equal(accessed_dirty(PAGE_A, PT_SHIFT_4K) & PTE_D, 0, "and does not set D");
	check_equal(page[0], 6, "nor write");
}

static void bits_after_lock(void)
{
	u64 *page = paging_new_page();

	paging_map(PAGE_A, page, PTE_RW);
	__asm__ volatile("lock; addq $1, (%0)" ::"r"(PAGE_A) : "memory");
	check_equal(accessed_dirty(PAGE_A, PT_SHIFT_4K), PTE_A | PTE_D, "LOCK ADD sets both");
	check_equal(page[0], 1, "LOCK ADD adds");
}

/* -- page sizes ------------------------------------------------------------------------------- */

static void large_pages(void)
{
	u8 *big = rt_alloc(PAGE_2M_SIZE, PAGE_2M_SIZE);

	paging_set(LARGE, PT_SHIFT_2M, (u64)big | rt_c_bit | PTE_PS | PTE_RW | PTE_P);
	*at(LARGE + 0x1ff8) = 0x1122334455667788;
	check_equal(*(u64 *)(void *)(big + 0x1ff8), 0x1122334455667788, "2 MiB page: the address");
	*at(LARGE + 0x2ffc) = 0x0102030405060708;
	check_equal(*(u64 *)(void *)(big + 0x2ffc), 0x0102030405060708, "2 MiB page: crossing 4K");
	check_equal(accessed_dirty(LARGE, PT_SHIFT_2M), PTE_A | PTE_D, "2 MiB page: A and D");
	if (!(cpuid(0x80000001, 0).edx & BIT32(26)))
		return;
	paging_set(HUGE, PT_SHIFT_1G, rt_c_bit | PTE_PS | PTE_RW | PTE_P);
	check_equal(*at(HUGE + (u64)big + 0x1ff8), 0x1122334455667788, "1 GiB page");
	check_equal(accessed_dirty(HUGE, PT_SHIFT_1G), PTE_A, "1 GiB page: A");
}

/* -- changing a mapping ----------------------------------------------------------------------- */

static void remapping(void)
{
	u64 *one = paging_new_page();
	u64 *two = paging_new_page();

	one[3] = 1;
	two[3] = 2;
	paging_map(PAGE_A, one, PTE_RW);
	paging_map(PAGE_B, one, PTE_RW);
	check_equal(*at(PAGE_A + 24), 1, "one page");
	*at(PAGE_B + 24) = 11;
	check_equal(*at(PAGE_A + 24), 11, "an alias");
	paging_map(PAGE_A, two, PTE_RW);
	check_equal(*at(PAGE_A + 24), 2, "another page after INVLPG");
	*paging_entry(PAGE_A, PT_SHIFT_4K) = 0;
	write_cr3(read_cr3());
	TRAP_TRY("mov (%0), %%rcx", "r"(PAGE_A));
	check_equal(trap_record.vector, X86_VECTOR_PF, "no page after MOV CR3");
	paging_map(PAGE_A, one, PTE_RW | PTE_G);
	check_equal(*at(PAGE_A + 24), 11, "a global page");
	*paging_entry(PAGE_A, PT_SHIFT_4K) = 0;
	write_cr4(read_cr4() ^ CR4_PGE);
	write_cr4(read_cr4() ^ CR4_PGE);
	TRAP_TRY("mov (%0), %%rcx", "r"(PAGE_A));
	check_equal(trap_record.vector, X86_VECTOR_PF, "no global page after CR4.PGE changed");
}

/* A store that crosses into a page elsewhere. */
static void crossing(void)
{
	u8 *one = paging_new_page();
	u8 *two = paging_new_page();

	paging_map(PAGE_A, two, PTE_RW);
	paging_map(PAGE_B, one, PTE_RW);
	*at(PAGE_A + 0xffd) = 0x8877665544332211;
	check_equal(two[0xfff], 0x33, "crossing: the last byte of the first page");
	check_equal(one[0], 0x44, "crossing: the first byte of the second");
	check_equal(*at(PAGE_A + 0xffd), 0x8877665544332211, "crossing: read back");
}

/* More pages than any TLB has entries, each holding its own number. */
static void many_pages(void)
{
	enum { PAGES = 3000 };
	u64 wrong = 0;

	for (u64 i = 0; i < PAGES; i++) {
		paging_map(MANY + i * PAGE_SIZE, paging_new_page(), PTE_RW);
		*at(MANY + i * PAGE_SIZE) = i;
	}
	for (u64 i = 0; i < PAGES; i++)
		wrong += *at(MANY + i * PAGE_SIZE) != i;
	check_equal(wrong, 0, "3000 pages");
}

/* -- rights ----------------------------------------------------------------------------------- */

static void supervisor_rights(void)
{
	u64 *page = paging_new_page();

	paging_map(PAGE_A, page, 0);
	write_cr0(read_cr0() & ~CR0_WP);
	TRAP_TRY("movq $7, (%0)", "r"(PAGE_A));
	write_cr0(read_cr0() | CR0_WP);
	check_equal(trap_record.count, 0, "without CR0.WP read-only pages can be written");
	check_equal(page[0], 7, "without CR0.WP: written");
	TRAP_TRY("movq $8, (%0)", "r"(PAGE_A));
	check_equal(trap_record.error, PF_ERROR_P | PF_ERROR_W, "with CR0.WP they cannot");
}

static void user_pages_from_supervisor(void)
{
	u8 *page = paging_new_page();
	u32 features = cpuid(7, 0).ebx;

	page[0] = 0xc3; /* ret */
	paging_map(USER, page, PTE_RW | PTE_US);
	if (features & BIT32(7)) {
		write_cr4(read_cr4() | CR4_SMEP);
		TRAP_TRY("call *%0", "r"(USER));
		check_equal(trap_record.error, PF_ERROR_P | PF_ERROR_ID, "SMEP");
		write_cr4(read_cr4() & ~CR4_SMEP);
	}
	if (features & BIT32(20)) {
		write_cr4(read_cr4() | CR4_SMAP);
		TRAP_TRY("mov (%0), %%rcx", "r"(USER));
		check_equal(trap_record.error, PF_ERROR_P, "SMAP");
		TRAP_TRY("stac; mov (%0), %%rcx; clac", "r"(USER));
		check_equal(trap_record.count, 0, "SMAP: STAC lets it pass");
		TRAP_TRY("mov (%0), %%rcx", "r"(USER));
		check_equal(trap_record.error, PF_ERROR_P, "SMAP: after CLAC");
		write_cr4(read_cr4() & ~CR4_SMAP);
	}
	TRAP_TRY("call *%0", "r"(USER));
	check_equal(trap_record.count, 0, "without SMEP user pages run");
}

/* -- the C-bit -------------------------------------------------------------------------------- */

/*
 * Both views of a page leave the caches.  A chip that keeps them coherent needs no such help.
 *	[APM2 15.34.9 Cache Coherency, CPUID 8000_001F EAX[10]]
 */
static void flush_views(const void *page, u64 va)
{
	if (cpuid(0x8000001f, 0).eax & BIT32(10))
		return;
	__asm__ volatile("clflush (%0); mfence; clflush (%1); mfence" ::"r"(page), "r"(va)
			 : "memory");
}

static void private_and_shared(void)
{
	u64 *page = paging_new_page();
	u64 cipher;

	if (!rt_c_bit)
		return;
	page[0] = 0x1234;
	flush_views(page, (u64)page);
	paging_set(PAGE_A, PT_SHIFT_4K, (u64)page | PTE_RW | PTE_P);
	cipher = *at(PAGE_A);
	check(cipher != 0x1234, "C = 0: a private page reads as ciphertext");
	check_equal(page[0], 0x1234, "C = 1: and still as plaintext");
	check_equal(*at(PAGE_A), cipher, "C = 0: the same ciphertext");
	page[0] = 0x1235;
	flush_views(page, PAGE_A);
	check(*at(PAGE_A) != cipher, "C = 0: other ciphertext after a private write");
	page[0] = 0x1234;
	flush_views(page, PAGE_A);
	check_equal(*at(PAGE_A), cipher, "C = 0: equal plaintext, equal ciphertext");
	*at(PAGE_A) = 99;
	flush_views((const void *)PAGE_A, (u64)page);
	check_equal(*at(PAGE_A), 99, "C = 0: a shared write reads back");
	check(page[0] != 99, "C = 1: and is noise in the private view");
}

int payload_main(void)
{
	bits_of_a_page();
	bits_after_lock();
	large_pages();
	remapping();
	crossing();
	many_pages();
	supervisor_rights();
	user_pages_from_supervisor();
	private_and_shared();
	return check_end("paging");
}
