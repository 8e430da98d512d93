// SPDX-License-Identifier: GPL-2.0-or-later
/* Ports, as libprintport and sysfs tell of them. */
#include <errno.h>
#include <fcntl.h>
#include <printport.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "printportctl.h"
#include "text.h"

#define CLASS_DIR "/sys/class/printport"

void port_attr(const struct port *port, const char *attr, char *value, size_t size)
{
	char path[512];
	ssize_t len = -1;
	int fd;

	snprintf(path, sizeof(path), CLASS_DIR "/%s/%s", port->name, attr);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		len = read(fd, value, size - 1);
		close(fd);
	}
	value[len > 0 ? len : 0] = '\0';
	value[strcspn(value, "\n")] = '\0';
	clean_text(value);
}

int port_set_attr(const struct port *port, const char *attr, const char *value)
{
	char path[512];
	int fd, err = 0;

	snprintf(path, sizeof(path), CLASS_DIR "/%s/%s", port->name, attr);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ENODEV : -errno;
	if (write(fd, value, strlen(value)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static void from_entry(struct port *port, const struct printport_entry *entry)
{
	memset(port, 0, sizeof(*port));
	port->index = entry->index;
	snprintf(port->name, sizeof(port->name), "%s", entry->name);
	snprintf(port->node, sizeof(port->node), "%s", entry->node);
	snprintf(port->state, sizeof(port->state), "%s", entry->state);
	snprintf(port->status, sizeof(port->status), "%s", entry->status);
	snprintf(port->transport, sizeof(port->transport), "%s", entry->transport);
	snprintf(port->monitor, sizeof(port->monitor), "%s", entry->monitor);
	snprintf(port->id, sizeof(port->id), "%s", entry->device_id);
	printport_reasons_format(entry->reasons, port->reasons, sizeof(port->reasons));
	clean_text(port->monitor);
	clean_text(port->id);
}

/* Unplugged between its attributes: those that could not be read are empty. */
static bool is_whole(const struct port *port)
{
	return *port->state && *port->status && strcmp(port->state, "gone");
}

int port_find(struct port *port, const char *name)
{
	struct printport_entry entry;
	int err = printport_get_entry(name, &entry);

	if (err)
		return err;
	from_entry(port, &entry);
	return is_whole(port) ? 0 : -ENODEV;
}

static int not_loaded(void)
{
	complain("the kernel module printport is not loaded: modprobe printport_usb, "
		 "printport_parport or printport_sim");
	return EXIT_NO_PORT;
}

int port_read(struct port *port, const char *name)
{
	int err = port_find(port, name);

	if (!err)
		return EXIT_OK;
	if (access(CLASS_DIR, F_OK))
		return not_loaded();
	if (err == -ENODEV)
		return port_gone(name);
	if (err == -EACCES) {
		complain("%s: permission denied on the way to it", name);
		return EXIT_DENIED;
	}
	complain("there is no print port %s; printportctl list shows them", name);
	return EXIT_NO_PORT;
}

int port_gone(const char *name)
{
	complain("%s has disappeared: its printer was unplugged or switched off, or its "
		 "kernel module removed", name);
	return EXIT_NO_PORT;
}

int port_each(int (*each)(const struct port *port, void *arg), void *arg)
{
	struct printport_entry *list;
	ssize_t count = printport_enum_ports(&list), i;
	int ret = 0;

	if (count == -ENOENT)
		return not_loaded();
	if (count < 0) {
		complain(CLASS_DIR ": %s", strerror((int)-count));
		return exit_code((int)-count);
	}
	for (i = 0; i < count && !ret; i++) {
		struct port port;

		from_entry(&port, &list[i]);
		if (is_whole(&port))
			ret = each(&port, arg);
	}
	free(list);
	return ret;
}

void port_id_key(const struct port *port, const char *key, char *value, size_t size)
{
	printport_device_id_value(port->id, key, value, size);
}

static void either_key(const struct port *port, const char *key, const char *other,
		       char *value, size_t size)
{
	port_id_key(port, key, value, size);
	if (!*value)
		port_id_key(port, other, value, size);
}

void port_title(const struct port *port, char *title, size_t size)
{
	char mfg[128], mdl[128];

	either_key(port, "MFG", "MANUFACTURER", mfg, sizeof(mfg));
	either_key(port, "MDL", "MODEL", mdl, sizeof(mdl));
	if (*mfg && !strncasecmp(mdl, mfg, strlen(mfg)))
		*mfg = '\0';
	snprintf(title, size, "%s%s%s", mfg, *mfg && *mdl ? " " : "", mdl);
	if (!*title)
		snprintf(title, size, "(no device id)");
	/* A character may have been cut. */
	clean_text(title);
}

static int complain_busy(const struct port *port)
{
	char state[32], dev[32], holders[256];

	port_attr(port, "state", state, sizeof(state));
	port_attr(port, "dev", dev, sizeof(dev));
	if (!strcmp(state, "draining"))
		complain("%s is busy: it is closed, and what was printed before is still on its "
			 "way to the printer; printportctl wait %d ready waits for that",
			 port->node, port->index);
	else if (doctor_holders(dev, holders, sizeof(holders)))
		complain("%s is busy: held by %s", port->node, holders);
	else
		complain("%s is busy: a spooler holds it, a print service perhaps%s", port->node,
			 geteuid() ? "; root sees which process that is" : "");
	return EXIT_BUSY;
}

int port_open(const struct port *port, unsigned int flags, struct printport_port **result)
{
	int err = printport_open_port(port->node, flags, result);

	switch (-err) {
	case 0:
		return EXIT_OK;
	case EBUSY:
		return complain_busy(port);
	case EACCES:
	case EPERM:
		return complain_denied(port->node);
	case ENODEV:
	case ENXIO:
		return port_gone(port->node);
	case ENOENT:
		if (access(CLASS_DIR, F_OK))
			return port_gone(port->node);
		complain("%s is not there, though the port is: is udev running?", port->node);
		return EXIT_NO_PORT;
	case ETIMEDOUT:
		complain("%s: its language monitor did not answer in time", port->node);
		return EXIT_TIMEOUT;
	case ESHUTDOWN:
		complain("%s: the system shuts down", port->node);
		return EXIT_FAILED;
	default:
		if (err != -EINTR)
			complain("%s: %s", port->node, strerror(-err));
		return exit_code(-err);
	}
}
