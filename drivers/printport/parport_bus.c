// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bus that a parallel port's devices share: when it is ours, the port's interrupt,
 * and requests to the worker, who alone uses it. parport.h says who may hold it when.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/sched.h>

#include "parport.h"

/* A page can wait longer than what others do with the bus: what we use of a time slice. */
#define PRINTPORT_PARPORT_SHARE		4
/* How long a request waits for the bus: a little longer than a time slice. */
#define PRINTPORT_PARPORT_ACQUIRE_MS	250

/**
 * printport_parport_kick - have the worker look for work
 * @pp: the printer
 *
 * Context: any.
 */
void printport_parport_kick(struct printport_parport *pp)
{
	set_bit(PRINTPORT_PARPORT_KICKED, &pp->flags);
	wake_up(&pp->wait);
}

/**
 * printport_parport_preempt - another driver wants the bus: pardev_cb.preempt()
 * @data: the printer
 *
 * Context: any.
 * Return: 1: it does not get it yet. The worker gives it up when it can.
 */
int printport_parport_preempt(void *data)
{
	struct printport_parport *pp = data;

	set_bit(PRINTPORT_PARPORT_PREEMPT, &pp->flags);
	printport_parport_kick(pp);
	return 1;
}

/**
 * printport_parport_interrupt - the port's interrupt: pardev_cb.irq_func()
 * @data: the printer
 *
 * Context: any.
 */
void printport_parport_interrupt(void *data)
{
	struct printport_parport *pp = data;

	set_bit(PRINTPORT_PARPORT_INTERRUPT, &pp->flags);
	printport_parport_kick(pp);
}

/**
 * printport_parport_wakeup - the bus is free: pardev_cb.wakeup()
 * @data: the printer
 *
 * It must be claimed here and now, or a driver that claims and releases in a loop would
 * always be faster than we are.
 *
 * Context: any.
 */
void printport_parport_wakeup(void *data)
{
	struct printport_parport *pp = data;
	unsigned long flags;
	bool claimed;

	spin_lock_irqsave(&pp->lock, flags);
	claimed = pp->wanted && !parport_claim(pp->pardev);
	if (claimed) {
		pp->owned = true;
		pp->wanted = false;
	}
	spin_unlock_irqrestore(&pp->lock, flags);
	if (claimed)
		printport_parport_kick(pp);
}

/**
 * printport_parport_claim - get the bus, with the lines in compatibility mode
 * @pp: the printer
 *
 * Context: the worker.
 * Return: whether the bus is ours. If not, a kick comes when it is.
 */
bool printport_parport_claim(struct printport_parport *pp)
{
	unsigned long flags;
	bool owned;

	spin_lock_irqsave(&pp->lock, flags);
	if (!pp->owned) {
		pp->owned = !parport_claim(pp->pardev);
		pp->wanted = !pp->owned;
	}
	owned = pp->owned;
	spin_unlock_irqrestore(&pp->lock, flags);

	if (owned && pp->mode == PRINTPORT_PARPORT_AUTO) {
		/* parport has turned it on, as for all who have an irq_func. */
		printport_parport_irq_off(pp);
		printport_parport_compatibility(pp);
	}
	return owned;
}

/**
 * printport_parport_release - let go of the bus, and of the wish for it
 * @pp: the printer
 *
 * Context: the worker.
 */
void printport_parport_release(struct printport_parport *pp)
{
	unsigned long flags;
	bool owned;

	if (READ_ONCE(pp->owned)) {
		printport_parport_irq_off(pp);
		if (pp->mode != PRINTPORT_PARPORT_COMPATIBILITY)
			printport_parport_compatibility(pp);
	}

	spin_lock_irqsave(&pp->lock, flags);
	owned = pp->owned;
	pp->owned = false;
	pp->wanted = false;
	spin_unlock_irqrestore(&pp->lock, flags);

	if (owned)
		parport_release(pp->pardev);
	clear_bit(PRINTPORT_PARPORT_PREEMPT, &pp->flags);
	pp->held = false;
	pp->mode = PRINTPORT_PARPORT_AUTO;
	pp->forward = PRINTPORT_PARPORT_AUTO;
}

/**
 * printport_parport_wanted - whether another driver wants the bus
 * @pp: the printer
 *
 * Context: any.
 */
bool printport_parport_wanted(const struct printport_parport *pp)
{
	return test_bit(PRINTPORT_PARPORT_PREEMPT, &pp->flags);
}

/**
 * printport_parport_slice_over - whether our time with a bus that others want is over
 * @pp: the printer
 *
 * Context: the worker.
 */
bool printport_parport_slice_over(const struct printport_parport *pp)
{
	return printport_parport_wanted(pp) &&
	       jiffies - pp->pardev->time >= pp->pardev->timeslice / PRINTPORT_PARPORT_SHARE;
}

/**
 * printport_parport_irq_on - turn the port's interrupt on
 * @pp: the printer; the bus is ours
 *
 * It comes at nAck's rising edge: after a byte, and when most printers get ready again.
 *
 * Context: the worker.
 * Return: whether there is one.
 */
bool printport_parport_irq_on(struct printport_parport *pp)
{
	if (pp->parport->irq == PARPORT_IRQ_NONE)
		return false;
	if (!pp->irq_on) {
		clear_bit(PRINTPORT_PARPORT_INTERRUPT, &pp->flags);
		parport_enable_irq(pp->parport);
		pp->irq_on = true;
	}
	return true;
}

/**
 * printport_parport_irq_off - turn the port's interrupt off
 * @pp: the printer; the bus is ours
 *
 * Context: the worker.
 */
void printport_parport_irq_off(struct printport_parport *pp)
{
	/* Others turn it on behind our back: parport's claim, its code for a FIFO. */
	if (pp->parport->irq != PARPORT_IRQ_NONE)
		parport_disable_irq(pp->parport);
	pp->irq_on = false;
}

/* Takes a request back. Returns false if the worker is at it already. */
static bool printport_parport_take_back(struct printport_parport *pp)
{
	bool ret;

	spin_lock_irq(&pp->lock);
	ret = pp->request;
	pp->request = NULL;
	spin_unlock_irq(&pp->lock);
	return ret;
}

/**
 * printport_parport_ask - have the worker do something, and wait for it
 * @pp: the printer
 * @request: ->run, ->data, ->busless and ->patient are set
 *
 * Context: process, sleeps, as long as ->run takes and some 500 ms.
 * Return: what ->run returned, or -EBUSY: another driver has the bus, or the port's hardware
 *	waits for the printer.
 */
int printport_parport_ask(struct printport_parport *pp,
			  struct printport_parport_request *request)
{
	unsigned long patience = request->patient ? MAX_SCHEDULE_TIMEOUT :
				 msecs_to_jiffies(2 * PRINTPORT_PARPORT_ACQUIRE_MS);
	unsigned long queued = jiffies;

	init_completion(&request->done);
	mutex_lock(&pp->request_mutex);
	/* Those who stood in line while another one has waited do not wait once more. */
	request->deadline = jiffies;
	if (!time_in_range(pp->busy_at, queued, request->deadline))
		request->deadline += msecs_to_jiffies(PRINTPORT_PARPORT_ACQUIRE_MS);
	spin_lock_irq(&pp->lock);
	pp->request = request;
	spin_unlock_irq(&pp->lock);
	printport_parport_kick(pp);
	if (!wait_for_completion_timeout(&request->done, patience)) {
		if (printport_parport_take_back(pp))
			request->ret = -EBUSY;
		else
			wait_for_completion(&request->done);
	}
	if (request->ret == -EBUSY)
		pp->busy_at = jiffies;
	mutex_unlock(&pp->request_mutex);
	return request->ret;
}

/**
 * printport_parport_serve - do what was asked for, if anything
 * @pp: the printer
 *
 * Context: the worker.
 * Return: how long the bus may still be waited for, KTIME_MAX if there is no request.
 */
ktime_t printport_parport_serve(struct printport_parport *pp)
{
	struct printport_parport_request *request;
	bool ready = true;
	long left = 0;

	spin_lock_irq(&pp->lock);
	request = pp->request;
	if (request) {
		ready = request->busless;
		left = (long)(request->deadline - jiffies);
	}
	spin_unlock_irq(&pp->lock);
	if (!request)
		return KTIME_MAX;
	if (!ready && !pp->parked) {
		ready = printport_parport_claim(pp);
		if (!ready && left > 0)
			return ms_to_ktime(jiffies_to_msecs(left) + 1);
	}

	/* Nobody waits for one that was taken back, nor is it there any more. */
	spin_lock_irq(&pp->lock);
	if (pp->request != request)
		request = NULL;
	else
		pp->request = NULL;
	spin_unlock_irq(&pp->lock);
	if (!request)
		return KTIME_MAX;
	request->ret = ready ? request->run(pp, request->data) : -EBUSY;
	complete(&request->done);
	return KTIME_MAX;
}
