// SPDX-License-Identifier: GPL-2.0-only
/*
 * The core of the simulated printer: time, what is due, lines and interrupts.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/parport.h>

#include "parport_sim.h"

/* How soon an interrupt that must not come now comes again. */
#define PSIM_RETRY_NS	(20 * NSEC_PER_USEC)

static const struct {
	void (*host)(struct psim *sim, const struct psim_change *change);
} psim_modes[PSIM_MODES] = {
	[PSIM_COMPATIBILITY] = { psim_compat_host },
	[PSIM_NEGOTIATION] = { psim_negotiate_host },
	[PSIM_NIBBLE] = { psim_reverse_host },
	[PSIM_BYTE] = { psim_reverse_host },
	[PSIM_ECP] = { psim_ecp_host },
	[PSIM_ECP_REVERSE] = { psim_ecp_reverse_host },
	[PSIM_EPP] = { psim_epp_host },
	[PSIM_TERMINATE] = { psim_terminate_host },
};

/**
 * psim_random - a random number
 * @sim: the port
 * @range: of which range
 *
 * Return: the number, both ends included.
 */
u64 psim_random(struct psim *sim, const struct psim_range *range)
{
	u64 width = (u64)range->max - range->min + 1;

	/* Knuth's MMIX. */
	sim->rng = sim->rng * 6364136223846793005ULL + 1442695040888963407ULL;
	return range->min + (((sim->rng >> 32) * width) >> 32);
}

/**
 * psim_plan - what the printer does next
 * @sim: the port
 * @slot: which of the two things that it can do at the same time
 * @event: what it is
 * @fn: does it
 * @delay: in how many ns
 */
void psim_plan(struct psim *sim, enum psim_slot slot, int event, void (*fn)(struct psim *sim),
	       u64 delay)
{
	sim->steps[slot] = (struct psim_step) {
		.fn = fn,
		.due = sim->now + delay,
		.event = event,
	};
}

/**
 * psim_respond - psim_plan() with the time that the printer takes to respond
 * @sim: the port
 * @event: what it is
 * @fn: does it
 */
void psim_respond(struct psim *sim, int event, void (*fn)(struct psim *sim))
{
	psim_plan(sim, PSIM_MAIN, event, fn, psim_random(sim, &sim->response_ns));
}

/**
 * psim_stall - the printer cannot do it now: psim_kick() has it tried again
 * @sim: the port
 * @event: what it is; it is not counted once more
 * @fn: does it
 */
void psim_stall(struct psim *sim, int event, void (*fn)(struct psim *sim))
{
	sim->steps[PSIM_MAIN] = (struct psim_step) {
		.fn = fn,
		.due = U64_MAX,
		.event = event,
		.counted = true,
	};
}

/**
 * psim_cancel - the printer does not do it
 * @sim: the port
 * @slot: what
 */
void psim_cancel(struct psim *sim, enum psim_slot slot)
{
	sim->steps[slot].fn = NULL;
}

/**
 * psim_wake - have those who wait look again
 * @sim: the port
 */
void psim_wake(struct psim *sim)
{
	/* They queue before they look, and look under the lock: no barrier is missing. */
	if (waitqueue_active(&sim->wait))
		wake_up_all(&sim->wait);
}

/**
 * psim_kick - something has changed that a stalled step may have waited for
 * @sim: the port
 */
void psim_kick(struct psim *sim)
{
	struct psim_step *step = &sim->steps[PSIM_MAIN];

	if (step->fn && step->due == U64_MAX)
		step->due = sim->now + (sim->mode == PSIM_COMPATIBILITY ? 0 :
					psim_random(sim, &sim->response_ns));
	if (sim->mode == PSIM_COMPATIBILITY)
		psim_compat_kick(sim);
	psim_wake(sim);
}

/**
 * psim_next_due - when the printer does something by itself
 * @sim: the port
 *
 * Return: the time, U64_MAX: only when something has changed.
 */
u64 psim_next_due(const struct psim *sim)
{
	u64 due = U64_MAX;
	int i;

	if (!psim_alive(sim))
		return U64_MAX;
	for (i = 0; i < PSIM_SLOTS; i++)
		if (sim->steps[i].fn)
			due = min(due, sim->steps[i].due);
	return due;
}

static void psim_step_once(struct psim *sim, struct psim_step *step)
{
	void (*fn)(struct psim *sim) = step->fn;

	sim->now = max(sim->now, step->due);
	if (!step->counted) {
		step->counted = true;
		psim_trigger(sim, step->event);
		/* The trigger may have switched it off, or made it mute: then it stays. */
		if (step->fn != fn || !psim_alive(sim))
			return;
	}
	step->fn = NULL;
	fn(sim);
}

/**
 * psim_advance - have the printer do what is due
 * @sim: the port
 * @now: ns
 */
void psim_advance(struct psim *sim, u64 now)
{
	u64 due;
	int i;

	while ((due = psim_next_due(sim)) <= now && due != U64_MAX) {
		for (i = 0; i < PSIM_SLOTS; i++)
			if (sim->steps[i].fn && sim->steps[i].due == due)
				break;
		if (WARN_ON_ONCE(i == PSIM_SLOTS))
			break;
		psim_step_once(sim, &sim->steps[i]);
	}
	sim->now = max(sim->now, now);
}

/**
 * psim_enter - lock, and let the printer do what is due by now
 * @sim: the port
 *
 * Context: any.
 * Return: for psim_leave().
 */
unsigned long psim_enter(struct psim *sim)
	__acquires(&sim->lock)
{
	unsigned long flags;

	spin_lock_irqsave(&sim->lock, flags);
	/* An engine has a time of its own. */
	psim_advance(sim, sim->engine ? sim->now : ktime_get_ns());
	return flags;
}

/* Only an interrupt makes it necessary to be on time when nobody looks. */
static void psim_arm(struct psim *sim)
{
	u64 due = psim_next_due(sim);

	if (!sim->irq_port || !sim->irq_enabled || sim->engine || due == U64_MAX)
		return;
	/* nAck's fall interrupts nobody. */
	if (sim->compat.stage == PSIM_BYTE_BUSY && sim->mode == PSIM_COMPATIBILITY)
		due += sim->ack_ns.min;
	if (hrtimer_is_queued(&sim->timer) && sim->armed <= due)
		return;
	sim->armed = due;
	hrtimer_start(&sim->timer, ns_to_ktime(due), HRTIMER_MODE_ABS);
}

/**
 * psim_leave - unlock
 * @sim: the port
 * @flags: of psim_enter()
 */
void psim_leave(struct psim *sim, unsigned long flags)
	__releases(&sim->lock)
{
	psim_advance(sim, sim->now);
	psim_arm(sim);
	spin_unlock_irqrestore(&sim->lock, flags);
}

/**
 * psim_timer - something is due that may end in an interrupt
 * @timer: the port's
 *
 * Context: hard interrupt.
 */
enum hrtimer_restart psim_timer(struct hrtimer *timer)
{
	struct psim *sim = container_of(timer, struct psim, timer);

	psim_leave(sim, psim_enter(sim));
	return HRTIMER_NORESTART;
}

/**
 * psim_retry - the interrupt, once more
 * @timer: the port's
 *
 * Context: hard interrupt.
 */
enum hrtimer_restart psim_retry(struct hrtimer *timer)
{
	struct psim *sim = container_of(timer, struct psim, retry);

	irq_work_queue(&sim->irq_work);
	return HRTIMER_NORESTART;
}

/*
 * parport_claim() of a device that has waited turns interrupts on while it holds cad_lock
 * for writing, which the interrupt would wait for without end: it comes a little later.
 */
static bool psim_may_interrupt(struct parport *port)
{
#ifndef __CHECKER__ /* sparse cannot tell that the two belong together */
	if (!read_trylock(&port->cad_lock))
		return false;
	read_unlock(&port->cad_lock);
#endif
	return true;
}

/**
 * psim_irq_work - the interrupt
 * @work: the port's
 *
 * Context: hard interrupt; psim_port_remove() waits for it.
 */
void psim_irq_work(struct irq_work *work)
{
	struct psim *sim = container_of(work, struct psim, irq_work);
	struct parport *port = NULL;
	unsigned long flags;

	spin_lock_irqsave(&sim->lock, flags);
	if (sim->irq_pending && sim->irq_enabled && sim->irq_port) {
		if (!psim_may_interrupt(sim->irq_port)) {
			hrtimer_start(&sim->retry, ns_to_ktime(PSIM_RETRY_NS),
				      HRTIMER_MODE_REL_HARD);
			goto out;
		}
		port = sim->irq_port;
		sim->counters[PSIM_N_INTERRUPTS]++;
	}
	sim->irq_pending = false;
out:
	spin_unlock_irqrestore(&sim->lock, flags);
	if (port)
		parport_generic_irq(port);
}

/**
 * psim_data - what is on the data lines
 * @sim: the port
 *
 * Return: the levels; lines that nobody drives are high.
 */
u8 psim_data(const struct psim *sim)
{
	if (sim->host_drives)
		return sim->host_data;
	return sim->printer_drives ? sim->printer_data : 0xff;
}

/**
 * psim_lines - the printer sets its lines
 * @sim: the port
 * @event: the event that this is
 * @mask: which lines
 * @levels: to what
 */
void psim_lines(struct psim *sim, int event, u8 mask, u8 levels)
{
	u8 old = sim->lines;

	sim->lines = (old & ~mask) | (levels & mask);
	psim_trace(sim, true, event);
	if (!(~old & sim->lines & PSIM_NACK) || !sim->irq_port || !sim->irq_enabled ||
	    sim->engine)
		return;
	sim->irq_pending = true;
	irq_work_queue(&sim->irq_work);
}

/**
 * psim_host_event - the host does what the standard has an event for
 * @sim: the port
 * @event: the event
 *
 * Return: whether the printer is in a state to notice.
 */
bool psim_host_event(struct psim *sim, int event)
{
	enum psim_mode mode = sim->mode;

	psim_trigger(sim, event);
	psim_trace(sim, false, event);
	return psim_alive(sim) && sim->mode == mode;
}

static void psim_check_drivers(struct psim *sim, bool drove)
{
	if (sim->host_drives && !drove && sim->printer_drives)
		psim_violation(sim, PSIM_EVENT_LINES,
			       "the host drives the data lines while the printer does");
}

/**
 * psim_host - the host sets its lines
 * @sim: the port
 * @levels: control lines
 * @data: data lines, if it drives them
 * @drives: whether it does
 * @wrote: it has written the data register
 */
void psim_host(struct psim *sim, u8 levels, u8 data, bool drives, bool wrote)
{
	u8 old_data = psim_data(sim), old = sim->host;
	unsigned int traced = sim->trace_count;
	struct psim_change change = {
		.fell = old & ~levels & PSIM_CONTROL_LINES,
		.rose = ~old & levels & PSIM_CONTROL_LINES,
	};
	bool drove = sim->host_drives, alive = psim_alive(sim);

	sim->host = levels & PSIM_CONTROL_LINES;
	sim->host_data = data;
	sim->host_drives = drives;
	if (!(sim->host & PSIM_NSELECTIN))
		sim->host_left = true;
	change.data = psim_data(sim) != old_data;
	if (wrote && sim->mode == PSIM_COMPATIBILITY && psim_alive(sim))
		psim_host_event(sim, PSIM_EVENT_DATA);
	if (psim_alive(sim)) {
		psim_check_drivers(sim, drove);
		if (change.fell || change.rose || change.data)
			psim_modes[sim->mode].host(sim, &change);
	}
	/* The trigger has come first: this is one more thing that the printer has not seen. */
	if (alive && !psim_alive(sim))
		sim->host_muted = old;
	if (change.data)
		sim->data_at = sim->now;
	if (traced == sim->trace_count && (change.fell || change.rose || change.data))
		psim_trace(sim, false, PSIM_EVENT_LINES);
}

/**
 * psim_host_missed - a printer that was mute looks at the host's lines again
 * @sim: the port
 */
void psim_host_missed(struct psim *sim)
{
	struct psim_change change = {
		.fell = sim->host_muted & ~sim->host,
		.rose = ~sim->host_muted & sim->host,
	};

	if (change.fell || change.rose)
		psim_modes[sim->mode].host(sim, &change);
}
