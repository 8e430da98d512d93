// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl list */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "printportctl.h"

static void title(const struct port *port, char *text, size_t size)
{
	char mfg[128], mdl[128];

	port_id_key(port, "MFG", mfg, sizeof(mfg));
	port_id_key(port, "MDL", mdl, sizeof(mdl));
	snprintf(text, size, "%s%s%s", mfg, *mfg && *mdl ? " " : "", mdl);
	if (!*text)
		snprintf(text, size, "(no device id)");
}

static int print_row(const struct port *port, void *arg)
{
	bool *heading = arg;
	char text[300];

	if (!*heading)
		printf("%-18s %-8s %-9s %-11s %-24s %s\n", "PORT", "VIA", "STATE",
		       "STATUS", "REASONS", "PRINTER");
	*heading = true;
	title(port, text, sizeof(text));
	printf("%-18s %-8s %-9s %-11s %-24s %s\n", port->node, port->transport,
	       port->state, port->status, port->reasons, text);
	return 0;
}

static int add_object(const struct port *port, void *arg)
{
	struct json_object *object = json_object_new_object();
	char text[300];

	title(port, text, sizeof(text));
	json_object_object_add(object, "node", json_object_new_string(port->node));
	json_object_object_add(object, "transport", json_object_new_string(port->transport));
	json_object_object_add(object, "state", json_object_new_string(port->state));
	json_object_object_add(object, "status", json_object_new_string(port->status));
	json_object_object_add(object, "reasons", json_object_new_string(port->reasons));
	json_object_object_add(object, "printer", json_object_new_string(text));
	return json_object_array_add(arg, object);
}

int cmd_list(int argc, char **argv)
{
	bool json = argc == 2 && !strcmp(argv[1], "--json");
	bool heading = false;
	struct json_object *array;
	int ret;

	if (argc > 2 || (argc == 2 && !json))
		return EXIT_USAGE;
	if (!json)
		return port_each(print_row, &heading);
	array = json_object_new_array();
	ret = port_each(add_object, array);
	if (!ret)
		puts(json_object_to_json_string_ext(array, JSON_C_TO_STRING_PRETTY));
	json_object_put(array);
	return ret;
}
