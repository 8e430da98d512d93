// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "sysfs.h"

#define N_WATCHES	3

struct sysfs {
	char *dir;
	void (*changed)(void *arg);
	void *arg;
	sd_event_source *sources[N_WATCHES];
};

struct sysfs *sysfs_new(const char *dir)
{
	struct sysfs *sysfs = calloc(1, sizeof(*sysfs));

	if (!sysfs)
		return NULL;
	sysfs->dir = strdup(dir);
	if (!sysfs->dir) {
		free(sysfs);
		return NULL;
	}
	return sysfs;
}

void sysfs_unwatch(struct sysfs *sysfs)
{
	size_t i;

	for (i = 0; i < N_WATCHES; i++)
		sysfs->sources[i] = sd_event_source_disable_unref(sysfs->sources[i]);
	sysfs->changed = NULL;
}

void sysfs_free(struct sysfs *sysfs)
{
	if (!sysfs)
		return;
	sysfs_unwatch(sysfs);
	free(sysfs->dir);
	free(sysfs);
}

bool sysfs_exists(const struct sysfs *sysfs)
{
	return !access(sysfs->dir, F_OK);
}

static int open_attr(const struct sysfs *sysfs, const char *attr)
{
	char *path;
	int fd;

	if (asprintf(&path, "%s/%s", sysfs->dir, attr) < 0)
		return -ENOMEM;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		fd = -errno;
	free(path);
	return fd;
}

int sysfs_read(const struct sysfs *sysfs, const char *attr, char *value, size_t size)
{
	int fd = open_attr(sysfs, attr);
	ssize_t n;

	*value = '\0';
	if (fd < 0)
		return fd;
	n = read(fd, value, size - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return n;
	value[n] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return 0;
}

/* poll() says POLLPRI until the attribute is read again, from its beginning. */
static int read_again(int fd)
{
	char value[256];

	return pread(fd, value, sizeof(value), 0) < 0 ? -errno : 0;
}

static int on_change(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct sysfs *sysfs = arg;

	(void)revents;
	if (read_again(fd))
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
	sysfs->changed(sysfs->arg);
	return 0;
}

static int watch_attr(struct sysfs *sysfs, sd_event *event, const char *attr,
		      sd_event_source **source)
{
	int fd = open_attr(sysfs, attr), err;

	if (fd < 0)
		return fd;
	err = read_again(fd);
	if (!err)
		err = sd_event_add_io(event, source, fd, EPOLLPRI, on_change, sysfs);
	if (err < 0) {
		close(fd);
		return err;
	}
	sd_event_source_set_io_fd_own(*source, true);
	return 0;
}

int sysfs_watch(struct sysfs *sysfs, sd_event *event, void (*changed)(void *arg), void *arg)
{
	static const char *const attrs[N_WATCHES] = { "state", "status", "reasons" };
	size_t i;
	int err = 0;

	if (sysfs->changed)
		return -EBUSY;
	sysfs->changed = changed;
	sysfs->arg = arg;
	for (i = 0; !err && i < N_WATCHES; i++)
		err = watch_attr(sysfs, event, attrs[i], &sysfs->sources[i]);
	if (err)
		sysfs_unwatch(sysfs);
	return err;
}
