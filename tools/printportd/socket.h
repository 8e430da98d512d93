/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The local socket of a port: questions to the language monitor and news from it, one
 * JSON object a line, see printportd(8).
 */
#ifndef PRINTPORTD_SOCKET_H
#define PRINTPORTD_SOCKET_H

#include <json-c/json.h>
#include <stddef.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

/* What a client can have of us. */
#define SOCKET_CLIENTS_MAX		32
#define SOCKET_LINE_MAX			8192		/* bytes, the newline included */
#define SOCKET_OUT_MAX			(64 * 1024)	/* bytes that it has not read */
#define SOCKET_CLIENT_QUERIES_MAX	16		/* open questions of one client */
#define SOCKET_QUERIES_MAX		64		/* of all, also those that are gone */
#define SOCKET_QUERY_MS			120000		/* until ETIMEDOUT */
#define SOCKET_FAREWELL_MS		2000		/* to read why it is dropped */

struct socket_server;
struct socket_query;

/**
 * struct socket_handler - who knows the answers
 * @query: somebody asks @key; socket_answer() follows, now or later, exactly once
 * @status: makes the object that tells the port's condition; NULL: no memory
 * @arg: their argument
 */
struct socket_handler {
	void (*query)(void *arg, struct socket_query *query, const char *key);
	struct json_object *(*status)(void *arg);
	void *arg;
};

/**
 * socket_server_new - begins to listen
 * @event: the loop
 * @path: of the socket; beside it, with ".lock" behind its name, lies the file that keeps
 *	two daemons from serving it
 * @group: whose members may connect besides the owner, "" for our own group
 * @handler: kept, not copied
 * @server: out
 *
 * Returns 0, -EBUSY (another daemon serves this socket), -ENOMEM, or what a system call
 * failed with. A group that cannot be set is logged, and is no error.
 */
int socket_server_new(sd_event *event, const char *path, const char *group,
		      const struct socket_handler *handler, struct socket_server **server);

/* Answers to questions must have come by now. NULL is allowed. */
void socket_server_free(struct socket_server *server);

void socket_server_set_group(struct socket_server *server, const char *group);

/**
 * socket_publish - tells all who have subscribed
 * @event: a JSON object, which is used up
 * @name: NULL, or the value of a member "name" that only root and @owner are told; not
 *	trusted
 * @owner: a user id
 *
 * Does not block. Who does not read is dropped.
 */
void socket_publish(struct socket_server *server, struct json_object *event,
		    const char *name, uid_t owner);

/**
 * socket_answer - answers a question
 * @query: the question, freed
 * @error: 0 or -errno
 * @buf: the answer, @len bytes, not trusted
 */
void socket_answer(struct socket_query *query, int error, const void *buf, size_t len);

#endif /* PRINTPORTD_SOCKET_H */
