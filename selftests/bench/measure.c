// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "measure.h"

#define NSEC_PER_SEC	1000000000ULL

void die(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

void die_errno(const char *format, ...)
{
	int error = errno;
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	die("%s: %s", text, strerror(error));
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec time;

	if (clock_gettime(clock, &time))
		die_errno("clock_gettime");
	return time.tv_sec * NSEC_PER_SEC + time.tv_nsec;
}

uint64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/*
 * Everything but idling: the time that the processors idle is accounted for exactly, the
 * others by what a tick happens to interrupt.
 */
static uint64_t system_ns(void)
{
	uint64_t user, nice, system, idle, iowait, tick = NSEC_PER_SEC / sysconf(_SC_CLK_TCK);
	uint64_t all = clock_ns(CLOCK_BOOTTIME) * sysconf(_SC_NPROCESSORS_ONLN);
	FILE *file = fopen("/proc/stat", "re");

	if (!file || fscanf(file, "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
			    " %" SCNu64, &user, &nice, &system, &idle, &iowait) != 5)
		die("/proc/stat cannot be read");
	fclose(file);
	return all - (idle + iowait) * tick;
}

struct cpu_usage cpu_usage(const pid_t *pids, unsigned int nr)
{
	struct cpu_usage usage = { };
	clockid_t clock;
	unsigned int i;

	for (i = 0; i < nr && i < WATCH_MAX; i++) {
		if (clock_getcpuclockid(pids[i], &clock))
			die("process %d is gone", pids[i]);
		usage.watched[i] = clock_ns(clock);
	}
	usage.system = system_ns();
	usage.self = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	return usage;
}

void samples_alloc(struct samples *samples, size_t max)
{
	samples->ns = calloc(max, sizeof(*samples->ns));
	samples->nr = 0;
	samples->max = max;
	if (!samples->ns)
		die("no memory for %zu samples", max);
}

void samples_add(struct samples *samples, uint64_t ns)
{
	if (samples->nr < samples->max)
		samples->ns[samples->nr++] = ns;
}

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

static double percentile_us(const struct samples *samples, unsigned int percent)
{
	size_t at = (samples->nr - 1) * percent / 100;

	return samples->ns[at] / 1e3;
}

static const char *separator;

void json_begin(void)
{
	putchar('{');
	separator = "";
}

static void json_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = *text;

		if (c < 0x20 || c == '"' || c == '\\')
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void json_name(const char *name)
{
	fputs(separator, stdout);
	separator = ", ";
	json_string(name);
	fputs(": ", stdout);
}

void json_text(const char *name, const char *value)
{
	json_name(name);
	json_string(value);
}

void json_number(const char *name, double value)
{
	json_name(name);
	printf("%.12g", value);
}

void json_bool(const char *name, bool value)
{
	json_name(name);
	fputs(value ? "true" : "false", stdout);
}

void json_samples(const char *name, struct samples *samples)
{
	json_name(name);
	if (!samples->nr) {
		fputs("null", stdout);
		return;
	}
	qsort(samples->ns, samples->nr, sizeof(*samples->ns), compare);
	printf("{\"n\": %zu, \"min\": %.3f, \"p50\": %.3f, \"p90\": %.3f, \"p99\": %.3f, "
	       "\"max\": %.3f}", samples->nr, percentile_us(samples, 0),
	       percentile_us(samples, 50), percentile_us(samples, 90),
	       percentile_us(samples, 99), percentile_us(samples, 100));
}

void json_end(void)
{
	puts("}");
	if (fflush(stdout))
		die_errno("standard output");
}
