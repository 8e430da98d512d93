// SPDX-License-Identifier: GPL-2.0-or-later
/* A printer that takes nothing, for now. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "options.h"
#include "printer.h"
#include "random.h"
#include "sim.h"
#include "tap.h"
#include "task.h"

static void set_limit(const struct port *port, const char *limit, unsigned int ms)
{
	char path[64], text[16];

	snprintf(path, sizeof(path), "limits/%s", limit);
	snprintf(text, sizeof(text), "%u", ms);
	port_set(port, path, text);
}

/* Opens it and writes until something stops it. */
static long write_until_stopped(void *arg)
{
	static char buf[1 << 20];
	int fd = port_open(arg, O_WRONLY);
	ssize_t ret;

	task_about_to_block();
	do {
		ret = write(fd, buf, sizeof(buf));
	} while (ret > 0);
	return ret;
}

/* The time that all CPUs together did not idle, in ns. */
static long long machine_busy_ns(void)
{
	unsigned long long user, nice, system;
	FILE *file = fopen("/proc/stat", "r");

	CHECK(file);
	CHECK_EQ(fscanf(file, "cpu %llu %llu %llu", &user, &nice, &system), 3);
	fclose(file);
	return (user + nice + system) * (1000000000LL / sysconf(_SC_CLK_TCK));
}

static void no_cpu_is_used(void)
{
	struct sim sim = sim_only("stall=1");
	struct task *writer = task_start(write_until_stopped, &sim.port);
	long long began, used, busy, span;

	task_wait_blocked(writer);
	began = tap_now_ms();
	used = task_cpu_ns(writer);
	busy = machine_busy_ns();
	tap_sleep_ms(2000);
	used = task_cpu_ns(writer) - used;
	busy = machine_busy_ns() - busy;
	span = (tap_now_ms() - began) * 1000000;
	tap_note("%.3f %% of a CPU, the whole machine %.1f %%", 100.0 * used / span,
		 100.0 * busy / span);
	CHECK(!task_done(writer));
	CHECK(used < span / 20);
}

static void nonblock(void)
{
	struct sim sim = sim_only("stall=1");
	int fd = port_open(&sim.port, O_WRONLY);
	struct pollfd poller = { .fd = fd, .events = POLLOUT };
	struct task *printer;
	size_t accepted;

	CHECK_EQ(poll(&poller, 1, 0), 1);
	CHECK_EQ(poller.revents, POLLOUT);
	accepted = write_until_full(fd, options.seed, 0);
	CHECK(accepted > 0);
	CHECK_EQ(port_number(&sim.port, "queued"), accepted);
	CHECK_EQ(port_status(fd).queued, accepted);
	CHECK_EQ(poll(&poller, 1, 200), 0);
	sim_set(&sim, "stall", "0");
	printer = printer_expect(sim.port.printer, options.seed, accepted);
	CHECK_EQ(poll(&poller, 1, tap_patience(5000)), 1);
	CHECK_EQ(poller.revents, POLLOUT);
	CHECK_EQ(task_result(printer, 5000), 0);
	CHECK_OK(close(fd));
	CHECK(port_is(&sim.port, "state", "closed"));
}

/* A limit of time does not lose what was accepted. */
static void write_limit(void)
{
	struct sim sim = sim_only("stall=1");
	int fd = port_open(&sim.port, O_WRONLY);
	struct printport_limits limits;
	size_t size = 1 << 20, accepted;
	struct task *printer;
	char *buf = malloc(size);
	long long began;

	CHECK(buf);
	random_fill(options.seed, 0, buf, size);
	CHECK_OK(ioctl(fd, PRINTPORT_IOC_GET_LIMITS, &limits));
	limits.write_ms = 300;
	CHECK_OK(ioctl(fd, PRINTPORT_IOC_SET_LIMITS, &limits));

	began = tap_now_ms();
	accepted = CHECK_OK(write(fd, buf, size));
	CHECK(accepted < size);
	CHECK(tap_now_ms() - began >= 290);
	began = tap_now_ms();
	CHECK_ERR(write(fd, buf, size), ETIMEDOUT);
	CHECK_ERR(fsync(fd), ETIMEDOUT);
	CHECK(tap_now_ms() - began >= 580);
	CHECK(tap_now_ms() - began < tap_patience(5000));

	sim_set(&sim, "stall", "0");
	printer = printer_expect(sim.port.printer, options.seed, accepted);
	CHECK_EQ(task_result(printer, 5000), 0);
	CHECK_OK(fsync(fd));
	CHECK_OK(close(fd));
}

static long sync_once(void *arg)
{
	int fd = *(int *)arg;

	task_catch(SIGUSR1, false);
	task_about_to_block();
	return fsync(fd);
}

static void fsync_is_interrupted(void)
{
	struct sim sim = sim_only("stall=1");
	int fd = port_open(&sim.port, O_WRONLY);
	struct task *task;

	CHECK_EQ(write(fd, "abc", 3), 3);
	task = task_start(sync_once, &fd);
	task_wait_blocked(task);
	CHECK_OK(kill(task_pid(task), SIGUSR1));
	CHECK_ERR(task_result(task, 1000), EINTR);

	task = task_start(sync_once, &fd);
	task_wait_blocked(task);
	sim_set(&sim, "stall", "0");
	CHECK_EQ(task_result(task, 5000), 0);
	CHECK_EQ(sim_number(&sim, "bytes_printed"), 3);
	CHECK_OK(close(fd));
}

static long write_once(void *arg)
{
	static char buf[64];
	int fd = *(int *)arg;

	task_catch(SIGUSR1, false);
	task_about_to_block();
	return write(fd, buf, sizeof(buf));
}

static void write_is_interrupted(void)
{
	struct sim sim = sim_only("stall=1");
	int fd = port_open(&sim.port, O_WRONLY);
	long long accepted;
	struct task *task;

	write_until_full(fd, options.seed, 0);
	accepted = port_number(&sim.port, "stats/bytes_written");
	/* Fewer bytes are free than a write may wait for: fill them, too. */
	task = task_start(write_once, &fd);
	task_wait_blocked(task);
	CHECK_OK(kill(task_pid(task), SIGUSR1));
	CHECK_ERR(task_result(task, 1000), EINTR);
	CHECK_EQ(port_number(&sim.port, "stats/bytes_written"), accepted);
}

/* Even with a close limit of ten seconds: nobody waits for a process that is killed. */
static void kill_ends_the_writer(void)
{
	struct sim sim = sim_only("stall=1");
	struct task *writer = task_start(write_until_stopped, &sim.port);
	long long began;

	task_wait_blocked(writer);
	CHECK_EQ(port_number(&sim.port, "limits/close_ms"), 10000);
	began = tap_now_ms();
	task_kill(writer, 2000);
	tap_note("%lld ms", tap_now_ms() - began);
	CHECK(port_is(&sim.port, "state", "draining"));
	CHECK_ERR(open(sim.port.node, O_WRONLY), EBUSY);
	sim_set(&sim, "sink", "1");
	sim_set(&sim, "stall", "0");
	CHECK_SOON(port_is(&sim.port, "state", "closed"), 5000);
	CHECK_EQ(sim_number(&sim, "bytes_printed"),
		 port_number(&sim.port, "stats/bytes_written"));
}

/* Writes, closes, and returns how long close took. */
static long long write_and_close(const struct port *port, size_t len)
{
	int fd = port_open(port, O_WRONLY);
	long long began;

	write_random(fd, options.seed, 0, len);
	began = tap_now_ms();
	CHECK_OK(close(fd));
	return tap_now_ms() - began;
}

static void close_has_a_limit(void)
{
	struct sim sim = sim_only("stall=1");
	struct task *printer;
	long long took;

	set_limit(&sim.port, "close_ms", 500);
	took = write_and_close(&sim.port, 200000);
	CHECK(took >= 490);
	CHECK(took < tap_patience(5000));

	CHECK(port_is(&sim.port, "state", "draining"));
	CHECK_EQ(port_number(&sim.port, "queued"), 200000);
	CHECK_ERR(open(sim.port.node, O_WRONLY), EBUSY);
	CHECK_ERR(open(sim.port.node, O_WRONLY | O_NONBLOCK), EBUSY);
	sim_set(&sim, "stall", "0");
	printer = printer_expect(sim.port.printer, options.seed, 200000);
	CHECK_EQ(task_result(printer, 10000), 0);
	CHECK_SOON(port_is(&sim.port, "state", "closed"), 5000);
	CHECK_EQ(port_number(&sim.port, "stats/bytes_delivered"), 200000);
	CHECK_EQ(port_number(&sim.port, "stats/jobs_completed"), 1);
	CHECK_OK(close(port_open(&sim.port, O_WRONLY)));
}

static void close_does_not_wait(void)
{
	struct sim sim = sim_only("stall=1 sink=1");

	set_limit(&sim.port, "close_ms", 0);
	CHECK(write_and_close(&sim.port, 1000) < tap_patience(1000));
	CHECK(port_is(&sim.port, "state", "draining"));
	sim_set(&sim, "stall", "0");
	CHECK_SOON(port_is(&sim.port, "state", "closed"), 5000);
	CHECK_EQ(sim_number(&sim, "bytes_printed"), 1000);
}

/* The limit begins again with every byte. */
static void close_waits_for_progress(void)
{
	struct sim sim = sim_only("rate=20000 sink=1");
	unsigned int limit = options.quick ? 1000 : 2000;
	long long took;

	set_limit(&sim.port, "close_ms", limit);
	took = write_and_close(&sim.port, limit * 20 * 3);
	tap_note("%lld ms", took);
	CHECK(took > limit * 3 / 2);
	CHECK(port_is(&sim.port, "state", "closed"));
	CHECK_EQ(sim_number(&sim, "bytes_printed"), limit * 20 * 3);
}

static long close_once(void *arg)
{
	int fd = port_open(arg, O_WRONLY);

	task_catch(SIGUSR1, false);
	CHECK_EQ(write(fd, "abc", 3), 3);
	task_about_to_block();
	return close(fd);
}

static void close_is_interrupted(void)
{
	struct sim sim = sim_only("stall=1 sink=1");
	struct task *task;

	set_limit(&sim.port, "close_ms", 60000);
	task = task_start(close_once, &sim.port);
	task_wait_blocked(task);
	CHECK_OK(kill(task_pid(task), SIGUSR1));
	CHECK_EQ(task_result(task, 2000), 0);
	CHECK(port_is(&sim.port, "state", "draining"));
	sim_set(&sim, "stall", "0");
	CHECK_SOON(port_is(&sim.port, "state", "closed"), 5000);
	CHECK_EQ(sim_number(&sim, "bytes_printed"), 3);
}

static void operator_aborts_a_drain(void)
{
	struct sim sim = sim_only("stall=1");
	int fd, printer;

	set_limit(&sim.port, "close_ms", 0);
	write_and_close(&sim.port, 100000);
	CHECK(port_is(&sim.port, "state", "draining"));
	port_set(&sim.port, "abort", "1");
	CHECK_SOON(port_is(&sim.port, "state", "closed"), 5000);
	CHECK_EQ(port_number(&sim.port, "stats/jobs_aborted"), 1);
	CHECK_EQ(port_number(&sim.port, "stats/bytes_lost"), 100000);
	CHECK_EQ(port_number(&sim.port, "queued"), 0);

	/* The next one knows nothing of it. */
	sim_set(&sim, "stall", "0");
	fd = port_open(&sim.port, O_WRONLY);
	write_random(fd, options.seed, 0, 1000);
	CHECK_OK(fsync(fd));
	CHECK_OK(close(fd));
	printer = CHECK_OK(open(sim.port.printer, O_RDONLY));
	printer_read(printer, options.seed, 0, 1000);
	CHECK_EQ(sim_number(&sim, "bytes_printed"), 1000);
}

/* The holder's writer is told, and its next job is printed. */
static void operator_aborts_a_writer(void)
{
	struct sim sim = sim_only("stall=1");
	int fd = port_open(&sim.port, O_WRONLY);
	struct task *writer;

	write_until_full(fd, options.seed, 0);
	writer = task_start(write_once, &fd);
	task_wait_blocked(writer);
	port_set(&sim.port, "abort", "1");
	CHECK_ERR(task_result(writer, 2000), ECANCELED);
	CHECK_EQ(port_number(&sim.port, "queued"), 0);
	sim_set(&sim, "sink", "1");
	sim_set(&sim, "stall", "0");
	CHECK_EQ(write(fd, "abc", 3), 3);
	CHECK_OK(fsync(fd));
	CHECK_OK(close(fd));
	CHECK_EQ(sim_number(&sim, "bytes_printed"), 3);
}

static const struct tap_case cases[] = {
	{ "no_cpu", no_cpu_is_used, 0 },
	{ "nonblock", nonblock, 0 },
	{ "write_limit", write_limit, 0 },
	{ "fsync_signal", fsync_is_interrupted, 0 },
	{ "write_signal", write_is_interrupted, 0 },
	{ "kill", kill_ends_the_writer, 0 },
	{ "close_limit", close_has_a_limit, 0 },
	{ "close_no_wait", close_does_not_wait, 0 },
	{ "close_progress", close_waits_for_progress, 60 },
	{ "close_signal", close_is_interrupted, 0 },
	{ "abort_draining", operator_aborts_a_drain, 0 },
	{ "abort_writer", operator_aborts_a_writer, 0 },
};

int main(int argc, char **argv)
{
	options_parse(argc, argv);
	return TAP_RUN("stall", cases, sim_cleanup);
}
