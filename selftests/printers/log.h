/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log: one JSON object a line, {"ms": since the start, "event": ..., ...}. */
#ifndef PRINTERS_LOG_H
#define PRINTERS_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Opens the log, "-" for standard error. Returns false with a message if it cannot. */
bool log_open(const char *path);
void log_close(void);

/* log_begin(), members, log_end(): a line. Without a log all of them do nothing. */
void log_begin(const char *event);
void log_number(const char *key, uint64_t value);
void log_bool(const char *key, bool value);
/* Bytes that are no valid UTF-8 are shown as the Latin-1 characters of the same codes. */
void log_bytes(const char *key, const void *buf, size_t len);
void log_text(const char *key, const char *text);
void log_end(void);

/* An event without members. */
void log_event(const char *event);

#endif /* PRINTERS_LOG_H */
