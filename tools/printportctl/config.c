// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl config: what /etc/printport says of ports, see printport.conf(5). */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "applied.h"
#include "config.h"
#include "own_file.h"

#define CHANGES_MAX	16

static int bad_key(const char *name, size_t len)
{
	int i;

	complain("there is no key %.*s; there are:", (int)len, name);
	for (i = PORT_KEYS_MATCH; i < PORT_KEYS; i++)
		complain("  %-12s %s", port_keys[i].name, port_keys[i].values);
	return EXIT_USAGE;
}

static int find_key(const char *name, size_t len, enum port_key *key)
{
	char text[64];

	snprintf(text, sizeof(text), "%.*s", (int)len, name);
	*key = len < sizeof(text) ? port_key_find(text) : PORT_KEYS;
	return *key == PORT_KEYS ? bad_key(name, len) : EXIT_OK;
}

/* KEY=VALUE; also "KEY = VALUE" as one argument, as it is in the file. */
static int parse_change(char *text, struct port_change *change)
{
	size_t len = strcspn(text, "=");
	char *value = text + len + 1, *end;
	char why[300];
	int ret;

	if (!text[len]) {
		complain("%s: not of the form KEY=VALUE", text);
		return EXIT_USAGE;
	}
	while (len && text[len - 1] == ' ')
		len--;
	value += strspn(value, " ");
	end = value + strlen(value);
	while (end > value && end[-1] == ' ')
		*--end = '\0';
	ret = find_key(text, len, &change->key);
	if (ret)
		return ret;
	change->value = value;
	if (!port_value_check(change->key, value, why, sizeof(why)))
		return EXIT_OK;
	complain("%s", why);
	return EXIT_CONFIG;
}

static int change(char **argv, bool set)
{
	struct port_change changes[CHANGES_MAX];
	struct port port;
	size_t n;
	int ret = port_read(&port, *argv++);

	for (n = 0; !ret && argv[n] && n < CHANGES_MAX; n++) {
		changes[n].value = NULL;
		ret = set ? parse_change(argv[n], &changes[n]) :
			    find_key(argv[n], strlen(argv[n]), &changes[n].key);
		/* Names are unique, which that verb sees to. */
		if (!ret && changes[n].key == PORT_NAME && set)
			ret = check_new_name(&port, changes[n].value);
	}
	if (!ret && argv[n]) {
		complain("more than %d keys", CHANGES_MAX);
		ret = EXIT_USAGE;
	}
	if (!ret)
		ret = own_file_change(&port, changes, n);
	return ret ? ret : apply_config(&port);
}

static int apply_each(const struct port *port, void *arg)
{
	int *worst = arg, ret = apply_config(port);

	if (!ret)
		printf("%s: applied\n", port->name);
	if (!*worst)
		*worst = ret;
	/* For a port that has just gone there is nothing to do. */
	return ret == EXIT_DENIED ? ret : 0;
}

static int apply(const char *name)
{
	int worst = EXIT_OK, ret;
	struct port port;

	if (name) {
		ret = port_read(&port, name);
		if (!ret)
			apply_each(&port, &worst);
	} else {
		ret = port_each(apply_each, &worst);
	}
	return ret ? ret : worst;
}

/* @n: arguments behind the verb, the first of which is @argv[0]. */
static int run(const char *verb, int n, char **argv, bool json)
{
	if (!strcmp(verb, "check"))
		return config_check(argv, n, json);
	if (!strcmp(verb, "show") && n == 1)
		return config_show(argv[0], json);
	if (json)
		return EXIT_USAGE;
	if (!strcmp(verb, "set") && n >= 2)
		return change(argv, true);
	if (!strcmp(verb, "unset") && n >= 2)
		return change(argv, false);
	if (!strcmp(verb, "apply") && n <= 1)
		return apply(n ? argv[0] : NULL);
	return EXIT_USAGE;
}

int cmd_config(int argc, char **argv)
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
	if (optind == argc)
		return EXIT_USAGE;
	return run(argv[optind], argc - optind - 1, argv + optind + 1, json);
}
