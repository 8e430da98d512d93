// SPDX-License-Identifier: GPL-2.0-or-later
/* Times: limits, units, and what they are to people. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/printport.h>

#include "times.h"

static const struct unit {
	const char *name;
	unsigned int ms;
} units[] = {
	{ "ms", 1 }, { "s", 1000 }, { "min", 60000 }, { "h", 3600000 },
};

#define N_UNITS	(sizeof(units) / sizeof(units[0]))

int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int parse_ms(const char *text, unsigned int unit_ms, unsigned int *ms)
{
	size_t digits = strspn(text, "0123456789."), i;
	double value;
	char *end;

	/* No sign, no exponent, no "inf". */
	if (!digits || digits > 16 || !isdigit((unsigned char)text[digits - 1]))
		return -EINVAL;
	value = strtod(text, &end);
	if (end != text + digits)
		return -EINVAL;
	end += *end == ' ';
	for (i = 0; *end && i < N_UNITS && strcmp(end, units[i].name); i++)
		;
	if (i == N_UNITS)
		return -EINVAL;
	value *= *end ? units[i].ms : unit_ms;
	if (value > PRINTPORT_LIMIT_MAX_MS)
		return -EINVAL;
	*ms = (unsigned int)(value + 0.5);
	return 0;
}

void format_ms(unsigned int ms, char *text, size_t size)
{
	size_t i = N_UNITS - 1;

	while (i && ms < units[i].ms)
		i--;
	snprintf(text, size, "%.6g %s", (double)ms / units[i].ms, units[i].name);
}

int64_t deadline_after(unsigned int ms)
{
	return now_ms() + ms;
}

int until_deadline(int64_t deadline, int most)
{
	int64_t left;

	if (deadline == FOREVER)
		return most;
	left = deadline - now_ms();
	if (left < 0)
		left = 0;
	if (left > INT_MAX)
		left = INT_MAX;
	return most >= 0 && left > most ? most : (int)left;
}

void format_now(char *text, size_t size)
{
	struct timespec now;
	struct tm local;
	char zone[8];
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &local);
	len = strftime(text, size, "%Y-%m-%dT%H:%M:%S", &local);
	/* "+0100" has no colon, RFC 3339 has one. */
	strftime(zone, sizeof(zone), "%z", &local);
	snprintf(text + len, size - len, ".%03ld%.3s:%.2s", now.tv_nsec / 1000000, zone,
		 zone + 3);
}
