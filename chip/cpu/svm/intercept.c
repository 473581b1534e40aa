/* SPDX-License-Identifier: MIT */
/* Intercepts that need a look at more than one bit: permission maps, the pause filter. */
#include "chip/cpu/svm/internal.h"

#include "abi/msr.h"
#include "chip/cpu/model/model.h"

struct host_address svm_host_address(const struct cpu *c, u64 written)
{
	u64 c_bit = BIT64(c->model->c_bit);

	if (!(c->svm->syscfg & SYSCFG_MEM_ENCRYPTION_MOD_EN) || !(written & c_bit))
		return (struct host_address){SPA(written), VIEW_RAW};
	return (struct host_address){SPA(written & ~c_bit), VIEW_HOST_KEY};
}

/* Two bytes of a map; where there is no memory they read as ones. */
static u16 map_read(struct cpu *c, u64 base, u64 offset)
{
	struct host_address a = svm_host_address(c, base & ~PAGE_MASK);
	u8 bytes[2] = {0xff, 0xff};

	(void)cache_read(c->cache, c->agent, REQ_HOST_CORE, a.view, SPA(a.spa.v + offset), bytes,
			 sizeof(bytes));
	return get_le16(bytes);
}

/*
 * One bit for each byte of the access; those of an access that runs over port FFFFh are beyond the
 * 8 KiB of the ports.	[APM2 15.10.1 I/O Permissions Map]
 */
bool svm_intercepts_io(struct cpu *c, u16 port, unsigned size)
{
	u16 bits = (u16)((1u << size) - 1);

	if (!svm_intercepts(c, VMEXIT_IOIO))
		return false;
	return map_read(c, c->svm->ctl.iopm_base_pa, port / 8) >> (port % 8) & bits;
}

/* Offset of an MSR's range in the map; false: no range has it. */
static bool msr_range(u32 msr, u32 *offset)
{
	switch (msr / MSRPM_RANGE_MSRS) {
	case 0:
		*offset = MSRPM_OFFSET_0000_0000;
		return true;
	case 0xc0000000 / MSRPM_RANGE_MSRS:
		*offset = MSRPM_OFFSET_C000_0000;
		return true;
	case 0xc0010000 / MSRPM_RANGE_MSRS:
		*offset = MSRPM_OFFSET_C001_0000;
		return true;
	default:
		return false;
	}
}

/* SEV_STATUS is not interceptable.	[APM2 15.11 MSR Intercepts, 15.34.10 SEV_STATUS MSR] */
bool svm_intercepts_msr(struct cpu *c, u32 msr, bool write)
{
	u32 bit = (msr % MSRPM_RANGE_MSRS) * 2 + write;
	u32 offset;

	if (!svm_intercepts(c, VMEXIT_MSR) || msr == MSR_SEV_STATUS)
		return false;
	if (!msr_range(msr, &offset))
		return true;
	return map_read(c, c->svm->ctl.msrpm_base_pa, offset + bit / 8) >> (bit % 8) & 1;
}

/*
 * The filter lets PAUSE_FILTER_COUNT of them pass.  With a threshold only a tight loop counts: a
 * longer time since the last one begins the count anew.	[APM2 15.14.4 PAUSE Intercept]
 */
bool svm_intercepts_pause(struct cpu *c)
{
	struct svm *s = c->svm;
	u64 now = cpu_host_tsc(c);
	bool apart = now - s->pause_tsc > s->ctl.pause_filter_threshold;

	if (!svm_intercepts(c, VMEXIT_PAUSE))
		return false;
	if (s->ctl.pause_filter_threshold && apart)
		s->pause_count = s->ctl.pause_filter_count;
	s->pause_tsc = now;
	if (s->pause_count == 0)
		return true;
	s->pause_count--;
	return false;
}
