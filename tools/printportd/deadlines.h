/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several deadlines of a language on the one timer that the library gives it. */
#ifndef PRINTPORTD_DEADLINES_H
#define PRINTPORTD_DEADLINES_H

#include <printport-monitor.h>

#define DEADLINES_MAX	16

/**
 * struct deadlines - what is to happen when
 * @at: by number of the deadline (the language's enum): when, in milliseconds of
 *	printport_monitor_now(); 0: not set
 *
 * All zero is a valid start.
 */
struct deadlines {
	uint64_t at[DEADLINES_MAX];
};

/* Sets deadline @which to @ms milliseconds from now, 0: as soon as possible. */
void deadline_set(struct deadlines *deadlines, struct printport_monitor *monitor,
		  unsigned int which, uint64_t ms);
/* The same, but leaves alone one that is set already and comes earlier. */
void deadline_at_latest(struct deadlines *deadlines, struct printport_monitor *monitor,
			unsigned int which, uint64_t ms);
void deadline_clear(struct deadlines *deadlines, unsigned int which);
bool deadline_is_set(const struct deadlines *deadlines, unsigned int which);

/*
 * Takes the earliest deadline that has passed, which then is no longer set, and returns
 * its number; -1: none has.
 */
int deadlines_take(struct deadlines *deadlines, struct printport_monitor *monitor);

/* Sets the library's timer to the earliest deadline. To be called after changes. */
void deadlines_arm(const struct deadlines *deadlines, struct printport_monitor *monitor);

#endif /* PRINTPORTD_DEADLINES_H */
