/* SPDX-License-Identifier: MIT */
/* Page walks in software.  [APM2 5 Page Translation and Protection] */
#include "hv/gva.h"

#include <string.h>

#include "abi/paging.h"
#include "abi/x86.h"
#include "hv/vm.h"

/* A paging mode: where the root is, and how many index bits each level has. */
struct walk {
	u64 table;
	unsigned shift; /* of the root's index */
	unsigned bits;
	unsigned entry_size;
};

static bool start(const struct vcpu *v, struct walk *w)
{
	const struct vmcb_save *s = &v->vmcb.save;

	if (!(s->cr0 & CR0_PG))
		return false;
	if (!(s->cr4 & CR4_PAE))
		*w = (struct walk){s->cr3 & CR3_BASE_LEGACY_MASK, PT32_SHIFT_4M, PT32_INDEX_BITS,
				   4};
	else if (s->efer & EFER_LMA)
		*w = (struct walk){s->cr3 & CR3_BASE_MASK, PT_SHIFT_512G, PT_INDEX_BITS, 8};
	else
		*w = (struct walk){s->cr3 & CR3_BASE_PAE_MASK, PT_SHIFT_1G, PT_INDEX_BITS, 8};
	return true;
}

static bool fault(struct gva_fault *f, u64 la, u32 error)
{
	*f = (struct gva_fault){la, error};
	return false;
}

static bool read_entry(const struct vcpu *v, const struct walk *w, u64 la, u64 *entry)
{
	u64 at = w->table + w->entry_size * (la >> w->shift & (BIT64(w->bits) - 1));

	*entry = 0;
	return memory_read(&v->vm->memory, GPA(at), entry, w->entry_size);
}

static bool is_leaf(const struct walk *w, u64 e)
{
	return w->shift == PT_SHIFT_4K ||
	       ((e & PTE_PS) &&
		(w->shift == PT_SHIFT_2M || w->shift == PT_SHIFT_1G || w->shift == PT32_SHIFT_4M));
}

bool gva_translate(const struct vcpu *v, u64 la, bool write, gpa_t *gpa, struct gva_fault *f)
{
	bool user = v->vmcb.save.cpl == 3;
	u32 error = (write ? PF_ERROR_W : 0) | (user ? PF_ERROR_U : 0);
	u64 wanted = PTE_P | (user ? PTE_US : 0);
	struct walk w;
	u64 e;

	if (!start(v, &w)) {
		*gpa = GPA(la);
		return true;
	}
	if (write && (user || (v->vmcb.save.cr0 & CR0_WP)))
		wanted |= PTE_RW;
	for (;;) {
		bool pae_root = w.shift == PT_SHIFT_1G && !(v->vmcb.save.efer & EFER_LMA);

		if (!read_entry(v, &w, la, &e) || !(e & PTE_P))
			return fault(f, la, error);
		if (!pae_root && (e & wanted) != wanted)
			return fault(f, la, error | PF_ERROR_P);
		if (is_leaf(&w, e) && !pae_root)
			break;
		w.table = e & (w.entry_size == 8 ? PTE_ADDR_MASK : PTE32_ADDR_MASK);
		w.shift -= w.bits;
	}
	e &= w.entry_size == 8 ? PTE_ADDR_MASK : PTE32_ADDR_MASK;
	*gpa = GPA((e & ~(BIT64(w.shift) - 1)) | (la & (BIT64(w.shift) - 1)));
	return true;
}

static u64 within_page(u64 la, u64 len)
{
	u64 room = PAGE_SIZE - (la & PAGE_MASK);

	return len < room ? len : room;
}

bool gva_read(const struct vcpu *v, u64 la, void *dst, u64 len, struct gva_fault *f)
{
	for (u64 done = 0, n; done < len; done += n) {
		gpa_t gpa;

		n = within_page(la + done, len - done);
		if (!gva_translate(v, la + done, false, &gpa, f))
			return false;
		if (!memory_read(&v->vm->memory, gpa, (u8 *)dst + done, n))
			memset((u8 *)dst + done, 0xff, n);
	}
	return true;
}

/* What is not RAM takes nothing. */
bool gva_write(const struct vcpu *v, u64 la, const void *src, u64 len, struct gva_fault *f)
{
	for (u64 done = 0, n; done < len; done += n) {
		gpa_t gpa;

		n = within_page(la + done, len - done);
		if (!gva_translate(v, la + done, true, &gpa, f))
			return false;
		(void)memory_write(&v->vm->memory, gpa, (const u8 *)src + done, n);
	}
	return true;
}
