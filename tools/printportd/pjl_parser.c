// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pjl_parser.h"

#define MARK		"@PJL"
#define MARK_LEN	4

/* --- the fields of a message --------------------------------------------------------- */

/* A line without its end, or what is left of one. */
struct span {
	const char *at;
	size_t len;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct span trimmed(struct span span)
{
	while (span.len && is_blank(span.at[0])) {
		span.at++;
		span.len--;
	}
	while (span.len && (is_blank(span.at[span.len - 1]) || span.at[span.len - 1] == '\r'))
		span.len--;
	return span;
}

/* Takes the next line of @text. */
static bool next_line(struct span *text, struct span *line)
{
	const char *end;

	if (!text->len)
		return false;
	end = memchr(text->at, '\n', text->len);
	line->at = text->at;
	line->len = end ? (size_t)(end - text->at) : text->len;
	text->at += line->len + (end ? 1 : 0);
	text->len -= line->len + (end ? 1 : 0);
	*line = trimmed(*line);
	return true;
}

/* Takes the next word of @line. */
static struct span next_word(struct span *line)
{
	struct span word;

	*line = trimmed(*line);
	word = *line;
	for (word.len = 0; word.len < line->len && !is_blank(line->at[word.len]); )
		word.len++;
	line->at += word.len;
	line->len -= word.len;
	return word;
}

static bool same_word(struct span span, const char *word)
{
	return span.len == strlen(word) && !strncasecmp(span.at, word, span.len);
}

/* Copies text that is to be shown: no control characters, NUL-terminated, cut off. */
static void copy_text(char *to, size_t size, struct span from)
{
	size_t i, len = from.len < size ? from.len : size - 1;

	for (i = 0; i < len; i++)
		to[i] = (unsigned char)from.at[i] < 0x20 && from.at[i] != '\t' ? '?' :
			from.at[i];
	to[len] = 0;
}

static struct span unquoted(struct span value)
{
	if (value.len && (value.at[0] == '"' || value.at[0] == '\'')) {
		char quote = value.at[0];

		value.at++;
		value.len--;
		if (value.len && value.at[value.len - 1] == quote)
			value.len--;
	}
	return value;
}

/* A number of at most nine digits; 0 for anything else. */
static unsigned int number(struct span value)
{
	unsigned int n = 0;
	size_t i;

	if (!value.len || value.len > 9)
		return 0;
	for (i = 0; i < value.len; i++) {
		if (!isdigit((unsigned char)value.at[i]))
			return 0;
		n = n * 10 + (unsigned int)(value.at[i] - '0');
	}
	return n;
}

/* Splits "KEY = value". */
static bool split(struct span line, struct span *key, struct span *value)
{
	const char *equals = memchr(line.at, '=', line.len);

	if (!equals)
		return false;
	key->at = line.at;
	key->len = (size_t)(equals - line.at);
	value->at = equals + 1;
	value->len = line.len - key->len - 1;
	*key = trimmed(*key);
	*value = trimmed(*value);
	return true;
}

static void online_field(struct pjl_message *message, struct span value)
{
	if (same_word(value, "TRUE"))
		message->online = PJL_ONLINE_TRUE;
	else if (same_word(value, "FALSE"))
		message->online = PJL_ONLINE_FALSE;
}

static void code_field(struct pjl_message *message, struct span value)
{
	unsigned int code = number(value);

	if (code && message->code_count < PJL_CODES_MAX)
		message->codes[message->code_count++] = code;
}

/* Printers that show two messages number the fields of the second: CODE2, DISPLAY2. */
static bool numbered(struct span key, const char *name)
{
	size_t len = strlen(name);

	return key.len >= len && key.len <= len + 1 && !strncasecmp(key.at, name, len) &&
	       (key.len == len || isdigit((unsigned char)key.at[len]));
}

static void device_fields(struct pjl_message *message, struct span text)
{
	struct span line, key, value;

	while (next_line(&text, &line)) {
		if (!split(line, &key, &value))
			continue;
		if (numbered(key, "CODE"))
			code_field(message, value);
		else if (same_word(key, "DISPLAY"))
			copy_text(message->display, sizeof(message->display),
				  unquoted(value));
		else if (same_word(key, "ONLINE"))
			online_field(message, value);
	}
}

static void job_field(struct pjl_message *message, struct span key, struct span value)
{
	if (same_word(key, "NAME")) {
		copy_text(message->name, sizeof(message->name), unquoted(value));
		message->has_name = true;
	} else if (same_word(key, "PAGES")) {
		message->pages = number(value);
	} else if (same_word(key, "RESULT")) {
		message->cancelled = !same_word(unquoted(value), "OK");
	}
}

static bool job_event(struct span line, enum pjl_job_event *event)
{
	if (same_word(line, "START"))
		*event = PJL_JOB_START;
	else if (same_word(line, "END"))
		*event = PJL_JOB_END;
	else if (same_word(line, "CANCELED") || same_word(line, "CANCELLED"))
		*event = PJL_JOB_CANCELED;
	else
		return false;
	return true;
}

/* @line: what stands behind JOB in the first line; some printers put the event there. */
static void job_fields(struct pjl_message *message, struct span line, struct span text)
{
	bool known = job_event(trimmed(line), &message->event);
	struct span key, value;

	while (next_line(&text, &line)) {
		if (split(line, &key, &value))
			job_field(message, key, value);
		else if (!known)
			known = job_event(line, &message->event);
	}
	if (known)
		message->type = PJL_USTATUS_JOB;
}

static void page_fields(struct pjl_message *message, struct span text)
{
	struct span line;

	if (next_line(&text, &line))
		message->pages = number(line);
	if (message->pages)
		message->type = PJL_USTATUS_PAGE;
}

static void ustatus(struct pjl_message *message, struct span line, struct span text)
{
	struct span word = next_word(&line);

	if (same_word(word, "DEVICE") || same_word(word, "TIMED")) {
		device_fields(message, text);
		if (message->code_count || message->online != PJL_ONLINE_UNKNOWN)
			message->type = PJL_USTATUS_DEVICE;
	} else if (same_word(word, "JOB")) {
		job_fields(message, line, text);
	} else if (same_word(word, "PAGE")) {
		page_fields(message, text);
	}
}

static void info(struct pjl_message *message, struct span line, struct span text)
{
	struct span word = next_word(&line);
	size_t i;

	if (!word.len || word.len >= sizeof(message->category))
		return;
	copy_text(message->category, sizeof(message->category), word);
	for (i = 0; i < word.len; i++)
		message->category[i] = (char)toupper((unsigned char)message->category[i]);
	message->type = PJL_INFO;
	message->body = text.at;
	message->body_len = text.len;
	if (!strcmp(message->category, "STATUS"))
		device_fields(message, text);
}

/* Of a message that is too long only what it is. */
static void cut_off(struct pjl_message *message)
{
	struct pjl_message rest = { .type = PJL_OTHER };

	if (message->type == PJL_INFO) {
		rest.type = PJL_INFO;
		memcpy(rest.category, message->category, sizeof(rest.category));
	}
	rest.truncated = true;
	rest.body = "";
	*message = rest;
}

/* @text: the message from "@PJL" on, NUL-terminated, without its form feed. */
static void understand(struct pjl_message *message, struct span text)
{
	struct span line, word;

	memset(message, 0, sizeof(*message));
	message->type = PJL_OTHER;
	message->body = text.at + text.len;
	if (!next_line(&text, &line))
		return;
	next_word(&line);
	word = next_word(&line);
	if (same_word(word, "USTATUS")) {
		ustatus(message, line, text);
	} else if (same_word(word, "INFO")) {
		info(message, line, text);
	} else if (same_word(word, "ECHO")) {
		line = trimmed(line);
		message->type = PJL_ECHO;
		message->body = line.at;
		message->body_len = line.len;
	}
}

/* --- the bytes ----------------------------------------------------------------------- */

static void begin(struct pjl_parser *parser)
{
	memcpy(parser->text, MARK, MARK_LEN);
	parser->len = MARK_LEN;
	parser->line = 0;
	parser->matched = 0;
	parser->inside = true;
	parser->dropping = false;
}

static void finish(struct pjl_parser *parser,
		   void (*deliver)(void *arg, const struct pjl_message *message), void *arg)
{
	struct span text = { parser->text, parser->len };
	struct pjl_message message;

	parser->text[parser->len] = 0;
	understand(&message, text);
	if (parser->dropping)
		cut_off(&message);
	deliver(arg, &message);
	pjl_parser_reset(parser);
}

static void keep(struct pjl_parser *parser, char c)
{
	if (parser->dropping)
		return;
	if (parser->len == PJL_MESSAGE_MAX || parser->len - parser->line == PJL_LINE_MAX) {
		parser->dropping = true;
		return;
	}
	parser->text[parser->len++] = c ? c : '?';
	if (c == '\n')
		parser->line = parser->len;
}

/*
 * Outside of a message "@PJL" counts wherever it stands; in a message only at the start
 * of a line, where it means that the end of the one before was lost.
 */
static bool mark_seen(struct pjl_parser *parser, char c, bool possible)
{
	if (c == MARK[parser->matched] && (parser->matched || possible))
		parser->matched++;
	else
		parser->matched = c == MARK[0] && possible;
	return parser->matched == MARK_LEN;
}

static void one_byte(struct pjl_parser *parser, char c,
		     void (*deliver)(void *arg, const struct pjl_message *message), void *arg)
{
	bool marked = mark_seen(parser, c, !parser->inside || parser->line_start);

	parser->line_start = c == '\n';
	if (marked)
		begin(parser);
	else if (parser->inside && c == '\f')
		finish(parser, deliver, arg);
	else if (parser->inside)
		keep(parser, c);
}

void pjl_parser_feed(struct pjl_parser *parser, const void *buf, size_t len,
		     void (*message)(void *arg, const struct pjl_message *message),
		     void *arg)
{
	const char *bytes = buf;
	size_t i;

	for (i = 0; i < len; i++)
		one_byte(parser, bytes[i], message, arg);
}

void pjl_parser_reset(struct pjl_parser *parser)
{
	parser->len = 0;
	parser->line = 0;
	parser->matched = 0;
	parser->line_start = false;
	parser->inside = false;
	parser->dropping = false;
}

bool pjl_parser_is_inside(const struct pjl_parser *parser)
{
	return parser->inside;
}
