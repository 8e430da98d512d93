// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../printportd/ini.h"
#include "lock.h"
#include "port_file.h"

#define NEW_FILE	"# See printport.conf(5).\n[match]\n%s\n\n[port]\n"

/* --- the text --------------------------------------------------------------------- */

/* Where in the text things are: offsets, or -1. */
struct places {
	long section;		/* behind the line [port] */
	long last;		/* behind the last line of it that says something */
	long key, key_end;	/* the line of the key */
};

static bool is_key_line(const char *line, const char *key)
{
	size_t len = strlen(key);

	return !strncmp(line, key, len) && line[len + strspn(line + len, " \t")] == '=';
}

static bool is_port_section(char *line)
{
	size_t len = strlen(line);

	if (line[len - 1] != ']')
		return false;
	line[len - 1] = '\0';
	return !strcmp(ini_trim(line + 1), "port");
}

static void look_at(struct places *places, char *line, long from, long to, const char *key,
		    bool *inside)
{
	char *trimmed = ini_trim(line);

	if (*trimmed == '[') {
		*inside = is_port_section(trimmed);
		if (*inside)
			places->section = places->last = to;
		return;
	}
	if (!*inside || !*trimmed)
		return;
	places->last = to;
	if (is_key_line(trimmed, key)) {
		places->key = from;
		places->key_end = to;
	}
}

static void find_places(struct places *places, const char *text, const char *key)
{
	char line[CONFIG_LINE_MAX + 2];
	bool inside = false;
	long from = 0, to;

	*places = (struct places){ -1, -1, -1, -1 };
	while (text[from]) {
		to = from + strcspn(text + from, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)(to - from), text + from);
		to += text[to] == '\n';
		look_at(places, line, from, to, key, &inside);
		from = to;
	}
}

char *port_text_change(const char *text, const struct port_change *change)
{
	const char *key = port_keys[change->key].name;
	struct places places;
	char *line = NULL, *result = NULL;
	bool gap, more;
	long from, to;

	find_places(&places, text, key);
	if (!change->value && places.key < 0)
		return strdup(text);
	if (change->value && asprintf(&line, "%s = %s\n", key, change->value) < 0)
		return NULL;
	from = places.key >= 0 ? places.key : places.section >= 0 ? places.last :
	       (long)strlen(text);
	to = places.key >= 0 ? places.key_end : from;
	/* The line before may lack its end. */
	gap = from && text[from - 1] != '\n';
	more = places.section < 0;
	if (asprintf(&result, "%.*s%s%s%s%s", (int)from, text, gap ? "\n" : "",
		     more ? (from ? "\n[port]\n" : "[port]\n") : "", line ? line : "",
		     text + to) < 0)
		result = NULL;
	free(line);
	return result;
}

/* --- the file --------------------------------------------------------------------- */

static int explain(char *why, size_t size, const char *path, int err)
{
	snprintf(why, size, "%s: %s", path, strerror(-err));
	return err;
}

static int open_directory(const char *path)
{
	int dir;

	if (mkdir(path, 0755) && errno != EEXIST)
		return -errno;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0 ? -errno : dir;
}

/* Of several who change files of a directory at a time, each sees what the others did. */
static int lock_directory(const char *dir)
{
	char path[PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/.lock", dir);
	return lock_file(path);
}

static int write_all(int fd, const char *text)
{
	size_t len = strlen(text), at = 0;
	ssize_t n;

	while (at < len) {
		n = write(fd, text + at, len - at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		at += n;
	}
	return fsync(fd) ? -errno : 0;
}

/* Under another name first: who reads it sees the old or the new one, never half of it. */
static int replace(int dir, const char *path, const char *text)
{
	char temporary[PATH_MAX + 16];
	struct stat old;
	bool exists = !stat(path, &old);
	int fd, err;

	snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = fchmod(fd, exists ? old.st_mode & 07777 : 0644) ? -errno : 0;
	if (!err && exists && fchown(fd, old.st_uid, old.st_gid))
		err = -errno;
	if (!err)
		err = write_all(fd, text);
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(temporary, path))
		err = -errno;
	if (err)
		unlink(temporary);
	else if (fsync(dir) && errno != EINVAL)
		err = -errno;
	return err;
}

static int read_text(const char *path, const char *match, char **text, char *why, size_t size)
{
	struct config_error error;
	size_t len;
	char *grown;
	int err = ini_load(path, PORT_CONFIG_FILE_MAX, text, &len, &error);

	if (err == -ENOENT)
		return asprintf(text, NEW_FILE, match) < 0 ? -ENOMEM : 0;
	if (err) {
		snprintf(why, size, "%s: %s", path, error.text);
		return err;
	}
	grown = realloc(*text, len + 1);
	if (!grown)
		return -ENOMEM;
	*text = grown;
	grown[len] = '\0';
	if (strlen(grown) == len)
		return 0;
	snprintf(why, size, "%s: a NUL is in it", path);
	return -EINVAL;
}

/* What is wrong already is not made worse. */
static int check(const char *path, const char *text, char *why, size_t size)
{
	struct port_config *config = calloc(1, sizeof(*config));
	int err = 0;

	if (!config)
		return -ENOMEM;
	port_config_parse(config, text, strlen(text));
	if (config->n_problems) {
		snprintf(why, size, "%s:%u: %s; nothing was changed", path,
			 config->problems[0].line, config->problems[0].text);
		err = -EINVAL;
	}
	free(config);
	return err;
}

static int make_text(const char *path, const char *match, const struct port_change *changes,
		     size_t n, char **text, char *why, size_t size)
{
	int err = read_text(path, match, text, why, size);
	char *changed;
	size_t i;

	for (i = 0; !err && i < n; i++) {
		changed = port_text_change(*text, &changes[i]);
		free(*text);
		*text = changed;
		err = changed ? 0 : -ENOMEM;
	}
	return err ? err : check(path, *text, why, size);
}

int port_file_change(const char *path, const char *match, const struct port_change *changes,
		     size_t n, char *why, size_t size)
{
	char real[PATH_MAX], copy[PATH_MAX], *text = NULL;
	int err, dir, lock;

	*why = '\0';
	/* The file that a link leads to is changed, not the link. */
	if (!realpath(path, real))
		snprintf(real, sizeof(real), "%s", path);
	snprintf(copy, sizeof(copy), "%s", real);
	dir = open_directory(dirname(copy));
	if (dir < 0)
		return explain(why, size, copy, dir);
	lock = lock_directory(copy);
	err = lock < 0 ? lock : make_text(real, match, changes, n, &text, why, size);
	if (!err)
		err = replace(dir, real, text);
	free(text);
	if (lock >= 0)
		close(lock);
	close(dir);
	return err && !*why ? explain(why, size, real, err) : err;
}
