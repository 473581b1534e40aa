/* SPDX-License-Identifier: MIT */
/*
 * A hostile host: commands, registers and DRAM as the input says.
 *
 * The input is a program of a few operations; buffers, certificates, packets and rings come out of
 * DRAM that the input fills.  One chip serves many inputs, since making keys takes long; each
 * starts without guests and with low memory zeroed, and now and then the chip is a fresh one.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/bytes.h"
#include "chip/sp/command.h"
#include "chip/sp/internal.h"
#include "tests/support/fuzz_main.h"

enum { DRAM = 0x600000, LOW = 0x4000, ASIDS = 6, INPUTS_PER_CHIP = 2000 };

struct machine {
	struct fabric fabric;
	struct rng *rng;
	struct mee *mee;
	struct cache *cache;
	struct sp *sp;
	unsigned inputs;
};

static struct machine *machine_new(void)
{
	static const u8 seed[32] = {5};
	struct fabric_config dram = {.dram_size = DRAM};
	struct cache_config cache = {.coherent = true};
	struct machine *m = calloc(1, sizeof(*m));
	struct sp_config cfg = {
		.product = {.registers = SP_REGISTERS_V2,
			    .api_minor = 24,
			    .asids = ASIDS,
			    .min_sev_asid = 4,
			    .c_bit = 47,
			    .cores = 2,
			    .complex_cores = 1,
			    .fw_size_max = SEV_FW_MAX_NAPLES,
			    .es = true},
	};

	BUG_ON(!m || fabric_init(&m->fabric, &dram, NULL));
	m->rng = rng_new(seed);
	m->mee = mee_new(MEE_ZEN2_XEX, ASIDS + 1, MEE_PATH_BEST, m->rng);
	m->cache = cache_new(&m->fabric, m->mee, &cache, NULL);
	cfg.fabric = &m->fabric;
	cfg.cache = m->cache;
	cfg.mee = m->mee;
	cfg.rng = m->rng;
	m->sp = sp_new(&cfg, NULL);
	BUG_ON(!m->sp);
	return m;
}

static void machine_free(struct machine *m)
{
	sp_free(m->sp);
	cache_free(m->cache);
	mee_free(m->mee);
	fabric_fini(&m->fabric);
	rng_free(m->rng);
	free(m);
}

/* -- the input ------------------------------------------------------------------------------- */

struct input {
	const u8 *p;
	size_t left;
};

/* Bytes of the input, then zeros. */
static void take(struct input *in, void *out, size_t len)
{
	size_t n = len < in->left ? len : in->left;

	memset(out, 0, len);
	memcpy(out, in->p, n);
	in->p += n;
	in->left -= n;
}

static u8 take_u8(struct input *in)
{
	u8 v;

	take(in, &v, sizeof(v));
	return v;
}

/* Addresses that mean something are likelier than others. */
static u64 take_paddr(struct input *in)
{
	static const u64 bases[] = {
		0, 0x1000, 0x2000, 0x100000, 0x200000, DRAM - 0x100, BIT64(47) | 0x1000, -0x100ull};
	u8 what = take_u8(in);
	u64 v;

	if (what < 0xf0)
		return bases[what % ARRAY_SIZE(bases)] + (what / 8 % 8) * 16;
	take(in, &v, sizeof(v));
	return v;
}

/* Handles that live, and lengths that commands want. */
static u32 take_word(struct machine *m, struct input *in)
{
	static const u32 lengths[] = {0,    1,    4,     0x10,   0x30,   0x34,
				      0x80, 0xd0, 0x824, 0x1000, 0x186c, 2 * AMD_CERT_SIZE(4096)};
	u8 what = take_u8(in);

	if (what < 0x80)
		return m->sp->guests.slot[what % m->sp->guests.slots].handle;
	return lengths[what % ARRAY_SIZE(lengths)];
}

/* A buffer: raw bytes, with addresses and small numbers sprinkled in; often for a live guest. */
static void put_buffer(struct machine *m, struct input *in, u64 at)
{
	u8 buf[SP_BUF_MAX], sprinkled;

	take(in, buf, sizeof(buf) / 2);
	memset(buf + sizeof(buf) / 2, 0, sizeof(buf) / 2);
	sprinkled = take_u8(in);
	for (unsigned n = sprinkled % 4; n; n--)
		put_le64(buf + take_u8(in) % 15 * 4, take_paddr(in));
	for (unsigned n = sprinkled / 4 % 4; n; n--)
		put_le32(buf + take_u8(in) % 15 * 4, take_word(m, in));
	if (sprinkled & 0x40)
		put_le32(buf, take_word(m, in));
	fabric_write(&m->fabric, REQ_HOST_CORE, SPA(at), buf, sizeof(buf));
}

static u32 some_command(struct input *in)
{
	const struct sp_command *rows;
	u8 what = take_u8(in);
	size_t count;

	rows = sp_commands(&count);
	return what < 0xf0 ? rows[what % count].id : what * 8u;
}

static void platform_init(struct machine *m)
{
	struct sev_init_buf init = {
		.options = SEV_INIT_ES, .tmr_paddr = 0x200000, .tmr_length = SEV_TMR_SIZE};

	fabric_write(&m->fabric, REQ_HOST_CORE, SPA(0x1000), &init, sizeof(init));
	sp_command(m->sp, SEV_CMD_INIT, 0x1000);
	cache_flush_all(m->cache, NULL);
	sp_note_wbinvd(m->sp, 0);
	sp_note_wbinvd(m->sp, 1);
	sp_command(m->sp, SEV_CMD_DF_FLUSH, 0);
}

/* A guest, with a key if there is an ASID for it. */
static void begin_guest(struct machine *m, struct input *in)
{
	u8 what = take_u8(in);
	struct sev_launch_start_buf start = {.policy = what & 1 ? SEV_POLICY_ES : 0};
	struct sev_activate_buf activate = {.asid = (what & 1 ? 1 : 4) + what / 2 % 3};

	fabric_write(&m->fabric, REQ_HOST_CORE, SPA(0x1000), &start, sizeof(start));
	if (sp_command(m->sp, SEV_CMD_LAUNCH_START, 0x1000))
		return;
	fabric_read(&m->fabric, REQ_HOST_CORE, SPA(0x1000), &activate.handle,
		    sizeof(activate.handle));
	fabric_write(&m->fabric, REQ_HOST_CORE, SPA(0x1000), &activate, sizeof(activate));
	sp_command(m->sp, SEV_CMD_ACTIVATE, 0x1000);
}

static void mailbox(struct machine *m, struct input *in)
{
	static const u32 registers[] = {SP_V2_CMDRESP, SP_V2_CMDBUF_ADDR_LO, SP_V2_CMDBUF_ADDR_HI,
					SP_V2_INTEN,   SP_V2_INTSTS,         SP_V2_FEATURE};
	u32 offset = registers[take_u8(in) % ARRAY_SIZE(registers)], value;

	take(in, &value, sizeof(value));
	sp_mailbox_write(m->sp, offset, value);
	sp_mailbox_read(m->sp, offset);
}

static void step(struct machine *m, struct input *in)
{
	u64 at;
	u8 bytes[64];

	switch (take_u8(in) % 9) {
	case 0:
		platform_init(m);
		break;
	case 1:
		take(in, bytes, sizeof(bytes));
		fabric_write(&m->fabric, REQ_HOST_CORE, SPA(take_paddr(in) % DRAM), bytes,
			     sizeof(bytes));
		break;
	case 2:
		mailbox(m, in);
		break;
	case 3:
		sp_note_wbinvd(m->sp, take_u8(in) % 2);
		break;
	case 4:
		take(in, bytes, sizeof(bytes));
		sp_asid_runnable(m->sp, bytes[0], bytes[1] % 2);
		break;
	case 5:
		begin_guest(m, in);
		break;
	default:
		at = 0x1000 + take_u8(in) % 4 * SP_BUF_MAX;
		put_buffer(m, in, at);
		sp_command(m->sp, some_command(in), at);
	}
}

static void end_guests(struct machine *m)
{
	for (unsigned i = 0; i < m->sp->guests.slots; i++) {
		struct sev_handle_buf buf = {.handle = m->sp->guests.slot[i].handle};

		if (buf.handle == SEV_HANDLE_NONE)
			continue;
		fabric_write(&m->fabric, REQ_HOST_CORE, SPA(0x1000), &buf, sizeof(buf));
		sp_command(m->sp, SEV_CMD_DEACTIVATE, 0x1000);
		sp_command(m->sp, SEV_CMD_DECOMMISSION, 0x1000);
	}
}

static void restart(struct machine *m)
{
	static const u8 zeros[LOW];

	end_guests(m);
	fabric_write(&m->fabric, REQ_HOST_CORE, SPA(0), zeros, sizeof(zeros));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct machine *m;
	struct input in = {data, size};

	if (m && m->inputs++ == INPUTS_PER_CHIP) {
		machine_free(m);
		m = NULL;
	}
	if (!m)
		m = machine_new();
	restart(m);
	while (in.left)
		step(m, &in);
	return 0;
}
