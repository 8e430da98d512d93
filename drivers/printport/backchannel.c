// SPDX-License-Identifier: GPL-2.0-only
/*
 * The back channel: what the printer says, on its way to the spooler or to the
 * language monitor, and what the monitor says to the spooler. Nothing is asked of the
 * transport before somebody reads, and nothing that the transport brought is dropped
 * for want of room: it keeps what does not fit.
 */
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/uio.h>

#include "core.h"
#include "lm.h"

/**
 * printport_fifo_filled - how much there is
 * @fifo: the queue, locked
 *
 * Context: any.
 * Return: bytes
 */
size_t printport_fifo_filled(const struct printport_fifo *fifo)
{
	return fifo->head - fifo->tail;
}

/**
 * printport_fifo_put - append bytes
 * @fifo: the queue, locked
 * @buf: the bytes
 * @len: how many
 *
 * Context: any.
 * Return: how many of them there was room for.
 */
size_t printport_fifo_put(struct printport_fifo *fifo, const void *buf, size_t len)
{
	size_t done = 0;

	while (done < len && printport_fifo_filled(fifo) < fifo->ring.size) {
		size_t part = min(len - done, fifo->ring.size - printport_fifo_filled(fifo));
		void *to = printport_ring_span(&fifo->ring, fifo->head, &part);

		memcpy(to, buf + done, part);
		fifo->head += part;
		done += part;
	}
	return done;
}

/* Under lock: what the spooler reads. */
static struct printport_fifo *printport_rx_fifo(const struct printport *port)
{
	if (port->lm && !port->lm->pass_back)
		return &port->lm->back;
	return (struct printport_fifo *)&port->rx;
}

/* Under lock: whether what the transport brings is kept. */
static bool printport_rx_taken(const struct printport *port)
{
	if (port->lm)
		return printport_lm_serves(port);
	return port->held && port->state == PRINTPORT_STATE_OPEN;
}

/**
 * printport_rx_readable - whether a read would not have to wait
 * @port: the port, locked
 *
 * Context: any.
 * Return: true also where a read would fail at once.
 */
bool printport_rx_readable(const struct printport *port)
{
	return port->state == PRINTPORT_STATE_GONE || printport_lm_stale(port) ||
	       printport_fifo_filled(printport_rx_fifo(port));
}

/**
 * printport_rx_want - somebody reads
 * @port: an open port
 *
 * Context: process, may sleep.
 */
void printport_rx_want(struct printport *port)
{
	if (!printport_ops_begin(port))
		return;
	WRITE_ONCE(port->rx_wanted, true);
	if (port->active && port->ops->rx_start)
		port->ops->rx_start(port);
	printport_ops_end(port);
}

static bool printport_read_may_go_on(struct printport *port)
{
	bool ret;

	spin_lock_irq(&port->lock);
	ret = printport_rx_readable(port) || !(port->capabilities & PRINTPORT_CAP_READ);
	spin_unlock_irq(&port->lock);
	return ret;
}

static int printport_wait_rx(struct printport *port)
{
	unsigned int limit_ms = READ_ONCE(port->limits.read_ms);
	long left = limit_ms ? msecs_to_jiffies(limit_ms) : MAX_SCHEDULE_TIMEOUT;

	left = wait_event_interruptible_timeout(port->rx_wait,
						printport_read_may_go_on(port), left);
	if (left < 0)
		return left;
	return left ? 0 : -ETIMEDOUT;
}

/* What is there, up to the size of @to: 0 if there is nothing. */
static ssize_t printport_read_some(struct printport *port, struct iov_iter *to)
{
	struct printport_fifo *fifo;
	size_t done = 0, len, copied;
	void *from;

	while (iov_iter_count(to)) {
		spin_lock_irq(&port->lock);
		fifo = printport_rx_fifo(port);
		len = min(printport_fifo_filled(fifo), iov_iter_count(to));
		if (port->state == PRINTPORT_STATE_GONE ||
		    (!len && printport_lm_stale(port))) {
			spin_unlock_irq(&port->lock);
			return done ?: -ENODEV;
		}
		if (len)
			from = printport_ring_span(&fifo->ring, fifo->tail, &len);
		spin_unlock_irq(&port->lock);
		if (!len)
			break;

		copied = copy_to_iter(from, len, to);
		if (!copied)
			return done ?: -EFAULT;
		spin_lock_irq(&port->lock);
		fifo->tail += copied;
		port->stats.bytes_read += copied;
		spin_unlock_irq(&port->lock);
		done += copied;
	}
	/* A monitor may have more to say, and had no room. */
	if (done && READ_ONCE(port->lm))
		wake_up_poll(&port->lm_wait, EPOLLWRBAND);
	return done;
}

/**
 * printport_read - give the spooler what the printer sent
 * @port: an open port
 * @to: where to
 * @nonblock: do not wait for the first byte
 *
 * Context: process, sleeps.
 * Return: bytes, at least one unless @to is empty; or -EAGAIN, -ERESTARTSYS,
 * -ETIMEDOUT, -EFAULT, -ENODEV (the port or its language monitor is gone), -EINVAL (no
 * back channel).
 */
ssize_t printport_read(struct printport *port, struct iov_iter *to, bool nonblock)
{
	ssize_t ret;

	if (!(READ_ONCE(port->capabilities) & PRINTPORT_CAP_READ))
		return -EINVAL;
	if (!iov_iter_count(to))
		return READ_ONCE(port->state) == PRINTPORT_STATE_GONE ? -ENODEV : 0;

	if (nonblock) {
		if (!mutex_trylock(&port->rx_mutex))
			return -EAGAIN;
	} else if (mutex_lock_interruptible(&port->rx_mutex)) {
		return -ERESTARTSYS;
	}

	for (;;) {
		ret = printport_read_some(port, to);
		if (!ret && !(READ_ONCE(port->capabilities) & PRINTPORT_CAP_READ))
			ret = -EINVAL;
		if (ret != -ENODEV && ret != -EFAULT)
			printport_rx_want(port);
		if (ret)
			break;
		ret = nonblock ? -EAGAIN : printport_wait_rx(port);
		if (ret == -EAGAIN && printport_read_may_go_on(port))
			ret = 0;	/* it came while the transport was asked */
		if (ret)
			break;
	}
	mutex_unlock(&port->rx_mutex);
	return ret;
}
EXPORT_SYMBOL_FOR_TEST(printport_read);

/**
 * printport_rx_room - how much printport_rx_push() would accept
 * @port: the port
 *
 * Context: any.
 * Return: bytes; 0 when nobody holds the port.
 */
size_t printport_rx_room(struct printport *port)
{
	unsigned long flags;
	size_t room = 0;

	spin_lock_irqsave(&port->lock, flags);
	if (printport_rx_taken(port) && !READ_ONCE(printport_hibernating))
		room = port->rx.ring.size - printport_fifo_filled(&port->rx);
	spin_unlock_irqrestore(&port->lock, flags);
	return room;
}
EXPORT_SYMBOL_GPL(printport_rx_room);

/**
 * printport_rx_push - the printer sent bytes
 * @port: the port
 * @buf: the bytes
 * @len: how many
 *
 * Context: any.
 * Return: how many were accepted. The transport keeps the rest until the next
 * ->rx_start() and reads no more until then; ->rx_stop() drops it.
 */
size_t printport_rx_push(struct printport *port, const void *buf, size_t len)
{
	unsigned long flags;
	bool to_monitor;
	size_t done = 0;

	spin_lock_irqsave(&port->lock, flags);
	if (printport_rx_taken(port))
		done = printport_fifo_put(&port->rx, buf, len);
	to_monitor = port->lm && !(port->lm->pass_back && port->held);
	if (done && to_monitor)
		printport_lm_kick(port);
	spin_unlock_irqrestore(&port->lock, flags);

	if (done && !to_monitor && wq_has_sleeper(&port->rx_wait))
		wake_up_interruptible_poll(&port->rx_wait, EPOLLIN | EPOLLRDNORM);
	return done;
}
EXPORT_SYMBOL_GPL(printport_rx_push);
