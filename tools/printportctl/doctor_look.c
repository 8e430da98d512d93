// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl doctor: which ports, USB printers and parallel ports there are. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "textfile.h"

#define USB_DEVICES "/sys/bus/usb/devices"
#define PARPORTS "/proc/sys/dev/parport"

static void look_title(struct doctor_interface *interface)
{
	char maker[64], product[64];

	text_read(maker, sizeof(maker), USB_DEVICES "/%s/manufacturer", interface->device);
	text_read(product, sizeof(product), USB_DEVICES "/%s/product", interface->device);
	if (!*maker && !*product) {
		text_read(maker, sizeof(maker), USB_DEVICES "/%s/idVendor",
			  interface->device);
		text_read(product, sizeof(product), USB_DEVICES "/%s/idProduct",
			  interface->device);
	}
	snprintf(interface->title, sizeof(interface->title), "%s%s%s", maker,
		 *maker && *product ? " " : "", product);
}

/* Whether it is of the printer class, and which. */
static bool look_interface(const char *name, struct doctor_interface *interface)
{
	char class[8], subclass[8], protocol[8];

	if (!strchr(name, ':') || strlen(name) >= sizeof(interface->name))
		return false;
	text_read(class, sizeof(class), USB_DEVICES "/%s/bInterfaceClass", name);
	text_read(subclass, sizeof(subclass), USB_DEVICES "/%s/bInterfaceSubClass", name);
	text_read(protocol, sizeof(protocol), USB_DEVICES "/%s/bInterfaceProtocol", name);
	text_link(interface->driver, sizeof(interface->driver), USB_DEVICES "/%s/driver",
		  name);
	/* A quirk, or new_id, may make one of another class a printer's. */
	if (strcmp(interface->driver, "printport_usb") &&
	    (strcmp(class, "07") || strcmp(subclass, "01")))
		return false;
	snprintf(interface->name, sizeof(interface->name), "%s", name);
	snprintf(interface->device, sizeof(interface->device), "%.*s",
		 (int)strcspn(name, ":"), name);
	text_read(interface->serial, sizeof(interface->serial), USB_DEVICES "/%s/serial",
		  interface->device);
	interface->ipp = !strcmp(class, "07") && !strcmp(protocol, "04");
	look_title(interface);
	return true;
}

static void look_usb(struct doctor *doctor)
{
	struct dirent **entries;
	int count = scandir(USB_DEVICES, &entries, NULL, alphasort), i;

	for (i = 0; i < count; i++) {
		if (doctor->interface_count < DOCTOR_INTERFACES_MAX &&
		    look_interface(entries[i]->d_name,
				   &doctor->interfaces[doctor->interface_count]))
			doctor->interface_count++;
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static int is_parport(const struct dirent *entry)
{
	unsigned int number;
	int end = 0;

	return sscanf(entry->d_name, "parport%3u%n", &number, &end) == 1 &&
	       !entry->d_name[end];
}

static void look_parallel(struct doctor *doctor)
{
	struct dirent **entries;
	int count = scandir(PARPORTS, &entries, is_parport, alphasort), i;

	for (i = 0; i < count; i++) {
		if (doctor->parport_count < DOCTOR_PARPORTS_MAX)
			snprintf(doctor->parports[doctor->parport_count++],
				 sizeof(doctor->parports[0]), "%.15s", entries[i]->d_name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

void doctor_look(struct doctor *doctor)
{
	ssize_t count = printport_enum_ports(&doctor->ports);

	doctor->port_count = count > 0 ? count : 0;
	look_usb(doctor);
	look_parallel(doctor);
}

bool doctor_has_usb_printers(const struct doctor *doctor)
{
	size_t i;

	for (i = 0; i < doctor->interface_count; i++)
		if (!doctor->interfaces[i].ipp)
			return true;
	return false;
}

/* Whether the link LINK in DIR leads to the port. */
static bool leads_to(const char *dir, const char *link, const struct printport_entry *entry)
{
	char target[64];

	return !text_link(target, sizeof(target), "/dev/printport/%s/%s", dir, link) &&
	       !strcmp(target, entry->name);
}

void doctor_lasting_name(const struct printport_entry *entry, char *name, size_t size)
{
	static const char *const dirs[] = { "by-id", "by-path", "by-name" };
	char path[64];
	bool found = false;
	size_t i;

	snprintf(name, size, "%s", entry->name);
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]) && !found; i++) {
		struct dirent *item;
		DIR *dir;

		snprintf(path, sizeof(path), "/dev/printport/%s", dirs[i]);
		dir = opendir(path);
		while (dir && !found && (item = readdir(dir))) {
			found = leads_to(dirs[i], item->d_name, entry);
			if (found)
				snprintf(name, size, "%s/%s", dirs[i], item->d_name);
		}
		if (dir)
			closedir(dir);
	}
}
