/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PRINTPORTCTL_H
#define PRINTPORTCTL_H

#include <stdbool.h>
#include <stddef.h>

/* Exit codes; the manual page lists them too. */
enum {
	EXIT_OK		= 0,
	EXIT_FAILED	= 1,	/* a job failed or was aborted */
	EXIT_USAGE	= 2,
	EXIT_NO_PORT	= 3,	/* no such port, or it disappeared */
	EXIT_BUSY	= 4,	/* somebody holds the port, or it is draining */
	EXIT_DENIED	= 5,	/* permission */
	EXIT_UNCONFIRMED = 6,	/* delivered; whether it is printed cannot be told */
	EXIT_INTERRUPTED = 130,
};

/* One port, as sysfs tells it. Strings are never NULL. */
struct port {
	int index;
	char name[32];		/* printportN */
	char node[64];		/* /dev/printportN */
	char state[32];
	char status[32];
	char reasons[256];
	char transport[32];
	char monitor[64];	/* the language monitor, or "none" */
	char id[1100];		/* IEEE 1284 device id */
};

/* The counters and limits that `show` prints, by their name in sysfs. */
extern const char *const port_stats[];
extern const char *const port_limits[];

/* Reads a port; NAME is printportN, N, or a node's path. 0 or an exit code. */
int port_read(struct port *port, const char *name);

/* Reads an attribute ("state", "stats/errors"); without one @value is "". */
void port_attr(const struct port *port, const char *attr, char *value, size_t size);

/* Calls @each for every port in order of their numbers; stops at non-zero. */
int port_each(int (*each)(const struct port *port, void *arg), void *arg);

/* The value of KEY in a device id, into @value; "" if there is none. */
void port_id_key(const struct port *port, const char *key, char *value, size_t size);

/* The exit code for an errno of open() and friends. */
int exit_code(int err);

/* "printportctl: ..." on standard error. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

int cmd_list(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_print(int argc, char **argv);
int cmd_query(int argc, char **argv);

#endif
