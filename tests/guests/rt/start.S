/* SPDX-License-Identifier: MIT */
/*
 * The two ways into a payload, and the page tables.
 *
 *	ELF	multiboot v1: 32-bit protected mode without paging, EAX is the magic number, EBX
 *		points to the multiboot information
 *	flat	the image's first byte, in 64-bit mode with memory identity mapped (private where it
 *		holds the image); RDI is the number of the CPU, RSI points to the information
 *
 * Both come to start64.  CPU 0 goes on to C; the others wait until it lets them.  Under SEV every
 * page is mapped private; without paging, all accesses are private anyway.	[APM2 15.34]
 */
#include "tests/guests/rt/layout.h"

	.section .boot, "ax"
	.code64
	.globl	image_start
image_start:
	jmp	start64

	.balign	4
	.long	MULTIBOOT_HEADER_MAGIC
	.long	MULTIBOOT_WANT_MEMORY
	.long	-(MULTIBOOT_HEADER_MAGIC + MULTIBOOT_WANT_MEMORY)

/*
 * EBP = the C-bit as a mask for the upper half of a page-table entry, or 0.  The same bytes do in
 * 32-bit and in 64-bit mode.  Changes EAX, EBX, ECX, EDX.
 */
	.macro	find_c_bit
	xorl	%ebp, %ebp
	movl	$0x80000000, %eax
	cpuid
	cmpl	$0x8000001f, %eax
	jb	.Lno_sev\@
	movl	$0x8000001f, %eax
	cpuid
	testl	$2, %eax			/* the guest may be asked whether it is encrypted */
	jz	.Lno_sev\@
	andl	$0x3f, %ebx
	movl	%ebx, %ebp
	movl	$0xc0010131, %ecx		/* SEV_STATUS */
	rdmsr
	movl	%ebp, %ecx
	xorl	%ebp, %ebp
	testl	$1, %eax			/* SEV_ENABLED */
	jz	.Lno_sev\@
	movl	$1, %ebp
	subl	$32, %ecx
	shll	%cl, %ebp
.Lno_sev\@:
	.endm

/* Sets the C-bit of EBP in every entry.  Changes EAX, ECX. */
	.macro	set_c_bit
	movl	$page_tables, %eax
	movl	$((page_tables_end - page_tables) / 8), %ecx
.Lentry\@:
	testb	$1, (%eax)
	jz	.Labsent\@
	orl	%ebp, 4(%eax)
.Labsent\@:
	addl	$8, %eax
	decl	%ecx
	jnz	.Lentry\@
	.endm

	.text
	.code32
	.globl	start32
start32:
	cli
	cld
	movl	%ebx, %esi
	find_c_bit
	set_c_bit
	movl	%cr4, %eax
	orl	$0x20, %eax			/* PAE */
	movl	%eax, %cr4
	movl	$page_tables, %eax
	movl	%eax, %cr3
	movl	$0xc0000080, %ecx		/* EFER */
	rdmsr
	orl	$0x100, %eax			/* LME */
	wrmsr
	movl	%cr0, %eax
	orl	$0x80000001, %eax		/* PG, PE */
	movl	%eax, %cr0
	lgdt	rt_gdt_register
	xorl	%edi, %edi
	ljmp	$RT_CS64, $start64

	.code64
	.globl	start64
start64:
	cli
	cld
	lgdt	rt_gdt_register(%rip)
	movl	%edi, %r8d
	movq	%rsi, %r9
	testl	%r8d, %r8d
	jnz	.Lwait
	find_c_bit
	set_c_bit
	movl	%ebp, %r10d
	movl	$bss_start, %edi
	movl	$bss_end, %ecx
	subl	%edi, %ecx
	xorl	%eax, %eax
	rep stosb
	shlq	$32, %r10
	movq	%r10, rt_c_bit(%rip)
	jmp	.Ltables
.Lwait:
	pause
	cmpl	%r8d, rt_cpus_allowed(%rip)
	jb	.Lwait
.Ltables:
	movl	$page_tables, %eax
	movq	%rax, %cr3
	movl	$0xc0000080, %ecx		/* EFER */
	rdmsr
	orl	$0x801, %eax			/* SCE, NXE */
	wrmsr
	movq	%cr4, %rax
	orl	$0x6a0, %eax			/* PAE, PGE, OSFXSR, OSXMMEXCPT */
	movq	%rax, %cr4
	movl	$0x80010033, %eax		/* PG, WP, NE, ET, MP, PE */
	movq	%rax, %cr0
	movl	$RT_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	leal	1(%r8), %eax
	imull	$RT_STACK_SIZE, %eax, %eax
	leaq	rt_stacks(%rax), %rsp
	pushq	$RT_CS64
	pushq	$.Lnew_cs
	lretq
.Lnew_cs:
	fninit
	movl	%r8d, %edi
	movq	%r9, %rsi
	xorl	%ebp, %ebp
	call	rt_main
	ud2

	.data
	.balign	16
	.globl	rt_gdt
rt_gdt:
	.quad	0
	.quad	0x00209b0000000000		/* RT_CS64 */
	.quad	0x00cf93000000ffff		/* RT_DS */
	.quad	0x00cf9b000000ffff		/* RT_CS32 */
	.quad	0x00009b000000ffff | (RT_LOW_CODE << 16)
	.quad	0x000093000000ffff | (RT_LOW_CODE << 16)
	.quad	0x00cffb000000ffff		/* RT_USER_CS32 */
	.quad	0x00cff3000000ffff		/* RT_USER_DS */
	.quad	0x0020fb0000000000		/* RT_USER_CS64 */
	.quad	0x00cf13000000ffff		/* RT_ABSENT */
	.fill	2 * RT_CPUS, 8, 0		/* RT_TSS: see traps.c */

	.globl	rt_gdt_register
	.balign	8
	.skip	6				/* the base is aligned */
rt_gdt_register:
	.word	RT_GDT_SIZE - 1
	.quad	rt_gdt

	.balign	4
	.globl	rt_cpus_allowed
rt_cpus_allowed:				/* not in .bss: the others look before it is cleared */
	.long	0

/* The first 4 GiB identity mapped, in pages of 2 MiB. */
	.balign	4096
	.globl	page_tables
page_tables:
	.quad	page_tables + 0x1000 + 0x07	/* P, RW, US */
	.fill	511, 8, 0
	.quad	page_tables + 0x2000 + 0x07
	.quad	page_tables + 0x3000 + 0x07
	.quad	page_tables + 0x4000 + 0x07
	.quad	page_tables + 0x5000 + 0x07
	.fill	508, 8, 0
	.set	page, 0
	.rept	2048
	.quad	page + 0x83			/* P, RW, PS: not for user mode */
	.set	page, page + 0x200000
	.endr
page_tables_end:

	.bss
	.balign	4096
	.globl	rt_stacks
rt_stacks:
	.skip	RT_STACK_SIZE * RT_CPUS

	.section .note.GNU-stack, "", @progbits
