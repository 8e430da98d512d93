// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "random.h"

/* The finalizer of MurmurHash3: cheap on 32 bits, and no two positions look alike. */
static uint32_t mix(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x85ebca6bU;
	x ^= x >> 13;
	x *= 0xc2b2ae35U;
	return x ^ x >> 16;
}

static uint32_t word_at(uint32_t seed, uint64_t index)
{
	return mix((uint32_t)index * 0x9e3779b9U + seed + (uint32_t)(index >> 32));
}

void random_fill(uint32_t seed, uint64_t pos, void *buf, size_t len)
{
	uint32_t hashed = mix(seed + 1);
	uint8_t *to = buf;

	while (len) {
		size_t skip = pos & 3, part = 4 - skip < len ? 4 - skip : len;
		uint32_t word = word_at(hashed, pos >> 2);

		if (part == 4)
			memcpy(to, &word, 4);
		else
			memcpy(to, (uint8_t *)&word + skip, part);
		to += part;
		pos += part;
		len -= part;
	}
}

long random_check(uint32_t seed, uint64_t pos, const void *buf, size_t len)
{
	const uint8_t *from = buf;
	uint8_t wanted[4096];
	size_t done = 0, i;

	while (done < len) {
		size_t part = len - done < sizeof(wanted) ? len - done : sizeof(wanted);

		random_fill(seed, pos + done, wanted, part);
		if (memcmp(from + done, wanted, part)) {
			for (i = 0; from[done + i] == wanted[i]; i++)
				;
			return done + i;
		}
		done += part;
	}
	return -1;
}

uint32_t random_below(uint32_t *state, uint32_t below)
{
	*state += 0x9e3779b9U;
	return ((uint64_t)mix(*state) * below) >> 32;
}

size_t random_size(uint32_t *state, size_t max)
{
	static const uint32_t limits[] = { 64, 4200, 70000, 1 << 20 };
	uint32_t limit = limits[random_below(state, sizeof(limits) / sizeof(limits[0]))];

	return 1 + random_below(state, limit < max ? limit : max);
}
