// SPDX-License-Identifier: LGPL-2.1-or-later
/* Ports as sysfs describes them. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "ports.h"
#include "printport.h"

/* A test puts others here. */
const char *printport_class_dir = "/sys/class/printport";
const char *printport_dev_dir = "/dev";

/* The port's number in "3", "printport3" or "/dev/printport3"; -1: it is none of these. */
static int number_in(const char *name)
{
	static const char prefix[] = "printport";
	size_t dir = strlen(printport_dev_dir);
	unsigned long index;
	char *end;

	if (!strncmp(name, printport_dev_dir, dir) && name[dir] == '/')
		name += dir + 1;
	if (!strncmp(name, prefix, strlen(prefix)))
		name += strlen(prefix);
	if (!isdigit((unsigned char)*name))
		return -1;
	index = strtoul(name, &end, 10);
	return *end || index > PRINTPORT_INDEX_MAX ? -1 : (int)index;
}

static bool is_number(const char *name)
{
	return *name && !name[strspn(name, "0123456789")];
}

/* "by-id/X" and its like: the part before the X, or "" */
static const char *kind_of_link(const char *name)
{
	static const char *const kinds[] = { "by-id/", "by-path/", "by-name/" };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(name, kinds[i], strlen(kinds[i])))
			return kinds[i];
	return "";
}

int printport_path_of(const char *name, char *path, size_t size)
{
	const char *kind = kind_of_link(name), *rest = name + strlen(kind);
	int index = number_in(name), len;

	if (index >= 0)
		len = snprintf(path, size, "%s/printport%d", printport_dev_dir, index);
	else if (*name == '/')
		len = snprintf(path, size, "%s", name);
	else if (!*rest || *rest == '.' || *rest == '-' || strchr(rest, '/') || is_number(rest))
		return -EINVAL;
	else
		len = snprintf(path, size, "%s/printport/%s%s", printport_dev_dir,
			       *kind ? kind : "by-name/", rest);
	return (size_t)len < size ? 0 : -EINVAL;
}

/* The number of the port that a name means, through the links of udev; or -errno. */
static int index_of(const char *name)
{
	char path[PATH_MAX], real[PATH_MAX];
	int err, index = number_in(name);

	if (index >= 0)
		return index;
	err = printport_path_of(name, path, sizeof(path));
	if (err)
		return err;
	if (!realpath(path, real))
		return -errno;
	index = number_in(real);
	return index >= 0 ? index : -EINVAL;
}

/* The first line of an attribute, empty if there is none. */
static void read_attribute(const char *port, const char *attribute, char *value, size_t size)
{
	char path[512];
	ssize_t len = -1;
	int fd;

	snprintf(path, sizeof(path), "%s/%s/%s", printport_class_dir, port, attribute);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		len = read(fd, value, size - 1);
		close(fd);
	}
	value[len > 0 ? len : 0] = '\0';
	value[strcspn(value, "\n")] = '\0';
}

static int load(struct printport_entry *entry, int index)
{
	char path[512], reasons[PRINTPORT_REASONS_TEXT];

	memset(entry, 0, sizeof(*entry));
	entry->index = index;
	snprintf(entry->name, sizeof(entry->name), "printport%d", index);
	snprintf(entry->node, sizeof(entry->node), "/dev/printport%d", index);
	snprintf(path, sizeof(path), "%s/%s", printport_class_dir, entry->name);
	if (access(path, F_OK))
		return -errno;
	read_attribute(entry->name, "transport", entry->transport, sizeof(entry->transport));
	read_attribute(entry->name, "state", entry->state, sizeof(entry->state));
	read_attribute(entry->name, "status", entry->status, sizeof(entry->status));
	read_attribute(entry->name, "monitor", entry->monitor, sizeof(entry->monitor));
	read_attribute(entry->name, "ieee1284_id", entry->device_id,
		       sizeof(entry->device_id));
	read_attribute(entry->name, "reasons", reasons, sizeof(reasons));
	/* A newer kernel may know more of them. */
	if (printport_reasons_parse(reasons, &entry->reasons))
		entry->reasons = PRINTPORT_REASON_OTHER;
	return 0;
}

int printport_get_entry(const char *name, struct printport_entry *entry)
{
	int index = index_of(name);

	return index < 0 ? index : load(entry, index);
}

static int is_port(const struct dirent *item)
{
	return number_in(item->d_name) >= 0;
}

static int by_index(const struct dirent **a, const struct dirent **b)
{
	return number_in((*a)->d_name) - number_in((*b)->d_name);
}

ssize_t printport_enum_ports(struct printport_entry **list)
{
	struct dirent **items;
	ssize_t found = 0;
	int count, i;

	*list = NULL;
	count = scandir(printport_class_dir, &items, is_port, by_index);
	if (count < 0)
		return -errno;
	if (count)
		*list = calloc(count, sizeof(**list));
	for (i = 0; i < count; i++) {
		/* One that has gone in between is none. */
		if (*list && !load(&(*list)[found], number_in(items[i]->d_name)))
			found++;
		free(items[i]);
	}
	free(items);
	if (count && !*list)
		return -ENOMEM;
	if (!found) {
		free(*list);
		*list = NULL;
	}
	return found;
}

bool printport_device_id_value(const char *device_id, const char *key, char *value,
			       size_t size)
{
	const char *at = device_id + strspn(device_id, "; \t\r\n");
	size_t key_len = strlen(key), len;

	if (size)
		value[0] = '\0';
	while (*at) {
		len = strcspn(at, ";");
		if (len > key_len && at[key_len] == ':' && !strncasecmp(at, key, key_len)) {
			snprintf(value, size, "%.*s", (int)(len - key_len - 1),
				 at + key_len + 1);
			return true;
		}
		at += len;
		at += strspn(at, "; \t\r\n");
	}
	return false;
}
