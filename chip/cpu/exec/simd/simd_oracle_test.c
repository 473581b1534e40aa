/* SPDX-License-Identifier: MIT */
/*
 * Every SIMD and x87 instruction against the processor of this machine: random encodings, registers
 * and memory run in the interpreter and natively must end in the same registers, memory and fault.
 *
 * A fixed sample by default; SIMD_ORACLE_CASES (per opcode) and SIMD_ORACLE_SEED make it longer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chip/cpu/decode/insn.h"
#include "chip/cpu/exec/simd/gen_testbed.h"
#include "chip/cpu/exec/simd/tables.h"
#include "tests/support/cmocka.h"
#include "tests/support/emu_one.h"

enum {
	CASES = 300,
	TRIES = 12,
	REPORTS = 1,
	FORMS = 2,
	WIDTHS = 3,
	VECTOR_UD = 6,
	STATUS_OE = 1 << 3,
	STATUS_UE = 1 << 4,
	STATUS_PE = 1 << 5,
	STATUS_ALL = 0x3f
};

#define FLAGS_COMPARED 0xcd5ull /* arithmetic flags and DF */

/* What became of a row, by form (registers, memory) and width (MM or x87, XMM, YMM). */
struct outcome {
	unsigned ran[FORMS][WIDTHS];
	unsigned host_lacks; /* the host said #UD to what we accept */
};

struct bench {
	struct host_oracle *host;
	struct emu_one *emu;
	struct cpu_model model;
	const struct insn *row[INSN_MNEMONICS];
	struct outcome outcome[INSN_MNEMONICS];
	struct gen gen;
	unsigned long cases, failures;
	u8 reported[INSN_MNEMONICS];
};

static unsigned form_of(const struct gen_case *k)
{
	for (unsigned n = 0; n < k->insn.operand_count_visible; n++)
		if (k->operand[n].type == ZYDIS_OPERAND_TYPE_MEMORY)
			return 1;
	return 0;
}

static unsigned width_of(const struct gen_case *k)
{
	unsigned width = 0;

	for (unsigned n = 0; n < k->insn.operand_count_visible; n++) {
		ZydisRegisterClass cls = ZydisRegisterGetClass(k->operand[n].reg.value);

		if (k->operand[n].type != ZYDIS_OPERAND_TYPE_REGISTER)
			continue;
		if (cls == ZYDIS_REGCLASS_YMM)
			width = 2;
		else if (cls == ZYDIS_REGCLASS_XMM && width == 0)
			width = 1;
	}
	return width;
}

/* XGETBV reads what the guest may not have; string instructions have SSE's names but not its rows. */
static bool is_ours(const struct bench *b, const struct gen_case *k)
{
	return b->row[k->insn.mnemonic] && k->insn.meta.category != ZYDIS_CATEGORY_STRINGOP &&
	       !(k->insn.attributes & ZYDIS_ATTRIB_HAS_SEGMENT) &&
	       k->insn.mnemonic != ZYDIS_MNEMONIC_XGETBV;
}

static void report(struct bench *b, const struct gen_case *k, const struct regs *got,
		   const struct regs *want, const struct regs_fault *gf,
		   const struct regs_fault *wf)
{
	b->failures++;
	if (b->reported[k->insn.mnemonic]++ >= REPORTS)
		return;
	fprintf(stderr, "  %s:", ZydisMnemonicGetString(k->insn.mnemonic));
	for (size_t i = 0; i < k->len; i++)
		fprintf(stderr, " %02x", k->code[i]);
	fprintf(stderr, "  operand at %lx mxcsr %x fcw %02x%02x fsw %02x%02x\n", (long)k->target,
		k->regs.mxcsr, k->regs.x87[1], k->regs.x87[0], k->regs.x87[3], k->regs.x87[2]);
	regs_differ(got, want, FLAGS_COMPARED, stderr);
	regs_faults_differ(gf, wf, stderr);
	for (unsigned i = 0; i < WINDOW_BYTES; i++)
		if (emu_one_window(b->emu)[i] != host_oracle_window(b->host)[i]) {
			fprintf(stderr, "    memory from %x: got %02x want %02x\n", HOST_WINDOW + i,
				emu_one_window(b->emu)[i], host_oracle_window(b->host)[i]);
			break;
		}
}

/* DPPS and DPPD round several times, and a processor looks for exceptions after each. */
static bool is_dot_product(const struct gen_case *k)
{
	switch (k->insn.mnemonic) {
	case ZYDIS_MNEMONIC_DPPS:
	case ZYDIS_MNEMONIC_DPPD:
	case ZYDIS_MNEMONIC_VDPPS:
	case ZYDIS_MNEMONIC_VDPPD:
		return true;
	default:
		return false;
	}
}

/*
 * Status bits of MXCSR that we know to differ, only while exceptions are unmasked: PE beside an
 * unmasked overflow or underflow, and all of dot products.
 */
static u32 status_known_to_differ(const struct gen_case *k, const struct regs *want)
{
	u32 unmasked = ~k->regs.mxcsr >> 7 & STATUS_ALL;

	if (is_dot_product(k))
		return unmasked ? STATUS_ALL : 0;
	return unmasked & want->mxcsr & (STATUS_OE | STATUS_UE) ? STATUS_PE : 0;
}

/* Of a dot product's tiny products we see nothing. */
static bool left_out(const struct gen_case *k)
{
	return is_dot_product(k) && ~k->regs.mxcsr >> 7 & STATUS_UE;
}

static void run_case(struct bench *b, const struct gen_case *k)
{
	struct outcome *o = &b->outcome[k->insn.mnemonic];
	struct regs_fault want_fault, got_fault;
	static struct regs want, got;

	memcpy(emu_one_window(b->emu), host_oracle_window(b->host), WINDOW_BYTES);
	host_oracle_run(b->host, k->code, k->len, &k->regs, &want, &want_fault);
	if (want_fault.vector == VECTOR_UD && emu_one_decodes(b->emu, k->code, k->len)) {
		o->host_lacks++;
		return;
	}
	if (gen_random(&b->gen) % 4 == 0)
		emu_one_flush(b->emu);
	emu_one_run(b->emu, k->code, k->len, &k->regs, &got, &got_fault);
	b->cases++;
	got.mxcsr ^= (got.mxcsr ^ want.mxcsr) & status_known_to_differ(k, &want);
	o->ran[form_of(k)][width_of(k)] += want_fault.vector == REGS_NO_FAULT;
	if (regs_differ(&got, &want, FLAGS_COMPARED, NULL) ||
	    regs_faults_differ(&got_fault, &want_fault, NULL) ||
	    memcmp(emu_one_window(b->emu), host_oracle_window(b->host), WINDOW_BYTES) != 0)
		report(b, k, &got, &want, &got_fault, &want_fault);
}

/* Each x87 opcode stands for many instructions, and 0F AE for all that save state. */
static unsigned weight(const struct gen_cell *cell)
{
	if (cell->map == MAP_X87)
		return 8;
	return cell->map == MAP_0F && (cell->opcode == 0xae || cell->opcode == 0xc7) ? 8 : 1;
}

static void run_cell(struct bench *b, const struct gen_cell *cell, unsigned cases)
{
	struct gen_case k;
	unsigned done = 0;

	for (unsigned tries = 0; done < cases && tries < cases * TRIES; tries++) {
		if (!gen_encode(&b->gen, cell, &k) || !is_ours(b, &k)) {
			if (tries > 256 && done == 0)
				return;
			continue;
		}
		gen_state(&b->gen, &k, host_oracle_window(b->host));
		if (!left_out(&k))
			run_case(b, &k);
		done++;
	}
}

static unsigned setting(const char *name, unsigned otherwise)
{
	const char *v = getenv(name);

	return v ? (unsigned)strtoul(v, NULL, 0) : otherwise;
}

/* Only the tables of this folder: the rest of the core has its own test. */
static const struct insn_table *const tables[] = {
	&insn_table_sse_int,  &insn_table_sse_fp,  &insn_table_sse_imm, &insn_table_sse_move,
	&insn_table_sse_misc, &insn_table_pcmpstr, &insn_table_mmx,     &insn_table_mxcsr,
	&insn_table_avx_int,  &insn_table_avx_fp,  &insn_table_avx_imm, &insn_table_avx_move,
	&insn_table_fma,      &insn_table_crypto,  &insn_table_masked,  &insn_table_x87,
	&insn_table_x87_env,  &insn_table_xsave,   &insn_table_fxsave,  &insn_table_xcr,
};

static void index_rows(struct bench *b)
{
	for (size_t t = 0; t < ARRAY_SIZE(tables); t++)
		for (size_t i = 0; i < tables[t]->count; i++)
			b->row[tables[t]->rows[i].mnemonic] = &tables[t]->rows[i];
}

static int bench_setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (!b)
		return -1;
	emu_one_full_model(&b->model);
	index_rows(b);
	gen_init(&b->gen, setting("SIMD_ORACLE_SEED", 1));
	b->gen.unmask = true;
	b->host = host_oracle_new();
	b->emu = emu_one_new(&b->model);
	*state = b;
	return b->host && b->emu ? 0 : -1;
}

static int bench_teardown(void **state)
{
	struct bench *b = *state;

	emu_one_free(b->emu);
	host_oracle_free(b->host);
	free(b);
	return 0;
}

/* -- tests --------------------------------------------------------------------------------------------------- */

static void test_instructions_do_what_the_host_does(void **state)
{
	struct bench *b = *state;
	unsigned cases = setting("SIMD_ORACLE_CASES", CASES);

	for (unsigned n = 0; n < gen_cells(); n++) {
		struct gen_cell cell = gen_cell_at(n);

		run_cell(b, &cell, cases * weight(&cell));
	}
	printf("# %lu cases\n", b->cases);
	assert_int_equal(b->failures, 0);
}

static bool ran_at_all(const struct outcome *o)
{
	for (unsigned f = 0; f < FORMS; f++)
		for (unsigned w = 0; w < WIDTHS; w++)
			if (o->ran[f][w])
				return true;
	return false;
}

/* Rows that cannot succeed at CPL 3, or that the comparison leaves out. */
static bool cannot_run_here(unsigned mnemonic)
{
	switch (mnemonic) {
	case ZYDIS_MNEMONIC_XSETBV:
	case ZYDIS_MNEMONIC_XGETBV:
	case ZYDIS_MNEMONIC_XSAVES:
	case ZYDIS_MNEMONIC_XSAVES64:
	case ZYDIS_MNEMONIC_XRSTORS:
	case ZYDIS_MNEMONIC_XRSTORS64:
		return true;
	default:
		return false;
	}
}

/* Runs after the test above, on its counts. */
static void test_every_row_ran(void **state)
{
	struct bench *b = *state;
	unsigned missing = 0, rows = 0, lacking = 0;

	for (unsigned m = 0; m < INSN_MNEMONICS; m++) {
		const struct outcome *o = &b->outcome[m];

		if (!b->row[m] || cannot_run_here(m))
			continue;
		rows++;
		if (ran_at_all(o) && o->host_lacks == 0)
			continue;
		if (o->host_lacks && !ran_at_all(o)) {
			printf("# skipped: the host lacks %s\n", ZydisMnemonicGetString(m));
			lacking++;
			continue;
		}
		fprintf(stderr, "  %s: %s\n", ZydisMnemonicGetString(m),
			o->host_lacks ? "a form that the host does not have" : "never ran");
		missing++;
	}
	printf("# %u rows, %u of them not on this host\n", rows, lacking);
	assert_int_equal(missing, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_instructions_do_what_the_host_does),
		cmocka_unit_test(test_every_row_ran),
	};

	return cmocka_run_group_tests(tests, bench_setup, bench_teardown);
}
