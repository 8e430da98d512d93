/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sysfs says of one port. */
#ifndef PRINTPORTD_SYSFS_H
#define PRINTPORTD_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

struct sysfs;

/**
 * sysfs_new - looks at one port
 * @dir: its directory, such as /sys/class/printport/printport0; need not exist
 *
 * Returns NULL if there is no memory. Afterwards sysfs_free(), NULL is allowed.
 */
struct sysfs *sysfs_new(const char *dir);
void sysfs_free(struct sysfs *sysfs);

/* Whether the port is there. */
bool sysfs_exists(const struct sysfs *sysfs);

/**
 * sysfs_read - reads an attribute
 * @attr: such as "state"
 * @value: out, NUL-terminated, without the newline at its end; "" on error
 * @size: bytes at @value; what does not fit is cut
 *
 * Returns 0 or -errno.
 */
int sysfs_read(const struct sysfs *sysfs, const char *attr, char *value, size_t size);

/**
 * sysfs_watch - calls a function when the port's condition changes
 * @event: the loop
 * @changed: called after state, status or reasons has changed
 * @arg: its argument
 *
 * Returns 0, -EBUSY (watched already), -EPERM (a file system that does not tell),
 * -ENOENT (the port is gone), or another -errno.
 */
int sysfs_watch(struct sysfs *sysfs, sd_event *event, void (*changed)(void *arg), void *arg);

/* Ends that; another port may be there by that name next. */
void sysfs_unwatch(struct sysfs *sysfs);

#endif /* PRINTPORTD_SYSFS_H */
