// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What cupsd is to do with a job that did not go well. The rule: a document of which the
 * printer has taken nothing is sent again by itself; one of which it has taken something is
 * the administrator's to decide about (printer-error-policy), since sending it again prints
 * its beginning twice.
 */
#include <errno.h>
#include <string.h>

#include "message.h"
#include "outcome.h"

cups_backend_t outcome_of_open(const struct job *job, int err)
{
	switch (err) {
	case -ECANCELED:
		return CUPS_BACKEND_OK;
	case -EACCES:
	case -EPERM:
		say("ERROR", "%s: permission denied: the backend has to run as a member of "
		    "the group lp, and the port's node to belong to that group (udev's rule "
		    "60-printport.rules).", job->uri.port);
		return CUPS_BACKEND_STOP;
	case -EINVAL:
		say("ERROR", "%s is no print port: check the queue's device URI.",
		    job->uri.port);
		return CUPS_BACKEND_STOP;
	default:
		say("ERROR", "%s cannot be opened: %s.", job->uri.port, strerror(-err));
		return CUPS_BACKEND_FAILED;
	}
}

/* The port or its language monitor is gone, which waiting for it mends. */
static bool is_passing(int error)
{
	return error == ENODEV || error == ECONNRESET || error == ETIMEDOUT;
}

static int error_of(const struct job *job)
{
	/* That of a job that we have aborted is only our own. */
	if (job->result.error && !job->broken)
		return job->result.error;
	return job->error ? -job->error : EIO;
}

static cups_backend_t failed(const struct job *job)
{
	const struct printport_job_result *result = &job->result;
	const char *what = strerror(error_of(job));

	if (error_of(job) == ENODEV)
		what = "the printer was disconnected";
	else if (error_of(job) == ECONNRESET)
		what = "the language monitor was lost";
	if (!result->bytes_delivered && is_passing(error_of(job))) {
		say("INFO", "Nothing was printed (%s); the job is sent again.", what);
		return CUPS_BACKEND_RETRY_CURRENT;
	}
	say("ERROR", "The job failed: %s; %llu bytes were delivered, %llu were lost.", what,
	    (unsigned long long)result->bytes_delivered,
	    (unsigned long long)result->bytes_lost);
	return CUPS_BACKEND_FAILED;
}

static cups_backend_t delivered(const struct job *job)
{
	const struct printport_job_result *result = &job->result;

	if (result->printed == PRINTPORT_PRINTED_NO) {
		say("ERROR", "The job was delivered and not printed: %s.",
		    strerror(result->error ? (int)result->error : EIO));
		return CUPS_BACKEND_FAILED;
	}
	if (!job_waits_for_printed(job) || result->printed == PRINTPORT_PRINTED_YES)
		return CUPS_BACKEND_OK;
	/* To fail would be to print it twice. */
	if (!job->error)
		say("INFO", "Delivered; the printer does not say whether it is printed.");
	else
		say("WARNING", "Delivered; then %s, so nobody can say whether it is printed.",
		    job->error == -ENODEV ? "the printer was disconnected" :
		    "the language monitor was lost");
	return CUPS_BACKEND_OK;
}

cups_backend_t outcome_of_job(const struct job *job)
{
	if (job->cancelled)
		return CUPS_BACKEND_OK;
	if (job->read_error) {
		say("ERROR", "The document cannot be read: %s.", strerror(job->read_error));
		return CUPS_BACKEND_FAILED;
	}
	if (!job->id) {
		say("ERROR", "%s takes no job: %s.", job->uri.port, strerror(-job->error));
		return job->error == -ENODEV ? CUPS_BACKEND_RETRY_CURRENT :
		       CUPS_BACKEND_FAILED;
	}
	if (job->broken)
		return failed(job);
	switch (job->result.state) {
	case PRINTPORT_JOB_COMPLETED:
		return delivered(job);
	case PRINTPORT_JOB_ABORTED:
		say("INFO", "The job was aborted at the port; %llu bytes were dropped.",
		    (unsigned long long)job->result.bytes_lost);
		return CUPS_BACKEND_CANCEL;
	default:
		return failed(job);
	}
}
