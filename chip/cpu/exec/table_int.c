/* SPDX-License-Identifier: MIT */
/*
 * Integer instructions, one row per mnemonic.
 *
 * To add one: a handler (or family) in the file of its kind, and a row here.
 */
#include "chip/cpu/exec/tables.h"

#include "chip/cpu/exec/control.h"
#include "chip/cpu/exec/int_alu.h"
#include "chip/cpu/exec/int_bits.h"
#include "chip/cpu/exec/int_misc.h"
#include "chip/cpu/exec/int_move.h"
#include "chip/cpu/exec/int_muldiv.h"
#include "chip/cpu/exec/int_shift.h"
#include "chip/cpu/exec/stack.h"
#include "chip/cpu/exec/string.h"

/* clang-format off */

/* ROW(mnemonic, conditions, feature, lowering, .member = ...) without an intercept of its own. */
#define ROW(m, conditions, needs, how, ...) \
	{ .mnemonic = ZYDIS_MNEMONIC_##m, .cond = (conditions), .exit = EXIT_NONE, \
	  .feature = FEATURE_##needs, .lower = (how), __VA_ARGS__ }

#define STRING_SSE(m, how, ...) \
	{ .mnemonic = INSN_##m##_STRING, .exit = EXIT_NONE, .feature = FEATURE_BASE, \
	  .lower = (how), __VA_ARGS__ }

static const struct insn rows[] = {
	/* arithmetic */
	ROW(ADD,	INSN_LOCK,	BASE,	lower_family2,	.arg = &family_add),
	ROW(OR,		INSN_LOCK,	BASE,	lower_family2,	.arg = &family_or),
	ROW(ADC,	INSN_LOCK,	BASE,	lower_family2,	.arg = &family_adc),
	ROW(SBB,	INSN_LOCK,	BASE,	lower_family2,	.arg = &family_sbb),
	ROW(AND,	INSN_LOCK,	BASE,	lower_family2,	.arg = &family_and),
	ROW(SUB,	INSN_LOCK,	BASE,	lower_family2,	.arg = &family_sub),
	ROW(XOR,	INSN_LOCK,	BASE,	lower_family2,	.arg = &family_xor),
	ROW(CMP,	0,		BASE,	lower_family2,	.arg = &family_cmp),
	ROW(TEST,	0,		BASE,	lower_family2,	.arg = &family_test),
	ROW(INC,	INSN_LOCK,	BASE,	lower_family1,	.arg = &family_inc),
	ROW(DEC,	INSN_LOCK,	BASE,	lower_family1,	.arg = &family_dec),
	ROW(NEG,	INSN_LOCK,	BASE,	lower_family1,	.arg = &family_neg),
	ROW(NOT,	INSN_LOCK,	BASE,	lower_family1,	.arg = &family_not),
	ROW(ADCX,	0,		ADX,	lower_family2,	.arg = &family_adcx),
	ROW(ADOX,	0,		ADX,	lower_family2,	.arg = &family_adox),
	ROW(MUL,	0,		BASE,	lower_family1,	.arg = &family_mul),
	ROW(IMUL,	0,		BASE,	lower_imul),
	ROW(DIV,	0,		BASE,	lower_family1,	.arg = &family_div),
	ROW(IDIV,	0,		BASE,	lower_family1,	.arg = &family_idiv),
	ROW(MULX,	0,		BMI2,	lower_mulx),
	ROW(AAA,	INSN_NOT64,	BASE,	lower_plain,	.fn = op_aaa),
	ROW(AAS,	INSN_NOT64,	BASE,	lower_plain,	.fn = op_aas),
	ROW(DAA,	INSN_NOT64,	BASE,	lower_plain,	.fn = op_daa),
	ROW(DAS,	INSN_NOT64,	BASE,	lower_plain,	.fn = op_das),
	ROW(AAM,	INSN_NOT64,	BASE,	lower_plain,	.fn = op_aam),
	ROW(AAD,	INSN_NOT64,	BASE,	lower_plain,	.fn = op_aad),

	/* shifts */
	ROW(ROL,	0,		BASE,	lower_family2,	.arg = &family_rol),
	ROW(ROR,	0,		BASE,	lower_family2,	.arg = &family_ror),
	ROW(RCL,	0,		BASE,	lower_family2,	.arg = &family_rcl),
	ROW(RCR,	0,		BASE,	lower_family2,	.arg = &family_rcr),
	ROW(SHL,	0,		BASE,	lower_family2,	.arg = &family_shl),
	ROW(SHR,	0,		BASE,	lower_family2,	.arg = &family_shr),
	ROW(SAR,	0,		BASE,	lower_family2,	.arg = &family_sar),
	ROW(SHLD,	0,		BASE,	lower_double_shift,	.arg = &family_shld),
	ROW(SHRD,	0,		BASE,	lower_double_shift,	.arg = &family_shrd),
	ROW(SARX,	INSN_PROTECTED,	BMI2,	lower_flagless_shift,	.arg = &family_sarx),
	ROW(SHLX,	INSN_PROTECTED,	BMI2,	lower_flagless_shift,	.arg = &family_shlx),
	ROW(SHRX,	INSN_PROTECTED,	BMI2,	lower_flagless_shift,	.arg = &family_shrx),
	ROW(RORX,	INSN_PROTECTED,	BMI2,	lower_flagless_shift,	.arg = &family_rorx),

	/* bits */
	ROW(BT,		0,		BASE,	lower_bit,	.arg = &family_bt),
	ROW(BTS,	INSN_LOCK,	BASE,	lower_bit,	.arg = &family_bts),
	ROW(BTR,	INSN_LOCK,	BASE,	lower_bit,	.arg = &family_btr),
	ROW(BTC,	INSN_LOCK,	BASE,	lower_bit,	.arg = &family_btc),
	ROW(BSF,	0,		BASE,	lower_family2,	.arg = &family_bsf),
	ROW(BSR,	0,		BASE,	lower_family2,	.arg = &family_bsr),
	ROW(TZCNT,	0,		BMI1,	lower_family2,	.arg = &family_tzcnt),
	ROW(LZCNT,	0,		LZCNT,	lower_family2,	.arg = &family_lzcnt),
	ROW(POPCNT,	0,		POPCNT,	lower_family2,	.arg = &family_popcnt),
	ROW(ANDN,	INSN_PROTECTED,	BMI1,	lower_bmi,	.arg = &family_andn),
	ROW(BEXTR,	INSN_PROTECTED,	BMI1,	lower_bmi,	.arg = &family_bextr, .n = 1),
	ROW(BLSI,	INSN_PROTECTED,	BMI1,	lower_bmi,	.arg = &family_blsi),
	ROW(BLSMSK,	INSN_PROTECTED,	BMI1,	lower_bmi,	.arg = &family_blsmsk),
	ROW(BLSR,	INSN_PROTECTED,	BMI1,	lower_bmi,	.arg = &family_blsr),
	ROW(BZHI,	INSN_PROTECTED,	BMI2,	lower_bmi,	.arg = &family_bzhi, .n = 1),
	ROW(PDEP,	INSN_PROTECTED,	BMI2,	lower_bmi,	.arg = &family_pdep),
	ROW(PEXT,	INSN_PROTECTED,	BMI2,	lower_bmi,	.arg = &family_pext),
	ROW(CRC32,	0,		SSE42,	lower_crc32),
	ROW(BSWAP,	0,		BASE,	lower_plain,	.fn = op_bswap),

	/* moves */
	ROW(MOV,	0,		BASE,	lower_mov),
	ROW(MOVZX,	0,		BASE,	lower_extend,	.n = 0),
	ROW(MOVSX,	0,		BASE,	lower_extend,	.n = 1),
	ROW(MOVSXD,	INSN_ONLY64,	BASE,	lower_extend,	.n = 1),
	ROW(MOVBE,	0,		MOVBE,	lower_family2,	.arg = &family_movbe),
	ROW(MOVNTI,	0,		BASE,	lower_family2,	.arg = &family_mov),
	ROW(LEA,	0,		BASE,	lower_lea),
	ROW(XCHG,	INSN_LOCK,	BASE,	lower_xchg),
	ROW(XADD,	INSN_LOCK,	BASE,	lower_family2,	.arg = &family_xadd),
	ROW(CMPXCHG,	INSN_LOCK,	BASE,	lower_family2,	.arg = &family_cmpxchg),
	ROW(CMPXCHG8B,	INSN_LOCK,	BASE,	lower_plain,	.fn = op_cmpxchg8b),
	ROW(CMPXCHG16B,	INSN_LOCK,	CX16,	lower_plain,	.fn = op_cmpxchg16b),
	ROW(CBW,	0,		BASE,	lower_plain,	.fn = op_cbw),
	ROW(CWDE,	0,		BASE,	lower_plain,	.fn = op_cwde),
	ROW(CDQE,	0,		BASE,	lower_plain,	.fn = op_cdqe),
	ROW(CWD,	0,		BASE,	lower_plain,	.fn = op_cwd),
	ROW(CDQ,	0,		BASE,	lower_plain,	.fn = op_cdq),
	ROW(CQO,	0,		BASE,	lower_plain,	.fn = op_cqo),
	ROW(XLAT,	0,		BASE,	lower_plain,	.fn = op_xlat),
	ROW(PUSH,	0,		BASE,	lower_push),
	ROW(POP,	0,		BASE,	lower_pop),
	ROW(PUSHA,	INSN_NOT64,	BASE,	lower_plain,	.fn = op_pusha),
	ROW(PUSHAD,	INSN_NOT64,	BASE,	lower_plain,	.fn = op_pusha),
	ROW(POPA,	INSN_NOT64,	BASE,	lower_plain,	.fn = op_popa),
	ROW(POPAD,	INSN_NOT64,	BASE,	lower_plain,	.fn = op_popa),
	ROW(ENTER,	0,		BASE,	lower_enter),
	ROW(LEAVE,	0,		BASE,	lower_leave),

	/* flags */
	ROW(CLC,	0,		BASE,	lower_plain,	.fn = op_clc),
	ROW(STC,	0,		BASE,	lower_plain,	.fn = op_stc),
	ROW(CMC,	0,		BASE,	lower_plain,	.fn = op_cmc),
	ROW(CLD,	0,		BASE,	lower_plain,	.fn = op_cld),
	ROW(STD,	0,		BASE,	lower_plain,	.fn = op_std),
	ROW(LAHF,	0,		BASE,	lower_plain,	.fn = op_lahf),
	ROW(SAHF,	0,		BASE,	lower_plain,	.fn = op_sahf),
	ROW(SALC,	INSN_NOT64,	BASE,	lower_plain,	.fn = op_salc),

	/* strings */
	ROW(MOVSB,	0,	BASE,	lower_string,	.n = STRING_ROW(STRING_MOVS, 1)),
	ROW(MOVSW,	0,	BASE,	lower_string,	.n = STRING_ROW(STRING_MOVS, 2)),
	STRING_SSE(MOVSD,		lower_string,	.n = STRING_ROW(STRING_MOVS, 4)),
	ROW(MOVSQ,	0,	BASE,	lower_string,	.n = STRING_ROW(STRING_MOVS, 8)),
	ROW(STOSB,	0,	BASE,	lower_string,	.n = STRING_ROW(STRING_STOS, 1)),
	ROW(STOSW,	0,	BASE,	lower_string,	.n = STRING_ROW(STRING_STOS, 2)),
	ROW(STOSD,	0,	BASE,	lower_string,	.n = STRING_ROW(STRING_STOS, 4)),
	ROW(STOSQ,	0,	BASE,	lower_string,	.n = STRING_ROW(STRING_STOS, 8)),
	ROW(LODSB,	0,	BASE,	lower_string,	.n = STRING_ROW(STRING_LODS, 1)),
	ROW(LODSW,	0,	BASE,	lower_string,	.n = STRING_ROW(STRING_LODS, 2)),
	ROW(LODSD,	0,	BASE,	lower_string,	.n = STRING_ROW(STRING_LODS, 4)),
	ROW(LODSQ,	0,	BASE,	lower_string,	.n = STRING_ROW(STRING_LODS, 8)),
	ROW(SCASB,	0,	BASE,	lower_string,	.n = STRING_ROW(STRING_SCAS, 1)),
	ROW(SCASW,	0,	BASE,	lower_string,	.n = STRING_ROW(STRING_SCAS, 2)),
	ROW(SCASD,	0,	BASE,	lower_string,	.n = STRING_ROW(STRING_SCAS, 4)),
	ROW(SCASQ,	0,	BASE,	lower_string,	.n = STRING_ROW(STRING_SCAS, 8)),
	ROW(CMPSB,	0,	BASE,	lower_string,	.n = STRING_ROW(STRING_CMPS, 1)),
	ROW(CMPSW,	0,	BASE,	lower_string,	.n = STRING_ROW(STRING_CMPS, 2)),
	STRING_SSE(CMPSD,		lower_string,	.n = STRING_ROW(STRING_CMPS, 4)),
	ROW(CMPSQ,	0,	BASE,	lower_string,	.n = STRING_ROW(STRING_CMPS, 8)),

	/* control */
	ROW(JO,		0,	BASE,	lower_jcc,	.n = 0),
	ROW(JNO,	0,	BASE,	lower_jcc,	.n = 1),
	ROW(JB,		0,	BASE,	lower_jcc,	.n = 2),
	ROW(JNB,	0,	BASE,	lower_jcc,	.n = 3),
	ROW(JZ,		0,	BASE,	lower_jcc,	.n = 4),
	ROW(JNZ,	0,	BASE,	lower_jcc,	.n = 5),
	ROW(JBE,	0,	BASE,	lower_jcc,	.n = 6),
	ROW(JNBE,	0,	BASE,	lower_jcc,	.n = 7),
	ROW(JS,		0,	BASE,	lower_jcc,	.n = 8),
	ROW(JNS,	0,	BASE,	lower_jcc,	.n = 9),
	ROW(JP,		0,	BASE,	lower_jcc,	.n = 10),
	ROW(JNP,	0,	BASE,	lower_jcc,	.n = 11),
	ROW(JL,		0,	BASE,	lower_jcc,	.n = 12),
	ROW(JNL,	0,	BASE,	lower_jcc,	.n = 13),
	ROW(JLE,	0,	BASE,	lower_jcc,	.n = 14),
	ROW(JNLE,	0,	BASE,	lower_jcc,	.n = 15),
	ROW(LOOP,	0,	BASE,	lower_loop,	.n = 0),
	ROW(LOOPE,	0,	BASE,	lower_loop,	.n = 1),
	ROW(LOOPNE,	0,	BASE,	lower_loop,	.n = 2),
	ROW(JCXZ,	0,	BASE,	lower_loop,	.n = 3),
	ROW(JECXZ,	0,	BASE,	lower_loop,	.n = 3),
	ROW(JRCXZ,	0,	BASE,	lower_loop,	.n = 3),
	ROW(JMP,	0,	BASE,	lower_jmp),
	ROW(CALL,	0,	BASE,	lower_call),
	ROW(RET,	0,	BASE,	lower_ret),

	ROW(SETO,	0,	BASE,	lower_setcc,	.n = 0),
	ROW(SETNO,	0,	BASE,	lower_setcc,	.n = 1),
	ROW(SETB,	0,	BASE,	lower_setcc,	.n = 2),
	ROW(SETNB,	0,	BASE,	lower_setcc,	.n = 3),
	ROW(SETZ,	0,	BASE,	lower_setcc,	.n = 4),
	ROW(SETNZ,	0,	BASE,	lower_setcc,	.n = 5),
	ROW(SETBE,	0,	BASE,	lower_setcc,	.n = 6),
	ROW(SETNBE,	0,	BASE,	lower_setcc,	.n = 7),
	ROW(SETS,	0,	BASE,	lower_setcc,	.n = 8),
	ROW(SETNS,	0,	BASE,	lower_setcc,	.n = 9),
	ROW(SETP,	0,	BASE,	lower_setcc,	.n = 10),
	ROW(SETNP,	0,	BASE,	lower_setcc,	.n = 11),
	ROW(SETL,	0,	BASE,	lower_setcc,	.n = 12),
	ROW(SETNL,	0,	BASE,	lower_setcc,	.n = 13),
	ROW(SETLE,	0,	BASE,	lower_setcc,	.n = 14),
	ROW(SETNLE,	0,	BASE,	lower_setcc,	.n = 15),
	ROW(CMOVO,	0,	BASE,	lower_cmov,	.n = 0),
	ROW(CMOVNO,	0,	BASE,	lower_cmov,	.n = 1),
	ROW(CMOVB,	0,	BASE,	lower_cmov,	.n = 2),
	ROW(CMOVNB,	0,	BASE,	lower_cmov,	.n = 3),
	ROW(CMOVZ,	0,	BASE,	lower_cmov,	.n = 4),
	ROW(CMOVNZ,	0,	BASE,	lower_cmov,	.n = 5),
	ROW(CMOVBE,	0,	BASE,	lower_cmov,	.n = 6),
	ROW(CMOVNBE,	0,	BASE,	lower_cmov,	.n = 7),
	ROW(CMOVS,	0,	BASE,	lower_cmov,	.n = 8),
	ROW(CMOVNS,	0,	BASE,	lower_cmov,	.n = 9),
	ROW(CMOVP,	0,	BASE,	lower_cmov,	.n = 10),
	ROW(CMOVNP,	0,	BASE,	lower_cmov,	.n = 11),
	ROW(CMOVL,	0,	BASE,	lower_cmov,	.n = 12),
	ROW(CMOVNL,	0,	BASE,	lower_cmov,	.n = 13),
	ROW(CMOVLE,	0,	BASE,	lower_cmov,	.n = 14),
	ROW(CMOVNLE,	0,	BASE,	lower_cmov,	.n = 15),

	/* nothing to do: memory order is the host's, predictions and prefetches are its business */
	ROW(NOP,	0,		BASE,		lower_nop),
	ROW(ENDBR64,	0,		BASE,		lower_nop),
	ROW(ENDBR32,	0,		BASE,		lower_nop),
	ROW(PREFETCHT0,	0,		BASE,		lower_nop),
	ROW(PREFETCHT1,	0,		BASE,		lower_nop),
	ROW(PREFETCHT2,	0,		BASE,		lower_nop),
	ROW(PREFETCHNTA, 0,		BASE,		lower_nop),
	ROW(PREFETCH,	0,		BASE,		lower_nop),
	ROW(PREFETCHW,	0,		BASE,		lower_nop),
	ROW(PREFETCHWT1, 0,		BASE,		lower_nop),
	ROW(LFENCE,	0,		BASE,		lower_nop),
	ROW(SFENCE,	0,		BASE,		lower_nop),
	ROW(MFENCE,	0,		BASE,		lower_plain,	.fn = op_mfence),
	ROW(UD0,	0,		BASE,		lower_plain,	.fn = op_undefined),
	ROW(UD1,	0,		BASE,		lower_plain,	.fn = op_undefined),
	ROW(UD2,	0,		BASE,		lower_plain,	.fn = op_undefined),
};

/* clang-format on */

const struct insn_table insn_table_int = {rows, ARRAY_SIZE(rows)};
