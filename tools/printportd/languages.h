/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The languages that this printportd speaks. */
#ifndef PRINTPORTD_LANGUAGES_H
#define PRINTPORTD_LANGUAGES_H

#include "language.h"

/* In the order in which they are tried; ended by NULL. */
extern const struct language *const languages[];

/* The language named @name, or NULL. */
const struct language *language_find(const struct language *const *list, const char *name);

/* How many options @language has. */
size_t language_n_options(const struct language *language);

#endif /* PRINTPORTD_LANGUAGES_H */
