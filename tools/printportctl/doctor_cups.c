// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl doctor: CUPS's queues that go past the print port. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "doctor.h"
#include "subprocess.h"
#include "text.h"
#include "textfile.h"

/* cupsd may be away, or far away. */
#define LPSTAT_MS 5000
#define LPSTAT_MAX 65536

/* A usb: URI: usb://MAKER/MODEL?serial=SERIAL&... */
struct uri {
	char maker[128];
	char model[128];
	char serial[128];
};

/* Up to one of @ends, with %XX made what it stands for. Returns how much that was. */
static size_t decode(const char *from, const char *ends, char *to, size_t size)
{
	size_t length = strcspn(from, ends), at = 0, i;

	for (i = 0; i < length; i++) {
		char c = from[i];

		if (c == '%' && i + 2 < length + 1 && isxdigit((unsigned char)from[i + 1]) &&
		    isxdigit((unsigned char)from[i + 2])) {
			char digits[3] = { from[i + 1], from[i + 2], '\0' };

			c = strtol(digits, NULL, 16);
			i += 2;
		}
		if (at < size - 1)
			to[at++] = c;
	}
	to[at] = '\0';
	clean_text(to);
	return length;
}

static bool parse(const char *text, struct uri *uri)
{
	const char *serial;

	if (strncmp(text, "usb://", 6))
		return false;
	text += 6;
	text += decode(text, "/?", uri->maker, sizeof(uri->maker));
	if (*text++ != '/')
		return false;
	text += decode(text, "?", uri->model, sizeof(uri->model));
	uri->serial[0] = '\0';
	serial = strstr(text, "serial=");
	if (serial)
		decode(serial + 7, "&", uri->serial, sizeof(uri->serial));
	return true;
}

static void id_value(const struct printport_entry *port, const char *key,
		     const char *long_key, char *value, size_t size)
{
	if (!printport_device_id_value(port->device_id, key, value, size))
		printport_device_id_value(port->device_id, long_key, value, size);
}

/* CUPS leaves the maker out of a model that begins with it. */
static bool is_model(const char *uri_model, const char *model, const char *maker)
{
	size_t len = strlen(maker);

	if (!strcasecmp(uri_model, model))
		return true;
	return len && !strncasecmp(model, maker, len) && model[len] == ' ' &&
	       !strcasecmp(uri_model, model + len + 1);
}

static bool is_port_of(const struct printport_entry *port, const struct uri *uri)
{
	char maker[128], model[128], serial[128];

	if (strcmp(port->transport, "usb"))
		return false;
	id_value(port, "MFG", "MANUFACTURER", maker, sizeof(maker));
	id_value(port, "MDL", "MODEL", model, sizeof(model));
	text_read(serial, sizeof(serial), "/sys/class/printport/%s/device/../serial",
		  port->name);
	if (!*serial)
		id_value(port, "SN", "SERN", serial, sizeof(serial));
	return *model && is_model(uri->model, model, maker) &&
	       (!*maker || !strcasecmp(uri->maker, maker)) &&
	       (!*uri->serial || !*serial || !strcmp(uri->serial, serial));
}

static void find_queue(struct doctor *doctor, const char *queue, const char *uri,
		       const struct printport_entry *port)
{
	struct doctor_finding *finding;
	char name[300];

	doctor_lasting_name(port, name, sizeof(name));
	finding = doctor_add(doctor, DOCTOR_ERROR, "cups-usb-queue", queue);
	doctor_what(finding, "CUPS's queue %s prints to %s, which is the printer on %s.",
		    queue, uri, port->node);
	doctor_why(finding, "Its usb backend leaves print ports alone, or, where it is not told "
		   "to, takes the printer away from the port for each job.");
	doctor_advice(finding, "lpadmin -p '%s' -v 'printport:/%s'", queue, name);
}

/* "device for QUEUE: URI" */
static void check_line(struct doctor *doctor, const char *line)
{
	static const char begin[] = "device for ";
	const char *colon;
	char queue[160];
	struct uri uri;
	size_t i;

	if (strncmp(line, begin, strlen(begin)))
		return;
	line += strlen(begin);
	colon = strstr(line, ": ");
	if (!colon || strchr(line, '\'') || !parse(colon + 2, &uri))
		return;
	snprintf(queue, sizeof(queue), "%.*s", (int)(colon - line), line);
	for (i = 0; i < doctor->port_count; i++)
		if (is_port_of(&doctor->ports[i], &uri)) {
			find_queue(doctor, queue, colon + 2, &doctor->ports[i]);
			return;
		}
}

void doctor_check_cups(struct doctor *doctor)
{
	char *const argv[] = { "lpstat", "-v", NULL };
	char *output, *line, *rest = NULL;

	if (!doctor->port_count)
		return;
	output = malloc(LPSTAT_MAX);
	if (output && !subprocess_run(argv, output, LPSTAT_MAX, LPSTAT_MS))
		for (line = strtok_r(output, "\n", &rest); line;
		     line = strtok_r(NULL, "\n", &rest))
			check_line(doctor, line);
	free(output);
}
