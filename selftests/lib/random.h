/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes that follow from a seed and a position, so that nothing has to be stored. */
#ifndef SELFTESTS_RANDOM_H
#define SELFTESTS_RANDOM_H

#include <stddef.h>
#include <stdint.h>

void random_fill(uint32_t seed, uint64_t pos, void *buf, size_t len);
/* Offset of the first byte in @buf that is wrong, -1 if there is none. */
long random_check(uint32_t seed, uint64_t pos, const void *buf, size_t len);

/* The next number of a sequence, 0 to @below - 1. */
uint32_t random_below(uint32_t *state, uint32_t below);

/* Sizes of writes: many small ones, some of a page or so, a few large ones. */
size_t random_size(uint32_t *state, size_t max);

#endif /* SELFTESTS_RANDOM_H */
