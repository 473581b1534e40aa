/* SPDX-License-Identifier: MIT */
/* Program headers, of both widths, as one kind of segment. */
#include "hv/boot/elf.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum { SEGMENTS_MAX = 64 };

/* An address space of 52 bits: sums of two addresses cannot run over. */
#define ADDRESS_END BIT64(52)

struct segment {
	u64 offset, filesz;
	u64 paddr, memsz;
};

bool elf_is(const struct boot_file *f)
{
	return boot_file_has(f, 0, SELFMAG) && memcmp(f->bytes, ELFMAG, SELFMAG) == 0;
}

/* -- the file header -------------------------------------------------------------------------- */

struct header {
	unsigned bits;
	u16 type, machine;
	u64 entry, phoff;
	u16 phentsize, phnum;
};

static struct header header_32(const u8 *p)
{
	Elf32_Ehdr e;

	memcpy(&e, p, sizeof(e));
	return (struct header){32,        e.e_type,      e.e_machine, e.e_entry,
			       e.e_phoff, e.e_phentsize, e.e_phnum};
}

static struct header header_64(const u8 *p)
{
	Elf64_Ehdr e;

	memcpy(&e, p, sizeof(e));
	return (struct header){64,        e.e_type,      e.e_machine, e.e_entry,
			       e.e_phoff, e.e_phentsize, e.e_phnum};
}

static int read_header(const struct boot_file *f, struct header *h, struct error *err)
{
	u8 class = boot_file_has(f, 0, EI_NIDENT) ? f->bytes[EI_CLASS] : ELFCLASSNONE;
	u64 size = class == ELFCLASS32 ? sizeof(Elf32_Ehdr) : sizeof(Elf64_Ehdr);

	if (!boot_file_has(f, 0, size))
		return error_set(err, EINVAL, "%s: ELF header is truncated", f->path);
	if ((class != ELFCLASS32 && class != ELFCLASS64) || f->bytes[EI_DATA] != ELFDATA2LSB)
		return error_set(err, EINVAL, "%s: not a little-endian ELF file", f->path);
	*h = class == ELFCLASS32 ? header_32(f->bytes) : header_64(f->bytes);
	return 0;
}

static int check_header(const struct boot_file *f, const struct header *h, struct error *err)
{
	u16 machine = h->bits == 32 ? EM_386 : EM_X86_64;
	u64 entry_size = h->bits == 32 ? sizeof(Elf32_Phdr) : sizeof(Elf64_Phdr);

	if (h->machine != machine && h->machine != EM_X86_64)
		return error_set(err, EINVAL, "%s: ELF machine %u is not x86", f->path, h->machine);
	if (h->type != ET_EXEC && h->type != ET_DYN)
		return error_set(err, EINVAL, "%s: ELF type %u is not an executable", f->path,
				 h->type);
	if (h->phnum == 0 || h->phnum > SEGMENTS_MAX)
		return error_set(err, EINVAL, "%s: %u ELF program headers, want 1 to %d", f->path,
				 h->phnum, SEGMENTS_MAX);
	if (h->phentsize != entry_size || !boot_file_has(f, h->phoff, (u64)h->phnum * h->phentsize))
		return error_set(err, EINVAL, "%s: ELF program headers are truncated", f->path);
	return 0;
}

/* -- segments --------------------------------------------------------------------------------- */

/* False: not one to load. */
static bool get_segment(const struct boot_file *f, const struct header *h, unsigned n,
			struct segment *s)
{
	const u8 *p = f->bytes + h->phoff + (u64)n * h->phentsize;
	Elf32_Phdr p32;
	Elf64_Phdr p64;

	if (h->bits == 32) {
		memcpy(&p32, p, sizeof(p32));
		*s = (struct segment){p32.p_offset, p32.p_filesz, p32.p_paddr, p32.p_memsz};
		return p32.p_type == PT_LOAD && p32.p_memsz != 0;
	}
	memcpy(&p64, p, sizeof(p64));
	*s = (struct segment){p64.p_offset, p64.p_filesz, p64.p_paddr, p64.p_memsz};
	return p64.p_type == PT_LOAD && p64.p_memsz != 0;
}

static int check_segment(const struct boot_file *f, const struct segment *s, struct error *err)
{
	if (s->filesz > s->memsz)
		return error_set(err, EINVAL,
				 "%s: ELF segment is larger in the file than in memory", f->path);
	if (!boot_file_has(f, s->offset, s->filesz))
		return error_set(err, EINVAL, "%s: the file is truncated: ELF segment at %#llx",
				 f->path, (unsigned long long)s->offset);
	if (s->memsz > ADDRESS_END || s->paddr > ADDRESS_END - s->memsz)
		return error_set(err, EINVAL, "%s: ELF segment at address %#llx is out of range",
				 f->path, (unsigned long long)s->paddr);
	return 0;
}

static bool covers(const struct segment *s, u64 address)
{
	return address >= s->paddr && address - s->paddr < s->memsz;
}

int elf_parse(const struct boot_file *f, struct elf_image *image, struct error *err)
{
	struct header h;
	struct segment s;
	int rc = read_header(f, &h, err);

	if (rc == 0)
		rc = check_header(f, &h, err);
	if (rc != 0)
		return rc;
	*image = (struct elf_image){.bits = h.bits, .entry = h.entry, .start = ~0ull};
	image->entry_is_virtual = true;
	for (unsigned n = 0; n < h.phnum; n++) {
		if (!get_segment(f, &h, n, &s))
			continue;
		rc = check_segment(f, &s, err);
		if (rc != 0)
			return rc;
		image->start = s.paddr < image->start ? s.paddr : image->start;
		image->end = s.paddr + s.memsz > image->end ? s.paddr + s.memsz : image->end;
		if (covers(&s, h.entry))
			image->entry_is_virtual = false;
	}
	if (image->end == 0)
		return error_set(err, EINVAL, "%s: no ELF segment to load", f->path);
	return 0;
}

/* -- loading ---------------------------------------------------------------------------------- */

static void copy_segments(const struct boot_file *f, u8 *dst, u64 base)
{
	struct header h;
	struct segment s;

	if (read_header(f, &h, NULL) != 0)
		return;
	for (unsigned n = 0; n < h.phnum; n++)
		if (get_segment(f, &h, n, &s))
			memcpy(dst + (s.paddr - base), f->bytes + s.offset, s.filesz);
}

int elf_load(const struct boot_file *f, const struct elf_image *image, struct boot_stage *s,
	     struct error *err)
{
	u64 base = align_down(image->start, PAGE_SIZE);
	u64 len = image->end - base;
	u8 *staged;
	int rc;

	if (!memory_contains(s->memory, GPA(base), len))
		return error_set(err, ENOSPC,
				 "%s: %llu KiB at %#llx do not fit into %llu MiB of memory",
				 f->path, (unsigned long long)len >> 10, (unsigned long long)base,
				 (unsigned long long)s->memory->size >> 20);
	staged = calloc(1, len);
	if (!staged)
		return error_set(err, ENOMEM, "%s: out of memory", f->path);
	copy_segments(f, staged, base);
	rc = boot_stage_put(s, f->path, GPA(base), staged, len, len, err);
	free(staged);
	return rc;
}
