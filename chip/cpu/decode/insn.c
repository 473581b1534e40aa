/* SPDX-License-Identifier: MIT */
/* The index from mnemonic to row. */
#include "chip/cpu/decode/insn.h"

void insn_index(const struct insn *by_mnemonic[INSN_MNEMONICS])
{
	for (size_t t = 0; t < insn_table_count; t++)
		for (size_t i = 0; i < insn_tables[t]->count; i++)
			by_mnemonic[insn_tables[t]->rows[i].mnemonic] = &insn_tables[t]->rows[i];
}
