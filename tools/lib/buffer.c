// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"

#define ALIGN8(n)	(((n) + 7) & ~(size_t)7)

/* What an empty buffer keeps, so that a burst is not paid for for ever. */
#define BUFFER_KEEP	(256 * 1024)

void buffer_free(struct buffer *buffer)
{
	free(buffer->data);
	memset(buffer, 0, sizeof(*buffer));
}

void buffer_clear(struct buffer *buffer)
{
	buffer->head = 0;
	buffer->tail = 0;
	buffer->last = 0;
	if (buffer->capacity > BUFFER_KEEP)
		buffer_free(buffer);
}

static bool buffer_reserve(struct buffer *buffer, size_t len)
{
	size_t used = buffer_len(buffer), capacity = buffer->capacity;
	unsigned char *data;

	if (len <= buffer->capacity - buffer->tail)
		return true;
	/* Moving less than is free costs no more than was paid for the room. */
	if (len <= buffer->capacity - used && used <= buffer->head) {
		memcpy(buffer->data, buffer_head(buffer), used);
		buffer->head = 0;
		buffer->tail = used;
		return true;
	}
	if (len > SIZE_MAX / 4 || used > SIZE_MAX / 4)
		return false;
	if (!capacity)
		capacity = 4096;
	while (capacity < used + len)
		capacity *= 2;
	data = malloc(capacity);
	if (!data)
		return false;
	if (used)
		memcpy(data, buffer_head(buffer), used);
	free(buffer->data);
	buffer->data = data;
	buffer->capacity = capacity;
	buffer->head = 0;
	buffer->tail = used;
	return true;
}

void *buffer_extend(struct buffer *buffer, size_t len)
{
	void *at;

	if (!buffer_reserve(buffer, len))
		return NULL;
	at = buffer->data + buffer->tail;
	buffer->tail += len;
	return at;
}

bool buffer_append(struct buffer *buffer, const void *from, size_t len)
{
	void *at;

	if (!len)
		return true;
	at = buffer_extend(buffer, len);
	if (!at)
		return false;
	memcpy(at, from, len);
	return true;
}

void buffer_pop(struct buffer *buffer, size_t len)
{
	buffer->head += len;
	if (buffer->head >= buffer->tail)
		buffer_clear(buffer);
	else if (buffer->last > buffer_len(buffer))
		buffer->last = 0;
}

bool buffer_append_message(struct buffer *buffer, struct printport_lm_message *message,
			   const void *payload, size_t len)
{
	size_t size = sizeof(*message) + ALIGN8(len);
	unsigned char *at = buffer_extend(buffer, size);

	if (!at)
		return false;
	message->size = size;
	memcpy(at, message, sizeof(*message));
	at += sizeof(*message);
	if (len)
		memcpy(at, payload, len);
	memset(at + len, 0, ALIGN8(len) - len);
	buffer->last = size;
	return true;
}

bool buffer_prepend_message(struct buffer *buffer, struct printport_lm_message *message)
{
	size_t used = buffer_len(buffer);

	message->size = sizeof(*message);
	if (!buffer_extend(buffer, sizeof(*message)))
		return false;
	memmove(buffer->data + buffer->head + sizeof(*message), buffer_head(buffer), used);
	memcpy(buffer_head(buffer), message, sizeof(*message));
	buffer->last = 0;
	return true;
}

bool buffer_grow_last(struct buffer *buffer, const void *payload, size_t len)
{
	struct printport_lm_message *message = buffer_last(buffer);
	size_t had = message->len, more = ALIGN8(had + len) - ALIGN8(had);
	unsigned char *at;

	if (more && !buffer_extend(buffer, more))
		return false;
	buffer->last += more;
	message = buffer_last(buffer);
	message->len = had + len;
	message->size = buffer->last;
	at = (unsigned char *)(message + 1);
	memcpy(at + had, payload, len);
	memset(at + had + len, 0, ALIGN8(had + len) - had - len);
	return true;
}

struct printport_lm_message *buffer_last(const struct buffer *buffer)
{
	if (!buffer->last)
		return NULL;
	return (void *)(buffer->data + buffer->tail - buffer->last);
}

struct printport_lm_message *buffer_first(const struct buffer *buffer)
{
	return buffer_len(buffer) ? buffer_head(buffer) : NULL;
}

bool buffer_filter(struct buffer *buffer, struct buffer *to,
		   bool (*out)(const struct printport_lm_message *message, void *arg),
		   void *arg)
{
	size_t from, at = buffer->head, size;
	struct printport_lm_message *message;
	bool done = true;

	for (from = buffer->head; from < buffer->tail; from += size) {
		message = (void *)(buffer->data + from);
		size = message->size;
		if (out(message, arg)) {
			if (!to || buffer_append(to, message, size))
				continue;
			done = false;
		}
		memmove(buffer->data + at, message, size);
		at += size;
	}
	buffer->tail = at;
	buffer->last = 0;
	if (buffer->head == buffer->tail)
		buffer_clear(buffer);
	return done;
}
