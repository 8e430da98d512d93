/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which port has which name: two ports that are there at a time never have the same. */
#ifndef PRINTPORT_CLAIMS_H
#define PRINTPORT_CLAIMS_H

#include <stdbool.h>

struct claims;

/**
 * claims_open - opens the list of names, and locks it
 * @dir: where the list is kept; made if need be
 * @class_dir: where the ports are, /sys/class/printport
 * @port: printportN, whose names are asked for; those that it had are given back
 * @claims: out; ended by claims_close()
 *
 * Waits a second for another program that has it. Returns 0, -EAGAIN (that program still has
 * it), or another -errno.
 */
int claims_open(const char *dir, const char *class_dir, const char *port,
		struct claims **claims);

/**
 * claims_take - takes a name
 * @claims: the list
 * @kind: ``id`` or ``name``
 * @name: the name; printable and without spaces
 * @holder: out: who has it otherwise; may be NULL
 * @size: bytes at @holder
 *
 * Returns whether it is the port's now.
 */
bool claims_take(struct claims *claims, const char *kind, const char *name, char *holder,
		 unsigned int size);

/* Writes the list and unlocks it. Returns 0 or -errno: nothing was taken. */
int claims_close(struct claims *claims);

#endif /* PRINTPORT_CLAIMS_H */
