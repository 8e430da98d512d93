// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl wait */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "condition.h"
#include "follow.h"
#include "printportctl.h"
#include "signals.h"
#include "times.h"

/* What is not notified (bytes queued, jobs, links) is looked at this often. */
#define LOOK_MS		1000

static bool is_closed(const struct port *port)
{
	return !strcmp(port->state, "closed");
}

static bool is_idle(const struct port *port)
{
	struct condition condition;

	if (is_closed(port))
		return true;
	condition_read(&condition, port, NULL);
	return !condition.queued && !condition.has_job && strcmp(port->status, "processing");
}

static bool is_ready(const struct port *port)
{
	return is_closed(port) && strcmp(port->status, "stopped");
}

static bool is_there(const struct port *port)
{
	return !access(port->node, F_OK);
}

static const struct goal {
	const char *name;
	bool (*reached)(const struct port *port);	/* NULL: when the port is gone */
	bool may_be_absent;
} goals[] = {
	{ "idle", is_idle, false },
	{ "ready", is_ready, false },
	{ "gone", NULL, true },
	{ "present", is_there, true },
};

#define N_GOALS	(sizeof(goals) / sizeof(goals[0]))

static int timed_out(const char *name, const struct goal *goal)
{
	struct port port;

	if (port_find(&port, name))
		complain("%s: not %s in time: it is not there", name, goal->name);
	else
		complain("%s: not %s in time: %s, %s (%s)", name, goal->name, port.state,
			 port.status, port.reasons);
	return EXIT_TIMEOUT;
}

/* -1: not yet; or an exit code. */
static int look(const char *name, const struct goal *goal, struct follow *follow, int *index)
{
	struct port port;
	int err = port_find(&port, name);

	if (err == -EINVAL && goal->may_be_absent && *index < 0) {
		complain("%s is no name of a port, and cannot be one", name);
		return EXIT_USAGE;
	}
	/* Another one under its name, or with the same number, is another port. */
	if (!err && *index >= 0 &&
	    ((port.index != *index && !goal->may_be_absent) || follow_gone(follow, *index)))
		err = -ENODEV;
	if (err) {
		if (!goal->may_be_absent) {
			err = *index < 0 ? port_read(&port, name) : port_gone(name);
			/* It has come in this moment, and is looked at the next time. */
			return err ? err : -1;
		}
		follow_forget(follow, *index);
		*index = -1;
		return goal->reached ? -1 : EXIT_OK;
	}
	if (goal->reached && goal->reached(&port))
		return EXIT_OK;
	*index = port.index;
	err = follow_port(follow, port.index);
	return err == -ENODEV || err == -ENOENT || !err ? -1 : EXIT_FAILED;
}

static int wait_for(const char *name, const struct goal *goal, int64_t deadline)
{
	struct follow *follow = follow_new();
	int ret, index = -1;

	if (!follow) {
		complain("udev's monitor cannot be used: %s", strerror(errno));
		return EXIT_FAILED;
	}
	for (;;) {
		ret = look(name, goal, follow, &index);
		if (ret >= 0)
			break;
		if (!until_deadline(deadline, -1)) {
			ret = timed_out(name, goal);
			break;
		}
		if (follow_wait(follow, until_deadline(deadline, LOOK_MS)) == -EINTR) {
			ret = EXIT_INTERRUPTED;
			break;
		}
		/* Unplugged and plugged in again in between. */
		if (follow_plugged(follow))
			follow_forget(follow, index);
	}
	follow_free(follow);
	return ret;
}

int cmd_wait(int argc, char **argv)
{
	static const struct option options[] = {
		{ "timeout", required_argument, NULL, 't' }, { "help", no_argument, NULL, 'h' },
		{ }
	};
	int64_t deadline = FOREVER;
	unsigned int ms;
	int option;
	size_t i;

	while ((option = getopt_long(argc, argv, "ht:", options, NULL)) != -1) {
		if (option != 't')
			return bad_option(option);
		if (parse_ms(optarg, 1000, &ms)) {
			complain("--timeout %s: not a time: seconds, or with ms, s, min or h",
				 optarg);
			return EXIT_USAGE;
		}
		deadline = deadline_after(ms);
	}
	if (argc - optind != 2)
		return EXIT_USAGE;
	signals_catch();
	for (i = 0; i < N_GOALS; i++)
		if (!strcmp(argv[optind + 1], goals[i].name))
			return wait_for(argv[optind], &goals[i], deadline);
	complain("%s: not idle, ready, gone or present", argv[optind + 1]);
	return EXIT_USAGE;
}
