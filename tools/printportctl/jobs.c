// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl jobs */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "joblist.h"
#include "json.h"
#include "printportctl.h"
#include "table.h"

/* No more than @recent of those that are over. */
static void keep_recent(struct job_list *list, unsigned long recent)
{
	size_t i, kept = 0;

	for (i = 0; i < list->count; i++) {
		if (!job_is_under_way(&list->jobs[i]) && !recent)
			continue;
		recent -= !job_is_under_way(&list->jobs[i]);
		list->jobs[kept++] = list->jobs[i];
	}
	list->count = kept;
}

static void show_json(const struct job_list *list)
{
	json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < list->count; i++)
		json_object_array_add(array, job_json(&list->jobs[i]));
	json_print(array);
}

static void show_text(const struct job_list *list)
{
	static const char *const heads[] = {
		"JOB", "STATE", "ACCEPTED", "DELIVERED", "LOST", "ERROR", "USER", "NAME", NULL
	};
	struct table *table = table_new(heads);
	size_t i;

	if (!table)
		return;
	for (i = 0; i < list->count; i++) {
		const struct job_line *job = &list->jobs[i];
		char id[16], accepted[24], delivered[24], lost[24];
		const char *const cells[] = {
			id, job->state, accepted, delivered, lost, job_error(job), job->user,
			job->name,
		};

		snprintf(id, sizeof(id), "%" PRIu32, job->id);
		snprintf(accepted, sizeof(accepted), "%" PRIu64, job->accepted);
		snprintf(delivered, sizeof(delivered), "%" PRIu64, job->delivered);
		snprintf(lost, sizeof(lost), "%" PRIu64, job->lost);
		table_add(table, cells, "");
	}
	table_print(table, SIZE_MAX, 0, "\n");
	table_free(table);
}

static int show_jobs(const struct port *port, unsigned long recent, bool json)
{
	static struct job_list list;
	int err = job_list_read(port, &list);

	if (err == -EACCES || err == -EPERM) {
		complain("%s: jobs are shown to root only, since they have the names of users "
			 "and documents", port->name);
		return EXIT_DENIED;
	}
	if (err == -ENODEV)
		return port_gone(port->name);
	if (err) {
		complain("%s: its jobs cannot be read: %s", port->name, strerror(-err));
		return EXIT_FAILED;
	}
	keep_recent(&list, recent);
	if (json)
		show_json(&list);
	else
		show_text(&list);
	return EXIT_OK;
}

int cmd_jobs(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, { }
	};
	unsigned long recent = JOBS_MAX;
	bool json = false;
	struct port port;
	int option, ret;

	while ((option = getopt_long(argc, argv, "hn:", options, NULL)) != -1) {
		if (option == 'j') {
			json = true;
		} else if (option == 'n') {
			recent = strtoul(optarg, NULL, 10);
			if (!*optarg || strspn(optarg, "0123456789") != strlen(optarg)) {
				complain("-n %s: not a number of jobs", optarg);
				return EXIT_USAGE;
			}
		} else {
			return bad_option(option);
		}
	}
	if (argc - optind != 1)
		return EXIT_USAGE;
	ret = port_read(&port, argv[optind]);
	return ret ? ret : show_jobs(&port, recent, json);
}
