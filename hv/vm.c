/* SPDX-License-Identifier: MIT */
/* A VM put together, started, and ended. */
#include "hv/vm.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/cpuid.h"
#include "abi/svm_exit.h"
#include "abi/x86.h"
#include "base/bug.h"
#include "base/bytes.h"
#include "hv/exit.h"

/* -- memory and tables ------------------------------------------------------------------------ */

u64 vm_dram_size(u64 memory, unsigned cpus)
{
	u64 tables = npt_bytes_for(memory) + (u64)cpus * 2 * PAGE_SIZE + IOPM_SIZE + MSRPM_SIZE;

	/* Guest memory is aligned to 2 MiB; the SP's buffers need a little. */
	return align_up(memory + tables + MIB(2), PAGE_2M_SIZE) + PAGE_2M_SIZE;
}

static int put_map(struct vm *vm, const u8 *map, u64 len, spa_t *spa, struct error *err)
{
	int rc = pages_alloc(&vm->pages, len / PAGE_SIZE, PAGE_SIZE, spa, err);

	if (rc == 0)
		BUG_ON(platform_write(vm->chip, *spa, map, len) != PLATFORM_ACCESS_OK);
	return rc;
}

static int make_maps(struct vm *vm, struct error *err)
{
	u8 iopm[IOPM_SIZE];
	u8 msrpm[MSRPM_SIZE];
	int rc;

	memset(iopm, 0xff, sizeof(iopm));
	msr_fill_map(msrpm);
	rc = put_map(vm, iopm, sizeof(iopm), &vm->iopm, err);
	return rc == 0 ? put_map(vm, msrpm, sizeof(msrpm), &vm->msrpm, err) : rc;
}

static int make_memory(struct vm *vm, struct error *err)
{
	int rc = pages_init(&vm->pages, platform_dram_size(vm->chip), err);

	if (rc == 0)
		rc = memory_init(&vm->memory, vm->chip, &vm->pages, vm->cfg.memory,
				 vm->cfg.placement, err);
	if (rc == 0)
		rc = npt_init(&vm->npt, vm->chip, &vm->pages, err);
	if (rc == 0)
		rc = npt_map_memory(&vm->npt, &vm->memory,
				    vm->cfg.small_pages ? PAGE_SIZE : PAGE_2M_SIZE, err);
	return rc == 0 ? make_maps(vm, err) : rc;
}

/* -- cores and vCPUs -------------------------------------------------------------------------- */

static void set_bits(struct vm *vm, unsigned core, u32 msr, u64 bits)
{
	u64 v;

	BUG_ON(platform_rdmsr(vm->chip, core, msr, &v) != PLATFORM_DONE);
	BUG_ON(platform_wrmsr(vm->chip, core, msr, v | bits) != PLATFORM_DONE);
}

/* What a host kernel does before its first VMRUN on a core.  [APM2 15.4, 15.30.4] */
static int prepare_core(struct vm *vm, unsigned core, struct error *err)
{
	spa_t hsave;
	int rc = pages_alloc(&vm->pages, 1, PAGE_SIZE, &hsave, err);

	if (rc != 0)
		return rc;
	set_bits(vm, core, MSR_EFER, EFER_SVME);
	BUG_ON(platform_wrmsr(vm->chip, core, MSR_VM_HSAVE_PA, hsave.v) != PLATFORM_DONE);
	if (vm->cfg.sev) { /* VMRUN of an SEV guest asks for both  [APM2 15.34.3] */
		set_bits(vm, core, MSR_SYSCFG, SYSCFG_MEM_ENCRYPTION_MOD_EN);
		set_bits(vm, core, MSR_HWCR, HWCR_SMM_LOCK);
	}
	return 0;
}

static int make_vcpus(struct vm *vm, struct error *err)
{
	int rc = 0;

	vm->vcpu = calloc(vm->cfg.cpus, sizeof(*vm->vcpu));
	if (!vm->vcpu)
		return error_set(err, ENOMEM, "out of memory");
	vm->tsc_start = platform_rdtsc(vm->chip, 0);
	for (unsigned n = 0; n < vm->cfg.cpus && rc == 0; n++) {
		rc = prepare_core(vm, n, err);
		if (rc == 0)
			rc = vcpu_init(&vm->vcpu[n], vm, n, err);
		if (rc == 0)
			vcpu_set_wait(&vm->vcpu[n]);
	}
	if (rc == 0)
		vcpu_set_entry(&vm->vcpu[0], &vm->entry);
	return rc;
}

/* -- the launch ------------------------------------------------------------------------------- */

/* ASIDs below the least one of a guest without ES are for those with it. */
static void choose_asid(struct vm *vm)
{
	enum { PLAIN_ASID = 1 };
	struct platform_cpuid id = platform_cpuid(vm->chip, 0, CPUID_8000_001F, 0);

	vm->asid = vm->cfg.sev ? id.edx : PLAIN_ASID;
	vm->cfg.boot.c_bit = 0;
	if (vm->cfg.sev)
		vm->cfg.boot.c_bit = BIT64(FIELD_GET(CPUID_8000_001F_EBX_C_BIT, id.ebx));
}

static int load(struct vm *vm, struct error *err)
{
	int rc;

	choose_asid(vm);
	boot_stage_init(&vm->stage, &vm->memory);
	rc = boot_load(&vm->cfg.boot, &vm->stage, &vm->entry, err);
	if (rc != 0 || !vm->cfg.sev)
		return rc;
	rc = sp_driver_init(&vm->sp, vm->chip, &vm->pages, err);
	if (rc != 0)
		return rc;
	return launch_start(&vm->launch, &vm->sp, &vm->cfg.launch, &vm->stage, vm->asid, err);
}

struct vm *vm_new(struct chip *chip, const struct vm_config *cfg, struct error *err)
{
	struct vm *vm = calloc(1, sizeof(*vm));
	int rc;

	if (!vm) {
		error_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	vm->chip = chip;
	vm->cfg = *cfg;
	vm->cfg.boot.cpus = cfg->cpus;
	pthread_mutex_init(&vm->lock, NULL);
	pthread_cond_init(&vm->ended_cond, NULL);
	rc = make_memory(vm, err);
	if (rc == 0)
		rc = machine_init(vm, err);
	if (rc == 0)
		rc = load(vm, err);
	if (rc == 0)
		rc = make_vcpus(vm, err);
	if (rc == 0)
		return vm;
	vm_free(vm);
	return NULL;
}

void vm_free(struct vm *vm)
{
	if (!vm)
		return;
	for (unsigned n = 0; vm->vcpu && n < vm->cfg.cpus; n++)
		vcpu_fini(&vm->vcpu[n]);
	free(vm->vcpu);
	launch_end(&vm->launch);
	machine_fini(vm);
	npt_fini(&vm->npt);
	memory_fini(&vm->memory);
	pages_fini(&vm->pages);
	pthread_cond_destroy(&vm->ended_cond);
	pthread_mutex_destroy(&vm->lock);
	free(vm);
}

/* -- ends ------------------------------------------------------------------------------------- */

/* With the lock held. */
static void end(struct vm *vm, enum vm_ended how, unsigned code)
{
	vm->ended = how;
	vm->code = code;
	atomic_store(&vm->stop, true);
	pthread_cond_broadcast(&vm->ended_cond);
}

static void stop_vcpus(struct vm *vm)
{
	for (unsigned n = 0; vm->vcpu && n < vm->cfg.cpus; n++)
		vcpu_request(&vm->vcpu[n], VCPU_REQUEST_LOOK);
}

void vm_end(struct vm *vm, enum vm_ended how, unsigned code)
{
	pthread_mutex_lock(&vm->lock);
	if (vm->ended == VM_RUNNING)
		end(vm, how, code);
	pthread_mutex_unlock(&vm->lock);
	stop_vcpus(vm);
}

void vm_fail(struct vm *vm, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	pthread_mutex_lock(&vm->lock);
	if (vm->ended == VM_RUNNING) {
		vsnprintf(vm->reason.text, sizeof(vm->reason.text), fmt, ap);
		end(vm, VM_ENDED_FAILED, 0);
	}
	pthread_mutex_unlock(&vm->lock);
	va_end(ap);
	stop_vcpus(vm);
}

/* -- running ---------------------------------------------------------------------------------- */

static void *vcpu_thread(void *arg)
{
	vcpu_run(arg);
	return NULL;
}

/* Signals are for the threads that wait for them, never for a vCPU's. */
static int start_vcpus(struct vm *vm)
{
	sigset_t all, old;
	int rc = 0;
	unsigned n;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (n = 0; n < vm->cfg.cpus && rc == 0; n++)
		rc = pthread_create(&vm->vcpu[n].thread, NULL, vcpu_thread, &vm->vcpu[n]);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc == 0)
		return (int)n;
	vm_fail(vm, "no thread for a vCPU: %s", strerror(rc));
	return (int)n - 1;
}

static u64 instructions(const struct vm *vm)
{
	u64 sum = 0;

	for (unsigned n = 0; n < vm->cfg.cpus; n++)
		sum += platform_instructions(vm->chip, n);
	return sum;
}

enum vm_ended vm_run(struct vm *vm)
{
	int started;

	vm->instructions_start = instructions(vm);
	started = start_vcpus(vm);

	for (int n = 0; n < started; n++)
		BUG_ON(pthread_join(vm->vcpu[n].thread, NULL) != 0);
	serial_flush(vm->machine.serial);
	return vm->ended;
}

u64 vm_exits(const struct vm *vm, unsigned row)
{
	u64 sum = 0;

	for (unsigned n = 0; n < vm->cfg.cpus; n++)
		sum += vm->vcpu[n].exits[row];
	return sum;
}

u64 vm_instructions(const struct vm *vm)
{
	return instructions(vm) - vm->instructions_start;
}
