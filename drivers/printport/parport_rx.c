// SPDX-License-Identifier: GPL-2.0-only
/*
 * The back channel: the printer is asked for data while a spooler reads, in the best mode
 * that it has, between two bytes of forward data.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/minmax.h>

#include "parport.h"

/* How often the printer is asked for data, and one that does not answer. */
#define PRINTPORT_PARPORT_ASK		(100 * NSEC_PER_MSEC)
#define PRINTPORT_PARPORT_ASK_AGAIN	(5LL * NSEC_PER_SEC)
/* How long reading may keep forward data waiting. */
#define PRINTPORT_PARPORT_READ_MS	50

/**
 * printport_parport_read - read in nibble or byte mode
 * @pp: the printer, in that mode
 * @buf: out
 * @size: bytes at @buf
 * @limit_ms: how long to go on
 * @more: out: the printer has more
 *
 * One byte at a time: parport_read() is out of reach while it lasts, and a printer may
 * stretch a nibble by twice 35 ms (IEEE 1284-1994, T_L).
 *
 * Context: the worker, sleeps.
 * Return: bytes
 */
size_t printport_parport_read(struct printport_parport *pp, u8 *buf, size_t size,
			      unsigned int limit_ms, bool *more)
{
	unsigned long end = jiffies + msecs_to_jiffies(limit_ms);
	struct parport *parport = pp->parport;
	size_t len = 0;

	do {
		*more = false;
		if (parport_read(parport, buf + len, 1) != 1)
			break;
		len++;
		*more = parport->physport->ieee1284.phase == IEEE1284_PH_HBUSY_DAVAIL;
	} while (*more && len < size && time_before(jiffies, end) &&
		 !test_bit(PRINTPORT_PARPORT_STOP, &pp->flags) &&
		 !test_bit(PRINTPORT_PARPORT_CANCEL, &pp->flags));
	return len;
}

/* nPeriphRequest: in ECP the printer says by itself that it has data. */
static bool printport_parport_requests(const struct printport_parport *pp)
{
	return pp->mode == PRINTPORT_PARPORT_ECP && !pp->ecp_pending &&
	       !(parport_read_status(pp->parport) & PARPORT_STATUS_ERROR);
}

/* Returns what was read, and in how many ns to ask again. */
static size_t printport_parport_read_some(struct printport_parport *pp, size_t room, s64 *next)
{
	enum printport_parport_mode mode = printport_parport_reverse_mode(pp);
	unsigned long end = jiffies + msecs_to_jiffies(PRINTPORT_PARPORT_READ_MS);
	size_t len = 0;
	bool more;

	if (mode == PRINTPORT_PARPORT_NONE || printport_parport_enter(pp, mode)) {
		/* Perhaps it has another mode. */
		*next = printport_parport_reverse_mode(pp) == PRINTPORT_PARPORT_NONE ?
			PRINTPORT_PARPORT_ASK_AGAIN : 0;
		return 0;
	}
	if (mode == PRINTPORT_PARPORT_ECP) {
		if (printport_parport_requests(pp))
			len = printport_parport_ecp_read(pp, pp->rx, room, end);
		more = len && printport_parport_requests(pp);
	} else {
		len = printport_parport_read(pp, pp->rx, room, PRINTPORT_PARPORT_READ_MS, &more);
		printport_parport_compatibility(pp);
	}
	*next = more ? 0 : PRINTPORT_PARPORT_ASK;
	return len;
}

/**
 * printport_parport_receive - ask the printer for data
 * @pp: the printer; the bus is ours
 *
 * Context: the worker, sleeps, some 150 ms at most.
 */
void printport_parport_receive(struct printport_parport *pp)
{
	size_t len, room = min(printport_rx_room(pp->port), sizeof(pp->rx));
	s64 next = PRINTPORT_PARPORT_ASK;

	/* Room for a run, or the printer could not go on. */
	if (room >= PRINTPORT_PARPORT_RX_SIZE / 2) {
		/* A byte on the lines is in the way. */
		if (pp->ecp_pending)
			printport_parport_compatibility(pp);
		len = printport_parport_read_some(pp, room, &next);
		/* There is room for all of it unless the spooler has closed the port. */
		if (len)
			printport_rx_push(pp->port, pp->rx, len);
	}
	pp->ask_at = ktime_add_ns(ktime_get(), next);
}

/**
 * printport_parport_until_ask - when the printer is to be asked for data
 * @pp: the printer
 *
 * Context: the worker.
 * Return: how long until then, KTIME_MAX: nobody reads.
 */
ktime_t printport_parport_until_ask(const struct printport_parport *pp)
{
	if (!pp->open || !test_bit(PRINTPORT_PARPORT_READING, &pp->flags) ||
	    READ_ONCE(pp->reverse_setting) == PRINTPORT_PARPORT_NONE)
		return KTIME_MAX;
	return max_t(ktime_t, ktime_sub(pp->ask_at, ktime_get()), 0);
}

/**
 * printport_parport_rx_start - ->rx_start()
 * @port: the port
 *
 * Context: process.
 */
void printport_parport_rx_start(struct printport *port)
{
	struct printport_parport *pp = printport_priv(port);

	if (!test_and_set_bit(PRINTPORT_PARPORT_READING, &pp->flags))
		printport_parport_kick(pp);
}

/**
 * printport_parport_rx_stop - ->rx_stop()
 * @port: the port
 *
 * Context: process.
 */
void printport_parport_rx_stop(struct printport *port)
{
	struct printport_parport *pp = printport_priv(port);

	clear_bit(PRINTPORT_PARPORT_READING, &pp->flags);
}
