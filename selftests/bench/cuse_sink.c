// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A character device in user space (CUSE): the way to put a program between a spooler and
 * a printer without a kernel module of one's own. It swallows what is written to it, or
 * forwards each write to another node.
 *
 *	cuse_sink [--forward NODE] [--threads N] [--max-write BYTES] NAME
 *
 * makes /dev/NAME and serves it until it is killed. It speaks the kernel's protocol
 * (<linux/fuse.h>) itself: a write costs one read() and one writev() here, and its bytes
 * are copied once. One opener at a time, as with usblp.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "measure.h"

#define THREADS_MAX	16
#define MAX_WRITE_MIN	4096UL
#define MAX_WRITE_MAX	(16UL << 20)

static const char *forward_node, *name;
static unsigned int threads = 1;
static size_t max_write = 1UL << 20;

static int channel;
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
static bool opened;
static int forward_fd = -1;

/* Answers a request: an error (negative errno, no bytes), or @len bytes. */
static void answer(uint64_t unique, int error, const void *buf, size_t len)
{
	struct fuse_out_header header = {
		.len = sizeof(header) + len,
		.error = error,
		.unique = unique,
	};
	struct iovec parts[] = {
		{ &header, sizeof(header) },
		{ (void *)buf, len },
	};

	/* ENOENT: the request was interrupted, and nobody waits for this any more. */
	if (writev(channel, parts, len ? 2 : 1) < 0 && errno != ENOENT)
		die_errno("answer");
}

static void do_init(const struct fuse_in_header *in)
{
	struct cuse_init_out out = {
		.major = FUSE_KERNEL_VERSION,
		.minor = FUSE_KERNEL_MINOR_VERSION,
		.max_read = max_write,
		.max_write = max_write,
	};
	char buf[sizeof(out) + CUSE_INIT_INFO_MAX];
	int len;

	memcpy(buf, &out, sizeof(out));
	len = snprintf(buf + sizeof(out), CUSE_INIT_INFO_MAX, "DEVNAME=%s", name);
	answer(in->unique, 0, buf, sizeof(out) + len + 1);
}

static int open_device(void)
{
	int error = 0;

	pthread_mutex_lock(&opening);
	if (opened)
		error = -EBUSY;
	else if (forward_node) {
		forward_fd = open(forward_node, O_WRONLY | O_CLOEXEC);
		if (forward_fd < 0)
			error = -errno;
	}
	if (!error)
		opened = true;
	pthread_mutex_unlock(&opening);
	return error;
}

static void do_open(const struct fuse_in_header *in)
{
	struct fuse_open_out out = { .open_flags = FOPEN_DIRECT_IO | FOPEN_NONSEEKABLE };
	int error = open_device();

	answer(in->unique, error, &out, error ? 0 : sizeof(out));
}

static void do_release(const struct fuse_in_header *in)
{
	int error = 0;

	pthread_mutex_lock(&opening);
	if (forward_fd >= 0 && close(forward_fd))
		error = -errno;
	forward_fd = -1;
	opened = false;
	pthread_mutex_unlock(&opening);
	answer(in->unique, error, NULL, 0);
}

static ssize_t forward(const char *buf, size_t len)
{
	size_t done = 0;
	ssize_t ret;

	while (done < len) {
		ret = write(forward_fd, buf + done, len - done);
		if (ret < 0 && errno == EINTR)
			continue;
		if (ret <= 0)
			return done ? (ssize_t)done : ret ? -errno : -EIO;
		done += ret;
	}
	return done;
}

static void do_write(const struct fuse_in_header *in, const void *payload, size_t len)
{
	const struct fuse_write_in *request = payload;
	struct fuse_write_out out = { };
	ssize_t ret = -EIO;

	if (len >= sizeof(*request) && request->size <= len - sizeof(*request))
		ret = forward_node ? forward((const char *)(request + 1), request->size) :
				     (ssize_t)request->size;
	out.size = ret < 0 ? 0 : ret;
	answer(in->unique, ret < 0 ? ret : 0, &out, ret < 0 ? 0 : sizeof(out));
}

static void handle(const char *buf, size_t len)
{
	const struct fuse_in_header *in = (const void *)buf;
	const char *payload = buf + sizeof(*in);

	if (len < sizeof(*in) || in->len != len)
		die("a request of %zu bytes", len);
	len -= sizeof(*in);
	switch (in->opcode) {
	case CUSE_INIT:
		return do_init(in);
	case FUSE_OPEN:
		return do_open(in);
	case FUSE_WRITE:
		return do_write(in, payload, len);
	case FUSE_RELEASE:
		return do_release(in);
	case FUSE_READ:
	case FUSE_FLUSH:
	case FUSE_FSYNC:
		return answer(in->unique, 0, NULL, 0);
	case FUSE_INTERRUPT:
	case FUSE_FORGET:
		return;
	default:
		return answer(in->unique, -ENOSYS, NULL, 0);
	}
}

static void *serve(void *unused)
{
	size_t size = max_write + sizeof(struct fuse_in_header) + sizeof(struct fuse_write_in);
	ssize_t len;
	char *buf;

	(void)unused;
	if (size < FUSE_MIN_READ_BUFFER)
		size = FUSE_MIN_READ_BUFFER;
	buf = malloc(size);
	if (!buf)
		die("no memory");
	for (;;) {
		len = read(channel, buf, size);
		if (len >= 0)
			handle(buf, len);
		/* ENOENT: a request was withdrawn while it was read. */
		else if (errno != EINTR && errno != ENOENT && errno != EAGAIN)
			die_errno("/dev/cuse");
	}
	return NULL;
}

static void usage(void)
{
	fprintf(stderr, "usage: cuse_sink [--forward NODE] [--threads N] [--max-write BYTES] "
		"NAME\n");
	exit(2);
}

static void parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "forward", required_argument, NULL, 'f' },
		{ "threads", required_argument, NULL, 't' },
		{ "max-write", required_argument, NULL, 'w' },
		{ }
	};
	int c;

	while ((c = getopt_long(argc, argv, "f:t:w:", options, NULL)) != -1) {
		switch (c) {
		case 'f':
			forward_node = optarg;
			break;
		case 't':
			threads = strtoul(optarg, NULL, 0);
			break;
		case 'w':
			max_write = strtoul(optarg, NULL, 0);
			break;
		default:
			usage();
		}
	}
	if (optind + 1 != argc || !threads || threads > THREADS_MAX ||
	    max_write < MAX_WRITE_MIN || max_write > MAX_WRITE_MAX)
		usage();
	name = argv[optind];
	if (!*name || strlen(name) > 64)
		usage();
}

int main(int argc, char **argv)
{
	pthread_t thread;
	unsigned int i;

	parse(argc, argv);
	channel = open("/dev/cuse", O_RDWR | O_CLOEXEC);
	if (channel < 0)
		die_errno("/dev/cuse");
	for (i = 1; i < threads; i++)
		if (pthread_create(&thread, NULL, serve, NULL))
			die("no more threads");
	serve(NULL);
	return 0;
}
