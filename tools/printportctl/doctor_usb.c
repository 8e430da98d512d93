// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl doctor: USB printers, and who has them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"
#include "textfile.h"

#define DEVICES "/sys/bus/usb/devices"
#define DRIVERS "/sys/bus/usb/drivers"

static size_t device_holders(const char *device, char *text, size_t size)
{
	char dev[32];

	text_read(dev, sizeof(dev), DEVICES "/%s/dev", device);
	return doctor_holders(dev, text, size);
}

/* Of usblp's node. */
static size_t usblp_holders(const char *interface, char *text, size_t size)
{
	char dev[32];
	int i;

	text[0] = '\0';
	/* usblp has 16 at most. */
	for (i = 0; i < 16; i++)
		if (text_read(dev, sizeof(dev), DEVICES "/%s/usbmisc/lp%d/dev", interface,
			      i) > 0)
			return doctor_holders(dev, text, size);
	return 0;
}

/* printport_usb gets the interface, if no program has the device. */
static int bind_ours(const char *interface, char *error)
{
	char device[32], driver[32], holders[256];
	int err;

	snprintf(device, sizeof(device), "%.*s", (int)strcspn(interface, ":") % 32, interface);
	if (!text_exists(DRIVERS "/printport_usb"))
		return doctor_fail(error, "printport_usb is not loaded");
	if (device_holders(device, holders, sizeof(holders)) ||
	    usblp_holders(interface, holders, sizeof(holders)))
		return doctor_fail(error, "%s has it open", holders);
	if (!text_link(driver, sizeof(driver), DEVICES "/%s/driver", interface)) {
		if (!strcmp(driver, "printport_usb"))
			return 0;
		if (strcmp(driver, "usblp"))
			return doctor_fail(error, "the driver %s has it", driver);
		err = text_write(interface, DRIVERS "/usblp/unbind");
		if (err)
			return doctor_fail(error, "usblp does not let it go: %s",
					   strerror(-err));
	}
	err = text_write(interface, DRIVERS "/printport_usb/bind");
	if (!err)
		return 0;
	/* As it was, as far as we can. */
	text_write(interface, DRIVERS "/usblp/bind");
	return doctor_fail(error, "printport_usb does not take it: %s", strerror(-err));
}

static void find_usblp(struct doctor *doctor, const struct doctor_interface *interface)
{
	struct doctor_finding *finding;
	char holders[256];
	size_t count = usblp_holders(interface->name, holders, sizeof(holders));

	finding = doctor_add(doctor, DOCTOR_ERROR, "usblp-holds-printer", interface->name);
	doctor_what(finding, "The printer %s (USB %s) is driven by usblp%s%s.",
		    interface->title, interface->device,
		    count ? ", and used by " : "", holders);
	doctor_why(finding, "A printer has one driver. While usblp has it, it is no print "
		   "port.");
	doctor_advice(finding, "%sprintportctl doctor --fix (or: modprobe -r usblp printport_usb; "
		      "modprobe printport_usb)", count ? "when that program has ended: " : "");
	if (!count)
		doctor_fix(finding, bind_ours, "take %s from usblp and give it to "
			   "printport_usb", interface->name);
}

/* What to do about a program that uses the device by itself. */
static void advise_usbfs(struct doctor_finding *finding, const char *holders)
{
	if (strstr(holders, "ipp-usb"))
		doctor_advice(finding, "either leave it to ipp-usb, which makes a network "
			      "printer of it, or: systemctl disable --now ipp-usb");
	else if (!strncmp(holders, "usb ", 4) || strstr(holders, ", usb "))
		doctor_advice(finding, "that is CUPS's backend for usb: queues. When its job "
			      "is done give the queue a printport: URI: lpadmin -p QUEUE -v "
			      "printport:/by-id/...");
	else if (*holders)
		doctor_advice(finding, "end that program, then: printportctl doctor --fix");
	else
		doctor_advice(finding, "as root printportctl doctor says which program it is; "
			      "or unplug the printer and plug it in again");
}

static void find_usbfs(struct doctor *doctor, const struct doctor_interface *interface)
{
	struct doctor_finding *finding;
	char holders[256];

	device_holders(interface->device, holders, sizeof(holders));
	finding = doctor_add(doctor, DOCTOR_ERROR, "usbfs-holds-printer", interface->name);
	doctor_what(finding, "The printer %s (USB %s) is claimed by a program, by way of "
		    "usbfs%s%s.", interface->title, interface->device,
		    *holders ? ": " : "", holders);
	doctor_why(finding, "While a program drives the printer by itself (libusb) it is no "
		   "print port.");
	advise_usbfs(finding, holders);
}

static bool is_refused(const char *interface)
{
	char value[8];

	return text_read(value, sizeof(value), DEVICES "/%s/authorized", interface) > 0 &&
	       !strcmp(value, "0");
}

static void find_no_driver(struct doctor *doctor, const struct doctor_interface *interface)
{
	struct doctor_finding *finding;
	char holders[256];
	size_t count;

	if (!text_exists(DRIVERS "/printport_usb"))
		return;
	finding = doctor_add(doctor, DOCTOR_ERROR, "printer-without-driver", interface->name);
	doctor_what(finding, "The printer %s (USB %s) has no driver.", interface->title,
		    interface->device);
	if (is_refused(interface->name)) {
		doctor_why(finding, "The interface is not authorized: somebody, such as "
			   "usbguard, keeps drivers away from it.");
		doctor_advice(finding, "echo 1 >" DEVICES "/%s/authorized; echo %s >"
			      DRIVERS "/printport_usb/bind", interface->name,
			      interface->name);
		return;
	}
	count = device_holders(interface->device, holders, sizeof(holders));
	doctor_why(finding, "%s%sA program that drove it by itself may have taken its driver "
		   "away and not given it back.", holders, count ? " has it open. " : "");
	doctor_advice(finding, "%secho %s >" DRIVERS "/printport_usb/bind",
		      count ? "when that program has ended: " : "", interface->name);
	if (!count)
		doctor_fix(finding, bind_ours, "give %s to printport_usb", interface->name);
}

static void find_other(struct doctor *doctor, const struct doctor_interface *interface)
{
	struct doctor_finding *finding;

	finding = doctor_add(doctor, DOCTOR_ERROR, "other-driver-holds-printer",
			     interface->name);
	doctor_what(finding, "The printer %s (USB %s) is driven by %s.", interface->title,
		    interface->device, interface->driver);
	doctor_why(finding, "A printer has one driver. While another has it, it is no print "
		   "port.");
	doctor_advice(finding, "echo %s >" DRIVERS "/%s/unbind; echo %s >" DRIVERS
		      "/printport_usb/bind", interface->name, interface->driver,
		      interface->name);
}

static void find_ipp(struct doctor *doctor, const struct doctor_interface *interface)
{
	struct doctor_finding *finding;

	finding = doctor_add(doctor, DOCTOR_NOTE, "ipp-over-usb", interface->name);
	doctor_what(finding, "The interface %s of %s speaks IPP over USB.", interface->name,
		    interface->title);
	doctor_why(finding, "It is no print port, and that is right: ipp-usb makes a network "
		   "printer of it.");
	doctor_advice(finding, "to print that way: apt-get install ipp-usb");
}

void doctor_check_usb(struct doctor *doctor)
{
	const struct doctor_interface *interface = doctor->interfaces;
	size_t i;

	for (i = 0; i < doctor->interface_count; i++, interface++) {
		if (!strcmp(interface->driver, "printport_usb"))
			continue;
		if (interface->ipp)
			find_ipp(doctor, interface);
		else if (!*interface->driver)
			find_no_driver(doctor, interface);
		else if (!strcmp(interface->driver, "usblp"))
			find_usblp(doctor, interface);
		else if (!strcmp(interface->driver, "usbfs"))
			find_usbfs(doctor, interface);
		else
			find_other(doctor, interface);
	}
}
