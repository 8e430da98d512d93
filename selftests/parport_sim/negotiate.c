// SPDX-License-Identifier: GPL-2.0-only
/*
 * Negotiation (events 0 to 6) and termination (22 to 29) of a mode.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "parport_sim.h"

/* IEEE 1284-1994: values of the extensibility byte. */
#define PSIM_EXT_BYTE	0x01
#define PSIM_EXT_ID	0x04
#define PSIM_EXT_ECP	0x10
#define PSIM_EXT_RLE	0x20
#define PSIM_EXT_EPP	0x40

/**
 * psim_negotiation_wanted - whether the host asks for a negotiation: event 1
 * @sim: the port
 */
bool psim_negotiation_wanted(const struct psim *sim)
{
	return sim->supports && sim->host & PSIM_NSELECTIN && !(sim->host & PSIM_NAUTOFD) &&
	       sim->host & PSIM_NINIT;
}

static void psim_negotiate_2(struct psim *sim)
{
	sim->phase = PSIM_NEG_2;
	psim_lines(sim, 2, PSIM_PERROR | PSIM_SELECT | PSIM_NFAULT | PSIM_NACK,
		   PSIM_PERROR | PSIM_SELECT | PSIM_NFAULT);
}

/**
 * psim_negotiate_begin - event 1
 * @sim: the port
 */
void psim_negotiate_begin(struct psim *sim)
{
	if (!psim_host_event(sim, 1))
		return;
	if (sim->compat.pulse) {
		psim_cancel(sim, PSIM_PULSE);
		sim->compat.pulse = false;
		psim_compat_show(sim, PSIM_EVENT_CONDITION);
	}
	psim_cancel(sim, PSIM_MAIN);
	sim->compat.init = false;
	sim->mode = PSIM_NEGOTIATION;
	sim->phase = PSIM_NEG_1;
	sim->run = 0;
	if (psim_too_short(sim->now - sim->data_at, PSIM_SETUP_NS))
		psim_violation(sim, 1, "extensibility byte set up for %llu ns only",
			       sim->now - sim->data_at);
	if (!(sim->host & PSIM_NSTROBE))
		psim_violation(sim, 1, "nStrobe is low");
	if (!sim->host_drives)
		psim_violation(sim, 1, "nobody drives the data lines");
	psim_respond(sim, 2, psim_negotiate_2);
}

static unsigned int psim_mode_needs(u8 extensibility)
{
	unsigned int needs = extensibility & PSIM_EXT_ID ? PSIM_SUPPORTS_ID : 0;

	switch (extensibility & ~PSIM_EXT_ID) {
	case 0:
		return needs | PSIM_SUPPORTS_NIBBLE;
	case PSIM_EXT_BYTE:
		return needs | PSIM_SUPPORTS_BYTE;
	case PSIM_EXT_ECP:
		return needs | PSIM_SUPPORTS_ECP;
	case PSIM_EXT_ECP | PSIM_EXT_RLE:
		return needs | PSIM_SUPPORTS_ECP | PSIM_SUPPORTS_RLE;
	case PSIM_EXT_EPP:
		return needs ? ~0U : PSIM_SUPPORTS_EPP;
	}
	return ~0U;
}

static void psim_load_id(struct psim *sim)
{
	unsigned int len = strlen(sim->device_id), told = len + 2;

	if (sim->device_id_length >= 0)
		told = sim->device_id_length;
	sim->id[0] = told >> 8;
	sim->id[1] = told;
	memcpy(sim->id + 2, sim->device_id, len);
	sim->id_len = len + 2;
	sim->id_pos = 0;
}

/* Lines in the mode, and XFlag: Select, which is the wrong way round for nibble mode. */
static u8 psim_accepted_levels(struct psim *sim)
{
	switch (sim->extensibility & ~PSIM_EXT_ID) {
	case 0:
	case PSIM_EXT_BYTE:
		return psim_reverse_levels(sim, psim_reply_len(sim));
	case PSIM_EXT_EPP:
		return PSIM_SELECT | PSIM_NFAULT;
	}
	return PSIM_SELECT | (psim_reply_len(sim) ? 0 : PSIM_NFAULT);
}

static void psim_accept(struct psim *sim)
{
	sim->counters[PSIM_N_NEGOTIATIONS]++;
	psim_lines(sim, 6, PSIM_NACK, PSIM_NACK);
	switch (sim->extensibility & ~PSIM_EXT_ID) {
	case 0:
		sim->mode = PSIM_NIBBLE;
		psim_reverse_start(sim);
		break;
	case PSIM_EXT_BYTE:
		sim->mode = PSIM_BYTE;
		psim_reverse_start(sim);
		break;
	case PSIM_EXT_EPP:
		psim_epp_start(sim);
		break;
	default:
		psim_ecp_start(sim);
	}
}

static void psim_refuse(struct psim *sim)
{
	sim->counters[PSIM_N_REFUSED]++;
	sim->phase = PSIM_NEG_REFUSED;
	psim_lines(sim, 6, PSIM_NACK, PSIM_NACK);
}

static void psim_negotiate_5(struct psim *sim)
{
	unsigned int needs = psim_mode_needs(sim->extensibility);
	bool accepted = (sim->supports & needs) == needs;
	u8 levels = PSIM_NFAULT | (sim->extensibility ? 0 : PSIM_SELECT);

	if (accepted) {
		sim->id_mode = sim->extensibility & PSIM_EXT_ID;
		if (sim->id_mode)
			psim_load_id(sim);
		levels = psim_accepted_levels(sim);
	}
	psim_lines(sim, 5, PSIM_STATUS_LINES & ~PSIM_NACK, levels);
	psim_plan(sim, PSIM_MAIN, 6, accepted ? psim_accept : psim_refuse, 0);
}

/* Event 3: the host says that the extensibility byte is there. */
static void psim_negotiate_3(struct psim *sim)
{
	if (!psim_host_event(sim, 3))
		return;
	if (sim->phase != PSIM_NEG_2) {
		psim_violation(sim, 3, "nStrobe falls out of turn");
		return;
	}
	sim->phase = PSIM_NEG_3;
	sim->neg_at = sim->now;
	sim->extensibility = psim_data(sim);
}

/* Event 4: nStrobe and nAutoFd are high again. */
static void psim_negotiate_4(struct psim *sim)
{
	if (!psim_host_event(sim, 4))
		return;
	if (sim->phase != PSIM_NEG_3) {
		psim_violation(sim, 4, "out of turn");
		return;
	}
	sim->phase = PSIM_NEG_4;
	if (psim_too_short(sim->now - sim->neg_at, PSIM_STROBE_NS))
		psim_violation(sim, 4, "nStrobe low for %llu ns only", sim->now - sim->neg_at);
	psim_respond(sim, 5, psim_negotiate_5);
}

/**
 * psim_negotiate_host - the host does something in a negotiation
 * @sim: the port
 * @change: what
 */
void psim_negotiate_host(struct psim *sim, const struct psim_change *change)
{
	u8 both = PSIM_NSTROBE | PSIM_NAUTOFD;

	if (change->fell & PSIM_NSELECTIN) {
		if (sim->phase == PSIM_NEG_REFUSED)
			psim_terminate(sim);
		else
			psim_terminate_now(sim);
		return;
	}
	if (sim->phase == PSIM_NEG_REFUSED) {
		if (change->fell || change->rose)
			psim_violation(sim, 22, "refused: the host may only terminate");
		return;
	}
	if (change->data && sim->phase != PSIM_NEG_4)
		psim_violation(sim, 3, "data change before event 4");
	if (change->fell & PSIM_NINIT)
		psim_violation(sim, PSIM_EVENT_INIT, "nInit falls in a negotiation");
	if (change->fell & PSIM_NSTROBE)
		psim_negotiate_3(sim);
	if (change->fell & PSIM_NAUTOFD)
		psim_violation(sim, 4, "nAutoFd falls");
	if (change->rose & both && (sim->host & both) == both)
		psim_negotiate_4(sim);
}

/**
 * psim_terminate_now - immediate termination: the host has had enough
 * @sim: the port
 */
void psim_terminate_now(struct psim *sim)
{
	if (!psim_host_event(sim, 22))
		return;
	sim->counters[PSIM_N_IMMEDIATE]++;
	psim_compat_enter(sim, PSIM_EVENT_LINES);
}

static void psim_terminate_24(struct psim *sim)
{
	sim->phase = PSIM_TERM_24;
	psim_lines(sim, 24, PSIM_NACK, 0);
}

static void psim_terminate_23(struct psim *sim)
{
	psim_lines(sim, 23, PSIM_BUSY | PSIM_NFAULT, PSIM_BUSY | PSIM_NFAULT);
	psim_plan(sim, PSIM_MAIN, 24, psim_terminate_24, 0);
}

/**
 * psim_terminate - event 22
 * @sim: the port
 */
void psim_terminate(struct psim *sim)
{
	if (!psim_host_event(sim, 22))
		return;
	sim->mode = PSIM_TERMINATE;
	sim->phase = PSIM_TERM_22;
	sim->printer_drives = false;
	psim_respond(sim, 23, psim_terminate_23);
}

static void psim_terminate_27(struct psim *sim)
{
	sim->phase = PSIM_TERM_27;
	psim_lines(sim, 27, PSIM_NACK, PSIM_NACK);
}

static void psim_terminate_26(struct psim *sim)
{
	psim_lines(sim, 26, PSIM_PERROR | PSIM_SELECT | PSIM_NFAULT, psim_compat_levels(sim));
	psim_plan(sim, PSIM_MAIN, 27, psim_terminate_27, 0);
}

static void psim_terminate_29(struct psim *sim)
{
	psim_compat_enter(sim, 29);
}

/* Event 25, or what should have been it. */
static void psim_terminate_25(struct psim *sim)
{
	if (!psim_host_event(sim, 25))
		return;
	if (sim->phase != PSIM_TERM_24) {
		psim_violation(sim, 25, "nAutoFd falls out of turn");
		return;
	}
	sim->phase = PSIM_TERM_25;
	psim_respond(sim, 26, psim_terminate_26);
}

static void psim_terminate_28(struct psim *sim)
{
	/* nAutoFd may go high together with nSelectIn low, at event 22, or a little later. */
	if (sim->phase == PSIM_TERM_22 || sim->phase == PSIM_TERM_24)
		return;
	if (!psim_host_event(sim, 28))
		return;
	if (sim->phase != PSIM_TERM_27)
		psim_violation(sim, 28, "nAutoFd rises before event 27");
	sim->counters[PSIM_N_TERMINATIONS]++;
	sim->phase = PSIM_TERM_28;
	psim_respond(sim, 29, psim_terminate_29);
}

/**
 * psim_terminate_host - the host does something in a termination
 * @sim: the port
 * @change: what
 */
void psim_terminate_host(struct psim *sim, const struct psim_change *change)
{
	/* nInit may rise: it may be low after ECP. */
	u8 wrong = (change->fell & (PSIM_NSTROBE | PSIM_NINIT)) |
		   (change->rose & PSIM_NSELECTIN);

	if (sim->phase == PSIM_TERM_28) {
		psim_compat_enter(sim, 29);
		psim_compat_host(sim, change);
		return;
	}
	if (wrong) {
		psim_violation(sim, PSIM_EVENT_LINES, "the host does not go on terminating");
		psim_compat_enter(sim, PSIM_EVENT_LINES);
		psim_compat_host(sim, change);
		return;
	}
	if (change->fell & PSIM_NAUTOFD)
		psim_terminate_25(sim);
	if (change->rose & PSIM_NAUTOFD)
		psim_terminate_28(sim);
}
