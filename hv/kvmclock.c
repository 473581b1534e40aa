/* SPDX-License-Identifier: MIT */
/* The two structures of KVM's clock. */
#include "hv/kvmclock.h"

#include <time.h>

#include "abi/kvm_para.h"
#include "hv/vm.h"

#define NS_PER_SECOND 1000000000ull

/* The multiplier is 10^9 * 2^32 / (hz << -shift), brought into 32 bits with its top bit set. */
void kvmclock_scale(u64 hz, u32 *mul, s8 *shift)
{
	u64 ticks = hz;

	*shift = 0;
	while (ticks > 2 * NS_PER_SECOND) {
		ticks >>= 1;
		*shift -= 1;
	}
	while (ticks <= NS_PER_SECOND) {
		ticks <<= 1;
		*shift += 1;
	}
	*mul = (u32)((NS_PER_SECOND << 32) / ticks);
}

/* An odd version tells a reader on another vCPU to try again. */
void kvmclock_set_system_time(struct vcpu *v, u64 value)
{
	struct pvclock_vcpu_time_info info = {.version = 1, .flags = PVCLOCK_TSC_STABLE};
	gpa_t gpa = GPA(value & ~KVM_SYSTEM_TIME_ENABLE);

	if (!(value & KVM_SYSTEM_TIME_ENABLE))
		return;
	kvmclock_scale(platform_tsc_hz(v->vm->chip), &info.tsc_to_system_mul, &info.tsc_shift);
	if (!memory_write(&v->vm->memory, gpa, &info, sizeof(info)))
		return;
	info.version = 2;
	(void)memory_write(&v->vm->memory, gpa, &info, sizeof(info));
}

static struct timespec wall_clock_at_start(const struct vcpu *v)
{
	u64 ticks = vcpu_tsc(v);
	u64 hz = platform_tsc_hz(v->vm->chip);
	u64 since = ticks / hz * NS_PER_SECOND + ticks % hz * NS_PER_SECOND / hz;
	struct timespec now;
	u64 ns;

	clock_gettime(CLOCK_REALTIME, &now);
	ns = (u64)now.tv_sec * NS_PER_SECOND + (u64)now.tv_nsec - since;
	return (struct timespec){(time_t)(ns / NS_PER_SECOND), (long)(ns % NS_PER_SECOND)};
}

void kvmclock_set_wall_clock(struct vcpu *v, u64 gpa)
{
	struct timespec start = wall_clock_at_start(v);
	const struct pvclock_wall_clock clock = {
		.version = 2,
		.sec = (u32)start.tv_sec,
		.nsec = (u32)start.tv_nsec,
	};

	(void)memory_write(&v->vm->memory, GPA(gpa), &clock, sizeof(clock));
}
