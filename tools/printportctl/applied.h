/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef APPLIED_H
#define APPLIED_H

#include "printportctl.h"

/*
 * Has udev apply the port's file, waits for that, and says what of it is not so. Returns 0
 * or an exit code, and has complained then.
 */
int apply_config(const struct port *port);

#endif
