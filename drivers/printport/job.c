// SPDX-License-Identifier: GPL-2.0-only
/*
 * Jobs. A job owns a stretch of the forward queue from the position at which it
 * started to the one at which it was over:
 *
 *	ACTIVE --end--> PENDING --last byte delivered--> COMPLETED
 *	ACTIVE, PENDING --abort--> ABORTED
 *	ACTIVE, PENDING --transport failed, or gone--> FAILED
 *
 * Memory: a job is in printport.jobs until the tail has passed it, then the last
 * few are in printport.results; both lists own their jobs. printport.job points
 * into one of them while its holder has not ended it.
 */
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "core.h"
#include "lm.h"
#include "trace.h"

/**
 * printport_job_alloc - memory for a job
 *
 * Context: process, may sleep.
 * Return: the job, for printport_job_begin() or kfree(), or NULL.
 */
struct printport_job *printport_job_alloc(void)
{
	return kzalloc(sizeof(struct printport_job), GFP_KERNEL_ACCOUNT);
}
EXPORT_SYMBOL_FOR_TEST(printport_job_alloc);

/**
 * printport_job_begin - from now on bytes belong to this job
 * @port: the port, locked, without a job
 * @job: from printport_job_alloc(); the port's from now on
 * @flags: PRINTPORT_JOB_F_*
 *
 * Context: any.
 */
void printport_job_begin(struct printport *port, struct printport_job *job,
			 u32 flags)
{
	if (!++port->last_job_id)
		port->last_job_id = 1;
	job->id = port->last_job_id;
	job->flags = flags;
	job->state = PRINTPORT_JOB_ACTIVE;
	job->started = ktime_get_boottime();
	if (port->lm) {
		job->in_start = port->lm->job_head;
		job->shown = job->in_start;
	} else {
		job->start = port->head;
	}
	list_add_tail(&job->node, &port->jobs);
	port->nr_jobs++;
	port->job = job;
	trace_printport_job(port->index, job);
	printport_lm_kick(port);
}

/**
 * printport_job_over - the active job takes no more bytes
 * @port: the port, locked; one without a job is left alone
 *
 * Context: any.
 */
void printport_job_over(struct printport *port)
{
	struct printport_job *job = port->job;

	port->job = NULL;
	if (!job || job->over || job->ended)
		return;
	job->state = PRINTPORT_JOB_PENDING;
	if (port->lm) {
		/* It is over on the wire when the monitor is done with it. */
		job->ended = true;
		job->in_end = port->lm->job_head;
		printport_lm_kick(port);
	} else {
		job->over = true;
		job->end = port->head;
	}
	trace_printport_job(port->index, job);
	printport_tx_advance(port);
}

/**
 * printport_job_settle - the tail has passed a job
 * @port: the port, locked
 * @job: one of its jobs that is over
 *
 * Context: any.
 */
void printport_job_settle(struct printport *port, struct printport_job *job)
{
	struct printport_job *oldest;

	if (job->internal) {
		list_del(&job->node);
		kfree(job);
		return;
	}
	if (job->state == PRINTPORT_JOB_PENDING) {
		job->state = PRINTPORT_JOB_COMPLETED;
		job->finished = ktime_get_boottime();
		port->stats.jobs_completed++;
		trace_printport_job(port->index, job);
	}
	list_move_tail(&job->node, &port->results);
	port->nr_jobs--;
	if (printport_lm_serves(port) && job->told) {
		port->lm->untold++;
		printport_lm_kick(port);
	} else {
		job->told_delivered = true;
	}
	port->nr_results++;
	/* What a monitor has yet to hear of is not forgotten; it takes the place of a job. */
	while (port->nr_results > PRINTPORT_RESULTS_MAX) {
		oldest = list_first_entry(&port->results, struct printport_job, node);
		if (!oldest->told_delivered && printport_lm_serves(port))
			break;
		list_del(&oldest->node);
		kfree(oldest);
		port->nr_results--;
	}
	printport_tx_wake(port);
}

/**
 * printport_job_write_off - count what a dead job lost
 * @port: the port, locked
 * @job: a dead job; waits for another call while bytes of it are in flight
 *
 * Context: any.
 */
void printport_job_write_off(struct printport *port, struct printport_job *job)
{
	bool in_flight = port->in_flight && job->start < job->end &&
			 port->taken > job->start && port->tail < job->end;

	if (job->written_off || in_flight)
		return;
	job->written_off = true;
	job->lost = job->accepted - job->delivered;
	job->finished = ktime_get_boottime();
	port->queued -= job->wired - job->sent;
	if (job->internal)
		return;
	port->stats.bytes_lost += job->lost;
	if (job->state == PRINTPORT_JOB_ABORTED)
		port->stats.jobs_aborted++;
	else
		port->stats.jobs_failed++;
	trace_printport_job(port->index, job);
	trace_printport_error(port->index, job->id, job->error, job->lost);
	printport_event_schedule(port);
	printport_tx_wake(port);
}

/* The same, for its stretch of the job ring. */
static void printport_job_kill_in(struct printport *port, struct printport_job *job)
{
	if (!job->ended) {
		job->ended = true;
		job->in_end = port->lm->job_head;
	}
	if (job == printport_lm_current(port))
		port->lm->forward_left = 0;
	port->undecided -= job->accepted - job->decided;
	job->decided = job->accepted;
	if (!job->told)
		job->done = true;
	job->told_end = job->done;
	printport_lm_kick(port);
}

static void printport_job_kill(struct printport *port, struct printport_job *job,
			       enum printport_job_state state, int error)
{
	if (!job->over) {
		job->over = true;
		/* One that had no turn on the wire has no stretch of it. */
		if (!port->lm || job->begun)
			job->end = port->head;
	}
	if (port->lm && !job->internal)
		printport_job_kill_in(port, job);
	job->dead = true;
	job->state = state;
	job->error = error;
	/* Nobody will end an implicit job: the next write begins another one. */
	if (port->job == job && (job->flags & PRINTPORT_JOB_F_IMPLICIT))
		port->job = NULL;
	printport_job_write_off(port, job);
	if (port->lm)
		printport_lm_skip(port);
}

/* The holder's next call says it, unless a result does before. */
static void printport_job_report(struct printport *port, struct printport_job *job)
{
	if (!port->held || job->internal)
		return;
	job->unreported = true;
	if (port->error)
		return;
	port->error = job->error;
	port->error_job = job->id;
}

/* Under lock: a result of @job has said it. Another job may still be waiting. */
static void printport_job_reported(struct printport *port, struct printport_job *job)
{
	struct printport_job *other;

	job->unreported = false;
	if (!port->error || port->error_job != job->id)
		return;
	port->error = 0;
	list_for_each_entry(other, &port->results, node)
		if (other->unreported)
			printport_job_report(port, other);
	list_for_each_entry(other, &port->jobs, node)
		if (other->unreported)
			printport_job_report(port, other);
}

/**
 * printport_error_take - the error that is to be reported once
 * @port: the port, locked
 *
 * It speaks for every job that failed until now.
 *
 * Context: any.
 * Return: 0 or a negative errno, which is forgotten.
 */
int printport_error_take(struct printport *port)
{
	struct printport_job *job;
	int err = port->error;

	if (!err)
		return 0;
	port->error = 0;
	list_for_each_entry(job, &port->results, node)
		job->unreported = false;
	list_for_each_entry(job, &port->jobs, node)
		job->unreported = false;
	return err;
}

/**
 * printport_take_error - the same for who does not hold the lock
 * @port: the port
 *
 * Context: process.
 * Return: 0 or a negative errno, which is forgotten.
 */
int printport_take_error(struct printport *port)
{
	int err;

	spin_lock_irq(&port->lock);
	err = printport_error_take(port);
	spin_unlock_irq(&port->lock);
	return err;
}

/**
 * printport_job_is_idle - whether there is nothing to fail or abort
 * @job: a job, its port locked
 *
 * Context: any.
 * Return: true for plain writes of which nothing is under way.
 */
bool printport_job_is_idle(const struct printport_job *job)
{
	return (job->flags & PRINTPORT_JOB_F_IMPLICIT) && !job->ended &&
	       job->accepted == job->delivered && job->wired == job->sent;
}

/**
 * printport_job_fail - the transport failed
 * @port: the port, locked; nothing is in flight
 * @job: whose bytes failed
 * @error: negative errno
 *
 * Context: any.
 */
void printport_job_fail(struct printport *port, struct printport_job *job, int error)
{
	port->stats.errors++;
	printport_job_kill(port, job, PRINTPORT_JOB_FAILED, error);
	printport_job_report(port, job);
}

/**
 * printport_jobs_gone - the port is gone, and what was not delivered with it
 * @port: the port, locked, in state GONE
 *
 * Context: any.
 */
void printport_jobs_gone(struct printport *port)
{
	struct printport_job *job;

	port->in_flight = 0;
	port->taken = port->tail;
	if (printport_queued(port))
		port->stats.errors++;
	if (port->job && printport_job_is_idle(port->job))
		printport_job_over(port);
	list_for_each_entry(job, &port->jobs, node) {
		if (job->dead) {
			printport_job_write_off(port, job);
			continue;
		}
		printport_job_kill(port, job, PRINTPORT_JOB_FAILED, -ENODEV);
		if (job->lost)
			printport_job_report(port, job);
	}
	printport_tx_advance(port);
}

/**
 * printport_results_free - forget all results
 * @port: a port that nobody refers to any more
 *
 * Context: process.
 */
void printport_results_free(struct printport *port)
{
	struct printport_job *job, *next;

	list_for_each_entry_safe(job, next, &port->results, node)
		kfree(job);
	INIT_LIST_HEAD(&port->results);
	port->nr_results = 0;
}

/**
 * printport_job_find - a job by its id
 * @port: the port, locked
 * @id: 0 for the one that is active
 *
 * Context: any.
 * Return: the job, until the lock is released, or NULL.
 */
struct printport_job *printport_job_find(struct printport *port, u32 id)
{
	struct printport_job *job;

	if (!id)
		return port->job;
	list_for_each_entry(job, &port->jobs, node)
		if (job->id == id)
			return job;
	list_for_each_entry(job, &port->results, node)
		if (job->id == id)
			return job;
	return NULL;
}

static bool printport_job_is_final(const struct printport_job *job)
{
	return job->written_off || job->state == PRINTPORT_JOB_COMPLETED;
}

/**
 * printport_job_result - the account of a job
 * @job: the job; its port is locked
 * @result: out
 *
 * Context: any.
 */
void printport_job_result(const struct printport_job *job,
			  struct printport_job_result *result)
{
	ktime_t until = printport_job_is_final(job) ? job->finished :
						      ktime_get_boottime();

	*result = (struct printport_job_result){
		.id = job->id,
		.state = job->state,
		.error = -job->error,
		.flags = job->flags,
		.bytes_accepted = job->accepted,
		.bytes_delivered = job->delivered,
		.bytes_lost = job->lost,
		.duration_ns = ktime_to_ns(ktime_sub(until, job->started)),
		.bytes_sent = job->sent,
		.printed = job->printed,
		.pages = job->pages,
	};
}

/* Under lock. A final result is a report: the holder's next call says no more. */
static void printport_job_answer(struct printport *port, struct printport_job *job,
				 struct printport_job_query *query)
{
	query->id = job->id;
	printport_job_result(job, &query->result);
	if (printport_job_is_final(job))
		printport_job_reported(port, job);
}

/**
 * printport_jobs_full - whether no further job can begin now
 * @port: the port, locked
 *
 * Context: any.
 */
bool printport_jobs_full(const struct printport *port)
{
	return port->nr_jobs + (port->lm ? port->lm->untold : 0) >= PRINTPORT_JOBS_MAX;
}

/* Under lock: why no job can be started, 0 if one can; -EAGAIN: not yet. */
static int printport_start_refuse(const struct printport *port)
{
	if (port->state == PRINTPORT_STATE_GONE || printport_lm_stale(port))
		return -ENODEV;
	if (port->job && !port->job->dead &&
	    !(port->job->flags & PRINTPORT_JOB_F_IMPLICIT))
		return -EBUSY;
	return printport_jobs_full(port) ? -EAGAIN : 0;
}

static bool printport_may_begin(struct printport *port, u64 unused)
{
	bool ret;

	spin_lock_irq(&port->lock);
	ret = printport_start_refuse(port) != -EAGAIN;
	spin_unlock_irq(&port->lock);
	return ret;
}

/**
 * printport_job_start - START_JOB
 * @port: an open port
 * @job: from printport_job_alloc(), with name and user; becomes the port's, also
 *	where this fails
 * @nonblock: do not wait for other writers, nor for room for one more job
 * @id: out: the job's id
 *
 * Context: process, sleeps.
 * Return: 0, -EBUSY, -EAGAIN, -ERESTARTSYS, -ETIMEDOUT or -ENODEV.
 */
int printport_job_start(struct printport *port, struct printport_job *job,
			bool nonblock, u32 *id)
{
	int err;

	err = printport_tx_lock(port, nonblock);
	if (err) {
		kfree(job);
		return err;
	}

	if (!nonblock)
		err = printport_wait_tx(port, READ_ONCE(port->limits.write_ms),
					printport_may_begin, 0);
	spin_lock_irq(&port->lock);
	if (!err)
		err = printport_start_refuse(port);
	if (!err) {
		printport_job_over(port);
		printport_lm_align(port);
		printport_job_begin(port, job, 0);
		*id = job->id;
		job = NULL;
	}
	spin_unlock_irq(&port->lock);
	mutex_unlock(&port->tx_mutex);
	kfree(job);
	return err;
}
EXPORT_SYMBOL_FOR_TEST(printport_job_start);

static bool printport_job_done(struct printport *port, u64 id)
{
	struct printport_job *job;
	bool ret;

	spin_lock_irq(&port->lock);
	job = printport_job_find(port, id);
	ret = !job || printport_job_is_final(job) ||
	      port->state == PRINTPORT_STATE_GONE;
	spin_unlock_irq(&port->lock);
	return ret;
}

/* The same for what becomes of it in the printer, as far as that will be known. */
static bool printport_job_told_printed(struct printport *port, u64 id)
{
	struct printport_job *job;
	bool ret;

	spin_lock_irq(&port->lock);
	job = printport_job_find(port, id);
	ret = !job || job->printed || job->written_off || !printport_lm_serves(port);
	spin_unlock_irq(&port->lock);
	return ret;
}

static int printport_wait_check(struct printport *port,
				const struct printport_job_query *query)
{
	int err = 0;

	if (query->wait > PRINTPORT_WAIT_PRINTED || query->reserved ||
	    query->timeout_ms > PRINTPORT_LIMIT_MAX_MS)
		return -EINVAL;
	if (query->wait != PRINTPORT_WAIT_PRINTED)
		return 0;
	spin_lock_irq(&port->lock);
	if (!port->lm || !(port->lm->flags & PRINTPORT_LM_F_CONFIRMS))
		err = -EOPNOTSUPP;
	spin_unlock_irq(&port->lock);
	return err;
}

/* Under lock, after a wait for printed that ended well: what it has found out. */
static int printport_printed_error(const struct printport *port,
				   const struct printport_job *job)
{
	if (job->printed == PRINTPORT_PRINTED_UNCONFIRMED)
		return -ENODATA;
	/* However it was lost: -ETIMEDOUT is for a wait that may go on. */
	if (!job->printed && !job->dead && !printport_lm_serves(port))
		return port->lm ? -ECONNRESET : -ENODATA;
	return 0;
}

/**
 * printport_job_get - GET_JOB
 * @port: an open port
 * @query: which job, what to wait for; out: its result, also with -ETIMEDOUT,
 *	-EINTR and -ENODEV
 *
 * Context: process, sleeps.
 * Return: 0, -ENOENT, -EINVAL, -EOPNOTSUPP, -ETIMEDOUT, -EINTR, -ENODEV; having waited
 * for printed also -ENODATA, or -ECONNRESET: the monitor was lost.
 */
int printport_job_get(struct printport *port, struct printport_job_query *query)
{
	struct printport_job *job;
	int err;

	err = printport_wait_check(port, query);
	if (err)
		return err;

	spin_lock_irq(&port->lock);
	job = printport_job_find(port, query->id);
	if (job)
		query->id = job->id;
	else
		err = port->state == PRINTPORT_STATE_GONE ? -ENODEV : -ENOENT;
	spin_unlock_irq(&port->lock);
	if (err)
		return err;

	if (query->wait)
		err = printport_wait_tx(port, query->timeout_ms,
					query->wait == PRINTPORT_WAIT_PRINTED ?
					printport_job_told_printed : printport_job_done,
					query->id);
	spin_lock_irq(&port->lock);
	job = printport_job_find(port, query->id);
	if (job)
		printport_job_answer(port, job, query);
	else
		err = -ENOENT;
	if (!err && query->wait == PRINTPORT_WAIT_PRINTED)
		err = printport_printed_error(port, job);
	if (port->state == PRINTPORT_STATE_GONE)
		err = -ENODEV;
	spin_unlock_irq(&port->lock);
	return err == -ERESTARTSYS ? -EINTR : err;
}
EXPORT_SYMBOL_FOR_TEST(printport_job_get);

/**
 * printport_job_end - END_JOB
 * @port: an open port
 * @query: the active job or 0, what to wait for; out: its result
 * @nonblock: do not wait for a write that is under way
 *
 * Context: process, sleeps.
 * Return: as printport_job_get(), or -EAGAIN, -ERESTARTSYS (nothing was done).
 */
int printport_job_end(struct printport *port, struct printport_job_query *query,
		      bool nonblock)
{
	int err;

	err = printport_wait_check(port, query);
	if (err)
		return err;
	err = printport_tx_lock(port, nonblock);
	if (err)
		return err;

	spin_lock_irq(&port->lock);
	if (!port->job || (query->id && query->id != port->job->id)) {
		err = port->state == PRINTPORT_STATE_GONE ? -ENODEV : -ENOENT;
	} else {
		query->id = port->job->id;
		printport_job_over(port);
	}
	spin_unlock_irq(&port->lock);
	mutex_unlock(&port->tx_mutex);
	return err ?: printport_job_get(port, query);
}
EXPORT_SYMBOL_FOR_TEST(printport_job_end);

static bool printport_stopped(struct printport *port, u64 id)
{
	struct printport_job *job;
	bool ret;

	spin_lock_irq(&port->lock);
	job = printport_job_find(port, id);
	ret = !job || job->written_off || port->state == PRINTPORT_STATE_GONE;
	spin_unlock_irq(&port->lock);
	return ret;
}

/**
 * printport_jobs_orphaned - the language monitor is lost
 * @port: the port, locked, in a session that it served
 * @error: negative errno of the jobs that it has not finished with
 * @id: out: a job of which bytes are in flight, or untouched
 *
 * Context: any.
 * Return: whether the transport has to be stopped for bytes that belong to no job.
 */
bool printport_jobs_orphaned(struct printport *port, int error, u32 *id)
{
	struct printport_job *job;
	bool stop = false;

	list_for_each_entry(job, &port->jobs, node) {
		if (job->dead || (job->internal ? port->held : job->done))
			continue;
		printport_job_fail(port, job, error);
		if (job->written_off)
			continue;
		if (job->internal)
			stop = true;
		else
			*id = job->id;
	}
	printport_tx_advance(port);
	return stop;
}

/**
 * printport_tx_cancel - have the transport stop what is in flight
 * @port: a port that is open or draining
 *
 * Context: process, may sleep.
 */
void printport_tx_cancel(struct printport *port)
{
	if (!printport_ops_begin(port))
		return;
	if (port->active && port->ops->tx_cancel)
		port->ops->tx_cancel(port);
	printport_ops_end(port);
}

/**
 * printport_cancel - bytes of a dead job are in flight: have them stopped
 * @port: a port that is open or draining
 * @id: the job
 *
 * Context: process, sleeps for PRINTPORT_CANCEL_MS at most.
 */
void printport_cancel(struct printport *port, u32 id)
{
	if (printport_stopped(port, id))
		return;
	printport_tx_cancel(port);
	wait_event_timeout(port->tx_wait, printport_stopped(port, id),
			   msecs_to_jiffies(PRINTPORT_CANCEL_MS));
}

/**
 * printport_job_abort - ABORT_JOB
 * @port: an open port
 * @query: which job, 0 for the active one; out: its result
 *
 * Context: process, sleeps for PRINTPORT_CANCEL_MS at most.
 * Return: 0, -EINVAL, -ENOENT, -ENODEV.
 */
int printport_job_abort(struct printport *port, struct printport_job_query *query)
{
	struct printport_job *job;
	int err = 0;

	if (query->wait || query->timeout_ms || query->reserved)
		return -EINVAL;

	spin_lock_irq(&port->lock);
	job = printport_job_find(port, query->id);
	if (port->state == PRINTPORT_STATE_GONE) {
		err = -ENODEV;
	} else if (!job || (job != port->job && printport_job_is_final(job))) {
		err = -ENOENT;
	} else {
		query->id = job->id;
		if (!job->dead) {
			printport_job_kill(port, job, PRINTPORT_JOB_ABORTED, -ECANCELED);
			printport_tx_advance(port);
			printport_lm_kick(port);
		}
		printport_tx_wake(port);
	}
	spin_unlock_irq(&port->lock);
	if (err)
		return err;

	printport_cancel(port, query->id);
	return printport_job_get(port, query);
}
EXPORT_SYMBOL_FOR_TEST(printport_job_abort);

/**
 * printport_abort_all - an operator aborts everything that is on its way
 * @port: a port, in whatever state
 *
 * The holder's next call reports it, and an active job stays to be ended by its
 * holder.
 *
 * Context: process, sleeps for PRINTPORT_CANCEL_MS at most.
 */
void printport_abort_all(struct printport *port)
{
	struct printport_job *job;
	bool stop = false;
	u32 id = 0;

	spin_lock_irq(&port->lock);
	list_for_each_entry(job, &port->jobs, node) {
		if (job->dead || printport_job_is_idle(job))
			continue;
		printport_job_kill(port, job, PRINTPORT_JOB_ABORTED, -ECANCELED);
		printport_job_report(port, job);
		if (job->written_off)
			continue;
		if (job->internal)
			stop = true;
		else
			id = job->id;
	}
	printport_tx_advance(port);
	printport_tx_wake(port);
	/* There may be room for what a monitor has to say. */
	printport_lm_kick(port);
	spin_unlock_irq(&port->lock);

	if (stop)
		printport_tx_cancel(port);
	if (id)
		printport_cancel(port, id);
}
EXPORT_SYMBOL_FOR_TEST(printport_abort_all);

/**
 * printport_jobs_close - the holder closes the port
 * @port: an open port
 *
 * Its plain writes were a job, which ends here; a job that it started and did not
 * end is aborted.
 *
 * Context: process, sleeps for PRINTPORT_CANCEL_MS at most.
 */
void printport_jobs_close(struct printport *port)
{
	struct printport_job *job;
	u32 id = 0;

	spin_lock_irq(&port->lock);
	job = port->job;
	if (job && !(job->flags & PRINTPORT_JOB_F_IMPLICIT) && !job->dead) {
		printport_job_kill(port, job, PRINTPORT_JOB_ABORTED, -ECANCELED);
		if (job->accepted != job->delivered)
			printport_job_report(port, job);
		id = job->id;
	}
	printport_job_over(port);
	printport_tx_advance(port);
	spin_unlock_irq(&port->lock);

	if (id)
		printport_cancel(port, id);
}
