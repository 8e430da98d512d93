// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_monitor.h"

#define LOCAL_QUERY	0x80000000u

struct bytes {
	char *at;
	size_t len;
	size_t room;
};

/* Jobs that are done, and not yet delivered or printed or both. */
struct past {
	uint32_t id;
	bool delivered;
	bool printed;
	int error;
	unsigned int pages;
};

struct question {
	uint32_t id;
	bool answered;
	int error;
	struct bytes answer;
	void (*tell)(void *arg, int error, const void *buf, size_t len);
	void *arg;
};

struct printport_monitor {
	const struct printport_monitor_ops *ops;
	void *data;
	bool open;
	bool closing;
	bool transport;
	int transport_error;
	int sends_left;

	struct printport_doc doc;
	bool active;		/* a job, from start to done */
	bool touched;		/* the job has sent or decided something */
	bool later;		/* end_doc() or abort_doc() said LATER */
	uint32_t last_id;
	char *name, *user;
	struct bytes pending;	/* what of the job is not decided on */
	uint64_t ahead;		/* how much of what is yet to come is forwarded */
	bool writing;		/* write() is under way */

	struct bytes wire;
	struct bytes aside;	/* sent for no job while one is under way */
	struct bytes back;
	size_t back_room;
	char *reserved;
	size_t reserved_len;

	struct past *past;
	size_t past_count, past_room;
	struct question *questions;
	size_t question_count, question_room;
	struct fake_event *events;
	size_t event_count, event_room;

	uint64_t now;
	uint64_t expires;	/* 0: no timer */
	char complaint[160];

	void (*observe)(void *arg, const struct printport_lm_message *command);
	void *observe_arg;
	void (*log)(void *arg, int level, const char *line);
	void *log_arg;
};

static void *checked(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

/* Room for one element more in an array of elements of @size bytes. */
static void *grown(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room ? *room * 2 : 16;
	return checked(realloc(array, *room * size));
}

static void put(struct bytes *bytes, const void *buf, size_t len)
{
	if (bytes->len + len + 1 > bytes->room) {
		bytes->room = (bytes->len + len + 1) * 2;
		bytes->at = checked(realloc(bytes->at, bytes->room));
	}
	if (len)
		memcpy(bytes->at + bytes->len, buf, len);
	bytes->len += len;
	bytes->at[bytes->len] = 0;
}

static void drop_front(struct bytes *bytes, size_t len)
{
	if (!len)
		return;
	memmove(bytes->at, bytes->at + len, bytes->len - len);
	bytes->len -= len;
}

static void complain(struct printport_monitor *monitor, const char *format, ...)
{
	va_list args;

	if (monitor->complaint[0])
		return;
	va_start(args, format);
	vsnprintf(monitor->complaint, sizeof(monitor->complaint), format, args);
	va_end(args);
}

static void observed(struct printport_monitor *monitor, const struct fake_event *event)
{
	struct printport_lm_message command = { .size = sizeof(command), .job = event->id };

	switch (event->type) {
	case FAKE_DONE:
		command.type = PRINTPORT_LM_DONE;
		break;
	case FAKE_PRINTED:
		command.type = PRINTPORT_LM_PRINTED;
		command.arg = (uint32_t)-event->error;
		command.len = event->value;
		break;
	case FAKE_PROGRESS:
		command.type = PRINTPORT_LM_PROGRESS;
		command.arg = (uint32_t)event->value;
		break;
	case FAKE_REASONS:
		command.type = PRINTPORT_LM_REASONS;
		command.pos = event->value;
		break;
	default:
		return;
	}
	monitor->observe(monitor->observe_arg, &command);
}

static void note(struct printport_monitor *monitor, enum fake_event_type type, uint32_t id,
		 int error, uint64_t value)
{
	struct fake_event event = {
		.type = type, .id = id, .error = error, .value = value,
	};

	monitor->events = grown(monitor->events, monitor->event_count,
				&monitor->event_room, sizeof(event));
	monitor->events[monitor->event_count++] = event;
	if (monitor->observe)
		observed(monitor, &event);
}

static struct past *find_past(const struct printport_monitor *monitor, uint32_t id)
{
	size_t i;

	for (i = 0; i < monitor->past_count; i++)
		if (monitor->past[i].id == id)
			return &monitor->past[i];
	return NULL;
}

static struct question *find_question(const struct printport_monitor *monitor, uint32_t id)
{
	size_t i;

	for (i = 0; i < monitor->question_count; i++)
		if (monitor->questions[i].id == id)
			return &monitor->questions[i];
	return NULL;
}

/* --- life ------------------------------------------------------------------------ */

struct printport_monitor *fake_new(const struct printport_monitor_ops *ops, void *data)
{
	struct printport_monitor *monitor = checked(calloc(1, sizeof(*monitor)));

	monitor->ops = ops;
	monitor->data = data;
	monitor->now = 1000;
	monitor->sends_left = -1;
	monitor->back_room = SIZE_MAX;
	put(&monitor->wire, "", 0);
	put(&monitor->back, "", 0);
	return monitor;
}

void fake_free(struct printport_monitor *monitor)
{
	size_t i;

	for (i = 0; i < monitor->question_count; i++)
		free(monitor->questions[i].answer.at);
	free(monitor->questions);
	free(monitor->events);
	free(monitor->past);
	free(monitor->pending.at);
	free(monitor->wire.at);
	free(monitor->aside.at);
	free(monitor->back.at);
	free(monitor->reserved);
	free(monitor->name);
	free(monitor->user);
	free(monitor);
}

const char *fake_complaint(const struct printport_monitor *monitor)
{
	return monitor->complaint[0] ? monitor->complaint : NULL;
}

/* --- the job that is under way ----------------------------------------------------- */

static bool current(struct printport_monitor *monitor, const struct printport_doc *doc,
		    const char *what)
{
	if (monitor->active && doc == &monitor->doc)
		return true;
	complain(monitor, "%s for a job that is not under way", what);
	return false;
}

static void forward_now(struct printport_monitor *monitor, size_t len)
{
	put(&monitor->wire, monitor->pending.at, len);
	drop_front(&monitor->pending, len);
}

static void job_over(struct printport_monitor *monitor)
{
	struct past past = { .id = monitor->doc.id };

	if (monitor->pending.len)
		complain(monitor, "job %u: done with bytes undecided", past.id);
	monitor->pending.len = 0;
	monitor->ahead = 0;
	monitor->active = false;
	monitor->later = false;
	monitor->past = grown(monitor->past, monitor->past_count, &monitor->past_room,
			      sizeof(past));
	monitor->past[monitor->past_count++] = past;
	note(monitor, FAKE_DONE, past.id, 0, 0);
	if (monitor->aside.len) {
		note(monitor, FAKE_SEND, 0, 0, monitor->aside.len);
		put(&monitor->wire, monitor->aside.at, monitor->aside.len);
		monitor->aside.len = 0;
	}
}

static uint32_t start(struct printport_monitor *monitor, const char *name, const char *user,
		      bool implicit)
{
	if (!monitor->open || monitor->closing || monitor->active)
		return 0;
	free(monitor->name);
	free(monitor->user);
	monitor->name = checked(strdup(name));
	monitor->user = checked(strdup(user));
	monitor->doc = (struct printport_doc){
		.id = ++monitor->last_id,
		.implicit = implicit,
		.name = monitor->name,
		.user = monitor->user,
	};
	monitor->active = true;
	monitor->touched = false;
	if (!monitor->ops->write)
		monitor->ahead = ~0ULL;
	if (monitor->ops->start_doc)
		monitor->ops->start_doc(monitor, &monitor->doc);
	return monitor->doc.id;
}

int fake_open(struct printport_monitor *monitor, uid_t uid)
{
	int err = 0;

	if (monitor->open)
		return -EBUSY;
	monitor->open = true;
	if (monitor->ops->open_port)
		err = monitor->ops->open_port(monitor, uid);
	if (err)
		monitor->open = false;
	if (err > 0)
		complain(monitor, "open_port() returned %d", err);
	return err;
}

uint32_t fake_start(struct printport_monitor *monitor, const char *name, const char *user)
{
	return start(monitor, name, user, false);
}

uint32_t fake_start_implicit(struct printport_monitor *monitor)
{
	return start(monitor, "", "", true);
}

static void forward_ahead(struct printport_monitor *monitor)
{
	uint64_t len = monitor->pending.len;

	if (len > monitor->ahead)
		len = monitor->ahead;
	if (!len)
		return;
	if (monitor->ahead != ~0ULL)
		monitor->ahead -= len;
	forward_now(monitor, len);
}

/* The language must not keep what it is shown: it is shown a copy that goes away. */
static void show(struct printport_monitor *monitor, bool flush)
{
	size_t len = monitor->pending.len;
	char *copy;

	if (!monitor->ops->write || monitor->ahead || !(len || flush))
		return;
	copy = checked(malloc(len + 1));
	if (len)
		memcpy(copy, monitor->pending.at, len);
	monitor->writing = true;
	monitor->ops->write(monitor, &monitor->doc, copy, len, flush);
	monitor->writing = false;
	free(copy);
}

void fake_data(struct printport_monitor *monitor, const void *buf, size_t len)
{
	if (!monitor->active || monitor->later || !len)
		return;
	put(&monitor->pending, buf, len);
	forward_ahead(monitor);
	monitor->doc.accepted += len;
	if (monitor->pending.len)
		show(monitor, false);
}

void fake_data_in_steps(struct printport_monitor *monitor, const void *buf, size_t len,
			size_t step)
{
	size_t done, piece;

	for (done = 0; done < len; done += piece) {
		piece = len - done < step ? len - done : step;
		fake_data(monitor, (const char *)buf + done, piece);
	}
}

void fake_sync(struct printport_monitor *monitor)
{
	if (monitor->active && !monitor->later && monitor->pending.len)
		show(monitor, true);
}

void fake_end(struct printport_monitor *monitor)
{
	int ret = 0;

	if (!monitor->active || monitor->later)
		return;
	if (monitor->pending.len)
		show(monitor, true);
	if (monitor->pending.len) {
		note(monitor, FAKE_FORWARD, monitor->doc.id, 0, monitor->pending.len);
		monitor->touched = true;
		forward_now(monitor, monitor->pending.len);
	}
	if (monitor->ops->end_doc)
		ret = monitor->ops->end_doc(monitor, &monitor->doc);
	if (ret == PRINTPORT_MONITOR_LATER)
		monitor->later = monitor->active;
	else if (monitor->active)
		job_over(monitor);
}

void fake_abort(struct printport_monitor *monitor, int error)
{
	int ret = 0;

	if (!monitor->active)
		return;
	monitor->pending.len = 0;
	monitor->touched = true;
	if (monitor->ops->abort_doc)
		ret = monitor->ops->abort_doc(monitor, &monitor->doc, error);
	if (ret == PRINTPORT_MONITOR_LATER)
		monitor->later = monitor->active;
	else if (monitor->active)
		job_over(monitor);
}

void fake_close(struct printport_monitor *monitor)
{
	int ret = 0;

	if (!monitor->open || monitor->closing)
		return;
	fake_abort(monitor, -ECANCELED);
	if (monitor->active)
		return;
	monitor->closing = true;
	if (monitor->ops->close_port)
		ret = monitor->ops->close_port(monitor);
	if (ret != PRINTPORT_MONITOR_LATER && monitor->closing)
		printport_monitor_close_done(monitor);
}

const void *fake_back(const struct printport_monitor *monitor, size_t *len)
{
	*len = monitor->back.len;
	return monitor->back.at;
}

void fake_set_back_room(struct printport_monitor *monitor, size_t room)
{
	monitor->back_room = room;
}

/* --- the printer ----------------------------------------------------------------- */

const void *fake_wire(const struct printport_monitor *monitor, size_t *len)
{
	*len = monitor->wire.len;
	return monitor->wire.at;
}

void fake_wire_clear(struct printport_monitor *monitor)
{
	monitor->wire.len = 0;
}

void fake_delivered(struct printport_monitor *monitor, uint32_t id, int error)
{
	struct past *past = find_past(monitor, id);

	if (!past || past->delivered)
		return;
	past->delivered = true;
	if (monitor->ops->delivered)
		monitor->ops->delivered(monitor, id, error);
}

void fake_says(struct printport_monitor *monitor, const void *buf, size_t len)
{
	char *copy;

	if (!len)
		return;
	if (!monitor->open && !monitor->transport)
		return;
	if (monitor->open && monitor->ops->flags & PRINTPORT_MONITOR_PASS_BACK)
		return put(&monitor->back, buf, len);
	if (!monitor->ops->read) {
		printport_monitor_back(monitor, buf, len);
		return;
	}
	copy = checked(malloc(len));
	memcpy(copy, buf, len);
	monitor->ops->read(monitor, copy, len);
	free(copy);
}

void fake_says_in_steps(struct printport_monitor *monitor, const void *buf, size_t len,
			size_t step)
{
	size_t done, piece;

	for (done = 0; done < len; done += piece) {
		piece = len - done < step ? len - done : step;
		fake_says(monitor, (const char *)buf + done, piece);
	}
}

void fake_status(struct printport_monitor *monitor, uint64_t reasons)
{
	if (monitor->ops->status)
		monitor->ops->status(monitor, reasons);
}

/* --- queries --------------------------------------------------------------------- */

static uint32_t ask(struct printport_monitor *monitor, uint32_t local, const char *key,
		    void (*tell)(void *arg, int error, const void *buf, size_t len), void *arg)
{
	struct question question = { .tell = tell, .arg = arg };
	int ret = -ENOENT;

	question.id = (uint32_t)(monitor->question_count + 1) | local;
	monitor->questions = grown(monitor->questions, monitor->question_count,
				   &monitor->question_room, sizeof(question));
	monitor->questions[monitor->question_count++] = question;
	if (monitor->ops->get_printer_data)
		ret = monitor->ops->get_printer_data(monitor, question.id, key);
	if (ret < 0)
		printport_monitor_answer(monitor, question.id, ret, NULL, 0);
	else if (ret != PRINTPORT_MONITOR_LATER)
		complain(monitor, "get_printer_data() returned %d", ret);
	return question.id;
}

uint32_t fake_query(struct printport_monitor *monitor, const char *key)
{
	return ask(monitor, 0, key, NULL, NULL);
}

bool fake_answer(const struct printport_monitor *monitor, uint32_t query, int *error,
		 const char **buf, size_t *len)
{
	const struct question *question = find_question(monitor, query);

	if (!question || !question->answered)
		return false;
	if (error)
		*error = question->error;
	if (buf)
		*buf = question->answer.at;
	if (len)
		*len = question->answer.len;
	return true;
}

/* --- time ------------------------------------------------------------------------ */

void fake_advance(struct printport_monitor *monitor, uint64_t ms)
{
	uint64_t until = monitor->now + ms;
	unsigned int calls = 0;

	while (monitor->expires && monitor->expires <= until) {
		monitor->now = monitor->expires;
		monitor->expires = 0;
		if (++calls > ms + 1000) {
			complain(monitor, "the timer expires without end");
			break;
		}
		if (monitor->ops->timer)
			monitor->ops->timer(monitor);
	}
	monitor->now = until;
}

uint64_t fake_timer(const struct printport_monitor *monitor)
{
	return monitor->expires ? monitor->expires - monitor->now : 0;
}

/* --- what the language has said --------------------------------------------------- */

size_t fake_event_count(const struct printport_monitor *monitor)
{
	return monitor->event_count;
}

const struct fake_event *fake_event(const struct printport_monitor *monitor, size_t index)
{
	return index < monitor->event_count ? &monitor->events[index] : NULL;
}

size_t fake_count(const struct printport_monitor *monitor, enum fake_event_type type)
{
	size_t i, count = 0;

	for (i = 0; i < monitor->event_count; i++)
		count += monitor->events[i].type == type;
	return count;
}

void fake_events_clear(struct printport_monitor *monitor)
{
	monitor->event_count = 0;
}

bool fake_printed(const struct printport_monitor *monitor, uint32_t id, int *error,
		  unsigned int *pages)
{
	const struct past *past = find_past(monitor, id);

	if (!past || !past->printed)
		return false;
	if (error)
		*error = past->error;
	if (pages)
		*pages = past->pages;
	return true;
}

static const struct fake_event *last(const struct printport_monitor *monitor,
				     enum fake_event_type type, uint32_t id)
{
	size_t i;

	for (i = monitor->event_count; i > 0; i--)
		if (monitor->events[i - 1].type == type && monitor->events[i - 1].id == id)
			return &monitor->events[i - 1];
	return NULL;
}

unsigned int fake_progress(const struct printport_monitor *monitor, uint32_t id)
{
	const struct fake_event *event = last(monitor, FAKE_PROGRESS, id);

	return event ? (unsigned int)event->value : 0;
}

uint64_t fake_reasons(const struct printport_monitor *monitor)
{
	const struct fake_event *event = last(monitor, FAKE_REASONS, 0);

	return event ? event->value : 0;
}

bool fake_transport_open(const struct printport_monitor *monitor)
{
	return monitor->transport;
}

void fake_set_transport_error(struct printport_monitor *monitor, int error)
{
	monitor->transport_error = error;
}

void fake_set_send_failure(struct printport_monitor *monitor, int sends)
{
	monitor->sends_left = sends;
}

/* --- the library's functions -------------------------------------------------------- */

void *printport_monitor_data(const struct printport_monitor *monitor)
{
	return monitor->data;
}

unsigned int printport_monitor_index(const struct printport_monitor *monitor)
{
	(void)monitor;
	return 0;
}

bool printport_monitor_is_open(const struct printport_monitor *monitor)
{
	return monitor->open;
}

void printport_monitor_forward(struct printport_monitor *monitor, struct printport_doc *doc,
			       uint64_t len)
{
	if (!len || !current(monitor, doc, "forward"))
		return;
	monitor->touched = true;
	note(monitor, FAKE_FORWARD, doc->id, 0, len);
	if (monitor->ahead == ~0ULL)
		return complain(monitor, "job %u: forward after pass", doc->id);
	if (len == ~0ULL)
		monitor->ahead = len;
	else
		monitor->ahead += len;
	forward_ahead(monitor);
}

void printport_monitor_pass(struct printport_monitor *monitor, struct printport_doc *doc)
{
	printport_monitor_forward(monitor, doc, ~0ULL);
}

void printport_monitor_consume(struct printport_monitor *monitor, struct printport_doc *doc,
			       size_t len)
{
	if (!len || !current(monitor, doc, "consume"))
		return;
	monitor->touched = true;
	note(monitor, FAKE_CONSUME, doc->id, 0, len);
	if (!monitor->writing || len > monitor->pending.len)
		return complain(monitor, "job %u: consumes more than it was shown", doc->id);
	drop_front(&monitor->pending, len);
}

int printport_monitor_send(struct printport_monitor *monitor, struct printport_doc *doc,
			   const void *buf, size_t len)
{
	if (!len)
		return 0;
	if (doc && !current(monitor, doc, "send"))
		return 0;
	if (!monitor->open && !monitor->transport) {
		complain(monitor, "send while the transport is closed");
		return 0;
	}
	if (!monitor->sends_left)
		return -ENOMEM;
	if (monitor->sends_left > 0)
		monitor->sends_left--;
	if (!doc && monitor->active && monitor->touched) {
		put(&monitor->aside, buf, len);
		return 0;
	}
	if (doc && monitor->ahead && monitor->ahead != ~0ULL)
		complain(monitor, "job %u: send amid bytes that are forwarded ahead", doc->id);
	if (doc)
		monitor->touched = true;
	note(monitor, FAKE_SEND, doc ? doc->id : 0, 0, len);
	put(&monitor->wire, buf, len);
	return 0;
}

void *printport_monitor_reserve(struct printport_monitor *monitor, size_t want, size_t *len)
{
	if (!want || want > 65536)
		want = 65536;
	free(monitor->reserved);
	monitor->reserved = checked(malloc(want));
	monitor->reserved_len = want;
	*len = want;
	return monitor->reserved;
}

void printport_monitor_commit(struct printport_monitor *monitor, struct printport_doc *doc,
			      size_t len)
{
	if (!monitor->reserved || len > monitor->reserved_len)
		complain(monitor, "commits more than it has reserved");
	else
		printport_monitor_send(monitor, doc, monitor->reserved, len);
	free(monitor->reserved);
	monitor->reserved = NULL;
}

void printport_monitor_done(struct printport_monitor *monitor, struct printport_doc *doc)
{
	if (!current(monitor, doc, "done"))
		return;
	if (!monitor->later)
		complain(monitor, "job %u: done before it was ended", doc->id);
	job_over(monitor);
}

void printport_monitor_close_done(struct printport_monitor *monitor)
{
	if (!monitor->closing)
		complain(monitor, "close_done() without close_port()");
	monitor->closing = false;
	monitor->open = false;
	note(monitor, FAKE_CLOSE_DONE, 0, 0, 0);
}

void printport_monitor_printed(struct printport_monitor *monitor, uint32_t id, int error,
			       unsigned int pages)
{
	struct past *past = find_past(monitor, id);

	note(monitor, FAKE_PRINTED, id, error, pages);
	if (!past)
		return complain(monitor, "job %u: printed before it is done", id);
	if (past->printed)
		return complain(monitor, "job %u: printed twice", id);
	if (error > 0 || error < -133)
		return complain(monitor, "job %u: printed with error %d", id, error);
	past->printed = true;
	past->error = error;
	past->pages = pages;
}

void printport_monitor_progress(struct printport_monitor *monitor, uint32_t id,
				unsigned int pages)
{
	note(monitor, FAKE_PROGRESS, id, 0, pages);
	if (id > monitor->last_id || (!id && pages))
		complain(monitor, "progress for job %u, which there is not", id);
}

void printport_monitor_reasons(struct printport_monitor *monitor, uint64_t reasons)
{
	note(monitor, FAKE_REASONS, 0, 0, reasons);
	if (reasons & ~PRINTPORT_REASON_ALL)
		complain(monitor, "reasons %#llx", (unsigned long long)reasons);
}

size_t printport_monitor_back(struct printport_monitor *monitor, const void *buf, size_t len)
{
	if (len > monitor->back_room)
		len = monitor->back_room;
	if (monitor->back_room != SIZE_MAX)
		monitor->back_room -= len;
	if (!len)
		return 0;
	put(&monitor->back, buf, len);
	note(monitor, FAKE_BACK, 0, 0, len);
	return len;
}

void printport_monitor_answer(struct printport_monitor *monitor, uint32_t query, int error,
			      const void *buf, size_t len)
{
	struct question *question = find_question(monitor, query);

	note(monitor, FAKE_ANSWER, query, error, len);
	if (!question)
		return complain(monitor, "answer to query %u, which there is not", query);
	if (question->answered)
		return complain(monitor, "query %u: answered twice", query);
	if (error > 0 || error < -133 || len > PRINTPORT_LM_PAYLOAD_MAX || (error && len))
		complain(monitor, "query %u: error %d, %zu bytes", query, error, len);
	question->answered = true;
	question->error = error;
	put(&question->answer, buf, len);
	if (question->tell)
		question->tell(question->arg, error, question->answer.at, len);
}

void printport_monitor_timer(struct printport_monitor *monitor, unsigned int ms)
{
	monitor->expires = ms ? monitor->now + ms : 0;
}

uint64_t printport_monitor_now(const struct printport_monitor *monitor)
{
	return monitor->now;
}

int printport_monitor_open_transport(struct printport_monitor *monitor)
{
	int err = monitor->transport_error;

	if (!err && monitor->open)
		err = -EBUSY;
	note(monitor, FAKE_OPEN_TRANSPORT, 0, err, 0);
	if (!err)
		monitor->transport = true;
	return err;
}

void printport_monitor_close_transport(struct printport_monitor *monitor)
{
	note(monitor, FAKE_CLOSE_TRANSPORT, 0, 0, 0);
	monitor->transport = false;
}

void printport_monitor_ask(struct printport_monitor *monitor, const char *key,
			   void (*answer)(void *arg, int error, const void *buf, size_t len),
			   void *arg)
{
	ask(monitor, LOCAL_QUERY, key, answer, arg);
}

void printport_monitor_observe(struct printport_monitor *monitor,
			       void (*observe)(void *arg,
					       const struct printport_lm_message *command),
			       void *arg)
{
	monitor->observe = observe;
	monitor->observe_arg = arg;
}

void printport_monitor_set_log(struct printport_monitor *monitor,
			       void (*log)(void *arg, int level, const char *line), void *arg)
{
	monitor->log = log;
	monitor->log_arg = arg;
}

void printport_monitor_log(struct printport_monitor *monitor, int level,
			   const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (monitor->log)
		monitor->log(monitor->log_arg, level, line);
}
