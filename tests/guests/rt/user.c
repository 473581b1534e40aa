/* SPDX-License-Identifier: MIT */
/* Code at CPL 3. */
#include "tests/guests/rt/user.h"

#include "abi/msr.h"
#include "abi/x86.h"

#include "tests/guests/rt/insn.h"
#include "tests/guests/rt/layout.h"
#include "tests/guests/rt/paging.h"
#include "tests/guests/rt/rt.h"
#include "tests/guests/rt/traps.h"

_Static_assert(offsetof(struct trap_record, vector) == 8, "user.S writes it");
_Static_assert(offsetof(struct trap_record, rflags) == 40, "user.S writes it");
_Static_assert(offsetof(struct trap_record, rsp) == 48, "user.S writes it");
_Static_assert(offsetof(struct trap_record, rcx) == 96, "user.S writes it");

void user_by_iret(u64 rip, u64 rsp, u64 rflags, u64 cs);
void user_by_sysret(u64 rip, u64 rsp, u64 rflags);
void user_syscall_entry(void);

static u8 *code_page;
static u8 kernel_stack[PAGE_SIZE] ALIGNED(16);

void user_init(void)
{
	code_page = paging_new_page();
	paging_set(USER_CODE, PT_SHIFT_2M, 0); /* was part of the identity map */
	paging_map(USER_CODE, code_page, PTE_US);
	paging_map(USER_CODE + PAGE_SIZE, paging_new_page(), PTE_US | PTE_RW | PTE_NX);
	trap_set_kernel_stack((u64)kernel_stack + sizeof(kernel_stack));
	wrmsr(MSR_STAR,
	      FIELD_PUT(STAR_SYSCALL_CS, RT_CS64) | FIELD_PUT(STAR_SYSRET_CS, RT_USER_CS32 + 3));
	wrmsr(MSR_LSTAR, (u64)user_syscall_entry);
	wrmsr(MSR_SFMASK, RFLAGS_TF | RFLAGS_AC | RFLAGS_DF | RFLAGS_IF);
}

void user_run(const void *code, u64 size, enum user_entry entry, u64 rflags)
{
	memcpy(code_page, code, size);
	trap_record = (struct trap_record){.vector = ~0ull};
	rflags |= RFLAGS_ONE;
	if (entry == USER_BY_SYSRET)
		user_by_sysret(USER_CODE, USER_STACK_TOP, rflags);
	else
		user_by_iret(USER_CODE, USER_STACK_TOP, rflags,
			     entry == USER_BY_IRET ? RT_USER_CS64 + 3 : RT_USER_CS32 + 3);
	trap_resume = 0;
}
