// SPDX-License-Identifier: GPL-2.0-or-later
/* Other programs: run for a bounded time, with a bounded output. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "subprocess.h"
#include "text.h"
#include "textfile.h"

/* Users have no sbin in their PATH, and root's may be anybody's. */
#define SYSTEM_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
/* How long one that was killed is waited for: some wait in the kernel, and do not die. */
#define KILLED_MS 1000
/* What a shell says of a program that is not there. */
#define CODE_NOT_FOUND 127

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void become(char *const argv[], int output)
{
	int null = open("/dev/null", O_RDWR);

	if (null >= 0)
		dup2(null, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	setenv("PATH", SYSTEM_PATH, 1);
	setenv("LC_ALL", "C", 1);
	/* What a program that reads us has blocked or ignored is not for this one. */
	signal(SIGPIPE, SIG_DFL);
	execvp(argv[0], argv);
	_exit(CODE_NOT_FOUND);
}

/* Up to the end of its output, or of the time. What does not fit is thrown away. */
static int collect(int from, char *output, size_t size, long long until)
{
	struct pollfd poll_from = { .fd = from, .events = POLLIN };
	char rest[512];
	size_t len = 0;
	ssize_t got;
	long long left;

	for (;;) {
		left = until - now_ms();
		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(&poll_from, 1, left) <= 0)
			continue;
		if (len < size - 1)
			got = read(from, output + len, size - 1 - len);
		else
			got = read(from, rest, sizeof(rest));
		if (got <= 0)
			return 0;
		if (len < size - 1)
			output[len += got] = '\0';
	}
}

/* A program may close its output and run on. */
static int reap(pid_t pid, long long until, int *status)
{
	struct timespec pause = { .tv_nsec = 10000000 };
	pid_t done;

	for (;;) {
		done = waitpid(pid, status, WNOHANG);
		if (done == pid)
			return 0;
		if (done < 0 && errno != EINTR)
			return -errno;
		if (now_ms() >= until)
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
	}
}

int subprocess_run(char *const argv[], char *output, size_t size, int timeout_ms)
{
	long long until = now_ms() + timeout_ms;
	int pipe_fds[2], status = 0, err;
	pid_t pid;

	output[0] = '\0';
	if (pipe2(pipe_fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid < 0) {
		err = errno;
		close(pipe_fds[0]);
		close(pipe_fds[1]);
		return -err;
	}
	if (!pid)
		become(argv, pipe_fds[1]);
	close(pipe_fds[1]);
	err = collect(pipe_fds[0], output, size, until);
	close(pipe_fds[0]);
	if (!err)
		err = reap(pid, until, &status);
	if (err == -ETIMEDOUT) {
		kill(pid, SIGKILL);
		reap(pid, now_ms() + KILLED_MS, &status);
	}
	if (err)
		return err;
	clean_lines(output);
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	return WEXITSTATUS(status) == CODE_NOT_FOUND ? -ENOENT : WEXITSTATUS(status);
}
