/* SPDX-License-Identifier: MIT */
/*
 * From guest-physical to system-physical, and to the view that the access is entitled to.
 *
 * Everything a guest or a walk of its tables touches passes gpa_map(): the nested walk, the choice
 * of the key, the mapping, and the reverse map's check, in this order.  The nested tables are the
 * host's: read without a key, or under the host's where a C-bit led there.
 *	[APM2 15.25.5 Nested Table Walk, 15.25.6 Nested versus Guest Page Faults, Fault Ordering,
 *	 15.34 Secure Encrypted Virtualization]
 */
#include "abi/paging.h"
#include "abi/svm_exit.h"

#include "chip/cpu/mmu/internal.h"

/* -- the answer to a fault ------------------------------------------------------------------- */

/*
 * A walk of guest tables is for the nested ones a data write, whether or not it sets a bit, and
 * every access a user's.  EXITINFO2 is the exact address, of a table's entry too.
 */
static bool nested_fault(struct mmu *m, const struct gpa_access *a, u64 why)
{
	u64 info = why | NPF_INFO1_U | (a->walk ? NPF_INFO1_WALK : NPF_INFO1_FINAL);

	if (a->walk || a->access == ACCESS_WRITE)
		info |= NPF_INFO1_W;
	else if (a->access == ACCESS_FETCH)
		info |= NPF_INFO1_ID;
	if (a->enc)
		info |= NPF_INFO1_ENC;
	exit_raise(m->cpu, VMEXIT_NPF, info, a->gpa);
	return false;
}

/* -- walking --------------------------------------------------------------------------------- */

static void nested_walk(const struct mmu *m, const struct gpa_access *a, struct walk *w)
{
	u64 root = paging_root(paging_mode(m->nested_rights), m->guest.ncr3);

	w->address = a->gpa;
	w->rights = m->nested_rights;
	w->root = root & ~m->nested_c_mask;
	w->root_c = root & m->nested_c_mask;
	w->c_mask = m->nested_c_mask;
	w->reserved = m->nested_reserved;
	w->peek = a->peek;
}

static bool beyond_tables(const struct mmu *m, u64 gpa)
{
	struct paging_shape s = paging_shape(paging_mode(m->nested_rights));

	return gpa >> (paging_shift(s, s.levels) + s.index_bits) != 0;
}

static struct nested_entry nested_result(const struct mmu *m, const struct walk *w, u64 gpa)
{
	const struct walk_step *leaf = &w->step[w->steps - 1];
	u64 page = paging_address(w->rights, w->level, leaf->value) & ~w->c_mask;
	u64 within = BIT64(paging_shift(paging_shape(paging_mode(w->rights)), w->level)) - 1;
	u64 spa = page | (gpa & within & ~PAGE_MASK);

	if (w->page.write && leaf->value & PTE_D)
		spa |= NESTED_WRITE;
	if (w->page.nx)
		spa |= NESTED_NX;
	if (w->c)
		spa |= NESTED_C;
	if (w->level > 1)
		spa |= NESTED_LARGE;
	return (struct nested_entry){.gpa = gpa & ~PAGE_MASK, .tag = m->nested_tag, .spa = spa};
}

/* A debugger's look at guest tables is a read. */
static enum access nested_access(const struct gpa_access *a)
{
	if (a->peek)
		return ACCESS_READ;
	return a->walk ? ACCESS_WRITE : a->access;
}

static NOINLINE bool nested_fill(struct mmu *m, const struct gpa_access *a,
				 struct nested_entry *out)
{
	enum access access = nested_access(a);
	struct walk w;
	u32 why;

	if (beyond_tables(m, a->gpa))
		return nested_fault(m, a, 0);
	nested_walk(m, a, &w);
	for (int tries = 0; tries < WALK_TRIES; tries++) {
		enum walk_end end = walk_nested_tables(m, &w);

		if (!walk_allows(&w, end, 0, access, &why))
			return nested_fault(m, a, why);
		if (!a->peek && !walk_set_accessed(m, &w, access == ACCESS_WRITE))
			continue;
		*out = nested_result(m, &w, a->gpa);
		return true;
	}
	return mmu_restart(m);
}

static bool nested_allows(const struct nested_entry *e, const struct gpa_access *a)
{
	if (a->walk || a->access == ACCESS_WRITE)
		return e->spa & NESTED_WRITE;
	return a->access != ACCESS_FETCH || !(e->spa & NESTED_NX);
}

/* In the low bits of *spa enum nested_flag. */
static bool nested_translate(struct mmu *m, const struct gpa_access *a, u64 *spa)
{
	struct nested_entry *e = &m->nested[(a->gpa >> PAGE_SHIFT) % NESTED_ENTRIES];
	struct nested_entry found;

	if (!m->guest.nested) {
		*spa = (a->gpa & ~PAGE_MASK) | (a->host_c ? NESTED_C : 0);
		return true;
	}
	if (e->gpa == (a->gpa & ~PAGE_MASK) && e->tag == m->nested_tag && nested_allows(e, a)) {
		*spa = e->spa;
		return true;
	}
	if (!nested_fill(m, a, &found))
		return false;
	if (!a->peek)
		*e = found;
	*spa = found.spa;
	return true;
}

/* -- the view, the mapping, the door --------------------------------------------------------- */

/* The guest's C-bit wins over the host's.	[APM2 15.34 tables 15-30 and 15-31] */
static view_t view_of(const struct mmu *m, const struct gpa_access *a, u64 spa)
{
	if (a->enc)
		return VIEW_KEY(m->guest.asid);
	return spa & NESTED_C ? VIEW_HOST_KEY : VIEW_RAW;
}

const struct frame *gpa_map(struct mmu *m, const struct gpa_access *a)
{
	bool write = !a->walk && a->access == ACCESS_WRITE;
	const struct frame *f;
	u64 spa;

	if (!nested_translate(m, a, &spa))
		return NULL;
	f = frame_get(m, SPA(spa & ~PAGE_MASK), view_of(m, a, spa), write);
	return rmp_check_access(m, a, spa) ? f : NULL;
}
