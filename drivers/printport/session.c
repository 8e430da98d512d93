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
 */
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/sched/signal.h>

#include "core.h"
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
	printport_ring_free(&port->tx);
	printport_ring_free(&port->rx);
}

static int printport_session_begin(struct printport *port)
{
	int err;

	err = printport_ring_alloc(&port->tx, min_t(size_t, READ_ONCE(printport_queue_kib),
						    PRINTPORT_RING_MAX >> 10) << 10);
	if (!err && port->ops->rx_start)
		err = printport_ring_alloc(&port->rx, PRINTPORT_RX_SIZE);
	if (err)
		return err;

	spin_lock_irq(&port->lock);
	port->head = 0;
	port->taken = 0;
	port->tail = 0;
	port->rx_head = 0;
	port->rx_tail = 0;
	port->error = 0;
	port->error_job = 0;
	port->wake_at = U64_MAX;
	port->drain_waited = false;
	port->session = true;
	port->held = true;
	spin_unlock_irq(&port->lock);
	return 0;
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
 * By whoever has cleared @session under the lock: nobody holds the port and
 * nothing is in flight, or the port is gone and its transport looks after what is.
 */
static void printport_session_end(struct printport *port, bool gone)
{
	struct module *owner = port->ops->owner;

	down_write(&port->ops_lock);
	if (!gone && !port->dead && port->active && port->ops->close)
		port->ops->close(port);
	port->active = false;
	up_write(&port->ops_lock);

	if (!gone)
		printport_session_free(port);
	printport_unclaim(port);
	module_put(owner);
	put_device(&port->dev);
}

/**
 * printport_open - a spooler opens a port
 * @port: the port
 * @nonblock: do not wait in line
 *
 * Context: process, sleeps.
 * Return: 0, -EBUSY (somebody holds it, or it is draining), -ENODEV, -ENOMEM,
 * -ERESTARTSYS (a signal while in line), -ESHUTDOWN (the system shuts down), or what
 * the transport says.
 */
int printport_open(struct printport *port, bool nonblock)
{
	int err;

	err = printport_claim(port, nonblock);
	if (err)
		goto out;

	get_device(&port->dev);
	err = printport_pin_transport(port);
	if (err)
		goto err_unclaim;
	err = printport_session_begin(port);
	if (err)
		goto err_module;
	err = printport_transport_open(port);
	if (err) {
		spin_lock_irq(&port->lock);
		port->session = false;
		port->held = false;
		spin_unlock_irq(&port->lock);
		goto err_module;
	}
	printport_changed(port);
	goto out;

err_module:
	printport_session_free(port);
	module_put(port->ops->owner);
err_unclaim:
	printport_unclaim(port);
	put_device(&port->dev);
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
	bool gone, end;

	printport_flush(port);

	if (port->ops->rx_stop && printport_ops_begin(port)) {
		port->ops->rx_stop(port);
		printport_ops_end(port);
	}

	spin_lock_irq(&port->lock);
	port->held = false;
	gone = port->state == PRINTPORT_STATE_GONE;
	end = gone || !port->queued;
	if (end)
		port->session = false;
	else
		port->state = PRINTPORT_STATE_DRAINING;
	trace_printport_close(port->index, port->queued);
	spin_unlock_irq(&port->lock);

	if (end)
		printport_session_end(port, gone);
	else
		printport_changed(port);
}
EXPORT_SYMBOL_FOR_TEST(printport_close);

/**
 * printport_drain_work - a port that was draining has nothing left to drain
 * @work: printport.drain_work
 *
 * Context: process, sleeps.
 */
void printport_drain_work(struct work_struct *work)
{
	struct printport *port = container_of(work, struct printport, drain_work);
	bool gone, end;

	spin_lock_irq(&port->lock);
	gone = port->state == PRINTPORT_STATE_GONE;
	end = port->session && !port->held && (gone || !port->queued);
	if (end)
		port->session = false;
	spin_unlock_irq(&port->lock);

	if (end)
		printport_session_end(port, gone);
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
	printport_changed(port);
}
