// SPDX-License-Identifier: LGPL-2.1-or-later
/* Sending: the wire ring, and what does not fit into it yet. */
#include <errno.h>
#include <string.h>
#include <syslog.h>

#include "monitor-internal.h"

size_t wire_room(const struct printport_monitor *monitor)
{
	uint64_t used = monitor->wire_pos - channel_wire_tail(monitor);

	return used < monitor->wire_size ? monitor->wire_size - used : 0;
}

/* The ring is mapped twice: a stretch of it is in one piece. */
static unsigned char *wire_at(const struct printport_monitor *monitor, uint64_t pos)
{
	return monitor->wire_ring + (pos & (monitor->wire_size - 1));
}

static void wire_commit(struct printport_monitor *monitor, uint32_t job, size_t len)
{
	struct printport_lm_message command = {
		.type = PRINTPORT_LM_WRITE,
		.job = job,
		.pos = monitor->wire_pos,
		.len = len,
	};

	monitor->wire_pos += len;
	channel_ready(monitor, &command);
}

/* Puts into the ring what there is room for. */
static size_t wire_put(struct printport_monitor *monitor, uint32_t job,
		       const unsigned char *buf, size_t len)
{
	size_t room = wire_room(monitor);

	if (len > room)
		len = room;
	if (len) {
		memcpy(wire_at(monitor, monitor->wire_pos), buf, len);
		wire_commit(monitor, job, len);
	}
	return len;
}

void wire_rewind(struct printport_monitor *monitor)
{
	const struct buffer *ready = &monitor->ready;
	const struct printport_lm_message *command;
	size_t at;

	monitor->wire_pos = monitor->wire_accepted;
	for (at = ready->head; at < ready->tail; at += command->size) {
		command = (void *)(ready->data + at);
		if (command->type == PRINTPORT_LM_WRITE)
			monitor->wire_pos = command->pos + command->len;
	}
	monitor->reserved_len = 0;
}

/* What stands behind bytes of a job that are forwarded ahead has to wait for them. */
static bool is_ahead(const struct job *job)
{
	return !job->ended && !job->dead && (job->pass || job->decided > job->available);
}

void wire_barrier(struct printport_monitor *monitor, struct job *job)
{
	struct printport_lm_message barrier = {
		.flags = BARRIER,
		.job = job->doc.id,
		.pos = job->pass ? UINT64_MAX : job->decided,
	};

	if (!is_ahead(job) || job->barrier == barrier.pos)
		return;
	job->barrier = barrier.pos;
	if (!buffer_append_message(&monitor->backlog, &barrier, NULL, 0))
		monitor_fail(monitor, -ENOMEM);
}

static bool has_come(const struct printport_monitor *monitor,
		     const struct printport_lm_message *barrier)
{
	const struct job *job = monitor->job;

	return !job || job->doc.id != barrier->job || job->ended || job->dead ||
		job->available >= barrier->pos;
}

/* The job has ended before that. */
static bool forwards_nothing(const struct printport_monitor *monitor,
			     const struct printport_lm_message *command)
{
	const struct job *job = monitor->job;

	return command->type == PRINTPORT_LM_FORWARD && job && job->doc.id == command->job &&
		job->ended && command->pos >= job->base + job->available;
}

/* Returns false if a part of it has to wait. */
static bool advance_held(struct printport_monitor *monitor,
			 struct printport_lm_message *command)
{
	const unsigned char *payload = (unsigned char *)(command + 1);

	command->pos += wire_put(monitor, command->job, payload + command->pos,
				 command->len - command->pos);
	return command->pos == command->len;
}

bool wire_advance(struct printport_monitor *monitor)
{
	struct printport_lm_message *first;

	while ((first = buffer_first(&monitor->backlog))) {
		struct printport_lm_message command = *first;
		size_t size = first->size;

		if (command.flags == BARRIER) {
			if (!has_come(monitor, &command))
				return false;
		} else if (command.flags == HELD) {
			if (!advance_held(monitor, first))
				return false;
		} else if (!forwards_nothing(monitor, &command)) {
			channel_ready(monitor, &command);
		}
		buffer_pop(&monitor->backlog, size);
	}
	return true;
}

static bool hold(struct printport_monitor *monitor, uint32_t job, const void *buf, size_t len)
{
	const struct printport_lm_message *last = buffer_last(&monitor->backlog);
	struct printport_lm_message command = {
		.type = PRINTPORT_LM_WRITE,
		.flags = HELD,
		.job = job,
		.len = len,
	};

	/* A message cannot say that it has 4 GiB or more. */
	if (last && last->flags == HELD && last->job == job &&
	    buffer_len(&monitor->backlog) < BACKLOG_SIZE)
		return buffer_grow_last(&monitor->backlog, buf, len);
	return buffer_append_message(&monitor->backlog, &command, buf, len);
}

int wire_send(struct printport_monitor *monitor, uint32_t job, const void *buf, size_t len)
{
	size_t waiting = buffer_len(&monitor->ready) + buffer_len(&monitor->backlog);
	size_t room = buffer_len(&monitor->backlog) ? 0 : wire_room(monitor);
	size_t now;

	/* All of it or nothing: half of what was to be sent is worse. */
	if (len > room && (len > BACKLOG_SIZE || waiting + len > BACKLOG_SIZE))
		return -ENOMEM;
	if (len > room && !hold(monitor, job, (const char *)buf + room, len - room))
		return -ENOMEM;
	now = len < room ? len : room;
	if (now)
		wire_put(monitor, job, buf, now);
	monitor_kick(monitor);
	return monitor->error == -ENOMEM ? -ENOMEM : 0;
}

/**
 * printport_monitor_reserve - room in the wire ring
 * @monitor: the monitor
 * @want: bytes, at most
 * @len: out: bytes that there is room for, 1 to @want
 *
 * Returns where, or NULL if there is none now.
 */
void *printport_monitor_reserve(struct printport_monitor *monitor, size_t want, size_t *len)
{
	size_t room = buffer_len(&monitor->backlog) ? 0 : wire_room(monitor);

	*len = want < room ? want : room;
	monitor->reserved = monitor->wire_pos;
	monitor->reserved_len = *len;
	if (*len < want && monitor->job)
		monitor->job->starved = true;
	return *len ? wire_at(monitor, monitor->wire_pos) : NULL;
}

/**
 * printport_monitor_commit - send what was written into the room
 * @monitor: the monitor
 * @doc: the job that it is part of; NULL: none
 * @len: bytes, at most as many as were reserved; nothing else was sent in between
 */
void printport_monitor_commit(struct printport_monitor *monitor, struct printport_doc *doc,
			      size_t len)
{
	struct job *job = (struct job *)doc;

	if (!len || (job && job->dead))
		return;
	if (len > monitor->reserved_len || monitor->reserved != monitor->wire_pos ||
	    (job && job != monitor->job) || buffer_len(&monitor->backlog)) {
		printport_monitor_log(monitor, LOG_ERR, "commit without reserve");
		return;
	}
	monitor->reserved_len = 0;
	if (!job && monitor->job && monitor->job->begun) {
		/* It has to follow the job, and the room is before that. */
		printport_monitor_send(monitor, NULL, wire_at(monitor, monitor->wire_pos), len);
		return;
	}
	if (job && is_ahead(job)) {
		printport_monitor_send(monitor, doc, wire_at(monitor, monitor->wire_pos), len);
		return;
	}
	if (job)
		job->begun = true;
	wire_commit(monitor, job ? job->doc.id : 0, len);
}
