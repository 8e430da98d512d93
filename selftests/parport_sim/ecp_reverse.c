// SPDX-License-Identifier: GPL-2.0-only
/*
 * ECP, reverse: events 38 to 49. A byte leaves the printer at event 44. A run (RLE) is a
 * count, then a byte: it leaves with the byte.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "parport_sim.h"

#define PSIM_EXT_RLE		0x20
#define PSIM_RUN_MIN		3

static void psim_ecp_43(struct psim *sim)
{
	sim->phase = PSIM_ECP_43;
	psim_lines(sim, 43, PSIM_NACK, 0);
}

/* How many of the bytes at hand are the same. */
static unsigned int psim_ecp_run(const u8 *buf, unsigned int len)
{
	unsigned int run = 1;

	while (run < len && buf[run] == buf[0])
		run++;
	return run;
}

/* Put the next byte, or a run's count, on the lines. PeriphAck low says that it is one. */
static void psim_ecp_42(struct psim *sim)
{
	u8 buf[PSIM_RUN_MAX];
	unsigned int len = psim_reply_peek(sim, buf, sizeof(buf));
	unsigned int run = 1;

	if (!len)
		return;
	if (sim->run_accepted)
		run = sim->offered;
	else if (sim->extensibility & PSIM_EXT_RLE)
		run = psim_ecp_run(buf, len);
	sim->offered_run = !sim->run_accepted && run >= PSIM_RUN_MIN;
	sim->offered = sim->offered_run || sim->run_accepted ? run : 1;
	sim->printer_data = sim->offered_run ? run - 1 : buf[0];
	psim_lines(sim, 42, PSIM_BUSY, sim->offered_run ? 0 : PSIM_BUSY);
	psim_plan(sim, PSIM_MAIN, 43, psim_ecp_43, 0);
}

/**
 * psim_ecp_reverse_reply - there may be data to offer to the host
 * @sim: the port, in ECP, reverse
 */
void psim_ecp_reverse_reply(struct psim *sim)
{
	psim_ecp_request(sim);
	if (sim->phase == PSIM_ECP_40 && !sim->steps[PSIM_MAIN].fn && psim_reply_len(sim))
		psim_respond(sim, 42, psim_ecp_42);
}

static void psim_ecp_40(struct psim *sim)
{
	sim->phase = PSIM_ECP_40;
	sim->printer_drives = true;
	sim->printer_data = 0xff;
	if (sim->host_drives)
		psim_violation(sim, 40, "the host drives the data lines, and the printer");
	psim_lines(sim, 40, PSIM_PERROR, 0);
	psim_ecp_reverse_reply(sim);
}

/**
 * psim_ecp_reverse_start - event 39: the host asks for the reverse direction
 * @sim: the port
 */
void psim_ecp_reverse_start(struct psim *sim)
{
	if (!psim_host_event(sim, 39))
		return;
	if (sim->host & PSIM_NAUTOFD)
		psim_violation(sim, 39, "HostAck is high: there has been no event 38");
	if (sim->host_drives)
		psim_violation(sim, 39, "the host drives the data lines");
	sim->mode = PSIM_ECP_REVERSE;
	sim->phase = PSIM_ECP_39;
	sim->run_accepted = false;
	psim_respond(sim, 40, psim_ecp_40);
}

static void psim_ecp_45(struct psim *sim)
{
	sim->phase = PSIM_ECP_45;
	psim_lines(sim, 45, PSIM_NACK, PSIM_NACK);
}

static void psim_ecp_44(struct psim *sim)
{
	if (!psim_host_event(sim, 44))
		return;
	if (sim->phase != PSIM_ECP_43) {
		psim_violation(sim, 44, "HostAck rises out of turn");
		return;
	}
	if (sim->offered_run) {
		sim->run_accepted = true;
	} else {
		psim_reply_take(sim, sim->offered, PSIM_N_ECP_REVERSE);
		sim->run_accepted = false;
	}
	sim->phase = PSIM_ECP_44;
	psim_respond(sim, 45, psim_ecp_45);
}

static void psim_ecp_46(struct psim *sim)
{
	if (!psim_host_event(sim, 46))
		return;
	if (sim->phase != PSIM_ECP_45) {
		psim_violation(sim, 46, "HostAck falls out of turn");
		return;
	}
	sim->phase = PSIM_ECP_40;
	psim_ecp_reverse_reply(sim);
}

static void psim_ecp_49(struct psim *sim)
{
	psim_lines(sim, 49, PSIM_PERROR, PSIM_PERROR);
	psim_ecp_forward(sim);
}

static void psim_ecp_48(struct psim *sim)
{
	sim->printer_drives = false;
	psim_lines(sim, 48, PSIM_NACK | PSIM_BUSY, PSIM_NACK);
	psim_plan(sim, PSIM_MAIN, 49, psim_ecp_49, 0);
}

static void psim_ecp_47(struct psim *sim)
{
	if (!psim_host_event(sim, 47))
		return;
	if (sim->phase == PSIM_ECP_44 || sim->phase == PSIM_ECP_39)
		psim_violation(sim, 47, "nReverseRequest rises out of turn");
	psim_cancel(sim, PSIM_MAIN);
	sim->phase = PSIM_ECP_47;
	psim_respond(sim, 48, psim_ecp_48);
}

/**
 * psim_ecp_reverse_host - the host does something in ECP, reverse
 * @sim: the port
 * @change: what
 */
void psim_ecp_reverse_host(struct psim *sim, const struct psim_change *change)
{
	if (change->fell & PSIM_NSELECTIN) {
		psim_terminate_now(sim);
		return;
	}
	if (change->fell & PSIM_NSTROBE)
		psim_violation(sim, 35, "HostClk falls in the reverse direction");
	if (change->fell & PSIM_NINIT)
		psim_violation(sim, 39, "nReverseRequest falls before event 49");
	if (change->rose & PSIM_NAUTOFD && sim->phase != PSIM_ECP_47)
		psim_ecp_44(sim);
	if (change->fell & PSIM_NAUTOFD)
		psim_ecp_46(sim);
	if (change->rose & PSIM_NINIT && sim->mode == PSIM_ECP_REVERSE)
		psim_ecp_47(sim);
}
