/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONDITION_H
#define CONDITION_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "joblist.h"
#include "links.h"
#include "printportctl.h"

/* How a port and its printer are. */
struct condition {
	struct port port;
	struct port_links links;
	char title[PORT_TITLE_LEN];
	uint64_t queued;
	bool sees_jobs;		/* for root only */
	bool has_job;
	struct job_line job;	/* the one that reaches the printer */
};

/* @port has been read just now; @jobs: out: all jobs, or NULL. */
void condition_read(struct condition *condition, const struct port *port,
		    struct job_list *jobs);

/* The object that `status` and `watch` write. */
json_object *condition_json(const struct condition *condition);

/* "30 %, 1.2 MB of 4.0 MB": what is known of the job, or "" */
void job_progress(const struct job_line *job, char *text, size_t size);

/* Bytes for people: "512 bytes", "1.2 MB". */
void format_bytes(uint64_t bytes, char *text, size_t size);

#endif
