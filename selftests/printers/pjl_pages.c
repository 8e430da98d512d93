// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "pjl_pages.h"

#define ESC		0x1b
#define LINES_PER_PAGE	60

static bool new_page(struct pages *pages)
{
	pages->dirty = false;
	pages->positioned = false;
	pages->lines = 0;
	return true;
}

/* --- PCL ------------------------------------------------------------------------- */

/* A parameterised command is complete: its value, and the character that ends it. */
static bool pcl_command(struct pages *pages, uint8_t end)
{
	uint8_t kind = pages->escape[1], group = pages->escape_len > 2 ? pages->escape[2] : 0;

	if (end == 'W' || (end == 'X' && kind == '&' && group == 'p') ||
	    (end == 'V' && kind == '*' && group == 'b')) {
		pages->binary = pages->value;
		if (pages->value)
			pages->dirty = true;
	}
	if ((kind == '&' && group == 'a') || (kind == '*' && group == 'p'))
		pages->positioned = true;
	if (end == 'H' && kind == '&' && group == 'l' && pages->dirty)
		return new_page(pages);
	return false;
}

/* Inside of an escape sequence. */
static bool pcl_escape(struct pages *pages, uint8_t byte)
{
	bool page = false;

	if (pages->escape_len == 1) {
		if (byte >= 0x21 && byte <= 0x2f) {
			pages->escape[pages->escape_len++] = byte;
			pages->value = 0;
			return false;
		}
		page = byte == 'E' && pages->dirty && new_page(pages);
		pages->escape_len = 0;
		return page;
	}
	if (pages->escape_len == 2 && byte >= 0x60 && byte <= 0x7e) {
		pages->escape[pages->escape_len++] = byte;
	} else if (byte >= '0' && byte <= '9') {
		if (pages->value < UINT32_MAX)
			pages->value = pages->value * 10 + byte - '0';
	} else if (byte >= 0x60 && byte <= 0x7e) {
		page = pcl_command(pages, byte - 0x20);
		pages->value = 0;
	} else if (byte >= 0x40 && byte <= 0x5e) {
		page = pcl_command(pages, byte);
		pages->escape_len = 0;
	}
	return page;
}

/* Whether the byte may stand in an escape sequence; another one ends it, and counts. */
static bool pcl_continues(const struct pages *pages, uint8_t byte)
{
	return pages->escape_len == 1 || byte >= 0x40 || (byte >= '0' && byte <= '9') ||
	       byte == '+' || byte == '-' || byte == '.' || byte == ' ';
}

static bool pcl_byte(struct pages *pages, uint8_t byte)
{
	if (pages->binary) {
		pages->binary--;
		return false;
	}
	if (pages->escape_len && pcl_continues(pages, byte))
		return pcl_escape(pages, byte);
	pages->escape_len = 0;
	switch (byte) {
	case ESC:
		pages->escape[0] = byte;
		pages->escape_len = 1;
		return false;
	case '\f':
		return new_page(pages);
	case '\n':
		pages->dirty = true;
		if (++pages->lines == LINES_PER_PAGE && !pages->positioned)
			return new_page(pages);
		return false;
	default:
		if (byte > ' ')
			pages->dirty = true;
		return false;
	}
}

/* --- PostScript ------------------------------------------------------------------ */

static bool starts(const char *line, const char *with)
{
	return !strncmp(line, with, strlen(with));
}

/* A page that was begun is over. */
static bool end_structured(struct pages *pages)
{
	return pages->structured && pages->dirty && new_page(pages);
}

static bool ps_structure(struct pages *pages)
{
	const char *line = pages->line;

	if (starts(line, "%%BeginDocument")) {
		pages->documents++;
	} else if (starts(line, "%%EndDocument")) {
		if (pages->documents)
			pages->documents--;
	} else if (pages->documents) {
		return false;
	} else if (starts(line, "%%Page:")) {
		bool page = end_structured(pages);

		pages->structured = true;
		pages->dirty = true;
		return page;
	} else if (starts(line, "%%Trailer") || starts(line, "%%EOF")) {
		return end_structured(pages);
	}
	return false;
}

static bool ps_word(struct pages *pages)
{
	bool show;

	pages->word[pages->word_len < PAGES_LINE_MAX ? pages->word_len : 0] = '\0';
	show = !strcmp(pages->word, "showpage");
	pages->word_len = 0;
	return show && !pages->depth && !pages->structured && new_page(pages);
}

static void ps_string(struct pages *pages, uint8_t byte)
{
	if (pages->backslash)
		pages->backslash = false;
	else if (byte == '\\')
		pages->backslash = true;
	else if (byte == '(')
		pages->parens++;
	else if (byte == ')')
		pages->parens--;
}

static bool ps_token(struct pages *pages, uint8_t byte)
{
	bool page;

	if (byte > ' ' && !strchr("()<>[]{}%", byte)) {
		/* A name that is defined begins with a slash, and is another word then. */
		if (pages->word_len < PAGES_LINE_MAX)
			pages->word[pages->word_len++] = byte;
		return false;
	}
	page = ps_word(pages);
	if (byte == '%')
		pages->comment = true;
	else if (byte == '(')
		pages->parens = 1;
	else if (byte == '{')
		pages->depth++;
	else if (byte == '}' && pages->depth)
		pages->depth--;
	return page;
}

/* A line's beginning is kept: it may be a structure comment, wherever the parser is. */
static bool ps_line(struct pages *pages, uint8_t byte)
{
	bool page = false;

	if (byte == '\n' || byte == '\r') {
		pages->line[pages->line_len] = '\0';
		page = ps_structure(pages);
		pages->line_len = 0;
		pages->comment = false;
	} else if (pages->line_len + 1 < PAGES_LINE_MAX) {
		pages->line[pages->line_len++] = byte;
	}
	return page;
}

static bool ps_byte(struct pages *pages, uint8_t byte)
{
	bool page = ps_line(pages, byte);

	if (pages->comment)
		return page;
	if (pages->parens)
		ps_string(pages, byte);
	else if (ps_token(pages, byte))
		page = true;
	return page;
}

/* --- either ---------------------------------------------------------------------- */

/* %! makes it PostScript, also behind the control-D that some drivers begin with. */
static void choose(struct pages *pages, uint8_t byte)
{
	bool first = pages->auto_len == 0;

	if (first && byte == '%') {
		pages->auto_len = 1;
	} else if (first && (byte == 0x04 || byte == ' ' || byte == '\r' || byte == '\n')) {
		return;
	} else {
		pages->language = !first && byte == '!' ? PAGES_POSTSCRIPT : PAGES_PCL;
		if (pages->language == PAGES_PCL && !first)
			pages->dirty = true;
	}
}

bool pages_byte(struct pages *pages, uint8_t byte)
{
	if (pages->language == PAGES_AUTO)
		choose(pages, byte);
	switch (pages->language) {
	case PAGES_PCL:
		return pcl_byte(pages, byte);
	case PAGES_POSTSCRIPT:
		return ps_byte(pages, byte);
	default:
		return byte == '\f';
	}
}

bool pages_end(struct pages *pages)
{
	bool page = false;

	if (pages->language == PAGES_POSTSCRIPT)
		page = ps_byte(pages, '\n') || end_structured(pages);
	else
		page = pages->dirty;
	memset(pages, 0, sizeof(*pages));
	return page;
}
