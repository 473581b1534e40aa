/* SPDX-License-Identifier: MIT */
/*
 * Compile-time proof of layouts: a size assert and offset asserts stand right under each struct,
 * and every field of several bits is proved to lie where its shift says.
 */
#ifndef ABI_LAYOUT_H
#define ABI_LAYOUT_H

#include "base/types.h"

#define LAYOUT_SIZE(name, size) \
	_Static_assert(sizeof(struct name) == (size), #name ": size is not " #size)

#define LAYOUT_AT(name, field, offset)                           \
	_Static_assert(offsetof(struct name, field) == (offset), \
		       #name "." #field ": offset is not " #offset)

/*
 * The bits hi..lo, both included: BITS64(51, 12) is what a document writes as [51:12].  A mask has
 * the width of the word it belongs to, so that ~MASK never clears more than it should.
 */
#define BITS32(hi, lo) ((0xffffffffu >> (31 - (hi))) & (0xffffffffu << (lo)))
#define BITS64(hi, lo) ((~0ull >> (63 - (hi))) & (~0ull << (lo)))

/*
 * A field of several bits is a pair of constants, NAME_SHIFT and NAME_MASK; the mask is in place
 * (not shifted down).  LAYOUT_FIELD proves that the two agree and that the bits are contiguous.
 */
#define LAYOUT_FIELD(name)                                                     \
	_Static_assert((name##_MASK & -name##_MASK) == 1ull << name##_SHIFT && \
			       (((name##_MASK >> name##_SHIFT) + 1) &          \
				(name##_MASK >> name##_SHIFT)) == 0,           \
		       #name ": mask and shift disagree")

/* The field's value in a word, and the field with a value as a word (excess bits are cut off). */
#define FIELD_GET(name, word)  (((word)&name##_MASK) >> name##_SHIFT)
#define FIELD_PUT(name, value) (((u64)(value) << name##_SHIFT) & name##_MASK)

#endif
