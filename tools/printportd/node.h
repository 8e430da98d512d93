/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The language monitor's node of a port, as far as the library leaves it to us. */
#ifndef PRINTPORTD_NODE_H
#define PRINTPORTD_NODE_H

/* Opens @path. Returns a file descriptor, -EBUSY, -ENODEV, -ENOENT, ... */
int node_open(const char *path);

/*
 * Detaches, unless a spooler holds the port: printport_monitor_detach() alone would take
 * the port from one that has just opened it. Returns 0, -EBUSY, -ENODEV, ...
 */
int node_detach(int fd);

#endif /* PRINTPORTD_NODE_H */
