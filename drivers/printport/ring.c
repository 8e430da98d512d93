// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queue memory. Pieces of the page allocator rather than vmalloc(), so that a
 * transport can hand them to its hardware as they are.
 */
#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core.h"

/* Larger transfers than this gain nothing measurable on any transport. */
#define RING_CHUNK_MAX	(64UL << 10)

static int ring_alloc_chunks(struct printport_ring *ring, size_t size,
			     unsigned int order)
{
	gfp_t gfp = GFP_KERNEL_ACCOUNT;
	unsigned int n;

	if (order)
		gfp |= __GFP_NORETRY | __GFP_NOWARN;

	ring->chunk_shift = PAGE_SHIFT + order;
	n = max_t(size_t, size >> ring->chunk_shift, 1);
	ring->chunks = kcalloc(n, sizeof(*ring->chunks), GFP_KERNEL_ACCOUNT);
	if (!ring->chunks)
		return -ENOMEM;

	for (ring->nr_chunks = 0; ring->nr_chunks < n; ring->nr_chunks++) {
		void *chunk = (void *)__get_free_pages(gfp, order);

		if (!chunk) {
			printport_ring_free(ring);
			return -ENOMEM;
		}
		ring->chunks[ring->nr_chunks] = chunk;
	}
	ring->size = size;
	return 0;
}

/**
 * printport_ring_alloc - allocate the memory of a ring
 * @ring: the ring
 * @size: bytes; rounded up to a power of two, and into
 *	PRINTPORT_RING_MIN..PRINTPORT_RING_MAX
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM. Scattered memory is no error: the pieces get smaller.
 */
int printport_ring_alloc(struct printport_ring *ring, size_t size)
{
	unsigned int order;
	int err;

	size = roundup_pow_of_two(clamp_t(size_t, size, PRINTPORT_RING_MIN,
					  PRINTPORT_RING_MAX));
	order = get_order(min_t(size_t, size, RING_CHUNK_MAX));
	while ((err = ring_alloc_chunks(ring, size, order)) && order)
		order--;
	return err;
}
EXPORT_SYMBOL_FOR_TEST(printport_ring_alloc);

/**
 * printport_ring_free - free the memory of a ring
 * @ring: the ring; one that is not allocated is left alone
 */
void printport_ring_free(struct printport_ring *ring)
{
	unsigned int i;

	for (i = 0; i < ring->nr_chunks; i++)
		free_pages((unsigned long)ring->chunks[i],
			   ring->chunk_shift - PAGE_SHIFT);
	kfree(ring->chunks);
	*ring = (struct printport_ring){};
}
EXPORT_SYMBOL_FOR_TEST(printport_ring_free);

/**
 * printport_ring_clear - fill a ring with zeros
 * @ring: an allocated ring
 */
void printport_ring_clear(struct printport_ring *ring)
{
	unsigned int i;

	for (i = 0; i < ring->nr_chunks; i++)
		memset(ring->chunks[i], 0, 1UL << ring->chunk_shift);
}

/**
 * printport_ring_span - where a position lies
 * @ring: an allocated ring
 * @pos: position in the stream
 * @len: in: bytes wanted; out: how many of them are contiguous
 *
 * Context: any.
 * Return: the address of the byte at @pos.
 */
void *printport_ring_span(const struct printport_ring *ring, u64 pos, size_t *len)
{
	size_t offset = pos & (ring->size - 1);
	size_t in_chunk = offset & ((1UL << ring->chunk_shift) - 1);
	size_t end = min_t(size_t, 1UL << ring->chunk_shift, ring->size);

	*len = min(*len, end - in_chunk);
	return ring->chunks[offset >> ring->chunk_shift] + in_chunk;
}
EXPORT_SYMBOL_FOR_TEST(printport_ring_span);
