// SPDX-License-Identifier: GPL-2.0-only
/*
 * ECP by hand: forward data on ports that have no hardware for it, and data from the
 * printer on all that can turn their data lines round.
 *
 * parport has loops for it, too. Its forward one leaves nInit low when the printer stops
 * (IEEE 1284's host transfer recovery the wrong way round), its reverse one lets go of
 * the bus in the middle of a transfer.
 *
 * Event numbers are those of IEEE 1284-1994. Lines that parport inverts: a set
 * PARPORT_CONTROL_STROBE or _AUTOFD is a low line (HostClk, HostAck), a set
 * PARPORT_STATUS_BUSY is PeriphAck low.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "parport.h"

/* Forward: 1284Active high, nReverseRequest high, HostAck high: data. */
#define PRINTPORT_PARPORT_ECP_FORWARD	PARPORT_CONTROL_INIT
/* Reverse: nReverseRequest low, HostAck high. */
#define PRINTPORT_PARPORT_ECP_REVERSE	0

/* How long the printer may think about another byte before the bus is turned back. */
#define PRINTPORT_PARPORT_MORE_US	1000

/**
 * printport_parport_wait - wait for status lines
 * @parport: the port
 * @mask: which lines
 * @lines: what they shall be
 * @us: how long
 *
 * Context: the worker, sleeps.
 * Return: whether they are.
 */
bool printport_parport_wait(struct parport *parport, u8 mask, u8 lines, unsigned int us)
{
	ktime_t end = ktime_add_us(ktime_get(), us);
	bool last;
	u8 seen;

	if (printport_parport_spin(parport, mask, lines, false, &seen))
		return true;
	do {
		/* The last look is one after the time, however late that is. */
		last = ktime_after(ktime_get(), end);
		if ((parport_read_status(parport) & mask) == lines)
			return true;
		usleep_range(50, 200);
	} while (!last);
	return false;
}

/**
 * printport_parport_ecp_send - send a byte
 * @pp: the printer, in ECP
 * @lines: out: the last look
 *
 * Context: the worker; some 100 us.
 * Return: whether the printer has taken it. If not, it stays on the lines: the next call
 *	goes on, and printport_parport_ecp_recover() takes it back.
 */
bool printport_parport_ecp_send(struct printport_parport *pp, u8 *lines)
{
	struct parport *parport = pp->parport;
	bool slow = pp->slow || pp->stalled;

	if (!pp->ecp_pending) {
		/* Event 32 of the byte before. */
		if (!printport_parport_spin(parport, PARPORT_STATUS_BUSY, PARPORT_STATUS_BUSY,
					    slow, lines))
			return false;
		parport_write_control(parport, PRINTPORT_PARPORT_ECP_FORWARD);
		parport_write_data(parport, pp->span[pp->sent]);	/* 34 */
		ndelay(PRINTPORT_PARPORT_STROBE_NS);
		parport_write_control(parport, PRINTPORT_PARPORT_ECP_FORWARD |
				      PARPORT_CONTROL_STROBE);		/* 35 */
		pp->ecp_pending = true;
	}
	if (!printport_parport_spin(parport, PARPORT_STATUS_BUSY, 0, slow, lines))	/* 36 */
		return false;
	parport_write_control(parport, PRINTPORT_PARPORT_ECP_FORWARD);	/* 37: it is taken */
	pp->ecp_pending = false;
	printport_parport_sent(pp, 1);
	return true;
}

/**
 * printport_parport_ecp_recover - take a byte back that the printer does not take
 * @pp: the printer, in ECP, with a byte on the lines
 *
 * IEEE 1284-1994, host transfer recovery: events 72 to 75. The printer forgets the byte,
 * which it would have taken at event 37. One that does not answer is left at once
 * (immediate termination), which comes to the same.
 *
 * Context: the worker, sleeps, 70 ms at most.
 */
void printport_parport_ecp_recover(struct printport_parport *pp)
{
	struct parport *parport = pp->parport;

	pp->ecp_pending = false;
	if (!(parport_read_status(parport) & PARPORT_STATUS_BUSY)) {
		parport_write_control(parport, PRINTPORT_PARPORT_ECP_FORWARD);
		printport_parport_sent(pp, 1);
		printport_parport_wait(parport, PARPORT_STATUS_BUSY, PARPORT_STATUS_BUSY,
				       PRINTPORT_PARPORT_RESPONSE_US);
		return;
	}
	parport_write_control(parport, PARPORT_CONTROL_STROBE);		/* 72 */
	if (printport_parport_wait(parport, PARPORT_STATUS_PAPEROUT, 0,
				   PRINTPORT_PARPORT_RESPONSE_US)) {	/* 73 */
		parport_write_control(parport, PRINTPORT_PARPORT_ECP_FORWARD |
				      PARPORT_CONTROL_STROBE);		/* 74 */
		if (printport_parport_wait(parport, PARPORT_STATUS_PAPEROUT,
					   PARPORT_STATUS_PAPEROUT,
					   PRINTPORT_PARPORT_RESPONSE_US)) {	/* 75 */
			parport_write_control(parport, PRINTPORT_PARPORT_ECP_FORWARD);
			return;
		}
	}
	parport_write_control(parport, PRINTPORT_PARPORT_IDLE);
	parport->physport->ieee1284.mode = IEEE1284_MODE_COMPAT;
	parport->physport->ieee1284.phase = IEEE1284_PH_FWD_IDLE;
}

/* Events 38 to 40. Returns whether the printer drives the data lines now. */
static bool printport_parport_ecp_turn(struct parport *parport)
{
	/* Event 32 of the last byte. */
	if (!printport_parport_wait(parport, PARPORT_STATUS_BUSY, PARPORT_STATUS_BUSY,
				    PRINTPORT_PARPORT_RESPONSE_US))
		return false;
	parport_write_control(parport, PRINTPORT_PARPORT_ECP_FORWARD | PARPORT_CONTROL_AUTOFD);
	parport_data_reverse(parport);
	ndelay(PRINTPORT_PARPORT_STROBE_NS);
	parport_write_control(parport, PRINTPORT_PARPORT_ECP_REVERSE | PARPORT_CONTROL_AUTOFD);
	parport->physport->ieee1284.phase = IEEE1284_PH_REV_IDLE;
	return printport_parport_wait(parport, PARPORT_STATUS_PAPEROUT, 0,
				      PRINTPORT_PARPORT_RESPONSE_US);
}

/* Events 47 to 49. A byte that the printer offers meanwhile it offers again. */
static void printport_parport_ecp_turn_back(struct printport_parport *pp)
{
	struct parport *parport = pp->parport;

	parport_write_control(parport, PRINTPORT_PARPORT_ECP_FORWARD | PARPORT_CONTROL_AUTOFD);
	if (!printport_parport_wait(parport, PARPORT_STATUS_PAPEROUT, PARPORT_STATUS_PAPEROUT,
				    PRINTPORT_PARPORT_RESPONSE_US)) {
		printport_parport_compatibility(pp);
		return;
	}
	parport_data_forward(parport);
	parport->physport->ieee1284.phase = IEEE1284_PH_FWD_IDLE;
	parport_write_control(parport, PRINTPORT_PARPORT_ECP_FORWARD);
}

/**
 * struct printport_parport_ecp_in - what comes from the printer
 * @buf: where it goes
 * @room: bytes there
 * @len: bytes that have come
 * @run: how often the next byte counts, 0: no run was announced
 * @stuck: the printer does not go on
 */
struct printport_parport_ecp_in {
	u8 *buf;
	size_t room;
	size_t len;
	size_t run;
	bool stuck;
};

/* A command with bit 7 is a channel's address, one without announces a run. */
static bool printport_parport_ecp_fits(const struct printport_parport_ecp_in *in, bool command,
				       u8 byte)
{
	/* The second half of a run belongs to what was accepted. */
	return in->run || !command || byte & BIT(7) || byte < in->room - in->len;
}

static void printport_parport_ecp_store(struct printport_parport_ecp_in *in, bool command,
					u8 byte)
{
	size_t times = in->run ?: 1;

	if (command && !in->run) {
		in->run = byte & BIT(7) ? 0 : byte + 1;
		return;
	}
	memset(in->buf + in->len, byte, times);
	in->len += times;
	in->run = 0;
}

/* Events 43 to 46: one byte or command. Returns whether there was one to be taken. */
static bool printport_parport_ecp_get(struct parport *parport,
				      struct printport_parport_ecp_in *in)
{
	u8 lines, byte;
	bool command;

	if (!printport_parport_wait(parport, PARPORT_STATUS_ACK, 0, in->run ?
				    PRINTPORT_PARPORT_RESPONSE_US : PRINTPORT_PARPORT_MORE_US))
		return false;
	lines = parport_read_status(parport);
	if (printport_parport_is_off(lines))
		return false;
	command = lines & PARPORT_STATUS_BUSY;
	byte = parport_read_data(parport);
	if (!printport_parport_ecp_fits(in, command, byte))
		return false;

	parport_write_control(parport, PRINTPORT_PARPORT_ECP_REVERSE);		/* 44 */
	printport_parport_ecp_store(in, command, byte);
	/* It has gone over at 44, but must not be seen again. */
	in->stuck = !printport_parport_wait(parport, PARPORT_STATUS_ACK, PARPORT_STATUS_ACK,
					    PRINTPORT_PARPORT_RESPONSE_US);	/* 45 */
	parport_write_control(parport, PRINTPORT_PARPORT_ECP_REVERSE |
			      PARPORT_CONTROL_AUTOFD);				/* 46 */
	return true;
}

/**
 * printport_parport_ecp_read - read what the printer has
 * @pp: the printer, in ECP, forward
 * @buf: out
 * @size: bytes at @buf, 128 at least
 * @end: jiffies
 *
 * Runs are decoded, though they were not asked for: some printers send them.
 *
 * Context: the worker, sleeps, 150 ms longer than until @end at most.
 * Return: bytes; the printer has more to send if nPeriphRequest is low afterwards.
 */
size_t printport_parport_ecp_read(struct printport_parport *pp, u8 *buf, size_t size,
				  unsigned long end)
{
	struct printport_parport_ecp_in in = { .buf = buf, .room = size };
	struct parport *parport = pp->parport;

	if (printport_parport_ecp_turn(parport))
		while (in.len < in.room && !in.stuck && printport_parport_ecp_get(parport, &in) &&
		       (in.run || (time_before(jiffies, end) && printport_parport_go_on(pp))))
			cond_resched();
	printport_parport_ecp_turn_back(pp);
	return in.len;
}
