// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "device_id.h"

static const struct {
	const char *key;
	size_t offset;
} keys[] = {
	{ "MFG", offsetof(struct device_id, manufacturer) },
	{ "MANUFACTURER", offsetof(struct device_id, manufacturer) },
	{ "MDL", offsetof(struct device_id, model) },
	{ "MODEL", offsetof(struct device_id, model) },
	{ "SN", offsetof(struct device_id, serial) },
	{ "SERN", offsetof(struct device_id, serial) },
	{ "SERIALNUMBER", offsetof(struct device_id, serial) },
	{ "CMD", offsetof(struct device_id, command_set) },
	{ "COMMAND SET", offsetof(struct device_id, command_set) },
};

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void trim(const char **text, size_t *len)
{
	while (*len && is_space(**text)) {
		(*text)++;
		(*len)--;
	}
	while (*len && is_space((*text)[*len - 1]))
		(*len)--;
}

static char *find_value(struct device_id *id, const char *key, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strlen(keys[i].key) == len && !strncasecmp(keys[i].key, key, len))
			return (char *)id + keys[i].offset;
	return NULL;
}

static void set_value(char *value, const char *text, size_t len)
{
	size_t i;

	if (len >= DEVICE_ID_VALUE_SIZE)
		len = DEVICE_ID_VALUE_SIZE - 1;
	for (i = 0; i < len; i++) {
		unsigned char c = text[i];

		value[i] = c < ' ' || c == 0x7f ? '?' : c;
	}
	value[len] = '\0';
}

/* Half a name of a language may be the name of another. */
static void cut_at_comma(char *list)
{
	char *comma = strrchr(list, ',');

	if (comma)
		*comma = '\0';
	else
		*list = '\0';
}

static void parse_field(struct device_id *id, const char *field, size_t len)
{
	const char *colon = memchr(field, ':', len), *text;
	size_t key_len, text_len;
	char *value;

	if (!colon)
		return;
	text = colon + 1;
	text_len = len - (text - field);
	key_len = colon - field;
	trim(&field, &key_len);
	trim(&text, &text_len);

	value = find_value(id, field, key_len);
	if (!value || *value)
		return;
	set_value(value, text, text_len);
	if (value == id->command_set && text_len >= DEVICE_ID_VALUE_SIZE)
		cut_at_comma(value);
}

void device_id_parse(struct device_id *id, const char *text)
{
	memset(id, 0, sizeof(*id));
	while (*text) {
		size_t len = strcspn(text, ";");

		parse_field(id, text, len);
		text += len;
		text += strspn(text, ";");
	}
}
