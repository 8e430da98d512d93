// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a program does that was written for /dev/lp0 or /dev/usb/lp0 and has never heard of
 * print ports: libc, <linux/lp.h>, and usblp's ioctls, which each such program defines itself.
 *
 *	libc_only status NODE		LPGETSTATUS in words
 *	libc_only id NODE		the IEEE 1284 device id
 *	libc_only print NODE FILE	blocking writes
 *	libc_only poll NODE FILE	O_NONBLOCK, and poll() before each write
 *	libc_only ask NODE FILE		as poll; then shows one line of the printer's answer
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <linux/lp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LPIOC_GET_DEVICE_ID(len)	_IOC(_IOC_READ, 'P', 1, len)

#define CHUNK		8192
#define ANSWER_MS	20000

static const char *node;

__attribute__((noreturn, format(printf, 1, 2)))
static void die(const char *format, ...)
{
	int err = errno;
	va_list args;

	fprintf(stderr, "libc_only: %s: ", node);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, ": %s\n", strerror(err));
	exit(1);
}

static int open_node(int flags)
{
	int fd = open(node, flags);

	if (fd < 0)
		die("open");
	return fd;
}

static void close_node(int fd)
{
	if (close(fd))
		die("close");
}

static void status(void)
{
	int fd = open_node(O_RDWR), lines = -1;

	if (ioctl(fd, LPGETSTATUS, &lines))
		die("LPGETSTATUS");
	printf("%s %s %s\n", lines & LP_POUTPA ? "paper-out" : "paper",
	       lines & LP_PSELECD ? "on-line" : "off-line", lines & LP_PERRORP ? "ok" : "error");
	close_node(fd);
}

static void device_id(void)
{
	unsigned char id[1024] = "";
	int fd = open_node(O_RDWR);
	size_t len;

	if (ioctl(fd, LPIOC_GET_DEVICE_ID(sizeof(id)), id))
		die("LPIOC_GET_DEVICE_ID");
	len = id[0] << 8 | id[1];
	if (len < 2 || len > sizeof(id)) {
		errno = EPROTO;
		die("length of the device id: %zu", len);
	}
	fwrite(id + 2, 1, len - 2, stdout);
	putchar('\n');
	close_node(fd);
}

static void await(int fd, short events, int ms)
{
	struct pollfd wanted = { .fd = fd, .events = events };
	int count;

	do
		count = poll(&wanted, 1, ms);
	while (count < 0 && errno == EINTR);
	if (!count)
		errno = ETIMEDOUT;
	if (count <= 0)
		die("poll");
}

static void write_all(int fd, const char *buf, size_t len)
{
	ssize_t done;

	while (len) {
		done = write(fd, buf, len);
		if (done < 0 && errno == EAGAIN) {
			await(fd, POLLOUT, -1);
			continue;
		}
		if (done < 0 && errno != EINTR)
			die("write");
		if (done > 0) {
			buf += done;
			len -= done;
		}
	}
}

static void send_file(int fd, const char *path)
{
	char buf[CHUNK];
	FILE *file = fopen(path, "r");
	size_t len;

	if (!file)
		die("%s", path);
	while ((len = fread(buf, 1, sizeof(buf), file)))
		write_all(fd, buf, len);
	if (ferror(file))
		die("%s", path);
	fclose(file);
}

static void print(int flags, const char *path)
{
	int fd = open_node(flags);

	send_file(fd, path);
	close_node(fd);
}

static void ask(const char *path)
{
	int fd = open_node(O_RDWR | O_NONBLOCK);
	char answer[256];
	size_t len = 0;
	ssize_t got;

	send_file(fd, path);
	while (len < sizeof(answer) && !memchr(answer, '\n', len)) {
		await(fd, POLLIN, ANSWER_MS);
		got = read(fd, answer + len, sizeof(answer) - len);
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			die("read");
		len += got > 0 ? got : 0;
	}
	fwrite(answer, 1, len, stdout);
	close_node(fd);
}

static void usage(void)
{
	fprintf(stderr, "usage: libc_only status|id NODE\n"
			"       libc_only print|poll|ask NODE FILE\n");
	exit(2);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	if (argc < 3 || argc > 4)
		usage();
	node = argv[2];
	if (argc == 3 && !strcmp(what, "status"))
		status();
	else if (argc == 3 && !strcmp(what, "id"))
		device_id();
	else if (argc == 4 && !strcmp(what, "print"))
		print(O_WRONLY, argv[3]);
	else if (argc == 4 && !strcmp(what, "poll"))
		print(O_RDWR | O_NONBLOCK, argv[3]);
	else if (argc == 4 && !strcmp(what, "ask"))
		ask(argv[3]);
	else
		usage();
	return fflush(stdout) ? 1 : 0;
}
