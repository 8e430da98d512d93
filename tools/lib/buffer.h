/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A queue of bytes that grows. What is appended as messages (struct
 * printport_lm_message and a payload) can be walked, and its last message changed.
 */
#ifndef PRINTPORT_BUFFER_H
#define PRINTPORT_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/printport_lm.h>

/**
 * struct buffer - bytes from @head to @tail of @data
 * @data: allocated, @capacity bytes
 * @head: offset of the oldest byte
 * @tail: offset behind the newest byte
 * @capacity: of @data
 * @last: size of the last message if it may still be changed, else 0
 */
struct buffer {
	unsigned char *data;
	size_t head;
	size_t tail;
	size_t capacity;
	size_t last;
};

static inline size_t buffer_len(const struct buffer *buffer)
{
	return buffer->tail - buffer->head;
}

static inline void *buffer_head(const struct buffer *buffer)
{
	return buffer->data + buffer->head;
}

void buffer_free(struct buffer *buffer);
void buffer_clear(struct buffer *buffer);
/* Room for @len more bytes at the tail, which are now part of it; NULL: no memory. */
void *buffer_extend(struct buffer *buffer, size_t len);
bool buffer_append(struct buffer *buffer, const void *from, size_t len);
void buffer_pop(struct buffer *buffer, size_t len);

/* Sets @message->size. @payload may be NULL if @message->len is no payload's length. */
bool buffer_append_message(struct buffer *buffer, struct printport_lm_message *message,
			   const void *payload, size_t len);
bool buffer_prepend_message(struct buffer *buffer, struct printport_lm_message *message);
/* Appends to the payload of the last message, whose length is in its len. */
bool buffer_grow_last(struct buffer *buffer, const void *payload, size_t len);
/* The last message, if it may be changed, or NULL. */
struct printport_lm_message *buffer_last(const struct buffer *buffer);
/* The oldest message, or NULL. */
struct printport_lm_message *buffer_first(const struct buffer *buffer);

/*
 * Takes out the messages for which @out says so; those go to @to, unless it is NULL.
 * Returns false if there was no memory for that; then they stay.
 */
bool buffer_filter(struct buffer *buffer, struct buffer *to,
		   bool (*out)(const struct printport_lm_message *message, void *arg),
		   void *arg);

#endif /* PRINTPORT_BUFFER_H */
