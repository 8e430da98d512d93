// SPDX-License-Identifier: GPL-2.0-only
/*
 * The condition of a parallel printer: its status lines, which mean that in compatibility
 * mode only. They are looked at while no byte moves, while somebody looks at the condition,
 * and until a bad one is over; nobody has to hold the port. With an interrupt a change
 * is told at once while the bus is free for us, without one at the next look.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/lp.h>

#include "parport.h"

/* IEEE 1284-1994, initialization: how long nInit is low, at least. */
#define PRINTPORT_PARPORT_INIT_US	50

/* Nobody waits, but somebody may have been told of a condition. */
#define PRINTPORT_PARPORT_POLL_OPEN	(1LL * NSEC_PER_SEC)
#define PRINTPORT_PARPORT_POLL_CLOSED	(5LL * NSEC_PER_SEC)
/* How long somebody who has looked is expected to look again. */
#define PRINTPORT_PARPORT_WATCH		(10 * HZ)
/* How old a look may be for somebody who looks. */
#define PRINTPORT_PARPORT_FRESH_MS	20

/**
 * printport_parport_note_lines - what the status lines say is to be known
 * @pp: the printer
 * @lines: in compatibility mode
 *
 * Context: the worker.
 */
void printport_parport_note_lines(struct printport_parport *pp, u8 lines)
{
	u64 reasons = printport_reasons_from_lines(lines);

	WRITE_ONCE(pp->looked, jiffies);
	if (reasons == pp->reasons)
		return;
	pp->reasons = reasons;
	printport_set_reasons(pp->port, reasons);
}

/**
 * printport_parport_look - read the status lines
 * @pp: the printer; the bus is ours
 *
 * Context: the worker.
 * Return: LP_P* bits
 */
u8 printport_parport_look(struct printport_parport *pp)
{
	u8 lines;

	printport_parport_enter(pp, PRINTPORT_PARPORT_COMPATIBILITY);
	lines = parport_read_status(pp->parport);
	printport_parport_note_lines(pp, lines);
	return lines;
}

static bool printport_parport_is_watched(const struct printport_parport *pp)
{
	unsigned long watched = READ_ONCE(pp->watched);

	return test_bit(PRINTPORT_PARPORT_AWAITED, &pp->flags) ||
	       time_in_range(jiffies, watched, watched + PRINTPORT_PARPORT_WATCH);
}

/**
 * printport_parport_watch_idle - look at a printer that has nothing to do, if it matters
 * @pp: the printer
 *
 * Lets go of the bus, unless an interrupt may tell of a change and nobody else wants it.
 *
 * Context: the worker.
 * Return: when to look again
 */
ktime_t printport_parport_watch_idle(struct printport_parport *pp)
{
	bool watched = printport_parport_is_watched(pp);

	WRITE_ONCE(pp->watching, watched);
	if (!watched) {
		/* Pairs with the one in ->watch(): one of us sees the other. */
		smp_mb();
		watched = printport_parport_is_watched(pp);
		WRITE_ONCE(pp->watching, watched);
	}

	if (watched || pp->reasons) {
		if (printport_parport_claim(pp)) {
			pp->held = watched && !printport_parport_wanted(pp) &&
				   printport_parport_irq_on(pp);
			printport_parport_look(pp);
		}
		/* Not held: nobody is kept waiting for the sake of a look. */
		if (!pp->held)
			printport_parport_release(pp);
	} else {
		printport_parport_release(pp);
	}

	if (watched)
		return PRINTPORT_PARPORT_POLL;
	if (pp->reasons)
		return pp->open ? PRINTPORT_PARPORT_POLL_OPEN : PRINTPORT_PARPORT_POLL_CLOSED;
	return KTIME_MAX;
}

static int printport_parport_run_look(struct printport_parport *pp, void *data)
{
	return printport_parport_look(pp);
}

/**
 * printport_parport_watch - ->watch()
 * @port: the port
 * @wait: until the reasons are right; bytes that move say as much as a look
 *
 * Context: process, sleeps.
 */
void printport_parport_watch(struct printport *port, bool wait)
{
	struct printport_parport_request request = { .run = printport_parport_run_look };
	struct printport_parport *pp = printport_priv(port);
	unsigned long looked = READ_ONCE(pp->looked);

	WRITE_ONCE(pp->watched, jiffies);
	if (!wait)
		set_bit(PRINTPORT_PARPORT_AWAITED, &pp->flags);
	if (wait && !printport_tx_pending(port) &&
	    !time_in_range(jiffies, looked, looked + msecs_to_jiffies(PRINTPORT_PARPORT_FRESH_MS)))
		printport_parport_ask(pp, &request);
	/* Pairs with the one in watch_idle(). */
	smp_mb();
	if (!READ_ONCE(pp->watching))
		printport_parport_kick(pp);
}

/**
 * printport_parport_get_status - ->get_status()
 * @port: the port
 *
 * While another driver has the bus the lines may mean anything: -EBUSY then, after a
 * bounded wait, and never an old value that looks like a new one.
 *
 * Context: process, sleeps.
 * Return: LP_P* bits, or -EBUSY.
 */
int printport_parport_get_status(struct printport *port)
{
	struct printport_parport_request request = { .run = printport_parport_run_look };

	return printport_parport_ask(printport_priv(port), &request);
}

/**
 * printport_parport_get_irq - ->get_irq()
 * @port: the port
 *
 * Return: the interrupt's number, 0: the port has none.
 */
int printport_parport_get_irq(struct printport *port)
{
	struct printport_parport *pp = printport_priv(port);

	return pp->parport->irq == PARPORT_IRQ_NONE ? 0 : pp->parport->irq;
}

static int printport_parport_run_reset(struct printport_parport *pp, void *data)
{
	struct parport *parport = pp->parport;

	printport_parport_enter(pp, PRINTPORT_PARPORT_COMPATIBILITY);
	parport_write_control(parport, PRINTPORT_PARPORT_IDLE & ~PARPORT_CONTROL_INIT);
	usleep_range(PRINTPORT_PARPORT_INIT_US, 4 * PRINTPORT_PARPORT_INIT_US);
	parport_write_control(parport, PRINTPORT_PARPORT_IDLE);
	return 0;
}

/**
 * printport_parport_reset - ->reset(): nInit
 * @port: the port
 *
 * Context: process, sleeps.
 * Return: 0, or -EBUSY: another driver has the bus.
 */
int printport_parport_reset(struct printport *port)
{
	struct printport_parport_request request = { .run = printport_parport_run_reset };

	return printport_parport_ask(printport_priv(port), &request);
}
