/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PRINT_JOB_H
#define PRINT_JOB_H

#include <printport.h>
#include <stdbool.h>

/* How jobs are to be printed. */
struct print_options {
	const char *name;	/* NULL: the file's */
	const char *user;
	enum printport_wait wait;
	unsigned int stall_ms;	/* without progress, then the job is aborted; 0: no limit */
	bool verbose;
	bool json;
};

/*
 * Prints @file ("-": standard input) as a job; @port_name is for messages. Returns 0 or an
 * exit code, and has complained then.
 */
int print_job(struct printport_port *port, const char *port_name, const char *file,
	      const struct print_options *options);

#endif
