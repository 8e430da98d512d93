// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "options.h"
#include "port.h"
#include "random.h"
#include "tap.h"

struct port port_at(const char *node, const char *printer)
{
	const char *base = strrchr(node, '/');
	struct port port = { };

	snprintf(port.node, sizeof(port.node), "%s", node);
	snprintf(port.printer, sizeof(port.printer), "%s", printer ? printer : "");
	snprintf(port.sysfs, sizeof(port.sysfs), "/sys/class/printport/%s",
		 base ? base + 1 : node);
	return port;
}

int port_open(const struct port *port, int flags)
{
	int fd = open(port->node, flags | O_CLOEXEC);

	if (fd < 0)
		FAIL("open %s: %s", port->node, tap_errno_name(errno));
	return fd;
}

int port_open_soon(const struct port *port, int flags)
{
	int fd;

	CHECK_SOON((fd = open(port->node, flags | O_CLOEXEC)) >= 0 || errno != EBUSY, 10000);
	return CHECK_OK(fd);
}

bool port_is_busy(const struct port *port)
{
	int fd = open(port->node, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0) {
		if (errno != EBUSY)
			FAIL("open %s: %s, not EBUSY", port->node, tap_errno_name(errno));
		return true;
	}
	close(fd);
	return false;
}

static int attribute_open(const struct port *port, const char *attribute, int flags)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", port->sysfs, attribute);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		FAIL("open %s: %s", path, tap_errno_name(errno));
	return fd;
}

void port_get(const struct port *port, const char *attribute, char *buf, size_t size)
{
	int fd = attribute_open(port, attribute, O_RDONLY);
	size_t len = CHECK_OK(read(fd, buf, size - 1));

	close(fd);
	if (len && buf[len - 1] == '\n')
		len--;
	buf[len] = '\0';
}

bool port_is(const struct port *port, const char *attribute, const char *text)
{
	char buf[512];

	port_get(port, attribute, buf, sizeof(buf));
	return !strcmp(buf, text);
}

long long port_number(const struct port *port, const char *attribute)
{
	char buf[64];

	port_get(port, attribute, buf, sizeof(buf));
	return strtoll(buf, NULL, 10);
}

void port_set(const struct port *port, const char *attribute, const char *text)
{
	int fd = attribute_open(port, attribute, O_WRONLY);

	CHECK_EQ(write(fd, text, strlen(text)), (long)strlen(text));
	close(fd);
}

struct printport_status port_status(int fd)
{
	struct printport_status status;

	CHECK_OK(ioctl(fd, PRINTPORT_IOC_GET_STATUS, &status));
	return status;
}

__u32 job_start(int fd, const char *name)
{
	struct printport_job_start start = { .user = "tester" };

	snprintf(start.name, sizeof(start.name), "%s", name);
	CHECK_OK(ioctl(fd, PRINTPORT_IOC_START_JOB, &start));
	return start.id;
}

struct printport_job_result job_end(int fd, __u32 wait)
{
	struct printport_job_query query = { .wait = wait };

	CHECK_OK(ioctl(fd, PRINTPORT_IOC_END_JOB, &query));
	return query.result;
}

struct printport_job_result job_get(int fd, __u32 id)
{
	struct printport_job_query query = { .id = id };

	CHECK_OK(ioctl(fd, PRINTPORT_IOC_GET_JOB, &query));
	return query.result;
}

void write_all(int fd, const void *buf, size_t len)
{
	const char *from = buf;

	while (len) {
		ssize_t ret = write(fd, from, len);

		if (ret < 0 && errno == EINTR)
			continue;
		if (ret < 0 && errno == EAGAIN) {
			struct pollfd poller = { .fd = fd, .events = POLLOUT };

			poll(&poller, 1, 1000);
			continue;
		}
		CHECK_OK(ret);
		CHECK(ret > 0 && (size_t)ret <= len);
		from += ret;
		len -= ret;
	}
}

void expect_on_paper(const void *buf, size_t len)
{
	int fd;

	if (!options.expect)
		return;
	fd = CHECK_OK(open(options.expect, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
	write_all(fd, buf, len);
	CHECK_OK(close(fd));
}

void write_random(int fd, unsigned int seed, unsigned long long pos, size_t len)
{
	char buf[16384];

	while (len) {
		size_t part = len < sizeof(buf) ? len : sizeof(buf);

		random_fill(seed, pos, buf, part);
		expect_on_paper(buf, part);
		write_all(fd, buf, part);
		pos += part;
		len -= part;
	}
}

size_t write_until_full(int fd, unsigned int seed, unsigned long long pos)
{
	int flags = CHECK_OK(fcntl(fd, F_GETFL));
	long long quiet = tap_now_ms();
	size_t done = 0;
	char buf[16384];
	ssize_t ret;

	CHECK_OK(fcntl(fd, F_SETFL, flags | O_NONBLOCK));
	/* The printer's own memory may still be filling: full for a while is full. */
	while (tap_now_ms() - quiet < tap_patience(100)) {
		random_fill(seed, pos + done, buf, sizeof(buf));
		ret = write(fd, buf, sizeof(buf));
		if (ret > 0) {
			done += ret;
			quiet = tap_now_ms();
			continue;
		}
		CHECK_ERR(ret, EAGAIN);
		tap_sleep_ms(5);
	}
	CHECK_OK(fcntl(fd, F_SETFL, flags));
	return done;
}
