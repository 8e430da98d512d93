/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A port as its users see it: the node and its directory in sysfs. */
#ifndef SELFTESTS_PORT_H
#define SELFTESTS_PORT_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/printport.h>

/**
 * struct port - a port
 * @node: /dev/printportN
 * @printer: where what it prints can be read, "" if nowhere
 * @sysfs: /sys/class/printport/printportN
 */
struct port {
	char node[64];
	char printer[64];
	char sysfs[128];
};

struct port port_at(const char *node, const char *printer);

/* Opens it, or fails the case. */
int port_open(const struct port *port, int flags);
/* The same, but waits for the end of a session that is draining. */
int port_open_soon(const struct port *port, int flags);
/* Whether another open fails with EBUSY; fails the case if with something else. */
bool port_is_busy(const struct port *port);

/* Attributes, by their path below @sysfs. */
void port_get(const struct port *port, const char *attribute, char *buf, size_t size);
bool port_is(const struct port *port, const char *attribute, const char *text);
long long port_number(const struct port *port, const char *attribute);
void port_set(const struct port *port, const char *attribute, const char *text);

struct printport_status port_status(int fd);

/* Jobs by their ioctls; each fails the case where the ioctl fails. */
__u32 job_start(int fd, const char *name);
struct printport_job_result job_end(int fd, __u32 wait);
struct printport_job_result job_get(int fd, __u32 id);

/* Writes all of it, whatever signals come. */
void write_all(int fd, const void *buf, size_t len);
/* Appends to the file of --expect, if there is one. */
void expect_on_paper(const void *buf, size_t len);
/* Writes random bytes, see random_fill(), and expects them on paper. */
void write_random(int fd, unsigned int seed, unsigned long long pos, size_t len);
/* Writes without waiting until nothing more is accepted; returns how much was. */
size_t write_until_full(int fd, unsigned int seed, unsigned long long pos);

#endif /* SELFTESTS_PORT_H */
