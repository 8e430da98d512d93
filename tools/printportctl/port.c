// SPDX-License-Identifier: GPL-2.0-or-later
/* Ports as sysfs describes them. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "printportctl.h"

#define CLASS_DIR "/sys/class/printport"

const char *const port_stats[] = {
	"bytes_written", "bytes_delivered", "bytes_lost", "bytes_read",
	"jobs_completed", "jobs_aborted", "jobs_failed", "errors", NULL
};

const char *const port_limits[] = {
	"open_ms", "read_ms", "write_ms", "close_ms", "monitor_ms", NULL
};

void port_attr(const struct port *port, const char *attr, char *value, size_t size)
{
	char path[256];
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
}

/* "/dev/printport3", "printport3" and "3" are port 3; -1 is none. */
static int port_index(const char *name)
{
	static const char prefix[] = "printport";
	char *end;
	long n;

	if (!strncmp(name, "/dev/", 5))
		name += 5;
	if (!strncmp(name, prefix, strlen(prefix)))
		name += strlen(prefix);
	if (!isdigit((unsigned char)*name))
		return -1;
	n = strtol(name, &end, 10);
	return *end || n > 1023 ? -1 : n;
}

static int port_load(struct port *port, int index)
{
	char path[256];

	memset(port, 0, sizeof(*port));
	port->index = index;
	snprintf(port->name, sizeof(port->name), "printport%d", index);
	snprintf(port->node, sizeof(port->node), "/dev/printport%d", index);
	snprintf(path, sizeof(path), CLASS_DIR "/%s", port->name);
	if (access(path, F_OK))
		return EXIT_NO_PORT;
	port_attr(port, "state", port->state, sizeof(port->state));
	port_attr(port, "status", port->status, sizeof(port->status));
	port_attr(port, "reasons", port->reasons, sizeof(port->reasons));
	port_attr(port, "transport", port->transport, sizeof(port->transport));
	port_attr(port, "monitor", port->monitor, sizeof(port->monitor));
	port_attr(port, "ieee1284_id", port->id, sizeof(port->id));
	return EXIT_OK;
}

int port_read(struct port *port, const char *name)
{
	int index = port_index(name);

	if (index >= 0 && port_load(port, index) == EXIT_OK)
		return EXIT_OK;
	if (access(CLASS_DIR, F_OK))
		complain("the kernel module printport is not loaded");
	else
		complain("there is no print port %s; printportctl list shows them", name);
	return EXIT_NO_PORT;
}

static int by_index(const struct dirent **a, const struct dirent **b)
{
	return port_index((*a)->d_name) - port_index((*b)->d_name);
}

static int is_port(const struct dirent *entry)
{
	return port_index(entry->d_name) >= 0;
}

int port_each(int (*each)(const struct port *port, void *arg), void *arg)
{
	struct dirent **entries;
	int n, i, ret = 0;

	n = scandir(CLASS_DIR, &entries, is_port, by_index);
	if (n < 0) {
		complain("the kernel module printport is not loaded");
		return EXIT_NO_PORT;
	}
	for (i = 0; i < n; i++) {
		struct port port;

		if (!ret && port_load(&port, port_index(entries[i]->d_name)) == EXIT_OK)
			ret = each(&port, arg);
		free(entries[i]);
	}
	free(entries);
	return ret;
}

void port_id_key(const struct port *port, const char *key, char *value, size_t size)
{
	const char *at = port->id;
	size_t len = strlen(key);

	value[0] = '\0';
	while (*at) {
		size_t field = strcspn(at, ";");

		if (field > len && at[len] == ':' && !strncasecmp(at, key, len)) {
			snprintf(value, size, "%.*s", (int)(field - len - 1),
				 at + len + 1);
			return;
		}
		at += field;
		at += strspn(at, "; ");
	}
}
