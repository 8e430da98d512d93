// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a language monitor says. Nothing in a command is trusted: whose turn it is, what
 * was decided before and how much room there is follow from the port's own state.
 */
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "lm.h"

/* An errno that a monitor may give. */
static bool errno_valid(u64 value)
{
	return value && value <= 133;
}

/* Under lock: whether there is a wire. Not while the transport opens and closes. */
static bool lm_in_session(const struct printport *port, const struct printport_lm *lm)
{
	return port->lm == lm && port->session;
}

/* Under lock: the job that a command is for, or NULL and the reason. */
static struct printport_job *command_job(struct printport *port, u32 id, int *err)
{
	struct printport_job *job = printport_lm_current(port);
	struct printport_job *other;

	*err = -EINVAL;
	if (!id)
		return NULL;
	if (job && job->id == id) {
		*err = job->dead ? -ECANCELED : job->told ? 0 : -EINVAL;
	} else {
		other = printport_job_find(port, id);
		*err = !other || other->dead ? -ECANCELED : -EINVAL;
	}
	return *err ? NULL : job;
}

static int do_open_answer(struct printport *port, struct printport_lm *lm,
			  const struct printport_lm_message *m)
{
	if (lm->open != PRINTPORT_ASK_TOLD || (m->arg && !errno_valid(m->arg)))
		return -EINVAL;
	lm->open = PRINTPORT_ASK_ANSWERED;
	lm->open_error = -(int)m->arg;
	lm->pass_back = m->flags & PRINTPORT_LM_OPEN_PASS_BACK;
	wake_up_all(&port->lm_wait);
	return 0;
}

/* Under lock: whether the wire ring has bytes there, in order behind the last ones. */
static int wire_check(const struct printport_lm *lm, u64 pos, u64 len)
{
	if (!len || pos < lm->wire_head || len > lm->wire.size ||
	    pos - lm->wire_head > lm->wire.size)
		return -EINVAL;
	if (pos + len - lm->wire_tail > lm->wire.size || printport_wire_full(lm))
		return -EAGAIN;
	return 0;
}

/* What is written between jobs is over as soon as it is there. */
static int write_between(struct printport *port, const struct printport_lm_message *m,
			 struct printport_job **spare)
{
	struct printport_job *current_job = printport_lm_current(port), *job, *last = NULL;

	if (current_job && current_job->begun && !current_job->dead)
		return -EINVAL;
	list_for_each_entry(job, &port->jobs, node)
		if (job->internal || job->begun)
			last = job;
	if (last && last->internal && !last->dead && last->end == port->head) {
		job = last;
	} else {
		job = *spare;
		*spare = NULL;
		job->internal = true;
		job->begun = true;
		job->done = true;
		job->over = true;
		job->state = PRINTPORT_JOB_PENDING;
		job->start = port->head;
		list_add(&job->node, last ? &last->node : &port->jobs);
	}
	printport_wire_add(port, PRINTPORT_PIECE_WRITE, job, m->pos, m->len);
	job->end = port->head;
	return 0;
}

static int do_write(struct printport *port, struct printport_lm *lm,
		    const struct printport_lm_message *m, struct printport_job **spare)
{
	struct printport_job *job;
	int err;

	if (!lm_in_session(port, lm))
		return -EINVAL;
	if (m->job) {
		job = command_job(port, m->job, &err);
		if (!job)
			return err;
	}
	err = wire_check(lm, m->pos, m->len);
	if (err)
		return err;
	if (!m->job)
		return write_between(port, m, spare);
	printport_lm_begin(port, job);
	printport_wire_add(port, PRINTPORT_PIECE_WRITE, job, m->pos, m->len);
	return 0;
}

static int do_decide(struct printport *port, struct printport_lm *lm,
		     const struct printport_lm_message *m)
{
	struct printport_job *job;
	u64 end;
	int err;

	if (!lm_in_session(port, lm))
		return -EINVAL;
	job = command_job(port, m->job, &err);
	if (!job)
		return err;
	if (!m->len || (lm->forward_left && job->begun) ||
	    m->pos != max(lm->decided, job->in_start))
		return -EINVAL;
	if (printport_wire_full(lm))
		return -EAGAIN;
	end = job->ended ? job->in_end : lm->job_head;
	if (m->type == PRINTPORT_LM_CONSUME && m->len > end - m->pos)
		return -EINVAL;
	printport_lm_begin(port, job);
	if (m->type == PRINTPORT_LM_CONSUME) {
		printport_wire_add(port, PRINTPORT_PIECE_CONSUME, job, m->pos, m->len);
	} else {
		lm->forward_left = m->len;
		printport_lm_forward_more(port);
	}
	return 0;
}

static int do_done(struct printport *port, struct printport_lm *lm,
		   const struct printport_lm_message *m)
{
	struct printport_job *job = printport_lm_current(port);
	struct printport_job *other;

	if (!lm_in_session(port, lm))
		return -EINVAL;
	if (!job || job->id != m->job) {
		other = printport_job_find(port, m->job);
		return !m->job || (other && !other->dead) ? -EINVAL : -ECANCELED;
	}
	if (!job->told_end || (!job->dead && max(lm->decided, job->in_start) != job->in_end))
		return -EINVAL;
	if (!job->dead) {
		printport_lm_begin(port, job);
		job->over = true;
		job->end = port->head;
		lm->forward_left = 0;
	}
	job->done = true;
	return 0;
}

static int do_close_done(struct printport *port, struct printport_lm *lm)
{
	if (lm->close != PRINTPORT_ASK_TOLD)
		return -EINVAL;
	lm->close = PRINTPORT_ASK_ANSWERED;
	if (port->state == PRINTPORT_STATE_DRAINING)
		schedule_work(&port->drain_work);
	wake_up_all(&port->lm_wait);
	return 0;
}

static int do_back(struct printport *port, struct printport_lm *lm,
		   const struct printport_lm_message *m)
{
	if (!lm_in_session(port, lm) || !port->held)
		return -EINVAL;
	if (lm->back.ring.size - printport_fifo_filled(&lm->back) < m->len)
		return -EAGAIN;
	printport_fifo_put(&lm->back, lm->payload, m->len);
	wake_up_poll(&port->rx_wait, EPOLLIN | EPOLLRDNORM);
	return 0;
}

static int do_progress(struct printport *port, const struct printport_lm_message *m)
{
	struct printport_job *job;

	if (!m->job)
		return m->arg ? -EINVAL : 0;
	job = printport_job_find(port, m->job);
	if (!job)
		return -ENOENT;
	job->pages = m->arg;
	port->tx_progress = jiffies;
	return 0;
}

static int do_printed(struct printport *port, const struct printport_lm_message *m)
{
	struct printport_job *job;

	if ((m->arg && !errno_valid(m->arg)) || m->len > U32_MAX || !m->job)
		return -EINVAL;
	job = printport_job_find(port, m->job);
	if (!job)
		return -ENOENT;
	if (!job->done || job->printed)
		return -EINVAL;
	job->printed = !m->arg ? PRINTPORT_PRINTED_YES :
		       m->arg == ENODATA ? PRINTPORT_PRINTED_UNCONFIRMED : PRINTPORT_PRINTED_NO;
	if (job->printed == PRINTPORT_PRINTED_NO && !job->error)
		job->error = -(int)m->arg;
	job->pages = m->len;
	port->tx_progress = jiffies;
	printport_tx_wake(port);
	return 0;
}

/* What each command may have: members that are not named have to be zero. */
struct command_shape {
	u16 flags;
	bool job;
	bool arg;
	bool pos;
	bool len;
	bool payload;
};

static const struct command_shape command_shapes[] = {
	[PRINTPORT_LM_OPEN_ANSWER] = { .flags = PRINTPORT_LM_OPEN_PASS_BACK, .arg = true },
	[PRINTPORT_LM_WRITE] = { .job = true, .pos = true, .len = true },
	[PRINTPORT_LM_FORWARD] = { .job = true, .pos = true, .len = true },
	[PRINTPORT_LM_CONSUME] = { .job = true, .pos = true, .len = true },
	[PRINTPORT_LM_DONE] = { .job = true },
	[PRINTPORT_LM_CLOSE_DONE] = { },
	[PRINTPORT_LM_BACK] = { .len = true, .payload = true },
	[PRINTPORT_LM_REASONS] = { .pos = true },
	[PRINTPORT_LM_PROGRESS] = { .job = true, .arg = true },
	[PRINTPORT_LM_PRINTED] = { .job = true, .arg = true, .len = true },
	[PRINTPORT_LM_ANSWER] = { .arg = true, .pos = true, .len = true, .payload = true },
};

static int command_check(const struct printport_lm_message *m, size_t left)
{
	const struct command_shape *shape;
	u64 payload;

	if (!m->type || m->type >= ARRAY_SIZE(command_shapes))
		return -EINVAL;
	shape = &command_shapes[m->type];
	if ((m->flags & ~shape->flags) || (m->job && !shape->job) || (m->arg && !shape->arg) ||
	    (m->pos && !shape->pos) || (m->len && !shape->len))
		return -EINVAL;
	payload = shape->payload ? m->len : 0;
	if (payload > PRINTPORT_LM_PAYLOAD_MAX ||
	    m->size != sizeof(*m) + ALIGN(payload, 8) || m->size > left)
		return -EINVAL;
	return 0;
}

/* The commands that need the lock and nothing else. */
static int command_locked(struct printport *port, struct printport_lm *lm,
			  const struct printport_lm_message *m, struct printport_job **spare)
{
	switch (m->type) {
	case PRINTPORT_LM_OPEN_ANSWER:
		return do_open_answer(port, lm, m);
	case PRINTPORT_LM_WRITE:
		return do_write(port, lm, m, spare);
	case PRINTPORT_LM_FORWARD:
	case PRINTPORT_LM_CONSUME:
		return do_decide(port, lm, m);
	case PRINTPORT_LM_DONE:
		return do_done(port, lm, m);
	case PRINTPORT_LM_CLOSE_DONE:
		return do_close_done(port, lm);
	case PRINTPORT_LM_BACK:
		return do_back(port, lm, m);
	case PRINTPORT_LM_PROGRESS:
		return do_progress(port, m);
	case PRINTPORT_LM_PRINTED:
		return do_printed(port, m);
	}
	return -EINVAL;
}

/* What a command may have set free: room for the spooler, jobs that are over. */
static void command_after(struct printport *port)
{
	bool writable = printport_tx_writable(port);

	printport_lm_skip(port);
	printport_tx_advance(port);
	if (!writable && printport_tx_writable(port))
		printport_tx_wake(port);
}

/**
 * printport_lm_command - carry out one command
 * @lm: the monitor; its write_mutex is held, and its payload is in @lm->payload
 * @m: the command; its shape was checked
 *
 * Context: process, may sleep.
 * Return: 0 or a negative errno, see printport_lm_write().
 */
int printport_lm_command(struct printport_lm *lm, const struct printport_lm_message *m)
{
	struct printport *port = lm->port;
	struct printport_job *spare = NULL;
	int err;

	if (m->type == PRINTPORT_LM_ANSWER) {
		if (m->pos && !errno_valid(m->pos))
			return -EINVAL;
		return printport_lm_answer(lm, m->arg, -(int)m->pos, lm->payload, m->len);
	}
	if (m->type == PRINTPORT_LM_REASONS) {
		if (m->pos & ~PRINTPORT_REASON_ALL)
			return -EINVAL;
		return printport_lm_set_reasons(port, lm, m->pos);
	}
	if (m->type == PRINTPORT_LM_WRITE && !m->job) {
		spare = printport_job_alloc();
		if (!spare)
			return -ENOMEM;
	}
	spin_lock_irq(&port->lock);
	err = lm->lost || port->state == PRINTPORT_STATE_GONE ? -ENODEV :
	      command_locked(port, lm, m, &spare);
	if (!err && port->lm == lm)
		command_after(port);
	spin_unlock_irq(&port->lock);
	kfree(spare);
	return err;
}
EXPORT_SYMBOL_FOR_TEST(printport_lm_command);

/* Copies one command in. Returns 0 or a negative errno. */
static int command_fetch(struct printport_lm *lm, const char __user *buf, size_t left,
			 struct printport_lm_message *m)
{
	int err;

	if (left < sizeof(*m))
		return -EINVAL;
	if (copy_from_user(m, buf, sizeof(*m)))
		return -EFAULT;
	err = command_check(m, left);
	if (!err && m->size > sizeof(*m) &&
	    copy_from_user(lm->payload, buf + sizeof(*m), m->len))
		err = -EFAULT;
	return err;
}

/**
 * printport_lm_write - carry out the monitor's commands
 * @lm: the monitor
 * @buf: whole commands
 * @size: bytes of them
 *
 * Context: process, sleeps.
 * Return: bytes of the commands that were carried out, or, where the first was not,
 * -EINVAL, -EAGAIN, -ECANCELED, -ENOENT, -EFAULT, -ENOMEM, -ERESTARTSYS, -ENODEV.
 */
ssize_t printport_lm_write(struct printport_lm *lm, const char __user *buf, size_t size)
{
	struct printport *port = lm->port;
	struct printport_lm_message m;
	size_t done = 0;
	bool start;
	int err = 0;

	if (READ_ONCE(lm->lost))
		return -ENODEV;
	if (!READ_ONCE(lm->introduced))
		return -EINVAL;
	if (mutex_lock_interruptible(&lm->write_mutex))
		return -ERESTARTSYS;
	while (done < size && !err) {
		err = command_fetch(lm, buf + done, size - done, &m);
		if (!err)
			err = printport_lm_command(lm, &m);
		if (!err)
			done += m.size;
		if (fatal_signal_pending(current))
			break;
		cond_resched();
	}
	mutex_unlock(&lm->write_mutex);

	if (!done)
		return err;
	spin_lock_irq(&port->lock);
	printport_lm_acted(port, lm);
	/* DONE makes room for what comes next: whoever waits in read() has to know. */
	if (printport_lm_has_record(port, lm))
		printport_lm_kick(port);
	start = port->tx_waits && port->queued > port->in_flight;
	if (start)
		port->tx_waits = false;
	spin_unlock_irq(&port->lock);
	if (start)
		printport_tx_start(port);
	return done;
}
