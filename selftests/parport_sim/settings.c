// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attributes of a simulated port in configfs.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "parport_sim.h"

#define PSIM_NS_MAX		(4U * NSEC_PER_SEC)

struct psim_word {
	const char *name;
	unsigned int bit;
};

static const struct psim_word psim_hardware_words[] = {
	{ "tristate", PSIM_HW_TRISTATE },
	{ "epp", PSIM_HW_EPP },
	{ "ecp", PSIM_HW_ECP },
	{ "compat", PSIM_HW_COMPAT },
	{ }
};

static const struct psim_word psim_supports_words[] = {
	{ "nibble", PSIM_SUPPORTS_NIBBLE },
	{ "byte", PSIM_SUPPORTS_BYTE },
	{ "ecp", PSIM_SUPPORTS_ECP },
	{ "rle", PSIM_SUPPORTS_RLE },
	{ "epp", PSIM_SUPPORTS_EPP },
	{ "id", PSIM_SUPPORTS_ID },
	{ }
};

static const struct psim_word psim_condition_words[] = {
	{ "paper-out", PSIM_PAPER_OUT },
	{ "offline", PSIM_OFFLINE },
	{ "error", PSIM_ERROR },
	{ "busy", PSIM_NEVER_READY },
	{ "mute", PSIM_MUTE },
	{ "off", PSIM_OFF },
	{ }
};

static int psim_parse_word(const char *name, const struct psim_word *words, unsigned int *bits)
{
	for (; words->name; words++) {
		if (!strcmp(name, words->name)) {
			*bits |= words->bit;
			return 0;
		}
	}
	return -EINVAL;
}

/* "none", or words; the rest of @text, which is overwritten. */
static int psim_parse_words(char *text, const struct psim_word *words, unsigned int *bits)
{
	unsigned int found = 0, count = 0;
	bool none = false;
	char *name;
	int err;

	while ((name = strsep(&text, " \t\n"))) {
		if (!*name)
			continue;
		count++;
		if (!strcmp(name, "none")) {
			none = true;
			continue;
		}
		err = psim_parse_word(name, words, &found);
		if (err)
			return err;
	}
	if (none && count > 1)
		return -EINVAL;
	*bits = found;
	return 0;
}

static int psim_parse_copy(const char *page, size_t count, const struct psim_word *words,
			   unsigned int *bits)
{
	char *text = kmemdup_nul(page, count, GFP_KERNEL);
	int err;

	if (!text)
		return -ENOMEM;
	err = psim_parse_words(text, words, bits);
	kfree(text);
	return err;
}

static int psim_emit_words(char *page, int at, const struct psim_word *words,
			   unsigned int bits)
{
	int len = at;

	for (; words->name; words++)
		if (bits & words->bit)
			len += sysfs_emit_at(page, len, "%s%s", len == at ? "" : " ",
					     words->name);
	if (len == at)
		len += sysfs_emit_at(page, len, "none");
	return len + sysfs_emit_at(page, len, "\n");
}

/* Hardware */

static ssize_t psim_modes_show(struct config_item *item, char *page)
{
	return psim_emit_words(page, 0, psim_hardware_words, psim_of_item(item)->hardware);
}

static ssize_t psim_modes_store(struct config_item *item, const char *page, size_t count)
{
	struct psim *sim = psim_of_item(item);
	unsigned int hardware;
	int err = psim_parse_copy(page, count, psim_hardware_words, &hardware);

	if (err)
		return err;
	mutex_lock(&sim->mutex);
	if (sim->port)
		err = -EBUSY;
	else
		sim->hardware = hardware;
	mutex_unlock(&sim->mutex);
	return err ?: count;
}
CONFIGFS_ATTR(psim_, modes);

static ssize_t psim_irq_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", psim_of_item(item)->irq);
}

static ssize_t psim_irq_store(struct config_item *item, const char *page, size_t count)
{
	struct psim *sim = psim_of_item(item);
	unsigned int irq;
	int err = 0;

	if (kstrtouint(page, 10, &irq) || irq > 1)
		return -EINVAL;
	mutex_lock(&sim->mutex);
	if (sim->port)
		err = -EBUSY;
	else
		sim->irq = irq;
	mutex_unlock(&sim->mutex);
	return err ?: count;
}
CONFIGFS_ATTR(psim_, irq);

static ssize_t psim_live_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", !!READ_ONCE(psim_of_item(item)->port));
}

static ssize_t psim_live_store(struct config_item *item, const char *page, size_t count)
{
	struct psim *sim = psim_of_item(item);
	unsigned int live;
	int err = 0;

	if (kstrtouint(page, 10, &live) || live > 1)
		return -EINVAL;
	mutex_lock(&sim->mutex);
	if (live && !sim->port)
		err = psim_port_add(sim);
	else if (!live && sim->port)
		psim_port_remove(sim);
	mutex_unlock(&sim->mutex);
	return err ?: count;
}
CONFIGFS_ATTR(psim_, live);

static ssize_t psim_parport_show(struct config_item *item, char *page)
{
	struct psim *sim = psim_of_item(item);
	ssize_t len;

	mutex_lock(&sim->mutex);
	len = sysfs_emit(page, "%s\n", sim->port ? sim->port->name : "none");
	mutex_unlock(&sim->mutex);
	return len;
}
CONFIGFS_ATTR_RO(psim_, parport);

/* Printer */

static ssize_t psim_supports_show(struct config_item *item, char *page)
{
	return psim_emit_words(page, 0, psim_supports_words, psim_of_item(item)->supports);
}

static ssize_t psim_supports_store(struct config_item *item, const char *page, size_t count)
{
	struct psim *sim = psim_of_item(item);
	unsigned int supports;
	unsigned long flags;
	int err = psim_parse_copy(page, count, psim_supports_words, &supports);

	if (err)
		return err;
	flags = psim_enter(sim);
	sim->supports = supports;
	psim_leave(sim, flags);
	return count;
}
CONFIGFS_ATTR(psim_, supports);

static ssize_t psim_device_id_show(struct config_item *item, char *page)
{
	struct psim *sim = psim_of_item(item);
	ssize_t len;

	mutex_lock(&sim->mutex);
	len = sysfs_emit(page, "%s\n", sim->device_id);
	mutex_unlock(&sim->mutex);
	return len;
}

static ssize_t psim_device_id_store(struct config_item *item, const char *page, size_t count)
{
	struct psim *sim = psim_of_item(item);
	unsigned long flags;
	size_t len = count;

	if (len && page[len - 1] == '\n')
		len--;
	if (len > PSIM_ID_MAX || strnlen(page, len) != len)
		return -EINVAL;
	mutex_lock(&sim->mutex);
	flags = psim_enter(sim);
	memcpy(sim->device_id, page, len);
	sim->device_id[len] = '\0';
	psim_leave(sim, flags);
	mutex_unlock(&sim->mutex);
	return count;
}
CONFIGFS_ATTR(psim_, device_id);

static ssize_t psim_device_id_length_show(struct config_item *item, char *page)
{
	int length = READ_ONCE(psim_of_item(item)->device_id_length);

	return length < 0 ? sysfs_emit(page, "auto\n") : sysfs_emit(page, "%d\n", length);
}

static ssize_t psim_device_id_length_store(struct config_item *item, const char *page,
					   size_t count)
{
	unsigned int length;

	if (sysfs_streq(page, "auto")) {
		WRITE_ONCE(psim_of_item(item)->device_id_length, -1);
		return count;
	}
	if (kstrtouint(page, 0, &length) || length > U16_MAX)
		return -EINVAL;
	WRITE_ONCE(psim_of_item(item)->device_id_length, length);
	return count;
}
CONFIGFS_ATTR(psim_, device_id_length);

static ssize_t psim_show_range(struct psim *sim, const struct psim_range *range, char *page)
{
	unsigned long flags = psim_enter(sim);
	struct psim_range now = *range;

	psim_leave(sim, flags);
	return now.min == now.max ? sysfs_emit(page, "%u\n", now.min) :
				    sysfs_emit(page, "%u %u\n", now.min, now.max);
}

/* "MIN" or "MIN MAX"; @text is overwritten. */
static int psim_parse_range(char *text, struct psim_range *range)
{
	char *min = strsep(&text, " \t");

	if (kstrtou32(min, 10, &range->min))
		return -EINVAL;
	range->max = range->min;
	if (text && kstrtou32(skip_spaces(text), 10, &range->max))
		return -EINVAL;
	return range->min > range->max || range->max > PSIM_NS_MAX ? -EINVAL : 0;
}

static ssize_t psim_store_range(struct psim *sim, struct psim_range *range, const char *page,
				size_t count)
{
	char *text = kmemdup_nul(page, count, GFP_KERNEL);
	struct psim_range new;
	unsigned long flags;
	int err;

	if (!text)
		return -ENOMEM;
	err = psim_parse_range(strim(text), &new);
	kfree(text);
	if (err)
		return err;
	flags = psim_enter(sim);
	*range = new;
	psim_leave(sim, flags);
	return count;
}

static ssize_t psim_busy_ns_show(struct config_item *item, char *page)
{
	struct psim *sim = psim_of_item(item);

	return psim_show_range(sim, &sim->busy_ns, page);
}

static ssize_t psim_busy_ns_store(struct config_item *item, const char *page, size_t count)
{
	struct psim *sim = psim_of_item(item);

	return psim_store_range(sim, &sim->busy_ns, page, count);
}
CONFIGFS_ATTR(psim_, busy_ns);

static ssize_t psim_ack_ns_show(struct config_item *item, char *page)
{
	struct psim *sim = psim_of_item(item);

	return psim_show_range(sim, &sim->ack_ns, page);
}

static ssize_t psim_ack_ns_store(struct config_item *item, const char *page, size_t count)
{
	struct psim *sim = psim_of_item(item);

	return psim_store_range(sim, &sim->ack_ns, page, count);
}
CONFIGFS_ATTR(psim_, ack_ns);

static ssize_t psim_response_ns_show(struct config_item *item, char *page)
{
	struct psim *sim = psim_of_item(item);

	return psim_show_range(sim, &sim->response_ns, page);
}

static ssize_t psim_response_ns_store(struct config_item *item, const char *page, size_t count)
{
	struct psim *sim = psim_of_item(item);

	return psim_store_range(sim, &sim->response_ns, page, count);
}
CONFIGFS_ATTR(psim_, response_ns);

static ssize_t psim_buffer_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(psim_of_item(item)->buffer));
}

static ssize_t psim_buffer_store(struct config_item *item, const char *page, size_t count)
{
	struct psim *sim = psim_of_item(item);
	unsigned int bytes;
	int err;

	if (kstrtouint(page, 0, &bytes) || !bytes || bytes > PSIM_BUFFER_MAX)
		return -EINVAL;
	mutex_lock(&sim->mutex);
	err = psim_set_buffer(sim, bytes);
	mutex_unlock(&sim->mutex);
	return err ?: count;
}
CONFIGFS_ATTR(psim_, buffer);

static ssize_t psim_discard_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", READ_ONCE(psim_of_item(item)->discard));
}

static ssize_t psim_discard_store(struct config_item *item, const char *page, size_t count)
{
	struct psim *sim = psim_of_item(item);
	unsigned long flags;
	unsigned int value;

	if (kstrtouint(page, 10, &value) || value > 1)
		return -EINVAL;
	flags = psim_enter(sim);
	sim->discard = value;
	psim_kick(sim);
	psim_leave(sim, flags);
	return count;
}
CONFIGFS_ATTR(psim_, discard);

static ssize_t psim_condition_show(struct config_item *item, char *page)
{
	return psim_emit_words(page, 0, psim_condition_words,
			       READ_ONCE(psim_of_item(item)->condition));
}

static ssize_t psim_condition_store(struct config_item *item, const char *page, size_t count)
{
	struct psim *sim = psim_of_item(item);
	unsigned int condition;
	unsigned long flags;
	int err = psim_parse_copy(page, count, psim_condition_words, &condition);

	if (err)
		return err;
	flags = psim_enter(sim);
	psim_set_condition(sim, condition);
	psim_leave(sim, flags);
	return count;
}
CONFIGFS_ATTR(psim_, condition);

static ssize_t psim_ack_on_change_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", READ_ONCE(psim_of_item(item)->ack_on_change));
}

static ssize_t psim_ack_on_change_store(struct config_item *item, const char *page,
					size_t count)
{
	unsigned int value;

	if (kstrtouint(page, 10, &value) || value > 1)
		return -EINVAL;
	WRITE_ONCE(psim_of_item(item)->ack_on_change, value);
	return count;
}
CONFIGFS_ATTR(psim_, ack_on_change);

static ssize_t psim_trigger_show(struct config_item *item, char *page)
{
	struct psim *sim = psim_of_item(item);
	unsigned long flags = psim_enter(sim);
	unsigned int condition = sim->trigger_condition;
	u32 left = sim->trigger_count;
	int event = sim->trigger_event;
	char name[8];
	int len;

	psim_leave(sim, flags);
	if (!left)
		return sysfs_emit(page, "none\n");
	len = sysfs_emit(page, "%s %u ", psim_event_name(event, name, sizeof(name)), left);
	return psim_emit_words(page, len, psim_condition_words, condition);
}

struct psim_trigger {
	int event;
	u32 count;
	unsigned int condition;
};

/* @text is overwritten. */
static int psim_parse_trigger(char *text, struct psim_trigger *trigger)
{
	char *event, *count;

	text = strim(text);
	if (!strcmp(text, "none")) {
		trigger->count = 0;
		return 0;
	}
	event = strsep(&text, " ");
	count = strsep(&text, " ");
	if (!event || !count || !text || !*skip_spaces(text))
		return -EINVAL;
	trigger->event = psim_event_parse(event);
	if (trigger->event < 0 || kstrtouint(count, 10, &trigger->count) || !trigger->count)
		return -EINVAL;
	return psim_parse_words(text, psim_condition_words, &trigger->condition);
}

static ssize_t psim_trigger_store(struct config_item *item, const char *page, size_t count)
{
	struct psim *sim = psim_of_item(item);
	struct psim_trigger trigger = {};
	char *text = kmemdup_nul(page, count, GFP_KERNEL);
	unsigned long flags;
	int err;

	if (!text)
		return -ENOMEM;
	err = psim_parse_trigger(text, &trigger);
	kfree(text);
	if (err)
		return err;
	flags = psim_enter(sim);
	sim->trigger_event = trigger.event;
	sim->trigger_count = trigger.count;
	sim->trigger_condition = trigger.condition;
	psim_leave(sim, flags);
	return count;
}
CONFIGFS_ATTR(psim_, trigger);

static ssize_t psim_seed_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(psim_of_item(item)->seed));
}

static ssize_t psim_seed_store(struct config_item *item, const char *page, size_t count)
{
	struct psim *sim = psim_of_item(item);
	unsigned long flags;
	unsigned int seed;

	if (kstrtouint(page, 0, &seed))
		return -EINVAL;
	flags = psim_enter(sim);
	sim->seed = seed;
	sim->rng = seed;
	psim_leave(sim, flags);
	return count;
}
CONFIGFS_ATTR(psim_, seed);

struct configfs_attribute *psim_attrs[] = {
	&psim_attr_modes,
	&psim_attr_irq,
	&psim_attr_live,
	&psim_attr_parport,
	&psim_attr_supports,
	&psim_attr_device_id,
	&psim_attr_device_id_length,
	&psim_attr_busy_ns,
	&psim_attr_ack_ns,
	&psim_attr_response_ns,
	&psim_attr_buffer,
	&psim_attr_discard,
	&psim_attr_condition,
	&psim_attr_ack_on_change,
	&psim_attr_trigger,
	&psim_attr_seed,
	NULL
};
