// SPDX-License-Identifier: GPL-2.0-only
/*
 * The forward queue: the spooler writes at its head, the transport takes in the
 * middle and reports at its tail.
 *
 *	tail ........... taken ............ head
 *	  in flight        queued             room
 *
 * Each byte belongs to a job. The stretch of a job that failed or was aborted is a
 * hole: it is skipped, by the transport when it takes and by the tail when
 * everything before it is reported. Bytes are copied once, from the spooler's
 * memory into the ring; the transport works on the ring itself.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "core.h"
#include "lm.h"
#include "trace.h"

/* The ring that the spooler writes into: with a language monitor its job ring. */
static const struct printport_ring *printport_tx_ring(const struct printport *port)
{
	return port->lm ? &port->lm->job : &port->tx;
}

/* In that ring: behind the last byte that was accepted. */
static u64 printport_tx_accepted(const struct printport *port)
{
	return port->lm ? port->lm->job_head : port->head;
}

/* In that ring: the oldest byte whose fate is open. */
static u64 printport_tx_settled(const struct printport *port)
{
	return port->lm ? port->lm->job_tail : port->tail;
}

static size_t printport_tx_room(const struct printport *port)
{
	return printport_tx_ring(port)->size -
	       (size_t)(printport_tx_accepted(port) - printport_tx_settled(port));
}

/*
 * A writer that waits is woken when this much is free: waking it for every
 * transfer would cost more than the transfer.
 */
static size_t printport_tx_low_water(const struct printport *port)
{
	return printport_tx_ring(port)->size / 4;
}

/**
 * printport_tx_writable - whether a write would not have to wait
 * @port: the port, locked
 *
 * Context: any.
 * Return: true also where a write would fail at once.
 */
bool printport_tx_writable(const struct printport *port)
{
	if (port->state == PRINTPORT_STATE_GONE || port->error || port->shut ||
	    printport_lm_stale(port) || (port->job && port->job->dead))
		return true;
	if (!port->job && printport_jobs_full(port))
		return false;
	return printport_tx_room(port) >= printport_tx_low_water(port);
}
EXPORT_SYMBOL_FOR_TEST(printport_tx_writable);

/**
 * printport_tx_wake - wake everybody who waits for the forward queue
 * @port: the port, locked
 *
 * Context: any.
 */
void printport_tx_wake(struct printport *port)
{
	if (wq_has_sleeper(&port->tx_wait))
		wake_up_poll(&port->tx_wait, EPOLLOUT | EPOLLWRNORM | EPOLLERR |
			     EPOLLHUP);
}

/*
 * A write that is under way: its bytes belong to one job, and when that is over,
 * so is the write.
 */
struct printport_write {
	u32 job;		/* id, 0 before there is one */
	size_t done;		/* bytes accepted */
	struct printport_job *spare;	/* becomes an implicit job if one must begin */
	bool wired;		/* there is something new for the transport */
};

static bool printport_write_lost_job(const struct printport *port, u32 id)
{
	return id && (!port->job || port->job->id != id);
}

/* Under lock: why nothing can be written, 0 if something can. */
static int printport_write_refuse(struct printport *port,
				  const struct printport_write *write)
{
	if (port->state == PRINTPORT_STATE_GONE) {
		printport_error_take(port);
		return -ENODEV;
	}
	/* Another job's error: the next call says it, this one has accepted bytes. */
	if (port->error && write->done && port->error_job != write->job)
		return -EAGAIN;
	if (port->error)
		return printport_error_take(port);
	if (printport_lm_stale(port))
		return -ENODEV;
	if (port->shut)
		return -ESHUTDOWN;
	if ((port->job && port->job->dead) || printport_write_lost_job(port, write->job))
		return -ECANCELED;
	return 0;
}

static bool printport_write_may_go_on(struct printport *port, u64 id)
{
	bool ret;

	spin_lock_irq(&port->lock);
	ret = printport_tx_writable(port) || printport_write_lost_job(port, id) ||
	      printport_lp_write_error(port);
	spin_unlock_irq(&port->lock);
	return ret;
}

/**
 * printport_tx_lock - become the one producer
 * @port: the port
 * @nonblock: do not wait for another producer
 *
 * Context: process, sleeps.
 * Return: 0, -EAGAIN, or -ERESTARTSYS.
 */
int printport_tx_lock(struct printport *port, bool nonblock)
{
	if (nonblock)
		return mutex_trylock(&port->tx_mutex) ? 0 : -EAGAIN;
	return mutex_lock_interruptible(&port->tx_mutex) ? -ERESTARTSYS : 0;
}

/**
 * printport_tx_start - tell the transport that there is work
 * @port: an open port
 *
 * Context: process, may sleep.
 */
void printport_tx_start(struct printport *port)
{
	if (!printport_ops_begin(port))
		return;
	if (port->active && port->ops->tx_start)
		port->ops->tx_start(port);
	printport_ops_end(port);
}

/*
 * Copies one span. Returns the bytes that were accepted, 0 if there is no room, or
 * a negative errno. The lock is not held while user memory is read, so everything
 * is checked again before the bytes count.
 */
static ssize_t printport_write_span(struct printport *port, struct iov_iter *from,
				    struct printport_write *write)
{
	size_t len = iov_iter_count(from), copied;
	void *to;
	u64 head;
	int err;

	spin_lock_irq(&port->lock);
	err = printport_write_refuse(port, write);
	if (!err && !port->job && printport_jobs_full(port))
		len = 0;
	if (!err && !port->job)
		printport_lm_align(port);
	len = min(len, printport_tx_room(port));
	if (!err && len)
		to = printport_ring_span(printport_tx_ring(port),
					 printport_tx_accepted(port), &len);
	spin_unlock_irq(&port->lock);
	if (err || !len)
		return err;

	if (!write->job && !write->spare) {
		write->spare = printport_job_alloc();
		if (!write->spare)
			return -ENOMEM;
	}
	copied = copy_from_iter(to, len, from);
	if (!copied)
		return -EFAULT;

	spin_lock_irq(&port->lock);
	err = printport_write_refuse(port, write);
	if (!err) {
		if (!write->job) {
			printport_job_begin(port, write->spare, PRINTPORT_JOB_F_IMPLICIT);
			write->job = write->spare->id;
			write->spare = NULL;
		}
		if (!printport_queued(port)) {
			port->tx_progress = jiffies;
			printport_event_schedule(port);
		}
		port->job->accepted += copied;
		port->stats.bytes_written += copied;
		head = port->head;
		if (port->lm) {
			printport_lm_written(port, copied);
			printport_lm_kick_data(port);
		} else {
			port->head += copied;
			port->queued += copied;
			port->job->wired += copied;
		}
		/* A transport that has not found the queue empty comes again by itself. */
		write->wired = port->head != head && port->tx_waits;
		if (write->wired)
			port->tx_waits = false;
		trace_printport_queue(port->index, PRINTPORT_QUEUE_WRITE, copied,
				      printport_queued(port), port->in_flight);
	}
	spin_unlock_irq(&port->lock);
	return err ?: copied;
}

/**
 * printport_write - accept bytes from the spooler
 * @port: an open port
 * @from: the bytes; advanced by what was accepted (and, where an error is
 *	returned, possibly by bytes that were not)
 * @nonblock: do not wait for room
 *
 * Without @nonblock everything is accepted, unless a signal, a time limit or a
 * bad address comes in between. An error of the job that the bytes belong to
 * (-ENODEV, -ECANCELED, the transport's own) is returned even if bytes of this
 * call were accepted before: what was not delivered of them is lost and counted.
 *
 * Context: process, sleeps.
 * Return: bytes accepted, or -EAGAIN, -ERESTARTSYS, -ETIMEDOUT, -EFAULT, -ENOMEM,
 * -ESHUTDOWN, -ENODEV (the port or its language monitor is gone), -ECANCELED (the job
 * was aborted, or it failed and that was reported), or once the error with which the
 * transport failed (-EIO); where LPABORT asks for it, -ENOSPC (no paper) or -EIO.
 */
ssize_t printport_write(struct printport *port, struct iov_iter *from, bool nonblock)
{
	struct printport_write write = {};
	ssize_t ret;

	if (!iov_iter_count(from))
		return READ_ONCE(port->state) == PRINTPORT_STATE_GONE ? -ENODEV : 0;

	ret = printport_tx_lock(port, nonblock);
	if (ret)
		return ret;

	spin_lock_irq(&port->lock);
	write.job = port->job ? port->job->id : 0;
	spin_unlock_irq(&port->lock);
	do {
		ret = printport_write_span(port, from, &write);
		if (ret > 0) {
			write.done += ret;
			if (write.wired)
				printport_tx_start(port);
			if (fatal_signal_pending(current))
				break;
			cond_resched();
			continue;
		}
		if (!ret) {
			spin_lock_irq(&port->lock);
			ret = printport_lp_write_error(port);
			spin_unlock_irq(&port->lock);
			if (ret)
				break;
			ret = nonblock ? -EAGAIN :
			      printport_wait_tx(port, READ_ONCE(port->limits.write_ms),
						printport_write_may_go_on, write.job);
			if (!ret)
				continue;
		}
		if (ret != -EAGAIN && ret != -ERESTARTSYS && ret != -ETIMEDOUT &&
		    ret != -EFAULT && ret != -ENOMEM && ret != -ESHUTDOWN)
			write.done = 0;
		break;
	} while (iov_iter_count(from));

	mutex_unlock(&port->tx_mutex);
	kfree(write.spare);
	return write.done ?: ret;
}
EXPORT_SYMBOL_FOR_TEST(printport_write);

/* Under lock: nothing is owed to the printer, neither bytes nor a job's trailer. */
bool printport_tx_idle(const struct printport *port)
{
	struct printport_job *job;

	if (printport_queued(port))
		return false;
	if (!printport_lm_serves(port))
		return true;
	list_for_each_entry(job, &port->jobs, node)
		if (printport_lm_owes_job(port, job))
			return false;
	return true;
}

/* What was accepted so far; a monitor is told that somebody waits for it. */
static u64 printport_tx_mark(struct printport *port, bool sync)
{
	u64 pos;

	spin_lock_irq(&port->lock);
	pos = printport_tx_accepted(port);
	if (sync && printport_lm_serves(port)) {
		port->lm->sync = pos;
		printport_lm_kick(port);
	}
	spin_unlock_irq(&port->lock);
	return pos;
}

static bool printport_drained_up_to(struct printport *port, u64 pos)
{
	bool ret;

	spin_lock_irq(&port->lock);
	ret = printport_tx_settled(port) >= pos || port->state == PRINTPORT_STATE_GONE ||
	      printport_lm_stale(port);
	if (!ret)
		port->wake_at = min(port->wake_at, pos);
	spin_unlock_irq(&port->lock);
	return ret;
}

static bool printport_has_gone_out(struct printport *port, u64 unused)
{
	bool ret;

	spin_lock_irq(&port->lock);
	ret = printport_tx_idle(port) || port->state == PRINTPORT_STATE_GONE;
	spin_unlock_irq(&port->lock);
	return ret;
}

/**
 * printport_drain - wait until everything that was accepted is delivered or lost
 * @port: an open port
 * @limit_ms: how long to wait without a byte of progress; 0: no limit
 *
 * Context: process, sleeps.
 * Return: 0, -ETIMEDOUT or -ERESTARTSYS.
 */
int printport_drain(struct printport *port, unsigned int limit_ms)
{
	return printport_wait_tx(port, limit_ms, printport_has_gone_out, 0);
}

/* Who synchronizes need not wait for the rest when there is an error to tell. */
static bool printport_synced_up_to(struct printport *port, u64 pos)
{
	return READ_ONCE(port->error) || printport_drained_up_to(port, pos);
}

/**
 * printport_sync - fsync: wait until the transport has delivered everything
 * @port: an open port
 *
 * Context: process, sleeps.
 * Return: 0, -ENODEV, -ERESTARTSYS, -ETIMEDOUT, or once the error with which a
 * transfer failed.
 */
int printport_sync(struct printport *port)
{
	int err, reported;

	err = printport_wait_tx(port, READ_ONCE(port->limits.write_ms),
				printport_synced_up_to, printport_tx_mark(port, true));
	reported = printport_take_error(port);
	if (READ_ONCE(port->state) == PRINTPORT_STATE_GONE)
		return -ENODEV;
	if (!reported && printport_lm_stale(port))
		return -ENODEV;
	return reported ?: err;
}
EXPORT_SYMBOL_FOR_TEST(printport_sync);

/* Under lock: the job that owns the byte at @pos, or that comes next behind it. */
static struct printport_job *printport_job_at(struct printport *port, u64 pos)
{
	struct printport_job *job;

	list_for_each_entry(job, &port->jobs, node)
		if (!job->over || job->end > pos)
			return job;
	return NULL;
}

/* The same, but not a hole. */
static struct printport_job *printport_live_job_at(struct printport *port, u64 pos)
{
	struct printport_job *job;

	list_for_each_entry(job, &port->jobs, node)
		if (!job->written_off && (!job->over || job->end > pos))
			return job;
	return NULL;
}

/**
 * printport_tx_advance - let the tail pass what needs no transport
 * @port: the port, locked
 *
 * Settles the jobs at the front that are over and reported, and skips holes.
 *
 * Context: any.
 */
void printport_tx_advance(struct printport *port)
{
	struct printport_job *job;

	while ((job = list_first_entry_or_null(&port->jobs, struct printport_job, node))) {
		if (job->written_off) {
			port->tail = max(port->tail, job->end);
			port->taken = max(port->taken, port->tail);
		}
		if (port->lm)
			printport_wire_trim(port);
		if (!job->over || port->tail < job->end)
			break;
		/* A monitor has yet to hear that it is dead. */
		if (!job->done && !job->internal && printport_lm_serves(port))
			break;
		printport_job_settle(port, job);
	}
	if (printport_tx_settled(port) >= port->wake_at) {
		port->wake_at = U64_MAX;
		printport_tx_wake(port);
	}
	if (printport_tx_idle(port)) {
		printport_tx_wake(port);
		printport_event_schedule(port);
		if (port->state == PRINTPORT_STATE_DRAINING ||
		    (port->state == PRINTPORT_STATE_CLOSED && port->session))
			schedule_work(&port->drain_work);
	}
}

/**
 * printport_tx_take - take bytes to the printer
 * @port: the port
 * @buf: out: where they are; valid and unchanged until they are reported
 * @max: bytes wanted at most
 *
 * Context: any.
 * Return: bytes at @buf, all of one job; 0 when there are none.
 */
size_t printport_tx_take(struct printport *port, const void **buf, size_t max)
{
	struct printport_job *job;
	unsigned long flags;
	size_t len = 0;

	spin_lock_irqsave(&port->lock, flags);
	port->tx_waits = true;
	if (port->state == PRINTPORT_STATE_GONE || READ_ONCE(printport_hibernating))
		goto out;
	while ((job = printport_job_at(port, port->taken)) && job->written_off)
		port->taken = job->end;
	/* Dead and not written off: it waits for the transport to stop. */
	if (!job || job->dead)
		goto out;
	len = min_t(u64, max, (job->over ? job->end : port->head) - port->taken);
	if (!len)
		goto out;
	if (port->lm)
		*buf = printport_wire_span(port->lm, port->taken, &len);
	else
		*buf = printport_ring_span(&port->tx, port->taken, &len);
	port->taken += len;
	port->in_flight += len;
	port->tx_waits = !len;
	trace_printport_queue(port->index, PRINTPORT_QUEUE_TAKE, len, port->queued,
			      port->in_flight);
out:
	spin_unlock_irqrestore(&port->lock, flags);
	return len;
}
EXPORT_SYMBOL_GPL(printport_tx_take);

/**
 * printport_tx_pending - how much there is to take
 * @port: the port
 *
 * Context: any.
 * Return: bytes that were accepted and neither taken nor dropped.
 */
size_t printport_tx_pending(struct printport *port)
{
	unsigned long flags;
	size_t len;

	spin_lock_irqsave(&port->lock, flags);
	len = port->queued - port->in_flight;
	spin_unlock_irqrestore(&port->lock, flags);
	return len;
}
EXPORT_SYMBOL_GPL(printport_tx_pending);

/**
 * printport_tx_done - the printer took bytes
 * @port: the port
 * @len: how many of the oldest bytes in flight
 *
 * Context: any.
 */
void printport_tx_done(struct printport *port, size_t len)
{
	struct printport_job *job;
	unsigned long flags;
	bool writable, wire_room;

	spin_lock_irqsave(&port->lock, flags);
	if (port->state == PRINTPORT_STATE_GONE)
		goto out;
	if (WARN_ON_ONCE(len > port->in_flight))
		len = port->in_flight;
	if (!len)
		goto out;

	writable = printport_tx_writable(port);
	wire_room = !port->lm || printport_lm_wire_room(port->lm);
	port->in_flight -= len;
	port->queued -= len;
	port->tx_progress = jiffies;
	trace_printport_queue(port->index, PRINTPORT_QUEUE_DONE, len, port->queued,
			      port->in_flight);
	while (len && (job = printport_job_at(port, port->tail))) {
		size_t part = len;

		if (job->written_off) {
			port->tail = job->end;
			continue;
		}
		if (job->over)
			part = min_t(u64, part, job->end - port->tail);
		job->sent += part;
		if (!port->lm) {
			job->delivered += part;
			port->stats.bytes_delivered += part;
		}
		port->tail += part;
		len -= part;
		if (port->lm)
			printport_wire_trim(port);
		if (job->dead)
			printport_job_write_off(port, job);
	}
	printport_tx_advance(port);
	if (port->lm)
		printport_lm_forward_more(port);
	if (!wire_room && printport_lm_wire_room(port->lm))
		printport_lm_kick(port);
	if (!writable && printport_tx_writable(port))
		printport_tx_wake(port);
out:
	spin_unlock_irqrestore(&port->lock, flags);
}
EXPORT_SYMBOL_GPL(printport_tx_done);

/* Under lock: bytes went out of the queue, or back into it. */
static void printport_tx_went_on(struct printport *port)
{
	printport_tx_advance(port);
	if (port->lm) {
		printport_lm_forward_more(port);
		printport_lm_kick(port);
	}
	printport_tx_wake(port);
}

/**
 * printport_tx_stop - nothing is in flight any more
 * @port: the port
 * @error: 0: what was in flight goes back to the queue; a negative errno: the job
 *	of the oldest byte that was in flight (or, if none was, that is waiting)
 *	failed with it
 *
 * What the printer took has been reported with printport_tx_done() before, and no
 * transfer reads the queue any more.
 *
 * Context: any.
 */
void printport_tx_stop(struct printport *port, int error)
{
	struct printport_job *victim = NULL, *job;
	unsigned long flags;

	spin_lock_irqsave(&port->lock, flags);
	if (port->state == PRINTPORT_STATE_GONE)
		goto out;
	if (error && port->queued)
		victim = printport_live_job_at(port, port->tail);
	trace_printport_queue(port->index, PRINTPORT_QUEUE_STOP, port->in_flight,
			      port->queued, 0);
	port->in_flight = 0;
	port->taken = port->tail;
	port->tx_waits = true;
	list_for_each_entry(job, &port->jobs, node)
		if (job->dead)
			printport_job_write_off(port, job);

	/* A transfer of a job that is being aborted may fail: nobody else's loss. */
	if (victim && !victim->dead)
		printport_job_fail(port, victim, error);
	printport_tx_went_on(port);
out:
	spin_unlock_irqrestore(&port->lock, flags);
}
EXPORT_SYMBOL_GPL(printport_tx_stop);

/* Under lock: a job of which the printer has the beginning. */
static struct printport_job *printport_begun_job(const struct printport *port)
{
	struct printport_job *job;

	list_for_each_entry(job, &port->jobs, node)
		if (!job->dead && !job->internal && job->sent && !printport_job_is_idle(job))
			return job;
	return NULL;
}

/**
 * printport_tx_lost - the printer has forgotten what it took
 * @port: the port; nothing is in flight
 * @error: a negative errno: the job under way, if the printer had some of it, failed with it
 *
 * Context: any.
 */
void printport_tx_lost(struct printport *port, int error)
{
	struct printport_job *job;
	unsigned long flags;

	spin_lock_irqsave(&port->lock, flags);
	job = port->state == PRINTPORT_STATE_GONE ? NULL : printport_begun_job(port);
	if (job) {
		printport_job_fail(port, job, error);
		printport_tx_went_on(port);
	}
	spin_unlock_irqrestore(&port->lock, flags);
}
EXPORT_SYMBOL_GPL(printport_tx_lost);
