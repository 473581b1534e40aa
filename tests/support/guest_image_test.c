/* SPDX-License-Identifier: MIT */
/* What is a payload, and what is refused, with which words. */
#include "tests/support/guest_image.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "base/bytes.h"

#include "tests/support/cmocka.h"

enum { HEADER_AT = 0x100, TEXT_AT = 0x200, FILE_SIZE = 0x300, MEMORY = 0x400000 };

/* A payload of one segment: 100h bytes from the file and 80h zeros at 1 MiB. */
struct file {
	u8 bytes[FILE_SIZE];
	Elf32_Ehdr elf;
	Elf32_Phdr segment;
	u32 multiboot[3];
};

static struct file good_file(void)
{
	return (struct file){
		.elf = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB},
			.e_type = ET_EXEC,
			.e_machine = EM_386,
			.e_entry = 0x100010,
			.e_phoff = sizeof(Elf32_Ehdr),
			.e_phentsize = sizeof(Elf32_Phdr),
			.e_phnum = 1},
		.segment = {.p_type = PT_LOAD,
			    .p_offset = TEXT_AT,
			    .p_paddr = 0x100000,
			    .p_filesz = 0x100,
			    .p_memsz = 0x180},
		.multiboot = {0x1badb002, 2, 0u - 0x1badb004},
	};
}

static int parse(struct file *f, struct guest_image *image, struct error *err)
{
	memcpy(f->bytes, &f->elf, sizeof(f->elf));
	memcpy(f->bytes + sizeof(f->elf), &f->segment, sizeof(f->segment));
	memcpy(f->bytes + HEADER_AT, f->multiboot, sizeof(f->multiboot));
	return guest_image_parse(image, "file", f->bytes, FILE_SIZE, MEMORY, err);
}

static void assert_refused(struct file *f, const char *why)
{
	struct error err = {.text = ""};
	struct guest_image image;

	assert_int_equal(parse(f, &image, &err), -ENOEXEC);
	assert_string_equal(err.text, why);
}

static void a_multiboot_elf_is_taken(void **state)
{
	struct file f = good_file();
	struct guest_image image;

	assert_int_equal(parse(&f, &image, NULL), 0);
	assert_true(image.multiboot);
	assert_int_equal(image.entry, 0x100010);
	assert_int_equal(image.parts, 1);
	assert_int_equal(image.part[0].gpa, 0x100000);
	assert_ptr_equal(image.part[0].bytes, f.bytes + TEXT_AT);
	assert_int_equal(image.part[0].len, 0x100);
	assert_int_equal(image.part[0].zeros, 0x80);
}

static void what_is_not_elf_is_flat(void **state)
{
	const u8 code[3] = {0xeb, 0xfe, 0x90};
	struct guest_image image;
	struct error err;

	assert_int_equal(guest_image_parse(&image, "flat", code, 3, MEMORY, NULL), 0);
	assert_false(image.multiboot);
	assert_int_equal(image.entry, GUEST_IMAGE_BASE);
	assert_int_equal(image.part[0].len, 3);
	assert_int_equal(guest_image_parse(&image, "flat", code, 0, MEMORY, &err), -ENOEXEC);
	assert_string_equal(err.text, "flat: empty");
	assert_int_equal(guest_image_parse(&image, "flat", code, 3, 0x100002, &err), -ENOEXEC);
	assert_string_equal(err.text, "flat: larger than the guest's memory");
}

#define REFUSED(change, why)                      \
	do {                                      \
		struct file f = good_file();      \
		f.change;                         \
		assert_refused(&f, "file: " why); \
	} while (0)

static void wrong_headers_are_refused(void **state)
{
	const u8 magic[4] = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3};
	struct guest_image image;
	struct error err;

	assert_int_equal(guest_image_parse(&image, "file", magic, 4, MEMORY, &err), -ENOEXEC);
	assert_string_equal(err.text, "file: too short for an ELF header");
	REFUSED(elf.e_ident[EI_CLASS] = ELFCLASS64, "not a 32-bit ELF file");
	REFUSED(elf.e_ident[EI_DATA] = ELFDATA2MSB, "not for x86");
	REFUSED(elf.e_machine = EM_ARM, "not for x86");
	REFUSED(elf.e_type = ET_DYN, "not an executable");
	REFUSED(elf.e_phentsize = 31, "program headers of an unknown size");
	REFUSED(elf.e_phoff = FILE_SIZE - 31, "program headers beyond the file's end");
	REFUSED(elf.e_phoff = 0xfffffff0, "program headers beyond the file's end");
	REFUSED(elf.e_phnum = 0xffff, "program headers beyond the file's end");
	REFUSED(elf.e_phnum = 0, "nothing to load");
	REFUSED(segment.p_type = PT_NOTE, "nothing to load");
	REFUSED(multiboot[0] = 0, "no multiboot header in the first 8 KiB");
	REFUSED(multiboot[2]++, "no multiboot header in the first 8 KiB");
	REFUSED(multiboot[1] = 0x10000;
		f.multiboot[2] -= 0x10000 - 2, "a multiboot header with addresses of its own");
}

static void wrong_segments_are_refused(void **state)
{
	REFUSED(segment.p_filesz = 0x181, "a segment is larger in the file than in memory");
	REFUSED(segment.p_offset = FILE_SIZE - 0xff, "a segment lies beyond the file's end");
	REFUSED(segment.p_offset = 0xffffff80, "a segment lies beyond the file's end");
	REFUSED(segment.p_paddr = 0xfffff, "a segment lies outside the guest's memory");
	REFUSED(segment.p_paddr = MEMORY - 0x17f, "a segment lies outside the guest's memory");
	REFUSED(segment.p_memsz = 0xffffffff, "a segment lies outside the guest's memory");
}

static void a_missing_file_is_named(void **state)
{
	struct guest_image image;
	struct error err;

	assert_int_equal(guest_image_init(&image, "/nowhere/x.elf", MEMORY, &err), -EIO);
	assert_string_equal(err.text, "/nowhere/x.elf: cannot be read");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_multiboot_elf_is_taken),
		cmocka_unit_test(what_is_not_elf_is_flat),
		cmocka_unit_test(wrong_headers_are_refused),
		cmocka_unit_test(wrong_segments_are_refused),
		cmocka_unit_test(a_missing_file_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
