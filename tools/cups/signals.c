// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SIGTERM is how cupsd cancels. It is let through only where the backend waits, so that
 * it cannot come between a look at the flag and the wait.
 */
#include <poll.h>
#include <signal.h>
#include <time.h>

#include "signals.h"

static volatile sig_atomic_t cancelled;

static void on_term(int number)
{
	(void)number;
	cancelled = 1;
}

void signals_catch(void)
{
	struct sigaction action = { .sa_handler = on_term };
	sigset_t block;

	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigprocmask(SIG_BLOCK, &block, NULL);
	sigaction(SIGTERM, &action, NULL);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
}

bool is_cancelled(void)
{
	sigset_t pending;

	/* One that came while nobody waited. */
	if (!cancelled && !sigpending(&pending) && sigismember(&pending, SIGTERM) == 1)
		cancelled = 1;
	return cancelled;
}

void wait_for_events(struct pollfd *fds, unsigned int count, unsigned int timeout_ms)
{
	struct timespec timeout = {
		.tv_sec = timeout_ms / 1000,
		.tv_nsec = timeout_ms % 1000 * 1000000L,
	};
	sigset_t none;
	unsigned int i;

	sigemptyset(&none);
	if (ppoll(fds, count, &timeout, &none) > 0)
		return;
	for (i = 0; i < count; i++)
		fds[i].revents = 0;
}
