/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* How far a job has come, shown on standard error. */
struct progress {
	bool bar;		/* it is a terminal */
	uint64_t size;		/* bytes that are to come, 0: unknown */
	int64_t sampled_at;
	uint64_t sampled;
	double rate;		/* bytes a second */
	int length;		/* of what is on the line */
};

void progress_begin(struct progress *progress, uint64_t size);

/* @reason: why the printer does not go on, or NULL. */
void progress_show(struct progress *progress, uint64_t delivered, const char *reason);

/* Leaves the line. */
void progress_end(struct progress *progress);

#endif
