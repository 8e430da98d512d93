// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctls that programs written for /dev/lp0 and /dev/usb/lp0 use, as far as every
 * transport can answer them: <linux/lp.h> and those of drivers/usb/class/usblp.c,
 * which has no header.
 */
#include <linux/fs.h>
#include <linux/lp.h>
#include <linux/uaccess.h>

#include "core.h"

/* usblp: _IOC(_IOC_READ, 'P', 1, len), the device id with its length before it. */
#define LPIOC_GET_DEVICE_ID_NR	1

static long lp_get_status(struct printport *port, int __user *user)
{
	int lines = printport_lines(port);

	if (lines < 0)
		return lines;
	return put_user(lines, user);
}

static long lp_get_device_id(struct printport *port, u8 __user *user, size_t size)
{
	size_t len = port->raw_id_len + 2;
	u8 prefix[2] = { len >> 8, len };

	if (!port->raw_id_len)
		return -EIO;
	if (copy_to_user(user, prefix, min(size, sizeof(prefix))))
		return -EFAULT;
	if (size > 2 && copy_to_user(user + 2, port->raw_id,
				     min(size - 2, port->raw_id_len)))
		return -EFAULT;
	return 0;
}

/**
 * printport_lp_ioctl - ioctls of lp and usblp
 * @file: an open node
 * @port: its port
 * @cmd: the command
 * @arg: its argument
 *
 * Context: process, sleeps.
 * Return: 0, or -ENOTTY, -ENODEV, -EFAULT, -EIO (no device id), -EOPNOTSUPP (no
 * reset), -EBADF (reset on a node that is not open for writing), or what the transport says.
 */
long printport_lp_ioctl(struct file *file, struct printport *port, unsigned int cmd,
			unsigned long arg)
{
	void __user *user = (void __user *)arg;

	if (READ_ONCE(port->state) == PRINTPORT_STATE_GONE)
		return -ENODEV;

	switch (cmd) {
	case LPGETSTATUS:
		return lp_get_status(port, user);
	case LPRESET:
		return file->f_mode & FMODE_WRITE ? printport_reset(port) : -EBADF;
	}
	if (_IOC_TYPE(cmd) == 'P' && _IOC_DIR(cmd) == _IOC_READ &&
	    _IOC_NR(cmd) == LPIOC_GET_DEVICE_ID_NR)
		return lp_get_device_id(port, user, _IOC_SIZE(cmd));
	return -ENOTTY;
}
