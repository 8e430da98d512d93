/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PRINTPORTCTL_TEXTFILE_H
#define PRINTPORTCTL_TEXTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * The attributes of sysfs and configfs, and other small text files. Paths are formats as
 * printf() has them; a path that does not fit is -ENAMETOOLONG.
 */

/*
 * Reads the first line of a file, cut to @size - 1 bytes and made clean for a terminal
 * (clean_text()). Returns its length, or -errno and @value is "".
 */
ssize_t text_read(char *value, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Reads the whole file, as it is, cut to @size - 1 bytes; NUL-terminated. Returns its
 * length, or -errno and @value is "".
 */
ssize_t text_read_all(char *value, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Writes @value in one write(). Returns 0 or -errno. */
int text_write(const char *value, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Whether there is such a file. */
bool text_exists(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The last part of where a symbolic link leads; "" and -errno if there is none. */
int text_link(char *name, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
