// SPDX-License-Identifier: GPL-2.0-only
/*
 * printport: USB printers (device class 7/1, protocols 1 to 3).
 *
 * "Printer class" below is the USB Device Class Definition for Printing Devices,
 * version 1.1.
 *
 * Lifetimes. struct printport_usb lives from probe to disconnect. It is freed when
 * the port is unregistered (no op runs), every URB is killed and no work is left.
 *
 * To the printer. tx_urb[] is a ring: tx_count transfers from tx_head on hold spans
 * of the core's queue, the first tx_sent of them were submitted. A transfer that
 * went through leaves the ring in its completion; any other outcome leaves it there
 * and sets a bit in hold. While any bit is set nothing is taken or submitted, and
 * whoever sets one starts tx_work, the only place that kills transfers, accounts
 * for what is in the ring, reports to the core and recovers the endpoint.
 *
 * From the printer. One URB with a buffer of its own. rx_work resumes reading after
 * a pause: an idle printer, or an endpoint to be cleared.
 *
 * Locks. lock (taken in completions, and around the core's queue locks) protects
 * everything that changes. tx_work and rx_work take neither of the mutexes, so that
 * they can be waited for under both; status_work takes ctl_mutex.
 */

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/printport.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/usb.h>
#include <linux/workqueue.h>

/* Printer class, 4.2 */
#define PRINTPORT_USB_GET_DEVICE_ID	0
#define PRINTPORT_USB_GET_PORT_STATUS	1
#define PRINTPORT_USB_SOFT_RESET	2

#define PRINTPORT_USB_SUBCLASS		1
#define PRINTPORT_USB_UNIDIRECTIONAL	1
#define PRINTPORT_USB_BIDIRECTIONAL	2
#define PRINTPORT_USB_IEEE1284_4	3

#define PRINTPORT_USB_ID_USUAL		1024
#define PRINTPORT_USB_ID_MAX		4096

#define PRINTPORT_USB_TX_URBS		8	/* a power of two */
#define PRINTPORT_USB_TX_SIZE		16384

/* Attempts without a byte of progress before a transfer has failed for good. */
#define PRINTPORT_USB_TRIES		3

#define PRINTPORT_USB_STATUS_TIMEOUT	1000	/* ms */
#define PRINTPORT_USB_POLL_DELAY	HZ
#define PRINTPORT_USB_MEMORY_DELAY	msecs_to_jiffies(10)
/* Long enough for a hub to notice that the device was pulled out. */
#define PRINTPORT_USB_RETRY_DELAY	msecs_to_jiffies(300)
#define PRINTPORT_USB_IDLE_MIN		10U	/* ms */
#define PRINTPORT_USB_IDLE_MAX		320U	/* ms */

/* Bits in hold. */
#define PRINTPORT_USB_FAILED		BIT(0)	/* tx_work has to recover */
#define PRINTPORT_USB_CANCEL		BIT(1)	/* tx_work has to stop and report */
#define PRINTPORT_USB_CLOSED		BIT(2)
#define PRINTPORT_USB_SUSPENDED		BIT(3)
#define PRINTPORT_USB_RESET		BIT(4)	/* the USB device is being reset */
#define PRINTPORT_USB_SOFT_RESETTING	BIT(5)	/* the printer is */
#define PRINTPORT_USB_GONE		BIT(6)
#define PRINTPORT_USB_STOPPING		BIT(7)	/* tx_work is killing transfers */

/* Nothing may be received either. */
#define PRINTPORT_USB_QUIET \
	(PRINTPORT_USB_CLOSED | PRINTPORT_USB_SUSPENDED | PRINTPORT_USB_RESET | \
	 PRINTPORT_USB_SOFT_RESETTING | PRINTPORT_USB_GONE)
/* The default endpoint is not to be touched. */
#define PRINTPORT_USB_NO_CONTROL \
	(PRINTPORT_USB_SUSPENDED | PRINTPORT_USB_RESET | PRINTPORT_USB_GONE)

struct printport_usb {
	struct printport *port;
	struct usb_interface *intf;
	struct usb_device *udev;
	u8 ifnum;
	u8 altsetting;
	unsigned int tx_pipe;
	unsigned int rx_pipe;
	size_t tx_size;
	size_t rx_size;			/* 0: no back channel */

	spinlock_t lock;		/* what follows, up to the mutexes */
	unsigned int hold;		/* why nothing may be sent */

	struct urb *tx_urb[PRINTPORT_USB_TX_URBS];
	unsigned int tx_head;
	unsigned int tx_count;
	unsigned int tx_sent;
	unsigned int tx_moved;		/* counts the reports of progress */
	unsigned int tx_tries;		/* failures since the last of them */
	bool tx_unsure;			/* nobody knows what the printer took */
	bool tx_owed;			/* the core waits for printport_tx_stop() */
	struct delayed_work tx_work;

	struct urb *rx_urb;
	u8 *rx_buf;
	size_t rx_off;
	size_t rx_len;			/* bytes at rx_off that wait for room */
	unsigned int rx_idle;		/* ms to wait after the next empty packet */
	unsigned int rx_tries;
	bool rx_wanted;
	bool rx_busy;			/* the URB is in flight */
	bool rx_paused;			/* rx_work will go on */
	bool rx_halted;			/* rx_work has to clear the endpoint */
	struct delayed_work rx_work;

	unsigned int status_moved;	/* tx_moved as status_work last saw it */
	u64 reasons;
	struct delayed_work status_work;

	struct mutex ctl_mutex;		/* one class request at a time */
	struct mutex reset_mutex;	/* one ->reset at a time; outside ctl_mutex */
};

/* To the printer */

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
	const void *buf;
	struct urb *urb;
	size_t len;

	if (usb->tx_count == PRINTPORT_USB_TX_URBS)
		return false;
	/* Small writes gather while the printer has something to chew on. */
	if (usb->tx_count && printport_tx_pending(usb->port) < usb->tx_size)
		return false;

	len = printport_tx_take(usb->port, &buf, usb->tx_size);
	if (!len)
		return false;

	urb = usb->tx_urb[printport_usb_tx_slot(usb->tx_head + usb->tx_count)];
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
			queue_delayed_work(system_long_wq, &usb->status_work,
					   PRINTPORT_USB_POLL_DELAY);
			break;
		case -ENOMEM:
			/* The next completion tries again, if there is one. */
			if (!usb->tx_sent)
				queue_delayed_work(system_long_wq, &usb->tx_work,
						   PRINTPORT_USB_MEMORY_DELAY);
			return;
		case -ENOENT:	/* the endpoint is disabled: unbinding */
			err = -ENODEV;
			fallthrough;
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
	if (usb->reasons) {
		usb->reasons = 0;
		printport_set_reasons(usb->port, 0);
	}
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

	err = usb_clear_halt(usb->udev, usb->tx_pipe);
	dev_dbg(&usb->intf->dev, "bulk OUT cleared: %d\n", err);

	spin_lock_irq(&usb->lock);
	printport_usb_tx_recover(usb, err);
	spin_unlock_irq(&usb->lock);
}

static void printport_usb_tx_start(struct printport *port)
{
	struct printport_usb *usb = printport_priv(port);

	spin_lock_irq(&usb->lock);
	printport_usb_tx_fill(usb);
	spin_unlock_irq(&usb->lock);
}

static void printport_usb_tx_cancel(struct printport *port)
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

/* From the printer */

static void printport_usb_rx_pause(struct printport_usb *usb, unsigned long delay)
{
	usb->rx_paused = true;
	mod_delayed_work(system_long_wq, &usb->rx_work, delay);
}

static void printport_usb_rx_fill(struct printport_usb *usb)
{
	size_t len;
	int err;

	lockdep_assert_held(&usb->lock);

	if (!usb->rx_wanted)
		return;
	if (usb->rx_len) {
		len = printport_rx_push(usb->port, usb->rx_buf + usb->rx_off,
					usb->rx_len);
		usb->rx_off += len;
		usb->rx_len -= len;
	}
	if (usb->rx_len || usb->rx_busy || usb->rx_paused || usb->rx_halted ||
	    (usb->hold & PRINTPORT_USB_QUIET) || !printport_rx_room(usb->port))
		return;

	err = usb_submit_urb(usb->rx_urb, GFP_ATOMIC);
	if (!err)
		usb->rx_busy = true;
	else if (err == -ENOMEM)
		printport_usb_rx_pause(usb, PRINTPORT_USB_MEMORY_DELAY);
}

static void printport_usb_rx_complete(struct urb *urb)
{
	struct printport_usb *usb = urb->context;
	unsigned long flags;

	spin_lock_irqsave(&usb->lock, flags);
	usb->rx_busy = false;
	usb->rx_off = 0;
	usb->rx_len = urb->actual_length;
	if (urb->actual_length) {
		usb->rx_idle = PRINTPORT_USB_IDLE_MIN;
		usb->rx_tries = 0;
	}

	switch (urb->status) {
	case 0:
		if (urb->actual_length)
			break;
		/* Some printers say "nothing" at full speed instead of NAK. */
		printport_usb_rx_pause(usb, msecs_to_jiffies(usb->rx_idle));
		usb->rx_idle = min(usb->rx_idle * 2, PRINTPORT_USB_IDLE_MAX);
		break;
	case -ENOENT:
	case -ECONNRESET:
	case -ENODEV:
	case -ESHUTDOWN:
		/* Whoever stopped the URB starts it again. */
		spin_unlock_irqrestore(&usb->lock, flags);
		return;
	default:
		/* Once it has failed often, clear it seldom: somebody still reads. */
		usb->rx_halted = true;
		printport_usb_rx_pause(usb, usb->rx_tries < PRINTPORT_USB_TRIES ?
				       0 : PRINTPORT_USB_POLL_DELAY);
		if (usb->rx_tries < PRINTPORT_USB_TRIES)
			usb->rx_tries++;
		break;
	}
	printport_usb_rx_fill(usb);
	spin_unlock_irqrestore(&usb->lock, flags);
}

static void printport_usb_rx_work(struct work_struct *work)
{
	struct printport_usb *usb =
		container_of(work, struct printport_usb, rx_work.work);
	int err = 0;
	bool clear;

	spin_lock_irq(&usb->lock);
	if (usb->hold & PRINTPORT_USB_QUIET) {
		spin_unlock_irq(&usb->lock);
		return;
	}
	clear = usb->rx_halted && usb->rx_wanted;
	spin_unlock_irq(&usb->lock);

	if (clear)
		err = usb_clear_halt(usb->udev, usb->rx_pipe);

	spin_lock_irq(&usb->lock);
	usb->rx_paused = false;
	if (err)
		printport_usb_rx_pause(usb, PRINTPORT_USB_POLL_DELAY);
	else if (clear)
		usb->rx_halted = false;
	printport_usb_rx_fill(usb);
	spin_unlock_irq(&usb->lock);
}

static void printport_usb_rx_start(struct printport *port)
{
	struct printport_usb *usb = printport_priv(port);

	spin_lock_irq(&usb->lock);
	usb->rx_wanted = true;
	if (usb->rx_halted && !usb->rx_paused) {
		usb->rx_tries = 0;
		printport_usb_rx_pause(usb, 0);
	}
	printport_usb_rx_fill(usb);
	spin_unlock_irq(&usb->lock);
}

static void printport_usb_rx_stop(struct printport *port)
{
	struct printport_usb *usb = printport_priv(port);

	spin_lock_irq(&usb->lock);
	usb->rx_wanted = false;
	spin_unlock_irq(&usb->lock);

	usb_kill_urb(usb->rx_urb);
	cancel_delayed_work_sync(&usb->rx_work);

	spin_lock_irq(&usb->lock);
	usb->rx_len = 0;
	usb->rx_paused = false;
	/* A ->rx_start() that came meanwhile may have been killed, too. */
	printport_usb_rx_fill(usb);
	spin_unlock_irq(&usb->lock);
}

/* Requests of the printer class */

static int printport_usb_begin_control(struct printport_usb *usb)
{
	unsigned int hold;

	mutex_lock(&usb->ctl_mutex);
	spin_lock_irq(&usb->lock);
	hold = usb->hold & PRINTPORT_USB_NO_CONTROL;
	spin_unlock_irq(&usb->lock);
	if (!hold)
		return 0;
	mutex_unlock(&usb->ctl_mutex);
	return hold & PRINTPORT_USB_GONE ? -ENODEV : -EBUSY;
}

static int printport_usb_read_status(struct printport_usb *usb)
{
	u8 lines;
	int err;

	err = printport_usb_begin_control(usb);
	if (err)
		return err;
	err = usb_control_msg_recv(usb->udev, 0, PRINTPORT_USB_GET_PORT_STATUS,
				   USB_DIR_IN | USB_TYPE_CLASS | USB_RECIP_INTERFACE,
				   0, usb->ifnum, &lines, sizeof(lines),
				   PRINTPORT_USB_STATUS_TIMEOUT, GFP_KERNEL);
	mutex_unlock(&usb->ctl_mutex);
	return err ?: lines;
}

/* Says why bytes in flight do not move; runs only as long as there are any. */
static void printport_usb_status_work(struct work_struct *work)
{
	struct printport_usb *usb =
		container_of(work, struct printport_usb, status_work.work);
	bool stalled;
	int lines = -ENODATA;

	spin_lock_irq(&usb->lock);
	stalled = usb->tx_sent && !usb->hold &&
		  usb->status_moved == usb->tx_moved;
	usb->status_moved = usb->tx_moved;
	spin_unlock_irq(&usb->lock);

	if (stalled)
		lines = printport_usb_read_status(usb);

	spin_lock_irq(&usb->lock);
	if (lines >= 0 && usb->status_moved == usb->tx_moved) {
		usb->reasons = printport_reasons_from_lines(lines);
		printport_set_reasons(usb->port, usb->reasons);
	}
	if (usb->tx_sent && !usb->hold) {
		queue_delayed_work(system_long_wq, &usb->status_work,
				   PRINTPORT_USB_POLL_DELAY);
	} else if (!usb->tx_count && usb->reasons) {
		/* The job was aborted, and nothing asks the printer any more. */
		usb->reasons = 0;
		printport_set_reasons(usb->port, 0);
	}
	spin_unlock_irq(&usb->lock);
}

static int printport_usb_request_reset(struct printport_usb *usb, u8 recipient)
{
	return usb_control_msg_send(usb->udev, 0, PRINTPORT_USB_SOFT_RESET,
				    USB_DIR_OUT | USB_TYPE_CLASS | recipient,
				    0, usb->ifnum, NULL, 0,
				    USB_CTRL_SET_TIMEOUT, GFP_KERNEL);
}

static int printport_usb_soft_reset(struct printport_usb *usb)
{
	int err;

	err = printport_usb_begin_control(usb);
	if (err)
		return err;

	/* The recipient was "other" in version 1.0 of the printer class. */
	err = printport_usb_request_reset(usb, USB_RECIP_INTERFACE);
	if (err)
		err = printport_usb_request_reset(usb, USB_RECIP_OTHER);

	/*
	 * Printer class, 4.2.3: the pipes return to their default state. Unless the
	 * host's data toggles do so, too, the next packet is lost.
	 */
	if (!err)
		err = usb_clear_halt(usb->udev, usb->tx_pipe);
	if (!err && usb->rx_size)
		err = usb_clear_halt(usb->udev, usb->rx_pipe);

	mutex_unlock(&usb->ctl_mutex);
	return err;
}

static size_t printport_usb_id_len(const u8 *buf, size_t received)
{
	size_t big = buf[0] << 8 | buf[1];
	size_t little = buf[1] << 8 | buf[0];
	size_t len;

	/*
	 * Printer class, 4.2.1: big endian, and the two bytes count. Printers are
	 * about that turn it round, and others that count the text only.
	 */
	if (big >= 2 && big <= received)
		len = big;
	else if (little >= 2 && little <= received)
		len = little;
	else
		len = received;
	if (len + 2 == received)
		len = received;
	return len - 2;
}

static int printport_usb_request_id(struct printport_usb *usb, u8 *buf, u16 size)
{
	struct usb_device *udev = usb->udev;

	return usb_control_msg(udev, usb_rcvctrlpipe(udev, 0),
			       PRINTPORT_USB_GET_DEVICE_ID,
			       USB_DIR_IN | USB_TYPE_CLASS | USB_RECIP_INTERFACE,
			       udev->actconfig - udev->config,
			       usb->ifnum << 8 | usb->altsetting,
			       buf, size, USB_CTRL_GET_TIMEOUT);
}

/* A printer without a device id, or with a bad one, prints all the same. */
static void printport_usb_read_id(struct printport_usb *usb)
{
	int received, more;
	size_t len;
	u8 *buf;

	buf = kmalloc(PRINTPORT_USB_ID_MAX, GFP_KERNEL);
	if (!buf)
		return;

	/* Printers are tested with what everybody asks for; few have more. */
	received = printport_usb_request_id(usb, buf, PRINTPORT_USB_ID_USUAL);
	if (received == PRINTPORT_USB_ID_USUAL &&
	    (buf[0] << 8 | buf[1]) > PRINTPORT_USB_ID_USUAL) {
		more = printport_usb_request_id(usb, buf, PRINTPORT_USB_ID_MAX);
		received = max(received, more);
	}

	if (received > 2) {
		len = printport_usb_id_len(buf, received);
		if (printport_set_device_id(usb->port, buf + 2, len))
			dev_dbg(&usb->intf->dev, "device id of no use\n");
	} else {
		dev_dbg(&usb->intf->dev, "no device id: %d\n", received);
	}
	kfree(buf);
}

/* Stop and go */

static void printport_usb_stop(struct printport_usb *usb, unsigned int why)
{
	spin_lock_irq(&usb->lock);
	usb->hold |= why;
	mod_delayed_work(system_long_wq, &usb->tx_work, 0);
	spin_unlock_irq(&usb->lock);

	flush_delayed_work(&usb->tx_work);
	cancel_delayed_work_sync(&usb->tx_work);
	usb_kill_urb(usb->rx_urb);
	cancel_delayed_work_sync(&usb->rx_work);
	cancel_delayed_work_sync(&usb->status_work);

	/* Wait for the end of a class request. */
	mutex_lock(&usb->ctl_mutex);
	mutex_unlock(&usb->ctl_mutex);
}

static void printport_usb_go(struct printport_usb *usb, unsigned int why)
{
	spin_lock_irq(&usb->lock);
	usb->hold &= ~why;
	mod_delayed_work(system_long_wq, &usb->tx_work, 0);
	printport_usb_rx_pause(usb, 0);
	spin_unlock_irq(&usb->lock);
}

/* The port's operations */

static int printport_usb_open(struct printport *port)
{
	struct printport_usb *usb = printport_priv(port);
	int err;

	err = usb_autopm_get_interface(usb->intf);
	if (err)
		return err;

	usb->tx_tries = 0;
	usb->rx_tries = 0;
	usb->rx_idle = PRINTPORT_USB_IDLE_MIN;
	printport_usb_go(usb, PRINTPORT_USB_CLOSED);
	return 0;
}

static void printport_usb_close(struct printport *port)
{
	struct printport_usb *usb = printport_priv(port);

	printport_usb_stop(usb, PRINTPORT_USB_CLOSED);
	usb->reasons = 0;
	printport_set_reasons(port, 0);
	usb_autopm_put_interface(usb->intf);
}

static int printport_usb_get_status(struct printport *port)
{
	struct printport_usb *usb = printport_priv(port);
	int lines;

	lines = usb_autopm_get_interface(usb->intf);
	if (lines)
		return lines;
	lines = printport_usb_read_status(usb);
	usb_autopm_put_interface(usb->intf);
	return lines;
}

static int printport_usb_reset(struct printport *port)
{
	struct printport_usb *usb = printport_priv(port);
	int err;

	err = usb_autopm_get_interface(usb->intf);
	if (err)
		return err;

	mutex_lock(&usb->reset_mutex);
	printport_usb_stop(usb, PRINTPORT_USB_SOFT_RESETTING);
	err = printport_usb_soft_reset(usb);
	printport_usb_go(usb, PRINTPORT_USB_SOFT_RESETTING);
	mutex_unlock(&usb->reset_mutex);

	usb_autopm_put_interface(usb->intf);
	return err;
}

static const struct printport_ops printport_usb_ops = {
	.owner		= THIS_MODULE,
	.name		= "usb",
	.open		= printport_usb_open,
	.close		= printport_usb_close,
	.tx_start	= printport_usb_tx_start,
	.tx_cancel	= printport_usb_tx_cancel,
	.rx_start	= printport_usb_rx_start,
	.rx_stop	= printport_usb_rx_stop,
	.get_status	= printport_usb_get_status,
	.reset		= printport_usb_reset,
};

static const struct printport_ops printport_usb_unidirectional_ops = {
	.owner		= THIS_MODULE,
	.name		= "usb",
	.open		= printport_usb_open,
	.close		= printport_usb_close,
	.tx_start	= printport_usb_tx_start,
	.tx_cancel	= printport_usb_tx_cancel,
	.get_status	= printport_usb_get_status,
	.reset		= printport_usb_reset,
};

/* The USB driver */

static bool printport_usb_try_altsetting(struct printport_usb *usb,
					 struct usb_host_interface *alt)
{
	struct usb_endpoint_descriptor *in, *out;

	if (usb_find_bulk_out_endpoint(alt, &out) || !usb_endpoint_maxp(out))
		return false;
	if (alt->desc.bInterfaceProtocol == PRINTPORT_USB_UNIDIRECTIONAL ||
	    usb_find_bulk_in_endpoint(alt, &in) || !usb_endpoint_maxp(in))
		in = NULL;

	usb->ifnum = alt->desc.bInterfaceNumber;
	usb->altsetting = alt->desc.bAlternateSetting;
	usb->tx_pipe = usb_sndbulkpipe(usb->udev, out->bEndpointAddress);
	usb->tx_size = rounddown(PRINTPORT_USB_TX_SIZE, usb_endpoint_maxp(out));
	if (!in)
		return true;
	usb->rx_pipe = usb_rcvbulkpipe(usb->udev, in->bEndpointAddress);
	/*
	 * One packet: a longer transfer would sit on an answer that happens to be
	 * full packets from a printer that does not end it with an empty one.
	 */
	usb->rx_size = usb_endpoint_maxp(in);
	return true;
}

static int printport_usb_choose_altsetting(struct printport_usb *usb)
{
	/*
	 * The first two carry a plain stream of bytes. IEEE 1284.4 frames it in
	 * packets, which only a spooler that makes them itself can use.
	 */
	static const u8 protocols[] = {
		PRINTPORT_USB_BIDIRECTIONAL,
		PRINTPORT_USB_UNIDIRECTIONAL,
		PRINTPORT_USB_IEEE1284_4,
	};
	struct usb_interface *intf = usb->intf;
	struct usb_host_interface *alt;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		for (j = 0; j < intf->num_altsetting; j++) {
			alt = &intf->altsetting[j];
			if (alt->desc.bInterfaceClass != USB_CLASS_PRINTER ||
			    alt->desc.bInterfaceSubClass != PRINTPORT_USB_SUBCLASS ||
			    alt->desc.bInterfaceProtocol != protocols[i] ||
			    !printport_usb_try_altsetting(usb, alt))
				continue;
			/* Not all printers answer a request that changes nothing. */
			if (intf->num_altsetting == 1)
				return 0;
			return usb_set_interface(usb->udev, usb->ifnum,
						 usb->altsetting);
		}
	}
	return -ENODEV;
}

static void printport_usb_free(struct printport_usb *usb)
{
	unsigned int i;

	for (i = 0; i < PRINTPORT_USB_TX_URBS; i++)
		usb_free_urb(usb->tx_urb[i]);
	usb_free_urb(usb->rx_urb);
	kfree(usb->rx_buf);
	mutex_destroy(&usb->reset_mutex);
	mutex_destroy(&usb->ctl_mutex);
	kfree(usb);
}

static int printport_usb_alloc_urbs(struct printport_usb *usb)
{
	struct urb *urb;
	unsigned int i;

	for (i = 0; i < PRINTPORT_USB_TX_URBS; i++) {
		urb = usb_alloc_urb(0, GFP_KERNEL);
		if (!urb)
			return -ENOMEM;
		usb_fill_bulk_urb(urb, usb->udev, usb->tx_pipe, NULL, 0,
				  printport_usb_tx_complete, usb);
		usb->tx_urb[i] = urb;
	}

	if (!usb->rx_size)
		return 0;
	usb->rx_buf = kmalloc(usb->rx_size, GFP_KERNEL);
	usb->rx_urb = usb_alloc_urb(0, GFP_KERNEL);
	if (!usb->rx_buf || !usb->rx_urb)
		return -ENOMEM;
	usb_fill_bulk_urb(usb->rx_urb, usb->udev, usb->rx_pipe, usb->rx_buf,
			  usb->rx_size, printport_usb_rx_complete, usb);
	return 0;
}

/* After the last op: a port that was open has not been closed. */
static void printport_usb_release(struct printport_usb *usb)
{
	printport_usb_stop(usb, PRINTPORT_USB_GONE);
	if (!(usb->hold & PRINTPORT_USB_CLOSED))
		usb_autopm_put_interface(usb->intf);
	printport_put(usb->port);
}

static int printport_usb_probe(struct usb_interface *intf,
			       const struct usb_device_id *id)
{
	const struct printport_ops *ops = &printport_usb_ops;
	struct printport_usb *usb;
	int err;

	usb = kzalloc(sizeof(*usb), GFP_KERNEL);
	if (!usb)
		return -ENOMEM;
	usb->intf = intf;
	usb->udev = interface_to_usbdev(intf);
	usb->hold = PRINTPORT_USB_CLOSED;
	spin_lock_init(&usb->lock);
	mutex_init(&usb->ctl_mutex);
	mutex_init(&usb->reset_mutex);
	INIT_DELAYED_WORK(&usb->tx_work, printport_usb_tx_work);
	INIT_DELAYED_WORK(&usb->rx_work, printport_usb_rx_work);
	INIT_DELAYED_WORK(&usb->status_work, printport_usb_status_work);

	err = printport_usb_choose_altsetting(usb);
	if (err)
		goto err_free;
	err = printport_usb_alloc_urbs(usb);
	if (err)
		goto err_free;

	if (!usb->rx_size)
		ops = &printport_usb_unidirectional_ops;
	usb->port = printport_alloc(&intf->dev, ops, usb);
	if (IS_ERR(usb->port)) {
		err = PTR_ERR(usb->port);
		goto err_free;
	}
	printport_usb_read_id(usb);

	usb_set_intfdata(intf, usb);
	err = printport_register(usb->port);
	if (err)
		goto err_put;
	return 0;

err_put:
	printport_usb_release(usb);
	usb_set_intfdata(intf, NULL);
err_free:
	printport_usb_free(usb);
	return err;
}

static void printport_usb_disconnect(struct usb_interface *intf)
{
	struct printport_usb *usb = usb_get_intfdata(intf);

	printport_unregister(usb->port);
	printport_usb_release(usb);
	printport_usb_free(usb);
}

static int printport_usb_suspend(struct usb_interface *intf, pm_message_t message)
{
	printport_usb_stop(usb_get_intfdata(intf), PRINTPORT_USB_SUSPENDED);
	return 0;
}

static int printport_usb_resume(struct usb_interface *intf)
{
	printport_usb_go(usb_get_intfdata(intf), PRINTPORT_USB_SUSPENDED);
	return 0;
}

static int printport_usb_pre_reset(struct usb_interface *intf)
{
	printport_usb_stop(usb_get_intfdata(intf), PRINTPORT_USB_RESET);
	return 0;
}

static int printport_usb_post_reset(struct usb_interface *intf)
{
	printport_usb_go(usb_get_intfdata(intf), PRINTPORT_USB_RESET);
	return 0;
}

/* Protocol 4, IPP over USB, belongs to ipp-usb. */
static const struct usb_device_id printport_usb_ids[] = {
	{ USB_INTERFACE_INFO(USB_CLASS_PRINTER, PRINTPORT_USB_SUBCLASS,
			     PRINTPORT_USB_UNIDIRECTIONAL) },
	{ USB_INTERFACE_INFO(USB_CLASS_PRINTER, PRINTPORT_USB_SUBCLASS,
			     PRINTPORT_USB_BIDIRECTIONAL) },
	{ USB_INTERFACE_INFO(USB_CLASS_PRINTER, PRINTPORT_USB_SUBCLASS,
			     PRINTPORT_USB_IEEE1284_4) },
	{ }
};
MODULE_DEVICE_TABLE(usb, printport_usb_ids);

static struct usb_driver printport_usb_driver = {
	.name			= "printport_usb",
	.probe			= printport_usb_probe,
	.disconnect		= printport_usb_disconnect,
	.suspend		= printport_usb_suspend,
	.resume			= printport_usb_resume,
	.reset_resume		= printport_usb_resume,
	.pre_reset		= printport_usb_pre_reset,
	.post_reset		= printport_usb_post_reset,
	.id_table		= printport_usb_ids,
	.supports_autosuspend	= 1,
};
module_usb_driver(printport_usb_driver);

MODULE_DESCRIPTION("printport: USB printers");
MODULE_LICENSE("GPL");
