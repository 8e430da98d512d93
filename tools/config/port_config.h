/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/printport: one file for each port, see printport.conf(5). */
#ifndef PRINTPORT_PORT_CONFIG_H
#define PRINTPORT_PORT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "identity.h"

#define PORT_CONFIG_DIR		"/etc/printport"

/* More files, a longer one, or more mistakes in one than these are not looked at. */
#define PORT_CONFIG_FILES_MAX	256
#define PORT_CONFIG_FILE_MAX	(64 * 1024)
#define PORT_CONFIG_PROBLEMS_MAX 16
/* Bytes of a value, its NUL included. */
#define PORT_CONFIG_VALUE_SIZE	256

enum port_key {
	PORT_MATCH_ID,
	PORT_MATCH_PATH,
	PORT_MATCH_MANUFACTURER,
	PORT_MATCH_MODEL,
	PORT_MATCH_SERIAL,
	PORT_NAME,
	PORT_LOCATION,
	PORT_LANGUAGE,
	PORT_PROBE,
	PORT_OPEN_MS,
	PORT_READ_MS,
	PORT_WRITE_MS,
	PORT_CLOSE_MS,
	PORT_MONITOR_MS,
	PORT_PROTOCOL,
	PORT_FORWARD_MODE,
	PORT_REVERSE_MODE,
	PORT_KEYS,
	PORT_KEYS_MATCH = PORT_NAME,	/* those before it say which ports */
};

/**
 * struct port_key_info - what a key is
 * @name: in the file
 * @property: in udev; NULL: none
 * @attribute: of the port in sysfs that it sets; NULL: none
 * @values: what there may be, for people
 */
struct port_key_info {
	const char *name;
	const char *property;
	const char *attribute;
	const char *values;
};

extern const struct port_key_info port_keys[PORT_KEYS];

/* The key of [port] with that name, or PORT_KEYS. */
enum port_key port_key_find(const char *name);

/* Something wrong with a file. @line as in struct config_error. */
struct port_problem {
	unsigned int line;
	char text[256];
};

/**
 * struct port_config - one file
 * @path: its name; without control characters
 * @values: "": not said
 * @lines: in which line
 * @problems: what is wrong with it
 * @n_problems: how many; a file with one does not count at all
 */
struct port_config {
	char *path;
	char values[PORT_KEYS][PORT_CONFIG_VALUE_SIZE];
	unsigned int lines[PORT_KEYS];
	struct port_problem problems[PORT_CONFIG_PROBLEMS_MAX];
	size_t n_problems;
};

/**
 * struct port_configs - all files
 * @files: in the order in which they count
 * @n: how many
 * @problem: with the directory; "": none
 */
struct port_configs {
	struct port_config **files;
	size_t n;
	char problem[256];
};

/* The directory: PORT_CONFIG_DIR, or what PRINTPORT_CONFIG_DIR in the environment says. */
const char *port_config_dir(void);

/**
 * port_config_parse - understands a file
 * @config: out: but for @path, which is left alone
 * @text: not trusted, not NUL-terminated
 * @len: bytes at @text
 *
 * What is wrong is in @config->problems.
 */
void port_config_parse(struct port_config *config, const char *text, size_t len);

/* Reads one file. NULL: no memory. What else is wrong is in its problems. */
struct port_config *port_config_load(const char *path);
void port_config_free(struct port_config *config);

/**
 * port_configs_load - reads all files of a directory that end with .conf
 * @configs: out; afterwards port_configs_free()
 * @dir: need not exist
 *
 * Files whose names begin with a point do not count. Returns 0 or -ENOMEM.
 */
int port_configs_load(struct port_configs *configs, const char *dir);
void port_configs_free(struct port_configs *configs);

/* Whether a file is meant for a port; one with problems is for none. */
bool port_config_fits(const struct port_config *config, const struct identity *identity);

/* The same of one that may have problems, as far as it can be understood. */
bool port_config_is_meant(const struct port_config *config, const struct identity *identity);

/* The file that counts for a port, or NULL. */
const struct port_config *port_configs_find(const struct port_configs *configs,
					    const struct identity *identity);

/**
 * port_value_check - whether a key can have that value
 * @key: which
 * @value: not trusted
 * @why: out: why not, a sentence for people
 * @size: bytes at @why
 *
 * Returns 0 or -EINVAL.
 */
int port_value_check(enum port_key key, const char *value, char *why, size_t size);

#endif /* PRINTPORT_PORT_CONFIG_H */
