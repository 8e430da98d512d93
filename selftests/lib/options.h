/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line that all test programs share. */
#ifndef SELFTESTS_OPTIONS_H
#define SELFTESTS_OPTIONS_H

#include <stdbool.h>

/**
 * struct options - what the command line says
 * @port: node of the port to test, NULL: simulated ones, made for each case
 * @printer: where what @port prints can be read, NULL: nowhere
 * @expect: file to which what was sent is appended, for a printer that cannot be read
 * @rounds: of what is repeated, 0: the program's own choice
 * @bytes: to be transferred, 0: the program's own choice
 * @seed: of everything random
 * @patience: factor for bounds of time
 * @quick: fewer rounds and bytes
 */
struct options {
	const char *port;
	const char *printer;
	const char *expect;
	unsigned int rounds;
	unsigned long long bytes;
	unsigned int seed;
	unsigned int patience;
	bool quick;
	char **only;
};

extern struct options options;

/* Ends the program where the command line is wrong. */
void options_parse(int argc, char **argv);
bool options_wants(const char *name);

/* @full, or @quick with --quick, unless --rounds or --bytes say something else. */
unsigned int options_rounds(unsigned int full, unsigned int quick);
unsigned long long options_bytes(unsigned long long full, unsigned long long quick);

#endif /* SELFTESTS_OPTIONS_H */
