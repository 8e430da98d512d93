/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * News of a port for the clients of its socket. What happens is seen at three places: the
 * language's operations, which are wrapped; the commands that the kernel accepts; sysfs.
 */
#ifndef PRINTPORTD_FEED_H
#define PRINTPORTD_FEED_H

#include <json-c/json.h>
#include <printport-monitor.h>

#include "socket.h"
#include "sysfs.h"

/* Jobs that are remembered for their names and owners; then the oldest is forgotten. */
#define FEED_JOBS_MAX	64

/**
 * feed_start - from now on there are news
 * @server: who tells them
 * @sysfs: the port
 *
 * There is one port in a process, and so one feed.
 */
void feed_start(struct socket_server *server, const struct sysfs *sysfs);

/* Ends that. */
void feed_stop(void);

/**
 * feed_wrap - operations that do what a language's do, and tell
 * @ops: the language's
 *
 * Returns a table that is valid until the next call. printport_monitor_data() stays the
 * language's.
 */
const struct printport_monitor_ops *feed_wrap(const struct printport_monitor_ops *ops);

/* For printport_monitor_observe(); no argument. */
void feed_observe(void *arg, const struct printport_lm_message *command);

/* The port's condition may have changed. */
void feed_refresh(void);

/*
 * The monitor is gone, and with it all that it knew: tells so of the jobs that it was not
 * done with. @error: 0 or -errno, why it is gone.
 */
void feed_forget(int error);

/* Whether the printer still has to take what it was sent of some job. */
bool feed_is_busy(void);

/* The port's condition, as a status event; NULL: no memory. */
struct json_object *feed_status(void);

#endif /* PRINTPORTD_FEED_H */
