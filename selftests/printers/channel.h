/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cable: a node, a pty, a listening socket, or standard input and output. */
#ifndef PRINTERS_CHANNEL_H
#define PRINTERS_CHANNEL_H

#include <poll.h>
#include <stdbool.h>

#include "printer.h"

/**
 * struct channel - a cable
 * @listener: the socket that spoolers connect to, -1: none
 * @path: of it, or of the node
 * @in: what is printed comes from here, -1: nobody is connected
 * @out: what the printer says goes here; -1: nobody hears
 * @retry_at: a node that was not ready is tried again then, in ms; 0: it is ready
 * @write_at: the next piece may go then, in ms; 0: at once
 * @ended: nothing more comes from who is connected; answers may still go there
 * @give_up_at: when those answers are thrown away, in ms
 * @over: nothing more comes, ever
 */
struct channel {
	int listener;
	const char *path;
	int in;
	int out;
	uint64_t retry_at;
	uint64_t write_at;
	bool ended;
	uint64_t give_up_at;
	bool over;
};

/*
 * Opens @path: a node or a pty, or "-" for standard input and output. Returns false with
 * a message if it cannot.
 */
bool channel_open(struct channel *channel, const char *path);
/* Listens on a unix socket; one spooler at a time is connected. */
bool channel_listen(struct channel *channel, const char *path);
void channel_close(struct channel *channel);

/* How many descriptors channel_poll() fills in at most. */
#define CHANNEL_POLLS	2
/* What to wait for; returns the number of descriptors. */
unsigned int channel_poll(struct channel *channel, struct printer *printer,
			  struct pollfd *polls);
/* When there is something to do again, in ms of printer_now(); 0: not by time. */
uint64_t channel_deadline(const struct channel *channel, const struct printer *printer);
/* Moves bytes; whether any were received. Never blocks. */
bool channel_work(struct channel *channel, struct printer *printer);

#endif /* PRINTERS_CHANNEL_H */
