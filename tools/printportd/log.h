/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log: lines of key=value, or of JSON, on standard error. Where that is the journal,
 * each line begins with its priority, see sd-daemon(3).
 */
#ifndef PRINTPORTD_LOG_H
#define PRINTPORTD_LOG_H

#include <stdbool.h>
#include <syslog.h>

/* One field of a line. */
struct log_field {
	const char *key;
	const char *string;	/* NULL: a number; not trusted */
	long long number;
};

#define LOG_TEXT(key, value)	{ (key), (value), 0 }
#define LOG_NUMBER(key, value)	{ (key), NULL, (value) }

/**
 * log_setup - how the log is written
 * @port: is part of each line; kept, not copied; NULL: not known yet
 * @json: a JSON object a line
 * @level: the least urgent level that is written, as syslog(3)
 */
void log_setup(const char *port, bool json, int level);

/**
 * log_fields - writes a line
 * @level: as syslog(3)
 * @message: what happened, a constant in plain words
 * @fields: the first is skipped; ended by one without a key
 */
void log_fields(int level, const char *message, const struct log_field *fields);

/* log_say(LOG_INFO, "attached", LOG_TEXT("language", name)); */
#define log_say(level, message, ...) \
	log_fields(level, message, (const struct log_field[]){	\
		{ NULL, NULL, 0 }, ##__VA_ARGS__, { NULL, NULL, 0 } })

#endif /* PRINTPORTD_LOG_H */
