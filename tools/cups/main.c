// SPDX-License-Identifier: GPL-2.0-or-later
/* The CUPS backend "printport", see printport-backend(8). */
#include <cups/backend.h>
#include <cups/cups.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "discover.h"
#include "job.h"
#include "message.h"
#include "opening.h"
#include "outcome.h"
#include "signals.h"
#include "status.h"

#define COPIES_MAX	9999
/* Before cupsd sends a job again of which nothing was printed. */
#define RETRY_MS	2000

static unsigned int parse_copies(const char *text)
{
	long copies = strtol(text, NULL, 10);

	if (copies < 1)
		return 1;
	return copies > COPIES_MAX ? COPIES_MAX : copies;
}

/* Copies of what comes from a filter are the filter's. */
static bool open_document(struct job *job, int argc, char **argv)
{
	job->source = STDIN_FILENO;
	if (argc < 7)
		return true;
	job->again = parse_copies(argv[4]) - 1;
	/* No filter, nobody who reads: some printers do better when they are not, either. */
	job->channels.has_back = false;
	job->source = open(argv[6], O_RDONLY | O_CLOEXEC);
	if (job->source >= 0)
		return true;
	say("ERROR", "%s cannot be read: %s.", argv[6], strerror(errno));
	return false;
}

static bool has_enough(const struct job *job)
{
	if (job->uri.wait != WAIT_PRINTED || job_waits_for_printed(job))
		return true;
	say("ERROR", "The device URI says wait=printed, and %s has no language monitor that "
	    "could tell: is printportd running for it?", job->uri.port);
	return false;
}

static cups_backend_t print_on_port(struct job *job)
{
	cups_backend_t outcome;

	job->channels.port = job->port;
	job->channels.capabilities = job->info.capabilities;
	status_show(0, false);
	say("INFO", "Printing on %s.", job->uri.port);
	job_print(job);
	if (job->cancelled || job->error || job->read_error ||
	    job->result.state != PRINTPORT_JOB_COMPLETED)
		job_abort(job);
	outcome = outcome_of_job(job);
	channels_end(&job->channels);
	status_show(0, false);
	return outcome;
}

static cups_backend_t print(struct job *job)
{
	cups_backend_t outcome;
	int err;

	err = open_in_turn(job->uri.port, &job->channels, &job->port);
	if (err) {
		status_show(0, false);
		return outcome_of_open(job, err);
	}
	err = printport_get_info(job->port, &job->info);
	if (err)
		outcome = outcome_of_open(job, err);
	else if (!has_enough(job))
		outcome = CUPS_BACKEND_FAILED;
	else
		outcome = print_on_port(job);
	/* What was lost is in the job's account, which was reported. */
	printport_close_port(job->port);
	if (outcome == CUPS_BACKEND_RETRY_CURRENT)
		wait_for_events(NULL, 0, RETRY_MS);
	return outcome;
}

int main(int argc, char **argv)
{
	static struct job job;
	const char *uri;

	if (argc == 1)
		return discover() ? CUPS_BACKEND_FAILED : CUPS_BACKEND_OK;
	if (argc != 6 && argc != 7) {
		say("ERROR", "usage: %s JOB USER TITLE COPIES OPTIONS [FILE]; without "
		    "arguments the ports are listed", argv[0]);
		return CUPS_BACKEND_FAILED;
	}
	channels_begin(&job.channels);
	signals_catch();
	uri = cupsBackendDeviceURI(argv);
	if (!uri || !uri_parse(uri, &job.uri))
		return CUPS_BACKEND_STOP;
	if (!open_document(&job, argc, argv))
		return CUPS_BACKEND_FAILED;
	job.user = argv[2];
	job.title = argv[3];
	status_reset();
	return print(&job);
}
