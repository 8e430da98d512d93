// SPDX-License-Identifier: GPL-2.0-only
/*
 * The IEEE 1284 device id (IEEE 1284-2000, 7.6): KEY:value;KEY:value; with three
 * keys that each printer has and any others. It comes from the device, so it is
 * hostile: any length, any byte, any key twice.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "core.h"

#define IEEE1284_ID_LEN_TURNED_MIN	17

/* The long spellings are the standard's, the short ones are everybody's. */
static const struct {
	const char *key;
	size_t offset;
	size_t size;
} ieee1284_keys[] = {
#define KEY(name, member) { name, offsetof(struct ieee1284_id, member), \
			    sizeof_field(struct ieee1284_id, member) }
	KEY("MFG", manufacturer),
	KEY("MANUFACTURER", manufacturer),
	KEY("MDL", model),
	KEY("MODEL", model),
	KEY("SN", serial),
	KEY("SERN", serial),
	KEY("SERIALNUMBER", serial),
	KEY("CMD", command_set),
	KEY("COMMAND SET", command_set),
	KEY("CLS", device_class),
	KEY("CLASS", device_class),
	KEY("DES", description),
	KEY("DESCRIPTION", description),
#undef KEY
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void trim(const char **start, const char **end)
{
	while (*start < *end && is_space(**start))
		(*start)++;
	while (*start < *end && is_space((*end)[-1]))
		(*end)--;
}

/* How many bytes the UTF-8 character at @s has, 0 if it is none (RFC 3629). */
static size_t utf8_len(const u8 *s, const u8 *end)
{
	size_t len, i;
	u32 c;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		len = 2;
	else if ((s[0] & 0xf0) == 0xe0)
		len = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		len = 4;
	else
		return 0;
	if (end - s < len)
		return 0;

	c = s[0] & (0x7f >> len);
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if ((len == 3 && c < 0x800) || (len == 4 && c < 0x10000) ||
	    c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) || c < 0xa0)
		return 0;
	return len;
}

/* Copies what fits of [start, end), never half a character. */
static void copy_clean(char *to, size_t size, const char *start, const char *end)
{
	char *last = to + size - 1;

	while (start < end) {
		size_t len = utf8_len((const u8 *)start, (const u8 *)end);

		if (to + max_t(size_t, len, 1) > last)
			break;
		if (len > 1) {
			memcpy(to, start, len);
			to += len;
			start += len;
			continue;
		}
		*to++ = len && *start >= 0x20 && *start != 0x7f ? *start : '?';
		start++;
	}
	*to = '\0';
}

static void parse_field(struct ieee1284_id *id, const char *start, const char *end)
{
	const char *colon = memchr(start, ':', end - start);
	const char *key_end = colon, *value;
	int i;

	if (!colon)
		return;
	value = colon + 1;
	trim(&start, &key_end);
	trim(&value, &end);

	for (i = 0; i < ARRAY_SIZE(ieee1284_keys); i++) {
		char *member = (char *)id + ieee1284_keys[i].offset;
		size_t len = strlen(ieee1284_keys[i].key);

		if (key_end - start != len ||
		    strncasecmp(start, ieee1284_keys[i].key, len))
			continue;
		if (!member[0])
			copy_clean(member, ieee1284_keys[i].size, value, end);
		return;
	}
}

/**
 * printport_device_id_len - how long a device id is that has two bytes before it
 * @id: what the printer sent
 * @received: bytes at @id, at least 2
 *
 * The two bytes are the length (IEEE 1284-2000, 7.6; USB printer class 1.1, 4.2.1): big
 * endian, and they count. Printers are about that turn it round, and others that count
 * the text only; which one it is shows where one of these makes sense of what came.
 *
 * Context: any.
 * Return: bytes of the id behind the two, never more than came.
 */
size_t printport_device_id_len(const u8 *id, size_t received)
{
	const size_t lengths[] = { id[0] << 8 | id[1], id[1] << 8 | id[0] };
	int i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++)
		if (lengths[i] == received || lengths[i] + 2 == received)
			return received - 2;
	if (lengths[0] >= 2 && lengths[0] < received)
		return lengths[0] - 2;
	/* A long one of which the rest is missing would turn into a very short one. */
	if (lengths[1] >= IEEE1284_ID_LEN_TURNED_MIN && lengths[1] < received)
		return lengths[1] - 2;
	return received - 2;
}
EXPORT_SYMBOL_GPL(printport_device_id_len);

/**
 * ieee1284_id_parse - understand a device id
 * @id: out: every member is set
 * @raw: the id without its two length bytes
 * @len: bytes at @raw; what goes beyond IEEE1284_ID_MAX is not looked at
 *
 * Of a key that comes twice, in whichever spelling, the first value counts. The
 * id ends at the first NUL.
 *
 * Context: any.
 */
void ieee1284_id_parse(struct ieee1284_id *id, const void *raw, size_t len)
{
	const char *at = raw, *end;

	memset(id, 0, sizeof(*id));
	len = min_t(size_t, len, IEEE1284_ID_MAX);
	end = at + strnlen(at, len);
	trim(&at, &end);
	copy_clean(id->text, sizeof(id->text), at, end);

	while (at < end) {
		const char *semicolon = memchr(at, ';', end - at) ?: end;

		parse_field(id, at, semicolon);
		at = semicolon + 1;
	}
}
EXPORT_SYMBOL_FOR_TEST(ieee1284_id_parse);
