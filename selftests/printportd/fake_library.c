// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A libprintport without a kernel: what the kernel would say are lines from the test, on
 * the UNIX socket in $FAKE_CONTROL, to which each attachment connects. See on_line().
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <printport-monitor.h>

#include "fake.h"
#include "node.h"

#define N_ASKED		256
#define LOCAL		0x80000000u

struct printport_monitor {
	const struct printport_monitor_ops *ops;
	void *data;
	int node;
	int fd;
	bool open;
	bool expelled;
	struct printport_doc doc;
	char name[300];
	void (*observe)(void *arg, const struct printport_lm_message *command);
	void *observe_arg;
	void (*log)(void *arg, int level, const char *line);
	void *log_arg;
	struct {
		void (*answer)(void *arg, int error, const void *buf, size_t len);
		void *arg;
	} asked[N_ASKED];
	char in[65536];
	size_t in_len;
};

static struct printport_monitor *current;

void fake_say(const char *format, ...)
{
	char text[512];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (current && current->fd >= 0)
		(void)!send(current->fd, text, len, MSG_NOSIGNAL);
}

/* --- node.h: the node is a file that says how it is ------------------------------- */

static bool file_says(int fd, const char *word)
{
	char text[32] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) < 0)
		return false;
	return !strncmp(text, word, strlen(word));
}

int node_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (file_says(fd, "busy"))
		err = -EBUSY;
	else if (file_says(fd, "gone"))
		err = -ENODEV;
	else if (file_says(fd, "denied"))
		err = -EACCES;
	if (!err)
		return fd;
	close(fd);
	return err;
}

int node_detach(int fd)
{
	return file_says(fd, "held") ? -EBUSY : 0;
}

/* --- the library ------------------------------------------------------------------ */

static int connect_control(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", getenv("FAKE_CONTROL"));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		perror("fake control");
		abort();
	}
	return fd;
}

int printport_monitor_attach_fd(int fd, const struct printport_monitor_ops *ops,
				void *data, struct printport_monitor **monitor)
{
	struct printport_monitor *m = calloc(1, sizeof(*m));

	m->ops = ops;
	m->data = data;
	m->node = fd;
	m->fd = connect_control();
	current = m;
	*monitor = m;
	fake_say("attached %s\n", ops->name);
	return 0;
}

void printport_monitor_detach(struct printport_monitor *m)
{
	size_t i;

	if (!m)
		return;
	for (i = 0; i < N_ASKED; i++)
		if (m->asked[i].answer)
			printport_monitor_answer(m, LOCAL | i, -ENODEV, NULL, 0);
	fake_say("detached%s\n", m->open ? " while open" : "");
	current = NULL;
	close(m->fd);
	close(m->node);
	free(m);
}

int printport_monitor_fd(const struct printport_monitor *m)
{
	return m->fd;
}

void *printport_monitor_data(const struct printport_monitor *m)
{
	return m->data;
}

bool printport_monitor_is_open(const struct printport_monitor *m)
{
	return m->open;
}

void printport_monitor_observe(struct printport_monitor *m,
			       void (*observe)(void *arg,
					       const struct printport_lm_message *command),
			       void *arg)
{
	m->observe = observe;
	m->observe_arg = arg;
}

void printport_monitor_set_log(struct printport_monitor *m,
			       void (*log)(void *arg, int level, const char *line), void *arg)
{
	m->log = log;
	m->log_arg = arg;
}

void printport_monitor_ask(struct printport_monitor *m, const char *key,
			   void (*answer)(void *arg, int error, const void *buf, size_t len),
			   void *arg)
{
	uint32_t i;
	int ret;

	for (i = 0; m->asked[i].answer; i++)
		if (i == N_ASKED - 1)
			abort();
	m->asked[i].answer = answer;
	m->asked[i].arg = arg;
	ret = m->ops->get_printer_data ?
		m->ops->get_printer_data(m, LOCAL | i, key) : -ENOENT;
	if (ret < 0)
		printport_monitor_answer(m, LOCAL | i, ret, NULL, 0);
}

void printport_monitor_answer(struct printport_monitor *m, uint32_t query, int error,
			      const void *buf, size_t len)
{
	uint32_t i = query & ~LOCAL;
	void (*answer)(void *arg, int error, const void *buf, size_t len) = m->asked[i].answer;

	if (!answer)
		abort();
	m->asked[i].answer = NULL;
	answer(m->asked[i].arg, error, buf, len);
}

static void command(struct printport_monitor *m, int type, uint32_t job, uint32_t arg,
		    uint64_t len)
{
	struct printport_lm_message message = {
		.size = sizeof(message), .type = type, .job = job, .arg = arg, .len = len,
	};

	if (m->observe)
		m->observe(m->observe_arg, &message);
}

/* --- what the test says ----------------------------------------------------------- */

static void on_open(struct printport_monitor *m, unsigned int uid)
{
	int err = m->ops->open_port ? m->ops->open_port(m, uid) : 0;

	m->open = !err;
	command(m, PRINTPORT_LM_OPEN_ANSWER, 0, -err, 0);
}

static void on_start(struct printport_monitor *m, unsigned int id, const char *name)
{
	snprintf(m->name, sizeof(m->name), "%s", name);
	m->doc = (struct printport_doc){ .id = id, .name = m->name, .user = "" };
	if (m->ops->start_doc)
		m->ops->start_doc(m, &m->doc);
}

static void on_end(struct printport_monitor *m)
{
	if (m->ops->end_doc)
		m->ops->end_doc(m, &m->doc);
	command(m, PRINTPORT_LM_DONE, m->doc.id, 0, 0);
}

static void on_abort(struct printport_monitor *m, int error)
{
	if (m->ops->abort_doc)
		m->ops->abort_doc(m, &m->doc, -error);
	command(m, PRINTPORT_LM_DONE, m->doc.id, 0, 0);
}

static void on_close(struct printport_monitor *m)
{
	if (m->ops->close_port)
		m->ops->close_port(m);
	m->open = false;
	command(m, PRINTPORT_LM_CLOSE_DONE, 0, 0, 0);
}

static void on_line(struct printport_monitor *m, const char *line)
{
	unsigned int a = 0, b = 0, c = 0, i;
	char word[32];
	int rest = 0;

	if (sscanf(line, "%31s %u %u %u", word, &a, &b, &c) < 1)
		return;
	sscanf(line, "%*s %*u %n", &rest);
	if (!strcmp(word, "open"))
		on_open(m, a);
	else if (!strcmp(word, "start"))
		on_start(m, a, line + rest);
	else if (!strcmp(word, "write"))
		m->doc.accepted += a;
	else if (!strcmp(word, "end"))
		on_end(m);
	else if (!strcmp(word, "abort"))
		on_abort(m, a);
	else if (!strcmp(word, "delivered") && m->ops->delivered)
		m->ops->delivered(m, a, -(int)b);
	else if (!strcmp(word, "printed"))
		command(m, PRINTPORT_LM_PRINTED, a, b, c);
	else if (!strcmp(word, "progress"))
		for (i = 0; i < (c ? c : 1); i++)
			command(m, PRINTPORT_LM_PROGRESS, a, b, 0);
	else if (!strcmp(word, "reasons"))
		command(m, PRINTPORT_LM_REASONS, 0, 0, 0);
	else if (!strcmp(word, "close"))
		on_close(m);
	else if (!strcmp(word, "log"))
		m->log(m->log_arg, 4, "a \"line\"\x1b[31m\xff");
	else if (!strcmp(word, "answer"))
		fake_answer_late(m);
	else if (!strcmp(word, "probed"))
		fake_probed(a);
	else if (!strcmp(word, "expel"))
		m->expelled = true;
	fake_say("ok %s\n", word);
}

int printport_monitor_dispatch(struct printport_monitor *m)
{
	ssize_t n = recv(m->fd, m->in + m->in_len, sizeof(m->in) - 1 - m->in_len,
			 MSG_DONTWAIT);
	char *end;

	if (!n)
		return -ENODEV;
	if (n > 0)
		m->in_len += n;
	while ((end = memchr(m->in, '\n', m->in_len))) {
		*end++ = '\0';
		on_line(m, m->in);
		m->in_len -= end - m->in;
		memmove(m->in, end, m->in_len);
	}
	return m->expelled ? -ENODEV : 0;
}
