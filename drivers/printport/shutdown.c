// SPDX-License-Identifier: GPL-2.0-only
/*
 * The system reboots or is switched off: no port is opened any more, what is on its
 * way has a bounded time to reach the printers, and the rest is dropped and said so.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/reboot.h>

#include "core.h"

unsigned int printport_shutdown_ms = 10000;
EXPORT_SYMBOL_FOR_TEST(printport_shutdown_ms);
module_param_named(shutdown_ms, printport_shutdown_ms, uint, 0644);
MODULE_PARM_DESC(shutdown_ms,
		 "how long a shutdown waits for all ports together to deliver what they have accepted (default 10000)");

bool printport_shutting_down;
EXPORT_SYMBOL_FOR_TEST(printport_shutting_down);

/* A port that has drained takes no more bytes: nobody would wait for them. */
static bool printport_has_drained(struct printport *port)
{
	bool ret;

	spin_lock_irq(&port->lock);
	ret = printport_tx_idle(port);
	port->shut |= ret;
	spin_unlock_irq(&port->lock);
	return ret;
}

/* No byte is accepted any more. Returns what is lost, and what has yet to be counted. */
static u64 printport_shut(struct printport *port)
{
	u64 bytes;

	spin_lock_irq(&port->lock);
	port->shut = true;
	bytes = port->stats.bytes_lost + printport_queued(port);
	spin_unlock_irq(&port->lock);
	return bytes;
}

static u64 printport_lost(struct printport *port)
{
	u64 bytes;

	spin_lock_irq(&port->lock);
	bytes = port->stats.bytes_lost;
	spin_unlock_irq(&port->lock);
	return bytes;
}

static int printport_shutdown_port(struct device *dev, void *data)
{
	struct printport *port = to_printport(dev);
	unsigned long deadline = *(unsigned long *)data, now = jiffies;
	unsigned long left = time_after(deadline, now) ? deadline - now : 0;
	u64 lost;

	if (wait_event_timeout(port->tx_wait, printport_has_drained(port), left))
		return 0;
	lost = printport_lost(port);
	printport_abort_all(port);
	dev_warn(dev, "%llu bytes were not printed: the system shuts down\n",
		 printport_shut(port) - lost);
	return 0;
}

/**
 * printport_shutdown - let all ports drain, and open none any more
 *
 * Context: process, sleeps for printport_shutdown_ms, and for PRINTPORT_CANCEL_MS a
 * port that has not drained by then.
 */
void printport_shutdown(void)
{
	unsigned long deadline;

	deadline = jiffies + msecs_to_jiffies(READ_ONCE(printport_shutdown_ms));
	WRITE_ONCE(printport_shutting_down, true);
	class_for_each_device(&printport_class, NULL, &deadline,
			      printport_shutdown_port);
}
EXPORT_SYMBOL_FOR_TEST(printport_shutdown);

static int printport_reboot(struct notifier_block *notifier, unsigned long event,
			    void *command)
{
	/* What is on its way is in the image, and is printed when that runs. */
	if (!READ_ONCE(printport_hibernating))
		printport_shutdown();
	return NOTIFY_DONE;
}

/* Called before the devices under the ports are shut down. */
struct notifier_block printport_reboot_notifier = {
	.notifier_call = printport_reboot,
};
EXPORT_SYMBOL_FOR_TEST(printport_reboot_notifier);
