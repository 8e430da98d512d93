/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between the kernels that printport builds on: 6.1 and newer. */
#ifndef _PRINTPORT_COMPAT_H
#define _PRINTPORT_COMPAT_H

#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/mm.h>
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

/* 6.3 made vm_flags read-only but for helpers. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define vm_flags_set(vma, flags)	((vma)->vm_flags |= (flags))
#define vm_flags_clear(vma, flags)	((vma)->vm_flags &= ~(flags))
#endif

/* 6.13 set a timer and its function up in one call, 6.15 has no other way. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define hrtimer_setup(timer, callback, clock, mode) do {	\
	struct hrtimer *timer_ = (timer);			\
								\
	hrtimer_init(timer_, clock, mode);			\
	timer_->function = (callback);				\
} while (0)
#endif

#endif /* _PRINTPORT_COMPAT_H */
