// SPDX-License-Identifier: GPL-2.0-or-later
/* Device URIs: printport:/by-id/ID, /by-path/PATH, /by-name/NAME, /printportN. */
#include <ctype.h>
#include <cups/cups.h>
#include <stdio.h>
#include <string.h>

#include "message.h"
#include "uri.h"

static const char forms[] =
	"it has to be printport:/by-id/ID, printport:/by-path/PATH, printport:/by-name/NAME "
	"or printport:/printportN; \"lpinfo -v\" lists those that there are";

static bool has_control(const char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			return true;
	return false;
}

static bool is_link_name(const char *name)
{
	static const char *const kinds[] = { "by-id/", "by-path/", "by-name/" };
	size_t i, len;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		len = strlen(kinds[i]);
		if (!strncmp(name, kinds[i], len))
			return name[len] && name[len] != '.' && !strchr(name + len, '/');
	}
	return false;
}

static bool is_node_name(const char *name)
{
	static const char prefix[] = "printport";
	const char *number = name + strlen(prefix);

	return !strncmp(name, prefix, strlen(prefix)) && *number && strlen(number) < 6 &&
	       !number[strspn(number, "0123456789")];
}

/* The part of the URI before its question mark. */
static bool parse_path(const char *path, char *port, size_t size)
{
	char scheme[32], user[32], host[32], resource[256];
	http_uri_status_t status;
	int number;

	status = httpSeparateURI(HTTP_URI_CODING_ALL, path, scheme, sizeof(scheme), user,
				 sizeof(user), host, sizeof(host), &number, resource,
				 sizeof(resource));
	if (status < HTTP_URI_STATUS_OK || strcmp(scheme, URI_SCHEME) || *host || *user ||
	    *resource != '/' || has_control(resource))
		return false;
	snprintf(port, size, "%s", resource + 1);
	return is_link_name(port) || is_node_name(port);
}

static bool parse_option(const char *text, struct device_uri *uri)
{
	if (!strcmp(text, "wait=auto"))
		uri->wait = WAIT_AUTO;
	else if (!strcmp(text, "wait=delivered"))
		uri->wait = WAIT_DELIVERED;
	else if (!strcmp(text, "wait=printed"))
		uri->wait = WAIT_PRINTED;
	else
		return false;
	return true;
}

bool uri_parse(const char *text, struct device_uri *uri)
{
	char copy[HTTP_MAX_URI], *option, *rest;

	memset(uri, 0, sizeof(*uri));
	if ((size_t)snprintf(copy, sizeof(copy), "%s", text) >= sizeof(copy)) {
		say("ERROR", "The device URI is longer than %d bytes.", HTTP_MAX_URI - 1);
		return false;
	}
	rest = copy;
	strsep(&rest, "?");
	if (!parse_path(copy, uri->port, sizeof(uri->port))) {
		say("ERROR", "\"%.200s\" is no device URI of a print port: %s.", text, forms);
		return false;
	}
	while ((option = strsep(&rest, "&+")))
		if (*option && !parse_option(option, uri)) {
			say("ERROR", "\"%.100s\" in the device URI is no option: there is "
			    "wait=delivered, wait=printed and wait=auto.", option);
			return false;
		}
	return true;
}

bool uri_format(const char *port, char *text, size_t size)
{
	static const char plain[] = "-._~:@/=,+";
	size_t at = snprintf(text, size, "%s:/", URI_SCHEME);

	for (; *port; port++) {
		unsigned char c = *port;

		if (at + 4 > size)
			return false;
		if (isalnum(c) || strchr(plain, c))
			text[at++] = c;
		else
			at += snprintf(text + at, size - at, "%%%02X", c);
	}
	text[at] = '\0';
	return true;
}
