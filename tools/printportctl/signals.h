/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <signal.h>

/* SIGINT, SIGTERM or SIGHUP has come. */
extern volatile sig_atomic_t interrupted;

/*
 * From here on these signals end what waits (EINTR) and set @interrupted; a second one
 * ends the process. Those that are ignored stay ignored.
 */
void signals_catch(void);

/* Keeps them back except in ppoll() with the mask that is given. */
void signals_hold(sigset_t *while_waiting);

/* Lets them come while what was printed goes out: to a pipe, perhaps, that is full. */
void signals_flush(const sigset_t *while_waiting);

/*
 * Ends what waits (EINTR) again and again, each @ms milliseconds, so that the caller can
 * look after other things; 0: no more.
 */
void signals_tick(unsigned int ms);

#endif
