/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clocks, processor time, samples, and the line of JSON that the benchmarks print. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Ends the program with code 1. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* As die(), with the name of the errno behind it. */
void die_errno(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Nanoseconds of a clock that does not jump. */
uint64_t now_ns(void);

/* How many other processes' time can be watched. */
#define WATCH_MAX	4

/**
 * struct cpu_usage - processor time used, in nanoseconds
 * @self: by this process
 * @system: by everything in the machine, the kernel's threads and interrupts included
 * @watched: by the processes that are watched
 */
struct cpu_usage {
	uint64_t self;
	uint64_t system;
	uint64_t watched[WATCH_MAX];
};

/* Reads the clocks; @pids: the processes to watch, @nr of them. */
struct cpu_usage cpu_usage(const pid_t *pids, unsigned int nr);

/**
 * struct samples - times in nanoseconds
 * @ns: the samples
 * @nr: how many there are
 * @max: how many there is room for
 */
struct samples {
	uint64_t *ns;
	size_t nr;
	size_t max;
};

/* @max samples at most; ends the program without memory. */
void samples_alloc(struct samples *samples, size_t max);
/* One more; dropped where there is no room. */
void samples_add(struct samples *samples, uint64_t ns);

/* One line of JSON on standard output: begin, members, end. */
void json_begin(void);
void json_text(const char *name, const char *value);
void json_number(const char *name, double value);
void json_bool(const char *name, bool value);
/* Number, least, median, 90th and 99th percentile and largest, in microseconds. */
void json_samples(const char *name, struct samples *samples);
void json_end(void);

#endif /* BENCH_MEASURE_H */
