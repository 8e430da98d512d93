// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables on a terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "text.h"

struct row {
	char *cells[TABLE_COLUMNS];
	const char *colour;
};

struct table {
	size_t columns;
	size_t widths[TABLE_COLUMNS];
	size_t count;
	struct row *rows;
};

void table_add(struct table *table, const char *const *cells, const char *status)
{
	struct row *rows = realloc(table->rows, (table->count + 1) * sizeof(*rows)), *row;
	size_t i, width;

	if (!rows)
		return;
	table->rows = rows;
	row = &rows[table->count++];
	row->colour = colour_of_status(status);
	for (i = 0; i < table->columns; i++) {
		row->cells[i] = strdup(*cells[i] ? cells[i] : "-");
		if (!row->cells[i])
			continue;
		clean_text(row->cells[i]);
		width = text_width(row->cells[i]);
		if (table->widths[i] < width)
			table->widths[i] = width;
	}
}

struct table *table_new(const char *const *heads)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	while (heads[table->columns] && table->columns < TABLE_COLUMNS)
		table->columns++;
	table_add(table, heads, "");
	return table;
}

void table_free(struct table *table)
{
	size_t i, j;

	for (i = 0; i < table->count; i++)
		for (j = 0; j < table->columns; j++)
			free(table->rows[i].cells[j]);
	free(table->rows);
	free(table);
}

static void append(char *line, size_t size, const char *cell, size_t padding)
{
	size_t len = strlen(line);

	if (len < size)
		snprintf(line + len, size - len, "%s%*s", cell, (int)padding, "");
}

static void print_row(const struct table *table, const struct row *row, size_t width,
		      const char *end)
{
	char line[2048] = "";
	size_t i;

	for (i = 0; i < table->columns; i++) {
		const char *cell = row->cells[i] ? row->cells[i] : "";
		size_t padding = table->widths[i] - text_width(cell) + 2;

		append(line, sizeof(line), cell, i + 1 < table->columns ? padding : 0);
	}
	/* The buffer may have cut a character. */
	clean_text(line);
	text_cut(line, width);
	printf("%s%s%s%s", row->colour, line, *row->colour ? colour_end() : "", end);
}

int table_print(const struct table *table, size_t width, size_t height, const char *end)
{
	size_t i, count = table->count;
	bool cut = height && count > height;

	if (cut)
		count = height - 1;
	for (i = 0; i < count; i++)
		print_row(table, &table->rows[i], width, end);
	if (cut)
		printf("... and %zu more%s", table->count - count, end);
	return (int)(count + cut);
}
