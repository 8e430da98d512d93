// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl print */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "print_job.h"
#include "printportctl.h"
#include "signals.h"
#include "times.h"

/* How soon a close that waits for the printer is left to the port. */
#define LEAVE_MS	100

/* libprintport opens ports; one that is open already takes the place of what it opened. */
static int adopt(int fd, struct printport_port **port)
{
	int err = printport_open_port("/dev/null", PRINTPORT_OPEN_WRITE_ONLY, port);

	if (err)
		return err;
	if (dup3(fd, printport_port_fd(*port), O_CLOEXEC) < 0) {
		err = -errno;
		printport_close_port(*port);
		return err;
	}
	close(fd);
	return 0;
}

/* "fd:N": the spooler that started us holds the port already. */
static int open_port(const char *name, struct printport_port **result)
{
	struct port port;
	int fd, end = 0, ret, err;

	if (sscanf(name, "fd:%d%n", &fd, &end) == 1 && fd > 2 && !name[end]) {
		err = adopt(fd, result);
		if (!err)
			return EXIT_OK;
		complain("%s: %s", name, strerror(-err));
		return EXIT_NO_PORT;
	}
	ret = port_read(&port, name);
	if (!ret)
		ret = port_open(&port, PRINTPORT_OPEN_WRITE_ONLY, result);
	return interrupted ? EXIT_INTERRUPTED : ret;
}

/* Said before anything is printed. */
static int check(const char *name, const struct printport_info *info,
		 const struct print_options *options)
{
	if (options->wait != PRINTPORT_WAIT_PRINTED ||
	    (info->capabilities & PRINTPORT_CAP_PRINTED))
		return EXIT_OK;
	complain("%s has no language monitor that could tell what is printed; without -p it is "
		 "printed", name);
	/* Not EXIT_UNCONFIRMED: nothing was sent. */
	return EXIT_FAILED;
}

static int close_port(struct printport_port *port, const char *name, int ret,
		      const struct print_options *options)
{
	int err;

	/* A signal ends the wait of close(), and the rest is delivered without us. */
	if (options->wait == PRINTPORT_WAIT_NONE)
		signals_tick(LEAVE_MS);
	err = printport_close_port(port);
	signals_tick(0);
	if (!err || err == -EINTR || ret)
		return ret;
	complain("%s: %s", name, strerror(-err));
	return exit_code(-err);
}

static int print(const char *name, char **files, int count,
		 const struct print_options *options)
{
	static char standard_input[] = "-", *only[] = { standard_input };
	struct printport_info info;
	struct printport_port *port;
	char port_name[32];
	int ret, err, i;

	if (!count) {
		files = only;
		count = 1;
	}
	ret = open_port(name, &port);
	if (ret)
		return ret;
	err = printport_get_info(port, &info);
	if (err) {
		if (err == -ENOTTY)
			complain("%s is no print port", name);
		ret = err == -ENOTTY ? EXIT_NO_PORT : port_gone(name);
		printport_close_port(port);
		return ret;
	}
	snprintf(port_name, sizeof(port_name), "printport%u", info.index);
	ret = check(name, &info, options);
	for (i = 0; i < count && !ret; i++)
		ret = interrupted ? EXIT_INTERRUPTED :
		      print_job(port, port_name, files[i], options);
	return close_port(port, name, ret, options);
}

static bool parse_wait(const char *text, enum printport_wait *wait)
{
	if (!strcmp(text, "none"))
		*wait = PRINTPORT_WAIT_NONE;
	else if (!strcmp(text, "delivered"))
		*wait = PRINTPORT_WAIT_DELIVERED;
	else if (!strcmp(text, "printed"))
		*wait = PRINTPORT_WAIT_PRINTED;
	else
		return false;
	return true;
}

static const char *user_name(void)
{
	const struct passwd *user = getpwuid(getuid());

	return user ? user->pw_name : "";
}

enum { OPTION_USER = 256 };

static int parse_option(int option, struct print_options *options)
{
	switch (option) {
	case 'n':
		options->name = optarg;
		return EXIT_OK;
	case 'p':
		options->wait = PRINTPORT_WAIT_PRINTED;
		return EXIT_OK;
	case 'v':
		options->verbose = true;
		return EXIT_OK;
	case 'j':
		options->json = true;
		return EXIT_OK;
	case OPTION_USER:
		options->user = optarg;
		return EXIT_OK;
	case 'w':
		if (parse_wait(optarg, &options->wait))
			return EXIT_OK;
		complain("--wait %s: not none, delivered or printed", optarg);
		return EXIT_USAGE;
	case 't':
		if (!parse_ms(optarg, 1000, &options->stall_ms))
			return EXIT_OK;
		complain("--timeout %s: not a time: seconds, or with ms, s, min or h", optarg);
		return EXIT_USAGE;
	default:
		return bad_option(option);
	}
}

int cmd_print(int argc, char **argv)
{
	static const struct option options[] = {
		{ "name", required_argument, NULL, 'n' },
		{ "user", required_argument, NULL, OPTION_USER },
		{ "wait", required_argument, NULL, 'w' },
		{ "timeout", required_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	struct print_options how = {
		.user = user_name(), .wait = PRINTPORT_WAIT_DELIVERED,
	};
	int option, ret;

	while ((option = getopt_long(argc, argv, "hn:pvw:t:", options, NULL)) != -1) {
		ret = parse_option(option, &how);
		if (ret)
			return ret;
	}
	if (optind == argc)
		return EXIT_USAGE;
	signals_catch();
	return print(argv[optind], argv + optind + 1, argc - optind - 1, &how);
}
