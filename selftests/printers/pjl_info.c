// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pjl_laser.h"

/* An answer that grows line by line. */
struct answer {
	char text[8192];
	size_t len;
};

static void add(struct answer *answer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void add(struct answer *answer, const char *format, ...)
{
	size_t room = sizeof(answer->text) - answer->len;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(answer->text + answer->len, room, format, args);
	va_end(args);
	if (len > 0)
		answer->len += (size_t)len < room ? (size_t)len : room - 1;
}

static unsigned int count_words(const char *list)
{
	unsigned int count = 1;

	for (; *list; list++)
		count += *list == ' ';
	return count;
}

/* "[2 RANGE]" or "[3 ENUMERATED]", and the values, one a line. */
static void add_values(struct answer *answer, const char *list, bool range)
{
	add(answer, " [%u %s]\r\n", count_words(list), range ? "RANGE" : "ENUMERATED");
	while (*list) {
		int len = strcspn(list, " ");

		add(answer, "\t%.*s\r\n", len, list);
		list += len;
		list += *list == ' ';
	}
}

static void add_config(struct printer *printer, struct answer *answer)
{
	(void)printer;
	add(answer, "IN TRAYS [2 ENUMERATED]\r\n\tINTRAY1 MP\r\n\tINTRAY2 PC\r\n"
	    "OUTPUT TRAYS [1 ENUMERATED]\r\n\tNORMAL FACEDOWN\r\n"
	    "PAPERS [4 ENUMERATED]\r\n\tLETTER\r\n\tLEGAL\r\n\tA4\r\n\tEXECUTIVE\r\n"
	    "LANGUAGES [2 ENUMERATED]\r\n\tPCL\r\n\tPOSTSCRIPT\r\n"
	    "USTATUS [4 ENUMERATED]\r\n\tDEVICE\r\n\tJOB\r\n\tPAGE\r\n\tTIMED\r\n"
	    "MEMORY=2097152\r\nDISPLAY LINES=1\r\nDISPLAY CHARACTER SIZE=16\r\n");
}

static void add_id(struct printer *printer, struct answer *answer)
{
	add(answer, "\"%s\"\r\n", laser_of(printer)->model);
}

static void add_memory(struct printer *printer, struct answer *answer)
{
	(void)printer;
	add(answer, "TOTAL=1494416\r\nLARGEST=1494176\r\n");
}

static void add_page_count(struct printer *printer, struct answer *answer)
{
	add(answer, "PAGECOUNT=%" PRIu64 "\r\n", laser_of(printer)->page_count);
}

static void add_ustatus(struct printer *printer, struct answer *answer)
{
	static const char *const device[] = { "OFF", "ON", "VERBOSE" };
	struct laser *laser = laser_of(printer);

	add(answer, "DEVICE=%s", device[laser->device]);
	add_values(answer, "OFF ON VERBOSE", false);
	add(answer, "JOB=%s", laser->job_status ? "ON" : "OFF");
	add_values(answer, "OFF ON", false);
	add(answer, "PAGE=%s", laser->page_status ? "ON" : "OFF");
	add_values(answer, "OFF ON", false);
	add(answer, "TIMED=%u", laser->timed);
	add_values(answer, "5 300", true);
}

static void add_variables(struct printer *printer, struct answer *answer)
{
	const struct pjl_variable *variable;
	size_t i;

	for (i = 0; (variable = pjl_variable(i)); i++) {
		const char *value = laser_of(printer)->variables.current[i];

		if (variable->personality[0])
			add(answer, "LPARM:%s ", variable->personality);
		if (variable->values[0]) {
			add(answer, "%s=%s", variable->name, value);
			add_values(answer, variable->values, variable->range);
		} else {
			add(answer, "%s=\"%s\" [1 STRING]\r\n", variable->name, value);
		}
	}
}

static const struct {
	const char *name;
	void (*add)(struct printer *printer, struct answer *answer);
} categories[] = {
	{ "ID", add_id },
	{ "CONFIG", add_config },
	{ "MEMORY", add_memory },
	{ "PAGECOUNT", add_page_count },
	{ "USTATUS", add_ustatus },
	{ "VARIABLES", add_variables },
};

void pjl_info(struct printer *printer, const char *category)
{
	struct answer answer = { .len = 0 };
	size_t i;

	if (!strcmp(category, "STATUS")) {
		pjl_say_status(printer, "INFO STATUS");
		return;
	}
	add(&answer, "@PJL INFO %s\r\n", category);
	for (i = 0; i < sizeof(categories) / sizeof(categories[0]); i++)
		if (!strcmp(category, categories[i].name))
			break;
	if (i < sizeof(categories) / sizeof(categories[0])) {
		categories[i].add(printer, &answer);
	} else {
		printer_warn(printer, "INFO %s is not supported", category);
		add(&answer, "\"?\"\r\n");
	}
	add(&answer, "\f");
	printer_say(printer, answer.text, answer.len);
}
