/* SPDX-License-Identifier: MIT */
/* Counts of a run. */
#include "tools/run_report.h"

#include <jansson.h>

#include "hv/exit.h"

const char *run_ended_name(enum vm_ended ended)
{
	switch (ended) {
	case VM_ENDED_POWER_OFF:
		return "power-off";
	case VM_ENDED_RESET:
		return "reset";
	case VM_ENDED_DEBUG_EXIT:
		return "debug exit";
	case VM_ENDED_SHUTDOWN:
		return "triple fault";
	case VM_ENDED_STOPPED:
		return "stopped";
	case VM_ENDED_TIMEOUT:
		return "timeout";
	case VM_ENDED_FAILED:
		return "failed";
	default:
		return "running";
	}
}

static double mips(const struct run_report *r)
{
	return r->cpu_seconds > 0 ? (double)vm_instructions(r->vm) / r->cpu_seconds / 1e6 : 0;
}

static u64 all_exits(const struct vm *vm)
{
	u64 sum = 0;

	for (unsigned n = 0; n < exit_row_count; n++)
		sum += vm_exits(vm, n);
	return sum;
}

static void print_launch(const struct run_report *r, FILE *out)
{
	char digest[65];

	run_launch_digest_text(r->launch, digest);
	fprintf(out, "swsev: launch digest %s, policy %#x, ASID %u\n", digest, r->vm->launch.policy,
		r->vm->launch.asid);
}

/* Where each vCPU was at its last exit; of use when a guest hangs. */
static void print_vcpus(const struct vm *vm, FILE *out)
{
	static const char *const states[] = {"running", "halted", "waiting for SIPI"};

	for (unsigned n = 0; n < vm->cfg.cpus; n++) {
		const struct vcpu *v = &vm->vcpu[n];
		const struct vmcb_save *s = &v->vmcb.save;

		fprintf(out,
			"swsev: vCPU %u %s, last exit at %04x:%llx, rflags %llx, cr0 %llx, cr3 "
			"%llx\n",
			n, states[v->state], s->cs.selector, (unsigned long long)s->rip,
			(unsigned long long)s->rflags, (unsigned long long)s->cr0,
			(unsigned long long)s->cr3);
	}
}

void run_report_text(const struct run_report *r, FILE *out)
{
	struct platform_stats stats;

	platform_stats(r->vm->chip, &stats);
	fprintf(out, "swsev: %s after %.2f s (%.2f s of CPU), %.1f M instructions, %.0f MIPS\n",
		run_ended_name(r->ended), r->seconds, r->cpu_seconds,
		(double)vm_instructions(r->vm) / 1e6, mips(r));
	fprintf(out, "swsev: %llu exits:", (unsigned long long)all_exits(r->vm));
	for (unsigned n = 0; n < exit_row_count; n++)
		if (vm_exits(r->vm, n) != 0)
			fprintf(out, " %s %llu", exit_rows[n].name,
				(unsigned long long)vm_exits(r->vm, n));
	fprintf(out, "\nswsev: pages: %llu decrypted, %llu encrypted, %llu private on the die\n",
		(unsigned long long)stats.decrypted, (unsigned long long)stats.encrypted,
		(unsigned long long)stats.resident);
	if (r->launch)
		print_launch(r, out);
	if (r->ended != VM_ENDED_POWER_OFF && r->ended != VM_ENDED_DEBUG_EXIT)
		print_vcpus(r->vm, out);
}

static json_t *exits_to_json(const struct vm *vm)
{
	json_t *exits = json_object();

	for (unsigned n = 0; n < exit_row_count; n++)
		json_object_set_new(exits, exit_rows[n].name,
				    json_integer((json_int_t)vm_exits(vm, n)));
	return exits;
}

bool run_report_json(const struct run_report *r, FILE *out)
{
	struct platform_stats stats;
	char digest[65];
	json_t *json;
	bool ok;

	platform_stats(r->vm->chip, &stats);
	json = json_pack("{s:s, s:i, s:f, s:f, s:I, s:f, s:o, s:{s:I, s:I, s:I, s:I}}", "ended",
			 run_ended_name(r->ended), "code", (int)r->vm->code, "seconds", r->seconds,
			 "cpu_seconds", r->cpu_seconds, "instructions",
			 (json_int_t)vm_instructions(r->vm), "mips", mips(r), "exits",
			 exits_to_json(r->vm), "pages", "decrypted", (json_int_t)stats.decrypted,
			 "encrypted", (json_int_t)stats.encrypted, "shootdowns",
			 (json_int_t)stats.shootdowns, "resident", (json_int_t)stats.resident);
	if (json && r->launch) {
		run_launch_digest_text(r->launch, digest);
		json_object_set_new(json, "launch_digest", json_string(digest));
	}
	ok = json && json_dumpf(json, out, JSON_INDENT(2)) == 0 && fputc('\n', out) != EOF;
	json_decref(json);
	return ok;
}
