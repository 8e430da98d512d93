// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "pjl_variables.h"

/* HP PJL Technical Reference Manual, appendix A: a selection, as on a LaserJet 4. */
static const struct pjl_variable table[] = {
	{ "", "COPIES", "1 999", "1", true },
	{ "", "PAPER", "LETTER LEGAL A4 A5 EXECUTIVE COM10 MONARCH C5 DL B5", "A4", false },
	{ "", "ORIENTATION", "PORTRAIT LANDSCAPE", "PORTRAIT", false },
	{ "", "FORMLINES", "5 128", "60", true },
	{ "", "MANUALFEED", "OFF ON", "OFF", false },
	{ "", "RET", "OFF LIGHT MEDIUM DARK", "MEDIUM", false },
	{ "", "PAGEPROTECT", "OFF LETTER LEGAL A4 AUTO ON", "AUTO", false },
	{ "", "RESOLUTION", "300 1200", "600", true },
	{ "", "DUPLEX", "OFF ON", "OFF", false },
	{ "", "BINDING", "LONGEDGE SHORTEDGE", "LONGEDGE", false },
	{ "", "PERSONALITY", "AUTO PCL POSTSCRIPT", "AUTO", false },
	{ "", "TIMEOUT", "5 300", "15", true },
	{ "", "DENSITY", "1 5", "3", true },
	{ "", "ECONOMODE", "OFF ON", "OFF", false },
	{ "", "AUTOCONT", "OFF ON", "ON", false },
	{ "", "JAMRECOVERY", "OFF AUTO ON", "AUTO", false },
	{ "", "JOBID", "OFF ON", "OFF", false },
	{ "", "USERNAME", "", "", false },
	{ "", "JOBATTR", "", "", false },
	{ "PCL", "PITCH", "0.44 99.99", "10.00", true },
	{ "PCL", "PTSIZE", "4.00 999.75", "12.00", true },
	{ "PCL", "FONTNUMBER", "0 999", "0", true },
	{ "PCL", "SYMSET", "ROMAN8 ISOL1 ISOL2 PC8 PC850 WIN30 DESKTOP", "PC8", false },
	{ "POSTSCRIPT", "PRTPSERRS", "OFF ON", "OFF", false },
};

_Static_assert(sizeof(table) / sizeof(table[0]) == PJL_VARIABLES, "the size of the table");

const struct pjl_variable *pjl_variable(size_t index)
{
	return index < PJL_VARIABLES ? &table[index] : NULL;
}

int pjl_variable_find(const char *personality, const char *name)
{
	size_t i;

	for (i = 0; i < PJL_VARIABLES; i++)
		if (!strcmp(table[i].name, name) &&
		    !strcmp(table[i].personality, personality))
			return i;
	return -1;
}

static bool in_list(const char *list, const char *value, size_t len)
{
	while (*list) {
		size_t step = strcspn(list, " ");

		if (step == len && !memcmp(list, value, len))
			return true;
		list += step;
		list += *list == ' ';
	}
	return false;
}

static bool in_range(const char *range, const struct pjl_option *value)
{
	char text[PJL_VALUE_MAX + 1], *rest;
	double min = strtod(range, &rest), max = strtod(rest, NULL), number;

	if (value->len > PJL_VALUE_MAX)
		return false;
	memcpy(text, value->value, value->len);
	text[value->len] = '\0';
	number = strtod(text, NULL);
	return number >= min && number <= max;
}

const char *pjl_variable_check(int index, const struct pjl_option *value)
{
	const struct pjl_variable *variable = &table[index];

	if (value->type == PJL_NONE)
		return "no value";
	if (!variable->values[0]) {
		if (value->type != PJL_STRING)
			return "the value is not a string";
		return value->len > PJL_VALUE_MAX ? "the string is too long" : NULL;
	}
	if (variable->range) {
		if (value->type != PJL_NUMBER)
			return "the value is not a number";
		return in_range(variable->values, value) ? NULL : "the value is out of range";
	}
	if (value->type != PJL_ALPHANUMERIC)
		return "the value is not alphanumeric";
	return in_list(variable->values, value->value, value->len) ? NULL :
								     "there is no such value";
}

void pjl_variable_set(char (*values)[PJL_VALUE_MAX + 1], int index,
		      const struct pjl_option *value)
{
	memcpy(values[index], value->value, value->len);
	values[index][value->len] = '\0';
}

void pjl_variables_initialize(struct pjl_variables *variables)
{
	size_t i;

	for (i = 0; i < PJL_VARIABLES; i++)
		strcpy(variables->preset[i], table[i].preset);
	pjl_variables_reset(variables);
}

void pjl_variables_reset(struct pjl_variables *variables)
{
	memcpy(variables->current, variables->preset, sizeof(variables->current));
}
