// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * printportctl query: asks the language monitor through printportd's socket, so that it
 * works while a spooler holds the port. The protocol is in printportd(8).
 */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "printportctl.h"

#define RUNTIME_DIR "/run/printportd"
/* Longer than any language waits for its printer. */
#define ANSWER_SECONDS 60

static int connect_to(const struct port *port, const char *dir)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval limit = { .tv_sec = ANSWER_SECONDS };
	int fd;

	if (snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s.sock", dir,
		     port->name) >= (int)sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		int err = errno;

		close(fd);
		errno = err;
		return -1;
	}
	return fd;
}

static void send_question(FILE *stream, const char *key)
{
	json_object *question = json_object_new_object();

	json_object_object_add(question, "query", json_object_new_string(key));
	fprintf(stream, "%s\n", json_object_to_json_string_ext(question,
							       JSON_C_TO_STRING_PLAIN));
	fflush(stream);
	json_object_put(question);
}

/* Prints the answer; 0 or an exit code. */
static int show_answer(FILE *stream, const char *key)
{
	json_object *answer, *value;
	size_t size = 0;
	char *line = NULL;
	int ret = EXIT_FAILED;

	if (getline(&line, &size, stream) <= 0) {
		complain("%s: no answer", key);
		free(line);
		return EXIT_FAILED;
	}
	answer = json_tokener_parse(line);
	if (json_object_object_get_ex(answer, "value", &value)) {
		puts(json_object_get_string(value));
		ret = EXIT_OK;
	} else if (json_object_object_get_ex(answer, "message", &value) ||
		   json_object_object_get_ex(answer, "error", &value)) {
		complain("%s: %s", key, json_object_get_string(value));
	} else {
		complain("%s: an answer that is none", key);
	}
	json_object_put(answer);
	free(line);
	return ret;
}

int cmd_query(int argc, char **argv)
{
	const char *dir = getenv("PRINTPORTD_RUNTIME_DIR");
	struct port port;
	FILE *stream;
	int fd, i, ret;

	if (getopt(argc, argv, "+") != -1 || argc - optind < 2)
		return EXIT_USAGE;
	ret = port_read(&port, argv[optind]);
	if (ret)
		return ret;
	fd = connect_to(&port, dir ? dir : RUNTIME_DIR);
	if (fd < 0) {
		complain("%s: no language monitor that could be asked (printportd: %s)",
			 port.name, strerror(errno));
		return errno == EACCES ? EXIT_DENIED : EXIT_FAILED;
	}
	stream = fdopen(fd, "r+");
	if (!stream) {
		complain("%s", strerror(errno));
		close(fd);
		return EXIT_FAILED;
	}
	for (i = optind + 1; i < argc && ret == EXIT_OK; i++) {
		send_question(stream, argv[i]);
		ret = show_answer(stream, argv[i]);
	}
	fclose(stream);
	return ret;
}
