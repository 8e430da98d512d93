/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PJL environment: the variables that SET, DEFAULT, INQUIRE and INFO VARIABLES know. */
#ifndef PRINTERS_PJL_VARIABLES_H
#define PRINTERS_PJL_VARIABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "pjl_line.h"

#define PJL_VARIABLES	24
#define PJL_VALUE_MAX	80

/**
 * struct pjl_variable - what a variable may be
 * @personality: LPARM that it needs, "" if none
 * @name: in capitals
 * @values: alphanumeric ones, separated by spaces, or "MIN MAX" of a range, or "" for a
 *	string
 * @preset: the factory's
 * @range: @values is a range
 */
struct pjl_variable {
	const char *personality;
	const char *name;
	const char *values;
	const char *preset;
	bool range;
};

/* struct pjl_variables - the values of one environment, and their defaults */
struct pjl_variables {
	char current[PJL_VARIABLES][PJL_VALUE_MAX + 1];
	char preset[PJL_VARIABLES][PJL_VALUE_MAX + 1];
};

/* By index, NULL behind the last. */
const struct pjl_variable *pjl_variable(size_t index);
/* Its index, -1 if there is none of this name for this personality. */
int pjl_variable_find(const char *personality, const char *name);
/* Says what is wrong with the value, or NULL. */
const char *pjl_variable_check(int index, const struct pjl_option *value);
void pjl_variable_set(char (*values)[PJL_VALUE_MAX + 1], int index,
		      const struct pjl_option *value);

/* All are the factory's. */
void pjl_variables_initialize(struct pjl_variables *variables);
/* All are what DEFAULT said. */
void pjl_variables_reset(struct pjl_variables *variables);

#endif /* PRINTERS_PJL_VARIABLES_H */
