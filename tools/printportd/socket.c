// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"
#include "request.h"
#include "socket.h"
#include "text.h"

/* Requests of a client wait while it has more than this to read. */
#define OUT_PAUSE	(SOCKET_OUT_MAX / 4)
/* Room behind SOCKET_OUT_MAX for the last words. */
#define FAREWELL_SIZE	128
/* New clients that are let in at a time, so that the others get their turn. */
#define ACCEPT_BATCH	8
#define ACCEPT_AGAIN_MS	1000

#define JSON_FLAGS	(JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

struct client {
	struct socket_server *server;
	sd_event_source *io;
	sd_event_source *farewell;
	int fd;
	uid_t uid;
	bool subscribed;
	bool eof;		/* it sends no more, but may still read */
	bool leaving;		/* it gets what is in @out, and no more */
	unsigned int n_queries;
	size_t in_len;
	size_t out_len;
	char in[SOCKET_LINE_MAX];
	char out[SOCKET_OUT_MAX + FAREWELL_SIZE];
};

struct socket_query {
	struct socket_server *server;
	struct client *client;	/* NULL: nobody waits any more */
	struct json_object *id;
	sd_event_source *timeout;
};

struct socket_server {
	sd_event *event;
	const struct socket_handler *handler;
	char *path;
	int lock_fd;
	int fd;
	sd_event_source *listener;
	sd_event_source *accept_again;
	struct client *clients[SOCKET_CLIENTS_MAX];
	struct socket_query *queries[SOCKET_QUERIES_MAX];
};

/* --- what a client is told -------------------------------------------------------- */

static void client_update(struct client *client)
{
	uint32_t events = 0;

	if (client->out_len)
		events |= EPOLLOUT;
	if (!client->eof && !client->leaving && client->out_len < OUT_PAUSE)
		events |= EPOLLIN;
	sd_event_source_set_io_events(client->io, events);
}

static void client_append(struct client *client, const char *text, size_t len)
{
	memcpy(client->out + client->out_len, text, len);
	client->out_len += len;
	client_update(client);
}

/* Its event source sees that, and frees the client. */
static void client_cut(struct client *client)
{
	client->leaving = true;
	client->out_len = 0;
	shutdown(client->fd, SHUT_RDWR);
	client_update(client);
}

static int on_farewell_over(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	client_cut(arg);
	return 0;
}

/* @words is the last line that a client gets, if it reads it in time. */
static void client_leave(struct client *client, const char *words)
{
	if (client->leaving)
		return;
	client->leaving = true;
	client->subscribed = false;
	client_append(client, words, strlen(words));
	if (sd_event_add_time_relative(client->server->event, &client->farewell,
				       CLOCK_MONOTONIC, SOCKET_FAREWELL_MS * 1000ULL, 0,
				       on_farewell_over, client) < 0)
		client_cut(client);
}

static void client_say(struct client *client, struct json_object *object)
{
	const char *text = json_object_to_json_string_ext(object, JSON_FLAGS);
	size_t len = text ? strlen(text) : 0;

	if (client->leaving || !len)
		return;
	if (len + 1 > SOCKET_OUT_MAX - client->out_len) {
		client_leave(client, "{\"event\":\"dropped\",\"error\":\"ENOBUFS\"}\n");
		return;
	}
	client_append(client, text, len);
	client_append(client, "\n", 1);
}

static const char *error_name(int error)
{
	const char *name = strerrorname_np(error);

	return name ? name : "EIO";
}

static void add_error(struct json_object *object, int error, const char *message)
{
	json_object_object_add(object, "error", json_object_new_string(error_name(error)));
	json_object_object_add(object, "message", json_object_new_string(message));
}

static void client_complain(struct client *client, struct json_object *id, int error,
			    const char *message)
{
	struct json_object *object = json_object_new_object();

	if (id)
		json_object_object_add(object, "id", json_object_get(id));
	add_error(object, error, message);
	client_say(client, object);
	json_object_put(object);
}

static void client_tell_status(struct client *client, struct json_object *id)
{
	const struct socket_handler *handler = client->server->handler;
	struct json_object *object = handler->status(handler->arg);

	if (!object)
		return;
	if (id)
		json_object_object_add(object, "id", json_object_get(id));
	client_say(client, object);
	json_object_put(object);
}

/* --- questions -------------------------------------------------------------------- */

static void add_value(struct json_object *object, const void *buf, size_t len)
{
	char *text = malloc(TEXT_UTF8_SIZE(len));

	if (!text) {
		add_error(object, ENOMEM, strerror(ENOMEM));
		return;
	}
	len = text_to_utf8(buf, len, text);
	json_object_object_add(object, "value", json_object_new_string_len(text, len));
	free(text);
}

/* From now on nobody waits for it. */
static void query_reply(struct socket_query *query, int error, const void *buf, size_t len)
{
	struct client *client = query->client;
	struct json_object *object;

	if (!client)
		return;
	query->client = NULL;
	client->n_queries--;
	object = json_object_new_object();
	json_object_object_add(object, "id", json_object_get(query->id));
	if (error)
		add_error(object, -error, strerror(-error));
	else if (len > PRINTPORT_QUERY_MAX)
		add_error(object, EMSGSIZE, strerror(EMSGSIZE));
	else
		add_value(object, buf, len);
	client_say(client, object);
	json_object_put(object);
	/* It may have waited for nothing else. */
	if (client->eof && !client->out_len)
		client_cut(client);
}

static int on_query_timeout(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	query_reply(arg, -ETIMEDOUT, NULL, 0);
	return 0;
}

void socket_answer(struct socket_query *query, int error, const void *buf, size_t len)
{
	struct socket_server *server = query->server;
	size_t i;

	query_reply(query, error, buf, len);
	for (i = 0; i < SOCKET_QUERIES_MAX; i++)
		if (server->queries[i] == query)
			server->queries[i] = NULL;
	sd_event_source_disable_unref(query->timeout);
	json_object_put(query->id);
	free(query);
}

static struct socket_query *query_new(struct client *client, struct json_object *id)
{
	struct socket_server *server = client->server;
	struct socket_query *query;
	size_t i;

	for (i = 0; i < SOCKET_QUERIES_MAX && server->queries[i]; i++)
		;
	if (i == SOCKET_QUERIES_MAX || client->n_queries == SOCKET_CLIENT_QUERIES_MAX)
		return NULL;
	query = calloc(1, sizeof(*query));
	if (!query)
		return NULL;
	query->server = server;
	if (sd_event_add_time_relative(server->event, &query->timeout, CLOCK_MONOTONIC,
				       SOCKET_QUERY_MS * 1000ULL, 0, on_query_timeout,
				       query) < 0) {
		free(query);
		return NULL;
	}
	query->client = client;
	query->id = json_object_get(id);
	client->n_queries++;
	server->queries[i] = query;
	return query;
}

static void client_ask(struct client *client, const struct request *request)
{
	const struct socket_handler *handler = client->server->handler;
	struct socket_query *query = query_new(client, request->id);

	if (query)
		handler->query(handler->arg, query, request->key);
	else
		client_complain(client, request->id, EAGAIN, "too many questions wait");
}

/* --- what a client says ----------------------------------------------------------- */

static void client_request(struct client *client, const char *line, size_t len)
{
	struct request request;

	request_parse(&request, line, len);
	switch (request.type) {
	case REQUEST_BAD:
		client_complain(client, request.id, EINVAL, request.complaint);
		break;
	case REQUEST_QUERY:
		client_ask(client, &request);
		break;
	case REQUEST_SUBSCRIBE:
		client->subscribed = request.on;
		client_tell_status(client, request.id);
		break;
	case REQUEST_STATUS:
		client_tell_status(client, request.id);
		break;
	}
	request_release(&request);
}

static void client_requests(struct client *client)
{
	size_t begin = 0;

	while (!client->leaving && client->out_len < OUT_PAUSE) {
		const char *line = client->in + begin;
		const char *end = memchr(line, '\n', client->in_len - begin);

		if (!end)
			break;
		begin = end + 1 - client->in;
		if (end > line)
			client_request(client, line, end - line);
	}
	client->in_len -= begin;
	memmove(client->in, client->in + begin, client->in_len);
	if (client->in_len == SOCKET_LINE_MAX && !memchr(client->in, '\n', client->in_len))
		client_leave(client, "{\"error\":\"EMSGSIZE\","
			     "\"message\":\"the line is too long\"}\n");
}

static void client_receive(struct client *client)
{
	ssize_t n;

	if (client->in_len == SOCKET_LINE_MAX)
		return;
	n = recv(client->fd, client->in + client->in_len, SOCKET_LINE_MAX - client->in_len,
		 MSG_DONTWAIT);
	if (n > 0)
		client->in_len += n;
	else if (!n)
		client->eof = true;
	else if (errno != EAGAIN && errno != EINTR)
		client_cut(client);
}

static void client_send(struct client *client)
{
	ssize_t n;

	if (!client->out_len)
		return;
	n = send(client->fd, client->out, client->out_len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n > 0) {
		client->out_len -= n;
		memmove(client->out, client->out + n, client->out_len);
	} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
		client_cut(client);
	}
}

/* --- clients come and go ---------------------------------------------------------- */

static void client_free(struct client *client)
{
	struct socket_server *server = client->server;
	size_t i;

	for (i = 0; i < SOCKET_QUERIES_MAX; i++)
		if (server->queries[i] && server->queries[i]->client == client)
			server->queries[i]->client = NULL;
	for (i = 0; i < SOCKET_CLIENTS_MAX; i++)
		if (server->clients[i] == client)
			server->clients[i] = NULL;
	sd_event_source_disable_unref(client->farewell);
	sd_event_source_disable_unref(client->io);
	close(client->fd);
	free(client);
}

/* Whether there is something to do that no event would tell us of. */
static bool client_has_request(const struct client *client)
{
	return !client->leaving && !client->out_len &&
	       memchr(client->in, '\n', client->in_len);
}

static bool client_is_done(const struct client *client)
{
	if (client->out_len)
		return false;
	return client->leaving || (client->eof && !client->subscribed && !client->n_queries);
}

/* The only place, besides the end of all, where a client is freed: others may hold it. */
static int on_client(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct client *client = arg;

	(void)source;
	(void)fd;
	if (revents & (EPOLLHUP | EPOLLERR)) {
		client_free(client);
		return 0;
	}
	if (revents & EPOLLIN)
		client_receive(client);
	if (revents & EPOLLOUT)
		client_send(client);
	do {
		client_requests(client);
		client_send(client);
	} while (client_has_request(client));
	if (client_is_done(client))
		client_free(client);
	else
		client_update(client);
	return 0;
}

static uid_t peer_uid(int fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	/* Nobody's. */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		return (uid_t)-1;
	return cred.uid;
}

static struct client *client_new(struct socket_server *server, int fd)
{
	struct client *client;
	size_t i;

	for (i = 0; i < SOCKET_CLIENTS_MAX && server->clients[i]; i++)
		;
	if (i == SOCKET_CLIENTS_MAX)
		return NULL;
	client = malloc(sizeof(*client));
	if (!client)
		return NULL;
	/* Not its buffers: memory that is not touched is not used. */
	memset(client, 0, offsetof(struct client, in));
	client->server = server;
	client->fd = fd;
	client->uid = peer_uid(fd);
	if (sd_event_add_io(server->event, &client->io, fd, EPOLLIN, on_client, client) < 0) {
		free(client);
		return NULL;
	}
	server->clients[i] = client;
	return client;
}

static int on_accept_again(sd_event_source *source, uint64_t usec, void *arg)
{
	struct socket_server *server = arg;

	(void)source;
	(void)usec;
	sd_event_source_set_enabled(server->listener, SD_EVENT_ON);
	return 0;
}

/* Out of file descriptors or memory: the connection stays, and would wake us for ever. */
static void accept_pause(struct socket_server *server)
{
	sd_event_source_set_enabled(server->listener, SD_EVENT_OFF);
	server->accept_again = sd_event_source_disable_unref(server->accept_again);
	if (sd_event_add_time_relative(server->event, &server->accept_again, CLOCK_MONOTONIC,
				       ACCEPT_AGAIN_MS * 1000ULL, 0, on_accept_again,
				       server) < 0)
		sd_event_source_set_enabled(server->listener, SD_EVENT_ON);
}

static int on_connection(sd_event_source *source, int listener, uint32_t revents, void *arg)
{
	static const char full[] = "{\"error\":\"EAGAIN\",\"message\":\"too many clients\"}\n";
	struct socket_server *server = arg;
	int i;

	(void)source;
	(void)revents;
	for (i = 0; i < ACCEPT_BATCH; i++) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0) {
			if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
				accept_pause(server);
			break;
		}
		if (client_new(server, fd))
			continue;
		(void)!send(fd, full, sizeof(full) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
		close(fd);
	}
	return 0;
}

/* --- news ------------------------------------------------------------------------- */

static struct json_object *json_name(const char *name)
{
	char clean[TEXT_UTF8_SIZE(PRINTPORT_JOB_NAME_LEN)];
	size_t len = strnlen(name, PRINTPORT_JOB_NAME_LEN);

	len = text_to_utf8(name, len, clean);
	return json_object_new_string_len(clean, len);
}

static void publish_to(struct socket_server *server, struct json_object *event,
		       bool insiders, bool outsiders, uid_t owner)
{
	size_t i;

	for (i = 0; i < SOCKET_CLIENTS_MAX; i++) {
		struct client *client = server->clients[i];

		if (!client || !client->subscribed)
			continue;
		if (!client->uid || client->uid == owner ? insiders : outsiders)
			client_say(client, event);
	}
}

void socket_publish(struct socket_server *server, struct json_object *event,
		    const char *name, uid_t owner)
{
	publish_to(server, event, !name, true, owner);
	if (name) {
		json_object_object_add(event, "name", json_name(name));
		publish_to(server, event, true, false, owner);
	}
	json_object_put(event);
}

/* --- the server ------------------------------------------------------------------- */

void socket_server_set_group(struct socket_server *server, const char *group)
{
	gid_t gid = getegid();
	struct group *entry;

	if (*group) {
		errno = 0;
		entry = getgrnam(group);
		if (!entry) {
			log_say(LOG_WARNING, "the socket's group is not known",
				LOG_TEXT("group", group));
			return;
		}
		gid = entry->gr_gid;
	}
	if (chown(server->path, -1, gid))
		log_say(LOG_WARNING, "the socket's group cannot be set",
			LOG_TEXT("group", group), LOG_TEXT("error", error_name(errno)));
}

static int take_lock(struct socket_server *server)
{
	char *path;

	if (asprintf(&path, "%s.lock", server->path) < 0)
		return -ENOMEM;
	server->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	free(path);
	if (server->lock_fd < 0)
		return -errno;
	if (flock(server->lock_fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	return 0;
}

static int start_listening(struct socket_server *server, const char *group)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	mode_t mask;
	int err;

	if (strlen(server->path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, server->path);
	server->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (server->fd < 0)
		return -errno;
	/* Left behind by one that was killed: we hold the lock. */
	unlink(server->path);
	mask = umask(0177);
	err = bind(server->fd, (struct sockaddr *)&address, sizeof(address)) ? -errno : 0;
	umask(mask);
	if (err)
		return err;
	socket_server_set_group(server, group);
	if (chmod(server->path, 0660) || listen(server->fd, SOCKET_CLIENTS_MAX))
		return -errno;
	return sd_event_add_io(server->event, &server->listener, server->fd, EPOLLIN,
			       on_connection, server);
}

int socket_server_new(sd_event *event, const char *path, const char *group,
		      const struct socket_handler *handler, struct socket_server **out)
{
	struct socket_server *server = calloc(1, sizeof(*server));
	int err;

	if (!server)
		return -ENOMEM;
	server->event = event;
	server->handler = handler;
	server->lock_fd = -1;
	server->fd = -1;
	server->path = strdup(path);
	err = server->path ? take_lock(server) : -ENOMEM;
	if (!err)
		err = start_listening(server, group);
	if (err < 0) {
		socket_server_free(server);
		return err;
	}
	*out = server;
	return 0;
}

void socket_server_free(struct socket_server *server)
{
	size_t i;

	if (!server)
		return;
	for (i = 0; i < SOCKET_CLIENTS_MAX; i++)
		if (server->clients[i])
			client_free(server->clients[i]);
	for (i = 0; i < SOCKET_QUERIES_MAX; i++)
		if (server->queries[i])
			socket_answer(server->queries[i], -ENODEV, NULL, 0);
	sd_event_source_disable_unref(server->accept_again);
	sd_event_source_disable_unref(server->listener);
	if (server->fd >= 0) {
		unlink(server->path);
		close(server->fd);
	}
	if (server->lock_fd >= 0)
		close(server->lock_fd);
	free(server->path);
	free(server);
}
