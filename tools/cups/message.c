// SPDX-License-Identifier: GPL-2.0-or-later
/* What cupsd is told: lines on standard error that begin with what they are. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

/* cupsd takes 2047 bytes in a line. */
#define LINE_SIZE	1024

/* The length of the character of UTF-8 that begins at @text, 0 if none does. */
static size_t utf8_len(const unsigned char *text)
{
	size_t len, i;

	if (text[0] < 0x80)
		return 1;
	if (text[0] >= 0xc2 && text[0] < 0xe0)
		len = 2;
	else if ((text[0] & 0xf0) == 0xe0)
		len = 3;
	else if (text[0] >= 0xf0 && text[0] < 0xf5)
		len = 4;
	else
		return 0;
	for (i = 1; i < len; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	/* C1: control characters, too. */
	return len == 2 && text[0] == 0xc2 && text[1] < 0xa0 ? 0 : len;
}

void text_clean(char *text)
{
	unsigned char *at = (unsigned char *)text;

	while (*at) {
		size_t len = utf8_len(at);

		if (!len || *at < 0x20 || *at == 0x7f) {
			*at = '?';
			len = 1;
		}
		at += len;
	}
}

void say(const char *kind, const char *format, ...)
{
	char line[LINE_SIZE], *text;
	size_t len;
	va_list args;

	len = snprintf(line, sizeof(line), "%s: ", kind);
	text = line + len;
	va_start(args, format);
	vsnprintf(text, sizeof(line) - len - 1, format, args);
	va_end(args);
	text_clean(text);
	len = strlen(line);
	line[len++] = '\n';
	/* In one piece: filters write to the same pipe. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}
