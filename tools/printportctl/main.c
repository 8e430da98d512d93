// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl: one verb a file; this one picks the verb. */
#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printportctl.h"
#include "text.h"

static const struct command {
	const char *verb;
	int (*run)(int argc, char **argv);
	const char *arguments;
	const char *what;
} commands[] = {
	{ "list", cmd_list, "[--json]", "all print ports" },
	{ "show", cmd_show, "[--json] PORT", "everything about one port" },
	{ "status", cmd_status, "[--json] [PORT...]", "the condition of printers" },
	{ "watch", cmd_watch, "[--json] [--timeout TIME] [--count N] [PORT...]",
	  "their condition, as it changes" },
	{ "wait", cmd_wait, "[--timeout TIME] PORT idle|ready|gone|present",
	  "until a port is so" },
	{ "print", cmd_print,
	  "[-pv] [-n NAME] [--user NAME] [--wait none|delivered|printed]\n"
	  "\t[--timeout TIME] [--json] PORT [FILE...]",
	  "each file as a job, in one open" },
	{ "jobs", cmd_jobs, "[--json] [-n N] PORT", "jobs on their way, and recent ones" },
	{ "query", cmd_query, "[--json] PORT KEY...", "asks the port's language monitor" },
	{ "abort", cmd_abort, "[--json] PORT", "drops everything that is on its way" },
	{ "reset", cmd_reset, "PORT", "resets the printer" },
	{ "limits", cmd_limits, "[--json] PORT [NAME=TIME...]", "time limits, at once" },
	{ "name", cmd_name, "[--json] PORT [NAME|--clear]", "the port's own name" },
	{ "config", cmd_config, "check|show|set|unset|apply ...", "what is set for good" },
	{ "monitor", cmd_monitor, "[--json] PORT [LANGUAGE|auto|none]",
	  "the port's language monitor" },
	{ "sim", cmd_sim, "list|add|set|plug|unplug|remove|read|write ...",
	  "simulated printers" },
	{ "quirk", cmd_quirk, "[--json] | VENDOR:PRODUCT|PORT WORD[+WORD]|none|--clear [--save]",
	  "what USB printers need" },
	{ "doctor", cmd_doctor, "[--json] [--fix] [-n]", "why something does not print" },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void command_usage(FILE *to, const struct command *command)
{
	fprintf(to, "usage: printportctl %s %s\n", command->verb, command->arguments);
}

static void usage(FILE *to)
{
	size_t i;

	fprintf(to, "usage: printportctl VERB [ARGUMENT...]\n");
	for (i = 0; i < N_COMMANDS; i++)
		fprintf(to, "  %-8s %s\n", commands[i].verb, commands[i].what);
	fprintf(to, "printportctl VERB --help tells the arguments of a verb.\n"
		"PORT: 0, printport0, by-id/X, by-path/X, by-name/X or a configured name.\n"
		"See printportctl(1).\n");
}

void complain(const char *format, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text)
		clean_text(text);
	fflush(stdout);
	fprintf(stderr, "printportctl: %s\n", text ? text : "out of memory");
	free(text);
}

int exit_code(int err)
{
	switch (err) {
	case EBUSY:
		return EXIT_BUSY;
	case EACCES:
	case EPERM:
		return EXIT_DENIED;
	case ENODEV:
	case ENOENT:
	case ENXIO:
		return EXIT_NO_PORT;
	case ETIMEDOUT:
		return EXIT_TIMEOUT;
	case EINTR:
		return EXIT_INTERRUPTED;
	default:
		return EXIT_FAILED;
	}
}

int bad_option(int option)
{
	return option == 'h' ? EXIT_HELP : EXIT_USAGE;
}

static bool wants_help(const char *argument)
{
	return argument && (!strcmp(argument, "--help") || !strcmp(argument, "-h"));
}

static int run(const struct command *command, int argc, char **argv)
{
	char name[64];
	int ret;

	/* What getopt() puts before its complaints. */
	snprintf(name, sizeof(name), "printportctl %s", command->verb);
	argv[0] = name;
	ret = wants_help(argv[1]) ? EXIT_HELP : command->run(argc, argv);
	if (ret == EXIT_USAGE)
		command_usage(stderr, command);
	if (ret == EXIT_HELP) {
		command_usage(stdout, command);
		printf("%s. See printportctl(1).\n", command->what);
		ret = EXIT_OK;
	}
	if ((fflush(stdout) || ferror(stdout)) && ret == EXIT_OK) {
		complain("standard output: %s", strerror(errno));
		ret = EXIT_FAILED;
	}
	return ret;
}

int main(int argc, char **argv)
{
	size_t i;

	setlocale(LC_CTYPE, "");
	if (argc > 1 && (wants_help(argv[1]) || !strcmp(argv[1], "help"))) {
		usage(stdout);
		return EXIT_OK;
	}
	for (i = 0; argc > 1 && i < N_COMMANDS; i++)
		if (!strcmp(argv[1], commands[i].verb))
			return run(&commands[i], argc - 1, argv + 1);
	if (argc > 1)
		complain("there is no verb \"%s\"", argv[1]);
	usage(stderr);
	return EXIT_USAGE;
}
