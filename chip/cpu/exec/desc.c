/* SPDX-License-Identifier: MIT */
/* Reading and marking descriptors. */
#include "chip/cpu/exec/desc.h"

#include "chip/cpu/exec/lock.h"
#include "chip/cpu/mmu/mem.h"

enum cpu_stop fault_selector(struct cpu *c, u8 vector, u16 sel)
{
	return fault_raise_error(c, vector, sel & 0xfffcu);
}

/* The table's base, or false when the descriptor's last byte lies outside. */
static bool table_of(const struct cpu *c, u16 sel, unsigned size, u64 *base)
{
	u32 last = (sel & SELECTOR_INDEX_MASK) + size - 1;

	if (sel & SELECTOR_TI) {
		*base = c->ldtr.base;
		return c->ldtr.attr & SEG_ATTRIB_P && last <= c->ldtr.limit;
	}
	*base = c->gdtr.base;
	return last <= c->gdtr.limit;
}

static bool read_entry(struct cpu *c, u16 sel, u8 vector, unsigned size, struct desc *d)
{
	u64 half[2] = {0, 0};
	u64 base;

	if (!table_of(c, sel, size, &base)) {
		fault_selector(c, vector, sel);
		return false;
	}
	d->la = base + (sel & SELECTOR_INDEX_MASK);
	if (!cpu_long_mode(c))
		d->la = (u32)d->la;
	if (!mem_load_sys(c, d->la, half, size))
		return false;
	d->low = half[0];
	d->high = half[1];
	d->sel = sel;
	d->attr = (u16)((half[0] >> 40 & 0xff) | (half[0] >> 44 & 0xf00));
	return true;
}

bool desc_read(struct cpu *c, u16 sel, u8 vector, struct desc *d)
{
	return read_entry(c, sel, vector, 8, d);
}

bool desc_read_system(struct cpu *c, u16 sel, u8 vector, struct desc *d)
{
	enum { UPPER_TYPE_SHIFT = 40, UPPER_TYPE_MASK = 0x1f };

	if (!cpu_long_mode(c))
		return read_entry(c, sel, vector, 8, d);
	if (!read_entry(c, sel, vector, 16, d))
		return false;
	if (d->high >> UPPER_TYPE_SHIFT & UPPER_TYPE_MASK) {
		fault_selector(c, vector, sel);
		return false;
	}
	return true;
}

/* With supervisor rights, whatever the CPL. */
static bool cmpxchg_sys(struct cpu *c, u64 la, u64 expected, u64 desired)
{
	u8 cpl = c->cpl;
	bool ok;

	if (cpl == 0)
		return lock_cmpxchg_slow(c, la, 8, expected, desired);
	c->cpl = 0;
	cpu_context_changed(c);
	ok = lock_cmpxchg_slow(c, la, 8, expected, desired);
	c->cpl = cpl;
	cpu_context_changed(c);
	return ok;
}

bool desc_change(struct cpu *c, struct desc *d, u64 set, u64 clear)
{
	for (;;) {
		u64 new = (d->low | set) & ~clear;

		if (!cmpxchg_sys(c, d->la, d->low, new))
			return false;
		if (c->swapped) {
			d->low = new;
			d->attr = (u16)((d->attr & ~0xffu) | (new >> 40 & 0xff));
			return true;
		}
		d->low = c->mem.q[0];
	}
}

bool desc_set_accessed(struct cpu *c, struct desc *d)
{
	if (d->attr & DESC_TYPE_A)
		return true;
	return desc_change(c, d, BIT64(DESC_TYPE_SHIFT), 0);
}

u64 desc_base(const struct desc *d)
{
	u64 base = (d->low >> DESC_BASE_LOW_SHIFT & 0xffffff) |
		   (d->low >> DESC_BASE_HIGH_SHIFT & 0xff) << 24;

	return base | d->high << 32;
}

u32 desc_limit(const struct desc *d)
{
	u32 limit = (u32)((d->low & 0xffff) | (d->low >> 32 & 0xf0000));

	return d->low & DESC_G ? limit << 12 | 0xfff : limit;
}

void desc_to_segment(const struct desc *d, struct segment *s)
{
	*s = (struct segment){
		.sel = d->sel, .attr = d->attr, .limit = desc_limit(d), .base = desc_base(d)};
}
