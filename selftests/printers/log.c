// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "printer.h"

static FILE *file;
static uint64_t began;

bool log_open(const char *path)
{
	began = printer_now();
	file = strcmp(path, "-") ? fopen(path, "we") : stderr;
	if (!file)
		perror(path);
	return file;
}

void log_close(void)
{
	if (file && file != stderr)
		fclose(file);
	file = NULL;
}

/* Whether @second may follow @first: no longer form than needed, no surrogates. */
static bool utf8_may_follow(uint8_t first, uint8_t second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0;
	case 0xed:
		return second <= 0x9f;
	case 0xf0:
		return second >= 0x90;
	case 0xf4:
		return second <= 0x8f;
	default:
		return true;
	}
}

/* Length of the UTF-8 character of several bytes at @p, 0 if there is none. */
static size_t utf8_length(const uint8_t *p, size_t len)
{
	size_t need, i;

	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		need = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		need = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		need = 4;
	else
		return 0;
	if (need > len || !utf8_may_follow(p[0], p[1]))
		return 0;
	for (i = 1; i < need; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return need;
}

static void put_string(const uint8_t *p, size_t len)
{
	putc('"', file);
	while (len) {
		size_t step = utf8_length(p, len);

		if (step) {
			fwrite(p, 1, step, file);
		} else {
			step = 1;
			if (*p == '"' || *p == '\\')
				fprintf(file, "\\%c", *p);
			else if (*p < 0x20 || *p >= 0x7f)
				fprintf(file, "\\u%04x", *p);
			else
				putc(*p, file);
		}
		p += step;
		len -= step;
	}
	putc('"', file);
}

void log_begin(const char *event)
{
	if (!file)
		return;
	fprintf(file, "{\"ms\": %" PRIu64 ", \"event\": ", printer_now() - began);
	put_string((const uint8_t *)event, strlen(event));
}

void log_number(const char *key, uint64_t value)
{
	if (file)
		fprintf(file, ", \"%s\": %" PRIu64, key, value);
}

void log_bool(const char *key, bool value)
{
	if (file)
		fprintf(file, ", \"%s\": %s", key, value ? "true" : "false");
}

void log_bytes(const char *key, const void *buf, size_t len)
{
	if (!file)
		return;
	fprintf(file, ", \"%s\": ", key);
	put_string(buf, len);
}

void log_text(const char *key, const char *text)
{
	log_bytes(key, text, strlen(text));
}

void log_end(void)
{
	if (!file)
		return;
	fputs("}\n", file);
	fflush(file);
}

void log_event(const char *event)
{
	log_begin(event);
	log_end();
}
