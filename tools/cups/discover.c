// SPDX-License-Identifier: GPL-2.0-or-later
/* Which ports there are, for "lpinfo -v" and whoever adds queues. */
#include <cups/backend.h>
#include <errno.h>
#include <libudev.h>
#include <printport.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "discover.h"
#include "message.h"
#include "uri.h"

#define VALUE_SIZE	128

/* One of the two names that a key of a device id may have. */
static void id_value(const struct printport_entry *entry, const char *key,
		     const char *long_key, char *value)
{
	if (!printport_device_id_value(entry->device_id, key, value, VALUE_SIZE))
		printport_device_id_value(entry->device_id, long_key, value, VALUE_SIZE);
	text_clean(value);
}

/* "Acme Mono 1"; the model of many a printer begins with its maker. */
static void make_and_model(const struct printport_entry *entry, char *text, size_t size)
{
	char make[VALUE_SIZE], model[VALUE_SIZE];
	size_t len;

	id_value(entry, "MFG", "MANUFACTURER", make);
	id_value(entry, "MDL", "MODEL", model);
	len = strlen(make);
	if (!len && !*model)
		snprintf(text, size, "Unknown");
	else if (!len || !strncasecmp(model, make, len))
		snprintf(text, size, "%s", model);
	else
		snprintf(text, size, "%s%s%s", make, *model ? " " : "", model);
}

static const char *property(struct udev_device *device, const char *name)
{
	const char *value = device ? udev_device_get_property_value(device, name) : NULL;

	return value && *value ? value : NULL;
}

/* Of two printers that are alike a link can lead to one only. */
static bool leads_here(const char *name, const struct printport_entry *entry)
{
	struct printport_entry other;

	return !printport_get_entry(name, &other) && other.index == entry->index;
}

static bool link_uri(const struct printport_entry *entry, struct udev_device *device,
		     const char *kind, const char *property_name, char *uri, size_t size)
{
	const char *value = property(device, property_name);
	char name[256];

	if (!value || snprintf(name, sizeof(name), "%s/%s", kind, value) >=
	    (int)sizeof(name))
		return false;
	return leads_here(name, entry) && uri_format(name, uri, size);
}

/* The name that stays the printer's, else the socket's, else the number. */
static void best_uri(const struct printport_entry *entry, struct udev_device *device,
		     char *uri, size_t size)
{
	if (!link_uri(entry, device, "by-id", "PRINTPORT_ID", uri, size) &&
	    !link_uri(entry, device, "by-path", "PRINTPORT_PATH", uri, size))
		uri_format(entry->name, uri, size);
}

static const char *transport_name(const char *transport)
{
	if (!strcmp(transport, "usb"))
		return "USB";
	if (!strcmp(transport, "parport"))
		return "parallel";
	return transport;
}

static void report(const struct printport_entry *entry, struct udev_device *device)
{
	const char *name = property(device, "PRINTPORT_NAME");
	const char *serial = property(device, "PRINTPORT_SERN");
	const char *place = property(device, "PRINTPORT_LOCATION");
	char uri[1024], model[2 * VALUE_SIZE], info[4 * VALUE_SIZE], location[256];

	if (!place)
		place = property(device, "PRINTPORT_PATH");
	best_uri(entry, device, uri, sizeof(uri));
	make_and_model(entry, model, sizeof(model));
	snprintf(info, sizeof(info), "%.200s (%s%s%.100s)",
		 strcmp(model, "Unknown") ? model : "Printer",
		 transport_name(entry->transport), name || serial ? " " : "",
		 name ? name : serial ? serial : "");
	snprintf(location, sizeof(location), "%s", place ? place : "");
	text_clean(info);
	text_clean(location);
	cupsBackendReport("direct", uri, model, info, entry->device_id,
			  *location ? location : NULL);
}

int discover(void)
{
	struct udev *udev = udev_new();
	struct printport_entry *list;
	ssize_t count = printport_enum_ports(&list), i;

	for (i = 0; i < count; i++) {
		struct udev_device *device = NULL;

		if (udev)
			device = udev_device_new_from_subsystem_sysname(udev, "printport",
									list[i].name);
		text_clean(list[i].device_id);
		report(&list[i], device);
		udev_device_unref(device);
	}
	free(list);
	udev_unref(udev);
	/* Without the module there are no ports, which is no error. */
	return count < 0 && count != -ENOENT ? (int)count : 0;
}
