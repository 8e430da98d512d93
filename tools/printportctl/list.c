// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl list */
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "links.h"
#include "printportctl.h"
#include "table.h"

static int add_row(const struct port *port, void *arg)
{
	char title[PORT_TITLE_LEN], name[300];
	struct port_links links;
	const char *const cells[] = {
		port->node, port->transport, port->state, port->status, port->reasons, title,
		name,
	};

	port_links(port, &links);
	port_title(port, title, sizeof(title));
	best_link(&links, name, sizeof(name));
	table_add(arg, cells, port->status);
	return 0;
}

static int list_text(void)
{
	static const char *const heads[] = {
		"PORT", "VIA", "STATE", "STATUS", "REASONS", "PRINTER", "NAME", NULL
	};
	struct table *table = table_new(heads);
	int ret;

	if (!table)
		return EXIT_FAILED;
	ret = port_each(add_row, table);
	if (!ret && table_print(table, SIZE_MAX, 0, "\n") == 1)
		fputs("printportctl: there is no printer; printportctl doctor may know why\n",
		      stderr);
	table_free(table);
	return ret;
}

static int add_object(const struct port *port, void *arg)
{
	json_object *object = json_object_new_object();
	char title[PORT_TITLE_LEN];
	struct port_links links;

	port_links(port, &links);
	port_title(port, title, sizeof(title));
	json_add_text(object, "port", port->name);
	json_add_text(object, "node", port->node);
	json_add_optional(object, "id", links.id);
	json_add_optional(object, "path", links.path);
	json_add_optional(object, "name", links.name);
	json_add_text(object, "transport", port->transport);
	json_add_text(object, "state", port->state);
	json_add_text(object, "status", port->status);
	json_add_text(object, "reasons", port->reasons);
	json_add_text(object, "printer", title);
	return json_object_array_add(arg, object);
}

static int list_json(void)
{
	json_object *array = json_object_new_array();
	int ret = port_each(add_object, array);

	if (ret)
		json_object_put(array);
	else
		json_print(array);
	return ret;
}

int cmd_list(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, { }
	};
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option != 'j')
			return bad_option(option);
		json = true;
	}
	if (optind < argc)
		return EXIT_USAGE;
	return json ? list_json() : list_text();
}
