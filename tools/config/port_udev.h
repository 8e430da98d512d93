/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What udev knows of a port, and having it apply the port's configuration. */
#ifndef PRINTPORT_PORT_UDEV_H
#define PRINTPORT_PORT_UDEV_H

#include <stdbool.h>
#include <stddef.h>

#include "identity.h"

/**
 * port_udev_identify - which printer is at a port
 * @port: printportN
 * @identity: out. An @id that udev did not give to the port is ""
 *
 * Returns 0, -ENODEV (no such port), or -ENOMEM.
 */
int port_udev_identify(const char *port, struct identity *identity);

/* Reads a property of a port; "" if it has none. Returns whether it has it. */
bool port_udev_property(const char *port, const char *property, char *value, size_t size);

/**
 * port_udev_apply - has udev read the configuration and apply it to a port
 * @port: printportN
 * @timeout_ms: how long to wait until udev has done it
 *
 * Returns 0, -ESRCH (udev does not run), -EACCES, -ENODEV, -ETIMEDOUT, or another -errno.
 */
int port_udev_apply(const char *port, unsigned int timeout_ms);

#endif /* PRINTPORT_PORT_UDEV_H */
