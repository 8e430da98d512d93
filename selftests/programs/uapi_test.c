// SPDX-License-Identifier: GPL-2.0-or-later
/* What a program may do wrong: the documented errno, and nothing has changed. */
#include <fcntl.h>
#include <limits.h>
#include <linux/lp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "options.h"
#include "port.h"
#include "printer.h"
#include "sim.h"
#include "tap.h"

#define LAYOUT(type, member, offset) \
	_Static_assert(offsetof(struct type, member) == (offset), #type "." #member)
#define SIZE(type, size) _Static_assert(sizeof(struct type) == (size), #type)

/* The same for 32-bit and 64-bit programs, for ever. */
SIZE(printport_info, 32);
LAYOUT(printport_info, queue_size, 12);
LAYOUT(printport_info, transport, 16);
SIZE(printport_status, 40);
LAYOUT(printport_status, reasons, 8);
LAYOUT(printport_status, in_flight, 24);
LAYOUT(printport_status, job, 32);
SIZE(printport_limits, 16);
LAYOUT(printport_limits, close_ms, 12);
SIZE(printport_job_start, 328);
LAYOUT(printport_job_start, name, 8);
LAYOUT(printport_job_start, user, 264);
SIZE(printport_job_result, 64);
LAYOUT(printport_job_result, flags, 12);
LAYOUT(printport_job_result, bytes_accepted, 16);
LAYOUT(printport_job_result, duration_ns, 40);
LAYOUT(printport_job_result, bytes_sent, 48);
SIZE(printport_job_query, 80);
LAYOUT(printport_job_query, result, 16);

#define PAGE 4096

/* @pages of memory that can be used, and behind them a page that cannot. */
static char *cliff(size_t pages)
{
	char *memory = mmap(NULL, (pages + 1) * PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(memory != MAP_FAILED);
	CHECK_OK(mprotect(memory + pages * PAGE, PAGE, PROT_NONE));
	return memory;
}

static char *bad_memory(void)
{
	return cliff(1) + PAGE;
}

/* Everything that must stay as it is. */
struct snapshot {
	struct printport_status status;
	struct printport_limits limits;
	long long written;
	long long lost;
	long long errors;
	char jobs[4096];
};

static void take(const struct port *port, int fd, struct snapshot *snapshot)
{
	memset(snapshot, 0, sizeof(*snapshot));
	snapshot->status = port_status(fd);
	CHECK_OK(ioctl(fd, PRINTPORT_IOC_GET_LIMITS, &snapshot->limits));
	snapshot->written = port_number(port, "stats/bytes_written");
	snapshot->lost = port_number(port, "stats/bytes_lost");
	snapshot->errors = port_number(port, "stats/errors");
	port_get(port, "job", snapshot->jobs, sizeof(snapshot->jobs));
}

static void check_same(const struct port *port, int fd, const struct snapshot *before)
{
	struct snapshot now;

	take(port, fd, &now);
	if (memcmp(&now, before, sizeof(now)))
		FAIL("something has changed: job %u was %u, written %lld was %lld, jobs %s were %s",
		     now.status.job, before->status.job, now.written, before->written,
		     now.jobs, before->jobs);
}

static void bad_pointers(void)
{
	struct port port = sim_or_option(true);
	int fd = port_open(&port, O_RDWR);
	struct snapshot before;
	void *volatile nowhere = NULL;	/* the compiler need not know */
	char *bad = bad_memory();
	struct iovec all_bad[2] = { { bad, 10 }, { bad, 20 } };

	take(&port, fd, &before);
	CHECK_ERR(write(fd, bad, 100), EFAULT);
	CHECK_ERR(write(fd, nowhere, 100), EFAULT);
	CHECK_ERR(write(fd, (void *)-1L, 100), EFAULT);
	CHECK_ERR(writev(fd, all_bad, 2), EFAULT);
	CHECK_ERR(writev(fd, (void *)bad, 2), EFAULT);
	check_same(&port, fd, &before);
	CHECK_OK(fsync(fd));
	CHECK_OK(close(fd));
}

/* As much as can be read is accepted, and it is that which is printed. */
static void partly_bad(void)
{
	struct sim sim = sim_only("");
	int fd = port_open(&sim.port, O_WRONLY), printer;
	char *good = cliff(1), text[8] = { };
	struct iovec vectors[3] = { { "abc", 3 }, { good + PAGE, 10 }, { "def", 3 } };

	memset(good, 'x', PAGE);
	CHECK_EQ(writev(fd, vectors, 3), 3);
	memcpy(good + PAGE - 5, "fghij", 5);
	CHECK_EQ(write(fd, good + PAGE - 5, 100), 5);
	CHECK_EQ(port_number(&sim.port, "stats/bytes_written"), 8);
	CHECK_OK(fsync(fd));
	printer = CHECK_OK(open(sim.port.printer, O_RDONLY));
	CHECK_EQ(read(printer, text, sizeof(text)), 8);
	CHECK(!memcmp(text, "abcfghij", 8));
	CHECK_EQ(sim_number(&sim, "buffered"), 0);
	CHECK_OK(close(fd));
}

static void zero_length(void)
{
	struct port port = sim_or_option(true);
	int fd = port_open(&port, O_RDWR);
	struct iovec nothing[2] = { { bad_memory(), 0 }, { NULL, 0 } };
	struct snapshot before;

	take(&port, fd, &before);
	CHECK_EQ(write(fd, "x", 0), 0);
	CHECK_EQ(write(fd, NULL, 0), 0);
	CHECK_EQ(writev(fd, nothing, 2), 0);
	CHECK_EQ(writev(fd, nothing, 0), 0);
	check_same(&port, fd, &before);
	CHECK_OK(close(fd));
}

/* A length that no memory has: all that is there, or EFAULT and nothing. */
static void huge_length(void)
{
	static const size_t lengths[] = { INT_MAX, SSIZE_MAX, SSIZE_MAX - 4095, SIZE_MAX };
	struct sim sim = sim_only("sink=1");
	int fd = port_open(&sim.port, O_WRONLY);
	long long expected = 0;
	char *memory = cliff(256);
	unsigned int i;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		ssize_t ret = write(fd, memory, lengths[i]);

		if (ret < 0) {
			if (errno != EFAULT && errno != EINVAL)
				FAIL("write: %s", tap_errno_name(errno));
		} else {
			CHECK_EQ(ret, 256 * PAGE);
			expected += ret;
		}
		CHECK_EQ(port_number(&sim.port, "stats/bytes_written"), expected);
	}
	CHECK(expected >= 256 * PAGE);
	CHECK_OK(fsync(fd));
	CHECK_EQ(sim_number(&sim, "bytes_printed"), expected);
	CHECK_OK(close(fd));
}

static void unknown_ioctls(void)
{
	struct port port = sim_or_option(true);
	static const unsigned int unknown[] = {
		0, ~0U, 0x5401 /* TCGETS */,
		_IO(PRINTPORT_IOC_MAGIC, 0x7f),
		_IOWR(PRINTPORT_IOC_MAGIC, 0x7f, struct printport_info),
		_IO(PRINTPORT_IOC_MAGIC, 0x00),
		_IOW(PRINTPORT_IOC_MAGIC, 0x00, struct printport_info),
		_IOWR(PRINTPORT_IOC_MAGIC, 0x00, struct printport_info),
		_IOR(PRINTPORT_IOC_MAGIC, 0x10, struct printport_job_start),
		_IOR(PRINTPORT_IOC_MAGIC ^ 1, 0x00, struct printport_info),
		0x06ff, _IO('P', 99),
	};
	int fd = port_open(&port, O_RDWR);
	char memory[1024] = { };
	struct snapshot before;
	unsigned int i;

	take(&port, fd, &before);
	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		if (!ioctl(fd, unknown[i], memory) || errno != ENOTTY)
			FAIL("ioctl %#x: %s", unknown[i], tap_errno_name(errno));
	}
	check_same(&port, fd, &before);
	CHECK_OK(close(fd));
}

static const unsigned int commands[] = {
	PRINTPORT_IOC_GET_INFO,
	PRINTPORT_IOC_GET_STATUS,
	PRINTPORT_IOC_GET_LIMITS,
	PRINTPORT_IOC_SET_LIMITS,
	PRINTPORT_IOC_START_JOB,
	PRINTPORT_IOC_END_JOB,
	PRINTPORT_IOC_ABORT_JOB,
	PRINTPORT_IOC_GET_JOB,
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static unsigned int with_size(unsigned int command, unsigned int size)
{
	return _IOC(_IOC_DIR(command), _IOC_TYPE(command), _IOC_NR(command), size);
}

static void expect_ioctl(int fd, unsigned int command, void *argument, int wanted)
{
	if (!ioctl(fd, command, argument) || errno != wanted)
		FAIL("ioctl %#x: %s, not %s", command, tap_errno_name(errno),
		     tap_errno_name(wanted));
}

/* Each with a pointer that is bad, and one that is bad from the second byte on. */
static void ioctl_bad_pointers(void)
{
	struct port port = sim_or_option(true);
	int fd = port_open(&port, O_RDWR);
	struct snapshot before;
	char *bad = bad_memory();
	unsigned int i;

	take(&port, fd, &before);
	for (i = 0; i < COMMANDS; i++) {
		/* There is no job to be found before the result could be written. */
		expect_ioctl(fd, commands[i], bad, EFAULT);
		expect_ioctl(fd, commands[i], bad - 1, EFAULT);
		expect_ioctl(fd, commands[i], NULL, EFAULT);
	}
	expect_ioctl(fd, LPGETSTATUS, bad, EFAULT);
	check_same(&port, fd, &before);
	CHECK_OK(close(fd));
}

/* Memory that can be read and not written: EFAULT, before anything is done. */
static void ioctl_read_only_memory(void)
{
	struct port port = sim_or_option(true);
	int fd = port_open(&port, O_RDWR);
	char *memory = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct snapshot before;

	CHECK(memory != MAP_FAILED);
	take(&port, fd, &before);
	expect_ioctl(fd, PRINTPORT_IOC_GET_STATUS, memory, EFAULT);
	expect_ioctl(fd, PRINTPORT_IOC_START_JOB, memory, EFAULT);
	check_same(&port, fd, &before);
	job_start(fd, "not to be ended");
	take(&port, fd, &before);
	before.status.queued = 0;
	expect_ioctl(fd, PRINTPORT_IOC_END_JOB, memory, EFAULT);
	expect_ioctl(fd, PRINTPORT_IOC_ABORT_JOB, memory, EFAULT);
	check_same(&port, fd, &before);
	job_end(fd, PRINTPORT_WAIT_DELIVERED);
	CHECK_OK(close(fd));
}

/* The size of a command's structure in the first version of the interface. */
static unsigned int first_size(unsigned int command)
{
	switch (command) {
	case PRINTPORT_IOC_END_JOB:
	case PRINTPORT_IOC_ABORT_JOB:
	case PRINTPORT_IOC_GET_JOB:
		return 64;
	}
	return _IOC_SIZE(command);
}

static void ioctl_sizes(void)
{
	struct port port = sim_or_option(true);
	int fd = port_open(&port, O_RDWR);
	char *memory = calloc(1, 16384);
	struct snapshot before;
	unsigned int i;

	CHECK(memory);
	take(&port, fd, &before);
	for (i = 0; i < COMMANDS; i++) {
		unsigned int size = _IOC_SIZE(commands[i]);

		expect_ioctl(fd, with_size(commands[i], 0), memory, EINVAL);
		expect_ioctl(fd, with_size(commands[i], 4), memory, EINVAL);
		expect_ioctl(fd, with_size(commands[i], first_size(commands[i]) - 1), memory,
			     EINVAL);
		expect_ioctl(fd, with_size(commands[i], 16383), memory, E2BIG);
		if (_IOC_DIR(commands[i]) & _IOC_WRITE) {
			memory[size + 7] = 1;
			expect_ioctl(fd, with_size(commands[i], size + 8), memory, E2BIG);
			memory[size + 7] = 0;
			memory[size] = 1;
			expect_ioctl(fd, with_size(commands[i], size + 1), memory, E2BIG);
			memory[size] = 0;
		}
	}
	check_same(&port, fd, &before);
	free(memory);
	CHECK_OK(close(fd));
}

/* A program that was built with the first version of the header. */
static void shorter_structures(void)
{
	struct port port = sim_or_option(true);
	int fd = port_open(&port, O_RDWR);
	union {
		struct printport_job_query query;
		char bytes[80];
	} end = { .query.wait = PRINTPORT_WAIT_DELIVERED };

	memset(end.bytes + 64, 0x5a, 16);
	job_start(fd, "from the past");
	write_all(fd, "abc", 3);
	CHECK_OK(ioctl(fd, with_size(PRINTPORT_IOC_END_JOB, 64), &end));
	CHECK_EQ(end.query.result.bytes_delivered, 3);
	CHECK_EQ(end.bytes[64], 0x5a);
	CHECK_EQ(end.bytes[79], 0x5a);
	CHECK_OK(close(fd));
}

/* A program that was built with a later version of the header. */
static void longer_structures(void)
{
	struct port port = sim_or_option(true);
	int fd = port_open(&port, O_RDWR);
	struct {
		struct printport_info info;
		__u64 later;
	} info = { .later = ~0ULL };
	struct {
		struct printport_job_start start;
		__u64 later;
	} start = { .start.name = "from the future" };
	struct {
		struct printport_job_query query;
		__u64 later[4];
	} query = { .query.wait = PRINTPORT_WAIT_DELIVERED };

	CHECK_OK(ioctl(fd, with_size(PRINTPORT_IOC_GET_INFO, sizeof(info)), &info));
	CHECK_EQ(info.info.api_version, PRINTPORT_API_VERSION);
	CHECK_EQ(info.later, 0);
	CHECK_OK(ioctl(fd, with_size(PRINTPORT_IOC_START_JOB, sizeof(start)), &start));
	CHECK(start.start.id);
	CHECK_OK(ioctl(fd, with_size(PRINTPORT_IOC_END_JOB, sizeof(query)), &query));
	CHECK_EQ(query.query.id, start.start.id);
	CHECK_EQ(query.query.result.state, PRINTPORT_JOB_COMPLETED);
	CHECK_OK(close(fd));
}

static void limits(void)
{
	struct port port = sim_or_option(true);
	int fd = port_open(&port, O_RDWR);
	struct printport_limits old, new = { 1, 2, 3, PRINTPORT_LIMIT_MAX_MS }, wrong;
	struct snapshot before;
	unsigned int i;

	CHECK_OK(ioctl(fd, PRINTPORT_IOC_GET_LIMITS, &old));
	CHECK_OK(ioctl(fd, PRINTPORT_IOC_SET_LIMITS, &new));
	CHECK_EQ(port_number(&port, "limits/open_ms"), 1);
	CHECK_EQ(port_number(&port, "limits/read_ms"), 2);
	CHECK_EQ(port_number(&port, "limits/write_ms"), 3);
	CHECK_EQ(port_number(&port, "limits/close_ms"), PRINTPORT_LIMIT_MAX_MS);
	take(&port, fd, &before);
	for (i = 0; i < 4; i++) {
		wrong = (struct printport_limits){ 4, 4, 4, 4 };
		(&wrong.open_ms)[i] = PRINTPORT_LIMIT_MAX_MS + 1;
		CHECK_ERR(ioctl(fd, PRINTPORT_IOC_SET_LIMITS, &wrong), EINVAL);
	}
	check_same(&port, fd, &before);
	CHECK_OK(ioctl(fd, PRINTPORT_IOC_SET_LIMITS, &old));
	CHECK_OK(close(fd));
}

static void sysfs_refuses(void)
{
	struct port port = sim_or_option(true);
	static const char *const wrong[] = { "", "x", "-1", "86400001", "99999999999", "1 2" };
	char path[256];
	unsigned int i;
	int fd;

	snprintf(path, sizeof(path), "%s/limits/write_ms", port.sysfs);
	fd = CHECK_OK(open(path, O_WRONLY));
	for (i = 1; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (write(fd, wrong[i], strlen(wrong[i])) >= 0 ||
		    (errno != EINVAL && errno != ERANGE))
			FAIL("\"%s\": %s", wrong[i], tap_errno_name(errno));
	CHECK_OK(close(fd));
	CHECK_EQ(port_number(&port, "limits/write_ms"), 0);
	snprintf(path, sizeof(path), "%s/abort", port.sysfs);
	fd = CHECK_OK(open(path, O_WRONLY));
	CHECK_ERR(write(fd, "maybe", 5), EINVAL);
	CHECK_OK(close(fd));
}

static void not_a_file(void)
{
	struct port port = sim_or_option(true);
	int fd = port_open(&port, O_RDWR);
	struct snapshot before;
	char byte = 0;

	take(&port, fd, &before);
	CHECK_ERR(lseek(fd, 0, SEEK_SET), ESPIPE);
	CHECK_ERR(lseek(fd, 0, SEEK_CUR), ESPIPE);
	CHECK_ERR(pread(fd, &byte, 1, 0), ESPIPE);
	CHECK_ERR(pwrite(fd, &byte, 1, 0), ESPIPE);
	CHECK_EQ(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? errno : 0,
		 ENODEV);
	CHECK_ERR(ftruncate(fd, 0), EINVAL);
	check_same(&port, fd, &before);
	CHECK_OK(close(fd));
}

static void unidirectional(void)
{
	struct sim sim = sim_only("unidirectional=1 sink=1");
	int fd = port_open(&sim.port, O_RDWR);
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	struct printport_info info;
	char byte;

	CHECK_OK(ioctl(fd, PRINTPORT_IOC_GET_INFO, &info));
	CHECK_EQ(info.capabilities & PRINTPORT_CAP_READ, 0);
	CHECK_ERR(read(fd, &byte, 1), EINVAL);
	CHECK_EQ(poll(&poller, 1, 0), 0);
	CHECK_EQ(write(fd, "abc", 3), 3);
	CHECK_OK(fsync(fd));
	CHECK_OK(close(fd));
}

static void info(void)
{
	struct port port = sim_or_option(true);
	int fd = port_open(&port, O_RDONLY);
	struct printport_info got;
	char transport[64];

	memset(&got, 0xff, sizeof(got));
	CHECK_OK(ioctl(fd, PRINTPORT_IOC_GET_INFO, &got));
	CHECK_EQ(got.api_version, PRINTPORT_API_VERSION);
	CHECK_EQ(got.index, atoi(port.node + strlen("/dev/printport")));
	CHECK_EQ(got.capabilities & ~PRINTPORT_CAP_ALL, 0);
	CHECK(got.queue_size >= 4096);
	CHECK_EQ(got.queue_size & (got.queue_size - 1), 0);
	port_get(&port, "transport", transport, sizeof(transport));
	CHECK(!strcmp(got.transport, transport));
	CHECK_EQ(port_status(fd).state, PRINTPORT_STATE_OPEN);
	if (!options.port)
		CHECK_EQ(port_status(fd).printer_state, PRINTPORT_PRINTER_IDLE);
	CHECK_EQ(port_status(fd).queued, 0);
	CHECK_OK(close(fd));
}

/* <linux/lp.h>: what the lines say follows from the reasons. */
static void lp_status(void)
{
	struct sim sim = sim_only("");
	int fd = port_open(&sim.port, O_WRONLY), lines = -1;

	CHECK_OK(ioctl(fd, LPGETSTATUS, &lines));
	CHECK_EQ(lines, LP_PBUSY | LP_PACK | LP_PSELECD | LP_PERRORP);
	sim_set(&sim, "reasons", "media-empty");
	CHECK_OK(ioctl(fd, LPGETSTATUS, &lines));
	CHECK_EQ(lines, LP_PBUSY | LP_PACK | LP_PSELECD | LP_POUTPA);
	sim_set(&sim, "reasons", "offline");
	CHECK_OK(ioctl(fd, LPGETSTATUS, &lines));
	CHECK_EQ(lines & (LP_PSELECD | LP_PERRORP), 0);
	CHECK_OK(ioctl(fd, LPRESET));
	CHECK_OK(ioctl(fd, PRINTPORT_IOC_RESET));
	CHECK_EQ(sim_number(&sim, "resets"), 2);
	CHECK_OK(close(fd));
}

static void lp_lines(void)
{
	struct port port = sim_or_option(true);
	int fd = port_open(&port, O_WRONLY), lines = -1;

	CHECK_OK(ioctl(fd, LPGETSTATUS, &lines));
	CHECK(lines >= 0 && lines <= 0xff);
	tap_note("%#x", lines);
	CHECK_OK(close(fd));
}

static int lp_flags(int fd)
{
	int flags = -1;

	CHECK_OK(ioctl(fd, LPGETFLAGS, &flags));
	return flags & (LP_ABORT | LP_ABORTOPEN | LP_CAREFUL);
}

/* Those of <linux/lp.h> that change something; they outlast the open, as tunelp(8) expects. */
static void lp_settings(void)
{
	static const struct {
		unsigned int cmd;
		int flag;
	} flags[] = {
		{ LPABORT, LP_ABORT }, { LPABORTOPEN, LP_ABORTOPEN }, { LPCAREFUL, LP_CAREFUL },
	};
	static const unsigned int no_effect[] = { LPTIME, LPCHAR, LPWAIT };
	struct sim sim = sim_only("");
	int fd = port_open(&sim.port, O_WRONLY), reader, irq = -1;
	struct timeval time = { .tv_sec = 2, .tv_usec = 500000 };
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		CHECK_EQ(lp_flags(fd), 0);
		CHECK_OK(ioctl(fd, flags[i].cmd, 1));
		CHECK_EQ(lp_flags(fd), flags[i].flag);
		CHECK_OK(close(fd));
		fd = port_open(&sim.port, O_WRONLY);
		CHECK_EQ(lp_flags(fd), flags[i].flag);
		CHECK_OK(ioctl(fd, flags[i].cmd, 0));
	}
	for (i = 0; i < sizeof(no_effect) / sizeof(no_effect[0]); i++)
		CHECK_OK(ioctl(fd, no_effect[i], 1));
	CHECK_OK(ioctl(fd, LPGETIRQ, &irq));
	CHECK_EQ(irq, 0);
	CHECK_ERR(ioctl(fd, LPSETIRQ, 7), EINVAL);

	CHECK_OK(ioctl(fd, LPSETTIMEOUT, &time));
	CHECK_EQ(port_number(&sim.port, "limits/write_ms"), 2500);
	time.tv_usec = 1000000;
	CHECK_ERR(ioctl(fd, LPSETTIMEOUT, &time), EINVAL);
	time.tv_usec = 0;
	time.tv_sec = -1;
	CHECK_ERR(ioctl(fd, LPSETTIMEOUT, &time), EINVAL);
	CHECK_ERR(ioctl(fd, LPSETTIMEOUT, bad_memory()), EFAULT);
	CHECK_EQ(port_number(&sim.port, "limits/write_ms"), 2500);
	CHECK_OK(close(fd));

	reader = port_open(&sim.port, O_RDONLY);
	CHECK_ERR(ioctl(reader, LPABORT, 1), EBADF);
	CHECK_ERR(ioctl(reader, LPSETTIMEOUT, &time), EBADF);
	CHECK_ERR(ioctl(reader, LPRESET), EBADF);
	CHECK_EQ(lp_flags(reader), 0);
	CHECK_OK(close(reader));
}

/* What lp does when its printer has no paper, for those that ask for it. */
static void lp_abort(void)
{
	struct sim sim = sim_only("");
	int fd = port_open(&sim.port, O_WRONLY | O_NONBLOCK);
	struct pollfd poller = { .fd = fd, .events = POLLOUT };
	char byte = 0;

	CHECK_OK(ioctl(fd, LPABORT, 1));
	write_until_full(fd, 1, 0);
	sim_set(&sim, "reasons", "media-empty");
	CHECK_ERR(write(fd, &byte, 1), ENOSPC);
	/* Nor does who waits for room wait any longer. */
	CHECK_EQ(poll(&poller, 1, 0), 1);
	sim_set(&sim, "reasons", "offline");
	CHECK_ERR(write(fd, &byte, 1), EIO);
	sim_set(&sim, "reasons", "none");
	CHECK_ERR(write(fd, &byte, 1), EAGAIN);
	CHECK_EQ(poll(&poller, 1, 0), 0);
	CHECK_OK(ioctl(fd, LPABORT, 0));
	CHECK_OK(ioctl(fd, LPABORTOPEN, 1));
	port_set(&sim.port, "abort", "1");
	close(fd);

	sim_set(&sim, "reasons", "media-empty");
	CHECK_ERR(open(sim.port.node, O_WRONLY), ENOSPC);
	fd = port_open_soon(&sim.port, O_WRONLY | O_NONBLOCK);
	CHECK_OK(ioctl(fd, LPABORTOPEN, 0));
	CHECK_OK(close(fd));
	CHECK_OK(close(port_open(&sim.port, O_WRONLY)));
}

/* usblp's, on a port that is no USB printer. */
static void usblp_elsewhere(void)
{
	struct sim sim = sim_only("");
	int fd = port_open(&sim.port, O_WRONLY), two[2], number;

	for (number = 2; number <= 6; number++)
		CHECK_ERR(ioctl(fd, _IOC(_IOC_READ, 'P', number, sizeof(two)), two), ENOTTY);
	CHECK_ERR(ioctl(fd, _IOC(_IOC_NONE, 'P', 8, 0)), ENOTTY);
	CHECK_ERR(ioctl(fd, _IOC(_IOC_READ, 'P', 7, 0)), EINVAL);
	CHECK_ERR(ioctl(fd, _IOC(_IOC_WRITE, 'P', 1, 64), two), EINVAL);
	CHECK_OK(close(fd));
}

/* usblp's LPIOC_GET_DEVICE_ID(len): as much as there is room for, its length first. */
static void device_id(void)
{
	struct sim sim = sim_only("");
	static const char id[] = "MFG:Acme;MDL:Mono 1;CMD:PJL;";
	unsigned char got[64];
	unsigned int size;
	int fd;

	sim_unplug(&sim);
	sim_set(&sim, "device_id", id);
	sim_plug(&sim);
	fd = port_open(&sim.port, O_RDONLY);
	for (size = 0; size < sizeof(got); size++) {
		size_t whole = strlen(id) + 2, part = size < whole ? size : whole;

		memset(got, 0xaa, sizeof(got));
		CHECK_OK(ioctl(fd, _IOC(_IOC_READ, 'P', 1, size), got));
		if (size >= 2)
			CHECK_EQ(got[0] << 8 | got[1], whole);
		if (size > 2)
			CHECK(!memcmp(got + 2, id, part - 2));
		CHECK_EQ(got[part], 0xaa);
	}
	CHECK_ERR(ioctl(fd, _IOC(_IOC_READ, 'P', 1, 64), bad_memory()), EFAULT);
	CHECK_OK(close(fd));

	sim_unplug(&sim);
	sim_set(&sim, "device_id", "\n");
	sim_plug(&sim);
	fd = port_open(&sim.port, O_RDONLY);
	CHECK_ERR(ioctl(fd, _IOC(_IOC_READ, 'P', 1, 64), got), EIO);
	CHECK_OK(close(fd));
}

static const struct tap_case cases[] = {
	{ "bad_pointers", bad_pointers, 0 },
	{ "partly_bad", partly_bad, 0 },
	{ "zero_length", zero_length, 0 },
	{ "huge_length", huge_length, 0 },
	{ "unknown_ioctls", unknown_ioctls, 0 },
	{ "ioctl_pointers", ioctl_bad_pointers, 0 },
	{ "ioctl_read_only", ioctl_read_only_memory, 0 },
	{ "ioctl_sizes", ioctl_sizes, 0 },
	{ "longer_structures", longer_structures, 0 },
	{ "shorter_structures", shorter_structures, 0 },
	{ "limits", limits, 0 },
	{ "sysfs", sysfs_refuses, 0 },
	{ "not_a_file", not_a_file, 0 },
	{ "unidirectional", unidirectional, 0 },
	{ "info", info, 0 },
	{ "lp_status", lp_status, 0 },
	{ "lp_lines", lp_lines, 0 },
	{ "lp_settings", lp_settings, 0 },
	{ "lp_abort", lp_abort, 0 },
	{ "usblp_elsewhere", usblp_elsewhere, 0 },
	{ "device_id", device_id, 0 },
};

int main(int argc, char **argv)
{
	options_parse(argc, argv);
	return TAP_RUN("uapi", cases, sim_cleanup);
}
