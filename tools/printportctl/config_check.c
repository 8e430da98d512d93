// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl config check: what is wrong in /etc/printport, and for whom each file is. */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "json.h"
#include "own_file.h"
#include "port_udev.h"
#include "text.h"

/* The number of a port is below this. */
#define PORTS_MAX	1024

/* A port that is there now. */
struct present {
	struct port port;
	struct identity identity;
};

struct check {
	struct port_configs configs;
	struct present *ports;
	size_t n_ports;
	json_object *warnings;
};

/* --- what there is ---------------------------------------------------------------- */

static int add_port(const struct port *port, void *arg)
{
	struct check *check = arg;
	struct present *present;

	if (check->n_ports == PORTS_MAX)
		return 0;
	present = reallocarray(check->ports, check->n_ports + 1, sizeof(*present));
	if (!present)
		return EXIT_FAILED;
	check->ports = present;
	present += check->n_ports;
	present->port = *port;
	if (!port_udev_identify(port->name, &present->identity))
		check->n_ports++;
	return 0;
}

static int load_named(struct port_configs *configs, char *const *files, int n)
{
	int i;

	memset(configs, 0, sizeof(*configs));
	configs->files = calloc(n, sizeof(*configs->files));
	for (i = 0; configs->files && i < n; i++) {
		configs->files[i] = port_config_load(files[i]);
		if (!configs->files[i])
			return EXIT_FAILED;
		configs->n++;
	}
	return configs->files ? EXIT_OK : EXIT_FAILED;
}

/* --- warnings --------------------------------------------------------------------- */

static void warn(struct check *check, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void warn(struct check *check, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	clean_text(text);
	json_object_array_add(check->warnings, json_object_new_string(text));
}

/* Whether @file is the first one that is for @port; @first: out: which one is. */
static bool counts(const struct check *check, size_t file, const struct present *present,
		   const struct port_config **first)
{
	*first = port_configs_find(&check->configs, &present->identity);
	return *first == check->configs.files[file];
}

static void warn_of_file(struct check *check, size_t file)
{
	const struct port_config *config = check->configs.files[file], *first, *named = NULL;
	size_t i, fitting = 0, counting = 0;

	if (config->n_problems)
		return;
	for (i = 0; i < check->n_ports; i++) {
		if (!port_config_fits(config, &check->ports[i].identity))
			continue;
		fitting++;
		if (counts(check, file, &check->ports[i], &first))
			counting++;
		else
			warn(check, "%s: also fits %s, but %s comes first and counts",
			     config->path, check->ports[i].port.name, first->path);
	}
	if (!fitting && check->n_ports)
		warn(check, "%s: fits no port that is there now", config->path);
	if (counting > 1 && *config->values[PORT_NAME])
		warn(check, "%s:%u: name = %s is for %zu ports; one of them gets it",
		     config->path, config->lines[PORT_NAME], config->values[PORT_NAME],
		     counting);
	for (i = 0; i < file && *config->values[PORT_NAME] && !named; i++)
		if (!strcmp(check->configs.files[i]->values[PORT_NAME],
			    config->values[PORT_NAME]))
			named = check->configs.files[i];
	if (named)
		warn(check, "%s:%u: name = %s is also in %s", config->path,
		     config->lines[PORT_NAME], config->values[PORT_NAME], named->path);
}

/* --- what is said ----------------------------------------------------------------- */

static json_object *ports_of(const struct check *check, size_t file)
{
	json_object *ports = json_object_new_array();
	const struct port_config *first;
	size_t i;

	for (i = 0; i < check->n_ports; i++)
		if (counts(check, file, &check->ports[i], &first))
			json_object_array_add(ports,
				json_object_new_string(check->ports[i].port.name));
	return ports;
}

static json_object *problems_of(const struct port_config *config)
{
	json_object *problems = json_object_new_array(), *problem;
	size_t i;

	for (i = 0; i < config->n_problems; i++) {
		problem = json_object_new_object();
		json_add_number(problem, "line", config->problems[i].line);
		json_add_text(problem, "text", config->problems[i].text);
		json_object_array_add(problems, problem);
	}
	return problems;
}

static void print_json(struct check *check)
{
	json_object *root = json_object_new_object(), *files = json_object_new_array();
	json_object *file;
	size_t i;

	for (i = 0; i < check->configs.n; i++) {
		file = json_object_new_object();
		json_add_text(file, "file", check->configs.files[i]->path);
		json_object_object_add(file, "problems",
				       problems_of(check->configs.files[i]));
		json_object_object_add(file, "ports", ports_of(check, i));
		json_object_array_add(files, file);
	}
	json_add_optional(root, "problem", check->configs.problem);
	json_object_object_add(root, "files", files);
	json_object_object_add(root, "warnings", json_object_get(check->warnings));
	json_print(root);
}

/* A path may be anything that the user has written. */
static void print_path(const char *path, const char *said)
{
	char text[PATH_MAX];

	snprintf(text, sizeof(text), "%s", path);
	clean_text(text);
	printf("%s: %s", text, said);
}

static void print_file(const struct check *check, size_t i)
{
	const struct port_config *config = check->configs.files[i];
	json_object *ports = ports_of(check, i);
	size_t n = json_object_array_length(ports), j;

	if (config->n_problems) {
		complain_problems(config);
		json_object_put(ports);
		return;
	}
	print_path(config->path, "right");
	for (j = 0; j < n; j++)
		printf("%s%s", j ? ", " : "; for ",
		       json_object_get_string(json_object_array_get_idx(ports, j)));
	putchar('\n');
	json_object_put(ports);
}

static void print_text(const struct check *check)
{
	size_t i;

	if (*check->configs.problem)
		complain("%s: %s", port_config_dir(), check->configs.problem);
	for (i = 0; i < check->configs.n; i++)
		print_file(check, i);
	fflush(stdout);
	for (i = 0; i < json_object_array_length(check->warnings); i++)
		complain("warning: %s", json_object_get_string(
				 json_object_array_get_idx(check->warnings, i)));
	if (!check->configs.n && !*check->configs.problem)
		print_path(port_config_dir(), "no files *.conf: nothing is configured\n");
}

static bool is_wrong(const struct check *check)
{
	size_t i;

	for (i = 0; i < check->configs.n; i++)
		if (check->configs.files[i]->n_problems)
			return true;
	return *check->configs.problem;
}

int config_check(char *const *files, int n, bool json)
{
	struct check check = { .warnings = json_object_new_array() };
	int ret = EXIT_OK;
	size_t i;

	if (n ? load_named(&check.configs, files, n) :
		port_configs_load(&check.configs, port_config_dir())) {
		complain("no memory for so much configuration");
		ret = EXIT_FAILED;
	}
	/* Without the kernel module the files can be read all the same. */
	if (!ret && !access("/sys/class/printport", F_OK))
		ret = port_each(add_port, &check);
	if (!ret) {
		for (i = 0; i < check.configs.n; i++)
			warn_of_file(&check, i);
		if (json)
			print_json(&check);
		else
			print_text(&check);
		ret = is_wrong(&check) ? EXIT_CONFIG : EXIT_OK;
	}
	port_configs_free(&check.configs);
	json_object_put(check.warnings);
	free(check.ports);
	return ret;
}
