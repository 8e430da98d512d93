// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON as the verbs write it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "text.h"

void json_add_text(json_object *object, const char *key, const char *text)
{
	char *clean = strdup(text);

	if (clean)
		clean_text(clean);
	json_object_object_add(object, key, json_object_new_string(clean ? clean : ""));
	free(clean);
}

void json_add_optional(json_object *object, const char *key, const char *text)
{
	if (*text)
		json_add_text(object, key, text);
	else
		json_object_object_add(object, key, NULL);
}

void json_add_number(json_object *object, const char *key, uint64_t number)
{
	json_object_object_add(object, key, json_object_new_uint64(number));
}

json_object *json_words(const char *text)
{
	json_object *array = json_object_new_array();
	size_t len;

	if (!strcmp(text, "none"))
		return array;
	for (text += strspn(text, " "); *text; text += len, text += strspn(text, " ")) {
		len = strcspn(text, " ");
		json_object_array_add(array, json_object_new_string_len(text, (int)len));
	}
	return array;
}

static void print(json_object *object, int flags)
{
	puts(json_object_to_json_string_ext(object, flags | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

void json_print_line(json_object *object)
{
	print(object, JSON_C_TO_STRING_PLAIN);
}

void json_print(json_object *object)
{
	print(object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED);
}
