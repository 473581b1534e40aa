/* SPDX-License-Identifier: MIT */
/* A process that finds itself wrong must say where, and end by SIGABRT. */
#include "base/bug.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/types.h"

#include "tests/support/cmocka.h"

static void reach_the_unreachable(void)
{
	BUG();
}

static void break_a_promise(void)
{
	int pages = 3;

	BUG_ON(pages > 2);
}

static void keep_a_promise(void)
{
	int pages = 3;

	BUG_ON(pages > 3);
}

/* Runs fn in a child with its stderr in `said`.  Returns what waitpid() tells. */
static int run_in_child(void (*fn)(void), char *said, size_t size)
{
	size_t len = 0;
	ssize_t got;
	int status;
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		signal(SIGABRT, SIG_DFL); /* cmocka catches it */
		fn();
		_exit(0);
	}
	close(ends[1]);
	while ((got = read(ends[0], said + len, size - 1 - len)) > 0)
		len += (size_t)got;
	said[len] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void assert_stops(void (*fn)(void), const char *what)
{
	char said[512];
	int status = run_in_child(fn, said, sizeof(said));

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_non_null(strstr(said, "swsev: internal error at "));
	assert_non_null(strstr(said, "base/bug_test.c:"));
	assert_non_null(strstr(said, what));
}

static void a_broken_promise_stops(void **state)
{
	assert_stops(break_a_promise, "pages > 2");
}

static void the_unreachable_stops(void **state)
{
	assert_stops(reach_the_unreachable, "unreachable");
}

static void a_kept_promise_does_nothing(void **state)
{
	char said[512];

	assert_int_equal(run_in_child(keep_a_promise, said, sizeof(said)), 0);
	assert_string_equal(said, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_broken_promise_stops),
		cmocka_unit_test(the_unreachable_stops),
		cmocka_unit_test(a_kept_promise_does_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
