/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>

#include "printportctl.h"

/* printportctl config check: all files, or the @n that @files names. An exit code. */
int config_check(char *const *files, int n, bool json);

/* printportctl config show: what applies to a port, and from where. An exit code. */
int config_show(const char *name, bool json);

/*
 * Whether a port can have a name that the user wants. Returns 0 or an exit code, and has
 * complained then.
 */
int check_new_name(const struct port *port, const char *name);

#endif
