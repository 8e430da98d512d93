// SPDX-License-Identifier: GPL-2.0-only
/*
 * Forward data. In compatibility mode each byte is strobed here: parport's own loop waits
 * longer than the standard asks for, and where neither a cancelled job nor a port that
 * goes can reach it. Where the port has hardware for a mode parport_write() is used, a
 * block at a time; for ECP without it see parport_ecp.c.
 *
 * A printer that is not ready is slept for. In ECP and EPP its status lines mean other
 * things: if it stops there, compatibility mode is where it is watched until it is ready.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/lp.h>
#include <linux/minmax.h>
#include <linux/sched.h>

#include "parport.h"

#define PRINTPORT_PARPORT_SPAN		4096
/* What hardware gets at a time: it is out of reach as long as this takes. */
#define PRINTPORT_PARPORT_BLOCK		1024
/* The core hears of each so many bytes: often enough for who watches. */
#define PRINTPORT_PARPORT_REPORT	256

/*
 * A printer that stores bytes is ready again within microseconds; what takes longer
 * is slept for: first for half of what it took the last time, then for an eighth of
 * what it has taken by now, so that little is added to it. A fault takes a person.
 */
#define PRINTPORT_PARPORT_SPINS		40
#define PRINTPORT_PARPORT_SPINS_FAST	8
#define PRINTPORT_PARPORT_SPIN_US	2
#define PRINTPORT_PARPORT_POLL_MIN	(100 * NSEC_PER_USEC)
#define PRINTPORT_PARPORT_POLL_LONG	(1 * NSEC_PER_SEC)
/* What takes less is not worth sleeping for with the next byte, too. */
#define PRINTPORT_PARPORT_SLOW		(500 * NSEC_PER_USEC)
/* With an interrupt a look in between is for those that are lost. */
#define PRINTPORT_PARPORT_POLL_IRQ	8
#define PRINTPORT_PARPORT_IRQ_MISSED	3

/* How often a mode is tried in which no byte moves though the printer is ready. */
#define PRINTPORT_PARPORT_ASIDES	3
/* How long all lines are low until a printer is said to be without power. */
#define PRINTPORT_PARPORT_NO_POWER	(100 * NSEC_PER_MSEC)

#define PRINTPORT_PARPORT_READY		(PARPORT_STATUS_BUSY | PARPORT_STATUS_ERROR)
#define PRINTPORT_PARPORT_CAREFUL	(PRINTPORT_PARPORT_READY | PARPORT_STATUS_SELECT | \
					 PARPORT_STATUS_PAPEROUT)

/**
 * printport_parport_spin - wait very briefly for status lines
 * @parport: the port
 * @mask: which lines
 * @lines: what they shall be
 * @slow: they will take longer anyway
 * @seen: out: the last look
 *
 * Context: the worker; some 50 us.
 * Return: whether they are.
 */
bool printport_parport_spin(struct parport *parport, u8 mask, u8 lines, bool slow, u8 *seen)
{
	int i, spins = slow ? PRINTPORT_PARPORT_SPINS_FAST : PRINTPORT_PARPORT_SPINS;

	for (i = 0; i < spins; i++) {
		*seen = parport_read_status(parport);
		if ((*seen & mask) == lines)
			return true;
		if (i >= PRINTPORT_PARPORT_SPINS_FAST)
			udelay(PRINTPORT_PARPORT_SPIN_US);
	}
	return false;
}

/*
 * In compatibility mode. As with lp, paper-out and off-line alone do not keep a byte back:
 * the standard has nFault or Busy go with them, and there are printers and cables which
 * drive no more lines than they must.
 */
static bool printport_parport_is_ready(struct printport_parport *pp, u8 *lines)
{
	bool slow = pp->slow || pp->stalled;

	if (printport_is_careful(pp->port))
		return printport_parport_spin(pp->parport, PRINTPORT_PARPORT_CAREFUL,
					      PRINTPORT_PARPORT_CAREFUL & ~PARPORT_STATUS_PAPEROUT,
					      slow, lines);
	return printport_parport_spin(pp->parport, PRINTPORT_PARPORT_READY,
				      PRINTPORT_PARPORT_READY, slow, lines);
}

static void printport_parport_report(struct printport_parport *pp)
{
	size_t len = pp->sent - pp->reported;

	pp->reported = pp->sent;
	if (len)
		printport_tx_done(pp->port, len);
}

/**
 * printport_parport_take - get the next span of the queue, unless there is one
 * @pp: the printer
 *
 * Context: the worker.
 */
void printport_parport_take(struct printport_parport *pp)
{
	const void *span;

	if (pp->len || !pp->open)
		return;
	pp->sent = 0;
	pp->reported = 0;
	pp->len = printport_tx_take(pp->port, &span, PRINTPORT_PARPORT_SPAN);
	pp->span = span;
}

/**
 * printport_parport_give_back - what was not sent goes back to the queue
 * @pp: the printer
 *
 * Context: the worker.
 */
void printport_parport_give_back(struct printport_parport *pp)
{
	if (!pp->len)
		return;
	/* The printer may take a byte that is on the lines, or will forget it. */
	if (pp->ecp_pending)
		printport_parport_compatibility(pp);
	printport_parport_report(pp);
	pp->len = 0;
	printport_tx_stop(pp->port, 0);
}

/**
 * printport_parport_is_off - whether the printer is without power
 * @lines: status lines, in any mode
 *
 * All are low then. One that is off-line leaves nAck high.
 *
 * Context: any.
 */
bool printport_parport_is_off(u8 lines)
{
	return !((lines ^ PARPORT_STATUS_BUSY) & (PARPORT_STATUS_ACK | PARPORT_STATUS_BUSY |
						  PARPORT_STATUS_PAPEROUT |
						  PARPORT_STATUS_SELECT |
						  PARPORT_STATUS_ERROR));
}

/* What the printer had of a job it has forgotten. It may be another printer next. */
static void printport_parport_lost_power(struct printport_parport *pp)
{
	if (pp->no_power)
		return;
	pp->no_power = true;
	pp->refused = 0;
	printport_parport_give_back(pp);
	printport_tx_lost(pp->port, -EIO);
}

/*
 * No byte moves in a mode that does not show why. Compatibility mode does; but a printer
 * that is ready there again and again has something against the other mode.
 */
static ktime_t printport_parport_stall_blind(struct printport_parport *pp, s64 elapsed)
{
	if (elapsed < PRINTPORT_PARPORT_NOTICE)
		return clamp_t(s64, elapsed >> 3, PRINTPORT_PARPORT_POLL_MIN,
			       PRINTPORT_PARPORT_NOTICE);
	if (++pp->asides > PRINTPORT_PARPORT_ASIDES) {
		printport_parport_refuse(pp, pp->mode);
		pp->asides = 0;
	}
	pp->aside = true;
	printport_parport_compatibility(pp);
	return PRINTPORT_PARPORT_POLL_MIN;
}

/* How long to sleep until an interrupt comes, or is late. */
static s64 printport_parport_stall_irq(struct printport_parport *pp, s64 delay)
{
	u8 lines;

	if (!printport_parport_irq_on(pp))
		return delay;
	/* The edge may have come before. */
	if (printport_parport_is_ready(pp, &lines))
		return 0;
	return pp->irq_missed < PRINTPORT_PARPORT_IRQ_MISSED ?
	       delay * PRINTPORT_PARPORT_POLL_IRQ : delay;
}

/* The printer is not ready: how long to sleep before it is looked at again. */
static ktime_t printport_parport_stall(struct printport_parport *pp, u8 lines)
{
	ktime_t now = ktime_get();
	s64 elapsed, delay, expected = pp->last_stall >> 1, longest = PRINTPORT_PARPORT_POLL;

	printport_parport_report(pp);
	if (!pp->stalled)
		pp->stalled = now;
	elapsed = ktime_to_ns(ktime_sub(now, pp->stalled));
	if (pp->mode != PRINTPORT_PARPORT_COMPATIBILITY)
		return printport_parport_stall_blind(pp, elapsed);

	if (elapsed >= PRINTPORT_PARPORT_NOTICE)
		printport_parport_note_lines(pp, lines);
	if (elapsed >= PRINTPORT_PARPORT_NO_POWER && printport_parport_is_off(lines)) {
		printport_parport_lost_power(pp);
		return PRINTPORT_PARPORT_POLL;
	}
	/* To be told in time; and who has waited for long does not mind a little more. */
	if (elapsed < PRINTPORT_PARPORT_NOTICE)
		longest = PRINTPORT_PARPORT_NOTICE - elapsed;
	else
		longest = clamp_t(s64, elapsed >> 3, longest, PRINTPORT_PARPORT_POLL_LONG);
	if (!(lines & PARPORT_STATUS_ERROR))
		delay = longest;
	else
		delay = elapsed < expected ? expected - elapsed : elapsed >> 3;
	delay = printport_parport_stall_irq(pp, max_t(s64, delay, PRINTPORT_PARPORT_POLL_MIN));
	return min(delay, longest);
}

static void printport_parport_stall_over(struct printport_parport *pp)
{
	pp->slow = false;
	if (!pp->stalled)
		return;
	pp->last_stall = ktime_to_ns(ktime_sub(ktime_get(), pp->stalled));
	pp->slow = pp->last_stall > PRINTPORT_PARPORT_SLOW;
	pp->stalled = 0;
	if (!pp->irq_on)
		return;
	if (test_and_clear_bit(PRINTPORT_PARPORT_INTERRUPT, &pp->flags))
		pp->irq_missed = 0;
	else
		pp->irq_missed++;
	printport_parport_irq_off(pp);
}

/**
 * printport_parport_sent - the printer has taken bytes of the span
 * @pp: the printer
 * @len: how many
 *
 * Context: the worker.
 */
void printport_parport_sent(struct printport_parport *pp, size_t len)
{
	pp->sent += len;
	pp->asides = 0;
	pp->no_power = false;
	printport_parport_stall_over(pp);
	if (pp->sent - pp->reported >= PRINTPORT_PARPORT_REPORT)
		printport_parport_report(pp);
}

/**
 * printport_parport_go_on - whether nothing else is to be done than to move bytes
 * @pp: the printer
 *
 * Context: the worker.
 */
bool printport_parport_go_on(const struct printport_parport *pp)
{
	return !(READ_ONCE(pp->flags) & (BIT(PRINTPORT_PARPORT_CANCEL) |
					 BIT(PRINTPORT_PARPORT_STOP) |
					 BIT(PRINTPORT_PARPORT_CHOOSE))) &&
	       !READ_ONCE(pp->request) && !printport_parport_slice_over(pp);
}

static void printport_parport_strobe(struct parport *parport, u8 byte)
{
	parport_write_data(parport, byte);
	ndelay(PRINTPORT_PARPORT_STROBE_NS);
	parport_write_control(parport, PRINTPORT_PARPORT_IDLE | PARPORT_CONTROL_STROBE);
	ndelay(PRINTPORT_PARPORT_STROBE_NS);
	parport_write_control(parport, PRINTPORT_PARPORT_IDLE);
	ndelay(PRINTPORT_PARPORT_STROBE_NS);
}

/* One byte, in compatibility mode. */
static bool printport_parport_send_byte(struct printport_parport *pp, u8 *lines)
{
	if (!printport_parport_is_ready(pp, lines))
		return false;
	printport_parport_strobe(pp->parport, pp->span[pp->sent]);
	printport_parport_sent(pp, 1);
	return true;
}

/*
 * A block, by the port's hardware. It returns what the printer has taken. parport's code
 * for it does nothing while another driver waits for the bus: that is what hands are for.
 */
static bool printport_parport_send_block(struct printport_parport *pp, u8 *lines)
{
	size_t len = min_t(size_t, pp->len - pp->sent, PRINTPORT_PARPORT_BLOCK);
	ssize_t done;

	if (pp->mode == PRINTPORT_PARPORT_COMPATIBILITY && !printport_parport_is_ready(pp, lines))
		return false;
	done = parport_write(pp->parport->physport, pp->span + pp->sent, len);
	if (done > 0)
		printport_parport_sent(pp, min_t(size_t, done, len));
	*lines = parport_read_status(pp->parport);
	return done > 0;
}

static bool printport_parport_send_some(struct printport_parport *pp, u8 *lines)
{
	unsigned int hardware = printport_parport_wanted(pp) || pp->ecp_pending ?
				0 : pp->parport->physport->modes;

	switch (pp->mode) {
	case PRINTPORT_PARPORT_ECP:
		if (!(hardware & PARPORT_MODE_ECP))
			return printport_parport_ecp_send(pp, lines);
		break;
	case PRINTPORT_PARPORT_EPP:
		break;
	default:
		if (!(hardware & PARPORT_MODE_COMPAT))
			return printport_parport_send_byte(pp, lines);
	}
	return printport_parport_send_block(pp, lines);
}

/* Whether the printer, watched in compatibility mode, is ready for another one. */
static bool printport_parport_aside_over(struct printport_parport *pp, u8 *lines)
{
	if (!pp->aside)
		return true;
	if (printport_parport_enter(pp, PRINTPORT_PARPORT_COMPATIBILITY) ||
	    !printport_parport_is_ready(pp, lines))
		return false;
	printport_parport_note_lines(pp, *lines);
	printport_parport_stall_over(pp);
	pp->aside = false;
	pp->forward = PRINTPORT_PARPORT_AUTO;
	return true;
}

/* It prints: in other modes than compatibility mode that is all that is known. */
static void printport_parport_note_moving(struct printport_parport *pp, u8 lines)
{
	if (pp->mode != PRINTPORT_PARPORT_COMPATIBILITY)
		lines = LP_PSELECD | LP_PERRORP;
	printport_parport_note_lines(pp, lines);
}

/**
 * printport_parport_send - send what is in flight, as far as it goes
 * @pp: the printer; the bus is ours
 *
 * Context: the worker; 250 ms, or as long as the port's hardware waits for the printer
 *	(parport_pc's FIFO: 4 s for each byte that it holds, uss720: 20 s).
 * Return: how long to wait then.
 */
ktime_t printport_parport_send(struct printport_parport *pp)
{
	u8 lines = 0;

	if (!pp->stalled && pp->irq_on)
		printport_parport_irq_off(pp);
	if (!printport_parport_aside_over(pp, &lines))
		return printport_parport_stall(pp, lines);
	printport_parport_enter_forward(pp);
	/* A byte at least, or a request a byte would keep a printer from printing. */
	while (pp->sent < pp->len) {
		if (!printport_parport_send_some(pp, &lines))
			return printport_parport_stall(pp, lines);
		if (pp->reasons)
			printport_parport_note_moving(pp, lines);
		if (!printport_parport_go_on(pp))
			break;
		cond_resched();
	}

	printport_parport_report(pp);
	if (pp->sent == pp->len)
		pp->len = 0;
	pp->moved = ktime_get();
	WRITE_ONCE(pp->looked, jiffies);
	return 0;
}
