// SPDX-License-Identifier: GPL-2.0-or-later
/* Small text files: attributes of sysfs and configfs, read and written. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "text.h"
#include "textfile.h"

static int make_path(char *path, const char *format, va_list ap)
{
	return vsnprintf(path, PATH_MAX, format, ap) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static ssize_t read_path(char *value, size_t size, const char *path)
{
	size_t len = 0;
	ssize_t got = -1;
	int fd, err;

	value[0] = '\0';
	/* Not waiting: it may be a FIFO that somebody put there. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	while (len < size - 1) {
		got = read(fd, value + len, size - 1 - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		len += got;
	}
	err = got < 0 ? errno : 0;
	close(fd);
	value[err ? 0 : len] = '\0';
	return err ? -err : (ssize_t)len;
}

ssize_t text_read_all(char *value, size_t size, const char *format, ...)
{
	char path[PATH_MAX];
	va_list ap;
	int err;

	value[0] = '\0';
	va_start(ap, format);
	err = make_path(path, format, ap);
	va_end(ap);
	return err ? err : read_path(value, size, path);
}

ssize_t text_read(char *value, size_t size, const char *format, ...)
{
	char path[PATH_MAX];
	ssize_t len;
	va_list ap;
	int err;

	value[0] = '\0';
	va_start(ap, format);
	err = make_path(path, format, ap);
	va_end(ap);
	if (err)
		return err;
	len = read_path(value, size, path);
	if (len < 0)
		return len;
	value[strcspn(value, "\n")] = '\0';
	clean_text(value);
	return strlen(value);
}

int text_write(const char *value, const char *format, ...)
{
	char path[PATH_MAX];
	size_t len = strlen(value);
	ssize_t put;
	va_list ap;
	int err, fd;

	va_start(ap, format);
	err = make_path(path, format, ap);
	va_end(ap);
	if (err)
		return err;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	put = write(fd, value, len);
	err = put < 0 ? -errno : (size_t)put < len ? -EIO : 0;
	close(fd);
	return err;
}

bool text_exists(const char *format, ...)
{
	char path[PATH_MAX];
	va_list ap;
	int err;

	va_start(ap, format);
	err = make_path(path, format, ap);
	va_end(ap);
	return !err && !access(path, F_OK);
}

int text_link(char *name, size_t size, const char *format, ...)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *last;
	ssize_t len;
	va_list ap;
	int err;

	name[0] = '\0';
	va_start(ap, format);
	err = make_path(path, format, ap);
	va_end(ap);
	if (err)
		return err;
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return -errno;
	target[len] = '\0';
	last = strrchr(target, '/');
	snprintf(name, size, "%s", last ? last + 1 : target);
	clean_text(name);
	return 0;
}
