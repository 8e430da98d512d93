// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl limits: the time limits of a port, see printport(4). */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "printportctl.h"
#include "times.h"

static const struct limit {
	const char *name;
	const char *attr;
	const char *zero;	/* what 0 means; NULL: it is not allowed */
	bool none;		/* 0 is no limit */
} limits[] = {
	{ "open", "limits/open_ms", "busy at once", false },
	{ "read", "limits/read_ms", "none", true },
	{ "write", "limits/write_ms", "none", true },
	{ "close", "limits/close_ms", "does not wait", false },
	{ "monitor", "limits/monitor_ms", NULL, false },
};

#define N_LIMITS	(sizeof(limits) / sizeof(limits[0]))

/* What is to be set; -1: not this one. */
struct settings {
	long long ms[N_LIMITS];
};

/* "open", "open-ms" and "open_ms" */
static const struct limit *find(const char *text, size_t len)
{
	size_t i, name;

	for (i = 0; i < N_LIMITS; i++) {
		name = strlen(limits[i].name);
		if (len >= name && !strncmp(text, limits[i].name, name) &&
		    (len == name || (len == name + 3 && (text[name] == '-' || text[name] == '_') &&
				     !strncmp(text + name + 1, "ms", 2))))
			return &limits[i];
	}
	return NULL;
}

static int parse(const char *text, struct settings *settings)
{
	size_t len = strcspn(text, "=");
	const struct limit *limit = find(text, len);
	const char *value = text + len + 1;
	unsigned int ms = 0;

	if (!text[len]) {
		complain("%s: not of the form NAME=TIME", text);
		return EXIT_USAGE;
	}
	if (!limit) {
		complain("there is no limit %.*s: open, read, write, close, monitor", (int)len,
			 text);
		return EXIT_USAGE;
	}
	if (!strcmp(value, "none")) {
		if (!limit->none) {
			complain("%s cannot be without a limit", limit->name);
			return EXIT_USAGE;
		}
	} else if (parse_ms(value, 1, &ms)) {
		complain("%s=%s: not a time: milliseconds, or with ms, s, min or h; at most 24h",
			 limit->name, value);
		return EXIT_USAGE;
	}
	if (!ms && !limit->zero) {
		complain("%s cannot be 0: no wait for a monitor is without a limit",
			 limit->name);
		return EXIT_USAGE;
	}
	settings->ms[limit - limits] = ms;
	return EXIT_OK;
}

static int set(const struct port *port, const struct limit *limit, long long ms)
{
	char value[32];
	int err;

	snprintf(value, sizeof(value), "%lld", ms);
	err = port_set_attr(port, limit->attr, value);
	switch (-err) {
	case 0:
		return EXIT_OK;
	case EACCES:
	case EPERM:
		complain("%s: only root may change its limits", port->name);
		return EXIT_DENIED;
	case ENODEV:
		return port_gone(port->name);
	default:
		complain("%s: %s=%s: %s", port->name, limit->name, value, strerror(-err));
		return EXIT_FAILED;
	}
}

static int set_all(const struct port *port, const struct settings *settings)
{
	int ret = EXIT_OK;
	size_t i;

	for (i = 0; i < N_LIMITS && !ret; i++)
		if (settings->ms[i] >= 0)
			ret = set(port, &limits[i], settings->ms[i]);
	if (!ret)
		fprintf(stderr, "These hold until %s is unplugged; to keep them: "
			"printportctl config set %d open-ms=...\n", port->name, port->index);
	return ret;
}

static int show(const struct port *port, bool json)
{
	json_object *object = json ? json_object_new_object() : NULL;
	char value[32], time[32], key[32];
	size_t i;

	for (i = 0; i < N_LIMITS; i++) {
		unsigned int ms;

		port_attr(port, limits[i].attr, value, sizeof(value));
		if (!*value) {
			json_object_put(object);
			return port_gone(port->name);
		}
		ms = (unsigned int)strtoul(value, NULL, 10);
		format_ms(ms, time, sizeof(time));
		snprintf(key, sizeof(key), "%s_ms", limits[i].name);
		if (json)
			json_add_number(object, key, ms);
		else
			printf("%-8s %s\n", limits[i].name,
			       !ms && limits[i].zero ? limits[i].zero : time);
	}
	if (json)
		json_print(object);
	return EXIT_OK;
}

int cmd_limits(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, { }
	};
	struct settings settings = { { -1, -1, -1, -1, -1 } };
	bool json = false;
	struct port port;
	int option, ret, i;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option != 'j')
			return bad_option(option);
		json = true;
	}
	if (optind == argc)
		return EXIT_USAGE;
	for (i = optind + 1; i < argc; i++) {
		ret = parse(argv[i], &settings);
		if (ret)
			return ret;
	}
	ret = port_read(&port, argv[optind]);
	if (!ret && optind + 1 < argc)
		ret = set_all(&port, &settings);
	return ret ? ret : show(&port, json);
}
