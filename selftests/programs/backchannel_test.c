// SPDX-License-Identifier: GPL-2.0-or-later
/* What the printer says reaches the spooler. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "options.h"
#include "printer.h"
#include "random.h"
#include "sim.h"
#include "tap.h"
#include "task.h"

/* A stream of random bytes through one descriptor. */
struct stream {
	int fd;
	uint32_t seed;
	uint64_t bytes;
};

static long write_stream(void *arg)
{
	const struct stream *stream = arg;
	uint32_t state = stream->seed;
	static char buf[20000];
	uint64_t pos = 0;

	while (pos < stream->bytes) {
		size_t len = random_size(&state, sizeof(buf));

		if (len > stream->bytes - pos)
			len = stream->bytes - pos;
		random_fill(stream->seed, pos, buf, len);
		write_all(stream->fd, buf, len);
		pos += len;
	}
	return 0;
}

static long read_stream(void *arg)
{
	const struct stream *stream = arg;
	uint32_t state = stream->seed + 1;
	static char buf[20000];
	uint64_t pos = 0;

	while (pos < stream->bytes) {
		size_t len = random_size(&state, sizeof(buf));
		ssize_t ret;
		long wrong;

		if (len > stream->bytes - pos)
			len = stream->bytes - pos;
		ret = CHECK_OK(read(stream->fd, buf, len));
		CHECK(ret > 0);
		wrong = random_check(stream->seed, pos, buf, ret);
		if (wrong >= 0)
			FAIL("byte %llu is not what was sent", (unsigned long long)pos + wrong);
		pos += ret;
	}
	return 0;
}

/* The port under test, and its printer's end, both open. */
struct ends {
	struct port port;
	int spooler;
	int printer;
};

static struct ends open_both(void)
{
	struct ends ends = { .port = sim_or_option(false) };

	if (!ends.port.printer[0])
		tap_skip("needs a printer that can speak");
	ends.spooler = port_open_soon(&ends.port, O_RDWR);
	ends.printer = CHECK_OK(open(ends.port.printer, O_RDWR | O_CLOEXEC));
	return ends;
}

static void both_ways(void)
{
	struct ends ends = open_both();
	uint64_t bytes = options_bytes(1 << 20, 1 << 20);
	long long before = port_number(&ends.port, "stats/bytes_read");
	struct stream there = { ends.spooler, options.seed, bytes };
	struct stream there_end = { ends.printer, options.seed, bytes };
	struct stream back = { ends.printer, options.seed + 1, bytes };
	struct stream back_end = { ends.spooler, options.seed + 1, bytes };
	struct task *tasks[4];
	int i;

	tasks[0] = task_start(write_stream, &there);
	tasks[1] = task_start(read_stream, &there_end);
	tasks[2] = task_start(write_stream, &back);
	tasks[3] = task_start(read_stream, &back_end);
	for (i = 0; i < 4; i++)
		CHECK_EQ(task_result(tasks[i], 60000), 0);
	CHECK_OK(fsync(ends.spooler));
	CHECK_EQ(port_number(&ends.port, "stats/bytes_read") - before, (long long)bytes);
}

/* Nobody reads: the printer is made to wait, and nothing is dropped. */
static void flow_control(void)
{
	struct sim sim = sim_only("");
	struct ends ends = { .port = sim.port };
	struct pollfd poller;
	struct stream back;
	size_t accepted;

	ends.spooler = port_open(&ends.port, O_RDWR);
	ends.printer = CHECK_OK(open(ends.port.printer, O_RDWR | O_CLOEXEC));
	accepted = write_until_full(ends.printer, options.seed, 0);
	CHECK(accepted > 0 && accepted < 65536);
	poller = (struct pollfd){ .fd = ends.printer, .events = POLLOUT };
	CHECK_EQ(poll(&poller, 1, 50), 0);
	/* Asked for, more of it comes, and then it is full again. */
	poller = (struct pollfd){ .fd = ends.spooler, .events = POLLIN };
	CHECK_EQ(poll(&poller, 1, tap_patience(2000)), 1);
	CHECK_EQ(poller.revents, POLLIN);
	accepted += write_until_full(ends.printer, options.seed, accepted);
	CHECK(accepted < 65536);
	back = (struct stream){ ends.spooler, options.seed, accepted };
	CHECK_EQ(task_result(task_start(read_stream, &back), 10000), 0);
	poller.revents = 0;
	CHECK_EQ(poll(&poller, 1, 50), 0);
	tap_note("%zu bytes", accepted);
}

static void nothing_to_read(void)
{
	struct ends ends = open_both();
	struct pollfd poller = { .fd = ends.spooler, .events = POLLIN };
	int flags = CHECK_OK(fcntl(ends.spooler, F_GETFL));
	long long began;
	char byte;

	CHECK_OK(fcntl(ends.spooler, F_SETFL, flags | O_NONBLOCK));
	CHECK_ERR(read(ends.spooler, &byte, 1), EAGAIN);
	CHECK_EQ(read(ends.spooler, &byte, 0), 0);
	CHECK_OK(fcntl(ends.spooler, F_SETFL, flags));
	CHECK_EQ(poll(&poller, 1, 100), 0);

	port_set(&ends.port, "limits/read_ms", "200");
	began = tap_now_ms();
	CHECK_ERR(read(ends.spooler, &byte, 1), ETIMEDOUT);
	CHECK(tap_now_ms() - began >= 190);
	CHECK(tap_now_ms() - began < tap_patience(5000));
	port_set(&ends.port, "limits/read_ms", "0");
}

static long read_one(void *arg)
{
	char byte;

	task_catch(SIGUSR1, false);
	task_about_to_block();
	return read(*(int *)arg, &byte, 1) == 1 ? byte : -1;
}

static long poll_in(void *arg)
{
	struct pollfd poller = { .fd = *(int *)arg, .events = POLLIN };

	task_about_to_block();
	CHECK_EQ(poll(&poller, 1, -1), 1);
	return poller.revents;
}

static void woken(void)
{
	struct ends ends = open_both();
	struct task *task;

	task = task_start(read_one, &ends.spooler);
	task_wait_blocked(task);
	CHECK_OK(kill(task_pid(task), SIGUSR1));
	CHECK_ERR(task_result(task, 1000), EINTR);

	task = task_start(read_one, &ends.spooler);
	task_wait_blocked(task);
	CHECK_EQ(write(ends.printer, "a", 1), 1);
	CHECK_EQ(task_result(task, 2000), 'a');

	task = task_start(poll_in, &ends.spooler);
	task_wait_blocked(task);
	CHECK_EQ(write(ends.printer, "b", 1), 1);
	CHECK_EQ(task_result(task, 2000), POLLIN);
	CHECK_EQ(read_one(&ends.spooler), 'b');
}

/* A reader that waits keeps no writer waiting, nor the other way round. */
static void reader_and_writer(void)
{
	struct sim sim = sim_only("stall=1");
	struct ends ends = { .port = sim.port };
	struct task *reader;
	size_t accepted;

	ends.spooler = port_open(&ends.port, O_RDWR);
	ends.printer = CHECK_OK(open(ends.port.printer, O_RDWR | O_CLOEXEC));
	reader = task_start(read_one, &ends.spooler);
	task_wait_blocked(reader);
	accepted = write_until_full(ends.spooler, options.seed, 0);
	/* The printer prints nothing, and says something. */
	CHECK_EQ(write(ends.printer, "a", 1), 1);
	CHECK_EQ(task_result(reader, 2000), 'a');
	sim_set(&sim, "stall", "0");
	printer_read(ends.printer, options.seed, 0, accepted);
}

/* A bad pointer takes nothing away. */
static void bad_pointer(void)
{
	struct ends ends = open_both();
	void *volatile nowhere = NULL;	/* the compiler need not know */
	char *memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), byte;

	CHECK(memory != MAP_FAILED);
	CHECK_OK(mprotect(memory + 4096, 4096, PROT_NONE));
	CHECK_EQ(write(ends.printer, "abcdef", 6), 6);
	CHECK_EQ(poll_in(&ends.spooler), POLLIN);
	CHECK_ERR(read(ends.spooler, memory + 4096, 6), EFAULT);
	CHECK_ERR(read(ends.spooler, nowhere, 6), EFAULT);
	CHECK_EQ(read(ends.spooler, memory + 4094, 6), 2);
	CHECK(!memcmp(memory + 4094, "ab", 2));
	CHECK_EQ(read(ends.spooler, memory, 3), 3);
	CHECK(!memcmp(memory, "cde", 3));
	CHECK_EQ(read(ends.spooler, &byte, 1), 1);
	CHECK_EQ(byte, 'f');
}

/* What was meant for one holder is not read by the next. */
static void next_holder(void)
{
	struct sim sim = sim_only("");
	struct ends ends = { .port = sim.port };
	char text[8];

	ends.spooler = port_open(&ends.port, O_RDWR);
	ends.printer = CHECK_OK(open(ends.port.printer, O_RDWR | O_CLOEXEC));
	CHECK_EQ(write(ends.printer, "old", 3), 3);
	CHECK_EQ(read(ends.spooler, text, 1), 1);
	CHECK_OK(close(ends.spooler));
	ends.spooler = port_open(&ends.port, O_RDWR);
	CHECK_EQ(write(ends.printer, "new", 3), 3);
	CHECK_EQ(read(ends.spooler, text, sizeof(text)), 3);
	CHECK(!memcmp(text, "new", 3));
}

static const struct tap_case cases[] = {
	{ "both_ways", both_ways, 120 },
	{ "flow_control", flow_control, 0 },
	{ "nothing", nothing_to_read, 0 },
	{ "woken", woken, 0 },
	{ "reader_and_writer", reader_and_writer, 0 },
	{ "bad_pointer", bad_pointer, 0 },
	{ "next_holder", next_holder, 0 },
};

int main(int argc, char **argv)
{
	options_parse(argc, argv);
	return TAP_RUN("backchannel", cases, sim_cleanup);
}
