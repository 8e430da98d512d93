// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "store.h"

static const char *directory;
static uint64_t job;
static bool failed;

static FILE *raw, *data, *text;

static FILE *open_file(const char *name)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "we");
	if (!file) {
		perror(path);
		failed = true;
	}
	return file;
}

static void close_file(FILE **file)
{
	if (*file && (fflush(*file) || ferror(*file))) {
		fprintf(stderr, "%s: could not be written\n", directory);
		failed = true;
	}
	if (*file)
		fclose(*file);
	*file = NULL;
}

bool store_open(const char *path)
{
	if (mkdir(path, 0777) && errno != EEXIST) {
		perror(path);
		return false;
	}
	directory = path;
	raw = open_file("raw");
	return raw;
}

bool store_close(void)
{
	store_job_end();
	close_file(&raw);
	return !failed;
}

void store_raw(const void *buf, size_t len)
{
	if (!raw)
		return;
	fwrite(buf, 1, len, raw);
	fflush(raw);
}

void store_job(uint64_t number)
{
	char name[64];

	store_job_end();
	if (!directory)
		return;
	job = number;
	snprintf(name, sizeof(name), "job-%" PRIu64 ".data", number);
	data = open_file(name);
}

void store_data(const void *buf, size_t len)
{
	if (data)
		fwrite(buf, 1, len, data);
}

void store_line(const void *buf, size_t len)
{
	char name[64];

	if (!data)
		return;
	if (!text) {
		snprintf(name, sizeof(name), "job-%" PRIu64 ".txt", job);
		text = open_file(name);
	}
	if (!text)
		return;
	fwrite(buf, 1, len, text);
	putc('\n', text);
}

void store_job_end(void)
{
	close_file(&data);
	close_file(&text);
}
