/* SPDX-License-Identifier: MIT */
/*
 * The terminal of `swsev run`: the guest's serial port on stdin and stdout, the user's keys, the
 * signals that end a run, and its deadline.  One thread waits for all of them.
 *
 *	Ctrl-A x	ends the run
 *	Ctrl-A c	says how the run stands
 *	Ctrl-A Ctrl-A	is a Ctrl-A for the guest
 */
#ifndef TOOLS_RUN_CONSOLE_H
#define TOOLS_RUN_CONSOLE_H

#include <pthread.h>
#include <stdatomic.h>
#include <termios.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"
#include "hv/dev/chardev.h"

/* What the thread asks of the run; all on that thread. */
struct run_console_ops {
	size_t (*input)(void *ctx, const void *data, size_t len); /* how many were taken */
	void (*quit)(void *ctx);
	void (*timeout)(void *ctx);
	void (*status)(void *ctx);
};

struct run_console {
	const struct run_console_ops *ops;
	void *ctx;
	pthread_t thread;
	int signals, timer, done; /* signalfd, timerfd, eventfd; -1: none */
	bool is_tty, escape, eof;
	struct termios saved;
	u8 pending[256]; /* input that the guest had no room for */
	size_t pending_len;
};

/*
 * Takes the terminal and blocks SIGINT, SIGTERM, SIGHUP for all threads made from now on; the
 * deadline, 0 for none, counts from here.  -errno with *err set.
 */
int run_console_init(struct run_console *c, double timeout_seconds, struct error *err) MUST_CHECK;

/* Gives the terminal back. */
void run_console_fini(struct run_console *c);

/* From start to stop the thread serves this run; start again for the next after a reset. */
int run_console_start(struct run_console *c, const struct run_console_ops *ops, void *ctx,
		      struct error *err) MUST_CHECK;
void run_console_stop(struct run_console *c);

/* Where the guest's output goes; what cannot be written is lost. */
struct chardev run_console_output(void);

#endif
