/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TABLE_H
#define TABLE_H

#include <stddef.h>

#define TABLE_COLUMNS	8

struct table;

/* A table whose columns fit what is in them; @heads ends with NULL. NULL: no memory. */
struct table *table_new(const char *const *heads);
void table_free(struct table *table);

/* Takes copies, clean ones; @status colours the row. @cells: as many as heads. */
void table_add(struct table *table, const char *const *cells, const char *status);

/*
 * Prints rows, none wider than @width columns, and no more than @height lines (0: no
 * limit), each followed by @end. Returns the number of lines.
 */
int table_print(const struct table *table, size_t width, size_t height, const char *end);

#endif
