// SPDX-License-Identifier: GPL-2.0-or-later
#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "text.h"

/* A longer value is cut. */
#define VALUE_MAX	512
#define LINE_SIZE	4096

static struct {
	const char *port;
	bool json;
	bool journal;
	int level;
} setup = { .level = LOG_INFO };

/* systemd says which file the journal is; standard error may have been sent elsewhere. */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
	       !fstat(STDERR_FILENO, &st) && st.st_dev == dev && st.st_ino == ino;
}

void log_setup(const char *port, bool json, int level)
{
	setup.port = port;
	setup.json = json;
	setup.level = level;
	setup.journal = is_journal();
}

static void put(char *line, size_t *at, char c)
{
	/* Room is kept for the newline. */
	if (*at < LINE_SIZE - 2)
		line[(*at)++] = c;
}

static void put_string(char *line, size_t *at, const char *s)
{
	while (*s)
		put(line, at, *s++);
}

static bool is_plain(const char *value)
{
	const char *p;

	for (p = value; *p; p++)
		if (*p <= ' ' || *p >= 0x7f || strchr("\"\\=", *p))
			return false;
	return *value;
}

static void put_value(char *line, size_t *at, const char *value)
{
	size_t left = VALUE_MAX;
	char hex[8];

	if (is_plain(value)) {
		while (*value && left--)
			put(line, at, *value++);
		return;
	}
	put(line, at, '"');
	for (; *value && left--; value++) {
		if (*value < ' ' || *value >= 0x7f) {
			snprintf(hex, sizeof(hex), "\\x%02x", (unsigned char)*value);
			put_string(line, at, hex);
			continue;
		}
		if (*value == '"' || *value == '\\')
			put(line, at, '\\');
		put(line, at, *value);
	}
	put(line, at, '"');
}

static void put_field(char *line, size_t *at, const struct log_field *field)
{
	char number[32];

	put(line, at, ' ');
	put_string(line, at, field->key);
	put(line, at, '=');
	if (field->string) {
		put_value(line, at, field->string);
		return;
	}
	snprintf(number, sizeof(number), "%lld", field->number);
	put_string(line, at, number);
}

static void put_text(char *line, size_t *at, const char *message,
		     const struct log_field *fields)
{
	if (!setup.journal)
		put_string(line, at, "printportd: ");
	put_string(line, at, message);
	if (setup.port)
		put_field(line, at, &(struct log_field)LOG_TEXT("port", setup.port));
	for (; fields->key; fields++)
		put_field(line, at, fields);
}

static struct json_object *json_text(const char *value)
{
	char clean[TEXT_UTF8_SIZE(VALUE_MAX)];
	size_t len = strnlen(value, VALUE_MAX);

	len = text_to_utf8(value, len, clean);
	return json_object_new_string_len(clean, len);
}

static struct json_object *json_time(void)
{
	char text[40];
	struct timespec now;
	struct tm tm;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	len = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, sizeof(text) - len, ".%03ldZ", now.tv_nsec / 1000000);
	return json_object_new_string(text);
}

static const char *level_name(int level)
{
	static const char *const names[] = {
		"emergency", "alert", "critical", "error",
		"warning", "notice", "info", "debug",
	};

	return names[level & 7];
}

static void put_json(char *line, size_t *at, int level, const char *message,
		     const struct log_field *fields)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "time", json_time());
	json_object_object_add(object, "level", json_object_new_string(level_name(level)));
	json_object_object_add(object, "message", json_text(message));
	if (setup.port)
		json_object_object_add(object, "port", json_text(setup.port));
	for (; fields->key; fields++)
		json_object_object_add(object, fields->key, fields->string ?
				       json_text(fields->string) :
				       json_object_new_int64(fields->number));
	put_string(line, at, json_object_to_json_string_ext(object,
						JSON_C_TO_STRING_PLAIN |
						JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

void log_fields(int level, const char *message, const struct log_field *fields)
{
	char line[LINE_SIZE], prefix[8];
	size_t at = 0;
	ssize_t ret;

	if (level > setup.level)
		return;
	if (setup.journal) {
		snprintf(prefix, sizeof(prefix), "<%d>", level & 7);
		put_string(line, &at, prefix);
	}
	if (setup.json)
		put_json(line, &at, level, message, fields + 1);
	else
		put_text(line, &at, message, fields + 1);
	line[at++] = '\n';
	/* There is nobody to tell that the log cannot be written. */
	ret = write(STDERR_FILENO, line, at);
	(void)ret;
}
