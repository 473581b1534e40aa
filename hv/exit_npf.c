/* SPDX-License-Identifier: MIT */
/*
 * Nested page faults: what is no RAM is a device's, or nobody's.
 *
 * The instruction's bytes come with the exit, so the same code serves encrypted guests.
 */
#include "hv/exit.h"

#include "abi/svm_exit.h"
#include "abi/x86.h"
#include "hv/insn.h"
#include "hv/vm.h"

/* -- devices ---------------------------------------------------------------------------------- */

static bool is_lapic(const struct vcpu *v, u64 gpa)
{
	return (gpa & ~PAGE_MASK) == lapic_page(v->lapic);
}

static u64 mmio_read(struct vcpu *v, u64 gpa, unsigned size)
{
	if (is_lapic(v, gpa))
		return lapic_mmio_read(v->lapic, gpa & PAGE_MASK, size);
	return bus_read(&v->vm->bus, BUS_MMIO, gpa, size);
}

static void mmio_write(struct vcpu *v, u64 gpa, unsigned size, u64 value)
{
	if (is_lapic(v, gpa))
		lapic_mmio_write(v->lapic, gpa & PAGE_MASK, size, value);
	else
		bus_write(&v->vm->bus, BUS_MMIO, gpa, size, value);
}

/* -- operands --------------------------------------------------------------------------------- */

static u64 mask_of(unsigned bytes)
{
	return bytes == 8 ? ~0ull : BIT64(8 * bytes) - 1;
}

static u64 register_value(const struct vcpu *v, const struct insn *i)
{
	u64 r = vcpu_reg_get(v, i->reg);

	return (i->high ? r >> 8 : r) & mask_of(i->size);
}

static u64 extend(const struct insn *i, u64 value)
{
	unsigned shift = 64 - 8 * i->size;

	value &= mask_of(i->size);
	return i->extend == INSN_SIGN ? (u64)((s64)(value << shift) >> shift) : value;
}

/* Byte and word results leave the rest of the register alone, a doubleword clears its upper half. */
static void set_register(struct vcpu *v, const struct insn *i, u64 value)
{
	u64 old = vcpu_reg_get(v, i->reg);
	u64 mask = mask_of(i->reg_size);

	if (i->high) {
		mask <<= 8;
		value <<= 8;
	}
	value &= mask;
	if (i->reg_size < 4)
		value |= old & ~mask;
	vcpu_reg_set(v, i->reg, value);
}

/* -- STOS ------------------------------------------------------------------------------------- */

static void step_register(struct vcpu *v, unsigned n, s64 by, unsigned address_size)
{
	u64 old = vcpu_reg_get(v, n);
	u64 mask = mask_of(address_size);
	u64 value = (old + (u64)by) & mask;

	if (address_size == 2)
		value |= old & ~mask;
	vcpu_reg_set(v, n, value);
}

/* One round; with more to do RIP stays, and the next round faults again. */
static bool store_string(struct vcpu *v, const struct insn *i, u64 gpa)
{
	enum { RCX = 1, RDI = 7 };
	bool down = v->vmcb.save.rflags & RFLAGS_DF;

	mmio_write(v, gpa, i->size, register_value(v, i));
	step_register(v, RDI, down ? -(s64)i->size : (s64)i->size, i->address_size);
	if (!i->rep)
		return true;
	step_register(v, RCX, -1, i->address_size);
	return (vcpu_reg_get(v, RCX) & mask_of(i->address_size)) == 0;
}

/* False: not done yet. */
static bool perform(struct vcpu *v, const struct insn *i, u64 gpa)
{
	u64 value = i->immediate ? i->value : register_value(v, i);

	switch (i->kind) {
	case INSN_LOAD:
		set_register(v, i, extend(i, mmio_read(v, gpa, i->size)));
		return true;
	case INSN_STORE:
		mmio_write(v, gpa, i->size, value & mask_of(i->size));
		return true;
	case INSN_EXCHANGE:
		set_register(v, i, mmio_read(v, gpa, i->size));
		mmio_write(v, gpa, i->size, value);
		return true;
	default:
		return store_string(v, i, gpa);
	}
}

/* -- the exit --------------------------------------------------------------------------------- */

static enum insn_mode mode_of(const struct vcpu *v)
{
	u16 attrib = v->vmcb.save.cs.attrib;

	if ((v->vmcb.save.efer & EFER_LMA) && (attrib & SEG_ATTRIB_L))
		return INSN_MODE_64;
	return attrib & SEG_ATTRIB_DB ? INSN_MODE_32 : INSN_MODE_16;
}

static void fail(struct vcpu *v, const char *why)
{
	const struct vmcb_control *c = &v->vmcb.control;

	vm_fail(v->vm, "vCPU %u: %s, address %#llx (%#llx), at rip %#llx: %02x %02x %02x %02x %02x",
		v->index, why, (unsigned long long)c->exitinfo2, (unsigned long long)c->exitinfo1,
		(unsigned long long)v->vmcb.save.rip, c->insn_bytes[0], c->insn_bytes[1],
		c->insn_bytes[2], c->insn_bytes[3], c->insn_bytes[4]);
}

void exit_npf(struct vcpu *v)
{
	const struct vmcb_control *c = &v->vmcb.control;
	unsigned len = c->insn_len & 0xf;
	u64 gpa = c->exitinfo2;
	struct insn i;

	if (memory_contains(&v->vm->memory, GPA(gpa), 1))
		fail(v, "nested page fault on RAM");
	else if (c->exitinfo1 & (NPF_INFO1_ID | NPF_INFO1_WALK))
		fail(v, "code or page tables where no RAM is");
	else if (!insn_decode(&i, c->insn_bytes, len, mode_of(v)))
		fail(v, "an instruction that no device register is for");
	else if (perform(v, &i, gpa))
		vcpu_advance(v, v->vmcb.save.rip + i.len);
}
