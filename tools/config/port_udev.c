// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <libudev.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "port_udev.h"

#define UUID_LEN	36

static struct udev_device *device_of(struct udev *udev, const char *port)
{
	return udev ? udev_device_new_from_subsystem_sysname(udev, "printport", port) : NULL;
}

/* --- what it knows ---------------------------------------------------------------- */

/*
 * Where the rules have run, udev has the last word on the id: the same serial number may
 * have been there before, at another port.
 */
static void make_identity(struct identity *identity, struct udev_device *device)
{
	struct identity_source source = {
		.transport = udev_device_get_sysattr_value(device, "transport"),
		.device_id = udev_device_get_sysattr_value(device, "ieee1284_id"),
		.parport = udev_device_get_sysattr_value(device, "parallel/parport"),
		.vendor = udev_device_get_property_value(device, "ID_VENDOR"),
		.model = udev_device_get_property_value(device, "ID_MODEL"),
		.vendor_id = udev_device_get_property_value(device, "ID_VENDOR_ID"),
		.model_id = udev_device_get_property_value(device, "ID_MODEL_ID"),
		.serial = udev_device_get_property_value(device, "ID_SERIAL_SHORT"),
		.place = udev_device_get_property_value(device, "ID_PATH"),
	};
	const char *id = udev_device_get_property_value(device, "PRINTPORT_ID");
	const char *path = udev_device_get_property_value(device, "PRINTPORT_PATH");

	identity_make(identity, &source);
	if (!id && path && *identity->id) {
		identity->no_id = "another port has the same serial number";
		*identity->id = '\0';
	}
}

int port_udev_identify(const char *port, struct identity *identity)
{
	struct udev *udev = udev_new();
	struct udev_device *device = device_of(udev, port);
	int err = -ENODEV;

	memset(identity, 0, sizeof(*identity));
	if (device) {
		make_identity(identity, device);
		udev_device_unref(device);
		err = 0;
	}
	if (!udev)
		return -ENOMEM;
	udev_unref(udev);
	return err;
}

bool port_udev_property(const char *port, const char *property, char *value, size_t size)
{
	struct udev *udev = udev_new();
	struct udev_device *device = device_of(udev, port);
	const char *found = NULL;

	if (device)
		found = udev_device_get_property_value(device, property);
	snprintf(value, size, "%s", found ? found : "");
	if (device)
		udev_device_unref(device);
	if (udev)
		udev_unref(udev);
	return *value;
}

/* --- having it applied ------------------------------------------------------------ */

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int new_uuid(char *uuid)
{
	int fd = open("/proc/sys/kernel/random/uuid", O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = read(fd, uuid, UUID_LEN);
	close(fd);
	uuid[UUID_LEN] = '\0';
	return len == UUID_LEN ? 0 : -EIO;
}

/* An event of our own, which the uuid tells from others. */
static int ask(const char *subsystem, const char *name, const char *uuid, const char *what)
{
	char path[256], event[96];
	int fd, err = 0, len;

	snprintf(path, sizeof(path), "/sys/class/%s/%s/uevent", subsystem, name);
	len = snprintf(event, sizeof(event), "change %s%s", uuid, what);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ENODEV : -errno;
	if (write(fd, event, len) != len)
		err = -errno;
	close(fd);
	return err;
}

static bool is_answer(struct udev_monitor *monitor, const char *uuid)
{
	struct udev_device *device = udev_monitor_receive_device(monitor);
	const char *said;
	bool is;

	if (!device)
		return false;
	said = udev_device_get_property_value(device, "SYNTH_UUID");
	is = said && !strcmp(said, uuid);
	udev_device_unref(device);
	return is;
}

static int wait_for(struct udev_monitor *monitor, const char *uuid, long long until)
{
	struct pollfd ready = { .fd = udev_monitor_get_fd(monitor), .events = POLLIN };
	long long left = until - now_ms();

	while (left > 0) {
		if (poll(&ready, 1, left) < 0 && errno != EINTR)
			return -errno;
		if (ready.revents && is_answer(monitor, uuid))
			return 0;
		ready.revents = 0;
		left = until - now_ms();
	}
	return -ETIMEDOUT;
}

static int ask_and_wait(struct udev_monitor *monitor, const char *subsystem, const char *name,
			const char *what, long long until)
{
	char uuid[UUID_LEN + 1];
	int err = new_uuid(uuid);

	if (!err)
		err = ask(subsystem, name, uuid, what);
	return err ? err : wait_for(monitor, uuid, until);
}

static int add_subsystem(struct udev_monitor *monitor, const char *name)
{
	return udev_monitor_filter_add_match_subsystem_devtype(monitor, name, NULL);
}

/* First the port: its language monitor's device takes from it what it needs. */
static int apply(struct udev_monitor *monitor, const char *port, long long until)
{
	char lm[64];
	int err;

	if (add_subsystem(monitor, "printport") < 0 ||
	    add_subsystem(monitor, "printport-lm") < 0 ||
	    udev_monitor_enable_receiving(monitor) < 0)
		return -EIO;
	err = ask_and_wait(monitor, "printport", port, " PRINTPORT=apply", until);
	if (err)
		return err;
	snprintf(lm, sizeof(lm), "printport-lm%s", port + strlen("printport"));
	return ask_and_wait(monitor, "printport-lm", lm, "", until);
}

static bool udev_runs(struct udev *udev)
{
	struct udev_queue *queue = udev_queue_new(udev);
	bool runs = queue && udev_queue_get_udev_is_active(queue);

	if (queue)
		udev_queue_unref(queue);
	return runs;
}

int port_udev_apply(const char *port, unsigned int timeout_ms)
{
	long long until = now_ms() + timeout_ms;
	struct udev_monitor *monitor;
	struct udev *udev = udev_new();
	int err;

	if (!udev)
		return -ENOMEM;
	if (!udev_runs(udev)) {
		udev_unref(udev);
		return -ESRCH;
	}
	monitor = udev_monitor_new_from_netlink(udev, "udev");
	err = monitor ? apply(monitor, port, until) : -ENOMEM;
	if (monitor)
		udev_monitor_unref(monitor);
	udev_unref(udev);
	return err;
}
