/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef JSON_H
#define JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/* Members of an object; text is cleaned on its way. */
void json_add_text(json_object *object, const char *key, const char *text);
/* null where the text is empty */
void json_add_optional(json_object *object, const char *key, const char *text);
void json_add_number(json_object *object, const char *key, uint64_t number);

/* An array of the words that spaces separate; "none" is an empty one. */
json_object *json_words(const char *text);

/* Writes a line, or a page, to standard output, and drops @object. */
void json_print_line(json_object *object);
void json_print(json_object *object);

#endif
