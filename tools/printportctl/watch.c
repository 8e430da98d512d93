// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl watch */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "condition.h"
#include "follow.h"
#include "json.h"
#include "printportctl.h"
#include "signals.h"
#include "table.h"
#include "text.h"
#include "times.h"

/* A printer that is asked only when somebody wants to know is watched for ten seconds. */
#define ASK_MS		4000
/* While something is printed: its progress is not notified. */
#define PROGRESS_MS	1000

struct watched {
	struct condition now;
	struct job_list *jobs;
	int64_t read_at;
};

struct watch {
	struct follow *follow;
	struct watched *ports;
	size_t count;
	bool json;
	bool table;
	bool all;		/* also ports that come */
	int64_t listed_at;	/* when ports that came were looked for */
	int lines;		/* of the table on the screen */
	unsigned long left;	/* changes to be seen yet; 0: no limit */
	bool done;
};

/* --- what is written ---------------------------------------------------------------- */

static void write_json(const struct condition *condition, const char *event,
		       const struct job_line *job)
{
	json_object *object = condition_json(condition);
	char time[64];

	format_now(time, sizeof(time));
	json_add_text(object, "event", event);
	json_add_text(object, "time", time);
	if (job)
		json_object_object_add(object, "job", job_json(job));
	json_print_line(object);
}

static void write_text(const struct condition *condition, const char *event,
		       const struct job_line *job)
{
	const struct port *port = &condition->port;
	char time[64], progress[128], name[300];

	format_now(time, sizeof(time));
	printf("%s %s ", time, port->name);
	if (job) {
		job_progress(job, progress, sizeof(progress));
		printf("job %u \"%s\" %s: %s\n", job->id, job->name, job->state, progress);
	} else if (!strcmp(event, "removed")) {
		printf("removed\n");
	} else {
		best_link(&condition->links, name, sizeof(name));
		printf("%s%s%s %s%s%s\n", port->status,
		       strcmp(port->reasons, "none") ? ": " : "",
		       strcmp(port->reasons, "none") ? port->reasons : "", port->state,
		       strcmp(event, "added") ? "" : ", added ",
		       strcmp(event, "added") ? "" : name);
	}
}

/* @change: not the condition in the beginning */
static void emit(struct watch *watch, const struct condition *condition, const char *event,
		 const struct job_line *job, bool change)
{
	if (watch->done)
		return;
	if (watch->json)
		write_json(condition, event, job);
	else if (!watch->table)
		write_text(condition, event, job);
	if (change && watch->left && !--watch->left)
		watch->done = true;
	follow_flush(watch->follow);
}

static void add_row(struct table *table, const struct condition *condition)
{
	const struct port *port = &condition->port;
	char queued[32], progress[128] = "", job[300] = "", name[300];
	const char *const cells[] = {
		port->name, port->state, port->status, port->reasons, queued, job, name,
	};

	format_bytes(condition->queued, queued, sizeof(queued));
	best_link(&condition->links, name, sizeof(name));
	if (!*name)
		snprintf(name, sizeof(name), "%.200s", condition->title);
	if (condition->has_job) {
		job_progress(&condition->job, progress, sizeof(progress));
		snprintf(job, sizeof(job), "%u %.32s %s", condition->job.id,
			 condition->job.name, progress);
	}
	table_add(table, cells, port->status);
}

/* Over what it drew last; each line is cleared to its end. */
static void draw(struct watch *watch)
{
	static const char *const heads[] = {
		"PORT", "STATE", "STATUS", "REASONS", "QUEUED", "JOB", "PRINTER", NULL
	};
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	struct table *table = table_new(heads);
	size_t i;

	if (!table)
		return;
	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	if (size.ws_row < 3 || size.ws_col < 20)
		size = (struct winsize){ .ws_row = 24, .ws_col = 80 };
	for (i = 0; i < watch->count; i++)
		add_row(table, &watch->ports[i].now);
	if (watch->lines)
		printf("\033[%dA", watch->lines);
	putchar('\r');
	watch->lines = table_print(table, size.ws_col - 1, size.ws_row - 1, "\033[K\n");
	printf("\033[J");
	follow_flush(watch->follow);
	table_free(table);
}

/* --- what is watched ---------------------------------------------------------------- */

static const struct job_line *find_job(const struct job_list *list, uint32_t id)
{
	size_t i;

	for (i = 0; list && i < list->count; i++)
		if (list->jobs[i].id == id)
			return &list->jobs[i];
	return NULL;
}

static void compare_jobs(struct watch *watch, const struct watched *port,
			 const struct job_list *jobs)
{
	size_t i = jobs->count;

	while (i--) {
		const struct job_line *job = &jobs->jobs[i];
		const struct job_line *before = find_job(port->jobs, job->id);

		if (!before || strcmp(before->state, job->state))
			emit(watch, &port->now, "job", job, true);
	}
}

static bool differs(const struct port *a, const struct port *b)
{
	return strcmp(a->state, b->state) || strcmp(a->status, b->status) ||
		strcmp(a->reasons, b->reasons) || strcmp(a->monitor, b->monitor);
}

/* Takes in how the port is now. Returns 0, or a negative errno: it is gone. */
static int look(struct watch *watch, struct watched *watched)
{
	struct job_list *jobs = calloc(1, sizeof(*jobs));
	struct port before = watched->now.port, now;
	char number[16];
	int err;

	snprintf(number, sizeof(number), "%d", before.index);
	err = jobs ? port_find(&now, number) : -ENOMEM;
	if (err) {
		free(jobs);
		return err;
	}
	condition_read(&watched->now, &now, jobs);
	watched->read_at = now_ms();
	if (differs(&before, &now))
		emit(watch, &watched->now, "condition", NULL, true);
	if (watched->jobs)
		compare_jobs(watch, watched, jobs);
	free(watched->jobs);
	watched->jobs = jobs;
	return 0;
}

static bool is_watched(const struct watch *watch, int index)
{
	size_t i;

	for (i = 0; i < watch->count; i++)
		if (watch->ports[i].now.port.index == index)
			return true;
	return false;
}

static int add(struct watch *watch, const struct port *port, const char *event, bool change)
{
	struct watched *ports, *watched;

	if (is_watched(watch, port->index) || follow_port(watch->follow, port->index))
		return 0;
	ports = realloc(watch->ports, (watch->count + 1) * sizeof(*ports));
	if (!ports)
		return EXIT_FAILED;
	watch->ports = ports;
	watched = &ports[watch->count++];
	memset(watched, 0, sizeof(*watched));
	watched->now.port = *port;
	/* As it is now that it is followed: nothing is missed. */
	if (!look(watch, watched))
		emit(watch, &watched->now, event, NULL, change);
	return 0;
}

static int add_first(const struct port *port, void *arg)
{
	return add(arg, port, "condition", false);
}

static int add_new(const struct port *port, void *arg)
{
	const struct watch *watch = arg;

	/* udev tells of it again when its links are there. */
	return follow_is_ready(watch->follow, port->index) ? add(arg, port, "added", true) : 0;
}

/* udev's monitor is what tells; that it may drop something is why there is a clock, too. */
static int look_for_new(struct watch *watch)
{
	if (!watch->all ||
	    (!follow_plugged(watch->follow) && now_ms() < watch->listed_at + ASK_MS))
		return 0;
	watch->listed_at = now_ms();
	return port_each(add_new, watch);
}

static void drop(struct watch *watch, size_t i)
{
	struct watched *port = &watch->ports[i];

	emit(watch, &port->now, "removed", NULL, true);
	follow_forget(watch->follow, port->now.port.index);
	free(port->jobs);
	memmove(port, port + 1, (--watch->count - i) * sizeof(*port));
}

static bool is_due(const struct watched *port)
{
	bool busy = port->now.has_job || port->now.queued;

	return now_ms() >= port->read_at + (busy ? PROGRESS_MS : ASK_MS);
}

static void look_at_all(struct watch *watch)
{
	bool plugged = follow_plugged(watch->follow);
	size_t i = 0;

	while (i < watch->count) {
		struct watched *port = &watch->ports[i];
		int index = port->now.port.index;
		bool wanted = plugged || is_due(port) || follow_changed(watch->follow, index);

		/* One that has the number by now is another port. */
		if (follow_gone(watch->follow, index) || (wanted && look(watch, port)))
			drop(watch, i);
		else
			i++;
	}
}

static int next_look(const struct watch *watch)
{
	int64_t least = ASK_MS, left;
	size_t i;

	for (i = 0; i < watch->count; i++) {
		const struct watched *port = &watch->ports[i];
		bool busy = port->now.has_job || port->now.queued;

		left = port->read_at + (busy ? PROGRESS_MS : ASK_MS) - now_ms();
		if (left < least)
			least = left;
	}
	return least < 10 ? 10 : (int)least;
}

static int begin(struct watch *watch, char **names, int count)
{
	struct port port;
	int i, ret;

	if (!count)
		return port_each(add_first, watch);
	for (i = 0; i < count; i++) {
		ret = port_read(&port, names[i]);
		if (!ret)
			ret = add(watch, &port, "condition", false);
		if (ret)
			return ret;
	}
	return EXIT_OK;
}

static int run(struct watch *watch, int64_t deadline)
{
	int ret;

	while (!watch->done) {
		if (watch->table)
			draw(watch);
		if (!watch->all && !watch->count) {
			complain("every port that was to be watched has disappeared");
			return EXIT_NO_PORT;
		}
		if (!until_deadline(deadline, -1))
			return watch->left ? EXIT_TIMEOUT : EXIT_OK;
		if (follow_wait(watch->follow, until_deadline(deadline, next_look(watch))))
			return EXIT_INTERRUPTED;
		look_at_all(watch);
		ret = look_for_new(watch);
		if (ret)
			return ret;
	}
	if (watch->table)
		draw(watch);
	return EXIT_OK;
}

static int watch_ports(struct watch *watch, char **names, int count, int64_t deadline)
{
	size_t i;
	int ret;

	watch->follow = follow_new();
	if (!watch->follow) {
		complain("udev's monitor cannot be used: %s", strerror(errno));
		return EXIT_FAILED;
	}
	ret = begin(watch, names, count);
	if (!ret)
		ret = run(watch, deadline);
	for (i = 0; i < watch->count; i++)
		free(watch->ports[i].jobs);
	free(watch->ports);
	follow_free(watch->follow);
	return ret;
}

int cmd_watch(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "timeout", required_argument, NULL, 't' },
		{ "count", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	struct watch watch = { };
	int64_t deadline = FOREVER;
	unsigned int ms;
	int option;

	while ((option = getopt_long(argc, argv, "ht:c:", options, NULL)) != -1) {
		if (option == 'j') {
			watch.json = true;
		} else if (option == 't' && !parse_ms(optarg, 1000, &ms)) {
			deadline = deadline_after(ms);
		} else if (option == 'c' && strspn(optarg, "0123456789") == strlen(optarg) &&
			   strtoul(optarg, NULL, 10)) {
			watch.left = strtoul(optarg, NULL, 10);
		} else if (option == 't' || option == 'c') {
			complain("%s: not a %s", optarg, option == 'c' ? "number of changes" :
				 "time: seconds, or with ms, s, min or h");
			return EXIT_USAGE;
		} else {
			return bad_option(option);
		}
	}
	watch.all = optind == argc;
	watch.table = !watch.json && on_terminal();
	signals_catch();
	/* A whole event is in it until it is flushed. */
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	return watch_ports(&watch, argv + optind, argc - optind, deadline);
}
