/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINKS_H
#define LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "printportctl.h"

/* What udev knows of a port; "" is unknown. Strings are clean. */
struct port_links {
	char id[256];
	char path[256];
	char name[80];
	char location[160];
	char config[512];
	char nodes[1024];	/* all links, separated by spaces */
};

/* Never fails: where udev knows nothing, all is empty. */
void port_links(const struct port *port, struct port_links *links);

/* The name to keep: "by-name/X", else by-id, else by-path, else "". */
void best_link(const struct port_links *links, char *name, size_t size);

#endif
