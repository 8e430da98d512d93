/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PRINTPORT_PORTS_H
#define PRINTPORT_PORTS_H

#include <stddef.h>

/* No port has a higher number. */
#define PRINTPORT_INDEX_MAX	1023

extern const char *printport_class_dir;
extern const char *printport_dev_dir;

/*
 * The node, or the link to it, that a name of a port means; see printport_open_port(). It
 * need not exist. Returns 0 or -EINVAL: no such form, or @size bytes are too few.
 */
int printport_path_of(const char *name, char *path, size_t size);

#endif /* PRINTPORT_PORTS_H */
