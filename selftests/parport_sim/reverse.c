// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nibble and byte mode: events 7 to 21.
 *
 * Between bytes the lines say whether there is one more; that is decided at events 6, 13
 * and 21. While the host is in reverse idle, new data makes the printer ask for it.
 */
#include <linux/kernel.h>

#include "parport_sim.h"

/**
 * psim_reverse_levels - lines between two bytes
 * @sim: the port, about to be in nibble or byte mode
 * @left: bytes that the host has not taken
 *
 * Return: levels but that of nAck. nFault low and PError low: there is data.
 */
u8 psim_reverse_levels(struct psim *sim, unsigned int left)
{
	u8 levels = left ? 0 : PSIM_NFAULT | PSIM_PERROR;

	if (sim->extensibility)
		levels |= PSIM_SELECT;
	if (sim->compat.stage != PSIM_READY || psim_stopped(sim))
		levels |= PSIM_BUSY;
	return levels;
}

/**
 * psim_reverse_start - nibble or byte mode has been negotiated
 * @sim: the port
 */
void psim_reverse_start(struct psim *sim)
{
	sim->phase = PSIM_HOST_BUSY;
	sim->second_nibble = false;
}

static void psim_reverse_9(struct psim *sim)
{
	sim->phase = PSIM_REV_9;
	psim_lines(sim, 9, PSIM_NACK, 0);
}

/* A nibble's bits 0 to 3. */
static u8 psim_nibble_levels(u8 nibble)
{
	return (nibble & 1 ? PSIM_NFAULT : 0) | (nibble & 2 ? PSIM_SELECT : 0) |
	       (nibble & 4 ? PSIM_PERROR : 0) | (nibble & 8 ? PSIM_BUSY : 0);
}

static void psim_reverse_8(struct psim *sim)
{
	u8 byte = 0xff;

	psim_reply_peek(sim, &byte, 1);
	if (sim->mode == PSIM_NIBBLE) {
		psim_lines(sim, 8, PSIM_STATUS_LINES & ~PSIM_NACK,
			   psim_nibble_levels(sim->second_nibble ? byte >> 4 : byte & 15));
	} else {
		sim->printer_data = byte;
		sim->printer_drives = true;
		psim_trace(sim, true, 15);
	}
	psim_plan(sim, PSIM_MAIN, 9, psim_reverse_9, 0);
}

/* Event 7 with data: the host asks for it. Without data: it goes to reverse idle. */
static void psim_reverse_7(struct psim *sim)
{
	bool offered = !(sim->lines & PSIM_NFAULT) || sim->second_nibble;

	if (!psim_host_event(sim, 7))
		return;
	if (!offered || !psim_reply_len(sim)) {
		sim->phase = PSIM_REV_IDLE;
		psim_reverse_reply(sim);
		return;
	}
	if (sim->mode == PSIM_BYTE && sim->host_drives)
		psim_violation(sim, 7, "the host drives the data lines");
	sim->phase = PSIM_REV_7;
	psim_respond(sim, sim->mode == PSIM_BYTE ? 15 : 8, psim_reverse_8);
}

static void psim_reverse_11(struct psim *sim)
{
	bool half = sim->mode == PSIM_NIBBLE && sim->second_nibble;

	psim_lines(sim, 11, PSIM_NACK, PSIM_NACK);
	sim->phase = half || sim->mode == PSIM_NIBBLE ? PSIM_HOST_BUSY : PSIM_REV_11;
}

static void psim_reverse_13(struct psim *sim)
{
	unsigned int left = psim_reply_len(sim);

	if (sim->mode == PSIM_BYTE && left)
		left--;
	psim_lines(sim, 13, PSIM_STATUS_LINES & ~PSIM_NACK, psim_reverse_levels(sim, left));
	psim_plan(sim, PSIM_MAIN, 11, psim_reverse_11, 0);
}

static void psim_reverse_10(struct psim *sim)
{
	bool done = sim->second_nibble || sim->mode == PSIM_BYTE;

	if (!psim_host_event(sim, 10))
		return;
	if (sim->phase != PSIM_REV_9) {
		psim_violation(sim, 10, "nAutoFd rises before event 9");
		sim->phase = PSIM_HOST_BUSY;
		psim_cancel(sim, PSIM_MAIN);
		return;
	}
	sim->phase = PSIM_REV_10;
	if (sim->mode == PSIM_NIBBLE) {
		if (done)
			psim_reply_take(sim, 1, PSIM_N_NIBBLE);
		sim->second_nibble = !done;
	}
	psim_respond(sim, done ? 13 : 11, done ? psim_reverse_13 : psim_reverse_11);
}

static void psim_byte_16(struct psim *sim)
{
	if (!psim_host_event(sim, 16))
		return;
	if (sim->mode != PSIM_BYTE || sim->phase != PSIM_REV_11) {
		psim_violation(sim, 16, "nStrobe falls out of turn");
		return;
	}
	sim->phase = PSIM_REV_16;
	psim_reply_take(sim, 1, PSIM_N_BYTE);
}

static void psim_byte_17(struct psim *sim)
{
	if (!psim_host_event(sim, 17) || sim->phase != PSIM_REV_16)
		return;
	sim->printer_drives = false;
	sim->phase = PSIM_HOST_BUSY;
}

static void psim_reverse_19(struct psim *sim)
{
	sim->phase = PSIM_REV_19;
	psim_lines(sim, 19, PSIM_NACK, PSIM_NACK);
}

/* nAck's pulse is what interrupts the host. */
static void psim_reverse_18(struct psim *sim)
{
	sim->phase = PSIM_REV_18;
	psim_lines(sim, 18, PSIM_NFAULT | PSIM_NACK, 0);
	psim_respond(sim, 19, psim_reverse_19);
}

static void psim_reverse_21(struct psim *sim)
{
	psim_lines(sim, 21, PSIM_PERROR, 0);
	sim->phase = PSIM_HOST_BUSY;
}

static void psim_reverse_20(struct psim *sim)
{
	bool asked = sim->phase == PSIM_REV_19;

	if (!psim_host_event(sim, 20))
		return;
	if (!asked) {
		psim_violation(sim, 20, "nAutoFd rises in reverse idle, without event 19");
		psim_cancel(sim, PSIM_MAIN);
		psim_lines(sim, 19, PSIM_NACK, PSIM_NACK);
		sim->phase = PSIM_HOST_BUSY;
		return;
	}
	sim->phase = PSIM_REV_20;
	psim_respond(sim, 21, psim_reverse_21);
}

/**
 * psim_reverse_reply - there may be data to ask the host for
 * @sim: the port, in nibble or byte mode
 */
void psim_reverse_reply(struct psim *sim)
{
	if (sim->phase == PSIM_REV_IDLE && !sim->steps[PSIM_MAIN].fn && psim_reply_len(sim))
		psim_respond(sim, 18, psim_reverse_18);
}

static bool psim_reverse_between_bytes(const struct psim *sim)
{
	return (sim->phase == PSIM_HOST_BUSY && !sim->second_nibble) ||
	       sim->phase == PSIM_REV_IDLE || sim->phase == PSIM_REV_18 ||
	       sim->phase == PSIM_REV_19;
}

static void psim_reverse_autofd_fell(struct psim *sim)
{
	if (sim->phase == PSIM_HOST_BUSY) {
		psim_reverse_7(sim);
		return;
	}
	if (!psim_host_event(sim, 7))
		return;
	psim_violation(sim, 7, sim->phase == PSIM_REV_11 || sim->phase == PSIM_REV_16 ?
		       "the byte before has not been acknowledged by nStrobe" :
		       "nAutoFd falls out of turn");
}

static void psim_reverse_autofd_rose(struct psim *sim)
{
	if (sim->phase == PSIM_REV_IDLE || sim->phase == PSIM_REV_18 ||
	    sim->phase == PSIM_REV_19)
		psim_reverse_20(sim);
	else
		psim_reverse_10(sim);
}

/**
 * psim_reverse_host - the host does something in nibble or byte mode
 * @sim: the port
 * @change: what
 */
void psim_reverse_host(struct psim *sim, const struct psim_change *change)
{
	if (change->fell & PSIM_NSELECTIN) {
		psim_cancel(sim, PSIM_MAIN);
		if (psim_reverse_between_bytes(sim))
			psim_terminate(sim);
		else
			psim_terminate_now(sim);
		return;
	}
	if (change->fell & PSIM_NINIT)
		psim_violation(sim, PSIM_EVENT_INIT, "nInit falls");
	if (change->fell & PSIM_NAUTOFD)
		psim_reverse_autofd_fell(sim);
	if (change->rose & PSIM_NAUTOFD)
		psim_reverse_autofd_rose(sim);
	if (change->fell & PSIM_NSTROBE)
		psim_byte_16(sim);
	if (change->rose & PSIM_NSTROBE)
		psim_byte_17(sim);
}
