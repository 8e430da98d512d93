// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "pjl_line.h"

struct cursor {
	char *at;
	char *end;
	struct pjl_line *line;
};

/* Not <ctype.h>: the printer's locale is none of ours. */
static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_printable(char c)
{
	return (unsigned char)c >= 0x21;
}

static char capital(char c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

static int wrong(struct cursor *cursor, int code, const char *what)
{
	cursor->line->wrong = what;
	return code;
}

static bool at_end(const struct cursor *cursor)
{
	return cursor->at == cursor->end;
}

static bool skip_space(struct cursor *cursor)
{
	char *begin = cursor->at;

	while (!at_end(cursor) && is_space(*cursor->at))
		cursor->at++;
	return cursor->at != begin;
}

/* A letter, then letters and digits; in capitals. */
static int parse_word(struct cursor *cursor, char *word)
{
	size_t len = 0;

	if (at_end(cursor) || !is_letter(*cursor->at))
		return wrong(cursor, 20006, "illegal character where a name should be");
	while (!at_end(cursor) && (is_letter(*cursor->at) || is_digit(*cursor->at))) {
		if (len + 1 == PJL_WORD_MAX)
			return wrong(cursor, 20001, "a name is too long");
		word[len++] = capital(*cursor->at++);
	}
	word[len] = '\0';
	return 0;
}

/* A value ends where white space, or the line's end, comes. */
static bool value_ends(const struct cursor *cursor)
{
	return at_end(cursor) || is_space(*cursor->at);
}

static int parse_string(struct cursor *cursor, struct pjl_option *option)
{
	option->type = PJL_STRING;
	option->value = ++cursor->at;
	while (!at_end(cursor) && *cursor->at != '"') {
		if (!is_printable(*cursor->at) && !is_space(*cursor->at))
			return wrong(cursor, 20006, "control character in a string");
		cursor->at++;
	}
	if (at_end(cursor))
		return wrong(cursor, 20011, "a string has no closing quotation mark");
	option->len = cursor->at - option->value;
	cursor->at++;
	if (!value_ends(cursor))
		return wrong(cursor, 20007, "no white space after closing quotation mark");
	return 0;
}

static int parse_decimal(struct cursor *cursor, struct pjl_option *option)
{
	bool digits = false, point = false;

	option->type = PJL_NUMBER;
	option->value = cursor->at;
	if (*cursor->at == '+' || *cursor->at == '-')
		cursor->at++;
	if (!at_end(cursor) && *cursor->at == '.')
		return wrong(cursor, 20012, "a number begins with a decimal point");
	for (; !value_ends(cursor); cursor->at++) {
		if (is_digit(*cursor->at))
			digits = true;
		else if (*cursor->at != '.')
			return wrong(cursor, 20009, "illegal character in a number");
		else if (point)
			return wrong(cursor, 20025, "a number has two decimal points");
		else
			point = true;
	}
	if (!digits)
		return wrong(cursor, 20013, "a number has no digits");
	option->len = cursor->at - option->value;
	return 0;
}

static int parse_alphanumeric(struct cursor *cursor, struct pjl_option *option)
{
	option->type = PJL_ALPHANUMERIC;
	option->value = cursor->at;
	for (; !value_ends(cursor); cursor->at++) {
		if (!is_letter(*cursor->at) && !is_digit(*cursor->at))
			return wrong(cursor, 20008, "illegal character in a value");
		*cursor->at = capital(*cursor->at);
	}
	option->len = cursor->at - option->value;
	return 0;
}

static int parse_value(struct cursor *cursor, struct pjl_option *option)
{
	char c;

	skip_space(cursor);
	if (at_end(cursor))
		return wrong(cursor, 20015, "no value after the equal sign");
	c = *cursor->at;
	if (c == '"')
		return parse_string(cursor, option);
	if (is_digit(c) || c == '+' || c == '-' || c == '.')
		return parse_decimal(cursor, option);
	if (is_letter(c))
		return parse_alphanumeric(cursor, option);
	return wrong(cursor, 20010, "illegal character at the start of a value");
}

static int parse_modifier(struct cursor *cursor, const char *name)
{
	struct pjl_line *line = cursor->line;

	if (line->count)
		return wrong(cursor, 20017, "a modifier comes after an option");
	if (line->modifier[0])
		return wrong(cursor, 20016, "more than one modifier");
	strcpy(line->modifier, name);
	cursor->at++;
	skip_space(cursor);
	if (at_end(cursor) || !is_letter(*cursor->at))
		return wrong(cursor, 20014, "no alphanumeric value after the modifier");
	return parse_word(cursor, line->modifier_value);
}

/* An option, or the modifier that may come before the options. */
static int parse_option(struct cursor *cursor)
{
	struct pjl_line *line = cursor->line;
	struct pjl_option *option = &line->options[line->count];
	char name[PJL_WORD_MAX];
	int code = parse_word(cursor, name);
	char *behind = cursor->at;

	if (code)
		return code;
	skip_space(cursor);
	if (!at_end(cursor) && *cursor->at == ':')
		return parse_modifier(cursor, name);
	if (line->count == PJL_OPTIONS)
		return wrong(cursor, 20001, "too many options");
	memset(option, 0, sizeof(*option));
	strcpy(option->name, name);
	line->count++;
	if (at_end(cursor) || *cursor->at != '=') {
		cursor->at = behind;
		return 0;
	}
	cursor->at++;
	return parse_value(cursor, option);
}

/* ECHO and COMMENT: anything printable. */
static int parse_words(struct cursor *cursor)
{
	char *at;

	cursor->line->words = cursor->at;
	cursor->line->words_len = cursor->end - cursor->at;
	for (at = cursor->at; at < cursor->end; at++)
		if (!is_printable(*at) && !is_space(*at))
			return wrong(cursor, 20006, "control character in words");
	return 0;
}

int pjl_parse(struct pjl_line *line, char *text, size_t len)
{
	struct cursor cursor = { .at = text, .end = text + len, .line = line };
	bool space = skip_space(&cursor);
	int code;

	memset(line, 0, sizeof(*line));
	if (at_end(&cursor))
		return 0;
	if (!space)
		return wrong(&cursor, 20001, "no white space after @PJL");
	if (!is_letter(*cursor.at))
		return wrong(&cursor, 20018, "the command is not alphanumeric");
	code = parse_word(&cursor, line->command);
	space = skip_space(&cursor);
	if (code)
		return code;
	if (!at_end(&cursor) && !space)
		return wrong(&cursor, 20006, "illegal character after the command");
	if (!strcmp(line->command, "ECHO") || !strcmp(line->command, "COMMENT"))
		return parse_words(&cursor);
	while (!at_end(&cursor)) {
		code = parse_option(&cursor);
		if (code)
			return code;
		if (!skip_space(&cursor) && !at_end(&cursor))
			return wrong(&cursor, 20006, "illegal character between options");
	}
	return 0;
}
