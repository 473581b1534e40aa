/* SPDX-License-Identifier: MIT */
/* Numbers that the payloads' assembly, C and linker script share. */
#ifndef TESTS_GUESTS_RT_LAYOUT_H
#define TESTS_GUESTS_RT_LAYOUT_H

#define MULTIBOOT_HEADER_MAGIC 0x1badb002 /* in the image */
#define MULTIBOOT_LOADED_MAGIC 0x2badb002 /* in EAX at the 32-bit entry */
#define MULTIBOOT_WANT_MEMORY  0x00000002

#define RT_CPUS       2
#define RT_STACK_SIZE 0x4000

/* Selectors of the runtime's GDT. */
#define RT_CS64      0x08
#define RT_DS        0x10
#define RT_CS32      0x18
#define RT_CS16      0x20 /* base RT_LOW_CODE */
#define RT_DS16      0x28 /* base RT_LOW_CODE, limit FFFFh */
#define RT_USER_CS32 0x30 /* in the order that SYSRET wants */
#define RT_USER_DS   0x38
#define RT_USER_CS64 0x40
#define RT_ABSENT    0x48 /* a data segment with P = 0 */
#define RT_TSS       0x50 /* + 10h * CPU */
#define RT_GDT_SIZE  (RT_TSS + 0x10 * RT_CPUS)

/* Below 1 MiB a payload may copy 16-bit code here. */
#define RT_LOW_CODE 0x8000

#endif
