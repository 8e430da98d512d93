// SPDX-License-Identifier: GPL-2.0-or-later
#include "deadlines.h"

static int earliest(const struct deadlines *deadlines)
{
	int i, first = -1;

	for (i = 0; i < DEADLINES_MAX; i++)
		if (deadlines->at[i] &&
		    (first < 0 || deadlines->at[i] < deadlines->at[first]))
			first = i;
	return first;
}

void deadline_set(struct deadlines *deadlines, struct printport_monitor *monitor,
		  unsigned int which, uint64_t ms)
{
	uint64_t at = printport_monitor_now(monitor) + ms;

	deadlines->at[which] = at ? at : 1;
}

void deadline_at_latest(struct deadlines *deadlines, struct printport_monitor *monitor,
			unsigned int which, uint64_t ms)
{
	if (!deadlines->at[which] ||
	    deadlines->at[which] > printport_monitor_now(monitor) + ms)
		deadline_set(deadlines, monitor, which, ms);
}

void deadline_clear(struct deadlines *deadlines, unsigned int which)
{
	deadlines->at[which] = 0;
}

bool deadline_is_set(const struct deadlines *deadlines, unsigned int which)
{
	return deadlines->at[which];
}

int deadlines_take(struct deadlines *deadlines, struct printport_monitor *monitor)
{
	int first = earliest(deadlines);

	if (first < 0 || deadlines->at[first] > printport_monitor_now(monitor))
		return -1;
	deadlines->at[first] = 0;
	return first;
}

void deadlines_arm(const struct deadlines *deadlines, struct printport_monitor *monitor)
{
	uint64_t now = printport_monitor_now(monitor), ms;
	int first = earliest(deadlines);

	if (first < 0) {
		printport_monitor_timer(monitor, 0);
		return;
	}
	ms = deadlines->at[first] > now ? deadlines->at[first] - now : 1;
	printport_monitor_timer(monitor, ms < 0x7fffffff ? (unsigned int)ms : 0x7fffffff);
}
