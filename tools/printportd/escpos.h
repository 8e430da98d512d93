/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the ESC/POS language share:
 *
 *	escpos.c		the operations, and what is to happen when
 *	escpos_commands.c	what is sent to the printer
 *	escpos_answers.c	what is done about what the printer says
 *	escpos_confirm.c	jobs that the printer has not confirmed yet
 *	escpos_query.c		questions to the printer
 *
 * escpos_parser.h and escpos_status.h stand by themselves.
 */
#ifndef PRINTPORTD_ESCPOS_H
#define PRINTPORTD_ESCPOS_H

#include <printport-monitor.h>

#include "deadlines.h"
#include "escpos_parser.h"
#include "escpos_status.h"

/* The settings, in the order of the language's table of options. */
enum escpos_option {
	ESCPOS_INIT,
	ESCPOS_PROCESS_ID,
	ESCPOS_PROBE_MS,
	ESCPOS_CONFIRM_MS,
	ESCPOS_SILENCE_MS,
	ESCPOS_POLL_MS,
	ESCPOS_PARTIAL_MS,
	ESCPOS_QUERY_MS,
	ESCPOS_LINGER_MS,
	ESCPOS_ABORT_CLEAR,
	ESCPOS_ABORT_MS,
	ESCPOS_ABORT_PADDING,
	ESCPOS_REALTIME_DURING_JOB,
	ESCPOS_ASB_TO_SPOOLER,
	ESCPOS_DRAWER_OPEN_HIGH,
	ESCPOS_OPTIONS
};

/* Values of ESCPOS_PROCESS_ID. */
#define ESCPOS_PROCESS_ID_NEVER		0
#define ESCPOS_PROCESS_ID_PROBE		1
#define ESCPOS_PROCESS_ID_ALWAYS	2

enum escpos_deadline {
	ESCPOS_AT_PARTIAL,	/* the rest of a message does not come */
	ESCPOS_AT_PROBE,	/* nor the answer to the first GS ( H */
	ESCPOS_AT_CLEAR,	/* nor that to DLE DC4 */
	ESCPOS_AT_CONFIRM,	/* the oldest job will not be confirmed */
	ESCPOS_AT_POLL,
	ESCPOS_AT_SILENCE,
	ESCPOS_AT_QUERY,	/* the first question has waited enough */
	ESCPOS_AT_HOLD,		/* try again to hold the transport */
	ESCPOS_AT_LINGER,	/* let go of it */
	ESCPOS_DEADLINES
};

_Static_assert(ESCPOS_DEADLINES <= DEADLINES_MAX, "too many deadlines");

#define ESCPOS_TOKEN_LEN	4
#define ESCPOS_JOBS_MAX		64
#define ESCPOS_QUESTIONS_MAX	8
#define ESCPOS_SAVED_MAX	65536
/* Status requests without an answer, after which the printer is left alone. */
#define ESCPOS_UNANSWERED_MAX	3

/**
 * enum escpos_confirmation - how the end of a job is recognised
 * @ESCPOS_BY_PROCESS_ID: by the response to GS ( H, fn 48
 * @ESCPOS_BY_STATUS: by the answer to GS r, which is executed in order
 * @ESCPOS_BY_NOTHING: not at all
 */
enum escpos_confirmation {
	ESCPOS_BY_PROCESS_ID,
	ESCPOS_BY_STATUS,
	ESCPOS_BY_NOTHING,
};

/**
 * struct escpos_job - a job that is sent and not confirmed
 * @id: the job's id
 * @by: how it will be
 * @delivered: the printer has taken its last byte
 * @delivered_at: when
 * @token: the process ID, if it is by that
 */
struct escpos_job {
	uint32_t id;
	enum escpos_confirmation by;
	bool delivered;
	uint64_t delivered_at;
	char token[ESCPOS_TOKEN_LEN];
};

/**
 * struct escpos_question - somebody waits for what the printer says about itself
 * @query: the library's
 * @n: of GS I n
 * @until: when it is too late
 */
struct escpos_question {
	uint32_t query;
	uint8_t n;
	uint64_t until;
};

/* Whether the printer knows GS ( H. */
enum escpos_support {
	ESCPOS_UNKNOWN_SUPPORT,
	ESCPOS_ASKED,
	ESCPOS_SUPPORTED,
	ESCPOS_UNSUPPORTED,
};

/**
 * struct escpos - the state of one port
 * @monitor: the library's side
 * @option: the settings
 * @deadlines: what is to happen when
 * @parser: what the printer is saying
 * @conditions: of the printer, as last heard; ESCPOS_* bits
 * @heard: the printer has spoken of its conditions at all
 * @current: it has since the transport was opened
 * @transport_reasons: what the transport knows
 * @told: the status reasons that were reported
 * @open: a spooler holds the port, from open_port() until close_port() is over
 * @doc: the job that is under way, or NULL
 * @begun: its prologue was sent
 * @ending: end_doc() said LATER
 * @closing: close_port() said LATER
 * @clearing: the response to DLE DC4 is due, and nothing may be sent before
 * @held: the transport is open for ourselves
 * @saved: bytes of the job that wait for @clearing to be over
 * @saved_len: how many
 * @process_id: whether GS ( H works
 * @probe_token: the process ID that was sent to find out, all NUL if none is due
 * @probes: how often the printer did not show whether it knows GS ( H
 * @sequence: the next process ID
 * @asb_seen: the printer has sent an automatic status
 * @asb_due: GS a was sent so many times without an answer
 * @settings_due: the printer may have forgotten GS a
 * @settings_at: when GS a was last sent
 * @heard_at: when the printer last said something, or was expected to
 * @progress_at: when the printer last showed that it gets on
 * @heartbeats: GS a sent into silence, without an answer
 * @polls: rounds of DLE EOT without an answer
 * @realtime: answers to DLE EOT n that are due: the next n, 0 for none
 * @jobs: not confirmed, oldest first
 * @n_jobs: how many
 * @questions: in the order of asking
 * @n_questions: how many
 * @asked: the n of the GS I that the printer has not answered, or 0
 */
struct escpos {
	struct printport_monitor *monitor;
	unsigned int option[ESCPOS_OPTIONS];
	struct deadlines deadlines;
	struct escpos_parser parser;

	uint32_t conditions;
	bool heard;
	bool current;
	uint64_t transport_reasons;
	uint64_t told;

	bool open;
	struct printport_doc *doc;
	bool begun;
	bool ending;
	bool closing;
	bool clearing;
	bool held;
	void *saved;
	size_t saved_len;

	enum escpos_support process_id;
	char probe_token[ESCPOS_TOKEN_LEN];
	unsigned int probes;
	unsigned int sequence;

	bool asb_seen;
	unsigned int asb_due;
	bool settings_due;
	uint64_t settings_at;
	uint64_t heard_at;
	uint64_t progress_at;
	unsigned int heartbeats;
	unsigned int polls;
	unsigned int realtime;

	struct escpos_job jobs[ESCPOS_JOBS_MAX];
	size_t n_jobs;
	struct escpos_question questions[ESCPOS_QUESTIONS_MAX];
	size_t n_questions;
	uint8_t asked;
};

static inline uint64_t escpos_now(const struct escpos *escpos)
{
	return printport_monitor_now(escpos->monitor);
}

/* Whether what is sent gets to the printer. */
static inline bool escpos_connected(const struct escpos *escpos)
{
	return escpos->held || escpos->open;
}

/* --- escpos.c ----------------------------------------------------------------------- */

/* Whether something is known to keep the printer from printing. */
bool escpos_stopped(const struct escpos *escpos);

/* Opens the transport for ourselves if nobody holds it. Returns 0 or -errno. */
int escpos_hold(struct escpos *escpos);

/* The printer has answered DLE DC4 (@answered), or did not in time. */
void escpos_clear_over(struct escpos *escpos, bool answered);

/* It is known whether the printer knows GS ( H: a job that waits for it ends. */
void escpos_probe_over(struct escpos *escpos, enum escpos_support support);

/* --- escpos_commands.c: all send as part of @doc, or between jobs (NULL) ------------ */

/* Begins a job, or (NULL) a time of being open: ESC @ as the options say, and GS a. */
void escpos_send_settings(struct escpos *escpos, struct printport_doc *doc);
/* GS a, for all that there is. */
void escpos_send_asb(struct escpos *escpos, struct printport_doc *doc);
/* DLE EOT 1 to 4. */
void escpos_send_realtime(struct escpos *escpos, struct printport_doc *doc);
/* GS I n. Returns 0 or -ENOMEM. */
int escpos_send_question(struct escpos *escpos, uint8_t n);
/* DLE DC4, fn 8: forget all that you have. */
void escpos_send_clear(struct escpos *escpos);
/* Brings a printer back to sense after a job that was cut off. @padding: bytes of NUL. */
void escpos_send_reset(struct escpos *escpos, struct printport_doc *doc,
		       unsigned int padding);
/* Ends a job with a request to confirm it, and remembers that. */
void escpos_send_trailer(struct escpos *escpos, struct printport_doc *doc);

/* --- escpos_answers.c --------------------------------------------------------------- */

/* An escpos_sink; @arg: struct escpos. */
void escpos_heard(void *arg, enum escpos_message_type type, const uint8_t *data, size_t len);

/* --- escpos_confirm.c --------------------------------------------------------------- */

/*
 * Remembers a job. If there are too many the oldest is given up: the printer does not
 * say. @token: NULL unless it is by process ID.
 */
void escpos_confirm_add(struct escpos *escpos, uint32_t id, enum escpos_confirmation by,
			const char *token);
/* The printer took the last byte of a job, or (@error: negative errno) never will. */
void escpos_confirm_delivered(struct escpos *escpos, uint32_t id, int error);
/*
 * The printer has processed all up to the job with this process ID, or up to the first
 * that waits for the answer to GS r. Returns whether there is one.
 */
bool escpos_confirm_process_id(struct escpos *escpos, const uint8_t *token);
bool escpos_confirm_status(struct escpos *escpos);
/* Gives up the jobs that are delivered, all (@all) or those that waited too long. */
void escpos_confirm_give_up(struct escpos *escpos, bool all);
/* When the oldest job has waited too long; 0: not at all for now. */
uint64_t escpos_confirm_until(const struct escpos *escpos);
/* Whether the printer has every byte of every job, and there is one. */
bool escpos_confirm_all_delivered(const struct escpos *escpos);

/* --- escpos_query.c ----------------------------------------------------------------- */

/* As get_printer_data(). */
int escpos_query(struct escpos *escpos, uint32_t query, const char *key);
/* Sends the next question if this is the time for it. */
void escpos_query_next(struct escpos *escpos);
/* The printer has said one byte, or a block. Returns whether it was asked for that. */
bool escpos_query_byte(struct escpos *escpos, uint8_t byte);
bool escpos_query_block(struct escpos *escpos, const uint8_t *data, size_t len);
/* Answers with an error those that waited too long. */
void escpos_query_expire(struct escpos *escpos);
/* When the first has waited too long; 0: there is none. */
uint64_t escpos_query_until(const struct escpos *escpos);

#endif /* PRINTPORTD_ESCPOS_H */
