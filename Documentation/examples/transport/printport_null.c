// SPDX-License-Identifier: GPL-2.0-only
/*
 * A transport to begin with: one port, whose printer takes a line in ten milliseconds and
 * keeps nothing.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/printport.h>
#include <linux/workqueue.h>

#define NULL_LINE	80
#define NULL_LINE_TIME	msecs_to_jiffies(10)

static const char null_id[] = "MFG:Example;MDL:Null Printer;CLS:PRINTER;";

static struct {
	struct platform_device *place;
	struct printport *port;
	struct delayed_work work;
	struct mutex lock;	/* in_flight, and the order of take, done and stop */
	size_t in_flight;
} printer;

/* The transfer in hand is over; begins the next. */
static void null_work(struct work_struct *work)
{
	const void *line;

	mutex_lock(&printer.lock);
	if (printer.in_flight)
		printport_tx_done(printer.port, printer.in_flight);
	/* A driver of hardware would give it what is at line now. */
	printer.in_flight = printport_tx_take(printer.port, &line, NULL_LINE);
	if (printer.in_flight)
		schedule_delayed_work(&printer.work, NULL_LINE_TIME);
	mutex_unlock(&printer.lock);
}

/* There is work. If the printer is at it already this does nothing. */
static void null_tx_start(struct printport *port)
{
	schedule_delayed_work(&printer.work, 0);
}

/* What is in flight goes back to the queue, which drops what was aborted of it. */
static void null_tx_cancel(struct printport *port)
{
	mutex_lock(&printer.lock);
	if (printer.in_flight)
		printport_tx_stop(port, 0);
	printer.in_flight = 0;
	mutex_unlock(&printer.lock);
	/* Nobody calls tx_start() for the bytes of the other jobs. */
	schedule_delayed_work(&printer.work, 0);
}

/* Nothing is in flight any more. */
static void null_close(struct printport *port)
{
	cancel_delayed_work_sync(&printer.work);
}

static const struct printport_ops null_ops = {
	.owner = THIS_MODULE,
	.name = "null",
	.close = null_close,
	.tx_start = null_tx_start,
	.tx_cancel = null_tx_cancel,
};

static int null_add_port(void)
{
	int err;

	printer.port = printport_alloc(&printer.place->dev, &null_ops, NULL);
	if (IS_ERR(printer.port))
		return PTR_ERR(printer.port);
	err = printport_set_device_id(printer.port, null_id, sizeof(null_id) - 1);
	if (!err)
		err = printport_register(printer.port);
	if (err)
		printport_put(printer.port);
	return err;
}

static int __init null_init(void)
{
	int err;

	mutex_init(&printer.lock);
	INIT_DELAYED_WORK(&printer.work, null_work);
	printer.place = platform_device_register_simple("printport_null", PLATFORM_DEVID_NONE,
							NULL, 0);
	if (IS_ERR(printer.place))
		return PTR_ERR(printer.place);
	err = null_add_port();
	if (err)
		platform_device_unregister(printer.place);
	return err;
}

/* No op runs after printport_unregister(); the printer is stopped before the port goes. */
static void __exit null_exit(void)
{
	printport_unregister(printer.port);
	cancel_delayed_work_sync(&printer.work);
	printport_put(printer.port);
	platform_device_unregister(printer.place);
}

module_init(null_init);
module_exit(null_exit);
MODULE_DESCRIPTION("An example of a transport for printport");
MODULE_LICENSE("GPL");
