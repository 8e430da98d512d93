// SPDX-License-Identifier: GPL-2.0-or-later
/* A job's way: from the document into the port, and on until it is delivered or printed. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "job.h"
#include "message.h"
#include "signals.h"
#include "status.h"

#define CHUNK		65536
/* How often pages are looked at where a language monitor may count them, and else. */
#define TICK_MS		1000
#define TICK_SLOW_MS	5000
/* While a filter waits for its bytes to be delivered. */
#define TICK_DRAIN_MS	50
/* The end of a job is looked for soon at first, later at leisure. */
#define END_FIRST_MS	10
#define END_LAST_MS	500

/**
 * struct transfer - the document on its way into the port
 * @data: a piece of it
 * @at: what the port has accepted of the piece
 * @len: of the piece
 * @eof: there is no other piece
 */
struct transfer {
	char data[CHUNK];
	size_t at;
	size_t len;
	bool eof;
};

enum { PORT, SIDE, SOURCE, FDS };

bool job_waits_for_printed(const struct job *job)
{
	return job->uri.wait != WAIT_DELIVERED &&
	       (job->info.capabilities & PRINTPORT_CAP_PRINTED);
}

static void report_reasons(const struct job *job, const struct printport_status *status)
{
	static uint64_t told;
	char text[PRINTPORT_REASONS_TEXT];

	status_show(status->reasons, false);
	if (status->reasons && status->reasons != told) {
		printport_reasons_format(status->reasons, text, sizeof(text));
		say("INFO", "The printer says: %s.", text);
	} else if (!status->reasons && told) {
		say("INFO", "Printing on %s.", job->uri.port);
	}
	told = status->reasons;
}

int job_look(struct job *job, unsigned int wait, unsigned int timeout_ms)
{
	struct printport_job_result result;
	int err = printport_get_job(job->port, job->id, wait, timeout_ms, &result);

	job_account(job, &result);
	return err;
}

void job_account(struct job *job, const struct printport_job_result *result)
{
	if (result->id == job->id)
		job->result = *result;
}

static void report_pages(struct job *job)
{
	/* Fewer, too: at the end a printer may know better than on the way. */
	if (job->result.pages == job->pages || !job->result.pages)
		return;
	job->pages = job->result.pages;
	say("PAGE", "total %u", job->pages);
}

void job_report(struct job *job)
{
	struct printport_status status;

	if (!printport_get_status(job->port, &status))
		report_reasons(job, &status);
	if (job->id && !job_look(job, PRINTPORT_WAIT_NONE, 0))
		report_pages(job);
}

static unsigned int tick(const struct job *job)
{
	if (job->channels.draining)
		return TICK_DRAIN_MS;
	return job->info.capabilities & PRINTPORT_CAP_MONITOR ? TICK_MS : TICK_SLOW_MS;
}

/*
 * Waits for what the job and the channels wait for, and does the channels' part. Returns
 * false if the job must not go on: it was cancelled, or the port says that it failed.
 */
static bool serve(struct job *job, struct pollfd *fds, unsigned int timeout_ms)
{
	fds[PORT].fd = printport_port_fd(job->port);
	fds[PORT].events |= POLLPRI;
	if (job->channels.has_back && (job->info.capabilities & PRINTPORT_CAP_READ))
		fds[PORT].events |= POLLIN;
	fds[SIDE].fd = channels_side_fd(&job->channels);
	fds[SIDE].events = POLLIN;
	wait_for_events(fds, FDS, timeout_ms);
	if (is_cancelled()) {
		job->cancelled = true;
		return false;
	}
	if (fds[PORT].revents & POLLIN)
		channels_back(&job->channels);
	if (fds[SIDE].revents)
		channels_answer(&job->channels);
	if (fds[PORT].revents & POLLPRI || !fds[PORT].revents)
		job_report(job);
	return !(fds[PORT].revents & (POLLERR | POLLHUP));
}

/* The next piece; at the end of a copy, the first of the next. */
static bool read_piece(struct job *job, struct transfer *transfer)
{
	ssize_t n = read(job->source, transfer->data, sizeof(transfer->data));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n < 0) {
		job->read_error = errno;
		return false;
	}
	transfer->at = 0;
	transfer->len = n;
	if (n)
		return true;
	if (!job->again) {
		transfer->eof = true;
		return true;
	}
	job->again--;
	if (!lseek(job->source, 0, SEEK_SET))
		return true;
	job->read_error = errno;
	return false;
}

static bool write_piece(struct job *job, struct transfer *transfer)
{
	size_t written = 0;
	int err = printport_write(job->port, transfer->data + transfer->at,
				  transfer->len - transfer->at, &written);

	transfer->at += written;
	if (!err || err == -EAGAIN || err == -EINTR)
		return true;
	job->error = err;
	return false;
}

static bool has_piece(const struct transfer *transfer)
{
	return transfer->at < transfer->len;
}

/* Returns whether all of the document was accepted. */
static bool transfer_document(struct job *job)
{
	static struct transfer transfer;

	while (!transfer.eof) {
		struct pollfd fds[FDS] = {
			[PORT] = { .events = has_piece(&transfer) ? POLLOUT : 0 },
			[SOURCE] = { .fd = has_piece(&transfer) ? -1 : job->source,
				     .events = POLLIN },
		};

		if (!serve(job, fds, tick(job)))
			return false;
		if (fds[PORT].revents & POLLOUT && has_piece(&transfer) &&
		    !write_piece(job, &transfer))
			return false;
		if (fds[SOURCE].revents && !read_piece(job, &transfer))
			return false;
		/* Nothing has come of a document that was asked. */
		if (fds[SOURCE].fd >= 0 && !fds[SOURCE].revents)
			channels_drained(&job->channels);
	}
	return true;
}

static bool is_final(const struct printport_job_result *result)
{
	return result->state != PRINTPORT_JOB_ACTIVE && result->state != PRINTPORT_JOB_PENDING;
}

/*
 * Whether all that will be known is known. A delivered job is asked for with a wait that
 * is as good as none: the kernel tells "not yet" (ETIMEDOUT) from "never" (ENODATA, a
 * language monitor that was lost).
 */
static bool is_over(struct job *job)
{
	int err = job_look(job, PRINTPORT_WAIT_NONE, 0);

	if (err) {
		job->error = err;
		return true;
	}
	report_pages(job);
	if (!is_final(&job->result))
		return false;
	if (job->result.state != PRINTPORT_JOB_COMPLETED || !job_waits_for_printed(job))
		return true;
	err = job_look(job, PRINTPORT_WAIT_PRINTED, 1);
	/* The pages may have come with the answer. */
	report_pages(job);
	if (err == -ETIMEDOUT && job->result.printed == PRINTPORT_PRINTED_UNKNOWN)
		return false;
	job->error = err == -ENODATA || err == -ETIMEDOUT ? 0 : err;
	return true;
}

static void wait_for_end(struct job *job)
{
	unsigned int timeout_ms = END_FIRST_MS;

	while (!is_over(job)) {
		struct pollfd fds[FDS] = { [SOURCE] = { .fd = -1 } };

		if (!serve(job, fds, timeout_ms) && job->cancelled)
			return;
		if (fds[PORT].revents & (POLLERR | POLLHUP) && is_over(job))
			return;
		/* An error of which the job's account knows nothing yet. */
		if (fds[PORT].revents & (POLLERR | POLLHUP))
			wait_for_events(NULL, 0, END_FIRST_MS);
		channels_drained(&job->channels);
		timeout_ms = timeout_ms * 2 > END_LAST_MS ? END_LAST_MS : timeout_ms * 2;
	}
}

/* What the port has to say about a job that takes no more bytes. */
static void end_document(struct job *job)
{
	struct printport_job_result result;
	int err = printport_end_doc(job->port, PRINTPORT_WAIT_NONE, 0, &result);

	job_account(job, &result);
	job->ended = !err;
	if (err && !job->error)
		job->error = err;
}

void job_print(struct job *job)
{
	bool complete;

	job->error = printport_start_doc(job->port, job->title, job->user, &job->id);
	if (job->error)
		return;
	job_report(job);
	complete = transfer_document(job);
	/* Half a document is for job_abort(). */
	if (!complete && (job->cancelled || job->read_error))
		return;
	end_document(job);
	job->broken = !complete && job->result.state != PRINTPORT_JOB_FAILED &&
		      job->result.state != PRINTPORT_JOB_ABORTED;
	if (complete && job->ended && !job->error)
		wait_for_end(job);
	job_report(job);
}
