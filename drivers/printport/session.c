// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who holds a port. One session at a time:
 *
 *	CLOSED --open--> OPEN --close, queue empty--> CLOSED
 *	                 OPEN --close, bytes left--> DRAINING --queue empty--> CLOSED
 *	any --printport_unregister()--> GONE
 *
 * The state is claimed under the lock before anything is set up, so that a second
 * opener is told at once. A port that becomes free goes to the first opener in
 * line, if there is a line, without becoming CLOSED in between.
 *
 * A session is what the transport is open for: the queues' memory and the references
 * that go with it. It begins when a spooler opens the port, or when a language monitor
 * opens the transport for itself, and ends when neither needs it.
 */
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/sched/signal.h>

#include "core.h"
#include "lm.h"
#include "trace.h"

unsigned int printport_queue_kib = 256;
EXPORT_SYMBOL_FOR_TEST(printport_queue_kib);
module_param_named(queue_kib, printport_queue_kib, uint, 0644);
MODULE_PARM_DESC(queue_kib,
		 "KiB that a port accepts before the printer takes any (4 to 16384, default 256); for the next open");

#define PRINTPORT_RX_SIZE	16384

struct printport_opener {
	struct list_head node;
	struct completion done;
	int result;		/* lock: -EBUSY while in line */
};

/* Under lock: whoever is first in line gets the port, or nobody. */
static void printport_grant(struct printport *port, int result)
{
	struct printport_opener *opener;

	opener = list_first_entry_or_null(&port->openers, struct printport_opener,
					  node);
	if (!opener)
		return;
	list_del_init(&opener->node);
	opener->result = result;
	complete(&opener->done);
}

static int printport_stand_in_line(struct printport *port,
				   struct printport_opener *opener,
				   unsigned int limit_ms)
{
	long left;

	left = wait_for_completion_interruptible_timeout(&opener->done,
							 msecs_to_jiffies(limit_ms));
	spin_lock_irq(&port->lock);
	if (!list_empty(&opener->node)) {
		list_del(&opener->node);
		opener->result = left < 0 ? left : -EBUSY;
	}
	spin_unlock_irq(&port->lock);
	return opener->result;
}

static int printport_claim(struct printport *port, bool nonblock)
{
	struct printport_opener opener = { .result = -EBUSY };
	unsigned int limit_ms;

	spin_lock_irq(&port->lock);
	limit_ms = port->limits.open_ms;
	if (port->state == PRINTPORT_STATE_GONE) {
		spin_unlock_irq(&port->lock);
		return -ENODEV;
	}
	if (READ_ONCE(printport_shutting_down)) {
		spin_unlock_irq(&port->lock);
		return -ESHUTDOWN;
	}
	if (port->state == PRINTPORT_STATE_CLOSED) {
		port->state = PRINTPORT_STATE_OPEN;
		spin_unlock_irq(&port->lock);
		return 0;
	}
	if (nonblock || !limit_ms) {
		spin_unlock_irq(&port->lock);
		return -EBUSY;
	}
	init_completion(&opener.done);
	list_add_tail(&opener.node, &port->openers);
	spin_unlock_irq(&port->lock);

	return printport_stand_in_line(port, &opener, limit_ms);
}

static void printport_unclaim(struct printport *port)
{
	spin_lock_irq(&port->lock);
	while (READ_ONCE(printport_shutting_down) && !list_empty(&port->openers))
		printport_grant(port, -ESHUTDOWN);
	if (port->state != PRINTPORT_STATE_GONE) {
		if (list_empty(&port->openers)) {
			port->state = PRINTPORT_STATE_CLOSED;
		} else {
			port->state = PRINTPORT_STATE_OPEN;
			printport_grant(port, 0);
		}
	}
	spin_unlock_irq(&port->lock);
	printport_changed(port);
}

/**
 * printport_session_free - free the queues' memory
 * @port: a port of which nothing is in flight
 *
 * Context: process.
 */
void printport_session_free(struct printport *port)
{
	struct printport_lm *lm;

	spin_lock_irq(&port->lock);
	lm = port->lm;
	port->lm = NULL;
	spin_unlock_irq(&port->lock);

	printport_ring_free(&port->tx);
	printport_ring_free(&port->rx.ring);
	if (lm)
		printport_lm_put(lm);
}

/* A monitor brings the rings of the forward queue along. */
static int printport_session_begin(struct printport *port)
{
	struct printport_lm *lm = printport_lm_get(port);
	int err = 0;

	if (!lm)
		err = printport_ring_alloc(&port->tx,
					   min_t(size_t, READ_ONCE(printport_queue_kib),
						 PRINTPORT_RING_MAX >> 10) << 10);
	if (!err && port->ops->rx_start)
		err = printport_ring_alloc(&port->rx.ring, PRINTPORT_RX_SIZE);

	spin_lock_irq(&port->lock);
	port->lm = lm;
	port->head = 0;
	port->taken = 0;
	port->tail = 0;
	port->tx_waits = true;
	port->rx_wanted = false;
	port->rx.head = 0;
	port->rx.tail = 0;
	port->wake_at = U64_MAX;
	spin_unlock_irq(&port->lock);
	return err;
}

/* Until this has succeeded the transport's module may go, and its ops with it. */
static int printport_pin_transport(struct printport *port)
{
	int err = -ENODEV;

	if (!printport_ops_begin(port))
		return err;
	if (try_module_get(port->ops->owner))
		err = 0;
	printport_ops_end(port);
	return err;
}

static int printport_transport_open(struct printport *port)
{
	int err = -ENODEV;

	down_write(&port->ops_lock);
	if (!port->dead) {
		err = port->ops->open ? port->ops->open(port) : 0;
		port->active = !err;
	}
	up_write(&port->ops_lock);
	return err;
}

/*
 * Under session_mutex, by whoever has cleared @session under the lock: nobody needs
 * the session and nothing is in flight, or the port is gone and its transport looks
 * after what is.
 */
static void printport_session_end(struct printport *port, bool gone)
{
	struct module *owner = port->ops->owner;

	down_write(&port->ops_lock);
	if (!gone && !port->dead && port->active) {
		if (port->lm && port->ops->rx_stop)
			port->ops->rx_stop(port);
		if (port->ops->close)
			port->ops->close(port);
	}
	port->active = false;
	up_write(&port->ops_lock);

	if (!gone)
		printport_session_free(port);
	module_put(owner);
}

/**
 * printport_session_get - open the transport, if it is not open
 * @port: a port that the caller has claimed, or that has a language monitor
 *
 * Context: process, sleeps; session_mutex is held.
 * Return: 0, -ENODEV, -ENOMEM, or what the transport says.
 */
int printport_session_get(struct printport *port)
{
	int err;

	lockdep_assert_held(&port->session_mutex);
	if (port->session)
		return printport_lm_stale(port) ? -EBUSY : 0;
	get_device(&port->dev);
	err = printport_pin_transport(port);
	if (err)
		goto err_device;
	err = printport_session_begin(port);
	if (!err)
		err = printport_transport_open(port);
	if (err)
		goto err_free;
	spin_lock_irq(&port->lock);
	port->session = true;
	spin_unlock_irq(&port->lock);
	if (port->lm && port->ops->rx_start)
		printport_rx_want(port);
	return 0;

err_free:
	printport_session_free(port);
	module_put(port->ops->owner);
err_device:
	put_device(&port->dev);
	return err;
}

/* Under lock: what is left to do of a session whose spooler is gone. */
static bool printport_session_busy(const struct printport *port)
{
	if (!printport_tx_idle(port))
		return true;
	return printport_lm_serves(port) && (port->lm->close == PRINTPORT_ASK_NOW ||
					     port->lm->close == PRINTPORT_ASK_TOLD);
}

/*
 * Ends the session if nobody needs it. @close: its spooler lets go of it, now or (the
 * state is DRAINING) when everything has gone out.
 */
static void printport_session_leave(struct printport *port, bool close)
{
	bool gone, end = false, free = false;

	mutex_lock(&port->session_mutex);
	spin_lock_irq(&port->lock);
	if (close) {
		port->held = false;
		/* What the printer still says is the monitor's now. */
		printport_lm_kick(port);
		trace_printport_close(port->index, printport_queued(port));
	}
	gone = port->state == PRINTPORT_STATE_GONE;
	close |= port->state == PRINTPORT_STATE_DRAINING;
	if (port->session && !port->held && (gone || !printport_session_busy(port))) {
		free = close;
		end = gone || ((close || port->state == PRINTPORT_STATE_CLOSED) &&
			       !(printport_lm_serves(port) && port->lm->own));
	} else if (close && !port->held) {
		port->state = PRINTPORT_STATE_DRAINING;
	}
	if (end)
		port->session = false;
	spin_unlock_irq(&port->lock);

	if (end)
		printport_session_end(port, gone);
	/* Not after the mutex: it would be free twice if two are here. */
	if (free)
		printport_unclaim(port);
	mutex_unlock(&port->session_mutex);
	if (close)
		printport_changed(port);
	if (end)
		put_device(&port->dev);
}

/**
 * printport_session_put - end a session that nobody needs any more
 * @port: the port
 *
 * Context: process, sleeps.
 */
void printport_session_put(struct printport *port)
{
	printport_session_leave(port, false);
}

static int printport_hold(struct printport *port)
{
	int err;

	mutex_lock(&port->session_mutex);
	err = printport_session_get(port);
	if (!err) {
		spin_lock_irq(&port->lock);
		port->error = 0;
		port->error_job = 0;
		port->drain_waited = false;
		port->no_wait = false;
		port->status_read = false;
		port->held = true;
		spin_unlock_irq(&port->lock);
	}
	mutex_unlock(&port->session_mutex);
	return err;
}

/**
 * printport_open - a spooler opens a port
 * @port: the port
 * @nonblock: do not wait in line
 *
 * Context: process, sleeps.
 * Return: 0, -EBUSY (somebody holds it, or it is draining), -ENODEV, -ENOMEM,
 * -ERESTARTSYS (a signal while in line), -ESHUTDOWN (the system shuts down), what the
 * transport says, or what its language monitor says; -ECONNRESET or -ETIMEDOUT: the
 * monitor was lost.
 */
int printport_open(struct printport *port, bool nonblock)
{
	int err;

	err = printport_claim(port, nonblock);
	if (err)
		goto out;
	err = printport_hold(port);
	if (err) {
		printport_unclaim(port);
		/* One that a lost monitor has left was not ended while this was open. */
		printport_session_put(port);
		goto out;
	}
	err = printport_lm_ask_open(port);
	if (err)
		printport_session_leave(port, true);
	else
		printport_changed(port);
out:
	trace_printport_open(port->index, err);
	return err;
}
EXPORT_SYMBOL_FOR_TEST(printport_open);

/**
 * printport_dont_wait - whoever closes the port must not wait for the printer
 * @port: an open port
 *
 * Context: process.
 */
void printport_dont_wait(struct printport *port)
{
	spin_lock_irq(&port->lock);
	port->drain_waited = true;
	port->no_wait = true;
	spin_unlock_irq(&port->lock);
}
EXPORT_SYMBOL_FOR_TEST(printport_dont_wait);

/**
 * printport_flush - the last file descriptor of a session is being closed
 * @port: the port
 *
 * Ends or aborts the active job and waits, within the port's close limit, for the
 * printer to take the rest.
 *
 * Context: process, sleeps.
 * Return: 0, or the error that is to be reported once. Bytes that are still on
 * their way are no error.
 */
int printport_flush(struct printport *port)
{
	unsigned int limit_ms;

	printport_jobs_close(port);

	spin_lock_irq(&port->lock);
	limit_ms = port->drain_waited ? 0 : port->limits.close_ms;
	port->drain_waited = true;
	spin_unlock_irq(&port->lock);

	if (limit_ms)
		printport_drain(port, limit_ms);
	return printport_take_error(port);
}
EXPORT_SYMBOL_FOR_TEST(printport_flush);

/**
 * printport_close - nobody refers to a session any more
 * @port: the port
 *
 * Context: process, sleeps.
 */
void printport_close(struct printport *port)
{
	printport_flush(port);
	printport_lm_ask_close(port);

	/* A monitor goes on listening to the printer. */
	if (!port->lm && port->ops->rx_stop && printport_ops_begin(port)) {
		port->ops->rx_stop(port);
		printport_ops_end(port);
	}
	printport_session_leave(port, true);
}
EXPORT_SYMBOL_FOR_TEST(printport_close);

/**
 * printport_drain_work - a port that was draining may have nothing left to drain
 * @work: printport.drain_work
 *
 * Context: process, sleeps.
 */
void printport_drain_work(struct work_struct *work)
{
	printport_session_put(container_of(work, struct printport, drain_work));
}

/**
 * printport_session_abandon - the port is gone
 * @port: the port
 *
 * Context: process.
 */
void printport_session_abandon(struct printport *port)
{
	spin_lock_irq(&port->lock);
	port->state = PRINTPORT_STATE_GONE;
	printport_jobs_gone(port);
	while (!list_empty(&port->openers))
		printport_grant(port, -ENODEV);
	spin_unlock_irq(&port->lock);

	wake_up_all(&port->tx_wait);
	wake_up_all(&port->rx_wait);
	wake_up_all(&port->lm_wait);
	printport_changed(port);
}
