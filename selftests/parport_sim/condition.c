// SPDX-License-Identifier: GPL-2.0-only
/*
 * The condition that the printer is in, the trigger that changes it, and what the printer
 * has taken and has to say.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "parport_sim.h"

/**
 * psim_alive - whether the printer reacts to anything
 * @sim: the port
 */
bool psim_alive(const struct psim *sim)
{
	return !(sim->condition & (PSIM_MUTE | PSIM_OFF));
}

/**
 * psim_full - whether nothing more fits in
 * @sim: the port
 */
bool psim_full(const struct psim *sim)
{
	return !sim->discard && kfifo_len(&sim->printed) >= sim->buffer;
}

/**
 * psim_stopped - whether the printer takes no byte now
 * @sim: the port
 */
bool psim_stopped(const struct psim *sim)
{
	return sim->condition & PSIM_STOPPED || psim_full(sim);
}

static void psim_power_off(struct psim *sim)
{
	bool half = sim->phase == PSIM_ECP_35 || sim->phase == PSIM_ECP_36 ||
		    (sim->phase == PSIM_EPP_STROBE && !sim->epp_read && !sim->epp_address);

	sim->counters[PSIM_N_LOST] += kfifo_len(&sim->reply) + half;
	kfifo_reset(&sim->reply);
	psim_cancel(sim, PSIM_MAIN);
	psim_cancel(sim, PSIM_PULSE);
	sim->mode = PSIM_COMPATIBILITY;
	sim->phase = PSIM_IDLE;
	sim->printer_drives = false;
	sim->id_mode = false;
	sim->run = 0;
	sim->compat.stage = PSIM_READY;
	sim->compat.ready_seen = false;
	sim->compat.pulse = false;
	sim->compat.init = false;
	sim->compat.strobe_at = 0;
	sim->compat.strobe_end_at = 0;
	psim_lines(sim, PSIM_EVENT_CONDITION, PSIM_STATUS_LINES, 0);
}

/* What the host did meanwhile, a printer that was mute has not seen. */
static void psim_resume(struct psim *sim)
{
	int i;

	for (i = 0; i < PSIM_SLOTS; i++)
		if (sim->steps[i].fn && sim->steps[i].due != U64_MAX)
			sim->steps[i].due = max(sim->steps[i].due, sim->now);
	if (sim->mode == PSIM_COMPATIBILITY) {
		sim->compat.strobe_at = 0;
		sim->compat.strobe_end_at = 0;
		return;
	}
	if (!sim->host_left) {
		psim_host_missed(sim);
		return;
	}
	if (sim->mode != PSIM_TERMINATE)
		sim->counters[PSIM_N_IMMEDIATE]++;
	psim_compat_enter(sim, PSIM_EVENT_CONDITION);
	if (psim_negotiation_wanted(sim))
		psim_negotiate_begin(sim);
}

/**
 * psim_set_condition - have something happen to the printer
 * @sim: the port
 * @condition: PSIM_...
 */
void psim_set_condition(struct psim *sim, unsigned int condition)
{
	unsigned int old = sim->condition;

	if (condition == old)
		return;
	sim->condition = condition;
	if (condition & PSIM_OFF) {
		if (!(old & PSIM_OFF))
			psim_power_off(sim);
	} else if (condition & PSIM_MUTE && !(old & PSIM_OFF)) {
		sim->host_left = !(sim->host & PSIM_NSELECTIN);
		sim->host_muted = sim->host;
		/* The lines stay as they are. */
	} else if (old & PSIM_OFF) {
		psim_compat_show(sim, PSIM_EVENT_CONDITION);
	} else {
		if (old & PSIM_MUTE)
			psim_resume(sim);
		if (sim->mode == PSIM_COMPATIBILITY) {
			psim_compat_show(sim, PSIM_EVENT_CONDITION);
			if (sim->ack_on_change)
				psim_compat_pulse(sim);
		}
		psim_kick(sim);
	}
	psim_wake(sim);
}

/**
 * psim_trigger - an event is about to happen: perhaps the trigger has waited for it
 * @sim: the port
 * @event: the event
 */
void psim_trigger(struct psim *sim, int event)
{
	if (!sim->trigger_count || sim->trigger_event != event || --sim->trigger_count)
		return;
	psim_set_condition(sim, sim->trigger_condition);
}

/**
 * psim_put - the printer has taken something
 * @sim: the port
 * @byte: what
 * @count: how many of it, at most PSIM_RUN_MAX
 * @counter: for which mode it counts
 */
void psim_put(struct psim *sim, u8 byte, unsigned int count, enum psim_counter counter)
{
	sim->counters[PSIM_N_FORWARD] += count;
	sim->counters[counter] += count;
	if (sim->engine)
		sim->counters[PSIM_N_HARDWARE] += count;
	if (sim->discard)
		return;
	while (count--)
		if (!kfifo_in(&sim->printed, &byte, 1))
			sim->counters[PSIM_N_LOST]++;
	psim_wake(sim);
}

/**
 * psim_reply_len - how much the printer has to say in the mode that it is in
 * @sim: the port
 *
 * Return: bytes, of its device id or of what was written to "reply".
 */
unsigned int psim_reply_len(const struct psim *sim)
{
	return sim->id_mode ? sim->id_len - sim->id_pos : kfifo_len(&sim->reply);
}

/**
 * psim_reply_peek - look at what the printer says next
 * @sim: the port
 * @buf: out
 * @len: bytes at @buf
 *
 * Return: bytes
 */
unsigned int psim_reply_peek(struct psim *sim, u8 *buf, unsigned int len)
{
	if (!sim->id_mode)
		return kfifo_out_peek(&sim->reply, buf, len);
	len = min(len, sim->id_len - sim->id_pos);
	memcpy(buf, sim->id + sim->id_pos, len);
	return len;
}

/**
 * psim_reply_take - the host has it
 * @sim: the port
 * @len: bytes
 * @counter: for which mode it counts
 */
void psim_reply_take(struct psim *sim, unsigned int len, enum psim_counter counter)
{
	u8 byte;

	sim->counters[PSIM_N_REVERSE] += len;
	if (sim->id_mode) {
		sim->counters[PSIM_N_ID] += len;
		sim->id_pos = min(sim->id_pos + len, sim->id_len);
		return;
	}
	sim->counters[counter] += len;
	while (len-- && kfifo_out(&sim->reply, &byte, 1))
		;
	psim_wake(sim);
}

/**
 * psim_reply_arrived - the printer has something to say, or nothing any more
 * @sim: the port
 */
void psim_reply_arrived(struct psim *sim)
{
	if (!psim_alive(sim) || sim->id_mode)
		return;
	if (sim->mode == PSIM_NIBBLE || sim->mode == PSIM_BYTE)
		psim_reverse_reply(sim);
	else if (sim->mode == PSIM_ECP)
		psim_ecp_request(sim);
	else if (sim->mode == PSIM_ECP_REVERSE)
		psim_ecp_reverse_reply(sim);
	else if (sim->mode == PSIM_EPP)
		psim_kick(sim);
}
