// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"

enum progress { STARTED, DONE, DELIVERED };

struct job {
	uint32_t id;		/* 0: none */
	uid_t owner;
	enum progress progress;
	char name[PRINTPORT_JOB_NAME_LEN];
};

struct condition {
	char state[32];
	char status[32];
	char reasons[512];
};

static struct {
	struct socket_server *server;
	const struct sysfs *sysfs;
	const struct printport_monitor_ops *inner;
	struct printport_monitor_ops wrapped;
	uid_t opener;
	bool open;
	struct job jobs[FEED_JOBS_MAX];		/* a ring */
	size_t next;
	struct condition told;
} feed;

/* --- jobs ------------------------------------------------------------------------- */

static struct job *find_job(uint32_t id)
{
	size_t i;

	for (i = 0; id && i < FEED_JOBS_MAX; i++)
		if (feed.jobs[i].id == id)
			return &feed.jobs[i];
	return NULL;
}

static void remember_job(const struct printport_doc *doc)
{
	struct job *job = &feed.jobs[feed.next];

	feed.next = (feed.next + 1) % FEED_JOBS_MAX;
	memset(job, 0, sizeof(*job));
	job->id = doc->id;
	job->owner = feed.opener;
	snprintf(job->name, sizeof(job->name), "%s", doc->name ? doc->name : "");
}

static void forget_job(uint32_t id)
{
	struct job *job = find_job(id);

	if (job)
		job->id = 0;
}

static void set_progress(uint32_t id, enum progress progress)
{
	struct job *job = find_job(id);

	if (job)
		job->progress = progress;
}

bool feed_is_busy(void)
{
	size_t i;

	for (i = 0; i < FEED_JOBS_MAX; i++)
		if (feed.jobs[i].id && feed.jobs[i].progress != DELIVERED)
			return true;
	return false;
}

/* --- news ------------------------------------------------------------------------- */

static struct json_object *new_event(const char *what)
{
	struct json_object *event = json_object_new_object();

	json_object_object_add(event, "event", json_object_new_string(what));
	return event;
}

static void tell(const char *what)
{
	if (feed.server)
		socket_publish(feed.server, new_event(what), NULL, 0);
}

/* @pages: 0 if unknown; @error: 0 or an errno, negative or not */
static void tell_job(uint32_t id, const char *state, unsigned int pages, int error)
{
	const struct job *job = find_job(id);
	struct json_object *event;
	const char *name;

	if (!feed.server)
		return;
	event = new_event("job");
	json_object_object_add(event, "id", json_object_new_int64(id));
	json_object_object_add(event, "state", json_object_new_string(state));
	if (pages)
		json_object_object_add(event, "pages", json_object_new_int64(pages));
	if (error) {
		name = strerrorname_np(abs(error));
		json_object_object_add(event, "error",
				       json_object_new_string(name ? name : "EIO"));
	}
	socket_publish(feed.server, event, job ? job->name : NULL, job ? job->owner : 0);
}

static struct json_object *reasons_array(char *reasons)
{
	struct json_object *array = json_object_new_array();
	char *word, *rest = reasons;

	while ((word = strsep(&rest, " ")))
		if (*word && strcmp(word, "none"))
			json_object_array_add(array, json_object_new_string(word));
	return array;
}

static void read_condition(struct condition *condition)
{
	memset(condition, 0, sizeof(*condition));
	sysfs_read(feed.sysfs, "state", condition->state, sizeof(condition->state));
	sysfs_read(feed.sysfs, "status", condition->status, sizeof(condition->status));
	sysfs_read(feed.sysfs, "reasons", condition->reasons, sizeof(condition->reasons));
}

static struct json_object *status_event(const struct condition *condition)
{
	struct json_object *event = new_event("status");
	struct condition copy = *condition;

	json_object_object_add(event, "state", json_object_new_string(copy.state));
	json_object_object_add(event, "status", json_object_new_string(copy.status));
	json_object_object_add(event, "reasons", reasons_array(copy.reasons));
	return event;
}

struct json_object *feed_status(void)
{
	struct condition now;

	read_condition(&now);
	return status_event(&now);
}

void feed_refresh(void)
{
	struct condition now;

	if (!feed.server)
		return;
	read_condition(&now);
	if (!memcmp(&now, &feed.told, sizeof(now)))
		return;
	feed.told = now;
	socket_publish(feed.server, status_event(&now), NULL, 0);
}

/* --- the operations --------------------------------------------------------------- */

static int feed_open_port(struct printport_monitor *monitor, uid_t uid)
{
	feed.opener = uid;
	return feed.inner->open_port ? feed.inner->open_port(monitor, uid) : 0;
}

static void feed_start_doc(struct printport_monitor *monitor, struct printport_doc *doc)
{
	remember_job(doc);
	tell_job(doc->id, "started", 0, 0);
	if (feed.inner->start_doc)
		feed.inner->start_doc(monitor, doc);
}

static int feed_abort_doc(struct printport_monitor *monitor, struct printport_doc *doc,
			  int error)
{
	/* The job may be freed when the language is done. */
	uint32_t id = doc->id;
	int ret = feed.inner->abort_doc ? feed.inner->abort_doc(monitor, doc, error) : 0;

	tell_job(id, error == -ECANCELED ? "aborted" : "failed", 0, error);
	forget_job(id);
	return ret;
}

static void feed_delivered(struct printport_monitor *monitor, uint32_t id, int error)
{
	bool last = error || !(feed.inner->flags & PRINTPORT_MONITOR_CONFIRMS);

	set_progress(id, DELIVERED);
	tell_job(id, error ? "failed" : "delivered", 0, error);
	if (last)
		forget_job(id);
	if (feed.inner->delivered)
		feed.inner->delivered(monitor, id, error);
}

static void feed_transport_status(struct printport_monitor *monitor, uint64_t reasons)
{
	if (feed.inner->status)
		feed.inner->status(monitor, reasons);
	feed_refresh();
}

const struct printport_monitor_ops *feed_wrap(const struct printport_monitor_ops *ops)
{
	struct printport_monitor_ops *wrapped = &feed.wrapped;
	size_t size = ops->size < sizeof(*wrapped) ? ops->size : sizeof(*wrapped);

	feed.inner = ops;
	memset(wrapped, 0, sizeof(*wrapped));
	memcpy(wrapped, ops, size);
	wrapped->size = sizeof(*wrapped);
	wrapped->open_port = feed_open_port;
	wrapped->start_doc = feed_start_doc;
	wrapped->abort_doc = feed_abort_doc;
	wrapped->delivered = feed_delivered;
	wrapped->status = feed_transport_status;
	return wrapped;
}

/* --- the commands ----------------------------------------------------------------- */

static void set_open(bool open)
{
	feed.open = open;
	tell(open ? "open" : "close");
}

static void observe_printed(const struct printport_lm_message *command)
{
	if (!command->arg)
		tell_job(command->job, "printed", command->len, 0);
	else if (command->arg == ENODATA)
		tell_job(command->job, "unconfirmed", command->len, 0);
	else
		tell_job(command->job, "failed", command->len, command->arg);
	forget_job(command->job);
}

void feed_observe(void *arg, const struct printport_lm_message *command)
{
	(void)arg;
	switch (command->type) {
	case PRINTPORT_LM_OPEN_ANSWER:
		if (!command->arg)
			set_open(true);
		break;
	case PRINTPORT_LM_CLOSE_DONE:
		set_open(false);
		break;
	case PRINTPORT_LM_DONE:
		/* That of a job that died has been told as its end. */
		if (!find_job(command->job))
			break;
		set_progress(command->job, DONE);
		tell_job(command->job, "done", 0, 0);
		break;
	case PRINTPORT_LM_PROGRESS:
		if (command->job)
			tell_job(command->job, "progress", command->arg, 0);
		break;
	case PRINTPORT_LM_PRINTED:
		observe_printed(command);
		break;
	case PRINTPORT_LM_REASONS:
		feed_refresh();
		break;
	}
}

/* --- beginning and end ------------------------------------------------------------ */

void feed_start(struct socket_server *server, const struct sysfs *sysfs)
{
	memset(&feed, 0, sizeof(feed));
	feed.server = server;
	feed.sysfs = sysfs;
	read_condition(&feed.told);
}

void feed_stop(void)
{
	feed.server = NULL;
}

/* What was handed over is delivered without the monitor, but nobody will say more of it. */
static void give_up_job(struct job *job, int error)
{
	if (job->progress == STARTED)
		tell_job(job->id, "failed", 0, error ? error : -ENODEV);
	else
		tell_job(job->id, "unconfirmed", 0, 0);
	job->id = 0;
}

void feed_forget(int error)
{
	size_t i;

	for (i = 0; i < FEED_JOBS_MAX; i++)
		if (feed.jobs[i].id)
			give_up_job(&feed.jobs[i], error);
	if (feed.open)
		set_open(false);
	feed.opener = 0;
}
