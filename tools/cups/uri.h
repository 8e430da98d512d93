/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef URI_H
#define URI_H

#include <stdbool.h>
#include <stddef.h>

#define URI_SCHEME	"printport"

enum wait_for {
	WAIT_AUTO,		/* printed where a language monitor can tell, else delivered */
	WAIT_DELIVERED,
	WAIT_PRINTED,
};

/**
 * struct device_uri - what a device URI says
 * @port: a port's name as printport_open_port() takes it
 * @wait: when the job is done
 */
struct device_uri {
	char port[256];
	enum wait_for wait;
};

/**
 * uri_parse - take a device URI apart
 * @text: "printport:/by-id/usb-Acme_Mono_1_X42?wait=printed"
 * @uri: out
 *
 * Returns whether it is one; else an ERROR line has said what is wrong with it.
 */
bool uri_parse(const char *text, struct device_uri *uri);

/* The URI of a port's name, "by-id/X": percent-encoded. False: it is too long. */
bool uri_format(const char *port, char *text, size_t size);

#endif
