/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration file, see printportd.conf(5). */
#ifndef PRINTPORTD_CONFIG_H
#define PRINTPORTD_CONFIG_H

#include <stdbool.h>

#include "device_id.h"
#include "ini.h"
#include "language.h"

/* A longer file or value, or more sections or options, is an error. */
#define CONFIG_FILE_MAX		(256 * 1024)
#define CONFIG_VALUE_SIZE	256
#define CONFIG_PORTS_MAX	256
#define CONFIG_OPTIONS_MAX	32
#define CONFIG_LANGUAGES_MAX	8

enum config_language {
	CONFIG_LANGUAGE_UNSET,
	CONFIG_LANGUAGE_AUTO,
	CONFIG_LANGUAGE_NONE,
	CONFIG_LANGUAGE_NAMED,
};

enum config_switch {
	CONFIG_SWITCH_UNSET,
	CONFIG_SWITCH_NO,
	CONFIG_SWITCH_YES,
};

/**
 * struct config_choice - what is said of the language of a port
 * @kind: how it is chosen
 * @language: which, if @kind is CONFIG_LANGUAGE_NAMED
 * @probe: whether a printer may be asked
 */
struct config_choice {
	enum config_language kind;
	const struct language *language;
	enum config_switch probe;
};

struct config;

/**
 * config_load - reads a configuration file
 * @path: its name
 * @languages: those that there are, ended by NULL; at most CONFIG_LANGUAGES_MAX
 * @config: out
 * @error: out, if this fails
 *
 * Returns 0, -ENOENT (no such file), -EINVAL (see @error), -ENOMEM, or what reading the
 * file failed with.
 */
int config_load(const char *path, const struct language *const *languages,
		struct config **config, struct config_error *error);

/* The same from memory: @len bytes at @text. */
int config_parse(const char *text, size_t len, const struct language *const *languages,
		 struct config **config, struct config_error *error);

/* NULL is allowed. */
void config_free(struct config *config);

/* The group of the sockets, "" for none. */
const char *config_socket_group(const struct config *config);

/* The values of a language's options, in their order; never NULL. */
const unsigned int *config_values(const struct config *config,
				  const struct language *language);

/**
 * config_choice - what is said of one port
 * @config: the configuration
 * @port: printportN
 * @id: the printer there
 *
 * Returns what the first section that fits says, and where it is silent the section
 * [daemon]; nothing in it is unset.
 */
struct config_choice config_choice(const struct config *config, const char *port,
				   const struct device_id *id);

#endif /* PRINTPORTD_CONFIG_H */
