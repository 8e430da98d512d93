// SPDX-License-Identifier: GPL-2.0-only
/* The attributes of class/printport/printportN, see printport(4). */
#include <linux/kstrtox.h>
#include <linux/sysfs.h>

#include "core.h"
#include "lm.h"

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct printport_status status;

	printport_get_status(to_printport(dev), &status);
	return sysfs_emit(buf, "%s\n", printport_state_names[status.state]);
}
static DEVICE_ATTR_RO(state);

static ssize_t status_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct printport_status status;

	printport_watch(to_printport(dev), true);
	printport_get_status(to_printport(dev), &status);
	return sysfs_emit(buf, "%s\n",
			  printport_printer_state_name(status.printer_state));
}
static DEVICE_ATTR_RO(status);

static ssize_t reasons_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct printport_status status;
	int len;

	printport_watch(to_printport(dev), true);
	printport_get_status(to_printport(dev), &status);
	len = printport_reasons_format(status.reasons, buf, PRINTPORT_REASONS_STR_LEN);
	return len + sysfs_emit_at(buf, len, "\n");
}
static DEVICE_ATTR_RO(reasons);

static ssize_t queued_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct printport_status status;

	printport_get_status(to_printport(dev), &status);
	return sysfs_emit(buf, "%llu\n", status.queued);
}
static DEVICE_ATTR_RO(queued);

static ssize_t transport_show(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	return sysfs_emit(buf, "%s\n", to_printport(dev)->transport);
}
static DEVICE_ATTR_RO(transport);

static ssize_t monitor_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	char name[PRINTPORT_LM_NAME_LEN];

	printport_lm_name(to_printport(dev), name);
	return sysfs_emit(buf, "%s\n", name);
}
static DEVICE_ATTR_RO(monitor);

static ssize_t ieee1284_id_show(struct device *dev, struct device_attribute *attr,
				char *buf)
{
	return sysfs_emit(buf, "%s\n", to_printport(dev)->id.text);
}
static DEVICE_ATTR_RO(ieee1284_id);

static int job_emit(const struct printport_job *job, char *buf, int at)
{
	struct printport_job_result result;

	/* A line that does not fit would be cut in the middle. */
	if (at + sizeof(*job) > PAGE_SIZE)
		return 0;
	printport_job_result(job, &result);
	return sysfs_emit_at(buf, at, "%u\t%s\t%llu\t%llu\t%llu\t%u\t%s\t%s\n",
			     result.id, printport_job_state_names[result.state],
			     result.bytes_accepted, result.bytes_delivered,
			     result.bytes_lost, result.error, job->user, job->name);
}

/* Only for root: names of documents and users are nobody else's business. */
static ssize_t job_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct printport *port = to_printport(dev);
	struct printport_job *job;
	int len = 0;

	spin_lock_irq(&port->lock);
	list_for_each_entry(job, &port->jobs, node)
		if (!job->internal)
			len += job_emit(job, buf, len);
	list_for_each_entry_reverse(job, &port->results, node)
		len += job_emit(job, buf, len);
	spin_unlock_irq(&port->lock);
	return len;
}
static DEVICE_ATTR_ADMIN_RO(job);

static ssize_t abort_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	bool yes;
	int err;

	err = kstrtobool(buf, &yes);
	if (err)
		return err;
	if (yes)
		printport_abort_all(to_printport(dev));
	return count;
}
static DEVICE_ATTR_WO(abort);

static struct attribute *printport_attrs[] = {
	&dev_attr_state.attr,
	&dev_attr_status.attr,
	&dev_attr_reasons.attr,
	&dev_attr_queued.attr,
	&dev_attr_transport.attr,
	&dev_attr_monitor.attr,
	&dev_attr_ieee1284_id.attr,
	&dev_attr_job.attr,
	&dev_attr_abort.attr,
	NULL
};

static const struct attribute_group printport_group = {
	.attrs = printport_attrs,
};

/* The time limits: struct printport_limits, one word an attribute. */

/**
 * printport_limits_check - whether time limits are in range
 * @limits: the limits
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int printport_limits_check(const struct printport_limits *limits)
{
	return limits->open_ms > PRINTPORT_LIMIT_MAX_MS ||
	       limits->read_ms > PRINTPORT_LIMIT_MAX_MS ||
	       limits->write_ms > PRINTPORT_LIMIT_MAX_MS ||
	       limits->close_ms > PRINTPORT_LIMIT_MAX_MS ? -EINVAL : 0;
}

static ssize_t limit_store(u32 *limit, const char *buf, size_t count)
{
	u32 ms;
	int err;

	err = kstrtou32(buf, 0, &ms);
	if (err)
		return err;
	if (ms > PRINTPORT_LIMIT_MAX_MS)
		return -EINVAL;
	WRITE_ONCE(*limit, ms);
	return count;
}

#define LIMIT_ATTR(name)							\
static ssize_t name##_show(struct device *dev, struct device_attribute *attr,	\
			   char *buf)						\
{										\
	return sysfs_emit(buf, "%u\n",						\
			  READ_ONCE(to_printport(dev)->limits.name));		\
}										\
static ssize_t name##_store(struct device *dev, struct device_attribute *attr,	\
			    const char *buf, size_t count)			\
{										\
	return limit_store(&to_printport(dev)->limits.name, buf, count);	\
}										\
static DEVICE_ATTR_RW(name)

LIMIT_ATTR(open_ms);
LIMIT_ATTR(read_ms);
LIMIT_ATTR(write_ms);
LIMIT_ATTR(close_ms);

static ssize_t monitor_ms_show(struct device *dev, struct device_attribute *attr,
			       char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(to_printport(dev)->monitor_ms));
}

/* Not 0: no wait for a monitor is without a limit. */
static ssize_t monitor_ms_store(struct device *dev, struct device_attribute *attr,
				const char *buf, size_t count)
{
	u32 ms;
	int err;

	err = kstrtou32(buf, 0, &ms);
	if (err)
		return err;
	return ms ? limit_store(&to_printport(dev)->monitor_ms, buf, count) : -EINVAL;
}
static DEVICE_ATTR_RW(monitor_ms);

static struct attribute *printport_limit_attrs[] = {
	&dev_attr_open_ms.attr,
	&dev_attr_read_ms.attr,
	&dev_attr_write_ms.attr,
	&dev_attr_close_ms.attr,
	&dev_attr_monitor_ms.attr,
	NULL
};

static const struct attribute_group printport_limit_group = {
	.name = "limits",
	.attrs = printport_limit_attrs,
};

/* The counters: struct printport_stats, one word an attribute. */

static ssize_t stat_show(struct device *dev, const u64 *stat, char *buf)
{
	struct printport *port = to_printport(dev);
	u64 value;

	spin_lock_irq(&port->lock);
	value = *stat;
	spin_unlock_irq(&port->lock);
	return sysfs_emit(buf, "%llu\n", value);
}

#define STAT_ATTR(name)								\
static ssize_t name##_show(struct device *dev, struct device_attribute *attr,	\
			   char *buf)						\
{										\
	return stat_show(dev, &to_printport(dev)->stats.name, buf);		\
}										\
static DEVICE_ATTR_RO(name)

STAT_ATTR(bytes_written);
STAT_ATTR(bytes_delivered);
STAT_ATTR(bytes_lost);
STAT_ATTR(bytes_read);
STAT_ATTR(jobs_completed);
STAT_ATTR(jobs_aborted);
STAT_ATTR(jobs_failed);
STAT_ATTR(errors);

static struct attribute *printport_stat_attrs[] = {
	&dev_attr_bytes_written.attr,
	&dev_attr_bytes_delivered.attr,
	&dev_attr_bytes_lost.attr,
	&dev_attr_bytes_read.attr,
	&dev_attr_jobs_completed.attr,
	&dev_attr_jobs_aborted.attr,
	&dev_attr_jobs_failed.attr,
	&dev_attr_errors.attr,
	NULL
};

static const struct attribute_group printport_stat_group = {
	.name = "stats",
	.attrs = printport_stat_attrs,
};

const struct attribute_group *printport_groups[] = {
	&printport_group,
	&printport_limit_group,
	&printport_stat_group,
	NULL
};
