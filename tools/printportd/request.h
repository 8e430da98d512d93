/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line from a client of the socket, see printportd(8). */
#ifndef PRINTPORTD_REQUEST_H
#define PRINTPORTD_REQUEST_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include <linux/printport.h>

/* The longest "id", as JSON. */
#define REQUEST_ID_MAX	256

enum request_type {
	REQUEST_BAD,
	REQUEST_QUERY,
	REQUEST_SUBSCRIBE,
	REQUEST_STATUS,
};

/**
 * struct request - what a client wants
 * @type: which
 * @complaint: REQUEST_BAD: what is wrong
 * @id: what the client wants to find in the answer, or NULL
 * @on: REQUEST_SUBSCRIBE: begin, or end
 * @key: REQUEST_QUERY: the question
 */
struct request {
	enum request_type type;
	const char *complaint;
	struct json_object *id;
	bool on;
	char key[PRINTPORT_QUERY_MAX + 1];
};

/* Takes apart @len bytes at @line, not trusted, without their newline. */
void request_parse(struct request *request, const char *line, size_t len);

/* Frees what request_parse() allocated. */
void request_release(struct request *request);

#endif /* PRINTPORTD_REQUEST_H */
