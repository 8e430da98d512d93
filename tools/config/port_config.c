// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../printportd/ini.h"
#include "../printportd/text.h"
#include "port_config.h"

#define NAME_MAX_LEN		64
#define LOCATION_MAX_LEN	127
#define MS_MAX			86400000

#define MS_VALUES	"a number of milliseconds from 0 to 86400000"
#define PATTERN_VALUES	"a pattern, in which * stands for any characters and ? for one"

const struct port_key_info port_keys[PORT_KEYS] = {
	[PORT_MATCH_ID] = { "id", NULL, NULL, PATTERN_VALUES },
	[PORT_MATCH_PATH] = { "path", NULL, NULL, PATTERN_VALUES },
	[PORT_MATCH_MANUFACTURER] = { "manufacturer", NULL, NULL, PATTERN_VALUES },
	[PORT_MATCH_MODEL] = { "model", NULL, NULL, PATTERN_VALUES },
	[PORT_MATCH_SERIAL] = { "serial", NULL, NULL, PATTERN_VALUES },
	[PORT_NAME] = { "name", "PRINTPORT_NAME", NULL,
			"1 to 64 of A-Z a-z 0-9 . _ -, not beginning with . or -, not a "
			"number, printportN or by-*" },
	[PORT_LOCATION] = { "location", "PRINTPORT_LOCATION", NULL,
			    "UTF-8 of at most 127 bytes without control characters" },
	[PORT_LANGUAGE] = { "language", "PRINTPORT_LANGUAGE", NULL,
			    "auto, pjl, escpos, raw or none" },
	[PORT_PROBE] = { "probe", "PRINTPORT_PROBE", NULL, "yes or no" },
	[PORT_OPEN_MS] = { "open-ms", "PRINTPORT_OPEN_MS", "limits/open_ms", MS_VALUES },
	[PORT_READ_MS] = { "read-ms", "PRINTPORT_READ_MS", "limits/read_ms", MS_VALUES },
	[PORT_WRITE_MS] = { "write-ms", "PRINTPORT_WRITE_MS", "limits/write_ms", MS_VALUES },
	[PORT_CLOSE_MS] = { "close-ms", "PRINTPORT_CLOSE_MS", "limits/close_ms", MS_VALUES },
	[PORT_MONITOR_MS] = { "monitor-ms", "PRINTPORT_MONITOR_MS", "limits/monitor_ms",
			      "a number of milliseconds from 1 to 86400000" },
	[PORT_PROTOCOL] = { "protocol", "PRINTPORT_PROTOCOL", "usb/protocol", "1, 2 or 3" },
	[PORT_FORWARD_MODE] = { "forward-mode", "PRINTPORT_FORWARD_MODE",
				"parallel/forward_mode", "auto, compatibility, epp or ecp" },
	[PORT_REVERSE_MODE] = { "reverse-mode", "PRINTPORT_REVERSE_MODE",
				"parallel/reverse_mode", "auto, none, nibble, byte or ecp" },
};

static enum port_key find_key(const char *name, int from, int to)
{
	int i;

	for (i = from; i < to; i++)
		if (!strcmp(port_keys[i].name, name))
			return i;
	return PORT_KEYS;
}

enum port_key port_key_find(const char *name)
{
	return find_key(name, PORT_KEYS_MATCH, PORT_KEYS);
}

/* --- values ----------------------------------------------------------------------- */

static bool is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

static bool is_name(const char *name)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

	if (strlen(name) > NAME_MAX_LEN || name[strspn(name, allowed)] || strchr(".-", *name))
		return false;
	if (!strncmp(name, "by-", 3) || is_number(name))
		return false;
	return strncmp(name, "printport", 9) || !is_number(name + 9);
}

/* UTF-8 without control characters, those behind 0x7f included. */
static bool is_clean_text(const char *text)
{
	char utf8[TEXT_UTF8_SIZE(PORT_CONFIG_VALUE_SIZE)];
	const unsigned char *c = (const unsigned char *)text;

	text_to_utf8(text, strlen(text), utf8);
	if (strcmp(utf8, text))
		return false;
	for (; *c; c++)
		if (*c < ' ' || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0))
			return false;
	return true;
}

/* Whether @value is one of the words in @words, which are separated by spaces. */
static bool is_one_of(const char *value, const char *words)
{
	size_t len;

	for (; *words; words += len, words += strspn(words, " ")) {
		len = strcspn(words, " ");
		if (strlen(value) == len && !strncmp(value, words, len))
			return true;
	}
	return false;
}

static bool is_valid(enum port_key key, const char *value)
{
	unsigned int number;

	switch (key) {
	case PORT_NAME:
		return is_name(value);
	case PORT_LOCATION:
		return strlen(value) <= LOCATION_MAX_LEN && is_clean_text(value);
	case PORT_LANGUAGE:
		return is_one_of(value, "auto pjl escpos raw none");
	case PORT_PROBE:
		return is_one_of(value, "yes no");
	case PORT_OPEN_MS ... PORT_MONITOR_MS:
		/* No wait for a language monitor is without a limit. */
		return !text_number(value, &number) && number <= MS_MAX &&
		       (number || key != PORT_MONITOR_MS);
	case PORT_PROTOCOL:
		return is_one_of(value, "1 2 3");
	case PORT_FORWARD_MODE:
		return is_one_of(value, "auto compatibility epp ecp");
	case PORT_REVERSE_MODE:
		return is_one_of(value, "auto none nibble byte ecp");
	default:
		return is_clean_text(value);
	}
}

int port_value_check(enum port_key key, const char *value, char *why, size_t size)
{
	const struct port_key_info *info = &port_keys[key];

	if (!*value)
		snprintf(why, size, "%s: nothing is said; it has to be %s", info->name,
			 info->values);
	else if (strlen(value) >= PORT_CONFIG_VALUE_SIZE)
		snprintf(why, size, "%s: more than %d bytes", info->name,
			 PORT_CONFIG_VALUE_SIZE - 1);
	else if (!is_valid(key, value))
		snprintf(why, size, "%s: \"%.64s\" is not %s", info->name,
			 is_clean_text(value) ? value : "(not clean UTF-8)", info->values);
	else
		return 0;
	return -EINVAL;
}

/* --- a file ----------------------------------------------------------------------- */

enum section { SECTION_NONE, SECTION_MATCH, SECTION_PORT, SECTION_WRONG };

struct parser {
	struct ini_reader ini;
	struct config_error error;
	struct port_config *config;
	enum section section;
	bool seen[SECTION_WRONG];
};

static struct parser *to_parser(struct ini_reader *ini)
{
	return (struct parser *)((char *)ini - offsetof(struct parser, ini));
}

static void add_problem(struct port_config *config, unsigned int line, const char *text)
{
	struct port_problem *problem = &config->problems[config->n_problems];
	char *c;

	if (config->n_problems == PORT_CONFIG_PROBLEMS_MAX)
		return;
	config->n_problems++;
	problem->line = line;
	snprintf(problem->text, sizeof(problem->text), "%s", text);
	/* It may quote the file, and goes to terminals. */
	for (c = problem->text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

static int on_problem(struct ini_reader *ini, int err)
{
	struct port_config *config = to_parser(ini)->config;

	(void)err;
	add_problem(config, ini->error->line, ini->error->text);
	return config->n_problems == PORT_CONFIG_PROBLEMS_MAX ? -E2BIG : 0;
}

static int on_section(struct ini_reader *ini, char *name)
{
	struct parser *parser = to_parser(ini);

	parser->section = !strcmp(name, "match") ? SECTION_MATCH :
			  !strcmp(name, "port") ? SECTION_PORT : SECTION_WRONG;
	if (parser->section == SECTION_WRONG)
		return ini_complain(ini, "there is no section [%.64s]; there are [match] and "
				    "[port]", name);
	if (parser->seen[parser->section])
		return ini_complain(ini, "a second section [%.64s]", name);
	parser->seen[parser->section] = true;
	return 0;
}

static int on_pair(struct ini_reader *ini, const char *name, const char *value)
{
	struct parser *parser = to_parser(ini);
	struct port_config *config = parser->config;
	bool match = parser->section == SECTION_MATCH;
	enum port_key key;
	char why[200];

	/* Of a section that is none only its own line is wrong. */
	if (parser->section == SECTION_WRONG)
		return 0;
	if (parser->section == SECTION_NONE)
		return ini_complain(ini, "%.64s: in front of the first section", name);
	key = find_key(name, match ? 0 : PORT_KEYS_MATCH, match ? PORT_KEYS_MATCH : PORT_KEYS);
	if (key == PORT_KEYS)
		return ini_complain(ini, "there is no key %.64s in [%s]", name,
				    match ? "match" : "port");
	if (config->lines[key])
		return ini_complain(ini, "%s: said before, in line %u", name,
				    config->lines[key]);
	config->lines[key] = ini->line;
	if (port_value_check(key, value, why, sizeof(why)))
		return ini_complain(ini, "%s", why);
	/* The kernel takes a number that begins with 0 for an octal one. */
	if (key >= PORT_OPEN_MS && is_number(value))
		value += strspn(value, "0") - (strspn(value, "0") == strlen(value));
	strcpy(config->values[key], value);
	return 0;
}

static bool says_which(const struct port_config *config)
{
	int i;

	for (i = 0; i < PORT_KEYS_MATCH; i++)
		if (config->lines[i])
			return true;
	return false;
}

void port_config_parse(struct port_config *config, const char *text, size_t len)
{
	struct parser parser = {
		.ini = {
			.section = on_section, .pair = on_pair, .problem = on_problem,
		},
		.config = config,
	};

	parser.ini.error = &parser.error;
	memset(config->values, 0, sizeof(config->values));
	memset(config->lines, 0, sizeof(config->lines));
	config->n_problems = 0;
	if (len > PORT_CONFIG_FILE_MAX) {
		add_problem(config, 0, "the file has more than 64 KiB");
		return;
	}
	if (!ini_parse(&parser.ini, text, len) && !config->n_problems && !says_which(config))
		add_problem(config, 0, "nothing says for which port it is: [match] with id, "
			    "path, manufacturer, model or serial");
}

struct port_config *port_config_load(const char *path)
{
	struct port_config *config = calloc(1, sizeof(*config));
	struct config_error error;
	char *text = NULL;
	size_t len;
	int err;

	if (!config)
		return NULL;
	config->path = strdup(path);
	err = config->path ?
		ini_load(path, PORT_CONFIG_FILE_MAX, &text, &len, &error) : -ENOMEM;
	if (err == -ENOMEM) {
		port_config_free(config);
		return NULL;
	}
	if (err)
		add_problem(config, 0, error.text);
	else
		port_config_parse(config, text, len);
	free(text);
	return config;
}

void port_config_free(struct port_config *config)
{
	if (config)
		free(config->path);
	free(config);
}

/* --- the directory ---------------------------------------------------------------- */

const char *port_config_dir(void)
{
	const char *dir = getenv("PRINTPORT_CONFIG_DIR");

	return dir && *dir ? dir : PORT_CONFIG_DIR;
}

/* A name with control characters would be a line of its own somewhere. */
static int is_config_name(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 && is_clean_text(entry->d_name) &&
	       !strcmp(entry->d_name + len - 5, ".conf");
}

/* Not alphasort(): it would depend on the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_file(struct port_configs *configs, const char *dir, const char *name)
{
	struct port_config *config;
	char *path;

	if (configs->n == PORT_CONFIG_FILES_MAX) {
		snprintf(configs->problem, sizeof(configs->problem),
			 "more than %d files: those from %.64s on do not count",
			 PORT_CONFIG_FILES_MAX, name);
		return -E2BIG;
	}
	if (asprintf(&path, "%s/%s", dir, name) < 0)
		return -ENOMEM;
	config = port_config_load(path);
	free(path);
	if (!config)
		return -ENOMEM;
	configs->files[configs->n++] = config;
	return 0;
}

int port_configs_load(struct port_configs *configs, const char *dir)
{
	struct dirent **entries;
	int i, n, err = 0;

	memset(configs, 0, sizeof(*configs));
	n = scandir(dir, &entries, is_config_name, by_name);
	if (n < 0) {
		if (errno != ENOENT)
			snprintf(configs->problem, sizeof(configs->problem), "%s",
				 strerror(errno));
		return 0;
	}
	configs->files = calloc(PORT_CONFIG_FILES_MAX, sizeof(*configs->files));
	if (!configs->files)
		err = -ENOMEM;
	for (i = 0; i < n; i++) {
		if (!err)
			err = add_file(configs, dir, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (err != -ENOMEM)
		return 0;
	port_configs_free(configs);
	return err;
}

void port_configs_free(struct port_configs *configs)
{
	size_t i;

	for (i = 0; i < configs->n; i++)
		port_config_free(configs->files[i]);
	free(configs->files);
	memset(configs, 0, sizeof(*configs));
}

/* --- which file ------------------------------------------------------------------- */

static bool fits(const char *pattern, const char *text)
{
	return !*pattern || text_glob(pattern, text);
}

bool port_config_is_meant(const struct port_config *config, const struct identity *identity)
{
	return says_which(config) &&
	       fits(config->values[PORT_MATCH_ID], identity->id) &&
	       fits(config->values[PORT_MATCH_PATH], identity->path) &&
	       fits(config->values[PORT_MATCH_MANUFACTURER], identity->manufacturer) &&
	       fits(config->values[PORT_MATCH_MODEL], identity->model) &&
	       fits(config->values[PORT_MATCH_SERIAL], identity->serial);
}

bool port_config_fits(const struct port_config *config, const struct identity *identity)
{
	return !config->n_problems && port_config_is_meant(config, identity);
}

const struct port_config *port_configs_find(const struct port_configs *configs,
					    const struct identity *identity)
{
	size_t i;

	for (i = 0; i < configs->n; i++)
		if (port_config_fits(configs->files[i], identity))
			return configs->files[i];
	return NULL;
}
