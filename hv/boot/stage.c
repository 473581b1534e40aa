/* SPDX-License-Identifier: MIT */
/* Pieces of a launch. */
#include "hv/boot/stage.h"

#include <errno.h>

#include "base/bug.h"
#include "base/bytes.h"

void boot_stage_init(struct boot_stage *s, const struct memory *m)
{
	*s = (struct boot_stage){.memory = m};
}

static bool overlap(const struct boot_piece *a, const struct boot_piece *b)
{
	return a->gpa.v < b->gpa.v + b->len && b->gpa.v < a->gpa.v + a->len;
}

static int check(const struct boot_stage *s, const char *what, const struct boot_piece *p,
		 struct error *err)
{
	if (!memory_contains(s->memory, p->gpa, p->len))
		return error_set(err, ENOSPC,
				 "%s: %llu KiB at %#llx do not fit into %llu MiB of memory", what,
				 (unsigned long long)p->len >> 10, (unsigned long long)p->gpa.v,
				 (unsigned long long)s->memory->size >> 20);
	for (unsigned n = 0; n < s->count; n++)
		if (overlap(p, &s->piece[n]))
			return error_set(err, EEXIST, "%s: %llu KiB at %#llx are in use already",
					 what, (unsigned long long)p->len >> 10,
					 (unsigned long long)p->gpa.v);
	if (s->count == BOOT_PIECES_MAX)
		return error_set(err, E2BIG, "%s: more than %d pieces to load", what,
				 BOOT_PIECES_MAX);
	return 0;
}

static void clear(const struct memory *m, u64 from, u64 to)
{
	static const u8 zero[PAGE_SIZE];

	while (from < to) {
		u64 n = to - from < sizeof(zero) ? to - from : sizeof(zero);

		BUG_ON(!memory_write(m, GPA(from), zero, n));
		from += n;
	}
}

int boot_stage_put(struct boot_stage *s, const char *what, gpa_t gpa, const void *bytes, u64 len,
		   u64 room, struct error *err)
{
	struct boot_piece p = {gpa, align_up(room, PAGE_SIZE)};
	int rc;

	BUG_ON(!is_aligned(gpa.v, PAGE_SIZE) || room < len || room > BIT64(52));
	rc = check(s, what, &p, err);
	if (rc != 0)
		return rc;
	BUG_ON(!memory_write(s->memory, gpa, bytes, len));
	clear(s->memory, gpa.v + len, gpa.v + p.len);
	s->piece[s->count++] = p;
	return 0;
}
