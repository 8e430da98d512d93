// SPDX-License-Identifier: GPL-2.0-only
/*
 * The language monitor of a port: its node, its attachment, and what happens when it is
 * lost. What it is told is in monitor_record.c, what it says in monitor_command.c.
 *
 * A monitor that has something to do and does nothing is watched: lm_watch looks after
 * limits/monitor_ms whether it has moved, and expels it if it has not.
 */
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "lm.h"

/* Small writes are told after this long, if the monitor was told of others before. */
#define PRINTPORT_LM_GATHER_US	1000

#define PRINTPORT_LM_BACK_SIZE	16384

static dev_t printport_lm_first;

static void printport_lm_free(struct kref *ref)
{
	struct printport_lm *lm = container_of(ref, struct printport_lm, ref);

	printport_ring_free(&lm->job);
	printport_ring_free(&lm->wire);
	printport_ring_free(&lm->back.ring);
	free_page((unsigned long)lm->state);
	kvfree(lm->record);
	kvfree(lm->payload);
	kvfree(lm);
}

/**
 * printport_lm_put - give back a reference
 * @lm: the monitor
 *
 * Context: process.
 */
void printport_lm_put(struct printport_lm *lm)
{
	kref_put(&lm->ref, printport_lm_free);
}
EXPORT_SYMBOL_FOR_TEST(printport_lm_put);

/**
 * printport_lm_get - the monitor that looks after a port
 * @port: the port
 *
 * Context: process.
 * Return: the monitor, for printport_lm_put(), or NULL.
 */
struct printport_lm *printport_lm_get(struct printport *port)
{
	struct printport_lm *lm;

	spin_lock_irq(&port->lock);
	lm = port->attached;
	if (lm)
		kref_get(&lm->ref);
	spin_unlock_irq(&port->lock);
	return lm;
}

static enum hrtimer_restart printport_lm_wake(struct hrtimer *timer)
{
	struct printport_lm *lm = container_of(timer, struct printport_lm, wake_timer);
	struct printport *port = lm->port;
	unsigned long flags;

	spin_lock_irqsave(&port->lock, flags);
	lm->wake_armed = false;
	lm->last_wake = ktime_get();
	if (!lm->lost && printport_lm_has_record(port, lm))
		printport_lm_kick(port);
	spin_unlock_irqrestore(&port->lock, flags);
	return HRTIMER_NORESTART;
}

/**
 * printport_lm_new - memory for a monitor
 * @port: the port
 *
 * Context: process, may sleep.
 * Return: a monitor that is not attached, with one reference, or NULL.
 */
struct printport_lm *printport_lm_new(struct printport *port)
{
	size_t size = max_t(size_t, PAGE_SIZE,
			    min_t(size_t, READ_ONCE(printport_queue_kib),
				  PRINTPORT_RING_MAX >> 10) << 10);
	struct printport_lm *lm;

	lm = kvzalloc(sizeof(*lm), GFP_KERNEL_ACCOUNT);
	if (!lm)
		return NULL;
	kref_init(&lm->ref);
	lm->port = port;
	INIT_LIST_HEAD(&lm->queries);
	mutex_init(&lm->read_mutex);
	mutex_init(&lm->write_mutex);
	hrtimer_setup(&lm->wake_timer, printport_lm_wake, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	lm->record = kvmalloc(PRINTPORT_LM_READ_MIN, GFP_KERNEL_ACCOUNT);
	lm->payload = kvmalloc(PRINTPORT_LM_PAYLOAD_MAX, GFP_KERNEL_ACCOUNT);
	lm->state = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!lm->record || !lm->payload || !lm->state ||
	    printport_ring_alloc(&lm->job, size) || printport_ring_alloc(&lm->wire, size) ||
	    printport_ring_alloc(&lm->back.ring, PRINTPORT_LM_BACK_SIZE)) {
		printport_lm_put(lm);
		return NULL;
	}
	/* They are mapped: nobody else's memory may be seen in them. */
	printport_ring_clear(&lm->job);
	printport_ring_clear(&lm->wire);
	return lm;
}
EXPORT_SYMBOL_FOR_TEST(printport_lm_new);

/* Under lock: the monitor is to be told nothing of jobs that were before its time. */
static void printport_lm_forget_results(struct printport *port)
{
	struct printport_job *job;

	list_for_each_entry(job, &port->results, node)
		job->told_delivered = true;
}

/**
 * printport_lm_attach - a monitor looks after a port from now on
 * @port: the port
 * @lm: from printport_lm_new()
 *
 * Context: process, sleeps.
 * Return: 0, -EBUSY (the port is in use, or has a monitor), -ENODEV, -ESHUTDOWN.
 */
int printport_lm_attach(struct printport *port, struct printport_lm *lm)
{
	int err = 0;

	mutex_lock(&port->session_mutex);
	spin_lock_irq(&port->lock);
	if (port->state == PRINTPORT_STATE_GONE)
		err = -ENODEV;
	else if (READ_ONCE(printport_shutting_down))
		err = -ESHUTDOWN;
	else if (port->attached || port->session || port->state != PRINTPORT_STATE_CLOSED)
		err = -EBUSY;
	if (!err) {
		port->attached = lm;
		printport_lm_forget_results(port);
	}
	spin_unlock_irq(&port->lock);
	mutex_unlock(&port->session_mutex);
	return err;
}
EXPORT_SYMBOL_FOR_TEST(printport_lm_attach);

/**
 * printport_lm_lose - the end of an attachment: closed, expelled, or the port is gone
 * @port: the port
 * @lm: its monitor; one that was lost before is left alone
 * @error: negative errno of the jobs that it has not finished with
 *
 * Context: process, sleeps, for PRINTPORT_CANCEL_MS at most if the transport is slow to
 * stop.
 */
void printport_lm_lose(struct printport *port, struct printport_lm *lm, int error)
{
	bool cancel = false, changed;
	u32 id = 0;

	spin_lock_irq(&port->lock);
	if (lm->lost) {
		spin_unlock_irq(&port->lock);
		return;
	}
	lm->lost = true;
	lm->error = error;
	lm->own = false;
	lm->untold = 0;
	changed = printport_lm_clear_reasons(port);
	port->attached = NULL;
	printport_lm_drop_queries(lm, error);
	printport_lm_forget_results(port);
	if (port->lm == lm && port->state != PRINTPORT_STATE_GONE)
		cancel = printport_jobs_orphaned(port, error, &id);
	spin_unlock_irq(&port->lock);

	if (changed)
		wake_up_poll(&port->tx_wait, EPOLLPRI);
	wake_up_all(&port->tx_wait);
	wake_up_all(&port->rx_wait);
	wake_up_all(&port->lm_wait);
	if (cancel)
		printport_tx_cancel(port);
	if (id)
		printport_cancel(port, id);
	printport_session_put(port);
	printport_changed(port);
}
EXPORT_SYMBOL_FOR_TEST(printport_lm_lose);

/**
 * printport_lm_gone - the port is gone, and the monitor with it
 * @port: the port, in state GONE
 *
 * Context: process, sleeps.
 */
void printport_lm_gone(struct printport *port)
{
	struct printport_lm *lm = printport_lm_get(port);

	if (lm) {
		printport_lm_lose(port, lm, -ENODEV);
		printport_lm_put(lm);
	}
	cancel_delayed_work_sync(&port->lm_watch);
}

/**
 * printport_lm_stale - whether a session has lost its language monitor
 * @port: the port, locked or at least open
 *
 * Context: any.
 */
bool printport_lm_stale(const struct printport *port)
{
	const struct printport_lm *lm = READ_ONCE(port->lm);

	return lm && READ_ONCE(lm->lost);
}

/**
 * printport_lm_name - the name of the language monitor
 * @port: the port
 * @name: out: or "none"
 *
 * Context: process.
 */
void printport_lm_name(struct printport *port, char name[PRINTPORT_LM_NAME_LEN])
{
	spin_lock_irq(&port->lock);
	strscpy(name, port->attached && port->attached->introduced ?
		port->attached->name : "none", PRINTPORT_LM_NAME_LEN);
	spin_unlock_irq(&port->lock);
}

/* What it is to do, and when it is late. */

/**
 * printport_lm_owes_job - whether the monitor has not finished with a job
 * @port: the port, locked
 * @job: one of its jobs
 *
 * Context: any.
 */
bool printport_lm_owes_job(const struct printport *port, const struct printport_job *job)
{
	return job->ended && !job->done && !job->dead && !job->internal;
}

/**
 * printport_lm_wire_room - whether a monitor need not wait for the printer
 * @lm: the monitor; its port is locked
 *
 * Context: any.
 */
bool printport_lm_wire_room(const struct printport_lm *lm)
{
	return lm->nr_pieces < PRINTPORT_PIECES_MAX / 2 &&
	       lm->wire.size - (lm->wire_head - lm->wire_tail) >= lm->wire.size / 4;
}
EXPORT_SYMBOL_FOR_TEST(printport_lm_wire_room);

/* Under lock: it was told all, and now it is its turn to act. */
static bool printport_lm_owes_decision(const struct printport *port,
				       const struct printport_lm *lm)
{
	const struct printport_job *job;

	if (port->lm != lm || !printport_lm_wire_room(lm))
		return false;
	job = printport_lm_current(port);
	if (!job || !job->told)
		return false;
	if (job->told_end)
		return true;
	if (lm->sync_told > lm->decided)
		return true;
	return lm->job_head - lm->job_tail == lm->job.size &&
	       lm->decided == lm->job_tail;
}

static bool printport_lm_owes(struct printport *port, struct printport_lm *lm)
{
	if (lm->lost || port->state == PRINTPORT_STATE_GONE)
		return false;
	return printport_lm_has_record(port, lm) || lm->open == PRINTPORT_ASK_TOLD ||
	       lm->close == PRINTPORT_ASK_TOLD || printport_lm_owes_decision(port, lm);
}

/**
 * printport_lm_owes_less - there may be nothing left for the monitor to do
 * @port: the port, locked
 * @lm: the monitor
 *
 * Not every kick brings a record: what is owed next is owed from then on.
 *
 * Context: any.
 */
void printport_lm_owes_less(struct printport *port, struct printport_lm *lm)
{
	if (!printport_lm_owes(port, lm))
		lm->owes = false;
}

/* Under lock. */
static void printport_lm_arm(struct printport *port, struct printport_lm *lm)
{
	if (!lm->owes) {
		lm->owes = true;
		lm->since = jiffies;
	}
	if (!delayed_work_pending(&port->lm_watch))
		schedule_delayed_work(&port->lm_watch,
				      msecs_to_jiffies(READ_ONCE(port->monitor_ms)));
}

/**
 * printport_lm_kick - there is something for the monitor
 * @port: the port, locked; one without a monitor is left alone
 *
 * Context: any.
 */
void printport_lm_kick(struct printport *port)
{
	if (!port->attached)
		return;
	printport_lm_arm(port, port->attached);
	wake_up_poll(&port->lm_wait, EPOLLIN | EPOLLRDNORM | EPOLLOUT | EPOLLWRNORM);
}

/**
 * printport_lm_kick_data - the spooler has written
 * @port: the port, locked, with a monitor
 *
 * The first write is told at once; writes that follow one another closely are
 * gathered, since waking the monitor costs more than many a write.
 *
 * Context: any.
 */
void printport_lm_kick_data(struct printport *port)
{
	struct printport_lm *lm = port->lm;
	ktime_t now;
	u64 unread;

	if (!printport_lm_serves(port) || !port->job || port->job->shown == lm->job_head)
		return;
	unread = lm->job_head - port->job->shown;
	if (unread < lm->job.size / 4) {
		if (lm->wake_armed)
			return;
		now = ktime_get();
		if (ktime_us_delta(now, lm->last_wake) < PRINTPORT_LM_GATHER_US) {
			lm->wake_armed = true;
			hrtimer_start(&lm->wake_timer,
				      ns_to_ktime(PRINTPORT_LM_GATHER_US * NSEC_PER_USEC),
				      HRTIMER_MODE_REL);
			return;
		}
		lm->last_wake = now;
	}
	printport_lm_arm(port, lm);
	wake_up_poll(&port->lm_wait, EPOLLIN | EPOLLRDNORM);
}

/**
 * printport_lm_acted - the monitor did something
 * @port: the port, locked
 * @lm: the monitor
 *
 * Context: any.
 */
void printport_lm_acted(struct printport *port, struct printport_lm *lm)
{
	lm->since = jiffies;
	lm->owes = printport_lm_owes(port, lm);
	if (lm->owes)
		printport_lm_arm(port, lm);
}

/**
 * printport_lm_excuse - the monitor could not do anything
 * @port: the port
 *
 * Context: process.
 */
void printport_lm_excuse(struct printport *port)
{
	spin_lock_irq(&port->lock);
	if (port->attached)
		port->attached->since = jiffies;
	spin_unlock_irq(&port->lock);
}

/**
 * printport_lm_watch - expel a monitor that does nothing
 * @work: printport.lm_watch
 *
 * Context: process, sleeps.
 */
void printport_lm_watch(struct work_struct *work)
{
	struct printport *port = container_of(to_delayed_work(work), struct printport,
					      lm_watch);
	unsigned long limit = msecs_to_jiffies(READ_ONCE(port->monitor_ms));
	unsigned long now = jiffies;
	struct printport_lm *lm;
	bool late = false;

	spin_lock_irq(&port->lock);
	lm = port->attached;
	if (lm && !printport_lm_owes(port, lm)) {
		lm->owes = false;
	} else if (lm) {
		unsigned long due;

		/* It is frozen, or about to be. */
		if (READ_ONCE(printport_asleep))
			lm->since = now;
		due = lm->since + limit;

		late = time_after_eq(now, due);
		if (late)
			kref_get(&lm->ref);
		else
			schedule_delayed_work(&port->lm_watch, due - now);
	}
	spin_unlock_irq(&port->lock);
	if (!late)
		return;

	dev_warn(&port->dev, "language monitor %s did nothing for %u ms and is expelled\n",
		 lm->introduced ? lm->name : "without a name", READ_ONCE(port->monitor_ms));
	printport_lm_lose(port, lm, -ETIMEDOUT);
	printport_lm_put(lm);
}

static bool printport_lm_answered(struct printport *port, const enum printport_ask *ask)
{
	bool ret;

	spin_lock_irq(&port->lock);
	ret = *ask == PRINTPORT_ASK_ANSWERED || !printport_lm_serves(port);
	spin_unlock_irq(&port->lock);
	return ret;
}

/**
 * printport_lm_ask_open - ask the monitor whether a spooler may open the port
 * @port: a port that the spooler has claimed, with its transport open
 *
 * Context: process, sleeps, as long as a monitor may take.
 * Return: 0 (also without a monitor), what the monitor says, -ERESTARTSYS, -ENODEV, or
 * -ECONNRESET or -ETIMEDOUT: it was lost.
 */
int printport_lm_ask_open(struct printport *port)
{
	struct printport_lm *lm = port->lm;
	long left;
	int err;

	if (!lm)
		return 0;
	spin_lock_irq(&port->lock);
	lm->open = PRINTPORT_ASK_NOW;
	lm->open_error = 0;
	lm->opener = from_kuid_munged(&init_user_ns, current_uid());
	lm->close = PRINTPORT_ASK_NOT;
	lm->pass_back = false;
	/* What another spooler has not read. */
	lm->back.tail = lm->back.head;
	lm->sync = 0;
	lm->sync_told = 0;
	printport_lm_kick(port);
	spin_unlock_irq(&port->lock);

	/* Whoever does nothing is expelled before that. */
	left = wait_event_interruptible_timeout(port->lm_wait,
						printport_lm_answered(port, &lm->open),
						2 * msecs_to_jiffies(port->monitor_ms));
	err = left < 0 ? left : -ETIMEDOUT;

	spin_lock_irq(&port->lock);
	if (lm->open == PRINTPORT_ASK_ANSWERED) {
		err = lm->open_error;
	} else if (!printport_lm_serves(port)) {
		err = lm->error ?: -ENODEV;
	} else if (lm->open == PRINTPORT_ASK_TOLD) {
		/* It takes the port for open. */
		lm->close = PRINTPORT_ASK_NOW;
		printport_lm_kick(port);
	}
	lm->open = PRINTPORT_ASK_NOT;
	printport_lm_owes_less(port, lm);
	spin_unlock_irq(&port->lock);
	return err;
}

/**
 * printport_lm_ask_close - tell the monitor that the spooler has closed the port
 * @port: the port; jobs are ended
 *
 * Waits for its answer, and for what it sends with that, if nothing else is to be waited
 * for, within the port's limit: who opens the port again at once should find it free.
 *
 * Context: process, sleeps.
 */
void printport_lm_ask_close(struct printport *port)
{
	struct printport_lm *lm = port->lm;
	unsigned int limit_ms = 0;

	if (!lm)
		return;
	spin_lock_irq(&port->lock);
	if (printport_lm_serves(port)) {
		lm->close = PRINTPORT_ASK_NOW;
		printport_lm_kick(port);
		if (!port->no_wait && printport_tx_idle(port))
			limit_ms = port->limits.close_ms;
	}
	spin_unlock_irq(&port->lock);
	if (!limit_ms)
		return;
	if (wait_event_interruptible_timeout(port->lm_wait,
					     printport_lm_answered(port, &lm->close),
					     msecs_to_jiffies(limit_ms)) > 0)
		printport_drain(port, limit_ms);
}

/* The node. */

static int printport_lm_fop_open(struct inode *inode, struct file *file)
{
	struct printport *port = container_of(inode->i_cdev, struct printport, lm_cdev);
	struct printport_lm *lm;
	int err;

	if ((file->f_mode & (FMODE_READ | FMODE_WRITE)) != (FMODE_READ | FMODE_WRITE))
		return -EINVAL;
	lm = printport_lm_new(port);
	if (!lm)
		return -ENOMEM;
	err = printport_lm_attach(port, lm);
	if (err) {
		printport_lm_put(lm);
		return err;
	}
	file->private_data = lm;
	return stream_open(inode, file);
}

static int printport_lm_fop_release(struct inode *inode, struct file *file)
{
	struct printport_lm *lm = file->private_data;

	printport_lm_lose(lm->port, lm, -ECONNRESET);
	hrtimer_cancel(&lm->wake_timer);
	printport_lm_put(lm);
	return 0;
}

static ssize_t printport_lm_fop_read(struct file *file, char __user *buf, size_t size,
				     loff_t *pos)
{
	return printport_lm_read(file->private_data, buf, size,
				 file->f_flags & O_NONBLOCK);
}

static ssize_t printport_lm_fop_write(struct file *file, const char __user *buf,
				      size_t size, loff_t *pos)
{
	return printport_lm_write(file->private_data, buf, size);
}

static __poll_t printport_lm_fop_poll(struct file *file, poll_table *wait)
{
	struct printport_lm *lm = file->private_data;
	struct printport *port = lm->port;
	__poll_t mask = 0;

	poll_wait(file, &port->lm_wait, wait);
	spin_lock_irq(&port->lock);
	if (lm->lost)
		mask |= EPOLLHUP | EPOLLERR;
	if (READ_ONCE(lm->record_len) || printport_lm_has_record(port, lm))
		mask |= EPOLLIN | EPOLLRDNORM;
	else
		printport_lm_owes_less(port, lm);
	if (printport_lm_wire_room(lm))
		mask |= EPOLLOUT | EPOLLWRNORM;
	if (lm->back.ring.size - printport_fifo_filled(&lm->back) >= PRINTPORT_LM_PAYLOAD_MAX)
		mask |= EPOLLWRBAND;
	spin_unlock_irq(&port->lock);
	return mask;
}

static int printport_lm_map_ring(struct vm_area_struct *vma, struct printport_ring *ring)
{
	size_t len = vma->vm_end - vma->vm_start, offset, chunk;
	int err = 0;

	if (len != ring->size && len != 2 * ring->size)
		return -EINVAL;
	for (offset = 0; offset < len && !err; offset += chunk) {
		void *memory;

		chunk = ring->size;
		memory = printport_ring_span(ring, offset, &chunk);
		err = remap_pfn_range(vma, vma->vm_start + offset,
				      virt_to_phys(memory) >> PAGE_SHIFT, chunk,
				      vma->vm_page_prot);
	}
	return err;
}

/* A mapping holds the node, and with it the memory. */
static int printport_lm_fop_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct printport_lm *lm = file->private_data;
	u64 offset = (u64)vma->vm_pgoff << PAGE_SHIFT;

	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (offset != PRINTPORT_LM_MAP_WIRE) {
		if (vma->vm_flags & VM_WRITE)
			return -EACCES;
		vm_flags_clear(vma, VM_MAYWRITE);
	}
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	switch (offset) {
	case PRINTPORT_LM_MAP_STATE:
		if (vma->vm_end - vma->vm_start != PAGE_SIZE)
			return -EINVAL;
		return remap_pfn_range(vma, vma->vm_start,
				       virt_to_phys(lm->state) >> PAGE_SHIFT, PAGE_SIZE,
				       vma->vm_page_prot);
	case PRINTPORT_LM_MAP_JOB:
		return printport_lm_map_ring(vma, &lm->job);
	case PRINTPORT_LM_MAP_WIRE:
		return printport_lm_map_ring(vma, &lm->wire);
	}
	return -EINVAL;
}

static int printport_lm_setup(struct printport_lm *lm,
			      struct printport_lm_setup __user *user)
{
	struct printport *port = lm->port;
	struct printport_lm_setup setup;
	int err = 0;

	if (copy_from_user(&setup, user, sizeof(setup)))
		return -EFAULT;
	if ((setup.flags & ~PRINTPORT_LM_F_CONFIRMS) || setup.reserved ||
	    strnlen(setup.name, sizeof(setup.name)) == sizeof(setup.name))
		return -EINVAL;
	printport_text_clean(setup.name, '?');

	spin_lock_irq(&port->lock);
	if (lm->lost) {
		err = -ENODEV;
	} else if (lm->introduced) {
		err = -EBUSY;
	} else {
		lm->introduced = true;
		lm->flags = setup.flags;
		strscpy(lm->name, setup.name, sizeof(lm->name));
		printport_lm_acted(port, lm);
	}
	spin_unlock_irq(&port->lock);
	if (err)
		return err;

	setup.index = port->index;
	setup.job_size = lm->job.size;
	setup.wire_size = lm->wire.size;
	setup.monitor_ms = READ_ONCE(port->monitor_ms);
	printport_changed(port);
	return copy_to_user(user, &setup, sizeof(setup)) ? -EFAULT : 0;
}

static int printport_lm_open_port(struct printport_lm *lm)
{
	struct printport *port = lm->port;
	int err;

	if (READ_ONCE(printport_shutting_down))
		return -ESHUTDOWN;
	mutex_lock(&port->session_mutex);
	err = READ_ONCE(lm->lost) ? -ENODEV : printport_session_get(port);
	if (!err) {
		spin_lock_irq(&port->lock);
		lm->own = !lm->lost;
		printport_lm_acted(port, lm);
		spin_unlock_irq(&port->lock);
	}
	mutex_unlock(&port->session_mutex);
	return err;
}

static int printport_lm_close_port(struct printport_lm *lm)
{
	struct printport *port = lm->port;

	spin_lock_irq(&port->lock);
	lm->own = false;
	printport_lm_acted(port, lm);
	spin_unlock_irq(&port->lock);
	printport_session_put(port);
	return 0;
}

static int printport_lm_detach(struct printport_lm *lm)
{
	struct printport *port = lm->port;
	bool busy;

	spin_lock_irq(&port->lock);
	busy = port->state == PRINTPORT_STATE_OPEN ||
	       port->state == PRINTPORT_STATE_DRAINING;
	spin_unlock_irq(&port->lock);
	if (busy)
		return -EBUSY;
	printport_lm_lose(port, lm, -ECONNRESET);
	return 0;
}

static long printport_lm_fop_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct printport_lm *lm = file->private_data;

	if (READ_ONCE(lm->lost))
		return -ENODEV;
	if (cmd == PRINTPORT_LM_IOC_SETUP)
		return printport_lm_setup(lm, (void __user *)arg);
	if (!READ_ONCE(lm->introduced))
		return -EINVAL;
	switch (cmd) {
	case PRINTPORT_LM_IOC_OPEN_PORT:
		return printport_lm_open_port(lm);
	case PRINTPORT_LM_IOC_CLOSE_PORT:
		return printport_lm_close_port(lm);
	case PRINTPORT_LM_IOC_DETACH:
		return printport_lm_detach(lm);
	}
	return -ENOTTY;
}

static const struct file_operations printport_lm_fops = {
	.owner = THIS_MODULE,
	.open = printport_lm_fop_open,
	.release = printport_lm_fop_release,
	.read = printport_lm_fop_read,
	.write = printport_lm_fop_write,
	.poll = printport_lm_fop_poll,
	.mmap = printport_lm_fop_mmap,
	.unlocked_ioctl = printport_lm_fop_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

struct class printport_lm_class = {
	.name = "printport-lm",
};

static void printport_lm_dev_release(struct device *dev)
{
	put_device(&container_of(dev, struct printport, lm_dev)->dev);
}

/**
 * printport_lm_add_node - make the language monitor's node appear
 * @port: a port whose own node exists
 *
 * Context: process, may sleep.
 * Return: 0 or a negative errno.
 */
int printport_lm_add_node(struct printport *port)
{
	int err;

	get_device(&port->dev);
	memset(&port->lm_dev, 0, sizeof(port->lm_dev));
	device_initialize(&port->lm_dev);
	port->lm_dev.class = &printport_lm_class;
	port->lm_dev.parent = &port->dev;
	port->lm_dev.release = printport_lm_dev_release;
	port->lm_dev.devt = MKDEV(MAJOR(printport_lm_first),
				  MINOR(printport_lm_first) + port->index);
	cdev_init(&port->lm_cdev, &printport_lm_fops);
	port->lm_cdev.owner = THIS_MODULE;
	err = dev_set_name(&port->lm_dev, "printport-lm%d", port->index) ?:
	      cdev_device_add(&port->lm_cdev, &port->lm_dev);
	if (err)
		put_device(&port->lm_dev);
	return err;
}

/**
 * printport_lm_del_node - remove it
 * @port: the port
 *
 * Context: process, may sleep.
 */
void printport_lm_del_node(struct printport *port)
{
	cdev_device_del(&port->lm_cdev, &port->lm_dev);
	put_device(&port->lm_dev);
}

/**
 * printport_lm_init - the class and the numbers of the nodes
 * @minors: how many
 *
 * Context: process, may sleep.
 * Return: 0 or a negative errno.
 */
int printport_lm_init(unsigned int minors)
{
	int err;

	err = alloc_chrdev_region(&printport_lm_first, 0, minors, "printport-lm");
	if (err)
		return err;
	err = class_register(&printport_lm_class);
	if (err)
		unregister_chrdev_region(printport_lm_first, minors);
	return err;
}

/**
 * printport_lm_exit - undo printport_lm_init()
 * @minors: how many
 *
 * Context: process, may sleep.
 */
void printport_lm_exit(unsigned int minors)
{
	class_unregister(&printport_lm_class);
	unregister_chrdev_region(printport_lm_first, minors);
}
