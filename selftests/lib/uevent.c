// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/netlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "tap.h"
#include "uevent.h"

int uevent_listen(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = CHECK_OK(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
				 NETLINK_KOBJECT_UEVENT));

	CHECK_OK(bind(fd, (struct sockaddr *)&address, sizeof(address)));
	return fd;
}

const char *uevent_get(const char *event, size_t size, const char *key)
{
	const char *end = event + size;
	size_t len = strlen(key);

	for (; event < end && *event; event += strlen(event) + 1)
		if (!strncmp(event, key, len) && event[len] == '=')
			return event + len + 1;
	return NULL;
}

bool uevent_next(int fd, const char *name, char *buf, size_t size, unsigned int ms)
{
	long long until = tap_now_ms() + tap_patience(ms);
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	for (;;) {
		long long left = until - tap_now_ms();
		const char *device, *base;
		ssize_t len;

		if (left <= 0 || poll(&poller, 1, left) <= 0)
			return false;
		memset(buf, 0, size);
		len = recv(fd, buf, size - 2, 0);
		if (len <= 0)
			continue;
		device = uevent_get(buf, size, "DEVPATH");
		base = device ? strrchr(device, '/') : NULL;
		if (base && !strcmp(base + 1, name))
			return true;
	}
}
