/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PRINTPORT_PORTS_H
#define PRINTPORT_PORTS_H

/* No port has a higher number. */
#define PRINTPORT_INDEX_MAX	1023

extern const char *printport_class_dir;

/* "3", "printport3" and "/dev/printport3" are port 3; -1: none of these. */
int printport_index_of(const char *name);

#endif /* PRINTPORT_PORTS_H */
