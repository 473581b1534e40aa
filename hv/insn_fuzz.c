/* SPDX-License-Identifier: MIT */
/* The bytes behind a nested page fault are the guest's. */
#include "hv/insn.h"

#include "base/bug.h"
#include "tests/support/fuzz_main.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const enum insn_mode modes[] = {INSN_MODE_16, INSN_MODE_32, INSN_MODE_64};

	for (unsigned m = 0; m < ARRAY_SIZE(modes); m++) {
		struct insn i;

		if (!insn_decode(&i, data, (unsigned)size, modes[m]))
			continue;
		BUG_ON(i.len == 0 || i.len > 15 || i.len > size);
		BUG_ON(i.reg > 15 || (i.high && i.reg > 3));
		BUG_ON(i.size == 0 || i.size > 8 || (i.size & (i.size - 1)) != 0);
	}
	return 0;
}
