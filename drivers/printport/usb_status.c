// SPDX-License-Identifier: GPL-2.0-only
/*
 * When to ask a USB printer for its condition (GET_PORT_STATUS): while bytes in flight do
 * not move, while somebody looks at the condition, and until a bad one is over. Never
 * while the device is suspended: it is not woken for this.
 *
 * What the printer said last holds until it says something else, or has not answered three
 * times.
 */
#include <linux/kernel.h>

#include "usb.h"

#define PRINTPORT_USB_POLL	HZ
/* Nobody waits, but somebody may have been told of a condition. */
#define PRINTPORT_USB_POLL_IDLE	(5 * HZ)
/* How long somebody who has looked is expected to look again. */
#define PRINTPORT_USB_WATCH	(10 * HZ)
/* A printer that goes on printing while it complains is not asked at each transfer. */
#define PRINTPORT_USB_AGAIN	(HZ / 4)
/* Then no more than every PRINTPORT_USB_POLL_IDLE. */
#define PRINTPORT_USB_FAILS	3
/* How long somebody who looks waits for the answer. */
#define PRINTPORT_USB_WAIT	HZ

static bool printport_usb_status_useful(const struct printport_usb *usb)
{
	return !(usb->quirks & PRINTPORT_USB_Q_NO_STATUS);
}

static void printport_usb_status_in(struct printport_usb *usb, unsigned long delay)
{
	if (printport_usb_status_useful(usb) && !(usb->hold & PRINTPORT_USB_NO_CONTROL))
		queue_delayed_work(system_long_wq, &usb->status_work, delay);
}

static void printport_usb_status_now(struct printport_usb *usb)
{
	if (printport_usb_status_useful(usb) && !(usb->hold & PRINTPORT_USB_NO_CONTROL))
		mod_delayed_work(system_long_wq, &usb->status_work, 0);
}

/* How old an answer may be before somebody who looks gets a new one. */
static unsigned long printport_usb_status_age(const struct printport_usb *usb)
{
	return usb->status_fails < PRINTPORT_USB_FAILS ? PRINTPORT_USB_POLL :
							 PRINTPORT_USB_POLL_IDLE;
}

static void printport_usb_status_store(struct printport_usb *usb, u64 reasons)
{
	if (usb->reasons == reasons)
		return;
	usb->reasons = reasons;
	printport_set_reasons(usb->port, reasons);
}

/* Asks, and keeps the answer. */
static void printport_usb_status_update(struct printport_usb *usb)
{
	int lines = printport_usb_read_lines(usb);

	spin_lock_irq(&usb->lock);
	usb->status_at = jiffies;
	usb->status_asked++;
	if (lines >= 0) {
		usb->status_fails = 0;
		printport_usb_status_store(usb, printport_reasons_from_lines(lines));
	} else if (lines == -EIO || lines == -ETIMEDOUT) {
		if (usb->status_fails < PRINTPORT_USB_FAILS)
			usb->status_fails++;
		/* It cannot be asked: what it once said is worth nothing any more. */
		if (usb->status_fails == PRINTPORT_USB_FAILS)
			printport_usb_status_store(usb, 0);
	}
	spin_unlock_irq(&usb->lock);
	wake_up_all(&usb->status_wait);
}

/* Whether there was a request since there had been @asked. */
static bool printport_usb_status_since(struct printport_usb *usb, unsigned int asked)
{
	bool ret;

	spin_lock_irq(&usb->lock);
	ret = usb->status_asked != asked || usb->hold & PRINTPORT_USB_NO_CONTROL;
	spin_unlock_irq(&usb->lock);
	return ret;
}

static bool printport_usb_is_watched(struct printport_usb *usb)
{
	if (usb->watched && time_after(jiffies, usb->watched_at + PRINTPORT_USB_WATCH))
		usb->watched = false;
	return usb->watched || usb->awaited;
}

static void printport_usb_status_work(struct work_struct *work)
{
	struct printport_usb *usb =
		container_of(work, struct printport_usb, status_work.work);
	bool stalled, ask;

	spin_lock_irq(&usb->lock);
	stalled = usb->tx_sent && !usb->hold && usb->status_moved == usb->tx_moved;
	usb->status_moved = usb->tx_moved;
	ask = stalled || usb->reasons || printport_usb_is_watched(usb);
	spin_unlock_irq(&usb->lock);

	if (ask)
		printport_usb_status_update(usb);

	spin_lock_irq(&usb->lock);
	if ((usb->tx_sent && !usb->hold) || printport_usb_is_watched(usb))
		printport_usb_status_in(usb, printport_usb_status_age(usb));
	else if (usb->reasons)
		printport_usb_status_in(usb, usb->hold & PRINTPORT_USB_CLOSED ?
					PRINTPORT_USB_POLL_IDLE : PRINTPORT_USB_POLL);
	spin_unlock_irq(&usb->lock);
}

/**
 * printport_usb_status_sent - a transfer was started
 * @usb: the printer, locked
 *
 * Context: any.
 */
void printport_usb_status_sent(struct printport_usb *usb)
{
	printport_usb_status_in(usb, PRINTPORT_USB_POLL);
}

/**
 * printport_usb_status_moved - a printer that has complained has taken bytes
 * @usb: the printer, locked
 *
 * Context: any.
 */
void printport_usb_status_moved(struct printport_usb *usb)
{
	if (time_after(jiffies, usb->status_at + PRINTPORT_USB_AGAIN))
		printport_usb_status_now(usb);
}

/**
 * printport_usb_status_go - the printer was opened, or can be asked again
 * @usb: the printer, locked
 *
 * Context: any.
 */
void printport_usb_status_go(struct printport_usb *usb)
{
	if (usb->reasons || usb->watched || usb->awaited)
		printport_usb_status_now(usb);
}

/**
 * printport_usb_status_unwatch - the port is closed
 * @usb: the printer, locked
 *
 * Context: any.
 */
void printport_usb_status_unwatch(struct printport_usb *usb)
{
	usb->awaited = false;
}

/**
 * printport_usb_watch - ->watch()
 * @port: the port
 * @wait: until the reasons are no older than a second
 *
 * However many look at one time, the printer is asked once.
 *
 * Context: process, sleeps for a second at most.
 */
void printport_usb_watch(struct printport *port, bool wait)
{
	struct printport_usb *usb = printport_priv(port);
	unsigned int asked;
	bool old;

	if (!printport_usb_status_useful(usb))
		return;
	spin_lock_irq(&usb->lock);
	usb->watched = true;
	usb->watched_at = jiffies;
	usb->awaited |= !wait;
	asked = usb->status_asked;
	old = !time_in_range(jiffies, usb->status_at,
			     usb->status_at + printport_usb_status_age(usb)) &&
	      !(usb->hold & PRINTPORT_USB_NO_CONTROL);
	if (old)
		printport_usb_status_now(usb);
	else
		printport_usb_status_in(usb, PRINTPORT_USB_POLL);
	spin_unlock_irq(&usb->lock);

	if (old && wait)
		wait_event_interruptible_timeout(usb->status_wait,
						 printport_usb_status_since(usb, asked),
						 PRINTPORT_USB_WAIT);
}

/**
 * printport_usb_status_init - before anything else of this file
 * @usb: the printer
 */
void printport_usb_status_init(struct printport_usb *usb)
{
	usb->status_at = jiffies - PRINTPORT_USB_POLL_IDLE - 1;
	init_waitqueue_head(&usb->status_wait);
	INIT_DELAYED_WORK(&usb->status_work, printport_usb_status_work);
}
