// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "languages.h"
#include "text.h"

struct config_port {
	char name[CONFIG_VALUE_SIZE];
	bool named;		/* the name is that of a port, and has to be its */
	char manufacturer[CONFIG_VALUE_SIZE];
	char model[CONFIG_VALUE_SIZE];
	char serial[CONFIG_VALUE_SIZE];
	struct config_choice choice;
	unsigned int line;
};

struct config {
	const struct language *const *languages;
	char socket_group[CONFIG_VALUE_SIZE];
	struct config_choice preset;
	unsigned int values[CONFIG_LANGUAGES_MAX][CONFIG_OPTIONS_MAX];
	struct config_port *ports;
	size_t n_ports;
};

enum section { SECTION_NONE, SECTION_DAEMON, SECTION_PORT, SECTION_LANGUAGE };

/* Where a parser stands. */
struct parser {
	struct ini_reader ini;
	struct config *config;
	enum section section;
	size_t language;	/* index, in SECTION_LANGUAGE */
	bool seen_daemon;
	bool seen_language[CONFIG_LANGUAGES_MAX];
	bool seen_option[CONFIG_LANGUAGES_MAX][CONFIG_OPTIONS_MAX];
};

#define complain(parser, ...) ini_complain(&(parser)->ini, __VA_ARGS__)

static struct parser *to_parser(struct ini_reader *ini)
{
	return (struct parser *)((char *)ini - offsetof(struct parser, ini));
}

static bool is_port_name(const char *name)
{
	unsigned int index;

	return !strncmp(name, "printport", 9) && strlen(name) <= 9 + 10 &&
	       !text_number(name + 9, &index);
}

/* --- sections --------------------------------------------------------------------- */

/* A section of a port that fits every port is a mistake, not a wish. */
static int check_port(struct parser *parser)
{
	const struct config *config = parser->config;
	const struct config_port *port;

	if (parser->section != SECTION_PORT)
		return 0;
	port = &config->ports[config->n_ports - 1];
	if (port->named || *port->manufacturer || *port->model || *port->serial)
		return 0;
	parser->ini.line = port->line;
	return complain(parser, "[port %.64s]: neither the name of a port (printport0), "
			"nor a match- key that says which", port->name);
}

static int begin_daemon(struct parser *parser)
{
	if (parser->seen_daemon)
		return complain(parser, "a second section [daemon]");
	parser->seen_daemon = true;
	parser->section = SECTION_DAEMON;
	return 0;
}

static int begin_port(struct parser *parser, const char *name)
{
	struct config *config = parser->config;
	struct config_port *port;
	size_t i;

	for (i = 0; i < config->n_ports; i++)
		if (!strcmp(config->ports[i].name, name))
			return complain(parser, "a second section [port %.64s]", name);
	if (config->n_ports == CONFIG_PORTS_MAX)
		return complain(parser, "more than %d ports", CONFIG_PORTS_MAX);
	if (strlen(name) >= CONFIG_VALUE_SIZE)
		return complain(parser, "the name is too long");

	port = reallocarray(config->ports, config->n_ports + 1, sizeof(*port));
	if (!port)
		return -ENOMEM;
	config->ports = port;
	port += config->n_ports++;
	memset(port, 0, sizeof(*port));
	strcpy(port->name, name);
	port->named = is_port_name(name);
	port->line = parser->ini.line;
	parser->section = SECTION_PORT;
	return 0;
}

static int begin_language(struct parser *parser, const char *name)
{
	const struct language *const *list = parser->config->languages;
	size_t i;

	for (i = 0; list[i]; i++) {
		if (strcmp(list[i]->name, name))
			continue;
		if (parser->seen_language[i])
			return complain(parser, "a second section [language %.64s]", name);
		parser->seen_language[i] = true;
		parser->section = SECTION_LANGUAGE;
		parser->language = i;
		return 0;
	}
	return complain(parser, "no such language: %.64s", name);
}

static int on_section(struct ini_reader *ini, char *text)
{
	struct parser *parser = to_parser(ini);
	char *name;
	int err;

	err = check_port(parser);
	if (err)
		return err;
	if (!strcmp(text, "daemon"))
		return begin_daemon(parser);

	name = text + strcspn(text, " \t");
	if (*name) {
		*name++ = '\0';
		name = ini_trim(name);
	}
	if (*name && !strcmp(text, "port"))
		return begin_port(parser, name);
	if (*name && !strcmp(text, "language"))
		return begin_language(parser, name);
	return complain(parser, "no such section: [%.64s]; there are [daemon], [port NAME] "
			"and [language NAME]", text);
}

/* --- keys ------------------------------------------------------------------------- */

static int set_string(struct parser *parser, const char *key, const char *value, char *to)
{
	if (*to)
		return complain(parser, "%s: said before", key);
	if (!*value)
		return complain(parser, "%s: nothing is said", key);
	if (strlen(value) >= CONFIG_VALUE_SIZE)
		return complain(parser, "%s: more than %d bytes", key, CONFIG_VALUE_SIZE - 1);
	strcpy(to, value);
	return 0;
}

static int set_language(struct parser *parser, const char *value,
			struct config_choice *choice)
{
	if (choice->kind != CONFIG_LANGUAGE_UNSET)
		return complain(parser, "language: said before");
	if (!strcmp(value, "auto")) {
		choice->kind = CONFIG_LANGUAGE_AUTO;
		return 0;
	}
	if (!strcmp(value, "none")) {
		choice->kind = CONFIG_LANGUAGE_NONE;
		return 0;
	}
	choice->language = language_find(parser->config->languages, value);
	if (!choice->language)
		return complain(parser, "no such language: %.64s", value);
	choice->kind = CONFIG_LANGUAGE_NAMED;
	return 0;
}

static int set_switch(struct parser *parser, const char *key, const char *value,
		      enum config_switch *to)
{
	if (*to != CONFIG_SWITCH_UNSET)
		return complain(parser, "%s: said before", key);
	if (!strcmp(value, "yes"))
		*to = CONFIG_SWITCH_YES;
	else if (!strcmp(value, "no"))
		*to = CONFIG_SWITCH_NO;
	else
		return complain(parser, "%s: yes or no, not %.64s", key, value);
	return 0;
}

static int set_daemon_key(struct parser *parser, const char *key, const char *value)
{
	struct config *config = parser->config;

	if (!strcmp(key, "socket-group"))
		return set_string(parser, key, value, config->socket_group);
	if (!strcmp(key, "language"))
		return set_language(parser, value, &config->preset);
	if (!strcmp(key, "probe"))
		return set_switch(parser, key, value, &config->preset.probe);
	return complain(parser, "no such key in [daemon]: %.64s", key);
}

static int set_port_key(struct parser *parser, const char *key, const char *value)
{
	struct config *config = parser->config;
	struct config_port *port = &config->ports[config->n_ports - 1];

	if (!strcmp(key, "language"))
		return set_language(parser, value, &port->choice);
	if (!strcmp(key, "probe"))
		return set_switch(parser, key, value, &port->choice.probe);
	if (!strcmp(key, "match-manufacturer"))
		return set_string(parser, key, value, port->manufacturer);
	if (!strcmp(key, "match-model"))
		return set_string(parser, key, value, port->model);
	if (!strcmp(key, "match-serial"))
		return set_string(parser, key, value, port->serial);
	return complain(parser, "no such key in [port %.64s]: %.64s", port->name, key);
}

static int set_option(struct parser *parser, const char *key, const char *value)
{
	const struct language *language = parser->config->languages[parser->language];
	const struct language_option *option = language->options;
	unsigned int number;
	size_t i, n = language_n_options(language);

	for (i = 0; i < n && strcmp(option[i].name, key); i++)
		;
	if (i == n)
		return complain(parser, "no such option of language %s: %.64s",
				language->name, key);
	option += i;
	if (parser->seen_option[parser->language][i])
		return complain(parser, "%s: said before", key);
	if (text_number(value, &number) || number < option->minimum ||
	    number > option->maximum)
		return complain(parser, "%s: a number from %u to %u, not %.64s (%s)", key,
				option->minimum, option->maximum, value,
				option->help ? option->help : "");
	parser->seen_option[parser->language][i] = true;
	parser->config->values[parser->language][i] = number;
	return 0;
}

static int on_pair(struct ini_reader *ini, const char *key, const char *value)
{
	struct parser *parser = to_parser(ini);

	switch (parser->section) {
	case SECTION_DAEMON:
		return set_daemon_key(parser, key, value);
	case SECTION_PORT:
		return set_port_key(parser, key, value);
	case SECTION_LANGUAGE:
		return set_option(parser, key, value);
	default:
		return complain(parser, "%.64s: in front of the first section", key);
	}
}

/* --- the file --------------------------------------------------------------------- */

static int set_presets(struct parser *parser)
{
	const struct language *const *list = parser->config->languages;
	size_t i, j;

	for (i = 0; list[i]; i++) {
		size_t n = language_n_options(list[i]);

		if (i == CONFIG_LANGUAGES_MAX || n > CONFIG_OPTIONS_MAX)
			return complain(parser, "too many languages or options");
		for (j = 0; j < n; j++)
			parser->config->values[i][j] = list[i]->options[j].preset;
	}
	return 0;
}

int config_parse(const char *text, size_t len, const struct language *const *list,
		 struct config **out, struct config_error *error)
{
	struct parser parser = {
		.ini = { .section = on_section, .pair = on_pair, .error = error },
	};
	struct config *config = calloc(1, sizeof(*config));
	int err;

	memset(error, 0, sizeof(*error));
	if (!config)
		return -ENOMEM;
	config->languages = list;
	parser.config = config;
	err = set_presets(&parser);
	if (!err && len > CONFIG_FILE_MAX)
		err = complain(&parser, "the file has more than %d bytes", CONFIG_FILE_MAX);
	if (!err)
		err = ini_parse(&parser.ini, text, len);
	if (!err)
		err = check_port(&parser);
	if (err) {
		config_free(config);
		return err;
	}
	*out = config;
	return 0;
}

int config_load(const char *path, const struct language *const *list,
		struct config **config, struct config_error *error)
{
	char *text;
	size_t len;
	int err = ini_load(path, CONFIG_FILE_MAX, &text, &len, error);

	if (!err)
		err = config_parse(text, len, list, config, error);
	free(text);
	return err;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	free(config->ports);
	free(config);
}

/* --- what it says ----------------------------------------------------------------- */

const char *config_socket_group(const struct config *config)
{
	return config->socket_group;
}

const unsigned int *config_values(const struct config *config, const struct language *language)
{
	size_t i;

	for (i = 0; config->languages[i]; i++)
		if (config->languages[i] == language)
			return config->values[i];
	return config->values[0];
}

static bool matches(const char *pattern, const char *text)
{
	return !*pattern || text_glob(pattern, text);
}

static bool port_fits(const struct config_port *port, const char *name,
		      const struct device_id *id)
{
	return (!port->named || !strcmp(port->name, name)) &&
	       matches(port->manufacturer, id->manufacturer) &&
	       matches(port->model, id->model) && matches(port->serial, id->serial);
}

static void fill_in(struct config_choice *choice, const struct config_choice *from)
{
	if (choice->kind == CONFIG_LANGUAGE_UNSET) {
		choice->kind = from->kind;
		choice->language = from->language;
	}
	if (choice->probe == CONFIG_SWITCH_UNSET)
		choice->probe = from->probe;
}

struct config_choice config_choice(const struct config *config, const char *port,
				   const struct device_id *id)
{
	static const struct config_choice otherwise = {
		CONFIG_LANGUAGE_AUTO, NULL, CONFIG_SWITCH_NO,
	};
	struct config_choice choice = { CONFIG_LANGUAGE_UNSET, NULL, CONFIG_SWITCH_UNSET };
	size_t i;

	for (i = 0; i < config->n_ports; i++) {
		if (!port_fits(&config->ports[i], port, id))
			continue;
		choice = config->ports[i].choice;
		break;
	}
	fill_in(&choice, &config->preset);
	fill_in(&choice, &otherwise);
	return choice;
}
