/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TIMES_H
#define TIMES_H

#include <stddef.h>
#include <stdint.h>

#define FOREVER		INT64_MAX

/* Milliseconds of a clock that only goes on. */
int64_t now_ms(void);

/*
 * "1500", "1.5s", "250ms", "2min", "1h" in milliseconds; a number without a unit counts in
 * @unit_ms. Returns 0, or -EINVAL: no time, or more than a day.
 */
int parse_ms(const char *text, unsigned int unit_ms, unsigned int *ms);

/* A time for people, such as "10 s" or "1.5 min". */
void format_ms(unsigned int ms, char *text, size_t size);

/* A limit of @ms from now on as a time of now_ms(). */
int64_t deadline_after(unsigned int ms);

/* How long until then: 0 to @most, which may be -1: any time. */
int until_deadline(int64_t deadline, int most);

/* The time of day, RFC 3339. */
void format_now(char *text, size_t size);

#endif
