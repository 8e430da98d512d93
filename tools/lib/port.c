// SPDX-License-Identifier: LGPL-2.1-or-later
/* A port that is held: the calls of <linux/printport.h>, one function each. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ports.h"
#include "printport.h"
#include "syscalls.h"

struct printport_port {
	int fd;
};

/* usblp's: the device id, with its length in two bytes before it. */
#define DEVICE_ID_MAX		4096
#define GET_DEVICE_ID(len)	_IOC(_IOC_READ, 'P', 1, len)

static int call(struct printport_port *port, unsigned long request, void *arg)
{
	return printport_sys.ioctl(port->fd, request, arg) ? -errno : 0;
}

static int open_flags(unsigned int flags)
{
	unsigned int way = flags & (PRINTPORT_OPEN_READ_ONLY | PRINTPORT_OPEN_WRITE_ONLY);
	int result = O_RDWR;

	if (flags & ~(PRINTPORT_OPEN_NONBLOCK | PRINTPORT_OPEN_READ_ONLY |
		      PRINTPORT_OPEN_WRITE_ONLY))
		return -EINVAL;
	if (way == (PRINTPORT_OPEN_READ_ONLY | PRINTPORT_OPEN_WRITE_ONLY))
		return -EINVAL;
	if (way)
		result = way == PRINTPORT_OPEN_READ_ONLY ? O_RDONLY : O_WRONLY;
	return result | O_CLOEXEC | (flags & PRINTPORT_OPEN_NONBLOCK ? O_NONBLOCK : 0);
}

int printport_open_port(const char *name, unsigned int flags, struct printport_port **result)
{
	int how = open_flags(flags), err;
	struct printport_port *port;
	char path[PATH_MAX];

	if (how < 0)
		return how;
	err = printport_path_of(name, path, sizeof(path));
	if (err)
		return err;
	port = malloc(sizeof(*port));
	if (!port)
		return -ENOMEM;
	port->fd = printport_sys.open(path, how);
	if (port->fd < 0) {
		err = -errno;
		free(port);
		return err;
	}
	*result = port;
	return 0;
}

int printport_close_port(struct printport_port *port)
{
	int err;

	if (!port)
		return 0;
	err = close(port->fd) ? -errno : 0;
	free(port);
	return err;
}

int printport_port_fd(const struct printport_port *port)
{
	return port->fd;
}

/* Cut between two characters of UTF-8, not within one. */
static void copy_text(char *to, const char *from, size_t size)
{
	size_t len;

	if (!from)
		return;
	len = strnlen(from, size);
	if (len == size)
		for (len--; len && ((unsigned char)from[len] & 0xc0) == 0x80; len--)
			;
	memcpy(to, from, len);
}

int printport_start_doc(struct printport_port *port, const char *name, const char *user,
			uint32_t *id)
{
	struct printport_job_start start = { 0 };
	int err;

	copy_text(start.name, name, sizeof(start.name));
	copy_text(start.user, user, sizeof(start.user));
	err = call(port, PRINTPORT_IOC_START_JOB, &start);
	if (!err && id)
		*id = start.id;
	return err;
}

int printport_write(struct printport_port *port, const void *buf, size_t len, size_t *written)
{
	size_t done = 0;
	int err = 0;

	while (done < len && !err) {
		ssize_t n = printport_sys.write(port->fd, (const char *)buf + done,
						len - done);

		if (n > 0)
			done += n;
		else
			err = n ? -errno : -EIO;
	}
	if (written)
		*written = done;
	return err;
}

ssize_t printport_read(struct printport_port *port, void *buf, size_t len)
{
	ssize_t n = printport_sys.read(port->fd, buf, len);

	return n < 0 ? -errno : n;
}

int printport_flush(struct printport_port *port)
{
	return fsync(port->fd) ? -errno : 0;
}

static int job_call(struct printport_port *port, unsigned long request,
		    struct printport_job_query *query, struct printport_job_result *result)
{
	int err = call(port, request, query);

	/* Of a job that there is not, or of a port that has gone, nothing is known. */
	if (result && (!err || query->result.id))
		*result = query->result;
	return err;
}

int printport_end_doc(struct printport_port *port, unsigned int wait, unsigned int timeout_ms,
		      struct printport_job_result *result)
{
	struct printport_job_query query = { .wait = wait, .timeout_ms = timeout_ms };

	return job_call(port, PRINTPORT_IOC_END_JOB, &query, result);
}

int printport_abort_doc(struct printport_port *port, uint32_t id,
			struct printport_job_result *result)
{
	struct printport_job_query query = { .id = id };

	return job_call(port, PRINTPORT_IOC_ABORT_JOB, &query, result);
}

int printport_get_job(struct printport_port *port, uint32_t id, unsigned int wait,
		      unsigned int timeout_ms, struct printport_job_result *result)
{
	struct printport_job_query query = {
		.id = id, .wait = wait, .timeout_ms = timeout_ms,
	};

	return job_call(port, PRINTPORT_IOC_GET_JOB, &query, result);
}

int printport_get_info(struct printport_port *port, struct printport_info *info)
{
	return call(port, PRINTPORT_IOC_GET_INFO, info);
}

int printport_get_status(struct printport_port *port, struct printport_status *status)
{
	return call(port, PRINTPORT_IOC_GET_STATUS, status);
}

int printport_get_limits(struct printport_port *port, struct printport_limits *limits)
{
	return call(port, PRINTPORT_IOC_GET_LIMITS, limits);
}

int printport_set_limits(struct printport_port *port, const struct printport_limits *limits)
{
	return call(port, PRINTPORT_IOC_SET_LIMITS, (void *)limits);
}

int printport_reset(struct printport_port *port)
{
	return call(port, PRINTPORT_IOC_RESET, NULL);
}

ssize_t printport_get_device_id(struct printport_port *port, char *buf, size_t size)
{
	unsigned char raw[DEVICE_ID_MAX] = { 0 };
	int err = call(port, GET_DEVICE_ID(sizeof(raw)), raw);
	size_t len = raw[0] << 8 | raw[1], copied;

	if (err)
		return err;
	/* The length counts itself; printers have been seen that lie about it. */
	if (len < 2)
		return -EIO;
	len -= 2;
	if (len > sizeof(raw) - 2)
		len = sizeof(raw) - 2;
	if (size) {
		copied = len < size ? len : size - 1;
		memcpy(buf, raw + 2, copied);
		buf[copied] = '\0';
	}
	return len;
}

ssize_t printport_get_printer_data(struct printport_port *port, const char *key, void *buf,
				   size_t size, unsigned int timeout_ms)
{
	struct printport_query query = {
		.question = (uintptr_t)key,
		.answer = (uintptr_t)buf,
		.question_len = strnlen(key, PRINTPORT_QUERY_MAX + 1),
		.answer_len = size < PRINTPORT_QUERY_MAX ? size : PRINTPORT_QUERY_MAX,
		.timeout_ms = timeout_ms,
	};
	int err;

	if (!query.question_len || query.question_len > PRINTPORT_QUERY_MAX)
		return -EINVAL;
	err = call(port, PRINTPORT_IOC_QUERY, &query);
	return err ? err : (ssize_t)query.answer_len;
}
