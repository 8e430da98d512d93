// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes to a USB printer.
 *
 * tx_urb[] is a ring: tx_count transfers from tx_head on hold spans of the core's queue,
 * the first tx_sent of them were submitted. A transfer that went through leaves the ring
 * in its completion; any other outcome leaves it there and sets a bit in hold. While any
 * bit is set nothing is taken or submitted, and whoever sets one starts tx_work, the only
 * place that kills transfers, accounts for what is in the ring, reports to the core and
 * recovers the endpoint.
 */
#include <linux/kernel.h>

#include "usb.h"

/* Long enough for a hub to notice that the device was pulled out. */
#define PRINTPORT_USB_RETRY_DELAY	msecs_to_jiffies(300)

static unsigned int printport_usb_tx_slot(unsigned int nr)
{
	return nr % PRINTPORT_USB_TX_URBS;
}

static void printport_usb_tx_fail(struct printport_usb *usb, int error)
{
	dev_dbg(&usb->intf->dev, "bulk OUT failed: %d\n", error);
	switch (error) {
	case -ENODEV:
	case -ESHUTDOWN:
		usb->hold |= PRINTPORT_USB_GONE;
		break;
	default:
		usb->hold |= PRINTPORT_USB_FAILED;
		break;
	}
	mod_delayed_work(system_long_wq, &usb->tx_work, 0);
}

static bool printport_usb_tx_take(struct printport_usb *usb)
{
	const struct printport_usb_alt *alt = printport_usb_current(usb);
	const void *buf;
	struct urb *urb;
	size_t len;

	if (usb->tx_count == PRINTPORT_USB_TX_URBS)
		return false;
	/* Small writes gather while the printer has something to chew on. */
	if (usb->tx_count && printport_tx_pending(usb->port) < alt->tx_size)
		return false;

	len = printport_tx_take(usb->port, &buf, alt->tx_size);
	if (!len)
		return false;

	urb = usb->tx_urb[printport_usb_tx_slot(usb->tx_head + usb->tx_count)];
	urb->pipe = alt->tx_pipe;
	urb->transfer_buffer = (void *)buf;
	urb->transfer_buffer_length = len;
	urb->actual_length = 0;
	usb->tx_count++;
	return true;
}

static void printport_usb_tx_fill(struct printport_usb *usb)
{
	struct urb *urb;
	int err;

	lockdep_assert_held(&usb->lock);

	while (!usb->hold) {
		if (usb->tx_sent == usb->tx_count && !printport_usb_tx_take(usb))
			return;

		urb = usb->tx_urb[printport_usb_tx_slot(usb->tx_head + usb->tx_sent)];
		err = usb_submit_urb(urb, GFP_ATOMIC);
		switch (err) {
		case 0:
			usb->tx_sent++;
			printport_usb_status_sent(usb);
			break;
		case -ENOMEM:
		case -EAGAIN:	/* no room to map it for DMA */
			/* The next completion tries again, if there is one. */
			if (!usb->tx_sent)
				queue_delayed_work(system_long_wq, &usb->tx_work,
						   PRINTPORT_USB_MEMORY_DELAY);
			return;
		case -ENOENT:
			/*
			 * The endpoint is disabled: the driver is being unbound, or an
			 * alternate setting could not be selected and the device is
			 * about to be reset.
			 */
			return;
		default:
			printport_usb_tx_fail(usb, err);
			return;
		}
	}
}

static void printport_usb_tx_progress(struct printport_usb *usb, size_t len)
{
	printport_tx_done(usb->port, len);
	usb->tx_moved++;
	usb->tx_tries = 0;
	if (usb->reasons)
		printport_usb_status_moved(usb);
}

static void printport_usb_tx_complete(struct urb *urb)
{
	struct printport_usb *usb = urb->context;
	bool failed = false;
	unsigned long flags;
	unsigned int newest, i;

	spin_lock_irqsave(&usb->lock, flags);
	newest = usb->tx_head + usb->tx_count - 1;
	if (!urb->status && urb->actual_length == urb->transfer_buffer_length &&
	    urb == usb->tx_urb[usb->tx_head]) {
		usb->tx_head = printport_usb_tx_slot(usb->tx_head + 1);
		usb->tx_count--;
		usb->tx_sent--;
		printport_usb_tx_progress(usb, urb->actual_length);
		printport_usb_tx_fill(usb);
	} else if (urb->status != -ENOENT && urb->status != -ECONNRESET) {
		failed = true;
		/*
		 * A stalled packet was not taken. After any other error the last
		 * packet may have arrived and only its handshake been lost, and the
		 * reset of the data toggle that recovery needs keeps the printer
		 * from telling a repetition.
		 */
		if (urb->status != -EPIPE)
			usb->tx_unsure = true;
		printport_usb_tx_fail(usb, urb->status);
	}
	spin_unlock_irqrestore(&usb->lock, flags);

	if (!failed)
		return;
	/*
	 * The queue of the endpoint stands still until this function returns, and
	 * until everything unlinked here is retired: no later byte overtakes.
	 */
	for (i = 0; i < PRINTPORT_USB_TX_URBS; i++)
		usb_unlink_urb(usb->tx_urb[printport_usb_tx_slot(newest - i)]);
}

/* Accounts for what is in the ring. None of it is in flight any more. */
static void printport_usb_tx_settle(struct printport_usb *usb)
{
	bool fell_short = false;
	struct urb *urb;

	lockdep_assert_held(&usb->lock);

	for (; usb->tx_count; usb->tx_count--) {
		urb = usb->tx_urb[usb->tx_head];
		usb->tx_head = printport_usb_tx_slot(usb->tx_head + 1);
		usb->tx_owed = true;

		if (urb->actual_length) {
			if (fell_short) {
				/* Bytes after a gap: the job is spoilt. */
				usb->hold |= PRINTPORT_USB_FAILED;
				usb->tx_unsure = true;
			} else {
				printport_usb_tx_progress(usb, urb->actual_length);
			}
		}
		if (urb->actual_length < urb->transfer_buffer_length)
			fell_short = true;
	}
	usb->tx_sent = 0;
}

static void printport_usb_tx_report(struct printport_usb *usb, int error)
{
	lockdep_assert_held(&usb->lock);

	if (usb->tx_owed)
		printport_tx_stop(usb->port, error);
	usb->tx_owed = false;
}

/* Ends a recovery, @err being that of clearing the endpoint. */
static void printport_usb_tx_recover(struct printport_usb *usb, int err)
{
	int error = 0;

	lockdep_assert_held(&usb->lock);

	/* A printer that does not answer at all may be on its way out. */
	if (err && ++usb->tx_tries <= PRINTPORT_USB_TRIES) {
		queue_delayed_work(system_long_wq, &usb->tx_work,
				   PRINTPORT_USB_RETRY_DELAY);
		return;
	}
	if (err || usb->tx_unsure || ++usb->tx_tries > PRINTPORT_USB_TRIES) {
		error = -EIO;
		usb->tx_tries = 0;
	}
	usb->tx_unsure = false;
	usb->hold &= ~(PRINTPORT_USB_FAILED | PRINTPORT_USB_CANCEL);
	printport_usb_tx_report(usb, error);
	printport_usb_tx_fill(usb);
}

static void printport_usb_tx_work(struct work_struct *work)
{
	struct printport_usb *usb =
		container_of(work, struct printport_usb, tx_work.work);
	unsigned int newest, i;
	int err;

	spin_lock_irq(&usb->lock);
	if (!usb->hold) {
		printport_usb_tx_fill(usb);
		spin_unlock_irq(&usb->lock);
		return;
	}
	newest = usb->tx_head + usb->tx_count - 1;
	usb->hold |= PRINTPORT_USB_STOPPING;
	spin_unlock_irq(&usb->lock);

	/* Newest first, or it would be sent while an older one is being killed. */
	for (i = 0; i < PRINTPORT_USB_TX_URBS; i++)
		usb_kill_urb(usb->tx_urb[printport_usb_tx_slot(newest - i)]);

	spin_lock_irq(&usb->lock);
	printport_usb_tx_settle(usb);
	if (!(usb->hold & PRINTPORT_USB_FAILED) ||
	    (usb->hold & PRINTPORT_USB_CANCEL)) {
		/* The core knows whether it is the aborted job that this hits. */
		printport_usb_tx_report(usb, usb->tx_unsure ? -EIO : 0);
		usb->tx_unsure = false;
	}
	usb->hold &= ~(PRINTPORT_USB_CANCEL | PRINTPORT_USB_STOPPING);

	if (usb->hold != PRINTPORT_USB_FAILED) {
		/* All is well again, or whoever lifts the last bit comes back here. */
		printport_usb_tx_fill(usb);
		spin_unlock_irq(&usb->lock);
		return;
	}
	spin_unlock_irq(&usb->lock);

	err = usb_clear_halt(usb->udev, printport_usb_current(usb)->tx_pipe);
	dev_dbg(&usb->intf->dev, "bulk OUT cleared: %d\n", err);

	spin_lock_irq(&usb->lock);
	printport_usb_tx_recover(usb, err);
	spin_unlock_irq(&usb->lock);
}

/**
 * printport_usb_tx_start - ->tx_start()
 * @port: the port
 *
 * Context: process.
 */
void printport_usb_tx_start(struct printport *port)
{
	struct printport_usb *usb = printport_priv(port);

	spin_lock_irq(&usb->lock);
	printport_usb_tx_fill(usb);
	spin_unlock_irq(&usb->lock);
}

/**
 * printport_usb_tx_cancel - ->tx_cancel()
 * @port: the port
 *
 * Context: process.
 */
void printport_usb_tx_cancel(struct printport *port)
{
	struct printport_usb *usb = printport_priv(port);

	spin_lock_irq(&usb->lock);
	if (usb->tx_count || usb->tx_owed) {
		usb->tx_owed = true;
		usb->hold |= PRINTPORT_USB_CANCEL;
		mod_delayed_work(system_long_wq, &usb->tx_work, 0);
	}
	spin_unlock_irq(&usb->lock);
}

/**
 * printport_usb_tx_halt - stop sending, and account for what was in flight
 * @usb: the printer; a bit of hold keeps more from being submitted
 *
 * Context: process, sleeps.
 */
void printport_usb_tx_halt(struct printport_usb *usb)
{
	bool idle;

	spin_lock_irq(&usb->lock);
	idle = !usb->tx_count && !usb->tx_owed;
	if (!idle)
		mod_delayed_work(system_long_wq, &usb->tx_work, 0);
	spin_unlock_irq(&usb->lock);

	if (!idle)
		flush_delayed_work(&usb->tx_work);
	cancel_delayed_work_sync(&usb->tx_work);
}

/**
 * printport_usb_tx_resume - send again after printport_usb_tx_halt()
 * @usb: the printer, locked
 *
 * Context: any.
 */
void printport_usb_tx_resume(struct printport_usb *usb)
{
	/* A recovery was interrupted. */
	if (usb->hold)
		mod_delayed_work(system_long_wq, &usb->tx_work, 0);
	else
		printport_usb_tx_fill(usb);
}

/**
 * printport_usb_tx_alloc - get what is needed to send
 * @usb: the printer, whose alternate setting is chosen
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM; printport_usb_tx_free() gives back what was got.
 */
int printport_usb_tx_alloc(struct printport_usb *usb)
{
	unsigned int i;

	INIT_DELAYED_WORK(&usb->tx_work, printport_usb_tx_work);
	for (i = 0; i < PRINTPORT_USB_TX_URBS; i++) {
		struct urb *urb = usb_alloc_urb(0, GFP_KERNEL);

		if (!urb)
			return -ENOMEM;
		usb_fill_bulk_urb(urb, usb->udev, printport_usb_current(usb)->tx_pipe, NULL,
				  0, printport_usb_tx_complete, usb);
		usb->tx_urb[i] = urb;
	}
	return 0;
}

/**
 * printport_usb_tx_free - the opposite
 * @usb: the printer; no transfer is in flight
 *
 * Context: process.
 */
void printport_usb_tx_free(struct printport_usb *usb)
{
	unsigned int i;

	for (i = 0; i < PRINTPORT_USB_TX_URBS; i++)
		usb_free_urb(usb->tx_urb[i]);
}
