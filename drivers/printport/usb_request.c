// SPDX-License-Identifier: GPL-2.0-only
/* Requests to a USB printer on the default endpoint (printer class, 4.2). */
#include <linux/kernel.h>
#include <linux/slab.h>

#include "usb.h"

/* Printer class, 4.2 */
#define PRINTPORT_USB_GET_DEVICE_ID	0
#define PRINTPORT_USB_GET_PORT_STATUS	1
#define PRINTPORT_USB_SOFT_RESET	2

/* HP's own; its number is that of GET_DEVICE_ID, its type is vendor. */
#define PRINTPORT_USB_HP_VENDOR		0x03f0
#define PRINTPORT_USB_HP_CHANNEL	0

#define PRINTPORT_USB_ID_USUAL		1024
#define PRINTPORT_USB_STATUS_TIMEOUT	1000	/* ms */

/**
 * printport_usb_begin_control - before a request
 * @usb: the printer
 *
 * Context: process, sleeps.
 * A request must not allocate with GFP_KERNEL: a reset, which waits for it, may be that of
 * a disk in the same device.
 *
 * Return: 0, and printport_usb_end_control() must follow; -ENODEV, or -EBUSY: the device
 * is suspended or being reset.
 */
int printport_usb_begin_control(struct printport_usb *usb)
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

/**
 * printport_usb_end_control - after it
 * @usb: the printer
 */
void printport_usb_end_control(struct printport_usb *usb)
{
	mutex_unlock(&usb->ctl_mutex);
}

/*
 * What programs are told of a request that failed: -EIO if the printer refused it or
 * answered something else, -ETIMEDOUT, -ENODEV, -ENOMEM, -EINTR.
 */
static int printport_usb_control_error(int err)
{
	switch (err) {
	case -EPIPE:
	case -EREMOTEIO:
	case -EPROTO:
	case -EILSEQ:
	case -EOVERFLOW:
		return -EIO;
	case -ESHUTDOWN:
	case -ENOENT:
		return -ENODEV;
	default:
		return err;
	}
}

/**
 * printport_usb_read_lines - ask for the printer's status lines
 * @usb: the printer
 *
 * Context: process, sleeps, for a second at most.
 * Return: the byte of GET_PORT_STATUS (printer class, 4.2.2), or a negative errno as of
 * printport_usb_control_error().
 */
int printport_usb_read_lines(struct printport_usb *usb)
{
	u8 lines;
	int err;

	err = printport_usb_begin_control(usb);
	if (err)
		return err;
	err = usb_control_msg_recv(usb->udev, 0, PRINTPORT_USB_GET_PORT_STATUS,
				   USB_DIR_IN | USB_TYPE_CLASS | USB_RECIP_INTERFACE,
				   0, usb->ifnum, &lines, sizeof(lines),
				   PRINTPORT_USB_STATUS_TIMEOUT, GFP_NOIO);
	printport_usb_end_control(usb);
	return err ? printport_usb_control_error(err) : lines;
}

static int printport_usb_request_id(struct printport_usb *usb, u16 index, u8 *buf, u16 size)
{
	struct usb_device *udev = usb->udev;

	return usb_control_msg(udev, usb_rcvctrlpipe(udev, 0),
			       PRINTPORT_USB_GET_DEVICE_ID,
			       USB_DIR_IN | USB_TYPE_CLASS | USB_RECIP_INTERFACE,
			       udev->actconfig - udev->config, index,
			       buf, size, USB_CTRL_GET_TIMEOUT);
}

/* Whether it is text with a key in it, whatever else it is. */
static bool printport_usb_is_id(const u8 *buf, int received)
{
	return received > 2 && memchr(buf + 2, ':', received - 2);
}

/**
 * printport_usb_read_id - ask for the IEEE 1284 device id
 * @usb: the printer; the caller has begun a request, or nobody else knows the printer yet
 * @id: out: the id with two bytes before it
 * @size: bytes at @id
 *
 * Context: process, sleeps, for some seconds at most.
 * Return: bytes of the id without the two before it; 0: the printer has none.
 */
int printport_usb_read_id(struct printport_usb *usb, u8 *id, size_t size)
{
	u16 usual = min_t(size_t, size, PRINTPORT_USB_ID_USUAL);
	u16 index = usb->ifnum << 8 | printport_usb_current(usb)->number;
	int received, more;

	if (usb->quirks & PRINTPORT_USB_Q_NO_ID)
		return 0;
	/* Printers are tested with what everybody asks for; few have more. */
	received = printport_usb_request_id(usb, index, id, usual);
	/* Printer class, 4.2.1: the interface is the high byte. Not for all printers. */
	if (!printport_usb_is_id(id, received) && index != usb->ifnum) {
		index = usb->ifnum;
		received = printport_usb_request_id(usb, index, id, usual);
	}
	if (received == usual && size > usual && (id[0] << 8 | id[1]) > usual) {
		more = printport_usb_request_id(usb, index, id, size);
		received = max(received, more);
	}
	if (received <= 2) {
		dev_dbg(&usb->intf->dev, "no device id: %d\n", received);
		return 0;
	}
	return printport_device_id_len(id, received);
}

static int printport_usb_request_reset(struct printport_usb *usb, u8 recipient)
{
	return usb_control_msg_send(usb->udev, 0, PRINTPORT_USB_SOFT_RESET,
				    USB_DIR_OUT | USB_TYPE_CLASS | recipient,
				    0, usb->ifnum, NULL, 0,
				    USB_CTRL_SET_TIMEOUT, GFP_NOIO);
}

/**
 * printport_usb_soft_reset - SOFT_RESET
 * @usb: the printer; no transfer is in flight
 *
 * Context: process, sleeps, for some seconds at most.
 * Return: 0 or a negative errno.
 */
int printport_usb_soft_reset(struct printport_usb *usb)
{
	const struct printport_usb_alt *alt = printport_usb_current(usb);
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
		err = usb_clear_halt(usb->udev, alt->tx_pipe);
	if (!err && alt->rx_size)
		err = usb_clear_halt(usb->udev, alt->rx_pipe);

	printport_usb_end_control(usb);
	return printport_usb_control_error(err);
}

/**
 * printport_usb_hp_channel - have an HP printer change its channel
 * @usb: the printer
 * @channel: which
 *
 * Context: process, sleeps, for some seconds at most.
 * Return: 0, -EINVAL (not HP's, or one that must not be read from), or a negative errno.
 */
int printport_usb_hp_channel(struct printport_usb *usb, unsigned int channel)
{
	u8 got;
	int err;

	if (le16_to_cpu(usb->udev->descriptor.idVendor) != PRINTPORT_USB_HP_VENDOR ||
	    usb->quirks & PRINTPORT_USB_Q_UNIDIR || channel > U16_MAX)
		return -EINVAL;
	err = printport_usb_begin_control(usb);
	if (err)
		return err;
	err = usb_control_msg_recv(usb->udev, 0, PRINTPORT_USB_HP_CHANNEL,
				   USB_DIR_IN | USB_TYPE_VENDOR | USB_RECIP_INTERFACE,
				   channel, usb->ifnum, &got, sizeof(got),
				   USB_CTRL_GET_TIMEOUT, GFP_NOIO);
	printport_usb_end_control(usb);
	return printport_usb_control_error(err);
}
