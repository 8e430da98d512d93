// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of a port that last, as udev has them. */
#include <libudev.h>
#include <stdio.h>
#include <string.h>

#include "links.h"
#include "text.h"

static void property(struct udev_device *device, const char *key, char *value, size_t size)
{
	const char *found = udev_device_get_property_value(device, key);

	snprintf(value, size, "%s", found ? found : "");
	clean_text(value);
}

void port_links(const struct port *port, struct port_links *links)
{
	struct udev *udev = udev_new();
	struct udev_device *device;

	memset(links, 0, sizeof(*links));
	device = udev ? udev_device_new_from_subsystem_sysname(udev, "printport", port->name) :
			NULL;
	if (device) {
		property(device, "PRINTPORT_ID", links->id, sizeof(links->id));
		property(device, "PRINTPORT_PATH", links->path, sizeof(links->path));
		property(device, "PRINTPORT_NAME", links->name, sizeof(links->name));
		property(device, "PRINTPORT_LOCATION", links->location,
			 sizeof(links->location));
		property(device, "PRINTPORT_CONFIG", links->config, sizeof(links->config));
		property(device, "DEVLINKS", links->nodes, sizeof(links->nodes));
		udev_device_unref(device);
	}
	udev_unref(udev);
}

void best_link(const struct port_links *links, char *name, size_t size)
{
	if (*links->name)
		snprintf(name, size, "by-name/%s", links->name);
	else if (*links->id)
		snprintf(name, size, "by-id/%s", links->id);
	else if (*links->path)
		snprintf(name, size, "by-path/%s", links->path);
	else
		snprintf(name, size, "%s", "");
}
