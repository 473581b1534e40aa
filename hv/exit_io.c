/* SPDX-License-Identifier: MIT */
/*
 * IN, OUT, INS, OUTS.  [APM2 15.10.2 IN and OUT Behavior]
 *
 * The string forms move guest memory, which the hypervisor finds through the guest's page tables:
 * for an encrypted guest that fails, which is why such guests take string I/O apart.
 */
#include "hv/exit.h"

#include "abi/svm_exit.h"
#include "abi/x86.h"
#include "hv/gva.h"
#include "hv/vm.h"

enum { RCX = 1, RSI = 6, RDI = 7, ROUNDS_MAX = 1024 };

struct io {
	bool in, rep;
	unsigned bytes;        /* 1, 2, 4 */
	unsigned address_size; /* 2, 4, 8 */
	unsigned segment;      /* enum x86_segment, of OUTS */
	u16 port;
};

static struct io decode(u64 info)
{
	return (struct io){
		.in = info & IOIO_INFO1_IN,
		.rep = info & IOIO_INFO1_REP,
		.bytes = (unsigned)FIELD_GET(IOIO_INFO1_BYTES, info),
		.address_size = info & IOIO_INFO1_A16   ? 2
				: info & IOIO_INFO1_A32 ? 4
							: 8,
		.segment = (unsigned)FIELD_GET(IOIO_INFO1_SEG, info),
		.port = (u16)FIELD_GET(IOIO_INFO1_PORT, info),
	};
}

static u64 mask_of(unsigned bytes)
{
	return bytes == 8 ? ~0ull : BIT64(8 * bytes) - 1;
}

/* -- IN and OUT ------------------------------------------------------------------------------- */

static void serve_one(struct vcpu *v, const struct io *io)
{
	u64 mask = mask_of(io->bytes);
	u64 rax = v->vmcb.save.rax;

	if (!io->in) {
		bus_write(&v->vm->bus, BUS_PORT, io->port, io->bytes, rax & mask);
		return;
	}
	rax = io->bytes == 4 ? 0 : rax & ~mask;
	v->vmcb.save.rax = rax | (bus_read(&v->vm->bus, BUS_PORT, io->port, io->bytes) & mask);
}

/* -- INS and OUTS ----------------------------------------------------------------------------- */

static u64 segment_base(const struct vcpu *v, unsigned n)
{
	const struct vmcb_save *s = &v->vmcb.save;
	const struct vmcb_seg *seg[] = {&s->es, &s->cs, &s->ss, &s->ds, &s->fs, &s->gs};
	bool flat = (s->efer & EFER_LMA) && (s->cs.attrib & SEG_ATTRIB_L) && n < X86_SEGMENT_FS;

	return flat || n >= ARRAY_SIZE(seg) ? 0 : seg[n]->base;
}

static u64 linear(const struct vcpu *v, const struct io *io)
{
	unsigned reg = io->in ? RDI : RSI;
	u64 base = segment_base(v, io->in ? X86_SEGMENT_ES : io->segment);

	return base + (vcpu_reg_get(v, reg) & mask_of(io->address_size));
}

static bool move_unit(struct vcpu *v, const struct io *io, struct gva_fault *f)
{
	u64 la = linear(v, io);
	u64 data = 0;
	gpa_t gpa;

	if (!io->in) {
		if (!gva_read(v, la, &data, io->bytes, f))
			return false;
		bus_write(&v->vm->bus, BUS_PORT, io->port, io->bytes, data);
		return true;
	}
	if (!gva_translate(v, la, true, &gpa, f)) /* before the port is read */
		return false;
	data = bus_read(&v->vm->bus, BUS_PORT, io->port, io->bytes);
	return gva_write(v, la, &data, io->bytes, f);
}

static void step(struct vcpu *v, const struct io *io, unsigned reg, s64 by)
{
	u64 old = vcpu_reg_get(v, reg);
	u64 mask = mask_of(io->address_size);
	u64 value = (old + (u64)by) & mask;

	vcpu_reg_set(v, reg, io->address_size == 2 ? (old & ~mask) | value : value);
}

static bool is_done(const struct vcpu *v, const struct io *io)
{
	return io->rep && (vcpu_reg_get(v, RCX) & mask_of(io->address_size)) == 0;
}

/* After many rounds the guest goes on from where it is, so that interrupts are taken meanwhile. */
static void serve_string(struct vcpu *v, const struct io *io)
{
	s64 by = v->vmcb.save.rflags & RFLAGS_DF ? -(s64)io->bytes : (s64)io->bytes;
	struct gva_fault f;

	for (unsigned n = 0; n < ROUNDS_MAX && !is_done(v, io); n++) {
		if (!move_unit(v, io, &f)) {
			v->vmcb.save.cr2 = f.address;
			vcpu_raise_error(v, X86_VECTOR_PF, f.error);
			return;
		}
		step(v, io, io->in ? RDI : RSI, by);
		if (!io->rep) {
			vcpu_advance(v, v->vmcb.control.exitinfo2);
			return;
		}
		step(v, io, RCX, -1);
	}
	if (is_done(v, io))
		vcpu_advance(v, v->vmcb.control.exitinfo2);
}

void exit_io(struct vcpu *v)
{
	struct io io = decode(v->vmcb.control.exitinfo1);

	if (v->vmcb.control.exitinfo1 & IOIO_INFO1_STR) {
		serve_string(v, &io);
		return;
	}
	serve_one(v, &io);
	vcpu_advance(v, v->vmcb.control.exitinfo2);
}
