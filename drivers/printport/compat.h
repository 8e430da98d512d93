/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between the kernels that printport builds on: 6.1 and newer. */
#ifndef _PRINTPORT_COMPAT_H
#define _PRINTPORT_COMPAT_H

#include <linux/fs.h>
#include <linux/version.h>

/* 6.5 took generic_file_splice_read() away in favour of copy_splice_read(). */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define copy_splice_read generic_file_splice_read
#endif

/* 6.2 made the device of class and device-type callbacks const. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define printport_cb_device struct device
#else
#define printport_cb_device const struct device
#endif

#endif /* _PRINTPORT_COMPAT_H */
