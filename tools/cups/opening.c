// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A port that another spooler holds, or that is not plugged in, is waited for: through its
 * attribute "state", which can be polled, and through udev's events. In case that one of
 * them is missed, or nobody runs udevd, it is tried again every few seconds.
 */
#include <errno.h>
#include <fcntl.h>
#include <libudev.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "message.h"
#include "opening.h"
#include "signals.h"
#include "status.h"

#define AGAIN_MS	3000
/* Between two tries: an open that fails is an event, too. */
#define PAUSE_MS	200
/* A new node has its group a little later than its name. */
#define DENIED_MS	3000

/**
 * struct waiting - for a port
 * @name: the port
 * @channels: answered meanwhile
 * @udev: NULL if there is none
 * @monitor: udev's events, NULL: none
 * @state: the open attribute, -1: no such port
 * @text: what it said
 * @obstacle: the errno that was told last
 * @denied_since: when the port was first refused, in ms; 0: it was not
 */
struct waiting {
	const char *name;
	struct channels *channels;
	struct udev *udev;
	struct udev_monitor *monitor;
	int state;
	char text[16];
	int obstacle;
	uint64_t denied_since;
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

static void watch_udev(struct waiting *waiting)
{
	waiting->udev = udev_new();
	if (waiting->udev)
		waiting->monitor = udev_monitor_new_from_netlink(waiting->udev, "udev");
	if (waiting->monitor &&
	    (udev_monitor_filter_add_match_subsystem_devtype(waiting->monitor, "printport",
							     NULL) < 0 ||
	     udev_monitor_enable_receiving(waiting->monitor) < 0))
		waiting->monitor = udev_monitor_unref(waiting->monitor);
}

static void drain_udev(struct waiting *waiting)
{
	int i;

	for (i = 0; i < 64; i++) {
		struct udev_device *device = udev_monitor_receive_device(waiting->monitor);

		if (!device)
			break;
		udev_device_unref(device);
	}
}

/* Read before the port is tried: then what changes afterwards is an event. */
static void look_at_state(struct waiting *waiting)
{
	struct printport_entry entry;
	char path[96];
	ssize_t n;

	if (waiting->state >= 0)
		close(waiting->state);
	waiting->state = -1;
	waiting->text[0] = '\0';
	if (printport_get_entry(waiting->name, &entry))
		return;
	snprintf(path, sizeof(path), "/sys/class/printport/%s/state", entry.name);
	waiting->state = open(path, O_RDONLY | O_CLOEXEC);
	if (waiting->state < 0)
		return;
	n = read(waiting->state, waiting->text, sizeof(waiting->text) - 1);
	waiting->text[n > 0 ? n : 0] = '\0';
	waiting->text[strcspn(waiting->text, "\n")] = '\0';
	snprintf(waiting->channels->device_id, sizeof(waiting->channels->device_id), "%s",
		 entry.device_id);
}

static bool is_absent(int err)
{
	return err == -ENOENT || err == -ENODEV || err == -ENXIO;
}

/* A port that is free by and by: held, draining, without the monitor that it had. */
static bool is_busy(int err)
{
	return err == -EBUSY || err == -EAGAIN || err == -ECONNRESET || err == -ETIMEDOUT ||
	       err == -ESHUTDOWN || err == -EINTR;
}

static void tell_absent(const struct waiting *waiting)
{
	if (access("/sys/class/printport", F_OK))
		say("INFO", "The kernel module printport is not loaded; waiting for it and for "
		    "the printer %s.", waiting->name);
	else
		say("INFO", "The printer %s is not connected; waiting for it.", waiting->name);
	status_show(PRINTPORT_REASON_OFFLINE, true);
}

static void tell_busy(const struct waiting *waiting, int err)
{
	if (err == -ECONNRESET || err == -ETIMEDOUT)
		say("INFO", "The language monitor of %s does not answer; trying again.",
		    waiting->name);
	else if (err == -ESHUTDOWN)
		say("INFO", "The system shuts down; %s takes no more jobs.", waiting->name);
	else if (!strcmp(waiting->text, "draining"))
		say("INFO", "%s still delivers what another program has printed; waiting for "
		    "its turn.", waiting->name);
	else
		say("INFO", "%s is in use by another program or queue; waiting for its turn.",
		    waiting->name);
	status_show(0, true);
}

/* Returns whether it is worth waiting. */
static bool tell(struct waiting *waiting, int err)
{
	bool told = waiting->obstacle == err;

	waiting->obstacle = err;
	if (is_absent(err)) {
		if (!told)
			tell_absent(waiting);
		return true;
	}
	if (is_busy(err)) {
		if (!told)
			tell_busy(waiting, err);
		return true;
	}
	if (err != -EACCES && err != -EPERM)
		return false;
	if (!waiting->denied_since)
		waiting->denied_since = now_ms();
	return now_ms() - waiting->denied_since < DENIED_MS;
}

/* Waits for one event or @timeout_ms; side channel only: @all is false. */
static void wait_once(struct waiting *waiting, bool all, unsigned int timeout_ms)
{
	struct pollfd fds[] = {
		{ .fd = channels_side_fd(waiting->channels), .events = POLLIN },
		{ .fd = -1, .events = POLLIN },
		{ .fd = all ? waiting->state : -1, .events = POLLPRI },
	};

	if (all && waiting->monitor)
		fds[1].fd = udev_monitor_get_fd(waiting->monitor);
	wait_for_events(fds, 3, timeout_ms);
	if (fds[0].revents)
		channels_answer(waiting->channels);
	if (fds[1].revents)
		drain_udev(waiting);
}

static void pause_between_tries(struct waiting *waiting)
{
	uint64_t until = now_ms() + PAUSE_MS, now;

	while (!is_cancelled() && (now = now_ms()) < until)
		wait_once(waiting, false, until - now);
}

static void waiting_end(struct waiting *waiting)
{
	if (waiting->state >= 0)
		close(waiting->state);
	udev_monitor_unref(waiting->monitor);
	udev_unref(waiting->udev);
}

int open_in_turn(const char *name, struct channels *channels, struct printport_port **port)
{
	struct waiting waiting = { .name = name, .channels = channels, .state = -1 };
	int err;

	watch_udev(&waiting);
	while (!is_cancelled()) {
		look_at_state(&waiting);
		err = printport_open_port(name, PRINTPORT_OPEN_NONBLOCK, port);
		if (!err || !tell(&waiting, err)) {
			waiting_end(&waiting);
			return err;
		}
		pause_between_tries(&waiting);
		wait_once(&waiting, true,
			  err == -EACCES || err == -EPERM ? PAUSE_MS : AGAIN_MS);
	}
	waiting_end(&waiting);
	return -ECANCELED;
}
