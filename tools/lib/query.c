// SPDX-License-Identifier: LGPL-2.1-or-later
/* Questions: of others, by the kernel, and of the process itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "monitor-internal.h"

/* The kernel's ids are below this, those of the process itself have it. */
#define ID_ASKED	0x80000000U

static void call_get_printer_data(struct printport_monitor *monitor, uint32_t id,
				  const char *key)
{
	int ret = -ENOENT;

	monitor->in_op++;
	if (monitor->ops->get_printer_data)
		ret = monitor->ops->get_printer_data(monitor, id, key);
	monitor->in_op--;
	if (ret < 0)
		printport_monitor_answer(monitor, id, ret, NULL, 0);
}

void query_asked(struct printport_monitor *monitor, uint32_t id, const void *key, size_t len)
{
	if (!len || memchr(key, '\0', len)) {
		printport_monitor_answer(monitor, id, -EINVAL, NULL, 0);
		return;
	}
	memcpy(monitor->key, key, len);
	monitor->key[len] = '\0';
	call_get_printer_data(monitor, id, monitor->key);
}

/* Takes a question of the process itself out of the list and answers it. */
static void asked_answer(struct printport_monitor *monitor, uint32_t id, int error,
			 const void *buf, size_t len)
{
	struct asked **link, *asked;

	for (link = &monitor->asked; (asked = *link); link = &asked->next)
		if (asked->id == id)
			break;
	if (!asked)
		return;
	*link = asked->next;
	if (asked->answer)
		asked->answer(asked->arg, error, error ? NULL : buf, error ? 0 : len);
	free(asked->key);
	free(asked);
}

/**
 * printport_monitor_answer - answer a question
 * @monitor: the monitor
 * @query: which; one that nobody waits for any more is ignored
 * @error: 0 or a negative errno
 * @buf: the answer, if @error is 0
 * @len: its length, at most PRINTPORT_LM_PAYLOAD_MAX; a longer one becomes -EMSGSIZE
 */
void printport_monitor_answer(struct printport_monitor *monitor, uint32_t query, int error,
			      const void *buf, size_t len)
{
	struct printport_lm_message command = { .type = PRINTPORT_LM_ANSWER, .arg = query };

	if (!error && len > PRINTPORT_LM_PAYLOAD_MAX)
		error = -EMSGSIZE;
	if (query & ID_ASKED) {
		asked_answer(monitor, query, error, buf, len);
		return;
	}
	if (error)
		len = 0;
	command.pos = channel_errno(error);
	command.len = len;
	channel_urgent(monitor, &command, buf, len);
}

/* The id is above the kernel's, and not in use. */
static uint32_t new_id(struct printport_monitor *monitor)
{
	const struct asked *asked = monitor->asked;

	while (asked) {
		if (asked->id != (ID_ASKED | monitor->next_ask)) {
			asked = asked->next;
			continue;
		}
		monitor->next_ask++;
		asked = monitor->asked;
	}
	return ID_ASKED | monitor->next_ask++;
}

static int asked_count(const struct printport_monitor *monitor)
{
	const struct asked *asked;
	int count = 0;

	for (asked = monitor->asked; asked; asked = asked->next)
		count++;
	return count;
}

static void asked_call(struct printport_monitor *monitor, struct asked *asked)
{
	uint32_t id = asked->id;
	char *key = asked->key;

	/* The answer may come, and free the question, before this call returns. */
	asked->key = NULL;
	call_get_printer_data(monitor, id, key);
	free(key);
}

/**
 * printport_monitor_ask - ask the monitor itself
 * @monitor: the monitor
 * @key: the question, 1 to PRINTPORT_LM_PAYLOAD_MAX bytes
 * @answer: called once, with 0 and the answer or with a negative errno: -EAGAIN: too
 *	many questions wait; -ENODEV: the monitor was detached
 * @arg: for @answer
 */
void printport_monitor_ask(struct printport_monitor *monitor, const char *key,
			   void (*answer)(void *arg, int error, const void *buf, size_t len),
			   void *arg)
{
	size_t len = strnlen(key, PRINTPORT_LM_PAYLOAD_MAX + 1);
	struct asked *asked, **end;
	int err = 0;

	if (!len || len > PRINTPORT_LM_PAYLOAD_MAX)
		err = -EINVAL;
	else if (asked_count(monitor) >= ASKED_MAX)
		err = -EAGAIN;
	asked = err ? NULL : calloc(1, sizeof(*asked));
	if (asked)
		asked->key = strdup(key);
	if (!asked || !asked->key) {
		free(asked);
		answer(arg, err ? err : -ENOMEM, NULL, 0);
		return;
	}
	asked->id = new_id(monitor);
	asked->answer = answer;
	asked->arg = arg;
	for (end = &monitor->asked; *end; end = &(*end)->next)
		;
	*end = asked;
	/* Operations are called one at a time. */
	if (monitor->in_op)
		monitor_kick(monitor);
	else
		asked_call(monitor, asked);
}

static struct asked *next_to_ask(const struct printport_monitor *monitor)
{
	struct asked *asked;

	for (asked = monitor->asked; asked; asked = asked->next)
		if (asked->key)
			break;
	return asked;
}

bool queries_waiting(const struct printport_monitor *monitor)
{
	return next_to_ask(monitor);
}

void queries_ask(struct printport_monitor *monitor)
{
	int count = asked_count(monitor);
	struct asked *asked;

	/* Whoever asks again when answered has to wait for the next round. */
	while (count-- && (asked = next_to_ask(monitor)))
		asked_call(monitor, asked);
}

void queries_free(struct printport_monitor *monitor)
{
	while (monitor->asked)
		asked_answer(monitor, monitor->asked->id, -ENODEV, NULL, 0);
}
