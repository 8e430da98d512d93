// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compatibility mode: a byte is latched when nStrobe falls; Busy, then a pulse of nAck.
 */
#include <linux/kernel.h>

#include "parport_sim.h"

static void psim_compat_ack(struct psim *sim);

/**
 * psim_compat_levels - what the lines show in compatibility mode
 * @sim: the port
 *
 * Return: levels
 */
u8 psim_compat_levels(const struct psim *sim)
{
	const struct psim_compat *compat = &sim->compat;
	unsigned int condition = sim->condition;
	u8 levels = 0;

	if (compat->stage != PSIM_BYTE_ACK && !compat->pulse)
		levels |= PSIM_NACK;
	if (compat->stage != PSIM_READY || compat->init || psim_stopped(sim))
		levels |= PSIM_BUSY;
	if (condition & PSIM_PAPER_OUT)
		levels |= PSIM_PERROR;
	if (!(condition & PSIM_OFFLINE))
		levels |= PSIM_SELECT;
	if (!(condition & (PSIM_PAPER_OUT | PSIM_OFFLINE | PSIM_ERROR)))
		levels |= PSIM_NFAULT;
	return levels;
}

/**
 * psim_compat_show - set all lines as compatibility mode has them
 * @sim: the port
 * @event: the event that this is
 */
void psim_compat_show(struct psim *sim, int event)
{
	psim_lines(sim, event, PSIM_STATUS_LINES, psim_compat_levels(sim));
}

static void psim_compat_ack_end(struct psim *sim)
{
	sim->compat.stage = PSIM_READY;
	psim_compat_show(sim, PSIM_EVENT_ACK_END);
	if (psim_negotiation_wanted(sim))
		psim_negotiate_begin(sim);
}

/* It waits for nStrobe, and for room for one more byte. */
static void psim_compat_ack(struct psim *sim)
{
	if (!(sim->host & PSIM_NSTROBE) || psim_full(sim)) {
		psim_stall(sim, PSIM_EVENT_ACK, psim_compat_ack);
		return;
	}
	sim->compat.stage = PSIM_BYTE_ACK;
	psim_compat_show(sim, PSIM_EVENT_ACK);
	psim_plan(sim, PSIM_MAIN, PSIM_EVENT_ACK_END, psim_compat_ack_end,
		  psim_random(sim, &sim->ack_ns));
}

static void psim_compat_busy(struct psim *sim)
{
	u64 busy = psim_random(sim, &sim->busy_ns);

	psim_compat_show(sim, PSIM_EVENT_BUSY);
	sim->compat.busy_until = sim->now + busy;
	psim_plan(sim, PSIM_MAIN, PSIM_EVENT_ACK, psim_compat_ack, busy);
}

/**
 * psim_compat_enter - the printer is in compatibility mode
 * @sim: the port
 * @event: the event that this is
 *
 * A byte that it was busy with when it was taken to another mode, it now goes on with.
 */
void psim_compat_enter(struct psim *sim, int event)
{
	struct psim_compat *compat = &sim->compat;

	psim_cancel(sim, PSIM_MAIN);
	sim->mode = PSIM_COMPATIBILITY;
	sim->phase = PSIM_IDLE;
	sim->printer_drives = false;
	sim->id_mode = false;
	sim->run = 0;
	compat->ready_seen = false;
	compat->strobe_at = 0;
	compat->strobe_end_at = 0;
	psim_compat_show(sim, event);
	if (compat->stage == PSIM_BYTE_BUSY)
		psim_plan(sim, PSIM_MAIN, PSIM_EVENT_ACK, psim_compat_ack,
			  compat->busy_until - min(compat->busy_until, sim->now));
}

/**
 * psim_compat_kick - what is printed has changed, or the condition
 * @sim: the port
 */
void psim_compat_kick(struct psim *sim)
{
	if (psim_alive(sim) && psim_compat_levels(sim) != sim->lines)
		psim_compat_show(sim, PSIM_EVENT_CONDITION);
}

static void psim_compat_pulse_end(struct psim *sim)
{
	sim->compat.pulse = false;
	psim_compat_show(sim, PSIM_EVENT_CONDITION);
}

/**
 * psim_compat_pulse - say with nAck that the condition has changed
 * @sim: the port
 *
 * A byte that is being processed will have its own pulse.
 */
void psim_compat_pulse(struct psim *sim)
{
	const struct psim_step *step = &sim->steps[PSIM_MAIN];

	if (sim->compat.stage == PSIM_BYTE_ACK ||
	    (sim->compat.stage == PSIM_BYTE_BUSY && step->fn && step->due != U64_MAX))
		return;
	sim->compat.pulse = true;
	psim_compat_show(sim, PSIM_EVENT_CONDITION);
	psim_plan(sim, PSIM_PULSE, PSIM_EVENT_CONDITION, psim_compat_pulse_end,
		  psim_random(sim, &sim->ack_ns));
}

static void psim_compat_setup(struct psim *sim)
{
	u64 setup = sim->now - sim->data_at;

	sim->compat.min_setup = min(sim->compat.min_setup, setup);
	if (psim_too_short(setup, PSIM_SETUP_NS))
		psim_violation(sim, PSIM_EVENT_STROBE, "data set up for %llu ns only", setup);
}

/* Whether the byte is one that the printer takes. */
static bool psim_compat_strobe_taken(struct psim *sim)
{
	bool legal = sim->compat.ready_seen;

	if (sim->compat.stage != PSIM_READY) {
		psim_violation(sim, PSIM_EVENT_STROBE,
			       "nStrobe falls while the printer processes a byte: it is lost");
		return false;
	}
	if (!legal)
		psim_violation(sim, PSIM_EVENT_STROBE,
			       "nStrobe falls, but the host has not seen the printer ready");
	if (!sim->host_drives)
		psim_violation(sim, PSIM_EVENT_STROBE, "nobody drives the data lines");
	return legal || !(sim->lines & PSIM_BUSY);
}

static void psim_compat_strobe(struct psim *sim)
{
	if (!psim_host_event(sim, PSIM_EVENT_STROBE))
		return;
	sim->compat.strobe_at = sim->now;
	sim->compat.strobe_end_at = 0;
	psim_compat_setup(sim);
	if (sim->host & PSIM_NSELECTIN) {
		psim_violation(sim, PSIM_EVENT_STROBE, "nStrobe falls, nSelectIn is high");
		return;
	}
	if (!psim_compat_strobe_taken(sim)) {
		sim->counters[PSIM_N_LOST]++;
		return;
	}
	sim->compat.ready_seen = false;
	psim_put(sim, psim_data(sim), 1, PSIM_N_COMPAT);
	sim->compat.stage = PSIM_BYTE_BUSY;
	psim_plan(sim, PSIM_MAIN, PSIM_EVENT_BUSY, psim_compat_busy, 0);
}

static void psim_compat_strobe_end(struct psim *sim)
{
	u64 width = sim->now - sim->compat.strobe_at;
	bool seen = sim->compat.strobe_at;

	if (!psim_host_event(sim, PSIM_EVENT_STROBE_END))
		return;
	sim->compat.strobe_at = 0;
	if (!seen)
		return;
	sim->compat.strobe_end_at = sim->now;
	sim->compat.min_strobe = min(sim->compat.min_strobe, width);
	if (psim_too_short(width, PSIM_STROBE_NS))
		psim_violation(sim, PSIM_EVENT_STROBE_END, "nStrobe low for %llu ns only",
			       width);
	psim_kick(sim);
}

static void psim_compat_data_changed(struct psim *sim)
{
	u64 hold = sim->now - sim->compat.strobe_end_at;

	if (sim->compat.strobe_at) {
		psim_violation(sim, PSIM_EVENT_DATA, "data change while nStrobe is low");
		return;
	}
	if (!sim->compat.strobe_end_at)
		return;
	sim->compat.strobe_end_at = 0;
	sim->compat.min_hold = min(sim->compat.min_hold, hold);
	if (psim_too_short(hold, PSIM_HOLD_NS))
		psim_violation(sim, PSIM_EVENT_DATA, "data held for %llu ns only", hold);
}

static void psim_compat_init(struct psim *sim)
{
	if (!psim_host_event(sim, PSIM_EVENT_INIT))
		return;
	psim_cancel(sim, PSIM_MAIN);
	sim->compat.stage = PSIM_READY;
	sim->compat.ready_seen = false;
	sim->compat.init = true;
	sim->compat.init_at = sim->now;
	psim_compat_show(sim, PSIM_EVENT_INIT);
}

static void psim_compat_initialized(struct psim *sim)
{
	sim->compat.init = false;
	psim_compat_show(sim, PSIM_EVENT_INIT_END);
}

static void psim_compat_init_end(struct psim *sim)
{
	u64 width = sim->now - sim->compat.init_at;

	if (!psim_host_event(sim, PSIM_EVENT_INIT_END) || !sim->compat.init)
		return;
	sim->counters[PSIM_N_INITS]++;
	if (psim_too_short(width, PSIM_INIT_NS))
		psim_violation(sim, PSIM_EVENT_INIT_END, "nInit low for %llu ns only", width);
	psim_plan(sim, PSIM_MAIN, PSIM_EVENT_INIT_END, psim_compat_initialized,
		  psim_random(sim, &sim->response_ns));
}

/**
 * psim_compat_host - the host does something in compatibility mode
 * @sim: the port
 * @change: what
 */
void psim_compat_host(struct psim *sim, const struct psim_change *change)
{
	if (change->data)
		psim_compat_data_changed(sim);
	if (change->fell & PSIM_NSTROBE)
		psim_compat_strobe(sim);
	if (change->rose & PSIM_NSTROBE)
		psim_compat_strobe_end(sim);
	if (change->fell & PSIM_NINIT)
		psim_compat_init(sim);
	if (change->rose & PSIM_NINIT)
		psim_compat_init_end(sim);
	/* During a pulse of nAck the printer answers when that is over. */
	if ((change->rose & PSIM_NSELECTIN || change->fell & PSIM_NAUTOFD) &&
	    psim_negotiation_wanted(sim) && sim->compat.stage != PSIM_BYTE_ACK)
		psim_negotiate_begin(sim);
}
