/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stddef.h>

/*
 * Makes text from outside fit for a line: control characters, and what is not UTF-8,
 * become '?'.
 */
void text_clean(char *text);

/**
 * say - a line for cupsd, on standard error
 * @kind: "ERROR", "WARNING", "INFO", "DEBUG", "STATE", "PAGE"
 * @format: as printf(); the result is cleaned, and cut to a line that cupsd takes
 */
void say(const char *kind, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
