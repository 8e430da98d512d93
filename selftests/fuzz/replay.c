// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a fuzz target on the files that are named, and on each of them cut short at every
 * length up to a bound: what a fuzzer has found once stays found, without a fuzzer.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define CUTS_MAX	600

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *load(const char *path, size_t *size)
{
	static uint8_t buf[1 << 20];
	FILE *file = fopen(path, "rb");

	if (!file) {
		perror(path);
		return NULL;
	}
	*size = fread(buf, 1, sizeof(buf), file);
	fclose(file);
	return buf;
}

/* In memory of its own, so that a byte too far is noticed. */
static void run(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	size_t i;

	if (!copy)
		abort();
	for (i = 0; i < size; i++)
		copy[i] = data[i];
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

int main(int argc, char **argv)
{
	unsigned int passed = 0, failed = 0, runs = 0;
	int i;

	for (i = 1; i < argc; i++) {
		size_t size = 0, cut;
		const uint8_t *data = load(argv[i], &size);

		if (!data) {
			failed++;
			continue;
		}
		run(data, size);
		for (cut = 0; cut < size && cut < CUTS_MAX; cut++, runs++)
			run(data, cut);
		passed++;
	}
	printf("%u inputs cut short at %u places\n", passed, runs);
	printf("corpus: %u passed, %u failed\n", passed, failed);
	return failed || !passed;
}
