// SPDX-License-Identifier: GPL-2.0-only
/*
 * ECP: set-up (events 30, 31), forward (34 to 37, 32), host recovery (72 to 75).
 * HostClk is nStrobe, HostAck nAutoFd, nReverseRequest nInit; PeriphClk is nAck,
 * PeriphAck Busy, nAckReverse PError, nPeriphRequest nFault.
 */
#include <linux/kernel.h>

#include "parport_sim.h"

#define PSIM_ECP_ADDRESS	BIT(7)
#define PSIM_EXT_RLE		0x20

/**
 * psim_ecp_start - ECP has been negotiated
 * @sim: the port
 */
void psim_ecp_start(struct psim *sim)
{
	sim->mode = PSIM_ECP;
	sim->phase = PSIM_ECP_SETUP;
	sim->run = 0;
}

/**
 * psim_ecp_request - say whether there is data for the host: nPeriphRequest
 * @sim: the port, in ECP, whatever its direction
 */
void psim_ecp_request(struct psim *sim)
{
	u8 level = psim_reply_len(sim) ? 0 : PSIM_NFAULT;

	if ((sim->lines & PSIM_NFAULT) != level)
		psim_lines(sim, PSIM_EVENT_LINES, PSIM_NFAULT, level);
}

/**
 * psim_ecp_forward - the forward direction, idle
 * @sim: the port
 */
void psim_ecp_forward(struct psim *sim)
{
	sim->mode = PSIM_ECP;
	sim->phase = PSIM_ECP_FORWARD;
	psim_ecp_request(sim);
}

static void psim_ecp_31(struct psim *sim)
{
	psim_lines(sim, 31, PSIM_PERROR, PSIM_PERROR);
	psim_ecp_forward(sim);
}

static void psim_ecp_30(struct psim *sim)
{
	if (!psim_host_event(sim, 30))
		return;
	sim->phase = PSIM_ECP_30;
	psim_respond(sim, 31, psim_ecp_31);
}

static void psim_ecp_36(struct psim *sim)
{
	if (psim_stopped(sim)) {
		psim_stall(sim, 36, psim_ecp_36);
		return;
	}
	sim->phase = PSIM_ECP_36;
	sim->ack_seen = false;
	psim_lines(sim, 36, PSIM_BUSY, PSIM_BUSY);
}

static void psim_ecp_35(struct psim *sim)
{
	if (!psim_host_event(sim, 35))
		return;
	if (sim->phase != PSIM_ECP_FORWARD) {
		psim_violation(sim, 35, "HostClk falls out of turn");
		return;
	}
	if (!sim->host_drives)
		psim_violation(sim, 35, "nobody drives the data lines");
	sim->command = !(sim->host & PSIM_NAUTOFD);
	sim->phase = PSIM_ECP_35;
	psim_respond(sim, 36, psim_ecp_36);
}

static void psim_ecp_32(struct psim *sim)
{
	psim_lines(sim, 32, PSIM_BUSY, 0);
	psim_ecp_forward(sim);
}

static void psim_ecp_command(struct psim *sim, u8 byte)
{
	bool rle = sim->extensibility & PSIM_EXT_RLE;

	if (sim->run)
		psim_violation(sim, 37, "a command where the byte of a run should be");
	sim->run = 0;
	if (byte & PSIM_ECP_ADDRESS) {
		sim->counters[PSIM_N_ECP_COMMANDS]++;
		return;
	}
	if (!rle)
		psim_violation(sim, 37, "a run, but RLE has not been negotiated");
	else
		sim->run = byte + 1;
}

static void psim_ecp_latch(struct psim *sim)
{
	u8 byte = psim_data(sim);

	if (sim->command) {
		psim_ecp_command(sim, byte);
		return;
	}
	psim_put(sim, byte, sim->run ?: 1, PSIM_N_ECP);
	sim->run = 0;
}

/* HostClk rises: event 37, the end of a recovery, or nothing that it may do. */
static void psim_ecp_hostclk_rose(struct psim *sim)
{
	if (sim->phase == PSIM_ECP_75) {
		psim_ecp_forward(sim);
		return;
	}
	if (!psim_host_event(sim, 37))
		return;
	if (sim->phase == PSIM_ECP_36) {
		psim_ecp_latch(sim);
		sim->phase = PSIM_ECP_37;
		psim_respond(sim, 32, psim_ecp_32);
		return;
	}
	psim_violation(sim, 37, sim->phase == PSIM_ECP_35 ? "HostClk rises before event 36" :
		       "HostClk rises out of turn");
	if (sim->phase == PSIM_ECP_35) {
		psim_cancel(sim, PSIM_MAIN);
		psim_ecp_forward(sim);
	}
}

static void psim_ecp_73(struct psim *sim)
{
	sim->phase = PSIM_ECP_73;
	psim_lines(sim, 73, PSIM_PERROR | PSIM_BUSY, 0);
}

static void psim_ecp_72(struct psim *sim)
{
	if (!psim_host_event(sim, 72))
		return;
	sim->phase = PSIM_ECP_72;
	psim_respond(sim, 73, psim_ecp_73);
}

static void psim_ecp_75(struct psim *sim)
{
	sim->counters[PSIM_N_RECOVERIES]++;
	sim->phase = PSIM_ECP_75;
	psim_lines(sim, 75, PSIM_PERROR, PSIM_PERROR);
}

static void psim_ecp_74(struct psim *sim)
{
	if (!psim_host_event(sim, 74))
		return;
	if (sim->phase != PSIM_ECP_73)
		psim_violation(sim, 74, "nInit rises before event 73");
	sim->phase = PSIM_ECP_74;
	psim_respond(sim, 75, psim_ecp_75);
}

/* nReverseRequest falls: a reversal, or a recovery. */
static void psim_ecp_ninit_fell(struct psim *sim)
{
	/* The host may give up just when the printer goes on, and has not seen it yet. */
	if (sim->phase == PSIM_ECP_35 || (sim->phase == PSIM_ECP_36 && !sim->ack_seen)) {
		psim_ecp_72(sim);
		return;
	}
	if (sim->phase == PSIM_ECP_FORWARD) {
		psim_ecp_reverse_start(sim);
		return;
	}
	if (psim_host_event(sim, 39))
		psim_violation(sim, 39, "nReverseRequest falls out of turn");
}

/* What has to be stable while HostClk is low, but in a recovery. */
static void psim_ecp_stable(struct psim *sim, const struct psim_change *change)
{
	if (sim->phase != PSIM_ECP_35 && sim->phase != PSIM_ECP_36)
		return;
	if (change->data && !(change->rose & PSIM_NSTROBE))
		psim_violation(sim, 36, "data change while HostClk is low");
	if ((change->fell | change->rose) & PSIM_NAUTOFD)
		psim_violation(sim, 36, "HostAck changes while HostClk is low");
}

static bool psim_ecp_may_terminate(const struct psim *sim)
{
	return sim->phase == PSIM_ECP_FORWARD || sim->phase == PSIM_ECP_SETUP;
}

/**
 * psim_ecp_host - the host does something in ECP, forward
 * @sim: the port
 * @change: what
 */
void psim_ecp_host(struct psim *sim, const struct psim_change *change)
{
	if (change->fell & PSIM_NSELECTIN) {
		if (psim_ecp_may_terminate(sim))
			psim_terminate(sim);
		else
			psim_terminate_now(sim);
		return;
	}
	if (sim->phase == PSIM_ECP_SETUP && change->fell & PSIM_NAUTOFD)
		psim_ecp_30(sim);
	psim_ecp_stable(sim, change);
	if (change->rose & PSIM_NINIT && psim_alive(sim))
		psim_ecp_74(sim);
	if (change->rose & PSIM_NSTROBE)
		psim_ecp_hostclk_rose(sim);
	if (change->fell & PSIM_NSTROBE)
		psim_ecp_35(sim);
	if (change->fell & PSIM_NINIT)
		psim_ecp_ninit_fell(sim);
	if (sim->phase == PSIM_ECP_FORWARD && change->fell & PSIM_NAUTOFD)
		psim_host_event(sim, 38);
}
