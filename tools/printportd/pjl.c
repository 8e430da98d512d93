// SPDX-License-Identifier: GPL-2.0-or-later
/* The PJL language: see Documentation/pjl.md. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>

#include "deadlines.h"
#include "language.h"
#include "pjl_codes.h"
#include "pjl_job.h"
#include "pjl_parser.h"
#include "pjl_query.h"

/* How long the rest of a message may take. */
#define MESSAGE_MS	2000
/* How often to try to open a transport that is busy, such as one that drains. */
#define RETRY_MS	250
/* How long END may come behind CANCELED. */
#define CANCEL_MS	3000
/* How long a last command may take before the transport is closed. */
#define RELEASE_MS	500
/* How often to speak to a printer that says nothing. */
#define SILENCES_MAX	3

#define LOW_SUPPLIES	(PRINTPORT_REASON_MEDIA_LOW | PRINTPORT_REASON_TONER_LOW | \
			 PRINTPORT_REASON_MARKER_SUPPLY_LOW)

enum option {
	SILENCE_MS,
	EOJ_MS,
	QUERY_MS,
	LINGER_MS,
	PROBE_MS,
	TIMED_S,
	ABORT_PADDING,
	BACK,
	OPTIONS,
};

enum deadline {
	AT_ONCE,	/* send what there is to send */
	MESSAGE,	/* the rest of a message does not come */
	RETRY,		/* open the transport */
	LINGER,		/* nothing more to do with the transport */
	RELEASE,	/* close it */
	QUERY,		/* a question is due */
	EOJ,		/* a job is due */
	SILENCE,	/* the printer says nothing */
	PROBE,		/* the probe is over */
};

/**
 * struct pjl - the language's state for one port
 * @monitor: from attached() on
 * @value: the options
 * @deadlines: by enum deadline
 * @parser: of what the printer says
 * @jobs: of which the end is waited for
 * @queries: that wait
 * @doc_id: the job that is under way, 0: none
 * @touched: something of it was sent
 * @held: the transport is open for our own use
 * @stale: the printer may not have the settings
 * @broken: the printer may be in the middle of a job that was cut off
 * @silences: how often the printer was spoken to and did not answer
 * @heard: when the printer said something last
 * @codes: what the printer shows
 * @code_count: how many codes; 0: it has said nothing
 * @online: what it says
 * @severity: of that
 * @display: its display
 * @reasons: as reported
 * @transport_reasons: the transport's own
 * @pages: of the job that was printed last, or is
 * @says_start: the printer says when it begins with a job
 * @probe: where the answer to a probe goes; NULL: no probe
 * @probe_arg: for it
 * @probe_sent: the printer was asked
 */
struct pjl {
	struct printport_monitor *monitor;
	unsigned int value[OPTIONS];
	struct deadlines deadlines;
	struct pjl_parser parser;
	struct pjl_jobs jobs;
	struct pjl_queries queries;
	uint32_t doc_id;
	bool touched;
	bool held;
	bool stale;
	bool broken;
	unsigned int silences;
	uint64_t heard;
	unsigned int codes[PJL_CODES_MAX];
	size_t code_count;
	enum pjl_online online;
	enum pjl_severity severity;
	char display[PJL_TEXT_MAX];
	uint64_t reasons;
	uint64_t transport_reasons;
	unsigned int pages;
	bool says_start;
	void (*probe)(void *arg, bool speaks);
	void *probe_arg;
	bool probe_sent;
};

static const char probe_word[] = "printport speaks PJL";

static uint64_t now(const struct pjl *pjl)
{
	return printport_monitor_now(pjl->monitor);
}

static void set(struct pjl *pjl, enum deadline which, uint64_t ms)
{
	deadline_set(&pjl->deadlines, pjl->monitor, which, ms);
}

static void clear(struct pjl *pjl, enum deadline which)
{
	deadline_clear(&pjl->deadlines, which);
}

/* --- sending ------------------------------------------------------------------------- */

static bool send_wrap(struct pjl *pjl, struct printport_doc *doc, const struct pjl_wrap *wrap)
{
	if (!printport_monitor_send(pjl->monitor, doc, wrap->buf, wrap->len))
		return true;
	printport_monitor_log(pjl->monitor, LOG_ERR, "no memory for %zu bytes of PJL",
			      wrap->len);
	return false;
}

static bool transport_is_open(const struct pjl *pjl)
{
	return pjl->held || printport_monitor_is_open(pjl->monitor);
}

/* Whether commands of no job would go out now and not behind a job. */
static bool can_send(const struct pjl *pjl)
{
	return transport_is_open(pjl) && !pjl->touched;
}

static void send_padding(struct pjl *pjl)
{
	static const char zeros[4096];
	size_t left = pjl->value[ABORT_PADDING], len;

	for (; left; left -= len) {
		len = left < sizeof(zeros) ? left : sizeof(zeros);
		if (printport_monitor_send(pjl->monitor, NULL, zeros, len))
			return;
	}
}

/* Brings back a printer in which a job was cut off. */
static void send_reset(struct pjl *pjl, const char *name)
{
	struct pjl_wrap wrap = { 0 };

	send_padding(pjl);
	pjl_wrap_reset(&wrap, name);
	pjl->broken = !send_wrap(pjl, NULL, &wrap);
}

/* Nobody listens any more, and what the printer says would fill its buffers. */
static void send_off(struct pjl *pjl)
{
	struct pjl_wrap wrap = { 0 };

	if (pjl->stale)
		return;
	pjl_wrap_add(&wrap, PJL_UEL "@PJL USTATUSOFF\r\n" PJL_UEL);
	send_wrap(pjl, NULL, &wrap);
	pjl->stale = true;
}

static void wrap_probe(struct pjl *pjl, struct pjl_wrap *wrap)
{
	if (!pjl->probe || pjl->probe_sent)
		return;
	pjl_wrap_add(wrap, "@PJL ECHO ");
	pjl_wrap_add(wrap, probe_word);
	pjl_wrap_add(wrap, "\r\n@PJL INFO ID\r\n");
	pjl->probe_sent = true;
}

static bool is_delivered(const struct pjl_jobs *jobs)
{
	return jobs->count && jobs->job[0].delivered;
}

/* Whether somebody waits for the printer. */
static bool is_needed(const struct pjl *pjl)
{
	return pjl->queries.count || is_delivered(&pjl->jobs) || pjl->probe;
}

/* A condition that keeps the printer from printing is listened to until it is over. */
static bool transport_wanted(const struct pjl *pjl)
{
	return is_needed(pjl) ||
	       (pjl->reasons & ~LOW_SUPPLIES && pjl->silences < SILENCES_MAX);
}

/*
 * A probe comes alone: a printer that does not speak PJL is to print as little as
 * possible of it.
 */
static bool settings_wanted(const struct pjl *pjl)
{
	return pjl->stale && !pjl->probe &&
	       (printport_monitor_is_open(pjl->monitor) || transport_wanted(pjl));
}

/* Sends what there is to say between jobs. */
static void send_idle(struct pjl *pjl)
{
	struct pjl_wrap wrap = { 0 };
	bool probing = pjl->probe && !pjl->probe_sent;

	if (pjl->broken)
		send_reset(pjl, "");
	if (!settings_wanted(pjl) && !probing && !pjl_queries_unsent(&pjl->queries))
		return;
	pjl_wrap_add(&wrap, PJL_UEL "@PJL\r\n");
	wrap_probe(pjl, &wrap);
	if (settings_wanted(pjl)) {
		pjl_wrap_settings(&wrap, pjl->value[TIMED_S]);
		pjl->stale = false;
	}
	pjl_queries_send(&pjl->queries, &wrap);
	pjl_wrap_add(&wrap, PJL_UEL);
	pjl->stale |= !send_wrap(pjl, NULL, &wrap);
}

/* --- the transport while no spooler holds the port ----------------------------------- */

static void probe_result(struct pjl *pjl, bool speaks)
{
	void (*result)(void *arg, bool speaks) = pjl->probe;

	if (!result)
		return;
	pjl->probe = NULL;
	clear(pjl, PROBE);
	result(pjl->probe_arg, speaks);
}

static void report_reasons(struct pjl *pjl, uint64_t reasons)
{
	if (reasons == pjl->reasons)
		return;
	pjl->reasons = reasons;
	printport_monitor_reasons(pjl->monitor, reasons);
}

/* The transport cannot be opened. */
static void refuse(struct pjl *pjl, int error)
{
	struct pjl_query query;
	size_t count = pjl->queries.count;

	while (count-- && pjl_queries_take_due(&pjl->queries, ~0ULL, &query))
		if (query.query)
			printport_monitor_answer(pjl->monitor, query.query, error, NULL, 0);
	probe_result(pjl, false);
	report_reasons(pjl, pjl->reasons & LOW_SUPPLIES);
}

static void open_transport(struct pjl *pjl)
{
	int err = printport_monitor_open_transport(pjl->monitor);

	if (err == -EBUSY || err == -EAGAIN) {
		/* A port that drains tells of its last job when it has. */
		if (is_needed(pjl))
			set(pjl, RETRY, RETRY_MS);
	} else if (err) {
		refuse(pjl, err);
	} else {
		pjl->held = true;
		pjl->stale = true;
		pjl->silences = 0;
		set(pjl, SILENCE, pjl->value[SILENCE_MS]);
	}
}

static void release_transport(struct pjl *pjl)
{
	if (!pjl->held || printport_monitor_is_open(pjl->monitor))
		return;
	printport_monitor_close_transport(pjl->monitor);
	pjl->held = false;
	pjl_parser_reset(&pjl->parser);
	clear(pjl, MESSAGE);
	clear(pjl, SILENCE);
	/* Nobody would hear that it is over. */
	report_reasons(pjl, pjl->reasons & LOW_SUPPLIES);
}

static void linger_over(struct pjl *pjl)
{
	if (!pjl->held || printport_monitor_is_open(pjl->monitor) || transport_wanted(pjl))
		return;
	send_off(pjl);
	set(pjl, RELEASE, RELEASE_MS);
}

/* Opens and closes the transport as it is wanted. */
static void settle_transport(struct pjl *pjl)
{
	if (printport_monitor_is_open(pjl->monitor)) {
		clear(pjl, RETRY);
		clear(pjl, LINGER);
		clear(pjl, RELEASE);
	} else if (transport_wanted(pjl)) {
		clear(pjl, LINGER);
		clear(pjl, RELEASE);
		if (!pjl->held && !deadline_is_set(&pjl->deadlines, RETRY))
			open_transport(pjl);
	} else if (pjl->held && !deadline_is_set(&pjl->deadlines, RELEASE)) {
		deadline_at_latest(&pjl->deadlines, pjl->monitor, LINGER,
				   pjl->value[LINGER_MS]);
	}
}

static uint64_t first_due(const struct pjl *pjl)
{
	uint64_t due = 0;
	size_t i;

	for (i = 0; i < pjl->jobs.count; i++)
		if (pjl->jobs.job[i].delivered && (!due || pjl->jobs.job[i].due < due))
			due = pjl->jobs.job[i].due;
	return due;
}

/* Ends each operation: does what there is to do now, and sees to what is to do later. */
static void settle(struct pjl *pjl)
{
	settle_transport(pjl);
	if (can_send(pjl) && !deadline_is_set(&pjl->deadlines, AT_ONCE))
		send_idle(pjl);
	pjl->deadlines.at[QUERY] = pjl_queries_due(&pjl->queries);
	pjl->deadlines.at[EOJ] = first_due(pjl);
	deadlines_arm(&pjl->deadlines, pjl->monitor);
}

/* --- what became of jobs ------------------------------------------------------------- */

static void job_over(struct pjl *pjl, struct pjl_job *job, int error)
{
	uint32_t id = job->id;
	unsigned int pages = job->pages;

	pjl_jobs_remove(&pjl->jobs, job);
	printport_monitor_printed(pjl->monitor, id, error, pages);
}

/* The printer will not say more about a job. */
static void given_up(struct pjl *pjl, struct pjl_job *job)
{
	job_over(pjl, job, job->ended || job->error ? job->error : -ENODATA);
}

/* Jobs are printed in order: those before one that is printed will not be heard of. */
static void overtaken(struct pjl *pjl, uint32_t id)
{
	struct pjl_job *first;

	while (pjl->jobs.count) {
		first = &pjl->jobs.job[0];
		if (first->id == id || !first->done)
			return;
		given_up(pjl, first);
	}
}

/* The library must be told that a job is printed behind that it is done. */
static bool is_over(const struct pjl_job *job)
{
	return job->ended && (job->own ? job->delivered : job->done);
}

static void job_ended(struct pjl *pjl, struct pjl_job *job, const struct pjl_message *message)
{
	uint32_t id = job->id;

	if (job->ended)
		job->pages += message->pages;
	else if (message->pages)
		job->pages = message->pages;
	pjl->pages = job->pages;
	job->ended = true;
	if (message->cancelled)
		job->error = -ECANCELED;
	overtaken(pjl, id);
	job = pjl_jobs_find(&pjl->jobs, id);
	if (is_over(job))
		job_over(pjl, job, job->error);
}

static void wait_on(struct pjl *pjl, struct pjl_job *job)
{
	job->due = now(pjl) + (job->error ? CANCEL_MS : pjl->value[EOJ_MS]);
	job->asked = false;
}

static void job_news(struct pjl *pjl, const struct pjl_message *message)
{
	bool named = message->has_name && message->name[0];
	struct pjl_job *job = pjl_jobs_named(&pjl->jobs, named ? message->name : NULL);

	if (!job)
		return;
	if (message->event == PJL_JOB_START) {
		job->started = true;
		pjl->says_start = true;
		pjl->pages = 0;
	} else if (message->event == PJL_JOB_CANCELED) {
		job->error = -ECANCELED;
		wait_on(pjl, job);
	} else {
		job_ended(pjl, job, message);
	}
}

static void page_news(struct pjl *pjl, const struct pjl_message *message)
{
	struct pjl_job *job = pjl_jobs_printing(&pjl->jobs);

	/* What an aborted job has left in the printer's memory is nobody's. */
	if (!job || (pjl->says_start && !job->started && !job->own))
		return;
	if (job->delivered)
		wait_on(pjl, job);
	if (message->pages <= job->pages)
		return;
	job->pages = message->pages;
	pjl->pages = message->pages;
	printport_monitor_progress(pjl->monitor, job->id, job->pages);
}

/* What keeps the printer from printing counts as work: it is expected to be over. */
static bool at_work(const struct pjl *pjl)
{
	return pjl->severity == PJL_BUSY || pjl->severity == PJL_ERROR;
}

/* The printer has told how it is: does that change what is thought of jobs? */
static void judge_jobs(struct pjl *pjl)
{
	size_t i = 0;

	while (i < pjl->jobs.count) {
		struct pjl_job *job = &pjl->jobs.job[i++];

		if (!job->delivered)
			continue;
		if (at_work(pjl)) {
			wait_on(pjl, job);
		} else if (job->asked) {
			given_up(pjl, job);
			i--;
		}
	}
}

/* While a job is under way the printer cannot be asked; it may have told by itself. */
static bool known_at_work(const struct pjl *pjl)
{
	return at_work(pjl) && (!pjl->value[TIMED_S] ||
				now(pjl) - pjl->heard <= pjl->value[SILENCE_MS]);
}

static void ask_status(struct pjl *pjl)
{
	pjl_queries_add(&pjl->queries, "STATUS", 0, now(pjl) + pjl->value[QUERY_MS]);
}

static void job_due(struct pjl *pjl, struct pjl_job *job)
{
	if (!job->asked && can_send(pjl)) {
		job->asked = true;
		job->due = now(pjl) + pjl->value[QUERY_MS];
		ask_status(pjl);
	} else if (!job->asked && pjl->touched && known_at_work(pjl)) {
		wait_on(pjl, job);
	} else {
		given_up(pjl, job);
	}
}

static void jobs_due(struct pjl *pjl)
{
	size_t i;

	for (i = pjl->jobs.count; i > 0; i--) {
		struct pjl_job *job = &pjl->jobs.job[i - 1];

		if (job->delivered && job->due <= now(pjl))
			job_due(pjl, job);
	}
}

/* --- what the printer says ----------------------------------------------------------- */

static size_t conditions(const struct pjl_message *message, unsigned int *codes)
{
	size_t i, count = 0;

	for (i = 0; i < message->code_count; i++)
		if (pjl_code(message->codes[i])->severity != PJL_NO_CONDITION)
			codes[count++] = message->codes[i];
	return count;
}

static void device_news(struct pjl *pjl, const struct pjl_message *message)
{
	unsigned int codes[PJL_CODES_MAX];
	size_t count = conditions(message, codes);
	uint64_t reasons;

	if (!count && (message->code_count || message->online == PJL_ONLINE_UNKNOWN))
		return;
	memcpy(pjl->codes, codes, sizeof(codes[0]) * count);
	pjl->code_count = count;
	pjl->online = message->online;
	pjl->severity = pjl_code_severity(codes, count, message->online);
	memcpy(pjl->display, message->display, sizeof(pjl->display));
	reasons = pjl_code_reasons(codes, count, message->online);
	/* "Printing" and errors hide "toner low"; only "ready" says that it is over. */
	if (at_work(pjl))
		reasons |= pjl->reasons & LOW_SUPPLIES;
	report_reasons(pjl, reasons);
	judge_jobs(pjl);
}

static void answer_queries(struct pjl *pjl, const struct pjl_message *message)
{
	char answer[PRINTPORT_LM_PAYLOAD_MAX];
	int len = pjl_query_answer(message, answer, sizeof(answer));
	size_t count = pjl->queries.count;
	struct pjl_query query;

	while (count-- && pjl_queries_take(&pjl->queries, message->category, &query))
		if (query.query)
			printport_monitor_answer(pjl->monitor, query.query,
						 len < 0 ? len : 0, answer,
						 len < 0 ? 0 : (size_t)len);
}

static void info_news(struct pjl *pjl, const struct pjl_message *message)
{
	if (!strcmp(message->category, "STATUS"))
		device_news(pjl, message);
	else if (!strcmp(message->category, "ID"))
		probe_result(pjl, true);
	answer_queries(pjl, message);
}

static bool is_probe_answer(const struct pjl_message *message)
{
	return message->body_len == strlen(probe_word) &&
	       !memcmp(message->body, probe_word, message->body_len);
}

static void news(void *arg, const struct pjl_message *message)
{
	struct pjl *pjl = arg;

	switch (message->type) {
	case PJL_USTATUS_DEVICE:
		device_news(pjl, message);
		break;
	case PJL_USTATUS_JOB:
		job_news(pjl, message);
		break;
	case PJL_USTATUS_PAGE:
		page_news(pjl, message);
		break;
	case PJL_INFO:
		info_news(pjl, message);
		break;
	case PJL_ECHO:
		if (is_probe_answer(message))
			probe_result(pjl, true);
		break;
	default:
		break;
	}
}

static void pjl_read(struct printport_monitor *monitor, const void *buf, size_t len)
{
	struct pjl *pjl = printport_monitor_data(monitor);

	pjl->heard = now(pjl);
	pjl->silences = 0;
	set(pjl, SILENCE, pjl->value[SILENCE_MS]);
	pjl_parser_feed(&pjl->parser, buf, len, news, pjl);
	if (pjl_parser_is_inside(&pjl->parser))
		set(pjl, MESSAGE, MESSAGE_MS);
	else
		clear(pjl, MESSAGE);
	if (pjl->value[BACK] && printport_monitor_is_open(monitor))
		printport_monitor_back(monitor, buf, len);
	settle(pjl);
}

/* --- jobs ---------------------------------------------------------------------------- */

/*
 * The settings do not go out before the answer to the open: either with the first job or
 * a moment later.
 */
static int pjl_open_port(struct printport_monitor *monitor, uid_t uid)
{
	struct pjl *pjl = printport_monitor_data(monitor);

	(void)uid;
	pjl->stale = true;
	pjl->silences = 0;
	set(pjl, SILENCE, pjl->value[SILENCE_MS]);
	set(pjl, AT_ONCE, 0);
	deadlines_arm(&pjl->deadlines, monitor);
	return 0;
}

static void pjl_start_doc(struct printport_monitor *monitor, struct printport_doc *doc)
{
	struct pjl *pjl = printport_monitor_data(monitor);
	struct pjl_job *first = &pjl->jobs.job[0];

	if (pjl->jobs.count == PJL_JOBS_MAX) {
		printport_monitor_log(monitor, LOG_WARNING, "job %u: the printer does not say "
				      "what became of it", first->id);
		given_up(pjl, first);
	}
	pjl_jobs_add(&pjl->jobs, doc->id);
	pjl->doc_id = doc->id;
	pjl->touched = false;
	clear(pjl, AT_ONCE);
	settle(pjl);
}

/* What goes before the job; @own_name: it has a JOB command of its own, with this NAME. */
static void begin_job(struct pjl *pjl, struct printport_doc *doc, const char *own_name)
{
	struct pjl_job *job = pjl_jobs_find(&pjl->jobs, doc->id);
	struct pjl_wrap wrap = { 0 };
	bool settings = pjl->stale || pjl->broken;

	pjl->touched = true;
	if (own_name) {
		job->own = true;
		snprintf(job->name, sizeof(job->name), "%s", own_name);
	} else {
		pjl_job_name(job->name, doc->name, doc->id);
	}
	if (own_name && !settings)
		return;
	if (pjl->broken)
		pjl_wrap_reset(&wrap, "");
	pjl_wrap_add(&wrap, PJL_UEL "@PJL\r\n");
	if (settings)
		pjl_wrap_settings(&wrap, pjl->value[TIMED_S]);
	if (!own_name)
		pjl_wrap_job(&wrap, job->name, doc->user);
	if (!send_wrap(pjl, doc, &wrap))
		return;
	job->wrapped = !own_name;
	pjl->stale = false;
	pjl->broken = false;
}

static void pjl_write(struct printport_monitor *monitor, struct printport_doc *doc,
		      const void *buf, size_t len, bool flush)
{
	struct pjl *pjl = printport_monitor_data(monitor);
	char name[PJL_NAME_MAX + 1];
	enum pjl_head head = pjl_job_head(buf, len, flush, name);

	if (head == PJL_HEAD_MORE)
		return;
	begin_job(pjl, doc, head == PJL_HEAD_OWN_JOB ? name : NULL);
	printport_monitor_pass(monitor, doc);
	settle(pjl);
}

static int pjl_end_doc(struct printport_monitor *monitor, struct printport_doc *doc)
{
	struct pjl *pjl = printport_monitor_data(monitor);
	struct pjl_job *job = pjl_jobs_find(&pjl->jobs, doc->id);
	struct pjl_wrap wrap = { 0 };

	if (!pjl->touched)
		begin_job(pjl, doc, NULL);
	if (job->wrapped)
		pjl_wrap_eoj(&wrap, job->name);
	else
		pjl_wrap_add(&wrap, PJL_UEL);
	if (!send_wrap(pjl, doc, &wrap))
		pjl->broken = true;
	job->done = true;
	pjl->doc_id = 0;
	pjl->touched = false;
	/* Behind the library's done(), which follows when this returns. */
	set(pjl, AT_ONCE, 0);
	settle(pjl);
	return 0;
}

static int pjl_abort_doc(struct printport_monitor *monitor, struct printport_doc *doc,
			 int error)
{
	struct pjl *pjl = printport_monitor_data(monitor);
	struct pjl_job *job = pjl_jobs_find(&pjl->jobs, doc->id);

	(void)error;
	if (pjl->touched)
		send_reset(pjl, job && job->wrapped ? job->name : "");
	if (job)
		pjl_jobs_remove(&pjl->jobs, job);
	pjl->doc_id = 0;
	pjl->touched = false;
	set(pjl, AT_ONCE, 0);
	settle(pjl);
	return 0;
}

static void pjl_delivered(struct printport_monitor *monitor, uint32_t id, int error)
{
	struct pjl *pjl = printport_monitor_data(monitor);
	struct pjl_job *job = pjl_jobs_find(&pjl->jobs, id);

	/* Of one that abort_doc() was called for the printer has been told. */
	if (job && error) {
		pjl->broken = true;
		job_over(pjl, job, error);
	} else if (job) {
		job->delivered = true;
		wait_on(pjl, job);
		if (is_over(job))
			job_over(pjl, job, job->error);
	}
	settle(pjl);
}

static int pjl_close_port(struct printport_monitor *monitor)
{
	struct pjl *pjl = printport_monitor_data(monitor);

	if (!pjl->jobs.count && !transport_wanted(pjl))
		send_off(pjl);
	if (!pjl->held)
		clear(pjl, SILENCE);
	/* The port counts as open until this returns. */
	set(pjl, AT_ONCE, 0);
	deadlines_arm(&pjl->deadlines, monitor);
	return 0;
}

/* --- questions ----------------------------------------------------------------------- */

static int text_answer(struct pjl *pjl, uint32_t query, const char *text)
{
	printport_monitor_answer(pjl->monitor, query, 0, text, strlen(text));
	return PRINTPORT_MONITOR_LATER;
}

static int number_answer(struct pjl *pjl, uint32_t query, unsigned int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	return text_answer(pjl, query, text);
}

/* Questions that need no printer. Returns -ENOENT if it is not one. */
static int answer_from_state(struct pjl *pjl, uint32_t query, const char *key)
{
	static const char *const online[] = { "unknown", "no", "yes" };
	char names[256];

	if (!strcasecmp(key, "reasons")) {
		pjl_reason_names(pjl->reasons, names, sizeof(names));
		return text_answer(pjl, query, names);
	}
	if (!strcasecmp(key, "display"))
		return text_answer(pjl, query, pjl->display);
	if (!strcasecmp(key, "code"))
		return number_answer(pjl, query, pjl->code_count ? pjl->codes[0] : 0);
	if (!strcasecmp(key, "online"))
		return text_answer(pjl, query, online[pjl->online]);
	if (!strcasecmp(key, "pages"))
		return number_answer(pjl, query, pjl->pages);
	return -ENOENT;
}

static int pjl_get_printer_data(struct printport_monitor *monitor, uint32_t query,
				const char *key)
{
	struct pjl *pjl = printport_monitor_data(monitor);
	char category[PJL_CATEGORY_MAX];
	int ret = answer_from_state(pjl, query, key);

	if (ret != -ENOENT)
		return ret;
	if (!pjl_query_category(key, category))
		return -ENOENT;
	ret = pjl_queries_add(&pjl->queries, category, query,
			      now(pjl) + pjl->value[QUERY_MS]);
	if (ret)
		return ret;
	settle(pjl);
	return PRINTPORT_MONITOR_LATER;
}

static void queries_due(struct pjl *pjl)
{
	size_t count = pjl->queries.count;
	struct pjl_query query;

	while (count-- && pjl_queries_take_due(&pjl->queries, now(pjl), &query))
		if (query.query)
			printport_monitor_answer(pjl->monitor, query.query, -ETIMEDOUT, NULL,
						 0);
}

/* --- time ---------------------------------------------------------------------------- */

/* The printer may have been off and have forgotten the settings. */
static void silence(struct pjl *pjl)
{
	if (!transport_is_open(pjl))
		return;
	pjl->stale = true;
	if (++pjl->silences < SILENCES_MAX)
		set(pjl, SILENCE, pjl->value[SILENCE_MS]);
	if (can_send(pjl))
		ask_status(pjl);
}

static void expired(struct pjl *pjl, enum deadline which)
{
	switch (which) {
	case MESSAGE:
		pjl_parser_reset(&pjl->parser);
		break;
	case LINGER:
		linger_over(pjl);
		break;
	case RELEASE:
		release_transport(pjl);
		break;
	case QUERY:
		queries_due(pjl);
		break;
	case EOJ:
		jobs_due(pjl);
		break;
	case SILENCE:
		silence(pjl);
		break;
	case PROBE:
		probe_result(pjl, false);
		break;
	default:	/* settle() does the rest */
		break;
	}
}

static void pjl_timer(struct printport_monitor *monitor)
{
	struct pjl *pjl = printport_monitor_data(monitor);
	int which, count;

	for (count = 0; count < DEADLINES_MAX; count++) {
		which = deadlines_take(&pjl->deadlines, monitor);
		if (which < 0)
			break;
		expired(pjl, (enum deadline)which);
	}
	settle(pjl);
}

static void pjl_status(struct printport_monitor *monitor, uint64_t reasons)
{
	struct pjl *pjl = printport_monitor_data(monitor);

	if (pjl->transport_reasons & ~reasons & PRINTPORT_REASON_OFFLINE)
		pjl->stale = true;
	pjl->transport_reasons = reasons;
	settle(pjl);
}

/* --- the language -------------------------------------------------------------------- */

static bool token_is_pjl(const char *token, size_t len)
{
	while (len && (*token == ' ' || *token == '\t')) {
		token++;
		len--;
	}
	while (len && (token[len - 1] == ' ' || token[len - 1] == '\t'))
		len--;
	return len == 3 && !strncasecmp(token, "PJL", 3);
}

static bool pjl_speaks(const char *command_set, const char *manufacturer, const char *model)
{
	size_t len;

	(void)manufacturer;
	(void)model;
	for (;; command_set += len + 1) {
		len = strcspn(command_set, ",");
		if (token_is_pjl(command_set, len))
			return true;
		if (!command_set[len])
			return false;
	}
}

static void *pjl_create(const unsigned int *values)
{
	struct pjl *pjl = calloc(1, sizeof(*pjl));

	if (!pjl)
		return NULL;
	memcpy(pjl->value, values, sizeof(pjl->value));
	/* The reference: 0, or 5 to 300. */
	if (pjl->value[TIMED_S] && pjl->value[TIMED_S] < 5)
		pjl->value[TIMED_S] = 5;
	return pjl;
}

static void pjl_attached(void *language, struct printport_monitor *monitor)
{
	struct pjl *pjl = language;

	pjl->monitor = monitor;
}

static void pjl_probe(void *language, void (*result)(void *arg, bool speaks), void *arg)
{
	struct pjl *pjl = language;

	pjl->probe = result;
	pjl->probe_arg = arg;
	pjl->probe_sent = false;
	set(pjl, PROBE, pjl->value[PROBE_MS]);
	settle(pjl);
}

static void pjl_destroy(void *language)
{
	free(language);
}

static const struct printport_monitor_ops ops = {
	.size = sizeof(ops),
	.name = "pjl",
	.flags = PRINTPORT_MONITOR_CONFIRMS,
	.open_port = pjl_open_port,
	.start_doc = pjl_start_doc,
	.write = pjl_write,
	.read = pjl_read,
	.end_doc = pjl_end_doc,
	.abort_doc = pjl_abort_doc,
	.delivered = pjl_delivered,
	.close_port = pjl_close_port,
	.get_printer_data = pjl_get_printer_data,
	.status = pjl_status,
	.timer = pjl_timer,
};

#define DAY_MS	86400000

static const struct language_option options[] = {
	[SILENCE_MS] = { "silence-ms", "repeat the settings when the printer says nothing for "
			 "so long", 1000, DAY_MS, 30000 },
	[EOJ_MS] = { "eoj-ms", "how long to wait for the end of a job of which the printer "
		     "says nothing", 1000, DAY_MS, 60000 },
	[QUERY_MS] = { "query-ms", "how long to wait for the answer to a question",
		       100, DAY_MS, 10000 },
	[LINGER_MS] = { "linger-ms", "how long to keep the printer open after the last "
			"question or job", 1, DAY_MS, 2000 },
	[PROBE_MS] = { "probe-ms", "how long a probe waits for an answer", 100, 60000, 3000 },
	[TIMED_S] = { "timed-s", "how often the printer is to tell how it is, in seconds "
		      "(5 to 300); 0: only when something changes", 0, 300, 15 },
	[ABORT_PADDING] = { "abort-padding", "NUL bytes after a job that was cut off",
			    0, 61440, 0 },
	[BACK] = { "back", "1: what the printer says also goes to a spooler that reads",
		   0, 1, 1 },
	[OPTIONS] = { 0 },
};

const struct language language_pjl = {
	.name = "pjl",
	.ops = &ops,
	.options = options,
	.speaks = pjl_speaks,
	.create = pjl_create,
	.attached = pjl_attached,
	.probe = pjl_probe,
	.destroy = pjl_destroy,
};
