// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes from a USB printer.
 *
 * rx[] is a ring of packets in the order in which they come: rx_count from rx_head on are
 * in flight or wait for room in the core. Each URB asks for one packet: a longer transfer
 * would sit on an answer that happens to be full packets, from a printer that does not
 * end it with an empty one. Several of them keep the printer from waiting for us.
 *
 * A pause (an idle printer, no memory) or an endpoint to be cleared ends in rx_work.
 */
#include <linux/kernel.h>
#include <linux/slab.h>

#include "usb.h"

#define PRINTPORT_USB_IDLE_MIN		10U	/* ms */
#define PRINTPORT_USB_IDLE_MAX		320U	/* ms */

static struct printport_usb_packet *printport_usb_rx_packet(struct printport_usb *usb,
							    unsigned int nr)
{
	return &usb->rx[(usb->rx_head + nr) % PRINTPORT_USB_RX_URBS];
}

static void printport_usb_rx_pause(struct printport_usb *usb, unsigned long delay)
{
	usb->rx_paused = true;
	mod_delayed_work(system_long_wq, &usb->rx_work, delay);
}

/* Gives the core what has come, as far as it has room. */
static void printport_usb_rx_push(struct printport_usb *usb)
{
	while (usb->rx_count) {
		struct printport_usb_packet *packet = printport_usb_rx_packet(usb, 0);
		size_t len;

		if (packet->busy)
			return;
		if (packet->len) {
			len = printport_rx_push(usb->port, packet->buf + packet->off,
						packet->len);
			packet->off += len;
			packet->len -= len;
			if (packet->len)
				return;
		}
		usb->rx_head = (usb->rx_head + 1) % PRINTPORT_USB_RX_URBS;
		usb->rx_count--;
	}
}

static void printport_usb_rx_fill(struct printport_usb *usb)
{
	const struct printport_usb_alt *alt = printport_usb_current(usb);
	int err;

	lockdep_assert_held(&usb->lock);

	if (!usb->rx_wanted)
		return;
	printport_usb_rx_push(usb);

	while (alt->rx_size && usb->rx_count < PRINTPORT_USB_RX_URBS &&
	       !usb->rx_paused && !usb->rx_halted && !(usb->hold & PRINTPORT_USB_QUIET) &&
	       printport_rx_room(usb->port)) {
		struct printport_usb_packet *packet =
			printport_usb_rx_packet(usb, usb->rx_count);

		packet->urb->pipe = alt->rx_pipe;
		packet->urb->transfer_buffer_length = alt->rx_size;
		packet->len = 0;
		err = usb_submit_urb(packet->urb, GFP_ATOMIC);
		if (err) {
			/* The next completion tries again, if there is one. */
			if ((err == -ENOMEM || err == -EAGAIN) && !usb->rx_count)
				printport_usb_rx_pause(usb, PRINTPORT_USB_MEMORY_DELAY);
			return;
		}
		packet->busy = true;
		usb->rx_count++;
	}
}

static void printport_usb_rx_complete(struct urb *urb)
{
	struct printport_usb *usb = urb->context;
	struct printport_usb_packet *packet = usb->rx;
	unsigned long flags;

	while (packet->urb != urb)
		packet++;

	spin_lock_irqsave(&usb->lock, flags);
	packet->busy = false;
	packet->off = 0;
	packet->len = urb->actual_length;
	if (urb->actual_length) {
		usb->rx_idle = PRINTPORT_USB_IDLE_MIN;
		usb->rx_tries = 0;
	}

	switch (urb->status) {
	case 0:
		if (urb->actual_length || usb->rx_paused)
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
		if (usb->rx_halted)
			break;
		/* Once it has failed often, clear it seldom: somebody still reads. */
		usb->rx_halted = true;
		printport_usb_rx_pause(usb, usb->rx_tries < PRINTPORT_USB_TRIES ? 0 : HZ);
		if (usb->rx_tries < PRINTPORT_USB_TRIES)
			usb->rx_tries++;
		break;
	}
	printport_usb_rx_fill(usb);
	spin_unlock_irqrestore(&usb->lock, flags);
}

/**
 * printport_usb_rx_kill - stop receiving
 * @usb: the printer; something keeps new transfers from being submitted
 *
 * What has come is kept. When this returns no transfer is in flight.
 *
 * Context: process, sleeps.
 */
void printport_usb_rx_kill(struct printport_usb *usb)
{
	unsigned int newest, i;

	if (!usb->rx[0].urb)
		return;
	spin_lock_irq(&usb->lock);
	newest = usb->rx_head + usb->rx_count - 1;
	spin_unlock_irq(&usb->lock);

	/* Newest first: a packet that comes meanwhile is in the oldest one. */
	for (i = 0; i < PRINTPORT_USB_RX_URBS; i++)
		usb_kill_urb(usb->rx[(newest - i) % PRINTPORT_USB_RX_URBS].urb);
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

	if (clear) {
		/* Those behind the one that failed. */
		printport_usb_rx_kill(usb);
		err = usb_clear_halt(usb->udev, printport_usb_current(usb)->rx_pipe);
	}

	spin_lock_irq(&usb->lock);
	usb->rx_paused = false;
	if (err)
		printport_usb_rx_pause(usb, HZ);
	else if (clear)
		usb->rx_halted = false;
	printport_usb_rx_fill(usb);
	spin_unlock_irq(&usb->lock);
}

/**
 * printport_usb_rx_start - ->rx_start()
 * @port: the port
 *
 * Context: process.
 */
void printport_usb_rx_start(struct printport *port)
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

/**
 * printport_usb_rx_stop - ->rx_stop()
 * @port: the port
 *
 * Context: process, sleeps.
 */
void printport_usb_rx_stop(struct printport *port)
{
	struct printport_usb *usb = printport_priv(port);

	spin_lock_irq(&usb->lock);
	usb->rx_wanted = false;
	spin_unlock_irq(&usb->lock);

	printport_usb_rx_kill(usb);
	cancel_delayed_work_sync(&usb->rx_work);

	spin_lock_irq(&usb->lock);
	/* A ->rx_start() that came meanwhile has transfers in flight: those stay. */
	while (usb->rx_count && !printport_usb_rx_packet(usb, 0)->busy) {
		usb->rx_head = (usb->rx_head + 1) % PRINTPORT_USB_RX_URBS;
		usb->rx_count--;
	}
	usb->rx_paused = false;
	printport_usb_rx_fill(usb);
	spin_unlock_irq(&usb->lock);
}

/**
 * printport_usb_rx_resume - receive again after printport_usb_rx_kill()
 * @usb: the printer, locked
 *
 * Context: any.
 */
void printport_usb_rx_resume(struct printport_usb *usb)
{
	usb->rx_tries = 0;
	usb->rx_idle = PRINTPORT_USB_IDLE_MIN;
	usb->rx_paused = false;
	if (usb->rx_wanted)
		printport_usb_rx_pause(usb, 0);
}

/**
 * printport_usb_rx_alloc - get what is needed to receive
 * @usb: the printer, whose alternate settings are known
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM; printport_usb_rx_free() gives back what was got.
 */
int printport_usb_rx_alloc(struct printport_usb *usb)
{
	size_t size = printport_usb_rx_max(usb);
	unsigned int i;

	INIT_DELAYED_WORK(&usb->rx_work, printport_usb_rx_work);
	for (i = 0; size && i < PRINTPORT_USB_RX_URBS; i++) {
		struct printport_usb_packet *packet = &usb->rx[i];

		packet->buf = kmalloc(size, GFP_KERNEL);
		packet->urb = usb_alloc_urb(0, GFP_KERNEL);
		if (!packet->buf || !packet->urb)
			return -ENOMEM;
		usb_fill_bulk_urb(packet->urb, usb->udev, 0, packet->buf, size,
				  printport_usb_rx_complete, usb);
	}
	return 0;
}

/**
 * printport_usb_rx_free - the opposite
 * @usb: the printer; no transfer is in flight
 *
 * Context: process.
 */
void printport_usb_rx_free(struct printport_usb *usb)
{
	unsigned int i;

	for (i = 0; i < PRINTPORT_USB_RX_URBS; i++) {
		usb_free_urb(usb->rx[i].urb);
		kfree(usb->rx[i].buf);
	}
}
