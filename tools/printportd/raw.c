// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * No language: jobs pass through, what the printer says goes to the spooler, and nobody
 * can say whether anything was printed. What is left is counting.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language.h"

struct raw {
	uint64_t jobs;
	uint64_t bytes;
};

static void raw_start_doc(struct printport_monitor *monitor, struct printport_doc *doc)
{
	struct raw *raw = printport_monitor_data(monitor);

	(void)doc;
	raw->jobs++;
}

static int raw_end_doc(struct printport_monitor *monitor, struct printport_doc *doc)
{
	struct raw *raw = printport_monitor_data(monitor);

	raw->bytes += doc->accepted;
	return 0;
}

static int raw_abort_doc(struct printport_monitor *monitor, struct printport_doc *doc,
			 int error)
{
	(void)error;
	return raw_end_doc(monitor, doc);
}

static int raw_get_printer_data(struct printport_monitor *monitor, uint32_t query,
				const char *key)
{
	const struct raw *raw = printport_monitor_data(monitor);
	uint64_t value;
	char text[24];

	if (!strcmp(key, "jobs"))
		value = raw->jobs;
	else if (!strcmp(key, "bytes"))
		value = raw->bytes;
	else
		return -ENOENT;
	snprintf(text, sizeof(text), "%" PRIu64, value);
	printport_monitor_answer(monitor, query, 0, text, strlen(text));
	return PRINTPORT_MONITOR_LATER;
}

static const struct printport_monitor_ops raw_ops = {
	.size = sizeof(raw_ops),
	.name = "raw",
	.flags = PRINTPORT_MONITOR_PASS_BACK,
	.start_doc = raw_start_doc,
	.end_doc = raw_end_doc,
	.abort_doc = raw_abort_doc,
	.get_printer_data = raw_get_printer_data,
};

/* It is for who says nothing else: no printer asks for it. */
static bool raw_speaks(const char *command_set, const char *manufacturer, const char *model)
{
	(void)command_set;
	(void)manufacturer;
	(void)model;
	return false;
}

static void *raw_create(const unsigned int *values)
{
	(void)values;
	return calloc(1, sizeof(struct raw));
}

const struct language language_raw = {
	.name = "raw",
	.ops = &raw_ops,
	.speaks = raw_speaks,
	.create = raw_create,
	.destroy = free,
};
