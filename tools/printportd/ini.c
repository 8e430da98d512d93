// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ini.h"

int ini_complain(struct ini_reader *ini, const char *format, ...)
{
	va_list args;

	ini->error->line = ini->line;
	va_start(args, format);
	vsnprintf(ini->error->text, sizeof(ini->error->text), format, args);
	va_end(args);
	return -EINVAL;
}

char *ini_trim(char *text)
{
	size_t len;

	text += strspn(text, " \t\r");
	len = strlen(text);
	while (len && strchr(" \t\r", text[len - 1]))
		len--;
	text[len] = '\0';
	return text;
}

static int parse_section(struct ini_reader *ini, char *text)
{
	size_t len = strlen(text);

	if (len < 2 || text[len - 1] != ']')
		return ini_complain(ini, "a section ends with ]");
	text[len - 1] = '\0';
	return ini->section(ini, ini_trim(text + 1));
}

static int parse_pair(struct ini_reader *ini, char *text)
{
	char *value = strchr(text, '=');
	const char *key;

	if (!value)
		return ini_complain(ini, "neither [section] nor key = value: %.64s", text);
	*value++ = '\0';
	key = ini_trim(text);
	if (!*key)
		return ini_complain(ini, "no key in front of =");
	return ini->pair(ini, key, ini_trim(value));
}

static int parse_line(struct ini_reader *ini, const char *from, size_t len)
{
	char line[CONFIG_LINE_MAX + 1], *text;
	size_t i;

	if (len > CONFIG_LINE_MAX)
		return ini_complain(ini, "more than %d bytes", CONFIG_LINE_MAX);
	for (i = 0; i < len; i++) {
		unsigned char c = from[i];

		if ((c < ' ' && c != '\t' && !(c == '\r' && i == len - 1)) || c == 0x7f)
			return ini_complain(ini, "a control character (0x%02x)", c);
	}
	memcpy(line, from, len);
	line[len] = '\0';
	text = ini_trim(line);
	if (!*text || *text == '#' || *text == ';')
		return 0;
	return *text == '[' ? parse_section(ini, text) : parse_pair(ini, text);
}

int ini_parse(struct ini_reader *ini, const char *text, size_t len)
{
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;
		int err;

		ini->line++;
		err = parse_line(ini, text, n);
		if (err && ini->problem)
			err = ini->problem(ini, err);
		if (err)
			return err;
		n += !!end;
		text += n;
		len -= n;
	}
	return 0;
}

/* Until it ends or there is no more room. */
static int read_all(int fd, char *text, size_t size, size_t *len)
{
	*len = 0;
	while (*len < size) {
		ssize_t n = read(fd, text + *len, size - *len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		*len += n;
	}
	return 0;
}

/* Not a device or a FIFO: those could keep us waiting. */
static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return -ENOTSUP;
}

int ini_load(const char *path, size_t max, char **text, size_t *len,
	     struct config_error *error)
{
	int fd, err;

	memset(error, 0, sizeof(*error));
	*text = NULL;
	fd = open_file(path);
	if (fd < 0) {
		snprintf(error->text, sizeof(error->text), "%s", fd == -ENOTSUP ?
			 "not a regular file" : strerror(-fd));
		return fd;
	}
	*text = malloc(max + 1);
	err = *text ? read_all(fd, *text, max + 1, len) : -ENOMEM;
	close(fd);
	if (err) {
		snprintf(error->text, sizeof(error->text), "%s", strerror(-err));
		free(*text);
		*text = NULL;
	}
	return err;
}
