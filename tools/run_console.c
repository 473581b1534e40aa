/* SPDX-License-Identifier: MIT */
/* poll() on everything that can happen to a run from outside. */
#include "tools/run_console.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { CTRL_A = 1, RETRY_MS = 20 };

/* -- output ----------------------------------------------------------------------------------- */

static void write_out(void *ctx, const void *data, size_t len)
{
	const u8 *p = data;

	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, p, len);

		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (n < 0)
			continue;
		p += n;
		len -= (size_t)n;
	}
}

struct chardev run_console_output(void)
{
	return (struct chardev){.write = write_out};
}

/* -- the terminal ----------------------------------------------------------------------------- */

static void take_terminal(struct run_console *c)
{
	struct termios raw;

	c->is_tty = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &c->saved) == 0;
	if (!c->is_tty)
		return;
	raw = c->saved;
	cfmakeraw(&raw);
	raw.c_oflag |= OPOST; /* lines of ours on stderr end as usual */
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

static int open_timer(double seconds)
{
	struct itimerspec when = {0};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	when.it_value.tv_sec = (time_t)seconds;
	when.it_value.tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9);
	if (fd >= 0 && timerfd_settime(fd, 0, &when, NULL) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int run_console_init(struct run_console *c, double timeout_seconds, struct error *err)
{
	sigset_t set;

	*c = (struct run_console){.signals = -1, .timer = -1, .done = -1};
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	c->signals = signalfd(-1, &set, SFD_CLOEXEC);
	c->done = eventfd(0, EFD_CLOEXEC);
	if (timeout_seconds > 0)
		c->timer = open_timer(timeout_seconds);
	if (c->signals < 0 || c->done < 0 || (timeout_seconds > 0 && c->timer < 0))
		return error_set(err, errno, "console: %s", strerror(errno));
	take_terminal(c);
	return 0;
}

void run_console_fini(struct run_console *c)
{
	if (c->is_tty)
		tcsetattr(STDIN_FILENO, TCSANOW, &c->saved);
	c->is_tty = false;
	if (c->signals >= 0)
		close(c->signals);
	if (c->timer >= 0)
		close(c->timer);
	if (c->done >= 0)
		close(c->done);
}

/* -- input ------------------------------------------------------------------------------------ */

static void give(struct run_console *c)
{
	size_t taken = c->ops->input(c->ctx, c->pending, c->pending_len);

	c->pending_len -= taken;
	memmove(c->pending, c->pending + taken, c->pending_len);
}

/* Only a terminal has the key: a file or pipe is the guest's as it is. */
static bool is_for_guest(struct run_console *c, u8 key)
{
	if (!c->escape) {
		c->escape = c->is_tty && key == CTRL_A;
		return !c->escape;
	}
	c->escape = false;
	if (key == 'x')
		c->ops->quit(c->ctx);
	else if (key == 'c')
		c->ops->status(c->ctx);
	return key == CTRL_A;
}

static void read_keys(struct run_console *c)
{
	u8 keys[sizeof(c->pending)];
	ssize_t n = read(STDIN_FILENO, keys, sizeof(keys) - c->pending_len);

	if (n <= 0) {
		c->eof = n == 0 || errno != EINTR;
		return;
	}
	for (ssize_t k = 0; k < n; k++)
		if (is_for_guest(c, keys[k]))
			c->pending[c->pending_len++] = keys[k];
}

/* -- the thread ------------------------------------------------------------------------------- */

static bool wants_input(const struct run_console *c)
{
	return !c->eof && c->pending_len < sizeof(c->pending);
}

static void *serve(void *arg)
{
	struct run_console *c = arg;

	for (;;) {
		struct pollfd fds[] = {
			{.fd = c->done, .events = POLLIN},
			{.fd = c->signals, .events = POLLIN},
			{.fd = c->timer, .events = POLLIN},
			{.fd = wants_input(c) ? STDIN_FILENO : -1, .events = POLLIN},
		};

		poll(fds, ARRAY_SIZE(fds), c->pending_len > 0 ? RETRY_MS : -1);
		if (fds[0].revents)
			return NULL;
		if (fds[1].revents) {
			struct signalfd_siginfo info;

			if (read(c->signals, &info, sizeof(info)) == sizeof(info))
				c->ops->quit(c->ctx);
		}
		if (fds[2].revents) {
			c->ops->timeout(c->ctx);
			close(c->timer);
			c->timer = -1;
		}
		if (fds[3].revents)
			read_keys(c);
		if (c->pending_len > 0)
			give(c);
	}
}

int run_console_start(struct run_console *c, const struct run_console_ops *ops, void *ctx,
		      struct error *err)
{
	int rc;

	c->ops = ops;
	c->ctx = ctx;
	rc = pthread_create(&c->thread, NULL, serve, c);
	return rc == 0 ? 0 : error_set(err, rc, "console: %s", strerror(rc));
}

void run_console_stop(struct run_console *c)
{
	u64 v = 1;

	if (write(c->done, &v, sizeof(v)) == sizeof(v))
		pthread_join(c->thread, NULL);
	if (read(c->done, &v, sizeof(v)) != sizeof(v))
		return;
}
