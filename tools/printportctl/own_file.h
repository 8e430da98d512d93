/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OWN_FILE_H
#define OWN_FILE_H

#include <stdbool.h>

#include "port_file.h"
#include "printportctl.h"

/* What is known of a port's configuration. */
struct own_file {
	struct identity identity;
	struct port_configs configs;
	const struct port_config *config;	/* the file that counts; NULL: none */
};

/*
 * Reads the configuration of a port. Afterwards own_file_done(). Returns 0 or an exit code,
 * and has complained then.
 */
int own_file_read(struct own_file *own, const struct port *port);
void own_file_done(struct own_file *own);

/*
 * Changes the file that counts for the port, or makes one, and says which one; has complained
 * where it returns an exit code.
 */
int own_file_change(const struct port *port, const struct port_change *changes, size_t n);

/* Calls @each for the other ports that a file is for; stops at non-zero. */
int own_file_others(const struct port_config *config, const struct port *but,
		    int (*each)(const struct port *other, void *arg), void *arg);

/* Complains of all that is wrong with a file. */
void complain_problems(const struct port_config *config);

#endif
