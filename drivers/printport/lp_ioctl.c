// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctls that programs written for /dev/lp0 and /dev/usb/lp0 use: those of <linux/lp.h>
 * and of drivers/usb/class/usblp.c, which has no header. printport(4) has the list.
 */
#include <linux/compat.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/lp.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "core.h"

/* usblp: _IOC(direction, 'P', number, length) */
#define LPIOC_TYPE		'P'
#define LPIOC_GET_DEVICE_ID	1
#define LPIOC_SOFT_RESET	7

/* Under lock: what lp says of a printer that does not print, 0 if it does. */
static int lp_error(const struct printport *port)
{
	if ((port->reasons | port->lm_reasons) & PRINTPORT_REASON_MEDIA_EMPTY)
		return -ENOSPC;
	return printport_printer_state(port) == PRINTPORT_PRINTER_STOPPED ? -EIO : 0;
}

/**
 * printport_lp_write_error - whether a write fails rather than waits
 * @port: the port, locked
 *
 * Context: any.
 * Return: 0, or after LPABORT -ENOSPC (no paper) or -EIO.
 */
int printport_lp_write_error(const struct printport *port)
{
	return port->lp_flags & LP_ABORT ? lp_error(port) : 0;
}

/**
 * printport_is_careful - whether the printer's lines say more than that it is ready
 * @port: the port
 *
 * Context: any.
 * Return: true after LPCAREFUL: paper-out and off-line count even where nFault does not
 *	come with them.
 */
bool printport_is_careful(const struct printport *port)
{
	return READ_ONCE(port->lp_flags) & LP_CAREFUL;
}
EXPORT_SYMBOL_GPL(printport_is_careful);

/**
 * printport_lp_open_error - whether an open fails
 * @port: the port, which the caller has opened
 *
 * Context: process, sleeps.
 * Return: 0, or after LPABORTOPEN -ENOSPC (no paper) or -EIO.
 */
int printport_lp_open_error(struct printport *port)
{
	int err;

	if (!(READ_ONCE(port->lp_flags) & LP_ABORTOPEN))
		return 0;
	printport_watch(port, true);
	spin_lock_irq(&port->lock);
	err = lp_error(port);
	spin_unlock_irq(&port->lock);
	return err;
}

static long lp_get_status(struct printport *port, int __user *user)
{
	int lines = printport_lines(port);

	if (lines < 0)
		return lines;
	return put_user(lines, user);
}

static long lp_set_flag(struct printport *port, unsigned int flag, unsigned long on)
{
	spin_lock_irq(&port->lock);
	if (on)
		port->lp_flags |= flag;
	else
		port->lp_flags &= ~flag;
	printport_tx_wake(port);
	spin_unlock_irq(&port->lock);
	return 0;
}

static long lp_set_timeout(struct printport *port, s64 seconds, s64 useconds)
{
	u64 ms;

	if (seconds < 0 || useconds < 0 || useconds >= USEC_PER_SEC ||
	    seconds > PRINTPORT_LIMIT_MAX_MS / MSEC_PER_SEC)
		return -EINVAL;
	ms = seconds * MSEC_PER_SEC + DIV_ROUND_UP((u32)useconds, USEC_PER_MSEC);
	/* lp takes no time at all for its shortest. */
	ms = clamp_t(u64, ms, 1, PRINTPORT_LIMIT_MAX_MS);
	spin_lock_irq(&port->lock);
	port->limits.write_ms = ms;
	spin_unlock_irq(&port->lock);
	return 0;
}

static long lp_set_timeout_old(struct printport *port, void __user *user)
{
	long native[2];
	s32 compat[2];

	if (in_compat_syscall() && !COMPAT_USE_64BIT_TIME) {
		if (copy_from_user(compat, user, sizeof(compat)))
			return -EFAULT;
		return lp_set_timeout(port, compat[0], compat[1]);
	}
	if (copy_from_user(native, user, sizeof(native)))
		return -EFAULT;
	return lp_set_timeout(port, native[0], native[1]);
}

static long lp_set_timeout_new(struct printport *port, void __user *user)
{
	s64 time[2];

	if (copy_from_user(time, user, sizeof(time)))
		return -EFAULT;
	return lp_set_timeout(port, time[0], time[1]);
}

/* What changes something for others. */
static long lp_set(struct printport *port, unsigned int cmd, unsigned long arg)
{
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case LPRESET:
		return printport_reset(port);
	case LPABORT:
		return lp_set_flag(port, LP_ABORT, arg);
	case LPABORTOPEN:
		return lp_set_flag(port, LP_ABORTOPEN, arg);
	case LPCAREFUL:
		return lp_set_flag(port, LP_CAREFUL, arg);
	case LPTIME:
	case LPCHAR:
	case LPWAIT:
		/* How lp polls its port. Nothing is polled here. */
		return 0;
	case LPSETTIMEOUT_OLD:
		return lp_set_timeout_old(port, user);
	case LPSETTIMEOUT_NEW:
		return lp_set_timeout_new(port, user);
	}
	return -ENOTTY;
}

/* The id as the printer gives it now, or as it gave it when it was plugged in. */
static int lpioc_read_id(struct printport *port, u8 *id)
{
	int len = 0;

	if (port->ops->get_device_id) {
		if (!printport_ops_begin(port))
			return -ENODEV;
		len = port->ops->get_device_id(port, id, IEEE1284_ID_MAX);
		printport_ops_end(port);
	}
	if (len <= 0) {
		len = min_t(size_t, port->raw_id_len, IEEE1284_ID_MAX);
		memcpy(id + 2, port->raw_id, len);
	}
	return len ?: -EIO;
}

static long lpioc_get_device_id(struct printport *port, void __user *user, size_t size)
{
	u8 *id = kmalloc(IEEE1284_ID_MAX + 2, GFP_KERNEL);
	int len;

	if (!id)
		return -ENOMEM;
	len = lpioc_read_id(port, id);
	if (len > 0) {
		len += 2;
		id[0] = len >> 8;
		id[1] = len;
		len = copy_to_user(user, id, min_t(size_t, size, len)) ? -EFAULT : 0;
	}
	kfree(id);
	return len;
}

/* Those that the transport answers. */
static long lpioc_usblp(struct file *file, struct printport *port, unsigned int cmd,
			unsigned long arg)
{
	int result[2] = {}, err;
	bool sets;

	switch (_IOC_NR(cmd)) {
	case PRINTPORT_USBLP_SET_PROTOCOL:
	case PRINTPORT_USBLP_HP_SET_CHANNEL:
		sets = true;
		break;
	case PRINTPORT_USBLP_GET_PROTOCOLS:
	case PRINTPORT_USBLP_GET_BUS_ADDRESS:
	case PRINTPORT_USBLP_GET_VID_PID:
		sets = false;
		break;
	default:
		return -ENOTTY;
	}
	if (!port->ops->usblp)
		return -ENOTTY;
	if (_IOC_DIR(cmd) != (sets ? _IOC_WRITE : _IOC_READ) ||
	    (!sets && _IOC_SIZE(cmd) < sizeof(result)))
		return -EINVAL;
	if (sets && !(file->f_mode & FMODE_WRITE))
		return -EBADF;

	if (!printport_ops_begin(port))
		return -ENODEV;
	err = port->ops->usblp(port, _IOC_NR(cmd), arg, result);
	printport_ops_end(port);
	if (!err && !sets && copy_to_user((void __user *)arg, result, sizeof(result)))
		err = -EFAULT;
	return err;
}

static long lpioc_ioctl(struct file *file, struct printport *port, unsigned int cmd,
			unsigned long arg)
{
	switch (_IOC_NR(cmd)) {
	case LPIOC_GET_DEVICE_ID:
		if (_IOC_DIR(cmd) != _IOC_READ)
			return -EINVAL;
		return lpioc_get_device_id(port, (void __user *)arg, _IOC_SIZE(cmd));
	case LPIOC_SOFT_RESET:
		if (_IOC_DIR(cmd) != _IOC_NONE)
			return -EINVAL;
		return file->f_mode & FMODE_WRITE ? printport_reset(port) : -EBADF;
	}
	return lpioc_usblp(file, port, cmd, arg);
}

/* lp's: 0 where the port is polled. */
static int lp_irq(struct printport *port)
{
	int irq = 0;

	if (!printport_ops_begin(port))
		return 0;
	if (port->ops->get_irq)
		irq = port->ops->get_irq(port);
	printport_ops_end(port);
	return irq;
}

/**
 * printport_lp_ioctl - ioctls of lp and usblp
 * @file: an open node
 * @port: its port
 * @cmd: the command
 * @arg: its argument
 *
 * Context: process, sleeps.
 * Return: 0, or -ENOTTY, -ENODEV, -EFAULT, -EINVAL (direction, size or value), -ENOMEM,
 * -EIO (no device id), -EOPNOTSUPP (no reset), -EBADF (a change through a node that is not
 * open for writing), or what the transport says.
 */
long printport_lp_ioctl(struct file *file, struct printport *port, unsigned int cmd,
			unsigned long arg)
{
	void __user *user = (void __user *)arg;

	if (READ_ONCE(port->state) == PRINTPORT_STATE_GONE)
		return -ENODEV;
	if (_IOC_TYPE(cmd) == LPIOC_TYPE)
		return lpioc_ioctl(file, port, cmd, arg);

	switch (cmd) {
	case LPGETSTATUS:
		return lp_get_status(port, user);
	case LPGETFLAGS:
		return put_user(LP_EXIST | LP_BUSY | (int)READ_ONCE(port->lp_flags),
				(int __user *)user);
	case LPGETIRQ:
		return put_user(lp_irq(port), (int __user *)user);
	case LPSETIRQ:
		return -EINVAL;
	case LPRESET:
	case LPABORT:
	case LPABORTOPEN:
	case LPCAREFUL:
	case LPTIME:
	case LPCHAR:
	case LPWAIT:
	case LPSETTIMEOUT_OLD:
	case LPSETTIMEOUT_NEW:
		return file->f_mode & FMODE_WRITE ? lp_set(port, cmd, arg) : -EBADF;
	}
	return -ENOTTY;
}
