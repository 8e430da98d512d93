// SPDX-License-Identifier: GPL-2.0-or-later
/* Languages that do nothing but what the tests of the daemon need. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fake.h"
#include "language.h"

#define N_LATE	256

static struct {
	uint32_t late[N_LATE];
	size_t n_late;
	void (*result)(void *arg, bool speaks);
	void *arg;
} state;

static void answer(struct printport_monitor *monitor, uint32_t query, const void *buf,
		   size_t len)
{
	printport_monitor_answer(monitor, query, 0, buf, len);
}

static int get_printer_data(struct printport_monitor *monitor, uint32_t query,
			    const char *key)
{
	char buf[4096];
	size_t i;

	for (i = 0; i < sizeof(buf); i++)
		buf[i] = i;
	if (!strcmp(key, "ID"))
		answer(monitor, query, "FAKE LaserJet", 13);
	else if (!strcmp(key, "binary"))
		answer(monitor, query, buf, 256);
	else if (!strcmp(key, "big"))
		answer(monitor, query, buf, sizeof(buf));
	else if (!strcmp(key, "late"))
		state.late[state.n_late++] = query;
	else
		return -ENOENT;
	return PRINTPORT_MONITOR_LATER;
}

void fake_answer_late(struct printport_monitor *monitor)
{
	while (state.n_late)
		answer(monitor, state.late[--state.n_late], "better late", 11);
}

static int open_port(struct printport_monitor *monitor, uid_t uid)
{
	(void)monitor;
	return uid == 666 ? -EACCES : 0;
}

static void *create(const unsigned int *values)
{
	memset(&state, 0, sizeof(state));
	return memcpy(malloc(sizeof(*values)), values, sizeof(*values));
}

static void attached(void *language, struct printport_monitor *monitor)
{
	if (printport_monitor_data(monitor) != language)
		abort();
	fake_say("option %u\n", *(unsigned int *)language);
}

static void probe(void *language, void (*result)(void *arg, bool speaks), void *arg)
{
	(void)language;
	state.result = result;
	state.arg = arg;
	fake_say("probe\n");
}

void fake_probed(bool speaks)
{
	if (state.result)
		state.result(state.arg, speaks);
}

static bool speaks_pjl(const char *command_set, const char *manufacturer, const char *model)
{
	(void)manufacturer;
	(void)model;
	return strcasestr(command_set, "PJL");
}

static bool speaks_escpos(const char *command_set, const char *manufacturer,
			  const char *model)
{
	(void)command_set;
	(void)model;
	return !strcasecmp(manufacturer, "EPSON");
}

static const struct printport_monitor_ops pjl_ops = {
	.size = sizeof(pjl_ops),
	.name = "pjl",
	.flags = PRINTPORT_MONITOR_CONFIRMS,
	.open_port = open_port,
	.get_printer_data = get_printer_data,
};

static const struct printport_monitor_ops escpos_ops = {
	.size = sizeof(escpos_ops),
	.name = "escpos",
};

static const struct language_option pjl_options[] = {
	{ "eoj-ms", "how long the end of a job may take", 1, 100000, 60000 },
	{ "switch", "on or off", 0, 1, 1 },
	{ NULL, NULL, 0, 0, 0 },
};

const struct language language_pjl = {
	.name = "pjl",
	.ops = &pjl_ops,
	.options = pjl_options,
	.speaks = speaks_pjl,
	.create = create,
	.attached = attached,
	.probe = probe,
	.destroy = free,
};

const struct language language_escpos = {
	.name = "escpos",
	.ops = &escpos_ops,
	.speaks = speaks_escpos,
	.create = create,
	.destroy = free,
};
