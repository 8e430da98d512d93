// SPDX-License-Identifier: GPL-2.0-only
/*
 * Alternate settings of a USB printer: each speaks one protocol. Which can be used, which
 * is, and how that is changed: module parameter protocol, attribute usb/protocol of the
 * port, LPIOC_SET_PROTOCOL.
 */
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/sysfs.h>

#include "usb.h"

#define PRINTPORT_USB_TX_SIZE		16384

static unsigned int preferred;
module_param_named(protocol, preferred, uint, 0644);
MODULE_PARM_DESC(protocol, "protocol of printers that have it: 1 unidirectional, 2 bidirectional, 3 IEEE 1284.4; 0 (default): the first of 2, 1, 3");

static bool printport_usb_is_printer(const struct usb_host_interface *alt)
{
	return alt->desc.bInterfaceClass == USB_CLASS_PRINTER &&
	       alt->desc.bInterfaceSubClass == PRINTPORT_USB_SUBCLASS &&
	       alt->desc.bInterfaceProtocol >= PRINTPORT_USB_UNIDIRECTIONAL &&
	       alt->desc.bInterfaceProtocol <= PRINTPORT_USB_IEEE1284_4;
}

/* The whole device: one that has a proper printer has its other interfaces for others. */
static bool printport_usb_has_printer(struct usb_device *udev)
{
	unsigned int i, j;

	for (i = 0; i < udev->actconfig->desc.bNumInterfaces; i++) {
		struct usb_interface *intf = udev->actconfig->interface[i];

		for (j = 0; intf && j < intf->num_altsetting; j++)
			if (printport_usb_is_printer(&intf->altsetting[j]))
				return true;
	}
	return false;
}

/* Returns the protocol of @alt, or 0 if it is not to be used. */
static unsigned int printport_usb_alt_protocol(struct usb_host_interface *alt,
					       bool any_class)
{
	struct usb_endpoint_descriptor *in;

	if (printport_usb_is_printer(alt))
		return alt->desc.bInterfaceProtocol;
	/* Of the printer class there is protocol 4 left, IPP over USB, which is ipp-usb's. */
	if (!any_class || (alt->desc.bInterfaceClass == USB_CLASS_PRINTER &&
			   alt->desc.bInterfaceSubClass == PRINTPORT_USB_SUBCLASS))
		return 0;
	if (alt->desc.bInterfaceClass != USB_CLASS_PRINTER &&
	    alt->desc.bInterfaceClass != USB_CLASS_VENDOR_SPEC)
		return 0;
	return usb_find_bulk_in_endpoint(alt, &in) ?
	       PRINTPORT_USB_UNIDIRECTIONAL : PRINTPORT_USB_BIDIRECTIONAL;
}

static void printport_usb_add_alt(struct printport_usb *usb, struct usb_host_interface *alt,
				  unsigned int protocol)
{
	struct printport_usb_alt *to = &usb->alts[protocol];
	struct usb_endpoint_descriptor *in, *out;

	if (to->usable || usb_find_bulk_out_endpoint(alt, &out) || !usb_endpoint_maxp(out))
		return;
	to->usable = true;
	to->number = alt->desc.bAlternateSetting;
	to->tx_pipe = usb_sndbulkpipe(usb->udev, out->bEndpointAddress);
	to->tx_size = rounddown(PRINTPORT_USB_TX_SIZE, usb_endpoint_maxp(out));
	if (protocol == PRINTPORT_USB_UNIDIRECTIONAL ||
	    usb->quirks & PRINTPORT_USB_Q_UNIDIR || usb_find_bulk_in_endpoint(alt, &in))
		return;
	to->rx_pipe = usb_rcvbulkpipe(usb->udev, in->bEndpointAddress);
	to->rx_size = usb_endpoint_maxp(in);
}

/* Not all printers answer a request that changes nothing. */
static int printport_usb_select(struct printport_usb *usb, unsigned int protocol)
{
	if (usb->intf->num_altsetting == 1)
		return 0;
	return usb_set_interface(usb->udev, usb->ifnum, usb->alts[protocol].number);
}

/**
 * printport_usb_choose - find the alternate settings, and select one
 * @usb: the printer; its quirks are known
 * @id: what the interface was matched by
 *
 * Context: process, sleeps.
 * Return: 0, -ENODEV (none that can be used), or a negative errno.
 */
int printport_usb_choose(struct printport_usb *usb, const struct usb_device_id *id)
{
	/*
	 * The first two carry a plain stream of bytes. IEEE 1284.4 frames it in
	 * packets, which only a spooler that makes them itself can use.
	 */
	const unsigned int order[] = {
		READ_ONCE(preferred),
		PRINTPORT_USB_BIDIRECTIONAL,
		PRINTPORT_USB_UNIDIRECTIONAL,
		PRINTPORT_USB_IEEE1284_4,
	};
	bool any_class = !(id->match_flags & USB_DEVICE_ID_MATCH_INT_PROTOCOL) ||
			 usb->quirks & PRINTPORT_USB_Q_VENDOR_CLASS;
	struct usb_interface *intf = usb->intf;
	unsigned int i;

	any_class = any_class && !printport_usb_has_printer(usb->udev);
	usb->ifnum = intf->altsetting[0].desc.bInterfaceNumber;
	for (i = 0; i < intf->num_altsetting; i++) {
		unsigned int protocol =
			printport_usb_alt_protocol(&intf->altsetting[i], any_class);

		if (protocol)
			printport_usb_add_alt(usb, &intf->altsetting[i], protocol);
	}

	for (i = 0; i < ARRAY_SIZE(order); i++) {
		if (order[i] >= PRINTPORT_USB_PROTOCOLS || !usb->alts[order[i]].usable)
			continue;
		usb->protocol = order[i];
		return printport_usb_select(usb, order[i]);
	}
	return -ENODEV;
}

/**
 * printport_usb_rx_max - the largest packet from the printer
 * @usb: the printer
 *
 * Context: any.
 * Return: bytes, for any protocol; 0: there is no back channel.
 */
size_t printport_usb_rx_max(const struct printport_usb *usb)
{
	size_t size = 0;
	unsigned int i;

	for (i = 0; i < PRINTPORT_USB_PROTOCOLS; i++)
		size = max(size, usb->alts[i].rx_size);
	return size;
}

/**
 * printport_usb_protocols - the protocols that can be used
 * @usb: the printer
 *
 * Context: any.
 * Return: a bit for each, by its number.
 */
unsigned int printport_usb_protocols(const struct printport_usb *usb)
{
	unsigned int i, mask = 0;

	for (i = 0; i < PRINTPORT_USB_PROTOCOLS; i++)
		if (usb->alts[i].usable)
			mask |= BIT(i);
	return mask;
}

/**
 * printport_usb_set_protocol - change the protocol
 * @usb: the printer; open or not
 * @protocol: the new one
 *
 * What is in flight and not taken goes back to the queue and is sent in the new protocol.
 *
 * Context: process, sleeps, for some seconds at most.
 * Return: 0, -EINVAL (the printer does not have it), -EIO (it refuses), or another
 * negative errno; the protocol is the old one then.
 */
int printport_usb_set_protocol(struct printport_usb *usb, unsigned int protocol)
{
	int err;

	if (protocol >= PRINTPORT_USB_PROTOCOLS || !usb->alts[protocol].usable)
		return -EINVAL;
	err = usb_autopm_get_interface(usb->intf);
	if (err)
		return err;

	mutex_lock(&usb->reset_mutex);
	printport_usb_stop(usb, PRINTPORT_USB_CHANGING);
	err = printport_usb_begin_control(usb);
	if (!err) {
		err = printport_usb_select(usb, protocol);
		/* One that was refused leaves the endpoints disabled. */
		if (err && printport_usb_select(usb, usb->protocol))
			usb_queue_reset_device(usb->intf);
		printport_usb_end_control(usb);
	}
	if (!err) {
		spin_lock_irq(&usb->lock);
		usb->protocol = protocol;
		usb->rx_halted = false;
		spin_unlock_irq(&usb->lock);
		printport_set_back_channel(usb->port, usb->alts[protocol].rx_size);
	}
	printport_usb_go(usb, PRINTPORT_USB_CHANGING);
	mutex_unlock(&usb->reset_mutex);

	usb_autopm_put_interface(usb->intf);
	return err == -EPIPE || err == -EPROTO ? -EIO : err;
}

static struct printport_usb *printport_usb_of(struct device *dev)
{
	return printport_priv(printport_of_dev(dev));
}

static ssize_t protocol_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(printport_usb_of(dev)->protocol));
}

static ssize_t protocol_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t count)
{
	struct printport_usb *usb = printport_usb_of(dev);
	unsigned int protocol;
	bool open;
	int err;

	err = kstrtouint(buf, 0, &protocol);
	if (err)
		return err;
	/* A spooler that holds the port has LPIOC_SET_PROTOCOL. */
	spin_lock_irq(&usb->lock);
	open = !(usb->hold & PRINTPORT_USB_CLOSED);
	spin_unlock_irq(&usb->lock);
	if (open)
		return -EBUSY;
	return printport_usb_set_protocol(usb, protocol) ?: count;
}
static DEVICE_ATTR_RW(protocol);

static ssize_t protocols_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	unsigned int mask = printport_usb_protocols(printport_usb_of(dev)), i;
	int len = 0;

	for (i = 0; i < PRINTPORT_USB_PROTOCOLS; i++)
		if (mask & BIT(i))
			len += sysfs_emit_at(buf, len, "%s%u", len ? " " : "", i);
	return len + sysfs_emit_at(buf, len, "\n");
}
static DEVICE_ATTR_RO(protocols);

static ssize_t quirks_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	unsigned int quirks = printport_usb_of(dev)->quirks, i;
	int len = 0;

	for (i = 0; i < PRINTPORT_USB_QUIRKS; i++)
		if (quirks & BIT(i))
			len += sysfs_emit_at(buf, len, "%s%s", len ? " " : "",
					     printport_usb_quirk_name(i));
	return len + sysfs_emit_at(buf, len, len ? "\n" : "none\n");
}
static DEVICE_ATTR_RO(quirks);

static struct attribute *printport_usb_attrs[] = {
	&dev_attr_protocol.attr,
	&dev_attr_protocols.attr,
	&dev_attr_quirks.attr,
	NULL
};

static const struct attribute_group printport_usb_group = {
	.name = "usb",
	.attrs = printport_usb_attrs,
};

/* The port's directory usb/. */
const struct attribute_group *printport_usb_groups[] = {
	&printport_usb_group,
	NULL
};
