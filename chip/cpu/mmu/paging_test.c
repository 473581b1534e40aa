/* SPDX-License-Identifier: MIT */
/* The rules of paging, row by row. */
#include "chip/cpu/mmu/paging.h"

#include "abi/paging.h"
#include "abi/x86.h"

#include "tests/support/cmocka.h"

/* clang-format off */

#define PG	(CR0_PE | CR0_PG)
#define LMA	(EFER_LME | EFER_LMA)
#define ALL4	(CR4_PSE | CR4_PAE | CR4_SMEP | CR4_SMAP | CR4_PKE)

static const struct {
	struct paging_control ctl;
	u32 rights;
} rights_rows[] = {
	/* without paging nothing counts */
	{{.cr0 = CR0_PE | CR0_WP, .cr4 = ALL4, .efer = EFER_NXE, .user = true}, PAGING_NONE},
	{{.cr0 = 0}, PAGING_NONE},
	/* 32-bit: no NX, no keys, no 1 GiB pages */
	{{.cr0 = PG, .cr4 = 0, .efer = EFER_NXE, .gib_pages = true}, PAGING_32},
	{{.cr0 = PG, .cr4 = CR4_PSE | CR4_PKE}, PAGING_32 | RIGHTS_PSE},
	{{.cr0 = PG | CR0_WP, .cr4 = CR4_SMEP, .user = true},
	 PAGING_32 | RIGHTS_USER | RIGHTS_WP | RIGHTS_SMEP},
	/* PAE: NX */
	{{.cr0 = PG, .cr4 = CR4_PAE | CR4_PKE, .efer = EFER_NXE, .gib_pages = true},
	 PAGING_PAE | RIGHTS_NX},
	/* long */
	{{.cr0 = PG, .cr4 = CR4_PAE, .efer = LMA}, PAGING_4LEVEL},
	{{.cr0 = PG, .cr4 = CR4_PAE | CR4_LA57, .efer = LMA}, PAGING_5LEVEL},
	{{.cr0 = PG, .cr4 = ALL4, .efer = LMA | EFER_NXE, .gib_pages = true},
	 PAGING_4LEVEL | RIGHTS_NX | RIGHTS_SMEP | RIGHTS_SMAP | RIGHTS_PKE | RIGHTS_1G},
	/* SMAP: lifted by AC, and no matter of CPL 3 */
	{{.cr0 = PG, .cr4 = CR4_PAE | CR4_SMAP, .efer = LMA, .ac = true}, PAGING_4LEVEL},
	{{.cr0 = PG, .cr4 = CR4_PAE | CR4_SMAP, .efer = LMA, .user = true},
	 PAGING_4LEVEL | RIGHTS_USER},
};

static const struct {
	u32 rights;
	u64 la;
	bool canonical;
} canonical_rows[] = {
	{PAGING_4LEVEL, 0x00007fffffffffff, true},
	{PAGING_4LEVEL, 0x0000800000000000, false},
	{PAGING_4LEVEL, 0xffff7fffffffffff, false},
	{PAGING_4LEVEL, 0xffff800000000000, true},
	{PAGING_4LEVEL, 0xffffffffffffffff, true},
	{PAGING_5LEVEL, 0x00ffffffffffffff, true},
	{PAGING_5LEVEL, 0x0100000000000000, false},
	{PAGING_5LEVEL, 0xff00000000000000, true},
	{PAGING_5LEVEL, 0xfeffffffffffffff, false},
	{PAGING_PAE,    0xffffffff, true},
	{PAGING_NONE,   0xffffffff, true},
};

#define LONG4	(PAGING_4LEVEL | RIGHTS_NX)
#define HIGH	BITS64(51, 48)

static const struct {
	u32 rights;
	unsigned level;
	u64 entry, mask;
} reserved_rows[] = {
	{LONG4, 1, 0, HIGH},
	{LONG4, 1, PTE_PAT_4K, HIGH},
	{LONG4, 2, 0, HIGH},
	{LONG4, 2, PTE_PS, HIGH | PTE_RSVD_2M_MASK},
	{LONG4, 3, 0, HIGH},
	{LONG4, 3, PTE_PS, HIGH | PTE_PS},
	{LONG4 | RIGHTS_1G, 3, PTE_PS, HIGH | PTE_RSVD_1G_MASK},
	{LONG4, 4, 0, HIGH | PTE_PS | PTE_G},
	{PAGING_5LEVEL | RIGHTS_NX, 5, 0, HIGH | PTE_PS | PTE_G},
	{PAGING_4LEVEL, 1, 0, HIGH | PTE_NX},
	{PAGING_4LEVEL, 2, PTE_PS, HIGH | PTE_NX | PTE_RSVD_2M_MASK},
	/* PAE: bits 62:52 too, and a root of its own kind */
	{PAGING_PAE | RIGHTS_NX, 1, 0, HIGH | PTE_RSVD_PAE_MASK},
	{PAGING_PAE, 1, 0, HIGH | PTE_RSVD_PAE_MASK | PTE_NX},
	{PAGING_PAE | RIGHTS_NX, 2, PTE_PS, HIGH | PTE_RSVD_PAE_MASK | PTE_RSVD_2M_MASK},
	{PAGING_PAE | RIGHTS_NX, 3, 0, HIGH | PDPTE_RSVD_PAE_MASK},
	/* 32-bit: only in a 4 MiB entry, where 20:13 are address bits 39:32 */
	{PAGING_32, 1, ~0u, 0},
	{PAGING_32, 2, PTE_PS, 0},
	{PAGING_32 | RIGHTS_PSE, 2, 0, 0},
	{PAGING_32 | RIGHTS_PSE, 2, PTE_PS, PDE32_RSVD_4M},
};

static const struct {
	u32 rights;
	unsigned level;
	u64 entry, address;
} address_rows[] = {
	{LONG4, 1, 0x8007123456789fffull, 0x7123456789000ull},
	{LONG4, 2, 0x0000000040201003ull, 0x40201000ull},
	{LONG4, 2, 0x00000000403ff083ull, 0x40200000ull},
	{LONG4 | RIGHTS_1G, 3, 0x000000007fffff83ull, 0x40000000ull},
	{PAGING_PAE, 3, 0x12345001ull, 0x12345000ull},
	{PAGING_32, 1, 0xfffff003u, 0xfffff000u},
	{PAGING_32, 2, 0x00402083u, 0x00402000u},	/* PS means nothing without PSE */
	{PAGING_32 | RIGHTS_PSE, 2, 0x00402083u, 0x100400000ull},
	{PAGING_32 | RIGHTS_PSE, 2, 0xffdfe083u, 0xffffc00000ull},
};

#define R	ACCESS_READ
#define W	ACCESS_WRITE
#define X	ACCESS_FETCH
#define U	RIGHTS_USER
#define WP	RIGHTS_WP
#define NXE	RIGHTS_NX
#define PKE	RIGHTS_PKE
#define P	PF_ERROR_P
#define PK	(PF_ERROR_P | PF_ERROR_PK)

/* page: user, write, nx, key */
static const struct {
	u32 rights, pkru;
	enum access access;
	struct page_rights page;
	u32 why;
} check_rows[] = {
	{U,		0, R, {true,  true,  false, 0}, 0},
	{U,		0, R, {false, true,  false, 0}, P},
	{U,		0, W, {true,  false, false, 0}, P},
	{U,		0, X, {true,  false, false, 0}, 0},
	{U,		0, X, {false, false, false, 0}, P},
	{U | NXE,	0, X, {true,  false, true,  0}, P},
	{U,		0, X, {true,  false, true,  0}, 0},
	{0,		0, R, {true,  false, false, 0}, 0},
	{0,		0, W, {true,  false, false, 0}, 0},
	{WP,		0, W, {true,  false, false, 0}, P},
	{WP,		0, W, {false, false, false, 0}, P},
	{WP,		0, W, {false, true,  false, 0}, 0},
	{RIGHTS_SMEP,	0, X, {true,  true,  false, 0}, P},
	{RIGHTS_SMEP,	0, X, {false, true,  false, 0}, 0},
	{RIGHTS_SMEP,	0, R, {true,  true,  false, 0}, 0},
	{U | RIGHTS_SMEP, 0, X, {true, true, false, 0}, 0},
	{RIGHTS_SMAP,	0, R, {true,  true,  false, 0}, P},
	{RIGHTS_SMAP,	0, W, {true,  true,  false, 0}, P},
	{RIGHTS_SMAP,	0, X, {true,  true,  false, 0}, 0},
	{RIGHTS_SMAP,	0, R, {false, true,  false, 0}, 0},
	/* keys: AD forbids all data accesses, WD stores where WP or CPL 3 make them count */
	{U,		0x4, R, {true, true,  false, 1}, 0},
	{U | PKE,	0x4, R, {true, true,  false, 1}, PK},
	{U | PKE,	0x4, R, {true, true,  false, 2}, 0},
	{U | PKE,	0x4, X, {true, true,  false, 1}, 0},
	{PKE,		0x4, R, {true, true,  false, 1}, PK},
	{PKE,		0x4, R, {false, true, false, 1}, 0},
	{U | PKE,	0x8, R, {true, true,  false, 1}, 0},
	{U | PKE,	0x8, W, {true, true,  false, 1}, PK},
	{PKE | WP,	0x8, W, {true, true,  false, 1}, PK},
	{PKE,		0x8, W, {true, true,  false, 1}, 0},
	{U | PKE,	0x8, W, {true, false, false, 1}, PK},
	{U | PKE,	0x40000000, R, {true, true, false, 15}, PK},
};

static const struct {
	u32 rights;
	enum access access;
	u32 error;
} error_rows[] = {
	{0, R, 0},
	{0, W, PF_ERROR_W},
	{U, W, PF_ERROR_W | PF_ERROR_U},
	{U, X, PF_ERROR_U},
	{U | NXE, X, PF_ERROR_U | PF_ERROR_ID},
	{RIGHTS_SMEP, X, PF_ERROR_ID},
};

/* clang-format on */

static void rights_follow_registers(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rights_rows); i++)
		assert_int_equal(paging_rights(&rights_rows[i].ctl), rights_rows[i].rights);
}

static void canonical_form(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(canonical_rows); i++)
		assert_int_equal(paging_canonical(canonical_rows[i].rights, canonical_rows[i].la),
				 canonical_rows[i].canonical);
}

static void reserved_bits(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(reserved_rows); i++)
		assert_int_equal(paging_reserved(reserved_rows[i].rights, reserved_rows[i].level,
						 reserved_rows[i].entry, HIGH),
				 reserved_rows[i].mask);
	/* PSE-36 on a processor with 36 bits: 39:36 are reserved, in the entry bits 20:17. */
	assert_int_equal(paging_reserved(PAGING_32 | RIGHTS_PSE, 2, PTE_PS, BITS64(51, 36)),
			 PDE32_RSVD_4M | BITS64(20, 17));
}

static void addresses(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(address_rows); i++)
		assert_int_equal(paging_address(address_rows[i].rights, address_rows[i].level,
						address_rows[i].entry),
				 address_rows[i].address);
	assert_int_equal(paging_root(PAGING_32, 0xffffffffffull), 0xfffff000);
	assert_int_equal(paging_root(PAGING_PAE, 0xffffffffffull), 0xffffffe0);
	assert_int_equal(paging_root(PAGING_4LEVEL, ~0ull), 0xffffffffff000ull);
}

static void protection(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(check_rows); i++)
		assert_int_equal(paging_check(check_rows[i].rights, check_rows[i].pkru,
					      check_rows[i].access, &check_rows[i].page),
				 check_rows[i].why);
}

static void error_codes(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(error_rows); i++)
		assert_int_equal(paging_error(error_rows[i].rights, error_rows[i].access),
				 error_rows[i].error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rights_follow_registers),
		cmocka_unit_test(canonical_form),
		cmocka_unit_test(reserved_bits),
		cmocka_unit_test(addresses),
		cmocka_unit_test(protection),
		cmocka_unit_test(error_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
