// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "request.h"

/* A request has no need to nest; an id may, a little. */
#define DEPTH_MAX	8

static void set_query(struct request *request, struct json_object *value)
{
	size_t len;

	if (!json_object_is_type(value, json_type_string)) {
		request->complaint = "query: a string is wanted";
		return;
	}
	len = json_object_get_string_len(value);
	if (!len || len > PRINTPORT_QUERY_MAX ||
	    strlen(json_object_get_string(value)) != len) {
		request->complaint = "query: empty, too long, or with a NUL";
		return;
	}
	memcpy(request->key, json_object_get_string(value), len + 1);
	request->type = REQUEST_QUERY;
}

static void set_subscribe(struct request *request, struct json_object *value)
{
	if (!json_object_is_type(value, json_type_boolean)) {
		request->complaint = "subscribe: true or false is wanted";
		return;
	}
	request->on = json_object_get_boolean(value);
	request->type = REQUEST_SUBSCRIBE;
}

static void set_status(struct request *request, struct json_object *value)
{
	if (json_object_is_type(value, json_type_boolean) && json_object_get_boolean(value))
		request->type = REQUEST_STATUS;
	else
		request->complaint = "status: true is wanted";
}

static void set_id(struct request *request, struct json_object *value)
{
	if (strlen(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN)) >
	    REQUEST_ID_MAX)
		request->complaint = "id: too long";
	else
		request->id = json_object_get(value);
}

static void set_member(struct request *request, const char *name, struct json_object *value)
{
	static const struct {
		const char *name;
		void (*set)(struct request *request, struct json_object *value);
	} verbs[] = {
		{ "query", set_query },
		{ "subscribe", set_subscribe },
		{ "status", set_status },
	};
	size_t i;

	if (!strcmp(name, "id")) {
		set_id(request, value);
		return;
	}
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(name, verbs[i].name))
			continue;
		if (request->type != REQUEST_BAD)
			request->complaint = "more than one request in a line";
		else
			verbs[i].set(request, value);
		return;
	}
	request->complaint = "a member that is not known";
}

static struct json_object *parse_json(const char *line, size_t len)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *object;

	if (!tokener)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, line, len);
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    json_tokener_get_parse_end(tokener) != len) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	return object;
}

static size_t trimmed(const char *line, size_t len)
{
	while (len && strchr(" \t\r", line[len - 1]))
		len--;
	return len;
}

void request_parse(struct request *request, const char *line, size_t len)
{
	struct json_object *object = NULL;

	memset(request, 0, sizeof(*request));
	/* The tokener would take a NUL for the end. */
	if (!memchr(line, '\0', len))
		object = parse_json(line, trimmed(line, len));
	if (!json_object_is_type(object, json_type_object)) {
		request->complaint = "not a JSON object";
		json_object_put(object);
		return;
	}
	json_object_object_foreach(object, name, value) {
		set_member(request, name, value);
		if (request->complaint)
			break;
	}
	if (!request->complaint && request->type == REQUEST_BAD)
		request->complaint = "neither query nor subscribe nor status";
	if (request->complaint)
		request->type = REQUEST_BAD;
	json_object_put(object);
}

void request_release(struct request *request)
{
	json_object_put(request->id);
	request->id = NULL;
}
