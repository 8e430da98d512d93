// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "options.h"
#include "sim.h"
#include "tap.h"

#define ROOT "/sys/kernel/config/printport_sim"

static void sim_get(const struct sim *sim, const char *attribute, char *buf, size_t size)
{
	char path[256];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", sim->dir, attribute);
	fd = CHECK_OK(open(path, O_RDONLY | O_CLOEXEC));
	len = CHECK_OK(read(fd, buf, size - 1));
	close(fd);
	if (len && buf[len - 1] == '\n')
		len--;
	buf[len] = '\0';
}

void sim_set(const struct sim *sim, const char *setting, const char *value)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", sim->dir, setting);
	fd = CHECK_OK(open(path, O_WRONLY | O_CLOEXEC));
	if (write(fd, value, strlen(value)) != (ssize_t)strlen(value))
		FAIL("%s = %s: %s", setting, value, tap_errno_name(errno));
	close(fd);
}

long long sim_number(const struct sim *sim, const char *attribute)
{
	char buf[64];

	sim_get(sim, attribute, buf, sizeof(buf));
	return strtoll(buf, NULL, 10);
}

void sim_plug(struct sim *sim)
{
	char name[32], node[64], printer[64];

	sim_set(sim, "live", "1");
	sim_get(sim, "port", name, sizeof(name));
	snprintf(node, sizeof(node), "/dev/%s", name);
	sim_get(sim, "printer", name, sizeof(name));
	snprintf(printer, sizeof(printer), "/dev/%s", name);
	sim->port = port_at(node, printer);
}

long long sim_unplug(struct sim *sim)
{
	long long began = tap_now_ms();

	sim_set(sim, "live", "0");
	return tap_now_ms() - began;
}

/* Cases are processes of one group: its id is in the name, for sim_cleanup(). */
struct sim sim_new(const char *settings)
{
	static unsigned int count;
	char words[256], *word, *value;
	struct sim sim = { };

	snprintf(sim.dir, sizeof(sim.dir), ROOT "/t%d-%d-%u", getpgrp(), getpid(), count++);
	if (mkdir(sim.dir, 0755))
		FAIL("mkdir %s: %s", sim.dir, tap_errno_name(errno));
	snprintf(words, sizeof(words), "%s", settings);
	for (word = strtok(words, " "); word; word = strtok(NULL, " ")) {
		value = strchr(word, '=');
		CHECK(value);
		*value++ = '\0';
		sim_set(&sim, word, value);
	}
	sim_plug(&sim);
	return sim;
}

void sim_cleanup(int pid)
{
	char prefix[32], path[512];
	struct dirent *entry;
	DIR *dir;

	snprintf(prefix, sizeof(prefix), "t%d-", pid);
	dir = opendir(ROOT);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)))
			continue;
		snprintf(path, sizeof(path), ROOT "/%s", entry->d_name);
		if (rmdir(path))
			FAIL("rmdir %s: %s", path, tap_errno_name(errno));
	}
	closedir(dir);
}

struct port sim_or_option(bool sink)
{
	if (options.port)
		return port_at(options.port, options.printer);
	return sim_new(sink ? "sink=1" : "").port;
}

struct sim sim_only(const char *settings)
{
	if (options.port)
		tap_skip("needs a simulated printer");
	return sim_new(settings);
}
