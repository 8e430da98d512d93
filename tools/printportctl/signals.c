// SPDX-License-Identifier: GPL-2.0-or-later
/* Signals that interrupt, and a clock that does. */
#include <stddef.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <sys/time.h>

#include "signals.h"

volatile sig_atomic_t interrupted;

static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };

#define N_NUMBERS	(sizeof(numbers) / sizeof(numbers[0]))

static void on_signal(int number)
{
	/* SIGALRM is there only to end a call that waits. */
	if (number == SIGALRM)
		return;
	if (interrupted)
		signal(number, SIG_DFL);
	interrupted = 1;
}

void signals_tick(unsigned int ms)
{
	const struct timeval time = { ms / 1000, ms % 1000 * 1000 };
	const struct itimerval timer = { .it_interval = time, .it_value = time };

	setitimer(ITIMER_REAL, &timer, NULL);
}

void signals_catch(void)
{
	/* Without SA_RESTART, so that a write that waits comes back. */
	struct sigaction action = { .sa_handler = on_signal }, old;
	size_t i;

	sigaction(SIGALRM, &action, NULL);
	/* nohup and the shell's background jobs ignore some of them: so do we. */
	for (i = 0; i < N_NUMBERS; i++)
		if (!sigaction(numbers[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
}

void signals_hold(sigset_t *while_waiting)
{
	sigset_t held;
	size_t i;

	sigemptyset(&held);
	for (i = 0; i < N_NUMBERS; i++)
		sigaddset(&held, numbers[i]);
	sigprocmask(SIG_BLOCK, &held, while_waiting);
}

void signals_flush(const sigset_t *while_waiting)
{
	sigset_t before;

	sigprocmask(SIG_SETMASK, while_waiting, &before);
	/* What nobody reads must not stop the end of the process either. */
	if (fflush(stdout) && interrupted)
		__fpurge(stdout);
	sigprocmask(SIG_SETMASK, &before, NULL);
}
