// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test_printer.h"

#define SOON	10000
#define A_WHILE	100

static void directory_of(char *directory, size_t size, int pid)
{
	snprintf(directory, size, "/tmp/printers_test.%d", pid);
}

/* The sanitized programs are beside this one. */
static void program_of(char *program, size_t size, const char *name)
{
	char self[PATH_MAX] = "", *slash;

	CHECK_OK(readlink("/proc/self/exe", self, sizeof(self) - 1));
	slash = strrchr(self, '/');
	CHECK(slash);
	*slash = '\0';
	CHECK((size_t)snprintf(program, size, "%s/sanitized/%s", self, name) < size);
}

static void run(const struct subject *subject, int fd, const char *name,
		const char *const *options)
{
	char program[PATH_MAX], path[3][96];
	const char *args[16] = { program, "--control", path[0], "--log", path[1], "--save",
				 path[2] };
	size_t count = 7, i;

	program_of(program, sizeof(program), name);
	snprintf(path[0], sizeof(path[0]), "%s/control", subject->directory);
	snprintf(path[1], sizeof(path[1]), "%s/log", subject->directory);
	snprintf(path[2], sizeof(path[2]), "%s", subject->directory);
	for (i = 0; i < 3 && options[i]; i++)
		args[count++] = options[i];
	/* A printer that listens hangs on nothing else. */
	if (!options[0] || strcmp(options[0], "--listen"))
		args[count] = "-";
	CHECK_OK(dup2(fd, STDIN_FILENO));
	CHECK_OK(dup2(fd, STDOUT_FILENO));
	if (!getenv("PRINTERS_TEST_VERBOSE"))
		CHECK_OK(dup2(open("/dev/null", O_WRONLY), STDERR_FILENO));
	setenv("ASAN_OPTIONS", "exitcode=99", 1);
	setenv("UBSAN_OPTIONS", "exitcode=99", 1);
	execv(program, (char **)args);
	FAIL("%s: %s", program, strerror(errno));
}

static int connect_to(const char *directory)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = CHECK_OK(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/control", directory);
	CHECK_SOON(!connect(fd, (struct sockaddr *)&address, sizeof(address)), SOON);
	return fd;
}

struct subject printer_start(const char *name, const char *option1, const char *option2,
			     const char *option3)
{
	const char *const options[] = { option1, option2, option3 };
	struct subject subject;
	int ends[2];

	directory_of(subject.directory, sizeof(subject.directory), getpid());
	CHECK_OK(mkdir(subject.directory, 0700));
	CHECK_OK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
	subject.fd = ends[0];
	subject.pid = CHECK_OK(fork());
	if (!subject.pid)
		run(&subject, ends[1], name, options);
	close(ends[1]);
	subject.control = connect_to(subject.directory);
	return subject;
}

void printer_write(const struct subject *subject, const void *buf, size_t len)
{
	while (len) {
		ssize_t put = CHECK_OK(write(subject->fd, buf, len));

		buf = (const char *)buf + put;
		len -= put;
	}
}

size_t printer_write_until_full(const struct subject *subject, char filler)
{
	struct pollfd poller = { .fd = subject->fd, .events = POLLOUT };
	char buf[4096];
	size_t sum = 0;

	memset(buf, filler, sizeof(buf));
	while (CHECK_OK(poll(&poller, 1, tap_patience(500))) > 0) {
		ssize_t put = send(subject->fd, buf, sizeof(buf), MSG_DONTWAIT);

		if (put > 0)
			sum += put;
		if (sum > 16 << 20)
			FAIL("the printer never stops reading");
	}
	return sum;
}

static void wait_readable(int fd, const char *what, size_t len)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	if (CHECK_OK(poll(&poller, 1, tap_patience(SOON))) < 1)
		FAIL("not said: %zu bytes from \"%.200s\"", len, what);
}

void printer_says(const struct subject *subject, const void *wanted, size_t len)
{
	char buf[8192] = "";
	size_t got = 0;

	CHECK(len <= sizeof(buf));
	while (got < len) {
		ssize_t step;

		wait_readable(subject->fd, (const char *)wanted + got, len - got);
		step = CHECK_OK(read(subject->fd, buf + got, len - got));
		if (!step)
			FAIL("the printer hung up");
		got += step;
		if (memcmp(buf, wanted, got))
			FAIL("said \"%.*s\", not \"%.*s\"", (int)got, buf, (int)len,
			     (const char *)wanted);
	}
}

size_t printer_says_some(const struct subject *subject, void *buf, size_t size)
{
	wait_readable(subject->fd, "anything", 1);
	return CHECK_OK(read(subject->fd, buf, size));
}

void printer_says_nothing(const struct subject *subject)
{
	struct pollfd poller = { .fd = subject->fd, .events = POLLIN };
	char buf[512];

	if (CHECK_OK(poll(&poller, 1, A_WHILE)) > 0)
		FAIL("said \"%.*s\"", (int)read(subject->fd, buf, sizeof(buf)), buf);
}

static void command(const struct subject *subject, const char *text, char *answer,
		    size_t size)
{
	char line[1024];
	size_t len = snprintf(line, sizeof(line), "%s\n", text), got = 0;

	CHECK_EQ(write(subject->control, line, len), len);
	do {
		wait_readable(subject->control, "an answer to a command", 1);
		got += CHECK_OK(read(subject->control, answer + got, size - got - 1));
		answer[got] = '\0';
	} while (!strchr(answer, '\n'));
}

void printer_do(const struct subject *subject, const char *text)
{
	char answer[512];

	command(subject, text, answer, sizeof(answer));
	if (strncmp(answer, "ok", 2))
		FAIL("%s: %s", text, answer);
}

void printer_refuses(const struct subject *subject, const char *text)
{
	char answer[512];

	command(subject, text, answer, sizeof(answer));
	if (strncmp(answer, "error:", 6))
		FAIL("%s: %s", text, answer);
}

static int reap(struct subject *subject)
{
	int status;

	CHECK_SOON(waitpid(subject->pid, &status, WNOHANG) == subject->pid, SOON);
	if (WIFSIGNALED(status))
		FAIL("the printer died of %s", strsignal(WTERMSIG(status)));
	return WEXITSTATUS(status);
}

void printer_ended(struct subject *subject, int code)
{
	CHECK_EQ(reap(subject), code);
}

void printer_finish(struct subject *subject, int code)
{
	close(subject->control);
	close(subject->fd);
	printer_ended(subject, code);
}

static size_t read_file(const struct subject *subject, const char *file, char *buf,
			size_t size)
{
	char path[160];
	size_t len = 0;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", subject->directory, file);
	fd = CHECK_OK(open(path, O_RDONLY | O_CLOEXEC));
	while ((got = CHECK_OK(read(fd, buf + len, size - len))) > 0)
		len += got;
	close(fd);
	return len;
}

int printer_logged(const struct subject *subject, const char *one, const char *other)
{
	static char log[1 << 20];
	size_t len = read_file(subject, "log", log, sizeof(log) - 1);
	char *rest, *line;
	int count = 0;

	log[len] = '\0';
	for (line = strtok_r(log, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strstr(line, one) && (!other || strstr(line, other)))
			count++;
	return count;
}

void printer_saved(const struct subject *subject, const char *file, const void *buf,
		   size_t len)
{
	static char got[1 << 20];
	size_t got_len = read_file(subject, file, got, sizeof(got));

	if (got_len != len || memcmp(got, buf, len))
		FAIL("%s has %zu bytes \"%.*s\", not %zu bytes \"%.*s\"", file, got_len,
		     (int)got_len, got, len, (int)len, (const char *)buf);
}

static int remove_one(const char *path, const struct stat *what, int kind, struct FTW *ftw)
{
	(void)what;
	(void)kind;
	(void)ftw;
	return remove(path);
}

void test_printer_cleanup(int pid)
{
	char directory[64];

	directory_of(directory, sizeof(directory), pid);
	if (nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS) && errno != ENOENT)
		FAIL("%s: %s", directory, strerror(errno));
}
