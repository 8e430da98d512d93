// SPDX-License-Identifier: GPL-2.0-only
/*
 * Simulated ports come and go: the module, and the directories in configfs.
 *
 * A port is held by its configfs directory and by each open file in debugfs.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "parport_sim.h"

#define PSIM_NAME_CHARS \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
#define PSIM_DEVICE_ID	"MFG:Printport;MDL:Simulated Printer;CLS:PRINTER;CMD:TEXT;"

/**
 * psim_of_item - the port of a configfs item
 * @item: the item
 */
struct psim *psim_of_item(struct config_item *item)
{
	return container_of(item, struct psim, item);
}

static void psim_free(struct psim *sim)
{
	kvfree(sim->printed.kfifo.data);
	kvfree(sim->reply.kfifo.data);
	kvfree(sim->violations);
	kvfree(sim->trace);
	mutex_destroy(&sim->mutex);
	mutex_destroy(&sim->read_mutex);
	kvfree(sim);
}

static void psim_last_put(struct kref *kref)
{
	psim_free(container_of(kref, struct psim, kref));
}

/**
 * psim_put_ref - let go of a port
 * @sim: the port
 *
 * Context: process.
 */
void psim_put_ref(struct psim *sim)
{
	kref_put(&sim->kref, psim_last_put);
}

/* Room for a run more than fits: the printer counts bytes when it has taken them. */
static unsigned int psim_fifo_size(u32 bytes)
{
	return roundup_pow_of_two(bytes + PSIM_RUN_MAX + 1);
}

static int psim_make_fifo(struct kfifo *fifo, unsigned int size)
{
	void *data = kvmalloc(size, GFP_KERNEL);
	int err;

	if (!data)
		return -ENOMEM;
	err = kfifo_init(fifo, data, size);
	if (err)
		kvfree(data);
	return err;
}

static void psim_move_fifo(struct kfifo *to, struct kfifo *from)
{
	u8 chunk[128];
	unsigned int len;

	while ((len = kfifo_out(from, chunk, sizeof(chunk))))
		len -= kfifo_in(to, chunk, len);
}

/**
 * psim_set_buffer - how much fits into the printer
 * @sim: the port
 * @bytes: how much, at most PSIM_BUFFER_MAX
 *
 * Context: process, sleeps. Under ->mutex.
 * Return: 0 or -ENOMEM.
 */
int psim_set_buffer(struct psim *sim, u32 bytes)
{
	struct kfifo fifo, old = {};
	unsigned long flags;
	int err;

	if (psim_fifo_size(bytes) > kfifo_size(&sim->printed)) {
		err = psim_make_fifo(&fifo, psim_fifo_size(bytes));
		if (err)
			return err;
		flags = psim_enter(sim);
		psim_move_fifo(&fifo, &sim->printed);
		old = sim->printed;
		sim->printed = fifo;
	} else {
		flags = psim_enter(sim);
	}
	sim->buffer = bytes;
	psim_kick(sim);
	psim_leave(sim, flags);
	kvfree(old.kfifo.data);
	return 0;
}

static void psim_init_state(struct psim *sim)
{
	kref_init(&sim->kref);
	mutex_init(&sim->mutex);
	mutex_init(&sim->read_mutex);
	spin_lock_init(&sim->lock);
	init_waitqueue_head(&sim->wait);
	hrtimer_setup(&sim->timer, psim_timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	hrtimer_setup(&sim->retry, psim_retry, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	init_irq_work(&sim->irq_work, psim_irq_work);
	sim->hardware = PSIM_HW_TRISTATE;
	sim->supports = PSIM_SUPPORTS_NIBBLE | PSIM_SUPPORTS_BYTE | PSIM_SUPPORTS_ECP |
			PSIM_SUPPORTS_EPP | PSIM_SUPPORTS_ID;
	sim->busy_ns = (struct psim_range) { 1000, 1000 };
	sim->ack_ns = (struct psim_range) { 1000, 1000 };
	sim->response_ns = (struct psim_range) { 500, 500 };
	sim->buffer = PSIM_BUFFER_DEFAULT;
	sim->ack_on_change = true;
	sim->device_id_length = -1;
	strscpy(sim->device_id, PSIM_DEVICE_ID, sizeof(sim->device_id));
	sim->seed = 1;
	sim->rng = 1;
	sim->host = PSIM_NSTROBE | PSIM_NAUTOFD | PSIM_NINIT;
	sim->host_drives = true;
	sim->lines = psim_compat_levels(sim);
	psim_violations_clear(sim);
}

static struct psim *psim_alloc(void)
{
	struct psim *sim = kvzalloc(sizeof(*sim), GFP_KERNEL);

	if (!sim)
		return NULL;
	sim->trace = kvcalloc(PSIM_TRACE_ENTRIES, sizeof(*sim->trace), GFP_KERNEL);
	sim->violations = kvcalloc(PSIM_VIOLATIONS, PSIM_VIOLATION_LEN, GFP_KERNEL);
	if (!sim->trace || !sim->violations ||
	    psim_make_fifo(&sim->printed, psim_fifo_size(PSIM_BUFFER_DEFAULT)) ||
	    psim_make_fifo(&sim->reply, PSIM_REPLY_SIZE)) {
		psim_free(sim);
		return NULL;
	}
	psim_init_state(sim);
	return sim;
}

static void psim_release(struct config_item *item)
{
	psim_put_ref(psim_of_item(item));
}

static struct configfs_item_operations psim_item_ops = {
	.release = psim_release,
};

static const struct config_item_type psim_type = {
	.ct_item_ops = &psim_item_ops,
	.ct_attrs = psim_attrs,
	.ct_owner = THIS_MODULE,
};

static struct config_item *psim_make_item(struct config_group *group, const char *name)
{
	struct psim *sim;
	size_t len = strlen(name);

	if (len > PSIM_NAME_MAX || strspn(name, PSIM_NAME_CHARS) != len)
		return ERR_PTR(-EINVAL);
	sim = psim_alloc();
	if (!sim)
		return ERR_PTR(-ENOMEM);
	psim_delay_measure();
	config_item_init_type_name(&sim->item, name, &psim_type);
	psim_debug_add(sim);
	return &sim->item;
}

static void psim_drop_item(struct config_group *group, struct config_item *item)
{
	struct psim *sim = psim_of_item(item);

	mutex_lock(&sim->mutex);
	if (sim->port)
		psim_port_remove(sim);
	mutex_unlock(&sim->mutex);
	psim_debug_remove(sim);
	config_item_put(item);
}

static struct configfs_group_operations psim_group_ops = {
	.make_item = psim_make_item,
	.drop_item = psim_drop_item,
};

static const struct config_item_type psim_root_type = {
	.ct_group_ops = &psim_group_ops,
	.ct_owner = THIS_MODULE,
};

static struct configfs_subsystem psim_subsystem = {
	.su_group = {
		.cg_item = {
			.ci_namebuf = "parport_sim",
			.ci_type = &psim_root_type,
		},
	},
};

static int __init psim_module_init(void)
{
	int err;

	psim_debug_init();
	config_group_init(&psim_subsystem.su_group);
	mutex_init(&psim_subsystem.su_mutex);
	err = configfs_register_subsystem(&psim_subsystem);
	if (err) {
		mutex_destroy(&psim_subsystem.su_mutex);
		psim_debug_exit();
	}
	return err;
}
module_init(psim_module_init);

static void __exit psim_module_exit(void)
{
	configfs_unregister_subsystem(&psim_subsystem);
	mutex_destroy(&psim_subsystem.su_mutex);
	psim_retire_exit();
	psim_debug_exit();
}
module_exit(psim_module_exit);

MODULE_DESCRIPTION("Simulated parallel ports with IEEE 1284 printers");
MODULE_LICENSE("GPL");
