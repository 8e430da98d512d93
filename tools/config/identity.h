/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which printer is at a port, and where: the stable names of a port. */
#ifndef PRINTPORT_IDENTITY_H
#define PRINTPORT_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of a manufacturer, a model or a serial number in a name; and of the whole name. */
#define IDENTITY_FIELD_MAX	64
#define IDENTITY_NAME_MAX	200

/**
 * struct identity_source - what is known of a port
 * @transport: the kernel's word: ``usb``, ``parport`` or ``sim``
 * @device_id: the IEEE 1284 device id as sysfs shows it, not trusted
 * @vendor: udev's ID_VENDOR, in place of a manufacturer that the device id lacks
 * @model: ID_MODEL, likewise
 * @vendor_id: ID_VENDOR_ID, in place of both
 * @model_id: ID_MODEL_ID, likewise
 * @serial: ID_SERIAL_SHORT, in place of a serial number that the device id lacks
 * @place: ID_PATH
 * @parport: parportN
 *
 * NULL and "": not known. Nothing is trusted.
 */
struct identity_source {
	const char *transport;
	const char *device_id;
	const char *vendor;
	const char *model;
	const char *vendor_id;
	const char *model_id;
	const char *serial;
	const char *place;
	const char *parport;
};

/**
 * struct identity - the names of a port
 * @transport: ``usb``, ``parallel``, ``sim``
 * @manufacturer: for comparing with a pattern; "" if not known
 * @model: likewise
 * @serial: likewise, only if it is believed
 * @id: TRANSPORT-MANUFACTURER_MODEL_SERIAL, or "": no serial number that is believed
 * @path: where the port is, or "": not known
 * @no_id: why @id is ""; for people
 *
 * @id and @path consist of A-Z a-z 0-9 # + . : = @ _ -, and begin with a letter or digit.
 */
struct identity {
	char transport[16];
	char manufacturer[256];
	char model[256];
	char serial[IDENTITY_FIELD_MAX + 1];
	char id[IDENTITY_NAME_MAX + 1];
	char path[IDENTITY_NAME_MAX + 1];
	const char *no_id;
};

/* Makes @identity of @source. */
void identity_make(struct identity *identity, const struct identity_source *source);

/**
 * identity_clean - makes a part of a name of any text
 * @text: not trusted
 * @name: out: runs of bytes that may not be in a name, and of _, have become one _, and
 *	there is none at the ends; cut to @size - 1 bytes
 * @size: bytes at @name
 */
void identity_clean(const char *text, char *name, size_t size);

/* Whether a serial number can tell a printer from another of the same model. */
bool identity_believes_serial(const char *serial);

#endif /* PRINTPORT_IDENTITY_H */
