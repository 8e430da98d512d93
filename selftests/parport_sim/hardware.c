// SPDX-License-Identifier: GPL-2.0-only
/*
 * Engines: what a port does by itself that has hardware for a mode.
 *
 * An engine does the handshake on the simulated lines, in simulated time, and sleeps when
 * that is ahead of real time. When the printer stops, time is real. A byte is reported if
 * the printer has counted it.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/parport.h>
#include <linux/sched/signal.h>

#include "parport_sim.h"

/* How far simulated time may be ahead of real time, and behind. */
#define PSIM_AHEAD_NS		(200 * NSEC_PER_USEC)
#define PSIM_BEHIND_NS		(10 * NSEC_PER_MSEC)
/* How long one sleeps at most without looking at what has changed. */
#define PSIM_NAP_NS		(2 * NSEC_PER_MSEC)
/* For how many bytes interrupts stay off. */
#define PSIM_BATCH		16
/* IEEE 1284-1994, T_L: how long a response may take. */
#define PSIM_RESPONSE_NS	(35 * NSEC_PER_MSEC)
#define PSIM_CYCLE_NS		500

struct psim_engine {
	struct psim *sim;
	struct parport *port;
	unsigned long flags;
	unsigned long expire;		/* jiffies */
	unsigned int batch;
};

static void psim_engine_lock(struct psim_engine *engine)
	__acquires(&engine->sim->lock)
{
	spin_lock_irqsave(&engine->sim->lock, engine->flags);
}

static void psim_engine_unlock(struct psim_engine *engine)
	__releases(&engine->sim->lock)
{
	spin_unlock_irqrestore(&engine->sim->lock, engine->flags);
}

static void psim_engine_begin(struct psim_engine *engine, struct parport *port)
{
	struct psim *sim = port->physport->private_data;

	*engine = (struct psim_engine) { .sim = sim, .port = port->physport };
	atomic_inc(&sim->engines);
	engine->flags = psim_enter(sim);
	sim->engine = true;
}

static void psim_engine_end(struct psim_engine *engine)
{
	struct psim *sim = engine->sim;

	sim->engine = false;
	psim_leave(sim, engine->flags);
	if (atomic_dec_and_test(&sim->engines))
		wake_up_all(&sim->wait);
}

static void psim_engine_expire(struct psim_engine *engine)
{
	const struct pardevice *dev = READ_ONCE(engine->port->cad);
	long timeout = dev ? dev->timeout : 0;

	engine->expire = jiffies + (timeout > 0 ? timeout : msecs_to_jiffies(35));
}

static bool psim_engine_wanted(const struct psim_engine *engine)
{
	return !engine->sim->removing && !signal_pending(current);
}

/* Sleep for @ns, or less. Returns false when the engine has to stop. */
static bool psim_engine_sleep(struct psim_engine *engine, u64 ns)
{
	unsigned long us = div_u64(min_t(u64, ns, PSIM_NAP_NS), NSEC_PER_USEC) + 1;

	psim_engine_unlock(engine);
	usleep_range(us, us + 50);
	psim_engine_lock(engine);
	return psim_engine_wanted(engine) && time_before_eq(jiffies, engine->expire);
}

/* Nothing happens by itself: time is real. */
static bool psim_engine_idle(struct psim_engine *engine)
{
	bool go_on = psim_engine_sleep(engine, NSEC_PER_MSEC);

	psim_advance(engine->sim, ktime_get_ns());
	return go_on;
}

/* Between two bytes: sleep if simulated time is ahead, let others have the processor. */
static bool psim_engine_pace(struct psim_engine *engine)
{
	struct psim *sim = engine->sim;
	u64 real = ktime_get_ns();
	bool go_on = true;

	if (sim->now + PSIM_BEHIND_NS < real)
		psim_advance(sim, real - PSIM_BEHIND_NS);
	psim_engine_expire(engine);
	while (go_on && sim->now > real + PSIM_AHEAD_NS) {
		go_on = psim_engine_sleep(engine, sim->now - real);
		real = ktime_get_ns();
	}
	if (++engine->batch % PSIM_BATCH == 0) {
		psim_engine_unlock(engine);
		cond_resched();
		psim_engine_lock(engine);
	}
	return go_on && psim_engine_wanted(engine);
}

/* Real time shall pass what simulated time has. */
static void psim_engine_settle(struct psim_engine *engine)
{
	struct psim *sim = engine->sim;
	u64 real = ktime_get_ns();

	psim_engine_expire(engine);
	while (sim->now > real && psim_engine_sleep(engine, sim->now - real))
		real = ktime_get_ns();
}

static void psim_engine_delay(struct psim_engine *engine, u64 ns)
{
	psim_advance(engine->sim, engine->sim->now + ns);
}

static void psim_engine_control(struct psim_engine *engine, u8 mask, u8 levels)
{
	struct psim *sim = engine->sim;

	sim->counters[PSIM_N_WRITES]++;
	psim_host(sim, (sim->host & ~mask) | (levels & mask), sim->host_data, sim->host_drives,
		  false);
	psim_advance(sim, sim->now);
}

static void psim_engine_data(struct psim_engine *engine, u8 byte)
{
	struct psim *sim = engine->sim;

	sim->counters[PSIM_N_WRITES]++;
	psim_host(sim, sim->host, byte, true, true);
}

static void psim_engine_drive(struct psim_engine *engine, bool drives)
{
	struct psim *sim = engine->sim;

	psim_host(sim, sim->host, sim->host_data, drives, false);
}

/* Wait for lines, for @ns of simulated time at most (0: as long as the client allows). */
static bool psim_engine_wait(struct psim_engine *engine, u8 mask, u8 levels, u64 ns)
{
	struct psim *sim = engine->sim;
	u64 due, end = ns ? sim->now + ns : U64_MAX;

	psim_engine_expire(engine);
	while ((sim->lines & mask) != levels) {
		due = psim_next_due(sim);
		if (sim->now >= end)
			return false;
		if (due > end && ns <= PSIM_EPP_TIMEOUT_NS) {
			psim_advance(sim, end);
		} else if (due == U64_MAX || due > ktime_get_ns() + PSIM_NAP_NS) {
			if (!psim_engine_idle(engine))
				return false;
		} else {
			psim_advance(sim, due);
		}
	}
	return true;
}

static bool psim_engine_strobe(struct psim_engine *engine, u8 byte)
{
	struct psim *sim = engine->sim;
	u64 taken = sim->counters[PSIM_N_COMPAT];

	if (!psim_engine_wanted(engine) ||
	    !psim_engine_wait(engine, PSIM_BUSY | PSIM_NFAULT, PSIM_NFAULT, 0))
		return false;
	sim->compat.ready_seen = true;
	psim_engine_data(engine, byte);
	psim_engine_delay(engine, PSIM_SETUP_NS);
	psim_engine_control(engine, PSIM_NSTROBE, 0);
	psim_engine_delay(engine, PSIM_STROBE_NS);
	psim_engine_control(engine, PSIM_NSTROBE, PSIM_NSTROBE);
	psim_engine_delay(engine, PSIM_HOLD_NS);
	return sim->counters[PSIM_N_COMPAT] != taken;
}

/**
 * psim_hw_compat_write - parport_operations.compat_write_data()
 * @port: the port
 * @buf: data
 * @len: bytes at @buf
 * @flags: unused
 *
 * Context: process, sleeps.
 * Return: bytes that the printer has taken.
 */
size_t psim_hw_compat_write(struct parport *port, const void *buf, size_t len, int flags)
{
	struct psim_engine engine;
	const u8 *data = buf;
	size_t count = 0;

	psim_engine_begin(&engine, port);
	port->physport->ieee1284.phase = IEEE1284_PH_FWD_DATA;
	psim_engine_control(&engine, PSIM_CONTROL_LINES,
			    PSIM_NSTROBE | PSIM_NAUTOFD | PSIM_NINIT);
	psim_engine_drive(&engine, true);
	while (count < len && psim_engine_strobe(&engine, data[count])) {
		count++;
		if (!psim_engine_pace(&engine))
			break;
	}
	psim_engine_settle(&engine);
	port->physport->ieee1284.phase = IEEE1284_PH_FWD_IDLE;
	psim_engine_end(&engine);
	return count;
}

/* Events 72 to 75. A printer that does not answer has forgotten the byte as well. */
static void psim_engine_recover(struct psim_engine *engine)
{
	psim_engine_control(engine, PSIM_NINIT, 0);
	psim_engine_wait(engine, PSIM_PERROR, 0, PSIM_RESPONSE_NS);
	psim_engine_control(engine, PSIM_NINIT, PSIM_NINIT);
	psim_engine_wait(engine, PSIM_PERROR, PSIM_PERROR, PSIM_RESPONSE_NS);
	psim_engine_control(engine, PSIM_NSTROBE, PSIM_NSTROBE);
}

/* Events 34 to 37 and 32. */
static bool psim_engine_ecp(struct psim_engine *engine, u8 byte)
{
	struct psim *sim = engine->sim;
	u64 taken = sim->counters[PSIM_N_ECP];

	psim_engine_data(engine, byte);
	psim_engine_delay(engine, PSIM_CYCLE_NS);
	psim_engine_control(engine, PSIM_NSTROBE, 0);
	if (!psim_engine_wait(engine, PSIM_BUSY, PSIM_BUSY, 0)) {
		psim_engine_recover(engine);
		return false;
	}
	psim_engine_control(engine, PSIM_NSTROBE, PSIM_NSTROBE);
	psim_engine_wait(engine, PSIM_BUSY, 0, PSIM_RESPONSE_NS);
	return sim->counters[PSIM_N_ECP] != taken;
}

/* Events 47 to 49, unless the direction is forward. */
static bool psim_engine_forward(struct psim_engine *engine)
{
	if (engine->sim->host & PSIM_NINIT)
		return psim_engine_wanted(engine);
	psim_engine_control(engine, PSIM_NINIT | PSIM_NAUTOFD, PSIM_NINIT);
	return psim_engine_wait(engine, PSIM_PERROR, PSIM_PERROR, PSIM_RESPONSE_NS);
}

/**
 * psim_hw_ecp_write - parport_operations.ecp_write_data()
 * @port: the port
 * @buf: data
 * @len: bytes at @buf
 * @flags: unused
 *
 * Context: process, sleeps.
 * Return: bytes that the printer has taken.
 */
size_t psim_hw_ecp_write(struct parport *port, const void *buf, size_t len, int flags)
{
	struct psim_engine engine;
	const u8 *data = buf;
	size_t count = 0;

	psim_engine_begin(&engine, port);
	if (psim_engine_forward(&engine)) {
		port->physport->ieee1284.phase = IEEE1284_PH_FWD_DATA;
		psim_engine_drive(&engine, true);
		psim_engine_control(&engine, PSIM_NAUTOFD, PSIM_NAUTOFD);
		while (count < len && psim_engine_ecp(&engine, data[count])) {
			count++;
			if (!psim_engine_pace(&engine))
				break;
		}
		port->physport->ieee1284.phase = IEEE1284_PH_FWD_IDLE;
	}
	psim_engine_settle(&engine);
	psim_engine_end(&engine);
	return count;
}

static bool psim_engine_epp_write(struct psim_engine *engine, u8 byte)
{
	struct psim *sim = engine->sim;
	u64 taken = sim->counters[PSIM_N_EPP];

	psim_engine_data(engine, byte);
	psim_engine_control(engine, PSIM_NAUTOFD, 0);			/* 62 */
	psim_engine_wait(engine, PSIM_BUSY, PSIM_BUSY, PSIM_EPP_TIMEOUT_NS);
	psim_engine_control(engine, PSIM_NAUTOFD, PSIM_NAUTOFD);	/* 63 */
	psim_engine_wait(engine, PSIM_BUSY, 0, PSIM_EPP_TIMEOUT_NS);
	return sim->counters[PSIM_N_EPP] != taken;
}

static bool psim_engine_epp_read(struct psim_engine *engine, u8 *byte)
{
	struct psim *sim = engine->sim;
	bool given;

	psim_engine_control(engine, PSIM_NAUTOFD, 0);			/* 67 */
	given = psim_engine_wait(engine, PSIM_BUSY, PSIM_BUSY, PSIM_EPP_TIMEOUT_NS);
	if (given)
		*byte = psim_data(sim);
	psim_engine_control(engine, PSIM_NAUTOFD, PSIM_NAUTOFD);	/* 63 */
	psim_engine_wait(engine, PSIM_BUSY, 0, PSIM_EPP_TIMEOUT_NS);
	return given;
}

/**
 * psim_hw_epp_write - parport_operations.epp_write_data()
 * @port: the port
 * @buf: data
 * @len: bytes at @buf
 * @flags: unused
 *
 * Context: process, sleeps.
 * Return: bytes that the printer has taken.
 */
size_t psim_hw_epp_write(struct parport *port, const void *buf, size_t len, int flags)
{
	struct psim_engine engine;
	const u8 *data = buf;
	size_t count = 0;

	psim_engine_begin(&engine, port);
	psim_engine_drive(&engine, true);
	psim_engine_control(&engine, PSIM_CONTROL_LINES, PSIM_CONTROL_LINES & ~PSIM_NSTROBE);
	while (count < len && psim_engine_epp_write(&engine, data[count])) {
		count++;
		if (!psim_engine_pace(&engine))
			break;
	}
	psim_engine_control(&engine, PSIM_NSTROBE, PSIM_NSTROBE);	/* 61 */
	psim_engine_settle(&engine);
	psim_engine_end(&engine);
	return count;
}

/**
 * psim_hw_epp_read - parport_operations.epp_read_data()
 * @port: the port
 * @buf: out
 * @len: bytes at @buf
 * @flags: unused
 *
 * Context: process, sleeps.
 * Return: bytes that the printer has given.
 */
size_t psim_hw_epp_read(struct parport *port, void *buf, size_t len, int flags)
{
	struct psim_engine engine;
	u8 *data = buf;
	size_t count = 0;

	psim_engine_begin(&engine, port);
	psim_engine_control(&engine, PSIM_CONTROL_LINES, PSIM_CONTROL_LINES);
	psim_engine_drive(&engine, false);
	while (count < len && psim_engine_epp_read(&engine, &data[count])) {
		count++;
		if (!psim_engine_pace(&engine))
			break;
	}
	psim_engine_drive(&engine, true);
	psim_engine_settle(&engine);
	psim_engine_end(&engine);
	return count;
}
