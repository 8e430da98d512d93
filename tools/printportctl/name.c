// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl name: a port's own name, /dev/printport/by-name/NAME. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "applied.h"
#include "config.h"
#include "json.h"
#include "own_file.h"
#include "port_udev.h"

#define LINKS	"/dev/printport/by-name"

/* --- whether it is free ----------------------------------------------------------- */

struct search {
	const struct port *port;
	const char *name;
};

static int has_name(const struct port *other, void *arg)
{
	const struct search *search = arg;
	char name[256];

	if (other->index == search->port->index)
		return 0;
	port_udev_property(other->name, "PRINTPORT_NAME", name, sizeof(name));
	if (strcmp(name, search->name))
		return 0;
	complain("%s has the name %s already; printportctl name %d --clear takes it away",
		 other->name, name, other->index);
	return EXIT_CONFIG;
}

static int fits_other(const struct port *other, void *arg)
{
	complain("%s is also for %s: a name is for one port; give this one a file of its own, "
		 "see printport.conf(5)", (const char *)arg, other->name);
	return EXIT_CONFIG;
}

static int check_files(const struct own_file *own, const struct search *search)
{
	const struct port_config *config;
	size_t i;

	for (i = 0; i < own->configs.n; i++) {
		config = own->configs.files[i];
		if (config == own->config || strcmp(config->values[PORT_NAME], search->name))
			continue;
		complain("%s:%u: another port has the name %s", config->path,
			 config->lines[PORT_NAME], search->name);
		return EXIT_CONFIG;
	}
	return own->config ? own_file_others(own->config, search->port, fits_other,
					     own->config->path) : EXIT_OK;
}

int check_new_name(const struct port *port, const char *name)
{
	struct search search = { port, name };
	struct own_file own;
	char why[300];
	int ret;

	if (port_value_check(PORT_NAME, name, why, sizeof(why))) {
		complain("%s", why);
		return EXIT_CONFIG;
	}
	ret = port_each(has_name, &search);
	if (ret)
		return ret;
	ret = own_file_read(&own, port);
	if (!ret)
		ret = check_files(&own, &search);
	own_file_done(&own);
	return ret;
}

/* --- the verb --------------------------------------------------------------------- */

static int show(const struct port *port, bool json)
{
	char name[256], file[512], link[300] = "";
	json_object *object;

	port_udev_property(port->name, "PRINTPORT_NAME", name, sizeof(name));
	port_udev_property(port->name, "PRINTPORT_CONFIG", file, sizeof(file));
	if (*name)
		snprintf(link, sizeof(link), LINKS "/%s", name);
	if (json) {
		object = json_object_new_object();
		json_add_text(object, "port", port->name);
		json_add_optional(object, "name", name);
		json_add_optional(object, "link", link);
		json_add_optional(object, "file", file);
		json_print(object);
	} else if (*name) {
		printf("%s: %s (%s, from %s)\n", port->name, name, link, file);
	} else {
		printf("%s has no name; printportctl name %d NAME gives it one\n", port->name,
		       port->index);
	}
	return EXIT_OK;
}

/* The link is what the user wanted: is it there, and does it lead to this port? */
static int check_link(const struct port *port, const char *name)
{
	char link[300], real[PATH_MAX];

	snprintf(link, sizeof(link), LINKS "/%s", name);
	if (!realpath(link, real)) {
		complain("%s: %s; are udev's rules (60-printport.rules) installed?", link,
			 strerror(errno));
		return EXIT_FAILED;
	}
	if (!strcmp(real, port->node))
		return EXIT_OK;
	complain("%s leads to %s and not to %s", link, real, port->node);
	return EXIT_FAILED;
}

static int set(const struct port *port, const char *name)
{
	struct port_change change = { PORT_NAME, name };
	int ret = name ? check_new_name(port, name) : EXIT_OK;

	if (!ret)
		ret = own_file_change(port, &change, 1);
	if (!ret)
		ret = apply_config(port);
	if (!ret && name && !getenv("PRINTPORT_CONFIG_DIR"))
		ret = check_link(port, name);
	return ret;
}

/* Without a file, or one that says no name, there is nothing to take away. */
static int clear(const struct port *port)
{
	struct own_file own;
	bool has = false;
	int ret = own_file_read(&own, port);

	if (!ret)
		has = own.config && *own.config->values[PORT_NAME];
	own_file_done(&own);
	return ret || !has ? ret : set(port, NULL);
}

int cmd_name(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' }, { "clear", no_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' }, { }
	};
	bool json = false, none = false;
	struct port port;
	int option, ret;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'j')
			json = true;
		else if (option == 'c')
			none = true;
		else
			return bad_option(option);
	}
	if (argc - optind < 1 || argc - optind > (none ? 1 : 2))
		return EXIT_USAGE;
	ret = port_read(&port, argv[optind]);
	if (!ret && none)
		ret = clear(&port);
	else if (!ret && argc - optind == 2)
		ret = set(&port, argv[optind + 1]);
	return ret ? ret : show(&port, json);
}
