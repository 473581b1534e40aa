/* SPDX-License-Identifier: MIT */
/* The door: each call handed to the part that answers it. */
#include "chip/platform.h"

#include <string.h>

#include "abi/fpu.h"
#include "abi/x86.h"
#include "base/bug.h"
#include "chip/chip.h"

/* -- physical memory -------------------------------------------------------------------------- */

static enum platform_access access_of(enum fabric_status status)
{
	return status == FABRIC_OK ? PLATFORM_ACCESS_OK : PLATFORM_ACCESS_ABORT;
}

unsigned platform_cores(const struct chip *chip)
{
	return chip->cores;
}

u64 platform_dram_size(const struct chip *chip)
{
	return chip->fabric.dram_size;
}

enum platform_access platform_read(struct chip *chip, spa_t spa, void *dst, size_t len)
{
	return access_of(fabric_read(&chip->fabric, REQ_HOST_CORE, spa, dst, len));
}

enum platform_access platform_write(struct chip *chip, spa_t spa, const void *src, size_t len)
{
	return access_of(fabric_write(&chip->fabric, REQ_HOST_CORE, spa, src, len));
}

enum platform_access platform_cmpxchg(struct chip *chip, spa_t spa, void *expected,
				      const void *desired, size_t len, bool *swapped)
{
	return access_of(
		fabric_cmpxchg(&chip->fabric, REQ_HOST_CORE, spa, expected, desired, len, swapped));
}

enum platform_access platform_dma_read(struct chip *chip, spa_t spa, void *dst, size_t len)
{
	return access_of(fabric_read(&chip->fabric, REQ_DMA, spa, dst, len));
}

enum platform_access platform_dma_write(struct chip *chip, spa_t spa, const void *src, size_t len)
{
	return access_of(fabric_write(&chip->fabric, REQ_DMA, spa, src, len));
}

void platform_clflush(struct chip *chip, spa_t spa)
{
	cache_flush_page(chip->cache, NULL, spa, VIEW_RAW);
}

/* -- a core's host instructions --------------------------------------------------------------- */

static enum platform_result result_of(enum cpu_host_result r)
{
	switch (r) {
	case CPU_HOST_OK:
		return PLATFORM_DONE;
	case CPU_HOST_GP:
		return PLATFORM_GP;
	default:
		return PLATFORM_UD;
	}
}

struct platform_cpuid platform_cpuid(struct chip *chip, unsigned core, u32 leaf, u32 subleaf)
{
	struct cpuid_regs r;

	cpu_cpuid(chip_core(chip, core), leaf, subleaf, &r);
	return (struct platform_cpuid){r.eax, r.ebx, r.ecx, r.edx};
}

u64 platform_rdtsc(struct chip *chip, unsigned core)
{
	return cpu_host_tsc(chip_core(chip, core));
}

enum platform_result platform_rdmsr(struct chip *chip, unsigned core, u32 msr, u64 *value)
{
	return result_of(cpu_host_rdmsr(chip_core(chip, core), msr, value));
}

enum platform_result platform_wrmsr(struct chip *chip, unsigned core, u32 msr, u64 value)
{
	return result_of(cpu_host_wrmsr(chip_core(chip, core), msr, value));
}

u64 platform_tsc_hz(const struct chip *chip)
{
	return chip->tsc_hz;
}

void platform_idle(struct chip *chip, u64 ticks)
{
	if (chip->deterministic)
		atomic_fetch_add_explicit(&chip->idle, ticks, memory_order_relaxed);
}

u64 platform_reg_get(const struct chip *chip, unsigned core, unsigned n)
{
	return cpu_reg_get(chip_core(chip, core), n);
}

void platform_reg_set(struct chip *chip, unsigned core, unsigned n, u64 v)
{
	cpu_reg_set(chip_core(chip, core), n, v);
}

/* [APM2 14.1.3 Processor Initialization State] */
void platform_extended_reset(struct chip *chip, unsigned core)
{
	const struct fxsave_area image = {.fcw = FCW_RESET, .mxcsr = MXCSR_INIT};
	struct cpu_extended x = {.xcr0 = XCR0_INIT};

	memcpy(x.fxsave, &image, sizeof(image));
	BUG_ON(cpu_extended_set(chip_core(chip, core), &x) != CPU_HOST_OK);
}

enum platform_result platform_vmrun(struct chip *chip, unsigned core, spa_t vmcb)
{
	return result_of(cpu_vmrun(chip_core(chip, core), vmcb));
}

enum platform_result platform_vmload(struct chip *chip, unsigned core, spa_t vmcb)
{
	return result_of(cpu_vmload(chip_core(chip, core), vmcb));
}

enum platform_result platform_vmsave(struct chip *chip, unsigned core, spa_t vmcb)
{
	return result_of(cpu_vmsave(chip_core(chip, core), vmcb));
}

enum platform_result platform_invlpga(struct chip *chip, unsigned core, u64 la, u32 asid)
{
	return result_of(cpu_invlpga(chip_core(chip, core), la, asid));
}

enum platform_result platform_wbinvd(struct chip *chip, unsigned core)
{
	enum cpu_host_result r = cpu_wbinvd(chip_core(chip, core));

	if (r == CPU_HOST_OK)
		sp_note_wbinvd(chip->sp, core);
	return result_of(r);
}

void platform_kick(struct chip *chip, unsigned core)
{
	cpu_kick(chip_core(chip, core));
}

void platform_raise_nmi(struct chip *chip, unsigned core)
{
	cpu_raise_nmi(chip_core(chip, core));
}

void platform_raise_init(struct chip *chip, unsigned core)
{
	cpu_raise_init(chip_core(chip, core));
}

/* -- the Secure Processor --------------------------------------------------------------------- */

enum sp_status platform_sp_command(struct chip *chip, u32 id, spa_t buf)
{
	return sp_command(chip->sp, id, buf.v);
}

/* -- the manufacturer ------------------------------------------------------------------------- */

int platform_cek_cert(struct chip *chip, struct sev_cert *cert, struct error *err)
{
	return sp_cek_cert(chip->sp, cert, err);
}

size_t platform_amd_certs(const struct chip *chip, u8 certs[PLATFORM_AMD_CERTS_MAX])
{
	return sp_amd_certs(chip->sp, certs);
}

/* -- looking in ------------------------------------------------------------------------------- */

u64 platform_instructions(const struct chip *chip, unsigned core)
{
	return cpu_instructions(chip_core(chip, core));
}

void platform_stats(struct chip *chip, struct platform_stats *out)
{
	struct cache_stats s;

	cache_stats(chip->cache, &s);
	*out = (struct platform_stats){
		.decrypted = s.loads,
		.encrypted = s.writebacks,
		.shootdowns = s.shootdowns,
		.resident = s.resident,
	};
}
