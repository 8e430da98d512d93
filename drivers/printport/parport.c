// SPDX-License-Identifier: GPL-2.0-only
/*
 * IEEE 1284 printers on any Linux parport: ports come and go, and the worker, who does all
 * that is done with one. parport.h says which file is what, and who may touch what.
 *
 * A port lives from ->match_port() to ->detach(), and the worker as long.
 */
#include <linux/bitmap.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/suspend.h>
#include <linux/string.h>

#include "parport.h"

#define PRINTPORT_PARPORT_NAME		"printport_parport"
#define PRINTPORT_PARPORT_LISTENER	"printport_parport_wakeup"

/* While others wait too, there may be no wakeup: then to ask for the bus again. */
#define PRINTPORT_PARPORT_RECLAIM	(1 * NSEC_PER_SEC)
/* A printer that has stopped leaves the bus to others for so long, or not at all. */
#define PRINTPORT_PARPORT_LET_GO	(20 * NSEC_PER_MSEC)
/* Leaving a mode and coming back takes a millisecond: not between two writes. */
#define PRINTPORT_PARPORT_LINGER	(10 * NSEC_PER_MSEC)
/* How long the port's hardware may wait for a printer that does not move. */
#define PRINTPORT_PARPORT_BLOCK_MS	100

#define PRINTPORT_PARPORT_PORTS		256

static char *parport = "auto";
module_param(parport, charp, 0444);
MODULE_PARM_DESC(parport, "which parports are used: auto (all), none, or numbers: 0,2-3");

static DECLARE_BITMAP(printport_parport_numbers, PRINTPORT_PARPORT_PORTS);
static bool printport_parport_all;

/* The list, and whether the system sleeps: what is attached then is parked at once. */
static DEFINE_MUTEX(printport_parport_mutex);
static LIST_HEAD(printport_parport_ports);
static bool printport_parport_asleep;

/* The worker */

/* Nothing to move. A mode that may be needed again at once is kept for a moment. */
static ktime_t printport_parport_idle(struct printport_parport *pp)
{
	ktime_t rest = ktime_sub(ktime_add_ns(pp->moved, PRINTPORT_PARPORT_LINGER), ktime_get());

	pp->stalled = 0;
	pp->aside = false;
	/* Somebody still waits for the bus. */
	if (READ_ONCE(pp->request))
		return KTIME_MAX;
	if (pp->held && pp->open && pp->mode > PRINTPORT_PARPORT_COMPATIBILITY && rest > 0 &&
	    !printport_parport_wanted(pp))
		return rest;
	return printport_parport_watch_idle(pp);
}

/* Does what can be done now. Returns how long to sleep before the next time. */
static ktime_t printport_parport_step(struct printport_parport *pp)
{
	ktime_t delay = 0;
	bool ask;

	if (pp->parked)
		return KTIME_MAX;
	if (test_and_clear_bit(PRINTPORT_PARPORT_CANCEL, &pp->flags))
		printport_parport_give_back(pp);
	printport_parport_take(pp);
	ask = !printport_parport_until_ask(pp);
	if (!pp->len && !ask)
		return min(printport_parport_idle(pp), printport_parport_until_ask(pp));

	pp->held = true;
	if (!printport_parport_claim(pp))
		return PRINTPORT_PARPORT_RECLAIM;
	if (ask)
		printport_parport_receive(pp);
	if (pp->len)
		delay = printport_parport_send(pp);
	if (!delay && !printport_parport_slice_over(pp))
		return 0;

	if (printport_parport_wanted(pp) || (delay > PRINTPORT_PARPORT_LET_GO && !pp->irq_on))
		printport_parport_release(pp);
	return min(delay, printport_parport_until_ask(pp));
}

static void printport_parport_sleep(struct printport_parport *pp, ktime_t delay)
{
	if (delay)
		wait_event_interruptible_hrtimeout(pp->wait,
						   test_bit(PRINTPORT_PARPORT_KICKED, &pp->flags) ||
						   kthread_should_stop(), delay);
}

static int printport_parport_work(void *data)
{
	struct printport_parport *pp = data;
	ktime_t limit;

	while (!kthread_should_stop()) {
		/* Before the look, so that what changes after it is not missed. */
		test_and_clear_bit(PRINTPORT_PARPORT_KICKED, &pp->flags);
		limit = printport_parport_serve(pp);
		printport_parport_sleep(pp, min(printport_parport_step(pp), limit));
		cond_resched();
	}
	return 0;
}

/* Leaves the bus; what is in flight waits, the lines may be anything afterwards. */
static int printport_parport_run_park(struct printport_parport *pp, void *data)
{
	pp->parked = true;
	printport_parport_release(pp);
	return 0;
}

static int printport_parport_run_unpark(struct printport_parport *pp, void *data)
{
	pp->parked = false;
	return 0;
}

static void printport_parport_park(struct printport_parport *pp, bool park)
{
	struct printport_parport_request request = {
		.run = park ? printport_parport_run_park : printport_parport_run_unpark,
		.busless = true,
		.patient = true,
	};

	printport_parport_ask(pp, &request);
}

static int printport_parport_pm(struct notifier_block *block, unsigned long event, void *data)
{
	struct printport_parport *pp;
	bool sleep = event == PM_SUSPEND_PREPARE || event == PM_HIBERNATION_PREPARE;

	if (!sleep && event != PM_POST_SUSPEND && event != PM_POST_HIBERNATION)
		return NOTIFY_DONE;
	mutex_lock(&printport_parport_mutex);
	printport_parport_asleep = sleep;
	list_for_each_entry(pp, &printport_parport_ports, node)
		printport_parport_park(pp, sleep);
	mutex_unlock(&printport_parport_mutex);
	return NOTIFY_OK;
}

static struct notifier_block printport_parport_pm_notifier = {
	.notifier_call = printport_parport_pm,
};

/* The core's requests */

static int printport_parport_run_open(struct printport_parport *pp, void *data)
{
	pp->stalled = 0;
	pp->last_stall = 0;
	pp->slow = false;
	pp->aside = false;
	pp->asides = 0;
	pp->irq_missed = 0;
	pp->no_power = false;
	pp->ask_at = 0;
	pp->open = true;
	/* Selects the printer too. Where the bus is taken, that can wait for data. */
	if (!pp->parked && printport_parport_claim(pp))
		printport_parport_look(pp);
	return 0;
}

static int printport_parport_open(struct printport *port)
{
	struct printport_parport *pp = printport_priv(port);
	struct printport_parport_request request = {
		.run = printport_parport_run_open,
		.busless = true,
	};

	clear_bit(PRINTPORT_PARPORT_CANCEL, &pp->flags);
	clear_bit(PRINTPORT_PARPORT_READING, &pp->flags);
	return printport_parport_ask(pp, &request);
}

static int printport_parport_run_close(struct printport_parport *pp, void *data)
{
	pp->open = false;
	return 0;
}

static void printport_parport_close(struct printport *port)
{
	struct printport_parport *pp = printport_priv(port);
	struct printport_parport_request request = {
		.run = printport_parport_run_close,
		.busless = true,
		.patient = true,
	};

	clear_bit(PRINTPORT_PARPORT_AWAITED, &pp->flags);
	printport_parport_ask(pp, &request);
}

static void printport_parport_tx_start(struct printport *port)
{
	printport_parport_kick(printport_priv(port));
}

static void printport_parport_tx_cancel(struct printport *port)
{
	struct printport_parport *pp = printport_priv(port);

	set_bit(PRINTPORT_PARPORT_CANCEL, &pp->flags);
	printport_parport_kick(pp);
}

static const struct printport_ops printport_parport_ops = {
	.owner = THIS_MODULE,
	.name = "parport",
	.groups = printport_parport_groups,
	.open = printport_parport_open,
	.close = printport_parport_close,
	.tx_start = printport_parport_tx_start,
	.tx_cancel = printport_parport_tx_cancel,
	.rx_start = IS_ENABLED(CONFIG_PARPORT_1284) ? printport_parport_rx_start : NULL,
	.rx_stop = IS_ENABLED(CONFIG_PARPORT_1284) ? printport_parport_rx_stop : NULL,
	.get_status = printport_parport_get_status,
	.get_irq = printport_parport_get_irq,
	.watch = printport_parport_watch,
	.reset = printport_parport_reset,
	.get_device_id = IS_ENABLED(CONFIG_PARPORT_1284) ? printport_parport_get_device_id : NULL,
};

/* Ports come and go */

static bool printport_parport_is_ours(const struct parport *parport)
{
	return printport_parport_all ||
	       (parport->number < PRINTPORT_PARPORT_PORTS &&
		test_bit(parport->number, printport_parport_numbers));
}

/* Both devices, see parport.h. */
static int printport_parport_register_devices(struct printport_parport *pp)
{
	struct pardev_cb claimer = {
		.preempt = printport_parport_preempt,
		.irq_func = printport_parport_interrupt,
		.private = pp,
	};
	struct pardev_cb listener = { .wakeup = printport_parport_wakeup, .private = pp };
	int number = pp->parport->number;

	pp->pardev = parport_register_dev_model(pp->parport, PRINTPORT_PARPORT_NAME, &claimer,
						number);
	if (!pp->pardev)
		return -EBUSY;
	pp->listener = parport_register_dev_model(pp->parport, PRINTPORT_PARPORT_LISTENER,
						  &listener, number);
	if (!pp->listener) {
		parport_unregister_device(pp->pardev);
		return -EBUSY;
	}
	parport_set_timeout(pp->pardev, msecs_to_jiffies(PRINTPORT_PARPORT_BLOCK_MS));
	return 0;
}

static struct printport_parport *printport_parport_alloc(struct parport *parport)
{
	struct printport_parport *pp = kzalloc(sizeof(*pp), GFP_KERNEL);

	if (!pp)
		return NULL;
	pp->parport = parport;
	pp->negotiated = PRINTPORT_PARPORT_COMPATIBILITY;
	pp->watched = jiffies - MAX_JIFFY_OFFSET;
	pp->looked = pp->watched;
	pp->busy_at = pp->watched;
	init_waitqueue_head(&pp->wait);
	mutex_init(&pp->request_mutex);
	spin_lock_init(&pp->lock);
	return pp;
}

/* Parked first: parport's negotiation gives up at once in a thread that is to stop. */
static void printport_parport_stop(struct printport_parport *pp)
{
	set_bit(PRINTPORT_PARPORT_STOP, &pp->flags);
	printport_parport_park(pp, true);
	kthread_stop(pp->worker);
}

static void printport_parport_attach(struct parport *parport)
{
	struct printport_parport *pp;

	if (!printport_parport_is_ours(parport))
		return;
	/* parport may say it twice when a port and this driver come up together. */
	list_for_each_entry(pp, &printport_parport_ports, node)
		if (pp->parport == parport)
			return;

	pp = printport_parport_alloc(parport);
	if (!pp)
		return;
	/* The hardware, of which udev knows where it is; not every parport has it. */
	pp->port = printport_alloc(parport->physport->dev ?: &parport->bus_dev,
				   &printport_parport_ops, pp);
	if (IS_ERR(pp->port))
		goto err_free;
	if (printport_parport_register_devices(pp))
		goto err_put;
	pp->worker = kthread_run(printport_parport_work, pp, "printport/%d",
				 printport_index(pp->port));
	if (IS_ERR(pp->worker))
		goto err_devices;

	printport_parport_identify(pp);
	if (printport_register(pp->port))
		goto err_stop;
	mutex_lock(&printport_parport_mutex);
	list_add_tail(&pp->node, &printport_parport_ports);
	if (printport_parport_asleep)
		printport_parport_park(pp, true);
	mutex_unlock(&printport_parport_mutex);
	return;

err_stop:
	printport_parport_stop(pp);
err_devices:
	parport_unregister_device(pp->listener);
	parport_unregister_device(pp->pardev);
err_put:
	printport_put(pp->port);
err_free:
	kfree(pp);
	pr_err("%s: no print port for it\n", parport->name);
}

static void printport_parport_detach(struct parport *parport)
{
	struct printport_parport *pp;

	list_for_each_entry(pp, &printport_parport_ports, node)
		if (pp->parport == parport)
			goto found;
	return;

found:
	mutex_lock(&printport_parport_mutex);
	list_del(&pp->node);
	mutex_unlock(&printport_parport_mutex);
	/* What still waits for the printer is not worth waiting for. */
	set_bit(PRINTPORT_PARPORT_STOP, &pp->flags);
	printport_unregister(pp->port);
	printport_parport_stop(pp);
	parport_unregister_device(pp->listener);
	parport_unregister_device(pp->pardev);
	printport_put(pp->port);
	kfree(pp);
}

static struct parport_driver printport_parport_driver = {
	.name = PRINTPORT_PARPORT_NAME,
	.match_port = printport_parport_attach,
	.detach = printport_parport_detach,
};

static int __init printport_parport_init(void)
{
	int err = 0;

	if (!strcmp(parport, "auto"))
		printport_parport_all = true;
	else if (strcmp(parport, "none"))
		err = bitmap_parselist(parport, printport_parport_numbers,
				       PRINTPORT_PARPORT_PORTS);
	if (err) {
		pr_err("parport=%s: auto, none, or numbers below %d\n", parport,
		       PRINTPORT_PARPORT_PORTS);
		return -EINVAL;
	}
	err = register_pm_notifier(&printport_parport_pm_notifier);
	if (err)
		return err;
	err = parport_register_driver(&printport_parport_driver);
	if (err)
		unregister_pm_notifier(&printport_parport_pm_notifier);
	return err;
}
module_init(printport_parport_init);

static void __exit printport_parport_exit(void)
{
	parport_unregister_driver(&printport_parport_driver);
	unregister_pm_notifier(&printport_parport_pm_notifier);
}
module_exit(printport_parport_exit);

MODULE_DESCRIPTION("IEEE 1284 printers on parallel ports");
MODULE_AUTHOR("The printport developers");
MODULE_LICENSE("GPL");
