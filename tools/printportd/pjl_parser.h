/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a PJL printer says: messages that begin with "@PJL" and end with a form feed.
 * The bytes may come in any pieces and with anything between the messages; nothing of
 * them is trusted.
 */
#ifndef PRINTPORTD_PJL_PARSER_H
#define PRINTPORTD_PJL_PARSER_H

#include <stdbool.h>
#include <stddef.h>

#include "pjl_codes.h"

/* The longest message that is kept, and the longest line of one. */
#define PJL_MESSAGE_MAX		8192
#define PJL_LINE_MAX		1024
#define PJL_CODES_MAX		4
#define PJL_TEXT_MAX		128

/**
 * enum pjl_message_type - what a message is about
 * @PJL_ECHO: the answer to ECHO; @body: its words
 * @PJL_INFO: the answer to INFO; @category, @body. Of INFO STATUS also what
 *	PJL_USTATUS_DEVICE has
 * @PJL_USTATUS_DEVICE: the printer's condition, as it changes or at intervals (TIMED):
 *	@codes, @display, @online
 * @PJL_USTATUS_JOB: @event, @name, @has_name, @pages, @cancelled
 * @PJL_USTATUS_PAGE: @pages: the page that came out
 * @PJL_OTHER: anything else
 */
enum pjl_message_type {
	PJL_ECHO,
	PJL_INFO,
	PJL_USTATUS_DEVICE,
	PJL_USTATUS_JOB,
	PJL_USTATUS_PAGE,
	PJL_OTHER,
};

/**
 * enum pjl_job_event - what became of a job
 * @PJL_JOB_START: the printer begins it
 * @PJL_JOB_END: its last page is in the output bin, or it was cancelled
 * @PJL_JOB_CANCELED: somebody cancelled it; END follows
 */
enum pjl_job_event {
	PJL_JOB_START,
	PJL_JOB_END,
	PJL_JOB_CANCELED,
};

/**
 * struct pjl_message - a message; what its type does not have is zero
 * @type: enum pjl_message_type
 * @category: of INFO, in capitals, such as "ID"
 * @body: the lines behind the first one, or the words of ECHO, NUL-terminated
 * @body_len: its bytes
 * @codes: CODE=, CODE2=, ...
 * @code_count: how many
 * @display: DISPLAY=
 * @online: ONLINE=
 * @event: enum pjl_job_event
 * @has_name: NAME= is there
 * @name: NAME=
 * @pages: PAGES=, or the number of the page; 0 if it is not there
 * @cancelled: RESULT= says that the job was not finished
 * @truncated: of INFO: it is too long, or has a line that is; @body is not there
 *
 * Texts are as the printer sent them without control characters, cut off where they are
 * too long. Valid during the call only.
 */
struct pjl_message {
	enum pjl_message_type type;
	char category[32];
	const char *body;
	size_t body_len;
	unsigned int codes[PJL_CODES_MAX];
	size_t code_count;
	char display[PJL_TEXT_MAX];
	enum pjl_online online;
	enum pjl_job_event event;
	bool has_name;
	char name[PJL_TEXT_MAX];
	unsigned int pages;
	bool cancelled;
	bool truncated;
};

/**
 * struct pjl_parser - between two pieces; all zero is a valid start
 * @text: the message so far, from "@PJL" on
 * @len: its bytes
 * @line: where its last line begins
 * @matched: bytes of "@PJL" that were seen, outside of a message or at the start of a
 *	line
 * @line_start: the last byte inside ended a line
 * @inside: in a message
 * @dropping: the message is too long or has a line that is; the rest is not kept
 */
struct pjl_parser {
	char text[PJL_MESSAGE_MAX + 1];
	size_t len;
	size_t line;
	unsigned int matched;
	bool line_start;
	bool inside;
	bool dropping;
};

/* Takes @len bytes and calls @message with each message that they complete. */
void pjl_parser_feed(struct pjl_parser *parser, const void *buf, size_t len,
		     void (*message)(void *arg, const struct pjl_message *message),
		     void *arg);

/* Forgets a message of which the rest does not come. */
void pjl_parser_reset(struct pjl_parser *parser);

/* Whether the printer is in the middle of a message. */
bool pjl_parser_is_inside(const struct pjl_parser *parser);

#endif /* PRINTPORTD_PJL_PARSER_H */
