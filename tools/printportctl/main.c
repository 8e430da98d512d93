// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl: one verb a file; this one picks the verb. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "printportctl.h"

static const struct {
	const char *verb;
	int (*run)(int argc, char **argv);
	const char *usage;
} commands[] = {
	{ "list", cmd_list, "list [--json]                       all print ports" },
	{ "show", cmd_show, "show [--json] PORT                  one port, with its counters" },
	{ "print", cmd_print, "print [-pv] [-n NAME] PORT FILE...  each file as a job, in one open" },
	{ "query", cmd_query, "query PORT KEY...                   ask the port's language monitor" },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *to)
{
	size_t i;

	fprintf(to, "usage:\n");
	for (i = 0; i < N_COMMANDS; i++)
		fprintf(to, "  printportctl %s\n", commands[i].usage);
	fprintf(to, "PORT: /dev/printport0, printport0 or 0. See printportctl(1).\n");
}

void complain(const char *format, ...)
{
	va_list ap;

	fputs("printportctl: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
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
	default:
		return EXIT_FAILED;
	}
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		usage(stdout);
		return EXIT_OK;
	}
	for (i = 0; argc > 1 && i < N_COMMANDS; i++) {
		int ret;

		if (strcmp(argv[1], commands[i].verb))
			continue;
		ret = commands[i].run(argc - 1, argv + 1);
		if (ret == EXIT_USAGE)
			fprintf(stderr, "usage: printportctl %s\n", commands[i].usage);
		if ((fflush(stdout) || ferror(stdout)) && ret == EXIT_OK) {
			complain("standard output: %s", strerror(errno));
			ret = EXIT_FAILED;
		}
		return ret;
	}
	usage(stderr);
	return EXIT_USAGE;
}
