// SPDX-License-Identifier: GPL-2.0-or-later
/* Jobs of ESC/POS printers that are sent and not confirmed. */
#include <errno.h>
#include <string.h>

#include "escpos.h"

static void forget(struct escpos *escpos, size_t index)
{
	escpos->n_jobs--;
	memmove(&escpos->jobs[index], &escpos->jobs[index + 1],
		(escpos->n_jobs - index) * sizeof(escpos->jobs[0]));
}

/* The fate of the oldest job is known. */
static void resolve_first(struct escpos *escpos, int error)
{
	uint32_t id = escpos->jobs[0].id;

	forget(escpos, 0);
	printport_monitor_printed(escpos->monitor, id, error, 0);
}

void escpos_confirm_add(struct escpos *escpos, uint32_t id, enum escpos_confirmation by,
			const char *token)
{
	struct escpos_job *job;

	if (escpos->n_jobs == ESCPOS_JOBS_MAX)
		resolve_first(escpos, -ENODATA);
	job = &escpos->jobs[escpos->n_jobs++];
	*job = (struct escpos_job){ .id = id, .by = by };
	if (token)
		memcpy(job->token, token, sizeof(job->token));
}

static size_t find(const struct escpos *escpos, uint32_t id)
{
	size_t i;

	for (i = 0; i < escpos->n_jobs && escpos->jobs[i].id != id; i++)
		;
	return i;
}

void escpos_confirm_delivered(struct escpos *escpos, uint32_t id, int error)
{
	size_t i = find(escpos, id);

	if (i == escpos->n_jobs)
		return;
	if (error) {
		forget(escpos, i);
		printport_monitor_printed(escpos->monitor, id, error, 0);
		return;
	}
	escpos->jobs[i].delivered = true;
	escpos->jobs[i].delivered_at = escpos_now(escpos);
}

/* A printer works in order: when it has processed a job it has processed those before. */
static bool confirm_up_to(struct escpos *escpos, size_t index)
{
	size_t i;

	if (index >= escpos->n_jobs)
		return false;
	for (i = 0; i <= index; i++)
		resolve_first(escpos, 0);
	escpos->progress_at = escpos_now(escpos);
	return true;
}

bool escpos_confirm_process_id(struct escpos *escpos, const uint8_t *token)
{
	const struct escpos_job *job;
	size_t i;

	for (i = 0; i < escpos->n_jobs; i++) {
		job = &escpos->jobs[i];
		if (job->by == ESCPOS_BY_PROCESS_ID &&
		    !memcmp(job->token, token, sizeof(job->token)))
			break;
	}
	return confirm_up_to(escpos, i);
}

bool escpos_confirm_status(struct escpos *escpos)
{
	size_t i;

	for (i = 0; i < escpos->n_jobs && escpos->jobs[i].by != ESCPOS_BY_STATUS; i++)
		;
	return confirm_up_to(escpos, i);
}

uint64_t escpos_confirm_until(const struct escpos *escpos)
{
	uint64_t from;

	if (!escpos->n_jobs || !escpos->jobs[0].delivered || escpos_stopped(escpos))
		return 0;
	from = escpos->jobs[0].delivered_at;
	if (escpos->jobs[0].by == ESCPOS_BY_NOTHING)
		return from;
	if (from < escpos->progress_at)
		from = escpos->progress_at;
	return from + escpos->option[ESCPOS_CONFIRM_MS];
}

void escpos_confirm_give_up(struct escpos *escpos, bool all)
{
	uint64_t until;

	while (escpos->n_jobs && escpos->jobs[0].delivered) {
		until = escpos_confirm_until(escpos);
		if (!all && (!until || until > escpos_now(escpos)))
			return;
		resolve_first(escpos, -ENODATA);
	}
}

bool escpos_confirm_all_delivered(const struct escpos *escpos)
{
	return escpos->n_jobs && escpos->jobs[escpos->n_jobs - 1].delivered;
}
