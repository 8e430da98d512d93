// SPDX-License-Identifier: GPL-2.0-only
/*
 * printport: USB printers (device class 7/1, protocols 1 to 3): the USB driver, and what
 * the core asks of it. See usb.h for the other parts, lifetimes and locks.
 */
#include <linux/kernel.h>
#include <linux/lp.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "usb.h"

#define PRINTPORT_USB_ID_MAX	4096

/* Stop and go */

/**
 * printport_usb_stop - have nothing in flight
 * @usb: the printer
 * @why: bit of hold that keeps it so, until printport_usb_go()
 *
 * Context: process, sleeps, for some seconds at most.
 */
void printport_usb_stop(struct printport_usb *usb, unsigned int why)
{
	spin_lock_irq(&usb->lock);
	usb->hold |= why;
	spin_unlock_irq(&usb->lock);

	printport_usb_tx_halt(usb);
	printport_usb_rx_kill(usb);
	cancel_delayed_work_sync(&usb->rx_work);
	if (why & PRINTPORT_USB_NO_CONTROL)
		cancel_delayed_work_sync(&usb->status_work);

	/* Wait for the end of a class request. */
	mutex_lock(&usb->ctl_mutex);
	mutex_unlock(&usb->ctl_mutex);
}

/**
 * printport_usb_go - go on after printport_usb_stop()
 * @usb: the printer
 * @why: as there
 *
 * Context: process.
 */
void printport_usb_go(struct printport_usb *usb, unsigned int why)
{
	spin_lock_irq(&usb->lock);
	usb->hold &= ~why;
	printport_usb_tx_resume(usb);
	printport_usb_rx_resume(usb);
	printport_usb_status_go(usb);
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

	spin_lock_irq(&usb->lock);
	usb->tx_tries = 0;
	spin_unlock_irq(&usb->lock);
	printport_usb_go(usb, PRINTPORT_USB_CLOSED);
	return 0;
}

static void printport_usb_close(struct printport *port)
{
	struct printport_usb *usb = printport_priv(port);

	printport_usb_stop(usb, PRINTPORT_USB_CLOSED);
	spin_lock_irq(&usb->lock);
	printport_usb_status_unwatch(usb);
	spin_unlock_irq(&usb->lock);
	usb_autopm_put_interface(usb->intf);
}

static int printport_usb_get_status(struct printport *port)
{
	struct printport_usb *usb = printport_priv(port);
	int lines;

	lines = usb_autopm_get_interface(usb->intf);
	if (lines)
		return lines;
	lines = printport_usb_read_lines(usb);
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
	printport_usb_stop(usb, PRINTPORT_USB_CHANGING);
	err = printport_usb_soft_reset(usb);
	printport_usb_go(usb, PRINTPORT_USB_CHANGING);
	mutex_unlock(&usb->reset_mutex);

	usb_autopm_put_interface(usb->intf);
	return err;
}

static int printport_usb_get_device_id(struct printport *port, u8 *id, size_t size)
{
	struct printport_usb *usb = printport_priv(port);
	int len;

	len = usb_autopm_get_interface(usb->intf);
	if (len)
		return len;
	len = printport_usb_begin_control(usb);
	if (!len) {
		len = printport_usb_read_id(usb, id, size);
		printport_usb_end_control(usb);
	}
	usb_autopm_put_interface(usb->intf);
	return len;
}

static int printport_usb_usblp(struct printport *port, enum printport_usblp what,
			       unsigned long arg, int *result)
{
	struct printport_usb *usb = printport_priv(port);

	switch (what) {
	case PRINTPORT_USBLP_GET_PROTOCOLS:
		result[0] = READ_ONCE(usb->protocol);
		result[1] = printport_usb_protocols(usb);
		return 0;
	case PRINTPORT_USBLP_SET_PROTOCOL:
		return printport_usb_set_protocol(usb, min(arg, (unsigned long)U8_MAX));
	case PRINTPORT_USBLP_HP_SET_CHANNEL:
		return printport_usb_hp_channel(usb, min(arg, (unsigned long)U32_MAX));
	case PRINTPORT_USBLP_GET_BUS_ADDRESS:
		result[0] = usb->udev->bus->busnum;
		result[1] = usb->udev->devnum;
		return 0;
	case PRINTPORT_USBLP_GET_VID_PID:
		result[0] = le16_to_cpu(usb->udev->descriptor.idVendor);
		result[1] = le16_to_cpu(usb->udev->descriptor.idProduct);
		return 0;
	}
	return -ENOTTY;
}

#define PRINTPORT_USB_COMMON_OPS				\
	.owner		= THIS_MODULE,				\
	.name		= "usb",				\
	.groups		= printport_usb_groups,			\
	.open		= printport_usb_open,			\
	.close		= printport_usb_close,			\
	.tx_start	= printport_usb_tx_start,		\
	.tx_cancel	= printport_usb_tx_cancel,		\
	.get_status	= printport_usb_get_status,		\
	.watch		= printport_usb_watch,			\
	.reset		= printport_usb_reset,			\
	.get_device_id	= printport_usb_get_device_id,		\
	.usblp		= printport_usb_usblp

static const struct printport_ops printport_usb_ops = {
	PRINTPORT_USB_COMMON_OPS,
	.rx_start	= printport_usb_rx_start,
	.rx_stop	= printport_usb_rx_stop,
};

static const struct printport_ops printport_usb_unidirectional_ops = {
	PRINTPORT_USB_COMMON_OPS,
};

/* The USB driver */

static void printport_usb_free(struct printport_usb *usb)
{
	printport_usb_rx_free(usb);
	printport_usb_tx_free(usb);
	mutex_destroy(&usb->reset_mutex);
	mutex_destroy(&usb->ctl_mutex);
	kfree(usb);
}

/* A printer without a device id, or with a bad one, prints all the same. */
static void printport_usb_identify(struct printport_usb *usb)
{
	u8 *id = kmalloc(PRINTPORT_USB_ID_MAX, GFP_KERNEL);
	int len;

	if (!id)
		return;
	len = printport_usb_read_id(usb, id, PRINTPORT_USB_ID_MAX);
	if (len > 0 && printport_set_device_id(usb->port, id + 2, len))
		dev_dbg(&usb->intf->dev, "no memory for the device id\n");
	kfree(id);
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
	usb->quirks = printport_usb_quirks(le16_to_cpu(usb->udev->descriptor.idVendor),
					   le16_to_cpu(usb->udev->descriptor.idProduct));
	usb->hold = PRINTPORT_USB_CLOSED;
	spin_lock_init(&usb->lock);
	mutex_init(&usb->ctl_mutex);
	mutex_init(&usb->reset_mutex);
	printport_usb_status_init(usb);

	err = printport_usb_choose(usb, id);
	if (err)
		goto err_free;
	err = printport_usb_tx_alloc(usb);
	if (err)
		goto err_free;
	err = printport_usb_rx_alloc(usb);
	if (err)
		goto err_free;

	if (!printport_usb_rx_max(usb))
		ops = &printport_usb_unidirectional_ops;
	usb->port = printport_alloc(&intf->dev, ops, usb);
	if (IS_ERR(usb->port)) {
		err = PTR_ERR(usb->port);
		goto err_free;
	}
	printport_set_back_channel(usb->port, printport_usb_current(usb)->rx_size);
	printport_usb_identify(usb);

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

/*
 * The bus was without power. A printer that lives on it has lost what it had of a job; any
 * other has seen a pause and a reset.
 */
static int printport_usb_reset_resume(struct usb_interface *intf)
{
	struct printport_usb *usb = usb_get_intfdata(intf);

	if (!(usb->udev->actconfig->desc.bmAttributes & USB_CONFIG_ATT_SELFPOWER))
		printport_tx_lost(usb->port, -EIO);
	return printport_usb_resume(intf);
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

/*
 * Protocol 4, IPP over USB, belongs to ipp-usb. Printers of another class: those that
 * usb_quirks.c names, and those that a new_id names.
 */
static const struct usb_device_id printport_usb_ids[] = {
	{ USB_INTERFACE_INFO(USB_CLASS_PRINTER, PRINTPORT_USB_SUBCLASS,
			     PRINTPORT_USB_UNIDIRECTIONAL) },
	{ USB_INTERFACE_INFO(USB_CLASS_PRINTER, PRINTPORT_USB_SUBCLASS,
			     PRINTPORT_USB_BIDIRECTIONAL) },
	{ USB_INTERFACE_INFO(USB_CLASS_PRINTER, PRINTPORT_USB_SUBCLASS,
			     PRINTPORT_USB_IEEE1284_4) },
	{ USB_DEVICE(0x04b8, 0x0202) },
	{ }
};
MODULE_DEVICE_TABLE(usb, printport_usb_ids);

static struct usb_driver printport_usb_driver = {
	.name			= "printport_usb",
	.probe			= printport_usb_probe,
	.disconnect		= printport_usb_disconnect,
	.suspend		= printport_usb_suspend,
	.resume			= printport_usb_resume,
	.reset_resume		= printport_usb_reset_resume,
	.pre_reset		= printport_usb_pre_reset,
	.post_reset		= printport_usb_post_reset,
	.id_table		= printport_usb_ids,
	.supports_autosuspend	= 1,
};
module_usb_driver(printport_usb_driver);

MODULE_DESCRIPTION("printport: USB printers");
MODULE_LICENSE("GPL");
