// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/printport_lm.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node.h"

int node_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && S_ISCHR(st.st_mode))
		return fd;
	close(fd);
	return -ENOTTY;
}

int node_detach(int fd)
{
	return ioctl(fd, PRINTPORT_LM_IOC_DETACH) ? -errno : 0;
}
