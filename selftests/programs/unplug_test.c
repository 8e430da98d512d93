// SPDX-License-Identifier: GPL-2.0-or-later
/* Unplugged, whatever the holder is doing: every call returns, and says why. */
#include <fcntl.h>
#include <linux/lp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "options.h"
#include "printer.h"
#include "random.h"
#include "sim.h"
#include "tap.h"
#include "task.h"
#include "uring.h"

/* What the process that holds the port reports. */
struct scene {
	struct sim sim;
	const struct situation *situation;
	long long returned;	/* when the call did */
};

/**
 * struct situation - a call that blocks, or goes on and on
 * @prepare: before the call; may be NULL
 * @call: returns what the call returned
 * @result: wanted from @call
 * @error: wanted errno where @result is -1
 * @stale: the descriptor is still open afterwards
 */
struct situation {
	void (*prepare)(int fd);
	long (*call)(int fd);
	long result;
	int error;
	bool stale;
};

static void fill(int fd)
{
	write_until_full(fd, options.seed, 0);
}

static void write_some(int fd)
{
	CHECK_EQ(write(fd, "abc", 3), 3);
}

static long call_write(int fd)
{
	static char buf[1 << 20];

	return write(fd, buf, sizeof(buf));
}

static long call_read(int fd)
{
	char buf[64];

	return read(fd, buf, sizeof(buf));
}

static long call_fsync(int fd)
{
	return fsync(fd);
}

static long call_poll(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	CHECK_EQ(poll(&poller, 1, -1), 1);
	return poller.revents & ~POLLIN;
}

static long call_poll_out(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLOUT };

	CHECK_EQ(poll(&poller, 1, -1), 1);
	return poller.revents & ~POLLOUT;
}

static long call_poll_nothing(int fd)
{
	struct pollfd poller = { .fd = fd, .events = 0 };

	CHECK_EQ(poll(&poller, 1, -1), 1);
	return poller.revents;
}

static long call_epoll(int fd)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int epoll = CHECK_OK(epoll_create1(0));

	CHECK_OK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	CHECK_EQ(epoll_wait(epoll, &event, 1, -1), 1);
	close(epoll);
	return event.events & ~EPOLLIN;
}

static long call_splice(int fd)
{
	char buf[4096] = { };
	int ends[2];
	long ret;

	CHECK_OK(pipe(ends));
	do {
		CHECK_EQ(write(ends[1], buf, sizeof(buf)), sizeof(buf));
		ret = splice(ends[0], NULL, fd, NULL, sizeof(buf), 0);
	} while (ret > 0);
	return ret;
}

static long call_uring(int fd)
{
	struct uring *uring = uring_open();

	return uring ? uring_write(uring, fd, "abc", 3) : call_write(fd);
}

static long call_close(int fd)
{
	return close(fd);
}

static void start_and_write(int fd)
{
	job_start(fd, "unplugged");
	write_some(fd);
}

static long check_failed_result(long ret, const struct printport_job_query *query)
{
	int error = errno;

	CHECK_EQ(query->result.state, PRINTPORT_JOB_FAILED);
	CHECK_EQ(query->result.error, ENODEV);
	CHECK_EQ(query->result.bytes_accepted, 3);
	CHECK_EQ(query->result.bytes_lost, 3);
	errno = error;
	return ret;
}

static long call_end_job(int fd)
{
	struct printport_job_query query = { .wait = PRINTPORT_WAIT_DELIVERED };
	long ret = ioctl(fd, PRINTPORT_IOC_END_JOB, &query);

	return check_failed_result(ret, &query);
}

static void end_without_waiting(int fd)
{
	start_and_write(fd);
	job_end(fd, PRINTPORT_WAIT_NONE);
}

static long call_get_job(int fd)
{
	struct printport_job_query query = { .id = 1, .wait = PRINTPORT_WAIT_DELIVERED };
	long ret = ioctl(fd, PRINTPORT_IOC_GET_JOB, &query);

	return check_failed_result(ret, &query);
}

static void fill_with_jobs(int fd)
{
	struct printport_job_start start = { };
	struct printport_job_query query = { };

	CHECK_OK(fcntl(fd, F_SETFL, O_NONBLOCK));
	while (!ioctl(fd, PRINTPORT_IOC_START_JOB, &start)) {
		CHECK_EQ(write(fd, "x", 1), 1);
		query.id = 0;
		CHECK_OK(ioctl(fd, PRINTPORT_IOC_END_JOB, &query));
	}
	CHECK_EQ(errno, EAGAIN);
	CHECK_OK(fcntl(fd, F_SETFL, 0));
}

static long call_start_job(int fd)
{
	struct printport_job_start start = { };

	return ioctl(fd, PRINTPORT_IOC_START_JOB, &start);
}

/* Goes on until it fails; sleeps, to be seen sleeping. */
static long call_ioctls(int fd)
{
	struct printport_status status;
	long ret;

	do {
		ret = ioctl(fd, PRINTPORT_IOC_GET_STATUS, &status);
		tap_sleep_ms(1);
	} while (!ret);
	return ret;
}

static long call_lp_ioctls(int fd)
{
	int lines;
	long ret;

	do {
		ret = ioctl(fd, LPGETSTATUS, &lines);
		tap_sleep_ms(1);
	} while (!ret);
	return ret;
}

/* Nothing works any more, except close. */
static void check_stale(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN | POLLOUT };
	struct printport_job_start start = { };
	struct printport_job_query query = { };
	struct printport_limits limits = { };
	struct printport_status status;
	struct printport_info info;
	int lines, round;
	char byte = 0;

	for (round = 0; round < 2; round++) {
		CHECK_ERR(write(fd, &byte, 1), ENODEV);
		CHECK_ERR(read(fd, &byte, 1), ENODEV);
		CHECK_ERR(fsync(fd), ENODEV);
		CHECK_ERR(ioctl(fd, PRINTPORT_IOC_GET_INFO, &info), ENODEV);
		CHECK_ERR(ioctl(fd, PRINTPORT_IOC_GET_STATUS, &status), ENODEV);
		CHECK_ERR(ioctl(fd, PRINTPORT_IOC_GET_LIMITS, &limits), ENODEV);
		CHECK_ERR(ioctl(fd, PRINTPORT_IOC_SET_LIMITS, &limits), ENODEV);
		CHECK_ERR(ioctl(fd, PRINTPORT_IOC_START_JOB, &start), ENODEV);
		CHECK_ERR(ioctl(fd, PRINTPORT_IOC_ABORT_JOB, &query), ENODEV);
		CHECK_ERR(ioctl(fd, PRINTPORT_IOC_RESET), ENODEV);
		CHECK_ERR(ioctl(fd, LPGETSTATUS, &lines), ENODEV);
		CHECK_ERR(ioctl(fd, LPRESET), ENODEV);
		CHECK_EQ(poll(&poller, 1, 0), 1);
		CHECK(poller.revents & POLLHUP);
		CHECK(poller.revents & POLLERR);
	}
	CHECK_OK(close(fd));
}

static long play(void *arg)
{
	struct scene *scene = arg;
	const struct situation *situation = scene->situation;
	int fd = port_open(&scene->sim.port, O_RDWR);
	long ret;

	if (situation->prepare)
		situation->prepare(fd);
	task_about_to_block();
	ret = situation->call(fd);
	scene->returned = tap_now_ms();
	if (ret != situation->result || (ret < 0 && errno != situation->error))
		FAIL("returned %ld, %s", ret, tap_errno_name(errno));
	if (situation->stale)
		check_stale(fd);
	return 0;
}

/* A printer that is plugged in again prints. */
static void check_prints(struct sim *sim)
{
	int fd, printer;

	sim_set(sim, "stall", "0");
	sim_plug(sim);
	fd = port_open(&sim->port, O_RDWR);
	printer = CHECK_OK(open(sim->port.printer, O_RDWR));
	write_random(fd, options.seed, 0, 50000);
	printer_read(printer, options.seed, 0, 50000);
	CHECK_OK(fsync(fd));
	CHECK_OK(close(fd));
	CHECK_OK(close(printer));
}

static void unplug_in(struct situation situation)
{
	struct scene *scene = task_shared_memory(sizeof(*scene));
	struct task *holder;
	long long began;
	long took;

	scene->sim = sim_only("stall=1");
	scene->situation = &situation;
	holder = task_start(play, scene);
	task_wait_blocked(holder);
	began = tap_now_ms();
	sim_unplug(&scene->sim);
	took = tap_now_ms() - began;
	if (took > tap_patience(1000))
		FAIL("unplugging took %ld ms", took);
	CHECK_ERR(open(scene->sim.port.node, O_RDONLY), ENOENT);
	CHECK_ERR(access(scene->sim.port.sysfs, F_OK), ENOENT);
	CHECK_EQ(task_result(holder, 5000), 0);
	took = scene->returned - began;
	if (took > tap_patience(1000))
		FAIL("the call returned after %ld ms", took);
	check_prints(&scene->sim);
}

static void in_write(void)
{
	unplug_in((struct situation){ fill, call_write, -1, ENODEV, true });
}

static void in_first_write(void)
{
	unplug_in((struct situation){ NULL, call_write, -1, ENODEV, true });
}

static void in_read(void)
{
	unplug_in((struct situation){ NULL, call_read, -1, ENODEV, true });
}

static void in_fsync(void)
{
	unplug_in((struct situation){ write_some, call_fsync, -1, ENODEV, true });
}

static void in_poll(void)
{
	unplug_in((struct situation){ NULL, call_poll, POLLHUP | POLLERR, 0, true });
}

static void in_poll_out(void)
{
	unplug_in((struct situation){ fill, call_poll_out, POLLHUP | POLLERR, 0, true });
}

static void in_poll_nothing(void)
{
	unplug_in((struct situation){ NULL, call_poll_nothing, POLLHUP | POLLERR, 0, true });
}

static void in_epoll(void)
{
	unplug_in((struct situation){ NULL, call_epoll, EPOLLHUP | EPOLLERR, 0, true });
}

static void in_splice(void)
{
	unplug_in((struct situation){ fill, call_splice, -1, ENODEV, true });
}

static void in_uring(void)
{
	unplug_in((struct situation){ fill, call_uring, -1, ENODEV, true });
}

static void in_close(void)
{
	unplug_in((struct situation){ write_some, call_close, -1, ENODEV, false });
}

static void in_end_job(void)
{
	unplug_in((struct situation){ start_and_write, call_end_job, -1, ENODEV, true });
}

static void in_get_job(void)
{
	unplug_in((struct situation){ end_without_waiting, call_get_job, -1, ENODEV, true });
}

static void in_start_job(void)
{
	unplug_in((struct situation){ fill_with_jobs, call_start_job, -1, ENODEV, true });
}

static void in_ioctls(void)
{
	unplug_in((struct situation){ NULL, call_ioctls, -1, ENODEV, true });
}

static void in_lp_ioctls(void)
{
	unplug_in((struct situation){ NULL, call_lp_ioctls, -1, ENODEV, true });
}

static long open_it(void *arg)
{
	const struct port *port = arg;

	task_about_to_block();
	return open(port->node, O_WRONLY);
}

static void in_line(void)
{
	struct sim sim = sim_only("stall=1");
	int fd = port_open(&sim.port, O_RDWR);
	struct task *first, *second;

	port_set(&sim.port, "limits/open_ms", "60000");
	first = task_start(open_it, &sim.port);
	second = task_start(open_it, &sim.port);
	task_wait_blocked(first);
	task_wait_blocked(second);
	CHECK(sim_unplug(&sim) < tap_patience(1000));
	CHECK_ERR(task_result(first, 1000), ENODEV);
	CHECK_ERR(task_result(second, 1000), ENODEV);
	check_stale(fd);
	check_prints(&sim);
}

static void while_draining(void)
{
	struct sim sim = sim_only("stall=1");
	int fd = port_open(&sim.port, O_WRONLY);

	port_set(&sim.port, "limits/close_ms", "0");
	write_some(fd);
	CHECK_OK(close(fd));
	CHECK(sim_unplug(&sim) < tap_patience(1000));
	CHECK_ERR(access(sim.port.sysfs, F_OK), ENOENT);
	check_prints(&sim);
}

/* A handle that is stale while its place is taken by a new port stays stale. */
static void stale_beside_new(void)
{
	struct sim sim = sim_only("");
	int stale = port_open(&sim.port, O_RDWR);

	write_some(stale);
	sim_unplug(&sim);
	check_prints(&sim);
	check_stale(stale);
	sim_unplug(&sim);
	check_prints(&sim);
}

static long read_byte(void *arg)
{
	task_about_to_block();
	return call_read(*(int *)arg);
}

/* The printer's side reads what was printed, then the end. */
static void printer_sees_the_end(void)
{
	struct sim sim = sim_only("");
	int fd = port_open(&sim.port, O_WRONLY), printer;
	struct task *reader;
	char byte;

	write_random(fd, options.seed, 0, 30000);
	CHECK_OK(fsync(fd));
	printer = CHECK_OK(open(sim.port.printer, O_RDWR));
	sim_unplug(&sim);
	printer_read(printer, options.seed, 0, 30000);
	CHECK_EQ(read(printer, &byte, 1), 0);
	CHECK_ERR(write(printer, &byte, 1), ENODEV);
	close(printer);
	close(fd);

	sim_plug(&sim);
	printer = CHECK_OK(open(sim.port.printer, O_RDWR));
	reader = task_start(read_byte, &printer);
	task_wait_blocked(reader);
	sim_unplug(&sim);
	CHECK_EQ(task_result(reader, 1000), 0);
	close(printer);
}

static long keep_writing(void *arg)
{
	uint32_t state = options.seed;
	static char buf[100000];
	int fd = *(int *)arg;
	long ret;

	do {
		ret = write(fd, buf, random_size(&state, sizeof(buf)));
		if (ret > 0 && !random_below(&state, 8))
			ret = fsync(fd) ? -1 : 1;
	} while (ret > 0);
	return ret;
}

static long keep_doing_jobs(void *arg)
{
	struct printport_job_start start = { };
	struct printport_job_query query;
	int fd = *(int *)arg;

	for (;;) {
		query = (struct printport_job_query){ .wait = PRINTPORT_WAIT_DELIVERED };
		if (ioctl(fd, PRINTPORT_IOC_START_JOB, &start) && errno != EBUSY)
			return -1;
		if (ioctl(fd, PRINTPORT_IOC_END_JOB, &query) && errno != ENOENT)
			return -1;
	}
}

static long keep_reading(void *arg)
{
	return call_read(*(int *)arg);
}

static long keep_asking(void *arg)
{
	struct pollfd poller = { .fd = *(int *)arg, .events = POLLIN | POLLOUT };
	struct printport_status status;

	do {
		poll(&poller, 1, 1);
	} while (!ioctl(poller.fd, PRINTPORT_IOC_GET_STATUS, &status));
	return -1;
}

/*
 * Who has found the node but not yet the device when both go makes the kernel run
 * modprobe for the device number, which takes its time in an emulated machine.
 */
#define OPENING_MS	10000

static long keep_opening(void *arg)
{
	const struct port *port = arg;
	int fd;

	do {
		fd = open(port->node, O_WRONLY);
		if (fd >= 0)
			close(fd);
	} while (fd >= 0 || errno == EBUSY);
	return -1;
}

static void at_random_moments(void)
{
	static long (*const calls[])(void *arg) = {
		keep_writing, keep_doing_jobs, keep_reading, keep_asking,
	};
	unsigned int rounds = options_rounds(200, 10), round, i;
	struct sim sim = sim_only("");
	uint32_t state = options.seed;

	for (round = 0; round < rounds; round++) {
		struct task *tasks[4], *printer, *opener;
		int fd = port_open(&sim.port, O_RDWR);

		printer = printer_discard(sim.port.printer);
		for (i = 0; i < 4; i++)
			tasks[i] = task_start(calls[i], &fd);
		opener = task_start(keep_opening, &sim.port);
		tap_sleep_ms(random_below(&state, 30));
		CHECK(sim_unplug(&sim) < tap_patience(1000));
		for (i = 0; i < 4; i++)
			CHECK_ERR(task_result(tasks[i], 1000), ENODEV);
		CHECK_EQ(task_result(opener, OPENING_MS), -1);
		if (errno != ENODEV && errno != ENOENT && errno != ENXIO)
			FAIL("open: %s", tap_errno_name(errno));
		task_kill(printer, 1000);
		close(fd);
		sim_plug(&sim);
	}
	tap_note("%u rounds", rounds);
}

/*
 * Opening and closing while it comes and goes. Nobody else may make ports meanwhile:
 * one of them could get the same name.
 */
static void while_opening(void)
{
	unsigned int rounds = options_rounds(200, 10), round, i;
	struct sim sim = sim_only("sink=1");
	uint32_t state = options.seed;
	struct task *tasks[2];

	for (round = 0; round < rounds; round++) {
		for (i = 0; i < 2; i++)
			tasks[i] = task_start(keep_opening, &sim.port);
		tap_sleep_ms(random_below(&state, 10));
		CHECK(sim_unplug(&sim) < tap_patience(1000));
		for (i = 0; i < 2; i++)
			CHECK_EQ(task_result(tasks[i], OPENING_MS), -1);
		sim_plug(&sim);
	}
	tap_note("%u rounds", rounds);
}

static const struct tap_case cases[] = {
	{ "write", in_write, 0 },
	{ "first_write", in_first_write, 0 },
	{ "read", in_read, 0 },
	{ "fsync", in_fsync, 0 },
	{ "poll", in_poll, 0 },
	{ "poll_out", in_poll_out, 0 },
	{ "poll_nothing", in_poll_nothing, 0 },
	{ "epoll", in_epoll, 0 },
	{ "splice", in_splice, 0 },
	{ "io_uring", in_uring, 0 },
	{ "close", in_close, 0 },
	{ "end_job", in_end_job, 0 },
	{ "get_job", in_get_job, 0 },
	{ "start_job", in_start_job, 0 },
	{ "ioctls", in_ioctls, 0 },
	{ "lp_ioctls", in_lp_ioctls, 0 },
	{ "line", in_line, 0 },
	{ "draining", while_draining, 0 },
	{ "stale_beside_new", stale_beside_new, 0 },
	{ "printer", printer_sees_the_end, 0 },
	{ "random", at_random_moments, 120 },
	{ "opening", while_opening, 60 },
};

int main(int argc, char **argv)
{
	options_parse(argc, argv);
	return TAP_RUN("unplug", cases, sim_cleanup);
}
