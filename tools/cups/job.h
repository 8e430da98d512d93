/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef JOB_H
#define JOB_H

#include <printport.h>
#include <stdbool.h>
#include <stdint.h>

#include "channels.h"
#include "uri.h"

/**
 * struct job - a job of CUPS, on its way through a port
 * @uri: where to
 * @title: of the document
 * @user: whose it is
 * @source: the document
 * @again: how often it is to be sent once more; it can be, then
 * @channels: to the filters
 * @port: the port, while it is open
 * @info: of the port
 * @id: of the port's job; 0 before it has begun
 * @ended: the port's job takes no more bytes
 * @pages: that were told to cupsd
 * @cancelled: SIGTERM came before its end
 * @broken: the port took no more of it, though its account knows of no failure
 * @error: 0, or the -errno that has ended the job before its time
 * @read_error: 0, or the errno with which the document could not be read
 * @result: the port's account of it
 */
struct job {
	struct device_uri uri;
	const char *title;
	const char *user;
	int source;
	unsigned int again;
	struct channels channels;
	struct printport_port *port;
	struct printport_info info;
	uint32_t id;
	bool ended;
	bool cancelled;
	bool broken;
	uint32_t pages;
	int error;
	int read_error;
	struct printport_job_result result;
};

/*
 * Prints on the open port, and waits for what the URI says. Afterwards @result, @error and
 * @read_error tell what became of it.
 */
void job_print(struct job *job);

/* Whether the job's end means "printed", not only "delivered". */
bool job_waits_for_printed(const struct job *job);

/*
 * After a job that has not come to its end: drops what the printer has not taken, waits, for
 * a while, until the port is clean, and resets a printer that nobody else would bring back
 * to the beginning of a job.
 */
void job_abort(struct job *job);

/* The port's account so far; waits as printport_get_job() does, and returns what it does. */
int job_look(struct job *job, unsigned int wait, unsigned int timeout_ms);

/* Takes over an account, unless it is none: calls that fail leave it empty. */
void job_account(struct job *job, const struct printport_job_result *result);

/* What cupsd is told while the job runs: reasons and pages. */
void job_report(struct job *job);

#endif
