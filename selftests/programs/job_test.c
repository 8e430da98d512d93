// SPDX-License-Identifier: GPL-2.0-or-later
/* Jobs: any number between one open and its close, each with an account of its own. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "options.h"
#include "printer.h"
#include "random.h"
#include "sim.h"
#include "tap.h"
#include "task.h"

#define CHECK_RESULT(result, wanted_state, wanted_accepted, wanted_delivered) ({	\
	struct printport_job_result r_ = (result);					\
	CHECK_EQ(r_.state, wanted_state);						\
	CHECK_EQ(r_.bytes_accepted, wanted_accepted);					\
	CHECK_EQ(r_.bytes_delivered, wanted_delivered);				\
	CHECK_EQ(r_.bytes_lost, r_.bytes_accepted - r_.bytes_delivered);		\
})

static void ten_jobs(void)
{
	struct port port = sim_or_option(false);
	long long completed = port_number(&port, "stats/jobs_completed");
	struct task *printer = NULL;
	size_t lengths[10], total = 0;
	uint32_t state = options.seed;
	__u32 ids[10];
	int fd, i;

	for (i = 0; i < 10; i++)
		total += lengths[i] = i == 5 ? 0 : random_below(&state, options.quick ? 20000 : 100000);
	if (port.printer[0])
		printer = printer_expect(port.printer, options.seed, total);
	fd = port_open_soon(&port, O_WRONLY);
	for (i = 0, total = 0; i < 10; i++) {
		ids[i] = job_start(fd, "one of ten");
		CHECK(!i || ids[i] > ids[i - 1]);
		CHECK_EQ(port_status(fd).job, ids[i]);
		write_random(fd, options.seed, total, lengths[i]);
		total += lengths[i];
		CHECK_EQ(job_end(fd, i & 1 ? PRINTPORT_WAIT_DELIVERED : 0).id, ids[i]);
		CHECK_EQ(port_status(fd).job, 0);
	}
	CHECK_OK(fsync(fd));
	for (i = 0; i < 10; i++) {
		struct printport_job_result result = job_get(fd, ids[i]);

		CHECK_RESULT(result, PRINTPORT_JOB_COMPLETED, lengths[i], lengths[i]);
		CHECK_EQ(result.id, ids[i]);
		CHECK_EQ(result.error, 0);
		CHECK_EQ(result.flags, 0);
		CHECK(result.duration_ns > 0);
	}
	if (printer)
		CHECK_EQ(task_result(printer, 10000), 0);
	CHECK_OK(close(fd));
	CHECK_EQ(port_number(&port, "stats/jobs_completed") - completed, 10);
}

static void thousand_jobs(void)
{
	struct port port = sim_or_option(false);
	unsigned int count = options_rounds(1000, 200), i;
	long long completed = port_number(&port, "stats/jobs_completed");
	struct task *printer = NULL;
	int fd;

	if (port.printer[0])
		printer = printer_expect(port.printer, options.seed, count * 100ULL);
	fd = port_open_soon(&port, O_WRONLY);
	for (i = 0; i < count; i++) {
		job_start(fd, "one of many");
		write_random(fd, options.seed, i * 100ULL, 100);
		job_end(fd, PRINTPORT_WAIT_NONE);
	}
	CHECK_OK(fsync(fd));
	if (printer)
		CHECK_EQ(task_result(printer, 20000), 0);
	CHECK_OK(close(fd));
	CHECK_EQ(port_number(&port, "stats/jobs_completed") - completed, count);
	tap_note("%u jobs", count);
}

static void plain_writes(void)
{
	struct sim sim = sim_only("sink=1");
	int fd = port_open(&sim.port, O_WRONLY);
	struct printport_job_result result;
	__u32 first, second;

	CHECK_EQ(write(fd, "abc", 3), 3);
	first = port_status(fd).job;
	CHECK(first);
	CHECK_EQ(write(fd, "def", 3), 3);
	CHECK_EQ(port_status(fd).job, first);
	second = job_start(fd, "explicit");
	CHECK_EQ(write(fd, "ghij", 4), 4);
	CHECK_RESULT(job_end(fd, PRINTPORT_WAIT_DELIVERED), PRINTPORT_JOB_COMPLETED, 4, 4);

	result = job_get(fd, first);
	CHECK_RESULT(result, PRINTPORT_JOB_COMPLETED, 6, 6);
	CHECK_EQ(result.flags, PRINTPORT_JOB_F_IMPLICIT);
	CHECK_EQ(job_get(fd, second).flags, 0);

	/* Plain writes can be ended, too. */
	CHECK_EQ(write(fd, "k", 1), 1);
	result = job_end(fd, PRINTPORT_WAIT_DELIVERED);
	CHECK_RESULT(result, PRINTPORT_JOB_COMPLETED, 1, 1);
	CHECK_EQ(result.flags, PRINTPORT_JOB_F_IMPLICIT);

	CHECK_EQ(write(fd, "l", 1), 1);
	CHECK_OK(close(fd));
	CHECK_EQ(port_number(&sim.port, "stats/jobs_completed"), 4);
}

/* Ends a job and waits until it is delivered. */
static long end_and_wait(void *arg)
{
	task_catch(SIGUSR1, false);
	task_about_to_block();
	return job_end(*(int *)arg, PRINTPORT_WAIT_DELIVERED).state;
}

static void end_waits(void)
{
	struct sim sim = sim_only("stall=1");
	int fd = port_open(&sim.port, O_WRONLY);
	struct task *task;

	job_start(fd, "waited for");
	CHECK_EQ(write(fd, "abc", 3), 3);
	task = task_start(end_and_wait, &fd);
	task_wait_blocked(task);
	sim_set(&sim, "stall", "0");
	CHECK_EQ(task_result(task, 5000), PRINTPORT_JOB_COMPLETED);
	CHECK_OK(close(fd));
}

/* The job is ended although nobody waits until it is delivered. */
static void end_times_out(void)
{
	struct sim sim = sim_only("stall=1");
	struct printport_job_query query = { .wait = PRINTPORT_WAIT_DELIVERED,
					     .timeout_ms = 100 };
	int fd = port_open(&sim.port, O_WRONLY);
	__u32 id = job_start(fd, "late");

	CHECK_EQ(write(fd, "abc", 3), 3);
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_END_JOB, &query), ETIMEDOUT);
	CHECK_EQ(query.id, id);
	CHECK_RESULT(((struct printport_job_result){
			.state = query.result.state,
			.bytes_accepted = query.result.bytes_accepted,
			.bytes_lost = 3 }), PRINTPORT_JOB_PENDING, 3, 0);
	query.result.state = 99;
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_GET_JOB, &query), ETIMEDOUT);
	CHECK_EQ(query.result.state, PRINTPORT_JOB_PENDING);
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_END_JOB, &query), ENOENT);

	sim_set(&sim, "stall", "0");
	query.timeout_ms = 10000;
	CHECK_OK(ioctl(fd, PRINTPORT_IOC_GET_JOB, &query));
	CHECK_RESULT(query.result, PRINTPORT_JOB_COMPLETED, 3, 3);
	CHECK_OK(close(fd));
}

static long end_and_be_interrupted(void *arg)
{
	struct printport_job_query query = { .wait = PRINTPORT_WAIT_DELIVERED };
	int fd = *(int *)arg;

	task_catch(SIGUSR1, true);
	task_about_to_block();
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_END_JOB, &query), EINTR);
	CHECK_EQ(query.result.state, PRINTPORT_JOB_PENDING);
	task_about_to_block();
	CHECK_OK(ioctl(fd, PRINTPORT_IOC_GET_JOB, &query));
	return query.result.state;
}

static void end_is_interrupted(void)
{
	struct sim sim = sim_only("stall=1");
	int fd = port_open(&sim.port, O_WRONLY);
	struct task *task;

	job_start(fd, "interrupted");
	CHECK_EQ(write(fd, "abc", 3), 3);
	task = task_start(end_and_be_interrupted, &fd);
	task_wait_blocked(task);
	CHECK_OK(kill(task_pid(task), SIGUSR1));
	CHECK_SOON(!port_status(fd).job, 2000);
	task_wait_blocked(task);
	sim_set(&sim, "stall", "0");
	CHECK_EQ(task_result(task, 5000), PRINTPORT_JOB_COMPLETED);
	CHECK_OK(close(fd));
}

static long write_for_ever(void *arg)
{
	static char buf[65536];
	ssize_t ret;

	task_about_to_block();
	do {
		ret = write(*(int *)arg, buf, sizeof(buf));
	} while (ret == sizeof(buf));
	return ret;
}

static struct printport_job_result abort_job(int fd, __u32 id)
{
	struct printport_job_query query = { .id = id };

	CHECK_OK(ioctl(fd, PRINTPORT_IOC_ABORT_JOB, &query));
	return query.result;
}

/* While a writer waits; the next job prints its own bytes and nothing else. */
static void abort_active(void)
{
	struct sim sim = sim_only("stall=1");
	int fd = port_open(&sim.port, O_WRONLY), printer;
	struct printport_job_result result;
	struct task *writer;
	__u32 id;

	id = job_start(fd, "aborted");
	writer = task_start(write_for_ever, &fd);
	task_wait_blocked(writer);
	result = abort_job(fd, 0);
	CHECK_EQ(result.id, id);
	CHECK_EQ(result.state, PRINTPORT_JOB_ABORTED);
	CHECK_EQ(result.error, ECANCELED);
	CHECK(result.bytes_accepted > 0);
	CHECK_EQ(result.bytes_accepted, result.bytes_delivered + result.bytes_lost);
	CHECK_ERR(task_result(writer, 2000), ECANCELED);
	CHECK_EQ(port_number(&sim.port, "queued"), 0);
	CHECK_EQ(port_number(&sim.port, "stats/jobs_aborted"), 1);
	CHECK_EQ(port_number(&sim.port, "stats/bytes_lost"), result.bytes_lost);

	sim_set(&sim, "stall", "0");
	printer = CHECK_OK(open(sim.port.printer, O_RDONLY));
	job_start(fd, "next");
	write_random(fd, options.seed, 0, 10000);
	CHECK_RESULT(job_end(fd, PRINTPORT_WAIT_DELIVERED), PRINTPORT_JOB_COMPLETED,
		     10000, 10000);
	CHECK_EQ(sim_number(&sim, "bytes_printed"), result.bytes_delivered + 10000);
	printer_read(printer, options.seed, 0, 10000);
	CHECK_OK(close(fd));
}

/* One of three that wait: the others arrive. */
static void abort_pending(void)
{
	struct sim sim = sim_only("stall=1");
	int fd = port_open(&sim.port, O_WRONLY), printer, i;
	__u32 ids[3];

	for (i = 0; i < 3; i++) {
		ids[i] = job_start(fd, "one of three");
		write_random(fd, options.seed + i, 0, 1000 + i);
		CHECK_EQ(job_end(fd, PRINTPORT_WAIT_NONE).state, PRINTPORT_JOB_PENDING);
	}
	CHECK_RESULT(abort_job(fd, ids[1]), PRINTPORT_JOB_ABORTED, 1001, 0);
	sim_set(&sim, "stall", "0");
	CHECK_OK(fsync(fd));
	CHECK_RESULT(job_get(fd, ids[0]), PRINTPORT_JOB_COMPLETED, 1000, 1000);
	CHECK_RESULT(job_get(fd, ids[1]), PRINTPORT_JOB_ABORTED, 1001, 0);
	CHECK_RESULT(job_get(fd, ids[2]), PRINTPORT_JOB_COMPLETED, 1002, 1002);
	printer = CHECK_OK(open(sim.port.printer, O_RDONLY));
	printer_read(printer, options.seed, 0, 1000);
	printer_read(printer, options.seed + 2, 0, 1002);
	CHECK_EQ(sim_number(&sim, "buffered"), 0);
	CHECK_OK(close(fd));
}

/* Nothing of a job that was not ended goes on after close; the next one is clean. */
static void check_unended_is_aborted(struct sim *sim)
{
	int fd = port_open_soon(&sim->port, O_WRONLY), printer;
	long long before = sim_number(sim, "bytes_printed");

	CHECK_EQ(port_number(&sim->port, "stats/jobs_aborted"), 1);
	CHECK_EQ(port_number(&sim->port, "stats/jobs_completed"), 0);
	CHECK_EQ(port_number(&sim->port, "stats/bytes_written"),
		 port_number(&sim->port, "stats/bytes_delivered") +
		 port_number(&sim->port, "stats/bytes_lost"));
	CHECK_EQ(before, 0);
	sim_set(sim, "stall", "0");
	write_random(fd, options.seed, 0, 5000);
	CHECK_OK(fsync(fd));
	CHECK_OK(close(fd));
	CHECK_EQ(port_number(&sim->port, "stats/jobs_completed"), 1);
	printer = CHECK_OK(open(sim->port.printer, O_RDONLY));
	printer_read(printer, options.seed, 0, 5000);
	CHECK_EQ(sim_number(sim, "bytes_printed"), 5000);
}

static void close_unended(void)
{
	struct sim sim = sim_only("stall=1");
	int fd = port_open(&sim.port, O_WRONLY);
	long long began;

	job_start(fd, "not ended");
	write_random(fd, options.seed + 1, 0, 100000);
	began = tap_now_ms();
	CHECK_ERR(close(fd), ECANCELED);	/* bytes are lost */
	CHECK(tap_now_ms() - began < tap_patience(3000));
	check_unended_is_aborted(&sim);
}

static long die_in_job(void *arg)
{
	int fd = port_open(arg, O_WRONLY);

	job_start(fd, "its holder dies");
	return write_for_ever(&fd);
}

static void holder_dies(void)
{
	struct sim sim = sim_only("stall=1");
	struct task *holder = task_start(die_in_job, &sim.port);

	task_wait_blocked(holder);
	task_kill(holder, 3000);
	check_unended_is_aborted(&sim);
}

static void refusals(void)
{
	struct sim sim = sim_only("sink=1");
	int fd = port_open(&sim.port, O_RDWR), reader, i;
	struct printport_job_start start = { };
	struct printport_job_query query = { };
	struct printport_limits limits;
	static const struct printport_job_query wrong[] = {
		{ .wait = 3 },
		{ .wait = ~0U },
		{ .reserved = 1 },
		{ .timeout_ms = PRINTPORT_LIMIT_MAX_MS + 1 },
	};

	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_END_JOB, &query), ENOENT);
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_ABORT_JOB, &query), ENOENT);
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_GET_JOB, &query), ENOENT);
	query.id = 12345;
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_GET_JOB, &query), ENOENT);
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_ABORT_JOB, &query), ENOENT);

	start.flags = 1;
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_START_JOB, &start), EINVAL);
	start.flags = 0;
	memset(start.name, 'x', sizeof(start.name));
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_START_JOB, &start), EINVAL);
	memset(start.name, 0, sizeof(start.name));
	memset(start.user, 'x', sizeof(start.user));
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_START_JOB, &start), EINVAL);
	CHECK_EQ(port_status(fd).job, 0);

	job_start(fd, "active");
	memset(&start, 0, sizeof(start));
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_START_JOB, &start), EBUSY);
	query = (struct printport_job_query){ .id = 12345 };
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_END_JOB, &query), ENOENT);
	query = (struct printport_job_query){ .wait = PRINTPORT_WAIT_PRINTED };
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_END_JOB, &query), EOPNOTSUPP);
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_GET_JOB, &query), EOPNOTSUPP);
	for (i = 0; i < (int)(sizeof(wrong) / sizeof(wrong[0])); i++) {
		query = wrong[i];
		CHECK_ERR(ioctl(fd, PRINTPORT_IOC_END_JOB, &query), EINVAL);
		query = wrong[i];
		CHECK_ERR(ioctl(fd, PRINTPORT_IOC_GET_JOB, &query), EINVAL);
		query = wrong[i];
		CHECK_ERR(ioctl(fd, PRINTPORT_IOC_ABORT_JOB, &query), EINVAL);
	}
	query = (struct printport_job_query){ .wait = PRINTPORT_WAIT_DELIVERED };
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_ABORT_JOB, &query), EINVAL);
	/* None of that has ended it. */
	CHECK_EQ(job_end(fd, PRINTPORT_WAIT_DELIVERED).state, PRINTPORT_JOB_COMPLETED);
	query = (struct printport_job_query){ .id = job_start(fd, "over") };
	job_end(fd, PRINTPORT_WAIT_DELIVERED);
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_ABORT_JOB, &query), ENOENT);
	CHECK_OK(close(fd));

	reader = port_open(&sim.port, O_RDONLY);
	query = (struct printport_job_query){ };
	CHECK_ERR(ioctl(reader, PRINTPORT_IOC_START_JOB, &start), EBADF);
	CHECK_ERR(ioctl(reader, PRINTPORT_IOC_END_JOB, &query), EBADF);
	CHECK_ERR(ioctl(reader, PRINTPORT_IOC_ABORT_JOB, &query), EBADF);
	CHECK_ERR(ioctl(reader, PRINTPORT_IOC_GET_JOB, &query), ENOENT);
	CHECK_OK(ioctl(reader, PRINTPORT_IOC_GET_LIMITS, &limits));
	CHECK_ERR(ioctl(reader, PRINTPORT_IOC_SET_LIMITS, &limits), EBADF);
	CHECK_ERR(ioctl(reader, PRINTPORT_IOC_RESET), EBADF);
	CHECK_OK(close(reader));
}

static void names(void)
{
	struct sim sim = sim_only("sink=1");
	int fd = port_open(&sim.port, O_WRONLY);
	struct printport_job_start start = {
		.name = "a\nb\033[1m \303\244\177z",
		.user = "us\ter",
	};
	char path[256], text[4096];
	struct stat status;

	CHECK_OK(ioctl(fd, PRINTPORT_IOC_START_JOB, &start));
	port_get(&sim.port, "job", text, sizeof(text));
	if (!strstr(text, "\tus?er\ta?b?[1m \303\244?z"))
		FAIL("the job is shown as: %s", text);
	CHECK(!strchr(text, '\n'));
	job_end(fd, PRINTPORT_WAIT_DELIVERED);

	memset(start.name, 'n', sizeof(start.name) - 1);
	memset(start.user, 'u', sizeof(start.user) - 1);
	CHECK_OK(ioctl(fd, PRINTPORT_IOC_START_JOB, &start));
	port_get(&sim.port, "job", text, sizeof(text));
	CHECK(strstr(text, start.name));
	CHECK(strstr(text, start.user));
	CHECK_OK(close(fd));

	snprintf(path, sizeof(path), "%s/job", sim.port.sysfs);
	CHECK_OK(stat(path, &status));
	CHECK_EQ(status.st_mode & 0777, 0400);
	CHECK_EQ(status.st_uid, 0);
}

/* With the longest names, in every job of which there is a result. */
static void job_list_fits(void)
{
	struct sim sim = sim_only("stall=1");
	int fd = port_open(&sim.port, O_WRONLY | O_NONBLOCK);
	struct printport_job_start start = { };
	struct printport_job_query query = { };
	unsigned int count = 0;
	char text[8192];

	memset(start.name, 'n', sizeof(start.name) - 1);
	memset(start.user, 'u', sizeof(start.user) - 1);
	while (count < 1000 && !ioctl(fd, PRINTPORT_IOC_START_JOB, &start)) {
		CHECK_EQ(write(fd, "x", 1), 1);
		query.id = 0;
		CHECK_OK(ioctl(fd, PRINTPORT_IOC_END_JOB, &query));
		count++;
	}
	CHECK_EQ(errno, EAGAIN);
	CHECK(count >= 16 && count < 1000);
	port_get(&sim.port, "job", text, sizeof(text));
	CHECK(strlen(text) < 4096);

	sim_set(&sim, "stall", "0");
	CHECK_OK(fsync(fd));
	CHECK_EQ(port_number(&sim.port, "stats/jobs_completed"), count);
	CHECK_EQ(sim_number(&sim, "bytes_printed"), count);
	CHECK_EQ(job_get(fd, query.id).state, PRINTPORT_JOB_COMPLETED);
	CHECK_EQ(job_get(fd, query.id - 15).state, PRINTPORT_JOB_COMPLETED);
	query.id -= 16;
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_GET_JOB, &query), ENOENT);
	CHECK_OK(close(fd));
	tap_note("%u jobs in the queue", count);
}

static const struct tap_case cases[] = {
	{ "ten_jobs", ten_jobs, 0 },
	{ "thousand_jobs", thousand_jobs, 60 },
	{ "plain_writes", plain_writes, 0 },
	{ "end_waits", end_waits, 0 },
	{ "end_times_out", end_times_out, 0 },
	{ "end_is_interrupted", end_is_interrupted, 0 },
	{ "abort_active", abort_active, 0 },
	{ "abort_pending", abort_pending, 0 },
	{ "close_unended", close_unended, 0 },
	{ "holder_dies", holder_dies, 0 },
	{ "refusals", refusals, 0 },
	{ "names", names, 0 },
	{ "job_list_fits", job_list_fits, 0 },
};

int main(int argc, char **argv)
{
	options_parse(argc, argv);
	return TAP_RUN("job", cases, sim_cleanup);
}
