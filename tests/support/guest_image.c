/* SPDX-License-Identifier: MIT */
/* Reads payloads; every field is checked before it is believed. */
#include "tests/support/guest_image.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum { MULTIBOOT_MAGIC = 0x1badb002, MULTIBOOT_SEARCH = 8192, MULTIBOOT_ADDRESSES = 1 << 16 };

/* Which refusal: "name: what". */
static int refuse(struct error *err, const char *name, const char *what)
{
	return error_set(err, ENOEXEC, "%s: %s", name, what);
}

/* A header anywhere in the first 8 KiB, aligned to 4, whose three words sum up to 0. */
static bool find_multiboot(const u8 *file, u64 len, u32 *flags)
{
	for (u64 at = 0; at + 12 <= len && at + 12 <= MULTIBOOT_SEARCH; at += 4) {
		u32 magic = get_le32(file + at);

		*flags = get_le32(file + at + 4);
		if (magic == MULTIBOOT_MAGIC && magic + *flags + get_le32(file + at + 8) == 0)
			return true;
	}
	return false;
}

static bool is_elf(const u8 *file, u64 len)
{
	return len >= SELFMAG && memcmp(file, ELFMAG, SELFMAG) == 0;
}

static const char *check_header(const Elf32_Ehdr *h, u64 len)
{
	if (h->e_ident[EI_CLASS] != ELFCLASS32)
		return "not a 32-bit ELF file";
	if (h->e_ident[EI_DATA] != ELFDATA2LSB || h->e_machine != EM_386)
		return "not for x86";
	if (h->e_type != ET_EXEC)
		return "not an executable";
	if (h->e_phentsize != sizeof(Elf32_Phdr))
		return "program headers of an unknown size";
	if (h->e_phoff > len || h->e_phnum * sizeof(Elf32_Phdr) > len - h->e_phoff)
		return "program headers beyond the file's end";
	return NULL;
}

static const char *check_segment(const Elf32_Phdr *p, u64 len, u64 memory)
{
	if (p->p_filesz > p->p_memsz)
		return "a segment is larger in the file than in memory";
	if (p->p_offset > len || p->p_filesz > len - p->p_offset)
		return "a segment lies beyond the file's end";
	if (p->p_paddr < GUEST_IMAGE_BASE || (u64)p->p_paddr + p->p_memsz > memory)
		return "a segment lies outside the guest's memory";
	return NULL;
}

static const char *add_segment(struct guest_image *image, const Elf32_Phdr *p, const u8 *file,
			       u64 len, u64 memory)
{
	const char *wrong;

	if (p->p_type != PT_LOAD)
		return NULL;
	wrong = check_segment(p, len, memory);
	if (wrong)
		return wrong;
	if (image->parts == GUEST_IMAGE_PARTS_MAX)
		return "too many segments";
	image->part[image->parts++] = (struct guest_image_part){
		.gpa = p->p_paddr,
		.bytes = file + p->p_offset,
		.len = p->p_filesz,
		.zeros = p->p_memsz - p->p_filesz,
	};
	return NULL;
}

static const char *parse_elf(struct guest_image *image, const u8 *file, u64 len, u64 memory)
{
	Elf32_Ehdr h;
	const char *wrong;
	u32 flags;

	if (len < sizeof(h))
		return "too short for an ELF header";
	memcpy(&h, file, sizeof(h));
	wrong = check_header(&h, len);
	if (wrong)
		return wrong;
	if (!find_multiboot(file, len, &flags))
		return "no multiboot header in the first 8 KiB";
	if (flags & MULTIBOOT_ADDRESSES)
		return "a multiboot header with addresses of its own";
	for (unsigned i = 0; i < h.e_phnum && !wrong; i++) {
		Elf32_Phdr p;

		memcpy(&p, file + h.e_phoff + i * sizeof(p), sizeof(p));
		wrong = add_segment(image, &p, file, len, memory);
	}
	if (!wrong && image->parts == 0)
		return "nothing to load";
	image->multiboot = true;
	image->entry = h.e_entry;
	return wrong;
}

static const char *parse_flat(struct guest_image *image, const u8 *file, u64 len, u64 memory)
{
	if (len == 0)
		return "empty";
	if (memory < GUEST_IMAGE_BASE || len > memory - GUEST_IMAGE_BASE)
		return "larger than the guest's memory";
	image->entry = GUEST_IMAGE_BASE;
	image->parts = 1;
	image->part[0] =
		(struct guest_image_part){.gpa = GUEST_IMAGE_BASE, .bytes = file, .len = len};
	return NULL;
}

int guest_image_parse(struct guest_image *image, const char *name, const u8 *file, u64 len,
		      u64 memory, struct error *err)
{
	const char *wrong;

	memset(image, 0, sizeof(*image));
	if (is_elf(file, len))
		wrong = parse_elf(image, file, len, memory);
	else
		wrong = parse_flat(image, file, len, memory);
	return wrong ? refuse(err, name, wrong) : 0;
}

/* The whole file, or NULL with errno set. */
static u8 *read_file(const char *path, u64 *len)
{
	FILE *f = fopen(path, "rb");
	u8 *data = NULL;
	long size;

	if (!f)
		return NULL;
	if (fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) >= 0 && fseek(f, 0, SEEK_SET) == 0) {
		*len = (u64)size;
		data = malloc((size_t)size + 1);
		if (data && fread(data, 1, (size_t)size, f) != (size_t)size) {
			free(data);
			data = NULL;
		}
	}
	fclose(f);
	return data;
}

int guest_image_init(struct guest_image *image, const char *path, u64 memory, struct error *err)
{
	u64 len = 0;
	u8 *file = read_file(path, &len);
	int rc;

	if (!file)
		return error_set(err, EIO, "%s: cannot be read", path);
	rc = guest_image_parse(image, path, file, len, memory, err);
	if (rc != 0)
		free(file);
	else
		image->file = file;
	return rc;
}

void guest_image_fini(struct guest_image *image)
{
	free(image->file);
}
