// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long the host's delays are.
 *
 * A driver that keeps a time does so with udelay(), which a kernel calibrates when it
 * boots. In an emulated machine that may be wrong by far, and the driver is right all the
 * same. So udelay() is measured, and the standard's times are measured by it: when a port
 * is made, and when a time seems to be too short, since clocks are changed in between.
 */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>

#include "parport_sim.h"

#define PSIM_DELAY_US		20
#define PSIM_DELAY_ROUNDS	4
/* Per mille. Less than exact: it is a loop, which is now faster and now slower. */
#define PSIM_DELAY_EXACT	980

static unsigned int psim_delay_permille = PSIM_DELAY_EXACT;

static unsigned int psim_delay_once(void)
{
	u64 start = ktime_get_ns();

	udelay(PSIM_DELAY_US);
	return div_u64(ktime_get_ns() - start, PSIM_DELAY_US);
}

/**
 * psim_delay_measure - measure once more; the shortest that was seen counts
 *
 * Context: any; takes 80 us.
 */
void psim_delay_measure(void)
{
	unsigned int permille, i;

	for (i = 0; i < PSIM_DELAY_ROUNDS; i++) {
		permille = psim_delay_once();
		if (permille < PSIM_DELAY_EXACT)
			permille /= 2;
		if (permille < READ_ONCE(psim_delay_permille))
			WRITE_ONCE(psim_delay_permille, permille);
	}
}

/**
 * psim_too_short - whether the host has not kept a time
 * @ns: the time that it took
 * @limit: the time that it should have taken, ns
 *
 * Context: any.
 */
bool psim_too_short(u64 ns, u64 limit)
{
	if (ns * 1000 >= limit * READ_ONCE(psim_delay_permille))
		return false;
	psim_delay_measure();
	return ns * 1000 < limit * READ_ONCE(psim_delay_permille);
}
