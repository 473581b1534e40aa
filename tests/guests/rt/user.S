/* SPDX-License-Identifier: MIT */
/* To CPL 3 and back. */
#include "tests/guests/rt/layout.h"

/* offsets in struct trap_record */
#define RECORD_VECTOR	  8
#define RECORD_RFLAGS	 40
#define RECORD_RSP	 48
#define RECORD_RESUME	 80
#define RECORD_RCX	 96

	.macro	leave_kernel
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, trap_record+RECORD_RESUME(%rip)
	leaq	come_back(%rip), %rax
	movq	%rax, trap_resume(%rip)
	.endm

	.text
/* void user_by_iret(u64 rip, u64 rsp, u64 rflags, u64 cs) */
	.globl	user_by_iret
user_by_iret:
	leave_kernel
	movl	$RT_USER_DS + 3, %eax
	movl	%eax, %ds
	movl	%eax, %es
	pushq	%rax
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%rdi
	iretq

/* void user_by_sysret(u64 rip, u64 rsp, u64 rflags) */
	.globl	user_by_sysret
user_by_sysret:
	leave_kernel
	movq	%rdi, %rcx
	movq	%rdx, %r11
	movq	%rsi, %rsp
	sysretq

come_back:
	movl	$RT_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret

/* Where LSTAR points. */
	.globl	user_syscall_entry
user_syscall_entry:
	movq	$0x100, trap_record+RECORD_VECTOR(%rip)
	movq	%rcx, trap_record+RECORD_RCX(%rip)
	movq	%r11, trap_record+RECORD_RFLAGS(%rip)
	movq	%rsp, trap_record+RECORD_RSP(%rip)
	movq	trap_record+RECORD_RESUME(%rip), %rsp
	jmp	come_back

	.section .note.GNU-stack, "", @progbits
