/* SPDX-License-Identifier: MIT */
/*
 * The compiler extensions we use, each behind one name.  Nothing else in the tree spells
 * __attribute__ or a GNU statement expression.
 */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

#define MUST_CHECK           __attribute__((warn_unused_result))
#define NORETURN             __attribute__((noreturn))
#define PRINTF_LIKE(fmt, va) __attribute__((format(printf, fmt, va)))
#define ALIGNED(n)           __attribute__((aligned(n)))
#define PACKED               __attribute__((packed))
#define MAY_ALIAS            __attribute__((may_alias))
#define UNUSED               __attribute__((unused))
#define NOINLINE             __attribute__((noinline))
#define ALWAYS_INLINE        inline __attribute__((always_inline))
#define HOT                  __attribute__((hot))
#define COLD                 __attribute__((cold))

/* In a typedef: an integer type's vector of `bytes` bytes, with C's operators lane by lane. */
#define VECTOR(bytes) __attribute__((vector_size(bytes)))

/*
 * Before a loop whose trip count is a constant, at most 16: unrolls it whole, so that the elements
 * of small arrays which it indexes become registers.
 */
#ifdef __clang__
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

/* Whether ThreadSanitizer watches the C code. */
#if defined(__SANITIZE_THREAD__)
#define THREAD_SANITIZER 1
#elif defined(__has_feature)
#define THREAD_SANITIZER __has_feature(thread_sanitizer)
#else
#define THREAD_SANITIZER 0
#endif

/* Before a return of a call: the call must become a jump (clang checks it, gcc does it anyway). */
#if defined(__clang__)
#define MUSTTAIL __attribute__((musttail))
#else
#define MUSTTAIL
#endif

/* Code that needs instructions beyond the x86-64 baseline; callers check CPUID first. */
#define TARGET(features) __attribute__((target(features)))

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* The same pointer, which the compiler may take for not NULL. */
#define NONNULL(p)                               \
	__extension__({                          \
		__typeof__(p) p_ = (p);          \
		if (!p_)                         \
			__builtin_unreachable(); \
		p_;                              \
	})

/* The structure of type `type` whose member `member` is at `ptr`. */
#define CONTAINER_OF(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#endif
