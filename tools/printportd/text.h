/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text from elsewhere: numbers, patterns, bytes that claim to be UTF-8. */
#ifndef PRINTPORTD_TEXT_H
#define PRINTPORTD_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/**
 * text_number - a decimal number, digits and nothing else
 * @text: NUL-terminated
 * @value: out, untouched on error
 *
 * Returns 0, -EINVAL (no number), or -ERANGE (larger than an unsigned int).
 */
int text_number(const char *text, unsigned int *value);

/**
 * text_glob - whether a pattern matches all of a text
 * @pattern: ``*`` stands for any bytes, ``?`` for one; ASCII letters match in either case
 * @text: not trusted
 *
 * Takes at most length times length steps, whatever the pattern.
 */
bool text_glob(const char *pattern, const char *text);

/* Room for the UTF-8 of @len bytes, the NUL included. */
#define TEXT_UTF8_SIZE(len)	((len) * 3 + 1)

/**
 * text_to_utf8 - makes valid UTF-8 of any bytes
 * @from: @len bytes, not trusted; a NUL is a character like others
 * @to: out: at least TEXT_UTF8_SIZE(@len) bytes; NUL-terminated. A byte that is not part
 *	of a character becomes U+FFFD
 *
 * Returns the length without the NUL.
 */
size_t text_to_utf8(const void *from, size_t len, char *to);

#endif /* PRINTPORTD_TEXT_H */
