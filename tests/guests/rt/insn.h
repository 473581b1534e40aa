/* SPDX-License-Identifier: MIT */
/* Single instructions that C has no name for. */
#ifndef TESTS_GUESTS_RT_INSN_H
#define TESTS_GUESTS_RT_INSN_H

#include "base/compiler.h"
#include "base/types.h"

static inline void outb(u16 port, u8 v)
{
	__asm__ volatile("outb %0, %1" ::"a"(v), "Nd"(port));
}

static inline u8 inb(u16 port)
{
	u8 v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline u64 rdmsr(u32 msr)
{
	u32 low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (u64)high << 32 | low;
}

static inline void wrmsr(u32 msr, u64 v)
{
	__asm__ volatile("wrmsr" ::"c"(msr), "a"((u32)v), "d"((u32)(v >> 32)) : "memory");
}

struct cpuid_out {
	u32 eax, ebx, ecx, edx;
};

static inline struct cpuid_out cpuid(u32 leaf, u32 subleaf)
{
	struct cpuid_out r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(subleaf));
	return r;
}

#define RT_CONTROL_REGISTER(name)                                         \
	static inline u64 read_##name(void)                               \
	{                                                                 \
		u64 v;                                                    \
                                                                          \
		__asm__ volatile("mov %%" #name ", %0" : "=r"(v));        \
		return v;                                                 \
	}                                                                 \
	static inline void write_##name(u64 v)                            \
	{                                                                 \
		__asm__ volatile("mov %0, %%" #name ::"r"(v) : "memory"); \
	}

RT_CONTROL_REGISTER(cr0)
RT_CONTROL_REGISTER(cr2)
RT_CONTROL_REGISTER(cr3)
RT_CONTROL_REGISTER(cr4)
RT_CONTROL_REGISTER(dr0)
RT_CONTROL_REGISTER(dr6)
RT_CONTROL_REGISTER(dr7)

#undef RT_CONTROL_REGISTER

static inline void invlpg(const volatile void *p)
{
	__asm__ volatile("invlpg (%0)" ::"r"(p) : "memory");
}

static inline void pause_cpu(void)
{
	__asm__ volatile("pause" ::: "memory");
}

static inline void halt(void)
{
	__asm__ volatile("hlt" ::: "memory");
}

/* What the processor does not know, the compiler shall not assume either. */
static inline void barrier(void)
{
	__asm__ volatile("" ::: "memory");
}

#endif
