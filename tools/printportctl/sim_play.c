// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl sim read, write: the printer's side of a simulated printer. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "printportctl.h"
#include "sim.h"
#include "textfile.h"

static volatile sig_atomic_t stopped;

static void stop(int signo)
{
	(void)signo;
	stopped = 1;
}

/* They arrive in ppoll() only, so that none comes between a look and a wait. */
static void signals_for_poll(sigset_t *waiting)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = stop }, before;
	sigset_t blocked;
	size_t i;

	sigemptyset(&blocked);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		sigaddset(&blocked, signals[i]);
		sigaction(signals[i], &action, &before);
		/* nohup(1), or a shell without job control, wants it ignored. */
		if (before.sa_handler == SIG_IGN)
			sigaction(signals[i], &before, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, waiting);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigdelset(waiting, signals[i]);
}

/* The printer's node, or minus an exit code. */
static int open_printer(const char *name, int flags)
{
	char node[64], path[128];
	int fd;

	if (text_read(node, sizeof(node), SIM_DIR "/%s/printer", name) < 0) {
		complain("there is no simulated printer %s; printportctl sim list shows them",
			 name);
		return -EXIT_NO_PORT;
	}
	if (!*node) {
		complain("%s is not plugged in: printportctl sim plug %s", name, name);
		return -EXIT_NO_PORT;
	}
	snprintf(path, sizeof(path), "/dev/%s", node);
	fd = open(path, flags | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	switch (errno) {
	case EBUSY:
		complain("%s: another program plays this printer (%s)", name, path);
		break;
	case EACCES:
		complain("%s: only root may play a printer (%s)", name, path);
		break;
	default:
		complain("%s: %s", path, strerror(errno));
	}
	return -exit_code(errno);
}

/* All of it, to where a full pipe may be. An exit code. */
static int put(int to, const char *what, const char *buf, size_t len,
	       const sigset_t *waiting)
{
	struct pollfd poll_to = { .fd = to, .events = POLLOUT };
	ssize_t done;

	while (len) {
		if (ppoll(&poll_to, 1, NULL, waiting) < 0 && stopped)
			return EXIT_INTERRUPTED;
		done = write(to, buf, len);
		if (done >= 0) {
			buf += done;
			len -= done;
		} else if (errno == ENODEV) {
			complain("%s is unplugged; not all was written", what);
			return EXIT_NO_PORT;
		} else if (errno == EINVAL) {
			complain("%s is unidirectional: it says nothing", what);
			return EXIT_FAILED;
		} else if (errno != EAGAIN && errno != EINTR) {
			complain("%s: %s", what, strerror(errno));
			return EXIT_FAILED;
		}
	}
	return EXIT_OK;
}

/* Up to the end of file of @from. An exit code. */
static int copy(int from, const char *from_name, int to, const char *to_name,
		const sigset_t *waiting)
{
	struct pollfd poll_from = { .fd = from, .events = POLLIN };
	char buf[16384];
	ssize_t len;
	int ret;

	for (;;) {
		if (ppoll(&poll_from, 1, NULL, waiting) < 0 && stopped)
			return EXIT_INTERRUPTED;
		len = read(from, buf, sizeof(buf));
		if (!len)
			return EXIT_OK;
		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (len < 0) {
			complain("%s: %s", from_name, strerror(errno));
			return EXIT_FAILED;
		}
		ret = put(to, to_name, buf, len, waiting);
		if (ret)
			return ret;
	}
}

int sim_read(const char *name, const char *file)
{
	int to = STDOUT_FILENO, from, ret;
	sigset_t waiting;

	from = open_printer(name, O_RDONLY);
	if (from < 0)
		return -from;
	if (file && strcmp(file, "-"))
		to = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (to < 0) {
		complain("%s: %s", file, strerror(errno));
		close(from);
		return EXIT_FAILED;
	}
	signals_for_poll(&waiting);
	ret = copy(from, name, to, file ? file : "standard output", &waiting);
	if (to != STDOUT_FILENO && close(to) && ret == EXIT_OK) {
		complain("%s: %s", file, strerror(errno));
		ret = EXIT_FAILED;
	}
	close(from);
	return ret;
}

int sim_write(const char *name, const char *text)
{
	sigset_t waiting;
	int to, ret;

	to = open_printer(name, O_WRONLY);
	if (to < 0)
		return -to;
	signals_for_poll(&waiting);
	if (strcmp(text, "-"))
		ret = put(to, name, text, strlen(text), &waiting);
	else
		ret = copy(STDIN_FILENO, "standard input", to, name, &waiting);
	close(to);
	return ret;
}
