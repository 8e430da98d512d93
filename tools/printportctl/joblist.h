/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef JOBLIST_H
#define JOBLIST_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "printportctl.h"

/* One job as sysfs tells it; strings are clean. */
struct job_line {
	uint32_t id;
	uint32_t error;
	uint64_t accepted;
	uint64_t delivered;
	uint64_t lost;
	char state[16];
	char user[64];
	char name[256];
};

/* More than sysfs has in its page. */
#define JOBS_MAX	256

struct job_list {
	size_t count;
	struct job_line jobs[JOBS_MAX];
};

/*
 * Jobs on their way in their order, then results, the last first. Returns 0 or a negative
 * errno: -EACCES: not root; -ENODEV: the port is gone.
 */
int job_list_read(const struct port *port, struct job_list *list);

bool job_is_under_way(const struct job_line *job);

/* The name of the job's errno ("EIO"), or "". */
const char *job_error(const struct job_line *job);

json_object *job_json(const struct job_line *job);

#endif
