// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl status */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "condition.h"
#include "json.h"
#include "printportctl.h"
#include "text.h"

static const char *in_words(const struct port *port)
{
	if (!strcmp(port->state, "closed"))
		return "free";
	if (!strcmp(port->state, "open"))
		return "held by a spooler";
	if (!strcmp(port->state, "draining"))
		return "closed, the rest is on its way";
	return port->state;
}

static void show_job(const struct condition *condition)
{
	const struct job_line *job = &condition->job;
	char progress[128];

	if (condition->has_job) {
		job_progress(job, progress, sizeof(progress));
		printf("  job %u \"%s\"%s%s: %s\n", job->id, job->name,
		       *job->user ? " of " : "", job->user, progress);
	} else if (!condition->sees_jobs && condition->queued) {
		printf("  a job is on its way; whose it is only root may see\n");
	}
}

static void show(const struct condition *condition)
{
	const struct port *port = &condition->port;
	char name[300], queued[32];

	best_link(&condition->links, name, sizeof(name));
	printf("%s: %s%s%s%s\n", port->name, condition->title, *name ? " (" : "", name,
	       *name ? ")" : "");
	printf("  %s%s%s", colour_of_status(port->status), port->status, colour_end());
	if (strcmp(port->reasons, "none"))
		printf(": %s", port->reasons);
	format_bytes(condition->queued, queued, sizeof(queued));
	printf("; %s", in_words(port));
	if (condition->queued)
		printf("; %s queued", queued);
	putchar('\n');
	show_job(condition);
}

struct output {
	json_object *array;	/* NULL: text */
};

static int add(const struct port *port, void *arg)
{
	struct output *output = arg;
	struct condition condition;

	condition_read(&condition, port, NULL);
	if (output->array)
		json_object_array_add(output->array, condition_json(&condition));
	else
		show(&condition);
	return 0;
}

static int add_named(char **names, int count, struct output *output)
{
	int i, err, ret = EXIT_OK;
	struct port port;

	for (i = 0; i < count; i++) {
		err = port_read(&port, names[i]);
		if (err)
			ret = err;
		else
			add(&port, output);
	}
	return ret;
}

static void write_json(json_object *array, bool alone)
{
	json_object *only;

	if (!alone) {
		json_print(array);
		return;
	}
	only = json_object_array_get_idx(array, 0);
	if (only)
		json_print(json_object_get(only));
	json_object_put(array);
}

int cmd_status(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, { }
	};
	struct output output = { };
	int option, ret, named;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option != 'j')
			return bad_option(option);
		if (!output.array)
			output.array = json_object_new_array();
	}
	named = argc - optind;
	ret = named ? add_named(argv + optind, named, &output) : port_each(add, &output);
	if (output.array)
		write_json(output.array, named == 1);
	return ret;
}
