// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ESC/POS, the language of receipt printers: the operations of the language monitor, and
 * what is to happen when. See Documentation/escpos.md.
 */
#include "escpos.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "language.h"

/* How often it is tried to hold a transport that is busy. */
#define HOLD_RETRY_MS	500
/* The first time, when the spooler has just closed the port. */
#define HOLD_FIRST_MS	10
/* Printers that say nothing are not asked for ever whether they know GS ( H. */
#define PROBES_MAX	3

/* In the order of enum escpos_option. */
static const struct language_option escpos_options[] = {
	{ "init", "whether each job begins with ESC @", 0, 1, 1 },
	{ "process-id", "GS ( H confirms jobs: 0 never, 1 if the printer can, 2 always", 0, 2,
	  ESCPOS_PROCESS_ID_PROBE },
	{ "probe-ms", "how long a printer has to show that it knows GS ( H", 1, 5000, 1000 },
	{ "confirm-ms", "how long a printer that could print has to confirm a job",
	  100, 3600000, 10000 },
	{ "silence-ms", "after how much silence a printer is asked for its status",
	  1000, 3600000, 30000 },
	{ "poll-ms", "how often a printer without automatic status is asked for it",
	  100, 600000, 2000 },
	{ "partial-ms", "how long the rest of a message may take", 10, 60000, 500 },
	{ "query-ms", "how long a question to the printer may take", 100, 600000, 3000 },
	{ "linger-ms", "how long a port that was opened for a question stays open",
	  0, 600000, 2000 },
	{ "abort-clear", "whether the printer's buffer is cleared after an abort", 0, 1, 1 },
	{ "abort-ms", "how long the printer has to say that it is cleared", 10, 5000, 1000 },
	{ "abort-padding", "bytes of NUL after an abort that was not cleared", 0, 32768, 0 },
	{ "realtime-during-job", "whether DLE EOT may be sent in pauses of a job", 0, 1, 0 },
	{ "asb-to-spooler", "whether the spooler reads the automatic status too", 0, 1, 0 },
	{ "drawer-open-high", "whether the drawer is open when its signal is high", 0, 1, 0 },
	{ 0 }
};

_Static_assert(sizeof(escpos_options) / sizeof(escpos_options[0]) == ESCPOS_OPTIONS + 1,
	       "options and enum escpos_option differ");

/* --- how the printer is ------------------------------------------------------------- */

static uint64_t own_reasons(const struct escpos *escpos)
{
	return escpos->current ? escpos_reasons(escpos->conditions) : 0;
}

bool escpos_stopped(const struct escpos *escpos)
{
	return escpos_reasons_stop(own_reasons(escpos) | escpos->transport_reasons);
}

static void tell_reasons(struct escpos *escpos)
{
	uint64_t reasons = own_reasons(escpos);

	if (reasons == escpos->told)
		return;
	escpos->told = reasons;
	printport_monitor_reasons(escpos->monitor, reasons);
}

/* --- being connected ---------------------------------------------------------------- */

int escpos_hold(struct escpos *escpos)
{
	int err;

	if (escpos_connected(escpos))
		return 0;
	err = printport_monitor_open_transport(escpos->monitor);
	if (err)
		return err;
	escpos->held = true;
	escpos->heard_at = escpos_now(escpos);
	return 0;
}

static void let_go(struct escpos *escpos)
{
	escpos->held = false;
	printport_monitor_close_transport(escpos->monitor);
}

/* The spooler is gone, and the printer has still to confirm jobs, or to answer. */
static void hold_again(struct escpos *escpos)
{
	int err = escpos_hold(escpos);

	if (err && err != -EBUSY && err != -EAGAIN)
		escpos_confirm_give_up(escpos, true);
}

static bool wants_hold(const struct escpos *escpos)
{
	return !escpos_connected(escpos) && (escpos->n_jobs || escpos->n_questions);
}

static bool wants_linger(const struct escpos *escpos)
{
	return escpos->held && !escpos->open &&
	       !escpos->n_jobs && !escpos->n_questions;
}

/* What was heard of a printer is not known to hold when nobody listens any more. */
static void check_connection(struct escpos *escpos)
{
	if (escpos_connected(escpos) || escpos->n_jobs)
		return;
	escpos->current = false;
	escpos->asked = 0;
	escpos->realtime = 0;
	escpos->asb_due = 0;
	escpos_parser_reset(&escpos->parser);
	deadline_clear(&escpos->deadlines, ESCPOS_AT_PARTIAL);
}

/* --- asking for the status ---------------------------------------------------------- */

/* Between jobs, when every command that was sent is complete. */
static bool between_jobs(const struct escpos *escpos)
{
	return !escpos->doc && !escpos->clearing && escpos_connected(escpos);
}

/*
 * DLE EOT is carried out when it arrives, wherever that is. In the middle of a command's
 * data it would be printed, or tear the data apart; nobody but the spooler knows where
 * its commands end. So it is sent between jobs, and in a job only if the administrator
 * says that the spooler pauses between commands and not within.
 */
static bool wants_poll(const struct escpos *escpos)
{
	if (escpos->asb_seen || escpos->polls >= ESCPOS_UNANSWERED_MAX)
		return false;
	if (escpos->doc)
		return escpos->begun && !escpos->ending &&
		       escpos->option[ESCPOS_REALTIME_DURING_JOB];
	return between_jobs(escpos) && (escpos_confirm_all_delivered(escpos) ||
					escpos_reasons_stop(own_reasons(escpos)));
}

static void poll_status(struct escpos *escpos)
{
	if (escpos->realtime)
		escpos->polls++;
	if (wants_poll(escpos))
		escpos_send_realtime(escpos, escpos->doc);
}

/* A printer that says nothing may have been off and forgotten GS a. */
static void break_silence(struct escpos *escpos)
{
	escpos->heard_at = escpos_now(escpos);
	if (!between_jobs(escpos))
		return;
	if (escpos->heartbeats++ >= ESCPOS_UNANSWERED_MAX) {
		escpos->current = false;
		return;
	}
	escpos_send_asb(escpos, NULL);
	/* A printer that is stopped does not get to GS a; it answers DLE EOT. */
	if (escpos_reasons_stop(own_reasons(escpos)))
		escpos_send_realtime(escpos, NULL);
}

static bool wants_silence_broken(const struct escpos *escpos)
{
	return escpos_connected(escpos) && escpos->heartbeats <= ESCPOS_UNANSWERED_MAX;
}

/* --- what is to happen when --------------------------------------------------------- */

static void keep_deadline(struct escpos *escpos, bool wanted, enum escpos_deadline which,
			  unsigned int ms)
{
	if (!wanted)
		deadline_clear(&escpos->deadlines, which);
	else if (!deadline_is_set(&escpos->deadlines, which))
		deadline_set(&escpos->deadlines, escpos->monitor, which, ms);
}

/* After every operation: what follows from how things are now. */
static void settle(struct escpos *escpos)
{
	struct deadlines *deadlines = &escpos->deadlines;

	escpos_query_next(escpos);
	if (escpos->settings_due && between_jobs(escpos))
		escpos_send_asb(escpos, NULL);
	check_connection(escpos);
	tell_reasons(escpos);
	keep_deadline(escpos, wants_hold(escpos), ESCPOS_AT_HOLD, HOLD_RETRY_MS);
	keep_deadline(escpos, wants_linger(escpos), ESCPOS_AT_LINGER,
		      escpos->option[ESCPOS_LINGER_MS]);
	keep_deadline(escpos, wants_poll(escpos), ESCPOS_AT_POLL,
		      escpos->option[ESCPOS_POLL_MS]);
	deadlines->at[ESCPOS_AT_SILENCE] = wants_silence_broken(escpos) ?
		escpos->heard_at + escpos->option[ESCPOS_SILENCE_MS] : 0;
	deadlines->at[ESCPOS_AT_CONFIRM] = escpos_confirm_until(escpos);
	deadlines->at[ESCPOS_AT_QUERY] = escpos_query_until(escpos);
	deadlines_arm(deadlines, escpos->monitor);
}

/* --- jobs --------------------------------------------------------------------------- */

/*
 * The start of a job, or, after an abort, the time when the printer is ready for it.
 * Bytes that were shown in the meantime were saved, or wait in the library.
 */
static void begin(struct escpos *escpos)
{
	struct printport_doc *doc = escpos->doc;
	uint64_t undecided = doc->accepted - escpos->saved_len;

	escpos->begun = true;
	escpos_send_settings(escpos, doc);
	if (escpos->saved_len &&
	    printport_monitor_send(escpos->monitor, doc, escpos->saved, escpos->saved_len))
		printport_monitor_log(escpos->monitor, LOG_ERR,
				      "job %u: %zu bytes lost, no memory", doc->id,
				      escpos->saved_len);
	free(escpos->saved);
	escpos->saved = NULL;
	escpos->saved_len = 0;
	/* To poll in a pause one has to see the pauses. */
	if (!escpos->option[ESCPOS_REALTIME_DURING_JOB])
		printport_monitor_pass(escpos->monitor, doc);
	else if (undecided)
		printport_monitor_forward(escpos->monitor, doc, undecided);
}

static void finish(struct escpos *escpos)
{
	struct printport_doc *doc = escpos->doc;
	bool later = escpos->ending;

	escpos_send_trailer(escpos, doc);
	escpos->doc = NULL;
	escpos->ending = false;
	if (later)
		printport_monitor_done(escpos->monitor, doc);
}

static bool may_finish(const struct escpos *escpos)
{
	return escpos->begun && escpos->process_id != ESCPOS_ASKED;
}

void escpos_probe_over(struct escpos *escpos, enum escpos_support support)
{
	escpos->process_id = support;
	deadline_clear(&escpos->deadlines, ESCPOS_AT_PROBE);
	if (escpos->ending && may_finish(escpos))
		finish(escpos);
}

/* A printer that has answered what came before GS ( H, and could go on, does not know it. */
static void probe_expired(struct escpos *escpos)
{
	bool alive = escpos->current && !escpos->asb_due && !escpos_stopped(escpos);
	bool enough = ++escpos->probes >= PROBES_MAX && !escpos_stopped(escpos);

	escpos_probe_over(escpos, alive || enough ? ESCPOS_UNSUPPORTED :
						    ESCPOS_UNKNOWN_SUPPORT);
}

/* --- after an abort ----------------------------------------------------------------- */

/*
 * The printer may be in the middle of a command. DLE DC4 makes it forget all that it has,
 * and while it does that nothing else may be sent. It would forget earlier jobs too, so
 * while one of those is not confirmed it is left at what can be done in order.
 */
static void recover(struct escpos *escpos)
{
	if (!escpos->option[ESCPOS_ABORT_CLEAR] || escpos->n_jobs) {
		escpos_send_reset(escpos, NULL, escpos->option[ESCPOS_ABORT_PADDING]);
		return;
	}
	escpos_send_clear(escpos);
	escpos->clearing = true;
	deadline_set(&escpos->deadlines, escpos->monitor, ESCPOS_AT_CLEAR,
		     escpos->option[ESCPOS_ABORT_MS]);
}

void escpos_clear_over(struct escpos *escpos, bool answered)
{
	escpos->clearing = false;
	deadline_clear(&escpos->deadlines, ESCPOS_AT_CLEAR);
	if (escpos_connected(escpos))
		escpos_send_reset(escpos, escpos->doc,
				  answered ? 0 : escpos->option[ESCPOS_ABORT_PADDING]);
	if (escpos->doc && !escpos->begun)
		begin(escpos);
	if (escpos->ending && may_finish(escpos))
		finish(escpos);
	if (escpos->closing) {
		escpos->closing = false;
		escpos->open = false;
		printport_monitor_close_done(escpos->monitor);
	}
}

/* Takes over bytes that the library would send or give up otherwise. */
static bool save(struct escpos *escpos, struct printport_doc *doc, const void *buf, size_t len)
{
	void *saved;

	if (!len)
		return true;
	if (len > ESCPOS_SAVED_MAX - escpos->saved_len)
		return false;
	saved = realloc(escpos->saved, escpos->saved_len + len);
	if (!saved)
		return false;
	memcpy((char *)saved + escpos->saved_len, buf, len);
	escpos->saved = saved;
	escpos->saved_len += len;
	printport_monitor_consume(escpos->monitor, doc, len);
	return true;
}

/* --- the operations ----------------------------------------------------------------- */

static struct escpos *self(struct printport_monitor *monitor)
{
	struct escpos *escpos = printport_monitor_data(monitor);

	if (!escpos->monitor) {
		escpos->monitor = monitor;
		/* Not the IDs that a spooler with its own GS ( H would begin with. */
		escpos->sequence = printport_monitor_now(monitor) % 10000;
	}
	return escpos;
}

static int escpos_open_port(struct printport_monitor *monitor, uid_t uid)
{
	struct escpos *escpos = self(monitor);

	(void)uid;
	escpos->open = true;
	escpos->closing = false;
	escpos->heartbeats = 0;
	escpos->polls = 0;
	escpos->heard_at = escpos_now(escpos);
	if (!escpos->clearing)
		escpos_send_settings(escpos, NULL);
	settle(escpos);
	return 0;
}

static void escpos_start_doc(struct printport_monitor *monitor, struct printport_doc *doc)
{
	struct escpos *escpos = self(monitor);

	escpos->doc = doc;
	escpos->begun = false;
	escpos->heartbeats = 0;
	escpos->polls = 0;
	/* From now on answers to DLE EOT are the spooler's. */
	escpos->realtime = 0;
	if (!escpos->clearing)
		begin(escpos);
	settle(escpos);
}

static void escpos_write(struct printport_monitor *monitor, struct printport_doc *doc,
			 const void *buf, size_t len, bool flush)
{
	struct escpos *escpos = self(monitor);

	if (escpos->begun) {
		/* Jobs pass, unless their pauses matter. */
		printport_monitor_forward(monitor, doc, len);
		deadline_clear(&escpos->deadlines, ESCPOS_AT_POLL);
	} else if (flush && !save(escpos, doc, buf, len)) {
		escpos_clear_over(escpos, false);
	}
	settle(escpos);
}

static int escpos_end_doc(struct printport_monitor *monitor, struct printport_doc *doc)
{
	struct escpos *escpos = self(monitor);

	(void)doc;
	if (may_finish(escpos))
		finish(escpos);
	else
		escpos->ending = true;
	settle(escpos);
	return escpos->ending ? PRINTPORT_MONITOR_LATER : 0;
}

static int escpos_abort_doc(struct printport_monitor *monitor, struct printport_doc *doc,
			    int error)
{
	struct escpos *escpos = self(monitor);

	(void)doc;
	(void)error;
	escpos->doc = NULL;
	escpos->ending = false;
	free(escpos->saved);
	escpos->saved = NULL;
	escpos->saved_len = 0;
	if (escpos->begun)
		recover(escpos);
	settle(escpos);
	return 0;
}

static void escpos_delivered(struct printport_monitor *monitor, uint32_t id, int error)
{
	struct escpos *escpos = self(monitor);

	escpos_confirm_delivered(escpos, id, error);
	settle(escpos);
}

static int escpos_close_port(struct printport_monitor *monitor)
{
	struct escpos *escpos = self(monitor);

	escpos->closing = escpos->clearing;
	escpos->open = escpos->closing;
	/* At best the transport stays open, and nothing that the printer says is lost. */
	if (wants_hold(escpos) && escpos_hold(escpos))
		deadline_set(&escpos->deadlines, monitor, ESCPOS_AT_HOLD, HOLD_FIRST_MS);
	settle(escpos);
	return escpos->closing ? PRINTPORT_MONITOR_LATER : 0;
}

static void escpos_read(struct printport_monitor *monitor, const void *buf, size_t len)
{
	struct escpos *escpos = self(monitor);

	escpos->heard_at = escpos_now(escpos);
	escpos->heartbeats = 0;
	escpos->polls = 0;
	escpos_parser_feed(&escpos->parser, buf, len, escpos_heard, escpos);
	deadline_clear(&escpos->deadlines, ESCPOS_AT_PARTIAL);
	keep_deadline(escpos, escpos_parser_partial(&escpos->parser), ESCPOS_AT_PARTIAL,
		      escpos->option[ESCPOS_PARTIAL_MS]);
	settle(escpos);
}

static void escpos_transport_status(struct printport_monitor *monitor, uint64_t reasons)
{
	struct escpos *escpos = self(monitor);

	if (reasons != escpos->transport_reasons)
		escpos->progress_at = escpos_now(escpos);
	escpos->transport_reasons = reasons;
	settle(escpos);
}

static int escpos_get_printer_data(struct printport_monitor *monitor, uint32_t query,
				   const char *key)
{
	struct escpos *escpos = self(monitor);
	int ret = escpos_query(escpos, query, key);

	settle(escpos);
	return ret;
}

static void expired(struct escpos *escpos, enum escpos_deadline which)
{
	switch (which) {
	case ESCPOS_AT_PARTIAL:
		escpos_parser_reset(&escpos->parser);
		break;
	case ESCPOS_AT_PROBE:
		probe_expired(escpos);
		break;
	case ESCPOS_AT_CLEAR:
		escpos_clear_over(escpos, false);
		break;
	case ESCPOS_AT_CONFIRM:
		escpos_confirm_give_up(escpos, false);
		break;
	case ESCPOS_AT_POLL:
		poll_status(escpos);
		break;
	case ESCPOS_AT_SILENCE:
		break_silence(escpos);
		break;
	case ESCPOS_AT_QUERY:
		escpos_query_expire(escpos);
		break;
	case ESCPOS_AT_HOLD:
		hold_again(escpos);
		break;
	case ESCPOS_AT_LINGER:
		let_go(escpos);
		break;
	case ESCPOS_DEADLINES:
		break;
	}
}

static void escpos_timer(struct printport_monitor *monitor)
{
	struct escpos *escpos = self(monitor);
	int which;

	while ((which = deadlines_take(&escpos->deadlines, monitor)) >= 0)
		expired(escpos, (enum escpos_deadline)which);
	settle(escpos);
}

static const struct printport_monitor_ops escpos_ops = {
	.size = sizeof(escpos_ops),
	.name = "escpos",
	.flags = PRINTPORT_MONITOR_CONFIRMS,
	.open_port = escpos_open_port,
	.start_doc = escpos_start_doc,
	.write = escpos_write,
	.read = escpos_read,
	.end_doc = escpos_end_doc,
	.abort_doc = escpos_abort_doc,
	.delivered = escpos_delivered,
	.close_port = escpos_close_port,
	.get_printer_data = escpos_get_printer_data,
	.status = escpos_transport_status,
	.timer = escpos_timer,
};

/* --- the language ------------------------------------------------------------------- */

/*
 * Whether a command set is ESC/POS: its letters and digits are compared, so that the ways
 * in which it is written (ESC/POS, ESCPOS, ESC-POS, EPSON ESC/POS) are one. ESC/P and
 * ESC/P2, other languages of the same maker, stay different.
 */
static bool is_escpos(const char *token, size_t len)
{
	char text[sizeof("EPSONESCPOS")];
	size_t i, used = 0;

	for (i = 0; i < len; i++) {
		if (!isalnum((unsigned char)token[i]))
			continue;
		if (used == sizeof(text) - 1)
			return false;
		text[used++] = (char)toupper((unsigned char)token[i]);
	}
	text[used] = 0;
	return !strcmp(text, "ESCPOS") || !strcmp(text, "EPSONESCPOS");
}

static bool escpos_speaks(const char *command_set, const char *manufacturer, const char *model)
{
	size_t len;

	(void)manufacturer;
	(void)model;
	for (;; command_set += len + 1) {
		len = strcspn(command_set, ",;");
		if (is_escpos(command_set, len))
			return true;
		if (!command_set[len])
			return false;
	}
}

static void *escpos_create(const unsigned int *values)
{
	static const enum escpos_support support[] = {
		[ESCPOS_PROCESS_ID_NEVER] = ESCPOS_UNSUPPORTED,
		[ESCPOS_PROCESS_ID_PROBE] = ESCPOS_UNKNOWN_SUPPORT,
		[ESCPOS_PROCESS_ID_ALWAYS] = ESCPOS_SUPPORTED,
	};
	struct escpos *escpos = calloc(1, sizeof(*escpos));

	if (!escpos)
		return NULL;
	memcpy(escpos->option, values, sizeof(escpos->option));
	escpos->process_id = support[values[ESCPOS_PROCESS_ID]];
	return escpos;
}

static void escpos_attached(void *language, struct printport_monitor *monitor)
{
	(void)language;
	self(monitor);
}

static void escpos_destroy(void *language)
{
	struct escpos *escpos = language;

	free(escpos->saved);
	free(escpos);
}

/* There is no probe: what a printer of another language would make of it is print it. */
const struct language language_escpos = {
	.name = "escpos",
	.ops = &escpos_ops,
	.options = escpos_options,
	.speaks = escpos_speaks,
	.create = escpos_create,
	.attached = escpos_attached,
	.destroy = escpos_destroy,
};
