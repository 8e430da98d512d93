// SPDX-License-Identifier: GPL-2.0-only
/* The node's file operations: who calls what, with which flags. */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/uio.h>

#include "compat.h"
#include "core.h"
#include "lm.h"

static int printport_fop_open(struct inode *inode, struct file *file)
{
	struct printport *port = container_of(inode->i_cdev, struct printport, cdev);
	int err;

	err = printport_open(port, file->f_flags & O_NONBLOCK);
	if (err)
		return err;
	if (!(file->f_flags & O_NONBLOCK)) {
		err = printport_lp_open_error(port);
		if (err) {
			printport_close(port);
			return err;
		}
	}
	file->private_data = port;
	file->f_mode |= FMODE_NOWAIT;
	return stream_open(inode, file);
}

/*
 * A process that was killed can no longer be woken by a signal, and a kernel thread
 * that closes files for others (fd passing, io_uring) has more of them to close.
 */
static bool printport_closer_may_wait(void)
{
	bool killed = (current->flags & PF_EXITING) && (current->exit_code & 0x7f);

	return !killed && !(current->flags & PF_KTHREAD);
}

static int printport_fop_flush(struct file *file, fl_owner_t id)
{
	/* dup, fork and fd passing: the port stays held until the last one goes. */
	if (file_count(file) > 1)
		return 0;
	if (!printport_closer_may_wait())
		printport_dont_wait(file->private_data);
	return printport_flush(file->private_data);
}

static int printport_fop_release(struct inode *inode, struct file *file)
{
	if (!printport_closer_may_wait())
		printport_dont_wait(file->private_data);
	printport_close(file->private_data);
	return 0;
}

static bool printport_nonblock(const struct kiocb *iocb)
{
	return (iocb->ki_flags & IOCB_NOWAIT) || (iocb->ki_filp->f_flags & O_NONBLOCK);
}

static ssize_t printport_fop_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct printport *port = iocb->ki_filp->private_data;
	bool sync = iocb->ki_flags & IOCB_DSYNC;
	ssize_t ret;
	int err;

	if (sync && (iocb->ki_flags & IOCB_NOWAIT))
		return -EAGAIN;
	ret = printport_write(port, from, printport_nonblock(iocb));
	if (ret <= 0 || !sync)
		return ret;
	err = printport_sync(port);
	return err == -ERESTARTSYS || err == -ETIMEDOUT ? ret : err ?: ret;
}

static ssize_t printport_fop_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	return printport_read(iocb->ki_filp->private_data, to,
			      printport_nonblock(iocb));
}

static int printport_fop_fsync(struct file *file, loff_t start, loff_t end,
			       int datasync)
{
	return printport_sync(file->private_data);
}

static __poll_t printport_fop_poll(struct file *file, poll_table *wait)
{
	struct printport *port = file->private_data;
	__poll_t mask = 0;

	poll_wait(file, &port->tx_wait, wait);
	poll_wait(file, &port->rx_wait, wait);
	if (!READ_ONCE(port->lm) && (file->f_mode & FMODE_READ) &&
	    (poll_requested_events(wait) & (EPOLLIN | EPOLLRDNORM)))
		printport_rx_want(port);
	/* select() and io_uring always ask for EPOLLPRI. */
	if ((poll_requested_events(wait) & EPOLLPRI) && READ_ONCE(port->status_read))
		printport_watch(port, false);

	spin_lock_irq(&port->lock);
	if (port->state == PRINTPORT_STATE_GONE || printport_lm_stale(port))
		mask |= EPOLLHUP;
	if (port->state == PRINTPORT_STATE_GONE || printport_lm_stale(port) || port->error)
		mask |= EPOLLERR;
	if (printport_rx_readable(port))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (printport_tx_writable(port) || printport_lp_write_error(port))
		mask |= EPOLLOUT | EPOLLWRNORM;
	/* io_uring waits for EPOLLPRI, too: not for a holder who does not read the status. */
	if (port->status_read && port->status_seq != port->status_seen)
		mask |= EPOLLPRI;
	spin_unlock_irq(&port->lock);
	return mask;
}

const struct file_operations printport_fops = {
	.owner = THIS_MODULE,
	.open = printport_fop_open,
	.flush = printport_fop_flush,
	.release = printport_fop_release,
	.read_iter = printport_fop_read_iter,
	.write_iter = printport_fop_write_iter,
	.splice_read = copy_splice_read,
	.splice_write = iter_file_splice_write,
	.fsync = printport_fop_fsync,
	.poll = printport_fop_poll,
	.unlocked_ioctl = printport_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
