/* SPDX-License-Identifier: MIT */
/* RDMSR and WRMSR by the table. */
#include "chip/cpu/model/msr.h"

#include "abi/x86.h"
#include "chip/cpu/svm/svm.h"

const struct msr_row *msr_find(const struct cpu_model *m, u32 msr)
{
	unsigned low = 0;
	unsigned high = msr_row_count;

	while (low < high) {
		unsigned mid = (low + high) / 2;
		const struct msr_row *row = &msr_rows[mid];

		if (msr < row->first)
			high = mid;
		else if (msr - row->first >= row->count)
			low = mid + 1;
		else
			return cpu_model_has(m, row->feature) ? row : NULL;
	}
	return NULL;
}

/* Where the value is kept. */
static u64 *word(struct cpu *c, const struct msr_row *row, u32 msr)
{
	u8 *base = row->place == MSR_IN_SVM ? (u8 *)c->svm : (u8 *)c;

	return (u64 *)(void *)(base + row->offset) + (msr - row->first);
}

enum cpu_stop cpu_rdmsr(struct cpu *c, u32 msr, u64 *value)
{
	const struct msr_row *row = msr_find(c->model, msr);

	if (!row || row->access == MSR_WRITE_ONLY)
		return fault_raise_error(c, X86_VECTOR_GP, 0);
	if (row->read)
		*value = row->read(c);
	else
		*value = row->place == MSR_NOWHERE ? row->reset : *word(c, row, msr);
	return CPU_GO;
}

static bool may_write(const struct cpu *c, const struct msr_row *row, u32 msr, u64 value)
{
	if (row->access == MSR_READ_ONLY)
		return false;
	if (row->access == MSR_WRITE_IGNORED)
		return true;
	return !(value & ~row->valid) && (!row->legal || row->legal(c, msr, value));
}

enum cpu_stop cpu_wrmsr(struct cpu *c, u32 msr, u64 value)
{
	const struct msr_row *row = msr_find(c->model, msr);

	if (!row || !may_write(c, row, msr, value))
		return fault_raise_error(c, X86_VECTOR_GP, 0);
	if (row->access == MSR_WRITE_IGNORED)
		return CPU_GO;
	if (row->write)
		row->write(c, value);
	else if (row->place != MSR_NOWHERE)
		*word(c, row, msr) = value;
	return CPU_GO;
}

void cpu_msr_reset(struct cpu *c)
{
	for (unsigned n = 0; n < msr_row_count; n++) {
		const struct msr_row *row = &msr_rows[n];

		for (unsigned i = 0; row->place != MSR_NOWHERE && i < row->count; i++)
			*word(c, row, row->first + i) = row->reset;
	}
}
