// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl sim read, write: the printer's side of a simulated printer. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "printportctl.h"
#include "signals.h"
#include "sim.h"
#include "textfile.h"

/* A signal that comes between a look and a wait is seen after so long. */
#define TICK_MS 200

/* From here on a signal ends the copying; also where it waits in a write() to a full pipe. */
static void catch_signals(void)
{
	signals_catch();
	signals_tick(TICK_MS);
}

/* The printer's node, or minus an exit code. */
static int open_printer(const char *name, int flags)
{
	char node[64], path[128];
	int fd, err;

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
	err = errno;
	switch (err) {
	case EBUSY:
		complain("%s: another program plays this printer (%s)", name, path);
		break;
	case EACCES:
		complain("%s: only root may play a printer (%s)", name, path);
		break;
	default:
		complain("%s: %s", path, strerror(err));
	}
	return -exit_code(err);
}

/* All of it, to where a full pipe may be. An exit code. */
static int put(int to, const char *what, const char *buf, size_t len)
{
	struct pollfd poll_to = { .fd = to, .events = POLLOUT };
	ssize_t done;

	while (len) {
		if (interrupted)
			return EXIT_INTERRUPTED;
		if (poll(&poll_to, 1, -1) < 0)
			continue;
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
static int copy(int from, const char *from_name, int to, const char *to_name)
{
	struct pollfd poll_from = { .fd = from, .events = POLLIN };
	char buf[16384];
	ssize_t len;
	int ret;

	for (;;) {
		if (interrupted)
			return EXIT_INTERRUPTED;
		if (poll(&poll_from, 1, -1) < 0)
			continue;
		len = read(from, buf, sizeof(buf));
		if (!len)
			return EXIT_OK;
		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (len < 0) {
			complain("%s: %s", from_name, strerror(errno));
			return EXIT_FAILED;
		}
		ret = put(to, to_name, buf, len);
		if (ret)
			return ret;
	}
}

int sim_read(const char *name, const char *file)
{
	int to = STDOUT_FILENO, from, ret;

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
	catch_signals();
	ret = copy(from, name, to, file ? file : "standard output");
	if (to != STDOUT_FILENO && close(to) && ret == EXIT_OK) {
		complain("%s: %s", file, strerror(errno));
		ret = EXIT_FAILED;
	}
	close(from);
	return ret;
}

int sim_write(const char *name, const char *text)
{
	int to, ret;

	to = open_printer(name, O_WRONLY);
	if (to < 0)
		return -to;
	catch_signals();
	if (strcmp(text, "-"))
		ret = put(to, name, text, strlen(text));
	else
		ret = copy(STDIN_FILENO, "standard input", to, name);
	close(to);
	return ret;
}
