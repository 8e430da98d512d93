// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports that were removed while clients had devices on them.
 *
 * A client's device is a child of the port's, and parport does not tell when the last one
 * has gone. The port's device must not go before: sysfs complains. So it is looked at now
 * and then; nobody can use such a port any more.
 *
 * Higher numbers go first: where a lower one is free, parport of 7.2 gives a new port the
 * number after it, taken or not.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/parport.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "parport_sim.h"

#define PSIM_RETIRE_PERIOD	msecs_to_jiffies(20)

struct psim_retired {
	struct list_head list;
	struct parport *port;
	bool unused;			/* at the last look */
};

static void psim_retire_work(struct work_struct *work);

/* By number, the highest first. */
static LIST_HEAD(psim_retired);
static DEFINE_MUTEX(psim_retired_mutex);
static DECLARE_DELAYED_WORK(psim_retire, psim_retire_work);

/* A device leaves the port's list a little earlier than it goes: look twice. */
static bool psim_retired_done(struct psim_retired *retired)
{
	bool unused = !READ_ONCE(retired->port->devices);
	bool done = unused && retired->unused;

	retired->unused = unused;
	return done;
}

static void psim_retire_work(struct work_struct *work)
{
	struct psim_retired *retired, *next;

	mutex_lock(&psim_retired_mutex);
	list_for_each_entry_safe(retired, next, &psim_retired, list) {
		if (!psim_retired_done(retired))
			break;
		list_del(&retired->list);
		parport_del_port(retired->port);
		kfree(retired);
	}
	if (!list_empty(&psim_retired))
		schedule_delayed_work(&psim_retire, PSIM_RETIRE_PERIOD);
	mutex_unlock(&psim_retired_mutex);
}

static struct psim_retired *psim_retired_first(void)
{
	return list_first_entry_or_null(&psim_retired, struct psim_retired, list);
}

/* Its name stays taken if there is no memory, that is all. */
static void psim_retire_later(struct parport *port)
{
	struct psim_retired *retired = kzalloc(sizeof(*retired), GFP_KERNEL), *lower;

	if (!retired)
		return;
	retired->port = port;
	list_for_each_entry(lower, &psim_retired, list)
		if (lower->port->number < port->number)
			break;
	list_add_tail(&retired->list, &lower->list);
	schedule_delayed_work(&psim_retire, PSIM_RETIRE_PERIOD);
}

/**
 * psim_retire_port - let go of a port that has been removed
 * @port: the port
 *
 * Context: process, sleeps.
 */
void psim_retire_port(struct parport *port)
{
	struct psim_retired *first;

	port->dev = NULL;
	port->private_data = NULL;
	mutex_lock(&psim_retired_mutex);
	first = psim_retired_first();
	if (READ_ONCE(port->devices) || (first && first->port->number > port->number))
		psim_retire_later(port);
	else
		parport_del_port(port);
	mutex_unlock(&psim_retired_mutex);
}

/**
 * psim_retire_exit - the module goes: ports that are still in use stay, without it
 *
 * Context: process, sleeps.
 */
void psim_retire_exit(void)
{
	struct psim_retired *retired, *next;

	cancel_delayed_work_sync(&psim_retire);
	list_for_each_entry_safe(retired, next, &psim_retired, list) {
		if (!READ_ONCE(retired->port->devices))
			parport_del_port(retired->port);
		kfree(retired);
	}
}
