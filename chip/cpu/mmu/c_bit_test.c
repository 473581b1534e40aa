/* SPDX-License-Identifier: MIT */
/* The C-bit with a real engine: what stands in DRAM, under which key, and who can read it. */
#include "abi/paging.h"
#include "abi/svm_exit.h"
#include "abi/x86.h"

#include "chip/cpu/mmu/testbed.h"

#include "tests/support/cmocka.h"

enum { DATA = MIB(2), LA = 0x5000 };

static int setup_plain(void **state)
{
	*state = bed_new(&(struct bed_config){.nested = true});
	return 0;
}

static int setup_sev(void **state)
{
	*state = bed_new(&(struct bed_config){.nested = true, .sev = true});
	return 0;
}

static int teardown(void **state)
{
	bed_free(*state);
	return 0;
}

static u64 npt_get(struct bed *b, u64 gpa, unsigned level)
{
	return tables_get(b, &b->npt, gpa, level);
}

static void npt_set(struct bed *b, u64 gpa, unsigned level, u64 entry)
{
	tables_set(b, &b->npt, gpa, level, entry);
	mmu_flush_asid(b->cpu, BED_ASID, true);
}

/* LA is DATA, in long mode. */
static struct tables one_page(struct bed *b, u64 flags)
{
	struct tables t = bed_tables(b, 4);

	tables_set(b, &t, LA, 1, DATA | flags);
	bed_use(b, &t);
	return t;
}

/* A private store is ciphertext in DRAM, and the engine under the guest's key undoes it. */
static void private_data(void **state)
{
	struct bed *b = *state;
	spa_t spa = SPA(DATA + BED_SHIFT + 0x10);

	one_page(b, E_RWU | BED_C);
	assert_true(bed_store(b->cpu, LA + 0x10, 0x5ec2e75ec2e7));
	assert_int_not_equal(bed_dram(b, spa), 0x5ec2e75ec2e7);
	assert_int_equal(bed_decrypt(b, BED_ASID, spa), 0x5ec2e75ec2e7);
	assert_int_not_equal(bed_decrypt(b, BED_ASID + 1, spa), 0x5ec2e75ec2e7);
}

static void shared_data(void **state)
{
	struct bed *b = *state;

	one_page(b, E_RWU);
	assert_true(bed_store(b->cpu, LA + 0x10, 0xba5eba11));
	assert_int_equal(bed_dram(b, SPA(DATA + BED_SHIFT + 0x10)), 0xba5eba11);
}

/* C = 0 over a nested entry with the host's C-bit: the host's key.  C = 1 wins over it. */
static void host_key(void **state)
{
	struct bed *b = *state;
	spa_t spa = SPA(DATA + BED_SHIFT);

	one_page(b, E_RWU);
	npt_set(b, DATA, 1, npt_get(b, DATA, 1) | BED_C);
	assert_true(bed_store(b->cpu, LA, 0x1dea));
	assert_int_equal(bed_decrypt(b, 0, spa), 0x1dea);
	one_page(b, E_RWU | BED_C);
	assert_true(bed_store(b->cpu, LA, 0x2dea));
	assert_int_equal(bed_decrypt(b, BED_ASID, spa), 0x2dea);
}

/* Another ASID over the same memory reads noise, and its tables are noise to start with. */
static void wrong_asid(void **state)
{
	struct bed *b = *state;
	struct tables t = one_page(b, E_RWU | BED_C);
	u64 v;

	assert_true(bed_store(b->cpu, LA, 0x7ea));
	b->guest.asid = BED_ASID + 1;
	mmu_set_guest(b->cpu, &b->guest);
	mmu_context_changed(b->cpu);
	assert_true(!bed_load(b->cpu, LA, &v) || v != 0x7ea);
	assert_int_not_equal(bed_read(b, SPA(t.root + BED_SHIFT), VIEW_KEY(BED_ASID + 1)) & 0xfff,
			     E_RWU | PTE_A);
}

/* Tables and code are private whatever the C-bits say; those in CR3 and above leaves are legal. */
static void walks_and_fetches(void **state)
{
	struct bed *b = *state;
	struct tables t = one_page(b, E_RWU);
	struct mmu_fetch f;
	u64 v;

	bed_write(b, bed_spa(b, DATA), VIEW_KEY(BED_ASID), 0xc0de);
	assert_true(mmu_fetch(b->cpu, LA, &f));
	assert_int_equal(f.view, VIEW_KEY(BED_ASID));
	assert_int_equal(f.spa.v, DATA + BED_SHIFT);
	assert_int_equal(host_load64(f.page), 0xc0de);
	for (unsigned level = 2; level <= 4; level++)
		tables_set(b, &t, LA, level, tables_get(b, &t, LA, level) | BED_C);
	mmu_write_cr3(b->cpu, t.root | BED_C, false);
	assert_true(bed_store(b->cpu, LA + 8, 0x5a4ed));
	assert_int_equal(bed_dram(b, bed_spa(b, DATA + 8)), 0x5a4ed);
	assert_true(bed_load(b->cpu, LA + 8, &v));
	assert_int_equal(v, 0x5a4ed);
}

/* The hypervisor sees neither C-bit in the address; ENC tells.	[APM2 15.36.10] */
static void c_bit_in_faults(void **state)
{
	struct bed *b = *state;
	struct mmu_fetch f;
	struct tables t;
	u64 v;

	one_page(b, E_RWU | BED_C);
	npt_set(b, DATA, 1, 0);
	assert_false(bed_load(b->cpu, LA + 0x321, &v));
	assert_npf(b->cpu, DATA + 0x321, NPF_INFO1_U | NPF_INFO1_FINAL | NPF_INFO1_ENC);
	one_page(b, E_RWU);
	assert_false(bed_load(b->cpu, LA + 0x321, &v));
	assert_npf(b->cpu, DATA + 0x321, NPF_INFO1_U | NPF_INFO1_FINAL);
	assert_false(mmu_fetch(b->cpu, LA, &f));
	assert_npf(b->cpu, DATA, NPF_INFO1_U | NPF_INFO1_ID | NPF_INFO1_FINAL | NPF_INFO1_ENC);
	t = one_page(b, E_RWU);
	npt_set(b, t.root, 1, 0);
	assert_false(bed_load(b->cpu, LA, &v));
	assert_npf(b->cpu, t.root, NPF_INFO1_U | NPF_INFO1_W | NPF_INFO1_WALK | NPF_INFO1_ENC);
}

/* Modes without room for the bit are private: unpaged, and 32-bit paging.  PAE has room. */
static void modes_without_c_bit(void **state)
{
	struct bed *b = *state;
	struct tables t2 = bed_tables(b, 2);
	struct tables t3;

	tables_map(b, &t2, LA, DATA);
	bed_use(b, &t2);
	assert_true(bed_store(b->cpu, LA, 0x32));
	assert_int_equal(bed_decrypt(b, BED_ASID, bed_spa(b, DATA)), 0x32);

	b->cpu->cr0 &= ~CR0_PG;
	mmu_context_changed(b->cpu);
	assert_true(bed_store(b->cpu, DATA, 0x16));
	assert_int_equal(bed_decrypt(b, BED_ASID, bed_spa(b, DATA)), 0x16);

	b->cpu->cr0 |= CR0_PG;
	t3 = bed_tables(b, 3);
	tables_map(b, &t3, LA, DATA);
	tables_set(b, &t3, LA + PAGE_SIZE, 1, (DATA + PAGE_SIZE) | E_RWU | BED_C);
	bed_use(b, &t3);
	assert_true(bed_store(b->cpu, LA, 0x36));
	assert_int_equal(bed_dram(b, bed_spa(b, DATA)), 0x36);
	assert_true(bed_store(b->cpu, LA + PAGE_SIZE, 0x37));
	assert_int_equal(bed_decrypt(b, BED_ASID, bed_spa(b, DATA + PAGE_SIZE)), 0x37);
}

/* VTE: the bit is taken out of the address and otherwise ignored. */
static void transparent_encryption(void **state)
{
	struct bed *b = *state;

	b->guest.vte = true;
	mmu_set_guest(b->cpu, &b->guest);
	one_page(b, E_RWU);
	assert_true(bed_store(b->cpu, LA, 0x7e));
	assert_int_equal(bed_decrypt(b, BED_ASID, bed_spa(b, DATA)), 0x7e);
	one_page(b, E_RWU | BED_C);
	assert_true(bed_store(b->cpu, LA, 0x7f));
	assert_int_equal(bed_decrypt(b, BED_ASID, bed_spa(b, DATA)), 0x7f);
}

/* A guest without SEV: the bit is an address bit, and leads nowhere here. */
static void no_c_bit_without_sev(void **state)
{
	struct bed *b = *state;
	u64 v;

	one_page(b, E_RWU | BED_C);
	assert_false(bed_load(b->cpu, LA, &v));
	assert_npf(b->cpu, DATA | BED_C, NPF_INFO1_U | NPF_INFO1_FINAL);
}

/* Tables of a guest without SEV are under the key that the nested entries name. */
static void plain_guest_under_the_host_key(void **state)
{
	struct bed *b = *state;
	struct tables t = bed_tables(b, 4);
	u64 v;

	for (u64 gpa = t.root; gpa < t.root + 16 * PAGE_SIZE; gpa += PAGE_SIZE)
		npt_set(b, gpa, 1, npt_get(b, gpa, 1) | BED_C);
	t.view = VIEW_HOST_KEY;
	for (u64 off = 0; off < PAGE_SIZE; off += 8)
		bed_write(b, SPA(t.root + t.offset + off), t.view, 0);
	tables_map(b, &t, LA, DATA);
	bed_use(b, &t);
	bed_write(b, bed_spa(b, DATA), VIEW_RAW, 6);
	assert_true(bed_load(b->cpu, LA, &v));
	assert_int_equal(v, 6);
}

/* The host's C-bit in nCR3 and above the nested leaf: those tables are under the host's key. */
static void encrypted_nested_tables(void **state)
{
	struct bed *b = *state;
	u64 copy, v;

	one_page(b, E_RWU);
	for (u64 off = 0; off < PAGE_SIZE; off += 8) {
		copy = bed_read(b, SPA(b->npt.root + off), VIEW_RAW);
		bed_write(b, SPA(MIB(6) + off), VIEW_HOST_KEY, copy);
	}
	b->guest.ncr3 = MIB(6) | BED_C;
	mmu_set_guest(b->cpu, &b->guest);
	mmu_flush_all(b->cpu);
	bed_write(b, bed_spa(b, DATA), VIEW_RAW, 8);
	assert_true(bed_load(b->cpu, LA, &v));
	assert_int_equal(v, 8);
	assert_int_equal(bed_read(b, SPA(MIB(6)), VIEW_HOST_KEY) & PTE_A, PTE_A);
}

/* Not nested: the tables are the host's kind, and their C-bits count at every level. */
static void host_kind_of_tables(void **state)
{
	struct bed *b = bed_new(&(struct bed_config){0});
	struct tables t = bed_tables(b, 4);
	u64 v;

	tables_set(b, &t, LA, 1, DATA | E_RWU | BED_C);
	tables_map(b, &t, LA + PAGE_SIZE, DATA + PAGE_SIZE);
	bed_use(b, &t);
	assert_true(bed_store(b->cpu, LA, 0x57));
	assert_int_equal(bed_decrypt(b, 0, SPA(DATA)), 0x57);
	assert_true(bed_store(b->cpu, LA + PAGE_SIZE, 0x58));
	assert_int_equal(bed_dram(b, SPA(DATA + PAGE_SIZE)), 0x58);

	/* The PML4 is under the host's key by the C-bit of CR3, its PDPT by that of the entry. */
	for (u64 off = 0; off < PAGE_SIZE; off += 8)
		bed_write(b, SPA(DATA + off), VIEW_HOST_KEY,
			  bed_read(b, SPA(t.root + off), VIEW_RAW));
	mmu_write_cr3(b->cpu, DATA | BED_C, false);
	assert_true(bed_load(b->cpu, LA + PAGE_SIZE, &v));
	assert_int_equal(v, 0x58);
	bed_write(b, SPA(DATA), VIEW_HOST_KEY, bed_read(b, SPA(t.root), VIEW_RAW) | BED_C);
	mmu_write_cr3(b->cpu, DATA | BED_C, false);
	assert_true(!bed_load(b->cpu, LA + PAGE_SIZE, &v) || v != 0x58);
	bed_free(b);
}

#define PLAIN(test) cmocka_unit_test_setup_teardown(test, setup_plain, teardown)
#define SEV(test)   cmocka_unit_test_setup_teardown(test, setup_sev, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SEV(private_data),
		SEV(shared_data),
		SEV(host_key),
		SEV(wrong_asid),
		SEV(walks_and_fetches),
		SEV(c_bit_in_faults),
		SEV(modes_without_c_bit),
		SEV(transparent_encryption),
		PLAIN(no_c_bit_without_sev),
		PLAIN(plain_guest_under_the_host_key),
		PLAIN(encrypted_nested_tables),
		cmocka_unit_test(host_kind_of_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
