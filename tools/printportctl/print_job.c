// SPDX-License-Identifier: GPL-2.0-or-later
/* One job: from a file to the printer, and what became of it. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "condition.h"
#include "json.h"
#include "print_job.h"
#include "printportctl.h"
#include "progress.h"
#include "signals.h"
#include "text.h"
#include "times.h"

#define TICK_MS		250
/* After so long without a byte somebody will want to know why. */
#define STALL_MS	1000

static const char *const job_states[] = {
	[PRINTPORT_JOB_ACTIVE] = "active",
	[PRINTPORT_JOB_PENDING] = "pending",
	[PRINTPORT_JOB_COMPLETED] = "completed",
	[PRINTPORT_JOB_ABORTED] = "aborted",
	[PRINTPORT_JOB_FAILED] = "failed",
};

static const char *const printed_words[] = {
	[PRINTPORT_PRINTED_UNKNOWN] = "",
	[PRINTPORT_PRINTED_YES] = "yes",
	[PRINTPORT_PRINTED_UNCONFIRMED] = "unconfirmed",
	[PRINTPORT_PRINTED_NO] = "no",
};

struct job {
	struct printport_port *port;
	const char *port_name;
	const char *name;
	const struct print_options *options;
	uint32_t id;
	struct printport_job_result result;
	struct progress progress;
	int64_t looked_at;
	int64_t moved_at;	/* when there was progress last */
	uint64_t moved;
	char reasons[PRINTPORT_REASONS_TEXT];
	bool stalled;		/* and given up for that */
	int read_error;
};

/* --- while it goes on --------------------------------------------------------------- */

static void say_why(struct job *job)
{
	struct printport_status status;
	char before[PRINTPORT_REASONS_TEXT];

	memcpy(before, job->reasons, sizeof(before));
	if (printport_get_status(job->port, &status))
		return;
	printport_reasons_format(status.reasons, job->reasons, sizeof(job->reasons));
	if (job->options->verbose && !job->progress.bar && strcmp(before, job->reasons))
		complain("job %u waits for the printer: %s", job->id,
			 status.reasons ? job->reasons : "no reason is known");
}

static bool is_stalled(const struct job *job)
{
	return job->options->stall_ms && now_ms() - job->moved_at >= job->options->stall_ms;
}

/* Shows how it goes. Returns 0, -ENODEV, or -ETIMEDOUT: for too long it did not. */
static int look(struct job *job)
{
	int64_t now = now_ms();
	uint64_t moved;
	int err;

	job->looked_at = now;
	err = printport_get_job(job->port, job->id, PRINTPORT_WAIT_NONE, 0, &job->result);
	if (err)
		return err == -ENODEV ? err : 0;
	moved = job->result.bytes_sent + job->result.bytes_delivered + job->result.pages;
	if (moved != job->moved) {
		job->moved = moved;
		job->moved_at = now;
		job->reasons[0] = '\0';
	} else if (now - job->moved_at >= STALL_MS) {
		say_why(job);
	}
	progress_show(&job->progress, job->result.bytes_delivered,
		      *job->reasons && strcmp(job->reasons, "none") ? job->reasons : NULL);
	job->stalled = is_stalled(job);
	return job->stalled ? -ETIMEDOUT : 0;
}

static bool is_over(const struct job *job)
{
	return job->result.state != PRINTPORT_JOB_ACTIVE &&
		job->result.state != PRINTPORT_JOB_PENDING;
}

/* While there is nothing to be written: whether there is somebody to write to. */
static int look_idle(struct job *job)
{
	int err = look(job);

	if (err || !is_over(job))
		return err;
	return job->result.state == PRINTPORT_JOB_FAILED && job->result.error ?
		-(int)job->result.error : -ECANCELED;
}

static bool is_time_to_look(const struct job *job)
{
	return now_ms() - job->looked_at >= TICK_MS;
}

/* A port that somebody handed to us may be one that does not wait. */
static void wait_for_room(struct job *job)
{
	struct pollfd room = { .fd = printport_port_fd(job->port), .events = POLLOUT };

	poll(&room, 1, TICK_MS);
}

static int write_block(struct job *job, const char *block, size_t len)
{
	size_t done = 0, written;
	int err = 0;

	while (done < len && !err) {
		if (interrupted)
			return -EINTR;
		err = printport_write(job->port, block + done, len - done, &written);
		done += written;
		if (err == -EAGAIN)
			wait_for_room(job);
		if (err == -EAGAIN || err == -EINTR)
			err = 0;
		if (!err && is_time_to_look(job))
			err = look(job);
	}
	return err;
}

/* Accepted by the port is not yet delivered; the end of the job waits for that. */
static int copy(struct job *job, int from)
{
	static char block[1 << 16];
	ssize_t n;
	int err;

	while (!interrupted) {
		n = read(from, block, sizeof(block));
		/* Who writes the file may take his time. */
		job->moved_at = now_ms();
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR) {
			job->read_error = errno;
			return -ECANCELED;
		}
		err = n > 0 ? write_block(job, block, n) : look_idle(job);
		if (err)
			return err;
	}
	return -EINTR;
}

/* Waits for room for one more job, too. */
static int start(struct job *job)
{
	int err;

	job->moved_at = now_ms();
	for (;;) {
		err = printport_start_doc(job->port, job->name, job->options->user, &job->id);
		if (err != -EINTR && err != -EAGAIN)
			return err;
		if (interrupted)
			return -EINTR;
		job->stalled = is_stalled(job);
		if (job->stalled)
			return -ETIMEDOUT;
		if (err == -EAGAIN)
			poll(NULL, 0, TICK_MS);
	}
}

/* Ends the job, if that is not done yet, and waits. */
static int await(struct job *job, unsigned int wait)
{
	if (job->result.state == PRINTPORT_JOB_ACTIVE)
		return printport_end_doc(job->port, wait, 0, &job->result);
	return printport_get_job(job->port, job->id, wait, 0, &job->result);
}

/* Nobody will say whether it is printed: not the printer, or no language monitor any more. */
static bool is_unconfirmed(int err)
{
	return err == -ENODATA || err == -ECONNRESET || err == -EOPNOTSUPP;
}

/* Returns 0 or a negative errno; with those of is_unconfirmed() it is delivered. */
static int finish(struct job *job)
{
	unsigned int wait = job->options->wait;
	int err, unconfirmed = 0;

	for (;;) {
		err = await(job, wait);
		if (err == -EINTR && !interrupted) {
			err = look(job);
			if (err)
				return err;
		} else if (wait == PRINTPORT_WAIT_PRINTED && !is_over(job) &&
			   (!err || is_unconfirmed(err))) {
			unconfirmed = err;
			wait = PRINTPORT_WAIT_DELIVERED;
		} else {
			return err ? err : unconfirmed;
		}
	}
}

static void give_up(struct job *job)
{
	if (printport_abort_doc(job->port, job->id, &job->result))
		printport_get_job(job->port, job->id, PRINTPORT_WAIT_NONE, 0, &job->result);
}

/* --- what became of it -------------------------------------------------------------- */

static const char *state_of(const struct job *job)
{
	const size_t count = sizeof(job_states) / sizeof(job_states[0]);

	return job->result.state < count ? job_states[job->result.state] : "unknown";
}

static void show_json(const struct job *job)
{
	const struct printport_job_result *result = &job->result;
	json_object *object = json_object_new_object();
	const char *error = result->error ? strerrorname_np((int)result->error) : NULL;

	json_add_text(object, "port", job->port_name);
	json_add_number(object, "id", job->id);
	json_add_text(object, "name", job->name);
	json_add_text(object, "user", job->options->user);
	json_add_text(object, "state", state_of(job));
	json_add_number(object, "accepted", result->bytes_accepted);
	json_add_number(object, "delivered", result->bytes_delivered);
	json_add_number(object, "lost", result->bytes_lost);
	json_object_object_add(object, "seconds",
			       json_object_new_double((double)result->duration_ns / 1e9));
	json_add_optional(object, "printed", result->printed <= PRINTPORT_PRINTED_NO ?
			  printed_words[result->printed] : "");
	json_add_number(object, "pages", result->pages);
	json_add_optional(object, "error", error ? error : "");
	json_print_line(object);
}

static void show_text(const struct job *job)
{
	const struct printport_job_result *result = &job->result;
	char name[PRINTPORT_JOB_NAME_LEN];

	snprintf(name, sizeof(name), "%s", job->name);
	clean_text(name);
	printf("job %u \"%s\": %s, %" PRIu64 " bytes accepted, %" PRIu64 " delivered, %" PRIu64
	       " lost, %.2f s", job->id, name, state_of(job), (uint64_t)result->bytes_accepted,
	       (uint64_t)result->bytes_delivered, (uint64_t)result->bytes_lost,
	       (double)result->duration_ns / 1e9);
	if (result->printed == PRINTPORT_PRINTED_YES)
		printf(", printed");
	if (result->printed == PRINTPORT_PRINTED_NO)
		printf(", not printed: %s", strerror((int)result->error));
	if (result->pages)
		printf(", %u page%s", result->pages, result->pages == 1 ? "" : "s");
	putchar('\n');
}

static void show(const struct job *job)
{
	if (job->options->json)
		show_json(job);
	else if (job->options->verbose)
		show_text(job);
	fflush(stdout);
}

static bool is_good(const struct job *job)
{
	return job->result.state == PRINTPORT_JOB_COMPLETED ||
		(job->result.state == PRINTPORT_JOB_PENDING &&
		 job->options->wait == PRINTPORT_WAIT_NONE);
}

/* The job was begun, and then something failed. */
static int complain_error(const struct job *job, const char *file, int err)
{
	char limit[32];

	if (job->read_error) {
		complain("%s: %s; the job is aborted", file, strerror(job->read_error));
		return EXIT_FAILED;
	}
	if (job->stalled) {
		format_ms(job->options->stall_ms, limit, sizeof(limit));
		complain("%s: no progress for %s (%s); aborted after %" PRIu64 " of %" PRIu64
			 " bytes", job->name, limit, *job->reasons ? job->reasons : "none",
			 (uint64_t)job->result.bytes_delivered,
			 (uint64_t)job->result.bytes_accepted);
		return EXIT_TIMEOUT;
	}
	if (is_unconfirmed(err) && job->result.state == PRINTPORT_JOB_COMPLETED) {
		complain(err == -ENODATA ?
			 "%s: delivered; the printer does not say whether it is printed" :
			 "%s: delivered; the language monitor is gone, and nobody says whether it "
			 "is printed", job->name);
		return EXIT_UNCONFIRMED;
	}
	switch (err) {
	case -ENODEV:
		complain("%s: %" PRIu64 " of %" PRIu64 " bytes were delivered", job->name,
			 (uint64_t)job->result.bytes_delivered,
			 (uint64_t)job->result.bytes_accepted);
		return port_gone(job->port_name);
	case -ECANCELED:
		complain("%s: the job was aborted", job->name);
		return EXIT_FAILED;
	case -ETIMEDOUT:
		complain("%s: no progress within the port's limit write_ms", job->name);
		return EXIT_TIMEOUT;
	default:
		complain("%s: %s", job->name, strerror(-err));
		return exit_code(-err);
	}
}

static int verdict(const struct job *job, const char *file, int err)
{
	const struct printport_job_result *result = &job->result;

	if (interrupted && (err || !is_good(job)))
		return EXIT_INTERRUPTED;
	if (err)
		return complain_error(job, file, err);
	if (!is_good(job) && result->error == ENODEV)
		return complain_error(job, file, -ENODEV);
	if (!is_good(job)) {
		complain("%s: %s (%s), %" PRIu64 " bytes lost", job->name, state_of(job),
			 strerror((int)result->error), (uint64_t)result->bytes_lost);
		return EXIT_FAILED;
	}
	if (result->printed == PRINTPORT_PRINTED_NO) {
		complain("%s: delivered and not printed (%s)", job->name,
			 strerror((int)result->error));
		return EXIT_FAILED;
	}
	return EXIT_OK;
}

/* --- the whole ---------------------------------------------------------------------- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!strcmp(path, "-"))
		return "(stdin)";
	return slash && slash[1] ? slash + 1 : path;
}

static uint64_t size_of(int from)
{
	struct stat st;

	return !fstat(from, &st) && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
}

static int print_from(struct job *job, const char *file, int from)
{
	char name[PRINTPORT_JOB_NAME_LEN];
	int err;

	signals_tick(TICK_MS);
	err = start(job);
	if (err) {
		signals_tick(0);
		return interrupted ? EXIT_INTERRUPTED : complain_error(job, file, err);
	}
	if (job->options->verbose && !job->options->json) {
		snprintf(name, sizeof(name), "%s", job->name);
		clean_text(name);
		printf("job %u \"%s\": started\n", job->id, name);
		fflush(stdout);
	}
	progress_begin(&job->progress, size_of(from));
	job->moved_at = now_ms();
	err = copy(job, from);
	if (!err) {
		job->moved_at = now_ms();
		err = finish(job);
	}
	if (err && !is_over(job))
		give_up(job);
	/* It was through just then. */
	if ((err == -EINTR || job->stalled) && is_over(job) && is_good(job) &&
	    job->options->wait != PRINTPORT_WAIT_PRINTED) {
		job->stalled = false;
		err = 0;
	}
	signals_tick(0);
	if (!err)
		progress_show(&job->progress, job->result.bytes_delivered, NULL);
	progress_end(&job->progress);
	show(job);
	return verdict(job, file, err);
}

int print_job(struct printport_port *port, const char *port_name, const char *file,
	      const struct print_options *options)
{
	struct job job = {
		.port = port,
		.port_name = port_name,
		.name = options->name ? options->name : base_name(file),
		.options = options,
		.result = { .state = PRINTPORT_JOB_ACTIVE },
	};
	int from = STDIN_FILENO, ret;

	if (strcmp(file, "-"))
		from = open(file, O_RDONLY | O_CLOEXEC);
	if (from < 0) {
		if (interrupted)
			return EXIT_INTERRUPTED;
		complain("%s: %s", file, strerror(errno));
		return EXIT_FAILED;
	}
	ret = print_from(&job, file, from);
	if (from != STDIN_FILENO)
		close(from);
	return ret;
}
