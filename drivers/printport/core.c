// SPDX-License-Identifier: GPL-2.0-only
/*
 * The class "printport" and the life of a port: allocate, register, unregister,
 * put. Who may open it is in session.c, what moves through it in queue.c.
 */
#include <linux/idr.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/reboot.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/suspend.h>

#include "compat.h"
#include "core.h"
#include "lm.h"

#define PRINTPORT_MINORS	1024

#define PRINTPORT_CLOSE_MS	10000

static DEFINE_IDA(printport_ida);
static dev_t printport_first;

static char *printport_devnode(printport_cb_device *dev, umode_t *mode)
{
	if (mode)
		*mode = 0660;
	return NULL;
}

static int printport_uevent(printport_cb_device *dev, struct kobj_uevent_env *env)
{
	return printport_uevent_env(to_printport((struct device *)dev), env);
}

struct class printport_class = {
	.name = "printport",
	.dev_groups = printport_groups,
	.devnode = printport_devnode,
	.dev_uevent = printport_uevent,
};

static void printport_release(struct device *dev)
{
	struct printport *port = to_printport(dev);

	printport_session_free(port);
	printport_results_free(port);
	kfree(port->raw_id);
	ida_free(&printport_ida, port->index);
	kfree(port);
}

/**
 * printport_ops_begin - before a transport's op is called
 * @port: the port
 *
 * Context: process, may sleep for as long as another op takes to open, close or
 * remove the port.
 * Return: whether the transport is there; then printport_ops_end() must follow.
 */
bool printport_ops_begin(struct printport *port)
{
	down_read(&port->ops_lock);
	if (!port->dead)
		return true;
	up_read(&port->ops_lock);
	return false;
}

/**
 * printport_ops_end - after a transport's op was called
 * @port: the port
 */
void printport_ops_end(struct printport *port)
{
	up_read(&port->ops_lock);
}

/**
 * printport_wait_tx - wait for something that the forward queue brings about
 * @port: the port
 * @limit_ms: how long to wait without a byte of progress; 0: no limit
 * @cond: what to wait for; called without locks
 * @arg: for @cond
 *
 * Context: process, sleeps.
 * Return: 0, -ERESTARTSYS for a signal, -ETIMEDOUT.
 */
int printport_wait_tx(struct printport *port, unsigned int limit_ms,
		      bool (*cond)(struct printport *port, u64 arg), u64 arg)
{
	unsigned long limit = msecs_to_jiffies(limit_ms);
	unsigned long began = jiffies;

	for (;;) {
		long left = MAX_SCHEDULE_TIMEOUT;

		if (limit) {
			unsigned long since = READ_ONCE(port->tx_progress);

			/* Older than this wait, or so old that jiffies wrapped. */
			if (!time_in_range(since, began, jiffies))
				since = began;
			left = since + limit - jiffies;
			if (left <= 0)
				return cond(port, arg) ? 0 : -ETIMEDOUT;
		}
		left = wait_event_interruptible_timeout(port->tx_wait,
							cond(port, arg), left);
		if (left)
			return left < 0 ? left : 0;
	}
}

/**
 * printport_alloc - allocate a port
 * @parent: the device under it, or NULL
 * @ops: what the transport can do; static, in the transport's module
 * @priv: the transport's own data
 *
 * Context: process, may sleep.
 * Return: the port, to be given back with printport_put(), or an ERR_PTR:
 * -ENOMEM, or -ENOSPC when all minor numbers are taken.
 */
struct printport *printport_alloc(struct device *parent,
				  const struct printport_ops *ops, void *priv)
{
	struct printport *port;

	port = kzalloc(sizeof(*port), GFP_KERNEL);
	if (!port)
		return ERR_PTR(-ENOMEM);

	port->index = ida_alloc_max(&printport_ida, PRINTPORT_MINORS - 1, GFP_KERNEL);
	if (port->index < 0) {
		int err = port->index;

		kfree(port);
		return ERR_PTR(err);
	}

	port->ops = ops;
	port->priv = priv;
	strscpy(port->transport, ops->name, sizeof(port->transport));
	if (ops->rx_start)
		port->capabilities |= PRINTPORT_CAP_READ;
	if (ops->get_status)
		port->capabilities |= PRINTPORT_CAP_STATUS;
	if (ops->reset)
		port->capabilities |= PRINTPORT_CAP_RESET;

	mutex_init(&port->session_mutex);
	init_rwsem(&port->ops_lock);
	spin_lock_init(&port->lock);
	mutex_init(&port->tx_mutex);
	mutex_init(&port->rx_mutex);
	init_waitqueue_head(&port->tx_wait);
	init_waitqueue_head(&port->rx_wait);
	init_waitqueue_head(&port->lm_wait);
	INIT_LIST_HEAD(&port->openers);
	INIT_LIST_HEAD(&port->jobs);
	INIT_LIST_HEAD(&port->results);
	INIT_DELAYED_WORK(&port->event_work, printport_event_work);
	INIT_WORK(&port->drain_work, printport_drain_work);
	INIT_DELAYED_WORK(&port->lm_watch, printport_lm_watch);
	port->monitor_ms = PRINTPORT_MONITOR_MS;
	port->limits.close_ms = PRINTPORT_CLOSE_MS;
	port->wake_at = U64_MAX;
	port->event_printer_state = PRINTPORT_PRINTER_IDLE;
	port->event_last = jiffies - HZ;
	port->silent = true;

	device_initialize(&port->dev);
	port->dev.class = &printport_class;
	port->dev.parent = parent;
	port->dev.groups = ops->groups;
	port->dev.release = printport_release;
	port->dev.devt = MKDEV(MAJOR(printport_first),
			       MINOR(printport_first) + port->index);
	cdev_init(&port->cdev, &printport_fops);
	port->cdev.owner = THIS_MODULE;
	if (dev_set_name(&port->dev, "printport%d", port->index)) {
		put_device(&port->dev);
		return ERR_PTR(-ENOMEM);
	}
	return port;
}
EXPORT_SYMBOL_GPL(printport_alloc);

/**
 * printport_set_device_id - say what the printer's IEEE 1284 device id is
 * @port: a port that is not registered yet
 * @id: the id without its two length bytes; any bytes
 * @len: bytes at @id; what goes beyond 4096 is dropped
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int printport_set_device_id(struct printport *port, const void *id, size_t len)
{
	len = min_t(size_t, len, IEEE1284_ID_MAX);
	kfree(port->raw_id);
	port->raw_id_len = 0;
	port->raw_id = kmemdup(id, len, GFP_KERNEL);
	if (!port->raw_id)
		return -ENOMEM;
	port->raw_id_len = len;
	ieee1284_id_parse(&port->id, id, len);
	return 0;
}
EXPORT_SYMBOL_GPL(printport_set_device_id);

/**
 * printport_set_back_channel - say whether the printer can be read from
 * @port: a port whose transport has ->rx_start()
 * @there: read() works; otherwise it fails with EINVAL
 *
 * Right after printport_alloc() it does.
 *
 * Context: process.
 */
void printport_set_back_channel(struct printport *port, bool there)
{
	spin_lock_irq(&port->lock);
	if (there && port->ops->rx_start)
		port->capabilities |= PRINTPORT_CAP_READ;
	else
		port->capabilities &= ~PRINTPORT_CAP_READ;
	spin_unlock_irq(&port->lock);
	wake_up_interruptible_all(&port->rx_wait);
}
EXPORT_SYMBOL_GPL(printport_set_back_channel);

/* From here on no op runs, nothing is scheduled, and every call gets ENODEV. */
static void printport_kill(struct printport *port)
{
	printport_session_abandon(port);

	down_write(&port->ops_lock);
	port->dead = true;
	up_write(&port->ops_lock);

	printport_lm_gone(port);
	schedule_work(&port->drain_work);
	flush_work(&port->drain_work);

	spin_lock_irq(&port->lock);
	port->silent = true;
	spin_unlock_irq(&port->lock);
	cancel_delayed_work_sync(&port->event_work);
}

/**
 * printport_register - make a port's node appear
 * @port: from printport_alloc()
 *
 * Ops may be called before this returns.
 *
 * Context: process, may sleep.
 * Return: 0 or a negative errno. Then the port is as after printport_unregister():
 * it may have been opened for a moment, and is not closed.
 */
int printport_register(struct printport *port)
{
	int err;

	err = cdev_device_add(&port->cdev, &port->dev);
	if (!err) {
		err = printport_lm_add_node(port);
		if (err)
			cdev_device_del(&port->cdev, &port->dev);
	}
	if (err) {
		/* The node was there for a moment, and somebody may hold it. */
		printport_kill(port);
		return err;
	}
	spin_lock_irq(&port->lock);
	port->silent = false;
	printport_event_schedule(port);
	spin_unlock_irq(&port->lock);
	return 0;
}
EXPORT_SYMBOL_GPL(printport_register);

/**
 * printport_unregister - the printer is gone
 * @port: a registered port
 *
 * Jobs that are not delivered fail, everybody who waits is woken and gets ENODEV,
 * and the node disappears. When this returns no op runs and none will be called.
 * Transfers that are still in flight may go on reading the queue's memory until
 * printport_put(); reporting them is allowed and without effect.
 *
 * Context: process, may sleep, for as long as an op that is running takes.
 */
void printport_unregister(struct printport *port)
{
	printport_kill(port);
	/* What was lost is announced before the port's removal is. */
	printport_event_work(&port->event_work.work);

	printport_lm_del_node(port);
	cdev_device_del(&port->cdev, &port->dev);
}
EXPORT_SYMBOL_GPL(printport_unregister);

/**
 * printport_put - give back the reference of printport_alloc()
 * @port: the port; not registered, or unregistered again
 *
 * No transfer reads the queue's memory any more.
 *
 * Context: process, may sleep.
 */
void printport_put(struct printport *port)
{
	put_device(&port->dev);
}
EXPORT_SYMBOL_GPL(printport_put);

/**
 * printport_priv - the transport's own data
 * @port: the port
 *
 * Context: any.
 * Return: what printport_alloc() was given.
 */
void *printport_priv(const struct printport *port)
{
	return port->priv;
}
EXPORT_SYMBOL_GPL(printport_priv);

/**
 * printport_index - the N of /dev/printportN
 * @port: the port
 *
 * Context: any.
 * Return: 0..1023
 */
int printport_index(const struct printport *port)
{
	return port->index;
}
EXPORT_SYMBOL_GPL(printport_index);

/**
 * printport_dev - the port's device, for messages and references
 * @port: the port
 *
 * Context: any.
 * Return: the device
 */
struct device *printport_dev(struct printport *port)
{
	return &port->dev;
}
EXPORT_SYMBOL_GPL(printport_dev);

/**
 * printport_of_dev - the port of a device, for attributes
 * @dev: what printport_dev() returned
 *
 * Context: any.
 * Return: the port
 */
struct printport *printport_of_dev(struct device *dev)
{
	return to_printport(dev);
}
EXPORT_SYMBOL_GPL(printport_of_dev);

static int __init printport_init(void)
{
	int err;

	err = alloc_chrdev_region(&printport_first, 0, PRINTPORT_MINORS, "printport");
	if (err)
		return err;
	err = class_register(&printport_class);
	if (err)
		goto err_region;
	err = printport_lm_init(PRINTPORT_MINORS);
	if (err)
		goto err_class;
	err = register_reboot_notifier(&printport_reboot_notifier);
	if (err)
		goto err_lm;
	err = register_pm_notifier(&printport_pm_notifier);
	if (err)
		goto err_reboot;
	return 0;

err_reboot:
	unregister_reboot_notifier(&printport_reboot_notifier);
err_lm:
	printport_lm_exit(PRINTPORT_MINORS);
err_class:
	class_unregister(&printport_class);
err_region:
	unregister_chrdev_region(printport_first, PRINTPORT_MINORS);
	return err;
}
module_init(printport_init);

static void __exit printport_exit(void)
{
	unregister_pm_notifier(&printport_pm_notifier);
	unregister_reboot_notifier(&printport_reboot_notifier);
	printport_lm_exit(PRINTPORT_MINORS);
	class_unregister(&printport_class);
	unregister_chrdev_region(printport_first, PRINTPORT_MINORS);
	ida_destroy(&printport_ida);
}
module_exit(printport_exit);

MODULE_DESCRIPTION("Monitored print ports");
MODULE_AUTHOR("The printport developers");
MODULE_LICENSE("GPL");
