// SPDX-License-Identifier: GPL-2.0-or-later
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

struct options options = { .seed = 1, .patience = 1 };

static const struct option names[] = {
	{ "port", required_argument, NULL, 'p' },
	{ "printer", required_argument, NULL, 'P' },
	{ "expect", required_argument, NULL, 'e' },
	{ "rounds", required_argument, NULL, 'r' },
	{ "bytes", required_argument, NULL, 'b' },
	{ "seed", required_argument, NULL, 's' },
	{ "quick", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static void usage(const char *program, int code)
{
	fprintf(code ? stderr : stdout,
		"usage: %s [--port NODE [--printer NODE | --expect FILE]] [--rounds N]\n"
		"       [--bytes N] [--seed N] [--quick] [CASE...]\n"
		"Without --port the program makes simulated ports (module printport_sim).\n",
		program);
	exit(code);
}

void options_parse(int argc, char **argv)
{
	const char *kernel = getenv("PRINTPORT_KERNEL");
	int c;

	/* Every checker on, in software emulation. */
	if (kernel && !strcmp(kernel, "debug"))
		options.patience = 5;
	while ((c = getopt_long(argc, argv, "p:P:e:r:b:s:qh", names, NULL)) != -1) {
		switch (c) {
		case 'p':
			options.port = optarg;
			break;
		case 'P':
			options.printer = optarg;
			break;
		case 'e':
			options.expect = optarg;
			break;
		case 'r':
			options.rounds = strtoul(optarg, NULL, 0);
			break;
		case 'b':
			options.bytes = strtoull(optarg, NULL, 0);
			break;
		case 's':
			options.seed = strtoul(optarg, NULL, 0);
			break;
		case 'q':
			options.quick = true;
			break;
		case 'h':
			usage(argv[0], 0);
			break;
		default:
			usage(argv[0], 2);
		}
	}
	options.only = argv + optind;
}

bool options_wants(const char *name)
{
	char **only = options.only;

	if (!only || !*only)
		return true;
	for (; *only; only++)
		if (!strcmp(*only, name))
			return true;
	return false;
}

unsigned int options_rounds(unsigned int full, unsigned int quick)
{
	if (options.rounds)
		return options.rounds;
	return options.quick ? quick : full;
}

unsigned long long options_bytes(unsigned long long full, unsigned long long quick)
{
	if (options.bytes)
		return options.bytes;
	return options.quick ? quick : full;
}
