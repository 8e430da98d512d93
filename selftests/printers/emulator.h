/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program around a printer: its command line and its loop. */
#ifndef PRINTERS_EMULATOR_H
#define PRINTERS_EMULATOR_H

#include "printer.h"

/**
 * struct emulator - a program that plays one kind of printer
 * @language: how that printer behaves
 * @data: for the language, until the program ends
 * @option: an option of its own, --@name @value; returns false if the value is wrong.
 *	Called before the language is
 * @options: the names of these options, ended by NULL
 * @help: a line for each
 */
struct emulator {
	const struct printer_language *language;
	void *data;
	bool (*option)(void *data, const char *name, const char *value);
	const char *const *options;
	const char *help;
};

/*
 * Returns the exit code of main(): 0; 1: the protocol was violated; 2: the command line
 * is wrong, or a file cannot be opened or written.
 */
int emulator_main(const struct emulator *emulator, int argc, char **argv);

#endif /* PRINTERS_EMULATOR_H */
