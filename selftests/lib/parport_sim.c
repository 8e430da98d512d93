// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parport_sim.h"
#include "random.h"
#include "tap.h"

#define ROOT	"/sys/kernel/config/parport_sim"
#define DEBUG	"/sys/kernel/debug/parport_sim"
#define CLASS	"/sys/class/printport"

/* How long a printer that is to print may do nothing. */
#define SILENCE_MS	10000

/* Reads a small file to its end, without its last newline. */
static void slurp(const char *path, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t ret;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		FAIL("open %s: %s", path, tap_errno_name(errno));
	while (len < size - 1 && (ret = CHECK_OK(read(fd, buf + len, size - 1 - len))))
		len += ret;
	close(fd);
	if (len && buf[len - 1] == '\n')
		len--;
	buf[len] = '\0';
}

void parport_sim_get(const struct parport_sim *sim, const char *setting, char *buf,
		     size_t size)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", sim->dir, setting);
	slurp(path, buf, size);
}

void parport_sim_set(const struct parport_sim *sim, const char *setting, const char *value)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", sim->dir, setting);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		FAIL("open %s: %s", path, tap_errno_name(errno));
	if (write(fd, value, strlen(value)) != (ssize_t)strlen(value))
		FAIL("%s = %s: %s", setting, value, tap_errno_name(errno));
	close(fd);
}

void parport_sim_live(struct parport_sim *sim)
{
	char name[32];

	parport_sim_set(sim, "live", "1");
	parport_sim_get(sim, "parport", name, sizeof(name));
	if (sscanf(name, "parport%d", &sim->parport) != 1)
		FAIL("live, but the port is %s", name);
}

long long parport_sim_remove(struct parport_sim *sim)
{
	long long began = tap_now_ms();

	parport_sim_set(sim, "live", "0");
	sim->parport = -1;
	return tap_now_ms() - began;
}

/* The next "SETTING=VALUE". A device id has semicolons itself: it is the last. */
static char *next_setting(char **rest)
{
	char *word;

	if (*rest && !strncmp(*rest, "device_id=", 10)) {
		word = *rest;
		*rest = NULL;
		return word;
	}
	return strsep(rest, ";");
}

/* Cases are processes of one group: its id is in the name, for parport_sim_cleanup(). */
struct parport_sim parport_sim_new(const char *settings)
{
	static unsigned int count;
	char words[512], *word, *value, *rest = words;
	struct parport_sim sim = { .parport = -1 };
	char name[64];

	snprintf(name, sizeof(name), "t%d-%d-%u", getpgrp(), getpid(), count++);
	snprintf(sim.dir, sizeof(sim.dir), ROOT "/%s", name);
	snprintf(sim.debug, sizeof(sim.debug), DEBUG "/%s", name);
	if (mkdir(sim.dir, 0755))
		FAIL("mkdir %s: %s", sim.dir, tap_errno_name(errno));
	CHECK(strlen(settings) < sizeof(words));
	strcpy(words, settings);
	while ((word = next_setting(&rest))) {
		if (!*word)
			continue;
		value = strchr(word, '=');
		CHECK(value);
		*value++ = '\0';
		parport_sim_set(&sim, word, value);
	}
	parport_sim_live(&sim);
	return sim;
}

int parport_sim_open(const struct parport_sim *sim, const char *file, int flags)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", sim->debug, file);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		FAIL("open %s: %s", path, tap_errno_name(errno));
	return fd;
}

/* What follows "@counter " in its line. */
static const char *counter_text(const struct parport_sim *sim, const char *counter, char *buf,
				size_t size)
{
	size_t len = strlen(counter);
	char path[256];
	char *line;

	snprintf(path, sizeof(path), "%s/counters", sim->debug);
	slurp(path, buf, size);
	while ((line = strsep(&buf, "\n")))
		if (!strncmp(line, counter, len) && line[len] == ' ')
			return line + len + 1;
	FAIL("no counter %s", counter);
}

long long parport_sim_count(const struct parport_sim *sim, const char *counter)
{
	const char *text;
	char buf[4096];
	long long value;
	char *end;

	text = counter_text(sim, counter, buf, sizeof(buf));
	value = strtoll(text, &end, 10);
	if (end == text || *end)
		FAIL("%s is no number: %s", counter, text);
	return value;
}

bool parport_sim_in_mode(const struct parport_sim *sim, const char *mode)
{
	char buf[4096];

	return !strcmp(counter_text(sim, "mode", buf, sizeof(buf)), mode);
}

void parport_sim_check_legal(const struct parport_sim *sim)
{
	char path[256], text[700];

	snprintf(path, sizeof(path), "%s/violations", sim->debug);
	slurp(path, text, sizeof(text));
	if (text[0])
		FAIL("illegal: %s", text);
}

void parport_sim_reply(const struct parport_sim *sim, uint32_t seed, uint64_t pos, size_t len)
{
	int fd = parport_sim_open(sim, "reply", O_WRONLY | O_NONBLOCK);
	char buf[16384];

	while (len) {
		size_t part = len < sizeof(buf) ? len : sizeof(buf);
		ssize_t ret;

		random_fill(seed, pos, buf, part);
		ret = CHECK_OK(write(fd, buf, part));
		CHECK(ret > 0 && (size_t)ret <= part);
		pos += ret;
		len -= ret;
	}
	close(fd);
}

void parport_sim_printed(const struct parport_sim *sim, uint32_t seed, uint64_t pos,
			 size_t len)
{
	int fd = parport_sim_open(sim, "printed", O_RDONLY | O_NONBLOCK);
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	uint64_t done = 0;
	char buf[16384];

	while (done < len) {
		size_t part = len - done < sizeof(buf) ? len - done : sizeof(buf);
		ssize_t ret;
		long wrong;

		if (!CHECK_OK(poll(&poller, 1, tap_patience(SILENCE_MS))))
			FAIL("only %llu of %zu bytes are printed",
			     (unsigned long long)done, len);
		ret = read(fd, buf, part);
		if (ret < 0 && errno == EAGAIN)
			continue;
		CHECK(CHECK_OK(ret) > 0 && (size_t)ret <= part);
		wrong = random_check(seed, pos + done, buf, ret);
		if (wrong >= 0)
			FAIL("printed byte %llu is wrong: %02x",
			     (unsigned long long)done + wrong, (uint8_t)buf[wrong]);
		done += ret;
	}
	close(fd);
}

/* The device of a print port is its parport's, which has the simulated port's name. */
static bool device_is_of(const struct parport_sim *sim, const char *path)
{
	const char *base = strrchr(path, '/');
	char name[64];

	snprintf(name, sizeof(name), "/parport_sim.%s", strrchr(sim->dir, '/') + 1);
	return base && !strcmp(base, name);
}

/* Whether @name is the print port that hangs on it. */
static bool is_port_of(const struct parport_sim *sim, const char *name)
{
	char path[256], device[4096], transport[32];

	snprintf(path, sizeof(path), CLASS "/%.64s/device", name);
	if (!realpath(path, device) || !device_is_of(sim, device))
		return false;
	snprintf(path, sizeof(path), CLASS "/%.64s/transport", name);
	slurp(path, transport, sizeof(transport));
	return !strcmp(transport, "parport");
}

static bool find_port(const struct parport_sim *sim, char *node, size_t size)
{
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	dir = opendir(CLASS);
	if (!dir)
		return false;
	while (!found && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !is_port_of(sim, entry->d_name))
			continue;
		snprintf(node, size, "/dev/%.50s", entry->d_name);
		found = true;
	}
	closedir(dir);
	return found;
}

struct port parport_sim_port(const struct parport_sim *sim)
{
	char node[64];

	CHECK_SOON(find_port(sim, node, sizeof(node)), 5000);
	CHECK_SOON(!access(node, F_OK), 5000);
	return port_at(node, NULL);
}

void parport_sim_cleanup(int pid)
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
