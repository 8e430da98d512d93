/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PRINTPORTCTL_H
#define PRINTPORTCTL_H

#include <stdbool.h>
#include <stddef.h>

struct printport_port;

/* Exit codes; the manual page lists them too. */
enum {
	EXIT_OK		= 0,
	EXIT_FAILED	= 1,	/* a job failed or was aborted */
	EXIT_USAGE	= 2,
	EXIT_NO_PORT	= 3,	/* no such port, or it disappeared */
	EXIT_BUSY	= 4,	/* somebody holds the port, or it is draining */
	EXIT_DENIED	= 5,	/* permission */
	EXIT_UNCONFIRMED = 6,	/* delivered; whether it is printed cannot be told */
	EXIT_TIMEOUT	= 7,	/* a time limit passed */
	EXIT_CONFIG	= 8,	/* the configuration is wrong */
	EXIT_INTERRUPTED = 130,

	/* Only between a verb and main(): --help was given. */
	EXIT_HELP	= 256,
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

/* Room for "Manufacturer Model". */
#define PORT_TITLE_LEN	300

/*
 * Reads a port; NAME as in printport_open_port(). Returns 0 or an exit code, and has
 * complained then.
 */
int port_read(struct port *port, const char *name);

/* The same without complaints: 0 or a negative errno. */
int port_find(struct port *port, const char *name);

/* Reads an attribute ("state", "stats/errors"); without one @value is "". */
void port_attr(const struct port *port, const char *attr, char *value, size_t size);

/* Writes one. Returns 0 or a negative errno. */
int port_set_attr(const struct port *port, const char *attr, const char *value);

/* Calls @each for every port in order of their numbers; stops at non-zero. */
int port_each(int (*each)(const struct port *port, void *arg), void *arg);

/* The value of KEY in a device id, into @value; "" if there is none. */
void port_id_key(const struct port *port, const char *key, char *value, size_t size);

/* "Manufacturer Model" of the device id, for people. */
void port_title(const struct port *port, char *title, size_t size);

/*
 * Opens a port; @flags as in printport_open_port(). Returns 0 or an exit code, and has
 * complained then.
 */
int port_open(const struct port *port, unsigned int flags, struct printport_port **result);

/* Says that the port is gone. Returns EXIT_NO_PORT. */
int port_gone(const char *name);

/*
 * Says why the caller may not use @path, a node or an attribute, and what to do. Returns
 * EXIT_DENIED.
 */
int complain_denied(const char *path);

/* The exit code for an errno of open() and friends. */
int exit_code(int err);

/* "printportctl: ..." on standard error, without control characters. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What a verb returns for an option that getopt() gave and that it does not have. */
int bad_option(int option);

int cmd_list(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_watch(int argc, char **argv);
int cmd_wait(int argc, char **argv);
int cmd_print(int argc, char **argv);
int cmd_jobs(int argc, char **argv);
int cmd_query(int argc, char **argv);
int cmd_abort(int argc, char **argv);
int cmd_reset(int argc, char **argv);
int cmd_limits(int argc, char **argv);
int cmd_name(int argc, char **argv);
int cmd_config(int argc, char **argv);
int cmd_monitor(int argc, char **argv);
int cmd_sim(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_quirk(int argc, char **argv);

#endif
