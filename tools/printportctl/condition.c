// SPDX-License-Identifier: GPL-2.0-or-later
/* How a port and its printer are, without holding or disturbing them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "condition.h"
#include "json.h"

static void find_job(struct condition *condition, struct job_list *jobs)
{
	size_t i;

	condition->sees_jobs = !job_list_read(&condition->port, jobs);
	if (!condition->sees_jobs)
		jobs->count = 0;
	for (i = 0; i < jobs->count && !condition->has_job; i++) {
		condition->has_job = job_is_under_way(&jobs->jobs[i]);
		if (condition->has_job)
			condition->job = jobs->jobs[i];
	}
}

void condition_read(struct condition *condition, const struct port *port,
		    struct job_list *jobs)
{
	static struct job_list unwanted;
	char queued[32];

	memset(condition, 0, sizeof(*condition));
	condition->port = *port;
	port_links(port, &condition->links);
	port_title(port, condition->title, sizeof(condition->title));
	port_attr(port, "queued", queued, sizeof(queued));
	condition->queued = strtoull(queued, NULL, 10);
	find_job(condition, jobs ? jobs : &unwanted);
}

json_object *condition_json(const struct condition *condition)
{
	const struct port_links *links = &condition->links;
	const struct port *port = &condition->port;
	json_object *object = json_object_new_object();

	json_add_text(object, "port", port->name);
	json_add_text(object, "node", port->node);
	json_add_optional(object, "id", links->id);
	json_add_optional(object, "path", links->path);
	json_add_optional(object, "name", links->name);
	json_add_text(object, "transport", port->transport);
	json_add_optional(object, "monitor", strcmp(port->monitor, "none") ? port->monitor : "");
	json_add_text(object, "state", port->state);
	json_add_text(object, "status", port->status);
	json_object_object_add(object, "reasons", json_words(port->reasons));
	json_add_number(object, "queued", condition->queued);
	json_add_text(object, "printer", condition->title);
	json_object_object_add(object, "job",
			       condition->has_job ? job_json(&condition->job) : NULL);
	return object;
}

void format_bytes(uint64_t bytes, char *text, size_t size)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB" };
	double value = (double)bytes / 1000;
	size_t i = 0;

	if (bytes < 10000) {
		snprintf(text, size, "%u bytes", (unsigned int)bytes);
		return;
	}
	while (value >= 1000 && i + 1 < sizeof(units) / sizeof(units[0])) {
		value /= 1000;
		i++;
	}
	snprintf(text, size, "%.1f %s", value, units[i]);
}

void job_progress(const struct job_line *job, char *text, size_t size)
{
	char delivered[32], accepted[32];

	format_bytes(job->delivered, delivered, sizeof(delivered));
	format_bytes(job->accepted, accepted, sizeof(accepted));
	/* An active job may grow yet: a share of it would be a guess. */
	if (!strcmp(job->state, "pending") && job->accepted)
		snprintf(text, size, "%u %%, %s of %s delivered",
			 (unsigned int)(job->delivered * 100 / job->accepted), delivered,
			 accepted);
	else
		snprintf(text, size, "%s of %s so far delivered", delivered, accepted);
}
