/* SPDX-License-Identifier: MIT */
/*
 * The instruction that is about to run: bytes, text, memory operands.
 *
 * The bytes are those of the block that the run loop will find, read where that says they are: asking
 * for more would fetch from a page that the instruction does not touch, and the guest could see its A
 * bit.
 */
#include "chip/cpu/trace/internal.h"

#include <string.h>

#include "chip/cpu/exec/debug_operand.h"

static bool read_part(struct cpu *c, view_t view, u64 spa, u8 *dst, unsigned len)
{
	return cache_read(c->cache, c->agent, REQ_GUEST_CORE, view, SPA(spa), dst, len) ==
	       FABRIC_OK;
}

static bool read_bytes(struct cpu *c, const struct block *b, struct trace_insn *insn)
{
	u64 room = PAGE_SIZE - (b->spa & PAGE_MASK);
	unsigned first = b->bytes < room ? b->bytes : (unsigned)room;

	insn->len = b->bytes < TRACE_INSN_MAX ? b->bytes : TRACE_INSN_MAX;
	if (first >= insn->len)
		return read_part(c, b->view, b->spa, insn->code, insn->len);
	return read_part(c, b->view, b->spa, insn->code, first) &&
	       read_part(c, b->view, b->spa2, insn->code + first, insn->len - first);
}

static void note_writes(const struct cpu *c, struct trace_insn *insn,
			const ZydisDecodedInstruction *zi, const ZydisDecodedOperand *zo)
{
	if (debug_does_nothing(c, zi))
		return;
	for (unsigned n = 0; n < zi->operand_count && insn->writes < TRACE_WRITES; n++)
		if (debug_operand_is_access(&zo[n]) &&
		    zo[n].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)
			insn->write[insn->writes++] = (struct trace_write){
				debug_operand_linear(c, zi, &zo[n]), zo[n].size / 8u};
}

static void format(const ZydisDecodedInstruction *zi, const ZydisDecodedOperand *zo, u64 rip,
		   char *text, size_t size)
{
	ZydisFormatter f;

	if (!ZYAN_SUCCESS(ZydisFormatterInit(&f, ZYDIS_FORMATTER_STYLE_INTEL)) ||
	    !ZYAN_SUCCESS(ZydisFormatterFormatInstruction(&f, zi, zo, zi->operand_count_visible,
							  text, size, rip, ZYAN_NULL)))
		strcpy(text, "(no text)");
}

void trace_decode(struct cpu *c, struct trace_insn *insn)
{
	const struct cpu_event event = c->event;
	const struct block *b = block_find(c);
	ZydisDecodedOperand zo[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction zi;
	ZydisDecoder z;

	*insn = (struct trace_insn){.known = false};
	c->event = event; /* a fetch that faults will do so again */
	if (!b || !read_bytes(c, b, insn))
		return;
	insn->known = true;
	debug_decoder_init(c, &z);
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&z, insn->code, insn->len, &zi, zo))) {
		strcpy(insn->text, "(bad)");
		return;
	}
	format(&zi, zo, c->rip, insn->text, sizeof(insn->text));
	note_writes(c, insn, &zi, zo);
}
