/* SPDX-License-Identifier: MIT */
/* The rules of paging: modes, reserved bits, protection. */
#include "chip/cpu/mmu/paging.h"

#include "abi/paging.h"
#include "abi/x86.h"

static enum paging mode_of(const struct paging_control *ctl)
{
	if (!(ctl->cr0 & CR0_PG))
		return PAGING_NONE;
	if (ctl->efer & EFER_LMA)
		return ctl->cr4 & CR4_LA57 ? PAGING_5LEVEL : PAGING_4LEVEL;
	return ctl->cr4 & CR4_PAE ? PAGING_PAE : PAGING_32;
}

u32 paging_rights(const struct paging_control *ctl)
{
	enum paging mode = mode_of(ctl);
	u32 rights = mode;

	if (mode == PAGING_NONE)
		return rights;
	if (ctl->user)
		rights |= RIGHTS_USER;
	if (ctl->cr0 & CR0_WP)
		rights |= RIGHTS_WP;
	if (ctl->cr4 & CR4_SMEP)
		rights |= RIGHTS_SMEP;
	if ((ctl->cr4 & CR4_SMAP) && !ctl->user && !ctl->ac)
		rights |= RIGHTS_SMAP;
	if (mode == PAGING_32) {
		if (ctl->cr4 & CR4_PSE)
			rights |= RIGHTS_PSE;
		return rights;
	}
	if (ctl->efer & EFER_NXE)
		rights |= RIGHTS_NX;
	if (mode == PAGING_PAE)
		return rights;
	if (ctl->cr4 & CR4_PKE)
		rights |= RIGHTS_PKE;
	if (ctl->gib_pages)
		rights |= RIGHTS_1G;
	return rights;
}

u64 paging_root(enum paging mode, u64 cr3)
{
	if (mode == PAGING_32)
		return cr3 & CR3_BASE_LEGACY_MASK;
	return cr3 & (mode == PAGING_PAE ? CR3_BASE_PAE_MASK : CR3_BASE_MASK);
}

/* -- protection ------------------------------------------------------------------------------ */

/* Keys restrain data accesses to user pages, whoever makes them.  [APM2 Memory Protection Keys] */
static bool key_forbids(u32 rights, u32 pkru, enum access access, const struct page_rights *page)
{
	u32 bits = pkru >> (2 * page->key);

	if (!(rights & RIGHTS_PKE) || !page->user || access == ACCESS_FETCH)
		return false;
	if (bits & 1)
		return true;
	return bits & 2 && access == ACCESS_WRITE && rights & (RIGHTS_USER | RIGHTS_WP);
}

static bool page_forbids(u32 rights, enum access access, const struct page_rights *page)
{
	if (rights & RIGHTS_USER) {
		if (!page->user || (access == ACCESS_WRITE && !page->write))
			return true;
	} else {
		if (access == ACCESS_WRITE && !page->write && rights & RIGHTS_WP)
			return true;
		if (page->user && rights & (access == ACCESS_FETCH ? RIGHTS_SMEP : RIGHTS_SMAP))
			return true;
	}
	return access == ACCESS_FETCH && page->nx && rights & RIGHTS_NX;
}

u32 paging_check(u32 rights, u32 pkru, enum access access, const struct page_rights *page)
{
	u32 why = page_forbids(rights, access, page) ? PF_ERROR_P : 0;

	if (key_forbids(rights, pkru, access, page))
		why |= PF_ERROR_P | PF_ERROR_PK;
	return why;
}

u32 paging_error(u32 rights, enum access access)
{
	u32 error = rights & RIGHTS_USER ? PF_ERROR_U : 0;

	if (access == ACCESS_WRITE)
		error |= PF_ERROR_W;
	if (access == ACCESS_FETCH && rights & (RIGHTS_NX | RIGHTS_SMEP))
		error |= PF_ERROR_ID;
	return error;
}
