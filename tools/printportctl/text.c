// SPDX-License-Identifier: GPL-2.0-or-later
/* Text of unknown origin, made fit for terminals. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

/* The length of the UTF-8 sequence at @text, and what it means; 0: it is none. */
static size_t decode(const unsigned char *text, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len, i;

	if (*text < 0x80) {
		*code = *text;
		return 1;
	}
	if (*text < 0xc2 || *text > 0xf4)
		return 0;
	len = *text < 0xe0 ? 2 : *text < 0xf0 ? 3 : 4;
	*code = *text & (0x7f >> len);
	for (i = 1; i < len; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (text[i] & 0x3f);
	}
	if (*code < least[len] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return len;
}

static bool is_harmless(uint32_t code)
{
	return code >= 0x20 && !(code >= 0x7f && code < 0xa0) &&
		!(code >= 0x2028 && code <= 0x202e) && !(code >= 0x2066 && code <= 0x2069);
}

static void clean(char *text, const char *keep)
{
	unsigned char *to = (unsigned char *)text;
	const unsigned char *from = to;
	uint32_t code;
	size_t len;

	while (*from) {
		len = decode(from, &code);
		if (len && (is_harmless(code) || (code < 0x80 && strchr(keep, (int)code)))) {
			memmove(to, from, len);
			to += len;
		} else {
			*to++ = '?';
		}
		from += len ? len : 1;
	}
	*to = '\0';
}

void clean_text(char *text)
{
	clean(text, "");
}

void clean_lines(char *text)
{
	clean(text, "\n\t");
}

static bool begins_character(char byte)
{
	return ((unsigned char)byte & 0xc0) != 0x80;
}

size_t text_width(const char *text)
{
	size_t columns = 0;

	for (; *text; text++)
		columns += begins_character(*text);
	return columns;
}

void text_cut(char *text, size_t columns)
{
	for (; *text; text++) {
		if (!begins_character(*text))
			continue;
		if (!columns--) {
			*text = '\0';
			return;
		}
	}
}

bool on_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb");
}

static bool in_colour(void)
{
	const char *no = getenv("NO_COLOR");

	return on_terminal() && !(no && *no);
}

const char *colour_of_status(const char *status)
{
	if (!in_colour())
		return "";
	if (!strcmp(status, "stopped"))
		return "\033[1;31m";
	return strcmp(status, "processing") ? "" : "\033[32m";
}

const char *colour_end(void)
{
	return in_colour() ? "\033[0m" : "";
}
