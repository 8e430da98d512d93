// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "lock.h"

#define TRIES		100
#define PAUSE_NS	20000000

int lock_file(const char *path)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600), i;

	if (fd < 0)
		return -errno;
	for (i = 0; i < TRIES; i++) {
		if (!flock(fd, LOCK_EX | LOCK_NB))
			return fd;
		nanosleep(&pause, NULL);
	}
	close(fd);
	return -EAGAIN;
}
