// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "channel.h"
#include "log.h"
#include "store.h"
#include "unixsocket.h"

/*
 * A gadget that is not enumerated says so with ENODEV, and there is no event for the end of
 * that. One that is gone says the same, and its node is gone too.
 */
#define RETRY_MS	50
/* How long the last answers may take to be read. */
#define FLUSH_MS	5000

static bool set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && !fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

/* A terminal must neither translate nor echo. */
static void make_raw(int fd)
{
	struct termios termios;

	if (tcgetattr(fd, &termios))
		return;
	cfmakeraw(&termios);
	tcsetattr(fd, TCSANOW, &termios);
}

static bool due(uint64_t at)
{
	return !at || printer_now() >= at;
}

static void init(struct channel *channel)
{
	memset(channel, 0, sizeof(*channel));
	channel->listener = -1;
	channel->in = -1;
	channel->out = -1;
}

bool channel_open(struct channel *channel, const char *path)
{
	init(channel);
	if (!strcmp(path, "-")) {
		channel->in = STDIN_FILENO;
		channel->out = STDOUT_FILENO;
		return set_nonblocking(channel->in) && set_nonblocking(channel->out);
	}
	channel->in = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (channel->in < 0) {
		perror(path);
		return false;
	}
	channel->path = path;
	make_raw(channel->in);
	channel->out = channel->in;
	return true;
}

bool channel_listen(struct channel *channel, const char *path)
{
	init(channel);
	channel->listener = unix_listen(path);
	channel->path = path;
	return channel->listener >= 0;
}

static void hang_up(struct channel *channel)
{
	if (channel->in >= 0)
		close(channel->in);
	if (channel->out >= 0 && channel->out != channel->in)
		close(channel->out);
	channel->in = -1;
	channel->out = -1;
	channel->ended = false;
	channel->retry_at = 0;
	if (channel->listener < 0)
		channel->over = true;
}

void channel_close(struct channel *channel)
{
	hang_up(channel);
	if (channel->listener >= 0) {
		close(channel->listener);
		unlink(channel->path);
	}
	channel->listener = -1;
}

/* What to wait for on the way in: a spooler, bytes, or that it hangs up. */
static struct pollfd poll_in(const struct channel *channel, struct printer *printer)
{
	struct pollfd poller = { .fd = -1 };
	size_t room;

	printer_room(printer, &room);
	if (channel->in < 0) {
		poller.fd = channel->listener;
		poller.events = POLLIN;
	} else if (channel->ended) {
		poller.fd = channel->out;
	} else if (room) {
		poller.fd = channel->in;
		poller.events = POLLIN;
	}
	return poller;
}

unsigned int channel_poll(struct channel *channel, struct printer *printer,
			  struct pollfd *polls)
{
	unsigned int count = 0;

	if (!due(channel->retry_at))
		return 0;
	polls[count] = poll_in(channel, printer);
	if (polls[count].fd >= 0)
		count++;
	if (printer->back_len && channel->out >= 0 && due(channel->write_at))
		polls[count++] = (struct pollfd) { .fd = channel->out, .events = POLLOUT };
	return count;
}

uint64_t channel_deadline(const struct channel *channel, const struct printer *printer)
{
	if (!due(channel->retry_at))
		return channel->retry_at;
	if (printer->back_len && channel->out >= 0 && !due(channel->write_at))
		return channel->write_at;
	if (channel->ended && printer_is_idle(printer))
		return channel->give_up_at;
	return 0;
}

static void ended(struct channel *channel)
{
	log_event(channel->listener >= 0 ? "disconnected" : "unplugged");
	channel->ended = true;
	channel->give_up_at = 0;
}

/* Whether the other end has gone, and not only finished writing. */
static bool hung_up(const struct channel *channel)
{
	struct pollfd poller = { .fd = channel->out };

	return channel->out < 0 ||
	       (poll(&poller, 1, 0) > 0 && poller.revents & (POLLHUP | POLLERR | POLLNVAL));
}

/* Nothing more comes: lets the last answers go, for a bounded time. */
static void finish(struct channel *channel, struct printer *printer)
{
	if (printer_is_idle(printer) && !channel->give_up_at)
		channel->give_up_at = printer_now() + FLUSH_MS;
	if (hung_up(channel) ||
	    (printer_is_idle(printer) &&
	     (!printer->back_len || printer_now() >= channel->give_up_at))) {
		printer_said(printer, printer->back_len);
		hang_up(channel);
	}
}

static void unreadable(struct channel *channel, int error)
{
	switch (error) {
	case EAGAIN:
	case EINTR:
		break;
	case ENODEV:
		if (channel->path && access(channel->path, F_OK))
			ended(channel);
		else
			channel->retry_at = printer_now() + RETRY_MS;
		break;
	case EIO:		/* the other end of a pty is closed */
	case ECONNRESET:
		ended(channel);
		break;
	default:
		fprintf(stderr, "read: %s\n", strerror(error));
		ended(channel);
	}
}

static bool take(struct channel *channel, struct printer *printer)
{
	size_t room;
	uint8_t *buf = printer_room(printer, &room);
	ssize_t got;

	if (!room)
		return false;
	got = read(channel->in, buf, room);
	if (got > 0) {
		store_raw(buf, got);
		printer_receive(printer, got);
	} else if (!got) {
		ended(channel);
	} else {
		unreadable(channel, errno);
	}
	return got > 0;
}

/* Nobody will ever hear what the printer says. */
static void deaf(struct channel *channel, struct printer *printer, int error)
{
	log_begin("deaf");
	log_text("reason", strerror(error));
	log_end();
	if (channel->out != channel->in)
		close(channel->out);
	channel->out = -1;
	printer_said(printer, printer->back_len);
}

static void say(struct channel *channel, struct printer *printer)
{
	size_t len = printer->back_len;
	ssize_t put;

	if (printer->chunk && len > printer->chunk)
		len = printer->chunk;
	put = write(channel->out, printer->back, len);
	if (put > 0) {
		printer_said(printer, put);
		/* So that the pieces arrive as pieces. */
		channel->write_at = printer->chunk ? printer_now() + 1 : 0;
	} else if (put < 0 && errno == ENODEV && !channel->ended) {
		channel->retry_at = printer_now() + RETRY_MS;
	} else if (put < 0 && errno != EAGAIN && errno != EINTR) {
		deaf(channel, printer, errno);
	}
}

static void answer_door(struct channel *channel)
{
	channel->in = accept4(channel->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (channel->in < 0)
		return;
	channel->out = channel->in;
	log_event("connected");
}

bool channel_work(struct channel *channel, struct printer *printer)
{
	bool received = false;

	if (channel->over || !due(channel->retry_at))
		return false;
	if (channel->in < 0) {
		answer_door(channel);
		return false;
	}
	channel->retry_at = 0;
	if (!channel->ended)
		received = take(channel, printer);
	if (channel->out < 0)
		printer_said(printer, printer->back_len);
	else if (printer->back_len && due(channel->write_at) && due(channel->retry_at))
		say(channel, printer);
	if (channel->ended)
		finish(channel, printer);
	return received;
}
