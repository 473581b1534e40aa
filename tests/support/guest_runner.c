/* SPDX-License-Identifier: MIT */
/* A chip without its Secure Processor, a hypervisor of one loop, and a guest in between. */
#include "tests/support/guest_runner.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "abi/msr.h"
#include "abi/svm_exit.h"
#include "abi/x86.h"

#include "base/bug.h"

#include "tests/support/guest_internal.h"

enum { PORT_SERIAL = 0x3f8, PORT_LINE_STATUS = 0x3fd, LINE_READY = 0x60, PORT_END = 0xf4 };

/* -- exits ------------------------------------------------------------------------------------ */

/* The first to end the guest decides its result; all CPUs are to stop. */
static void end_guest(struct guest *g, int result, const struct vcpu *where)
{
	pthread_mutex_lock(&g->lock);
	if (g->result == STILL_RUNNING) {
		g->result = result;
		g->where = where;
		for (unsigned i = 0; i < g->cfg.cpus; i++)
			cpu_kick(g->vcpu[i].core);
		pthread_cond_signal(&g->ended);
	}
	pthread_mutex_unlock(&g->lock);
}

static void put_char(struct guest *g, char c)
{
	if (g->output_len < OUTPUT_SIZE - 1)
		g->output[g->output_len++] = c;
	if (c != '\n') {
		if (g->line_len < LINE_SIZE - 1)
			g->line[g->line_len++] = c;
		return;
	}
	g->line[g->line_len] = '\0';
	g->line_len = 0;
	if (g->cfg.line)
		g->cfg.line(g->cfg.ctx, g->line);
}

static void serve_out(struct vcpu *vcpu, u16 port, u8 v)
{
	struct guest *g = vcpu->guest;

	if (port == PORT_END) {
		end_guest(g, v, vcpu);
		return;
	}
	if (port != PORT_SERIAL)
		return;
	pthread_mutex_lock(&g->lock);
	put_char(g, (char)v);
	pthread_mutex_unlock(&g->lock);
}

/* Bytes of RAX that an IN of this size replaces; 4 bytes clear the upper half. */
static u64 merge_in(u64 rax, unsigned bytes, u32 v)
{
	u64 mask = bytes == 4 ? ~0ull : BIT64(8 * bytes) - 1;

	return (rax & ~mask) | (v & mask & 0xffffffff);
}

static void serve_port(struct vcpu *v, struct vmcb *vmcb)
{
	u64 info = vmcb->control.exitinfo1;
	u16 port = (u16)FIELD_GET(IOIO_INFO1_PORT, info);
	unsigned bytes = (unsigned)FIELD_GET(IOIO_INFO1_BYTES, info);

	if (info & IOIO_INFO1_STR) {
		end_guest(v->guest, GUEST_FAILED, v);
		return;
	}
	if (info & IOIO_INFO1_IN)
		vmcb->save.rax = merge_in(vmcb->save.rax, bytes,
					  port == PORT_LINE_STATUS ? LINE_READY : 0xffffffff);
	else
		serve_out(v, port, (u8)vmcb->save.rax);
	vmcb->save.rip = vmcb->control.exitinfo2;
	guest_write_host(v->guest, v->vmcb.v + offsetof(struct vmcb, save.rax), &vmcb->save.rax, 8);
	guest_write_host(v->guest, v->vmcb.v + offsetof(struct vmcb, save.rip), &vmcb->save.rip, 8);
}

static bool has_ended(struct guest *g)
{
	bool ended;

	pthread_mutex_lock(&g->lock);
	ended = g->result != STILL_RUNNING;
	pthread_mutex_unlock(&g->lock);
	return ended;
}

static struct vmcb read_vmcb(const struct vcpu *v)
{
	struct vmcb vmcb;

	BUG_ON(cache_read(v->guest->cache, NULL, REQ_HOST_CORE, VIEW_RAW, v->vmcb, &vmcb,
			  sizeof(vmcb)) != FABRIC_OK);
	return vmcb;
}

void guest_serve_exit(struct vcpu *v)
{
	struct vmcb vmcb = read_vmcb(v);

	switch (vmcb.control.exitcode) {
	case VMEXIT_INTR:
		break; /* kicked: has the guest ended? */
	case VMEXIT_IOIO:
		serve_port(v, &vmcb);
		break;
	default:
		end_guest(v->guest, GUEST_FAILED, v);
	}
}

/* To the host CPU of the same rank among those that this process may use. */
static void pin(unsigned number)
{
	cpu_set_t allowed, one;
	unsigned rank = 0;

	BUG_ON(sched_getaffinity(0, sizeof(allowed), &allowed) != 0);
	number %= (unsigned)CPU_COUNT(&allowed);
	CPU_ZERO(&one);
	for (unsigned n = 0; n < CPU_SETSIZE; n++)
		if (CPU_ISSET(n, &allowed) && rank++ == number)
			CPU_SET(n, &one);
	(void)sched_setaffinity(0, sizeof(one), &one); /* refused: then not */
}

static void *run_vcpu(void *arg)
{
	struct vcpu *v = arg;

	if (v->guest->cfg.pin)
		pin((unsigned)(v - v->guest->vcpu));
	BUG_ON(cpu_vmload(v->core, v->vmcb) != CPU_HOST_OK);
	while (!has_ended(v->guest)) {
		BUG_ON(cpu_vmrun(v->core, v->vmcb) != CPU_HOST_OK);
		atomic_fetch_add_explicit(&v->guest->exits, 1, memory_order_relaxed);
		guest_serve_exit(v);
	}
	return NULL;
}

/* -- running ---------------------------------------------------------------------------------- */

static void *watch(void *arg)
{
	struct guest *g = arg;
	struct timespec until;
	bool late = false;

	pthread_mutex_lock(&g->lock);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += (time_t)g->seconds;
	while (g->result == STILL_RUNNING && !late)
		late = pthread_cond_timedwait(&g->ended, &g->lock, &until) == ETIMEDOUT;
	pthread_mutex_unlock(&g->lock);
	if (late)
		end_guest(g, GUEST_TIMEOUT, &g->vcpu[0]);
	return NULL;
}

static int explain(const struct guest *g, struct error *err)
{
	struct vmcb vmcb = read_vmcb(g->where);

	return error_set(err, EIO, "%s: CPU %u: #VMEXIT %llx info %llx %llx at %04x:%llx cr3 %llx",
			 g->result == GUEST_TIMEOUT ? "out of time" : "no answer to an exit",
			 (unsigned)(g->where - g->vcpu), (unsigned long long)vmcb.control.exitcode,
			 (unsigned long long)vmcb.control.exitinfo1,
			 (unsigned long long)vmcb.control.exitinfo2, vmcb.save.cs.selector,
			 (unsigned long long)vmcb.save.rip, (unsigned long long)vmcb.save.cr3);
}

int guest_run(struct guest *g, unsigned seconds, struct error *err)
{
	pthread_t watcher;
	cpu_set_t before;

	BUG_ON(sched_getaffinity(0, sizeof(before), &before) != 0);
	g->seconds = seconds;
	BUG_ON(pthread_create(&watcher, NULL, watch, g) != 0);
	for (unsigned i = 1; i < g->cfg.cpus; i++)
		BUG_ON(pthread_create(&g->vcpu[i].thread, NULL, run_vcpu, &g->vcpu[i]) != 0);
	run_vcpu(&g->vcpu[0]);
	(void)sched_setaffinity(0, sizeof(before), &before);
	for (unsigned i = 1; i < g->cfg.cpus; i++)
		BUG_ON(pthread_join(g->vcpu[i].thread, NULL) != 0);
	BUG_ON(pthread_join(watcher, NULL) != 0);
	if (g->result < 0)
		explain(g, err);
	return g->result;
}

const char *guest_output(const struct guest *g)
{
	return g->output;
}

u64 guest_instructions(const struct guest *g)
{
	u64 n = 0;

	for (unsigned i = 0; i < g->cfg.cpus; i++)
		n += cpu_instructions(g->vcpu[i].core);
	return n;
}

u64 guest_exits(const struct guest *g)
{
	return atomic_load_explicit(&g->exits, memory_order_relaxed);
}

bool guest_dram_holds(const struct guest *g, const char *text)
{
	return memmem(g->fabric.dram, g->fabric.dram_size, text, strlen(text)) != NULL;
}

/* -- making ----------------------------------------------------------------------------------- */

/* What a host kernel does before its first VMRUN on a core. */
static void set_up_core(struct vcpu *v, unsigned number)
{
	static const struct {
		u32 msr;
		u64 set;
		bool for_sev;
	} bits[] = {
		{MSR_SYSCFG, SYSCFG_MEM_ENCRYPTION_MOD_EN, true},
		{MSR_HWCR, HWCR_SMM_LOCK, true},
		{MSR_EFER, EFER_SVME, false},
		{MSR_VM_HSAVE_PA, HSAVE_AT, false},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(bits); i++) {
		u64 value;

		if (bits[i].for_sev && !v->guest->cfg.encrypted)
			continue;
		BUG_ON(cpu_host_rdmsr(v->core, bits[i].msr, &value) != CPU_HOST_OK);
		value |= bits[i].set + (bits[i].msr == MSR_VM_HSAVE_PA ? number * PAGE_SIZE : 0);
		BUG_ON(cpu_host_wrmsr(v->core, bits[i].msr, value) != CPU_HOST_OK);
	}
}

/* One call, so that lines of two cores do not mix. */
static void trace_line(void *ctx, const char *line)
{
	fprintf(ctx, "%s\n", line);
}

static int make_vcpu(struct guest *g, unsigned number, struct error *err)
{
	struct vcpu *v = &g->vcpu[number];
	const struct cpu_trace trace = {g->cfg.trace, trace_line, stderr};
	const struct cpu_config cfg = {
		.model = &g->model,
		.fabric = &g->fabric,
		.cache = g->cache,
		.index = number,
		.cores = g->cfg.cpus,
		.clock = g->cfg.deterministic ? &cpu_clock_instructions : &cpu_clock_host,
	};

	v->guest = g;
	v->vmcb = SPA(VMCB_AT + number * PAGE_SIZE);
	v->core = cpu_new(&cfg, err);
	if (!v->core)
		return -ENOMEM;
	set_up_core(v, number);
	guest_set_start(v, number);
	return cpu_set_trace(v->core, &trace, err);
}

/* The chip, as far as a core needs it. */
static int make_chip(struct guest *g, struct error *err)
{
	static const u8 key[MEE_KEY_SIZE] = {0x47, 0x75, 0x65, 0x73, 0x74, 1, 2, 3};
	static const u8 seed[32] = {1};
	const struct fabric_config fabric = {.dram_size = GUEST_BASE + g->cfg.memory};
	const struct cpu_model *model = cpu_model_find(g->cfg.model ? g->cfg.model : "rome");
	struct cache_config cache = {0};
	int rc;

	if (!model)
		return error_set(err, EINVAL, "%s: no such model", g->cfg.model);
	cpu_model_limit(&g->model, model);
	cache.coherent = model->coherent;
	if (g->cfg.encrypted)
		g->c_bit = BIT64(model->c_bit);
	g->rng = rng_new(g->cfg.deterministic ? seed : NULL);
	if (g->rng)
		g->mee = mee_new(MEE_ZEN2_XEX, GUEST_ASID + 1, MEE_PATH_BEST, g->rng);
	if (!g->mee)
		return error_set(err, ENOMEM, "out of memory");
	mee_set_key(g->mee, GUEST_ASID, key);
	rc = fabric_init(&g->fabric, &fabric, err);
	if (rc != 0)
		return rc;
	g->cache = cache_new(&g->fabric, g->mee, &cache, err);
	return g->cache ? 0 : -ENOMEM;
}

static int make_guest(struct guest *g, struct error *err)
{
	u8 all_ports[IOPM_SIZE];
	int rc = guest_image_init(&g->image, g->cfg.image, g->cfg.memory, err);

	if (rc == 0)
		rc = make_chip(g, err);
	if (rc != 0)
		return rc;
	memset(all_ports, 0xff, sizeof(all_ports));
	guest_write_host(g, IOPM_AT, all_ports, sizeof(all_ports));
	guest_load(g);
	for (unsigned i = 0; i < g->cfg.cpus && rc == 0; i++)
		rc = make_vcpu(g, i, err);
	return rc;
}

struct guest *guest_new(const struct guest_config *cfg, struct error *err)
{
	struct guest *g = calloc(1, sizeof(*g));

	if (!g) {
		error_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	g->cfg = *cfg;
	g->cfg.cpus = cfg->cpus ? cfg->cpus : 1;
	g->cfg.memory = cfg->memory ? cfg->memory : MIB(64);
	g->result = STILL_RUNNING;
	pthread_mutex_init(&g->lock, NULL);
	pthread_cond_init(&g->ended, NULL);
	BUG_ON(g->cfg.cpus > GUEST_CPUS_MAX || g->cfg.memory > GIB(1));
	BUG_ON(g->cfg.memory < MIB(4) || g->cfg.memory % PAGE_2M_SIZE != 0);
	if (make_guest(g, err) == 0)
		return g;
	guest_free(g);
	return NULL;
}

void guest_free(struct guest *g)
{
	if (!g)
		return;
	for (unsigned i = 0; i < g->cfg.cpus; i++)
		cpu_free(g->vcpu[i].core);
	if (g->cache)
		cache_free(g->cache);
	if (g->fabric.dram)
		fabric_fini(&g->fabric);
	mee_free(g->mee);
	rng_free(g->rng);
	guest_image_fini(&g->image);
	pthread_cond_destroy(&g->ended);
	pthread_mutex_destroy(&g->lock);
	free(g);
}
