// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl doctor: what the ports themselves say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "doctor.h"
#include "textfile.h"

#define CLASS "/sys/class/printport"
/* Slow printers take some bytes in that time. */
#define DRAIN_SECONDS 2

static const struct {
	uint64_t reason;
	const char *text;
	const char *advice;
} reasons[] = {
	{ PRINTPORT_REASON_MEDIA_EMPTY, "it is out of paper", "put paper in" },
	{ PRINTPORT_REASON_MEDIA_JAM, "paper is jammed", "take the jammed paper out" },
	{ PRINTPORT_REASON_MEDIA_LOW, "paper runs low", "have paper ready" },
	{ PRINTPORT_REASON_MEDIA_NEEDED, "it waits for other paper",
	  "put in the paper that it asks for" },
	{ PRINTPORT_REASON_COVER_OPEN, "its cover is open", "close the cover" },
	{ PRINTPORT_REASON_DOOR_OPEN, "a door is open", "close the door" },
	{ PRINTPORT_REASON_OFFLINE, "it is off-line", "switch it on, or on-line" },
	{ PRINTPORT_REASON_TONER_LOW, "toner runs low", "have toner ready" },
	{ PRINTPORT_REASON_TONER_EMPTY, "toner is used up", "put in new toner" },
	{ PRINTPORT_REASON_MARKER_SUPPLY_LOW, "ink or ribbon runs low",
	  "have ink or ribbon ready" },
	{ PRINTPORT_REASON_MARKER_SUPPLY_EMPTY, "ink or ribbon is used up",
	  "put in new ink or ribbon" },
	{ PRINTPORT_REASON_OUTPUT_AREA_FULL, "its output tray is full",
	  "take the printed paper out" },
	{ PRINTPORT_REASON_PAUSED, "it is paused", "let it go on, at its panel" },
	{ PRINTPORT_REASON_OTHER, "something is wrong that it does not tell",
	  "look at the printer's lamps or panel" },
};

/* "it is out of paper and its cover is open", and what to do */
static void describe(uint64_t set, char *text, char *advice, size_t size)
{
	size_t i;

	text[0] = advice[0] = '\0';
	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (!(set & reasons[i].reason))
			continue;
		snprintf(text + strlen(text), size - strlen(text), "%s%s",
			 *text ? ", and " : "", reasons[i].text);
		snprintf(advice + strlen(advice), size - strlen(advice), "%s%s",
			 *advice ? ", and " : "", reasons[i].advice);
	}
}

static void check_reasons(struct doctor *doctor, const struct printport_entry *port)
{
	bool is_stopped = !strcmp(port->status, "stopped");
	struct doctor_finding *finding;
	char text[1024], advice[1024];

	if (!is_stopped && !port->reasons)
		return;
	describe(port->reasons ? port->reasons : PRINTPORT_REASON_OTHER, text, advice,
		 sizeof(text));
	finding = doctor_add(doctor, is_stopped ? DOCTOR_WARNING : DOCTOR_NOTE,
			     is_stopped ? "port-stopped" : "printer-condition", port->name);
	doctor_what(finding, "The printer on %s %s: %s.", port->node,
		    is_stopped ? "has stopped" : "says", text);
	doctor_why(finding, is_stopped ? "What is printed waits; it goes on by itself when "
		   "that is over, and nothing is lost." : "It still prints.");
	doctor_advice(finding, "%s", advice);
}

static unsigned long long queued(const struct printport_entry *port)
{
	char value[32];

	text_read(value, sizeof(value), CLASS "/%s/queued", port->name);
	return strtoull(value, NULL, 10);
}

static void check_held(struct doctor *doctor, const struct printport_entry *port)
{
	struct doctor_finding *finding;
	char dev[32], holders[256];

	if (strcmp(port->state, "open"))
		return;
	text_read(dev, sizeof(dev), CLASS "/%s/dev", port->name);
	doctor_holders(dev, holders, sizeof(holders));
	finding = doctor_add(doctor, DOCTOR_NOTE, "port-held", port->name);
	doctor_what(finding, "%s is held by %s.", port->node,
		    *holders ? holders : "a program of another user");
	doctor_why(finding, "One program may print on a port at a time; others get EBUSY.");
	doctor_advice(finding, "%s", *holders ? "wait until it is done, or end it" :
		      "as root printportctl doctor says which program it is");
}

static void find_draining(struct doctor *doctor, const struct printport_entry *port,
			  unsigned long long left)
{
	struct doctor_finding *finding;

	finding = doctor_add(doctor, DOCTOR_WARNING, "port-draining", port->name);
	doctor_what(finding, "%s was closed, and %llu bytes are still on their way; none has "
		    "moved for %d seconds.", port->node, left, DRAIN_SECONDS);
	doctor_why(finding, "The port cannot be opened before the printer has taken them.");
	doctor_advice(finding, "see to the printer; or drop them: printportctl abort %u",
		      port->index);
}

static void check_draining(struct doctor *doctor)
{
	const struct timespec pause = { .tv_sec = DRAIN_SECONDS };
	unsigned long long *before = calloc(doctor->port_count + 1, sizeof(*before)), now;
	struct printport_entry port;
	bool any = false;
	size_t i;

	for (i = 0; before && i < doctor->port_count; i++)
		if (!strcmp(doctor->ports[i].state, "draining")) {
			before[i] = queued(&doctor->ports[i]);
			any = true;
		}
	if (any)
		nanosleep(&pause, NULL);
	for (i = 0; any && i < doctor->port_count; i++) {
		if (!before[i] || printport_get_entry(doctor->ports[i].name, &port) ||
		    strcmp(port.state, "draining"))
			continue;
		now = queued(&port);
		if (now >= before[i])
			find_draining(doctor, &port, now);
	}
	free(before);
}

void doctor_check_ports(struct doctor *doctor)
{
	struct doctor_finding *finding;
	size_t i;

	for (i = 0; i < doctor->port_count; i++) {
		check_reasons(doctor, &doctor->ports[i]);
		check_held(doctor, &doctor->ports[i]);
	}
	check_draining(doctor);
	if (doctor->port_count || doctor->interface_count || doctor->parport_count)
		return;
	finding = doctor_add(doctor, DOCTOR_NOTE, "no-printer", "printport");
	doctor_what(finding, "There is no print port, no USB printer and no parallel port.");
	doctor_why(finding, "There is nothing to print on.");
	doctor_advice(finding, "plug a printer in and switch it on; without one: printportctl "
		      "sim add NAME");
}

/* What tells it from others: "Acme Mono 1 X42"; "" if it has no serial number. */
static void identity(const struct printport_entry *port, char *text, size_t size)
{
	char maker[128], model[128], serial[128];

	text[0] = '\0';
	if (text_read(serial, sizeof(serial), CLASS "/%s/device/../serial", port->name) <= 0 &&
	    !printport_device_id_value(port->device_id, "SN", serial, sizeof(serial)) &&
	    !printport_device_id_value(port->device_id, "SERN", serial, sizeof(serial)) &&
	    !printport_device_id_value(port->device_id, "SERIALNUMBER", serial,
				       sizeof(serial)))
		return;
	if (!printport_device_id_value(port->device_id, "MFG", maker, sizeof(maker)))
		printport_device_id_value(port->device_id, "MANUFACTURER", maker,
					  sizeof(maker));
	if (!printport_device_id_value(port->device_id, "MDL", model, sizeof(model)))
		printport_device_id_value(port->device_id, "MODEL", model, sizeof(model));
	if (*serial)
		snprintf(text, size, "%s %s, serial number %s", maker, model, serial);
}

void doctor_check_twins(struct doctor *doctor)
{
	struct doctor_finding *finding;
	char first[400], second[400];
	size_t i, k;

	for (i = 0; i < doctor->port_count; i++) {
		identity(&doctor->ports[i], first, sizeof(first));
		for (k = i + 1; *first && k < doctor->port_count; k++) {
			identity(&doctor->ports[k], second, sizeof(second));
			if (strcmp(first, second) ||
			    strcmp(doctor->ports[i].transport, doctor->ports[k].transport))
				continue;
			finding = doctor_add(doctor, DOCTOR_WARNING, "same-serial-number",
					     doctor->ports[k].name);
			doctor_what(finding, "%s and %s say the same of themselves: %s.",
				    doctor->ports[i].node, doctor->ports[k].node, first);
			doctor_why(finding, "They cannot be told apart, and a name "
				   "/dev/printport/by-id/... means one of them at most.");
			doctor_advice(finding, "use /dev/printport/by-path/..., or give each "
				      "a name by its path: printportctl name");
			break;
		}
	}
}
