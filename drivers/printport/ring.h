/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _PRINTPORT_RING_H
#define _PRINTPORT_RING_H

#include <linux/types.h>

/* The sizes that a ring may have, in bytes; powers of two. */
#define PRINTPORT_RING_MIN	4096UL
#define PRINTPORT_RING_MAX	(16UL << 20)

/**
 * struct printport_ring - memory for a stream of bytes
 * @chunks: pieces of 1 << @chunk_shift contiguous bytes, each fit for DMA
 * @nr_chunks: how many
 * @chunk_shift: log2 of a piece's size
 * @size: bytes in all, a power of two; 0: not allocated
 *
 * It knows no head and no tail: whoever owns it counts positions from 0 and asks
 * printport_ring_span() where a position lies. No locking of its own.
 */
struct printport_ring {
	void **chunks;
	unsigned int nr_chunks;
	unsigned int chunk_shift;
	size_t size;
};

int printport_ring_alloc(struct printport_ring *ring, size_t size);
void printport_ring_free(struct printport_ring *ring);
void printport_ring_clear(struct printport_ring *ring);
void *printport_ring_span(const struct printport_ring *ring, u64 pos,
			  size_t *len);

#endif /* _PRINTPORT_RING_H */
