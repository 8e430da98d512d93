// SPDX-License-Identifier: LGPL-2.1-or-later
/* Records: what the kernel says. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "monitor-internal.h"

/* --- a job's records ---------------------------------------------------- */

static int start_doc(struct printport_monitor *monitor,
		     const struct printport_lm_message *record, const void *payload)
{
	const struct printport_lm_doc *from = payload;
	struct job *job;

	if (record->len < sizeof(*from) || !record->job || monitor->jobs >= JOBS_MAX ||
	    job_find(monitor, record->job))
		return -EPROTO;
	job = calloc(1, sizeof(*job));
	if (!job)
		return -ENOMEM;
	memcpy(job->name, from->name, sizeof(job->name) - 1);
	memcpy(job->user, from->user, sizeof(job->user) - 1);
	job->doc.id = record->job;
	job->doc.implicit = record->flags & PRINTPORT_JOB_F_IMPLICIT;
	job->doc.name = job->name;
	job->doc.user = job->user;
	job->base = record->pos;
	*monitor->queue_end = job;
	monitor->queue_end = &job->next;
	monitor->jobs++;
	return 0;
}

static int data(struct printport_monitor *monitor, struct job *job,
		const struct printport_lm_message *record)
{
	uint64_t from, limit;

	if (job->aborted)
		return 0;
	if (job->ended || !record->len || record->len > UINT64_MAX - record->pos)
		return -EPROTO;
	if (record->pos < job->base)
		return -EPROTO;
	/* What was forwarded before it came need not be announced. */
	from = record->pos - job->base;
	limit = job->decided > job->available ? job->decided : job->available;
	if (from < job->available || (from > limit && !job->pass))
		return -EPROTO;
	job->available = from + record->len;
	if (!job->pass && job->available > job->decided &&
	    job->available - job->decided > monitor->job_size)
		return -EPROTO;
	return 0;
}

static int sync_doc(struct job *job, const struct printport_lm_message *record)
{
	if (record->pos > job->base) {
		job->sync = record->pos - job->base;
		job->flushed = false;
	}
	return 0;
}

static int end_doc(struct job *job, const struct printport_lm_message *record)
{
	uint64_t end;

	if (job->aborted)
		return 0;
	if (job->ended)
		return -EPROTO;
	if (record->pos < job->base)
		return -EPROTO;
	end = record->pos - job->base;
	if (end < job->available || (end > job->available && !job->pass && end > job->decided))
		return -EPROTO;
	job->available = end;
	job->doc.accepted = end;
	job->ended = true;
	job->flushed = false;
	return 0;
}

static int abort_doc(struct printport_monitor *monitor, struct job *job,
		     const struct printport_lm_message *record)
{
	if (job->aborted)
		return -EPROTO;
	job->aborted = true;
	job->error = -(int)channel_errno(record->arg > ERRNO_LAST ? EIO : (int)record->arg);
	channel_cancel(monitor, job->doc.id);
	return 0;
}

static int job_record(struct printport_monitor *monitor,
		      const struct printport_lm_message *record)
{
	struct job *job = job_find(monitor, record->job);

	if (!job) {
		/* DONE was said already, or is on its way. */
		if (record->type == PRINTPORT_LM_ABORT && record->job)
			job_answer_abort(monitor, record->job);
		else if (record->type != PRINTPORT_LM_SYNC)
			return -EPROTO;
		return 0;
	}
	switch (record->type) {
	case PRINTPORT_LM_DATA:
		return data(monitor, job, record);
	case PRINTPORT_LM_SYNC:
		return sync_doc(job, record);
	case PRINTPORT_LM_END_DOC:
		return end_doc(job, record);
	}
	return abort_doc(monitor, job, record);
}

/* --- the others --------------------------------------------------------- */

static void call_open_port(struct printport_monitor *monitor, uid_t uid)
{
	struct printport_lm_message command = { .type = PRINTPORT_LM_OPEN_ANSWER };
	int ret = 0;

	monitor->in_op++;
	/* An opener that gave up before it was answered has left no CLOSE. */
	if (monitor->is_open && monitor->ops->close_port)
		monitor->ops->close_port(monitor);
	monitor->abandoned = false;
	monitor->closing = NOT_CLOSING;
	monitor->is_open = false;
	if (monitor->ops->open_port)
		ret = monitor->ops->open_port(monitor, uid);
	monitor->in_op--;

	if (ret < 0)
		command.arg = channel_errno(ret);
	else if (monitor->ops->flags & PRINTPORT_MONITOR_PASS_BACK)
		command.flags = PRINTPORT_LM_OPEN_PASS_BACK;
	monitor->is_open = ret >= 0;
	channel_first(monitor, &command);
}

static void close_port(struct printport_monitor *monitor)
{
	struct printport_lm_message command = { .type = PRINTPORT_LM_CLOSE_DONE };

	buffer_clear(&monitor->back);
	if (monitor->is_open)
		monitor->closing = CLOSE_TOLD;
	else if (monitor->closing == NOT_CLOSING)
		channel_command(monitor, &command);
	/* Now it does come, although the opener had given up: it is to be answered. */
	monitor->abandoned = false;
	monitor->is_open = false;
}

static void call_read(struct printport_monitor *monitor, const void *buf, size_t len)
{
	monitor->in_op++;
	if (monitor->ops->read)
		monitor->ops->read(monitor, buf, len);
	else if (printport_monitor_back(monitor, buf, len) < len)
		printport_monitor_log(monitor, LOG_DEBUG,
				      "the spooler does not read: bytes were dropped");
	monitor->in_op--;
}

static void call_delivered(struct printport_monitor *monitor, uint32_t id, uint32_t error)
{
	int code = -(int)channel_errno(error > ERRNO_LAST ? EIO : (int)error);

	monitor->in_op++;
	if (monitor->ops->delivered)
		monitor->ops->delivered(monitor, id, code);
	monitor->in_op--;
}

static void call_status(struct printport_monitor *monitor, uint64_t reasons)
{
	monitor->in_op++;
	if (monitor->ops->status)
		monitor->ops->status(monitor, reasons);
	monitor->in_op--;
}

static int record_one(struct printport_monitor *monitor,
		      const struct printport_lm_message *record, const void *payload)
{
	switch (record->type) {
	case PRINTPORT_LM_OPEN:
		call_open_port(monitor, record->arg);
		return 0;
	case PRINTPORT_LM_START_DOC:
		return start_doc(monitor, record, payload);
	case PRINTPORT_LM_DATA:
	case PRINTPORT_LM_SYNC:
	case PRINTPORT_LM_END_DOC:
	case PRINTPORT_LM_ABORT:
		return job_record(monitor, record);
	case PRINTPORT_LM_DELIVERED:
		call_delivered(monitor, record->job, record->arg);
		return 0;
	case PRINTPORT_LM_CLOSE:
		close_port(monitor);
		return 0;
	case PRINTPORT_LM_QUERY:
		if (!record->arg || record->arg >> 31)
			return -EPROTO;
		query_asked(monitor, record->arg, payload, record->len);
		return 0;
	case PRINTPORT_LM_PRINTER_DATA:
		call_read(monitor, payload, record->len);
		return 0;
	case PRINTPORT_LM_STATUS:
		call_status(monitor, record->pos);
		return 0;
	}
	return -EPROTO;
}

/* The payload is within the record, and the record within what was read. */
static bool record_is_sane(const struct printport_lm_message *record, size_t left)
{
	size_t room;

	if (record->size < sizeof(*record) || record->size % 8 || record->size > left)
		return false;
	room = record->size - sizeof(*record);
	switch (record->type) {
	case PRINTPORT_LM_START_DOC:
	case PRINTPORT_LM_QUERY:
	case PRINTPORT_LM_PRINTER_DATA:
		return record->len <= room && record->len <= PRINTPORT_LM_PAYLOAD_MAX;
	}
	return true;
}

static void records_parse(struct printport_monitor *monitor, size_t len)
{
	const unsigned char *at = monitor->records;
	struct printport_lm_message record;
	int err;

	while (len && !monitor->error) {
		err = -EPROTO;
		memset(&record, 0, sizeof(record));
		if (len >= sizeof(record)) {
			memcpy(&record, at, sizeof(record));
			if (record_is_sane(&record, len))
				err = record_one(monitor, &record, at + sizeof(record));
		}
		if (err) {
			printport_monitor_log(monitor, LOG_ERR, "record %u (size %u, job %u, "
					      "pos %llu, len %llu) makes no sense: errno %d",
					      record.type, record.size, record.job,
					      (unsigned long long)record.pos,
					      (unsigned long long)record.len, -err);
			monitor_fail(monitor, err);
			return;
		}
		at += record.size;
		len -= record.size;
	}
}

void records_read(struct printport_monitor *monitor, bool hung_up)
{
	ssize_t len = printport_sys.read(monitor->fd, monitor->records,
					 sizeof(monitor->records));

	if (len > 0)
		records_parse(monitor, len);
	else if (len == 0)
		monitor_fail(monitor, -ENODEV);
	else if (errno != EAGAIN && errno != EINTR)
		monitor_fail(monitor, -errno);
	else if (hung_up && errno == EAGAIN)
		monitor_fail(monitor, -ENODEV);
}
