// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl show */
#include <dirent.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "condition.h"
#include "json.h"
#include "printportctl.h"

/* Directories of attributes; those that a port does not have are left out. */
static const char *const groups[] = { "limits", "stats", "parallel", "usb" };

#define N_GROUPS	(sizeof(groups) / sizeof(groups[0]))
#define VALUE_MAX	256

static int is_attribute(const struct dirent *item)
{
	return item->d_name[0] != '.';
}

/* Calls @each with the name and the value of each attribute. */
static void group_each(const struct port *port, const char *group,
		       void (*each)(void *arg, const char *name, const char *value), void *arg)
{
	char path[128], attr[320], value[VALUE_MAX];
	struct dirent **items;
	int count, i;

	snprintf(path, sizeof(path), "/sys/class/printport/%s/%s", port->name, group);
	count = scandir(path, &items, is_attribute, alphasort);
	for (i = 0; i < count; i++) {
		snprintf(attr, sizeof(attr), "%s/%s", group, items[i]->d_name);
		port_attr(port, attr, value, sizeof(value));
		each(arg, items[i]->d_name, value);
		free(items[i]);
	}
	if (count >= 0)
		free(items);
}

static void add_member(void *arg, const char *name, const char *value)
{
	char *end;
	uint64_t number = strtoull(value, &end, 10);

	if (*value && !*end)
		json_add_number(arg, name, number);
	else
		json_add_text(arg, name, value);
}

static void show_json(const struct condition *condition)
{
	json_object *object = condition_json(condition), *group;
	const struct port_links *links = &condition->links;
	size_t i;

	json_add_text(object, "ieee1284_id", condition->port.id);
	json_add_optional(object, "location", links->location);
	json_add_optional(object, "config", links->config);
	json_object_object_add(object, "links", json_words(links->nodes));
	for (i = 0; i < N_GROUPS; i++) {
		group = json_object_new_object();
		group_each(&condition->port, groups[i], add_member, group);
		if (json_object_object_length(group))
			json_object_object_add(object, groups[i], group);
		else
			json_object_put(group);
	}
	json_print(object);
}

static void line(const char *name, const char *value)
{
	if (*value)
		printf("  %-22s %s\n", name, value);
}

static void show_attribute(void *arg, const char *name, const char *value)
{
	char attr[320];

	snprintf(attr, sizeof(attr), "%s/%s", (const char *)arg, name);
	line(attr, *value ? value : "-");
}

static void show_links(const char *nodes)
{
	size_t len;

	for (; *nodes; nodes += len, nodes += strspn(nodes, " ")) {
		len = strcspn(nodes, " ");
		printf("  %-22s %.*s\n", "link", (int)len, nodes);
	}
}

static void show_text(const struct condition *condition)
{
	const struct port_links *links = &condition->links;
	const struct port *port = &condition->port;
	char text[128];
	size_t i;

	printf("%s\n", port->node);
	line("printer", condition->title);
	line("name", links->name);
	line("location", links->location);
	show_links(links->nodes);
	line("configuration", links->config);
	line("transport", port->transport);
	line("monitor", port->monitor);
	line("state", port->state);
	line("status", port->status);
	line("reasons", port->reasons);
	format_bytes(condition->queued, text, sizeof(text));
	line("queued", text);
	line("ieee1284_id", port->id);
	for (i = 0; i < N_GROUPS; i++)
		group_each(port, groups[i], show_attribute, (void *)groups[i]);
}

int cmd_show(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, { }
	};
	struct condition condition;
	bool json = false;
	struct port port;
	int option, ret;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option != 'j')
			return bad_option(option);
		json = true;
	}
	if (argc - optind != 1)
		return EXIT_USAGE;
	ret = port_read(&port, argv[optind]);
	if (ret)
		return ret;
	condition_read(&condition, &port, NULL);
	if (json)
		show_json(&condition);
	else
		show_text(&condition);
	return EXIT_OK;
}
