/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which language a port gets. */
#ifndef PRINTPORTD_CHOOSE_H
#define PRINTPORTD_CHOOSE_H

#include "config.h"

/**
 * struct choice - the language of a port
 * @language: NULL: the port shall have no language monitor
 * @probe: ask the printer first; if it does not speak @language, take @fallback
 * @fallback: raw
 * @why: the reason, for people
 */
struct choice {
	const struct language *language;
	bool probe;
	const struct language *fallback;
	const char *why;
};

/**
 * choose_language - from the configuration, or from what the printer says of itself
 * @config: the configuration
 * @own: what the port's own file says, and wins where it says something
 * @port: printportN
 * @id: the printer's device id, not trusted
 * @languages: those that there are, ended by NULL; the first that claims a printer gets it
 */
struct choice choose_language(const struct config *config, const struct config_choice *own,
			      const char *port, const struct device_id *id,
			      const struct language *const *languages);

#endif /* PRINTPORTD_CHOOSE_H */
