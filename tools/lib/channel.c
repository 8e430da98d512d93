// SPDX-License-Identifier: LGPL-2.1-or-later
/* The node: its memory, and commands on their way to the kernel. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <syslog.h>
#include <unistd.h>

#include "monitor-internal.h"

/* The kernel takes a piece for the spooler whole or not at all: small ones find room. */
#define BACK_PIECE	1024

/* Twice as much can be mapped by a 32-bit program. */
#define RING_MAX	(1U << 29)

static bool is_ring_size(uint32_t size, size_t page_size)
{
	return size >= page_size && !(size & (size - 1)) && size <= RING_MAX;
}

static void *map(struct printport_monitor *monitor, size_t size, int protection, off_t offset)
{
	void *address = printport_sys.mmap(size, protection, monitor->fd, offset);

	return address == MAP_FAILED ? NULL : address;
}

int channel_map(struct printport_monitor *monitor, const struct printport_lm_setup *setup)
{
	monitor->page_size = sysconf(_SC_PAGESIZE);
	if (!is_ring_size(setup->job_size, monitor->page_size) ||
	    !is_ring_size(setup->wire_size, monitor->page_size))
		return -EPROTO;
	monitor->job_size = setup->job_size;
	monitor->wire_size = setup->wire_size;

	monitor->state = map(monitor, monitor->page_size, PROT_READ, PRINTPORT_LM_MAP_STATE);
	if (!monitor->state)
		return -errno;
	monitor->job_ring = map(monitor, 2 * (size_t)monitor->job_size, PROT_READ,
				PRINTPORT_LM_MAP_JOB);
	if (!monitor->job_ring)
		return -errno;
	monitor->wire_ring = map(monitor, 2 * (size_t)monitor->wire_size,
				 PROT_READ | PROT_WRITE, PRINTPORT_LM_MAP_WIRE);
	if (!monitor->wire_ring)
		return -errno;

	monitor->wire_pos = __atomic_load_n(&monitor->state->wire_head, __ATOMIC_ACQUIRE);
	monitor->wire_accepted = monitor->wire_pos;
	return 0;
}

void channel_unmap(struct printport_monitor *monitor)
{
	if (monitor->state)
		printport_sys.munmap((void *)monitor->state, monitor->page_size);
	if (monitor->job_ring)
		printport_sys.munmap((void *)monitor->job_ring, 2 * (size_t)monitor->job_size);
	if (monitor->wire_ring)
		printport_sys.munmap(monitor->wire_ring, 2 * (size_t)monitor->wire_size);
}

uint64_t channel_wire_tail(const struct printport_monitor *monitor)
{
	return __atomic_load_n(&monitor->state->wire_tail, __ATOMIC_ACQUIRE);
}

uint32_t channel_errno(int error)
{
	if (error > 0)
		error = -error;
	return error < -ERRNO_LAST ? EIO : -error;
}

/* --- queueing ----------------------------------------------------------- */

/* A decision that goes on where the one before it ended becomes part of it. */
static bool merge(struct buffer *buffer, const struct printport_lm_message *command)
{
	struct printport_lm_message *last = buffer_last(buffer);

	if (!last || last->type != command->type || last->job != command->job ||
	    last->flags != command->flags || command->flags == HELD)
		return false;
	if (command->type != PRINTPORT_LM_WRITE && command->type != PRINTPORT_LM_FORWARD &&
	    command->type != PRINTPORT_LM_CONSUME)
		return false;
	if (last->len == PRINTPORT_LM_REST || last->pos + last->len != command->pos)
		return false;
	if (command->len == PRINTPORT_LM_REST)
		last->len = PRINTPORT_LM_REST;
	else
		last->len += command->len;
	return true;
}

static void append(struct printport_monitor *monitor, struct buffer *buffer,
		   struct printport_lm_message *command, const void *payload, size_t len)
{
	if (!merge(buffer, command) && !buffer_append_message(buffer, command, payload, len))
		monitor_fail(monitor, -ENOMEM);
	monitor_kick(monitor);
}

void channel_ready(struct printport_monitor *monitor, struct printport_lm_message *command)
{
	append(monitor, &monitor->ready, command, NULL, 0);
}

void channel_command(struct printport_monitor *monitor, struct printport_lm_message *command)
{
	if (buffer_len(&monitor->backlog))
		append(monitor, &monitor->backlog, command, NULL, 0);
	else
		channel_ready(monitor, command);
}

bool channel_extend(struct printport_monitor *monitor,
		    const struct printport_lm_message *command)
{
	struct buffer *buffer = buffer_len(&monitor->backlog) ? &monitor->backlog :
				&monitor->ready;

	return merge(buffer, command);
}

void channel_urgent(struct printport_monitor *monitor, struct printport_lm_message *command,
		    const void *payload, size_t len)
{
	struct buffer *buffer = monitor->blocked ? &monitor->urgent : &monitor->ready;

	/* The kernel takes these at once: if it does not, they are worth less than memory. */
	if (buffer == &monitor->urgent && buffer_len(buffer) > URGENT_SIZE)
		printport_monitor_log(monitor, LOG_ERR, "command %u was dropped",
				      command->type);
	else
		append(monitor, buffer, command, payload, len);
}

void channel_first(struct printport_monitor *monitor, struct printport_lm_message *command)
{
	if (!buffer_prepend_message(monitor->blocked ? &monitor->urgent : &monitor->ready,
				    command))
		monitor_fail(monitor, -ENOMEM);
	monitor_kick(monitor);
}

static uint32_t buffer_done(const struct buffer *buffer)
{
	const struct printport_lm_message *command;
	size_t at;

	for (at = buffer->head; at < buffer->tail; at += command->size) {
		command = (void *)(buffer->data + at);
		if (command->type == PRINTPORT_LM_DONE)
			return command->job;
	}
	return 0;
}

uint32_t channel_waiting_done(const struct printport_monitor *monitor)
{
	uint32_t job = buffer_done(&monitor->ready);

	return job ? job : buffer_done(&monitor->backlog);
}

static bool is_of_dead_job(const struct printport_lm_message *command, void *arg)
{
	const uint32_t *job = arg;

	if (command->job != *job)
		return false;
	switch (command->type) {
	case 0: /* BARRIER */
	case PRINTPORT_LM_WRITE:
	case PRINTPORT_LM_FORWARD:
	case PRINTPORT_LM_CONSUME:
	case PRINTPORT_LM_PROGRESS:
		return true;
	}
	return false;
}

void channel_cancel(struct printport_monitor *monitor, uint32_t id)
{
	struct job *job = job_find(monitor, id);

	buffer_filter(&monitor->ready, NULL, is_of_dead_job, &id);
	buffer_filter(&monitor->backlog, NULL, is_of_dead_job, &id);
	buffer_filter(&monitor->urgent, NULL, is_of_dead_job, &id);
	wire_rewind(monitor);
	if (job)
		job->dead = true;
	monitor->blocked = false;
	monitor->changed = true;
}

/* --- writing ------------------------------------------------------------ */

static bool can_overtake(const struct printport_lm_message *command, void *arg)
{
	const uint32_t *waiting_done = arg;

	switch (command->type) {
	case PRINTPORT_LM_OPEN_ANSWER:
	case PRINTPORT_LM_REASONS:
	case PRINTPORT_LM_PROGRESS:
	case PRINTPORT_LM_ANSWER:
		return true;
	case PRINTPORT_LM_PRINTED:
		return command->job != *waiting_done;
	}
	return false;
}

static void accepted(struct printport_monitor *monitor, struct buffer *buffer, size_t len)
{
	while (len) {
		struct printport_lm_message command = *buffer_first(buffer);

		if (command.size > len) {
			printport_monitor_log(monitor, LOG_ERR,
					      "the kernel took a part of a command");
			monitor_fail(monitor, -EPROTO);
			return;
		}
		len -= command.size;
		buffer_pop(buffer, command.size);
		if (command.type == PRINTPORT_LM_WRITE)
			monitor->wire_accepted = command.pos + command.len;
		if (monitor->observe)
			monitor->observe(monitor->observe_arg, &command);
	}
}

static void refused(struct printport_monitor *monitor, struct buffer *buffer, int error)
{
	struct printport_lm_message command = *buffer_first(buffer);
	int level = LOG_ERR;

	if (error == ENODEV || error == EFAULT || error == EBADF || error == EIO) {
		monitor_fail(monitor, -error);
		return;
	}
	buffer_pop(buffer, command.size);
	if (error == ECANCELED) {
		channel_cancel(monitor, command.job);
		return;
	}
	if (command.type == PRINTPORT_LM_WRITE)
		wire_rewind(monitor);
	/* The job died, and that is still to be read: DONE is the answer to it. */
	if (command.type == PRINTPORT_LM_DONE && error == EINVAL) {
		monitor->owed_abort = command.job;
		level = LOG_DEBUG;
	}
	/* The opener did not wait for the answer, or the asker. */
	if (command.type == PRINTPORT_LM_OPEN_ANSWER && !command.arg)
		monitor->abandoned = monitor->is_open;
	if (command.type == PRINTPORT_LM_OPEN_ANSWER || error == ENOENT)
		level = LOG_DEBUG;
	monitor->changed = true;
	printport_monitor_log(monitor, level,
			      "command %u (job %u, pos %llu, len %llu) was refused: errno %d",
			      command.type, command.job, (unsigned long long)command.pos,
			      (unsigned long long)command.len, error);
}

/* Returns false if what is left has to wait. */
static bool write_commands(struct printport_monitor *monitor, struct buffer *buffer)
{
	while (buffer_len(buffer) && !monitor->error) {
		ssize_t len = printport_sys.write(monitor->fd, buffer_head(buffer),
						  buffer_len(buffer));

		buffer->last = 0;
		if (len > 0)
			accepted(monitor, buffer, len);
		else if (len < 0 && errno == EAGAIN)
			return false;
		else if (len == 0 || errno != EINTR)
			refused(monitor, buffer, len ? errno : EIO);
	}
	return true;
}

/* Messages of BACK_PIECE bytes with what is at the head of @back; returns their size. */
static size_t back_messages(const struct printport_monitor *monitor, unsigned char *to)
{
	const unsigned char *from = buffer_head(&monitor->back);
	size_t left = buffer_len(&monitor->back), size = 0;

	while (left) {
		struct printport_lm_message command = {
			.type = PRINTPORT_LM_BACK,
			.len = left < BACK_PIECE ? left : BACK_PIECE,
		};
		size_t padded = (command.len + 7) & ~(size_t)7;

		command.size = sizeof(command) + padded;
		memcpy(to + size, &command, sizeof(command));
		memset(to + size + command.size - 8, 0, 8);
		memcpy(to + size + sizeof(command), from, command.len);
		size += command.size;
		from += command.len;
		left -= command.len;
	}
	return size;
}

static void back_accepted(struct printport_monitor *monitor, const unsigned char *at,
			  size_t len)
{
	while (len) {
		struct printport_lm_message command;

		memcpy(&command, at, sizeof(command));
		if (command.size > len)
			return;
		at += command.size;
		len -= command.size;
		buffer_pop(&monitor->back, command.len);
		if (monitor->observe)
			monitor->observe(monitor->observe_arg, &command);
	}
}

static void write_back(struct printport_monitor *monitor)
{
	unsigned char messages[BACK_SIZE + (BACK_SIZE / BACK_PIECE + 1) *
			       (sizeof(struct printport_lm_message) + 8)]
			       __attribute__((aligned(8)));

	while (buffer_len(&monitor->back)) {
		ssize_t len = printport_sys.write(monitor->fd, messages,
						  back_messages(monitor, messages));

		if (len > 0) {
			back_accepted(monitor, messages, len);
			continue;
		}
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && errno == EAGAIN) {
			monitor->back_blocked = true;
			return;
		}
		/* Nobody holds the port any more: there is nobody to hand it to. */
		buffer_clear(&monitor->back);
		if (len < 0 && errno == ENODEV)
			monitor_fail(monitor, -ENODEV);
	}
}

static void write_ready(struct printport_monitor *monitor)
{
	uint32_t waiting_done;

	if (write_commands(monitor, &monitor->ready))
		return;
	monitor->blocked = true;
	waiting_done = channel_waiting_done(monitor);
	if (!buffer_filter(&monitor->ready, &monitor->urgent, can_overtake, &waiting_done))
		monitor_fail(monitor, -ENOMEM);
}

void channel_flush(struct printport_monitor *monitor)
{
	if (!monitor->blocked)
		write_ready(monitor);
	if (!monitor->error && buffer_len(&monitor->urgent))
		write_commands(monitor, &monitor->urgent);
	if (!monitor->error && buffer_len(&monitor->back) && !monitor->back_blocked)
		write_back(monitor);
}

bool channel_wants_room(const struct printport_monitor *monitor)
{
	const struct printport_lm_message *first = buffer_first(&monitor->backlog);

	return monitor->blocked || buffer_len(&monitor->urgent) ||
		buffer_len(&monitor->back) || (first && first->flags == HELD) ||
		(monitor->job && monitor->job->starved);
}
