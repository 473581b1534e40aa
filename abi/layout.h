/* SPDX-License-Identifier: MIT */
/*
 * Compile-time proof of layouts: a size assert and offset asserts stand right under each struct.
 */
#ifndef ABI_LAYOUT_H
#define ABI_LAYOUT_H

#include "base/types.h"

#define LAYOUT_SIZE(name, size) \
	_Static_assert(sizeof(struct name) == (size), #name ": size is not " #size)

#define LAYOUT_AT(name, field, offset)                           \
	_Static_assert(offsetof(struct name, field) == (offset), \
		       #name "." #field ": offset is not " #offset)

#endif
