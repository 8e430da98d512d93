// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * printportctl query: asks the language monitor through printportd's socket, so that it
 * works while a spooler holds the port. The protocol is in printportd(8).
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "json.h"
#include "printportctl.h"
#include "text.h"
#include "times.h"

#define RUNTIME_DIR	"/run/printportd"
/* Longer than any language waits for its printer. */
#define ANSWER_MS	60000
/* An answer has at most 4096 bytes, each of which may be escaped. */
#define ANSWER_MAX	65536

static int connect_to(const struct port *port, const char *dir)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct timeval limit = { .tv_sec = ANSWER_MS / 1000 };
	int fd, err;

	if (snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s.sock", dir,
		     port->name) >= (int)sizeof(address.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

static int send_question(int fd, const char *key)
{
	json_object *question = json_object_new_object();
	const char *text;
	char *line;
	ssize_t sent = -1;

	json_add_text(question, "query", key);
	text = json_object_to_json_string_ext(question, JSON_C_TO_STRING_PLAIN);
	if (asprintf(&line, "%s\n", text) >= 0) {
		sent = send(fd, line, strlen(line), MSG_NOSIGNAL);
		free(line);
	}
	json_object_put(question);
	return sent < 0 ? -errno : 0;
}

/* One line, within ANSWER_MS and ANSWER_MAX. Returns 0 or a negative errno. */
static int receive_line(int fd, char *line, size_t size)
{
	int64_t deadline = deadline_after(ANSWER_MS);
	size_t len = 0;

	while (len + 1 < size && until_deadline(deadline, -1)) {
		ssize_t n = recv(fd, line + len, size - 1 - len, 0);

		if (n <= 0)
			return n ? -errno : -ECONNRESET;
		len += n;
		line[len] = '\0';
		/* One question at a time: what follows is no answer to it. */
		if (memchr(line + len - n, '\n', n)) {
			line[strcspn(line, "\n")] = '\0';
			return 0;
		}
	}
	return len + 1 < size ? -ETIMEDOUT : -EMSGSIZE;
}

static const char *member(json_object *object, const char *key)
{
	json_object *value;

	return json_object_object_get_ex(object, key, &value) ? json_object_get_string(value) :
								NULL;
}

static int complain_answer(const struct port *port, const char *key, json_object *answer)
{
	const char *error = member(answer, "error"), *message = member(answer, "message");

	if (error && !strcmp(error, "ENODEV"))
		return port_gone(port->name);
	if (message || error)
		complain("%s: %s", key, message ? message : error);
	else
		complain("%s: an answer that is none", key);
	return EXIT_FAILED;
}

static int complain_silence(const struct port *port, const char *key, int err)
{
	struct port now;

	if (port_find(&now, port->name))
		return port_gone(port->name);
	if (err == -EAGAIN || err == -ETIMEDOUT) {
		complain("%s: no answer within %d s", key, ANSWER_MS / 1000);
		return EXIT_TIMEOUT;
	}
	complain("%s: no answer: %s", key, strerror(-err));
	return EXIT_FAILED;
}

/* Asks for one key; NULL, and has complained, if there is no answer. */
static json_object *ask(int fd, const struct port *port, const char *key, int *ret)
{
	json_object *answer, *value = NULL;
	char *line = malloc(ANSWER_MAX);
	int err = line ? send_question(fd, key) : -ENOMEM;

	if (!err)
		err = receive_line(fd, line, ANSWER_MAX);
	if (err) {
		*ret = complain_silence(port, key, err);
		free(line);
		return NULL;
	}
	answer = json_tokener_parse(line);
	free(line);
	if (json_object_object_get_ex(answer, "value", &value))
		value = json_object_get(value);
	else
		*ret = complain_answer(port, key, answer);
	json_object_put(answer);
	return value;
}

/* Answers have lines, which are kept. */
static void show(json_object *answers, const char *key, json_object *value)
{
	char *text = strdup(json_object_get_string(value));

	if (!text)
		return;
	clean_lines(text);
	if (answers)
		json_object_object_add(answers, key, json_object_new_string(text));
	else
		puts(text);
	free(text);
}

static int ask_all(int fd, const struct port *port, char **keys, int count, bool json)
{
	json_object *answers = json ? json_object_new_object() : NULL, *value;
	int i, ret = EXIT_OK;

	for (i = 0; i < count && !ret; i++) {
		value = ask(fd, port, keys[i], &ret);
		if (value)
			show(answers, keys[i], value);
		json_object_put(value);
	}
	if (json)
		json_print(answers);
	return ret;
}

static int not_connected(const struct port *port, int err)
{
	if (err == -EACCES) {
		complain("%s: printportd does not let you ask: you are not a member of the group "
			 "that is socket-group in printportd.conf(5)", port->name);
		return EXIT_DENIED;
	}
	if (!strcmp(port->monitor, "none"))
		complain("%s has no language monitor that could be asked (%s)", port->name,
			 strerror(-err));
	else
		complain("%s: the language monitor %s cannot be asked: no printportd answers "
			 "(%s)", port->name, port->monitor, strerror(-err));
	return EXIT_FAILED;
}

int cmd_query(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, { }
	};
	const char *dir = getenv("PRINTPORTD_RUNTIME_DIR");
	bool json = false;
	struct port port;
	int option, fd, ret;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option != 'j')
			return bad_option(option);
		json = true;
	}
	if (argc - optind < 2)
		return EXIT_USAGE;
	ret = port_read(&port, argv[optind]);
	if (ret)
		return ret;
	fd = connect_to(&port, dir ? dir : RUNTIME_DIR);
	if (fd < 0)
		return not_connected(&port, fd);
	ret = ask_all(fd, &port, argv + optind + 1, argc - optind - 1, json);
	close(fd);
	return ret;
}
