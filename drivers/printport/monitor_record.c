// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a language monitor is told. Nothing is queued for it: the next record follows
 * from the state of the jobs, the rings and the questions, so that a monitor that does
 * not read costs no memory.
 */
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "lm.h"

/* Where records are put; NULL: it is only asked whether there is one. */
struct record {
	struct printport_lm_message *message;
	void *payload;
	size_t room;
};

static size_t record_size(size_t len)
{
	return sizeof(struct printport_lm_message) + ALIGN(len, 8);
}

/*
 * Fills in a record with @len bytes of payload. Returns whether there is room, in
 * which case the state that it tells may be taken for told.
 */
static bool record_put(struct record *record, enum printport_lm_record_type type, u32 job,
		       u32 arg, u64 pos, size_t len)
{
	if (record_size(len) > record->room)
		return false;
	memset(record->message, 0, record_size(len));
	record->message->size = record_size(len);
	record->message->type = type;
	record->message->job = job;
	record->message->arg = arg;
	record->message->pos = pos;
	record->message->len = len;
	record->payload = record->message + 1;
	return true;
}

/*
 * Each of these says whether there is a record of its kind. If there is, and @record is
 * not NULL, it is put there and @record->room becomes 0 if it did not fit.
 */

static bool tell_open(struct printport_lm *lm, struct record *record)
{
	if (lm->open != PRINTPORT_ASK_NOW)
		return false;
	if (record && record_put(record, PRINTPORT_LM_OPEN, 0, lm->opener, 0, 0))
		lm->open = PRINTPORT_ASK_TOLD;
	return true;
}

static bool tell_status(struct printport *port, struct printport_lm *lm,
			struct record *record)
{
	if (lm->status_told == port->reasons)
		return false;
	if (record && record_put(record, PRINTPORT_LM_STATUS, 0, 0, port->reasons, 0))
		lm->status_told = port->reasons;
	return true;
}

static bool tell_printer_data(struct printport *port, struct printport_lm *lm,
			      struct record *record)
{
	size_t len, done;

	if (port->lm != lm || (lm->pass_back && port->held))
		return false;
	len = min_t(size_t, printport_fifo_filled(&port->rx), PRINTPORT_LM_PAYLOAD_MAX);
	if (!len)
		return false;
	if (!record || !record_put(record, PRINTPORT_LM_PRINTER_DATA, 0, 0, 0, len))
		return true;
	for (done = 0; done < len;) {
		size_t part = len - done;
		const void *from = printport_ring_span(&port->rx.ring, port->rx.tail, &part);

		memcpy(record->payload + done, from, part);
		port->rx.tail += part;
		done += part;
	}
	return true;
}

static bool tell_query(struct printport_lm *lm, struct record *record)
{
	struct printport_lm_query *q;

	list_for_each_entry(q, &lm->queries, node) {
		if (q->told)
			continue;
		if (record && record_put(record, PRINTPORT_LM_QUERY, 0, q->cookie, 0,
					 q->question_len)) {
			memcpy(record->payload, q->question, q->question_len);
			q->told = true;
		}
		return true;
	}
	return false;
}

static bool tell_delivered(struct printport *port, struct printport_lm *lm,
			   struct record *record)
{
	struct printport_job *job;

	if (!lm->untold)
		return false;
	list_for_each_entry(job, &port->results, node) {
		if (job->told_delivered)
			continue;
		if (record && record_put(record, PRINTPORT_LM_DELIVERED, job->id,
					 -job->error, 0, 0)) {
			job->told_delivered = true;
			lm->untold--;
			printport_tx_wake(port);
		}
		return true;
	}
	return false;
}

static bool tell_start(struct printport_job *job, struct record *record)
{
	struct printport_lm_doc *doc;

	if (job->told)
		return false;
	if (record && record_put(record, PRINTPORT_LM_START_DOC, job->id, 0, job->in_start,
				 sizeof(*doc))) {
		doc = record->payload;
		BUILD_BUG_ON(sizeof(doc->name) != sizeof(job->name));
		memcpy(doc->name, job->name, sizeof(doc->name));
		memcpy(doc->user, job->user, sizeof(doc->user));
		record->message->flags = job->flags;
		job->told = true;
	}
	return true;
}

static bool tell_data(struct printport_lm *lm, struct printport_job *job,
		      struct record *record)
{
	u64 end = job->ended ? job->in_end : lm->job_head;

	if (job->shown == end)
		return false;
	if (record && record_put(record, PRINTPORT_LM_DATA, job->id, 0, job->shown, 0)) {
		record->message->len = end - job->shown;
		job->shown = end;
	}
	return true;
}

static bool tell_end(struct printport_job *job, struct record *record)
{
	if (job->dead) {
		if (record && record_put(record, PRINTPORT_LM_ABORT, job->id, -job->error, 0, 0))
			job->told_end = true;
		return true;
	}
	if (!job->ended)
		return false;
	if (record && record_put(record, PRINTPORT_LM_END_DOC, job->id, 0, job->in_end, 0))
		job->told_end = true;
	return true;
}

static bool tell_sync(struct printport *port, struct printport_lm *lm,
		      struct printport_job *job, struct record *record)
{
	if (job != printport_lm_current(port) || job->dead ||
	    lm->sync_told >= lm->sync || lm->sync <= lm->decided || job->shown < lm->sync)
		return false;
	if (record && record_put(record, PRINTPORT_LM_SYNC, job->id, 0, lm->sync, 0))
		lm->sync_told = lm->sync;
	return true;
}

static bool tell_job(struct printport *port, struct printport_lm *lm, struct record *record)
{
	struct printport_job *job;

	if (port->lm != lm)
		return false;
	list_for_each_entry(job, &port->jobs, node) {
		if (job->internal || job->done)
			continue;
		/* It has died since, and is told so once. */
		if (job->told_end)
			continue;
		if (job->dead)
			return tell_end(job, record);
		return tell_start(job, record) || tell_data(lm, job, record) ||
		       tell_sync(port, lm, job, record) || tell_end(job, record);
	}
	return false;
}

static bool tell_close(struct printport *port, struct printport_lm *lm,
		       struct record *record)
{
	if (lm->close != PRINTPORT_ASK_NOW || port->lm != lm || printport_lm_current(port))
		return false;
	if (record && record_put(record, PRINTPORT_LM_CLOSE, 0, 0, 0, 0))
		lm->close = PRINTPORT_ASK_TOLD;
	return true;
}

static bool lm_tell(struct printport *port, struct printport_lm *lm, struct record *record)
{
	return tell_open(lm, record) || tell_status(port, lm, record) ||
	       tell_printer_data(port, lm, record) || tell_query(lm, record) ||
	       tell_delivered(port, lm, record) || tell_job(port, lm, record) ||
	       tell_close(port, lm, record);
}

/**
 * printport_lm_has_record - whether there is something to tell
 * @port: the port, locked
 * @lm: its monitor
 *
 * Context: any.
 */
bool printport_lm_has_record(struct printport *port, struct printport_lm *lm)
{
	return !lm->lost && lm_tell(port, lm, NULL);
}

/**
 * printport_lm_gather - put as many records as fit into @lm->record
 * @lm: the monitor; its read_mutex is held
 *
 * Context: process, may sleep.
 * Return: 0 (also if there is none) or -ENODEV.
 */
int printport_lm_gather(struct printport_lm *lm)
{
	struct printport *port = lm->port;
	bool printer_data = false;

	spin_lock_irq(&port->lock);
	if (lm->lost || port->state == PRINTPORT_STATE_GONE) {
		spin_unlock_irq(&port->lock);
		return -ENODEV;
	}
	for (;;) {
		struct record record = {
			.message = lm->record + lm->record_len,
			.room = PRINTPORT_LM_READ_MIN - lm->record_len,
		};

		if (!lm_tell(port, lm, &record) || !record.payload)
			break;
		printer_data |= record.message->type == PRINTPORT_LM_PRINTER_DATA;
		lm->record_len += record.message->size;
	}
	if (lm->record_len)
		printport_lm_acted(port, lm);
	else
		printport_lm_owes_less(port, lm);
	spin_unlock_irq(&port->lock);
	if (printer_data)
		printport_rx_want(port);
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(printport_lm_gather);

static bool lm_may_read(struct printport *port, struct printport_lm *lm)
{
	bool ret;

	spin_lock_irq(&port->lock);
	ret = lm->lost || port->state == PRINTPORT_STATE_GONE ||
	      printport_lm_has_record(port, lm);
	spin_unlock_irq(&port->lock);
	return ret;
}

/* What could not be copied stays for the next read. */
static ssize_t lm_copy(struct printport_lm *lm, char __user *buf)
{
	size_t len = lm->record_len;

	if (copy_to_user(buf, lm->record, len))
		return -EFAULT;
	lm->record_len = 0;
	return len;
}

/**
 * printport_lm_read - give the monitor its records
 * @lm: the monitor
 * @buf: where to
 * @size: bytes there
 * @nonblock: do not wait for the first
 *
 * Context: process, sleeps.
 * Return: bytes, or -EINVAL (too small, or not introduced), -EAGAIN, -ERESTARTSYS,
 * -EFAULT, -ENODEV.
 */
ssize_t printport_lm_read(struct printport_lm *lm, char __user *buf, size_t size,
			  bool nonblock)
{
	struct printport *port = lm->port;
	ssize_t ret;

	if (size < PRINTPORT_LM_READ_MIN || !READ_ONCE(lm->introduced))
		return READ_ONCE(lm->lost) ? -ENODEV : -EINVAL;
	if (mutex_lock_interruptible(&lm->read_mutex))
		return -ERESTARTSYS;
	for (;;) {
		ret = lm->record_len ? 0 : printport_lm_gather(lm);
		if (!ret && lm->record_len)
			ret = lm_copy(lm, buf);
		if (ret)
			break;
		if (nonblock) {
			ret = -EAGAIN;
			break;
		}
		ret = wait_event_interruptible(port->lm_wait, lm_may_read(port, lm));
		if (ret)
			break;
	}
	mutex_unlock(&lm->read_mutex);
	return ret;
}
