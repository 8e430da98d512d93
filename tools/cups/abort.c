// SPDX-License-Identifier: GPL-2.0-or-later
/* After a job that was cancelled, or has failed: the next one is to print cleanly. */
#include <errno.h>

#include "job.h"
#include "message.h"
#include "signals.h"

/* How long to wait for a printer that takes nothing, and in what steps. */
#define CLEAN_MS	10000
#define STEP_MS		50

/* A second SIGTERM is no reason to leave the port half clean: cupsd has SIGKILL. */
static void wait_until_clean(struct job *job)
{
	struct printport_status status;
	unsigned int waited;

	for (waited = 0; waited < CLEAN_MS; waited += STEP_MS) {
		if (printport_get_status(job->port, &status) || !status.queued)
			return;
		wait_for_events(NULL, 0, STEP_MS);
	}
	say("DEBUG", "The port still has %llu bytes of a language monitor to deliver.",
	    (unsigned long long)status.queued);
}

/* A language monitor ends a job that was begun in the printer's own language. */
static bool wants_reset(const struct job *job)
{
	return job->result.bytes_delivered &&
	       job->result.state != PRINTPORT_JOB_COMPLETED &&
	       !(job->info.capabilities & PRINTPORT_CAP_MONITOR) &&
	       (job->info.capabilities & PRINTPORT_CAP_RESET);
}

static void drop_rest(struct job *job)
{
	/* Both fail where it is over already; its account is what counts. */
	printport_abort_doc(job->port, job->id, NULL);
	if (!job->ended)
		printport_end_doc(job->port, PRINTPORT_WAIT_NONE, 0, NULL);
	job->ended = true;
	job_look(job, PRINTPORT_WAIT_NONE, 0);
}

void job_abort(struct job *job)
{
	int err;

	if (!job->id)
		return;
	drop_rest(job);
	wait_until_clean(job);
	say("DEBUG", "Job aborted: %llu bytes were delivered, %llu dropped.",
	    (unsigned long long)job->result.bytes_delivered,
	    (unsigned long long)job->result.bytes_lost);
	if (!wants_reset(job))
		return;
	err = printport_reset(job->port);
	say("DEBUG", err ? "The printer could not be reset." :
	    "The printer was reset, for part of a job was in it.");
}
