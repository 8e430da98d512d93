/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the pages of a job end. PCL and plain text: a form feed, 60 lines, a reset, another
 * paper source. PostScript: by its document structure comments (%%Page:) if it has them,
 * else by each showpage outside of procedures.
 */
#ifndef PRINTERS_PJL_PAGES_H
#define PRINTERS_PJL_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#define PAGES_LINE_MAX	16

enum pages_language { PAGES_AUTO, PAGES_PCL, PAGES_POSTSCRIPT };

/* struct pages - the part of a page that was seen; zeroed but for @language to begin with */
struct pages {
	enum pages_language language;
	bool dirty;		/* there is something on the page */
	bool positioned;	/* the cursor is moved, lines say nothing */
	unsigned int lines;
	unsigned int auto_len;	/* bytes that were looked at to choose a language */

	/* PCL: an escape sequence, and the binary data that may follow it */
	uint8_t escape[3];
	unsigned int escape_len;
	uint64_t value;
	uint64_t binary;

	/* PostScript */
	char word[PAGES_LINE_MAX];
	unsigned int word_len;
	char line[PAGES_LINE_MAX];
	unsigned int line_len;
	unsigned int depth;	/* of { */
	unsigned int parens;	/* of ( */
	unsigned int documents;	/* of %%BeginDocument */
	bool backslash;
	bool comment;
	bool structured;
};

/* Whether the page ends with this byte. */
bool pages_byte(struct pages *pages, uint8_t byte);
/* The job's data ends; whether there is a page to print. */
bool pages_end(struct pages *pages);
/* Whether bytes are expected that mean nothing, not even a universal exit. */
static inline bool pages_in_binary(const struct pages *pages)
{
	return pages->binary;
}

#endif /* PRINTERS_PJL_PAGES_H */
