// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl abort */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "printportctl.h"
#include "times.h"

/* How long what the transport has in hand may take to be given up. */
#define SETTLE_MS	2000

static uint64_t number(const struct port *port, const char *attr)
{
	char value[32];

	port_attr(port, attr, value, sizeof(value));
	return strtoull(value, NULL, 10);
}

static void wait_until_empty(const struct port *port)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	int64_t deadline = deadline_after(SETTLE_MS);

	while (number(port, "queued") && until_deadline(deadline, -1))
		nanosleep(&pause, NULL);
}

static int give_up(const struct port *port, bool json)
{
	uint64_t jobs = number(port, "stats/jobs_aborted"), lost = number(port, "stats/bytes_lost");
	int err = port_set_attr(port, "abort", "1");
	struct port now;
	json_object *object;

	if (err == -EACCES || err == -EPERM) {
		complain("%s: only root may abort what others print", port->name);
		return EXIT_DENIED;
	}
	if (err == -ENODEV)
		return port_gone(port->name);
	if (err) {
		complain("%s: abort: %s", port->name, strerror(-err));
		return exit_code(-err);
	}
	wait_until_empty(port);
	jobs = number(port, "stats/jobs_aborted") - jobs;
	lost = number(port, "stats/bytes_lost") - lost;
	/* What is read of a port that is gone is nothing. */
	if (port_find(&now, port->name))
		return port_gone(port->name);
	if (json) {
		object = json_object_new_object();
		json_add_text(object, "port", port->name);
		json_add_number(object, "jobs", jobs);
		json_add_number(object, "lost", lost);
		json_print(object);
	} else if (jobs) {
		printf("%s: %" PRIu64 " job%s aborted, %" PRIu64 " bytes dropped\n", port->name,
		       jobs, jobs == 1 ? "" : "s", lost);
	} else {
		printf("%s: nothing was on its way\n", port->name);
	}
	return EXIT_OK;
}

int cmd_abort(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, { }
	};
	bool json = false;
	struct port port;
	int option, ret;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option != 'j')
			return bad_option(option);
		json = true;
	}
	if (argc - optind != 1)
		return EXIT_USAGE;
	ret = port_read(&port, argv[optind]);
	return ret ? ret : give_up(&port, json);
}
