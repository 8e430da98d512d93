// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "control.h"
#include "unixsocket.h"

void control_init(struct control *control)
{
	size_t i;

	memset(control, 0, sizeof(*control));
	control->listener = -1;
	for (i = 0; i < CONTROL_CLIENTS; i++)
		control->clients[i].fd = -1;
}

static struct control_client *add_client(struct control *control, int fd)
{
	size_t i;

	for (i = 0; i < CONTROL_CLIENTS; i++) {
		struct control_client *client = &control->clients[i];

		if (client->fd >= 0)
			continue;
		memset(client, 0, sizeof(*client));
		client->fd = fd;
		return client;
	}
	return NULL;
}

static bool add_file(struct control *control, const char *path, int flags)
{
	int fd = open(path, flags | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0) {
		perror(path);
		return false;
	}
	add_client(control, fd)->file = true;
	return true;
}

bool control_listen(struct control *control, const char *path)
{
	struct stat what;

	/* Opened for writing too, a FIFO does not end when a writer leaves. */
	if (!stat(path, &what) && S_ISFIFO(what.st_mode))
		return add_file(control, path, O_RDWR);
	control->listener = unix_listen(path);
	control->path = path;
	return control->listener >= 0;
}

bool control_script(struct control *control, const char *path)
{
	return add_file(control, path, O_RDONLY);
}

static void drop_client(struct control_client *client)
{
	close(client->fd);
	client->fd = -1;
}

void control_close(struct control *control)
{
	size_t i;

	for (i = 0; i < CONTROL_CLIENTS; i++)
		if (control->clients[i].fd >= 0)
			drop_client(&control->clients[i]);
	if (control->listener >= 0) {
		close(control->listener);
		unlink(control->path);
	}
	control->listener = -1;
}

bool control_is_open(const struct control *control)
{
	size_t i;

	for (i = 0; i < CONTROL_CLIENTS; i++)
		if (control->clients[i].fd >= 0)
			return true;
	return control->listener >= 0;
}

unsigned int control_poll(const struct control *control, struct pollfd *polls)
{
	unsigned int count = 0;
	size_t i, used = 0;

	for (i = 0; i < CONTROL_CLIENTS; i++) {
		const struct control_client *client = &control->clients[i];

		if (client->fd < 0)
			continue;
		used++;
		if (client->event == CONTROL_NOTHING)
			polls[count++] = (struct pollfd) { .fd = client->fd,
							   .events = POLLIN };
	}
	if (control->listener >= 0 && used < CONTROL_CLIENTS)
		polls[count++] = (struct pollfd) { .fd = control->listener,
						   .events = POLLIN };
	return count;
}

uint64_t control_deadline(const struct control *control)
{
	uint64_t at = 0;
	size_t i;

	for (i = 0; i < CONTROL_CLIENTS; i++) {
		const struct control_client *client = &control->clients[i];

		if (client->fd >= 0 && client->event == CONTROL_TIME &&
		    (!at || client->count < at))
			at = client->count;
	}
	return at;
}

static void answer(struct control_client *client, const char *text)
{
	if (client->answers)
		send(client->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);
	else if (strncmp(text, "ok", 2))
		fputs(text, stderr);
}

/* One line, of which @line does not keep the newline. */
static void run_line(struct control_client *client, struct printer *printer, char *line)
{
	char text[256];

	command_run(printer, client, line, text, sizeof(text));
	/* What is waited for is answered when it has happened. */
	if (client->event == CONTROL_NOTHING)
		answer(client, text);
}

/* The lines that are there, until one waits for something. */
static void run_lines(struct control_client *client, struct printer *printer)
{
	char *end;

	while (client->event == CONTROL_NOTHING && !printer->over &&
	       (end = memchr(client->line, '\n', client->len))) {
		size_t used = end + 1 - client->line;
		char line[CONTROL_LINE];

		memcpy(line, client->line, used);
		line[used - 1] = '\0';
		client->len -= used;
		memmove(client->line, client->line + used, client->len);
		if (client->skipping)
			answer(client, "error: the line is too long\n");
		else
			run_line(client, printer, line);
		client->skipping = false;
	}
	if (client->len == sizeof(client->line) && client->event == CONTROL_NOTHING) {
		client->skipping = true;
		client->len = 0;
	}
}

/* Whether anything came. */
static bool read_client(struct control_client *client, struct printer *printer)
{
	size_t room = sizeof(client->line) - client->len;
	ssize_t got;

	if (!room)
		return false;
	got = read(client->fd, client->line + client->len, room);
	if (got > 0) {
		client->len += got;
		run_lines(client, printer);
		return true;
	}
	if (!got && client->len && client->len < sizeof(client->line) &&
		   client->line[client->len - 1] != '\n') {
		/* The last line of a script may lack its newline. */
		client->line[client->len++] = '\n';
		run_lines(client, printer);
		return true;
	}
	if (!got || (errno != EAGAIN && errno != EINTR))
		drop_client(client);
	return false;
}

/* Whether a command was carried out, or had waited long enough. */
static bool work_client(struct control_client *client, struct printer *printer)
{
	if (client->event != CONTROL_NOTHING) {
		if (!command_awaited(printer, client))
			return false;
		client->event = CONTROL_NOTHING;
		answer(client, "ok\n");
		run_lines(client, printer);
		return true;
	}
	return read_client(client, printer);
}

static void answer_door(struct control *control)
{
	int fd = accept4(control->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct control_client *client;

	if (fd < 0)
		return;
	client = add_client(control, fd);
	if (client)
		client->answers = true;
	else
		close(fd);
}

bool control_work(struct control *control, struct printer *printer)
{
	bool progress = false;
	size_t i;

	for (i = 0; i < CONTROL_CLIENTS && !printer->over; i++)
		if (control->clients[i].fd >= 0 && work_client(&control->clients[i], printer))
			progress = true;
	if (control->listener >= 0)
		answer_door(control);
	return progress;
}
