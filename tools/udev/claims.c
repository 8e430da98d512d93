// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * udev handles several ports at a time, so that its database tells too late who had a name
 * first. The list has a line for each name: KIND NAME PORT INODE. The inode of a port's
 * directory in sysfs tells it from one that had its number before; a port that is gone has
 * no names, and nobody needs to take them from it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "claims.h"
#include "lock.h"

/* As many ports as there can be, with two names each. */
#define CLAIMS_MAX	2048
#define LINE_SIZE	320

struct claim {
	char kind[8];
	char name[208];
	char port[32];
	unsigned long long inode;
};

struct claims {
	char *path;
	const char *class_dir;
	const char *port;
	unsigned long long inode;
	int lock;
	struct claim *list;
	size_t n;
};

/* 0: there is no such port. */
static unsigned long long inode_of(const char *class_dir, const char *port)
{
	char path[512];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s/", class_dir, port);
	return stat(path, &st) ? 0 : st.st_ino;
}

static bool is_alive(const struct claims *claims, const struct claim *claim)
{
	return claim->inode && claim->inode == inode_of(claims->class_dir, claim->port);
}

static int lock_list(const char *dir)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/lock", dir);
	return lock_file(path);
}

/* What is not a line of ours is left out; so are ports that are gone, and our own. */
static void read_list(struct claims *claims)
{
	FILE *file = fopen(claims->path, "re");
	char line[LINE_SIZE];

	while (file && claims->n < CLAIMS_MAX && fgets(line, sizeof(line), file)) {
		struct claim *claim = &claims->list[claims->n];

		if (sscanf(line, "%7s %207s %31s %llu", claim->kind, claim->name, claim->port,
			   &claim->inode) == 4 &&
		    strcmp(claim->port, claims->port) && is_alive(claims, claim))
			claims->n++;
	}
	if (file)
		fclose(file);
}

int claims_open(const char *dir, const char *class_dir, const char *port,
		struct claims **out)
{
	struct claims *claims = calloc(1, sizeof(*claims));
	int err = -ENOMEM;

	if (!claims)
		return -ENOMEM;
	if (asprintf(&claims->path, "%s/claims", dir) < 0)
		claims->path = NULL;
	claims->list = calloc(CLAIMS_MAX + 2, sizeof(*claims->list));
	claims->class_dir = class_dir;
	claims->port = port;
	claims->inode = inode_of(class_dir, port);
	if (claims->path && claims->list) {
		err = mkdir(dir, 0755) && errno != EEXIST ? -errno : 0;
		claims->lock = err ? err : lock_list(dir);
		err = claims->lock < 0 ? claims->lock : 0;
	}
	if (err) {
		free(claims->path);
		free(claims->list);
		free(claims);
		return err;
	}
	read_list(claims);
	*out = claims;
	return 0;
}

bool claims_take(struct claims *claims, const char *kind, const char *name, char *holder,
		 unsigned int size)
{
	struct claim *claim;
	size_t i;

	for (i = 0; i < claims->n; i++) {
		claim = &claims->list[i];
		if (strcmp(claim->kind, kind) || strcmp(claim->name, name))
			continue;
		if (holder)
			snprintf(holder, size, "%s", claim->port);
		return false;
	}
	/* Each of us takes two at most, for which there is room. */
	if (claims->n >= CLAIMS_MAX + 2)
		return false;
	claim = &claims->list[claims->n++];
	snprintf(claim->kind, sizeof(claim->kind), "%s", kind);
	snprintf(claim->name, sizeof(claim->name), "%s", name);
	snprintf(claim->port, sizeof(claim->port), "%s", claims->port);
	claim->inode = claims->inode;
	return true;
}

static int write_list(const struct claims *claims)
{
	char *path;
	size_t i;
	FILE *file;
	int err = 0;

	if (asprintf(&path, "%s.new", claims->path) < 0)
		return -ENOMEM;
	file = fopen(path, "we");
	if (!file)
		err = -errno;
	for (i = 0; file && i < claims->n; i++)
		fprintf(file, "%s %s %s %llu\n", claims->list[i].kind, claims->list[i].name,
			claims->list[i].port, claims->list[i].inode);
	if (file && (ferror(file) | fclose(file)))
		err = -EIO;
	if (!err && rename(path, claims->path))
		err = -errno;
	free(path);
	return err;
}

int claims_close(struct claims *claims)
{
	int err = write_list(claims);

	close(claims->lock);
	free(claims->path);
	free(claims->list);
	free(claims);
	return err;
}
