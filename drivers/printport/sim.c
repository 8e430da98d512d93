// SPDX-License-Identifier: GPL-2.0-only
/*
 * Simulated printers: the configfs side, and the operations of the transport "sim".
 * What a printer does once it is plugged in is in sim_printer.c; locks and
 * lifetimes are in sim.h.
 *
 * A port's parent is a platform device of the sim's name, which gives a simulated
 * printer a stable place (udev's ID_PATH is platform-printport_sim.NAME). Nothing
 * binds to it. Its name is free again as soon as the printer is unplugged, so a name
 * can clash only within configfs, where mkdir says EEXIST.
 */
#include <linux/configfs.h>
#include <linux/kernel.h>
#include <linux/lp.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/printport.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "sim.h"

#define PRINTPORT_SIM_NAME_CHARS \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

#define PRINTPORT_SIM_REASONS_DESELECT \
	(PRINTPORT_REASON_OFFLINE | PRINTPORT_REASON_PAUSED)
#define PRINTPORT_SIM_REASONS_PAPER \
	(PRINTPORT_REASON_MEDIA_EMPTY | PRINTPORT_REASON_MEDIA_NEEDED)
#define PRINTPORT_SIM_REASONS_HARMLESS \
	(PRINTPORT_REASON_MEDIA_LOW | PRINTPORT_REASON_TONER_LOW | \
	 PRINTPORT_REASON_MARKER_SUPPLY_LOW | PRINTPORT_REASON_PAUSED)

static struct printport_sim *printport_sim_from_item(struct config_item *item)
{
	return container_of(item, struct printport_sim, item);
}

/* Status lines as a parallel printer would drive them. */
static u8 printport_sim_lines(u64 reasons)
{
	u8 lines = LP_PBUSY | LP_PACK | LP_PSELECD | LP_PERRORP;

	if (reasons & PRINTPORT_SIM_REASONS_DESELECT)
		lines &= ~LP_PSELECD;
	if (reasons & PRINTPORT_SIM_REASONS_PAPER)
		lines |= LP_POUTPA;
	if (reasons & ~(u64)PRINTPORT_SIM_REASONS_HARMLESS)
		lines &= ~LP_PERRORP;
	return lines;
}

static void printport_sim_tx_start(struct printport *port)
{
	printport_sim_printer_start(printport_priv(port));
}

static void printport_sim_tx_cancel(struct printport *port)
{
	printport_sim_printer_cancel(printport_priv(port));
}

static void printport_sim_rx_start(struct printport *port)
{
	printport_sim_printer_back_start(printport_priv(port));
}

static void printport_sim_rx_stop(struct printport *port)
{
	printport_sim_printer_back_stop(printport_priv(port));
}

static int printport_sim_get_status(struct printport *port)
{
	struct printport_sim_printer *printer = printport_priv(port);
	u8 lines = READ_ONCE(printer->sim->lines);

	if (printport_sim_printer_busy(printer))
		lines &= ~LP_PBUSY;
	return lines;
}

/* Keeps what is in the memory: who reads the node decides what a reset means. */
static int printport_sim_reset(struct printport *port)
{
	struct printport_sim_printer *printer = printport_priv(port);

	atomic_inc(&printer->sim->resets);
	return 0;
}

static const struct printport_ops printport_sim_ops = {
	.owner = THIS_MODULE,
	.name = "sim",
	.tx_start = printport_sim_tx_start,
	.tx_cancel = printport_sim_tx_cancel,
	.rx_start = printport_sim_rx_start,
	.rx_stop = printport_sim_rx_stop,
	.get_status = printport_sim_get_status,
	.reset = printport_sim_reset,
};

static const struct printport_ops printport_sim_unidirectional_ops = {
	.owner = THIS_MODULE,
	.name = "sim",
	.tx_start = printport_sim_tx_start,
	.tx_cancel = printport_sim_tx_cancel,
	.get_status = printport_sim_get_status,
	.reset = printport_sim_reset,
};

static struct platform_device *printport_sim_make_place(struct printport_sim *sim)
{
	char name[sizeof("printport_sim.") + PRINTPORT_SIM_NAME_MAX];

	snprintf(name, sizeof(name), "printport_sim.%s", config_item_name(&sim->item));
	return platform_device_register_simple(name, PLATFORM_DEVID_NONE, NULL, 0);
}

/* Under sim->lock, not plugged in. */
static int printport_sim_plug(struct printport_sim *sim)
{
	struct printport_sim_printer *printer;
	struct platform_device *pdev;
	struct printport *port;
	int err;

	printer = printport_sim_printer_alloc(sim);
	if (!printer)
		return -ENOMEM;

	pdev = printport_sim_make_place(sim);
	if (IS_ERR(pdev)) {
		err = PTR_ERR(pdev);
		goto err_printer;
	}
	port = printport_alloc(&pdev->dev,
			       sim->unidirectional ? &printport_sim_unidirectional_ops :
						     &printport_sim_ops,
			       printer);
	if (IS_ERR(port)) {
		err = PTR_ERR(port);
		goto err_pdev;
	}
	err = printport_set_device_id(port, sim->device_id, sim->device_id_len);
	if (err)
		goto err_port;

	atomic64_set(&sim->printed, 0);
	atomic64_set(&sim->unread, 0);
	atomic_set(&sim->resets, 0);

	/* The node first: who hears of the port may want the printer at once. */
	err = printport_sim_printer_add(printer, port, &pdev->dev);
	if (err)
		goto err_port;
	err = printport_register(port);
	if (err)
		goto err_node;
	printport_set_reasons(port, sim->reasons);

	sim->printer = printer;
	sim->pdev = pdev;
	return 0;

err_node:
	printport_sim_printer_del(printer);
err_port:
	printport_put(port);
err_pdev:
	platform_device_unregister(pdev);
err_printer:
	printport_sim_printer_put(printer);
	return err;
}

/* Under sim->lock, plugged in. */
static void printport_sim_unplug(struct printport_sim *sim)
{
	struct printport_sim_printer *printer = sim->printer;
	struct printport *port = printer->port;

	sim->printer = NULL;
	printport_unregister(port);
	printport_sim_printer_del(printer);
	printport_put(port);
	platform_device_unregister(sim->pdev);
	printport_sim_printer_put(printer);
}

static int printport_sim_parse(const char *page, unsigned int min, unsigned int max,
			       unsigned int *value)
{
	if (kstrtouint(page, 10, value) || *value < min || *value > max)
		return -EINVAL;
	return 0;
}

/* Takes sim->lock, unless there is a printer: then what is asked for is EBUSY. */
static int printport_sim_lock_unplugged(struct printport_sim *sim)
{
	mutex_lock(&sim->lock);
	if (!sim->printer)
		return 0;
	mutex_unlock(&sim->lock);
	return -EBUSY;
}

static ssize_t printport_sim_live_show(struct config_item *item, char *page)
{
	struct printport_sim *sim = printport_sim_from_item(item);
	ssize_t len;

	mutex_lock(&sim->lock);
	len = sysfs_emit(page, "%d\n", !!sim->printer);
	mutex_unlock(&sim->lock);
	return len;
}

static ssize_t printport_sim_live_store(struct config_item *item, const char *page,
					size_t count)
{
	struct printport_sim *sim = printport_sim_from_item(item);
	unsigned int live;
	int err;

	err = printport_sim_parse(page, 0, 1, &live);
	if (err)
		return err;

	mutex_lock(&sim->lock);
	if (live && !sim->printer)
		err = printport_sim_plug(sim);
	else if (!live && sim->printer)
		printport_sim_unplug(sim);
	mutex_unlock(&sim->lock);
	return err ?: count;
}

CONFIGFS_ATTR(printport_sim_, live);

static ssize_t printport_sim_port_show(struct config_item *item, char *page)
{
	struct printport_sim *sim = printport_sim_from_item(item);
	ssize_t len;

	mutex_lock(&sim->lock);
	len = sysfs_emit(page, "%s\n",
			 sim->printer ? dev_name(printport_dev(sim->printer->port)) : "");
	mutex_unlock(&sim->lock);
	return len;
}

CONFIGFS_ATTR_RO(printport_sim_, port);

static ssize_t printport_sim_printer_show(struct config_item *item, char *page)
{
	struct printport_sim *sim = printport_sim_from_item(item);
	ssize_t len;

	mutex_lock(&sim->lock);
	len = sysfs_emit(page, "%s\n", sim->printer ? dev_name(&sim->printer->dev) : "");
	mutex_unlock(&sim->lock);
	return len;
}

CONFIGFS_ATTR_RO(printport_sim_, printer);

static ssize_t printport_sim_device_id_show(struct config_item *item, char *page)
{
	struct printport_sim *sim = printport_sim_from_item(item);
	size_t len;

	mutex_lock(&sim->lock);
	len = sim->device_id_len;
	memcpy(page, sim->device_id, len);
	mutex_unlock(&sim->lock);
	page[len] = '\n';
	return len + 1;
}

/* Any bytes: what users of the port make of a bad id is to be tested with it. */
static ssize_t printport_sim_device_id_store(struct config_item *item,
					     const char *page, size_t count)
{
	struct printport_sim *sim = printport_sim_from_item(item);
	size_t len = count;
	int err;

	if (len && page[len - 1] == '\n')
		len--;
	if (len > PRINTPORT_SIM_ID_MAX)
		return -EINVAL;

	err = printport_sim_lock_unplugged(sim);
	if (err)
		return err;
	memcpy(sim->device_id, page, len);
	sim->device_id_len = len;
	mutex_unlock(&sim->lock);
	return count;
}

CONFIGFS_ATTR(printport_sim_, device_id);

static ssize_t printport_sim_set_unplugged(struct printport_sim *sim,
					   unsigned int *setting, unsigned int min,
					   unsigned int max, const char *page,
					   size_t count)
{
	unsigned int value;
	int err;

	err = printport_sim_parse(page, min, max, &value);
	if (!err)
		err = printport_sim_lock_unplugged(sim);
	if (err)
		return err;
	WRITE_ONCE(*setting, value);
	mutex_unlock(&sim->lock);
	return count;
}

static ssize_t printport_sim_buffer_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(printport_sim_from_item(item)->buffer));
}

static ssize_t printport_sim_buffer_store(struct config_item *item, const char *page,
					  size_t count)
{
	struct printport_sim *sim = printport_sim_from_item(item);

	return printport_sim_set_unplugged(sim, &sim->buffer, 1, PRINTPORT_SIM_BUFFER_MAX,
					   page, count);
}

CONFIGFS_ATTR(printport_sim_, buffer);

static ssize_t printport_sim_unidirectional_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(printport_sim_from_item(item)->unidirectional));
}

static ssize_t printport_sim_unidirectional_store(struct config_item *item,
						  const char *page, size_t count)
{
	struct printport_sim *sim = printport_sim_from_item(item);

	return printport_sim_set_unplugged(sim, &sim->unidirectional, 0, 1, page,
					   count);
}

CONFIGFS_ATTR(printport_sim_, unidirectional);

static ssize_t printport_sim_reasons_show(struct config_item *item, char *page)
{
	struct printport_sim *sim = printport_sim_from_item(item);
	char text[PRINTPORT_REASONS_STR_LEN];

	mutex_lock(&sim->lock);
	printport_reasons_format(sim->reasons, text, sizeof(text));
	mutex_unlock(&sim->lock);
	return sysfs_emit(page, "%s\n", text);
}

static ssize_t printport_sim_reasons_store(struct config_item *item, const char *page,
					   size_t count)
{
	struct printport_sim *sim = printport_sim_from_item(item);
	u64 reasons;
	int err;

	err = printport_reasons_parse(page, &reasons);
	if (err)
		return err;

	mutex_lock(&sim->lock);
	sim->reasons = reasons;
	WRITE_ONCE(sim->lines, printport_sim_lines(reasons));
	if (sim->printer)
		printport_set_reasons(sim->printer->port, reasons);
	mutex_unlock(&sim->lock);
	return count;
}

CONFIGFS_ATTR(printport_sim_, reasons);

/* A setting that may change at any time. */
static ssize_t printport_sim_set(struct printport_sim *sim, unsigned int *setting,
				 unsigned int max, const char *page, size_t count)
{
	unsigned int value;
	int err;

	err = printport_sim_parse(page, 0, max, &value);
	if (err)
		return err;

	mutex_lock(&sim->lock);
	WRITE_ONCE(*setting, value);
	if (sim->printer)
		printport_sim_printer_kick(sim->printer);
	mutex_unlock(&sim->lock);
	return count;
}

static ssize_t printport_sim_rate_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(printport_sim_from_item(item)->rate));
}

static ssize_t printport_sim_rate_store(struct config_item *item, const char *page,
					size_t count)
{
	struct printport_sim *sim = printport_sim_from_item(item);

	return printport_sim_set(sim, &sim->rate, UINT_MAX, page, count);
}

CONFIGFS_ATTR(printport_sim_, rate);

static ssize_t printport_sim_stall_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(printport_sim_from_item(item)->stall));
}

static ssize_t printport_sim_stall_store(struct config_item *item, const char *page,
					 size_t count)
{
	struct printport_sim *sim = printport_sim_from_item(item);

	return printport_sim_set(sim, &sim->stall, 1, page, count);
}

CONFIGFS_ATTR(printport_sim_, stall);

static ssize_t printport_sim_sink_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(printport_sim_from_item(item)->sink));
}

static ssize_t printport_sim_sink_store(struct config_item *item, const char *page,
					size_t count)
{
	struct printport_sim *sim = printport_sim_from_item(item);

	return printport_sim_set(sim, &sim->sink, 1, page, count);
}

CONFIGFS_ATTR(printport_sim_, sink);

static ssize_t printport_sim_fail_next_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(printport_sim_from_item(item)->fail_next));
}

/* No errno of the kernel's own, which no program may see. */
static ssize_t printport_sim_fail_next_store(struct config_item *item, const char *page,
					     size_t count)
{
	struct printport_sim *sim = printport_sim_from_item(item);

	return printport_sim_set(sim, &sim->fail_next, EHWPOISON, page, count);
}

CONFIGFS_ATTR(printport_sim_, fail_next);

static ssize_t printport_sim_bytes_printed_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%lld\n",
			  atomic64_read(&printport_sim_from_item(item)->printed));
}

CONFIGFS_ATTR_RO(printport_sim_, bytes_printed);

static ssize_t printport_sim_bytes_unread_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%lld\n",
			  atomic64_read(&printport_sim_from_item(item)->unread));
}

CONFIGFS_ATTR_RO(printport_sim_, bytes_unread);

static ssize_t printport_sim_buffered_show(struct config_item *item, char *page)
{
	struct printport_sim *sim = printport_sim_from_item(item);
	ssize_t len;

	mutex_lock(&sim->lock);
	len = sysfs_emit(page, "%u\n",
			 sim->printer ? printport_sim_printer_buffered(sim->printer) : 0);
	mutex_unlock(&sim->lock);
	return len;
}

CONFIGFS_ATTR_RO(printport_sim_, buffered);

static ssize_t printport_sim_resets_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n",
			  atomic_read(&printport_sim_from_item(item)->resets));
}

CONFIGFS_ATTR_RO(printport_sim_, resets);

static struct configfs_attribute *printport_sim_attrs[] = {
	&printport_sim_attr_live,
	&printport_sim_attr_port,
	&printport_sim_attr_printer,
	&printport_sim_attr_device_id,
	&printport_sim_attr_buffer,
	&printport_sim_attr_unidirectional,
	&printport_sim_attr_reasons,
	&printport_sim_attr_rate,
	&printport_sim_attr_stall,
	&printport_sim_attr_sink,
	&printport_sim_attr_fail_next,
	&printport_sim_attr_bytes_printed,
	&printport_sim_attr_bytes_unread,
	&printport_sim_attr_buffered,
	&printport_sim_attr_resets,
	NULL
};

static void printport_sim_release(struct config_item *item)
{
	struct printport_sim *sim = printport_sim_from_item(item);

	mutex_destroy(&sim->lock);
	kfree(sim);
}

static struct configfs_item_operations printport_sim_item_ops = {
	.release = printport_sim_release,
};

static const struct config_item_type printport_sim_type = {
	.ct_item_ops = &printport_sim_item_ops,
	.ct_attrs = printport_sim_attrs,
	.ct_owner = THIS_MODULE,
};

static struct config_item *printport_sim_make_item(struct config_group *group,
						   const char *name)
{
	struct printport_sim *sim;

	/* The name goes into sysfs, udev and the serial number of the device id. */
	if (strlen(name) > PRINTPORT_SIM_NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	if (name[strspn(name, PRINTPORT_SIM_NAME_CHARS)])
		return ERR_PTR(-EINVAL);

	sim = kzalloc(sizeof(*sim), GFP_KERNEL);
	if (!sim)
		return ERR_PTR(-ENOMEM);

	mutex_init(&sim->lock);
	sim->buffer = PRINTPORT_SIM_BUFFER_DEFAULT;
	sim->lines = printport_sim_lines(0);
	sim->device_id_len =
		scnprintf(sim->device_id, sizeof(sim->device_id),
			  "MFG:printport;MDL:Simulated Printer;CLS:PRINTER;SN:%s;", name);
	config_item_init_type_name(&sim->item, name, &printport_sim_type);
	return &sim->item;
}

/* Not in release: the printer that is to be unplugged holds the item. */
static void printport_sim_drop_item(struct config_group *group,
				    struct config_item *item)
{
	struct printport_sim *sim = printport_sim_from_item(item);

	mutex_lock(&sim->lock);
	if (sim->printer)
		printport_sim_unplug(sim);
	mutex_unlock(&sim->lock);
	config_item_put(item);
}

static struct configfs_group_operations printport_sim_group_ops = {
	.make_item = printport_sim_make_item,
	.drop_item = printport_sim_drop_item,
};

static const struct config_item_type printport_sim_root_type = {
	.ct_group_ops = &printport_sim_group_ops,
	.ct_owner = THIS_MODULE,
};

static struct configfs_subsystem printport_sim_subsystem = {
	.su_group = {
		.cg_item = {
			.ci_namebuf = "printport_sim",
			.ci_type = &printport_sim_root_type,
		},
	},
};

static int __init printport_sim_init(void)
{
	int err;

	err = printport_sim_printer_init();
	if (err)
		return err;

	config_group_init(&printport_sim_subsystem.su_group);
	mutex_init(&printport_sim_subsystem.su_mutex);
	err = configfs_register_subsystem(&printport_sim_subsystem);
	if (err) {
		mutex_destroy(&printport_sim_subsystem.su_mutex);
		printport_sim_printer_exit();
	}
	return err;
}
module_init(printport_sim_init);

static void __exit printport_sim_exit(void)
{
	configfs_unregister_subsystem(&printport_sim_subsystem);
	mutex_destroy(&printport_sim_subsystem.su_mutex);
	printport_sim_printer_exit();
}
module_exit(printport_sim_exit);

MODULE_DESCRIPTION("Simulated printers for printport");
MODULE_AUTHOR("The printport developers");
MODULE_LICENSE("GPL");
