// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl config show: what applies to a port, and from where. */
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "json.h"
#include "own_file.h"
#include "table.h"

#define WIDTH_MAX	1000

/* What is so now; "" where nothing of the port shows it. */
static void now_of(const struct port *port, int key, char *value, size_t size)
{
	*value = '\0';
	if (key == PORT_LANGUAGE)
		snprintf(value, size, "%s", port->monitor);
	else if (port_keys[key].attribute)
		port_attr(port, port_keys[key].attribute, value, size);
}

/* Keys of other transports are left out, unless the file has them. */
static bool is_shown(const struct own_file *own, int key, const char *now)
{
	return key < PORT_PROTOCOL || *now || (own->config && *own->config->values[key]);
}

static void print_table(const struct port *port, const struct own_file *own)
{
	static const char *const heads[] = { "KEY", "VALUE", "FROM", "NOW", NULL };
	struct table *table = table_new(heads);
	char now[256], from[600];
	int key;

	for (key = PORT_KEYS_MATCH; table && key < PORT_KEYS; key++) {
		bool said = own->config && *own->config->values[key];
		const char *cells[] = {
			port_keys[key].name, said ? own->config->values[key] : "-",
			from, now
		};

		now_of(port, key, now, sizeof(now));
		if (!is_shown(own, key, now))
			continue;
		snprintf(from, sizeof(from), "default");
		if (said)
			snprintf(from, sizeof(from), "%.512s:%u", own->config->path,
				 own->config->lines[key]);
		table_add(table, cells, "");
	}
	if (table)
		table_print(table, WIDTH_MAX, 0, "\n");
	table_free(table);
}

static void print_text(const struct port *port, const struct own_file *own)
{
	const struct identity *identity = &own->identity;

	printf("%s\n", port->name);
	printf("  id    %s%s%s\n", *identity->id ? identity->id : "none",
	       *identity->id || !identity->no_id ? "" : ": ",
	       *identity->id || !identity->no_id ? "" : identity->no_id);
	printf("  path  %s\n", *identity->path ? identity->path : "none");
	printf("  file  %s\n\n", own->config ? own->config->path : "none");
	print_table(port, own);
}

static json_object *key_object(const struct own_file *own, int key, const char *now)
{
	json_object *object = json_object_new_object();
	bool said = own->config && *own->config->values[key];

	json_add_optional(object, "value", said ? own->config->values[key] : "");
	if (said)
		json_add_number(object, "line", own->config->lines[key]);
	json_add_optional(object, "now", now);
	return object;
}

static void print_json(const struct port *port, const struct own_file *own)
{
	json_object *root = json_object_new_object(), *keys = json_object_new_object();
	char now[256];
	int key;

	json_add_text(root, "port", port->name);
	json_add_optional(root, "id", own->identity.id);
	json_add_optional(root, "path", own->identity.path);
	json_add_optional(root, "file", own->config ? own->config->path : "");
	for (key = PORT_KEYS_MATCH; key < PORT_KEYS; key++) {
		now_of(port, key, now, sizeof(now));
		if (is_shown(own, key, now))
			json_object_object_add(keys, port_keys[key].name,
					       key_object(own, key, now));
	}
	json_object_object_add(root, "keys", keys);
	json_print(root);
}

int config_show(const char *name, bool json)
{
	struct own_file own;
	struct port port;
	size_t i;
	int ret = port_read(&port, name);

	if (ret)
		return ret;
	ret = own_file_read(&own, &port);
	if (!ret && json)
		print_json(&port, &own);
	else if (!ret)
		print_text(&port, &own);
	for (i = 0; !ret && i < own.configs.n; i++) {
		if (!own.configs.files[i]->n_problems)
			continue;
		complain_problems(own.configs.files[i]);
		ret = EXIT_CONFIG;
	}
	own_file_done(&own);
	return ret;
}
