// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl monitor: which language a port speaks, and which it shall speak. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "applied.h"
#include "json.h"
#include "own_file.h"
#include "subprocess.h"

/* How long a command of systemd may take, and printportd to attach. */
#define SYSTEMCTL_MS	30000
#define ATTACH_TRIES	50
#define ATTACH_PAUSE_NS	100000000
#define OUTPUT_SIZE	4096

/* What is to be attached, and why. Empty: not known. */
struct wanted {
	char language[64];
	char why[600];
};

/* --- what is so, and what shall be ------------------------------------------------ */

/* "printport0: pjl, or raw (the printer's device id)" */
static void parse_check(char *line, struct wanted *wanted)
{
	char *language = strstr(line, ": "), *why;

	line[strcspn(line, "\n")] = '\0';
	if (!language)
		return;
	language += 2;
	why = strstr(language, " (");
	if (!why || !strchr(why, ')'))
		return;
	*why = '\0';
	why += 2;
	*strrchr(why, ')') = '\0';
	snprintf(wanted->language, sizeof(wanted->language), "%s", language);
	snprintf(wanted->why, sizeof(wanted->why), "%s", why);
}

/* printportd knows best: it has the languages, and a configuration of its own. */
static void ask_daemon(const struct port *port, struct wanted *wanted)
{
	char number[16], output[OUTPUT_SIZE];
	char *const argv[] = { "printportd", "--check", number, NULL };
	int code;

	memset(wanted, 0, sizeof(*wanted));
	snprintf(number, sizeof(number), "%d", port->index);
	code = subprocess_run(argv, output, sizeof(output), SYSTEMCTL_MS);
	if (!code)
		parse_check(output, wanted);
	else if (code == -ENOENT)
		snprintf(wanted->why, sizeof(wanted->why), "printportd is not installed");
	else
		snprintf(wanted->why, sizeof(wanted->why), "printportd --check %d tells why",
			 port->index);
}

/* A file that says it is a better reason than "the port's own configuration". */
static void name_file(const struct port *port, struct wanted *wanted, char *said, size_t size)
{
	struct own_file own;

	*said = '\0';
	if (!own_file_read(&own, port) && own.config && *own.config->values[PORT_LANGUAGE]) {
		snprintf(said, size, "%.32s", own.config->values[PORT_LANGUAGE]);
		if (strcmp(said, "auto"))
			snprintf(wanted->why, sizeof(wanted->why), "%.512s:%u",
				 own.config->path, own.config->lines[PORT_LANGUAGE]);
	}
	own_file_done(&own);
}

static void show_json(const struct port *port, const struct wanted *wanted, const char *said)
{
	json_object *object = json_object_new_object();

	json_add_text(object, "port", port->name);
	json_add_optional(object, "attached",
			  strcmp(port->monitor, "none") ? port->monitor : "");
	json_add_optional(object, "configured", said);
	json_add_optional(object, "language", wanted->language);
	json_add_optional(object, "why", wanted->why);
	json_print(object);
}

static int show(const struct port *port, bool json)
{
	struct wanted wanted;
	char said[64];

	ask_daemon(port, &wanted);
	name_file(port, &wanted, said, sizeof(said));
	if (json) {
		show_json(port, &wanted, said);
		return EXIT_OK;
	}
	printf("attached    %s\n", port->monitor);
	printf("configured  %s\n", *said ? said : "nothing");
	printf("language    %s%s%s%s\n", *wanted.language ? wanted.language : "not known",
	       *wanted.why ? " (" : "", wanted.why, *wanted.why ? ")" : "");
	return EXIT_OK;
}

/* --- making it so ----------------------------------------------------------------- */

static int systemctl(const struct port *port, char *verb)
{
	char unit[64], output[OUTPUT_SIZE];
	char *const argv[] = { "systemctl", verb, unit, NULL };
	int code;

	snprintf(unit, sizeof(unit), "printportd@%d.service", port->index);
	code = subprocess_run(argv, output, sizeof(output), SYSTEMCTL_MS);
	if (!code || !strcmp(verb, "is-active"))
		return code ? EXIT_FAILED : EXIT_OK;
	complain("systemctl %s %s: %s", verb, unit, code < 0 ? strerror(-code) : output);
	return EXIT_FAILED;
}

static int say_by_hand(const struct port *port)
{
	complain("systemd does not run here: send SIGHUP to the printportd of %s, or start "
		 "printportd %d", port->name, port->index);
	return EXIT_OK;
}

/* Whether what is attached is what is wanted; of one that asks the printer nobody knows. */
static bool is_attached(const char *name, const struct wanted *wanted)
{
	struct port port;

	if (port_find(&port, name))
		return true;
	return !*wanted->language || strstr(wanted->language, ", or ") ||
	       !strcmp(port.monitor, wanted->language);
}

static int wait_until_attached(const struct port *port)
{
	const struct timespec pause = { .tv_nsec = ATTACH_PAUSE_NS };
	struct wanted wanted;
	struct port now;
	int i;

	ask_daemon(port, &wanted);
	for (i = 0; i < ATTACH_TRIES; i++) {
		if (is_attached(port->name, &wanted))
			return EXIT_OK;
		if (!port_find(&now, port->name) && strcmp(now.state, "closed")) {
			printf("%s is %s: the language changes when it is closed\n",
			       port->name, now.state);
			return EXIT_OK;
		}
		nanosleep(&pause, NULL);
	}
	complain("%s: %s is not attached yet; journalctl -u printportd@%d may tell why",
		 port->name, wanted.language, port->index);
	return EXIT_TIMEOUT;
}

/*
 * A reload waits until no spooler holds the port, and ends a daemon that is not wanted any
 * more: stopping it would take the port from the spooler.
 */
static int make_so(const struct port *port, const char *language)
{
	bool runs;
	int ret = EXIT_OK;

	if (sd_booted() <= 0)
		return say_by_hand(port);
	runs = systemctl(port, "is-active") == EXIT_OK;
	if (runs)
		ret = systemctl(port, "reload");
	else if (strcmp(language, "none"))
		ret = systemctl(port, "start");
	return ret ? ret : wait_until_attached(port);
}

static int set(const struct port *port, const char *language)
{
	struct port_change change = { PORT_LANGUAGE, language };
	char why[300];
	int ret;

	if (port_value_check(PORT_LANGUAGE, language, why, sizeof(why))) {
		complain("%s", why);
		return EXIT_USAGE;
	}
	ret = own_file_change(port, &change, 1);
	if (!ret)
		ret = apply_config(port);
	return ret ? ret : make_so(port, language);
}

int cmd_monitor(int argc, char **argv)
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
	if (argc - optind < 1 || argc - optind > 2)
		return EXIT_USAGE;
	ret = port_read(&port, argv[optind]);
	if (!ret && argc - optind == 2) {
		ret = set(&port, argv[optind + 1]);
		/* It has changed since. */
		if (!ret)
			ret = port_read(&port, port.node);
	}
	return ret ? ret : show(&port, json);
}
