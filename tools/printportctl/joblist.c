// SPDX-License-Identifier: GPL-2.0-or-later
/* Jobs of a port, see `job` in printport(4). */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "joblist.h"
#include "json.h"
#include "text.h"

#define ATTRIBUTE_MAX	65536

static bool next_number(char **at, uint64_t *number)
{
	char *field = strsep(at, "\t"), *end;

	if (!field || !*field)
		return false;
	*number = strtoull(field, &end, 10);
	return !*end;
}

static bool next_text(char **at, char *text, size_t size)
{
	char *field = strsep(at, "\t");

	snprintf(text, size, "%s", field ? field : "");
	clean_text(text);
	return field;
}

static bool parse(char *line, struct job_line *job)
{
	uint64_t id, error;

	if (!next_number(&line, &id) || !next_text(&line, job->state, sizeof(job->state)) ||
	    !next_number(&line, &job->accepted) || !next_number(&line, &job->delivered) ||
	    !next_number(&line, &job->lost) || !next_number(&line, &error) ||
	    !next_text(&line, job->user, sizeof(job->user)) || !line)
		return false;
	job->id = (uint32_t)id;
	job->error = (uint32_t)error;
	snprintf(job->name, sizeof(job->name), "%s", line);
	clean_text(job->name);
	return true;
}

static ssize_t read_attribute(const struct port *port, char *text, size_t size)
{
	char path[128];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/sys/class/printport/%s/job", port->name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ENODEV : -errno;
	len = read(fd, text, size - 1);
	if (len < 0)
		len = -errno;
	close(fd);
	return len;
}

int job_list_read(const struct port *port, struct job_list *list)
{
	char *text = malloc(ATTRIBUTE_MAX), *at = text, *line;
	ssize_t len = text ? read_attribute(port, text, ATTRIBUTE_MAX) : -ENOMEM;

	list->count = 0;
	if (len >= 0)
		text[len] = '\0';
	while (len > 0 && list->count < JOBS_MAX && (line = strsep(&at, "\n")))
		if (parse(line, &list->jobs[list->count]))
			list->count++;
	free(text);
	return len < 0 ? (int)len : 0;
}

bool job_is_under_way(const struct job_line *job)
{
	return !strcmp(job->state, "active") || !strcmp(job->state, "pending");
}

const char *job_error(const struct job_line *job)
{
	const char *name = job->error ? strerrorname_np((int)job->error) : "";

	return name ? name : "EIO";
}

json_object *job_json(const struct job_line *job)
{
	json_object *object = json_object_new_object();

	json_add_number(object, "id", job->id);
	json_add_text(object, "name", job->name);
	json_add_text(object, "user", job->user);
	json_add_text(object, "state", job->state);
	json_add_number(object, "accepted", job->accepted);
	json_add_number(object, "delivered", job->delivered);
	json_add_number(object, "lost", job->lost);
	json_add_optional(object, "error", job_error(job));
	return object;
}
