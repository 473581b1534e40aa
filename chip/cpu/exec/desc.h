/* SPDX-License-Identifier: MIT */
/*
 * Descriptors: read from GDT and LDT, looked at, marked, unpacked into segment registers.
 *	[APM2 4.7 Legacy Segment Descriptors, 4.8 Long-Mode Segment Descriptors]
 */
#ifndef CHIP_CPU_EXEC_DESC_H
#define CHIP_CPU_EXEC_DESC_H

#include "abi/desc.h"
#include "abi/x86.h"
#include "chip/cpu/state.h"

struct desc {
	u64 low;
	u64 high; /* second half of what is 16 bytes long, else 0 */
	u64 la;   /* where it stands */
	u16 sel;
	u16 attr; /* as in struct segment */
};

/* #TS, #NP, #SS or #GP with a selector for error code, its RPL removed. */
enum cpu_stop fault_selector(struct cpu *c, u8 vector, u16 sel);

static inline bool selector_null(u16 sel)
{
	return (sel & 0xfffc) == 0;
}

static inline u8 selector_rpl(u16 sel)
{
	return sel & 3;
}

/*
 * Reads the descriptor of a selector that is not null.  False with c->event filled: outside its
 * table (vector, with the selector), or the table cannot be read.
 */
bool desc_read(struct cpu *c, u16 sel, u8 vector, struct desc *d);

/* The same for LDT, TSS and gates: 16 bytes in long mode, their upper type bits zero. */
bool desc_read_system(struct cpu *c, u16 sel, u8 vector, struct desc *d);

/* Sets or clears bits of the descriptor's low half in memory, atomically, and in d. */
bool desc_change(struct cpu *c, struct desc *d, u64 set, u64 clear);

/* Sets the accessed bit of a code or data descriptor, if it is clear. */
bool desc_set_accessed(struct cpu *c, struct desc *d);

void desc_to_segment(const struct desc *d, struct segment *s);
u64 desc_base(const struct desc *d);
u32 desc_limit(const struct desc *d);

static inline u8 attr_dpl(u16 attr)
{
	return attr >> SEG_ATTRIB_DPL_SHIFT & 3;
}

/* Type of a system descriptor: enum desc_system_type. */
static inline u8 attr_type(u16 attr)
{
	return attr & SEG_ATTRIB_TYPE_MASK;
}

static inline bool attr_is_system(u16 attr)
{
	return !(attr & SEG_ATTRIB_S);
}

static inline bool attr_is_code(u16 attr)
{
	return (attr & (SEG_ATTRIB_S | DESC_TYPE_CODE)) == (SEG_ATTRIB_S | DESC_TYPE_CODE);
}

static inline bool attr_is_conforming(u16 attr)
{
	return attr_is_code(attr) && attr & DESC_TYPE_C;
}

static inline bool attr_is_writable_data(u16 attr)
{
	return (attr & (SEG_ATTRIB_S | DESC_TYPE_CODE | DESC_TYPE_W)) ==
	       (SEG_ATTRIB_S | DESC_TYPE_W);
}

static inline bool attr_is_readable(u16 attr)
{
	return attr & SEG_ATTRIB_S && (!(attr & DESC_TYPE_CODE) || attr & DESC_TYPE_R);
}

/* Busy bit of a TSS descriptor in memory. */
#define DESC_TSS_BUSY BIT64(41)

#endif
