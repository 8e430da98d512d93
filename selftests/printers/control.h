/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands to whoever stands at the printer: from a script, a FIFO, or a socket that
 * answers each command with "ok" or "error: ...". One command a line; see README.md.
 */
#ifndef PRINTERS_CONTROL_H
#define PRINTERS_CONTROL_H

#include <poll.h>
#include <stdbool.h>

#include "printer.h"

#define CONTROL_CLIENTS	8
#define CONTROL_LINE	512

/* How many descriptors control_poll() fills in at most. */
#define CONTROL_POLLS	(CONTROL_CLIENTS + 1)

enum control_event {
	CONTROL_NOTHING, CONTROL_JOB_START, CONTROL_JOB_END, CONTROL_PAGE, CONTROL_BYTES,
	CONTROL_ERROR, CONTROL_IDLE, CONTROL_TIME,
};

/**
 * struct control_client - where commands come from
 * @fd: -1: nowhere
 * @answers: it wants answers
 * @file: it is the script or the FIFO, and stays when somebody leaves
 * @line: what of it came so far
 * @len: how much that is
 * @skipping: the rest of a line that is too long is on its way
 * @event: what it waits for
 * @count: until there are so many, or it is that time
 */
struct control_client {
	int fd;
	bool answers;
	bool file;
	char line[CONTROL_LINE];
	size_t len;
	bool skipping;
	enum control_event event;
	uint64_t count;
};

/**
 * struct control - all of them
 * @listener: the socket, -1: none
 * @path: its path
 * @clients: those with a descriptor are connected
 */
struct control {
	int listener;
	const char *path;
	struct control_client clients[CONTROL_CLIENTS];
};

void control_init(struct control *control);
/* Each returns false with a message if it cannot. */
bool control_listen(struct control *control, const char *path);
bool control_script(struct control *control, const char *path);
void control_close(struct control *control);

/* Whether more commands may come. */
bool control_is_open(const struct control *control);
unsigned int control_poll(const struct control *control, struct pollfd *polls);
/* When a client has waited long enough, in ms of printer_now(); 0: not by time. */
uint64_t control_deadline(const struct control *control);
/* Carries out what came; whether there was anything. Never blocks. */
bool control_work(struct control *control, struct printer *printer);

#endif /* PRINTERS_CONTROL_H */
