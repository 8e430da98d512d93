// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A language monitor that does nothing but what is to be measured:
 *
 *	lm_bench pass|inspect|rewrite /dev/printport-lmN
 *
 *	pass	every job is passed through; its bytes are not looked at
 *	inspect	every byte is looked at (lines are counted) and forwarded where it lies
 *	rewrite	every byte is changed on its way to the wire ring, and taken out of the job
 *
 * It prints one line of JSON with the sizes of its rings when it is attached, and another
 * one with what it has seen when SIGTERM ends it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <printport-monitor.h>

#include "measure.h"

/**
 * struct seen - what the monitor has seen
 * @jobs: jobs that began
 * @bytes: bytes that it was shown, or copied
 * @lines: line feeds among them, where they are counted
 * @calls: calls of write()
 */
struct seen {
	uint64_t jobs;
	uint64_t bytes;
	uint64_t lines;
	uint64_t calls;
};

static void start_doc(struct printport_monitor *monitor, struct printport_doc *doc)
{
	struct seen *seen = printport_monitor_data(monitor);

	(void)doc;
	seen->jobs++;
}

static void pass_start_doc(struct printport_monitor *monitor, struct printport_doc *doc)
{
	start_doc(monitor, doc);
	printport_monitor_pass(monitor, doc);
}

/*
 * The work of a monitor on each byte, as a compiler makes it for the machine at hand:
 * memchr() and memcpy() of the C library are one byte at a time where "rep movsb" and
 * the like are emulated.
 */
#define VECTORS __attribute__((target_clones("avx2", "default"), optimize("O3")))
#define LANES	32

VECTORS static uint64_t count_lines(const uint8_t *buf, size_t len)
{
	uint64_t lines = 0;

	while (len >= LANES) {
		/* So many that no lane runs over. */
		size_t rounds = len / LANES < UINT8_MAX ? len / LANES : UINT8_MAX, i, j;
		uint8_t sums[LANES] = { 0 };

		for (i = 0; i < rounds; i++)
			for (j = 0; j < LANES; j++)
				sums[j] += buf[i * LANES + j] == '\n';
		for (j = 0; j < LANES; j++)
			lines += sums[j];
		buf += rounds * LANES;
		len -= rounds * LANES;
	}
	while (len--)
		lines += *buf++ == '\n';
	return lines;
}

/* Letters change their case. */
VECTORS static void rewrite_bytes(uint8_t *restrict to, const uint8_t *restrict from,
				  size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		to[i] = from[i] ^ 0x20;
}

static void inspect_write(struct printport_monitor *monitor, struct printport_doc *doc,
			  const void *buf, size_t len, bool flush)
{
	struct seen *seen = printport_monitor_data(monitor);

	(void)flush;
	seen->calls++;
	seen->bytes += len;
	seen->lines += count_lines(buf, len);
	printport_monitor_forward(monitor, doc, len);
}

static void rewrite_write(struct printport_monitor *monitor, struct printport_doc *doc,
			  const void *buf, size_t len, bool flush)
{
	struct seen *seen = printport_monitor_data(monitor);
	const uint8_t *from = buf;

	(void)flush;
	seen->calls++;
	while (len) {
		size_t part;
		void *to = printport_monitor_reserve(monitor, len, &part);

		if (!to)
			return;
		rewrite_bytes(to, from, part);
		printport_monitor_commit(monitor, doc, part);
		printport_monitor_consume(monitor, doc, part);
		seen->bytes += part;
		from += part;
		len -= part;
	}
}

static const struct printport_monitor_ops modes[] = {
	{
		.size = sizeof(struct printport_monitor_ops),
		.name = "pass",
		.flags = PRINTPORT_MONITOR_PASS_BACK,
		.start_doc = pass_start_doc,
	}, {
		.size = sizeof(struct printport_monitor_ops),
		.name = "inspect",
		.flags = PRINTPORT_MONITOR_PASS_BACK,
		.start_doc = start_doc,
		.write = inspect_write,
	}, {
		.size = sizeof(struct printport_monitor_ops),
		.name = "rewrite",
		.flags = PRINTPORT_MONITOR_PASS_BACK,
		.start_doc = start_doc,
		.write = rewrite_write,
	},
};

static const struct printport_monitor_ops *find_mode(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (!strcmp(modes[i].name, name))
			return &modes[i];
	fprintf(stderr, "usage: lm_bench pass|inspect|rewrite /dev/printport-lmN\n");
	exit(2);
}

/* The library keeps the sizes to itself: an attachment of one's own asks for them. */
static struct printport_lm_setup ask_sizes(const char *node)
{
	struct printport_lm_setup setup = { .name = "sizes" };
	int fd = open(node, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die_errno("%s", node);
	if (ioctl(fd, PRINTPORT_LM_IOC_SETUP, &setup))
		die_errno("%s: setup", node);
	close(fd);
	return setup;
}

static void tell_ready(const char *mode, const struct printport_lm_setup *setup)
{
	json_begin();
	json_text("mode", mode);
	json_number("job_ring", setup->job_size);
	json_number("wire_ring", setup->wire_size);
	json_end();
}

static void tell_seen(const char *mode, const struct seen *seen)
{
	json_begin();
	json_text("mode", mode);
	json_number("jobs", seen->jobs);
	json_number("bytes", seen->bytes);
	json_number("lines", seen->lines);
	json_number("calls", seen->calls);
	json_end();
}

static int end_signals(void)
{
	sigset_t signals;
	int fd;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	if (sigprocmask(SIG_BLOCK, &signals, NULL))
		die_errno("sigprocmask");
	fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		die_errno("signalfd");
	return fd;
}

static int run(struct printport_monitor *monitor, int signals)
{
	struct pollfd fds[] = {
		{ .fd = printport_monitor_fd(monitor), .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};
	int err = 0;

	while (!err) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[1].revents)
			return 0;
		if (fds[0].revents)
			err = printport_monitor_dispatch(monitor);
	}
	return err;
}

int main(int argc, char **argv)
{
	const struct printport_monitor_ops *ops = find_mode(argc == 3 ? argv[1] : "");
	struct printport_monitor *monitor;
	struct printport_lm_setup setup;
	struct seen seen = { };
	int err, signals;

	signals = end_signals();
	setup = ask_sizes(argv[2]);
	err = printport_monitor_attach(argv[2], ops, &seen, &monitor);
	if (err)
		die("%s: %s", argv[2], strerror(-err));
	tell_ready(ops->name, &setup);
	err = run(monitor, signals);
	printport_monitor_detach(monitor);
	tell_seen(ops->name, &seen);
	if (err)
		die("%s: %s", argv[2], strerror(-err));
	return 0;
}
