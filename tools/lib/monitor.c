// SPDX-License-Identifier: LGPL-2.1-or-later
/* Attaching, and the loop. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "monitor-internal.h"

#define MONITOR_FLAGS	(PRINTPORT_MONITOR_CONFIRMS | PRINTPORT_MONITOR_PASS_BACK)

/* What epoll says has happened. */
enum event { EVENT_CHANNEL, EVENT_ROOM, EVENT_TIMER, EVENT_KICK, EVENT_COUNT };

void monitor_fail(struct printport_monitor *monitor, int error)
{
	if (!monitor->error)
		monitor->error = error;
}

void monitor_kick(struct printport_monitor *monitor)
{
	if (monitor->busy || monitor->kicked)
		return;
	monitor->kicked = true;
	eventfd_write(monitor->kick_fd, 1);
}

/* --- attaching ---------------------------------------------------------- */

static int watch(struct printport_monitor *monitor, int fd, enum event event, uint32_t events)
{
	struct epoll_event item = { .events = events, .data.u32 = event };

	return epoll_ctl(monitor->epoll_fd, EPOLL_CTL_ADD, fd, &item) ? -errno : 0;
}

static int make_loop(struct printport_monitor *monitor)
{
	int err;

	monitor->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	monitor->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	monitor->kick_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	monitor->room_fd = fcntl(monitor->fd, F_DUPFD_CLOEXEC, 0);
	if (monitor->epoll_fd < 0 || monitor->timer_fd < 0 || monitor->kick_fd < 0 ||
	    monitor->room_fd < 0)
		return -errno;
	err = watch(monitor, monitor->fd, EVENT_CHANNEL, EPOLLIN);
	if (!err)
		err = watch(monitor, monitor->room_fd, EVENT_ROOM, 0);
	if (!err)
		err = watch(monitor, monitor->timer_fd, EVENT_TIMER, EPOLLIN);
	if (!err)
		err = watch(monitor, monitor->kick_fd, EVENT_KICK, EPOLLIN);
	return err;
}

static int introduce(struct printport_monitor *monitor)
{
	const struct printport_monitor_ops *ops = monitor->ops;
	struct printport_lm_setup setup = { 0 };
	int flags;

	flags = fcntl(monitor->fd, F_GETFL);
	if (flags < 0 || fcntl(monitor->fd, F_SETFL, flags | O_NONBLOCK))
		return -errno;
	if (ops->flags & PRINTPORT_MONITOR_CONFIRMS)
		setup.flags |= PRINTPORT_LM_F_CONFIRMS;
	strcpy(setup.name, ops->name);
	if (printport_sys.ioctl(monitor->fd, PRINTPORT_LM_IOC_SETUP, &setup))
		return -errno;
	monitor->index = setup.index;
	return channel_map(monitor, &setup);
}

static bool ops_are_valid(const struct printport_monitor_ops *ops)
{
	return ops && ops->size >= sizeof(*ops) && ops->name && *ops->name &&
		strnlen(ops->name, PRINTPORT_LM_NAME_LEN) < PRINTPORT_LM_NAME_LEN &&
		!(ops->flags & ~MONITOR_FLAGS);
}

/**
 * printport_monitor_attach_fd - attach to a port whose node is open
 * @fd: the node, open for reading and writing; the monitor's from now on
 * @ops: the language; kept, not copied
 * @data: for printport_monitor_data()
 * @result: out: the monitor
 *
 * Returns 0, -EINVAL (ops, or @fd is no such node), -EPROTO (the kernel's rings make
 * no sense), -ENOMEM, or another negative errno.
 */
int printport_monitor_attach_fd(int fd, const struct printport_monitor_ops *ops, void *data,
				struct printport_monitor **result)
{
	struct printport_monitor *monitor;
	int err;

	monitor = ops_are_valid(ops) ? calloc(1, sizeof(*monitor)) : NULL;
	if (!monitor) {
		close(fd);
		return ops_are_valid(ops) ? -ENOMEM : -EINVAL;
	}
	monitor->ops = ops;
	monitor->data = data;
	monitor->fd = fd;
	monitor->room_fd = -1;
	monitor->epoll_fd = -1;
	monitor->timer_fd = -1;
	monitor->kick_fd = -1;
	monitor->queue_end = &monitor->queue;

	err = introduce(monitor);
	if (!err)
		err = make_loop(monitor);
	if (err) {
		monitor->error = err;
		printport_monitor_detach(monitor);
		return err;
	}
	*result = monitor;
	return 0;
}

/**
 * printport_monitor_attach - attach to a port
 * @path: /dev/printport-lmN
 * @ops: the language; kept, not copied
 * @data: for printport_monitor_data()
 * @monitor: out
 *
 * Returns 0 or a negative errno: -EBUSY (a spooler holds the port, or another monitor
 * is attached), -ENODEV, -ENOENT, -EACCES, -EINVAL (ops), -ENOMEM.
 */
int printport_monitor_attach(const char *path, const struct printport_monitor_ops *ops,
			     void *data, struct printport_monitor **monitor)
{
	int fd;

	if (!ops_are_valid(ops))
		return -EINVAL;
	fd = printport_sys.open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return printport_monitor_attach_fd(fd, ops, data, monitor);
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

/**
 * printport_monitor_detach - detach, whoever holds the port, and free the monitor
 * @monitor: the monitor, or NULL; not from within an operation
 *
 * Questions of printport_monitor_ask() that were not answered get -ENODEV.
 */
void printport_monitor_detach(struct printport_monitor *monitor)
{
	if (!monitor)
		return;
	/* What was said last, such as status reasons. */
	monitor->busy = true;
	if (!monitor->error)
		channel_flush(monitor);
	queries_free(monitor);
	jobs_free(monitor);
	channel_unmap(monitor);
	close_if_open(monitor->room_fd);
	close_if_open(monitor->epoll_fd);
	close_if_open(monitor->timer_fd);
	close_if_open(monitor->kick_fd);
	close(monitor->fd);
	buffer_free(&monitor->ready);
	buffer_free(&monitor->backlog);
	buffer_free(&monitor->urgent);
	buffer_free(&monitor->back);
	buffer_free(&monitor->aside);
	free(monitor);
}

/* --- the loop ----------------------------------------------------------- */

/*
 * POLLOUT says that the wire takes a piece, which it may do for long before the ring
 * has the room that is waited for: edges are what counts here. The watch is taken off
 * when an edge was of no use, and not each time that nothing is waited for.
 */
static void watch_room(struct printport_monitor *monitor, bool was_edge)
{
	bool wanted = channel_wants_room(monitor);
	struct epoll_event item = {
		.events = wanted ? EPOLLOUT | EPOLLWRBAND | EPOLLET : 0,
		.data.u32 = EVENT_ROOM,
	};

	if (wanted == monitor->watching || (!wanted && !was_edge))
		return;
	if (epoll_ctl(monitor->epoll_fd, EPOLL_CTL_MOD, monitor->room_fd, &item))
		monitor_fail(monitor, -errno);
	monitor->watching = wanted;
}

static void call_timer(struct printport_monitor *monitor)
{
	uint64_t times;

	/* A time that was set since is a new one, and has not passed. */
	if (read(monitor->timer_fd, &times, sizeof(times)) != sizeof(times))
		return;
	monitor->in_op++;
	if (monitor->ops->timer)
		monitor->ops->timer(monitor);
	monitor->in_op--;
}

static void take_kick(struct printport_monitor *monitor)
{
	eventfd_t times;

	eventfd_read(monitor->kick_fd, &times);
	monitor->kicked = false;
}

static void work(struct printport_monitor *monitor, const uint32_t *happened)
{
	if (happened[EVENT_KICK])
		take_kick(monitor);
	if (happened[EVENT_ROOM]) {
		monitor->blocked = false;
		monitor->back_blocked = false;
	}
	if (happened[EVENT_CHANNEL])
		records_read(monitor, happened[EVENT_CHANNEL] & (EPOLLHUP | EPOLLERR));
	if (happened[EVENT_TIMER] && !monitor->error)
		call_timer(monitor);
	if (!monitor->error)
		queries_ask(monitor);
	do {
		monitor->changed = false;
		jobs_pump(monitor);
		if (!monitor->error)
			channel_flush(monitor);
	} while (monitor->changed && !monitor->error);
}

static int dispatch(struct printport_monitor *monitor, int timeout)
{
	struct epoll_event events[EVENT_COUNT];
	uint32_t happened[EVENT_COUNT] = { 0 };
	int count, i;

	if (monitor->busy)
		return -EBUSY;
	if (monitor->error)
		return monitor->error;
	count = epoll_wait(monitor->epoll_fd, events, EVENT_COUNT, timeout);
	if (count < 0)
		return errno == EINTR ? 0 : -errno;
	for (i = 0; i < count; i++)
		happened[events[i].data.u32] = events[i].events;
	/* Trouble is told by reading. */
	happened[EVENT_CHANNEL] |= happened[EVENT_ROOM] & (EPOLLHUP | EPOLLERR);

	monitor->busy = true;
	work(monitor, happened);
	if (!monitor->error)
		watch_room(monitor, happened[EVENT_ROOM]);
	jobs_free_finished(monitor);
	monitor->busy = false;
	if (queries_waiting(monitor))
		monitor_kick(monitor);
	return monitor->error;
}

/**
 * printport_monitor_dispatch - do what there is to do, without waiting
 * @monitor: the monitor
 *
 * Returns 0, -ENODEV (expelled, or the port is gone), -EPROTO (the kernel says what
 * makes no sense), or another negative errno, and the same from then on; -EBUSY: called
 * from an operation.
 */
int printport_monitor_dispatch(struct printport_monitor *monitor)
{
	return dispatch(monitor, 0);
}

/**
 * printport_monitor_run - wait for work and do it, until stopped
 * @monitor: the monitor
 *
 * Returns 0 after printport_monitor_stop(), or as printport_monitor_dispatch().
 */
int printport_monitor_run(struct printport_monitor *monitor)
{
	int err = 0;

	while (!err && !monitor->stopped)
		err = dispatch(monitor, -1);
	monitor->stopped = false;
	return err;
}

/**
 * printport_monitor_stop - make printport_monitor_run() return
 * @monitor: the monitor
 *
 * May also be called from a signal handler and from another thread.
 */
void printport_monitor_stop(struct printport_monitor *monitor)
{
	int saved = errno;

	monitor->stopped = true;
	eventfd_write(monitor->kick_fd, 1);
	errno = saved;
}

/* --- small things ------------------------------------------------------- */

/** printport_monitor_fd - a descriptor that is readable when there is something to do */
int printport_monitor_fd(const struct printport_monitor *monitor)
{
	return monitor->epoll_fd;
}

/** printport_monitor_data - what printport_monitor_attach() was given */
void *printport_monitor_data(const struct printport_monitor *monitor)
{
	return monitor->data;
}

/** printport_monitor_index - the N of /dev/printportN */
unsigned int printport_monitor_index(const struct printport_monitor *monitor)
{
	return monitor->index;
}

/** printport_monitor_is_open - whether a spooler holds the port */
bool printport_monitor_is_open(const struct printport_monitor *monitor)
{
	return monitor->is_open;
}

/**
 * printport_monitor_printed - what became of a job that is done
 * @monitor: the monitor
 * @id: the job
 * @error: 0: printed; -ENODATA: the printer does not say; another: it will not be
 * @pages: 0 if unknown
 */
void printport_monitor_printed(struct printport_monitor *monitor, uint32_t id, int error,
			       unsigned int pages)
{
	struct printport_lm_message command = {
		.type = PRINTPORT_LM_PRINTED,
		.job = id,
		.arg = channel_errno(error),
		.len = pages,
	};

	if (channel_waiting_done(monitor) == id)
		channel_command(monitor, &command);
	else
		channel_urgent(monitor, &command, NULL, 0);
}

/**
 * printport_monitor_progress - pages that are printed so far
 * @monitor: the monitor
 * @id: the job; 0: say only that the monitor is alive
 * @pages: of this job
 */
void printport_monitor_progress(struct printport_monitor *monitor, uint32_t id,
				unsigned int pages)
{
	struct printport_lm_message command = {
		.type = PRINTPORT_LM_PROGRESS,
		.job = id,
		.arg = id ? pages : 0,
	};

	channel_urgent(monitor, &command, NULL, 0);
}

/**
 * printport_monitor_reasons - the status reasons that the language knows of
 * @monitor: the monitor
 * @reasons: PRINTPORT_REASON_*, all that hold now
 */
void printport_monitor_reasons(struct printport_monitor *monitor, uint64_t reasons)
{
	struct printport_lm_message command = {
		.type = PRINTPORT_LM_REASONS,
		.pos = reasons & PRINTPORT_REASON_ALL,
	};

	channel_urgent(monitor, &command, NULL, 0);
}

/**
 * printport_monitor_back - hand bytes to who reads the port
 * @monitor: the monitor
 * @buf: the bytes
 * @len: how many
 *
 * Returns how many were taken; none if nobody holds the port.
 */
size_t printport_monitor_back(struct printport_monitor *monitor, const void *buf, size_t len)
{
	size_t room = BACK_SIZE - buffer_len(&monitor->back);

	if (!monitor->is_open)
		return 0;
	if (len > room)
		len = room;
	if (!buffer_append(&monitor->back, buf, len))
		return 0;
	/* Whoever reads may have made room since. */
	if (len)
		monitor->back_blocked = false;
	monitor_kick(monitor);
	return len;
}

/**
 * printport_monitor_timer - have timer() called, once
 * @monitor: the monitor
 * @ms: in how many milliseconds; 0: not at all
 */
void printport_monitor_timer(struct printport_monitor *monitor, unsigned int ms)
{
	struct itimerspec when = {
		.it_value = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L },
	};

	timerfd_settime(monitor->timer_fd, 0, &when, NULL);
}

/** printport_monitor_now - milliseconds of a clock that does not jump */
uint64_t printport_monitor_now(const struct printport_monitor *monitor)
{
	struct timespec now;

	(void)monitor;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/**
 * printport_monitor_open_transport - open the transport for the monitor's own use
 * @monitor: the monitor
 *
 * Returns 0 or a negative errno.
 */
int printport_monitor_open_transport(struct printport_monitor *monitor)
{
	return printport_sys.ioctl(monitor->fd, PRINTPORT_LM_IOC_OPEN_PORT, NULL) ?
		-errno : 0;
}

/** printport_monitor_close_transport - close it again */
void printport_monitor_close_transport(struct printport_monitor *monitor)
{
	printport_sys.ioctl(monitor->fd, PRINTPORT_LM_IOC_CLOSE_PORT, NULL);
}

/**
 * printport_monitor_observe - be told of each command that the kernel has accepted
 * @monitor: the monitor
 * @observe: called with its header; NULL: no more
 * @arg: for @observe
 */
void printport_monitor_observe(struct printport_monitor *monitor,
			       void (*observe)(void *arg,
					       const struct printport_lm_message *command),
			       void *arg)
{
	monitor->observe = observe;
	monitor->observe_arg = arg;
}

/**
 * printport_monitor_set_log - have words for the log
 * @monitor: the monitor
 * @log: called with each line, without newline; NULL: none
 * @arg: for @log
 */
void printport_monitor_set_log(struct printport_monitor *monitor,
			       void (*log)(void *arg, int level, const char *line), void *arg)
{
	monitor->log = log;
	monitor->log_arg = arg;
}

/**
 * printport_monitor_log - say something to the log
 * @monitor: the monitor
 * @level: as syslog(3)
 * @format: as printf(3); of a long line the beginning is logged, and '?' for control
 *	characters
 */
void printport_monitor_log(struct printport_monitor *monitor, int level,
			   const char *format, ...)
{
	char line[1024], *at;
	va_list args;

	if (!monitor->log)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	for (at = line; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = '?';
	monitor->log(monitor->log_arg, level, line);
}
