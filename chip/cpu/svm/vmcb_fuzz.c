/* SPDX-License-Identifier: MIT */
/*
 * A hostile hypervisor and a hostile guest: VMRUN of a mutated or random VMCB, with hostile nested
 * tables, guest tables, descriptors and code.  Whatever they hold, VMRUN ends with an exit code that
 * exists, and writes only what it says it writes.
 */
#include "tests/support/fuzz_main.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "abi/msr.h"
#include "base/bug.h"
#include "chip/cpu/svm/internal.h"
#include "chip/cpu/svm/testbed.h"

struct input {
	const u8 *data;
	size_t left;
};

static u8 take8(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->data++;
}

static u64 take(struct input *in, unsigned bytes)
{
	u64 v = 0;

	while (bytes-- > 0)
		v = v << 8 | take8(in);
	return v;
}

/* -- guests that do not end by themselves ------------------------------------------------------- */

/* Kicks the core ten times a millisecond until told to stop: that is what bounds a guest. */
struct watchdog {
	pthread_t thread;
	struct cpu *cpu;
	_Atomic bool stop;
};

static void *watch(void *arg)
{
	struct watchdog *w = arg;

	while (!atomic_load(&w->stop)) {
		nanosleep(&(struct timespec){.tv_nsec = 100 * 1000}, NULL);
		cpu_kick(w->cpu);
	}
	return NULL;
}

/* What a hypervisor must set to get its core back, whatever else it does wrong. */
static void keep_bounded(struct vmcb_control *ctl)
{
	ctl->intercept_vec3 |= VMCB_VEC3_INTR;
	ctl->intercept_vec4 |= VMCB_VEC4_CLGI;
	ctl->vintr |= VMCB_V_INTR_MASKING;
}

/* -- hostile memory ----------------------------------------------------------------------------- */

/* Some bytes, somewhere in the VMCB; or all of it. */
static void mutate_vmcb(struct bed *b, struct input *in)
{
	u8 *bytes = (u8 *)&b->vmcb;
	unsigned count = take8(in) % 16;

	while (count-- > 0) {
		unsigned at = take(in, 2) % sizeof(b->vmcb);

		bytes[at] = take8(in);
	}
}

static void randomize_vmcb(struct bed *b, struct input *in)
{
	u8 *bytes = (u8 *)&b->vmcb;

	for (unsigned n = 0; n < sizeof(b->vmcb); n++)
		bytes[n] = take8(in);
}

static void mutate_memory(struct bed *b, struct input *in)
{
	static const u32 places[] = {BED_CODE, BED_STACK - 8, BED_IDT,
				     BED_GDT,  BED_TABLES,    BED_TABLES + 0x2000};
	unsigned count = take8(in) % 8;

	while (count-- > 0) {
		u64 at = places[take8(in) % ARRAY_SIZE(places)] + take8(in) % 64;
		u8 v = take8(in);

		bed_write(b, at, &v, 1);
	}
	if (take8(in) % 4 == 0) {
		u64 entry = take(in, 8);

		bed_host_write(b, BED_NPT + (take8(in) % 3) * PAGE_SIZE + take8(in) % 4 * 8, &entry,
			       sizeof(entry));
	}
}

static void write_msrs(struct bed *b, struct input *in)
{
	static const u32 msrs[] = {MSR_EFER,      MSR_SYSCFG, MSR_HWCR,        MSR_VM_CR,
				   MSR_TSC_RATIO, MSR_TSC,    MSR_VM_HSAVE_PA, MSR_SVM_KEY};
	unsigned count = take8(in) % 4;

	while (count-- > 0) {
		u32 msr = msrs[take8(in) % ARRAY_SIZE(msrs)];

		(void)cpu_host_wrmsr(b->cpu, msr, take(in, 8));
	}
}

static void write_program(struct bed *b, struct input *in)
{
	u8 code[256];
	size_t len = in->left < sizeof(code) ? in->left : sizeof(code);

	memcpy(code, in->data, len);
	bed_write(b, BED_CODE, code, len);
}

/* -- what must hold ----------------------------------------------------------------------------- */

static bool exit_code_exists(u64 code)
{
	return code <= VMEXIT_IDLE_HLT || code == VMEXIT_NPF || code == VMEXIT_INVALID;
}

static void check_outcome(const struct vmcb *before, const struct vmcb *after)
{
	struct vmcb_control a = after->control;
	const struct vmcb_control *b = &before->control;

	BUG_ON(!exit_code_exists(a.exitcode));
	a.exitcode = b->exitcode;
	if (after->control.exitcode != VMEXIT_INVALID) {
		BUG_ON(a.eventinj & EVENTINJ_V);
		memcpy(&a.vintr, &b->vintr,
		       offsetof(struct vmcb_control, nested_ctl) -
			       offsetof(struct vmcb_control, vintr));
		a.eventinj = b->eventinj;
		memcpy(&a.nrip, &b->nrip,
		       offsetof(struct vmcb_control, avic_backing_page) -
			       offsetof(struct vmcb_control, nrip));
	}
	BUG_ON(memcmp(&a, b, sizeof(a)) != 0);
}

static void run(struct bed *b)
{
	struct watchdog w = {.cpu = b->cpu};
	struct vmcb before = b->vmcb;

	bed_host_write(b, BED_VMCB, &b->vmcb, sizeof(b->vmcb));
	BUG_ON(pthread_create(&w.thread, NULL, watch, &w) != 0);
	if (cpu_vmrun(b->cpu, SPA(BED_VMCB)) == CPU_HOST_OK) {
		bed_host_read(b, BED_VMCB, &b->vmcb, sizeof(b->vmcb));
		check_outcome(&before, &b->vmcb);
	}
	BUG_ON(b->cpu->svm->in_guest);
	atomic_store(&w.stop, true);
	BUG_ON(pthread_join(w.thread, NULL) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	u8 kind = take8(&in);
	struct bed *b = bed_new(cpu_model_at(kind % 5)->name);

	if (kind & 0x10)
		bed_real_mode(b);
	else
		bed_long_mode(b);
	if (kind & 0x20)
		bed_enable_sev(b);
	if (kind & 0x40)
		write_msrs(b, &in);
	mutate_vmcb(b, &in);
	mutate_memory(b, &in);
	write_program(b, &in);
	if (kind >= 0xf0)
		randomize_vmcb(b, &in);
	keep_bounded(&b->vmcb.control);
	run(b);
	if (kind & 0x80) {
		keep_bounded(&b->vmcb.control);
		run(b);
	}
	bed_free(b);
	return 0;
}
