// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls of include/uapi/linux/printport.h: copy in, call, copy out. The size
 * of the caller's structure comes with the command, see there.
 */
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "core.h"
#include "lm.h"

union printport_ioctl_arg {
	struct printport_info info;
	struct printport_status status;
	struct printport_limits limits;
	struct printport_job_start start;
	struct printport_job_query job;
	struct printport_query query;
};

static int ioctl_get_info(struct file *file, struct printport *port,
			  union printport_ioctl_arg *arg)
{
	spin_lock_irq(&port->lock);
	arg->info = (struct printport_info){
		.api_version = PRINTPORT_API_VERSION,
		.index = port->index,
		.capabilities = port->capabilities,
		.queue_size = port->lm ? port->lm->job.size : port->tx.size,
	};
	if (port->lm)
		arg->info.capabilities |= PRINTPORT_CAP_MONITOR;
	if (port->lm && (port->lm->flags & PRINTPORT_LM_F_CONFIRMS))
		arg->info.capabilities |= PRINTPORT_CAP_PRINTED;
	spin_unlock_irq(&port->lock);
	strscpy(arg->info.transport, port->transport, sizeof(arg->info.transport));
	return 0;
}

static int ioctl_get_status(struct file *file, struct printport *port,
			    union printport_ioctl_arg *arg)
{
	printport_watch(port, !(file->f_flags & O_NONBLOCK));
	spin_lock_irq(&port->lock);
	port->status_seen = port->status_seq;
	port->status_read = true;
	spin_unlock_irq(&port->lock);
	printport_get_status(port, &arg->status);
	return 0;
}

static int ioctl_get_limits(struct file *file, struct printport *port,
			    union printport_ioctl_arg *arg)
{
	spin_lock_irq(&port->lock);
	arg->limits = port->limits;
	spin_unlock_irq(&port->lock);
	return 0;
}

static int ioctl_set_limits(struct file *file, struct printport *port,
			    union printport_ioctl_arg *arg)
{
	int err = printport_limits_check(&arg->limits);

	if (err)
		return err;
	spin_lock_irq(&port->lock);
	port->limits = arg->limits;
	spin_unlock_irq(&port->lock);
	return 0;
}

static int ioctl_start_job(struct file *file, struct printport *port,
			   union printport_ioctl_arg *arg)
{
	struct printport_job_start *start = &arg->start;
	struct printport_job *job;

	if (start->flags ||
	    strnlen(start->name, sizeof(start->name)) == sizeof(start->name) ||
	    strnlen(start->user, sizeof(start->user)) == sizeof(start->user))
		return -EINVAL;

	job = printport_job_alloc();
	if (!job)
		return -ENOMEM;
	strscpy(job->name, start->name, sizeof(job->name));
	strscpy(job->user, start->user, sizeof(job->user));
	printport_text_clean(job->name, '?');
	printport_text_clean(job->user, '?');
	return printport_job_start(port, job, file->f_flags & O_NONBLOCK, &start->id);
}

static int ioctl_end_job(struct file *file, struct printport *port,
			 union printport_ioctl_arg *arg)
{
	return printport_job_end(port, &arg->job, file->f_flags & O_NONBLOCK);
}

static int ioctl_abort_job(struct file *file, struct printport *port,
			   union printport_ioctl_arg *arg)
{
	return printport_job_abort(port, &arg->job);
}

static int ioctl_get_job(struct file *file, struct printport *port,
			 union printport_ioctl_arg *arg)
{
	return printport_job_get(port, &arg->job);
}

static int ioctl_reset(struct file *file, struct printport *port,
		       union printport_ioctl_arg *arg)
{
	return printport_reset(port);
}

static int ioctl_query(struct file *file, struct printport *port,
		       union printport_ioctl_arg *arg)
{
	return printport_query(port, &arg->query);
}

/* The first version of what has grown since. */
#define PRINTPORT_JOB_QUERY_SIZE_1	(offsetof(struct printport_job_query, result) + \
					 offsetof(struct printport_job_result, bytes_sent))

/*
 * @writes: needs a node that is open for writing
 * @always_out: the result is written back also where the wait failed
 * @size_1: size of the structure's first version, 0 if there is no other
 */
struct printport_ioctl {
	unsigned int cmd;
	int (*call)(struct file *file, struct printport *port,
		    union printport_ioctl_arg *arg);
	bool writes;
	bool always_out;
	size_t size_1;
};

static const struct printport_ioctl printport_ioctls[] = {
	{ PRINTPORT_IOC_GET_INFO, ioctl_get_info },
	{ PRINTPORT_IOC_GET_STATUS, ioctl_get_status },
	{ PRINTPORT_IOC_GET_LIMITS, ioctl_get_limits },
	{ PRINTPORT_IOC_SET_LIMITS, ioctl_set_limits, .writes = true },
	{ PRINTPORT_IOC_START_JOB, ioctl_start_job, .writes = true },
	{ PRINTPORT_IOC_END_JOB, ioctl_end_job, .writes = true, .always_out = true,
	  .size_1 = PRINTPORT_JOB_QUERY_SIZE_1 },
	{ PRINTPORT_IOC_ABORT_JOB, ioctl_abort_job, .writes = true,
	  .size_1 = PRINTPORT_JOB_QUERY_SIZE_1 },
	{ PRINTPORT_IOC_GET_JOB, ioctl_get_job, .always_out = true,
	  .size_1 = PRINTPORT_JOB_QUERY_SIZE_1 },
	{ PRINTPORT_IOC_RESET, ioctl_reset, .writes = true },
	{ PRINTPORT_IOC_QUERY, ioctl_query },
};

static const struct printport_ioctl *printport_ioctl_find(unsigned int cmd)
{
	const unsigned int size_mask = _IOC_SIZEMASK << _IOC_SIZESHIFT;
	int i;

	for (i = 0; i < ARRAY_SIZE(printport_ioctls); i++)
		if (!((printport_ioctls[i].cmd ^ cmd) & ~size_mask))
			return &printport_ioctls[i];
	return NULL;
}

static bool printport_gone(struct printport *port)
{
	bool gone;

	spin_lock_irq(&port->lock);
	gone = port->state == PRINTPORT_STATE_GONE;
	spin_unlock_irq(&port->lock);
	return gone;
}

static int printport_ioctl_copy_in(const struct printport_ioctl *ioctl,
				   union printport_ioctl_arg *arg,
				   void __user *user, size_t size)
{
	size_t known = _IOC_SIZE(ioctl->cmd);
	int err;

	if (size < (ioctl->size_1 ?: known))
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	memset(arg, 0, sizeof(*arg));
	if (!(_IOC_DIR(ioctl->cmd) & _IOC_WRITE))
		return 0;
	err = copy_struct_from_user(arg, known, user, size);
	/* Nothing is done of which the caller could not be told the result. */
	if (!err && (_IOC_DIR(ioctl->cmd) & _IOC_READ) &&
	    copy_to_user(user, arg, min(size, known)))
		err = -EFAULT;
	return err;
}

static int printport_ioctl_copy_out(const struct printport_ioctl *ioctl,
				    const union printport_ioctl_arg *arg,
				    void __user *user, size_t size)
{
	size_t known = _IOC_SIZE(ioctl->cmd);

	if (!(_IOC_DIR(ioctl->cmd) & _IOC_READ))
		return 0;
	if (copy_to_user(user, arg, min(size, known)))
		return -EFAULT;
	if (size > known && clear_user(user + known, size - known))
		return -EFAULT;
	return 0;
}

/**
 * printport_ioctl - the node's ioctls
 * @file: an open node
 * @cmd: of this interface, or of <linux/lp.h> or usblp
 * @value: pointer to the command's structure
 *
 * Context: process, sleeps.
 * Return: 0 or a negative errno, see include/uapi/linux/printport.h.
 */
long printport_ioctl(struct file *file, unsigned int cmd, unsigned long value)
{
	struct printport *port = file->private_data;
	void __user *user = (void __user *)value;
	const struct printport_ioctl *ioctl;
	union printport_ioctl_arg *arg;
	int err, out;

	if (_IOC_TYPE(cmd) != PRINTPORT_IOC_MAGIC)
		return printport_lp_ioctl(file, port, cmd, value);
	ioctl = printport_ioctl_find(cmd);
	if (!ioctl)
		return -ENOTTY;
	if (ioctl->writes && !(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (!ioctl->always_out && printport_gone(port))
		return -ENODEV;

	arg = kmalloc(sizeof(*arg), GFP_KERNEL);
	if (!arg)
		return -ENOMEM;
	err = printport_ioctl_copy_in(ioctl, arg, user, _IOC_SIZE(cmd));
	if (!err) {
		err = ioctl->call(file, port, arg);
		out = 0;
		if (!err || (ioctl->always_out && (err == -ETIMEDOUT ||
						   err == -EINTR || err == -ENODEV ||
						   err == -ENODATA || err == -ECONNRESET)))
			out = printport_ioctl_copy_out(ioctl, arg, user, _IOC_SIZE(cmd));
		err = err ?: out;
	}
	kfree(arg);
	return err;
}
