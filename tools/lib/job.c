// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Jobs: which operation is called when, and what it decides.
 *
 * The kernel announces jobs ahead. Their operations are called one job after the
 * other: a job's turn comes when the DONE of the one before it was accepted. While
 * anything that was sent has to wait, no operation is called that would send more,
 * except abort_doc(), which is what may end the waiting.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "monitor-internal.h"

struct job *job_find(struct printport_monitor *monitor, uint32_t id)
{
	struct job *job = monitor->job;

	if (job && job->doc.id == id)
		return job;
	for (job = monitor->queue; job; job = job->next)
		if (job->doc.id == id)
			return job;
	return NULL;
}

static bool is_stalled(const struct printport_monitor *monitor)
{
	return monitor->blocked || buffer_len(&monitor->backlog);
}

static bool is_decided(const struct job *job)
{
	return job->pass || job->decided >= job->available;
}

/* --- commands of a job -------------------------------------------------- */

/* Whether the language may still do something about the job. */
static bool job_takes(struct printport_monitor *monitor, const struct job *job,
		      const char *what)
{
	if (!job || job != monitor->job) {
		printport_monitor_log(monitor, LOG_ERR, "%s: not this job's turn", what);
		return false;
	}
	return !job->dead;
}

static void decide(struct printport_monitor *monitor, struct job *job, unsigned int type,
		   uint64_t len)
{
	struct printport_lm_message command = {
		.type = type,
		.job = job->doc.id,
		.pos = job->base + job->decided,
		.len = len,
	};

	job->begun = true;
	monitor_kick(monitor);
	if (type == PRINTPORT_LM_FORWARD && channel_extend(monitor, &command))
		return;
	wire_barrier(monitor, job);
	channel_command(monitor, &command);
}

/**
 * printport_monitor_pass - send all the rest of a job as it is
 * @monitor: the monitor
 * @doc: the job
 */
void printport_monitor_pass(struct printport_monitor *monitor, struct printport_doc *doc)
{
	struct job *job = (struct job *)doc;

	if (!job_takes(monitor, job, "pass") || job->pass)
		return;
	/* An empty rest needs no command. */
	if (!job->ended || job->decided < job->available)
		decide(monitor, job, PRINTPORT_LM_FORWARD, PRINTPORT_LM_REST);
	job->pass = true;
}

/**
 * printport_monitor_forward - send the next bytes of a job as they are
 * @monitor: the monitor
 * @doc: the job
 * @len: bytes, also those that are yet to come
 */
void printport_monitor_forward(struct printport_monitor *monitor, struct printport_doc *doc,
			       uint64_t len)
{
	struct job *job = (struct job *)doc;

	if (!job_takes(monitor, job, "forward") || job->pass || !len)
		return;
	if (job->ended && len > job->available - job->decided)
		len = job->available - job->decided;
	if (len >= UINT64_MAX - job->base - job->decided) {
		printport_monitor_pass(monitor, doc);
		return;
	}
	if (!len)
		return;
	decide(monitor, job, PRINTPORT_LM_FORWARD, len);
	job->decided += len;
}

/**
 * printport_monitor_consume - take the next bytes out of a job
 * @monitor: the monitor
 * @doc: the job
 * @len: bytes that write() was shown
 */
void printport_monitor_consume(struct printport_monitor *monitor, struct printport_doc *doc,
			       size_t len)
{
	struct job *job = (struct job *)doc;
	uint64_t shown;

	if (!job_takes(monitor, job, "consume") || !len)
		return;
	shown = job->pass || job->shown < job->decided ? 0 : job->shown - job->decided;
	if (len > shown) {
		printport_monitor_log(monitor, LOG_ERR, "consume: %zu bytes, %llu were shown",
				      len, (unsigned long long)shown);
		len = shown;
	}
	if (!len)
		return;
	decide(monitor, job, PRINTPORT_LM_CONSUME, len);
	job->decided += len;
}

static int send_aside(struct printport_monitor *monitor, const void *buf, size_t len)
{
	if (len > ASIDE_SIZE - buffer_len(&monitor->aside))
		return -ENOMEM;
	return buffer_append(&monitor->aside, buf, len) ? 0 : -ENOMEM;
}

/**
 * printport_monitor_send - send bytes to the printer
 * @monitor: the monitor
 * @doc: the job that they are part of; NULL: none
 * @buf: the bytes
 * @len: how many
 *
 * Returns 0 or -ENOMEM, and then nothing was sent. Nothing is sent for a job that is
 * dead.
 */
int printport_monitor_send(struct printport_monitor *monitor, struct printport_doc *doc,
			   const void *buf, size_t len)
{
	struct job *job = (struct job *)doc;

	if (!len)
		return 0;
	if (!doc) {
		if (monitor->job && monitor->job->begun)
			return send_aside(monitor, buf, len);
		return wire_send(monitor, 0, buf, len);
	}
	if (!job_takes(monitor, job, "send"))
		return 0;
	job->begun = true;
	wire_barrier(monitor, job);
	return wire_send(monitor, doc->id, buf, len);
}

static void command_done(struct printport_monitor *monitor, uint32_t id)
{
	struct printport_lm_message command = { .type = PRINTPORT_LM_DONE, .job = id };

	channel_command(monitor, &command);
}

static void send_what_was_kept_aside(struct printport_monitor *monitor)
{
	size_t len = buffer_len(&monitor->aside);

	if (len && wire_send(monitor, 0, buffer_head(&monitor->aside), len))
		monitor_fail(monitor, -ENOMEM);
	buffer_clear(&monitor->aside);
}

static void job_finish(struct printport_monitor *monitor, struct job *job)
{
	monitor->job = NULL;
	job->next = monitor->finished;
	monitor->finished = job;
	command_done(monitor, job->doc.id);
	send_what_was_kept_aside(monitor);
	monitor_kick(monitor);
}

/**
 * printport_monitor_done - nothing more comes for a job
 * @monitor: the monitor
 * @doc: the job; freed
 */
void printport_monitor_done(struct printport_monitor *monitor, struct printport_doc *doc)
{
	struct job *job = (struct job *)doc;

	if (!job || job != monitor->job || !(job->ended || job->aborted)) {
		printport_monitor_log(monitor, LOG_ERR, "done: the job has not ended");
		return;
	}
	if (!is_decided(job))
		printport_monitor_pass(monitor, doc);
	job_finish(monitor, job);
}

void job_answer_abort(struct printport_monitor *monitor, uint32_t id)
{
	struct printport_lm_message command = { .type = PRINTPORT_LM_DONE, .job = id };
	bool on_its_way = channel_waiting_done(monitor) == id;

	if (monitor->owed_abort == id)
		monitor->owed_abort = 0;
	channel_cancel(monitor, id);
	if (!on_its_way)
		channel_first(monitor, &command);
}

/* --- operations --------------------------------------------------------- */

static void op_start_doc(struct printport_monitor *monitor, struct job *job)
{
	monitor->in_op++;
	if (monitor->ops->start_doc)
		monitor->ops->start_doc(monitor, &job->doc);
	monitor->in_op--;
	if (!monitor->ops->write && monitor->job == job)
		printport_monitor_pass(monitor, &job->doc);
}

static bool start_next(struct printport_monitor *monitor)
{
	struct job *job = monitor->queue;

	if (!job)
		return false;
	monitor->queue = job->next;
	if (!monitor->queue)
		monitor->queue_end = &monitor->queue;
	monitor->jobs--;
	job->next = NULL;
	monitor->job = job;
	if (job->dead) {
		/* The language never heard of it. */
		job->told = true;
		if (job->aborted)
			job_finish(monitor, job);
	} else {
		op_start_doc(monitor, job);
	}
	return true;
}

static bool call_abort_doc(struct printport_monitor *monitor, struct job *job)
{
	int ret = 0;

	job->told = true;
	monitor->in_op++;
	if (monitor->ops->abort_doc)
		ret = monitor->ops->abort_doc(monitor, &job->doc, job->error);
	monitor->in_op--;
	if (monitor->job == job && ret != PRINTPORT_MONITOR_LATER)
		job_finish(monitor, job);
	return true;
}

static bool wants_flush(const struct printport_monitor *monitor, const struct job *job)
{
	return job->ended || job->sync > job->decided ||
		job->available - job->decided >= monitor->job_size;
}

static bool call_write(struct printport_monitor *monitor, struct job *job)
{
	bool flush = wants_flush(monitor, job);
	const unsigned char *buf;
	size_t len;

	if (job->starved ? wire_room(monitor) <= job->room :
	    job->shown >= job->available && !(flush && !job->flushed))
		return false;
	buf = monitor->job_ring + ((job->base + job->decided) & (monitor->job_size - 1));
	len = job->available - job->decided;
	job->shown = job->available;
	job->doc.accepted = job->shown;
	job->flushed = flush;
	job->starved = false;
	monitor->in_op++;
	monitor->ops->write(monitor, &job->doc, buf, len, flush);
	monitor->in_op--;
	/* POLLOUT says when a quarter is free: who wants more than that waits in vain. */
	job->room = wire_room(monitor);
	if (is_decided(job) || job->room >= monitor->wire_size / 4)
		job->starved = false;
	return true;
}

static bool call_end_doc(struct printport_monitor *monitor, struct job *job)
{
	int ret = 0;

	/* From here on done() and ABORT are what is left. */
	job->later = true;
	monitor->in_op++;
	if (monitor->ops->end_doc)
		ret = monitor->ops->end_doc(monitor, &job->doc);
	monitor->in_op--;
	if (monitor->job == job && ret != PRINTPORT_MONITOR_LATER)
		job_finish(monitor, job);
	return true;
}

static bool job_step(struct printport_monitor *monitor, struct job *job)
{
	if (job->dead || job->later)
		return false;
	if (is_decided(job))
		return job->ended && call_end_doc(monitor, job);
	if (call_write(monitor, job))
		return true;
	if (!job->ended || job->starved)
		return false;
	printport_monitor_pass(monitor, &job->doc);
	return true;
}

/* --- closing ------------------------------------------------------------ */

/**
 * printport_monitor_close_done - the port may be closed
 * @monitor: the monitor, whose close_port() has said PRINTPORT_MONITOR_LATER
 */
void printport_monitor_close_done(struct printport_monitor *monitor)
{
	struct printport_lm_message command = { .type = PRINTPORT_LM_CLOSE_DONE };

	if (monitor->closing != CLOSE_LATER) {
		printport_monitor_log(monitor, LOG_ERR, "close_done: nobody closes the port");
		return;
	}
	monitor->closing = NOT_CLOSING;
	if (!monitor->abandoned)
		channel_command(monitor, &command);
	monitor->abandoned = false;
}

static bool call_close_port(struct printport_monitor *monitor)
{
	int ret = 0;

	if (monitor->abandoned && monitor->is_open) {
		monitor->is_open = false;
		monitor->closing = CLOSE_TOLD;
	}
	if (monitor->closing != CLOSE_TOLD)
		return false;
	monitor->closing = CLOSE_LATER;
	monitor->in_op++;
	if (monitor->ops->close_port)
		ret = monitor->ops->close_port(monitor);
	monitor->in_op--;
	if (monitor->closing == CLOSE_LATER && ret != PRINTPORT_MONITOR_LATER)
		printport_monitor_close_done(monitor);
	return true;
}

/* --- the pump ----------------------------------------------------------- */

/* Jobs are finished in order: the next may begin when the kernel knows of the last. */
static bool last_is_done(struct printport_monitor *monitor)
{
	if (channel_waiting_done(monitor))
		channel_flush(monitor);
	return !channel_waiting_done(monitor) && !monitor->owed_abort;
}

static bool step(struct printport_monitor *monitor)
{
	struct job *job = monitor->job;

	if (job && job->aborted && !job->told)
		return call_abort_doc(monitor, job);
	if (!wire_advance(monitor) || is_stalled(monitor))
		return false;
	if (job)
		return job_step(monitor, job);
	if (!monitor->queue && !monitor->closing && !monitor->abandoned)
		return false;
	if (!last_is_done(monitor) || is_stalled(monitor))
		return false;
	return start_next(monitor) || call_close_port(monitor);
}

void jobs_pump(struct printport_monitor *monitor)
{
	while (!monitor->error && step(monitor))
		if (buffer_len(&monitor->ready) >= BATCH_SIZE)
			channel_flush(monitor);
}

/* --- the end of jobs ---------------------------------------------------- */

static void free_list(struct job **list)
{
	while (*list) {
		struct job *job = *list;

		*list = job->next;
		free(job);
	}
}

void jobs_free_finished(struct printport_monitor *monitor)
{
	free_list(&monitor->finished);
}

void jobs_free(struct printport_monitor *monitor)
{
	free_list(&monitor->finished);
	free_list(&monitor->queue);
	free(monitor->job);
}
