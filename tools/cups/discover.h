/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISCOVER_H
#define DISCOVER_H

/* Reports every port to CUPS, whoever holds it. Returns 0 or -errno. */
int discover(void);

#endif
