/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changing a file of /etc/printport, and leaving the rest of it as it is. */
#ifndef PRINTPORT_PORT_FILE_H
#define PRINTPORT_PORT_FILE_H

#include <stddef.h>

#include "port_config.h"

/* What a key of [port] is to be; NULL: it is to go. */
struct port_change {
	enum port_key key;
	const char *value;
};

/**
 * port_text_change - changes the text of a file
 * @text: the file as it is, NUL-terminated
 * @change: what is to become of a key
 *
 * Everything else stays, comments too. Returns the new text, to be freed by free(3), or
 * NULL: no memory.
 */
char *port_text_change(const char *text, const struct port_change *change);

/**
 * port_file_change - changes a file, wholly or not at all
 * @path: the file; made if it is not there
 * @match: with these lines in [match], if it is made
 * @changes: valid values
 * @n: how many
 * @why: out: why not, a sentence for people
 * @size: bytes at @why
 *
 * Returns 0, -EINVAL (the file is wrong; the mistake is in @why), -EAGAIN (somebody else
 * is changing one), -EACCES, or another -errno.
 */
int port_file_change(const char *path, const char *match, const struct port_change *changes,
		     size_t n, char *why, size_t size);

#endif /* PRINTPORT_PORT_FILE_H */
