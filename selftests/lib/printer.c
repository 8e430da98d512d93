// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "printer.h"
#include "random.h"
#include "tap.h"

#define STEP (256 << 10)

struct order {
	char node[64];
	uint32_t seed;
	uint64_t bytes;
};

void printer_read(int fd, uint32_t seed, uint64_t pos, uint64_t len)
{
	char *buf = malloc(STEP);

	CHECK(buf);
	while (len) {
		ssize_t ret = CHECK_OK(read(fd, buf, len < STEP ? len : STEP));
		long wrong;

		if (!ret)
			FAIL("the printer was unplugged %llu bytes early",
			     (unsigned long long)len);
		wrong = random_check(seed, pos, buf, ret);
		if (wrong >= 0)
			FAIL("printed byte %llu is not what was written",
			     (unsigned long long)pos + wrong);
		pos += ret;
		len -= ret;
	}
	free(buf);
}

static long expect(void *arg)
{
	const struct order *order = arg;
	int fd = CHECK_OK(open(order->node, O_RDWR | O_CLOEXEC));
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	printer_read(fd, order->seed, 0, order->bytes);
	if (poll(&poller, 1, 50) > 0 && poller.revents & POLLIN)
		FAIL("more was printed than the %llu bytes that were written",
		     (unsigned long long)order->bytes);
	close(fd);
	return 0;
}

static long discard(void *arg)
{
	const struct order *order = arg;
	int fd = open(order->node, O_RDWR | O_CLOEXEC);
	char *buf = malloc(STEP);

	/* Unplugged before this process came to run: nothing to take. */
	if (fd < 0 && (errno == ENOENT || errno == ENXIO || errno == ENODEV))
		return 0;
	CHECK(fd >= 0);
	CHECK(buf);
	while (read(fd, buf, STEP) > 0)
		;
	return 0;
}

static struct task *start(long (*run)(void *arg), const char *node, uint32_t seed,
			  uint64_t bytes)
{
	struct order order = { .seed = seed, .bytes = bytes };

	strncpy(order.node, node, sizeof(order.node) - 1);
	return task_start(run, &order);	/* which copies it, by fork() */
}

struct task *printer_expect(const char *node, uint32_t seed, uint64_t bytes)
{
	return start(expect, node, seed, bytes);
}

struct task *printer_discard(const char *node)
{
	return start(discard, node, 0, 0);
}
