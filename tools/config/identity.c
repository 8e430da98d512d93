// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../printportd/device_id.h"
#include "identity.h"

#define SERIAL_MIN	2

/* Not isalnum(): it would depend on the locale. */
static bool is_alnum(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_name_char(char c)
{
	return is_alnum(c) || (c && strchr("#+.:=@-", c));
}

void identity_clean(const char *text, char *name, size_t size)
{
	size_t len = 0;

	for (; *text && len < size - 1; text++) {
		if (is_name_char(*text))
			name[len++] = *text;
		else if (len && name[len - 1] != '_')
			name[len++] = '_';
	}
	while (len && name[len - 1] == '_')
		len--;
	name[len] = '\0';
}

/* --- serial numbers --------------------------------------------------------------- */

/* What makers write who have not numbered their printers. */
static const char *const placeholders[] = {
	"none", "unknown", "unk", "n/a", "na", "nil", "null", "empty", "default", "dummy",
	"invalid", "not available", "notavailable", "not specified", "no serial",
	"serial", "serialnumber", "serial number", "serialno", "sn", "test", "printer",
};

/* Counting up is no number either, wherever it stops. */
static const char *const counts[] = {
	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", "1234567890ABCDEF", "123456789ABCDEF",
};

static bool is_placeholder(const char *serial)
{
	size_t i, len = strlen(serial);

	for (i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++)
		if (!strcasecmp(serial, placeholders[i]))
			return true;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		if (len >= 4 && !strncasecmp(counts[i], serial, len))
			return true;
	return false;
}

/* "0000", but also "0-0-0 0" and "....". */
static bool is_one_character(const char *serial)
{
	char first = '\0';

	for (; *serial; serial++) {
		if (!is_alnum(*serial))
			continue;
		if (!first)
			first = *serial;
		if (*serial != first)
			return false;
	}
	return true;
}

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~' || *text == '?')
			return false;
	return true;
}

bool identity_believes_serial(const char *serial)
{
	size_t len = strlen(serial);

	/*
	 * One that does not fit into a name, or that loses letters there, might become the
	 * same as another. The kernel has put ? for what cannot be printed.
	 */
	return len >= SERIAL_MIN && len <= IDENTITY_FIELD_MAX && is_plain(serial) &&
	       !is_one_character(serial) && !is_placeholder(serial);
}

/* The device id's, if that one is believed, else the bus's. */
static void take_serial(struct identity *identity, const char *own, const char *of_bus)
{
	const char *serial = identity_believes_serial(own) ? own :
			     identity_believes_serial(of_bus) ? of_bus : "";

	snprintf(identity->serial, sizeof(identity->serial), "%.64s", serial);
	if (!*serial)
		identity->no_id = *own || *of_bus ?
			"its serial number does not tell it from others of its kind" :
			"the printer has no serial number";
}

/* --- names ------------------------------------------------------------------------ */

static const char *known(const char *text)
{
	return text ? text : "";
}

static const char *first_of(const char *a, const char *b, const char *c)
{
	return *known(a) ? a : *known(b) ? b : known(c);
}

/* "Acme Mono 1" of "Acme" says the manufacturer already. */
static bool says_manufacturer(const char *model, const char *manufacturer)
{
	size_t len = strlen(manufacturer);

	return len && !strncasecmp(model, manufacturer, len) && !is_alnum(model[len]);
}

static void make_title(const struct identity *identity, char *title, size_t size)
{
	char manufacturer[IDENTITY_FIELD_MAX + 1], model[IDENTITY_FIELD_MAX + 1];

	identity_clean(identity->manufacturer, manufacturer, sizeof(manufacturer));
	identity_clean(identity->model, model, sizeof(model));
	if (says_manufacturer(model, manufacturer))
		*manufacturer = '\0';
	snprintf(title, size, "%s%s%s", manufacturer, *manufacturer && *model ? "_" : "",
		 model);
	if (!*title)
		snprintf(title, size, "unknown");
}

/* Where it is too long the title is cut, never the serial number. */
static void make_id(struct identity *identity)
{
	char title[2 * IDENTITY_FIELD_MAX + 2], serial[IDENTITY_FIELD_MAX + 1];
	size_t others, room;

	if (!*identity->serial || !*identity->transport)
		return;
	make_title(identity, title, sizeof(title));
	identity_clean(identity->serial, serial, sizeof(serial));
	others = strlen(identity->transport) + strlen(serial) + strlen("-_");
	room = strnlen(title, sizeof(identity->id) - 1 - others);
	while (room && title[room - 1] == '_')
		room--;
	snprintf(identity->id, sizeof(identity->id), "%s-%.*s_%s", identity->transport,
		 (int)room, title, serial);
}

static void make_path(struct identity *identity, const struct identity_source *source)
{
	char text[IDENTITY_NAME_MAX + 2];
	const char *place = known(source->place);

	if (*known(source->parport)) {
		snprintf(text, sizeof(text), "parallel-%.64s", source->parport);
		place = text;
	}
	/* A place that is cut might be another's; one that begins with a point is hidden. */
	if (strlen(place) <= IDENTITY_NAME_MAX && is_alnum(*place))
		identity_clean(place, identity->path, sizeof(identity->path));
}

static const char *transport_name(const char *transport)
{
	if (!strcmp(transport, "parport"))
		return "parallel";
	return !strcmp(transport, "usb") || !strcmp(transport, "sim") ? transport : "";
}

void identity_make(struct identity *identity, const struct identity_source *source)
{
	struct device_id id;

	memset(identity, 0, sizeof(*identity));
	device_id_parse(&id, known(source->device_id));
	snprintf(identity->transport, sizeof(identity->transport), "%s",
		 transport_name(known(source->transport)));
	snprintf(identity->manufacturer, sizeof(identity->manufacturer), "%s",
		 first_of(id.manufacturer, source->vendor, source->vendor_id));
	snprintf(identity->model, sizeof(identity->model), "%s",
		 first_of(id.model, source->model, source->model_id));
	take_serial(identity, id.serial, known(source->serial));
	make_id(identity);
	make_path(identity, source);
}
