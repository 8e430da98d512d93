// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "languages.h"

const struct language *const languages[] = {
	&language_pjl,
	&language_escpos,
	&language_raw,
	NULL
};

const struct language *language_find(const struct language *const *list, const char *name)
{
	for (; *list; list++)
		if (!strcmp((*list)->name, name))
			return *list;
	return NULL;
}

size_t language_n_options(const struct language *language)
{
	size_t n = 0;

	if (language->options)
		while (language->options[n].name)
			n++;
	return n;
}
