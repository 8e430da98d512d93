/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <poll.h>
#include <stdbool.h>

/* From here on SIGTERM only ends wait_for_events(), and SIGPIPE is an errno. */
void signals_catch(void);

/* Whether cupsd has sent SIGTERM: the job was cancelled, or the queue is stopped. */
bool is_cancelled(void);

/*
 * poll(2) that SIGTERM ends. @timeout_ms: at most so long. Where nothing happened, or a
 * signal came, every revents is 0.
 */
void wait_for_events(struct pollfd *fds, unsigned int count, unsigned int timeout_ms);

#endif
