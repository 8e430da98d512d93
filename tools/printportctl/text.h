/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Replaces, in place, what must not reach a terminal or a JSON parser by '?': control
 * characters, what turns the direction of writing, and what is not UTF-8.
 */
void clean_text(char *text);

/* The same, but newlines and tabs stay. */
void clean_lines(char *text);

/* How many columns a clean text takes, an estimate. */
size_t text_width(const char *text);

/* Cuts a clean text to so many columns. */
void text_cut(char *text, size_t columns);

/* Whether standard output is a terminal that understands escape sequences. */
bool on_terminal(void);

/* Begins and ends a colour; nothing where no colour is wanted. */
const char *colour_of_status(const char *status);
const char *colour_end(void);

#endif
