/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fake of the functions of printport-monitor.h, for tests of languages: no kernel, no
 * printer, and a clock that moves only when it is told to. It does with a language what
 * the library does, keeps what the printer would get and what the language has said, and
 * complains about what the library or the kernel would refuse.
 *
 *	monitor = fake_new(language_pjl.ops, state);
 *	fake_open(monitor, 1000);
 *	id = fake_start(monitor, "letter", "anna");
 *	fake_data(monitor, "hello", 5);
 *	fake_end(monitor);
 *	fake_delivered(monitor, id, 0);
 *	fake_says(monitor, "...", 3);
 *	fake_advance(monitor, 60000);
 *	assert(fake_printed(monitor, id, &error, &pages));
 *	assert(!fake_complaint(monitor));
 *	fake_free(monitor);
 */
#ifndef SELFTESTS_FAKE_MONITOR_H
#define SELFTESTS_FAKE_MONITOR_H

#include <printport-monitor.h>

/**
 * enum fake_event_type - what the language did
 * @FAKE_SEND: @value bytes for job @id, 0 for no job; noted when they go to the printer
 * @FAKE_FORWARD: @value bytes of job @id; ~0 for all the rest
 * @FAKE_CONSUME: @value bytes of job @id
 * @FAKE_DONE: of job @id
 * @FAKE_CLOSE_DONE:
 * @FAKE_PRINTED: of job @id: @error, @value pages
 * @FAKE_PROGRESS: of job @id: @value pages
 * @FAKE_REASONS: @value
 * @FAKE_BACK: @value bytes to the spooler
 * @FAKE_ANSWER: to query @id: @error, @value bytes
 * @FAKE_OPEN_TRANSPORT: @error
 * @FAKE_CLOSE_TRANSPORT:
 */
enum fake_event_type {
	FAKE_SEND,
	FAKE_FORWARD,
	FAKE_CONSUME,
	FAKE_DONE,
	FAKE_CLOSE_DONE,
	FAKE_PRINTED,
	FAKE_PROGRESS,
	FAKE_REASONS,
	FAKE_BACK,
	FAKE_ANSWER,
	FAKE_OPEN_TRANSPORT,
	FAKE_CLOSE_TRANSPORT,
};

struct fake_event {
	enum fake_event_type type;
	uint32_t id;
	int error;
	uint64_t value;
};

/* --- life ------------------------------------------------------------------------ */

struct printport_monitor *fake_new(const struct printport_monitor_ops *ops, void *data);
void fake_free(struct printport_monitor *monitor);

/*
 * What the library, the kernel or the printer would not have allowed (a job said to be
 * printed twice, more bytes consumed than shown, bytes sent while the transport is
 * closed, ...): the first one, or NULL.
 */
const char *fake_complaint(const struct printport_monitor *monitor);

/* --- the spooler ----------------------------------------------------------------- */

/* Opens the port; returns what open_port() returned. */
int fake_open(struct printport_monitor *monitor, uid_t uid);
/* Starts a job and returns its id; 0 if one is under way or the port is not open. */
uint32_t fake_start(struct printport_monitor *monitor, const char *name, const char *user);
/* The same; the job is an implicit one. */
uint32_t fake_start_implicit(struct printport_monitor *monitor);
/* Writes to the job that is under way; write() is called once. */
void fake_data(struct printport_monitor *monitor, const void *buf, size_t len);
/* Writes in pieces of @step bytes. */
void fake_data_in_steps(struct printport_monitor *monitor, const void *buf, size_t len,
			size_t step);
/* The spooler waits for what it has written: write() with flush. */
void fake_sync(struct printport_monitor *monitor);
/* Ends the job. It is done when this returns, unless end_doc() said LATER. */
void fake_end(struct printport_monitor *monitor);
/* The job that is under way dies (@error: negative errno); abort_doc() is called. */
void fake_abort(struct printport_monitor *monitor, int error);
/* Closes the port; a job that is under way is aborted first. */
void fake_close(struct printport_monitor *monitor);
/* Bytes that the spooler has read. */
const void *fake_back(const struct printport_monitor *monitor, size_t *len);
/* How many bytes printport_monitor_back() takes from now on; no bound by default. */
void fake_set_back_room(struct printport_monitor *monitor, size_t room);

/* --- the printer ----------------------------------------------------------------- */

/* What the printer would have got since fake_new() or fake_wire_clear(). */
const void *fake_wire(const struct printport_monitor *monitor, size_t *len);
void fake_wire_clear(struct printport_monitor *monitor);
/* The printer took the last byte of job @id, which is done (or never will). */
void fake_delivered(struct printport_monitor *monitor, uint32_t id, int error);
/* The printer speaks, in one piece, or in pieces of @step bytes. */
void fake_says(struct printport_monitor *monitor, const void *buf, size_t len);
void fake_says_in_steps(struct printport_monitor *monitor, const void *buf, size_t len,
			size_t step);
/* The transport's own reasons. */
void fake_status(struct printport_monitor *monitor, uint64_t reasons);

/* --- queries --------------------------------------------------------------------- */

/* Asks and returns the query; fake_answer() has the answer. */
uint32_t fake_query(struct printport_monitor *monitor, const char *key);
/* Whether the query is answered: with @error, or @len bytes at @buf (NUL behind them). */
bool fake_answer(const struct printport_monitor *monitor, uint32_t query, int *error,
		 const char **buf, size_t *len);

/* --- time ------------------------------------------------------------------------ */

/* Moves the clock; timers that expire on the way are called at their time. */
void fake_advance(struct printport_monitor *monitor, uint64_t ms);
/* Milliseconds until the timer expires, 0 if none is set. */
uint64_t fake_timer(const struct printport_monitor *monitor);

/* --- what the language has said --------------------------------------------------- */

size_t fake_event_count(const struct printport_monitor *monitor);
const struct fake_event *fake_event(const struct printport_monitor *monitor, size_t index);
/* How many events of a type there are. */
size_t fake_count(const struct printport_monitor *monitor, enum fake_event_type type);
void fake_events_clear(struct printport_monitor *monitor);
/* Whether printport_monitor_printed() was called for job @id, and with what. */
bool fake_printed(const struct printport_monitor *monitor, uint32_t id, int *error,
		  unsigned int *pages);
/* The pages of the last printport_monitor_progress() for job @id, 0 if there was none. */
unsigned int fake_progress(const struct printport_monitor *monitor, uint32_t id);
/* The last printport_monitor_reasons(), 0 if there was none. */
uint64_t fake_reasons(const struct printport_monitor *monitor);
/* Whether the language holds the transport open by itself. */
bool fake_transport_open(const struct printport_monitor *monitor);

/* --- trouble --------------------------------------------------------------------- */

/* printport_monitor_open_transport() fails with this negative errno; 0: no more. */
void fake_set_transport_error(struct printport_monitor *monitor, int error);
/* printport_monitor_send() fails with -ENOMEM after @sends more; negative: never. */
void fake_set_send_failure(struct printport_monitor *monitor, int sends);

#endif /* SELFTESTS_FAKE_MONITOR_H */
