// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs: what the printer took, what it is to say, and what was seen.
 *
 * An open file holds the port, since poll() may wait on its queue longer than the
 * directory exists. psim_debug_remove() wakes those who sleep, then waits for them.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "parport_sim.h"

#define PSIM_CHUNK		16384
#define PSIM_TRACE_LINE		96

static struct dentry *psim_debug_root;

static int psim_debug_open(struct inode *inode, struct file *file)
{
	struct psim *sim = inode->i_private;

	kref_get(&sim->kref);
	file->private_data = sim;
	return nonseekable_open(inode, file);
}

static int psim_debug_release(struct inode *inode, struct file *file)
{
	psim_put_ref(file->private_data);
	return 0;
}

/* printed */

static unsigned int psim_printed_len(struct psim *sim)
{
	unsigned long flags = psim_enter(sim);
	unsigned int len = kfifo_len(&sim->printed);

	psim_leave(sim, flags);
	return len;
}

static unsigned int psim_printed_peek(struct psim *sim, void *chunk, unsigned int len)
{
	unsigned long flags = psim_enter(sim);

	len = kfifo_out_peek(&sim->printed, chunk, len);
	psim_leave(sim, flags);
	return len;
}

/* Forget what has been read: there is room again. */
static void psim_printed_drop(struct psim *sim, void *chunk, unsigned int len)
{
	unsigned long flags = psim_enter(sim);

	len = kfifo_out(&sim->printed, chunk, len);
	psim_kick(sim);
	psim_leave(sim, flags);
}

static ssize_t psim_printed_copy(struct psim *sim, char __user *buf, size_t size)
{
	unsigned int len = min_t(size_t, size, PSIM_CHUNK);
	void *chunk = kvmalloc(len, GFP_KERNEL);
	ssize_t ret;

	if (!chunk)
		return -ENOMEM;
	len = psim_printed_peek(sim, chunk, len);
	ret = len;
	if (copy_to_user(buf, chunk, len))
		ret = -EFAULT;
	else if (len)
		psim_printed_drop(sim, chunk, len);
	kvfree(chunk);
	return ret;
}

static int psim_printed_wait(struct psim *sim, const struct file *file)
{
	if (psim_printed_len(sim) || READ_ONCE(sim->gone))
		return 0;
	if (file->f_flags & O_NONBLOCK)
		return -EAGAIN;
	return wait_event_interruptible(sim->wait,
					psim_printed_len(sim) || READ_ONCE(sim->gone));
}

static ssize_t psim_printed_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	struct psim *sim = file->private_data;
	ssize_t ret;

	if (!size)
		return 0;
	do {
		ret = psim_printed_wait(sim, file);
		if (ret || mutex_lock_interruptible(&sim->read_mutex))
			return ret ?: -ERESTARTSYS;
		ret = psim_printed_copy(sim, buf, size);
		mutex_unlock(&sim->read_mutex);
	} while (!ret && !READ_ONCE(sim->gone));
	return ret;
}

static __poll_t psim_printed_poll(struct file *file, poll_table *wait)
{
	struct psim *sim = file->private_data;
	__poll_t events = 0;

	poll_wait(file, &sim->wait, wait);
	if (psim_printed_len(sim))
		events |= EPOLLIN | EPOLLRDNORM;
	if (READ_ONCE(sim->gone))
		events |= EPOLLIN | EPOLLHUP;
	return events;
}

static const struct file_operations psim_printed_fops = {
	.owner = THIS_MODULE,
	.open = psim_debug_open,
	.release = psim_debug_release,
	.read = psim_printed_read,
	.poll = psim_printed_poll,
};

/* reply */

static unsigned int psim_reply_room(struct psim *sim)
{
	unsigned long flags = psim_enter(sim);
	unsigned int room = kfifo_avail(&sim->reply);

	psim_leave(sim, flags);
	return room;
}

static int psim_reply_open(struct inode *inode, struct file *file)
{
	struct psim *sim = inode->i_private;
	unsigned long flags;

	if (file->f_flags & O_TRUNC && file->f_mode & FMODE_WRITE) {
		flags = psim_enter(sim);
		kfifo_reset(&sim->reply);
		psim_reply_arrived(sim);
		psim_leave(sim, flags);
		wake_up_all(&sim->wait);
	}
	return psim_debug_open(inode, file);
}

static unsigned int psim_reply_add(struct psim *sim, const void *chunk, unsigned int len)
{
	unsigned long flags = psim_enter(sim);

	/* Without power there is nothing that could keep it. */
	if (sim->condition & PSIM_OFF)
		sim->counters[PSIM_N_LOST] += len;
	else
		len = kfifo_in(&sim->reply, chunk, len);
	psim_reply_arrived(sim);
	psim_leave(sim, flags);
	return len;
}

static int psim_reply_wait(struct psim *sim, const struct file *file)
{
	if (READ_ONCE(sim->gone))
		return -ENODEV;
	if (psim_reply_room(sim))
		return 0;
	if (file->f_flags & O_NONBLOCK)
		return -EAGAIN;
	if (wait_event_interruptible(sim->wait, psim_reply_room(sim) || READ_ONCE(sim->gone)))
		return -ERESTARTSYS;
	return READ_ONCE(sim->gone) ? -ENODEV : 0;
}

static ssize_t psim_reply_write(struct file *file, const char __user *buf, size_t size,
				loff_t *pos)
{
	struct psim *sim = file->private_data;
	size_t done = 0;
	int err = 0;
	void *chunk;

	chunk = kvmalloc(PSIM_CHUNK, GFP_KERNEL);
	if (!chunk)
		return -ENOMEM;
	while (done < size) {
		unsigned int len = min_t(size_t, size - done, PSIM_CHUNK);

		err = psim_reply_wait(sim, file);
		if (err)
			break;
		if (copy_from_user(chunk, buf + done, len)) {
			err = -EFAULT;
			break;
		}
		done += psim_reply_add(sim, chunk, len);
	}
	kvfree(chunk);
	return done ?: err;
}

static __poll_t psim_reply_poll(struct file *file, poll_table *wait)
{
	struct psim *sim = file->private_data;
	__poll_t events = 0;

	poll_wait(file, &sim->wait, wait);
	if (psim_reply_room(sim))
		events |= EPOLLOUT | EPOLLWRNORM;
	if (READ_ONCE(sim->gone))
		events |= EPOLLHUP | EPOLLERR;
	return events;
}

static const struct file_operations psim_reply_fops = {
	.owner = THIS_MODULE,
	.open = psim_reply_open,
	.release = psim_debug_release,
	.write = psim_reply_write,
	.poll = psim_reply_poll,
};

/* Texts: as things were when the file was opened. */

struct psim_text {
	struct psim *sim;
	size_t len;
	char buf[];
};

static int psim_text_open(struct inode *inode, struct file *file, size_t size,
			  size_t (*print)(struct psim *sim, char *buf, size_t size))
{
	struct psim *sim = inode->i_private;
	struct psim_text *text = kvmalloc(struct_size(text, buf, size), GFP_KERNEL);
	unsigned long flags;

	if (!text)
		return -ENOMEM;
	kref_get(&sim->kref);
	text->sim = sim;
	flags = psim_enter(sim);
	text->len = print(sim, text->buf, size);
	psim_leave(sim, flags);
	file->private_data = text;
	return 0;
}

static int psim_text_release(struct inode *inode, struct file *file)
{
	struct psim_text *text = file->private_data;

	psim_put_ref(text->sim);
	kvfree(text);
	return 0;
}

static ssize_t psim_text_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	struct psim_text *text = file->private_data;

	return simple_read_from_buffer(buf, size, pos, text->buf, text->len);
}

static int psim_violations_open(struct inode *inode, struct file *file)
{
	return psim_text_open(inode, file, (PSIM_VIOLATIONS + 1) * PSIM_VIOLATION_LEN,
			      psim_print_violations);
}

static ssize_t psim_violations_write(struct file *file, const char __user *buf, size_t size,
				     loff_t *pos)
{
	struct psim_text *text = file->private_data;
	unsigned long flags = psim_enter(text->sim);

	psim_violations_clear(text->sim);
	psim_leave(text->sim, flags);
	return size;
}

static const struct file_operations psim_violations_fops = {
	.owner = THIS_MODULE,
	.open = psim_violations_open,
	.release = psim_text_release,
	.read = psim_text_read,
	.write = psim_violations_write,
	.llseek = default_llseek,
};

static int psim_trace_open(struct inode *inode, struct file *file)
{
	return psim_text_open(inode, file, PSIM_TRACE_ENTRIES * PSIM_TRACE_LINE,
			      psim_print_trace);
}

static const struct file_operations psim_trace_fops = {
	.owner = THIS_MODULE,
	.open = psim_trace_open,
	.release = psim_text_release,
	.read = psim_text_read,
	.llseek = default_llseek,
};

static int psim_counters_open(struct inode *inode, struct file *file)
{
	return psim_text_open(inode, file, PAGE_SIZE, psim_print_counters);
}

static const struct file_operations psim_counters_fops = {
	.owner = THIS_MODULE,
	.open = psim_counters_open,
	.release = psim_text_release,
	.read = psim_text_read,
	.llseek = default_llseek,
};

/**
 * psim_debug_add - make a port's directory
 * @sim: the port
 *
 * Context: process.
 */
void psim_debug_add(struct psim *sim)
{
	sim->dir = debugfs_create_dir(config_item_name(&sim->item), psim_debug_root);
	debugfs_create_file("printed", 0400, sim->dir, sim, &psim_printed_fops);
	debugfs_create_file("reply", 0200, sim->dir, sim, &psim_reply_fops);
	debugfs_create_file("violations", 0600, sim->dir, sim, &psim_violations_fops);
	debugfs_create_file("trace", 0400, sim->dir, sim, &psim_trace_fops);
	debugfs_create_file("counters", 0400, sim->dir, sim, &psim_counters_fops);
}

/**
 * psim_debug_remove - remove a port's directory; who sleeps in it is woken
 * @sim: the port
 *
 * Context: process, sleeps.
 */
void psim_debug_remove(struct psim *sim)
{
	unsigned long flags = psim_enter(sim);

	sim->gone = true;
	psim_leave(sim, flags);
	wake_up_all(&sim->wait);
	debugfs_remove_recursive(sim->dir);
}

/**
 * psim_debug_init - make the directory of all ports
 *
 * Context: process.
 */
void psim_debug_init(void)
{
	psim_debug_root = debugfs_create_dir("parport_sim", NULL);
}

/**
 * psim_debug_exit - remove it
 *
 * Context: process, sleeps.
 */
void psim_debug_exit(void)
{
	debugfs_remove_recursive(psim_debug_root);
}
