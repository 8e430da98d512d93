/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of PJL, taken apart by the rules of chapter 2 of HP's Printer Job Language
 * Technical Reference Manual. What is wrong has a status code of its appendix D.
 */
#ifndef PRINTERS_PJL_LINE_H
#define PRINTERS_PJL_LINE_H

#include <stdbool.h>
#include <stddef.h>

#define PJL_LINE_MAX	2048
#define PJL_WORD_MAX	40
#define PJL_OPTIONS	8

enum pjl_type { PJL_NONE, PJL_ALPHANUMERIC, PJL_NUMBER, PJL_STRING };

/**
 * struct pjl_option - an option, and its value if it has one
 * @name: in capitals
 * @type: of the value
 * @value: in the line, without quotes; in capitals if alphanumeric
 * @len: of @value
 */
struct pjl_option {
	char name[PJL_WORD_MAX];
	enum pjl_type type;
	const char *value;
	size_t len;
};

/**
 * struct pjl_line - a command
 * @command: its name in capitals, "" for a line without command
 * @modifier: LPARM, IPARM or "", in capitals
 * @modifier_value: what follows its colon, in capitals
 * @options: in order
 * @count: of them
 * @words: what ECHO or COMMENT says, in the line
 * @words_len: of it
 * @wrong: what is wrong with the line, NULL: nothing
 */
struct pjl_line {
	char command[PJL_WORD_MAX];
	char modifier[PJL_WORD_MAX];
	char modifier_value[PJL_WORD_MAX];
	struct pjl_option options[PJL_OPTIONS];
	size_t count;
	const char *words;
	size_t words_len;
	const char *wrong;
};

/*
 * Takes @text apart: what follows "@PJL", without the end of the line. Letters of
 * alphanumeric values become capitals in it; @line points into it. Returns 0, or the
 * status code (20xxx).
 */
int pjl_parse(struct pjl_line *line, char *text, size_t len);

#endif /* PRINTERS_PJL_LINE_H */
