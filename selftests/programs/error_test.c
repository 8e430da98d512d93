// SPDX-License-Identifier: GPL-2.0-or-later
/* A transfer that fails is reported exactly once; a condition is seen by who watches. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "options.h"
#include "printer.h"
#include "sim.h"
#include "tap.h"
#include "task.h"
#include "uevent.h"

/* What failed is over: nothing of it is left, and the counters say so. */
static void check_failed(const struct sim *sim, long long errors)
{
	CHECK_SOON(port_number(&sim->port, "stats/errors") == errors, 5000);
	CHECK_EQ(port_number(&sim->port, "stats/jobs_failed"), errors);
	CHECK_EQ(port_number(&sim->port, "queued"), 0);
	CHECK_EQ(port_number(&sim->port, "stats/bytes_written"),
		 port_number(&sim->port, "stats/bytes_delivered") +
		 port_number(&sim->port, "stats/bytes_lost"));
	CHECK_EQ(port_number(&sim->port, "stats/bytes_delivered"),
		 sim_number(sim, "bytes_printed"));
}

/* What comes next is printed whole, and nothing is reported again. */
static void check_intact(const struct sim *sim, int fd)
{
	int printer = CHECK_OK(open(sim->port.printer, O_RDONLY));

	write_random(fd, options.seed, 0, 5000);
	CHECK_OK(fsync(fd));
	printer_read(printer, options.seed, 0, 5000);
	CHECK_EQ(sim_number(sim, "buffered"), 0);
	CHECK_OK(fsync(fd));
	CHECK_EQ(write(fd, "", 0), 0);
	CHECK_OK(close(printer));
	CHECK_OK(close(fd));
}

static int fail_a_write(const struct sim *sim)
{
	int fd = port_open(&sim->port, O_WRONLY);
	struct pollfd poller = { .fd = fd, .events = 0 };

	CHECK_EQ(write(fd, "abc", 3), 3);
	check_failed(sim, 1);
	CHECK_EQ(port_number(&sim->port, "stats/bytes_lost"), 3);
	CHECK_EQ(poll(&poller, 1, tap_patience(1000)), 1);
	CHECK(poller.revents & POLLERR);
	CHECK(!(poller.revents & POLLHUP));
	return fd;
}

static void check_not_pending(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLOUT };

	CHECK_EQ(poll(&poller, 1, tap_patience(1000)), 1);
	CHECK_EQ(poller.revents, POLLOUT);
}

static void reported_by_write(void)
{
	struct sim sim = sim_only("fail_next=5");
	int fd = fail_a_write(&sim);

	CHECK_ERR(write(fd, "def", 3), EIO);
	check_not_pending(fd);
	check_intact(&sim, fd);
	check_failed(&sim, 1);
}

static void reported_by_fsync(void)
{
	struct sim sim = sim_only("fail_next=5");
	int fd = fail_a_write(&sim);

	CHECK_ERR(fsync(fd), EIO);
	check_not_pending(fd);
	check_intact(&sim, fd);
	check_failed(&sim, 1);
}

static void reported_by_close(void)
{
	struct sim sim = sim_only("fail_next=5");
	int fd = fail_a_write(&sim);

	CHECK_ERR(close(fd), EIO);
	CHECK(port_is(&sim.port, "state", "closed"));
	check_intact(&sim, port_open(&sim.port, O_WRONLY));
	check_failed(&sim, 1);
}

static long close_it(void *arg)
{
	int fd = port_open(arg, O_WRONLY);

	CHECK_EQ(write(fd, "abc", 3), 3);
	task_about_to_block();
	return close(fd);
}

static void reported_by_waiting_close(void)
{
	struct sim sim = sim_only("stall=1");
	struct task *closer = task_start(close_it, &sim.port);

	task_wait_blocked(closer);
	sim_set(&sim, "fail_next", "5");
	CHECK_ERR(task_result(closer, 5000), EIO);
	check_failed(&sim, 1);
	sim_set(&sim, "stall", "0");
	check_intact(&sim, port_open_soon(&sim.port, O_WRONLY));
}

static long write_for_ever(void *arg)
{
	static char buf[1 << 20];
	int fd = *(int *)arg;
	ssize_t ret;

	task_about_to_block();
	do {
		ret = write(fd, buf, sizeof(buf));
	} while (ret > 0);
	return ret;
}

static long sync_it(void *arg)
{
	task_about_to_block();
	return fsync(*(int *)arg);
}

static void check_waiter(long (*call)(void *arg))
{
	struct sim sim = sim_only("stall=1");
	int fd = port_open(&sim.port, O_WRONLY);
	struct task *waiter;

	CHECK_EQ(write(fd, "abc", 3), 3);
	waiter = task_start(call, &fd);
	task_wait_blocked(waiter);
	sim_set(&sim, "fail_next", "5");
	CHECK_ERR(task_result(waiter, 5000), EIO);
	check_failed(&sim, 1);
	CHECK(port_number(&sim.port, "stats/bytes_lost") >= 3);
	sim_set(&sim, "stall", "0");
	check_intact(&sim, fd);
	check_failed(&sim, 1);
}

static void reported_by_waiting_write(void)
{
	check_waiter(write_for_ever);
}

static void reported_by_waiting_fsync(void)
{
	check_waiter(sync_it);
}

/* The middle one of three, in its middle; its result is the report. */
static void reported_by_result(void)
{
	struct sim sim = sim_only("buffer=25000");
	int fd = port_open(&sim.port, O_WRONLY), printer;
	struct printport_job_query query = { .wait = PRINTPORT_WAIT_DELIVERED };
	struct printport_job_result result;
	__u32 ids[3];
	int i;

	for (i = 0; i < 3; i++) {
		ids[i] = job_start(fd, "one of three");
		write_random(fd, options.seed + i, 0, 20000);
		job_end(fd, PRINTPORT_WAIT_NONE);
	}
	CHECK_SOON(port_number(&sim.port, "stats/bytes_delivered") == 25000, 5000);
	sim_set(&sim, "fail_next", "5");

	query.id = ids[1];
	CHECK_OK(ioctl(fd, PRINTPORT_IOC_GET_JOB, &query));
	CHECK_EQ(query.result.state, PRINTPORT_JOB_FAILED);
	CHECK_EQ(query.result.error, EIO);
	CHECK_EQ(query.result.bytes_accepted, 20000);
	CHECK_EQ(query.result.bytes_delivered, 5000);
	CHECK_EQ(query.result.bytes_lost, 15000);

	printer = CHECK_OK(open(sim.port.printer, O_RDONLY));
	printer_read(printer, options.seed, 0, 20000);
	printer_read(printer, options.seed + 1, 0, 5000);
	printer_read(printer, options.seed + 2, 0, 20000);
	CHECK_OK(fsync(fd));
	for (i = 0; i < 3; i += 2) {
		result = job_get(fd, ids[i]);
		CHECK_EQ(result.state, PRINTPORT_JOB_COMPLETED);
		CHECK_EQ(result.bytes_delivered, 20000);
		CHECK_EQ(result.bytes_lost, 0);
	}
	CHECK_OK(close(fd));
	CHECK_EQ(port_number(&sim.port, "stats/jobs_completed"), 2);
	CHECK_EQ(port_number(&sim.port, "stats/jobs_failed"), 1);
	CHECK_EQ(port_number(&sim.port, "stats/errors"), 1);
	CHECK_EQ(port_number(&sim.port, "stats/bytes_lost"), 15000);
}

/* An explicit job that failed and was reported stays failed until it is ended. */
static void failed_job_takes_nothing(void)
{
	struct sim sim = sim_only("fail_next=5");
	int fd = port_open(&sim.port, O_WRONLY);
	struct printport_job_result result;

	job_start(fd, "fails");
	CHECK_EQ(write(fd, "abc", 3), 3);
	check_failed(&sim, 1);
	CHECK_ERR(write(fd, "def", 3), EIO);
	CHECK_ERR(write(fd, "ghi", 3), ECANCELED);
	result = job_end(fd, PRINTPORT_WAIT_DELIVERED);
	CHECK_EQ(result.state, PRINTPORT_JOB_FAILED);
	CHECK_EQ(result.error, EIO);
	CHECK_EQ(result.bytes_accepted, 3);
	CHECK_EQ(result.bytes_lost, 3);
	job_start(fd, "next");
	write_random(fd, options.seed, 0, 3000);
	CHECK_EQ(job_end(fd, PRINTPORT_WAIT_DELIVERED).state, PRINTPORT_JOB_COMPLETED);
	CHECK_OK(close(fd));
	CHECK_EQ(sim_number(&sim, "bytes_printed"), 3000);
}

/* Nobody is left to be told, and the next holder is none of whom it concerns. */
static void failed_while_draining(void)
{
	struct sim sim = sim_only("stall=1");
	int fd = port_open(&sim.port, O_WRONLY);

	port_set(&sim.port, "limits/close_ms", "0");
	CHECK_EQ(write(fd, "abc", 3), 3);
	CHECK_OK(close(fd));
	sim_set(&sim, "fail_next", "5");
	CHECK_SOON(port_is(&sim.port, "state", "closed"), 5000);
	check_failed(&sim, 1);
	sim_set(&sim, "stall", "0");
	check_intact(&sim, port_open(&sim.port, O_WRONLY));
}

static bool value_is(const char *event, size_t size, const char *key, const char *wanted)
{
	const char *value = uevent_get(event, size, key);

	return value && !strcmp(value, wanted);
}

static const char *base_name(const struct port *port)
{
	return strrchr(port->node, '/') + 1;
}

/* Waits for an event with KEY=VALUE; fails the case if none comes. */
static void await_event(int listener, const struct port *port, const char *key,
			const char *value, char *event, size_t size)
{
	do {
		if (!uevent_next(listener, base_name(port), event, size, 5000))
			FAIL("no uevent with %s=%s", key, value);
	} while (!value_is(event, size, key, value));
}

static void error_is_an_event(void)
{
	struct sim sim = sim_only("fail_next=5");
	int listener = uevent_listen(), fd = fail_a_write(&sim);
	char event[8192];

	await_event(listener, &sim.port, "PRINTPORT_EVENT", "error", event, sizeof(event));
	CHECK(value_is(event, sizeof(event), "ACTION", "change"));
	CHECK(value_is(event, sizeof(event), "SUBSYSTEM", "printport"));
	CHECK(value_is(event, sizeof(event), "PRINTPORT_ERRORS", "1"));
	CHECK(value_is(event, sizeof(event), "PRINTPORT_BYTES_LOST", "3"));
	while (uevent_next(listener, base_name(&sim.port), event, sizeof(event), 400))
		CHECK(!value_is(event, sizeof(event), "PRINTPORT_EVENT", "error"));
	close(fd);
}

static void events_of_a_life(void)
{
	struct sim sim = sim_only("");
	int listener = uevent_listen(), fd;
	struct port port;
	char event[8192];

	sim_unplug(&sim);
	await_event(listener, &sim.port, "ACTION", "remove", event, sizeof(event));
	sim_set(&sim, "device_id", "MFG:Acme\001;MDL:Mono 1;CMD:PJL,PS;SN:x42;");
	sim_plug(&sim);
	port = sim.port;
	await_event(listener, &port, "ACTION", "add", event, sizeof(event));
	CHECK(value_is(event, sizeof(event), "PRINTPORT_TRANSPORT", "sim"));
	CHECK(value_is(event, sizeof(event), "PRINTPORT_MDL", "Mono 1"));
	CHECK(value_is(event, sizeof(event), "PRINTPORT_CMD", "PJL,PS"));
	CHECK(value_is(event, sizeof(event), "PRINTPORT_SERN", "x42"));
	CHECK(uevent_get(event, sizeof(event), "PRINTPORT_MFG"));
	CHECK(!strchr(uevent_get(event, sizeof(event), "PRINTPORT_MFG"), 1));

	fd = port_open(&port, O_WRONLY);
	await_event(listener, &port, "PRINTPORT_STATE", "open", event, sizeof(event));
	CHECK_OK(close(fd));
	await_event(listener, &port, "PRINTPORT_STATE", "closed", event, sizeof(event));
	sim_set(&sim, "reasons", "media-empty cover-open");
	await_event(listener, &port, "PRINTPORT_REASONS", "media-empty cover-open", event,
		    sizeof(event));
	CHECK(value_is(event, sizeof(event), "PRINTPORT_STATUS", "stopped"));
}

static int watch(const struct port *port, const char *attribute)
{
	struct pollfd poller = { .events = POLLPRI };
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", port->sysfs, attribute);
	poller.fd = CHECK_OK(open(path, O_RDONLY | O_CLOEXEC));
	/* What was before is of no interest: read until nothing is new. */
	do {
		CHECK_OK(pread(poller.fd, path, sizeof(path), 0));
	} while (poll(&poller, 1, 300) > 0);
	return poller.fd;
}

static void check_woken(int fd, const char *wanted)
{
	struct pollfd poller = { .fd = fd, .events = POLLPRI };
	char text[256];
	ssize_t len;

	do {
		CHECK_EQ(poll(&poller, 1, tap_patience(5000)), 1);
		CHECK(poller.revents & POLLPRI);
		len = CHECK_OK(pread(fd, text, sizeof(text) - 1, 0));
		text[len] = '\0';
	} while (strcmp(text, wanted));
}

static void sysfs_wakes(void)
{
	struct sim sim = sim_only("");
	int reasons = watch(&sim.port, "reasons"), status = watch(&sim.port, "status"),
	    state = watch(&sim.port, "state"), fd;

	sim_set(&sim, "reasons", "media-empty");
	check_woken(reasons, "media-empty\n");
	check_woken(status, "stopped\n");
	sim_set(&sim, "reasons", "toner-low");
	check_woken(reasons, "toner-low\n");
	check_woken(status, "idle\n");
	fd = port_open(&sim.port, O_WRONLY);
	check_woken(state, "open\n");
	sim_set(&sim, "stall", "1");
	CHECK_EQ(write(fd, "abc", 3), 3);
	check_woken(status, "processing\n");
	port_set(&sim.port, "limits/close_ms", "0");
	CHECK_OK(close(fd));
	check_woken(state, "draining\n");
	sim_set(&sim, "stall", "0");
	check_woken(state, "closed\n");
	check_woken(status, "idle\n");
}

static long wait_for_condition(void *arg)
{
	int fd = *(int *)arg, epoll = CHECK_OK(epoll_create1(0));
	struct epoll_event event = { .events = EPOLLPRI };

	CHECK_OK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	task_about_to_block();
	CHECK_EQ(epoll_wait(epoll, &event, 1, -1), 1);
	return event.events;
}

static void node_wakes(void)
{
	struct sim sim = sim_only("reasons=toner-low");
	int fd = port_open(&sim.port, O_WRONLY);
	struct pollfd poller = { .fd = fd, .events = POLLPRI };
	struct task *waiter;

	/* Nobody who does not read the status is told that it changed. */
	sim_set(&sim, "reasons", "media-empty");
	CHECK_EQ(poll(&poller, 1, 0), 0);
	port_status(fd);
	CHECK_EQ(poll(&poller, 1, 0), 0);
	waiter = task_start(wait_for_condition, &fd);
	task_wait_blocked(waiter);
	sim_set(&sim, "reasons", "media-jam");
	CHECK_EQ(task_result(waiter, 2000), EPOLLPRI);
	CHECK_EQ(poll(&poller, 1, 0), 1);
	CHECK_EQ(poller.revents, POLLPRI);
	CHECK_EQ(port_status(fd).reasons, PRINTPORT_REASON_MEDIA_JAM);
	CHECK_EQ(port_status(fd).printer_state, PRINTPORT_PRINTER_STOPPED);
	CHECK_EQ(poll(&poller, 1, 0), 0);
	/* The same again is no change. */
	sim_set(&sim, "reasons", "media-jam");
	CHECK_EQ(poll(&poller, 1, 50), 0);
	CHECK_OK(close(fd));
}

static const struct tap_case cases[] = {
	{ "write", reported_by_write, 0 },
	{ "fsync", reported_by_fsync, 0 },
	{ "close", reported_by_close, 0 },
	{ "waiting_write", reported_by_waiting_write, 0 },
	{ "waiting_fsync", reported_by_waiting_fsync, 0 },
	{ "waiting_close", reported_by_waiting_close, 0 },
	{ "result", reported_by_result, 0 },
	{ "failed_job", failed_job_takes_nothing, 0 },
	{ "draining", failed_while_draining, 0 },
	{ "error_event", error_is_an_event, 0 },
	{ "events", events_of_a_life, 0 },
	{ "sysfs_poll", sysfs_wakes, 0 },
	{ "node_poll", node_wakes, 0 },
};

int main(int argc, char **argv)
{
	options_parse(argc, argv);
	return TAP_RUN("error", cases, sim_cleanup);
}
