/* SPDX-License-Identifier: MIT */
/*
 * Running code on this machine's processor with all registers given.
 *
 * GS points to a frame with the registers to load and to store, so entering and leaving need no
 * register of their own.  Behind the code stands a jump through the frame; all the rest of the code page
 * is INT3, so a branch anywhere shows.  Faults come as signals: the handler notes what the kernel says
 * and lets the thread go on at the leaving code, which stores the registers as they were at the fault.
 */
#include "tests/support/host_oracle.h"

#include <asm/prctl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/types.h"

enum {
	CODE_PAGE = HOST_CODE & ~0xfff,
	STACK_BYTES = 1 << 16,
	OPCODE_INT3 = 0xcc,
	VECTOR_BP = 3,
	VECTOR_PF = 14,
};

struct frame {
	struct regs in, out;
	u64 host_rsp, entry, leave;
};

struct host_oracle {
	struct frame frame ALIGNED(64);
	struct regs_fault fault;
	u8 *code; /* the code page, writable view */
	u8 *window;
	void *stack; /* of the signal handler */
	bool avx, faulted;
};

static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};

/* The one that runs: signal handlers get no argument of ours. */
static struct host_oracle *running;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	ucontext_t *u = context;
	greg_t *g = u->uc_mcontext.gregs;
	int vector = (int)g[REG_TRAPNO];

	(void)info;
	if (!running || running->faulted) {
		signal(sig, SIG_DFL);
		return;
	}
	running->faulted = true;
	running->frame.out.rip = (u64)g[REG_RIP] - (vector == VECTOR_BP);
	if (vector != VECTOR_BP)
		running->fault = (struct regs_fault){.vector = vector, .error = (u32)g[REG_ERR]};
	if (vector == VECTOR_PF)
		running->fault.cr2 = (u64)g[REG_CR2];
	g[REG_RIP] = (greg_t)running->frame.leave;
}

/* -- memory ----------------------------------------------------------------------------------------- */

/* One page of a memfd twice: writable anywhere, and at a fixed address with `prot`. */
static u8 *map_twice(u64 at, size_t size, int prot)
{
	int fd = memfd_create("host_oracle", MFD_CLOEXEC);
	void *there, *here = MAP_FAILED;

	if (fd < 0)
		return NULL;
	if (ftruncate(fd, (off_t)size) == 0)
		here = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	there = mmap((void *)at, size, prot, MAP_SHARED | MAP_FIXED_NOREPLACE | MAP_POPULATE, fd,
		     0);
	close(fd);
	return here == MAP_FAILED || there != (void *)at ? NULL : here;
}

static bool map_window(struct host_oracle *o)
{
	u64 ro = HOST_WINDOW + WINDOW_RO_PAGE * PAGE_SIZE;

	o->window = map_twice(HOST_WINDOW, WINDOW_BYTES, PROT_READ | PROT_WRITE);
	return o->window && mprotect((void *)ro, PAGE_SIZE, PROT_READ) == 0;
}

static bool set_signal_stack(struct host_oracle *o)
{
	stack_t stack = {.ss_size = STACK_BYTES};

	o->stack = malloc(STACK_BYTES);
	stack.ss_sp = o->stack;
	return o->stack && sigaltstack(&stack, NULL) == 0;
}

/* Before each run, since a test framework may have put its own handlers there meanwhile. */
static void catch_signals(void)
{
	struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	struct sigaction now;

	sigaction(SIGSEGV, NULL, &now);
	if (now.sa_sigaction == on_signal)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &sa, NULL);
}

struct host_oracle *host_oracle_new(void)
{
	struct host_oracle *o = aligned_alloc(64, sizeof(*o));

	if (!o)
		return NULL;
	memset(o, 0, sizeof(*o));
	o->avx = __builtin_cpu_supports("avx");
	o->code = map_twice(CODE_PAGE, PAGE_SIZE, PROT_READ | PROT_EXEC);
	if (!o->code || !map_window(o) || !set_signal_stack(o) ||
	    syscall(SYS_arch_prctl, ARCH_SET_GS, &o->frame) != 0) {
		host_oracle_free(o);
		return NULL;
	}
	return o;
}

void host_oracle_free(struct host_oracle *o)
{
	stack_t none = {.ss_flags = SS_DISABLE};

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		signal(signals[i], SIG_DFL);
	sigaltstack(&none, NULL);
	free(o->stack);
	if (o->code)
		munmap(o->code, PAGE_SIZE);
	if (o->window)
		munmap(o->window, WINDOW_BYTES);
	munmap((void *)(u64)CODE_PAGE, PAGE_SIZE);
	munmap((void *)(u64)HOST_WINDOW, WINDOW_BYTES);
	free(o);
}

u8 *host_oracle_window(struct host_oracle *o)
{
	return o->window;
}

/* -- entering and leaving ------------------------------------------------------------------------------ */

/* clang-format off */
#define EACH_GPR(X) \
	X("rax", 0) X("rcx", 1) X("rdx", 2) X("rbx", 3) X("rbp", 5) X("rsi", 6) X("rdi", 7) \
	X("r8", 8) X("r9", 9) X("r10", 10) X("r11", 11) X("r12", 12) X("r13", 13) X("r14", 14) \
	X("r15", 15)
#define EACH_XMM(X) \
	X("0") X("1") X("2") X("3") X("4") X("5") X("6") X("7") X("8") X("9") X("10") X("11") \
	X("12") X("13") X("14") X("15")

#define LOAD_GPR(name, n)  "movq %%gs:%c[in_gpr] + 8 * " #n ", %%" name "\n\t"
#define STORE_GPR(name, n) "movq %%" name ", %%gs:%c[out_gpr] + 8 * " #n "\n\t"
#define LOAD_YMM(n)  "vmovups %%gs:%c[in_ymm] + 32 * " n ", %%ymm" n "\n\t"
#define STORE_YMM(n) "vmovups %%ymm" n ", %%gs:%c[out_ymm] + 32 * " n "\n\t"
#define LOAD_XMM(n)  "movups %%gs:%c[in_ymm] + 32 * " n ", %%xmm" n "\n\t"
#define STORE_XMM(n) "movups %%xmm" n ", %%gs:%c[out_ymm] + 32 * " n "\n\t"

/*
 * The red zone is stepped over, since this pushes.  IRETQ loads RSP, RFLAGS and RIP at once, and being
 * serialising makes sure that the code just written is what is fetched.  RFLAGS 202h is what the
 * compiler expects afterwards.
 */
#define RUN(load_simd, store_simd, clear_simd)                                               \
	__asm__ volatile("subq $128, %%rsp\n\t"                                              \
			 "pushq %%rbx\n\t"                                                   \
			 "pushq %%rbp\n\t"                                                   \
			 "movq %%rsp, %%gs:%c[host_rsp]\n\t"                                 \
			 "leaq 1f(%%rip), %%rax\n\t"                                         \
			 "movq %%rax, %%gs:%c[leave]\n\t"                                    \
			 "fxrstor64 %%gs:%c[in_x87]\n\t"                                     \
			 load_simd                                                           \
			 "movl %%ss, %%eax\n\t"                                              \
			 "pushq %%rax\n\t"                                                   \
			 "pushq %%gs:%c[in_gpr] + 8 * 4\n\t"                                 \
			 "pushq %%gs:%c[in_rflags]\n\t"                                      \
			 "movl %%cs, %%eax\n\t"                                              \
			 "pushq %%rax\n\t"                                                   \
			 "pushq %%gs:%c[entry]\n\t"                                          \
			 EACH_GPR(LOAD_GPR)                                                  \
			 "iretq\n"                                                           \
			 "1:\n\t"                                                            \
			 EACH_GPR(STORE_GPR)                                                 \
			 "movq %%rsp, %%gs:%c[out_gpr] + 8 * 4\n\t"                          \
			 "movq %%gs:%c[host_rsp], %%rsp\n\t"                                 \
			 "pushfq\n\t"                                                        \
			 "popq %%gs:%c[out_rflags]\n\t"                                      \
			 "pushq $0x202\n\t"                                                  \
			 "popfq\n\t"                                                         \
			 "fxsave64 %%gs:%c[out_x87]\n\t"                                     \
			 store_simd                                                          \
			 clear_simd                                                          \
			 "fninit\n\t"                                                        \
			 "pushq $0x1f80\n\t"                                                 \
			 "ldmxcsr (%%rsp)\n\t"                                               \
			 "popq %%rax\n\t"                                                    \
			 "popq %%rbp\n\t"                                                    \
			 "popq %%rbx\n\t"                                                    \
			 "addq $128, %%rsp\n\t"                                              \
			 :                                                                   \
			 : [in_gpr] "i"(offsetof(struct frame, in.gpr)),                     \
			   [in_ymm] "i"(offsetof(struct frame, in.ymm)),                     \
			   [in_x87] "i"(offsetof(struct frame, in.x87)),                     \
			   [in_rflags] "i"(offsetof(struct frame, in.rflags)),               \
			   [out_gpr] "i"(offsetof(struct frame, out.gpr)),                   \
			   [out_ymm] "i"(offsetof(struct frame, out.ymm)),                   \
			   [out_x87] "i"(offsetof(struct frame, out.x87)),                   \
			   [out_rflags] "i"(offsetof(struct frame, out.rflags)),             \
			   [host_rsp] "i"(offsetof(struct frame, host_rsp)),                 \
			   [entry] "i"(offsetof(struct frame, entry)),                       \
			   [leave] "i"(offsetof(struct frame, leave))                        \
			 : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", \
			   "r13", "r14", "r15", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",      \
			   "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", \
			   "xmm13", "xmm14", "xmm15", "cc", "memory")
/* clang-format on */

static NOINLINE void run_avx(void)
{
	RUN(EACH_XMM(LOAD_YMM), EACH_XMM(STORE_YMM), "vzeroupper\n\t");
}

static NOINLINE void run_sse(void)
{
	RUN(EACH_XMM(LOAD_XMM), EACH_XMM(STORE_XMM), "");
}

/* JMP through the frame: 65 FF 24 25 disp32. */
static void put_code(struct host_oracle *o, const u8 *code, size_t len)
{
	static const u8 jump[] = {0x65, 0xff, 0x24, 0x25};
	u32 disp = offsetof(struct frame, leave);
	u8 *at = o->code + (HOST_CODE - CODE_PAGE);

	memset(o->code, OPCODE_INT3, PAGE_SIZE);
	memcpy(at, code, len);
	memcpy(at + len, jump, sizeof(jump));
	memcpy(at + len + sizeof(jump), &disp, sizeof(disp));
}

void host_oracle_run(struct host_oracle *o, const u8 *code, size_t len, const struct regs *in,
		     struct regs *out, struct regs_fault *fault)
{
	struct frame *f = &o->frame;

	catch_signals();
	put_code(o, code, len);
	f->in = *in;
	f->out = *in;
	memcpy(f->in.x87 + 24, &in->mxcsr, sizeof(in->mxcsr));
	f->entry = HOST_CODE;
	f->out.rip = HOST_CODE + len;
	o->fault = (struct regs_fault){.vector = REGS_NO_FAULT};
	o->faulted = false;
	running = o;
	if (o->avx)
		run_avx();
	else
		run_sse();
	running = NULL;
	memcpy(&f->out.mxcsr, f->out.x87 + 24, sizeof(f->out.mxcsr));
	*out = f->out;
	*fault = o->fault;
}
