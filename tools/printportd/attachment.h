/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attaching a language to a port, and keeping it there. */
#ifndef PRINTPORTD_ATTACHMENT_H
#define PRINTPORTD_ATTACHMENT_H

#include <systemd/sd-event.h>

#include "config.h"
#include "sysfs.h"

struct attachment;

/**
 * struct attachment_setup - what an attachment is made of
 * @event: the loop; it is ended with an exit code when there is nothing left to do
 * @name: printportN
 * @properties: printport-lmN, whose properties udev keeps; "": they do not count
 * @node: /dev/printport-lmN
 * @sysfs: the port's directory
 * @config: the configuration
 * @stop_ms: how long attachment_stop() waits for a spooler
 *
 * All are kept, not copied.
 */
struct attachment_setup {
	sd_event *event;
	const char *name;
	const char *properties;
	const char *node;
	struct sysfs *sysfs;
	const struct config *config;
	unsigned int stop_ms;
};

/* Ends by attachment_free(). NULL: no memory. */
struct attachment *attachment_new(const struct attachment_setup *setup);

/* Detaches at once, whoever holds the port. NULL is allowed. */
void attachment_free(struct attachment *attachment);

/*
 * Chooses a language and attaches it, or waits until the port is free for that. Whatever
 * comes of it is reached by the loop.
 */
void attachment_start(struct attachment *attachment);

/* Ends the loop as soon as no spooler is in the middle of something, or stop_ms is over. */
void attachment_stop(struct attachment *attachment);

/*
 * The configuration is now @config. Choices and options that it changes come into force
 * when no spooler holds the port.
 */
void attachment_reconfigure(struct attachment *attachment, const struct config *config);

/* Whether a spooler holds the port. */
bool attachment_is_open(const struct attachment *attachment);

/* The name of the language, or NULL while none is attached. */
const char *attachment_language(const struct attachment *attachment);

/* Asks the monitor. @answer is called once, now or later; -EAGAIN: none is attached. */
void attachment_ask(struct attachment *attachment, const char *key,
		    void (*answer)(void *arg, int error, const void *buf, size_t len),
		    void *arg);

#endif /* PRINTPORTD_ATTACHMENT_H */
