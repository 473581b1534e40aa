/* SPDX-License-Identifier: MIT */
/* The walk through the modes; struct modes_result says what each station leaves. */
#include "tests/guests/rt/layout.h"

#define ALIAS		0x40000000
#define REAL_SEGMENT	(RT_LOW_CODE >> 4)
#define REAL_STORE	0x1000		/* the segment that real mode stores through */

	.macro	result field
	movl	%eax, modes_result + 4 * \field
	.endm

	.macro	paging_off
	movl	%cr0, %eax
	andl	$0x7fffffff, %eax
	movl	%eax, %cr0
	.endm

	.macro	paging_on root
	movl	$\root, %eax
	movl	%eax, %cr3
	movl	%cr0, %eax
	orl	$0x80000000, %eax
	movl	%eax, %cr0
	.endm

	.text
	.code64
	.globl	modes_walk
modes_walk:
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, saved_rsp
	movq	%cr0, %rax
	movl	%eax, saved_cr0
	movq	%cr4, %rax
	movl	%eax, saved_cr4
	ljmpl	*to_compat(%rip)

	.code32
compat:
	xorl	%eax, %eax
	.byte	0x40				/* inc eax */
	result	0
	movl	%esp, %ebx
	pushl	%eax
	movl	%ebx, %eax
	subl	%esp, %eax
	popl	%ecx
	result	1
	movl	$-1, %eax
	addw	$1, %ax
	result	2

	paging_off
	movl	$0xc0000080, %ecx		/* EFER */
	rdmsr
	andl	$~0x100, %eax			/* LME */
	wrmsr
	rdmsr
	andl	$0x500, %eax			/* LMA, LME */
	result	3
	movl	modes_page, %eax
	result	4

	movl	saved_cr4, %eax
	andl	$~0x20, %eax			/* PAE */
	orl	$0x10, %eax			/* PSE */
	movl	%eax, %cr4
	paging_on modes_legacy_directory
	movl	ALIAS, %eax
	result	5
	paging_off

	movl	saved_cr4, %eax
	movl	%eax, %cr4
	paging_on modes_pae_root
	movl	ALIAS, %eax
	result	6
	paging_off
	ljmp	$RT_CS16, $0

	.globl	modes_low_code, modes_low_end, modes_low_int, modes_low_fault
	.set	modes_low_int, real_int - modes_low_code
	.set	modes_low_fault, real_fault - modes_low_code
#define LOW(label) (label - modes_low_code)

	.code16
modes_low_code:
	movw	$RT_DS16, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movl	%cr0, %eax
	andl	$~1, %eax
	movl	%eax, %cr0
	ljmp	$REAL_SEGMENT, $LOW(real)
real:
	movw	$REAL_SEGMENT, %ax
	movw	%ax, %ds
	xorl	%eax, %eax
	movw	%ax, %ss
	movl	$RT_LOW_CODE, %esp
	lidtl	LOW(real_idt)

	int	$0x40
	movl	%eax, LOW(real_results)
	movw	%sp, %bx
	pushw	%ax
	subw	%sp, %bx
	popw	%ax
	movw	%bx, LOW(real_results) + 4

	movw	$REAL_STORE, %ax
	movw	%ax, %es
	movw	%es:0xffff, %ax			/* faults: the handler steps over it */

	movw	$LOW(real_text), %si
	movw	$0x20, %di
	movw	$7, %cx
	cld
	rep movsb
	movw	%cx, LOW(real_results) + 12

	movl	%cr0, %eax
	orl	$1, %eax
	movl	%eax, %cr0
	ljmpl	$RT_CS32, $protected_again

real_int:
	addl	$5, %eax
	iretw
real_fault:
	movw	$1, LOW(real_results) + 8
	pushw	%bp
	movw	%sp, %bp
	addw	$4, 2(%bp)			/* behind the load */
	popw	%bp
	iretw
real_idt:
	.word	0x3ff
	.long	0
real_text:
	.ascii	"segment"
	.balign	4
real_results:
	.long	0, 0, 0, 0
modes_low_end:

	.code32
protected_again:
	movl	$RT_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	RT_LOW_CODE + LOW(real_results), %eax
	result	7
	movl	RT_LOW_CODE + LOW(real_results) + 4, %eax
	result	8
	movl	RT_LOW_CODE + LOW(real_results) + 8, %eax
	result	9
	movl	RT_LOW_CODE + LOW(real_results) + 12, %eax
	result	10

	movl	saved_cr4, %eax
	movl	%eax, %cr4
	movl	$page_tables, %eax
	movl	%eax, %cr3
	movl	$0xc0000080, %ecx
	rdmsr
	orl	$0x100, %eax
	wrmsr
	movl	saved_cr0, %eax
	movl	%eax, %cr0
	ljmp	$RT_CS64, $long_again

	.code64
long_again:
	movq	saved_rsp, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret

	.globl	modes_real_vectors
	.set	modes_real_vectors, 0

	.data
	.balign	8
to_compat:
	.long	compat
	.word	RT_CS32
	.balign	8
saved_rsp:
	.quad	0
saved_cr0:
	.long	0
saved_cr4:
	.long	0

	.section .note.GNU-stack, "", @progbits
