/* SPDX-License-Identifier: MIT */
/* Bit tests, scans and counts; ADX; BMI1 and BMI2; CRC32. */
#include "chip/cpu/exec/int_bits.h"

#include "chip/cpu/exec/alu.h"
#include "chip/cpu/exec/lock.h"
#include "chip/cpu/exec/mem_op.h"
#include "chip/cpu/exec/reg.h"

/* -- BT BTS BTR BTC ------------------------------------------------------------------------------ */

/*
 * With a memory operand and the bit number in a register, the bit may lie anywhere: an address
 * operation first adds the words that the number goes beyond the operand, and REG_EA holds the
 * address.
 */
#define BIT_ADDRESS(bits)                                                              \
	static OP(bit_address##bits)                                                   \
	{                                                                              \
		s##bits word = (s##bits)reg_get##bits(c, op->b) >> (bits == 16   ? 4   \
								    : bits == 32 ? 5   \
										 : 6); \
                                                                                       \
		if (!bit_linear(c, op, (s64)word * (bits / 8)))                        \
			OP_EVENT();                                                    \
		OP_NEXT();                                                             \
	}

static bool bit_linear(struct cpu *c, const struct op *op, s64 away)
{
	u64 offset = op_ea_fast(c, op) + op->imm + (u64)away;

	if (op->addr_size < 8)
		offset &= op->addr_size == 4 ? 0xffffffffull : 0xffffull;
	return seg_linear(c, op->seg, offset, op->size, op->misc, &c->reg[REG_EA]);
}

BIT_ADDRESS(16)
BIT_ADDRESS(32)
BIT_ADDRESS(64)

#define BIT_REG(name, bits, commit)                                                                \
	static OP(name##bits##_rr)                                                                 \
	{                                                                                          \
		commit(bits, alu_##name##bits(reg_get##bits(c, op->a), reg_get##bits(c, op->b),    \
					      &c->cc));                                            \
		OP_NEXT();                                                                         \
	}                                                                                          \
	static OP(name##bits##_ri)                                                                 \
	{                                                                                          \
		commit(bits, alu_##name##bits(reg_get##bits(c, op->a), (u##bits)op->imm, &c->cc)); \
		OP_NEXT();                                                                         \
	}

#define COMMIT_REG(bits, value)   reg_set##bits(c, op->a, value)
#define COMMIT_FLAGS(bits, value) (void)(value)

#define BIT_TEST(bits)                                                                    \
	BIT_REG(bt, bits, COMMIT_FLAGS)                                                   \
	OP_LOADING(bt##bits##_mr, bits, alu_bt##bits(v, reg_get##bits(c, op->b), &c->cc)) \
	OP_LOADING(bt##bits##_mi, bits, alu_bt##bits(v, (u##bits)op->imm, &c->cc))

/* LOCKed: the host's instruction with the bit number already within the operand. */
#define BIT_LOCK(name, bits, suffix)                                                             \
	static ALWAYS_INLINE void host_lock_##name##bits(u8 *p, u##bits bit, cc_t *cc)           \
	{                                                                                        \
		cc_t f = *cc;                                                                    \
		u##bits in_operand = bit & (bits - 1);                                           \
                                                                                                 \
		__asm__ volatile(CC_RESTORE "lock " #name suffix " %[b], %[m]\n\t" CC_CATCH      \
				 : [m] "+m"(*(struct host_unaligned##bits *)(void *)p), "+&a"(f) \
				 : [b] "r"(in_operand)                                           \
				 : "cc", "memory");                                              \
		*cc = f;                                                                         \
	}                                                                                        \
	OP_LOCKED(lock_##name##bits##_mr, bits,                                                  \
		  host_lock_##name##bits(p, reg_get##bits(c, op->b), &c->cc),                    \
		  alu_##name##bits(v, reg_get##bits(c, op->b), &cc))                             \
	OP_LOCKED(lock_##name##bits##_mi, bits,                                                  \
		  host_lock_##name##bits(p, (u##bits)op->imm, &c->cc),                           \
		  alu_##name##bits(v, (u##bits)op->imm, &cc))

#define BIT_CHANGE(name, bits, suffix)                                                         \
	BIT_REG(name, bits, COMMIT_REG)                                                        \
	OP_MODIFYING(name##bits##_mr, bits, alu_##name##bits(v, reg_get##bits(c, op->b), &cc)) \
	OP_MODIFYING(name##bits##_mi, bits, alu_##name##bits(v, (u##bits)op->imm, &cc))        \
	BIT_LOCK(name, bits, suffix)

#define FROM16(name, suffix)                                               \
	{                                                                  \
		NULL, name##16##suffix, name##32##suffix, name##64##suffix \
	}

#define BIT_FAMILY(name)                             \
	BIT_CHANGE(name, 16, "w")                    \
	BIT_CHANGE(name, 32, "l")                    \
	BIT_CHANGE(name, 64, "q")                    \
	const struct family2 family_##name = {       \
		.rr = FROM16(name, _rr),             \
		.ri = FROM16(name, _ri),             \
		.mr = FROM16(name, _mr),             \
		.mi = FROM16(name, _mi),             \
		.lock_mr = FROM16(lock_##name, _mr), \
		.lock_mi = FROM16(lock_##name, _mi), \
	};

BIT_TEST(16)
BIT_TEST(32)
BIT_TEST(64)

const struct family2 family_bt = {
	.rr = FROM16(bt, _rr), .ri = FROM16(bt, _ri), .mr = FROM16(bt, _mr), .mi = FROM16(bt, _mi)};

BIT_FAMILY(bts)
BIT_FAMILY(btr)
BIT_FAMILY(btc)

bool lower_bit(struct lowering *l, const struct insn *row)
{
	static op_fn *const address[] = {NULL, bit_address16, bit_address32, bit_address64};
	const struct family2 *f = row->arg;
	unsigned n = size_index(l->zo[0].size);
	struct op *op;

	if (!lower_is_mem(l, 0) || !lower_is_reg(l, 1))
		return lower_family2(l, row);
	op = lower_emit(l, address[n]);
	lower_address(l, op, 0);
	op->b = lower_reg(l->zo[1].reg.value);
	op->size = (u8)(l->zo[0].size / 8);
	op->misc = f != &family_bt;
	op = lower_emit(l, l->zi->attributes & ZYDIS_ATTRIB_HAS_LOCK ? f->lock_mr[n] : f->mr[n]);
	op->base = REG_EA;
	op->b = lower_reg(l->zo[1].reg.value);
	return op->fn != NULL;
}

/* -- scans and counts ------------------------------------------------------------------------------ */

#define SCAN(name, bits)                                                                         \
	static OP(name##bits##_rr)                                                               \
	{                                                                                        \
		reg_set##bits(c, op->a,                                                          \
			      alu_##name##bits(reg_get##bits(c, op->a), reg_get##bits(c, op->b), \
					       &c->cc));                                         \
		OP_NEXT();                                                                       \
	}                                                                                        \
	OP_LOADING(name##bits##_rm, bits,                                                        \
		   reg_set##bits(c, op->a, alu_##name##bits(reg_get##bits(c, op->a), v, &c->cc)))

/* BSF and BSR of zero leave the whole register, its upper half too. */
#define KEEPING_SCAN(name, bits)                                                     \
	static OP(name##bits##_rr)                                                   \
	{                                                                            \
		u##bits v = reg_get##bits(c, op->b);                                 \
		u##bits r = alu_##name##bits(reg_get##bits(c, op->a), v, &c->cc);    \
                                                                                     \
		if (v)                                                               \
			reg_set##bits(c, op->a, r);                                  \
		OP_NEXT();                                                           \
	}                                                                            \
	OP_LOADING(name##bits##_rm, bits,                                            \
		   u##bits r = alu_##name##bits(reg_get##bits(c, op->a), v, &c->cc); \
		   if (v) reg_set##bits(c, op->a, r))

#define SCAN_FAMILY(MAKE, name) \
	MAKE(name, 16)          \
	MAKE(name, 32)          \
	MAKE(name, 64)          \
	const struct family2 family_##name = {.rr = FROM16(name, _rr), .rm = FROM16(name, _rm)};

SCAN_FAMILY(KEEPING_SCAN, bsf)
SCAN_FAMILY(KEEPING_SCAN, bsr)
SCAN_FAMILY(SCAN, tzcnt)
SCAN_FAMILY(SCAN, lzcnt)
SCAN_FAMILY(SCAN, popcnt)

/* -- ADCX (CF only), ADOX (OF only) ------------------------------------------------------------ */

#define ADX(name, bits, insn)                                                         \
	static ALWAYS_INLINE u##bits alu_##name##bits(u##bits a, u##bits b, cc_t *cc) \
	{                                                                             \
		cc_t f = *cc;                                                         \
                                                                                      \
		__asm__(CC_RESTORE insn " %[b], %[a]\n\t" CC_CATCH                    \
			: [a] "+r"(a), "+&a"(f)                                       \
			: [b] "r"(b)                                                  \
			: "cc");                                                      \
		*cc = f;                                                              \
		return a;                                                             \
	}                                                                             \
	SCAN(name, bits)

#define ADX_FAMILY(name)                                                                    \
	ADX(name, 32, #name "l")                                                            \
	ADX(name, 64, #name "q")                                                            \
	const struct family2 family_##name = {.rr = {NULL, NULL, name##32_rr, name##64_rr}, \
					      .rm = {NULL, NULL, name##32_rm, name##64_rm}};

ADX_FAMILY(adcx)
ADX_FAMILY(adox)

/* -- BMI1, BMI2: ANDN BLSI BLSMSK BLSR BEXTR BZHI PDEP PEXT ----------------------------------- */

/*
 * destination a = insn(first, second); AT&T order of the two sources differs by instruction and is
 * in the template.  misc: the register that is not the register-or-memory operand.
 */
#define BMI(name, bits, template)                                                          \
	static ALWAYS_INLINE u##bits alu_##name##bits(u##bits rm, u##bits other, cc_t *cc) \
	{                                                                                  \
		u##bits r;                                                                 \
		cc_t f = *cc;                                                              \
                                                                                           \
		__asm__(CC_RESTORE template "\n\t" CC_CATCH                                \
			: [r] "=&r"(r), "+&a"(f)                                           \
			: [rm] "r"(rm), [other] "r"(other)                                 \
			: "cc");                                                           \
		*cc = f;                                                                   \
		return r;                                                                  \
	}                                                                                  \
	static OP(name##bits##_rr)                                                         \
	{                                                                                  \
		reg_set##bits(c, op->a,                                                    \
			      alu_##name##bits(reg_get##bits(c, op->b),                    \
					       reg_get##bits(c, op->misc), &c->cc));       \
		OP_NEXT();                                                                 \
	}                                                                                  \
	OP_LOADING(                                                                        \
		name##bits##_rm, bits,                                                     \
		reg_set##bits(c, op->a, alu_##name##bits(v, reg_get##bits(c, op->misc), &c->cc)))

#define BMI_FAMILY(name, sources)                                                           \
	BMI(name, 32, #name "l " sources "%[r]")                                            \
	BMI(name, 64, #name "q " sources "%[r]")                                            \
	const struct family2 family_##name = {.rr = {NULL, NULL, name##32_rr, name##64_rr}, \
					      .rm = {NULL, NULL, name##32_rm, name##64_rm}};

BMI_FAMILY(andn, "%[rm], %[other], ")
BMI_FAMILY(pdep, "%[rm], %[other], ")
BMI_FAMILY(pext, "%[rm], %[other], ")
BMI_FAMILY(bextr, "%[other], %[rm], ")
BMI_FAMILY(bzhi, "%[other], %[rm], ")
BMI_FAMILY(blsi, "%[rm], ")
BMI_FAMILY(blsmsk, "%[rm], ")
BMI_FAMILY(blsr, "%[rm], ")

/* The register-or-memory operand is the last (ANDN PDEP PEXT, BLSx) or, with row->n, the second. */
bool lower_bmi(struct lowering *l, const struct insn *row)
{
	const struct family2 *f = row->arg;
	unsigned n = size_index(l->zo[0].size);
	unsigned last = l->zi->operand_count_visible - 1u;
	unsigned rm = row->n ? 1 : last;
	unsigned other = row->n ? 2 : 1;
	struct op *op;

	if (lower_is_mem(l, rm)) {
		op = lower_emit_mem(l, f->rm[n], rm, LOWER_READ);
	} else {
		op = lower_emit(l, f->rr[n]);
		op->b = lower_reg(l->zo[rm].reg.value);
	}
	op->a = lower_reg(l->zo[0].reg.value);
	op->misc = last == 2 ? lower_reg(l->zo[other].reg.value) : REG_ZERO;
	return true;
}

/* -- CRC32 ---------------------------------------------------------------------------------------- */

#define CRC(bits, insn, type)                                                                 \
	static ALWAYS_INLINE u32 crc_##bits(u32 crc, u##bits v)                               \
	{                                                                                     \
		type r = crc;                                                                 \
                                                                                              \
		__asm__(insn " %[v], %[r]" : [r] "+r"(r) : [v] "r"(v));                       \
		return (u32)r;                                                                \
	}                                                                                     \
	static OP(crc32_##bits##_rr)                                                          \
	{                                                                                     \
		reg_set32(c, op->a, crc_##bits((u32)c->reg[op->a], reg_get##bits(c, op->b))); \
		OP_NEXT();                                                                    \
	}                                                                                     \
	OP_LOADING(crc32_##bits##_rm, bits, reg_set32(c, op->a, crc_##bits((u32)c->reg[op->a], v)))

CRC(8, "crc32b", u32)
CRC(16, "crc32w", u32)
CRC(32, "crc32l", u32)
CRC(64, "crc32q", u64)

bool lower_crc32(struct lowering *l, const struct insn *row)
{
	static op_fn *const rr[] = {crc32_8_rr, crc32_16_rr, crc32_32_rr, crc32_64_rr};
	static op_fn *const rm[] = {crc32_8_rm, crc32_16_rm, crc32_32_rm, crc32_64_rm};
	unsigned n = size_index(l->zo[1].size);
	struct op *op;

	if (lower_is_mem(l, 1)) {
		op = lower_emit_mem(l, rm[n], 1, LOWER_READ);
	} else {
		op = lower_emit(l, rr[n]);
		op->b = lower_reg(l->zo[1].reg.value);
	}
	op->a = lower_reg(l->zo[0].reg.value);
	return true;
}

/* -- CMPXCHG8B, CMPXCHG16B ------------------------------------------------------------------------ */

/* Only ZF changes. */
static void cmpxchg_zf(struct cpu *c, bool equal)
{
	c->cc = (cc_t)((c->cc & ~0x4000u) | (equal ? 0x4000u : 0));
}

OP(op_cmpxchg8b)
{
	u64 expected = c->reg[REG_RDX] << 32 | (u32)c->reg[REG_RAX];
	u64 desired = c->reg[REG_RCX] << 32 | (u32)c->reg[REG_RBX];
	u64 found;

	if (!lock_cmpxchg_slow(c, op_ea_fast(c, op), 8, expected, desired))
		OP_EVENT();
	if (!c->swapped) {
		found = host_load64(c->mem.b);
		reg_set32(c, REG_RAX, (u32)found);
		reg_set32(c, REG_RDX, (u32)(found >> 32));
	}
	cmpxchg_zf(c, c->swapped);
	OP_NEXT();
}

/* #GP(0) unless the operand is aligned to 16 bytes. */
OP(op_cmpxchg16b)
{
	u64 la = op_ea_fast(c, op);

	if (la & 15) {
		fault_raise_error(c, X86_VECTOR_GP, 0);
		OP_EVENT();
	}
	if (!lock_cmpxchg16_slow(c, la))
		OP_EVENT();
	if (!c->swapped) {
		c->reg[REG_RAX] = host_load64(c->mem.b);
		c->reg[REG_RDX] = host_load64(c->mem.b + 8);
	}
	cmpxchg_zf(c, c->swapped);
	OP_NEXT();
}
