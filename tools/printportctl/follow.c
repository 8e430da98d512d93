// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changes of ports: sysfs attributes that can be polled, and udev's monitor for ports that
 * come and go.
 */
#include <errno.h>
#include <fcntl.h>
#include <libudev.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "follow.h"
#include "signals.h"

static const char *const attributes[] = { "state", "status", "reasons" };

#define N_ATTRIBUTES	(sizeof(attributes) / sizeof(attributes[0]))

struct followed {
	int index;
	bool changed;
	bool gone;
	int fds[N_ATTRIBUTES];
};

struct follow {
	struct udev *udev;
	struct udev_monitor *monitor;
	sigset_t while_waiting;
	bool plugged;
	size_t count;
	struct followed *ports;
	struct pollfd *polls;	/* one for the monitor, then those of each port */
};

static bool udev_runs(void)
{
	return !access("/run/udev/control", F_OK);
}

/* With udevd what it has done with the port counts, its links and modes; else the kernel. */
static const char *source(void)
{
	return udev_runs() ? "udev" : "kernel";
}

static bool open_monitor(struct follow *follow)
{
	follow->udev = udev_new();
	if (!follow->udev)
		return false;
	follow->monitor = udev_monitor_new_from_netlink(follow->udev, source());
	return follow->monitor &&
		udev_monitor_filter_add_match_subsystem_devtype(follow->monitor, "printport",
								NULL) >= 0 &&
		udev_monitor_enable_receiving(follow->monitor) >= 0;
}

/* Three descriptors for each of several hundred ports. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < 4096) {
		limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

struct follow *follow_new(void)
{
	struct follow *follow = calloc(1, sizeof(*follow));

	if (!follow)
		return NULL;
	follow->polls = calloc(1, sizeof(*follow->polls));
	if (!follow->polls || !open_monitor(follow)) {
		follow_free(follow);
		return NULL;
	}
	raise_limit();
	signals_hold(&follow->while_waiting);
	return follow;
}

static void close_fds(struct followed *port)
{
	size_t i;

	for (i = 0; i < N_ATTRIBUTES; i++) {
		if (port->fds[i] >= 0)
			close(port->fds[i]);
		port->fds[i] = -1;
	}
}

void follow_free(struct follow *follow)
{
	size_t i;

	for (i = 0; i < follow->count; i++)
		close_fds(&follow->ports[i]);
	udev_monitor_unref(follow->monitor);
	udev_unref(follow->udev);
	free(follow->ports);
	free(follow->polls);
	free(follow);
}

static struct followed *find(const struct follow *follow, int index)
{
	size_t i;

	for (i = 0; i < follow->count; i++)
		if (follow->ports[i].index == index)
			return &follow->ports[i];
	return NULL;
}

/* A read is what arms poll() for the next change. */
static int arm(struct followed *port)
{
	char value[256];
	size_t i;

	for (i = 0; i < N_ATTRIBUTES; i++)
		if (port->fds[i] >= 0 && pread(port->fds[i], value, sizeof(value), 0) < 0)
			return -errno;
	return 0;
}

static int open_fds(struct followed *port)
{
	char path[128];
	size_t i;

	for (i = 0; i < N_ATTRIBUTES; i++)
		port->fds[i] = -1;
	for (i = 0; i < N_ATTRIBUTES; i++) {
		snprintf(path, sizeof(path), "/sys/class/printport/printport%d/%s", port->index,
			 attributes[i]);
		port->fds[i] = open(path, O_RDONLY | O_CLOEXEC);
		if (port->fds[i] < 0)
			return -errno;
	}
	return arm(port);
}

int follow_port(struct follow *follow, int index)
{
	struct pollfd *polls;
	struct followed *ports, *port = find(follow, index);
	int err;

	if (port)
		return 0;
	ports = realloc(follow->ports, (follow->count + 1) * sizeof(*ports));
	if (!ports)
		return -ENOMEM;
	follow->ports = ports;
	polls = realloc(follow->polls,
			(1 + (follow->count + 1) * N_ATTRIBUTES) * sizeof(*polls));
	if (!polls)
		return -ENOMEM;
	follow->polls = polls;
	port = &follow->ports[follow->count];
	memset(port, 0, sizeof(*port));
	port->index = index;
	err = open_fds(port);
	if (err)
		close_fds(port);
	else
		follow->count++;
	return err;
}

void follow_forget(struct follow *follow, int index)
{
	struct followed *port = find(follow, index);

	if (!port)
		return;
	close_fds(port);
	*port = follow->ports[--follow->count];
}

static void prepare(struct follow *follow)
{
	struct pollfd *poll = follow->polls;
	size_t i, j;

	*poll++ = (struct pollfd){
		.fd = udev_monitor_get_fd(follow->monitor), .events = POLLIN,
	};
	for (i = 0; i < follow->count; i++) {
		follow->ports[i].changed = false;
		for (j = 0; j < N_ATTRIBUTES; j++)
			*poll++ = (struct pollfd){
				.fd = follow->ports[i].fds[j], .events = POLLPRI,
			};
	}
	follow->plugged = false;
}

/* Those of `change` come with each change of a status: they are no news. */
static void read_monitor(struct follow *follow)
{
	struct udev_device *device;
	const char *action;

	while ((device = udev_monitor_receive_device(follow->monitor))) {
		action = udev_device_get_action(device);
		if (!action || strcmp(action, "change"))
			follow->plugged = true;
		udev_device_unref(device);
	}
}

static void read_ports(struct follow *follow)
{
	const struct pollfd *poll = follow->polls + 1;
	size_t i, j;

	for (i = 0; i < follow->count; i++) {
		struct followed *port = &follow->ports[i];

		for (j = 0; j < N_ATTRIBUTES; j++)
			port->changed |= poll[i * N_ATTRIBUTES + j].revents != 0;
		/* Gone: poll() would not wait any more. */
		if (port->changed && arm(port)) {
			port->gone = true;
			close_fds(port);
		}
	}
}

int follow_wait(struct follow *follow, int ms)
{
	const struct timespec limit = { ms / 1000, ms % 1000 * 1000000L };
	int n;

	prepare(follow);
	if (interrupted)
		return -EINTR;
	n = ppoll(follow->polls, 1 + follow->count * N_ATTRIBUTES, ms < 0 ? NULL : &limit,
		  &follow->while_waiting);
	if (n < 0)
		return interrupted ? -EINTR : 0;
	if (n > 0) {
		if (follow->polls->revents)
			read_monitor(follow);
		read_ports(follow);
	}
	return 0;
}

void follow_flush(const struct follow *follow)
{
	signals_flush(&follow->while_waiting);
}

bool follow_changed(const struct follow *follow, int index)
{
	const struct followed *port = find(follow, index);

	return port && port->changed;
}

bool follow_gone(const struct follow *follow, int index)
{
	const struct followed *port = find(follow, index);

	return port && port->gone;
}

bool follow_plugged(const struct follow *follow)
{
	return follow->plugged;
}

bool follow_is_ready(const struct follow *follow, int index)
{
	struct udev_device *device;
	char name[32];
	bool ready;

	if (!udev_runs())
		return true;
	snprintf(name, sizeof(name), "printport%d", index);
	device = udev_device_new_from_subsystem_sysname(follow->udev, "printport", name);
	ready = device && udev_device_get_is_initialized(device) > 0;
	udev_device_unref(device);
	return ready;
}
