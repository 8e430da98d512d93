// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl show */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printportctl.h"

static void add_numbers(struct json_object *to, const struct port *port,
			const char *dir, const char *const *names)
{
	struct json_object *object = json_object_new_object();
	char attr[64], value[64];

	for (; *names; names++) {
		snprintf(attr, sizeof(attr), "%s/%s", dir, *names);
		port_attr(port, attr, value, sizeof(value));
		json_object_object_add(object, *names,
				       json_object_new_uint64(strtoull(value, NULL, 10)));
	}
	json_object_object_add(to, dir, object);
}

static void show_json(const struct port *port)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "node", json_object_new_string(port->node));
	json_object_object_add(object, "transport", json_object_new_string(port->transport));
	json_object_object_add(object, "monitor", json_object_new_string(port->monitor));
	json_object_object_add(object, "state", json_object_new_string(port->state));
	json_object_object_add(object, "status", json_object_new_string(port->status));
	json_object_object_add(object, "reasons", json_object_new_string(port->reasons));
	json_object_object_add(object, "ieee1284_id", json_object_new_string(port->id));
	add_numbers(object, port, "stats", port_stats);
	add_numbers(object, port, "limits", port_limits);
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
	json_object_put(object);
}

static void show_numbers(const struct port *port, const char *dir,
			 const char *const *names)
{
	char attr[64], value[64];

	for (; *names; names++) {
		snprintf(attr, sizeof(attr), "%s/%s", dir, *names);
		port_attr(port, attr, value, sizeof(value));
		printf("  %-22s %s\n", attr, value);
	}
}

static void show_text(const struct port *port)
{
	printf("%s\n", port->node);
	printf("  %-22s %s\n", "transport", port->transport);
	printf("  %-22s %s\n", "monitor", port->monitor);
	printf("  %-22s %s\n", "state", port->state);
	printf("  %-22s %s\n", "status", port->status);
	printf("  %-22s %s\n", "reasons", port->reasons);
	printf("  %-22s %s\n", "ieee1284_id", port->id);
	show_numbers(port, "stats", port_stats);
	show_numbers(port, "limits", port_limits);
}

int cmd_show(int argc, char **argv)
{
	bool json = argc > 1 && !strcmp(argv[1], "--json");
	struct port port;
	int ret;

	if (argc != 2 + json)
		return EXIT_USAGE;
	ret = port_read(&port, argv[1 + json]);
	if (ret)
		return ret;
	if (json)
		show_json(&port);
	else
		show_text(&port);
	return EXIT_OK;
}
