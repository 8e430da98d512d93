// SPDX-License-Identifier: GPL-2.0-only
/*
 * EPP: nWrite is nStrobe, nDStrb is nAutoFd, nAStrb is nSelectIn, nWait is Busy.
 * A printer that cannot take or give a byte does not raise nWait.
 */
#include <linux/kernel.h>

#include "parport_sim.h"

#define PSIM_EPP_STROBES	(PSIM_NAUTOFD | PSIM_NSELECTIN)

/**
 * psim_epp_start - EPP has been negotiated
 * @sim: the port
 */
void psim_epp_start(struct psim *sim)
{
	sim->mode = PSIM_EPP;
	sim->phase = PSIM_EPP_IDLE;
}

static void psim_epp_take(struct psim *sim)
{
	if (sim->epp_address)
		sim->counters[PSIM_N_EPP_ADDRESSES]++;
	else
		psim_put(sim, psim_data(sim), 1, PSIM_N_EPP);
}

static void psim_epp_58(struct psim *sim)
{
	bool data = !sim->epp_address;

	if (sim->epp_read ? data && !psim_reply_len(sim) : psim_stopped(sim)) {
		psim_stall(sim, 58, psim_epp_58);
		return;
	}
	if (sim->epp_read) {
		sim->printer_data = 0;
		if (data)
			psim_reply_peek(sim, &sim->printer_data, 1);
		sim->printer_drives = true;
	} else {
		psim_epp_take(sim);
	}
	sim->phase = PSIM_EPP_58;
	psim_lines(sim, 58, PSIM_BUSY, PSIM_BUSY);
}

static void psim_epp_60(struct psim *sim)
{
	sim->phase = PSIM_EPP_IDLE;
	psim_lines(sim, 60, PSIM_BUSY, 0);
}

/* Events 56, 62 (a write), 64, 67 (a read): a strobe falls. */
static void psim_epp_strobe(struct psim *sim, const struct psim_change *change)
{
	bool address = change->fell & PSIM_NSELECTIN, read = sim->host & PSIM_NSTROBE;
	int event = read ? (address ? 64 : 67) : (address ? 56 : 62);

	if (!psim_host_event(sim, event))
		return;
	if (sim->phase != PSIM_EPP_IDLE) {
		psim_violation(sim, event, "a strobe falls out of turn");
		return;
	}
	if (!(sim->host & PSIM_EPP_STROBES))
		psim_violation(sim, event, "both strobes are low");
	if (read == sim->host_drives)
		psim_violation(sim, event, read ? "a read: the host drives the data lines" :
			       "a write: nobody drives the data lines");
	sim->epp_read = read;
	sim->epp_address = address;
	sim->epp_at = sim->now;
	sim->phase = PSIM_EPP_STROBE;
	psim_respond(sim, 58, psim_epp_58);
}

/* Events 59 (address) and 63 (data): the strobe rises. */
static void psim_epp_strobe_end(struct psim *sim)
{
	int event = sim->epp_address ? 59 : 63;

	if (!psim_host_event(sim, event))
		return;
	if (sim->phase == PSIM_EPP_STROBE) {
		psim_cancel(sim, PSIM_MAIN);
		sim->phase = PSIM_EPP_IDLE;
		if (psim_too_short(sim->now - sim->epp_at, PSIM_EPP_TIMEOUT_NS))
			psim_violation(sim, event,
				       "a strobe rises before event 58 and before 10 us");
		return;
	}
	if (sim->phase != PSIM_EPP_58)
		return;
	if (sim->epp_read && !sim->epp_address)
		psim_reply_take(sim, 1, PSIM_N_EPP_REVERSE);
	sim->printer_drives = false;
	sim->phase = PSIM_EPP_63;
	psim_respond(sim, 60, psim_epp_60);
}

static void psim_epp_68(struct psim *sim)
{
	if (!psim_host_event(sim, 68))
		return;
	if (sim->phase != PSIM_EPP_IDLE && sim->phase != PSIM_EPP_63)
		sim->counters[PSIM_N_IMMEDIATE]++;
	psim_cancel(sim, PSIM_MAIN);
	sim->printer_drives = false;
	sim->phase = PSIM_EPP_68;
	sim->epp_at = sim->now;
}

static void psim_epp_69(struct psim *sim)
{
	if (!psim_host_event(sim, 69))
		return;
	if (psim_too_short(sim->now - sim->epp_at, PSIM_INIT_NS))
		psim_violation(sim, 69, "nInit low for %llu ns only", sim->now - sim->epp_at);
	if (sim->host & PSIM_NSELECTIN)
		psim_violation(sim, 69, "nSelectIn is high");
	sim->counters[PSIM_N_TERMINATIONS]++;
	psim_compat_enter(sim, PSIM_EVENT_LINES);
}

/* While a strobe is low: nothing may change but the strobe. */
static void psim_epp_stable(struct psim *sim, const struct psim_change *change)
{
	bool low = sim->phase == PSIM_EPP_STROBE || sim->phase == PSIM_EPP_58;

	if (!low)
		return;
	if ((change->fell | change->rose) & PSIM_NSTROBE)
		psim_violation(sim, PSIM_EVENT_LINES, "nWrite changes while a strobe is low");
	if (change->data && !sim->epp_read)
		psim_violation(sim, PSIM_EVENT_DATA, "data change while a strobe is low");
}

/**
 * psim_epp_host - the host does something in EPP mode
 * @sim: the port
 * @change: what
 */
void psim_epp_host(struct psim *sim, const struct psim_change *change)
{
	u8 strobe = sim->epp_address ? PSIM_NSELECTIN : PSIM_NAUTOFD;

	if (change->fell & PSIM_NINIT)
		psim_epp_68(sim);
	else if (change->rose & PSIM_NINIT)
		psim_epp_69(sim);
	if (sim->mode != PSIM_EPP || sim->phase == PSIM_EPP_68)
		return;
	psim_epp_stable(sim, change);
	if (change->fell & PSIM_EPP_STROBES)
		psim_epp_strobe(sim, change);
	else if (change->rose & strobe)
		psim_epp_strobe_end(sim);
}
