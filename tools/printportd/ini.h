/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of sections and keys, see printportd.conf(5): their lines, not their meaning. */
#ifndef PRINTPORTD_INI_H
#define PRINTPORTD_INI_H

#include <stddef.h>

/* A longer line is an error. */
#define CONFIG_LINE_MAX		1024

/**
 * struct config_error - what is wrong with a configuration
 * @line: in which line, from 1; 0: with the file
 * @text: what
 */
struct config_error {
	unsigned int line;
	char text[256];
};

/**
 * struct ini_reader - who wants the lines
 * @section: of [NAME], with the text between the brackets; may change it. 0 or -errno
 * @pair: of KEY = VALUE, neither with white space around it. 0 or -errno
 * @problem: after a line that was wrong, which @error describes: 0 goes on with the next
 *	line, anything else ends it all; NULL ends it all
 * @error: out: the last thing that was wrong
 * @line: out: the line that is being read, from 1
 */
struct ini_reader {
	int (*section)(struct ini_reader *ini, char *name);
	int (*pair)(struct ini_reader *ini, const char *key, const char *value);
	int (*problem)(struct ini_reader *ini, int err);
	struct config_error *error;
	unsigned int line;
};

/* Says what is wrong with the line that is being read. Returns -EINVAL. */
int ini_complain(struct ini_reader *ini, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Removes spaces, tabs and carriage returns at both ends. Returns where the rest begins. */
char *ini_trim(char *text);

/**
 * ini_parse - hands all lines to the reader
 * @ini: the reader
 * @text: not trusted, not NUL-terminated
 * @len: bytes at @text
 *
 * Returns 0, -EINVAL, or what a function of the reader returned.
 */
int ini_parse(struct ini_reader *ini, const char *text, size_t len);

/**
 * ini_load - reads a file into memory
 * @path: the file; only a regular one is read
 * @max: a longer file is cut to @max + 1 bytes, which shows that it is too long
 * @text: out: to be freed by free(3)
 * @len: out: bytes at @text
 * @error: out: why not
 *
 * Returns 0, -ENOENT, -ENOTSUP (not a regular file), -ENOMEM, or another -errno.
 */
int ini_load(const char *path, size_t max, char **text, size_t *len,
	     struct config_error *error);

#endif /* PRINTPORTD_INI_H */
