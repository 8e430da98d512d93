// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl doctor: which processes have a device open. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "doctor.h"
#include "textfile.h"

/* More than so many are not named. */
#define HOLDERS_MAX 8

/* A look at what is no device could wait for a file server that does not answer. */
static bool is_device(const char *path, dev_t dev)
{
	char target[64];
	struct stat status;
	ssize_t len = readlink(path, target, sizeof(target) - 1);

	if (len < 0)
		return false;
	target[len] = '\0';
	return !strncmp(target, "/dev/", 5) && !stat(path, &status) &&
	       S_ISCHR(status.st_mode) && status.st_rdev == dev;
}

static bool has_open(const char *pid, dev_t dev)
{
	char path[600];
	struct dirent *item;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	if (!dir)
		return false;
	while (!found && (item = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%s/fd/%s", pid, item->d_name);
		found = is_device(path, dev);
	}
	closedir(dir);
	return found;
}

static size_t append(char *text, size_t size, size_t len, const char *pid)
{
	char name[64];
	int added;

	text_read(name, sizeof(name), "/proc/%s/comm", pid);
	added = snprintf(text + len, size - len, "%s%s (process %s)", len ? ", " : "",
			 *name ? name : "a program", pid);
	return added < (int)(size - len) ? len + added : size - 1;
}

size_t doctor_holders(const char *dev, char *text, size_t size)
{
	unsigned int major_number, minor_number;
	size_t found = 0, len = 0;
	struct dirent *item;
	DIR *proc;

	text[0] = '\0';
	if (sscanf(dev, "%u:%u", &major_number, &minor_number) != 2)
		return 0;
	proc = opendir("/proc");
	while (proc && found < HOLDERS_MAX && (item = readdir(proc))) {
		if (item->d_name[strspn(item->d_name, "0123456789")] ||
		    !has_open(item->d_name, makedev(major_number, minor_number)))
			continue;
		len = append(text, size, len, item->d_name);
		found++;
	}
	if (proc)
		closedir(proc);
	return found;
}
