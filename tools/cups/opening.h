/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OPENING_H
#define OPENING_H

#include <printport.h>

#include "channels.h"

/**
 * open_in_turn - open a port, waiting until it is there and free
 * @name: the port
 * @channels: answered meanwhile
 * @port: out
 *
 * Returns 0, -ECANCELED (SIGTERM), -EACCES, or another -errno that waiting does not help
 * against: what the language monitor refuses with, -EINVAL, -ENOMEM.
 */
int open_in_turn(const char *name, struct channels *channels, struct printport_port **port);

#endif
