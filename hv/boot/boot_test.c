/* SPDX-License-Identifier: MIT */
/* Files as they should be, and every way in which they can be wrong. */
#include "hv/boot/boot.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/cmocka.h"

#include "abi/bootparam.h"
#include "abi/paging.h"
#include "base/bytes.h"
#include "hv/boot/internal.h"
#include "hv/boot/multiboot_abi.h"
#include "hv/testbed.h"

static struct testbed t;
static struct boot_stage stage;
static struct boot_entry entry;
static struct error err;
static char kernel_path[] = "/tmp/swsev_boot_kernel_XXXXXX";
static char initrd_path[] = "/tmp/swsev_boot_initrd_XXXXXX";

static int group_setup(void **state)
{
	int a = mkstemp(kernel_path);
	int b = mkstemp(initrd_path);

	if (a < 0 || b < 0)
		return -1;
	close(a);
	close(b);
	testbed_init(&t, MIB(64), MEMORY_CONTIGUOUS);
	return 0;
}

static int group_teardown(void **state)
{
	testbed_fini(&t);
	unlink(kernel_path);
	unlink(initrd_path);
	return 0;
}

static void put_file(const char *path, const void *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	fclose(f);
}

static int load_with(const struct boot_config *cfg)
{
	boot_stage_init(&stage, &t.memory);
	err.text[0] = '\0';
	return boot_load(cfg, &stage, &entry, &err);
}

static int load_kernel(const void *bytes, size_t len)
{
	put_file(kernel_path, bytes, len);
	return load_with(&(struct boot_config){.kernel = kernel_path, .cpus = 2});
}

/* Refused, with a line that holds this word. */
static void assert_says(int rc, const char *word)
{
	assert_int_not_equal(rc, 0);
	if (!strstr(err.text, word))
		fail_msg("'%s' does not say '%s'", err.text, word);
}

static u64 peek(u64 gpa, unsigned size)
{
	u64 v = 0;

	assert_true(memory_read(&t.memory, GPA(gpa), &v, size));
	return v;
}

/* -- bzImage ---------------------------------------------------------------------------------- */

enum { SECTS = 2, PAYLOAD_AT = (SECTS + 1) * 512, IMAGE_SIZE = PAYLOAD_AT + 8192 };

static u8 image[IMAGE_SIZE];

static void make_bzimage(void)
{
	memset(image, 0, sizeof(image));
	image[BP_SETUP_SECTS] = SECTS;
	put_le16(image + BP_BOOT_FLAG, BOOT_FLAG_MAGIC);
	image[BP_JUMP] = 0xeb;
	image[BP_JUMP + 1] = 0x6a;
	put_le32(image + BP_HEADER, BOOT_HEADER_MAGIC);
	put_le16(image + BP_VERSION, 0x20f);
	image[BP_LOADFLAGS] = BOOT_LOADFLAGS_LOADED_HIGH;
	put_le32(image + BP_INITRD_ADDR_MAX, 0x7fffffff);
	put_le16(image + BP_XLOADFLAGS, BOOT_XLF_KERNEL_64);
	put_le32(image + BP_CMDLINE_SIZE, 100);
	put_le32(image + BP_PAYLOAD_LENGTH, 8192);
	put_le64(image + BP_PREF_ADDRESS, 0x1000000);
	put_le32(image + BP_INIT_SIZE, MIB(8));
	memset(image + PAYLOAD_AT, 0x5a, 8192);
}

static void a_bzimage_is_entered_as_linux_wants(void **state)
{
	make_bzimage();
	put_file(initrd_path, "initrd", 6);
	put_file(kernel_path, image, sizeof(image));
	assert_int_equal(load_with(&(struct boot_config){.kernel = kernel_path,
							 .initrd = initrd_path,
							 .cmdline = "console=ttyS0",
							 .cpus = 2}),
			 0);
	assert_int_equal(entry.mode, BOOT_MODE_LONG64);
	assert_int_equal(entry.rip, 0x1000200);
	assert_int_equal(peek(0x1000000, 8), 0x5a5a5a5a5a5a5a5a);
	assert_int_equal(peek(entry.rsi + BP_HEADER, 4), BOOT_HEADER_MAGIC);
	assert_int_equal(peek(entry.rsi + BP_TYPE_OF_LOADER, 1), BOOT_LOADER_UNDEFINED);
	assert_int_equal(peek(peek(entry.rsi + BP_CMD_LINE_PTR, 4), 8), 0x3d656c6f736e6f63);
	assert_int_equal(peek(entry.rsi + BP_RAMDISK_SIZE, 4), 6);
	assert_int_equal(peek(peek(entry.rsi + BP_RAMDISK_IMAGE, 4), 4), 0x74696e69);
	assert_int_equal(peek(peek(entry.rsi + BP_ACPI_RSDP_ADDR, 8), 8), 0x2052545020445352);
	assert_int_equal(peek(entry.rsi + BP_E820_ENTRIES, 1), 4);
}

/* Leaves of RAM have the C-bit, those of devices have not. */
static void page_tables_know_the_c_bit(void **state)
{
	u64 pd;

	make_bzimage();
	put_file(kernel_path, image, sizeof(image));
	assert_int_equal(load_with(&(struct boot_config){
				 .kernel = kernel_path, .cpus = 1, .c_bit = BIT64(51)}),
			 0);
	pd = entry.cr3 + 2 * PAGE_SIZE;
	assert_int_equal(peek(pd, 8) & PTE_ADDR_MASK, BIT64(51));
	assert_int_equal(peek(pd + 8 * 31, 8) & PTE_ADDR_MASK, BIT64(51) | MIB(62));
	assert_int_equal(peek(pd + 8 * 32, 8) & PTE_ADDR_MASK, MIB(64));
	assert_int_equal(peek(entry.cr3 + 5 * PAGE_SIZE + 8 * 511, 8) & PTE_ADDR_MASK, 0xffe00000);
}

static void bzimages_that_cannot_be(void **state)
{
	make_bzimage();
	assert_says(load_kernel(image, 0x210), "truncated");
	assert_says(load_kernel(image, PAYLOAD_AT), "truncated");
	assert_says(load_kernel(image, sizeof(image) - 1), "truncated");
	put_le16(image + BP_VERSION, 0x20b);
	assert_says(load_kernel(image, sizeof(image)), "64-bit entry");
	make_bzimage();
	put_le16(image + BP_XLOADFLAGS, 0);
	assert_says(load_kernel(image, sizeof(image)), "64-bit entry");
	make_bzimage();
	image[BP_JUMP + 1] = 0xff;
	assert_says(load_kernel(image, sizeof(image)), "setup header");
	make_bzimage();
	put_le64(image + BP_PREF_ADDRESS, 0x1000);
	assert_says(load_kernel(image, sizeof(image)), "loaded at");
	make_bzimage();
	put_le64(image + BP_PREF_ADDRESS, ~0xfffull);
	assert_says(load_kernel(image, sizeof(image)), "loaded at");
	make_bzimage();
	put_le32(image + BP_INIT_SIZE, MIB(60));
	assert_says(load_kernel(image, sizeof(image)), "needs 76 MiB of memory");
}

static void command_lines_and_initrds_that_do_not_fit(void **state)
{
	char line[102];

	memset(line, 'x', 101);
	line[101] = '\0';
	make_bzimage();
	put_file(kernel_path, image, sizeof(image));
	assert_says(
		load_with(&(struct boot_config){.kernel = kernel_path, .cmdline = line, .cpus = 1}),
		"takes 100 at most");
	put_le32(image + BP_INITRD_ADDR_MAX, 0x1800000 + 4095);
	put_file(kernel_path, image, sizeof(image));
	put_file(initrd_path, image, sizeof(image));
	assert_says(load_with(&(struct boot_config){
			    .kernel = kernel_path, .initrd = initrd_path, .cpus = 1}),
		    "do not fit beside the kernel");
}

/* -- ELF and multiboot ------------------------------------------------------------------------ */

struct elf64_file {
	Elf64_Ehdr e;
	Elf64_Phdr p[2];
	u8 code[64];
};

static struct elf64_file elf64(void)
{
	struct elf64_file f = {
		.e = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB},
		      .e_type = ET_EXEC,
		      .e_machine = EM_X86_64,
		      .e_entry = 0x200010,
		      .e_phoff = offsetof(struct elf64_file, p),
		      .e_phentsize = sizeof(Elf64_Phdr),
		      .e_phnum = 2},
		.p = {{.p_type = PT_LOAD,
		       .p_offset = offsetof(struct elf64_file, code),
		       .p_paddr = 0x200000,
		       .p_filesz = 64,
		       .p_memsz = 0x3000},
		      {.p_type = PT_NOTE, .p_offset = ~0ull}},
	};

	memset(f.code, 0x90, sizeof(f.code));
	return f;
}

static void a_vmlinux_is_entered_at_its_entry(void **state)
{
	struct elf64_file f = elf64();

	assert_int_equal(load_kernel(&f, sizeof(f)), 0);
	assert_int_equal(entry.mode, BOOT_MODE_LONG64);
	assert_int_equal(entry.rip, 0x200010);
	assert_int_equal(peek(0x200038, 8), 0x9090909090909090);
	assert_int_equal(peek(0x200040, 8), 0);
	assert_int_equal(peek(entry.rsi + BP_HEADER, 4), BOOT_HEADER_MAGIC);
}

static void assert_elf_says(struct elf64_file f, const char *word)
{
	assert_says(load_kernel(&f, sizeof(f)), word);
}

static void elf_files_that_cannot_be(void **state)
{
	struct elf64_file f = elf64();

	assert_says(load_kernel(&f, 20), "truncated");
	assert_says(load_kernel(&f, sizeof(f.e) + 8), "truncated");
	f.e.e_machine = EM_AARCH64;
	assert_elf_says(f, "not x86");
	f = elf64();
	f.e.e_type = ET_REL;
	assert_elf_says(f, "not an executable");
	f = elf64();
	f.e.e_ident[EI_CLASS] = 7;
	assert_elf_says(f, "little-endian");
	f = elf64();
	f.e.e_phnum = 0;
	assert_elf_says(f, "program headers");
	f = elf64();
	f.e.e_phoff = ~0ull - 8;
	assert_elf_says(f, "truncated");
	f = elf64();
	f.p[0].p_filesz = 0x4000;
	assert_elf_says(f, "larger in the file");
	f = elf64();
	f.p[0].p_offset = ~0ull;
	assert_elf_says(f, "truncated");
	f = elf64();
	f.p[0].p_paddr = ~0ull - 0x1000;
	assert_elf_says(f, "out of range");
	f = elf64();
	f.p[0].p_paddr = MIB(64);
	f.e.e_entry = MIB(64);
	assert_elf_says(f, "do not fit");
	f = elf64();
	f.p[0].p_type = PT_NULL;
	assert_elf_says(f, "no ELF segment");
	f = elf64();
	f.e.e_entry = 0xffffffff81000000;
	assert_elf_says(f, "no physical address");
	f = elf64();
	f.p[0].p_paddr = BOOT_AT_ZERO_PAGE;
	f.e.e_entry = BOOT_AT_ZERO_PAGE;
	assert_elf_says(f, "in use already");
}

static void a_multiboot_elf_gets_a_32_bit_entry(void **state)
{
	struct elf64_file f = elf64();

	put_le32(f.code, MULTIBOOT_HEADER_MAGIC);
	put_le32(f.code + 4, MULTIBOOT_WANT_MEMORY);
	put_le32(f.code + 8, -(MULTIBOOT_HEADER_MAGIC + MULTIBOOT_WANT_MEMORY));
	put_file(kernel_path, &f, sizeof(f));
	put_file(initrd_path, "module", 6);
	assert_int_equal(
		load_with(&(struct boot_config){
			.kernel = kernel_path, .initrd = initrd_path, .cmdline = "a b", .cpus = 1}),
		0);
	assert_int_equal(entry.mode, BOOT_MODE_PROT32);
	assert_int_equal(entry.rip, 0x200010);
	assert_int_equal(entry.rax, MULTIBOOT_BOOTLOADER_MAGIC);
	assert_int_equal(peek(entry.rbx + MULTIBOOT_INFO_MODS_COUNT, 4), 1);
	assert_int_equal(peek(peek(peek(entry.rbx + MULTIBOOT_INFO_MODS_ADDR, 4), 4), 6),
			 0x656c75646f6d);
	assert_int_equal(peek(peek(entry.rbx + MULTIBOOT_INFO_COMMAND_LINE, 4), 4), 0x622061);
	put_le32(f.code + 4, MULTIBOOT_WANT_MEMORY | BIT32(2)); /* a video mode */
	put_le32(f.code + 8, -(MULTIBOOT_HEADER_MAGIC + (MULTIBOOT_WANT_MEMORY | BIT32(2))));
	assert_elf_says(f, "multiboot flags");
}

static void multiboot_by_addresses(void **state)
{
	u8 f[4096 + 100] = {0};
	u32 flags = MULTIBOOT_HAS_ADDRESSES;

	put_le32(f + 64, MULTIBOOT_HEADER_MAGIC);
	put_le32(f + 64 + MULTIBOOT_FLAGS, flags);
	put_le32(f + 64 + MULTIBOOT_CHECKSUM, -(MULTIBOOT_HEADER_MAGIC + flags));
	put_le32(f + 64 + MULTIBOOT_HEADER_ADDR, 0x300040);
	put_le32(f + 64 + MULTIBOOT_LOAD_ADDR, 0x300000);
	put_le32(f + 64 + MULTIBOOT_BSS_END_ADDR, 0x310000);
	put_le32(f + 64 + MULTIBOOT_ENTRY_ADDR, 0x300070);
	assert_int_equal(load_kernel(f, sizeof(f)), 0);
	assert_int_equal(entry.rip, 0x300070);
	assert_int_equal(peek(0x300040, 4), MULTIBOOT_HEADER_MAGIC);
	put_le32(f + 64 + MULTIBOOT_LOAD_END_ADDR, 0x302000);
	assert_says(load_kernel(f, sizeof(f)), "truncated");
	put_le32(f + 64 + MULTIBOOT_LOAD_END_ADDR, 0x200000);
	assert_says(load_kernel(f, sizeof(f)), "truncated");
	put_le32(f + 64 + MULTIBOOT_HEADER_ADDR, 0x200000);
	assert_says(load_kernel(f, sizeof(f)), "makes no sense");
}

/* -- other files ------------------------------------------------------------------------------ */

static void a_flat_image_is_entered_at_1_mib(void **state)
{
	put_file(kernel_path, "\xf4", 1);
	assert_int_equal(load_with(&(struct boot_config){
				 .kernel = kernel_path, .format = BOOT_FORMAT_FLAT, .cpus = 1}),
			 0);
	assert_int_equal(entry.mode, BOOT_MODE_LONG64);
	assert_int_equal(entry.rip, 0x100000);
	assert_int_equal(peek(0x100000, 2), 0xf4);
}

static void files_that_are_nothing(void **state)
{
	assert_says(load_kernel("MZ, but no kernel", 17), "not a bzImage");
	assert_says(load_kernel("", 0), "empty");
	assert_says(load_with(&(struct boot_config){.kernel = "/nonexistent/k", .cpus = 1}),
		    "/nonexistent/k: No such file");
	assert_says(load_with(&(struct boot_config){.kernel = "/tmp", .cpus = 1}),
		    "not a regular file");
}

/* What DRAM held before is not what the guest finds behind a piece. */
static void a_piece_ends_in_zeros(void **state)
{
	u8 old[PAGE_SIZE];

	memset(old, 0xee, sizeof(old));
	assert_true(memory_write(&t.memory, GPA(0x100000), old, sizeof(old)));
	a_flat_image_is_entered_at_1_mib(state);
	assert_int_equal(peek(0x100001, 8), 0);
	assert_int_equal(peek(0x100ff8, 8), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bzimage_is_entered_as_linux_wants),
		cmocka_unit_test(page_tables_know_the_c_bit),
		cmocka_unit_test(bzimages_that_cannot_be),
		cmocka_unit_test(command_lines_and_initrds_that_do_not_fit),
		cmocka_unit_test(a_vmlinux_is_entered_at_its_entry),
		cmocka_unit_test(elf_files_that_cannot_be),
		cmocka_unit_test(a_multiboot_elf_gets_a_32_bit_entry),
		cmocka_unit_test(multiboot_by_addresses),
		cmocka_unit_test(a_flat_image_is_entered_at_1_mib),
		cmocka_unit_test(files_that_are_nothing),
		cmocka_unit_test(a_piece_ends_in_zeros),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
