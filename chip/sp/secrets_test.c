/* SPDX-License-Identifier: MIT */
/*
 * Secrets end with their object: after it, no byte string of the process holds them.
 *
 * The test notes keys with every bit flipped, so that its own notes are not what it finds, ends the
 * object, and searches all writable memory of the process: heap, stack, data.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

enum { NOTES_MAX = 16, NOTE_BYTES = 16, MAP_MAX = 64 << 20 };

struct note {
	const char *name;
	u8 flipped[NOTE_BYTES]; /* the first bytes of the secret */
};

static struct note notes[NOTES_MAX];
static unsigned note_count;

static void note_down(const char *name, const u8 *secret)
{
	struct note *n = &notes[note_count++];

	assert_true(note_count <= NOTES_MAX);
	n->name = name;
	for (unsigned i = 0; i < NOTE_BYTES; i++)
		n->flipped[i] = secret[i] ^ 0xff;
}

/* Both byte orders: arithmetic keeps numbers with the least limb first. */
static void note_scalar(const char *name, const struct ec_key *key)
{
	u8 reversed[NOTE_BYTES];

	note_down(name, key->d);
	for (unsigned i = 0; i < NOTE_BYTES; i++)
		reversed[i] = key->d[47 - i];
	note_down(name, reversed);
	for (unsigned i = 0; i < NOTE_BYTES; i++)
		*(volatile u8 *)&reversed[i] = 0;
}

static bool is_secret(const u8 *at, const struct note *n)
{
	for (unsigned i = 0; i < NOTE_BYTES; i++)
		if ((at[i] ^ n->flipped[i]) != 0xff)
			return false;
	return true;
}

static unsigned found_in_chunk(const u8 *bytes, size_t len, uintptr_t address)
{
	unsigned found = 0;

	for (size_t at = 0; at + NOTE_BYTES <= len; at++)
		for (unsigned n = 0; n < note_count; n++)
			if (is_secret(bytes + at, &notes[n])) {
				print_message("%s at %#" PRIxPTR "\n", notes[n].name, address + at);
				found++;
			}
	return found;
}

/* By way of the kernel, so that sanitizers do not mind; pages that cannot be read are none. */
static unsigned found_between(int memory, uintptr_t from, uintptr_t to)
{
	static u8 chunk[0x10000];
	unsigned found = 0;
	ssize_t len;

	for (uintptr_t at = from; at < to; at += sizeof(chunk) - (NOTE_BYTES - 1)) {
		size_t want = to - at < sizeof(chunk) ? to - at : sizeof(chunk);

		len = pread(memory, chunk, want, (off_t)at);
		if (len > 0)
			found += found_in_chunk(chunk, (size_t)len, at);
		memset(chunk, 0, sizeof(chunk));
	}
	return found;
}

/* How often noted secrets stand in memory that this process can write, but for a sanitizer's own. */
static unsigned found_in_memory(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	int memory = open("/proc/self/mem", O_RDONLY);
	unsigned found = 0;
	char line[512];

	assert_non_null(maps);
	assert_true(memory >= 0);
	while (fgets(line, sizeof(line), maps)) {
		uintptr_t from, to;
		char mode[5];

		assert_int_equal(sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &from, &to, mode),
				 3);
		if (mode[0] == 'r' && mode[1] == 'w' && to - from <= MAP_MAX)
			found += found_between(memory, from, to);
	}
	close(memory);
	fclose(maps);
	return found;
}

static int setup(void **state)
{
	note_count = 0;
	return bed_setup(state);
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, bed_teardown)

/* A guest without a session, so that all its keys are the SP's alone. */
static u32 launch(struct sp_bed *bed)
{
	struct sev_launch_start_buf start = {.policy = BED_POLICY};
	struct sev_activate_buf activate = {.asid = BED_MIN_SEV_ASID};

	bed_accepts(bed, SEV_CMD_LAUNCH_START, &start, sizeof(start));
	activate.handle = start.handle;
	bed_accepts(bed, SEV_CMD_ACTIVATE, &activate, sizeof(activate));
	return start.handle;
}

static void measure(struct sp_bed *bed, u32 handle)
{
	struct sev_launch_measure_buf buf = {.handle = handle,
					     .measure_paddr = BED_MEASURE,
					     .measure_length = sizeof(struct sev_measurement)};

	bed_accepts(bed, SEV_CMD_LAUNCH_MEASURE, &buf, sizeof(buf));
}

static void simply(struct sp_bed *bed, u32 id, u32 handle)
{
	struct sev_handle_buf buf = {handle};

	bed_accepts(bed, id, &buf, sizeof(buf));
}

static void the_search_finds(void **state)
{
	struct sp_bed *bed = *state;
	const struct sev_guest *g = sev_guest_find(bed_sp(bed), launch(bed));

	note_down("VEK", g->vek);
	assert_true(found_in_memory() >= 1);
	note_count = 0;
	note_scalar("PDH", &bed_sp(bed)->platform.identity.pdh);
	assert_true(found_in_memory() >= 1);
}

static void session_keys_end_with_the_launch(void **state)
{
	struct sp_bed *bed = *state;
	u32 handle = launch(bed);
	const struct sev_guest *g = sev_guest_find(bed_sp(bed), handle);

	note_down("TEK", g->keys.tek);
	note_down("TIK", g->keys.tik);
	measure(bed, handle);
	simply(bed, SEV_CMD_LAUNCH_FINISH, handle);
	assert_int_equal(found_in_memory(), 0);
}

static void a_guests_keys_end_with_it(void **state)
{
	struct sp_bed *bed = *state;
	u32 handle = launch(bed);
	const struct sev_guest *g = sev_guest_find(bed_sp(bed), handle);

	note_down("VEK", g->vek);
	note_down("swap key", g->swap_key.b);
	measure(bed, handle);
	simply(bed, SEV_CMD_LAUNCH_FINISH, handle);
	simply(bed, SEV_CMD_DEACTIVATE, handle);
	simply(bed, SEV_CMD_DECOMMISSION, handle);
	assert_int_equal(found_in_memory(), 0);
}

static void note_identity(struct sp_bed *bed)
{
	const struct sev_identity *id = &bed_sp(bed)->platform.identity;

	note_scalar("OCA", &id->oca);
	note_scalar("PEK", &id->pek);
	note_scalar("PDH", &id->pdh);
}

/* Used for signing and agreeing before, and in flash under seal. */
static void the_identity_ends_with_shutdown(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest g;
	struct sev_attestation_buf report = {.paddr = BED_BLOB, .length = 0xd0};

	bed_guest_new(bed, &g, BED_POLICY, SEV_GUEST_RUNNING);
	report.handle = g.handle;
	bed_accepts(bed, SEV_CMD_ATTESTATION, &report, sizeof(report));
	note_identity(bed);
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	assert_int_equal(found_in_memory(), 0);
}

static void an_old_pdh_ends_with_the_new(void **state)
{
	struct sp_bed *bed = *state;

	note_scalar("PDH", &bed_sp(bed)->platform.identity.pdh);
	bed_accepts(bed, SEV_CMD_PDH_GEN, NULL, 0);
	assert_int_equal(found_in_memory(), 0);
}

/* Another chip than that of the other tests, which is still there. */
static void everything_ends_with_the_chip(void **state)
{
	struct sp_bed *bed =
		bed_new_with(&(struct bed_options){.profile = MEE_ZEN2_XEX, .seed = 77});
	const struct sp *sp = bed_sp(bed);

	bed_init_platform(bed);
	note_down("fuses", sp->chip.secret);
	note_scalar("CEK", &sp->chip.cek);
	note_identity(bed);
	note_down("VEK", sev_guest_find(bed_sp(bed), launch(bed))->vek);
	bed_free(bed);
	assert_int_equal(found_in_memory(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(the_search_finds),
		UNIT(session_keys_end_with_the_launch),
		UNIT(a_guests_keys_end_with_it),
		UNIT(the_identity_ends_with_shutdown),
		UNIT(an_old_pdh_ends_with_the_new),
		UNIT(everything_ends_with_the_chip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
